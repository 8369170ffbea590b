// The dispatch of passes that are compiled for several kinds of processors.
#pragma once
#include "processor_kind.h"

#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_(a, b)

#if defined(__x86_64__)

#define AVX2_TARGET __attribute__((target("avx2,fma")))
#define AVX512_TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))

/// Returns the pass for the kind of processor in use.
#define DISPATCH(pass, ...)                                                                                            \
  switch (strata_processor_kind_in_use()) {                                                                            \
  case strata_avx512_processor: return avx512_##pass(__VA_ARGS__);                                                     \
  case strata_avx2_processor: return avx2_##pass(__VA_ARGS__);                                                         \
  case strata_baseline_processor: return portable_##pass(__VA_ARGS__);                                                 \
  }

#else

#define DISPATCH(pass, ...) return portable_##pass(__VA_ARGS__)

#endif
