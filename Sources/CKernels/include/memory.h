// How the allocator is asked to behave under many short-lived matrices.
#pragma once
#include <stddef.h>

/// Lets the allocator keep what is freed instead of returning it to the system; nothing where it is not glibc's.
void strata_keep_freed_memory(void);

/// Asks for large pages under a block that has not been written yet: a fault for each 2 MiB instead of each 4 KiB. Nothing where the
/// system has none.
void strata_prefer_large_pages(void *start, size_t bytes);
