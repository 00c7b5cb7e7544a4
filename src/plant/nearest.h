// The known name that an unknown one was probably meant to be.
#ifndef PLANT_NEAREST_H
#define PLANT_NEAREST_H

#include "plant/draft.h"

// Among the names with of_name[] set, the one with the fewest edits (letters added, removed,
// changed or swapped; another case counts less), the first of equals; 0 when none is near.
//   cost    names * length^2, up to NEAREST_MAX_WORK of it in one draft; then it looks no further
uint32_t nearest_name(struct draft *draft, uint32_t name, const uint32_t *of_name);

// Edits between two texts of at most NEAREST_MAX_BYTES, in halves: 2 each, 1 for another case.
enum { NEAREST_MAX_BYTES = 64, NEAREST_MAX_WORK = 50000000 };
unsigned nearest_distance(const char *a, size_t n_a, const char *b, size_t n_b);

#endif
