// Files of measurements as factories export them: CSV with times and values, whatever the program that
// wrote it. What it looks like is guessed and said, so that it can be corrected; then rows become samples.
//
//     samples_guess -> (correct the layout) -> samples_init -> samples_next, row by row
//
// Known: comma, semicolon, tab or bar between cells; decimal comma and thousands; dates of all forms that
// moment.h knows, also in two columns; headers in several rows with merged cells, units in brackets;
// wide (a column a signal) and long (time, signal, value). The bytes are UTF-8: src/io makes them so.
#ifndef WIRE_CSV_SAMPLES_CSV_H
#define WIRE_CSV_SAMPLES_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/csv.h"
#include "maru/status.h"
#include "signal/sample.h"
#include "wire/csv/moment.h"

enum {
    SAMPLES_MAX_LOOK_BYTES = 1 << 18,
    SAMPLES_MAX_LOOK_ROWS = 200,
    SAMPLES_MAX_HEAD_ROWS = 4,
    SAMPLES_MAX_COLUMNS = 2000,
    SAMPLES_MAX_NAME_BYTES = 1024,
};

enum samples_kind { SAMPLES_NONE, SAMPLES_NUMBER, SAMPLES_BOOL, SAMPLES_TEXT };

struct samples_column {
    const char
        *name; // of the header; "column 3" where there is none, "x#2" for a second x. 0-terminated
    const char *unit; // in brackets in the header, else ""
    uint8_t kind;     // enum samples_kind; SAMPLES_NONE: gives no samples
};

// Columns are counted from 0 here.
struct samples_layout {
    char separator;      // , ; tab |
    char decimal;        // . or ,
    char thousands;      // , . ' space, or 0: none
    bool is_ambiguous;   // 1,234 could be either; or 3/4/2025 could be March or April
    uint8_t form;        // enum moment_form, of the times
    int32_t offset_min;  // of times without a zone
    uint32_t first_line; // of the file, from 1, with data; those before are headers
    uint32_t time_column;
    bool has_clock; // the time of day stands in a column of its own
    uint32_t clock_column;
    bool is_long;                       // time, signal, value
    uint32_t name_column, value_column; // where it is long
    uint32_t n_column;
    struct samples_column *column; // (n_column)
};

// Look at the first rows.
//   in      the file, or its first SAMPLES_MAX_LOOK_BYTES; offset_min: MOMENT_SEOUL_MIN in Korea
//   memory  in the arena
//   errors  MARU_E_INPUT: not UTF-8, or no column of times. MARU_E_LIMIT, MARU_E_MEMORY
maru_status samples_guess(const char *bytes, size_t n, int32_t offset_min, struct arena *arena,
                          struct samples_layout *layout, maru_error *err);

// The same where somebody knows better. What is zero is guessed, but for form, where that is N_MOMENT_FORM.
struct samples_hints {
    char separator, decimal;
    uint8_t form; // enum moment_form
    int32_t offset_min;
    uint32_t time_column; // from 1
    bool is_wide;         // a column a signal, whatever it looks like
};
maru_status samples_guess_with(const char *bytes, size_t n, const struct samples_hints *hints,
                               struct arena *arena, struct samples_layout *layout, maru_error *err);

struct samples_value {
    const char *name; // of the signal, 0-terminated
    uint32_t column;  // from 0
    struct sample sample;
};

struct samples_fault {
    uint32_t line, column; // from 1
    const char *why;       // static
};

struct samples_row {
    uint32_t line;
    uint32_t n, n_fault,
        n_empty; // cells that are empty, or say that there is no value, are no fault
    const struct samples_value *value; // (n)
    const struct samples_fault *fault; // (n_fault)
};

struct samples_reader {
    const struct samples_layout *layout;
    struct csv_reader csv;
};

// in: a layout that outlives the reader
void samples_init(struct samples_reader *reader, const struct samples_layout *layout);

// Read the next row with data.
//   memory  in the arena
//   errors  MARU_MORE: no whole row is here, or with is_last there is nothing left; nothing is used.
//           Else as csv_next's: the file cannot be read on
maru_status samples_next(struct samples_reader *reader, const char *bytes, size_t n, bool is_last,
                         struct arena *arena, struct samples_row *row, size_t *n_used,
                         maru_error *err);

// For the guess and the reader alike: a cell as a number of this layout, as true or false, as no value.
bool samples_number(const struct samples_layout *layout, const char *cell, size_t n,
                    double *number);
bool samples_bool(const char *cell, size_t n, bool *is_true);
bool samples_is_empty(const char *cell, size_t n);

// The time of a row, from one cell or two.
bool samples_time(const struct samples_layout *layout, const struct csv_row *row, maru_time *at_us);

#endif
