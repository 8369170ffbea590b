// The superblocks of GaussianFill.swift with 256-bit vectors: the same operations in the same order, so the same bits.
//
// Swift compiles for the oldest x86-64, whose vectors have 128 bits and no 32-bit products; here a function may ask for
// AVX2. It must not ask for FMA: a fused product rounds once instead of twice, and results would depend on the machine.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

typedef float strata_f8 __attribute__((vector_size(32)));
typedef uint32_t strata_u8 __attribute__((vector_size(32)));
typedef int32_t strata_i8 __attribute__((vector_size(32)));
typedef uint64_t strata_u64x8 __attribute__((vector_size(64)));

#define STRATA_AVX2 static inline __attribute__((always_inline, target("avx2")))

/// As `logarithm` in GaussianFill.swift.
STRATA_AVX2 strata_f8 strata_log8(strata_f8 u) {
#pragma STDC FP_CONTRACT OFF
  strata_u8 shifted = (strata_u8)u - 0x3F3504F3u;
  strata_f8 exponent = __builtin_convertvector((strata_i8)shifted >> 23, strata_f8);
  strata_f8 mantissa = (strata_f8)((shifted & 0x007FFFFFu) + 0x3F3504F3u);
  strata_f8 x = mantissa - 1.0f;
  strata_f8 z = x * x;
  strata_f8 p = x * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * x + 1.1676998740e-1f;
  p = p * x - 1.2420140846e-1f;
  p = p * x + 1.4249322787e-1f;
  p = p * x - 1.6668057665e-1f;
  p = p * x + 2.0000714765e-1f;
  p = p * x - 2.4999993993e-1f;
  p = p * x + 3.3333331174e-1f;
  strata_f8 tail = p * x * z + exponent * -2.12194440e-4f - z * 0.5f;
  return x + tail + exponent * 0.693359375f;
}

/// As `radius` in GaussianFill.swift.
STRATA_AVX2 strata_f8 strata_radius8(strata_u8 word) {
#pragma STDC FP_CONTRACT OFF
  strata_f8 u = (__builtin_convertvector((strata_i8)(word >> 1), strata_f8) + 0.5f) * 0x1p-31f;
  return __builtin_elementwise_sqrt(strata_log8(u) * -2.0f);
}

/// As `cosineAndSine` in GaussianFill.swift, times the radius.
STRATA_AVX2 void strata_pair8(strata_f8 r, strata_u8 word, float *cosines, float *sines) {
#pragma STDC FP_CONTRACT OFF
  strata_f8 fraction = __builtin_convertvector((strata_i8)(word & 0x3FFFFFFFu), strata_f8);
  strata_f8 a = (fraction + 0.5f) * (float)(0x1p-30 * 1.5707963267948966) - 0.78539816339f;
  strata_f8 z = a * a;
  strata_f8 sine = ((z * -1.9515295891e-4f + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * a + a;
  strata_f8 cosine =
      ((z * 2.443315711809948e-5f - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z - z * 0.5f + 1.0f;
  strata_u8 swap = (word >> 30) & 1u;
  strata_u8 odd = 0u - swap;
  strata_u8 s = (strata_u8)sine, c = (strata_u8)cosine;
  strata_u8 sign_of_sine = word & 0x80000000u;
  strata_u8 sign_of_cosine = sign_of_sine ^ (swap << 31);
  strata_f8 first = r * (strata_f8)(((c & ~odd) | (s & odd)) ^ sign_of_cosine);
  strata_f8 second = r * (strata_f8)(((s & ~odd) | (c & odd)) ^ sign_of_sine);
  __builtin_memcpy(cosines, &first, 32);
  __builtin_memcpy(sines, &second, 32);
}

/// Whole superblocks `first ..< first + count` of 32 numbers each.
__attribute__((target("avx2"))) static inline void strata_gaussian_superblocks(
    float *target, uint64_t first, size_t count, uint64_t key) {
  for (size_t block = 0; block < count; block++, target += 32) {
    strata_u64x8 lanes = (first + block) * 8 + (strata_u64x8){0, 1, 2, 3, 4, 5, 6, 7};
    strata_u8 c0 = __builtin_convertvector(lanes, strata_u8);
    strata_u8 c1 = __builtin_convertvector(lanes >> 32, strata_u8);
    strata_u8 c2 = {0}, c3 = {0};
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
      strata_u64x8 p0 = __builtin_convertvector(c0, strata_u64x8) * 0xD2511F53u;
      strata_u64x8 p1 = __builtin_convertvector(c2, strata_u64x8) * 0xCD9E8D57u;
      strata_u8 next0 = __builtin_convertvector(p1 >> 32, strata_u8) ^ c1 ^ k0;
      strata_u8 next2 = __builtin_convertvector(p0 >> 32, strata_u8) ^ c3 ^ k1;
      c1 = __builtin_convertvector(p1, strata_u8);
      c3 = __builtin_convertvector(p0, strata_u8);
      c0 = next0;
      c2 = next2;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    strata_pair8(strata_radius8(c0), c1, target, target + 8);
    strata_pair8(strata_radius8(c2), c3, target + 16, target + 24);
  }
}

static inline int strata_has_avx2(void) { return __builtin_cpu_supports("avx2"); }

#else

static inline void strata_gaussian_superblocks(float *target, uint64_t first, size_t count, uint64_t key) {}
static inline int strata_has_avx2(void) { return 0; }

#endif
