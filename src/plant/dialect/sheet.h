// A table of text read by a form: which columns there are, what their cells mean and where in a
// draft row they go.
//
// Each dialect is a list of forms. Everything that can be wrong with a single cell is found here.
#ifndef PLANT_SHEET_H
#define PLANT_SHEET_H

#include <stddef.h>

#include "plant/draft.h"

// What a cell holds, and the type of its place in the row.
enum cell_kind {
    CELL_IGNORED, // known, without meaning here
    CELL_NAME,    // uint32_t
    CELL_TEXT,    // const char *, NULL when empty
    CELL_COUNT,   // uint32_t, least to most
    CELL_INTEGER, // int64_t, least to most
    CELL_WORD,    // uint32_t: the value of one of `words`
    CELL_SHARE,   // double, `0.018` or `1.8 %`
    CELL_PERCENT, // double, a bare number is in percent
    CELL_LENGTH,  // double, m: `2.5`, `2.5 m` or `2500 mm`, least to most
    CELL_DEGREES, // double, least to most
    CELL_SPAN,    // maru_time; AutoSched: with `unit`
    CELL_CHANCE,  // struct dist; AutoSched: with `dist`, `second`, `unit`
    CELL_CYCLE,   // struct cycle; the same, or a number of wafers
    CELL_MOMENT,  // struct moment: a date, or a span after the start
};

enum column_flag {
    COLUMN_REQUIRED = 1, // the column must be there, and no cell of it empty
    // AutoSched: unit and distribution stand in columns of their own, dates are MM/DD/YY.
    COLUMN_PARTS = 2,
};

struct word {
    const char *text;
    uint32_t value;
};

struct column {
    const char *header;
    uint8_t kind, flags, field;
    uint16_t offset;          // of the value in the row
    int64_t otherwise;        // value of an empty COUNT, INTEGER, WORD, SHARE or PERCENT
    int64_t least, most;      // COUNT, INTEGER, LENGTH, DEGREES; a length from 0 is above it
    const struct word *words; // WORD: up to one with text NULL
    const char *right;        // WORD: all of them, as a sentence
    // COLUMN_PARTS: headers of the columns that belong to this one.
    const char *dist, *second, *unit;
};

struct form {
    const char *file; // NULL: named by another table
    enum draft_table table;
    const struct column *column; // (n_column)
    uint32_t n_column;
    bool is_required;                               // the file must be there
    bool has_rows;                                  // a table without rows is a fault
    void (*finish)(struct draft *draft, void *row); // behind the cells of a row; may be NULL
};

enum { SHEET_MAX_COLUMNS = 40, SHEET_MAX_FIELDS = 64 };

// Where the value of a column and what belongs to it stand in a file: 1-based columns, 0 = not
// there.
struct sheet_column {
    uint16_t value, dist, second, unit;
};

struct sheet {
    const char *file;
    const struct form *form;
    const struct csv_field *header; // (n_header)
    uint32_t n_header;
    struct sheet_column at[SHEET_MAX_COLUMNS]; // (form.n_column)
    uint16_t column_of[SHEET_MAX_FIELDS];      // of a field, 0 = none
};

// Separator and quotes: all that differs between the dialects' texts.
struct sheet_style {
    char separator;
    bool quotes;
};

// Read file[index] into draft rows. What is wrong is said in the draft's faults; memory and limits
// in its status.
void sheet_read(struct draft *draft, size_t index, const struct form *form,
                const struct sheet_style *style);

// The file of this name, ASCII case aside; SIZE_MAX when there is none.
size_t sheet_find(const struct draft *draft, const char *name);

// Rows of text: the lexer that sheets and files of values share. `take` gets each row that is not
// blank; false ends.
// The result is whether all rows were taken.
typedef bool (*sheet_take_row)(void *context, const struct csv_row *row);
bool sheet_rows(struct draft *draft, size_t index, const struct sheet_style *style,
                sheet_take_row take, void *context);

#endif
