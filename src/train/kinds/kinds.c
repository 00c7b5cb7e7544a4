#include "train/kinds/kinds.h"

#include <string.h>

static const struct kind *const kinds[] = {&kind_linear, &kind_trees};

const struct kind *kind_at(uint32_t i) {
    return i < sizeof kinds / sizeof *kinds ? kinds[i] : NULL;
}

const struct kind *kind_find(const char *name) {
    for (uint32_t i = 0; kind_at(i); i++) {
        if (strcmp(kind_at(i)->name, name) == 0) {
            return kind_at(i);
        }
    }
    return NULL;
}
