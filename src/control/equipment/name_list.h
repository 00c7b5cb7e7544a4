// Names as numbers: the first name is 0, the next new one 1, and the same name has the same number.
#ifndef CONTROL_NAME_LIST_H
#define CONTROL_NAME_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define NAME_NONE UINT32_MAX

struct name_list {
    struct arena *arena; // where names are kept
    const char **name;   // (n), 0-terminated
    uint32_t *slot;      // (n_slot), number + 1 of the name there, 0: free
    uint32_t n, n_slot;
};

// An empty list whose texts are kept in an arena.
void name_list_init(struct name_list *list, struct arena *arena);
void name_list_fini(struct name_list *list); // the texts stay in the arena

// The number of a name; NAME_NONE where it is not there.
uint32_t name_list_find(const struct name_list *list, const char *bytes, size_t n);

// The same, and where it is not there it is added. NAME_NONE: no memory, or the arena is full.
uint32_t name_list_add(struct name_list *list, const char *bytes, size_t n);

#endif
