#include "serve/runs/stream.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// A stream has nothing to send most of the time: then its connection is suspended, which costs no thread and
// no poll, and the jobs wake it. Whether there is something new and whether to sleep is decided under the
// lock of the jobs, so that no change is missed in between.

struct stream {
    struct job_watcher watcher; // first: the jobs know only this
    struct server *server;
    struct MHD_Connection *connection;
    struct text pending; // one event
    size_t n_sent;
    uint64_t seen; // change that was told last
    bool has_told, is_asleep, is_over;
    struct stream *next;
};

static void wake(struct job_watcher *watcher) {
    struct stream *stream = (struct stream *)watcher;
    if (stream->is_asleep) {
        stream->is_asleep = false;
        MHD_resume_connection(stream->connection);
    }
}

static bool compose(struct stream *stream) {
    struct text json;
    struct tenant *tenant = NULL;
    text_clear(&stream->pending);
    stream->n_sent = 0;
    text_init(&json, (size_t)2 * REQUEST_MAX_JSON_BYTES);
    maru_status st = store_hold(stream->server->store, stream->watcher.tenant, &tenant, NULL);
    if (st == MARU_OK) {
        st = run_add_json(&json, stream->server, tenant, stream->watcher.id, NULL);
        store_release(stream->server->store, tenant);
    }
    if (st == MARU_OK) {
        text_addz(&stream->pending, "event: run\ndata: ");
        for (size_t i = 0; i < json.n_bytes; i++) { // its line breaks are blanks between values
            if (json.bytes[i] != '\n') {
                text_add(&stream->pending, &json.bytes[i], 1);
            }
        }
        text_addz(&stream->pending, "\n\n");
    }
    text_fini(&json);
    return st == MARU_OK && stream->pending.status == MARU_OK;
}

// What is to be done next: true when an event is to be composed. Falls asleep where nothing is new.
static bool has_news(struct stream *stream) {
    struct job_view view = {0};
    struct jobs *jobs = stream->server->jobs;
    jobs_enter(jobs);
    const bool goes_on = jobs_look_inside(jobs, stream->watcher.tenant, stream->watcher.id, &view);
    const bool is_new = !stream->has_told || !goes_on || view.n_change != stream->seen;
    stream->seen = view.n_change;
    if (stream->server->is_ending) {
        stream->is_over = true;
    } else if (is_new) {
        stream->has_told = true;
        stream->is_over = !goes_on; // what is composed now is its end
    } else {
        stream->is_asleep = true;
        MHD_suspend_connection(stream->connection);
    }
    jobs_leave(jobs);
    return is_new && !stream->server->is_ending;
}

static ssize_t read_stream(void *context, uint64_t position, char *out, size_t max) {
    (void)position;
    struct stream *stream = context;
    if (stream->n_sent == stream->pending.n_bytes) {
        if (stream->is_over) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        if (!has_news(stream)) {
            return stream->is_over ? MHD_CONTENT_READER_END_OF_STREAM : 0;
        }
        if (!compose(stream)) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
    }
    const size_t left = stream->pending.n_bytes - stream->n_sent, n = left < max ? left : max;
    memcpy(out, stream->pending.bytes + stream->n_sent, n);
    stream->n_sent += n;
    return (ssize_t)n;
}

static void free_stream(void *context) {
    struct stream *stream = context;
    jobs_unwatch(stream->server->jobs, &stream->watcher);
    jobs_enter(stream->server->jobs);
    struct stream **link = &stream->server->streams;
    while (*link != stream) {
        link = &(*link)->next;
    }
    *link = stream->next;
    jobs_leave(stream->server->jobs);
    text_fini(&stream->pending);
    alloc_free(stream);
}

maru_status stream_follow(struct request *request, const char *run, maru_error *err) {
    enum { BLOCK_BYTES = 4096, EVENT_BYTES = 1 << 20 };
    struct server *server = request->server;
    const maru_status st = request_begin_stream(request, err);
    struct stream *stream = st == MARU_OK ? alloc_new(1, sizeof *stream) : NULL;
    if (!stream) {
        return st != MARU_OK ? st : fail(err, MARU_E_MEMORY, "no memory");
    }
    snprintf(stream->watcher.tenant, sizeof stream->watcher.tenant, "%s", request->who.tenant);
    snprintf(stream->watcher.id, sizeof stream->watcher.id, "%s", run);
    stream->watcher.wake = wake;
    stream->server = server;
    stream->connection = request->connection;
    text_init(&stream->pending, EVENT_BYTES);
    jobs_watch(server->jobs, &stream->watcher);
    jobs_enter(server->jobs);
    stream->next = server->streams;
    server->streams = stream;
    jobs_leave(server->jobs);
    request->stream = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream,
                                                        stream, free_stream);
    if (!request->stream) {
        free_stream(stream);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    request->type = "text/event-stream";
    return MARU_OK;
}

void stream_end_all(struct server *server) {
    jobs_enter(server->jobs);
    server->is_ending = true;
    for (struct stream *stream = server->streams; stream; stream = stream->next) {
        wake(&stream->watcher);
    }
    jobs_leave(server->jobs);
}
