#include "peak.h"

// A chain waits four cycles for its last result, and two can start in one: eight would do.
#define CHAINS(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11)

#define DECLARE(i) vector a##i = (vector){0} + (float)i;
#define STEP(i) __asm__ volatile("vfmadd213ps %2, %1, %0" : "+v"(a##i) : "v"(factor), "v"(addend));

#define DEFINE(name, bytes, feature)                                            \
  __attribute__((target(feature))) static double name(long rounds) {            \
    typedef float vector __attribute__((vector_size(bytes)));                   \
    vector factor = (vector){0} + 0.999f, addend = (vector){0} + 0.001f;        \
    CHAINS(DECLARE)                                                             \
    for (long i = 0; i < rounds; i++) { CHAINS(STEP) }                          \
    return 12.0 * 2.0 * (bytes / 4) * (double)rounds;                           \
  }

#if defined(__x86_64__)
DEFINE(multiply_adds_avx512, 64, "avx512f")
DEFINE(multiply_adds_avx2, 32, "avx2,fma")

double strata_multiply_adds(long rounds) {
  if (__builtin_cpu_supports("avx512f")) return multiply_adds_avx512(rounds);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return multiply_adds_avx2(rounds);
  return 0;
}
#else
double strata_multiply_adds(long rounds) { return 0 * (double)rounds; }
#endif
