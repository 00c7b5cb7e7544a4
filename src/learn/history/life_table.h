// Remaining life of the units of a table: a model together with the names of the columns that it looks at, and with what it showed on units
// that were held out. A table has a row for each moment of a unit: a column that names the unit, one that orders its rows (cycles,
// hours, a time), settings, and what sensors said.
#ifndef LEARN_LIFE_TABLE_H
#define LEARN_LIFE_TABLE_H

#include "base/arena.h"
#include "learn/history/life_model.h"
#include "signal/frame.h"

struct life_column {
    const char *name;
    bool is_setting;
};

// What a life is counted in: the unit of the column of order, or hours where that is a time.
struct life_table {
    struct arena arena;
    const char *unit, *order, *counted_in; // columns' names; "", cycles, h, ...
    const struct life_column *column;      // (n_column)
    uint32_t n_column;
    struct life_model *model;
    const char *title, *version; // of the data, of the program
    uint64_t seed;
    uint32_t n_unit, n_row, n_cut;  // learned from; times that a unit held out was asked about
    double rmse;                    // then, lives capped
    char data[33], fingerprint[33]; // of the training table, of the model's bytes
};

// Bytes: `MARULTBL`, version, names, the model's bytes, digest.
//   in      model (n_model): as life_fit made it; table->model is not looked at
//   errors  what sticks to `out`
MARU_MUST_USE maru_status life_table_write(const struct life_table *table, const void *model,
                                           size_t n_model, struct text *out, maru_error *err);

// Do the bytes begin like those of such a table?
bool life_table_is(const void *bytes, size_t n);

//   memory  life_table_fini
//   errors  MARU_E_INPUT: none, of another version, cut off, changed, or contradicting itself; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status life_table_read(const void *bytes, size_t n, struct life_table *out,
                                          maru_error *err);
void life_table_fini(struct life_table *table); // accepts an all-zero one

// The rows of a frame as life_fit and units want them.
struct life_rows {
    struct unit_rows rows; // unit: numbers in the order in which units are first seen
    const char **name;     // (n_unit)
    uint32_t n_unit;
    const char *counted_in;
};

// in: unit and order are columns of the frame; column (n_column) of it, UINT32_MAX: not there, all missing
struct life_rows_input {
    const struct frame *frame;
    uint32_t unit, order;
    const uint32_t *column;
    const bool *is_setting;
    uint32_t n_column;
};

//   memory  in `arena`; names may lie in the frame
//   errors  MARU_E_INPUT: a row without unit or order, an order that is none; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status life_rows_make(const struct life_rows_input *input, struct arena *arena,
                                         struct life_rows *out, maru_error *err);

struct life_asked {
    const char **name;                // (n_unit) in the order in which the table has them
    const uint32_t *n_row;            // (n_unit)
    const struct life_answer *answer; // (n_unit) at the last row of each
    uint32_t n_unit;
    const char *missing; // the first column of the model that the table has not, NULL: none
};

// Ask for each unit of a table.
//   memory  in `arena`
//   errors  MARU_E_INPUT: no column of the unit or of the order, none of the model; as life_rows_make and life_unit_add
MARU_MUST_USE maru_status life_table_ask(const struct life_table *table, const struct frame *frame,
                                         struct arena *arena, struct life_asked *out,
                                         maru_error *err);

#endif
