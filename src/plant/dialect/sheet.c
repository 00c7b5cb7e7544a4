#include "plant/dialect/sheet.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plant/dialect/cell.h"
#include "plant/dialect/timespec.h"

// The header tells which column of the file is which column of the form; the rows then go through
// all columns of the form in order, so that a missing column and an empty cell mean the same.

size_t sheet_find(const struct draft *draft, const char *name) {
    for (size_t i = 0; i < draft->n_file; i++) {
        const maru_file *file = &draft->file[i];
        if (file->bytes && word_is(file->name, strlen(file->name), name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

// Rows

static bool is_blank_row(const struct csv_row *row) {
    for (uint32_t i = 0; i < row->n_field; i++) {
        if (row->field[i].n > 0) {
            return false;
        }
    }
    return true;
}

// 1-based line of the first bytes that are not UTF-8; 0 when all are.
static uint32_t bad_utf8_line(const char *bytes, size_t n) {
    if (text_is_utf8(bytes, n)) {
        return 0;
    }
    uint32_t line = 1;
    while (n > 0) {
        const char *end = memchr(bytes, '\n', n);
        const size_t n_line = end ? (size_t)(end - bytes) + 1 : n;
        if (!text_is_utf8(bytes, n_line)) {
            break;
        }
        bytes += n_line;
        n -= n_line;
        line++;
    }
    return line;
}

static bool is_readable(struct draft *draft, const maru_file *file) {
    if (file->n_bytes > PLANT_MAX_FILE_BYTES) {
        draft->limit = "a table has more than 64 MiB";
        draft->limit_file = file->name;
        return false;
    }
    const uint32_t line = bad_utf8_line(file->bytes, file->n_bytes);
    if (line > 0) {
        draft_fault_file(draft, MARU_FAULT, file->name, line, 0, NULL,
                         "text in UTF-8 (or CP949, in a folder)", "bytes that are no text");
    }
    return line == 0;
}

bool sheet_rows(struct draft *draft, size_t index, const struct sheet_style *style,
                sheet_take_row take, void *context) {
    const maru_file *file = &draft->file[index];
    draft->is_used[index] = true;
    if (!is_readable(draft, file)) {
        return false;
    }
    struct csv_reader reader;
    csv_init(&reader, style->separator, style->quotes);
    const char *at = file->bytes;
    size_t left = file->n_bytes;
    for (;;) {
        struct csv_row row = {0};
        maru_error err = {0};
        size_t n_used = 0;
        const maru_status st =
            csv_next(&reader, at, left, true, &draft->arena, &row, &n_used, &err);
        if (st == MARU_MORE) {
            return true;
        }
        if (st == MARU_E_INPUT || (st == MARU_E_LIMIT && !draft->arena.is_full)) {
            draft_fault_file(draft, MARU_FAULT, file->name, err.row, err.column, NULL,
                             "a table of text, one row a line", "%s", err.text);
            return false;
        }
        if (st != MARU_OK) {
            draft->is_short = true;
            return false;
        }
        at += n_used;
        left -= n_used;
        if (!is_blank_row(&row) && !take(context, &row)) {
            draft->limit_file = file->name;
            draft->limit_row = row.line;
            return false;
        }
    }
}

// Header

struct reading {
    struct draft *draft;
    const struct form *form;
    uint32_t sheet;
    bool has_header;
    uint32_t n_row;
};

// Column of the file with this header, 0 when there is none; said when there are two.
static uint16_t find_column(struct draft *draft, const struct sheet *sheet, const char *header) {
    uint16_t found = 0;
    for (uint32_t i = 0; header && i < sheet->n_header; i++) {
        if (!word_is(sheet->header[i].bytes, sheet->header[i].n, header)) {
            continue;
        }
        if (found > 0) {
            draft_fault_file(draft, MARU_FAULT, sheet->file, 1, i + 1, header, "each column once",
                             "column %u has the same name", found);
            return found;
        }
        found = (uint16_t)(i + 1);
    }
    return found;
}

static bool is_known(const struct form *form, const struct csv_field *header) {
    for (uint32_t i = 0; i < form->n_column; i++) {
        const struct column *c = &form->column[i];
        const char *const name[] = {c->header, c->dist, c->second, c->unit};
        for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
            if (name[k] && word_is(header->bytes, header->n, name[k])) {
                return true;
            }
        }
    }
    return false;
}

static void note_unknown_columns(struct draft *draft, const struct sheet *sheet) {
    for (uint32_t i = 0; i < sheet->n_header; i++) {
        if (sheet->header[i].n > 0 && !is_known(sheet->form, &sheet->header[i])) {
            draft_fault_file(draft, MARU_NOTE, sheet->file, 1, i + 1, sheet->header[i].bytes,
                             "a column of docs/PLANT.md, or nothing: it is skipped",
                             "unknown column");
        }
    }
}

static bool read_header(struct reading *r, const struct csv_row *row) {
    struct sheet *sheet = &r->draft->sheet[r->sheet];
    sheet->header = row->field;
    sheet->n_header = row->n_field;
    for (uint32_t i = 0; i < r->form->n_column; i++) {
        const struct column *c = &r->form->column[i];
        if (c->kind == CELL_IGNORED) {
            continue;
        }
        struct sheet_column *at = &sheet->at[i];
        *at = (struct sheet_column){
            .value = find_column(r->draft, sheet, c->header),
            .dist = find_column(r->draft, sheet, c->dist),
            .second = find_column(r->draft, sheet, c->second),
            .unit = find_column(r->draft, sheet, c->unit),
        };
        sheet->column_of[c->field] = at->value;
        if (at->value == 0 && (c->flags & COLUMN_REQUIRED) != 0) {
            draft_fault_file(r->draft, MARU_FAULT, sheet->file, row->line, 0, c->header,
                             "this column in the first line", "a required column is missing");
            r->draft->is_partial[r->form->table] = true;
        }
    }
    note_unknown_columns(r->draft, sheet);
    return true;
}

// Body

static bool take_row(void *context, const struct csv_row *row) {
    struct reading *r = context;
    if (!r->has_header) {
        r->has_header = true;
        return read_header(r, row);
    }
    struct source *at = draft_add(r->draft, r->form->table);
    if (!at) {
        return false;
    }
    r->n_row++;
    *at = (struct source){
        .sheet = r->sheet, .line = row->line, .n_cell = row->n_field, .cell = row->field};
    const struct sheet *sheet = &r->draft->sheet[r->sheet];
    for (uint32_t i = sheet->n_header; i < row->n_field; i++) {
        if (row->field[i].n > 0) {
            draft_fault_column(r->draft, at, SHEET_MAX_FIELDS - 1, i + 1,
                               "as many cells as the first line has", "a cell without a column");
        }
    }
    for (uint32_t i = 0; i < r->form->n_column; i++) {
        if (r->form->column[i].kind != CELL_IGNORED) {
            cell_read(r->draft, at, &r->form->column[i], &sheet->at[i]);
        }
    }
    if (r->form->finish) {
        r->form->finish(r->draft, at);
    }
    return true;
}

void sheet_read(struct draft *draft, size_t index, const struct form *form,
                const struct sheet_style *style) {
    assert(form->n_column <= SHEET_MAX_COLUMNS);
    if (!draft_grow((void **)&draft->sheet, draft->n_sheet, &draft->cap_sheet,
                    sizeof *draft->sheet)) {
        draft->is_short = true;
        return;
    }
    draft->sheet[draft->n_sheet] = (struct sheet){.file = draft->file[index].name, .form = form};
    struct reading r = {.draft = draft, .form = form, .sheet = draft->n_sheet++};
    if (!sheet_rows(draft, index, style, take_row, &r)) {
        draft->is_partial[form->table] = true;
    } else if (!r.has_header || (r.n_row == 0 && form->has_rows)) {
        draft->is_partial[form->table] = true;
        draft_fault_file(draft, MARU_FAULT, draft->file[index].name, 0, 0, NULL,
                         "a line with the names of the columns, and rows below it",
                         r.has_header ? "the table has no rows" : "the table is empty");
    }
}
