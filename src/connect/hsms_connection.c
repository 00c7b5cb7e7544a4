#include "connect/hsms_connection.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/hsms_inside.h"
#include "io/clock.h"

// A turn of the thread: wait for sockets and timers; read from all that have something, some of each; commit; write. The state
// machines of wire/secs put their answers into memory while they read, and nothing is sent before the commit, so an
// acknowledgment on the wire says that the store has it. When the commit fails for good (no memory), all connections are dropped with
// what they had to say: to the tools it is a broken link, and they keep what was not acknowledged.
//
// While the disk refuses, connection_commit waits, and this thread with it: nothing is read and no linktest answered. The tools see
// a link that is dead, and spool.

static const maru_time longest_sleep_us = 1000000;
static const maru_time turn_us = 4000; // at least, where it has brought something

struct hsms_options hsms_usual(const char *name) {
    return (struct hsms_options){.name = name,
                                 .takes_unknown = true,
                                 .host = "",
                                 .port = 5000,
                                 .device = -1,
                                 .tools = "",
                                 .profile = "",
                                 .times = {-1, -1, -1, -1, -1, -1}};
}

// Would a session take these settings?
static maru_status check_settings(const struct hsms_options *options,
                                  const struct hsms_tools *tools, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < tools->n_profile; i++) {
        const struct profile own = hsms_profile_for(options, tools->profile[i], -1);
        const struct hsms_settings set = profile_session(&own);
        struct hsms_session *session = NULL;
        st = hsms_session_new(&set, &session, err);
        hsms_session_free(session);
    }
    return st;
}

static maru_status read_options(const struct hsms_options *options, struct hsms_tools *tools,
                                maru_error *err) {
    if (options->port < 0 || options->port > 65535) {
        return fail(err, MARU_E_USAGE, "a port from 1 to 65535 is wanted");
    }
    const maru_status st = hsms_tools_read(options, tools, err);
    return st == MARU_OK ? check_settings(options, tools, err) : st;
}

maru_status hsms_check(const struct hsms_options *options, maru_error *err) {
    struct hsms_tools tools = {0};
    const maru_status st = read_options(options, &tools, err);
    hsms_tools_free(&tools);
    return st;
}

// ---- a turn

static maru_time next_deadline(const struct hsms_connection *hsms) {
    maru_time at = hsms_connect_deadline(hsms);
    for (uint32_t i = 0; i < hsms->n_peer; i++) {
        const struct hsms_peer *peer = hsms->peer[i];
        const maru_time due_us = peer->host ? gem_host_deadline(peer->host) : INT64_MAX;
        at = due_us < at ? due_us : at;
    }
    return at;
}

static short events_of(const struct hsms_peer *peer) {
    size_t n = 0;
    if (peer->state == PEER_CONNECTING) {
        return POLLOUT;
    }
    const bool writes = hsms_has_output(peer, &n);
    return (short)((n < HSMS_MAX_BEHIND_BYTES ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

static void wait_for_any(struct hsms_connection *hsms) {
    const maru_time left_us = hsms->has_more ? 0 : next_deadline(hsms) - hsms->now_us;
    const maru_time us = left_us <= 0 ? 0 : left_us < longest_sleep_us ? left_us : longest_sleep_us;
    struct pollfd *file = hsms->file;
    file[0] = (struct pollfd){.fd = hsms->connection.wake[0], .events = POLLIN};
    file[1] = (struct pollfd){.fd = hsms->listening, .events = POLLIN}; // -1 is passed over
    for (uint32_t i = 0; i < hsms->n_peer; i++) {
        file[i + 2] = (struct pollfd){.fd = hsms->peer[i]->fd, .events = events_of(hsms->peer[i])};
    }
    hsms->has_more = false;
    if (poll(file, hsms->n_peer + 2, (int)((us + 999) / 1000)) < 0) {
        return;
    }
    for (uint32_t i = 0; i < hsms->n_peer; i++) {
        hsms->peer[i]->ready = file[i + 2].revents;
    }
    if (file[0].revents != 0) {
        char bytes[64];
        while (read(hsms->connection.wake[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
        }
    }
}

static void drop_all(struct hsms_connection *hsms, const char *why) {
    while (hsms->n_peer > 0) {
        struct hsms_peer *peer = hsms->peer[0];
        if (peer->tool) {
            hsms_tool_is_down(hsms, peer->tool, why);
            peer->tool->peer = NULL;
            hsms_try_later(hsms, peer->tool);
        }
        hsms_free_peer(hsms, peer);
    }
}

static void start_anew(struct hsms_connection *hsms) {
    hsms->is_clock_back = false;
    drop_all(hsms, "the clock of this computer was set back");
    for (uint32_t i = 0; i < hsms->n_tool; i++) {
        struct hsms_tool *tool = hsms->tool[i];
        tool->try_us = tool->try_us < hsms->now_us ? tool->try_us : hsms->now_us;
        tool->lost_us = tool->lost_us < hsms->now_us ? tool->lost_us : hsms->now_us;
    }
}

// What comes within four milliseconds becomes durable with one commit: at ten thousand events a second that takes a quarter less of the
// processor, and where others want it, too, it halves the longest waits. After a quiet moment nobody waits.
static void gather(struct hsms_connection *hsms) {
    if (hsms->next_turn_us > clock_unix_us()) {
        (void)connection_wait(&hsms->connection, -1, 0, hsms->next_turn_us);
    }
    hsms->next_turn_us = 0;
}

static void take_turn(struct hsms_connection *hsms) {
    gather(hsms);
    wait_for_any(hsms);
    (void)hsms_now(hsms);
    if (hsms->is_clock_back) {
        start_anew(hsms);
    }
    for (uint32_t i = 0; i < hsms->n_peer; i++) {
        hsms_read(hsms, hsms->peer[i]);
        (void)hsms_now(hsms);
    }
    if (hsms->listening >= 0) {
        hsms_accept(hsms);
    }
    hsms_connect_due(hsms);
    hsms_take_requests(hsms);
    if (intake_waits(hsms->connection.intake)) {
        hsms->next_turn_us = hsms->now_us + turn_us;
    }
    if (!connection_commit(&hsms->connection)) {
        drop_all(hsms, "what had come could not be kept");
    }
    for (uint32_t i = 0; i < hsms->n_peer; i++) {
        hsms_write(hsms, hsms->peer[i]);
    }
    hsms_close_ended(hsms);
    hsms_show_state(hsms);
}

// ---- the thread

static bool is_stopping(struct hsms_connection *hsms) {
    return atomic_load(&hsms->connection.is_stopping);
}

// Say goodbye to all, after what they brought is kept.
static void end_all(struct hsms_connection *hsms) {
    requests_end(hsms->requests);
    for (uint32_t i = 0; i < hsms->n_peer; i++) {
        struct hsms_peer *peer = hsms->peer[i];
        if (peer->host && peer->state == PEER_OPEN) {
            peer->now_us = hsms->now_us > peer->now_us ? hsms->now_us : peer->now_us;
            hsms_session_separate(gem_host_session(peer->host), peer->now_us);
            hsms_pull(hsms, peer);
        }
    }
    if (connection_commit(&hsms->connection)) {
        for (uint32_t i = 0; i < hsms->n_peer; i++) {
            hsms_write(hsms, hsms->peer[i]);
        }
    }
    drop_all(hsms, "stopped");
}

static void *run(void *context) {
    struct hsms_connection *hsms = context;
    maru_error err = {0};
    hsms_recall_events(hsms);
    while (!hsms->options.is_active && !is_stopping(hsms) && hsms_listen(hsms, &err) != MARU_OK) {
        connection_is_down(&hsms->connection, err.text);
    }
    while (!is_stopping(hsms)) {
        take_turn(hsms);
    }
    end_all(hsms);
    return NULL;
}

// ---- opening

static maru_status make_tools(struct hsms_connection *hsms, maru_error *err) {
    hsms->tool = alloc_new((size_t)hsms->tools.n + HSMS_MAX_UNKNOWN, sizeof *hsms->tool);
    hsms->peer = alloc_new(HSMS_MAX_PEERS, sizeof *hsms->peer);
    hsms->file = alloc_new(HSMS_MAX_PEERS + 2, sizeof *hsms->file);
    bool has_memory = hsms->tool && hsms->peer && hsms->file;
    for (uint32_t i = 0; has_memory && i < hsms->tools.n; i++) {
        has_memory = hsms_add_tool(hsms, hsms->tools.row[i].name, &hsms->tools.row[i]) != NULL;
    }
    return has_memory ? requests_new(&hsms->requests, err) : fail(err, MARU_E_MEMORY, "no memory");
}

static maru_status prepare(struct hsms_connection *hsms, struct signals *signals,
                           const struct hsms_options *options, maru_error *err) {
    hsms->listening = -1;
    maru_status st = connection_init(&hsms->connection, signals, options->name, err);
    st = st == MARU_OK ? read_options(options, &hsms->tools, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    hsms->options = (struct hsms_options){.is_active = options->is_active,
                                          .takes_unknown = options->takes_unknown,
                                          .port = options->port,
                                          .device = options->device,
                                          .times = options->times};
    snprintf(hsms->host, sizeof hsms->host, "%s", options->host);
    hsms->connection.recall = hsms_recall_sample;
    (void)hsms_now(hsms);
    return make_tools(hsms, err);
}

static void release(struct hsms_connection *hsms) {
    for (uint32_t i = 0; i < hsms->n_tool; i++) {
        taking_fini(&hsms->tool[i]->taking);
        alloc_free(hsms->tool[i]);
    }
    if (hsms->listening >= 0) {
        close(hsms->listening);
    }
    alloc_free(hsms->tool);
    alloc_free(hsms->peer);
    alloc_free(hsms->file);
    requests_free(hsms->requests);
    hsms_tools_free(&hsms->tools);
    connection_fini(&hsms->connection);
    alloc_free(hsms);
}

maru_status hsms_open(struct signals *signals, const struct hsms_options *options,
                      struct hsms_connection **out, maru_error *err) {
    struct hsms_connection *hsms = alloc_new(1, sizeof *hsms);
    if (!hsms) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = prepare(hsms, signals, options, err);
    st = st == MARU_OK ? connection_start(&hsms->connection, run, hsms, err) : st;
    if (st != MARU_OK) {
        release(hsms);
        return st;
    }
    *out = hsms;
    return MARU_OK;
}

void hsms_close(struct hsms_connection *hsms) {
    if (hsms) {
        connection_stop(&hsms->connection);
        release(hsms);
    }
}

// ---- for others

void hsms_look_at(struct hsms_connection *hsms, struct connection_look *out) {
    connection_look_at(&hsms->connection, out);
}

int hsms_port(struct hsms_connection *hsms) { return atomic_load(&hsms->port); }

void hsms_each_tool(struct hsms_connection *hsms, hsms_see_tool see, void *context) {
    pthread_mutex_lock(&hsms->connection.lock);
    for (uint32_t i = 0; i < hsms->n_tool; i++) {
        const struct hsms_tool *tool = hsms->tool[i];
        const struct hsms_tool_look look = {.name = tool->name,
                                            .model = tool->model,
                                            .version = tool->version,
                                            .address = tool->address,
                                            .control = gem_control_text(tool->control),
                                            .problem = tool->problem,
                                            .is_known = tool->row != NULL,
                                            .is_connected = tool->is_connected,
                                            .is_ready = tool->is_ready,
                                            .n_refused = tool->n_refused,
                                            .since_us = tool->since_us,
                                            .n_try = tool->n_try,
                                            .n_gap = tool->n_gap,
                                            .n_event = tool->n_event,
                                            .n_problem = tool->n_problem};
        see(context, &look);
    }
    pthread_mutex_unlock(&hsms->connection.lock);
}

const struct profile *hsms_profile_of(struct hsms_connection *hsms, const char *tool) {
    pthread_mutex_lock(&hsms->connection.lock);
    const struct hsms_tool *found = hsms_find_tool(hsms, tool);
    pthread_mutex_unlock(&hsms->connection.lock);
    return found ? found->kind : NULL;
}

maru_status hsms_ask(struct hsms_connection *hsms, const struct hsms_request *request,
                     struct hsms_answer *answer, maru_error *err) {
    if (!hsms_profile_of(hsms, request->tool)) {
        return fail(err, MARU_E_USAGE, "there is no such tool");
    }
    if (request->function % 2 == 0 || request->stream > 127) {
        return fail(err, MARU_E_USAGE, "a request has a stream up to 127 and an odd function");
    }
    return requests_ask(hsms->requests, request, hsms->connection.wake[1], answer, err);
}
