// OpenBLAS and LAPACKE, imported by the Swift target LinearAlgebra only: gsl_cblas.h, which GSL's headers
// pull in, declares the same names differently.
#pragma once
#include <cblas.h>
#include <lapacke.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

/// Sets flush-to-zero and denormals-are-zero for the calling thread; saturated units otherwise cost 100x.
/// Returns the state before, for strata_restore_denormals.
static inline unsigned strata_flush_denormals(void) {
#if defined(__SSE__)
  unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
#else
  return 0;
#endif
}

/// Sets both flags to what they were.
static inline void strata_restore_denormals(unsigned before) {
#if defined(__SSE__)
  _mm_setcsr((_mm_getcsr() & ~0x8040u) | (before & 0x8040u));
#else
  (void)before;
#endif
}
