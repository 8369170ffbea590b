// The passes of a training step between its matrix products, in single precision; TrainingPasses.swift says what each does.
//
// Matrices are row-major with rows `stride` numbers apart. Where no number of columns is named, whole rows are processed,
// padding included: it holds finite numbers that no product reads. There is a table of them for each kind of processor; like BLAS, they may differ in the last
// bits.
#pragma once
#include <stddef.h>

typedef enum strata_nonlinearity {
  /// The larger of x and slope · x.
  strata_leaky_relu,
  /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))): the tanh form of GELU.
  strata_gelu,
  strata_tanh,
} strata_nonlinearity;

/// The constants of one step of Adam: p ← decay · p − rate · m / (√v · root + epsilon) with
/// m ← beta1 · m + gain1 · g, v ← beta2 · v + gain2 · g², g the gradient times `clip`.
typedef struct strata_adam_constants {
  float rate, beta1, beta2, gain1, gain2, root, epsilon, decay, clip;
} strata_adam_constants;

/// C ← A·B: A of `rows` × `depth` numbers, (i, k) at a[i · a_row + k · a_depth], so that it may be
/// transposed; B of `depth` × `columns`, row-major with rows `b_stride` apart; C likewise with `c_stride`.
typedef struct strata_product {
  size_t rows, columns, depth;
  const float *a;
  size_t a_row, a_depth;
  const float *b;
  size_t b_stride;
  float *c;
  size_t c_stride;
} strata_product;

/// What a processor may have; each contains those before it.
typedef enum strata_instructions {
  /// What every processor of the target has.
  strata_baseline_instructions,
  /// AVX2 and FMA.
  strata_avx2_instructions,
  /// AVX-512 F, VL, BW and DQ.
  strata_avx512_instructions,
} strata_instructions;

/// All passes for one kind of processor.
typedef struct strata_passes {
  /// kind, slope, x, bias, derivative or NULL, rows, columns, stride
  void (*activate)(strata_nonlinearity, float, float *, const float *, float *, size_t, size_t, size_t);
  /// kind, slope, upstream, source, gradient, bias gradient, rows, columns, stride
  void (*differentiate)(
      strata_nonlinearity, float, const float *, const float *, float *, float *, size_t, size_t, size_t);
  /// output, bias, target, mask, scale, bias gradient, rows, stride
  double (*masked_error)(float *, const float *, const float *, const float *, float, float *, size_t, size_t);
  /// values, sums, rows, stride
  void (*column_sums)(const float *, float *, size_t, size_t);
  /// x, mask, mean, inverse deviation, standardized, visible, count
  void (*standardize)(const float *, const float *, const float *, const float *, float *, float *, size_t);
  /// constants, parameters, gradients, gradients to be added or NULL, first moments, second moments, count
  void (*adam)(const strata_adam_constants *, float *, const float *, const float *, float *, float *, size_t);
  /// source, rows, columns, target: the transpose of a row-major matrix without gaps.
  void (*transpose)(const float *, size_t, size_t, float *);
  /// Products; NULL, all three, where there are too few vector registers to be faster than BLAS.
  void (*multiply)(const strata_product *);
  /// C, and then what `activate` does to its columns: kind, slope, bias, derivative or NULL
  void (*multiply_activate)(const strata_product *, strata_nonlinearity, float, const float *, float *);
  /// C, and then what `differentiate` does to its columns in place: kind, slope, source, bias gradient
  void (*multiply_differentiate)(const strata_product *, strata_nonlinearity, float, const float *, float *);
} strata_passes;

/// The passes for a kind of processor; NULL if this processor lacks the instructions.
const strata_passes *strata_passes_with(strata_instructions instructions);
