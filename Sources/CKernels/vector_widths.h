// Includes KERNEL once for each width of vectors that this processor family may have: the passes of one kind of instructions each, with the
// prefixes that DISPATCH chooses from. For kernels over vector_math.h.

#include <stdint.h>
#include <string.h>

#include "processor.h"

// Everything that passes a vector is inlined, so its calling convention never matters.
#pragma clang diagnostic ignored "-Wpsabi"

// Any processor: vectors of two, as the oldest x86-64 has them.
#define LANES 2
#define TARGET
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define NAME(x) GLUE(portable, x)
#include KERNEL

#if defined(__x86_64__)

#define LANES 4
#define TARGET AVX2_TARGET
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define NAME(x) GLUE(avx2, x)
#include KERNEL

#define LANES 8
#define TARGET AVX512_TARGET
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#define NAME(x) GLUE(avx512, x)
#include KERNEL

#endif
