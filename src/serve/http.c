#include "serve/server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/address.h"
#include "serve/hands.h"
#include "serve/log.h"
#include "serve/metrics.h"
#include "serve/once.h"
#include "serve/pace.h"
#include "serve/page.h"
#include "serve/request.h"
#include "serve/stream.h"
#include "serve/twins.h"
#include "study/json_writer.h"
#include "study/korean.h"

// libmicrohttpd around the routes: limits, who asks, the body, the answer.
//
// libmicrohttpd calls `accept_request` when the header is there, then for each piece of the body, then once
// more. What can be refused is refused at the header, before a body is taken: no route, no right, too
// large. poll in a pool of threads: its epoll stalls at exactly 128, 256 or 512 connections.
//
// Without a token only loopback is served, and only while there is no other tenant: then whoever reaches
// the port is the admin of `local`. A page of somebody else in the same browser must not: the name in
// Host has to be one of loopback (DNS rebinding), and Origin, where a browser sends it, has to be
// this server (cross-site requests). The same holds for tokens in cookies.

static const char csp[] =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action "
    "'none'; frame-ancestors 'none'";

// ---- small things of a request

const char *request_query(const struct request *request, const char *name) {
    const char *value =
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
    return value ? value : "";
}

static const char *header(const struct request *request, const char *name) {
    const char *value = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
    return value ? value : "";
}

// Accept-Language is a list such as "ko-KR,ko;q=0.9,en;q=0.8": browsers write the most wanted first.
enum lang request_language(const struct request *request) {
    const char *asked = request_query(request, "lang");
    const char *list = asked[0] ? asked : header(request, "Accept-Language");
    const char *ko = strstr(list, "ko"), *en = strstr(list, "en");
    return ko && (!en || ko < en) ? LANG_KO : LANG_EN;
}

maru_status request_page(const struct request *request, struct page *page, maru_error *err) {
    return request_page_of(request, REQUEST_MAX_PAGE, page, err);
}

maru_status request_page_of(const struct request *request, uint32_t most, struct page *page,
                            maru_error *err) {
    const char *limit = request_query(request, "limit");
    char *end = NULL;
    const long n = limit[0] ? strtol(limit, &end, 10) : REQUEST_DEFAULT_PAGE;
    if ((limit[0] && *end) || n < 1 || n > (long)most) {
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

// ---- who asks

static bool is_loopback_name(const char *host) {
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t n = strlen(names[i]);
        if (strncmp(host, names[i], n) == 0 && (host[n] == '\0' || host[n] == ':')) {
            return true;
        }
    }
    return false;
}

// A browser says where the page stands that asks.
static bool is_same_site(const struct request *request) {
    const char *origin = header(request, "Origin"), *host = header(request, "Host");
    const char *site = header(request, "Sec-Fetch-Site");
    const char *slashes = strstr(origin, "://");
    if (origin[0] && (!slashes || strcmp(slashes + 3, host) != 0)) {
        return false;
    }
    return site[0] == '\0' || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

static const char *secret_of(const struct request *request, bool *is_cookie) {
    const char *bearer = header(request, "Authorization");
    const char *cookie =
        MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, "maru_token");
    *is_cookie = false;
    if (strncmp(bearer, "Bearer ", 7) == 0) {
        return bearer + 7;
    }
    *is_cookie = cookie != NULL;
    return cookie;
}

static maru_status identify(struct request *request, maru_error *err) {
    struct server *server = request->server;
    bool is_cookie = false;
    const char *secret = secret_of(request, &is_cookie);
    if (secret) {
        if (is_cookie && !is_same_site(request)) {
            return request_refuse(request, 403, err, "this request comes from another site");
        }
        if (store_find_token(server->store, secret, &request->who, err) != MARU_OK) {
            request->status = err->code == MARU_E_USAGE ? 401 : 0;
            return err->code;
        }
        return MARU_OK;
    }
    if (!server->is_loopback || store_n_tenant(server->store) > 1) {
        return request_refuse(request, 401, err,
                              "a token is needed: Authorization: Bearer maru_...");
    }
    if (!is_loopback_name(header(request, "Host")) || !is_same_site(request)) {
        return request_refuse(request, 403, err,
                              "without a token only http://localhost:%u is answered", server->port);
    }
    request->is_open = true;
    request->who = (struct token){.tenant = "local", .name = "local", .role = ROLE_ADMIN};
    return MARU_OK;
}

// What a tenant that has used up its room may not do; to stop, to delete and to look on is always possible.
static maru_status have_room(struct request *request, maru_error *err) {
    static const route_handler growing[] = {api_create_plant, api_create_version, api_create_run,
                                            api_create_twin,  api_fork_twin,      api_forecast_twin,
                                            api_inject_event};
    int64_t n_bytes = 0;
    for (size_t i = 0; i < sizeof growing / sizeof growing[0]; i++) {
        if (request->route->handle != growing[i]) {
            continue;
        }
        const maru_status st = tenant_count_bytes(request->tenant, &n_bytes, err);
        if (st == MARU_OK && n_bytes >= request->server->quota_bytes) {
            return request_refuse(request, 507, err,
                                  "you keep %lld MiB, and %lld MiB is what you may: delete plants, "
                                  "runs or twins first",
                                  (long long)(n_bytes >> 20),
                                  (long long)(request->server->quota_bytes >> 20));
        }
        return st;
    }
    return MARU_OK;
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

static maru_status let_in(struct request *request, maru_error *err) {
    if (request->route->is_public) {
        return MARU_OK;
    }
    maru_status st = identify(request, err);
    if (st != MARU_OK) {
        return st;
    }
    if (request->who.role < request->route->role) {
        return request_refuse(request, 403, err, "this needs the role %s, and the token has %s",
                              role_name(request->route->role), role_name(request->who.role));
    }
    if (request->route->is_of_server && strcmp(request->who.tenant, "local") != 0) {
        return request_refuse(request, 403, err, "only an admin of the server may do this");
    }
    st = store_hold(request->server->store, request->who.tenant, &request->tenant, err);
    if (st == MARU_OK) {
        return have_room(request, err);
    }
    // a damaged file is not the caller's fault
    request->status = st == MARU_E_INPUT ? 503 : 0;
    return st;
}

// ---- answers

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

static void write_problem(struct request *request, maru_status st, const maru_error *err) {
    struct json json;
    request->status = request->status >= 400 ? request->status : status_of(st);
    request->type = "application/problem+json";
    text_clear(&request->out);
    json_init(&json, &request->out);
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

static void add_headers(const struct request *request, struct MHD_Response *response,
                        const char *etag) {
    MHD_add_response_header(response, "Content-Type", request->type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(response, "Vary",
                            "Accept-Encoding, Accept-Language, Authorization, Cookie");
    MHD_add_response_header(
        response, "Content-Security-Policy",
        strcmp(request->type, "text/html; charset=utf-8") == 0 && request->route
            ? "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
            : csp);
    MHD_add_response_header(response, "Cache-Control",
                            request->is_immutable ? "public, max-age=31536000, immutable"
                                                  : "no-cache, private");
    if (etag[0]) {
        MHD_add_response_header(response, "ETag", etag);
    }
    if (request->disposition[0]) {
        MHD_add_response_header(response, "Content-Disposition", request->disposition);
    }
    if (request->status == 401) {
        MHD_add_response_header(response, "WWW-Authenticate", "Bearer realm=\"maru\"");
    }
}

static bool takes_gzip(const struct request *request) {
    return strstr(header(request, "Accept-Encoding"), "gzip") != NULL;
}

static void make_etag(const struct text *out, char etag[40]) {
    unsigned char hash[16];
    char hex[33];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)(out->bytes ? out->bytes : ""),
                       out->n_bytes, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    snprintf(etag, 40, "\"%s\"", hex);
}

enum { GZIP_LEAST_BYTES = 1024 };

// gzip of `out` in memory that free() gives back; NULL: as it is.
static void *packed(const struct request *request, size_t *n) {
    const struct text *out = &request->out;
    if (out->n_bytes < GZIP_LEAST_BYTES || out->n_bytes > UINT32_MAX || !takes_gzip(request) ||
        strcmp(request->type, "application/zip") == 0) {
        return NULL;
    }
    z_stream z = {0};
    if (deflateInit2(&z, 5, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return NULL;
    }
    const uLong bound = deflateBound(&z, out->n_bytes);
    unsigned char *bytes = malloc(bound); // libmicrohttpd frees it
    if (bytes) {
        union {
            const char *text;
            unsigned char *in; // zlib is older than const
        } in = {.text = out->bytes};
        z.next_in = in.in;
        z.avail_in = (uInt)out->n_bytes;
        z.next_out = bytes;
        z.avail_out = (uInt)bound;
        if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
            *n = z.total_out;
        } else {
            free(bytes);
            bytes = NULL;
        }
    }
    deflateEnd(&z);
    return bytes;
}

// A file of the program as it is kept, without a copy. NULL: it goes out of `out`, where it is unpacked for
// who cannot take it as it is.
static struct MHD_Response *answer_with_file(struct request *request, char etag[40]) {
    const struct embedded *file = request->file;
    snprintf(etag, 40, "%s", file->etag);
    if (strcmp(header(request, "If-None-Match"), etag) == 0) {
        request->status = 304;
        return NULL;
    }
    if (file->is_packed && !takes_gzip(request)) {
        request->status = page_unpack(file, &request->out) == MARU_OK ? 200 : 503;
        return NULL;
    }
    union {
        const char *kept;
        void *in; // older than const; it is not written to
    } bytes = {.kept = file->bytes};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(file->n_kept, bytes.in, MHD_RESPMEM_PERSISTENT);
    if (response && file->is_packed) {
        MHD_add_response_header(response, "Content-Encoding", "gzip");
    }
    return response;
}

// What is in `out` as a response, compressed where that is wanted; `out` is empty afterwards. NULL: no memory.
static struct MHD_Response *response_of(struct request *request) {
    struct text *out = &request->out;
    void *bytes = packed(request, &request->n_sent);
    struct MHD_Response *response = NULL;
    if (bytes) {
        response = MHD_create_response_from_buffer(request->n_sent, bytes, MHD_RESPMEM_MUST_FREE);
        if (response) {
            MHD_add_response_header(response, "Content-Encoding", "gzip");
        } else {
            free(bytes);
        }
        return response;
    }
    request->n_sent = out->n_bytes;
    response =
        MHD_create_response_from_buffer_with_free_callback(out->n_bytes, out->bytes, alloc_free);
    if (response) { // which has the bytes now
        text_init(out, out->max_bytes);
    }
    return response;
}

bool request_has_kept(struct request *request, const char *key) {
    snprintf(request->kept_as, sizeof request->kept_as, "%s%s", key,
             takes_gzip(request) ? " gzip" : "");
    request->kept = answers_hold(request->server->answers, request->kept_as);
    return request->kept != NULL;
}

// Make what is in `out` the answer that is kept, in memory of just its size.
static maru_status keep_answer(struct request *request, maru_error *err) {
    struct kept_answer answer = {0};
    struct text *out = &request->out;
    request->status = MHD_HTTP_OK;
    make_etag(out, answer.etag);
    char *bytes = alloc_resize(out->bytes, out->n_bytes + 1, 1);
    out->bytes = bytes ? bytes : out->bytes;
    answer.response = response_of(request);
    answer.n_bytes = request->n_sent;
    if (answer.response) {
        add_headers(request, answer.response, answer.etag);
        request->kept = answers_keep(request->server->answers, request->kept_as, &answer);
    }
    if (answer.response && !request->kept) {
        MHD_destroy_response(answer.response);
    }
    return request->kept ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory for the answer");
}

// False: it has not changed since, and there is nothing but its tag to send.
static bool queue_kept(struct request *request, char etag[40], enum MHD_Result *result) {
    snprintf(etag, 40, "%s", request->kept->etag);
    if (strcmp(header(request, "If-None-Match"), etag) == 0) {
        request->status = 304;
        return false;
    }
    request->n_sent = request->kept->n_bytes;
    pace_enter(request->server->pace, request->connection, PACE_SENDING);
    *result = MHD_queue_response(request->connection, MHD_HTTP_OK, request->kept->response);
    return true;
}

static enum MHD_Result send_answer(struct request *request) {
    char etag[40] = "";
    enum MHD_Result result = MHD_NO;
    if (request->kept && queue_kept(request, etag, &result)) {
        return result;
    }
    struct MHD_Response *response = request->stream;
    request->stream = NULL;
    request->is_stream = response != NULL;
    atomic_fetch_add(&request->server->n_stream, request->is_stream);
    if (request->file) {
        response = answer_with_file(request, etag);
        request->n_sent = response ? request->file->n_kept : 0;
    }
    if (!response) {
        if (request->status == 200 && request->out.n_bytes > 0) {
            if (!request->file) {
                make_etag(&request->out, etag);
            }
            if (strcmp(header(request, "If-None-Match"), etag) == 0) {
                request->status = 304;
                text_clear(&request->out);
            }
        }
        response = response_of(request);
    }
    if (!response) {
        return MHD_NO;
    }
    add_headers(request, response, etag);
    pace_enter(request->server->pace, request->connection,
               request->is_stream ? PACE_EXEMPT : PACE_SENDING);
    result = MHD_queue_response(request->connection, (unsigned)request->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct request *request, maru_status st, const maru_error *err) {
    write_problem(request, st, err);
    return send_answer(request);
}

void request_handle(struct request *request) {
    struct once once;
    maru_status st = once_begin(&once, request, &request->err);
    if (st == MARU_OK && !once.is_done) {
        st = request->route->handle(request, &request->err);
        st = once_end(&once, request, st, &request->err);
    }
    if (st == MARU_OK && request->kept_as[0] && !request->kept && request->out.status == MARU_OK) {
        st = keep_answer(request, &request->err);
    }
    request->outcome = st;
}

static enum MHD_Result answer(struct request *request) {
    maru_status st = request->outcome;
    if (st == MARU_OK && request->out.status != MARU_OK) {
        st = fail(&request->err, request->out.status, "no memory for the answer");
    }
    if (st != MARU_OK) {
        return refuse(request, st, &request->err);
    }
    request->status = request->status ? request->status : 200;
    return send_answer(request);
}

// The hands are through with it: libmicrohttpd calls accept_request again.
static void resume(struct request *request) {
    request->is_handled = true;
    MHD_resume_connection(request->connection);
}

static enum MHD_Result handle(struct request *request) {
    request->type = "application/json";
    pace_enter(request->server->pace, request->connection, PACE_WORKING);
    if (!request->route->is_slow) {
        request_handle(request);
        if (request->outcome != MARU_MORE) {
            return answer(request);
        }
    }
    request->is_in_hands = true;
    MHD_suspend_connection(request->connection);
    if (hands_take(request->server->hands, request)) {
        return MHD_YES;
    }
    request->outcome = request_refuse(request, 503, &request->err,
                                      "too many requests wait: try again in a moment");
    resume(request);
    return MHD_YES;
}

// ---- libmicrohttpd

static struct request *new_request(struct server *server, struct MHD_Connection *connection,
                                   const char *method) {
    struct request *request = alloc_new(1, sizeof *request);
    if (request) {
        request->began_s = clock_seconds();
        snprintf(request->method, sizeof request->method, "%s", method);
        pace_enter(server->pace, connection, PACE_TAKING);
        request->server = server;
        request->connection = connection;
        request->type = "application/json";
        text_init(&request->out, REQUEST_MAX_ANSWER_BYTES);
    }
    return request;
}

// What is no path of the API is the page's: is there something to show?
static bool answer_with_page(struct request *request, const char *method, const char *path) {
    struct page_answer answer;
    if ((strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) ||
        strncmp(path, "/v1/", 4) == 0) {
        return false;
    }
    request->status = page_get(request->server->page, page_files, page_files_n, path,
                               request_language(request), &request->out, &answer);
    if (request->status != 200 && request->out.n_bytes == 0) {
        return false;
    }
    request->type = answer.type;
    request->file = answer.file;
    request->is_immutable = request->status == 200 && answer.is_immutable;
    return true;
}

static enum MHD_Result begin(struct request *request, const char *method, const char *path) {
    maru_error err = {0};
    int status = 404;
    request->route = route_find(request, method, path, &status);
    if (!request->route && status == 404 && answer_with_page(request, method, path)) {
        return send_answer(request);
    }
    if (!request->route) {
        request->status = status;
        fail(&err, MARU_E_USAGE, status == 405 ? "%s is not possible here" : "%s: no such path",
             status == 405 ? method : path);
        return refuse(request, MARU_E_USAGE, &err);
    }
    const maru_status st = let_in(request, &err);
    if (st != MARU_OK) {
        return refuse(request, st, &err);
    }
    const char *length = header(request, "Content-Length");
    if (strtoull(length, NULL, 10) > request->route->max_body) {
        request_refuse(request, 413, &err, "at most %u bytes are taken here",
                       request->route->max_body);
        return refuse(request, MARU_E_USAGE, &err);
    }
    text_init(&request->body, request->route->max_body);
    return MHD_YES;
}

static enum MHD_Result accept_request(void *context, struct MHD_Connection *connection,
                                      const char *path, const char *method, const char *version,
                                      const char *upload, size_t *n_upload, void **own) {
    (void)version;
    struct request *request = *own;
    if (!request) {
        *own = request = new_request(context, connection, method);
        return request ? begin(request, method, path) : MHD_NO;
    }
    if (request->is_handled) {
        return answer(request);
    }
    if (*n_upload > 0) {
        text_add(&request->body, upload, *n_upload);
        *n_upload = 0;
        return MHD_YES;
    }
    if (request->body.status != MARU_OK) {
        maru_error err = {0};
        request_refuse(request, request->body.status == MARU_E_LIMIT ? 413 : 503, &err,
                       "at most %u bytes are taken here", request->route->max_body);
        return refuse(request, MARU_E_USAGE, &err);
    }
    return handle(request);
}

// Its end in the log and in the metrics.
static void tell_end(const struct request *request, enum MHD_RequestTerminationCode why) {
    const struct route *route = request->route;
    const double seconds = clock_seconds() - request->began_s;
    const bool is_whole = why == MHD_REQUEST_TERMINATED_COMPLETED_OK;
    const bool is_probe = route && (route->handle == api_health || route->handle == api_ready);
    char from[INET6_ADDRSTRLEN] = "";
    struct log_line line;
    metrics_count(request->server->metrics, route, request->status, seconds,
                  is_whole && !request->is_stream);
    log_open(&line,
             request->status >= 500 ? LOG_ERROR
             : is_probe             ? LOG_DEBUG
                                    : LOG_INFO,
             "request");
    log_add_string(&line, "method", request->method);
    log_add_string(&line, "route", route ? route->pattern : NULL);
    log_add_integer(&line, "status", request->status);
    log_add_integer(&line, "bytes",
                    strcmp(request->method, "HEAD") == 0 ? 0 : (int64_t)request->n_sent);
    log_add_ms(&line, "ms", seconds);
    if (request->who.tenant[0]) {
        log_add_string(&line, "tenant", request->who.tenant);
        log_add_string(&line, "who", request->who.name);
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (line.is_wanted && info && info->client_addr &&
        getnameinfo(info->client_addr, sizeof(struct sockaddr_storage), from, sizeof from, NULL, 0,
                    NI_NUMERICHOST) == 0) {
        log_add_string(&line, "from", from);
    }
    if (!is_whole) {
        log_add_string(&line, "ended",
                       why == MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN   ? "stop"
                       : why == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED ? "idle"
                                                                       : "cut");
    }
    log_close(&line);
}

static void forget(void *context, struct MHD_Connection *connection, void **own,
                   enum MHD_RequestTerminationCode why) {
    (void)context;
    struct request *request = *own;
    if (request) {
        tell_end(request, why);
        atomic_fetch_sub(&request->server->n_stream, request->is_stream);
        pace_enter(request->server->pace, connection, PACE_WAITING);
        text_fini(&request->body);
        text_fini(&request->out);
        answers_release(request->server->answers, request->kept);
        if (request->is_counted) {
            atomic_fetch_sub(&request->tenant->n_stream, 1);
        }
        store_release(request->server->store, request->tenant);
        alloc_free(request);
        *own = NULL;
    }
}

// Each connection is a file; shells often give 1024 at first, and more to who asks.
static void raise_file_limit(void) {
    enum { OTHER_FILES = 2000 };
    const rlim_t wanted = SERVER_MAX_CONNECTIONS + OTHER_FILES;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static maru_status listen_on(struct server *server, const struct server_config *config,
                             struct sockaddr_storage *address, maru_error *err) {
    raise_file_limit();
    unsigned flags = MHD_USE_POLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    flags |= address->ss_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    flags |= config->tls_cert ? MHD_USE_TLS : 0;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, accept_request, server, MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)SERVER_THREADS, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)SERVER_MAX_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)SERVER_MAX_CONNECTIONS_OF_IP, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SERVER_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)SERVER_MAX_HEADER_BYTES, MHD_OPTION_NOTIFY_COMPLETED, forget, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, pace_notify, server->pace, MHD_OPTION_LISTENING_ADDRESS_REUSE,
        1U, config->tls_cert ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, config->tls_cert,
        MHD_OPTION_HTTPS_MEM_KEY, config->tls_key, MHD_OPTION_END);
    if (!server->daemon) {
        return fail(err, MARU_E_IO,
                    "cannot listen on %s: is the port in use, or the certificate no PEM?",
                    config->address);
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info ? info->port : 0;
    return MARU_OK;
}

maru_status server_start(const struct server_config *config, struct server **out,
                         char secret[STORE_SECRET_BYTES], maru_error *err) {
    struct sockaddr_storage address;
    bool is_loopback = false;
    secret[0] = '\0';
    maru_status st = address_read(config->address, &address, &is_loopback, err);
    if (st == MARU_OK && !is_loopback && !config->tls_cert && !config->is_insecure) {
        st = fail(err, MARU_E_USAGE,
                  "%s can be reached by others: give --tls-cert and --tls-key, or --insecure if "
                  "something in front of it encrypts",
                  config->address);
    }
    struct server *server = st == MARU_OK ? alloc_new(1, sizeof *server) : NULL;
    if (!server) {
        return st != MARU_OK ? st : fail(err, MARU_E_MEMORY, "no memory");
    }
    server->is_loopback = is_loopback;
    server->page = config->page;
    server->data = config->data;
    server->quota_bytes = (int64_t)config->quota_mib << 20;
    server->started_ms = clock_unix_ms();
    st = pace_new(config->patience_s, &server->pace, err);
    st = st == MARU_OK ? metrics_new(&server->metrics, err) : st;
    st = st == MARU_OK ? answers_new(&server->answers, err) : st;
    st = st != MARU_OK ? st : store_open(config->data, &server->store, secret, err);
    st = st == MARU_OK ? twins_start(server->store, &server->twins, err) : st;
    if (st == MARU_OK) {
        st = jobs_start(server->store, server->twins, config->n_worker, &server->jobs, err);
    }
    st = st == MARU_OK ? hands_start(resume, &server->hands, err) : st;
    st = st == MARU_OK ? listen_on(server, config, &address, err) : st;
    if (st != MARU_OK) {
        server_stop(server);
        return st;
    }
    *out = server;
    return MARU_OK;
}

uint16_t server_port(const struct server *server) { return server->port; }

enum { TEND_MS = 250 };

static void let_go(void *context, const char *tenant) {
    struct server *server = context;
    jobs_cancel_tenant(server->jobs, tenant);
}

bool server_tend(struct server *server) {
    const double now_s = clock_seconds();
    maru_error err = {0};
    if (now_s - server->tended_s < TEND_MS * 1e-3) {
        return true;
    }
    server->tended_s = now_s;
    const size_t n_cut = pace_sweep(server->pace);
    if (n_cut > 0) {
        struct log_line line;
        metrics_count_cut(server->metrics, n_cut);
        log_open(&line, LOG_WARN, "connections cut");
        log_add_integer(&line, "count", (int64_t)n_cut);
        log_close(&line);
    }
    if (store_sweep(server->store, let_go, server, &err) != MARU_OK) { // it is tried again
        log_say(LOG_ERROR, "store", err.text);
        return false;
    }
    return true;
}

void server_stop(struct server *server) {
    if (!server) {
        return;
    }
    if (server->daemon) {
        const MHD_socket listening = MHD_quiesce_daemon(server->daemon);
        if (listening != MHD_INVALID_SOCKET) {
            close(listening);
        }
        stream_end_all(server);
        twins_end_streams(server->twins);
        hands_stop(server->hands); // what they have in hand is answered
        server->hands = NULL;
        MHD_stop_daemon(server->daemon);
    }
    hands_stop(server->hands);
    jobs_stop(server->jobs);
    twins_stop(server->twins);
    store_close(server->store);
    pace_free(server->pace);
    metrics_free(server->metrics);
    answers_free(server->answers);
    alloc_free(server);
}
