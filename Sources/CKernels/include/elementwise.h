// Passes over row-major data and kernel matrices in double precision.
//
// Column passes add in the order of the rows and never contract a product with a sum, so their bits do not depend on the
// processor; the exponential's last bit does, as that of any BLAS product.
#pragma once
#include <stddef.h>

/// `values[i] ← exp(factor · values[i])`, within 2 ulp; results below the normal range are 0. NaN stays NaN.
void strata_exponential(double *values, size_t count, double factor);

/// The same without instructions beyond the oldest processor, for comparison.
void strata_exponential_portably(double *values, size_t count, double factor);

/// `products[i, j] ← max(0, products[i, j] + row_norms[i] + column_norms[j])`: squared distances from −2 · inner products.
void strata_squared_distances(
    double *products, const double *row_norms, const double *column_norms, size_t rows, size_t columns);

/// The least and largest value of each column of a row-major (rows, columns) matrix; `low` and `high` hold initial values.
void strata_column_ranges(const double *matrix, size_t rows, size_t columns, double *low, double *high);

/// Adds d and d² to `sums` and `squares`, column by column, for d = matrix[i, j] · scale[j] − shift[j].
void strata_column_moments(
    const double *matrix, size_t rows, size_t columns, const double *scale, const double *shift, double *sums,
    double *squares);

/// `target[i, j] ← (matrix[i, j] − mean[j]) · factor[j]`; the two may be the same.
void strata_standardise(
    const double *matrix, double *target, size_t rows, size_t columns, const double *mean, const double *factor);
