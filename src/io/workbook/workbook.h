// A workbook of a spreadsheet program (.xlsx: Office Open XML; .ods: OpenDocument; both a zip of XML) as text for the reader of
// spreadsheets (wire/sheet/spreadsheet.h): values alone, dates as dates.
#ifndef IO_WORKBOOK_H
#define IO_WORKBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "maru/status.h"

enum {
    WORKBOOK_MAX_ENTRIES = 10000,
    WORKBOOK_MAX_SHEETS = 1000,
    WORKBOOK_MAX_STRINGS = 20000000,
    WORKBOOK_MAX_STYLES = 70000,
    WORKBOOK_MAX_ROWS = 1048576, // of a sheet, as in the programs
    WORKBOOK_MAX_COLUMNS = 16384,
    WORKBOOK_MAX_CELL_BYTES = 1 << 18,
    WORKBOOK_MAX_DEPTH = 64,
    WORKBOOK_MAX_RATIO = 400, // unpacked to packed, beyond WORKBOOK_FREE_BYTES
    WORKBOOK_FREE_BYTES = 64 << 20,
};

struct workbook_sheet {
    const char *name;
    bool is_hidden;
    const char *path; // of its part; NULL in an .ods
};

struct workbook {
    struct arena arena;
    uint32_t n_sheet;
    struct workbook_sheet *sheet; // (n_sheet), as the tabs stand
    uint32_t chosen;              // of these
    struct text
        csv; // UTF-8, commas; line n is row n of the sheet: line breaks inside of cells are blanks here
    uint32_t n_cell;
    uint32_t
        n_without_value; // cells with a formula and no result: the program that wrote it does not calculate
};

// Do the bytes begin as a workbook does, of this or an older kind, so that they are no text?
bool workbook_is(const char *bytes, size_t n);

// How the name of such a file ends: "xlsx", "ods", "xls".
const char *workbook_ending(const char *bytes, size_t n);

// Read one sheet.
//   in      sheet: its name; NULL: the first one that is not hidden and has a value
//   out     *workbook: merged cells have their value in their first cell alone; errors such as #DIV/0! stand as they are; dates and
//           times as 2025-10-31, 2025-10-31 15:05:07, 15:05:07
//   memory  at most cap_bytes for text and strings, each; workbook_fini frees
//   errors  MARU_E_INPUT: no .xlsx and no .ods, encrypted, damaged, no such sheet, no sheet with a value; MARU_E_LIMIT: more than cap_bytes, or
//           unpacks to far more than it is; MARU_E_MEMORY
//   source  ECMA-376-1:2016 (SpreadsheetML), 18.3 worksheets, 18.4 shared strings, 18.8.30 number formats, 18.17.4 dates;
//           ODF 1.3 part 3 (OASIS, 2021), 9 tables
MARU_MUST_USE maru_status workbook_read(const char *bytes, size_t n, const char *sheet,
                                        size_t cap_bytes, struct workbook *workbook,
                                        maru_error *err);
void workbook_fini(struct workbook *workbook); // accepts an all-zero one

#endif
