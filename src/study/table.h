// A table for a terminal: columns as wide as their widest cell, a Hangul syllable two columns wide.
//
// Cells are added row by row, left to right. Control characters of a hostile name become "?", so
// that no plant can play with the terminal.
#ifndef STUDY_TABLE_H
#define STUDY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

enum { TABLE_MAX_COLUMNS = 24, TABLE_MAX_WIDTH = 48 };

enum table_align { ALIGN_LEFT, ALIGN_RIGHT };
enum table_style { STYLE_PLAIN, STYLE_STRONG, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD };

struct table_cell {
    size_t at; // in text
    enum table_style style;
};

struct table {
    struct text text; // cells, each with a 0 behind it
    struct table_cell *cell;
    size_t n_cell, cap_cell, n_column;
    enum table_align align[TABLE_MAX_COLUMNS];
};

void table_init(struct table *table);
void table_fini(struct table *table);

// All columns first, then cells.
void table_column(struct table *table, enum table_align align, const char *title);
void table_add(struct table *table, enum table_style style, const char *cell);

struct look { // what the reader's terminal can show
    bool colors;
    size_t columns; // 0: as many as needed
};

// Append the table to `out`, each line indented by two. Where that is wider than the terminal, the
// "± ..." of all cells is left out; says whether it was.
bool table_print(const struct table *table, struct look look, struct text *out);

// Append a text of the plant without what could move the cursor, cut to TABLE_MAX_WIDTH columns.
void table_add_safe(struct text *out, const char *text);

// Columns that a text takes on a terminal.
size_t table_width(const char *text);

// Append `text` in a style.
void table_styled(struct text *out, struct look look, enum table_style style, const char *text);

#endif
