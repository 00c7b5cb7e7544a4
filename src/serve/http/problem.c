#include "serve/http/problem.h"

#include <microhttpd.h>

#include "base/text.h"
#include "study/words/korean.h"

static int status_of(maru_status st) {
    switch (st) {
    case MARU_OK:
    case MARU_MORE:
        return 200;
    case MARU_E_USAGE:
        return 404;
    case MARU_E_INPUT:
        return 400;
    case MARU_E_RANGE:
        return 409;
    case MARU_E_LIMIT:
        return 422;
    case MARU_E_MEMORY:
    case MARU_E_IO:
    case MARU_E_STOPPED:
        return 503;
    }
    return 500;
}

static const char *title_of(int status) {
    const char *title = MHD_get_reason_phrase_for((unsigned)status);
    return title ? title : "Error";
}

static void add_detail(struct json *json, enum lang lang, const char *sentence) {
    struct text text;
    text_init(&text, 1 << 13);
    sentence_add(&text, lang, sentence);
    json_add_string(json, "detail", text.bytes ? text.bytes : sentence);
    text_fini(&text);
}

void problem_write(struct request *request, maru_status st, const maru_error *err) {
    struct json json;
    request->status = request->status >= 400 ? request->status : status_of(st);
    request->type = "application/problem+json";
    text_clear(&request->out);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_string(&json, "type", "about:blank");
    json_add_string(&json, "title", title_of(request->status));
    json_add_integer(&json, "status", request->status);
    add_detail(&json, request_language(request), err->text);
    if (err->file[0] == '/') {
        json_add_string(&json, "pointer", err->file);
    } else if (err->file[0]) {
        json_add_string(&json, "file", err->file);
    }
    if (err->row > 0) {
        json_add_count(&json, "row", err->row);
    }
    if (err->column > 0) {
        json_add_count(&json, "column", err->column);
    }
    json_close(&json);
}

void problem_add_kept(struct json *json, const char *key, const char *title, int status,
                      const maru_error *err) {
    struct text korean;
    text_init(&korean, 1 << 13);
    korean_add(&korean, err->text);
    json_open_object(json, key);
    json_add_string(json, "type", "about:blank");
    json_add_string(json, "title", title);
    json_add_integer(json, "status", status);
    json_add_string(json, "detail", err->text);
    json_add_string(json, "detail_ko", korean.bytes ? korean.bytes : err->text);
    json_close(json);
    text_fini(&korean);
}
