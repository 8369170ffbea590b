// The matrix products of a training step for one kind of processor; included once for each that has vector registers enough.
//
// Nothing is packed: weights and activations of a network that simulations train lie in the second cache, whose lines come
// faster than a tile uses them up, whereas a general product copies both factors before it begins.
//
// Before: TARGET and NAME(x) as in passes_kernel.h; VECTOR, a vector of LANES floats, and MASK, which of its lanes count;
// FIRST_LANES(n), the first n ≥ 1 of them; LOAD and STORE of whole vectors, LOAD_LANES and STORE_LANES of some lanes;
// MULTIPLY_ADD, MULTIPLY, ADD, LARGER, BROADCAST and ZERO; SCALE_UNLESS_POSITIVE(s, x, f), which is x where s > 0 and x · f
// elsewhere; TILE_VECTORS, the vectors in a row of a tile, and TILE_ROWS(v), the rows of one with v vectors.

#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE VECTOR NAME(load)(const float *p, int j, int vectors, MASK mask) {
  return j < vectors - 1 ? LOAD(p + j * LANES) : LOAD_LANES(p + j * LANES, mask);
}

INLINE void NAME(store)(float *p, int j, int vectors, MASK mask, VECTOR x) {
  if (j < vectors - 1) STORE(p + j * LANES, x);
  else STORE_LANES(p + j * LANES, mask, x);
}

/// Does to a tile's sums what its ending says, before they are written: the numbers that `activate` and `differentiate` of
/// this kind give, bit for bit, without reading C again.
INLINE void NAME(finish)(
    const int rows, const int vectors, MASK mask, const strata_product *p, const manner m, size_t first, size_t column,
    VECTOR sums[PANEL_ROWS][TILE_VECTORS]) {
  if (m.ending == no_ending) return;
  const VECTOR slope = BROADCAST(m.slope);
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    if (m.ending == leaky_relu_of_sums) {
      const VECTOR bias = NAME(load)(m.bias + column, j, vectors, mask);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        const VECTOR x = ADD(sums[i][j], bias);
        sums[i][j] = LARGER(x, MULTIPLY(x, slope));
      }
    } else {
      const float *source = m.source + first * p->c_stride + column;
      VECTOR total = NAME(load)(m.sums + column, j, vectors, mask);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++, source += p->c_stride) {
        sums[i][j] = SCALE_UNLESS_POSITIVE(NAME(load)(source, j, vectors, mask), sums[i][j], slope);
        total = ADD(total, sums[i][j]);
      }
      NAME(store)(m.sums + column, j, vectors, mask, total);
    }
  }
}

/// A tile of `rows` × `vectors` · LANES sums, all in registers, from row `first` and `column` of C on; `rows`, `vectors` and
/// the ending's kind are constants where this is called. Of the last vector only the lanes of `mask` exist in b and c.
INLINE void NAME(tile)(
    const int rows, const int vectors, MASK mask, const strata_product *p, const manner m, size_t first, size_t column) {
  const float *a = p->a + first * p->a_row, *b = p->b + column;
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
    for (int j = 0; j < vectors; j++) row[j] = NAME(load)(b, j, vectors, mask);
    if (m.fetches_ahead) __builtin_prefetch(group[0] + FETCHED_AHEAD * p->a_depth);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const VECTOR factor = BROADCAST(group[i / 4][i % 4 * p->a_row]);
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) sums[i][j] = MULTIPLY_ADD(factor, row[j], sums[i][j]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i += 4) group[i / 4] += p->a_depth;
  }
  NAME(finish)(rows, vectors, mask, p, m, first, column, sums);
  float *c = p->c + first * p->c_stride + column;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++, c += p->c_stride)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) NAME(store)(c, j, vectors, mask, sums[i][j]);
}

/// The rows from `first` to before `last`, in the `vectors` vectors of columns that begin at `column`.
INLINE void NAME(tiles)(
    const int vectors, MASK mask, const strata_product *p, const manner m, size_t first, size_t last, size_t column) {
#define TILES_OF(count)                                                                                                \
  for (; last - first >= (count); first += (count)) NAME(tile)((count), vectors, mask, p, m, first, column)
  TILES_OF(TILE_ROWS(vectors));
  TILES_OF(4);
  TILES_OF(2);
  TILES_OF(1);
#undef TILES_OF
}

/// The rows from `first` to before `last`, in the columns from `column` to before `end`.
INLINE void NAME(part)(
    const strata_product *p, const manner m, size_t first, size_t last, size_t column, size_t end) {
  for (; column + TILE_VECTORS * LANES <= end; column += TILE_VECTORS * LANES)
    NAME(tiles)(TILE_VECTORS, FIRST_LANES(LANES), p, m, first, last, column);
  const size_t rest = end - column;
  if (rest == 0) return;
  const size_t vectors = (rest + LANES - 1) / LANES;
  const MASK mask = FIRST_LANES(rest - (vectors - 1) * LANES);
  switch (vectors) {
  case 1: NAME(tiles)(1, mask, p, m, first, last, column); break;
  case 2: NAME(tiles)(2, mask, p, m, first, last, column); break;
#if TILE_VECTORS > 2
  case 3: NAME(tiles)(3, mask, p, m, first, last, column); break;
  case 4: NAME(tiles)(4, mask, p, m, first, last, column); break;
#endif
  }
}

/// The whole product, one panel of rows after the other in one block of columns after the other.
INLINE void NAME(product_with)(const strata_product *p, const manner m) {
  const size_t block = block_columns(p->depth);
  for (size_t column = 0; column < p->columns; column += block) {
    const size_t end = p->columns - column > block ? column + block : p->columns;
    for (size_t first = 0; first < p->rows; first += PANEL_ROWS)
      NAME(part)(p, m, first, first + panel_rows(p, first), column, end);
  }
}

TARGET static void NAME(multiply)(const strata_product *p) {
  const int far = p->a_row == 1 && p->depth * p->a_depth * sizeof(float) >= FAR_BYTES;
  if (far) NAME(product_with)(p, (manner){.fetches_ahead = 1});
  else NAME(product_with)(p, (manner){.ending = no_ending});
}

TARGET static void NAME(multiply_activate)(
    const strata_product *p, strata_nonlinearity kind, float slope, const float *bias, float *derivative) {
  if (kind == strata_leaky_relu)
    return NAME(product_with)(p, (manner){.ending = leaky_relu_of_sums, .slope = slope, .bias = bias});
  for (size_t first = 0; first < p->rows; first += PANEL_ROWS) {
    const strata_product part = panel(p, first);
    NAME(multiply)(&part);
    NAME(activate)(
        kind, slope, part.c, bias, derivative ? derivative + first * p->c_stride : NULL, part.rows, padded_columns(p), p->c_stride);
  }
}

TARGET static void NAME(multiply_differentiate)(
    const strata_product *p, strata_nonlinearity kind, float slope, const float *source, float *sums) {
  memset(sums, 0, padded_columns(p) * sizeof *sums);
  if (kind == strata_leaky_relu)
    return NAME(product_with)(p, (manner){.ending = leaky_relu_gradient, .slope = slope, .source = source, .sums = sums});
  for (size_t first = 0; first < p->rows; first += PANEL_ROWS) {
    const strata_product part = panel(p, first);
    NAME(multiply)(&part);
    NAME(differentiate_rows)(
        kind, slope, part.c, source + first * p->c_stride, part.c, sums, part.rows, padded_columns(p), p->c_stride);
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
#undef MULTIPLY
#undef LARGER
#undef SCALE_UNLESS_POSITIVE
#undef ZERO
#undef TILE_VECTORS
#undef TILE_ROWS
