// What a connection that gives away has to give: what becomes durable in the tenant's signals, batch by batch, and how far the other
// side has it. One thread.
//
//     outgoing_fetch -> outgoing_next, next, ... -> (the other side has all of it) outgoing_done -> outgoing_fetch ...
//
// A batch is what was written since the last one, or, where some of that was missed, a piece that is read back from the store, signal
// by signal. How far the other side has all is a signal, too (NAME/sent until, microseconds since 1970), so it lies where the samples
// lie and a backup has both. It is a time of ours, and samples have times of their sources: what is read back begins a minute earlier.
#ifndef CONNECT_OUTGOING_H
#define CONNECT_OUTGOING_H

#include <pthread.h>
#include <stdatomic.h>

#include "connect/connection.h"

#define OUTGOING_EARLIER_US INT64_C(60000000)

struct outgoing {
    struct signals *signals;
    struct connection *connection; // whose position it is
    struct follower *follower;
    // Is this signal given away? False: the store does not say, and may be asked again.
    bool (*wants)(void *of, int64_t signal, bool *is_wanted);
    void *of;
    char own[SIGNALS_MAX_NAME_BYTES]; // of its position

    struct text batch, events;          // events are taken and left
    struct batch_reader reader, before; // before: the last sample
    bool is_batch;                      // one is on its way
    bool is_read_back;                  // and it was read from the store
    maru_time taken_us; // with this batch the other side has all that was durable then

    bool is_back; // it is reading back
    int64_t back_signal;
    maru_time from_us, back_us;

    maru_time until_us, said_us; // the position, and when it was kept

    _Atomic uint64_t n_sent; // samples that the other side has
    pthread_mutex_t lock;    // of the rate, which is found by who looks
    maru_time rate_us;
    uint64_t rate_n;
    double rate;
};

// Begin where the connection of this name was, or now.
//   memory  outgoing_fini, also after an error
//   errors  MARU_E_LIMIT: too many follow the signals; MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status outgoing_init(struct outgoing *out, struct signals *signals,
                                        struct connection *connection, maru_error *err);
void outgoing_fini(struct outgoing *out); // accepts an all-zero one

// Have a batch, where there is none and something has come.
void outgoing_fetch(struct outgoing *out, maru_time now);

// The next sample of the batch; false: that was all. What was taken last is given once more after outgoing_unread.
bool outgoing_next(struct outgoing *out, struct batch_sample *sample);
void outgoing_unread(struct outgoing *out);
bool outgoing_is_all_read(const struct outgoing *out);

// The same batch again, from its beginning.
void outgoing_rewind(struct outgoing *out);
// Read back from a minute before the position on, when this batch is done: nobody knows what of it has arrived.
void outgoing_go_back(struct outgoing *out);

// The other side has all of the batch, of which this many samples were given away.
void outgoing_done(struct outgoing *out, uint64_t n_given, maru_time now);

// Keep the position: at the end.
void outgoing_keep(struct outgoing *out, maru_time now);

// How many samples, in all and a second. Any thread.
void outgoing_look_at(struct outgoing *out, struct connection_look *look);

#endif
