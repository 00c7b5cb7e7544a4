#include "base/alloc.h"

#include <stdlib.h>

// malloc with a counter and a fuse, for tests of what happens without memory.
//
// The counter and the fuse belong to a thread: a test can blow its own fuse while other threads
// work. They are the only state outside a caller's memory above the line. An armed fuse counts down
// with each request; at 0 it stays blown until it is set again, so that "the k-th request and all
// later ones fail".

static _Thread_local uint64_t n_asked;
static _Thread_local uint64_t n_left = UINT64_MAX;

static int may_allocate(void) {
    n_asked++;
    if (n_left == UINT64_MAX) {
        return 1;
    }
    if (n_left == 0) {
        return 0;
    }
    n_left--;
    return 1;
}

void *alloc_new(size_t n, size_t size) {
    // calloc checks the product too, but a sanitizer's calloc ends the program there.
    if (!may_allocate() || (size > 0 && n > SIZE_MAX / size)) {
        return NULL;
    }
    return calloc(n > 0 ? n : 1, size > 0 ? size : 1);
}

void *alloc_resize(void *old, size_t n, size_t size) {
    if (!may_allocate() || (size > 0 && n > SIZE_MAX / size)) {
        return NULL;
    }
    const size_t n_bytes = n * size;
    return realloc(old, n_bytes > 0 ? n_bytes : 1);
}

void alloc_free(void *block) { free(block); }

uint64_t alloc_count(void) { return n_asked; }

void alloc_fail_after(uint64_t n) { n_left = n; }
