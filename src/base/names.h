// Names as numbers: each different name gets the next number from 0, and finds it again.
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct names {
    struct arena text;
    const char **name; // (n), 0-terminated
    uint32_t *n_byte;  // (n)
    uint32_t *slot;    // (n_slot), 1 + number, 0: free
    uint32_t n, cap, n_slot;
};

// An empty table whose names have at most cap_bytes together.
void names_init(struct names *names, size_t cap_bytes);
void names_fini(struct names *names); // accepts an all-zero table

// The number of a name, UINT32_MAX where it has none.
uint32_t names_find(const struct names *names, const char *bytes, size_t n);

// The number of a name, which gets one where it has none.
//   errors  MARU_E_LIMIT: the cap is reached; MARU_E_MEMORY
MARU_MUST_USE maru_status names_add(struct names *names, const char *bytes, size_t n,
                                    uint32_t *number, maru_error *err);

#endif
