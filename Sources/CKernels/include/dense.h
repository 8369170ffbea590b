// Dense layers on feature-major panels, fused with what surrounds them.
//
// Swift compiles for the oldest x86-64; here a function may ask for more and is chosen at run time. Results depend on the
// processor in their last bits, as those of any BLAS do: fused products round once where it has them.
#pragma once
#include <stddef.h>

/// What is applied to `W x + b`.
typedef enum strata_activation {
  /// Nothing.
  strata_activation_identity = 0,
  /// The larger of a and slope · a; the slope is at most 1.
  strata_activation_leaky_relu = 1,
  /// a / √(1 + a²).
  strata_activation_algebraic_sigmoid = 2,
} strata_activation;

/// A layer: y ← activation(W x + b) + factor · scales ∘ addend.
typedef struct strata_dense_layer {
  /// (rows, columns), row-major.
  const float *weights;
  /// Length rows, or NULL for none.
  const float *biases;
  /// Length rows, or NULL for ones.
  const float *scales;
  size_t rows, columns;
  strata_activation activation;
  float slope;
} strata_dense_layer;

/// Applies a layer to `count` samples that stand side by side.
///
/// `inputs` has a row of `input_stride` numbers for each column of W, `outputs` one of `output_stride` for each row; they
/// do not overlap. `addend` is NULL or has the rows of `outputs`, `addend_stride` apart, and may not overlap `outputs`.
/// A sample's bits depend neither on `count` nor on its position.
void strata_dense(
    const strata_dense_layer *layer, const float *inputs, size_t input_stride, float *outputs, size_t output_stride,
    const float *addend, size_t addend_stride, float factor, size_t count);

/// The most rows that a layer may have which is not the last one of a chain.
enum strata_chain_limit { strata_chain_rows = 16 };

/// Applies layers one after the other, each with the bits of `strata_dense`: rows of `inputs` and `outputs` have `count`
/// numbers, and do not overlap. Every layer but the last has at most `strata_chain_rows` rows, so that a stack of 32 KiB
/// suffices for what lies between.
void strata_dense_chain(
    const strata_dense_layer *layers, size_t depth, const float *inputs, float *outputs, size_t count);

/// `strata_dense` without instructions beyond the oldest processor, for comparison.
void strata_dense_portably(
    const strata_dense_layer *layer, const float *inputs, size_t input_stride, float *outputs, size_t output_stride,
    const float *addend, size_t addend_stride, float factor, size_t count);
