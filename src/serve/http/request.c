#include "serve/http/request.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/http/header_list.h"
#include "study/json_writer.h"

// What handlers ask of a request: its query, its headers, the page of a list, the language, a refusal.

const char *request_query(const struct request *request, const char *name) {
    const char *value =
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
    return value ? value : "";
}

const char *request_header(const struct request *request, const char *name) {
    const char *value = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
    return value ? value : "";
}

enum lang request_language(const struct request *request) {
    const char *asked = request_query(request, "lang");
    const char *list = asked[0] ? asked : request_header(request, "Accept-Language");
    return header_list_prefers(list, "ko", "en") ? LANG_KO : LANG_EN;
}

maru_status request_page(const struct request *request, struct page *page, maru_error *err) {
    return request_page_of(request, REQUEST_MAX_PAGE, page, err);
}

maru_status request_page_of(const struct request *request, uint32_t most, struct page *page,
                            maru_error *err) {
    const char *limit = request_query(request, "limit");
    int64_t n = REQUEST_DEFAULT_PAGE;
    if ((limit[0] && !number_int64(limit, strlen(limit), &n)) || n < 1 || n > most) {
        return fail(err, MARU_E_INPUT, "limit: a whole number from 1 to %u is wanted", most);
    }
    *page = (struct page){.limit = (uint32_t)n, .after = request_query(request, "after")};
    if (strlen(page->after) > 40 ||
        strspn(page->after, "0123456789abcdefghijklmnopqrstuvwxyz-") != strlen(page->after)) {
        return fail(err, MARU_E_INPUT, "after: the `next` of the page before is wanted");
    }
    return MARU_OK;
}

maru_status request_refuse(struct request *request, int status, maru_error *err, const char *format,
                           ...) {
    char text[MARU_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    request->status = status;
    return fail(err, MARU_E_USAGE, "%s", text);
}

void request_add_time(struct json *json, const char *key, int64_t unix_ms) {
    char text[CLOCK_TEXT_BYTES];
    clock_text(unix_ms, text);
    json_add_string(json, key, text);
}

maru_status request_begin_stream(struct request *request, maru_error *err) {
    if (atomic_fetch_add(&request->tenant->n_stream, 1) >= SERVER_MAX_STREAMS_OF_TENANT) {
        atomic_fetch_sub(&request->tenant->n_stream, 1);
        return request_refuse(request, 429, err, "%d streams of yours are open: close some first",
                              SERVER_MAX_STREAMS_OF_TENANT);
    }
    request->is_counted = true;
    return MARU_OK;
}
