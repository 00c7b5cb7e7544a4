#include "serve/http/response.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/http/header_list.h"
#include "serve/http/pace.h"
#include "serve/http/page.h"

// Bytes are moved, not copied: `out` becomes the memory of a response, a file of the program is sent from where it lies, and
// what is kept ready is one response for all who ask.

static const char csp[] =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action "
    "'none'; frame-ancestors 'none'";

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
    if (request->n_whole > 0) {
        char bytes[24];
        snprintf(bytes, sizeof bytes, "%lld", (long long)request->n_whole);
        MHD_add_response_header(response, "Maru-Whole-Bytes", bytes);
    }
    if (request->disposition[0]) {
        MHD_add_response_header(response, "Content-Disposition", request->disposition);
    }
    if (request->allow[0] && request->status == 405) {
        MHD_add_response_header(response, "Allow", request->allow);
    }
    if (request->status == 429 || (request->status == 503 && request->route)) {
        MHD_add_response_header(response, "Retry-After", "2");
    }
    if (request->is_last) {
        MHD_add_response_header(response, "Connection", "close");
    }
    if (request->status == 401) {
        MHD_add_response_header(response, "WWW-Authenticate", "Bearer realm=\"maru\"");
    }
}

static bool takes_gzip(const struct request *request) {
    const char *list = request_header(request, "Accept-Encoding");
    const double gzip = header_list_quality(list, "gzip");
    return (gzip < 0 ? header_list_quality(list, "*") : gzip) > 0;
}

static bool has_already(const struct request *request, const char *etag) {
    return header_list_has_tag(request_header(request, "If-None-Match"), etag);
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
    if (has_already(request, etag)) {
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

maru_status response_keep(struct request *request, maru_error *err) {
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
    if (has_already(request, etag)) {
        request->status = 304;
        return false;
    }
    request->n_sent = request->kept->n_bytes;
    pace_enter(request->server->pace, request->connection, PACE_SENDING);
    *result = MHD_queue_response(request->connection, MHD_HTTP_OK, request->kept->response);
    return true;
}

enum MHD_Result response_send(struct request *request) {
    char etag[40] = "";
    enum MHD_Result result = MHD_NO;
    if (request->kept && queue_kept(request, etag, &result)) {
        return result;
    }
    struct MHD_Response *response = request->stream;
    request->stream = NULL;
    if (response && strcmp(request->method, "HEAD") == 0) {
        MHD_destroy_response(response); // of a stream libmicrohttpd sends the end even then
        response = NULL;
    }
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
            if (has_already(request, etag)) {
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
