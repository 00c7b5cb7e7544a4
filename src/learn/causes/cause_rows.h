// The rows that causes are looked for in: those with a target, in the order of time, whole lots together, cut into an early part,
// where causes are found, and a later part, where they are tried. And the targets moved along in time that say what chance finds.
#ifndef LEARN_CAUSE_ROWS_H
#define LEARN_CAUSE_ROWS_H

#include "learn/causes/causes.h"

enum { CAUSE_MAX_BLOCKS = 8 }; // spans of time that are compared only within themselves

struct cause_rows {
    uint32_t n, n_early;
    uint32_t *row;      // (n) of the frame
    double *target;     // (n)
    uint32_t *weight;   // (n) what is searched with: 1 for the rarer kind, or steps of a number
    bool is_of_good;    // the good ones are the rarer kind; else more weight is always worse
    bool is_number;     // not good and bad
    uint32_t n_group;   // lots, or rows
    uint32_t *group_at; // (n_group + 1) first place of each
    uint32_t n_group_early;
    uint32_t n_unknown;
};

//   errors  as causes_find
MARU_MUST_USE maru_status cause_rows_make(const struct causes_input *input, struct arena *arena,
                                          struct cause_rows *out, maru_error *err);

// How a target is moved along.
enum cause_move {
    CAUSE_MOVE_ALL,    // whole lots to the place of any other
    CAUSE_MOVE_NEAR,   // whole lots within short stretches of time, each turned by itself
    CAUSE_MOVE_INSIDE, // rows within their lot
    N_CAUSE_MOVE
};

// A part of the rows, cut into blocks of time.
struct cause_span {
    const struct cause_rows *rows;
    uint32_t begin, n;                       // places
    uint32_t group, n_group;                 // first of it; how many
    uint32_t n_block;                        // 1 to CAUSE_MAX_BLOCKS
    uint32_t block_at[CAUSE_MAX_BLOCKS + 1]; // first place of each, from the begin
    uint32_t n_move;    // how many moved targets there are, at most as many as asked for
    uint32_t n_stretch; // of CAUSE_MOVE_NEAR; 0: too few lots
    bool has_inside;    // lots have rows enough to be moved inside of them
    uint64_t seed;
};

struct cause_span cause_span_of(const struct cause_rows *rows, bool is_later, uint32_t n_shift,
                                uint64_t seed);

// The target of the span moved along, forward or mirrored. k 0 is the target itself, 1 to n_move are moved. weight: (n). O(n)
void cause_span_move(const struct cause_span *span, enum cause_move move, uint32_t k,
                     uint32_t *weight);

// How the target has to be moved to say what chance finds in a column of these codes.
//   in      code (span->n), below 64
//   cost    O(n + 64 lots)
enum cause_move cause_span_choose(const struct cause_span *span, const uint8_t *code);

// Mean and variance of a target in each block.
struct cause_moment {
    double mean[CAUSE_MAX_BLOCKS], variance[CAUSE_MAX_BLOCKS];
};
struct cause_moment cause_span_moment(const struct cause_span *span, const uint32_t *weight);

#endif
