// The only door to the heap for everything above the line, so that tests can count calls and make
// the k-th one fail.
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

// n * size zeroed bytes, or NULL. Overflow of the product gives NULL.
void *alloc_new(size_t n, size_t size);

// Grow or shrink to n * size bytes; new bytes are not zeroed. NULL leaves `old` as it was.
void *alloc_resize(void *old, size_t n, size_t size);

// Accepts NULL.
void alloc_free(void *block);

// Tests only: how many times this thread has asked for memory since it started.
uint64_t alloc_count(void);

// Tests only: let the next `n` requests of this thread succeed and all later ones fail; UINT64_MAX
// turns it off.
void alloc_fail_after(uint64_t n);

#endif
