// The passes of a training step between its matrix products, in single precision.
//
// Matrices are row-major with rows `stride` numbers apart. Whole rows are processed, padding included: it holds finite
// numbers that no product reads. The functions are chosen at run time by what the processor has; like BLAS, they may differ
// in the last bits between processors.
#pragma once
#include <stddef.h>

typedef enum strata_nonlinearity {
  /// The larger of x and slope · x.
  strata_leaky_relu,
  /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))): the tanh form of GELU.
  strata_gelu,
  strata_tanh,
} strata_nonlinearity;

/// `x ← f(x + bias)` in place. GELU also writes f′ to `derivative`, of the same shape, unless it is NULL; the others do
/// not touch it, since f′ is a function of f.
void strata_activate(
    strata_nonlinearity kind, float slope, float *x, const float *bias, float *derivative, size_t rows, size_t stride);

/// `gradient ← upstream · f′`, and its column sums. `source` holds f′ for GELU and f for the others. `gradient` may be
/// `upstream`.
void strata_differentiate(
    strata_nonlinearity kind, float slope, const float *upstream, const float *source, float *gradient,
    float *bias_gradient, size_t rows, size_t stride);

/// The masked squared error Σ m (ŷ + b − x)²; `output` holds ŷ and receives scale · m (ŷ + b − x), whose column sums go to
/// `bias_gradient`. Rows are added up in double precision.
double strata_masked_error(
    float *output, const float *bias, const float *target, const float *mask, float scale, float *bias_gradient,
    size_t rows, size_t stride);

/// Column sums.
void strata_column_sums(const float *values, float *sums, size_t rows, size_t stride);

/// One sample: `standardized ← (x − mean) · inverse_deviation`, `visible` the same with 0 where the mask is not 0.
void strata_standardize(
    const float *x, const float *mask, const float *mean, const float *inverse_deviation, float *standardized,
    float *visible, size_t count);

/// The constants of one step of Adam: p ← decay · p − rate · m / (√v · root + epsilon) with
/// m ← beta1 · m + gain1 · g, v ← beta2 · v + gain2 · g², g the gradient times `clip`.
typedef struct strata_adam_constants {
  float rate, beta1, beta2, gain1, gain2, root, epsilon, decay, clip;
} strata_adam_constants;

void strata_adam(
    const strata_adam_constants *constants, float *parameters, const float *gradients, float *first, float *second,
    size_t count);
