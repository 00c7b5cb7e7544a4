// What a unit's history says: rows of a machine that wears, one after the other, become features of how it stands now, how fast it changes and how far it has
// come from its own beginning.
//
// A row's columns are settings (how it is run) or signals (how it answers). Signals are brought to mean 0 and deviation 1 within the operating regime that
// the settings tell; those that never vary are dropped. A row's features hang on the rows of its unit up to it and on no later
// one, so that a table and a live machine give the same bits.
#ifndef LEARN_UNIT_HISTORY_H
#define LEARN_UNIT_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "learn/history/regimes.h"

enum {
    PAST_MAX_COLUMNS = 2000,
    PAST_MAX_ROWS = 10000000,
    PAST_MAX_UNITS = 1000000,
    PAST_WINDOW = 60,    // rows that are looked back at, at most
    PAST_BEGINNING = 20, // rows of a unit that say where it began
    PAST_OF_UNIT = 2,    // features of the unit as a whole
    PAST_OF_SIGNAL = 10, // of each signal that is kept
};

// Rows of units. Rows of a unit need not lie next to each other.
struct unit_rows {
    const float *x;       // (n_row, n_column) row after row; NaN: missing
    const uint32_t *unit; // (n_row) any numbers
    const double *order;  // (n_row) finite: cycles, hours, ...; no two rows of a unit have the same
    const bool *is_setting; // (n_column)
    uint32_t n_row, n_column;
};

// Where rows of the same unit stand in their order, unit by unit (by number): row (n_row), start (n_unit + 1) into it.
struct unit_order {
    uint32_t *row, *start;
    uint32_t n_unit;
};

// Put rows in order.
//   memory  from `arena`
//   errors  MARU_E_RANGE: no rows or columns, an order that is not finite, two rows of a unit at the same (err: row, counted from 1);
//           MARU_E_LIMIT; what the arena says
//   cost    O(n_row log n_row)
MARU_MUST_USE maru_status unit_order_of(const struct unit_rows *rows, struct arena *arena,
                                        struct unit_order *out, maru_error *err);

// What was learned of the columns.
struct unit_scale {
    uint32_t n_column, n_signal, n_setting;
    uint32_t *signal, *setting; // (n_signal), (n_setting) their columns
    struct regimes regimes;
    double *mean, *scale; // (n_regime, n_signal); scale 0: does not vary in this regime
};

// Learn regimes, means and deviations. Infinite values count as missing.
//   memory  from `arena`
//   errors  MARU_E_RANGE: no rows, or no signal that varies; MARU_E_LIMIT; what the arena says
//   cost    O(values)
MARU_MUST_USE maru_status unit_history_fit(const struct unit_rows *rows, struct arena *arena,
                                           struct unit_scale *out, maru_error *err);

// A unit's past as far as features need it.
struct unit_state {
    const struct unit_scale *scale;
    double *ring; // (PAST_WINDOW, n_signal) scaled rows of late
    double *sum, *first,
        *ewm;      // (n_signal) of all rows, of the first ones, and weighted towards now
    double weight; // of ewm
    double began;  // order of the first row
    double now;    // and of the last one
    uint64_t n;    // rows so far
};

// A unit of which nothing is known yet.
//   memory  from `arena`, about 500 bytes a signal
MARU_MUST_USE maru_status unit_history_begin(const struct unit_scale *scale, struct arena *arena,
                                             struct unit_state *out, maru_error *err);
void unit_history_clear(
    struct unit_state *state); // forget all rows: the next one is of another unit

// Add a row. A missing signal stays where it was; one that never came is at the mean.
//   in      x (n_column), order above that of the row before
//   errors  MARU_E_RANGE: order; the state is as before
//   cost    O(n_signal + n_setting x n_regime), no memory taken
MARU_MUST_USE maru_status unit_history_add(struct unit_state *state, const float *x, double order,
                                           maru_error *err);

// Features of a unit with at least one row: its age (as rows and as logarithm); then of each signal its mean over 5, 15 and 30 rows, its mean weighted towards
// now, its slope over 15, 30 and 60 rows, how far its mean over 15 rows is from its beginning, the beginning, and its mean over all rows.
//   out     feature (unit_history_n_feature)
//   cost    O(PAST_WINDOW x n_signal)
void unit_history_features(const struct unit_state *state, float *feature);
uint32_t unit_history_n_feature(const struct unit_scale *scale);

// Let `to` be where `from` is.
//   in      both begun with the same scale
void unit_history_copy(const struct unit_state *from, struct unit_state *to);

// What is known of a unit as bytes, and back. Bytes are hostile: in->is_bad tells, and nothing is known of the unit then.
void unit_history_keep(const struct unit_state *state, struct text *out);
void unit_history_take(struct unit_state *state, struct binary *in);

// As a part of a model's bytes.
//   errors  unit_history_read: MARU_E_INPUT; what the arena says
void unit_history_write(const struct unit_scale *scale, struct text *out);
MARU_MUST_USE maru_status unit_history_read(struct binary *in, struct arena *arena,
                                            struct unit_scale *out, maru_error *err);

#endif
