// A table of the pool (nodes, jobs) as text with a header: cells by what their column is called, faults by row and column.
//
// Commas, semicolons, tabs or bars, as the header has them most. A heading has several words, capitals and blanks in it do
// not count; columns that nobody asks for are passed over.
#ifndef POOL_POOL_SHEET_H
#define POOL_POOL_SHEET_H

#include <stdbool.h>

#include "base/csv.h"

enum { SHEET_MAX_FAULTS = 20, SHEET_MAX_HEADINGS = 32 };

// What is wrong with a table: the first faults, and how many there are in all.
struct sheet_faults {
    maru_error item[SHEET_MAX_FAULTS]; // row and column from 1
    uint32_t n;
};

struct pool_sheet {
    struct csv_reader reader;
    const char *bytes;
    size_t n;
    struct arena arena;
    struct csv_row row;
    uint32_t n_read; // rows with something in them
    uint32_t n_heading;
    uint32_t column[SHEET_MAX_HEADINGS]; // from 1; 0: the table has no such column
    struct sheet_faults *faults;
};

// Read the header.
//   in      heading (n_heading): "name|node|sn"; bytes stay the caller's until pool_sheet_close
//   memory  pool_sheet_close, also after a failure
//   errors  as csv_next; MARU_E_INPUT: there is no header
MARU_MUST_USE maru_status pool_sheet_open(struct pool_sheet *sheet, const char *bytes, size_t n,
                                          const char *const *heading, uint32_t n_heading,
                                          struct sheet_faults *faults, maru_error *err);
void pool_sheet_close(struct pool_sheet *sheet);

// The next row that is not blank; MARU_MORE: there is none.
MARU_MUST_USE maru_status pool_sheet_next(struct pool_sheet *sheet, maru_error *err);

bool pool_sheet_has(const struct pool_sheet *sheet, uint32_t heading);
// The cell of this row; an empty one where it has none.
struct csv_field pool_sheet_cell(const struct pool_sheet *sheet, uint32_t heading);

// Note a fault of a cell of this row.
void pool_sheet_fault(struct pool_sheet *sheet, uint32_t heading, const char *format, ...)
    MARU_PRINTF(3, 4);

// A number times unit, 0 to max; an empty cell leaves *out. False: a fault was noted.
bool pool_sheet_number(struct pool_sheet *sheet, uint32_t heading, int64_t unit, int64_t max,
                       int64_t *out);
// The same for memory: a number with K, M, G or T behind it, in MiB; without a letter times unit_mib.
bool pool_sheet_memory(struct pool_sheet *sheet, uint32_t heading, int64_t unit_mib,
                       int64_t *out_mib);
bool pool_memory_read(const char *bytes, size_t n, int64_t unit_mib, int64_t *out_mib);

// The same for a span of time: seconds, 90s, 15m, 2h, 3d, 45:30 (minutes), 12:30:00, 1-12:30:00.
bool pool_sheet_span(struct pool_sheet *sheet, uint32_t heading, int64_t *out_us);
bool pool_span_read(const char *bytes, size_t n, int64_t *out_us);
// The same for a moment: seconds since some zero, or 2024-05-01T12:00:00 in local time without a zone.
bool pool_sheet_moment(struct pool_sheet *sheet, uint32_t heading, int64_t *out_us);
bool pool_moment_read(const char *bytes, size_t n, int64_t *out_us);

// Is the cell this word, capitals or not?
bool pool_cell_is(struct csv_field cell, const char *word);

// The status of the faults: MARU_OK, or MARU_E_INPUT with the first of them in err.
MARU_MUST_USE maru_status pool_sheet_faults_status(const struct sheet_faults *faults,
                                                   maru_error *err);

#endif
