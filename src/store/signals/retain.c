#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "signal/block.h"
#include "signal/level.h"
#include "store/signals/inner.h"

// What is too old to be kept whole: blocks become minutes, minutes become hours, hours go. Each step is one transaction for some
// blocks of one signal, so that whoever writes waits for moments only. What comes late for a minute that is there already
// becomes blocks as always, and is joined with it the next time.

enum { AT_ONCE = 64 };

static const maru_time step_of[] = {60000000, INT64_C(3600000000)};
enum { MINUTES, HOURS, N_STEP };

struct retaining {
    struct signals *signals;
    int64_t signal;
    maru_time cutoff_us; // what ends before this goes
    struct sample sample[BLOCK_MAX_SAMPLES];
    struct bucket added[AT_ONCE * LEVEL_MAX_BUCKETS];
    struct bucket kept[AT_ONCE * LEVEL_MAX_BUCKETS], joined[2 * AT_ONCE * LEVEL_MAX_BUCKETS];
    size_t n_added, n_kept;
    uint8_t bytes[1 << 18];
};

// ---- level rows

static maru_status read_rows(struct retaining *retaining, maru_time step_us, maru_time from_us,
                             maru_time to_us, struct bucket *out, size_t *n, maru_error *err) {
    struct query query;
    maru_status st = MARU_OK;
    *n = 0;
    query_open(&query, &retaining->signals->writer,
               "SELECT bytes FROM level WHERE signal = ? AND step_us = ? AND end_us >= ?"
               " AND start_us <= ? ORDER BY start_us LIMIT ?");
    query_bind_integer(&query, retaining->signal);
    query_bind_integer(&query, step_us);
    query_bind_integer(&query, from_us);
    query_bind_integer(&query, to_us);
    query_bind_integer(&query, AT_ONCE);
    while (st == MARU_OK && query_row(&query)) {
        size_t n_bytes = 0, n_bucket = 0;
        const void *bytes = query_bytes(&query, 0, &n_bytes);
        st = level_read(bytes, n_bytes, out + *n, &n_bucket, err);
        *n += st == MARU_OK ? n_bucket : 0;
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? closed : st;
}

static maru_status delete_rows(struct retaining *retaining, maru_time step_us, maru_time from_us,
                               maru_time to_us, maru_error *err) {
    struct query query;
    query_open(&query, &retaining->signals->writer,
               "DELETE FROM level WHERE signal = ? AND step_us = ? AND end_us >= ?"
               " AND start_us <= ?");
    query_bind_integer(&query, retaining->signal);
    query_bind_integer(&query, step_us);
    query_bind_integer(&query, from_us);
    query_bind_integer(&query, to_us);
    query_row(&query);
    return query_close(&query, err);
}

static maru_status insert_row(struct retaining *retaining, maru_time step_us,
                              const struct bucket *bucket, size_t n, maru_error *err) {
    struct query query;
    const size_t n_bytes = level_write(retaining->bytes, bucket, n);
    query_open(&query, &retaining->signals->writer,
               "INSERT INTO level(signal, step_us, start_us, end_us, bytes) VALUES(?, ?, ?, ?, ?)");
    query_bind_integer(&query, retaining->signal);
    query_bind_integer(&query, step_us);
    query_bind_integer(&query, bucket[0].at_us);
    query_bind_integer(&query, bucket[n - 1].at_us);
    query_bind_bytes(&query, retaining->bytes, n_bytes);
    query_row(&query);
    return query_close(&query, err);
}

// Put `added` into the rows of a step, joined with what is there.
static maru_status add_buckets(struct retaining *retaining, maru_time step_us, maru_error *err) {
    if (retaining->n_added == 0) {
        return MARU_OK;
    }
    // the row before may be short: it is taken up again
    const maru_time before_us = LEVEL_MAX_BUCKETS / 2 * step_us;
    const maru_time from_us = level_floor(retaining->added[0].at_us, step_us) - before_us;
    const maru_time to_us = retaining->added[retaining->n_added - 1].at_us;
    maru_status st =
        read_rows(retaining, step_us, from_us, to_us, retaining->kept, &retaining->n_kept, err);
    st = st == MARU_OK ? delete_rows(retaining, step_us, from_us, to_us, err) : st;
    const size_t n = level_join(retaining->joined, step_us, retaining->kept, retaining->n_kept,
                                retaining->added, retaining->n_added);
    for (size_t at = 0; st == MARU_OK && at < n;) {
        const size_t left = n - at;
        const size_t part = left > LEVEL_MAX_BUCKETS ? LEVEL_MAX_BUCKETS : left;
        st = insert_row(retaining, step_us, retaining->joined + at, part, err);
        at += part;
    }
    return st;
}

// ---- blocks into minutes

static maru_status take_block(struct retaining *retaining, const struct query *query,
                              maru_error *err) {
    size_t n_bytes = 0, n = 0;
    const void *bytes = query_bytes(query, 2, &n_bytes);
    maru_status st = block_read(bytes, n_bytes, retaining->sample, &n, err);
    size_t n_bucket = retaining->n_added;
    if (st == MARU_OK) {
        (void)level_add(retaining->added, &n_bucket, AT_ONCE * LEVEL_MAX_BUCKETS, step_of[MINUTES],
                        retaining->sample, n);
        retaining->n_added = n_bucket;
    }
    return st;
}

static maru_status drop_blocks(struct retaining *retaining, maru_time last_start_us,
                               maru_error *err) {
    static const char *const sql[] = {
        "DELETE FROM block_bytes WHERE id IN (SELECT content FROM block WHERE signal = ?"
        " AND start_us <= ?)",
        "DELETE FROM block WHERE signal = ? AND start_us <= ?",
    };
    maru_status st = MARU_OK;
    for (int i = 0; st == MARU_OK && i < 2; i++) {
        struct query query;
        query_open(&query, &retaining->signals->writer, sql[i]);
        query_bind_integer(&query, retaining->signal);
        query_bind_integer(&query, last_start_us);
        query_row(&query);
        st = query_close(&query, err);
    }
    return st;
}

// The oldest blocks of the signal; *is_more: there may be more of them. A block holds at most BLOCK_MAX_SAMPLES, so a
// few of them always have room as minutes.
static maru_status blocks_to_minutes(struct retaining *retaining, bool *is_more, maru_error *err) {
    enum { BLOCKS = AT_ONCE * LEVEL_MAX_BUCKETS / BLOCK_MAX_SAMPLES };
    struct query query;
    maru_status st = MARU_OK;
    maru_time last_start_us = 0;
    size_t n = 0;
    retaining->n_added = 0;
    query_open(&query, &retaining->signals->writer,
               "SELECT b.start_us, b.end_us, c.bytes FROM block b JOIN block_bytes c"
               " ON c.id = b.content WHERE b.signal = ? AND b.end_us < ?"
               " ORDER BY b.start_us LIMIT ?");
    query_bind_integer(&query, retaining->signal);
    query_bind_integer(&query, retaining->cutoff_us);
    query_bind_integer(&query, BLOCKS);
    while (st == MARU_OK && query_row(&query)) {
        last_start_us = query_integer(&query, 0);
        st = take_block(retaining, &query, err);
        n++;
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    st = st == MARU_OK ? closed : st;
    if (st == MARU_OK && n > 0) {
        st = add_buckets(retaining, step_of[MINUTES], err);
        st = st == MARU_OK ? drop_blocks(retaining, last_start_us, err) : st;
    }
    *is_more = n == BLOCKS;
    return st;
}

// ---- minutes into hours, hours into nothing

static maru_status minutes_to_hours(struct retaining *retaining, bool *is_more, maru_error *err) {
    struct query query;
    maru_time end_us = INT64_MIN;
    // whole rows that are too old
    query_open(&query, &retaining->signals->writer,
               "SELECT end_us FROM level WHERE signal = ? AND step_us = ? AND end_us < ?"
               " ORDER BY start_us LIMIT 1");
    query_bind_integer(&query, retaining->signal);
    query_bind_integer(&query, step_of[MINUTES]);
    query_bind_integer(&query, retaining->cutoff_us);
    if (query_row(&query)) {
        end_us = query_integer(&query, 0);
    }
    maru_status st = query_close(&query, err);
    *is_more = end_us != INT64_MIN;
    if (st != MARU_OK || !*is_more) {
        return st;
    }
    st = read_rows(retaining, step_of[MINUTES], INT64_MIN, end_us, retaining->added,
                   &retaining->n_added, err);
    st = st == MARU_OK ? delete_rows(retaining, step_of[MINUTES], INT64_MIN, end_us, err) : st;
    return st == MARU_OK ? add_buckets(retaining, step_of[HOURS], err) : st;
}

static maru_status drop_hours(struct retaining *retaining, maru_error *err) {
    struct query query;
    query_open(&query, &retaining->signals->writer,
               "DELETE FROM level WHERE signal = ? AND step_us = ? AND end_us < ?");
    query_bind_integer(&query, retaining->signal);
    query_bind_integer(&query, step_of[HOURS]);
    query_bind_integer(&query, retaining->cutoff_us);
    query_row(&query);
    return query_close(&query, err);
}

// ---- one after the other

static maru_status transact(struct retaining *retaining, int stage, bool *is_more,
                            maru_error *err) {
    struct signals *signals = retaining->signals;
    commit_enter(signals);
    database_enter(&signals->writer);
    maru_status st = database_begin(&signals->writer, err);
    *is_more = false;
    if (st == MARU_OK) {
        st = stage == 0   ? blocks_to_minutes(retaining, is_more, err)
             : stage == 1 ? minutes_to_hours(retaining, is_more, err)
                          : drop_hours(retaining, err);
    }
    st = database_leave(&signals->writer, st, err);
    commit_leave(signals, retaining->signal);
    return st;
}

maru_status signals_retain(struct signals *signals, maru_time now_us,
                           const struct retention *retention, maru_error *err) {
    const double days[] = {retention->raw_days, retention->minute_days, retention->hour_days};
    struct retaining *retaining = alloc_new(1, sizeof *retaining);
    if (!retaining) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    retaining->signals = signals;
    maru_status st = MARU_OK;
    const int64_t n = (int64_t)signals_count(signals);
    for (int stage = 0; stage < 3; stage++) {
        const maru_time age_us = (maru_time)(days[stage] * 86400e6);
        retaining->cutoff_us = level_floor(now_us - age_us, step_of[HOURS]);
        for (int64_t signal = 1; st == MARU_OK && days[stage] > 0 && signal <= n; signal++) {
            bool is_more = true;
            retaining->signal = signal;
            while (st == MARU_OK && is_more) {
                st = transact(retaining, stage, &is_more, err);
            }
        }
    }
    alloc_free(retaining);
    return st;
}

// ---- reading

maru_status levels_each(struct signals *signals, int64_t signal, maru_time from_us, maru_time to_us,
                        levels_see see, void *context, maru_error *err) {
    struct bucket bucket[LEVEL_MAX_BUCKETS];
    maru_status st = MARU_OK;
    database_enter(signals->reader);
    for (int step = N_STEP - 1; st == MARU_OK && step >= 0; step--) {
        struct query query;
        query_open(&query, signals->reader,
                   "SELECT bytes FROM level WHERE signal = ? AND step_us = ? AND end_us >= ?"
                   " AND start_us < ? ORDER BY start_us");
        query_bind_integer(&query, signal);
        query_bind_integer(&query, step_of[step]);
        query_bind_integer(&query, from_us);
        query_bind_integer(&query, to_us);
        while (st == MARU_OK && query_row(&query)) {
            size_t n_bytes = 0, n = 0;
            const void *bytes = query_bytes(&query, 0, &n_bytes);
            st = level_read(bytes, n_bytes, bucket, &n, err);
            for (size_t i = 0; st == MARU_OK && i < n; i++) {
                if (bucket[i].at_us >= from_us && bucket[i].at_us < to_us) {
                    see(context, &bucket[i], step_of[step]);
                }
            }
        }
        const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
        st = st == MARU_OK ? closed : st;
    }
    return database_leave(signals->reader, st, err);
}
