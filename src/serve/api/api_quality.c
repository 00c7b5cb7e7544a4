#include "serve/http/request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/status.h"
#include "serve/api/form.h"
#include "serve/http/header_list.h"
#include "study/quality/quality_asking.h"

// A spreadsheet comes as the body itself or as a file of a form; hints stand in the query, or are fields of the form. It is answered from
// memory: nothing that came is written anywhere, nor is the answer kept, not even for an Idempotency-Key (once.c).

#define QUALITY_MAX_FRAME_BYTES ((size_t)2 << 30)

struct asked_sheet {
    struct quality_asking *asking;
    struct quality_sheet sheet; // its bytes are the body's; NULL: no file has come
    char title[FORM_FILE_BYTES];
    maru_status st; // of the query, which is handed over without a way to stop
    maru_error *err;
};

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/'), *back = strrchr(path, '\\');
    const char *name = slash ? slash + 1 : path;
    return back && back + 1 > name ? back + 1 : name;
}

static void set_title(struct asked_sheet *asked, const char *path) {
    const char *name = last_part(path);
    if (name[0] && text_is_utf8(name, strlen(name))) {
        snprintf(asked->title, sizeof asked->title, "%s", name);
    }
}

// ---- what is said of it

static bool is_of_request(const char *name) { // and no hint
    return strcmp(name, "lang") == 0 || strcmp(name, "format") == 0 || strcmp(name, "file") == 0;
}

static enum MHD_Result see_query(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value) {
    struct asked_sheet *asked = context;
    (void)kind;
    if (asked->st == MARU_OK && !is_of_request(name)) {
        asked->st = quality_asking_take(asked->asking, name, value ? value : "",
                                        value ? strlen(value) : 0, asked->err);
    }
    return asked->st == MARU_OK ? MHD_YES : MHD_NO;
}

static maru_status see_part(void *context, const struct form_part *part, maru_error *err) {
    struct asked_sheet *asked = context;
    if (!part->file[0]) {
        return quality_asking_take(asked->asking, part->name, part->bytes, part->n, err);
    }
    if (asked->sheet.bytes) {
        return fail(err, MARU_E_INPUT, "one file is wanted");
    }
    asked->sheet.bytes = part->bytes;
    asked->sheet.n = part->n;
    set_title(asked, part->file);
    return MARU_OK;
}

static maru_status read_body(struct request *request, struct asked_sheet *asked, maru_error *err) {
    const char *type = request_header(request, "Content-Type");
    const char *bytes = request->body.bytes ? request->body.bytes : "";
    char boundary[FORM_BOUNDARY_BYTES];
    maru_status st = MARU_OK;
    if (strncasecmp(type, "multipart/form-data", 19) == 0) {
        form_find_boundary(type, boundary);
        st = form_each(bytes, request->body.n_bytes, boundary, see_part, asked, err);
    } else {
        asked->sheet.bytes = request->body.n_bytes > 0 ? bytes : NULL;
        asked->sheet.n = request->body.n_bytes;
    }
    if (st == MARU_OK && !asked->sheet.bytes) {
        st = fail(err, MARU_E_INPUT, "a spreadsheet is wanted: a CSV or an .xlsx");
    }
    return st;
}

// ---- how it is told

static maru_status choose_format(struct request *request, enum quality_format *out,
                                 maru_error *err) {
    const char *format = request_query(request, "format");
    const bool is_said = format[0] != '\0';
    if (is_said && strcmp(format, "json") != 0 && strcmp(format, "html") != 0) {
        return fail(err, MARU_E_INPUT, "format: json or html is wanted");
    }
    const bool is_page = is_said ? strcmp(format, "html") == 0
                                 : header_list_prefers(request_header(request, "Accept"),
                                                       "text/html", "application/json");
    *out = is_page ? QUALITY_PAGE : QUALITY_JSON;
    return MARU_OK;
}

static maru_status read_all(struct request *request, struct asked_sheet *asked, maru_error *err) {
    maru_status st = choose_format(request, &asked->sheet.format, err);
    st = st == MARU_OK ? quality_asking_new(&asked->asking, err) : st;
    if (st == MARU_OK) {
        MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, see_query, asked);
        st = asked->st;
    }
    return st == MARU_OK ? read_body(request, asked, err) : st;
}

maru_status api_ask_quality(struct request *request, maru_error *err) {
    struct asked_sheet asked = {.err = err};
    asked.sheet.title = asked.title;
    asked.sheet.cap_bytes = QUALITY_MAX_FRAME_BYTES;
    asked.sheet.lang = request_language(request);
    set_title(&asked, request_query(request, "file"));
    maru_status st = read_all(request, &asked, err);
    if (st == MARU_OK && asked.sheet.format == QUALITY_PAGE) {
        request->type = "text/html; charset=utf-8";
    }
    st = st == MARU_OK ? quality_asking_answer(asked.asking, &asked.sheet, &request->out, err) : st;
    quality_asking_free(asked.asking);
    return st;
}
