"""Writes the content/style presets and the covariances that their latents must have.

Run once: python experiments/presets/make_presets.py (needs NumPy). The dependent and the causal preset hold fixed draws of
the Wishart and Gaussian matrices that the original code draws anew for every batch; they are rounded first, so that the files
and the expected covariances agree to the last digit.
"""

import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
N = 5
CHANGED = 0.75  # the probability that a style component changes
# A standardised Bernoulli(3/4) variable b' = (b - p) / sqrt(p (1 - p)): the gate b is p + sqrt(p (1 - p)) b'.
GATE = (CHANGED, float(np.sqrt(CHANGED * (1 - CHANGED))))


def rows(matrix):
    return "[" + ", ".join("[" + ", ".join(f"{x:g}" for x in row) + "]" for row in matrix) + "]"


def wishart_root(rng):
    """A root A of a Wishart draw, Sigma = A A^T with N degrees of freedom: any N x N Gaussian matrix is one."""
    return np.round(rng.standard_normal((N, N)), 3)


HEAD = """\
# {title}
#
# Source: J. von Kuegelgen, Y. Sharma, L. Gresele, W. Brendel, B. Schoelkopf, M. Besserve, F. Locatello, "Self-supervised
# learning with data augmentations provably isolates content from style", NeurIPS 2021, numerical experiment (table 1), and
# its code, github.com/ysharma1126/ssl_identifiability (main_mlp.py, spaces.py, latent_spaces.py).
# Content c and style s (5 components each), a second view's style s_tilde, and two views x = f(c, s),
# x_tilde = f(c, s_tilde) through one invertible leaky-ReLU network f of 3 layers (their rule on condition numbers).
# {note}
# Published kernel-ridge R2 of content / style from a contrastively learned representation: {scores}.
# Latent covariances: expected/{name}.json, checked by PresetTests. Made by make_presets.py.
graph:
  name: {name}
  regime: noisy
  nodes:
    - {{name: c, dim: 5}}
    - {{name: s, dim: 5{s_parents}}}
{extra_nodes}    - {{name: s_tilde, dim: 5, noise_dim: {s_tilde_noise}, parents: [{s_tilde_parents}]}}
    - {{name: x, dim: 10, noise_dim: 0, parents: [c, s]}}
    - {{name: x_tilde, dim: 10, noise_dim: 0, parents: [c, s_tilde]}}
mechanism:
  family: mlp
  nodes:
{mechanisms}    x_tilde: {{same_as: x}}
{noise}{interventions}"""


def linear(node, coefficients):
    text = ", ".join(f"{k}: {v}" for k, v in coefficients.items())
    return f"    {node}: {{family: linear, coefficients: {{{text}}}}}\n"


def write(name, covariance, order, **fields):
    defaults = dict(s_parents="", extra_nodes="", s_tilde_noise=5, s_tilde_parents="s", noise="", interventions="")
    (HERE / f"{name}.yaml").write_text(HEAD.format(name=name, **(defaults | fields)))
    expected = {"nodes": order, "covariance": np.round(covariance, 12).tolist()}
    (HERE / "expected" / f"{name}.json").write_text(json.dumps(expected) + "\n")


def blocks(parts):
    return np.block(parts)


def main():
    eye, zero = np.eye(N), np.zeros((N, N))
    write(
        "content-style-independent",
        blocks([[eye, zero, zero], [zero, eye, eye], [zero, eye, 2 * eye]]),
        ["c", "s", "s_tilde"],
        title="Content and style, independent; all style components change.",
        note="c, s ~ N(0, I) and s_tilde = s + N(0, I).",
        scores="1.00 / 0.07",
        mechanisms=linear("s_tilde", {"s": 1, "noise": 1}),
    )
    write(
        "content-style-partial",
        blocks([[eye, zero, zero], [zero, eye, eye], [zero, eye, (1 + CHANGED) * eye]]),
        ["c", "s", "s_tilde"],
        title="Content and style, independent; each style component changes with probability 3/4.",
        note="c, s ~ N(0, I); each component of s_tilde - s is N(0, 1) with probability 3/4 and else 0.",
        scores="1.00 / 0.06",
        mechanisms=linear("s_tilde", {"s": 1, "noise": repr(float(np.sqrt(CHANGED)))}),
        noise="noise:\n  law: gaussian\n  nodes:\n    s_tilde: {law: gaussian-mixture, weights: [1, 3], deviations: [0, 1]}\n",
    )
    for name, is_causal in [("content-style-dependent", False), ("content-style-causal", True)]:
        rng = np.random.default_rng(2021)
        a_c, a_s, a_d = wishart_root(rng), wishart_root(rng), wishart_root(rng)
        b, shift = np.round(rng.standard_normal((N, N)), 3), np.round(rng.standard_normal(N), 3)
        b = b if is_causal else zero
        c, d = a_c @ a_c.T, a_d @ a_d.T
        s = b @ c @ b.T + a_s @ a_s.T
        # Gates are independent of each other and of d: E[b_i b_j] is p off the diagonal squared, p on it.
        gates = CHANGED**2 * np.ones((N, N)) + (CHANGED - CHANGED**2) * eye
        change = gates * d
        cs = c @ b.T
        style = {"noise": rows(a_s)} if not is_causal else {"c": rows(b), "noise": rows(a_s)}
        write(
            name,
            blocks([[c, cs, zero, cs], [cs.T, s, zero, s], [zero, zero, change, change], [cs.T, s, change, s + change]]),
            ["c", "s", "change", "s_tilde"],
            title="Content and style with dependent components"
            + ("; style is caused by content." if is_causal else ", content and style independent."),
            note="c, s and the change have Wishart covariances; each component of the change passes with probability 3/4."
            + (" s = a + B c + noise." if is_causal else ""),
            scores="0.99 / 0.80" if is_causal else "0.98 / 0.37",
            s_parents=", parents: [c]" if is_causal else "",
            extra_nodes="    - {name: full_change, dim: 5}\n    - {name: change, dim: 5, parents: [full_change]}\n",
            s_tilde_noise=0,
            s_tilde_parents="s, change",
            mechanisms=linear("c", {"noise": rows(a_c)})
            + linear("s", style)
            + linear("full_change", {"noise": rows(a_d)})
            + f"    change: {{family: multiplicative, offset: {GATE[0]}, weight: {GATE[1]!r}, standardize: false}}\n"
            + linear("s_tilde", {"s": 1, "change": 1}),
            noise="noise:\n  law: gaussian\n  nodes:\n    change: {law: gaussian-mixture, weights: [1, 3], means: [0, 1], deviations: [0, 0]}\n",
            interventions=f"interventions: {{s: {{shift: {[float(x) for x in shift]}}}}}\n" if is_causal else "",
        )


main()
