#include "control/equipment/name_list.h"

#include <string.h>

#include "base/alloc.h"

// A table with open addresses, at most half full. The hash is FNV-1a: numbers are given in the order of
// adding, so nothing that is shown depends on it.

void name_list_init(struct name_list *list, struct arena *arena) {
    *list = (struct name_list){.arena = arena};
}

void name_list_fini(struct name_list *list) {
    if (list) {
        alloc_free(list->name);
        alloc_free(list->slot);
        *list = (struct name_list){0};
    }
}

static uint32_t hash(const char *bytes, size_t n) {
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001B3);
    }
    return (uint32_t)(h ^ h >> 32);
}

// The slot where the name is, or the free one where it belongs.
static uint32_t find_slot(const struct name_list *list, const char *bytes, size_t n) {
    uint32_t at = hash(bytes, n) & (list->n_slot - 1);
    while (list->slot[at] > 0) {
        const char *name = list->name[list->slot[at] - 1];
        if (strlen(name) == n && memcmp(name, bytes, n) == 0) {
            break;
        }
        at = (at + 1) & (list->n_slot - 1);
    }
    return at;
}

uint32_t name_list_find(const struct name_list *list, const char *bytes, size_t n) {
    return list->n_slot > 0 ? list->slot[find_slot(list, bytes, n)] - 1 : NAME_NONE;
}

static bool grow(struct name_list *list) {
    if (2 * (list->n + 1) <= list->n_slot) {
        return true;
    }
    const uint32_t n_slot = list->n_slot > 0 ? 2 * list->n_slot : 64;
    const char **name = alloc_resize(list->name, n_slot / 2, sizeof *name);
    if (!name) {
        return false;
    }
    list->name = name;
    uint32_t *slot = alloc_new(n_slot, sizeof *slot);
    if (!slot) {
        return false;
    }
    alloc_free(list->slot);
    list->slot = slot;
    list->n_slot = n_slot;
    for (uint32_t i = 0; i < list->n; i++) {
        slot[find_slot(list, name[i], strlen(name[i]))] = i + 1;
    }
    return true;
}

uint32_t name_list_add(struct name_list *list, const char *bytes, size_t n) {
    const uint32_t known = name_list_find(list, bytes, n);
    if (known != NAME_NONE) {
        return known;
    }
    const char *text = grow(list) ? arena_text(list->arena, bytes, n) : NULL;
    if (!text) {
        return NAME_NONE;
    }
    list->slot[find_slot(list, bytes, n)] = list->n + 1;
    list->name[list->n] = text;
    return list->n++;
}
