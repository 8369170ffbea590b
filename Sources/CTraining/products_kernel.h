// The matrix products of a training step for one kind of processor; included once for each that has vector registers enough.
//
// Nothing is packed: weights and activations of a network that simulations train lie in the second cache, whose lines come
// faster than a tile uses them up, whereas a general product copies both factors before it begins.
//
// Before: TARGET and NAME(x) as in passes_kernel.h; VECTOR, a vector of LANES floats, and MASK, which of its lanes count;
// FIRST_LANES(n), the first n ≥ 1 of them; LOAD and STORE of whole vectors, LOAD_LANES and STORE_LANES of some lanes;
// MULTIPLY_ADD, ADD, BROADCAST and ZERO; TILE_VECTORS, the vectors in a row of a tile, and
// TILE_ROWS(v), the rows of one with v vectors.

#define INLINE static inline __attribute__((always_inline)) TARGET

/// A tile of `rows` × `vectors` · LANES sums, all in registers; `rows` and `vectors` are constants where this is called. Of the
/// last vector only the lanes of `mask` exist in b and c.
INLINE void NAME(tile)(
    const int rows, const int vectors, MASK mask, const strata_product *p, const float *a, const float *b, float *c) {
  VECTOR sums[PANEL_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) sums[i][j] = ZERO;
  // A pointer for every four rows, of which the compiler does not know that one follows from the other: left to itself it
  // adds up the addresses of a column one after the other, which takes longer than the products.
  const float *group[PANEL_ROWS / 4];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i += 4) {
    group[i / 4] = a + i * p->a_row;
    __asm__("" : "+r"(group[i / 4]));
  }
  for (size_t k = p->depth; k > 0; k--, b += p->b_stride) {
    VECTOR row[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors - 1; j++) row[j] = LOAD(b + j * LANES);
    row[vectors - 1] = LOAD_LANES(b + (vectors - 1) * LANES, mask);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const VECTOR factor = BROADCAST(group[i / 4][i % 4 * p->a_row]);
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) sums[i][j] = MULTIPLY_ADD(factor, row[j], sums[i][j]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i += 4) group[i / 4] += p->a_depth;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++, c += p->c_stride) {
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors - 1; j++)
      STORE(c + j * LANES, sums[i][j]);
    STORE_LANES(c + (vectors - 1) * LANES, mask, sums[i][vectors - 1]);
  }
}

/// `rows` rows of the product from row `first` on, in the `vectors` vectors of columns that begin at `column`.
INLINE void NAME(tiles)(
    const int vectors, MASK mask, const strata_product *p, size_t first, size_t rows, size_t column) {
  const float *a = p->a + first * p->a_row, *b = p->b + column;
  float *c = p->c + first * p->c_stride + column;
#define TILES_OF(count)                                                                                                \
  for (; rows >= (count); rows -= (count), a += (count)*p->a_row, c += (count)*p->c_stride)                           \
  NAME(tile)((count), vectors, mask, p, a, b, c)
  TILES_OF(TILE_ROWS(vectors));
  TILES_OF(4);
  TILES_OF(2);
  TILES_OF(1);
#undef TILES_OF
}

/// `rows` rows of the product from row `first` on.
TARGET static void NAME(multiply_rows)(const strata_product *p, size_t first, size_t rows) {
  size_t column = 0;
  for (; column + TILE_VECTORS * LANES <= p->columns; column += TILE_VECTORS * LANES)
    NAME(tiles)(TILE_VECTORS, FIRST_LANES(LANES), p, first, rows, column);
  const size_t rest = p->columns - column;
  if (rest == 0) return;
  const size_t vectors = (rest + LANES - 1) / LANES;
  const MASK mask = FIRST_LANES(rest - (vectors - 1) * LANES);
  switch (vectors) {
  case 1: NAME(tiles)(1, mask, p, first, rows, column); break;
  case 2: NAME(tiles)(2, mask, p, first, rows, column); break;
#if TILE_VECTORS > 2
  case 3: NAME(tiles)(3, mask, p, first, rows, column); break;
  case 4: NAME(tiles)(4, mask, p, first, rows, column); break;
#endif
  }
}

TARGET static void NAME(multiply)(const strata_product *p) {
  for (size_t first = 0; first < p->rows; first += PANEL_ROWS)
    NAME(multiply_rows)(p, first, p->rows - first < PANEL_ROWS ? p->rows - first : PANEL_ROWS);
}

TARGET static void NAME(multiply_activate)(
    const strata_product *p, strata_nonlinearity kind, float slope, const float *bias, float *derivative) {
  for (size_t first = 0; first < p->rows; first += PANEL_ROWS) {
    const size_t rows = p->rows - first < PANEL_ROWS ? p->rows - first : PANEL_ROWS;
    NAME(multiply_rows)(p, first, rows);
    NAME(activate)(
        kind, slope, p->c + first * p->c_stride, bias, derivative ? derivative + first * p->c_stride : NULL, rows,
        p->c_stride);
  }
}

TARGET static void NAME(multiply_differentiate)(
    const strata_product *p, strata_nonlinearity kind, float slope, const float *source, float *sums) {
  memset(sums, 0, p->c_stride * sizeof *sums);
  for (size_t first = 0; first < p->rows; first += PANEL_ROWS) {
    const size_t rows = p->rows - first < PANEL_ROWS ? p->rows - first : PANEL_ROWS;
    NAME(multiply_rows)(p, first, rows);
    float *c = p->c + first * p->c_stride;
    NAME(differentiate_rows)(kind, slope, c, source + first * p->c_stride, c, sums, rows, p->c_stride);
  }
}

#undef INLINE
#undef VECTOR
#undef LANES
#undef MASK
#undef FIRST_LANES
#undef LOAD
#undef LOAD_LANES
#undef STORE
#undef STORE_LANES
#undef MULTIPLY_ADD
#undef BROADCAST
#undef ADD
#undef ZERO
#undef TILE_VECTORS
#undef TILE_ROWS
