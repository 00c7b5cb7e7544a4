// Which of several known faults is it? Forests say how likely each is; what rows held out showed says from when on that is sure enough, and how
// far a row may lie outside of all that was learnt from. Else it is none that is known: a fault that nobody has seen gets no wrong name.
#ifndef LEARN_FAULT_TREES_H
#define LEARN_FAULT_TREES_H

#include "base/binary.h"
#include "learn/trees/forest.h"

enum { DIAGNOSIS_MAX_MEMBERS = 16 };

struct fault_trees {
    struct forest
        *member[DIAGNOSIS_MAX_MEMBERS]; // (n_member) of FOREST_CLASS; answers are averaged
    uint32_t n_member, n_feature, n_fault;
    float *low, *high;   // (n_feature) of all rows; low > high: no value was there
    double accuracy;     // of rows held out, unknown or not
    double least;        // probability from which on an answer is sure
    double most_outside; // share of features that may lie outside
    uint32_t n_held;     // rows held out
};

struct fault_name {
    uint32_t fault;  // the likeliest, also where it is unknown
    bool is_unknown; // is_unsure or is_outside
    bool is_unsure;  // less probable than `least`
    bool is_outside; // more of its features outside than most_outside
    float probability;
    float
        outside; // share of its features, of those that are there, beyond all rows that were learnt from
};

// Free the forests and the ranges; accepts an all-zero one.
void fault_trees_fini(struct fault_trees *trees);

// Bytes that a question needs as its scratch, aligned for a double.
size_t fault_trees_scratch_bytes(const struct fault_trees *trees);

// Name the fault of a row.
//   in      x (n_feature), NaN: missing
//   out     probability (n_fault) of each fault; *name
//   cost    O(trees x depth + n_feature)
//   threads any number, each with a scratch of its own
void fault_trees_ask(const struct fault_trees *trees, const float *x, void *scratch,
                     float *probability, struct fault_name *name);

// The likeliest of n probabilities; of equal ones the first.
uint32_t fault_trees_likeliest(const float *probability, uint32_t n);

// Share of the features of a row beyond the ranges; 1 where it has none.
float fault_trees_outside(const struct fault_trees *trees, const float *x);

// As bytes, and back.
//   memory  fault_trees_read: *out as fault_trees_fini; untouched unless OK
//   errors  what sticks to `out`; fault_trees_read: MARU_E_INPUT: cut off, or contradicting itself; of forest_read
MARU_MUST_USE maru_status fault_trees_write(const struct fault_trees *trees, struct text *out,
                                            maru_error *err);
MARU_MUST_USE maru_status fault_trees_read(struct binary *in, struct fault_trees *out,
                                           maru_error *err);

#endif
