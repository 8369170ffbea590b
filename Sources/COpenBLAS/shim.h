// OpenBLAS and LAPACKE, imported by the Swift target LinearAlgebra only: gsl_cblas.h, which GSL's headers
// pull in, declares the same names differently.
#pragma once
#include <cblas.h>
#include <lapacke.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

/// Sets flush-to-zero and denormals-are-zero for the calling thread; saturated units otherwise cost 100x.
static inline void strata_flush_denormals(void) {
#if defined(__SSE__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
}
