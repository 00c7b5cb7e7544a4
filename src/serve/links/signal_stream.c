#include "serve/links/signal_stream.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/links/sample_json.h"

// A stream sleeps until the server tells all of them, four times a second, and then says of each of its signals the newest sample
// where that has changed. So a signal of a kilohertz costs a viewer as little as one of a second, and nobody who writes
// waits for who looks.

enum { EVENT_BYTES = 4 << 20, BLOCK_BYTES = 1 << 14 };

struct signal_stream {
    struct signal_streams *streams;
    struct store *store;
    struct tenant *tenant; // held
    struct signals *signals;
    struct MHD_Connection *connection;
    struct text pending;
    size_t n_sent, n;
    int64_t *signal;     // (n)
    struct sample *told; // (n), its time and value alone
    bool is_asleep, has_told;
    struct signal_stream *next;
};

struct signal_streams {
    pthread_mutex_t lock;
    struct signal_stream *first;
    bool is_ending;
};

maru_status signal_streams_new(struct signal_streams **out, maru_error *err) {
    struct signal_streams *streams = alloc_new(1, sizeof *streams);
    if (!streams) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    pthread_mutex_init(&streams->lock, NULL);
    *out = streams;
    return MARU_OK;
}

void signal_streams_free(struct signal_streams *streams) {
    if (streams) {
        pthread_mutex_destroy(&streams->lock);
        alloc_free(streams);
    }
}

void signal_streams_tell(struct signal_streams *streams, bool is_ending) {
    pthread_mutex_lock(&streams->lock);
    streams->is_ending = streams->is_ending || is_ending;
    for (struct signal_stream *stream = streams->first; stream; stream = stream->next) {
        if (stream->is_asleep) {
            stream->is_asleep = false;
            MHD_resume_connection(stream->connection);
        }
    }
    pthread_mutex_unlock(&streams->lock);
}

// One event with what has changed; nothing where nothing has.
static bool compose(struct signal_stream *stream) {
    struct text *out = &stream->pending;
    bool is_first = true;
    text_clear(out);
    stream->n_sent = 0;
    for (size_t i = 0; i < stream->n; i++) {
        struct last_sample last;
        struct sample *told = &stream->told[i];
        if (!signals_known_last(stream->signals, stream->signal[i], &last) ||
            (last.sample.at_us == told->at_us && last.sample.quality == told->quality &&
             stream->has_told)) {
            continue;
        }
        *told = last.sample;
        text_addz(out, is_first ? "event: samples\ndata: {" : ",");
        is_first = false;
        text_addf(out, "\"%lld\":", (long long)stream->signal[i]);
        sample_add_json(out, &last.sample);
    }
    text_addz(out, is_first ? "" : "}\n\n");
    if (!stream->has_told && is_first) {
        text_addz(out, ":\n\n"); // so that the header goes out
    }
    stream->has_told = true;
    return out->status == MARU_OK;
}

// Sleeps until the next telling; false: it is over.
static bool sleep_on(struct signal_stream *stream) {
    struct signal_streams *streams = stream->streams;
    pthread_mutex_lock(&streams->lock);
    const bool is_over = streams->is_ending || stream->tenant->is_going;
    if (!is_over) {
        stream->is_asleep = true;
        MHD_suspend_connection(stream->connection);
    }
    pthread_mutex_unlock(&streams->lock);
    return !is_over;
}

static ssize_t read_stream(void *context, uint64_t position, char *out, size_t max) {
    (void)position;
    struct signal_stream *stream = context;
    if (stream->n_sent == stream->pending.n_bytes) {
        if (!compose(stream)) {
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        if (stream->pending.n_bytes == 0) {
            return sleep_on(stream) ? 0 : MHD_CONTENT_READER_END_OF_STREAM;
        }
    }
    const size_t left = stream->pending.n_bytes - stream->n_sent, n = left < max ? left : max;
    memcpy(out, stream->pending.bytes + stream->n_sent, n);
    stream->n_sent += n;
    return (ssize_t)n;
}

static void free_stream(void *context) {
    struct signal_stream *stream = context;
    struct signal_streams *streams = stream->streams;
    pthread_mutex_lock(&streams->lock);
    struct signal_stream **link = &streams->first;
    while (*link && *link != stream) {
        link = &(*link)->next;
    }
    if (*link) {
        *link = stream->next;
    }
    pthread_mutex_unlock(&streams->lock);
    store_release(stream->store, stream->tenant);
    text_fini(&stream->pending);
    alloc_free(stream->signal);
    alloc_free(stream->told);
    alloc_free(stream);
}

// Its tenant, its signals, and what is known of them.
static maru_status prepare(struct signal_stream *stream, const struct request *request,
                           const int64_t *signal, size_t n, maru_error *err) {
    stream->signal = alloc_new(n, sizeof *stream->signal);
    stream->told = alloc_new(n, sizeof *stream->told);
    struct last_sample *last = alloc_new(n, sizeof *last);
    maru_status st =
        stream->signal && stream->told && last ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    st = st == MARU_OK ? store_hold(stream->store, request->who.tenant, &stream->tenant, err) : st;
    st = st == MARU_OK ? tenant_open_signals(stream->store, stream->tenant, &stream->signals, err)
                       : st;
    if (st == MARU_OK) {
        memcpy(stream->signal, signal, n * sizeof *signal);
        stream->n = n;
        st = signals_last(stream->signals, signal, n, last, err); // from now on they are known
    }
    alloc_free(last);
    return st;
}

maru_status signal_stream_follow(struct request *request, const int64_t *signal, size_t n,
                                 maru_error *err) {
    maru_status st = request_begin_stream(request, err);
    struct signal_stream *stream = st == MARU_OK ? alloc_new(1, sizeof *stream) : NULL;
    if (!stream) {
        return st != MARU_OK ? st : fail(err, MARU_E_MEMORY, "no memory");
    }
    stream->streams = request->server->signal_streams;
    stream->store = request->server->store;
    stream->connection = request->connection;
    text_init(&stream->pending, EVENT_BYTES);
    st = prepare(stream, request, signal, n, err);
    if (st != MARU_OK) {
        request->status = st == MARU_E_USAGE ? 404 : 0;
        free_stream(stream);
        return st;
    }
    pthread_mutex_lock(&stream->streams->lock);
    stream->next = stream->streams->first;
    stream->streams->first = stream;
    pthread_mutex_unlock(&stream->streams->lock);
    request->stream = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream,
                                                        stream, free_stream);
    if (!request->stream) {
        free_stream(stream);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    request->type = "text/event-stream";
    return MARU_OK;
}
