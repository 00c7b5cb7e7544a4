#include "serve/http/http.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/percent.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/http/admission.h"
#include "serve/http/framing.h"
#include "serve/http/hands.h"
#include "serve/http/once.h"
#include "serve/http/pace.h"
#include "serve/http/page.h"
#include "serve/http/problem.h"
#include "serve/http/response.h"
#include "serve/log.h"
#include "serve/metrics.h"

// libmicrohttpd around the routes: limits, the body, the answer.
//
// It calls `http_begin` when the first line is there, `http_accept` when the header is, then for each piece of the body, then once more. What can
// be refused is refused at the header, before a body is taken: no route, no right, too large.

static enum MHD_Result refuse(struct request *request, maru_status st, const maru_error *err) {
    problem_write(request, st, err);
    return response_send(request);
}

void request_handle(struct request *request) {
    struct once once;
    maru_status st = once_begin(&once, request, &request->err);
    if (st == MARU_OK && !once.is_done) {
        st = request->route->handle(request, &request->err);
        st = once_end(&once, request, st, &request->err);
    }
    if (st == MARU_OK && request->kept_as[0] && !request->kept && request->out.status == MARU_OK) {
        st = response_keep(request, &request->err);
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
    return response_send(request);
}

void http_resume(struct request *request) {
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
    http_resume(request);
    return MHD_YES;
}

// ---- libmicrohttpd

void *http_begin(void *context, const char *target, struct MHD_Connection *connection) {
    struct request *request = alloc_new(1, sizeof *request);
    if (request) {
        request->began_s = clock_seconds();
        request->server = context;
        request->connection = connection;
        request->type = "application/json";
        framing_take_target(request, target);
        text_init(&request->out, REQUEST_MAX_ANSWER_BYTES);
    }
    return request;
}

// What is no path of the API is the page's: is there something to show?
static bool answer_with_page(struct request *request, const char *path) {
    struct page_answer answer;
    if (strncmp(path, "/v1/", 4) == 0) {
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

// No route: the page, or a refusal. `path` is as it was asked for.
static enum MHD_Result answer_without_route(struct request *request, int status, char *path) {
    const char *method = request->method;
    const bool is_read = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    maru_error err = {0};
    if (status == 404 && percent_decode(path) && is_read && answer_with_page(request, path)) {
        return response_send(request);
    }
    if (status == 404 && !is_read && path[0] == '/' && strncmp(path, "/v1/", 4) != 0) {
        status = 405;
        snprintf(request->allow, sizeof request->allow, "GET, HEAD");
    }
    request->status = status;
    fail(&err, MARU_E_USAGE, status == 405 ? "%s is not possible here" : "%.200s: no such path",
         status == 405 ? method : path);
    return refuse(request, MARU_E_USAGE, &err);
}

// The header is there.
static enum MHD_Result begin(struct request *request, const char *version) {
    char path[REQUEST_MAX_PATH];
    maru_error err = {0};
    int status = 404;
    maru_status st = framing_check(request, version, &err);
    if (st != MARU_OK) {
        request->is_last = true; // what follows may be a part of it, or not
        return refuse(request, st, &err);
    }
    if (request->is_path_too_long) {
        st = request_refuse(request, 414, &err, "an address has at most %d bytes",
                            REQUEST_MAX_PATH - 1);
        return refuse(request, st, &err);
    }
    memcpy(path, request->path, sizeof path);
    request->route = route_find(request, request->method, &status);
    if (!request->route) {
        return answer_without_route(request, status, path);
    }
    st = admission_let_in(request, &err);
    if (st != MARU_OK) {
        return refuse(request, st, &err);
    }
    if (strtoull(request_header(request, "Content-Length"), NULL, 10) > request->route->max_body) {
        st = request_refuse(request, 413, &err, "at most %u bytes are taken here",
                            request->route->max_body);
        return refuse(request, st, &err);
    }
    text_init(&request->body, request->route->max_body);
    return MHD_YES;
}

enum MHD_Result http_accept(void *context, struct MHD_Connection *connection, const char *path,
                            const char *method, const char *version, const char *upload,
                            size_t *n_upload, void **own) {
    struct request *request = *own;
    (void)context;
    (void)path; // taken apart already, so that a slash in a name looks like one between two
    if (!request) {
        return MHD_NO; // no memory
    }
    if (!request->is_begun) {
        request->is_begun = true;
        snprintf(request->method, sizeof request->method, "%s", method);
        pace_enter(request->server->pace, connection, PACE_TAKING);
        return begin(request, version);
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

void http_end(void *context, struct MHD_Connection *connection, void **own,
              enum MHD_RequestTerminationCode why) {
    (void)context;
    struct request *request = *own;
    if (request && request->is_begun) {
        tell_end(request, why);
    }
    if (request) {
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
