// What is left of something that has been going on: draws given what has elapsed.
#ifndef SIM_FOLLOW_REMAINING_H
#define SIM_FOLLOW_REMAINING_H

#include <stdbool.h>
#include <stdint.h>

#include "plant/plant.h"

// A span of this distribution that is longer than `elapsed`, from 64 random bits; `elapsed` itself
// where none is.
//   cost    64 draws at most
maru_time remaining_draw(const struct dist *dist, maru_time elapsed, uint64_t bits);

// The same for anything that grows or falls with the bits that its span is drawn from: bits for
// which `at` gives more than `limit`, equally likely among all such; false: there are none.
typedef maru_time (*remaining_fn)(const void *context, uint64_t bits);
bool remaining_bits(remaining_fn at, const void *context, maru_time limit, uint64_t *bits);

#endif
