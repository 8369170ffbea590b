#include "dense.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "processor.h"

// Everything that passes a vector is inlined, so its calling convention never matters.
#pragma clang diagnostic ignored "-Wpsabi"

/// The operands of one call.
typedef struct panel {
  const strata_dense_layer *layer;
  const float *inputs, *addend;
  float *outputs;
  size_t input_stride, output_stride, addend_stride;
  float factor;
} panel;

#define MOST_VECTORS 4

// Any processor: vectors of eight, which the compiler splits.
#define LANES 8
#define MOST_ROWS 6
#define TARGET
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define NAME portable_run
#include "dense_kernel.h"

#if defined(__x86_64__)

#define LANES 8
#define MOST_ROWS 6
#define TARGET AVX2_TARGET
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define NAME avx2_run
#include "dense_kernel.h"

#define LANES 16
#define MOST_ROWS 8
#define TARGET AVX512_TARGET
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define NAME avx512_run
#include "dense_kernel.h"

#endif

void strata_dense(
    const strata_dense_layer *layer, const float *inputs, size_t input_stride, float *outputs, size_t output_stride,
    const float *addend, size_t addend_stride, float factor, size_t count) {
  const panel p = {layer, inputs, addend, outputs, input_stride, output_stride, addend_stride, factor};
  DISPATCH(run, &p, count);
}

void strata_dense_chain(
    const strata_dense_layer *layers, size_t depth, const float *inputs, float *outputs, size_t count) {
  enum { width = 256 };
  _Alignas(64) float scratch[2][strata_chain_rows * width];
  for (size_t start = 0; start < count; start += width) {
    const size_t length = count - start < width ? count - start : width;
    const float *source = inputs + start;
    size_t stride = count;
    for (size_t i = 0; i + 1 < depth; i++) {
      strata_dense(&layers[i], source, stride, scratch[i % 2], width, NULL, 0, 1.0f, length);
      source = scratch[i % 2];
      stride = width;
    }
    strata_dense(&layers[depth - 1], source, stride, outputs + start, count, NULL, 0, 1.0f, length);
  }
}

void strata_dense_portably(
    const strata_dense_layer *layer, const float *inputs, size_t input_stride, float *outputs, size_t output_stride,
    const float *addend, size_t addend_stride, float factor, size_t count) {
  const panel p = {layer, inputs, addend, outputs, input_stride, output_stride, addend_stride, factor};
  portable_run(&p, count);
}
