// The passes for one kind of processor; included once for each. Plain loops: the compiler makes vectors of them.
//
// Before: TARGET, the instructions that may be used; NAME(x), the name of a function of this kind; SIDE, the floats of a vector
// of which registers hold as many as it has floats: 8 or 16.

#define INLINE static inline __attribute__((always_inline)) TARGET

/// tanh by a rational function, odd of degree 13 over even of degree 6 (the coefficients of Eigen's `ptanh_float`): absolute
/// error below 5e-7, no table, no branch, one division. Beyond ±7.905, where tanh rounds to ±1, it is exactly ±1, on which
/// GELU's derivative relies at large arguments. NaN stays NaN.
INLINE float NAME(tanh)(float x) {
  const float limit = 7.90531110763549805f;
  const float a = x > limit ? limit : x < -limit ? -limit : x;
  const float z = a * a;
  float p = z * -2.76076847742355e-16f + 2.00018790482477e-13f;
  p = p * z + -8.60467152213735e-11f;
  p = p * z + 5.12229709037114e-08f;
  p = p * z + 1.48572235717979e-05f;
  p = p * z + 6.37261928875436e-04f;
  p = p * z + 4.89352455891786e-03f;
  float q = z * 1.19825839466702e-06f + 1.18534705686654e-04f;
  q = q * z + 2.26843463243900e-03f;
  q = q * z + 4.89352518554385e-03f;
  const float t = a * p / q;
  return x >= limit || t > 1.0f ? 1.0f : x <= -limit || t < -1.0f ? -1.0f : t;
}

TARGET static void NAME(activate)(
    strata_nonlinearity kind, float slope, float *restrict x, const float *restrict bias, float *restrict derivative,
    size_t rows, size_t columns, size_t stride) {
  const int with_derivative = derivative != NULL;
  for (size_t row = 0; row < rows; row++, x += stride, derivative += with_derivative ? stride : 0) {
    switch (kind) {
    case strata_leaky_relu:
      for (size_t j = 0; j < columns; j++) {
        const float a = x[j] + bias[j];
        x[j] = a > slope * a ? a : slope * a;
      }
      break;
    case strata_gelu:
      if (!with_derivative) {
        for (size_t j = 0; j < columns; j++) {
          const float a = x[j] + bias[j];
          const float u = (a * a * 0.035677408136300125f + 0.7978845608028654f) * a;
          x[j] = a * (NAME(tanh)(u) * 0.5f + 0.5f);
        }
        break;
      }
      // With s = ½(1 + tanh u): value x·s, derivative s + x · 2s(1 − s) · u′, since ½(1 − tanh² u) = 2s(1 − s).
      for (size_t j = 0; j < columns; j++) {
        const float a = x[j] + bias[j];
        const float z = a * a;
        const float u = (z * 0.035677408136300125f + 0.7978845608028654f) * a;
        const float s = NAME(tanh)(u) * 0.5f + 0.5f;
        const float value = a * s;
        derivative[j] = value * (1.0f - s) * (z * 0.21406444881780074f + 1.5957691216057308f) + s;
        x[j] = value;
      }
      break;
    case strata_tanh:
      for (size_t j = 0; j < columns; j++) x[j] = NAME(tanh)(x[j] + bias[j]);
      break;
    }
  }
}

INLINE float NAME(product)(strata_nonlinearity kind, float slope, float upstream, float source) {
  switch (kind) {
  case strata_leaky_relu: return source > 0.0f ? upstream : slope * upstream;
  case strata_gelu: return upstream * source;
  case strata_tanh: return upstream * (1.0f - source * source);
  }
}

/// Adds to the sums, row after row; eight rows at a time, so that running sums are read and written once for them.
INLINE void NAME(differentiate_kind)(
    strata_nonlinearity kind, float slope, const float *upstream, const float *source, float *gradient,
    float *restrict sums, size_t rows, size_t columns, size_t stride) {
  size_t row = 0;
  for (; row + 8 <= rows; row += 8) {
    const size_t start = row * stride;
#pragma clang loop vectorize(assume_safety)
    for (size_t j = 0; j < columns; j++) {
      float total = sums[j];
#pragma clang loop unroll(full)
      for (size_t r = 0; r < 8; r++) {
        const size_t i = start + r * stride + j;
        const float value = NAME(product)(kind, slope, upstream[i], source[i]);
        gradient[i] = value;
        total += value;
      }
      sums[j] = total;
    }
  }
  for (; row < rows; row++) {
#pragma clang loop vectorize(assume_safety)
    for (size_t j = 0; j < columns; j++) {
      const size_t i = row * stride + j;
      gradient[i] = NAME(product)(kind, slope, upstream[i], source[i]);
      sums[j] += gradient[i];
    }
  }
}

TARGET static void NAME(differentiate_rows)(
    strata_nonlinearity kind, float slope, const float *upstream, const float *source, float *gradient, float *sums,
    size_t rows, size_t columns, size_t stride) {
  switch (kind) {
  case strata_leaky_relu:
    return NAME(differentiate_kind)(strata_leaky_relu, slope, upstream, source, gradient, sums, rows, columns, stride);
  case strata_gelu:
    return NAME(differentiate_kind)(strata_gelu, slope, upstream, source, gradient, sums, rows, columns, stride);
  case strata_tanh:
    return NAME(differentiate_kind)(strata_tanh, slope, upstream, source, gradient, sums, rows, columns, stride);
  }
}

TARGET static void NAME(differentiate)(
    strata_nonlinearity kind, float slope, const float *upstream, const float *source, float *gradient, float *sums,
    size_t rows, size_t columns, size_t stride) {
  memset(sums, 0, columns * sizeof *sums);
  NAME(differentiate_rows)(kind, slope, upstream, source, gradient, sums, rows, columns, stride);
}

TARGET static double NAME(masked_error)(
    float *restrict output, const float *restrict bias, const float *restrict target, const float *restrict mask,
    float scale, float *restrict sums, size_t rows, size_t stride) {
#pragma clang fp reassociate(on)
  memset(sums, 0, stride * sizeof *sums);
  double total = 0.0;
  for (size_t row = 0; row < rows; row++, output += stride, target += stride, mask += stride) {
    float square = 0.0f;
    for (size_t j = 0; j < stride; j++) {
      const float difference = mask[j] * ((output[j] + bias[j]) - target[j]);
      square += difference * difference;
      output[j] = difference * scale;
      sums[j] += difference * scale;
    }
    total += square;
  }
  return total;
}

TARGET static void NAME(column_sums)(const float *restrict values, float *restrict sums, size_t rows, size_t stride) {
  memset(sums, 0, stride * sizeof *sums);
  for (size_t row = 0; row < rows; row++)
    for (size_t j = 0; j < stride; j++) sums[j] += values[row * stride + j];
}

TARGET static void NAME(standardize)(
    const float *restrict x, const float *restrict mask, const float *restrict mean,
    const float *restrict inverse_deviation, float *restrict standardized, float *restrict visible, size_t count) {
  for (size_t j = 0; j < count; j++) {
    const float value = (x[j] - mean[j]) * inverse_deviation[j];
    standardized[j] = value;
    // A selection, not a product: NaN · 0 is NaN.
    visible[j] = mask[j] == 0.0f ? value : 0.0f;
  }
}

INLINE void NAME(adam_steps)(
    const strata_adam_constants *constants, float *restrict parameters, const float *gradients, const float *others,
    float *restrict first, float *restrict second, size_t count, int adds) {
  const strata_adam_constants c = *constants;
#pragma clang loop vectorize(assume_safety)
  for (size_t i = 0; i < count; i++) {
    const float g = (adds ? gradients[i] + others[i] : gradients[i]) * c.clip;
    const float m = first[i] * c.beta1 + g * c.gain1;
    const float v = second[i] * c.beta2 + g * g * c.gain2;
    first[i] = m;
    second[i] = v;
    parameters[i] = parameters[i] * c.decay - m * c.rate / (__builtin_elementwise_sqrt(v) * c.root + c.epsilon);
  }
}

/// Two loops: one loop that asks for each vector whether there are others loads them under an empty mask from no address, which
/// takes the processor a hundred cycles.
TARGET static void NAME(adam)(
    const strata_adam_constants *constants, float *restrict parameters, const float *gradients, const float *others,
    float *restrict first, float *restrict second, size_t count) {
  if (others) return NAME(adam_steps)(constants, parameters, gradients, others, first, second, count, 1);
  NAME(adam_steps)(constants, parameters, gradients, gradients, first, second, count, 0);
}

#if SIDE == 16
#define FIRST_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define SECOND_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#else
#define FIRST_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define SECOND_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#endif

typedef float NAME(line) __attribute__((vector_size(SIDE * sizeof(float)), aligned(sizeof(float))));

/// A round of a transposition: every row is interleaved with the one that is half of all rows behind it.
INLINE void NAME(interleave)(const NAME(line) * from, NAME(line) * to) {
#pragma clang loop unroll(full)
  for (size_t r = 0; r < SIDE / 2; r++) {
    to[2 * r] = __builtin_shufflevector(from[r], from[r + SIDE / 2], FIRST_HALVES);
    to[2 * r + 1] = __builtin_shufflevector(from[r], from[r + SIDE / 2], SECOND_HALVES);
  }
}

/// A square of SIDE × SIDE numbers, in as many rounds as SIDE is a power of two.
INLINE void NAME(transpose_square)(const float *source, size_t source_stride, float *target, size_t target_stride) {
  NAME(line) a[SIDE], b[SIDE];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < SIDE; r++) a[r] = *(const NAME(line) *)(source + r * source_stride);
  NAME(interleave)(a, b);
  NAME(interleave)(b, a);
  NAME(interleave)(a, b);
#if SIDE == 16
  NAME(interleave)(b, a);
#endif
#pragma clang loop unroll(full)
  for (size_t r = 0; r < SIDE; r++) *(NAME(line) *)(target + r * target_stride) = SIDE == 16 ? a[r] : b[r];
}

/// In squares, and of 16 rows all columns before the next ones: a cache line of the target is then filled at once.
TARGET static void NAME(transpose)(
    const float *restrict source, size_t rows, size_t columns, float *restrict target) {
  for (size_t band = 0; band < rows; band += 16) {
    for (size_t j = 0; j < columns; j += SIDE) {
      for (size_t i = band; i < rows && i < band + 16; i += SIDE) {
        if (i + SIDE <= rows && j + SIDE <= columns) {
          NAME(transpose_square)(source + i * columns + j, columns, target + j * rows + i, rows);
          continue;
        }
        for (size_t r = i; r < rows && r < i + SIDE; r++)
          for (size_t c = j; c < columns && c < j + SIDE; c++) target[c * rows + r] = source[r * columns + c];
      }
    }
  }
}

#undef FIRST_HALVES
#undef SECOND_HALVES
#undef INLINE
