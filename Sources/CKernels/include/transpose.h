// Rows of a feature-major panel as columns of a data matrix.
#pragma once
#include <stddef.h>

/// `target[s · target_stride + c] = source[rows[c] · source_stride + s]` for `count` samples s and `columns` columns c.
void strata_gather_transposed(
    const float *source, size_t source_stride, const ptrdiff_t *rows, size_t columns, float *target,
    size_t target_stride, size_t count);
