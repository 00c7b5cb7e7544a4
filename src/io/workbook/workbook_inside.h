// What the parts of the reader of workbooks share.
#ifndef IO_WORKBOOK_INSIDE_H
#define IO_WORKBOOK_INSIDE_H

#include <archive.h>
#include <expat.h>

#include "io/workbook/workbook.h"

enum workbook_form { WORKBOOK_PLAIN, WORKBOOK_DATE, WORKBOOK_CLOCK };

struct workbook_format { // a number format of its own
    uint32_t id;
    uint8_t form; // enum workbook_form
};

struct workbook_string {
    const char *bytes;
    uint32_t n;
};

struct workbook_job {
    const char *bytes;
    size_t n;
    struct workbook *book;
    struct arena arena; // strings and styles
    uint32_t n_string, cap_string;
    struct workbook_string *string; // (n_string), on the heap
    uint32_t n_format, cap_format;
    struct workbook_format *format; // (n_format), on the heap
    uint32_t n_style, cap_style;
    uint8_t *style; // (n_style) enum workbook_form, on the heap
    bool is_1904;
    uint64_t n_unpacked; // of all parts so far
    maru_error *err;
};

// ---- parts of the zip (workbook_zip.c)

// One part. *part NULL: there is none of this path.
maru_status workbook_part_open(struct workbook_job *job, const char *path, struct archive **part);
// The next bytes of it; *n_read 0: its end.
maru_status workbook_part_read(struct workbook_job *job, struct archive *part, void *bytes,
                               size_t n, size_t *n_read, maru_error *err);
void workbook_part_close(struct archive *part); // accepts NULL

// Counts what has been unpacked, or made of what says that it is repeated: MARU_E_LIMIT where a small file becomes a huge one.
maru_status workbook_count_unpacked(struct workbook_job *job, size_t n, maru_error *err);

// ---- their XML (workbook_xml.c)

// What a part of the workbook is handed to, piece by piece. Names are without their namespace.
struct workbook_handler {
    maru_status (*begin)(void *context, const char *name, const char **attribute);
    maru_status (*end)(void *context, const char *name);
    maru_status (*text)(void *context, const char *bytes, size_t n);
    void *context;
};

enum { WORKBOOK_N_OPEN = 2, WORKBOOK_NAME_BYTES = 64 };

struct workbook_xml {
    XML_Parser parser;
    const struct workbook_handler *handler;
    maru_status status;
    uint32_t depth;
    bool is_utf8; // nothing else is declared
    char open[WORKBOOK_N_OPEN]
             [WORKBOOK_NAME_BYTES]; // outermost elements that began last; "": a name that is longer
    maru_error *err;
};

maru_status workbook_xml_open(struct workbook_xml *xml, const struct workbook_handler *handler,
                              maru_error *err);
maru_status workbook_xml_add(struct workbook_xml *xml, const char *bytes, size_t n, bool is_end);
void workbook_xml_close(struct workbook_xml *xml); // accepts an all-zero one

// Read one part as a whole. *is_there false: there is none of this path.
maru_status workbook_read_part(struct workbook_job *job, const char *path,
                               const struct workbook_handler *handler, bool *is_there);

// The value of an attribute, NULL where it has none. `name` is without its namespace.
const char *workbook_attribute(const char **attribute, const char *name);

// What a number format shows numbers as: by its number, or by its code.
enum workbook_form workbook_form_of(uint32_t id);
enum workbook_form workbook_form_of_code(const char *code);

// Days since the start of the workbook's calendar as a date or time of day. False: there is no such day.
bool workbook_add_day(struct text *text, double day, enum workbook_form form, bool is_1904);

// A date as ODF writes it (2025-10-31, 2025-10-31T15:05:07.5), a duration as ODF writes it (PT15H05M07S; from a day on a number of
// days). False: it is none.
bool workbook_add_date_text(struct text *text, const char *date);
bool workbook_add_time_text(struct text *text, const char *time);

// ---- rows as CSV (workbook_rows.c)

// Rows that follow each other, all of a sheet or some of them. The text has no breaks above its first row.
struct workbook_rows {
    struct text csv;
    uint32_t first, row,
        column; // the first row with a value; the row and column written last, from 1; 0: none
    uint32_t n_cell, n_without_value;
};

void workbook_rows_init(struct workbook_rows *rows, size_t cap_bytes);
void workbook_rows_fini(struct workbook_rows *rows);

// Line breaks and commas up to the place of a cell, which lies behind the one before; then what stands in it.
void workbook_go_to(struct workbook_rows *rows, uint32_t row, uint32_t column);
void workbook_add_words(struct text *csv, const char *bytes, size_t n);
void workbook_add_number(struct text *csv, const char *bytes, size_t n, double number);

// Rows behind those that the book has: of `row`, which is the last one there, 0 without one. The rows' text may be taken over.
maru_status workbook_take_rows(struct workbook *book, struct workbook_rows *rows, uint32_t *row,
                               maru_error *err);

// ---- a worksheet of .xlsx (workbook_cells.c, workbook_blocks.c)

struct workbook_cells {
    const struct workbook_job *job; // its strings and styles
    maru_error *err;
    struct workbook_rows rows;
    struct text value;                  // of this cell
    uint32_t at_row, at_column, before; // of what is being read, and the column of the cell before
    uint32_t first_row;                 // the first one that began; 0: none
    uint32_t style;
    char type[12];
    bool is_in_cell, is_in_value, has_value, has_formula, is_phonetic, is_row_open;
    bool is_placed; // the first row says where it is
};

void workbook_cells_init(struct workbook_cells *cells, const struct workbook_job *job,
                         maru_error *err);
void workbook_cells_fini(struct workbook_cells *cells);
struct workbook_handler workbook_cells_handler(struct workbook_cells *cells);

// One worksheet as CSV into the workbook's text, which is empty before.
maru_status workbook_read_sheet(struct workbook_job *job, const char *path);

// ---- OpenDocument (opendocument.c)

// Is this zip one of OpenDocument? What it says that it is, if so, is a spreadsheet that is not encrypted.
maru_status workbook_is_opendocument(struct workbook_job *job, bool *is_it);
// Names of its tables, and the one that is asked for as CSV into the workbook's text, which is empty before; NULL: the first one that
// is not hidden and has a value. Without a cell: there is none.
maru_status workbook_read_opendocument(struct workbook_job *job, const char *sheet);

// One more sheet, as the tabs stand.
maru_status workbook_add_sheet(struct workbook_job *job, const char *name, bool is_hidden);

// Doubles the room of a table on the heap where it is full.
bool workbook_make_room(void **table, uint32_t n, uint32_t *cap, size_t size);

#endif
