// A form is a boundary, a part, the boundary again, and so on; the last boundary is followed by two dashes. A part is lines of a header,
// an empty line and bytes. Nothing is copied but names.
#include "serve/api/form.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/status.h"

// The value of KEY"..." in the header of a part; "" where there is none, or a longer one.
static void find_value(const char *header, size_t n, const char *key, char *out, size_t cap) {
    const char *at = memmem(header, n, key, strlen(key));
    out[0] = '\0';
    if (!at) {
        return;
    }
    at += strlen(key);
    const char *end = memchr(at, '"', n - (size_t)(at - header));
    const size_t length = end ? (size_t)(end - at) : cap;
    if (length < cap && !memchr(at, '\0', length)) {
        memcpy(out, at, length);
        out[length] = '\0';
    }
}

static maru_status read_part(const char *bytes, size_t n, form_see see, void *context,
                             maru_error *err) {
    struct form_part part;
    const char *content = memmem(bytes, n, "\r\n\r\n", 4);
    if (!content) {
        return fail(err, MARU_E_INPUT, "a part of the form has no header");
    }
    const size_t n_header = (size_t)(content - bytes);
    find_value(bytes, n_header, " name=\"", part.name, sizeof part.name);
    find_value(bytes, n_header, "filename=\"", part.file, sizeof part.file);
    part.bytes = content + 4;
    part.n = n - n_header - 4;
    return see(context, &part, err);
}

maru_status form_each(const char *bytes, size_t n, const char *boundary, form_see see,
                      void *context, maru_error *err) {
    char mark[FORM_BOUNDARY_BYTES + 8];
    const int n_mark = snprintf(mark, sizeof mark, "\r\n--%s", boundary);
    if (boundary[0] == '\0' || n_mark >= (int)sizeof mark) {
        return fail(err, MARU_E_INPUT, "the form has no boundary");
    }
    const size_t n_first =
        (size_t)n_mark - 2; // the first stands at the start, without a line break
    if (n < n_first || memcmp(bytes, mark + 2, n_first) != 0) {
        return fail(err, MARU_E_INPUT, "the form does not begin with its boundary");
    }
    size_t at = n_first;
    while (n - at >= 2 && memcmp(bytes + at, "\r\n", 2) == 0) {
        at += 2;
        const char *end = memmem(bytes + at, n - at, mark, (size_t)n_mark);
        if (!end) {
            return fail(err, MARU_E_INPUT, "the form is cut off");
        }
        const maru_status st = read_part(bytes + at, (size_t)(end - bytes) - at, see, context, err);
        if (st != MARU_OK) {
            return st;
        }
        at = (size_t)(end - bytes) + (size_t)n_mark;
    }
    return n - at >= 2 && memcmp(bytes + at, "--", 2) == 0
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "the form is cut off");
}

void form_find_boundary(const char *type, char out[FORM_BOUNDARY_BYTES]) {
    const char *at = strcasestr(type, "boundary=");
    at = at ? at + strlen("boundary=") : "";
    at += *at == '"';
    const size_t n = strcspn(at, "\"; ");
    snprintf(out, FORM_BOUNDARY_BYTES, "%.*s", n < FORM_BOUNDARY_BYTES - 1 ? (int)n : 0, at);
}
