#include "serve/rounds/round_applying.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/status.h"
#include "serve/api/fields.h"

// The table keeps the columns that it has, in their order; rows of others stay as they are written. What comes out is read as a part of
// the whole round before anything is kept.

enum { ROW_BYTES = 1 << 20, NUMBER_BYTES = 24, COLUMNS = 13 };
static const char header[] =
    "application,institution,class,region,purpose,readiness,priority,site,type,from,until,gpus,"
    "least\n";

static const char *const columns[COLUMNS][2] = {
    {"application", "신청"},  {"institution", "기관"}, {"class", "구분"},
    {"region", "지역"},       {"purpose", "목적"},     {"readiness", "준비도"},
    {"priority", "우선순위"}, {"site", "희망 사이트"}, {"type", "종류"},
    {"from", "시작"},         {"until", "끝"},         {"gpus", "GPU"},
    {"least", "최소 GPU"}};

// The English name of a column.
static const char *column_of(const char *heading) {
    for (int i = 0; i < COLUMNS; i++) {
        if (strcmp(heading, columns[i][0]) == 0 || strcmp(heading, columns[i][1]) == 0) {
            return columns[i][0];
        }
    }
    return heading;
}

struct asked {
    const char *title, *purpose, *region, *class_, *site;
    int64_t priority, readiness;
    const json_t *lines;
};

static maru_status read_asked(json_t *fields, struct asked *asked, maru_error *err) {
    maru_status st = field_text(fields, "title", APPLYING_MAX_TEXT, &asked->title, err);
    st =
        st == MARU_OK ? field_text(fields, "purpose", APPLYING_MAX_TEXT, &asked->purpose, err) : st;
    st = st == MARU_OK ? field_text(fields, "region", ROUND_MAX_NAME_BYTES, &asked->region, err)
                       : st;
    st =
        st == MARU_OK ? field_text(fields, "class", ROUND_MAX_NAME_BYTES, &asked->class_, err) : st;
    st = st == MARU_OK ? field_text(fields, "site", ROUND_MAX_NAME_BYTES, &asked->site, err) : st;
    st = st == MARU_OK ? field_count(fields, "priority", 0, 5, &asked->priority, err) : st;
    st = st == MARU_OK ? field_count(fields, "readiness", 0, 5, &asked->readiness, err) : st;
    asked->lines = json_object_get(fields, "lines");
    const size_t n = json_array_size(asked->lines);
    return st != MARU_OK ? st
           : n > 0 && n <= APPLYING_MAX_LINES
               ? MARU_OK
               : field_wrong(err, "/lines", "a list of 1 to 64 lines is wanted");
}

// ---- rows

// The cell of one column, by its name.
static void add_cell(struct text *out, const char *column, const char *tenant,
                     const struct asked *asked, const json_t *line) {
    static const char *const of_line[] = {"type", "from", "until"};
    char purpose[2 * APPLYING_MAX_TEXT + 4], number[NUMBER_BYTES] = "";
    const char *value = "";
    snprintf(purpose, sizeof purpose, "%s%s%s", asked->title,
             asked->title[0] && asked->purpose[0] ? ": " : "", asked->purpose);
    for (size_t i = 0; i < sizeof of_line / sizeof of_line[0]; i++) {
        const char *text = json_string_value(json_object_get(line, of_line[i]));
        value = strcmp(column, of_line[i]) == 0 && text ? text : value;
    }
    const json_t *count = json_object_get(line, column);
    if (json_is_integer(count)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(count));
        value = number;
    } else if (strcmp(column, "readiness") == 0 || strcmp(column, "priority") == 0) {
        snprintf(number, sizeof number, "%lld",
                 (long long)(column[0] == 'r' ? asked->readiness : asked->priority));
        value = number;
    }
    value = strcmp(column, "application") == 0 || strcmp(column, "institution") == 0 ? tenant
            : strcmp(column, "class") == 0                                           ? asked->class_
            : strcmp(column, "region") == 0                                          ? asked->region
            : strcmp(column, "purpose") == 0                                         ? purpose
            : strcmp(column, "site") == 0                                            ? asked->site
                                                                                     : value;
    text_add_csv(out, value);
}

static void add_rows(struct text *out, const struct csv_row *head, const char *tenant,
                     const struct asked *asked) {
    for (size_t k = 0; k < json_array_size(asked->lines); k++) {
        for (size_t i = 0; i < head->n_field; i++) {
            text_addz(out, i > 0 ? "," : "");
            add_cell(out, column_of(head->field[i].bytes), tenant, asked,
                     json_array_get(asked->lines, k));
        }
        text_addz(out, "\n");
    }
}

struct copying {
    struct text *out;
    const char *tenant;
    const struct asked *asked;
    size_t column; // of the application's id
    bool is_first;
};

static maru_status copy_row(struct copying *copying, const struct csv_row *row, const char *bytes,
                            size_t n, maru_error *err) {
    if (!copying->is_first) {
        const bool is_own = copying->column < row->n_field &&
                            strcmp(row->field[copying->column].bytes, copying->tenant) == 0;
        if (!is_own) {
            text_add(copying->out, bytes, n);
        }
        return MARU_OK;
    }
    copying->is_first = false;
    while (copying->column < row->n_field &&
           strcmp(column_of(row->field[copying->column].bytes), "application") != 0) {
        copying->column++;
    }
    if (copying->column == row->n_field) {
        return fail_at(err, MARU_E_INPUT, "applications.csv", 1, 0,
                       "there is no column 'application'");
    }
    text_add(copying->out, bytes, n);
    if (n > 0 && bytes[n - 1] != '\n') {
        text_addz(copying->out, "\n");
    }
    add_rows(copying->out, row, copying->tenant, copying->asked);
    return MARU_OK;
}

// All rows but the tenant's, with his new ones behind the first line.
static maru_status rewrite(const char *bytes, size_t n, struct copying *copying, maru_error *err) {
    struct csv_reader reader;
    maru_status st = MARU_OK;
    csv_init(&reader, ',', true);
    while (st == MARU_OK && n > 0) {
        struct arena arena;
        struct csv_row row;
        size_t n_used = 0;
        arena_init(&arena, ROW_BYTES);
        st = csv_next(&reader, bytes, n, true, &arena, &row, &n_used, err);
        st = st == MARU_OK ? copy_row(copying, &row, bytes, n_used, err) : st;
        bytes += n_used;
        n -= n_used;
        arena_fini(&arena);
    }
    return st == MARU_MORE ? MARU_OK : st;
}

static maru_status put(struct kept_round *round, const char *tenant, const struct asked *asked,
                       maru_error *err) {
    const struct round_place place = kept_round_place(round);
    struct text before, after;
    bool has = false;
    text_init(&before, ROUNDS_MAX_FILE_BYTES);
    text_init(&after, ROUNDS_MAX_FILE_BYTES);
    struct copying copying = {&after, tenant, asked, 0, true};
    maru_status st = round_folder_file(&place, "applications.csv", &before, &has, err);
    if (st == MARU_OK && before.n_bytes == 0) {
        text_addz(&before, header);
    }
    st = st == MARU_OK ? rewrite(before.bytes, before.n_bytes, &copying, err) : st;
    st = st == MARU_OK ? round_folder_write(&place, "applications.csv", &after, err) : st;
    text_fini(&before);
    text_fini(&after);
    return st;
}

maru_status round_applying_put(struct kept_round *round, const char *tenant,
                               const struct text *body, maru_faults *faults, maru_error *err) {
    static const char *const known[] = {"title",    "purpose",   "region", "class", "site",
                                        "priority", "readiness", "lines",  NULL};
    struct asked asked = {"", "", "", "", "", 0, 0, NULL};
    struct round_tables tables;
    json_t *fields = NULL;
    maru_status st = fields_open(&fields, body->bytes, body->n_bytes, known, err);
    st = st == MARU_OK ? read_asked(fields, &asked, err) : st;
    st = st == MARU_OK ? put(round, tenant, &asked, err) : st;
    if (st == MARU_OK) {
        const struct round_place place = kept_round_place(round);
        st = round_folder_read(&place, NULL, faults, &tables, err);
        if (st == MARU_OK) {
            round_tables_fini(&tables);
        }
    }
    fields_close(fields);
    return st;
}
