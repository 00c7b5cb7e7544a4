#include "serve/http/request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/status.h"
#include "connect/measured_file.h"
#include "io/clock.h"
#include "serve/api/upload.h"
#include "study/json_writer.h"
#include "study/words/korean.h"

// POST /v1/samples: files of measurements as they are. What they look like is guessed, and the answer says what was guessed, so that
// who sees it can ask again with what he knows better: rows that were read wrongly have other times or names, and the right ones do not
// replace them, hence ?dry=1 to look first.

// ---- what is asked

static maru_status ask_whole(const struct request *request, const char *name, int64_t lowest,
                             int64_t highest, int64_t *out, maru_error *err) {
    const char *text = request_query(request, name);
    if (text[0] && (!number_int64(text, strlen(text), out) || *out < lowest || *out > highest)) {
        return fail(err, MARU_E_INPUT, "%s is wanted from %lld to %lld", name, (long long)lowest,
                    (long long)highest);
    }
    return MARU_OK;
}

static maru_status ask_hints(const struct request *request, struct samples_hints *hints,
                             maru_error *err) {
    int64_t offset_min = hints->offset_min, column = 0, wide = 0;
    maru_status st =
        measured_hint(hints, request_query(request, "separator"), request_query(request, "decimal"),
                      request_query(request, "times"), err);
    st = st == MARU_OK ? ask_whole(request, "offsetMinutes", -MOMENT_MAX_OFFSET_MIN,
                                   MOMENT_MAX_OFFSET_MIN, &offset_min, err)
                       : st;
    st = st == MARU_OK ? ask_whole(request, "timeColumn", 1, CSV_MAX_FIELDS, &column, err) : st;
    st = st == MARU_OK ? ask_whole(request, "wide", 0, 1, &wide, err) : st;
    hints->offset_min = (int32_t)offset_min;
    hints->time_column = (uint32_t)column;
    hints->is_wide = wide == 1;
    return st;
}

// The first part of the signals' names.
static maru_status ask_source(const struct request *request, const char **out, maru_error *err) {
    const char *text = request_query(request, "source");
    *out = text[0] ? text : "csv";
    return strchr(*out, '/') || strlen(*out) > 100 || !text_is_utf8(*out, strlen(*out))
               ? fail(err, MARU_E_INPUT, "source is wanted as a name without /")
               : MARU_OK;
}

// ---- what is told

static void add_sign(struct json *json, const char *key, char sign) {
    const char text[2] = {sign, '\0'};
    json_add_string(json, key, sign ? text : NULL);
}

static void add_why(struct json *json, const char *why) {
    struct text korean;
    text_init(&korean, 1 << 13);
    korean_add(&korean, why);
    json_open_object(json, "why");
    json_add_string(json, "ko", korean.bytes ? korean.bytes : why);
    json_add_string(json, "en", why);
    json_close(json);
    text_fini(&korean);
}

static const char *role_of(const struct samples_layout *layout, uint32_t column) {
    static const char *const kind[] = {"none", "number", "bool", "text"};
    if (column == layout->time_column) {
        return "time";
    }
    if (layout->has_clock && column == layout->clock_column) {
        return "clock";
    }
    if (layout->is_long) {
        return column == layout->name_column    ? "name"
               : column == layout->value_column ? "value"
                                                : "none";
    }
    return layout->column[column].kind <= SAMPLES_TEXT ? kind[layout->column[column].kind] : "none";
}

static void add_layout(struct json *json, const struct measured_file *file) {
    const struct samples_layout *layout = &file->layout;
    json_open_object(json, "guessed");
    json_add_string(json, "charset", charset_name(file->charset));
    add_sign(json, "separator", layout->separator);
    add_sign(json, "decimal", layout->decimal);
    add_sign(json, "thousands", layout->thousands);
    json_add_string(json, "times", moment_form_name((enum moment_form)layout->form));
    json_add_integer(json, "offsetMinutes", layout->offset_min);
    json_add_bool(json, "ambiguous", layout->is_ambiguous);
    json_add_bool(json, "long", layout->is_long);
    json_add_count(json, "firstRow", layout->first_line);
    json_open_list(json, "columns");
    for (uint32_t i = 0; i < layout->n_column; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "name", layout->column[i].name);
        json_add_string(json, "unit", layout->column[i].unit);
        json_add_string(json, "is", role_of(layout, i));
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

static void add_file(struct json *json, const char *name, const struct measured_file *file,
                     bool is_dry) {
    json_open_object(json, NULL);
    json_add_string(json, "name", name);
    add_layout(json, file);
    json_add_count(json, "rows", file->n_row);
    json_add_count(json, "samples", file->n_sample);
    json_add_count(json, "empty", file->n_empty);
    json_add_count(json, "refused", file->n_fault);
    json_add_bool(json, "kept", !is_dry);
    json_add_number(json, "from", (double)file->from_us * 1e-6);
    json_add_number(json, "to", (double)file->to_us * 1e-6);
    json_open_list(json, "refusedCells");
    for (uint64_t i = 0; i < file->n_fault && i < MEASURED_MAX_FAULTS; i++) {
        json_open_object(json, NULL);
        json_add_count(json, "row", file->fault[i].line);
        json_add_count(json, "column", file->fault[i].column);
        add_why(json, file->fault[i].why);
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

// ---- all of it

struct keeping {
    struct request *request;
    struct measured_options options;
    struct intake *intake; // NULL: it is dry
    struct json json;
};

static maru_status take_file(struct keeping *keeping, const char *name, const char *bytes, size_t n,
                             maru_error *err) {
    struct measured_file file;
    maru_error why = {0};
    const maru_status st = measured_take(bytes, n, &keeping->options, keeping->intake, &file, &why);
    if (st == MARU_OK) {
        add_file(&keeping->json, name, &file, keeping->intake == NULL);
    } else if (file.n_sample > 0 && keeping->intake && st == MARU_E_INPUT) {
        (void)request_refuse(keeping->request, 400, err,
                             "%.200s (the %llu samples before it are kept)", why.text,
                             (unsigned long long)file.n_sample);
    } else if (err) {
        *err = why;
    }
    if (err && st != MARU_OK) {
        err->code = st;
        err->row = why.row;
        err->column = why.column;
        snprintf(err->file, sizeof err->file, "%s", name);
    }
    measured_fini(&file);
    return st;
}

static maru_status take_all(struct keeping *keeping, maru_error *err) {
    struct request *request = keeping->request;
    const char *type = request_header(request, "Content-Type");
    if (strncasecmp(type, "multipart/", 10) != 0) {
        return take_file(keeping, "", request->body.bytes ? request->body.bytes : "",
                         request->body.n_bytes, err);
    }
    struct tables tables;
    maru_status st = upload_read(request, &tables, err);
    for (size_t i = 0; st == MARU_OK && i < tables.n; i++) {
        st = take_file(keeping, tables.file[i].name, tables.file[i].bytes, tables.file[i].n_bytes,
                       err);
    }
    tables_fini(&tables);
    return st;
}

maru_status api_write_samples(struct request *request, maru_error *err) {
    struct keeping keeping = {
        .request = request,
        .options = {.hints = measured_hints(), .within = "", .now = clock_unix_us()}};
    struct signals *signals = NULL;
    const char *source = NULL;
    int64_t dry = 0;
    maru_status st = ask_hints(request, &keeping.options.hints, err);
    st = st == MARU_OK ? ask_source(request, &source, err) : st;
    st = st == MARU_OK ? ask_whole(request, "dry", 0, 1, &dry, err) : st;
    if (st == MARU_OK && dry == 0) {
        st = tenant_open_signals(request->server->store, request->tenant, &signals, err);
        st = st == MARU_OK ? intake_new(signals, source, &keeping.intake, err) : st;
    }
    if (st == MARU_OK) {
        json_writer_init(&keeping.json, &request->out);
        json_open_object(&keeping.json, NULL);
        json_open_list(&keeping.json, "files");
        st = take_all(&keeping, err);
        json_close(&keeping.json);
        json_close(&keeping.json);
    }
    intake_free(keeping.intake);
    return st;
}
