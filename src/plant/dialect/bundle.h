// Several tables in one text, each below a line `=== NAME`: how tests, fuzz targets and bug reports
// carry a plant.
#ifndef PLANT_BUNDLE_H
#define PLANT_BUNDLE_H

#include "base/arena.h"
#include "base/text.h"
#include "maru/plant.h"

enum { BUNDLE_MAX_FILES = 64 };

struct bundle {
    size_t n_file;
    maru_file file[BUNDLE_MAX_FILES];
};

// Cut a text into its tables. What stands above the first such line, and tables beyond the last
// place, are left out.
//   memory  names in the arena, bytes inside the text
//   errors  MARU_E_MEMORY, MARU_E_LIMIT of the arena
MARU_MUST_USE maru_status bundle_read(const char *text, size_t n, struct arena *arena,
                                      struct bundle *out, maru_error *err);

// A maru_put_file whose context is a struct text: adds one table to it.
maru_status bundle_put(void *text, const maru_file *file, maru_error *err);

#endif
