/// The page's styles and script.
extension ReportPage {
  static let style = """
    :root { color-scheme: light dark; --ink: #1c1e21; --soft: #5b6169; --line: #d8dbdf; --paper: #ffffff; --shade: #f5f6f8;
      --link: #00588c; --warn: #fff4d6; --warn-line: #c78a00; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e7e9ec; --soft: #a3a9b2; --line: #3a3f46; --paper: #15171a;
      --shade: #1e2125; --link: #7cc4f5; --warn: #3a2f12; --warn-line: #e0a92e; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 66rem; color: var(--ink); background: var(--paper);
      font: 1rem/1.55 Inter, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
    h1 { font-size: 1.75rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
    h2 { font-size: 1.25rem; line-height: 1.3; margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line);
      overflow-wrap: anywhere; }
    header > p { margin: .25rem 0 1rem; color: var(--soft); }
    a { color: var(--link); }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .6rem 1.5rem; margin: 0;
      padding: 1rem; background: var(--shade); border-radius: .5rem; }
    dt { font-size: .8rem; color: var(--soft); }
    dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
    .warning { margin: 1rem 0 0; padding: .6rem .9rem; background: var(--warn); border-left: 4px solid var(--warn-line); }
    nav ol { margin: 1.5rem 0 0; padding-left: 1.5rem; }
    figure { margin: 1.5rem 0; }
    figcaption, .files, section > p { font-size: .875rem; color: var(--soft); max-width: 54rem; }
    figcaption { margin-top: .35rem; }
    .scroll { overflow-x: auto; outline-offset: 2px; }
    .scroll svg { display: block; width: 100%; height: auto; color: var(--ink); }
    .table { max-height: 34rem; overflow: auto; border: 1px solid var(--line); border-radius: .4rem; }
    table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
    caption { text-align: left; padding: .6rem .75rem; color: var(--soft); }
    th, td { padding: .25rem .75rem; text-align: right; white-space: nowrap; font-weight: 400; }
    tbody th, th.name { text-align: left; }
    tbody tr { border-top: 1px solid var(--line); }
    tbody tr.recovery th, tbody tr.recovery td { font-weight: 600; }
    tbody tr:hover { background: var(--shade); }
    thead th { position: sticky; top: 0; padding: 0; background: var(--shade); }
    thead button { all: unset; display: block; width: 100%; box-sizing: border-box; padding: .45rem .75rem; cursor: pointer;
      font-weight: 600; text-align: inherit; white-space: nowrap; }
    thead button:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
    thead button::after { content: "↕"; opacity: .35; margin-left: .3em; }
    th[aria-sort="ascending"] button::after { content: "↑"; opacity: 1; }
    th[aria-sort="descending"] button::after { content: "↓"; opacity: 1; }
    @media (max-width: 40rem) { body { padding: 1rem .85rem 3rem; } h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; } }
    @media print { .table { max-height: none; overflow: visible; } nav { display: none; } figure { break-inside: avoid; } }
    """

  /// A click on a heading sorts by its column: upwards, downwards, and back to the order of the plan. Rows without a number come
  /// last both ways; equal rows keep their order.
  static let script = """
    for (const table of document.querySelectorAll('table')) {
      const body = table.tBodies[0], rows = [...body.rows], headings = [...table.tHead.rows[0].cells];
      const value = (row, column) => {
        const cell = row.cells[column];
        return cell.tagName === 'TH' ? cell.textContent : 'value' in cell.dataset ? Number(cell.dataset.value) : null;
      };
      const compare = (a, b) => typeof a === 'string' ? a.localeCompare(b, 'en') : a - b;
      headings.forEach((heading, column) => heading.firstElementChild.addEventListener('click', () => {
        const order = { ascending: 'descending', descending: null }[heading.getAttribute('aria-sort')];
        for (const other of headings) other.removeAttribute('aria-sort');
        const next = order === undefined ? 'ascending' : order;
        const sorted = [...rows];
        if (next) {
          heading.setAttribute('aria-sort', next);
          const sign = next === 'ascending' ? 1 : -1;
          sorted.sort((a, b) => {
            const x = value(a, column), y = value(b, column);
            return x === null || y === null ? (x === null) - (y === null) : sign * compare(x, y);
          });
        }
        body.append(...sorted);
      }));
    }
    """
}
