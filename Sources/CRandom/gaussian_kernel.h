// The kernel of gaussian.c for one width of vectors; included once for each.
//
// Before: LANES, the number of floats of a vector; TARGET, the instructions that may be used (never FMA); EVEN, the first
// even lanes; MULTIPLY_LOWER(a, b), the products of the lower halves of 64-bit lanes with a constant; INTERLEAVE(a, b), the
// even words of a and the odd words of b; NAME, of the function that comes out.

#define floats GLUE(NAME, _floats)
#define words GLUE(NAME, _words)
#define integers GLUE(NAME, _integers)
#define halves GLUE(NAME, _halves)
#define logarithm GLUE(NAME, _logarithm)
#define radius GLUE(NAME, _radius)
#define pair GLUE(NAME, _pair)
#define philox GLUE(NAME, _philox)
#define product GLUE(NAME, _product)
#define philox_round GLUE(NAME, _philox_round)
#define interleaved GLUE(NAME, _interleaved)
#define ALWAYS static inline __attribute__((always_inline)) TARGET

typedef float floats __attribute__((vector_size(4 * LANES)));
typedef uint32_t words __attribute__((vector_size(4 * LANES)));
typedef int32_t integers __attribute__((vector_size(4 * LANES)));
typedef uint64_t halves __attribute__((vector_size(4 * LANES)));

/// As `logarithm` in GaussianFill.swift.
ALWAYS floats logarithm(floats u) {
#pragma STDC FP_CONTRACT OFF
  words shifted = (words)u - 0x3F3504F3u;
  floats exponent = __builtin_convertvector((integers)shifted >> 23, floats);
  floats mantissa = (floats)((shifted & 0x007FFFFFu) + 0x3F3504F3u);
  floats x = mantissa - 1.0f;
  floats z = x * x;
  floats p = x * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * x + 1.1676998740e-1f;
  p = p * x - 1.2420140846e-1f;
  p = p * x + 1.4249322787e-1f;
  p = p * x - 1.6668057665e-1f;
  p = p * x + 2.0000714765e-1f;
  p = p * x - 2.4999993993e-1f;
  p = p * x + 3.3333331174e-1f;
  floats tail = p * x * z + exponent * -2.12194440e-4f - z * 0.5f;
  return x + tail + exponent * 0.693359375f;
}

/// As `radius` in GaussianFill.swift.
ALWAYS floats radius(words word) {
#pragma STDC FP_CONTRACT OFF
  floats u = (__builtin_convertvector((integers)(word >> 1), floats) + 0.5f) * 0x1p-31f;
  return __builtin_elementwise_sqrt(logarithm(u) * -2.0f);
}

/// As `cosineAndSine` in GaussianFill.swift, times the radius.
ALWAYS void pair(floats r, words word, float *cosines, float *sines) {
#pragma STDC FP_CONTRACT OFF
  floats fraction = __builtin_convertvector((integers)(word & 0x3FFFFFFFu), floats);
  floats a = (fraction + 0.5f) * (float)(0x1p-30 * 1.5707963267948966) - 0.78539816339f;
  floats z = a * a;
  floats sine = ((z * -1.9515295891e-4f + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * a + a;
  floats cosine =
      ((z * 2.443315711809948e-5f - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z - z * 0.5f + 1.0f;
  words swap = (word >> 30) & 1u;
  words odd = 0u - swap;
  words s = (words)sine, c = (words)cosine;
  words sign_of_sine = word & 0x80000000u;
  words sign_of_cosine = sign_of_sine ^ (swap << 31);
  floats first = r * (floats)(((c & ~odd) | (s & odd)) ^ sign_of_cosine);
  floats second = r * (floats)(((s & ~odd) | (c & odd)) ^ sign_of_sine);
  // A vector of sixteen belongs to two superblocks.
  for (int part = 0; part < LANES / 8; part++) {
    __builtin_memcpy(cosines + 32 * part, (char *)&first + 32 * part, 32);
    __builtin_memcpy(sines + 32 * part, (char *)&second + 32 * part, 32);
  }
}

/// The words of every other counter, each in the lower half of 64 bits; what the upper halves hold is never read, since
/// products take lower halves only.
typedef struct philox {
  halves c0, c1, c2, c3;
} philox;

ALWAYS halves product(halves word, uint32_t factor) { return MULTIPLY_LOWER(word, factor); }

ALWAYS philox philox_round(philox c, halves k0, halves k1) {
  halves p0 = product(c.c0, 0xD2511F53u), p1 = product(c.c2, 0xCD9E8D57u);
  return (philox){(p1 >> 32) ^ c.c1 ^ k0, p1, (p0 >> 32) ^ c.c3 ^ k1, p0};
}

/// The words of all counters in order.
ALWAYS words interleaved(halves even, halves odd) { return INTERLEAVE(even, odd << 32); }

/// Writes as many superblocks as vectors hold, again and again, and returns how many: `count` at most.
TARGET static size_t NAME(float *target, uint64_t first, size_t count, uint64_t key) {
  // The rounds' keys do not depend on the counter.
  halves k0[10], k1[10];
  for (uint32_t round = 0; round < 10; round++) {
    k0[round] = (halves){0} + (uint32_t)((uint32_t)key + round * 0x9E3779B9u);
    k1[round] = (halves){0} + (uint32_t)((uint32_t)(key >> 32) + round * 0xBB67AE85u);
  }
  size_t block = 0;
  for (; block + LANES / 8 <= count; block += LANES / 8, target += 4 * LANES) {
    halves even = (halves)EVEN + (first + block) * 8, odd = even + 1;
    philox a = {even, even >> 32, {0}, {0}}, b = {odd, odd >> 32, {0}, {0}};
#pragma unroll
    for (int round = 0; round < 10; round++) {
      a = philox_round(a, k0[round], k1[round]);
      b = philox_round(b, k0[round], k1[round]);
    }
    pair(radius(interleaved(a.c0, b.c0)), interleaved(a.c1, b.c1), target, target + 8);
    pair(radius(interleaved(a.c2, b.c2)), interleaved(a.c3, b.c3), target + 16, target + 24);
  }
  return block;
}

#undef floats
#undef words
#undef integers
#undef halves
#undef logarithm
#undef radius
#undef pair
#undef philox
#undef product
#undef philox_round
#undef interleaved
#undef ALWAYS
#undef LANES
#undef TARGET
#undef EVEN
#undef MULTIPLY_LOWER
#undef INTERLEAVE
#undef NAME
