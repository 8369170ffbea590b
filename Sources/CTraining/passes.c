#include "passes.h"

#include <string.h>

// Products may be fused with sums where the processor can.
#pragma STDC FP_CONTRACT ON

#define TARGET
#define NAME(x) portable_##x
#include "passes_kernel.h"

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) avx2_##x
#include "passes_kernel.h"

#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
#define NAME(x) avx512_##x
#include "passes_kernel.h"

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}

#define DISPATCH(function, ...)                               \
  if (has_avx512()) return avx512_##function(__VA_ARGS__);    \
  if (has_avx2()) return avx2_##function(__VA_ARGS__);        \
  return portable_##function(__VA_ARGS__)

#else
#define DISPATCH(function, ...) return portable_##function(__VA_ARGS__)
#endif

void strata_activate(
    strata_nonlinearity kind, float slope, float *x, const float *bias, float *derivative, size_t rows, size_t stride) {
  DISPATCH(activate, kind, slope, x, bias, derivative, rows, stride);
}

void strata_differentiate(
    strata_nonlinearity kind, float slope, const float *upstream, const float *source, float *gradient,
    float *bias_gradient, size_t rows, size_t stride) {
  DISPATCH(differentiate, kind, slope, upstream, source, gradient, bias_gradient, rows, stride);
}

double strata_masked_error(
    float *output, const float *bias, const float *target, const float *mask, float scale, float *bias_gradient,
    size_t rows, size_t stride) {
  DISPATCH(masked_error, output, bias, target, mask, scale, bias_gradient, rows, stride);
}

void strata_column_sums(const float *values, float *sums, size_t rows, size_t stride) {
  DISPATCH(column_sums, values, sums, rows, stride);
}

void strata_standardize(
    const float *x, const float *mask, const float *mean, const float *inverse_deviation, float *standardized,
    float *visible, size_t count) {
  DISPATCH(standardize, x, mask, mean, inverse_deviation, standardized, visible, count);
}

void strata_adam(
    const strata_adam_constants *constants, float *parameters, const float *gradients, float *first, float *second,
    size_t count) {
  DISPATCH(adam, constants, parameters, gradients, first, second, count);
}
