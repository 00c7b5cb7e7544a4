// The truths that a store has, of a time: events of kind measurement that say the value that is wanted.
#ifndef SERVE_KEPT_TRUTHS_H
#define SERVE_KEPT_TRUTHS_H

#include "base/arena.h"
#include "serve/models/window_truth.h"
#include "store/signals/signals.h"

enum {
    TRUTHS_MAX = 1000000,
    TRUTHS_MAX_BYTES = 256 << 20,
};

struct kept_truths { // all-zero: none
    struct arena arena;
    struct truth_key *key; // (n, cap)
    const char **cell;     // (n, cap) what each says
    uint32_t n, cap;
};

void kept_truths_init(struct kept_truths *truths);
void kept_truths_fini(struct kept_truths *truths); // accepts all-zero ones

// Add those of span[0] and later, and before span[1], of one lot or of one tool ("": of any), the newest first.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY; of the store; what was added stays
//   cost    a look at each event of that time, lot or tool; a day at a time, so that others may read between
MARU_MUST_USE maru_status kept_truths_add(struct kept_truths *truths, struct signals *signals,
                                          const struct truth_wanted *wanted,
                                          const maru_time span[2], const char *lot,
                                          const char *tool, maru_error *err);

// Which of them is the truth of each window, as truth_join.
MARU_MUST_USE maru_status kept_truths_join(const struct kept_truths *truths,
                                           const struct truth_wanted *wanted,
                                           const struct truth_list *windows, uint32_t *match,
                                           maru_error *err);

#endif
