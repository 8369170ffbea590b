// The passes of elementwise.c for one width of vectors; included once for each.
//
// Before: LANES, TARGET, MULTIPLY_ADD(a, b, c) and NAME(x) as in vector_math.h; multiplications and additions are fused in the
// exponential only.

#include "vector_math.h"

// Vectors of a row that one sweep over the rows keeps sums for.
#define MOST 4

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

#undef MOST
#include "vector_math_end.h"
