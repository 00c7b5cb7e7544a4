// What a cut shows in a part of the rows, with its doubt, and whether it is more than moved targets show there.
#ifndef LEARN_CAUSE_PARTS_H
#define LEARN_CAUSE_PARTS_H

#include "learn/causes/cause_columns.h"

enum cause_side { CAUSE_OUT, CAUSE_IN, CAUSE_ABSENT }; // of a row: the column has no value

// Shares, or means, of the rows of a span inside and outside, their difference, and how much less they say for coming in lots.
//   in    side: (span->n) enum cause_side
// p stays 0.
struct cause_part cause_part_of(const struct cause_span *span, const uint8_t *side);

// Share of the rows, or mean, of those of one side.
struct share cause_share_of(const struct cause_span *span, const uint8_t *side,
                            enum cause_side which, double *design_effect);

struct cause_tried {
    bool is_more; // more is expected inside, else less
    uint8_t move; // enum cause_move
};

// One-sided: the share of moved targets that show at least as much more, or less, inside; this one included.
//   in      side: (n_side, span->n); tried: (n_side)
//   out     p: (n_side)
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
//   cost    O(n_side * rows with a weight * moves)
MARU_MUST_USE maru_status cause_parts_try(const struct cause_span *span, const uint8_t *side,
                                          const struct cause_tried *tried, uint32_t n_side,
                                          struct arena *arena, double *p, maru_error *err);

#endif
