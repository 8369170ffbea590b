// Which instructions this processor has, for the dispatch of passes that are compiled for several.
#pragma once

#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_(a, b)

#if defined(__x86_64__)

#define AVX2_TARGET __attribute__((target("avx2,fma")))
#define AVX512_TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))

static inline int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static inline int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}

/// Returns the pass of the widest vectors that the processor has.
#define DISPATCH(pass, ...)                                                                                            \
  if (has_avx512()) return avx512_##pass(__VA_ARGS__);                                                                 \
  if (has_avx2()) return avx2_##pass(__VA_ARGS__);                                                                     \
  return portable_##pass(__VA_ARGS__)

#else

#define DISPATCH(pass, ...) return portable_##pass(__VA_ARGS__)

#endif
