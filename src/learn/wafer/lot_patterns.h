// Lots whose wafers share a pattern more than chance lets them: where a tool or a step hit a whole lot, and not a wafer here and there.
#ifndef LEARN_LOT_PATTERNS_H
#define LEARN_LOT_PATTERNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "learn/share.h"

enum { LOT_PATTERNS_LEAST = 2 }; // wafers of a lot with the pattern

struct lot_pattern {
    uint32_t class, lot;
    uint32_t n, of;             // wafers of the lot with the pattern, and all
    struct share share, others; // in the lot, in all other lots; 95 %
    double p;                   // of all lots and patterns together (Benjamini and Hochberg)
};

struct lot_patterns_input {
    const uint32_t *class, *lot; // (n_map) below n_class, n_lot
    uint32_t n_map, n_class, n_lot;
    uint32_t ordinary; // class that is no pattern; n_class: there is none
};

// Those with p of at most 0.05, by class, the surest first.
//   out     *out (*n), from `arena`
//   errors  what the arena says
//   cost    O(n_map + n_class n_lot n_map of the class)
//   source  R. A. Fisher: Statistical Methods for Research Workers, 5th ed. 1934, 21.02 (exact test, one side)
MARU_MUST_USE maru_status lot_patterns_find(const struct lot_patterns_input *input,
                                            struct arena *arena, struct lot_pattern **out,
                                            uint32_t *n, maru_error *err);

// The probability that a lot of n wafers has k or more with a pattern that n_all of n_map wafers have, by chance.
double lot_pattern_chance(uint32_t k, uint32_t n, uint32_t n_all, uint32_t n_map);

#endif
