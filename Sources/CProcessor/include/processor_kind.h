// Which instructions the kernels of this package use: the most that the processor has, or what the environment says.
#pragma once
#include <stddef.h>

/// The variable that names a kind. It is read once, when a kernel is first chosen.
#define STRATA_PROCESSOR_VARIABLE "STRATA_PROCESSOR"

/// What a processor may have; each kind contains those before it.
typedef enum strata_processor_kind {
  /// What every processor of the target has.
  strata_baseline_processor,
  /// AVX2 and FMA.
  strata_avx2_processor,
  /// AVX-512 F, VL, BW and DQ.
  strata_avx512_processor,
} strata_processor_kind;

/// The most that this processor has.
strata_processor_kind strata_best_processor_kind(void);

/// What the variable names, or else the most that this processor has. Ends the process with a message if the variable cannot be
/// followed.
strata_processor_kind strata_processor_kind_in_use(void);

/// Reads a value of the variable. Returns 1, and the kind: `best` if `value` is NULL or empty. Or returns 0, and writes what
/// is wrong and what to do to `problem`, which has room for `size` bytes: the name is unknown, or more than `best`.
int strata_read_processor_kind(
    const char *value, strata_processor_kind best, strata_processor_kind *kind, char *problem, size_t size);
