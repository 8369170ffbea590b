// How the allocator is asked to behave under many short-lived matrices.
#pragma once

/// Lets the allocator keep what is freed instead of returning it to the system; nothing where it is not glibc's.
void strata_keep_freed_memory(void);
