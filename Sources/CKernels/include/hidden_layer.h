// A network with one hidden layer in double precision, y = f(x W₁ + b₁) W₂ + b₂: outputs, gradients and Adam's steps, each in one
// pass over rows that never leave the first cache.
//
// Parameters lie in one array: W₁ (inputs, hidden), b₁ (hidden), W₂ transposed (outputs, hidden), b₂ (outputs), and gradients
// alike. `hidden` is a multiple of strata_hidden_multiple; units beyond the network's own are zero in every parameter and stay so.
// Last bits depend on the processor, as those of any BLAS product.
#pragma once
#include <stddef.h>

enum { strata_hidden_multiple = 8 };

typedef struct strata_hidden_layer {
  size_t inputs, hidden, outputs;
  /// Whether f is max(0, x), of derivative 0 at 0, and not the hyperbolic tangent (within 3 ulp).
  int is_rectified;
  /// Whether to use no instructions beyond the oldest processor's, for comparison.
  int is_portable;
} strata_hidden_layer;

/// The doubles of scratch that the passes need.
size_t strata_hidden_scratch(const strata_hidden_layer *layer);

/// `result[i, j]` ← the outputs for `rows` rows of `x`, row-major (rows, inputs).
void strata_hidden_outputs(
    const strata_hidden_layer *layer, const double *parameters, const double *x, size_t rows, double *result,
    double *scratch);

/// Gradients of ½ scale Σ (output − y)² over the rows of `x` and `y` whose numbers are in `order`, and of ½ decay (‖W₁‖² + ‖W₂‖²).
/// Returns Σ (output − y)².
double strata_hidden_gradients(
    const strata_hidden_layer *layer, const double *parameters, const double *x, const double *y, const size_t *order,
    size_t count, double scale, double decay, double *gradients, double *scratch);

/// Adam (Kingma & Ba 2015): moments with β₁ = 0.9 and β₂ = 0.999, then `parameters[i] −= rate · m / (√v + ε)`, ε = 10⁻⁸.
void strata_hidden_adam(
    const strata_hidden_layer *layer, double *parameters, const double *gradients, double *first, double *second,
    double rate);
