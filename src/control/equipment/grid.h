// A table of text by the names of its columns: CSV in, a row at a time out, with everything said that is
// wrong with columns. What cells mean is the caller's.
#ifndef CONTROL_GRID_H
#define CONTROL_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/csv.h"
#include "plant/faults.h"

enum { GRID_MAX_COLUMNS = 16, GRID_MAX_ROWS = 200000, GRID_MAX_BYTES = 64 << 20 };

struct grid_column {
    const char *english, *korean; // either may stand in the first line
    bool is_required;
};

struct grid_form {
    const char *file;                 // for faults
    const struct grid_column *column; // (n_column)
    uint32_t n_column;
};

struct grid_row {
    const struct grid_form *form;
    maru_faults *faults;
    uint32_t line;
    uint32_t at[GRID_MAX_COLUMNS];           // 1-based field, 0: not in this table
    struct csv_field cell[GRID_MAX_COLUMNS]; // "" where there is none; valid during the call
};

// Take a row; what is wrong goes into the faults. What it returns but MARU_OK ends the reading.
typedef maru_status (*grid_take)(void *context, const struct grid_row *row, maru_error *err);

// Read a table; blank rows are skipped. Unknown columns are a note, missing and doubled ones faults.
//   in      UTF-8, at most GRID_MAX_BYTES; faults must not be NULL
//   errors  MARU_E_LIMIT, MARU_E_MEMORY, what `take` gives; what else is wrong is in faults
MARU_MUST_USE maru_status grid_read(const struct grid_form *form, const char *bytes, size_t n,
                                    maru_faults *faults, grid_take take, void *context,
                                    maru_error *err);

// Say that a cell is wrong, and what would be right.
void grid_fault(const struct grid_row *row, uint32_t column, const char *right, const char *format,
                ...) MARU_PRINTF(4, 5);

#endif
