// How long a unit will still run: a fitted model, and a unit that is asked about while its rows come in.
//
// Small nets and trees read the features of unit_history.h; the answer is their mean, each with its share. What lies further away than `cap`
// cannot be seen in any signal yet, so an answer of `cap` means "that or more". A model is hostile input: its bytes are checked whole.
#ifndef LEARN_LIFE_MODEL_H
#define LEARN_LIFE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "learn/history/unit_history.h"
#include "learn/nets/small_net.h"
#include "learn/trees/forest.h"
#include "maru/status.h"

enum {
    LIFE_MAX_NETS = 64,
    LIFE_MAX_BYTES = 1 << 30,
    LIFE_KNOTS = 9, // answers at which the width of an interval is known, from 0 to cap
};

// What a model is made of.
struct life_parts {
    const struct unit_scale *scale;
    struct net *const *net; // (n_net)
    uint32_t n_net;
    const struct forest *forest; // NULL: nets alone
    double tree_share;           // of the answer, 0 to 1; the rest is the mean of the nets
    double cap;                  // above 0, in the unit of order
    double level;                // of intervals, in (0, 1)
    double width
        [LIFE_KNOTS]; // at least 0: half an interval where the answer is k cap / (LIFE_KNOTS - 1)
};

struct life_answer {
    double remaining; // 0 to cap, in the unit of order
    double low, high; // the interval, 0 to cap
    bool is_open;     // high is cap: that or more
};

// The answer of parts to a row of features; scratch of forest_scratch_bytes (NULL where there is no forest). Interval not yet known: parts->width
// of 0 gives low = high = remaining.
struct life_answer life_answer_of(const struct life_parts *parts, const float *feature,
                                  void *scratch);

// Bytes: `MARULIFE`, version, parts, digest; the same on every machine.
//   errors  MARU_E_LIMIT; what sticks to `out`
MARU_MUST_USE maru_status life_model_write(const struct life_parts *parts, struct text *out,
                                           maru_error *err);

struct life_model;

// Read them.
//   out     *out, to be freed with life_model_free
//   errors  MARU_E_INPUT: no such model, of another version, cut off, changed, or contradicting itself; MARU_E_LIMIT; MARU_E_MEMORY
MARU_MUST_USE maru_status life_model_read(const void *bytes, size_t n, struct life_model **out,
                                          maru_error *err);
void life_model_free(struct life_model *model); // accepts NULL

const struct life_parts *life_model_parts(const struct life_model *model);

// A unit that runs.
struct life_unit;

//   memory  *out is to be freed with life_unit_free, before the model is
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status life_unit_new(const struct life_model *model, struct life_unit **out,
                                        maru_error *err);
void life_unit_free(struct life_unit *unit);  // accepts NULL
void life_unit_clear(struct life_unit *unit); // of another unit from now on

// Add its next row.
//   in      x with as many columns as the model learned from, NaN: missing; order above that of the row before
//   errors  MARU_E_RANGE: the unit is as before
MARU_MUST_USE maru_status life_unit_add(struct life_unit *unit, const float *x, double order,
                                        maru_error *err);

// How long it still runs from its last row on.
//   errors  MARU_E_USAGE: no row yet
//   cost    some 50 us for 14 signals and 5 nets, no memory taken
//   threads units of one model on any number of threads, each on one at a time
MARU_MUST_USE maru_status life_unit_answer(struct life_unit *unit, struct life_answer *out,
                                           maru_error *err);

#endif
