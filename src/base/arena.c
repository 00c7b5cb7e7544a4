#include "base/arena.h"

#include "base/alloc.h"
#include "base/status.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

// A list of chunks, the newest first; each is one heap block:
//
//     chunk -> [ before | size_bytes | used_bytes | bytes ........ handed out ....|.... free .... ]
//
// Taking memory moves `used_bytes` of the newest chunk. When it does not fit, a new chunk of twice
// the size follows (4 KiB to 8 MiB). A request larger than that gets a chunk of exactly its size,
// put behind the newest one, so that the free rest of the newest is not lost.
//
// Invariants: every size is a multiple of ARENA_ALIGN; used_bytes of the arena is the sum over its
// chunks and never above cap_bytes; bytes never handed out are zero, because chunks come zeroed and
// nothing is ever put back. A chunk is never larger than what the cap still allows.

enum { ARENA_ALIGN = alignof(max_align_t), CHUNK_MIN_BYTES = 1 << 12, CHUNK_MAX_BYTES = 1 << 23 };

struct arena_chunk {
    struct arena_chunk *before;
    size_t size_bytes;
    size_t used_bytes;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena, size_t cap_bytes) {
    *arena = (struct arena){.cap_bytes = cap_bytes};
}

void arena_fini(struct arena *arena) {
    if (!arena) {
        return;
    }
    struct arena_chunk *chunk = arena->last;
    while (chunk) {
        struct arena_chunk *before = chunk->before;
        alloc_free(chunk);
        chunk = before;
    }
    *arena = (struct arena){0};
}

// The size for the chunk after the newest, before looking at the request.
static size_t usual_size(const struct arena *arena) {
    const size_t left = (arena->cap_bytes - arena->used_bytes) / ARENA_ALIGN * ARENA_ALIGN;
    size_t size = CHUNK_MIN_BYTES;
    if (arena->last && arena->last->size_bytes >= CHUNK_MAX_BYTES / 2) {
        size = CHUNK_MAX_BYTES;
    } else if (arena->last && arena->last->size_bytes >= CHUNK_MIN_BYTES) {
        size = arena->last->size_bytes * 2;
    }
    return size < left ? size : left;
}

// A chunk with room for n_bytes, linked into the arena, or NULL.
static struct arena_chunk *add_chunk(struct arena *arena, size_t n_bytes) {
    const size_t usual = usual_size(arena);
    const size_t size = n_bytes > usual ? n_bytes : usual;
    if (size > SIZE_MAX - sizeof(struct arena_chunk)) {
        return NULL;
    }
    struct arena_chunk *chunk = alloc_new(1, sizeof(struct arena_chunk) + size);
    if (!chunk) {
        return NULL;
    }
    chunk->size_bytes = size;
    if (arena->last && n_bytes > usual) {
        chunk->before = arena->last->before;
        arena->last->before = chunk;
    } else {
        chunk->before = arena->last;
        arena->last = chunk;
    }
    return chunk;
}

static void *take_rounded(struct arena *arena, size_t n_bytes) {
    struct arena_chunk *chunk = arena->last;
    if (!chunk || n_bytes > chunk->size_bytes - chunk->used_bytes) {
        chunk = add_chunk(arena, n_bytes);
    }
    if (!chunk) {
        arena->is_full = false;
        return NULL;
    }
    void *block = chunk->bytes + chunk->used_bytes;
    chunk->used_bytes += n_bytes;
    arena->used_bytes += n_bytes;
    return block;
}

void *arena_take(struct arena *arena, size_t n, size_t size) {
    const size_t left = arena->cap_bytes - arena->used_bytes;
    // Compare before multiplying; an empty request still gets an address of its own.
    if (size > 0 && n > left / size) {
        arena->is_full = true;
        return NULL;
    }
    const size_t n_bytes = n * size > 0 ? n * size : 1;
    const size_t n_pad = (ARENA_ALIGN - n_bytes % ARENA_ALIGN) % ARENA_ALIGN;
    if (n_bytes > left || n_pad > left - n_bytes) {
        arena->is_full = true;
        return NULL;
    }
    return take_rounded(arena, n_bytes + n_pad);
}

char *arena_text(struct arena *arena, const char *bytes, size_t n) {
    if (n == SIZE_MAX) {
        arena->is_full = true;
        return NULL;
    }
    char *copy = arena_take(arena, n + 1, 1);
    if (copy && n > 0) {
        memcpy(copy, bytes, n);
    }
    return copy;
}

maru_status(arena_refusal)(const struct arena *arena, maru_error *err) {
    if (arena->is_full) {
        return fail(err, MARU_E_LIMIT, "more than %zu bytes would be needed, which is the limit",
                    arena->cap_bytes);
    }
    return fail(err, MARU_E_MEMORY, "no memory left (%zu bytes in use here)", arena->used_bytes);
}
