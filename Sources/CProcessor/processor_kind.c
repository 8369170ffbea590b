#include "processor_kind.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"baseline", "avx2", "avx512"};
enum { KINDS = sizeof names / sizeof *names };

strata_processor_kind strata_best_processor_kind(void) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return strata_baseline_processor;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                 __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
             ? strata_avx512_processor
             : strata_avx2_processor;
#else
  return strata_baseline_processor;
#endif
}

int strata_read_processor_kind(
    const char *value, strata_processor_kind best, strata_processor_kind *kind, char *problem, size_t size) {
  *kind = best;
  if (!value || !*value) return 1;
  for (int i = 0; i < KINDS; i++) {
    if (strcmp(value, names[i]) != 0) continue;
    *kind = (strata_processor_kind)i;
    if (*kind <= best) return 1;
    snprintf(
        problem, size, "%s is %s, which this processor lacks: set it to %s%s, or unset it", STRATA_PROCESSOR_VARIABLE,
        value, names[best], best == strata_baseline_processor ? "" : " at most");
    return 0;
  }
  snprintf(
      problem, size, "%s is '%.40s', which is no kind of processor: set it to baseline, avx2 or avx512, or unset it",
      STRATA_PROCESSOR_VARIABLE, value);
  return 0;
}

strata_processor_kind strata_processor_kind_in_use(void) {
  // Threads that come here at the same time read the same.
  static atomic_int known = -1;
  const int before = atomic_load_explicit(&known, memory_order_relaxed);
  if (before >= 0) return (strata_processor_kind)before;
  strata_processor_kind kind;
  char problem[200];
  if (!strata_read_processor_kind(
          getenv(STRATA_PROCESSOR_VARIABLE), strata_best_processor_kind(), &kind, problem, sizeof problem)) {
    fprintf(stderr, "Fatal error: %s\n", problem);
    abort();
  }
  atomic_store_explicit(&known, (int)kind, memory_order_relaxed);
  return kind;
}
