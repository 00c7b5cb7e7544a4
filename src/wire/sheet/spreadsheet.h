// A spreadsheet as people keep it, saved as text, becomes a table; and what was understood is told, so that it can be corrected.
//
//     sheet_to_frame -> (look at the reading, add hints) -> sheet_to_frame
//
// Known: comma, semicolon, tab, bar or blanks between cells; decimal comma, thousands, units behind numbers; dates of all forms
// that wire/csv/moment.h knows, also in two columns; titles, headers of up to four rows with merged cells and rows of units; totals,
// notes and headers that come again. A cell that does not fit its column is missing there, counted and shown. The bytes are UTF-8:
// io/charset.h makes them so, io/workbook.h an .xlsx.
#ifndef WIRE_SHEET_SPREADSHEET_H
#define WIRE_SHEET_SPREADSHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/status.h"
#include "signal/frame.h"
#include "wire/csv/moment.h"

enum {
    SHEET_MAX_LOOK_BYTES = 8 << 20,
    SHEET_MAX_LOOK_ROWS = 400,
    SHEET_MAX_HEAD_ROWS = 4,
    SHEET_MAX_LEFT_OUT = 50,
    SHEET_MAX_ODD = 5,
    SHEET_MAX_WORDS = 4096,
    SHEET_MAX_NAME_BYTES = 512,
    SHEET_MAX_SHOWN_BYTES = 80,
};

// Why a line is no row of the table.
enum sheet_why {
    SHEET_TITLE,        // above the header
    SHEET_TOTAL,        // 합계, Total, 소계, 평균 in its first cells
    SHEET_NOTE,         // one cell with words, among or below the data
    SHEET_HEADER_AGAIN, // as it is printed on each page
    SHEET_LIMIT,        // 규격, LSL, USL: the limits of each column
    N_SHEET_WHY
};

struct sheet_left_out {
    uint32_t line;    // of the file, from 1
    uint8_t why;      // enum sheet_why
    const char *text; // its first cell with something in it, at most SHEET_MAX_SHOWN_BYTES
};

struct sheet_odd { // a cell that is nothing of its column's kind
    uint32_t line;
    const char *text;
};

struct sheet_column {
    uint32_t column;       // of the file, from 1
    uint32_t clock_column; // of the file, from 1: the time of day was taken from there; 0: none
    uint8_t form;          // enum moment_form, of a column of times; else N_MOMENT_FORM
    bool is_ambiguous;     // 3/4/2025 could be March or April
    bool is_told;          // the kind is a hint's
    double lower, upper;   // limits that the table says of a column of numbers, NaN: none
    uint32_t
        n_different; // words, or whole numbers under a header such as 호기; up to SHEET_MAX_WORDS
    uint32_t n_shown;                    // of odd[]
    struct sheet_odd odd[SHEET_MAX_ODD]; // the first ones
};

struct sheet_reading {
    struct arena arena; // all texts
    char separator;     // , ; tab | or blank
    char decimal;       // . or ,
    char thousands;     // , . ' blank, or 0: none
    bool is_ambiguous;  // 1,234 could be one or a thousand
    bool has_quotes;    // false: a quote is a letter as any other
    uint32_t n_head;    // rows of the header; 0: there is none, columns are called "column 1"
    uint32_t head_line[SHEET_MAX_HEAD_ROWS]; // (n_head)
    uint32_t unit_line;                      // of these, the row of units; 0: none
    uint32_t first_line;                     // with data
    uint32_t n_blank;                        // blank lines below the header
    uint32_t n_left_out[N_SHEET_WHY];
    uint32_t n_shown;                                   // of left_out[]
    struct sheet_left_out left_out[SHEET_MAX_LEFT_OUT]; // the first ones
    uint32_t n_beyond,
        beyond_line; // cells right of the last column, which are left out; the first one's line
    uint32_t n_file_column; // columns of the file, those without name and data too
    uint32_t n_column;
    struct sheet_column *column; // (n_column), those of the frame
};

struct sheet_kind {
    const char *name; // of the column
    uint8_t kind;     // enum frame_kind; FRAME_EMPTY: leave its values out
};

// What somebody knows better; what is zero is guessed.
struct sheet_hints {
    char separator, decimal;
    uint8_t form;        // enum moment_form, of all columns of times; N_MOMENT_FORM: guess
    int32_t offset_min;  // of times without a zone
    uint32_t first_line; // with data
    bool keeps_totals;   // totals and notes are rows as all others
    bool allows_one_row; // a table of one row is fine: nothing is compared
    const struct sheet_kind *kind; // (n_kind)
    uint32_t n_kind;
};

// Hints that say nothing, but that times are Seoul's.
struct sheet_hints sheet_no_hints(void);

// "title", "total", "note", "header again".
//   memory  static
const char *sheet_why_name(enum sheet_why why);

// Read all of a spreadsheet.
//   in      cap_bytes: of the frame's memory
//   out     *frame, *reading
//   memory  frame_fini, sheet_reading_fini
//   errors  MARU_E_INPUT with the line: not UTF-8, no rows, one row, no value at all, or as csv_next's; MARU_E_LIMIT: too many
//           rows, columns or bytes; MARU_E_MEMORY
//   cost    two passes over the bytes
MARU_MUST_USE maru_status sheet_to_frame(const char *bytes, size_t n,
                                         const struct sheet_hints *hints, size_t cap_bytes,
                                         struct frame *frame, struct sheet_reading *reading,
                                         maru_error *err);
void sheet_reading_fini(struct sheet_reading *reading); // accepts an all-zero one

#endif
