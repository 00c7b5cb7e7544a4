// What is usual for a feature depends on where it was measured: limits for each recipe, step and tool, learnt
// from normal windows, with the recipe's step on all tools to fall back on while a tool is new.
#ifndef CONTROL_FDC_CONTEXT_H
#define CONTROL_FDC_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/status.h"

enum { CONTEXT_MAX = 100000, CONTEXT_MAX_NAME_BYTES = 128, CONTEXT_MAX_FEATURES = 256 };

struct context_key {
    const char *recipe, *step,
        *tool; // 0-terminated, below CONTEXT_MAX_NAME_BYTES; tool "": all tools
};

struct context_options {
    uint32_t n_feature; // of a window, 1 to CONTEXT_MAX_FEATURES
    double alpha;       // false alarms a feature and window, in (0, 0.5]
    uint32_t n_least;   // windows that a context must have seen before it has limits, at least 2
};

// Running moments of one feature.
struct context_feature {
    uint64_t n;
    double mean, squares; // sum of squares around the mean
};

struct context_entry;

// All contexts; init and fini.
struct context_table {
    struct context_options options;
    struct arena arena;
    struct context_entry **slot; // open addressing, n_slot a power of two
    size_t n_slot, n_context;
};

enum context_source { CONTEXT_OWN, CONTEXT_ALL_TOOLS, CONTEXT_NONE };

struct context_limit {
    uint8_t source; // enum context_source: whose windows the limits come from
    uint64_t n;     // windows
    double lower, center, upper;
};

// An empty table that takes at most cap_bytes.
//   errors  MARU_E_RANGE: an option
MARU_MUST_USE maru_status context_init(struct context_table *table,
                                       const struct context_options *options, size_t cap_bytes,
                                       maru_error *err);

// Accepts an all-zero table.
void context_fini(struct context_table *table);

// Learn from one normal window: its features count for its context and for the same step on all tools.
//   in      feature (n_feature); those that are not finite do not count
//   errors  MARU_E_INPUT: a name that is too long; MARU_E_LIMIT: CONTEXT_MAX contexts, or the cap;
//           MARU_E_MEMORY: the window counts for neither of the two
//   cost    O(n_feature)
MARU_MUST_USE maru_status context_learn(struct context_table *table, const struct context_key *key,
                                        const double *feature, maru_error *err);

// The limits of a feature in a context: the interval that holds the next window's value with a chance of
// 1 - alpha if values are normal (Student's, so wider while few windows are known), from the context's own
// windows where there are enough of them, else from the same step on all tools. A feature that was always
// the same has limits without a width.
struct context_limit context_limit_of(const struct context_table *table,
                                      const struct context_key *key, uint32_t feature);

// Judge a window: how many of its features are outside of their limits.
//   out     is_outside (n_feature); a value that is not finite, or without limits, is not
uint32_t context_judge(const struct context_table *table, const struct context_key *key,
                       const double *feature, bool *is_outside);

#endif
