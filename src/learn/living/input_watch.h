// Are the rows that come still such as a model has learned from? The last rows are counted into the bins of its references, column by column
// over a cycle of rows, and at the end of each cycle all columns are judged together.
//
// A column has surely changed where its level (level_watch.h) or its shares of bins could not be what they are without drift; how much less rows that are alike
// are worth is known from training and from the rows that come. And it has changed much where what comes lies where half of training did not: a campaign
// of one of two products is inside of what training has seen. And not every column matters: what a model relies on does.
#ifndef LEARN_INPUT_WATCH_H
#define LEARN_INPUT_WATCH_H

#include <stdbool.h>

#include "base/binary.h"
#include "learn/drift/level_watch.h"
#include "learn/models/fitted_model.h"

enum {
    INPUTS_MAX_RECENT = 2000,
    INPUTS_LEAST_RECENT = 40,
    INPUTS_MAX_WORST = 5, // columns that are told
};

struct input_options {
    uint32_t n_recent; // rows that are counted, INPUTS_LEAST_RECENT to INPUTS_MAX_RECENT
    uint32_t cycle;    // rows from one judgement to the next, 1 to n_recent
    double chance;     // a column has surely changed where its adjusted p is at most this
    double
        share; // of what the model relies on, in columns that have surely changed much: then it is `much`
    uint32_t hold;    // judgements in a row that have to say `much` before the verdict does
    double new_share; // of the rows, with words that it has never seen: the same
    uint32_t
        far; // of the last 32 rows that lie far away from all of training: then it is `much` at once
};

// 200 rows, a cycle of 20, 1e-3, a quarter, 5 judgements, a half, 20 of 32 rows.
struct input_options input_options_usual(void);

struct input_worst {
    uint32_t feature;
    double index;    // PSI beyond what chance gives
    uint8_t verdict; // enum drift_verdict
};

struct input_verdict {
    uint8_t verdict; // enum drift_verdict: UNKNOWN while there are fewer than half of the rows
    uint32_t n;      // rows that it is about
    double largest;  // of all indices; NaN: unknown
    double changed;  // share of what the model relies on, in columns that have surely changed much
    double unknown;  // share of rows with a word never seen
    struct input_worst worst[INPUTS_MAX_WORST];
    uint32_t n_worst; // those with an index above 0, largest first
};

struct input_watch {
    struct input_options options;
    const struct fitted_model *model;
    struct arena arena;
    double *weight; // (n_feature) share of what the model relies on; sum at most 1
    uint8_t *bin;   // (n_recent, n_feature) a ring
    bool *is_new;   // (n_recent) the row had a word never seen
    // (n_column) of words: nearly all rows of training had one of those that it knows
    bool *is_closed;
    uint32_t *first; // (n_feature + 1) where the counts of each begin
    uint64_t *count; // (first[n_feature])
    double *index;   // (n_feature) of this cycle, NaN: not judged
    double *p;       // (3, n_feature) of its level, of bins beyond, of bins that differ
    double *beyond;  // (2, n_feature) share of rows beyond half of training, beyond its products
    struct level_watch levels;
    uint32_t n, next, n_new;  // rows in the ring; the next one goes there; with words never seen
    uint32_t in_cycle, at;    // rows of the cycle; features judged in it
    uint32_t n_much;          // judgements that said `much` in a row
    uint32_t far_rows, far;   // bits of the last 32 rows, the newest lowest: far away; its feature
    uint64_t n_row, n_judged; // since the beginning
    struct input_verdict verdict; // of the last whole cycle
};

// A watch that has seen nothing.
//   memory  input_watch_fini, also after an error; the model stays where it is
//   errors  MARU_E_RANGE: options; MARU_E_MEMORY, MARU_E_LIMIT
MARU_MUST_USE maru_status input_watch_init(struct input_watch *watch,
                                           const struct fitted_model *model,
                                           const struct input_options *options, maru_error *err);
void input_watch_fini(struct input_watch *watch); // accepts an all-zero one

// The next row.
//   in      x (n_feature)
//   out     true: a cycle has ended, there is a new verdict
//   errors  MARU_E_MEMORY: no verdict this time
//   cost    O(features), and O(n_recent) for n_feature / cycle of them
MARU_MUST_USE maru_status input_watch_step(struct input_watch *watch, const float *x,
                                           bool *is_judged, maru_error *err);

// Forget the rows: the verdict is unknown again.
void input_watch_reset(struct input_watch *watch);

void input_watch_write(const struct input_watch *watch, struct text *out);
// Take up what was written of a watch of the same model and options. Bytes are hostile: in->is_bad tells, and the watch is reset then.
void input_watch_read(struct input_watch *watch, struct binary *in);

#endif
