#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "io/workbook/workbook_inside.h"

// A spreadsheet of OpenDocument (.ods) is a zip with everything that matters in content.xml:
//
//     office:automatic-styles > style:style > style:table-properties   which tables are hidden
//     office:body > office:spreadsheet > table:table > table:table-row > table:table-cell > text:p
//
// A cell says what it is and its value (office:value-type, office:value, office:date-value ...); a text is its paragraphs. Cells and
// rows say how often they are repeated: an empty row a million times is nothing but a number here, and what is written again and
// again counts as unpacked, so that a small file does not become a huge one. Notes, drawings, tables inside of cells and what
// changes tracked keep are passed over, and so are cells below merged ones. Elements and attributes are told by their names
// without the name space; calcext and loext, in which LibreOffice says things twice, are passed over.
//
// Source: ODF 1.3 part 3 (OASIS, 2021), 9.1 (tables), 19.385 (office:value-type), 6.1.2 (white space), 18.2 (types); part 2, 3.8 (encryption)

enum { MAX_HIDDEN = 1000 };

struct table {
    struct workbook_job *job;
    const char *wanted; // NULL: the first one with a value
    const char *style;  // of tables, the one being read; NULL: none
    const char *hidden[MAX_HIDDEN];
    uint32_t n_hidden;
    uint32_t depth, skipped, spreadsheet; // depths; 0: none
    bool is_reading, is_found;            // a table
    struct workbook_rows rows;
    uint32_t at_row, n_row;             // the row being read, from 1, and how often it stands there
    size_t row_begin;                   // in the text, of its first cell with a value
    uint32_t cells_before;              // cells with a value before this row
    uint32_t at_column, n_column, cell; // of the cell, and its depth; 0: in none
    char type[12];
    bool is_covered, has_formula, is_in_paragraph, is_blank_last;
    uint32_t n_paragraph;
    struct text value, again; // of this cell; what is repeated
};

// ---- attributes

static const char *attribute_of(const char **attribute, const char *name) {
    for (; attribute[0]; attribute += 2) {
        const char *colon = strchr(attribute[0], ':');
        const bool is_twice =
            strncmp(attribute[0], "calcext:", 8) == 0 || strncmp(attribute[0], "loext:", 6) == 0;
        if (!is_twice && strcmp(colon ? colon + 1 : attribute[0], name) == 0) {
            return attribute[1];
        }
    }
    return NULL;
}

static maru_status read_count(struct table *t, const char **attribute, const char *name,
                              uint32_t *count) {
    const char *text = attribute_of(attribute, name);
    int64_t number = 1;
    if (text && (!number_int64(text, strlen(text), &number) || number < 1)) {
        return fail(t->job->err, MARU_E_INPUT, "the workbook has a cell without a place");
    }
    *count = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
    return MARU_OK;
}

// ---- styles

static maru_status begin_style(struct table *t, const char *name, const char **attribute) {
    if (strcmp(name, "style") == 0) {
        const char *family = attribute_of(attribute, "family");
        const char *style = attribute_of(attribute, "name");
        t->style = NULL;
        if (style && family && strcmp(family, "table") == 0 && t->n_hidden < MAX_HIDDEN) {
            t->style = arena_text(&t->job->arena, style, strlen(style));
            return t->style ? MARU_OK : arena_refusal(&t->job->arena, t->job->err);
        }
    } else if (strcmp(name, "table-properties") == 0 && t->style) {
        const char *display = attribute_of(attribute, "display");
        if (display && strcmp(display, "false") == 0) {
            t->hidden[t->n_hidden++] = t->style;
        }
        t->style = NULL;
    }
    return MARU_OK;
}

static bool is_hidden(const struct table *t, const char *style) {
    bool is = false;
    for (uint32_t i = 0; style && i < t->n_hidden; i++) {
        is = is || strcmp(t->hidden[i], style) == 0;
    }
    return is;
}

// ---- tables and rows

static maru_status begin_table(struct table *t, const char **attribute) {
    struct workbook *book = t->job->book;
    const char *name = attribute_of(attribute, "name");
    const bool is_out = is_hidden(t, attribute_of(attribute, "style-name"));
    name = name ? name : "";
    const bool is_it = !t->is_found && (t->wanted ? strcmp(name, t->wanted) == 0 : !is_out);
    const maru_status st = workbook_add_sheet(t->job, name, is_out);
    if (st != MARU_OK) {
        return st;
    }
    t->skipped = is_it ? 0 : t->depth;
    t->is_reading = is_it;
    if (is_it) {
        workbook_rows_fini(&t->rows);
        workbook_rows_init(&t->rows, book->csv.max_bytes);
        book->chosen = book->n_sheet - 1;
        t->at_row = 1;
        t->n_row = 0;
    }
    return MARU_OK;
}

static maru_status end_table(struct table *t) {
    uint32_t row = 0;
    t->is_reading = false;
    t->is_found = t->wanted || t->rows.n_cell > 0;
    return workbook_take_rows(t->job->book, &t->rows, &row, t->job->err);
}

static maru_status begin_row(struct table *t, const char **attribute) {
    t->at_column = 1;
    t->cells_before = t->rows.n_cell;
    return read_count(t, attribute, "number-rows-repeated", &t->n_row);
}

static maru_status check_text(const struct table *t) {
    const struct text *csv = &t->rows.csv;
    return csv->status == MARU_OK
               ? MARU_OK
               : fail(t->job->err, csv->status, "the sheet has more than %zu bytes of text",
                      csv->max_bytes);
}

// What stands in the text from `begin` on, n more times, each behind what `go` puts before it.
static maru_status repeat(struct table *t, size_t begin, uint32_t n, uint32_t row_step,
                          uint32_t column_step) {
    struct workbook_rows *rows = &t->rows;
    const size_t n_bytes = rows->csv.n_bytes - begin;
    const uint32_t first_column = rows->column;
    text_clear(&t->again);
    text_add(&t->again, rows->csv.bytes + begin, n_bytes);
    maru_status st =
        t->again.status == MARU_OK ? MARU_OK : fail(t->job->err, t->again.status, "no memory");
    for (uint32_t k = 0; k < n && st == MARU_OK; k++) {
        st = workbook_count_unpacked(t->job, n_bytes + 1, t->job->err);
        if (row_step > 0) {
            text_add(&rows->csv, "\n", 1);
            rows->row++;
        } else {
            workbook_go_to(rows, rows->row, first_column + (k + 1) * column_step);
        }
        text_add(&rows->csv, t->again.bytes, n_bytes);
        st = st == MARU_OK ? check_text(t) : st;
    }
    return st;
}

static maru_status end_row(struct table *t) {
    struct workbook_rows *rows = &t->rows;
    const uint32_t n_cell = rows->n_cell - t->cells_before;
    const uint32_t n_left = t->at_row <= WORKBOOK_MAX_ROWS ? WORKBOOK_MAX_ROWS - t->at_row + 1 : 0;
    maru_status st = MARU_OK;
    if (n_cell > 0 && t->n_row > n_left) {
        return fail(t->job->err, MARU_E_LIMIT, "a sheet has at most %d rows", WORKBOOK_MAX_ROWS);
    }
    if (n_cell > 0) {
        st = repeat(t, t->row_begin, t->n_row - 1, 1, 0);
        rows->n_cell += n_cell * (t->n_row - 1);
    }
    t->at_row += t->n_row < n_left ? t->n_row : n_left; // empty rows reach to the end of the sheet
    return st;
}

// ---- cells

static maru_status begin_cell(struct table *t, const char *name, const char **attribute) {
    static const char *const values[] = {"value", "date-value", "time-value", "boolean-value",
                                         "string-value"};
    const char *type = attribute_of(attribute, "value-type");
    text_clear(&t->value);
    t->cell = t->depth;
    t->is_covered = strcmp(name, "covered-table-cell") == 0;
    t->has_formula = attribute_of(attribute, "formula") != NULL;
    t->type[0] = '\0';
    if (type && strlen(type) < sizeof t->type) {
        memcpy(t->type, type, strlen(type) + 1);
    }
    for (size_t i = 0; i < sizeof values / sizeof *values && t->value.n_bytes == 0; i++) {
        const char *value = type ? attribute_of(attribute, values[i]) : NULL;
        text_addz(&t->value, value ? value : "");
    }
    t->n_paragraph = t->value.n_bytes > 0 ? UINT32_MAX : 0; // then what is shown does not matter
    return read_count(t, attribute, "number-columns-repeated", &t->n_column);
}

static void add_value(struct table *t, struct text *csv) {
    const char *bytes = t->value.bytes;
    const size_t n = t->value.n_bytes;
    const bool is_number = strcmp(t->type, "float") == 0 || strcmp(t->type, "percentage") == 0 ||
                           strcmp(t->type, "currency") == 0;
    double number = 0;
    bool is_added = false;
    if (is_number && number_double(bytes, n, &number)) {
        workbook_add_number(csv, bytes, n, number);
        is_added = true;
    } else if (strcmp(t->type, "date") == 0) {
        is_added = workbook_add_date_text(csv, bytes);
    } else if (strcmp(t->type, "time") == 0) {
        is_added = workbook_add_time_text(csv, bytes);
    } else if (strcmp(t->type, "boolean") == 0) {
        text_addz(csv, strcmp(bytes, "true") == 0 ? "TRUE" : "FALSE");
        is_added = true;
    }
    if (!is_added) {
        workbook_add_words(csv, bytes, n);
    }
}

static maru_status end_cell(struct table *t) {
    struct workbook_rows *rows = &t->rows;
    const bool has_value = t->value.n_bytes > 0 && !t->is_covered;
    const uint32_t n_left =
        t->at_column <= WORKBOOK_MAX_COLUMNS ? WORKBOOK_MAX_COLUMNS - t->at_column + 1 : 0;
    maru_status st = MARU_OK;
    t->cell = 0;
    rows->n_without_value += t->has_formula && t->value.n_bytes == 0;
    if (has_value && (t->n_column > n_left || t->at_row > WORKBOOK_MAX_ROWS)) {
        return fail(t->job->err, MARU_E_LIMIT, "a sheet has at most %d rows and %d columns",
                    WORKBOOK_MAX_ROWS, WORKBOOK_MAX_COLUMNS);
    }
    if (has_value) {
        const bool is_first = rows->n_cell == t->cells_before;
        if (is_first) { // a row that is repeated begins with the commas before its first value
            workbook_go_to(rows, t->at_row, 1);
            t->row_begin = rows->csv.n_bytes;
        }
        workbook_go_to(rows, t->at_row, t->at_column);
        const size_t begin = rows->csv.n_bytes;
        add_value(t, &rows->csv);
        st = check_text(t);
        st = st == MARU_OK ? repeat(t, begin, t->n_column - 1, 0, 1) : st;
        rows->n_cell += t->n_column;
    }
    t->at_column += t->n_column < n_left ? t->n_column : n_left;
    return st;
}

// ---- paragraphs

static maru_status check_value(const struct table *t) {
    return t->value.status == MARU_OK
               ? MARU_OK
               : fail(t->job->err, t->value.status, "a cell has more than %d bytes",
                      WORKBOOK_MAX_CELL_BYTES);
}

static maru_status begin_in_cell(struct table *t, const char *name, const char **attribute) {
    if (t->n_paragraph == UINT32_MAX) {
        t->skipped = t->depth;
    } else if (!t->is_in_paragraph && strcmp(name, "p") == 0 && t->depth == t->cell + 1) {
        text_addz(&t->value, t->n_paragraph++ > 0 ? "\n" : "");
        t->is_in_paragraph = true;
        t->is_blank_last = true; // blanks at its front do not count
    } else if (t->is_in_paragraph && strcmp(name, "s") == 0) {
        uint32_t n = 1;
        const maru_status st = read_count(t, attribute, "c", &n);
        if (st != MARU_OK) {
            return st;
        }
        for (uint32_t k = 0; k < n && t->value.status == MARU_OK; k++) {
            text_add(&t->value, " ", 1);
        }
        t->is_blank_last = false;
    } else if (t->is_in_paragraph &&
               (strcmp(name, "tab") == 0 || strcmp(name, "line-break") == 0)) {
        text_add(&t->value, " ", 1);
    } else if (!t->is_in_paragraph ||
               (strcmp(name, "span") != 0 && strcmp(name, "a") != 0 && strcmp(name, "ruby") != 0 &&
                strcmp(name, "ruby-base") != 0)) {
        t->skipped = t->depth;
    }
    return check_value(t);
}

static void end_paragraph(struct table *t) {
    t->is_in_paragraph = false;
    if (t->is_blank_last && t->value.n_bytes > 0 &&
        t->value.bytes[t->value.n_bytes - 1] == ' ') { // nor those at its end
        t->value.bytes[--t->value.n_bytes] = '\0';
    }
}

static maru_status on_text(void *context, const char *bytes, size_t n) {
    struct table *t = context;
    if (!t->is_in_paragraph || t->skipped > 0) {
        return MARU_OK;
    }
    for (size_t i = 0; i < n; i++) {
        const bool is_blank = bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\n';
        if (!is_blank || !t->is_blank_last) {
            text_add(&t->value, is_blank ? " " : bytes + i, 1);
        }
        t->is_blank_last = is_blank;
    }
    return check_value(t);
}

// ---- XML

static bool is_around_rows(const char *name) {
    return strcmp(name, "table-row-group") == 0 || strcmp(name, "table-rows") == 0 ||
           strcmp(name, "table-header-rows") == 0;
}

static maru_status on_begin(void *context, const char *name, const char **attribute) {
    struct table *t = context;
    t->depth++;
    if (t->skipped > 0) {
        return MARU_OK;
    }
    if (t->cell > 0) {
        return begin_in_cell(t, name, attribute);
    }
    if (t->spreadsheet == 0) {
        t->spreadsheet = strcmp(name, "spreadsheet") == 0 ? t->depth : 0;
        return begin_style(t, name, attribute);
    }
    if (!t->is_reading && strcmp(name, "table") == 0 && t->depth == t->spreadsheet + 1) {
        return begin_table(t, attribute);
    }
    if (t->is_reading && t->n_row == 0 && strcmp(name, "table-row") == 0) {
        return begin_row(t, attribute);
    }
    if (t->is_reading && t->n_row > 0 &&
        (strcmp(name, "table-cell") == 0 || strcmp(name, "covered-table-cell") == 0)) {
        return begin_cell(t, name, attribute);
    }
    t->skipped = t->is_reading && t->n_row == 0 && is_around_rows(name) ? 0 : t->depth;
    return MARU_OK;
}

static maru_status on_end(void *context, const char *name) {
    struct table *t = context;
    const uint32_t depth = t->depth--;
    maru_status st = MARU_OK;
    if (t->skipped > 0) {
        t->skipped = depth == t->skipped ? 0 : t->skipped;
    } else if (t->is_in_paragraph && depth == t->cell + 1) {
        end_paragraph(t);
    } else if (t->cell > 0) {
        st = depth == t->cell ? end_cell(t) : MARU_OK;
    } else if (t->is_reading && strcmp(name, "table-row") == 0) {
        st = end_row(t);
        t->n_row = 0;
    } else if (t->is_reading && depth == t->spreadsheet + 1) {
        st = end_table(t);
    } else if (depth == t->spreadsheet) {
        t->spreadsheet = UINT32_MAX; // there is one
    }
    return st;
}

maru_status workbook_read_opendocument(struct workbook_job *job, const char *sheet) {
    struct table t = {.job = job, .wanted = sheet};
    const struct workbook_handler handler = {on_begin, on_end, on_text, &t};
    bool is_there = false;
    text_init(&t.value, WORKBOOK_MAX_CELL_BYTES);
    text_init(&t.again, job->book->csv.max_bytes);
    workbook_rows_init(&t.rows, job->book->csv.max_bytes);
    maru_status st = workbook_read_part(job, "content.xml", &handler, &is_there);
    if (st == MARU_OK && !is_there) {
        st = fail(job->err, MARU_E_INPUT, "a part of the workbook is missing: %s", "content.xml");
    }
    if (st == MARU_OK && job->book->n_cell > 0) {
        text_add(&job->book->csv, "\n", 1);
    }
    workbook_rows_fini(&t.rows);
    text_fini(&t.again);
    text_fini(&t.value);
    return st;
}

// ---- which kind of file it is

static maru_status manifest_begin(void *context, const char *name, const char **attribute) {
    const struct workbook_job *job = context;
    (void)attribute;
    return strcmp(name, "encryption-data") == 0
               ? fail(job->err, MARU_E_INPUT,
                      "the workbook is encrypted: save it without a password")
               : MARU_OK;
}

static maru_status no_end(void *context, const char *name) {
    (void)context, (void)name;
    return MARU_OK;
}

static maru_status no_text(void *context, const char *bytes, size_t n) {
    (void)context, (void)bytes, (void)n;
    return MARU_OK;
}

maru_status workbook_is_opendocument(struct workbook_job *job, bool *is_it) {
    static const char opendocument[] = "application/vnd.oasis.opendocument.";
    static const char spreadsheet[] = "spreadsheet"; // or spreadsheet-template
    const struct workbook_handler manifest = {manifest_begin, no_end, no_text, job};
    struct archive *part = NULL;
    char said[128] = "";
    size_t n = 0;
    bool is_there = false;
    maru_status st = workbook_part_open(job, "mimetype", &part);
    if (part) {
        st = workbook_part_read(job, part, said, sizeof said, &n, job->err);
        workbook_part_close(part);
    }
    const size_t n_kind = sizeof opendocument - 1;
    *is_it = st == MARU_OK && n >= n_kind && memcmp(said, opendocument, n_kind) == 0;
    if (!*is_it) {
        return st;
    }
    if (n - n_kind < sizeof spreadsheet - 1 ||
        memcmp(said + n_kind, spreadsheet, sizeof spreadsheet - 1) != 0) {
        return fail(job->err, MARU_E_INPUT, "this document is no spreadsheet");
    }
    return workbook_read_part(job, "META-INF/manifest.xml", &manifest, &is_there);
}
