#include "serve/twins/twins.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/http/request.h"

// The stream of a twin (docs/TWIN.md). Each has the view that it told last, and tells what has changed since
// in the newest one, whenever that is; so a slow reader misses views in between, and nothing else. What it
// has sent decides when it may send again: it never takes more than its bytes a second.

enum { MESSAGE_BYTES = 1 << 26, BLOCK_BYTES = 1 << 14 };

struct floor_stream {
    struct player_watcher watcher; // first: the player knows only this
    struct server *server;
    struct MHD_Connection *connection;
    struct twin *twin;
    struct view *told;
    struct text pending;
    size_t n_sent;
};

static void wake(struct player_watcher *watcher) {
    struct floor_stream *stream = (struct floor_stream *)watcher;
    if (watcher->is_asleep) {
        watcher->is_asleep = false;
        MHD_resume_connection(stream->connection);
    }
}

// The next view to tell, or NULL: then the connection sleeps, or is to end.
static struct view *next_view(struct floor_stream *stream, bool *is_over) {
    struct player *player = stream->twin->player;
    player_enter(player);
    struct view *view = player_view_inside(player);
    *is_over = twins_is_ending(stream->server->twins, stream->twin);
    const bool is_new = view && view->version != stream->watcher.seen;
    if (*is_over || !is_new || clock_seconds() < stream->watcher.next_s) {
        view_release(view);
        view = NULL;
    }
    if (!view && !*is_over) {
        stream->watcher.is_asleep = true;
        MHD_suspend_connection(stream->connection);
    }
    player_leave(player);
    return view;
}

static bool compose(struct floor_stream *stream, struct view *view) {
    text_clear(&stream->pending);
    stream->n_sent = 0;
    view_write(&stream->pending, stream->told, view);
    view_release(stream->told);
    stream->told = view;
    const double by_bytes = (double)stream->pending.n_bytes / PLAYER_MAX_BYTES_PER_S;
    const double by_frames =
        0.9 / PLAYER_FRAMES_PER_S;      // the player keeps the rate, this its jitter
    player_enter(stream->twin->player); // which looks at both, also while this is awake
    stream->watcher.seen = view->version;
    stream->watcher.next_s = clock_seconds() + (by_bytes > by_frames ? by_bytes : by_frames);
    player_leave(stream->twin->player);
    return stream->pending.status == MARU_OK;
}

static ssize_t read_stream(void *context, uint64_t position, char *out, size_t max) {
    (void)position;
    struct floor_stream *stream = context;
    if (stream->n_sent == stream->pending.n_bytes) {
        bool is_over = false;
        struct view *view = next_view(stream, &is_over);
        if (is_over || (view && !compose(stream, view))) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        if (!view) {
            return 0;
        }
    }
    const size_t left = stream->pending.n_bytes - stream->n_sent, n = left < max ? left : max;
    memcpy(out, stream->pending.bytes + stream->n_sent, n);
    stream->n_sent += n;
    return (ssize_t)n;
}

static void free_stream(void *context) {
    struct floor_stream *stream = context;
    player_unwatch(stream->twin->player, &stream->watcher);
    view_release(stream->told);
    text_fini(&stream->pending);
    twins_release(stream->server->twins, stream->twin);
    alloc_free(stream);
}

maru_status floor_stream_follow(struct request *request, struct twin *twin, maru_error *err) {
    const maru_status st = request_begin_stream(request, err);
    struct floor_stream *stream = st == MARU_OK ? alloc_new(1, sizeof *stream) : NULL;
    if (!stream) {
        twins_release(request->server->twins, twin);
        return st != MARU_OK ? st : fail(err, MARU_E_MEMORY, "no memory");
    }
    stream->watcher.wake = wake;
    stream->server = request->server;
    stream->connection = request->connection;
    stream->twin = twin;
    text_init(&stream->pending, MESSAGE_BYTES);
    player_watch(twin->player, &stream->watcher);
    request->stream = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream,
                                                        stream, free_stream);
    if (!request->stream) {
        free_stream(stream);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    request->type = "application/vnd.maru.floor";
    return MARU_OK;
}
