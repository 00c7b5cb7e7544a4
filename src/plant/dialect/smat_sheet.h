// A table of SMAT2022: the columns that are wanted, found by their headers, row by row.
#ifndef PLANT_SMAT_SHEET_H
#define PLANT_SMAT_SHEET_H

#include "base/arena.h"
#include "base/csv.h"
#include "maru/plant.h"

enum { SMAT_MAX_ROWS = 100000, SMAT_COLUMNS = 8 };

struct smat_sheet {
    const maru_file *file;
    const char *const *header;     // (n_column)
    uint32_t n_column;             // up to SMAT_COLUMNS
    uint32_t column[SMAT_COLUMNS]; // 1-based, 0: not found yet
    uint32_t n_row;                // so far, below the first line
};

// What is done with a row; all its wanted cells are there.
typedef maru_status smat_take(void *context, const struct smat_sheet *sheet,
                              const struct csv_row *row, maru_error *err);

// Read all rows. Cells stay where they are, in the arena.
//   in      sheet: file, header and n_column set, all else zero
//   errors  MARU_E_INPUT with its place, MARU_E_LIMIT, MARU_E_MEMORY, what `take` gives
MARU_MUST_USE maru_status smat_read(struct smat_sheet *sheet, struct arena *arena, smat_take *take,
                                    void *context, maru_error *err);

// The cell of a wanted column.
const struct csv_field *smat_cell(const struct smat_sheet *sheet, const struct csv_row *row,
                                  uint32_t column);

struct smat_range {
    double least_m, most_m;
    bool is_above; // the least itself is too little
};

// A cell in mm as a length in m.
//   errors  MARU_E_INPUT with its place
MARU_MUST_USE maru_status smat_length(const struct smat_sheet *sheet, const struct csv_row *row,
                                      uint32_t column, const struct smat_range *range, double *out,
                                      maru_error *err);

#endif
