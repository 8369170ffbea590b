#include "passes.h"

#include <string.h>

// Products may be fused with sums where the processor can.
#pragma STDC FP_CONTRACT ON

#define PASSES(kind)                                                                                                   \
  static const strata_passes kind##_passes = {kind##_activate,    kind##_differentiate, kind##_masked_error,           \
                                              kind##_column_sums, kind##_standardize,   kind##_adam}

#define TARGET
#define NAME(x) portable_##x
#include "passes_kernel.h"
PASSES(portable);

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) avx2_##x
#include "passes_kernel.h"
PASSES(avx2);

#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
#define NAME(x) avx512_##x
#include "passes_kernel.h"
PASSES(avx512);

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
