#include "serve/http/framing.h"

#include <string.h>
#include <strings.h>

#include "base/status.h"

// libmicrohttpd takes the first of two lines, reads a length as far as it can, and waits for the end of the connection
// where it does not know the coding. So all of this is looked at before anything of the body is.

enum { LENGTH_DIGITS = 18 };

enum line {
    LINE_HOST,
    LINE_LENGTH,
    LINE_CODING,
    LINE_AUTHORIZATION,
    LINE_TYPE,
    LINE_ORIGIN,
    LINE_KEY,
    LINE_MATCH,
    N_LINE
};

static const char *const names[N_LINE] = {
    "Host",         "Content-Length", "Transfer-Encoding", "Authorization",
    "Content-Type", "Origin",         "Idempotency-Key",   "If-Match"};

struct lines {
    unsigned n[N_LINE];
    const char *value[N_LINE];
};

static enum MHD_Result count(void *context, enum MHD_ValueKind kind, const char *name,
                             const char *value) {
    struct lines *lines = context;
    (void)kind;
    for (size_t i = 0; i < N_LINE; i++) {
        if (strcasecmp(name, names[i]) == 0) {
            lines->n[i]++;
            lines->value[i] = value ? value : "";
        }
    }
    return MHD_YES;
}

static bool is_length(const char *text) {
    const size_t n = strlen(text);
    return n > 0 && strspn(text, "0123456789") == n;
}

static maru_status check_end(struct request *request, const struct lines *lines, bool is_old,
                             maru_error *err) {
    if (lines->n[LINE_CODING] > 0 && (lines->n[LINE_LENGTH] > 0 || is_old)) {
        return request_refuse(request, 400, err,
                              "a request has a Content-Length or a Transfer-Encoding, not both");
    }
    if (lines->n[LINE_CODING] > 0 && strcasecmp(lines->value[LINE_CODING], "chunked") != 0) {
        return request_refuse(request, 501, err, "Transfer-Encoding: only chunked is taken");
    }
    if (lines->n[LINE_LENGTH] > 0 && !is_length(lines->value[LINE_LENGTH])) {
        return request_refuse(request, 400, err, "Content-Length: a whole number is wanted");
    }
    if (lines->n[LINE_LENGTH] > 0 && strlen(lines->value[LINE_LENGTH]) > LENGTH_DIGITS) {
        return request_refuse(request, 413, err, "Content-Length: this is too large");
    }
    return MARU_OK;
}

maru_status framing_check(struct request *request, const char *version, maru_error *err) {
    const bool is_old = strcmp(version, "HTTP/1.0") == 0;
    struct lines lines = {0};
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, count, &lines);
    for (size_t i = 0; i < N_LINE; i++) {
        if (lines.n[i] > 1) {
            return request_refuse(request, 400, err, "the header %s comes twice", names[i]);
        }
    }
    if (lines.n[LINE_HOST] == 0 && !is_old) {
        return request_refuse(request, 400, err, "the header Host is missing");
    }
    if (request->authority[0] && lines.n[LINE_HOST] > 0 &&
        strcasecmp(request->authority, lines.value[LINE_HOST]) != 0) {
        return request_refuse(request, 400, err, "the address asked for is not that of Host");
    }
    if (request->has_zero) {
        return request_refuse(request, 400, err, "no address has %%00 in it");
    }
    return check_end(request, &lines, is_old, err);
}

void framing_take_target(struct request *request, const char *target) {
    const char *path = target;
    request->has_zero = strstr(target, "%00") != NULL;
    const size_t n_scheme = strncasecmp(target, "http://", 7) == 0    ? 7
                            : strncasecmp(target, "https://", 8) == 0 ? 8
                                                                      : 0;
    if (n_scheme > 0) {
        const char *from = target + n_scheme;
        const size_t n = strcspn(from, "/?");
        path = from[n] == '/' ? from + n : "/";
        const bool fits = n < sizeof request->authority;
        memcpy(request->authority, fits ? from : "?", fits ? n : 1); // "?" is no host
    }
    const size_t n = strcspn(path, "?");
    request->is_path_too_long = n >= sizeof request->path;
    memcpy(request->path, path, request->is_path_too_long ? 0 : n);
}
