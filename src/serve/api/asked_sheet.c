#include "serve/api/asked_sheet.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/status.h"

// Nothing is copied: the bytes of a file are those of the body.

struct reading {
    struct asked_sheet *sheet;
    asked_sheet_see see;
    void *context;
    maru_status st; // of the query, which is handed over without a way to stop
    maru_error *err;
};

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/'), *back = strrchr(path, '\\');
    const char *name = slash ? slash + 1 : path;
    return back && back + 1 > name ? back + 1 : name;
}

static void set_title(struct asked_sheet *sheet, const char *path) {
    const char *name = last_part(path);
    if (name[0] && text_is_utf8(name, strlen(name))) {
        snprintf(sheet->title, sizeof sheet->title, "%s", name);
    }
}

static bool is_of_request(const char *name) {
    return strcmp(name, "lang") == 0 || strcmp(name, "format") == 0 || strcmp(name, "file") == 0;
}

static enum MHD_Result see_query(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value) {
    struct reading *reading = context;
    (void)kind;
    if (reading->st == MARU_OK && !is_of_request(name)) {
        reading->st = reading->see(reading->context, name, value ? value : "",
                                   value ? strlen(value) : 0, reading->err);
    }
    return reading->st == MARU_OK ? MHD_YES : MHD_NO;
}

static maru_status see_part(void *context, const struct form_part *part, maru_error *err) {
    struct reading *reading = context;
    if (!part->file[0]) {
        return reading->see(reading->context, part->name, part->bytes, part->n, err);
    }
    if (reading->sheet->bytes) {
        return fail(err, MARU_E_INPUT, "one file is wanted");
    }
    reading->sheet->bytes = part->bytes;
    reading->sheet->n = part->n;
    if (!reading->sheet->title[0]) {
        set_title(reading->sheet, part->file);
    }
    return MARU_OK;
}

bool asked_form_is(const struct request *request) {
    return strncasecmp(request_header(request, "Content-Type"), "multipart/form-data", 19) == 0;
}

maru_status asked_form_read(struct request *request, asked_sheet_see see, void *context,
                            struct asked_sheet *out, maru_error *err) {
    const char *bytes = request->body.bytes ? request->body.bytes : "";
    struct reading reading = {.sheet = out, .see = see, .context = context, .err = err};
    char boundary[FORM_BOUNDARY_BYTES];
    *out = (struct asked_sheet){.bytes = NULL};
    set_title(out, request_query(request, "file"));
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, see_query, &reading);
    if (reading.st != MARU_OK) {
        return reading.st;
    }
    if (asked_form_is(request)) {
        form_find_boundary(request_header(request, "Content-Type"), boundary);
        return form_each(bytes, request->body.n_bytes, boundary, see_part, &reading, err);
    }
    out->bytes = request->body.n_bytes > 0 ? bytes : NULL;
    out->n = request->body.n_bytes;
    return MARU_OK;
}

maru_status asked_sheet_read(struct request *request, asked_sheet_see see, void *context,
                             struct asked_sheet *out, maru_error *err) {
    const maru_status st = asked_form_read(request, see, context, out, err);
    return st == MARU_OK && !out->bytes
               ? fail(err, MARU_E_INPUT, "a spreadsheet is wanted: a CSV, an .xlsx or an .ods")
               : st;
}
