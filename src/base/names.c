#include "base/names.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// A hash table with open addressing of numbers into an array of names, at most half full. The hash is FNV-1a with a final
// mix; results never depend on it, since numbers are given in the order of coming.

static uint32_t hash_of(const char *bytes, size_t n) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ (uint8_t)bytes[i]) * UINT64_C(1099511628211);
    }
    hash ^= hash >> 29;
    return (uint32_t)(hash * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

void names_init(struct names *names, size_t cap_bytes) {
    *names = (struct names){0};
    arena_init(&names->text, cap_bytes);
}

void names_fini(struct names *names) {
    arena_fini(&names->text);
    alloc_free((void *)names->name);
    alloc_free(names->n_byte);
    alloc_free(names->slot);
    *names = (struct names){0};
}

// The slot of a name, or the free one where it would stand. n_slot is a power of two.
static uint32_t find_slot(const struct names *names, const char *bytes, size_t n) {
    uint32_t at = hash_of(bytes, n) & (names->n_slot - 1);
    while (names->slot[at] != 0) {
        const uint32_t number = names->slot[at] - 1;
        if (names->n_byte[number] == n && memcmp(names->name[number], bytes, n) == 0) {
            break;
        }
        at = (at + 1) & (names->n_slot - 1);
    }
    return at;
}

uint32_t names_find(const struct names *names, const char *bytes, size_t n) {
    return names->n_slot == 0 ? UINT32_MAX : names->slot[find_slot(names, bytes, n)] - 1;
}

static bool grow(struct names *names) {
    const uint32_t cap = names->cap == 0 ? 32 : 2 * names->cap;
    const char **name = alloc_resize((void *)names->name, cap, sizeof *name);
    names->name = name ? name : names->name;
    uint32_t *n_byte = alloc_resize(names->n_byte, cap, sizeof *n_byte);
    names->n_byte = n_byte ? n_byte : names->n_byte;
    uint32_t *slot = alloc_new(cap, 2 * sizeof *slot);
    if (!name || !n_byte || !slot) {
        alloc_free(slot);
        return false;
    }
    alloc_free(names->slot);
    names->slot = slot;
    names->n_slot = 2 * cap;
    names->cap = cap;
    for (uint32_t i = 0; i < names->n; i++) {
        slot[find_slot(names, name[i], n_byte[i])] = i + 1;
    }
    return true;
}

maru_status names_add(struct names *names, const char *bytes, size_t n, uint32_t *number,
                      maru_error *err) {
    const uint32_t known = names_find(names, bytes, n);
    if (known != UINT32_MAX) {
        *number = known;
        return MARU_OK;
    }
    if (n > UINT32_MAX / 4 || names->n >= UINT32_MAX / 4 ||
        (names->n == names->cap && !grow(names))) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const char *text = arena_text(&names->text, bytes, n);
    if (!text) {
        return arena_refusal(&names->text, err);
    }
    names->name[names->n] = text;
    names->n_byte[names->n] = (uint32_t)n;
    names->slot[find_slot(names, bytes, n)] = names->n + 1;
    *number = names->n++;
    return MARU_OK;
}
