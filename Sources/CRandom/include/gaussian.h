// Standard Gaussian numbers in bulk, for processors with AVX2.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Whether AVX2 is in use: then ``strata_gaussian_superblocks`` may be called.
int strata_uses_avx2(void);

/// Writes the superblocks `first ..< first + count` of the key's sequence, 32 numbers each: the bits that GaussianFill.swift
/// computes.
void strata_gaussian_superblocks(float *target, uint64_t first, size_t count, uint64_t key);
