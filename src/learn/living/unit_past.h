// One life of a unit at work: its rows as far as features need them, and what was said of its last windows, which is compared with how long
// it ran when it has ended. Windows may come late, out of order and again: the last ones are kept as they came, and everything before them as
// the sums of unit_history.h. So the answer is that of all rows in the order of their time, as from a table.
#ifndef LEARN_UNIT_PAST_H
#define LEARN_UNIT_PAST_H

#include "base/binary.h"
#include "learn/history/life_model.h"
#include "maru/status.h"

enum {
    PAST_RECENT = 32, // rows that may still change
    PAST_SAID = 256,  // windows of which is known what was said
};

struct past_said {
    maru_time at_us;
    uint64_t key;
    double order; // NaN: not known
    double value, low, high;
    bool is_open;
};

struct unit_past {
    struct arena arena;
    struct unit_state base; // the rows before the recent ones
    float *x;               // (n_recent, n_column), the oldest first
    struct past_said
        *said; // (n_said) in the order of their end and key; the last n_recent are those of x
    uint32_t n_said, n_recent, n_column;
};

// A life of which nothing is known.
//   memory  unit_past_free
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status unit_past_new(const struct unit_scale *scale, struct unit_past **out,
                                        maru_error *err);
void unit_past_free(struct unit_past *past);            // accepts NULL
size_t unit_past_bytes(const struct unit_scale *scale); // about, of one

// Take in a window, or its row anew where it is there.
//   in      x (n_column) NaN: missing
//   out     its place among `said`; UINT32_MAX: it lies before all rows that may change, and the life is as it was
uint32_t unit_past_put(struct unit_past *past, maru_time at_us, uint64_t key, const float *x);

// Does the row at a place still stand as it came? Else what was said of it stays.
bool unit_past_is_recent(const struct unit_past *past, uint32_t place);

// What is known up to and with the row at a place that is recent.
//   in/out  state: begun with the same scale
void unit_past_state(const struct unit_past *past, uint32_t place, struct unit_state *state);

uint64_t unit_past_rows(const struct unit_past *past); // of the life

// The rows after a moment are of the next life: taken out here, put there.
//   in      next: nothing is known of it
void unit_past_split(struct unit_past *past, maru_time at_us, struct unit_past *next);

void unit_past_write(const struct unit_past *past, struct text *out);
// Bytes are hostile: in->is_bad tells.
void unit_past_read(struct unit_past *past, struct binary *in);

#endif
