#include "transpose.h"

#include <stdint.h>
#include <string.h>

#include "processor_kind.h"

// Only copies, so that the bits are the same whatever the processor. A block of 8 × 8 is read as eight vectors, transposed
// in registers in three rounds of exchanges, and written as eight: one memory access for eight numbers on both sides.

#pragma clang diagnostic ignored "-Wpsabi"
typedef float f8 __attribute__((vector_size(32)));

#define ALWAYS static inline __attribute__((always_inline))
#define STRIP 16
#define EXCHANGE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

ALWAYS void block(const float *const *rows, size_t sample, float *target, size_t target_stride) {
  f8 a[8], b[8];
  for (int i = 0; i < 8; i++) memcpy(&a[i], rows[i] + sample, 32);
  for (int i = 0; i < 8; i += 2) {
    b[i] = EXCHANGE(a[i], a[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    b[i + 1] = EXCHANGE(a[i], a[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int j = 0; j < 2; j++) {
      a[i + 2 * j] = EXCHANGE(b[i + j], b[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      a[i + 2 * j + 1] = EXCHANGE(b[i + j], b[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int j = 0; j < 4; j++) {
    b[j] = EXCHANGE(a[j], a[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    b[j + 4] = EXCHANGE(a[j], a[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
  for (int i = 0; i < 8; i++) memcpy(target + i * target_stride, &b[i], 32);
}

ALWAYS void run(
    const float *source, size_t source_stride, const ptrdiff_t *rows, size_t columns, float *target,
    size_t target_stride, size_t count) {
  // A strip of samples at a time: a cache line of each source row, and of the target whole lines from end to end.
  for (size_t first = 0; first < count; first += STRIP) {
    const size_t length = count - first < STRIP ? count - first : STRIP, whole = length / 8 * 8;
    size_t column = 0;
    for (; column + 8 <= columns; column += 8) {
      const float *pointers[8];
      for (int i = 0; i < 8; i++) pointers[i] = source + rows[column + i] * source_stride + first;
      float *corner = target + first * target_stride + column;
      for (size_t s = 0; s < whole; s += 8) block(pointers, s, corner + s * target_stride, target_stride);
      for (size_t s = whole; s < length; s++)
        for (int i = 0; i < 8; i++) corner[s * target_stride + i] = pointers[i][s];
    }
    for (; column < columns; column++) {
      const float *row = source + rows[column] * source_stride + first;
      for (size_t s = 0; s < length; s++) target[(first + s) * target_stride + column] = row[s];
    }
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void run_avx2(
    const float *source, size_t source_stride, const ptrdiff_t *rows, size_t columns, float *target,
    size_t target_stride, size_t count) {
  run(source, source_stride, rows, columns, target, target_stride, count);
}
#endif

void strata_gather_transposed(
    const float *source, size_t source_stride, const ptrdiff_t *rows, size_t columns, float *target,
    size_t target_stride, size_t count) {
#if defined(__x86_64__)
  if (strata_processor_kind_in_use() >= strata_avx2_processor)
    return run_avx2(source, source_stride, rows, columns, target, target_stride, count);
#endif
  run(source, source_stride, rows, columns, target, target_stride, count);
}
