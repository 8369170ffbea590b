#include "elementwise.h"

#define KERNEL "elementwise_kernel.h"
#include "vector_widths.h"

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
