// A separated text file of a public set, as cells.
#ifndef STUDY_SET_TABLE_H
#define STUDY_SET_TABLE_H

#include "base/arena.h"
#include "study/sets/sets.h"

enum { SET_TABLE_ROWS = 200000, SET_TABLE_BYTES = 64 << 20 };

struct set_table {
    uint32_t n_row, n_column;
    const char **cell; // (n_row, n_column), a header too
};

// Read run->folder/folder/file, or where there is no such file run->folder/file. All rows have as many cells.
//   memory  *out from `arena`
//   errors  MARU_E_IO; MARU_E_INPUT with row: another number of cells, nothing at all; MARU_E_LIMIT
MARU_MUST_USE maru_status set_table_read(const struct set_run *run, const char *folder,
                                         const char *file, char separator, struct arena *arena,
                                         struct set_table *out, maru_error *err);

// The number in a cell, NaN where there is none.
float set_table_number(const struct set_table *table, uint32_t row, uint32_t column);

// The column whose cell in row 0 is `name`.
//   errors  MARU_E_INPUT: there is none
MARU_MUST_USE maru_status set_table_column(const struct set_table *table, const char *name,
                                           uint32_t *out, maru_error *err);

#endif
