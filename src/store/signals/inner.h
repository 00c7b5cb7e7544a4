// What the files of this room share of struct signals.
#ifndef STORE_SIGNALS_INNER_H
#define STORE_SIGNALS_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/names.h"
#include "base/text.h"
#include "store/signals/signals.h"

enum {
    SETTLE_SAMPLES = 1 << 20,  // in memory when they begin to be put into blocks
    BLOCK_SAMPLES = 1024,      // of a full block
    SHORT_BLOCK_SAMPLES = 512, // a newest block below this takes what comes next
};

struct head {              // what one signal has in memory, of one generation
    struct sample *sample; // (n)
    uint32_t n, cap;
    bool is_unsorted;
};

struct tail { // of the newest block
    maru_time end_us;
    uint32_t n; // its samples, 0: there is none
};

struct said { // hashes of what its source says of a signal
    uint32_t place, unit;
};

struct series {
    struct head head[2]; // by generation
    struct said said;
    struct tail tail;
    bool is_tail_known;
    bool has_last;
    bool has_looked; // into blocks, for one that is newer than `last`
    struct last_sample last;
};

// Two generations of heads: one takes what comes, the other waits to be in blocks, signal after signal, whenever something is
// written. The log keeps both until the second is done.
struct generation {
    struct arena text;
    uint64_t n_sample;
    int64_t last_row; // of the log that holds it
};

// What a step has put into blocks, to be taken over when its transaction is on the disk.
enum { MAX_STEP_SERIES = 4096 };
struct step {
    size_t from, n; // series
    struct tail tail[MAX_STEP_SERIES];
    int64_t next_content;
    bool is_last;
};

enum { N_FAILURE = 64 }; // groups whose failure is remembered until those who wait have seen it
struct failure {
    uint64_t group;
    maru_status status;
    maru_error err;
};

struct signals {
    struct database *reader; // the tenant's
    struct database writer;

    pthread_rwlock_t placing_lock; // taken before the database's
    struct placing *placing;       // NULL: as sources say it
    _Atomic uint64_t naming;

    pthread_mutex_t
        lock; // everything below; the heads of `settling` are changed by the committer alone
    pthread_cond_t is_done;
    struct names source;   // name i belongs to signal i + 1
    struct series *series; // (n_series)
    size_t n_series, cap_series;

    struct generation generation[2];
    int filling;          // which of them takes what comes
    bool is_settling;     // the other is on its way into blocks:
    size_t settle_at;     // next series
    int64_t next_content; // id of the next block's bytes
    int64_t next_row;     // of the log
    int64_t next_event;   // id; a failed commit leaves a gap

    struct work *work; // of settle.c

    struct text pending; // batches that wait
    struct text pending_events;
    uint64_t n_pending;         // their samples
    uint64_t group, done_group; // that gathers, and that was committed last
    struct failure failure[N_FAILURE];
    size_t n_failure;
    struct follower *follower[SIGNALS_MAX_FOLLOWERS];
    bool is_committing;
    bool is_behind;   // memory ran out behind a commit: nothing is read until the next start
    struct step step; // of the committer
};

// ---- signals.c and declared.c

// Room for n series.
MARU_MUST_USE maru_status series_make_room(struct signals *signals, size_t n, maru_error *err);
struct said said_of(const struct signal_row *row);

// ---- commit.c

// Take what a row of the log holds into memory; the caller has the lock.
MARU_MUST_USE maru_status commit_take(struct signals *signals, int64_t row, const void *bytes,
                                      size_t n, maru_error *err);

// Be the only one who writes, and be it no longer; what is known of the newest block of `signal` is asked anew.
void commit_enter(struct signals *signals);
void commit_leave(struct signals *signals, int64_t signal);

// ---- retain.c

// The buckets that begin within a span, coarse ones first, each in order; with the database held.
struct bucket;
typedef void (*levels_see)(void *context, const struct bucket *bucket, maru_time step_us);
MARU_MUST_USE maru_status levels_each(struct signals *signals, int64_t signal, maru_time from_us,
                                      maru_time to_us, levels_see see, void *context,
                                      maru_error *err);

// ---- events.c

// Insert the events in these bytes; inside a transaction of the writer.
MARU_MUST_USE maru_status events_insert(struct signals *signals, const struct text *bytes,
                                        maru_error *err);

// ---- follow.c

// Tell followers what has become durable; the caller has the lock.
void follow_tell(struct signals *signals, const struct text *samples, const struct text *events);

// ---- heads.c

// A copy of a sample, its text cut.
void last_sample_set(struct last_sample *last, const struct sample *sample);
// Put one sample into the heads that are filling.
MARU_MUST_USE maru_status heads_put(struct signals *signals, const struct batch_sample *one,
                                    maru_error *err);
// In the order of time, of samples with the same time only the one that came last.
MARU_MUST_USE maru_status head_sort(struct head *head, maru_error *err);
void head_free(struct head *head);
// Append to `out` copies of what is in the heads from `from_us` until `to_us`, older generation first; the caller has the lock.
MARU_MUST_USE maru_status heads_copy(struct signals *signals, int64_t signal, maru_time from_us,
                                     maru_time to_us, struct head *out, struct arena *text,
                                     maru_error *err);

// ---- settle.c

MARU_MUST_USE maru_status settle_new(struct signals *signals, struct work **out, maru_error *err);
void settle_free(struct work *work); // accepts NULL

// Begin to settle, where there is enough or `now`; the caller has the lock.
void settle_begin(struct signals *signals, bool now);
// Put about `budget` samples into blocks; inside a transaction of the writer, without the lock.
MARU_MUST_USE maru_status settle_step(struct signals *signals, uint64_t budget, struct step *step,
                                      maru_error *err);
// The transaction is on the disk; the caller has the lock.
void settle_taken(struct signals *signals, const struct step *step);

#endif
