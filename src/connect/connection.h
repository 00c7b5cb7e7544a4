// What all connections have in common: a state that people can read, counts, and the growing while between two tries.
#ifndef CONNECT_CONNECTION_H
#define CONNECT_CONNECTION_H

#include <pthread.h>
#include <stdatomic.h>

#include "connect/intake.h"

enum connection_state {
    CONNECTION_STOPPED,
    CONNECTION_TRYING,  // for the first time, or again
    CONNECTION_UP,      // and data may come
    CONNECTION_WAITING, // until the next try
    N_CONNECTION_STATE,
};

// "stopped", "trying", "up", "waiting".
//   memory  static
const char *connection_state_name(enum connection_state state);

enum gap_code {  // why nothing came
    GAP_PROBLEM, // that stopped the connection; it says so itself
    GAP_CLOSED,
    GAP_NOT_BEFORE, // connected
    GAP_NOT_RUNNING,
    GAP_NO_CONNECTION, // to the broker
    GAP_NODE_DIED,
    GAP_DEVICE_DIED,
    GAP_BORN_AGAIN, // without a word of its death
    GAP_MISSING_MESSAGES,
    GAP_UNKNOWN_NODE, // what came before a birth cannot be used
    GAP_UNKNOWN_DEVICE,
    GAP_UNKNOWN_METRIC,
    N_GAP_CODE,
};

// "problem", "closed", ...: for programs; and the same as a sentence.
//   memory  static
const char *gap_code_name(enum gap_code code);
const char *gap_code_text(enum gap_code code);

struct connection_gap { // a span in which samples may be missing
    const char *source;
    maru_time from_us, until_us;
    enum gap_code code;
    const char *cause;  // a sentence
    uint64_t n_missing; // messages, where they are counted
};

struct connection_look { // how it stands
    enum connection_state state;
    maru_time since_us;
    char problem[MARU_ERROR_TEXT_BYTES]; // why it is not up, or why it last was not; "": never
    uint64_t n_try, n_gap;
    double samples_a_s; // of the last seconds
    struct intake_counts counts;
};

// The part that every kind has as its first member. Its thread alone changes it, except for is_stopping.
struct connection {
    char name[SIGNALS_MAX_NAME_BYTES];
    struct signals *signals;
    struct intake *intake;
    pthread_t thread;
    void *(*run)(void *);
    void *context; // of run
    // Told of each signal that came by it when this program ran last, by its thread before run: the name behind the connection's, and
    // the time of the newest sample. NULL: nobody wants to know.
    void (*recall)(void *context, const char *name, size_t n, maru_time at_us);
    int wake[2]; // a pipe: a byte ends a wait
    atomic_bool is_stopping;
    maru_time wait_us;  // before the next try
    maru_time lost_us;  // since when nothing comes, 0: it is up
    maru_time up_us;    // since when it is, or last was
    maru_time quiet_us; // how long a connection that broke may look like one that is quiet
    maru_time start_us;
    maru_time
        recalled_us; // a last word from before this program ran counts when it is no older than that
    bool is_recalled; // lost_us is of such a one
    uint64_t random;  // state of the jitter

    pthread_mutex_t lock; // of look
    struct connection_look look;
    maru_time rate_us; // when the rate was looked at last
    uint64_t rate_n;
};

// Make the part ready, and its intake.
//   errors  MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status connection_init(struct connection *connection, struct signals *signals,
                                          const char *name, maru_error *err);
void connection_fini(struct connection *connection); // accepts an all-zero one

// Start its thread, which must end when is_stopping; wake it and wait for its end. What the signals hold of it from before is its last
// word: the gap that ends when it is up begins there.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status connection_start(struct connection *connection, void *(*run)(void *),
                                           void *context, maru_error *err);
void connection_stop(struct connection *connection);

// Wait until the file can be read (or written, too), or `until_us`, or somebody stops it. fd -1: only wait.
//   out  bits POLLIN, POLLOUT, ... of the file; 0: none
short connection_wait(struct connection *connection, int fd, short events, maru_time until_us);

// It is up: ends the gap since it was lost, as an event.
void connection_is_up(struct connection *connection);
// It is down, for this reason: waits for the next try (1 s, 2 s, ... 30 s, with some jitter), unless it is stopping.
void connection_is_down(struct connection *connection, const char *problem);
// How it stands, where it serves many and none of them alone is it; problem NULL: as before.
void connection_show(struct connection *connection, enum connection_state state,
                     const char *problem);
// A gap that the protocol told of.
void connection_add_gap(struct connection *connection, const struct connection_gap *gap);

// Put in what has come; where it has no room, what waits is made durable first, and what cannot be is counted.
void connection_take_sample(struct connection *connection, const struct intake_name *name,
                            const struct sample *sample);
void connection_take_event(struct connection *connection, const struct event *event);

// Make durable what has come; keeps trying while the disk refuses. False: it is stopping, and nothing was acknowledged.
bool connection_commit(struct connection *connection);

void connection_look_at(struct connection *connection, struct connection_look *out);

#endif
