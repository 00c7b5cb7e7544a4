#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "store/signals/inner.h"

// Writing. Whoever finds nobody committing commits for all who wait, a group: one row of the log, one transaction, one sync,
// and then wakes them. While that takes its time, the next ones gather. So one writer waits for one sync, and a hundred
// wait for little more.
//
// The transaction also carries some settling (settle.c), about twice as many samples as it writes, so that memory
// stays bounded however much comes, and nothing has to be done later.

enum { LEAST_SETTLED = 4096 };

static maru_status insert_log(struct signals *signals, const struct text *bytes, maru_error *err) {
    struct query query;
    query_open(&query, &signals->writer, "INSERT INTO sample_log(id, bytes) VALUES(?, ?)");
    query_bind_integer(&query, signals->next_row);
    query_bind_bytes(&query, bytes->bytes, bytes->n_bytes);
    query_row(&query);
    return query_close(&query, err);
}

// Samples of the log go into memory: those just written, and after a start those that were.
maru_status commit_take(struct signals *signals, int64_t row, const void *bytes, size_t n,
                        maru_error *err) {
    struct batch_reader reader = {.from = {bytes, (const uint8_t *)bytes + n}};
    struct batch_sample one;
    maru_status st = MARU_OK;
    signals->generation[signals->filling].last_row = row;
    while ((st = batch_next(&reader, &one, err)) == MARU_OK) {
        if (one.signal > (int64_t)signals->n_series) {
            return fail(err, MARU_E_INPUT, "a batch of samples is damaged");
        }
        st = heads_put(signals, &one, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    return st == MARU_MORE ? MARU_OK : st;
}

// One transaction: what waits goes to the log, and some of what is in memory into blocks.
static maru_status transact(struct signals *signals, const struct text *bytes,
                            const struct text *events, uint64_t budget, maru_error *err) {
    struct database *writer = &signals->writer;
    if (bytes->n_bytes == 0 && events->n_bytes == 0 && budget == 0) {
        return MARU_OK;
    }
    database_enter(writer);
    maru_status st = database_begin(writer, err);
    if (st == MARU_OK && bytes->n_bytes > 0) {
        st = insert_log(signals, bytes, err);
    }
    st = st == MARU_OK ? events_insert(signals, events, err) : st;
    if (st == MARU_OK && budget > 0) {
        st = settle_step(signals, budget, &signals->step, err);
    }
    return database_leave(writer, st, err);
}

static void note_failure(struct signals *signals, uint64_t group, maru_status st,
                         const maru_error *err) {
    signals->failure[signals->n_failure++ % N_FAILURE] = (struct failure){group, st, *err};
}

// Commit for everybody who waits; the caller has the lock, which is free meanwhile.
static void commit(struct signals *signals) {
    struct text bytes = signals->pending, events = signals->pending_events;
    const uint64_t group = signals->group++;
    const uint64_t twice = 2 * signals->n_pending;
    const uint64_t budget = !signals->is_settling   ? 0
                            : twice > LEAST_SETTLED ? twice
                                                    : LEAST_SETTLED;
    text_init(&signals->pending, SIGNALS_MAX_PENDING_BYTES);
    text_init(&signals->pending_events, SIGNALS_MAX_PENDING_BYTES);
    signals->n_pending = 0;
    signals->is_committing = true;
    pthread_mutex_unlock(&signals->lock);

    maru_error err = {0};
    const maru_status st = transact(signals, &bytes, &events, budget, &err);

    pthread_mutex_lock(&signals->lock);
    if (st != MARU_OK) {
        note_failure(signals, group, st, &err);
    } else if (budget > 0) {
        settle_taken(signals, &signals->step);
    }
    if (st == MARU_OK && bytes.n_bytes > 0) {
        // durable, so what follows must not fail: without memory they come from the log at the next start
        const int64_t row = signals->next_row++;
        signals->is_behind =
            commit_take(signals, row, bytes.bytes, bytes.n_bytes, NULL) != MARU_OK ||
            signals->is_behind;
        settle_begin(signals, false);
    }
    if (st == MARU_OK) {
        follow_tell(signals, &bytes, &events);
    }
    text_fini(&bytes);
    text_fini(&events);
    signals->done_group = group;
    signals->is_committing = false;
    pthread_cond_broadcast(&signals->is_done);
}

void commit_enter(struct signals *signals) {
    pthread_mutex_lock(&signals->lock);
    while (signals->is_committing) {
        pthread_cond_wait(&signals->is_done, &signals->lock);
    }
    signals->is_committing = true;
    pthread_mutex_unlock(&signals->lock);
}

void commit_leave(struct signals *signals, int64_t signal) {
    pthread_mutex_lock(&signals->lock);
    signals->series[signal - 1].is_tail_known = false;
    signals->is_committing = false;
    pthread_cond_broadcast(&signals->is_done);
    pthread_mutex_unlock(&signals->lock);
}

static maru_status look_at(const struct signals *signals, const struct batch_sample *sample,
                           size_t n, maru_error *err) {
    if (n > SIGNALS_MAX_WRITE_SAMPLES) {
        return fail(err, MARU_E_LIMIT, "more than %d samples at once", SIGNALS_MAX_WRITE_SAMPLES);
    }
    for (size_t i = 0; i < n; i++) {
        const struct sample *one = &sample[i].sample;
        if (sample[i].signal <= 0 || sample[i].signal > (int64_t)signals->n_series) {
            return fail(err, MARU_E_USAGE, "there is no signal %lld", (long long)sample[i].signal);
        }
        if (one->at_us < SIGNALS_FROM_US || one->at_us >= SIGNALS_TO_US) {
            return fail(err, MARU_E_RANGE, "a sample has a time before 1900 or after 2199");
        }
        if (one->type >= N_SAMPLE_TYPE ||
            (one->type == SAMPLE_BOOL && one->value.integer != 0 && one->value.integer != 1)) {
            return fail(err, MARU_E_USAGE, "a sample has a value of no type");
        }
        if (one->type == SAMPLE_TEXT && one->n_text > SAMPLE_MAX_TEXT_BYTES) {
            return fail(err, MARU_E_LIMIT, "a text of more than %d bytes", SAMPLE_MAX_TEXT_BYTES);
        }
    }
    return MARU_OK;
}

// Commit, or wait until somebody has.
static maru_status await(struct signals *signals, uint64_t group, maru_error *err) {
    while (signals->done_group < group) {
        if (signals->is_committing) {
            pthread_cond_wait(&signals->is_done, &signals->lock);
        } else {
            commit(signals);
        }
    }
    for (size_t i = 0; i < N_FAILURE; i++) {
        const struct failure *failure = &signals->failure[i];
        if (failure->group == group && failure->status != MARU_OK) {
            if (err) {
                *err = failure->err;
            }
            return failure->status;
        }
    }
    return MARU_OK;
}

maru_status signals_add(struct signals *signals, const struct batch_sample *sample, size_t n,
                        uint64_t *ticket, maru_error *err) {
    pthread_mutex_lock(&signals->lock);
    maru_status st = look_at(signals, sample, n, err);
    const size_t n_before = signals->pending.n_bytes;
    if (st == MARU_OK && n > 0) {
        batch_write(&signals->pending, sample, n);
        st = signals->pending.status;
        if (st != MARU_OK) {
            st = fail(err, st, "more samples wait to be written than memory may hold; try again");
            signals->pending.status = MARU_OK;
            signals->pending.n_bytes = n_before;
        }
    }
    if (st == MARU_OK) {
        signals->n_pending += n;
        *ticket = n > 0 ? signals->group : signals->done_group;
    }
    pthread_mutex_unlock(&signals->lock);
    return st;
}

maru_status signals_commit(struct signals *signals, uint64_t ticket, maru_error *err) {
    pthread_mutex_lock(&signals->lock);
    const maru_status st = await(signals, ticket, err);
    pthread_mutex_unlock(&signals->lock);
    return st;
}

maru_status signals_write(struct signals *signals, const struct batch_sample *sample, size_t n,
                          maru_error *err) {
    uint64_t ticket = 0;
    const maru_status st = signals_add(signals, sample, n, &ticket, err);
    return st == MARU_OK ? signals_commit(signals, ticket, err) : st;
}

maru_status signals_settle(struct signals *signals, maru_error *err) {
    maru_status st = MARU_OK;
    pthread_mutex_lock(&signals->lock);
    for (int generation = 0; generation < 2 && st == MARU_OK; generation++) {
        while (signals->is_committing) {
            pthread_cond_wait(&signals->is_done, &signals->lock);
        }
        settle_begin(signals, true);
        while (signals->is_settling && st == MARU_OK) {
            st = await(signals, signals->group, err);
        }
    }
    pthread_mutex_unlock(&signals->lock);
    return st;
}
