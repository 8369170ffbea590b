#include "gaussian.h"

// The superblocks of GaussianFill.swift with wide vectors: the same operations in the same order, so the same bits.
//
// Swift compiles for the oldest x86-64, whose vectors have 128 bits and no 32-bit products; here a function may ask for
// more and is chosen at run time. It must not ask for FMA, and no two operations may be contracted into one: a fused product
// rounds once instead of twice, and results would depend on the machine. (AVX-512 brings FMA along, so the pragma matters.)

#if defined(__x86_64__)
#include <immintrin.h>

#include "processor_kind.h"

#define GLUE_(a, b) a##b
#define GLUE(a, b) GLUE_(a, b)

#define LANES 8
#define TARGET __attribute__((target("avx2")))
#define EVEN {0, 2, 4, 6}
#define MULTIPLY_LOWER(a, b) ((halves)_mm256_mul_epu32((__m256i)(a), _mm256_set1_epi64x(b)))
#define INTERLEAVE(a, b) ((words)_mm256_blend_epi32((__m256i)(a), (__m256i)(b), 0xAA))
#define NAME fill_avx2
#include "gaussian_kernel.h"

#define LANES 16
#define TARGET __attribute__((target("avx512f")))
#define EVEN {0, 2, 4, 6, 8, 10, 12, 14}
#define MULTIPLY_LOWER(a, b) ((halves)_mm512_mul_epu32((__m512i)(a), _mm512_set1_epi64(b)))
#define INTERLEAVE(a, b) ((words)_mm512_mask_blend_epi32(0xAAAA, (__m512i)(a), (__m512i)(b)))
#define NAME fill_avx512
#include "gaussian_kernel.h"

int strata_uses_avx2(void) { return strata_processor_kind_in_use() >= strata_avx2_processor; }

void strata_gaussian_superblocks(float *target, uint64_t first, size_t count, uint64_t key) {
  const int uses_avx512 = strata_processor_kind_in_use() == strata_avx512_processor;
  size_t done = uses_avx512 ? fill_avx512(target, first, count, key) : 0;
  fill_avx2(target + 32 * done, first + done, count - done, key);
}

#else

void strata_gaussian_superblocks(float *target, uint64_t first, size_t count, uint64_t key) {}
int strata_uses_avx2(void) { return 0; }

#endif
