// The passes of elementwise.c for one width of vectors; included once for each.
//
// Before: LANES, the number of doubles of a vector; TARGET, the instructions that may be used; MULTIPLY_ADD(a, b, c), fused where
// the target has it and used in the exponential only; NAME(x), the names that come out.

#define vector NAME(vector)
#define integers NAME(integers)
#define ALWAYS static inline __attribute__((always_inline)) TARGET
#define UNROLL _Pragma("clang loop unroll(full)")
// Vectors of a row that one sweep over the rows keeps sums for.
#define MOST 4

typedef double vector __attribute__((vector_size(8 * LANES)));
typedef int64_t integers __attribute__((vector_size(8 * LANES)));

ALWAYS vector NAME(load)(const double *source, size_t lanes) {
  vector result = {0};
  memcpy(&result, source, lanes == LANES ? sizeof result : 8 * lanes);
  return result;
}

ALWAYS void NAME(store)(vector value, double *target, size_t lanes) {
  memcpy(target, &value, lanes == LANES ? sizeof value : 8 * lanes);
}

ALWAYS vector NAME(select)(integers mask, vector yes, vector no) {
  return (vector)(((integers)yes & mask) | ((integers)no & ~mask));
}

/// exp(x) = 2ⁿ exp(r), r = x − n ln 2 in two steps (Cody & Waite 1980), |r| ≤ ½ ln 2, and Taylor's polynomial of degree 13, whose
/// remainder is below 5·10⁻¹⁸.
ALWAYS vector NAME(exponential)(vector x) {
  const double magic = 0x1.8p52;
  const vector zero = {0};
  const integers tiny = x < -708.0, huge = x > 709.0, nan = x != x;
  vector y = NAME(select)(tiny | huge | nan, zero, x);
  const vector shifted = MULTIPLY_ADD(y, zero + 0x1.71547652b82fep0, zero + magic);
  const vector n = shifted - magic;
  vector r = MULTIPLY_ADD(n, zero - 0x1.62e42fefa3800p-1, y);
  r = MULTIPLY_ADD(n, zero - 0x1.ef35793c76730p-45, r);
  vector p = zero + 1.0 / 6227020800.0;
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 479001600.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 39916800.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 3628800.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 362880.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 40320.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 5040.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 720.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 120.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 24.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 6.0);
  p = MULTIPLY_ADD(p, r, zero + 0.5);
  p = MULTIPLY_ADD(p, r * r, r) + 1.0;
  // Adding to the exponent is exact, as p is in [0.7, 1.5] and the result is normal.
  const integers power = ((integers)shifted - (integers)(zero + magic)) << 52;
  vector result = (vector)((integers)p + power);
  result = NAME(select)(tiny, zero, result);
  result = NAME(select)(huge, zero + __builtin_inf(), result);
  return NAME(select)(nan, x, result);
}

TARGET static void NAME(exponentials)(double *values, size_t count, double factor) {
  const vector zero = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    NAME(store)(NAME(exponential)(NAME(load)(values + i, LANES) * (zero + factor)), values + i, LANES);
  if (i < count)
    NAME(store)(NAME(exponential)(NAME(load)(values + i, count - i) * (zero + factor)), values + i, count - i);
}

ALWAYS void NAME(distance)(double *product, double row, const double *columns, size_t lanes) {
#pragma STDC FP_CONTRACT OFF
  const vector zero = {0};
  const vector value = NAME(load)(product, lanes) + ((zero + row) + NAME(load)(columns, lanes));
  NAME(store)(NAME(select)(value > zero, value, zero), product, lanes);
}

TARGET static void NAME(distances)(
    double *products, const double *row_norms, const double *column_norms, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++, products += columns) {
    size_t j = 0;
    for (; j + LANES <= columns; j += LANES) NAME(distance)(products + j, row_norms[i], column_norms + j, LANES);
    if (j < columns) NAME(distance)(products + j, row_norms[i], column_norms + j, columns - j);
  }
}

/// Columns `0 ..< vectors · LANES` of `matrix`, the last vector of which has `lanes`.
ALWAYS void NAME(range)(
    const double *matrix, size_t rows, size_t stride, double *low, double *high, size_t vectors, size_t lanes) {
  vector least[MOST], largest[MOST];
  UNROLL for (size_t v = 0; v < vectors; v++) {
    const size_t used = v + 1 == vectors ? lanes : LANES;
    least[v] = NAME(load)(low + LANES * v, used);
    largest[v] = NAME(load)(high + LANES * v, used);
  }
  for (size_t i = 0; i < rows; i++, matrix += stride) {
    UNROLL for (size_t v = 0; v < vectors; v++) {
      const vector x = NAME(load)(matrix + LANES * v, v + 1 == vectors ? lanes : LANES);
      least[v] = NAME(select)(x < least[v], x, least[v]);
      largest[v] = NAME(select)(x > largest[v], x, largest[v]);
    }
  }
  UNROLL for (size_t v = 0; v < vectors; v++) {
    const size_t used = v + 1 == vectors ? lanes : LANES;
    NAME(store)(least[v], low + LANES * v, used);
    NAME(store)(largest[v], high + LANES * v, used);
  }
}

TARGET static void NAME(ranges)(const double *matrix, size_t rows, size_t columns, double *low, double *high) {
  size_t j = 0;
  for (; j + MOST * LANES <= columns; j += MOST * LANES)
    NAME(range)(matrix + j, rows, columns, low + j, high + j, MOST, LANES);
  for (; j + LANES <= columns; j += LANES) NAME(range)(matrix + j, rows, columns, low + j, high + j, 1, LANES);
  if (j < columns) NAME(range)(matrix + j, rows, columns, low + j, high + j, 1, columns - j);
}

ALWAYS void NAME(moment)(
    const double *matrix, size_t rows, size_t stride, const double *scale, const double *shift, double *sums,
    double *squares, size_t vectors, size_t lanes) {
#pragma STDC FP_CONTRACT OFF
  vector factor[MOST], offset[MOST], first[MOST], second[MOST];
  UNROLL for (size_t v = 0; v < vectors; v++) {
    const size_t used = v + 1 == vectors ? lanes : LANES;
    factor[v] = NAME(load)(scale + LANES * v, used);
    offset[v] = NAME(load)(shift + LANES * v, used);
    first[v] = NAME(load)(sums + LANES * v, used);
    second[v] = NAME(load)(squares + LANES * v, used);
  }
  for (size_t i = 0; i < rows; i++, matrix += stride) {
    UNROLL for (size_t v = 0; v < vectors; v++) {
      const vector x = NAME(load)(matrix + LANES * v, v + 1 == vectors ? lanes : LANES);
      const vector scaled = x * factor[v];
      const vector d = scaled - offset[v];
      const vector square = d * d;
      first[v] = first[v] + d;
      second[v] = second[v] + square;
    }
  }
  UNROLL for (size_t v = 0; v < vectors; v++) {
    const size_t used = v + 1 == vectors ? lanes : LANES;
    NAME(store)(first[v], sums + LANES * v, used);
    NAME(store)(second[v], squares + LANES * v, used);
  }
}

TARGET static void NAME(moments)(
    const double *matrix, size_t rows, size_t columns, const double *scale, const double *shift, double *sums,
    double *squares) {
  size_t j = 0;
  for (; j + MOST * LANES <= columns; j += MOST * LANES)
    NAME(moment)(matrix + j, rows, columns, scale + j, shift + j, sums + j, squares + j, MOST, LANES);
  for (; j + LANES <= columns; j += LANES)
    NAME(moment)(matrix + j, rows, columns, scale + j, shift + j, sums + j, squares + j, 1, LANES);
  if (j < columns)
    NAME(moment)(matrix + j, rows, columns, scale + j, shift + j, sums + j, squares + j, 1, columns - j);
}

ALWAYS void NAME(standard)(
    const double *matrix, double *target, const double *mean, const double *factor, size_t lanes) {
#pragma STDC FP_CONTRACT OFF
  const vector deviation = NAME(load)(matrix, lanes) - NAME(load)(mean, lanes);
  NAME(store)(deviation * NAME(load)(factor, lanes), target, lanes);
}

TARGET static void NAME(standardise)(
    const double *matrix, double *target, size_t rows, size_t columns, const double *mean, const double *factor) {
  for (size_t i = 0; i < rows; i++, matrix += columns, target += columns) {
    size_t j = 0;
    for (; j + LANES <= columns; j += LANES) NAME(standard)(matrix + j, target + j, mean + j, factor + j, LANES);
    if (j < columns) NAME(standard)(matrix + j, target + j, mean + j, factor + j, columns - j);
  }
}

#undef vector
#undef integers
#undef ALWAYS
#undef UNROLL
#undef MOST
#undef LANES
#undef TARGET
#undef MULTIPLY_ADD
#undef NAME
