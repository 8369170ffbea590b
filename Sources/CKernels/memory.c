#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void strata_keep_freed_memory(void) {
#ifdef __GLIBC__
  // 32 MiB is the largest threshold that glibc accepts.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

void strata_prefer_large_pages(void *start, size_t bytes) {
#ifdef MADV_HUGEPAGE
  const uintptr_t page = 2 << 20;
  const uintptr_t first = ((uintptr_t)start + page - 1) & ~(page - 1), last = ((uintptr_t)start + bytes) & ~(page - 1);
  // A wish: where it is refused, small pages do.
  if (first < last) madvise((void *)first, last - first, MADV_HUGEPAGE);
#endif
}
