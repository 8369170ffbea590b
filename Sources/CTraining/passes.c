#include "passes.h"

#include <string.h>

#include "processor_kind.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
  /// Rows that are multiplied, and then passed over, before the next ones: a multiple of all tiles' rows.
  PANEL_ROWS = 24,
  /// Of the second factor as many columns are multiplied by all rows, before the next ones, as take this many bytes: they
  /// stay in the second cache, with what passes by.
  BLOCK_BYTES = 256 << 10,
  /// Columns of A that have as many bytes or more from the first to the last row do not stay in the second cache: they are
  /// fetched ahead by FETCHED_AHEAD rows. Nearer ones come by themselves, and asking for them costs a little.
  FAR_BYTES = 512 << 10,
  FETCHED_AHEAD = 32
};

/// How a product's factors are read, and what is done to its sums before they are written.
typedef struct manner {
  /// Whether columns of A are fetched ahead.
  int fetches_ahead;
  enum { no_ending, leaky_relu_of_sums, leaky_relu_gradient } ending;
  /// Of both leaky ReLUs.
  float slope;
  /// Added to the sums of a column, then the leaky ReLU.
  const float *bias;
  /// What the leaky ReLU gave, with the strides of C: the sums are multiplied by its derivative there.
  const float *source;
  /// Receive the column sums of these products, added to what they hold.
  float *sums;
} manner;

static inline size_t panel_rows(const strata_product *p, size_t first) {
  return p->rows - first < PANEL_ROWS ? p->rows - first : PANEL_ROWS;
}

/// The panel of a product that begins at row `first`.
static inline strata_product panel(const strata_product *p, size_t first) {
  strata_product part = *p;
  part.rows = panel_rows(p, first);
  part.a += first * p->a_row;
  part.c += first * p->c_stride;
  return part;
}

/// The columns that passes over C process: whole vectors where its rows have room for them.
static inline size_t padded_columns(const strata_product *p) {
  const size_t columns = (p->columns + 7) / 8 * 8;
  return columns < p->c_stride ? columns : p->c_stride;
}

/// The columns of a block for a second factor of `depth` rows: a multiple of every tile's.
static inline size_t block_columns(size_t depth) {
  const size_t columns = BLOCK_BYTES / sizeof(float) / (depth ? depth : 1) / 64 * 64;
  return columns > 64 ? columns : 64;
}

// Products may be fused with sums where the processor can.
#pragma STDC FP_CONTRACT ON

#define PASSES(kind)                                                                                                   \
  kind##_activate, kind##_differentiate, kind##_masked_error, kind##_column_sums, kind##_standardize, kind##_adam,     \
      kind##_transpose
#define PRODUCTS(kind) kind##_multiply, kind##_multiply_activate, kind##_multiply_differentiate

#define TARGET
#define NAME(x) portable_##x
#define SIDE 8
#include "passes_kernel.h"
static const strata_passes portable_passes = {PASSES(portable), NULL, NULL, NULL};
#undef TARGET
#undef NAME
#undef SIDE

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) avx2_##x
#define SIDE 8
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
#define MULTIPLY(x, y) _mm256_mul_ps(x, y)
#define LARGER(x, y) _mm256_max_ps(x, y)
#define SCALE_UNLESS_POSITIVE(s, x, f)                                                                                 \
  _mm256_blendv_ps(_mm256_mul_ps(x, f), x, _mm256_cmp_ps(s, _mm256_setzero_ps(), _CMP_GT_OQ))
#define BROADCAST(x) _mm256_set1_ps(x)
#define ZERO _mm256_setzero_ps()
#define TILE_VECTORS 2
#define TILE_ROWS(v) ((v) == 2 ? 6 : 12)
#include "products_kernel.h"
static const strata_passes avx2_passes = {PASSES(avx2), PRODUCTS(avx2)};
#undef TARGET
#undef NAME
#undef SIDE

#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
#define NAME(x) avx512_##x
#define SIDE 16
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
#define MULTIPLY(x, y) _mm512_mul_ps(x, y)
#define LARGER(x, y) _mm512_max_ps(x, y)
#define SCALE_UNLESS_POSITIVE(s, x, f)                                                                                 \
  _mm512_mask_mul_ps(x, _mm512_cmp_ps_mask(s, _mm512_setzero_ps(), _CMP_NGT_UQ), x, f)
#define BROADCAST(x) _mm512_set1_ps(x)
#define ZERO _mm512_setzero_ps()
#define TILE_VECTORS 4
#define TILE_ROWS(v) ((v) == 4 ? 6 : (v) == 3 ? 8 : 12)
#include "products_kernel.h"
static const strata_passes avx512_passes = {PASSES(avx512), PRODUCTS(avx512)};
#undef TARGET
#undef NAME
#undef SIDE

#endif

const strata_passes *strata_passes_with(strata_instructions instructions) {
  switch (instructions) {
  case strata_baseline_instructions: return &portable_passes;
#if defined(__x86_64__)
  case strata_avx2_instructions: return strata_best_processor_kind() >= strata_avx2_processor ? &avx2_passes : NULL;
  case strata_avx512_instructions:
    return strata_best_processor_kind() >= strata_avx512_processor ? &avx512_passes : NULL;
#else
  default: return NULL;
#endif
  }
}
