// What the parts of the reader of spreadsheets share.
#ifndef WIRE_SHEET_SHEET_INSIDE_H
#define WIRE_SHEET_SHEET_INSIDE_H

#include "base/csv.h"
#include "base/names.h"
#include "wire/csv/cells.h"
#include "wire/sheet/spreadsheet.h"

// ---- cells (sheet_cell.c)

// A cell as a number: signs of the table, "(12)" for -12, a currency before or a unit behind it, which is left in *unit.
bool sheet_number(struct cell_signs signs, const char *cell, size_t n, double *number,
                  const char **unit, size_t *n_unit);

bool sheet_is_unit(const char *cell, size_t n);      // a unit that is known, without brackets
bool sheet_is_missing(const char *cell, size_t n);   // as cell_is_missing; none is a word
bool sheet_is_total(const char *cell, size_t n);     // 합계, Total, ... or ends with it
bool sheet_is_judgement(const char *cell, size_t n); // OK, NG, yes, no, 양품, 불량
bool sheet_says_date(const char *cell, size_t n);    // a header over days, not over durations
bool sheet_says_class(const char *cell,
                      size_t n); // a header over numbers that are names: 호기, cavity
bool sheet_says_serial(const char *cell,
                       size_t n);                // a header over names of single things: LOT, S/N
bool sheet_is_clock(const char *cell, size_t n); // a time of day alone
bool sheet_is_date(const char *cell, size_t n, enum moment_form form, bool *has_clock);
bool sheet_may_be_date(const char *cell, size_t n); // by its looks, quickly

// ---- rows (sheet_rows.c)

struct sheet_rows {
    struct csv_reader csv;
    const char *bytes;
    size_t n;
    struct arena arena; // of the rows since it was last emptied
    bool is_emptied;    // before each row where it has grown: rows do not outlive the next one
};

void sheet_rows_init(struct sheet_rows *rows, const char *bytes, size_t n, char separator,
                     bool has_quotes, size_t cap_bytes);
void sheet_rows_fini(struct sheet_rows *rows);

// The next row. Runs of blanks are one separator where blanks separate.
//   errors  MARU_MORE: there is none; else as csv_next's
maru_status sheet_rows_next(struct sheet_rows *rows, struct csv_row *row, maru_error *err);

uint32_t sheet_full(const struct csv_row *row);  // cells that are not empty
uint32_t sheet_width(const struct csv_row *row); // up to the last of them
const struct csv_field *sheet_cell(const struct csv_row *row, uint32_t column);

// ---- the first rows (sheet_look.c, sheet_head.c)

enum sheet_class { SHEET_NOTHING, SHEET_NUMBER, SHEET_DATE, SHEET_OTHER };

struct sheet_look {
    const struct sheet_hints *hints;
    struct sheet_rows rows;
    struct csv_row row[SHEET_MAX_LOOK_ROWS]; // (n), in rows.arena
    uint32_t n;
    bool is_whole; // there are no more rows
    char separator;
    bool has_quotes;
    uint32_t n_column; // the widest row's
    struct cell_signs signs;
    bool is_ambiguous;
    uint8_t *kind; // (n_column), enum sheet_class of most of its cells, in rows.arena
    uint32_t usual_full;
    uint32_t first; // row with data; n: none of these
    uint32_t n_head;
    uint32_t head[SHEET_MAX_HEAD_ROWS];     // (n_head) rows
    uint32_t unit_row;                      // of these, UINT32_MAX: none
    uint8_t limit_row[SHEET_MAX_LOOK_ROWS]; // (n) enum sheet_limit_row
};

// Finds separator, signs, header and the first row with data.
//   memory  sheet_look_fini, also after an error
maru_status sheet_look_at(struct sheet_look *look, const char *bytes, size_t n,
                          const struct sheet_hints *hints, maru_error *err);
void sheet_look_fini(struct sheet_look *look);
enum sheet_class sheet_class_of(const struct sheet_look *look, const struct csv_field *cell);
void sheet_find_head(struct sheet_look *look);

// ---- names (sheet_names.c)

struct sheet_name {
    const char *name, *unit; // in the reading's arena
    bool is_named;           // by the header
};

// ---- limits (sheet_limits.c)

enum { SHEET_LIMIT_ROWS = 25 }; // of the first rows, those that may be limits

struct sheet_limits { // NaN: none on this side
    double lower, upper;
};

// A cell such as 10.00±0.05, 8.0 +0.2/-0.1, 9.95~10.05, 0.03 이하, ≥ 20; else none.
struct sheet_limits sheet_read_limits(struct cell_signs of, const char *cell, size_t n);
bool sheet_has_limits(struct sheet_limits of);

// What its first cell says that the numbers of a row are.
enum sheet_limit_row { SHEET_NO_LIMIT, SHEET_LIMIT_LOWER, SHEET_LIMIT_UPPER, SHEET_LIMIT_BOTH };
enum sheet_limit_row sheet_limit_row_of(struct cell_signs of, const struct csv_row *row);

// Limits of a column of the file: from the rows of limits, else from what stands in brackets over it, else from its name.
struct sheet_limits sheet_find_limits(const struct sheet_look *look, uint32_t column,
                                      const struct sheet_name *name);
bool sheet_unit_is_limits(const struct sheet_look *look, const char *unit); // 두께(2.0±0.1)

maru_status sheet_make_names(const struct sheet_look *look, struct arena *arena,
                             struct sheet_name *name, maru_error *err);

// ---- kinds (sheet_kinds.c)

enum { SHEET_N_DATE = 4, SHEET_N_COUNT = 5 }; // YMD MDY DMY YY; EXCEL S MS US NS

struct sheet_tally { // of one column of the file
    bool says_date, says_class, says_serial;
    bool is_closed; // more different words than are kept
    uint32_t n_full, n_number, n_none, n_clock, n_with_clock, n_judgement;
    uint32_t n_id;    // 0012, or more digits than a number can keep
    uint32_t n_whole; // whole numbers
    uint32_t n_date[SHEET_N_DATE], n_count[SHEET_N_COUNT];
    uint32_t n_unit; // of `unit`, behind numbers
    const char *unit;
    struct names words;
};

maru_status sheet_tally_cell(struct sheet_tally *tally, struct cell_signs signs,
                             const struct csv_field *cell, struct arena *arena, maru_error *err);

struct sheet_verdict {
    uint8_t kind; // enum frame_kind
    uint8_t form; // enum moment_form
    bool is_ambiguous, is_clock;
};

struct sheet_verdict sheet_decide(const struct sheet_tally *tally, const struct sheet_name *name,
                                  const struct sheet_hints *hints);

#endif
