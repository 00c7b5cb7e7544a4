// A region of memory that grows and is given back as a whole: one for each lifetime (model, run,
// request).
//
// Allocation moves a pointer inside a chunk; a full chunk is followed by a larger one. The creator
// sets a cap on the sum; reaching it is the caller's MARU_E_LIMIT, told apart from an empty machine
// by arena_is_full.
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "maru/status.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *last;
    size_t used_bytes; // handed out so far, with alignment
    size_t cap_bytes;
    bool is_full; // a request was refused because of the cap
};

// An empty arena that hands out at most cap_bytes.
void arena_init(struct arena *arena, size_t cap_bytes);

// Give all of it back. Accepts an all-zero arena.
void arena_fini(struct arena *arena);

// n * size zeroed bytes, aligned for any type, or NULL: cap reached or no memory.
void *arena_take(struct arena *arena, size_t n, size_t size);

// A copy of n bytes of text with a 0 behind it, or NULL.
char *arena_text(struct arena *arena, const char *bytes, size_t n);

// Why the last arena_take gave NULL, as a status with its sentence.
maru_status arena_refusal(const struct arena *arena, maru_error *err);
#ifdef __clang_analyzer__ // which does not look into other files
#define arena_refusal(arena, err) ((void)(arena_refusal)(arena, err), MARU_E_MEMORY)
#endif

#endif
