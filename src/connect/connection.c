#include "connect/connection.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "connect/last_words.h"
#include "io/clock.h"

// Whatever a factory does to a connection ends here as one of two words, up or down, and as a gap between them. The wait before
// the next try doubles up to half a minute, with a quarter of it by chance, so that a hundred connections to one broker do not come back in
// the same moment.

enum { DISK_WAIT_US = 1000000 };
#define FIRST_WAIT_US 1000000
#define LONGEST_WAIT_US 30000000

const char *connection_state_name(enum connection_state state) {
    static const char *const name[N_CONNECTION_STATE] = {"stopped", "trying", "up", "waiting"};
    return state < N_CONNECTION_STATE ? name[state] : "";
}

// ---- why there is a gap

static const char *const code_word[N_GAP_CODE][2] = {
    [GAP_PROBLEM] = {"problem", "the connection broke"},
    [GAP_CLOSED] = {"closed", "the connection was closed"},
    [GAP_NOT_BEFORE] = {"not_connected_before", "not connected before"},
    [GAP_NOT_RUNNING] = {"not_running", "maru was not running"},
    [GAP_NO_CONNECTION] = {"no_connection", "no connection"},
    [GAP_NODE_DIED] = {"node_died", "the node died"},
    [GAP_DEVICE_DIED] = {"device_died", "the device died"},
    [GAP_BORN_AGAIN] = {"born_again", "the node began anew without a word of its end"},
    [GAP_MISSING_MESSAGES] = {"missing_messages", "missing messages"},
    [GAP_UNKNOWN_NODE] = {"unknown_node", "unknown node"},
    [GAP_UNKNOWN_DEVICE] = {"unknown_device", "unknown device"},
    [GAP_UNKNOWN_METRIC] = {"unknown_metric", "unknown metric"},
};

const char *gap_code_name(enum gap_code code) {
    return code < N_GAP_CODE ? code_word[code][0] : "";
}
const char *gap_code_text(enum gap_code code) {
    return code < N_GAP_CODE ? code_word[code][1] : "";
}

// ---- beginning and end

maru_status connection_init(struct connection *connection, struct signals *signals,
                            const char *name, maru_error *err) {
    *connection = (struct connection){.wake = {-1, -1}};
    snprintf(connection->name, sizeof connection->name, "%s", name);
    pthread_mutex_init(&connection->lock, NULL);
    connection->signals = signals;
    connection->wait_us = FIRST_WAIT_US;
    connection->recalled_us = INT64_MAX;
    connection->random = (uint64_t)clock_unix_us() | 1;
    connection->look.since_us = clock_unix_us();
    if (pipe2(connection->wake, O_CLOEXEC | O_NONBLOCK) != 0) {
        return fail(err, MARU_E_IO, "no more files can be opened");
    }
    return intake_new(signals, name, &connection->intake, err);
}

void connection_fini(struct connection *connection) {
    if (connection->name[0] == '\0') {
        return;
    }
    intake_free(connection->intake);
    for (int i = 0; i < 2; i++) {
        if (connection->wake[i] >= 0) {
            close(connection->wake[i]);
        }
    }
    pthread_mutex_destroy(&connection->lock);
    *connection = (struct connection){0};
}

static void set_state(struct connection *connection, enum connection_state state,
                      const char *problem) {
    pthread_mutex_lock(&connection->lock);
    struct connection_look *look = &connection->look;
    if (look->state != state) {
        look->state = state;
        look->since_us = clock_unix_us();
    }
    if (problem) {
        snprintf(look->problem, sizeof look->problem, "%s", problem);
    }
    pthread_mutex_unlock(&connection->lock);
}

void connection_show(struct connection *connection, enum connection_state state,
                     const char *problem) {
    set_state(connection, state, problem);
}

static bool take_last_word(void *of, const char *name, size_t n, maru_time at_us) {
    struct connection *connection = of;
    if (connection->start_us - at_us > connection->recalled_us) {
        return true;
    }
    if (!connection->is_recalled || at_us > connection->lost_us) {
        connection->is_recalled = true;
        connection->lost_us = at_us;
    }
    if (connection->recall) {
        connection->recall(connection->context, name, n, at_us);
    }
    return !atomic_load(&connection->is_stopping);
}

static void *begin(void *of) {
    struct connection *connection = of;
    maru_error err = {0};
    if (connection->recalled_us > 0 &&
        last_words(connection->signals, connection->name, connection->start_us, take_last_word,
                   connection, &err) != MARU_OK) {
        set_state(connection, CONNECTION_TRYING, err.text);
    }
    return connection->run(connection->context);
}

maru_status connection_start(struct connection *connection, void *(*run)(void *), void *context,
                             maru_error *err) {
    connection->lost_us = connection->start_us = clock_unix_us();
    connection->run = run;
    connection->context = context;
    set_state(connection, CONNECTION_TRYING, NULL);
    return pthread_create(&connection->thread, NULL, begin, connection) == 0
               ? MARU_OK
               : fail(err, MARU_E_MEMORY, "no thread can be started");
}

void connection_stop(struct connection *connection) {
    atomic_store(&connection->is_stopping, true);
    (void)!write(connection->wake[1], "", 1);
    pthread_join(connection->thread, NULL);
    set_state(connection, CONNECTION_STOPPED, NULL);
}

// ---- waiting

short connection_wait(struct connection *connection, int fd, short events, maru_time until_us) {
    struct pollfd file[2] = {{.fd = connection->wake[0], .events = POLLIN},
                             {.fd = fd, .events = events}};
    const maru_time left_us = until_us - clock_unix_us();
    const int ms = left_us <= 0 ? 0 : left_us > 60000000 ? 60000 : (int)((left_us + 999) / 1000);
    if (atomic_load(&connection->is_stopping) || poll(file, fd >= 0 ? 2 : 1, ms) <= 0) {
        return 0;
    }
    char bytes[64];
    while (file[0].revents &&
           read(connection->wake[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
    }
    return fd >= 0 ? file[1].revents : 0;
}

static void wait_until(struct connection *connection, maru_time until_us) {
    while (!atomic_load(&connection->is_stopping) && clock_unix_us() < until_us) {
        (void)connection_wait(connection, -1, 0, until_us);
    }
}

static double chance(struct connection *connection) { // xorshift64*
    uint64_t x = connection->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    connection->random = x;
    return (double)(x * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

// ---- up and down

void connection_add_gap(struct connection *connection, const struct connection_gap *gap) {
    struct text detail;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addf(&detail,
              "{\"from_us\":%lld,\"until_us\":%lld,\"missing\":%llu,\"code\":\"%s\",\"cause\":",
              (long long)gap->from_us, (long long)gap->until_us, (unsigned long long)gap->n_missing,
              gap_code_name(gap->code));
    text_add_json(&detail, gap->cause);
    text_addz(&detail, "}");
    const struct event event = {.at_us = gap->until_us,
                                .kind = EVENT_GAP,
                                .source = gap->source,
                                .name = "no data",
                                .lot = "",
                                .wafer = "",
                                .recipe = "",
                                .step = "",
                                .detail = detail.status == MARU_OK ? detail.bytes : "{}"};
    connection_take_event(connection, &event);
    pthread_mutex_lock(&connection->lock);
    connection->look.n_gap++;
    pthread_mutex_unlock(&connection->lock);
    text_fini(&detail);
}

void connection_is_up(struct connection *connection) {
    char problem[MARU_ERROR_TEXT_BYTES];
    connection->wait_us = FIRST_WAIT_US;
    pthread_mutex_lock(&connection->lock);
    snprintf(problem, sizeof problem, "%s", connection->look.problem);
    const bool was_up = connection->look.n_try > 0;
    connection->look.n_try++;
    pthread_mutex_unlock(&connection->lock);
    connection->up_us = clock_unix_us();
    if (connection->lost_us != 0) {
        const enum gap_code code = problem[0]                ? GAP_PROBLEM
                                   : was_up                  ? GAP_CLOSED
                                   : connection->is_recalled ? GAP_NOT_RUNNING
                                                             : GAP_NOT_BEFORE;
        connection_add_gap(connection, &(struct connection_gap){
                                           .source = connection->name,
                                           .from_us = connection->lost_us,
                                           .until_us = connection->up_us,
                                           .code = code,
                                           .cause = problem[0] ? problem : gap_code_text(code),
                                       });
        connection->lost_us = 0;
    }
    set_state(connection, CONNECTION_UP, NULL);
}

// Since when nothing has come: a link that broke may have looked like one that is quiet, but not for longer than quiet_us.
static maru_time lost_since(struct connection *connection) {
    struct intake_counts counts;
    intake_count(connection->intake, &counts);
    const maru_time now = clock_unix_us(), oldest_us = now - connection->quiet_us;
    const maru_time heard_us =
        counts.last_us > connection->up_us ? counts.last_us : connection->up_us;
    return heard_us > now || heard_us == 0 ? now : heard_us < oldest_us ? oldest_us : heard_us;
}

void connection_is_down(struct connection *connection, const char *problem) {
    if (connection->lost_us == 0) {
        connection->lost_us = lost_since(connection);
    }
    if (atomic_load(&connection->is_stopping)) {
        return;
    }
    set_state(connection, CONNECTION_WAITING, problem);
    const maru_time wait_us =
        connection->wait_us + (maru_time)(0.25 * chance(connection) * (double)connection->wait_us);
    connection->wait_us =
        2 * connection->wait_us > LONGEST_WAIT_US ? LONGEST_WAIT_US : 2 * connection->wait_us;
    wait_until(connection, clock_unix_us() + wait_us);
    set_state(connection, CONNECTION_TRYING, NULL);
}

// ---- what has come

bool connection_commit(struct connection *connection) {
    maru_error err = {0};
    while (intake_commit(connection->intake, &err) != MARU_OK) {
        set_state(connection, CONNECTION_UP, err.text);
        if (err.code != MARU_E_IO || atomic_load(&connection->is_stopping)) {
            return false;
        }
        wait_until(connection, clock_unix_us() + DISK_WAIT_US);
    }
    return true;
}

void connection_take_sample(struct connection *connection, const struct intake_name *name,
                            const struct sample *sample) {
    maru_error err = {0};
    const int64_t now = clock_unix_us();
    maru_status st = intake_sample(connection->intake, name, sample, now, &err);
    if (st == MARU_E_LIMIT && connection_commit(connection)) {
        st = intake_sample(connection->intake, name, sample, now, &err);
    }
    if (st != MARU_OK) {
        intake_refuse(connection->intake, err.text);
    }
}

void connection_take_event(struct connection *connection, const struct event *event) {
    maru_error err = {0};
    maru_status st = intake_event(connection->intake, event, &err);
    if (st == MARU_E_LIMIT && connection_commit(connection)) {
        st = intake_event(connection->intake, event, &err);
    }
    if (st != MARU_OK) {
        intake_refuse(connection->intake, err.text);
    }
}

void connection_look_at(struct connection *connection, struct connection_look *out) {
    struct intake_counts counts;
    intake_count(connection->intake, &counts);
    const maru_time now = clock_unix_us();
    pthread_mutex_lock(&connection->lock);
    const double span_s = (double)(now - connection->rate_us) * 1e-6;
    if (span_s >= 1) { // looked at about once a second
        connection->look.samples_a_s =
            connection->rate_us == 0 ? 0 : (double)(counts.n_sample - connection->rate_n) / span_s;
        connection->rate_us = now;
        connection->rate_n = counts.n_sample;
    }
    *out = connection->look;
    out->counts = counts;
    pthread_mutex_unlock(&connection->lock);
}
