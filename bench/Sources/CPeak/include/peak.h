#pragma once

/// Floating-point operations of fused multiply-adds that touch no memory: twelve independent chains of them, `rounds` times, in the widest
/// vectors that the processor has. Returns how many operations that were; 0 where the processor has no fused multiply-add.
double strata_multiply_adds(long rounds);
