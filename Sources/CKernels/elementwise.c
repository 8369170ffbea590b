#include "elementwise.h"

#include <stdint.h>
#include <string.h>

#include "processor.h"

// Everything that passes a vector is inlined, so its calling convention never matters.
#pragma clang diagnostic ignored "-Wpsabi"

// Any processor: vectors of two, as the oldest x86-64 has them.
#define LANES 2
#define TARGET
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define NAME(x) GLUE(portable, x)
#include "elementwise_kernel.h"

#if defined(__x86_64__)

#define LANES 4
#define TARGET AVX2_TARGET
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define NAME(x) GLUE(avx2, x)
#include "elementwise_kernel.h"

#define LANES 8
#define TARGET AVX512_TARGET
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define NAME(x) GLUE(avx512, x)
#include "elementwise_kernel.h"

#endif

void strata_exponential(double *values, size_t count, double factor) { DISPATCH(exponentials, values, count, factor); }

void strata_exponential_portably(double *values, size_t count, double factor) {
  portable_exponentials(values, count, factor);
}

void strata_squared_distances(
    double *products, const double *row_norms, const double *column_norms, size_t rows, size_t columns) {
  DISPATCH(distances, products, row_norms, column_norms, rows, columns);
}

void strata_column_ranges(const double *matrix, size_t rows, size_t columns, double *low, double *high) {
  DISPATCH(ranges, matrix, rows, columns, low, high);
}

void strata_column_moments(
    const double *matrix, size_t rows, size_t columns, const double *scale, const double *shift, double *sums,
    double *squares) {
  DISPATCH(moments, matrix, rows, columns, scale, shift, sums, squares);
}

void strata_standardise(
    const double *matrix, double *target, size_t rows, size_t columns, const double *mean, const double *factor) {
  DISPATCH(standardise, matrix, target, rows, columns, mean, factor);
}
