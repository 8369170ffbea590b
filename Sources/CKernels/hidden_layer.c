#include "hidden_layer.h"

#include <stdint.h>
#include <string.h>

#include "processor.h"

// Everything that passes a vector is inlined, so its calling convention never matters.
#pragma clang diagnostic ignored "-Wpsabi"

// Rows that are worked on together: every weight is read once for so many.
enum { strata_hidden_rows = 4 };

// Any processor: vectors of two, as the oldest x86-64 has them.
#define LANES 2
#define TARGET
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define NAME(x) GLUE(portable, x)
#include "hidden_layer_kernel.h"

#if defined(__x86_64__)

#define LANES 4
#define TARGET AVX2_TARGET
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define NAME(x) GLUE(avx2, x)
#include "hidden_layer_kernel.h"

#define LANES 8
#define TARGET AVX512_TARGET
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define NAME(x) GLUE(avx512, x)
#include "hidden_layer_kernel.h"

#endif

#define CHOOSE(pass, ...)                                                                                              \
  if (layer->is_portable) return portable_##pass(__VA_ARGS__);                                                         \
  DISPATCH(pass, __VA_ARGS__)

size_t strata_hidden_scratch(const strata_hidden_layer *layer) {
  return strata_hidden_rows * (layer->hidden + layer->outputs);
}

void strata_hidden_outputs(
    const strata_hidden_layer *layer, const double *parameters, const double *x, size_t rows, double *result,
    double *scratch) {
  CHOOSE(outputs, layer, parameters, x, rows, result, scratch);
}

double strata_hidden_gradients(
    const strata_hidden_layer *layer, const double *parameters, const double *x, const double *y, const size_t *order,
    size_t count, double scale, double decay, double *gradients, double *scratch) {
  CHOOSE(gradients, layer, parameters, x, y, order, count, scale, decay, gradients, scratch);
}

void strata_hidden_adam(
    const strata_hidden_layer *layer, double *parameters, const double *gradients, double *first, double *second,
    double rate) {
  CHOOSE(adam_step, layer, parameters, gradients, first, second, rate);
}
