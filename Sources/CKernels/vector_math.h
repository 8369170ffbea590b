// Vectors of doubles and their functions for one width; included once for each, and vector_math_end.h after their use.
//
// Before: LANES, the number of doubles of a vector; TARGET, the instructions that may be used; MULTIPLY_ADD(a, b, c), fused where
// the target has it; NAME(x), the names that come out.

#define vector NAME(vector)
#define integers NAME(integers)
#define ALWAYS static inline __attribute__((always_inline)) TARGET
#define UNROLL _Pragma("clang loop unroll(full)")

typedef double vector __attribute__((vector_size(8 * LANES)));
typedef int64_t integers __attribute__((vector_size(8 * LANES)));

ALWAYS vector NAME(load)(const double *source, size_t lanes) {
  vector result = {0};
  memcpy(&result, source, lanes == LANES ? sizeof result : 8 * lanes);
  return result;
}

ALWAYS void NAME(store)(vector value, double *target, size_t lanes) {
  memcpy(target, &value, lanes == LANES ? sizeof value : 8 * lanes);
}

ALWAYS vector NAME(select)(integers mask, vector yes, vector no) {
  return (vector)(((integers)yes & mask) | ((integers)no & ~mask));
}

/// exp(r) − 1 for |r| ≤ ½ ln 2: Taylor's polynomial of degree 13, whose remainder is below 5·10⁻¹⁸.
ALWAYS vector NAME(exponential_minus_one)(vector r) {
  const vector zero = {0};
  vector p = zero + 1.0 / 6227020800.0;
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 479001600.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 39916800.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 3628800.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 362880.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 40320.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 5040.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 720.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 120.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 24.0);
  p = MULTIPLY_ADD(p, r, zero + 1.0 / 6.0);
  p = MULTIPLY_ADD(p, r, zero + 0.5);
  return MULTIPLY_ADD(p, r * r, r);
}

/// Replaces x by r = x − n ln 2, in two steps (Cody & Waite 1980), |r| ≤ ½ ln 2, and returns n.
ALWAYS integers NAME(reduce)(vector *x) {
  const vector zero = {0}, magic = zero + 0x1.8p52;
  const vector shifted = MULTIPLY_ADD(*x, zero + 0x1.71547652b82fep0, magic);
  const vector n = shifted - magic;
  *x = MULTIPLY_ADD(n, zero - 0x1.62e42fefa3800p-1, *x);
  *x = MULTIPLY_ADD(n, zero - 0x1.ef35793c76730p-45, *x);
  return (integers)shifted - (integers)magic;
}

/// exp(x) = 2ⁿ exp(r).
ALWAYS vector NAME(exponential)(vector x) {
  const vector zero = {0};
  const integers tiny = x < -708.0, huge = x > 709.0, nan = x != x;
  vector y = NAME(select)(tiny | huge | nan, zero, x);
  vector r = y;
  const integers n = NAME(reduce)(&r);
  const vector p = NAME(exponential_minus_one)(r) + 1.0;
  // Adding to the exponent is exact, as p is in [0.7, 1.5] and the result is normal.
  const integers power = n << 52;
  vector result = (vector)((integers)p + power);
  result = NAME(select)(tiny, zero, result);
  result = NAME(select)(huge, zero + __builtin_inf(), result);
  return NAME(select)(nan, x, result);
}

/// tanh(x) = u / (u + 2) of the sign of x, u = exp(2|x|) − 1 = 2ⁿ (exp(r) − 1) + (2ⁿ − 1): small numbers keep their digits.
/// Beyond 20 it is 1 to the last bit.
ALWAYS vector NAME(hyperbolic_tangent)(vector x) {
  const vector zero = {0};
  const integers sign = (integers)x & INT64_MIN;
  // NaN passes through all of it.
  vector y = 2.0 * (vector)((integers)x ^ sign);
  y = NAME(select)(y > 40.0, zero + 40.0, y);
  vector r = y;
  const integers n = NAME(reduce)(&r);
  const vector p = NAME(exponential_minus_one)(r);
  const vector power = (vector)((n + 1023) << 52);
  const vector u = MULTIPLY_ADD(power, p, power - 1.0);
  return (vector)((integers)(u / (u + 2.0)) | sign);
}
