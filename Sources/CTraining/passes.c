#include "passes.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
  /// Rows that are multiplied, and then passed over, before the next ones: a multiple of all tiles' rows.
  PANEL_ROWS = 24
};

// Products may be fused with sums where the processor can.
#pragma STDC FP_CONTRACT ON

#define PASSES(kind)                                                                                                   \
  kind##_activate, kind##_differentiate, kind##_masked_error, kind##_column_sums, kind##_standardize, kind##_adam,     \
      kind##_transpose
#define PRODUCTS(kind) kind##_multiply, kind##_multiply_activate, kind##_multiply_differentiate

#define TARGET
#define NAME(x) portable_##x
#include "passes_kernel.h"
static const strata_passes portable_passes = {PASSES(portable), NULL, NULL, NULL};
#undef TARGET
#undef NAME

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) avx2_##x
#include "passes_kernel.h"
#define VECTOR __m256
#define LANES 8
#define MASK __m256i
#define FIRST_LANES(n) _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define LOAD(p) _mm256_loadu_ps(p)
#define LOAD_LANES(p, mask) _mm256_maskload_ps(p, mask)
#define STORE(p, x) _mm256_storeu_ps(p, x)
#define STORE_LANES(p, mask, x) _mm256_maskstore_ps(p, mask, x)
#define MULTIPLY_ADD(x, y, z) _mm256_fmadd_ps(x, y, z)
#define ADD(x, y) _mm256_add_ps(x, y)
#define BROADCAST(x) _mm256_set1_ps(x)
#define ZERO _mm256_setzero_ps()
#define TILE_VECTORS 2
#define TILE_ROWS(v) ((v) == 2 ? 6 : 12)
#include "products_kernel.h"
static const strata_passes avx2_passes = {PASSES(avx2), PRODUCTS(avx2)};
#undef TARGET
#undef NAME

#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
#define NAME(x) avx512_##x
#include "passes_kernel.h"
#define VECTOR __m512
#define LANES 16
#define MASK __mmask16
#define FIRST_LANES(n) ((__mmask16)(0xffffu >> (16 - (n))))
#define LOAD(p) _mm512_loadu_ps(p)
#define LOAD_LANES(p, mask) _mm512_maskz_loadu_ps(mask, p)
#define STORE(p, x) _mm512_storeu_ps(p, x)
#define STORE_LANES(p, mask, x) _mm512_mask_storeu_ps(p, mask, x)
#define MULTIPLY_ADD(x, y, z) _mm512_fmadd_ps(x, y, z)
#define ADD(x, y) _mm512_add_ps(x, y)
#define BROADCAST(x) _mm512_set1_ps(x)
#define ZERO _mm512_setzero_ps()
#define TILE_VECTORS 4
#define TILE_ROWS(v) ((v) == 4 ? 6 : (v) == 3 ? 8 : 12)
#include "products_kernel.h"
static const strata_passes avx512_passes = {PASSES(avx512), PRODUCTS(avx512)};
#undef TARGET
#undef NAME

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}

#endif

const strata_passes *strata_passes_with(strata_instructions instructions) {
  switch (instructions) {
  case strata_baseline_instructions: return &portable_passes;
#if defined(__x86_64__)
  case strata_avx2_instructions: return has_avx2() ? &avx2_passes : NULL;
  case strata_avx512_instructions: return has_avx512() ? &avx512_passes : NULL;
#else
  default: return NULL;
#endif
  }
}
