#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "signal/block.h"
#include "store/signals/inner.h"

// From memory into blocks. Blocks of a signal never overlap in time, which keeps reading simple: samples that fall into a block that is
// there are merged with it, and both are written anew. A newest block that is short is taken up again, too, so that slow signals get full
// blocks.
//
// A step works on some signals inside the transaction that writes new samples, so that settling costs no sync of its own
// and nobody waits for long. Only the last step removes rows of the log: after a kill in between, samples that are in blocks already come
// from the log again, and replace themselves.

enum { WORK_SAMPLES = 2 * BLOCK_MAX_SAMPLES };

// What becomes blocks, in the order of time. One for all of a tenant's signals: only the committer settles.
struct work {
    struct signals *signals;
    int64_t signal, next_content;
    struct tail tail; // of the newest block
    size_t n;
    struct sample sample[WORK_SAMPLES];
    struct sample old[BLOCK_MAX_SAMPLES];
};

struct old_block {
    maru_time start_us;
    int64_t content; // 0: none
    uint8_t *bytes;  // the caller frees
    size_t n_bytes;
};

maru_status settle_new(struct signals *signals, struct work **out, maru_error *err) {
    struct work *work = alloc_new(1, sizeof *work);
    if (!work) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    work->signals = signals;
    *out = work;
    return MARU_OK;
}

void settle_free(struct work *work) { alloc_free(work); }

void settle_begin(struct signals *signals, bool now) {
    const struct generation *filling = &signals->generation[signals->filling];
    if (!signals->is_settling && filling->n_sample > 0 &&
        (now || filling->n_sample >= SETTLE_SAMPLES ||
         filling->text.used_bytes >= SIGNALS_MAX_HEAD_TEXT_BYTES / 4)) {
        signals->filling = 1 - signals->filling;
        signals->is_settling = true;
        signals->settle_at = 0;
    }
}

// ---- blocks in the database

static maru_status insert_block(struct work *work, size_t n, const uint8_t *bytes, size_t n_bytes,
                                maru_error *err) {
    struct database *database = &work->signals->writer;
    struct summary summary = {0};
    struct query query;
    summary_add(&summary, work->sample, n);
    const int64_t content = work->next_content++;
    query_open(&query, database, "INSERT INTO block_bytes(id, bytes) VALUES(?, ?)");
    query_bind_integer(&query, content);
    query_bind_bytes(&query, bytes, n_bytes);
    query_row(&query);
    const maru_status st = query_close(&query, err);
    if (st != MARU_OK) {
        return st;
    }
    query_open(&query, database,
               "INSERT INTO block(signal, start_us, end_us, content, n, n_number, first, first_us,"
               " last, last_us, low, low_us, high, high_us, total)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_bind_integer(&query, work->signal);
    query_bind_integer(&query, summary.from_us);
    query_bind_integer(&query, summary.to_us);
    query_bind_integer(&query, content);
    query_bind_integer(&query, (int64_t)summary.n);
    query_bind_integer(&query, (int64_t)summary.n_number);
    query_bind_number(&query, summary.first);
    query_bind_integer(&query, summary.first_us);
    query_bind_number(&query, summary.last);
    query_bind_integer(&query, summary.last_us);
    query_bind_number(&query, summary.low);
    query_bind_integer(&query, summary.low_us);
    query_bind_number(&query, summary.high);
    query_bind_integer(&query, summary.high_us);
    query_bind_number(&query, summary.sum);
    query_row(&query);
    if (work->tail.n == 0 || summary.to_us >= work->tail.end_us) {
        work->tail = (struct tail){summary.to_us, (uint32_t)n};
    }
    return query_close(&query, err);
}

// Write the first n samples of the work as a block.
static maru_status emit(struct work *work, size_t n, maru_error *err) {
    uint8_t few[1 << 15];
    const size_t bound = block_bound(work->sample, n);
    uint8_t *bytes = bound <= sizeof few ? few : alloc_new(bound, 1);
    if (!bytes) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const size_t n_bytes = block_write(bytes, work->sample, n);
    const maru_status st = insert_block(work, n, bytes, n_bytes, err);
    if (bytes != few) {
        alloc_free(bytes);
    }
    work->n -= n;
    memmove(work->sample, work->sample + n, work->n * sizeof *work->sample);
    return st;
}

// Write all that the work holds, in blocks of about the same size.
static maru_status emit_all(struct work *work, maru_error *err) {
    maru_status st = MARU_OK;
    while (st == MARU_OK && work->n > 0) {
        const size_t n_block =
            work->n < BLOCK_SAMPLES ? 1 : (work->n + BLOCK_SAMPLES / 2) / BLOCK_SAMPLES;
        st = emit(work, (work->n + n_block - 1) / n_block, err);
    }
    return st;
}

static maru_status push(struct work *work, const struct sample *sample, maru_error *err) {
    maru_status st = MARU_OK;
    if (work->n == WORK_SAMPLES) {
        st = emit(work, BLOCK_SAMPLES, err);
    }
    work->sample[work->n++] = *sample;
    return st;
}

// The first block that ends at or after a time, or content 0 where there is none.
static maru_status find_block(struct work *work, maru_time at_us, struct old_block *out,
                              maru_error *err) {
    struct query query;
    *out = (struct old_block){0};
    query_open(&query, &work->signals->writer,
               "SELECT b.start_us, b.content, c.bytes FROM block b"
               " JOIN block_bytes c ON c.id = b.content"
               " WHERE b.signal = ? AND b.start_us >= coalesce((SELECT max(start_us) FROM block"
               " WHERE signal = ? AND start_us <= ?), ?) AND b.end_us >= ?"
               " ORDER BY b.start_us LIMIT 1");
    query_bind_integer(&query, work->signal);
    query_bind_integer(&query, work->signal);
    query_bind_integer(&query, at_us);
    query_bind_integer(&query, at_us);
    query_bind_integer(&query, at_us);
    maru_status st = MARU_OK;
    if (query_row(&query)) {
        const void *bytes = query_bytes(&query, 2, &out->n_bytes);
        out->start_us = query_integer(&query, 0);
        out->content = query_integer(&query, 1);
        out->bytes = alloc_new(out->n_bytes + 1, 1);
        if (out->bytes) {
            memcpy(out->bytes, bytes, out->n_bytes);
        } else {
            st = fail(err, MARU_E_MEMORY, "no memory");
        }
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? closed : st;
}

static maru_status delete_block(struct work *work, const struct old_block *block, maru_error *err) {
    struct query query;
    query_open(&query, &work->signals->writer,
               "DELETE FROM block WHERE signal = ? AND start_us = ?");
    query_bind_integer(&query, work->signal);
    query_bind_integer(&query, block->start_us);
    query_row(&query);
    maru_status st = query_close(&query, err);
    if (st == MARU_OK) {
        query_open(&query, &work->signals->writer, "DELETE FROM block_bytes WHERE id = ?");
        query_bind_integer(&query, block->content);
        query_row(&query);
        st = query_close(&query, err);
    }
    return st;
}

static maru_status find_tail(struct work *work, maru_error *err) {
    struct query query;
    work->tail = (struct tail){0};
    query_open(&query, &work->signals->writer,
               "SELECT end_us, n FROM block WHERE signal = ? ORDER BY start_us DESC LIMIT 1");
    query_bind_integer(&query, work->signal);
    if (query_row(&query)) {
        work->tail = (struct tail){query_integer(&query, 0), (uint32_t)query_integer(&query, 1)};
    }
    return query_close(&query, err);
}

// ---- one signal

struct rest { // of its head
    const struct sample *sample;
    size_t n;
};

// Put in what is older than a time; what is as old replaces what the block had.
static maru_status push_before(struct work *work, struct rest *rest, maru_time until_us,
                               maru_error *err) {
    maru_status st = MARU_OK;
    while (st == MARU_OK && rest->n > 0 && rest->sample->at_us < until_us) {
        st = push(work, rest->sample++, err);
        rest->n--;
    }
    return st;
}

// Write a block anew with all that is older than its end.
static maru_status merge_block(struct work *work, struct rest *rest, const struct old_block *block,
                               maru_error *err) {
    size_t n = 0;
    maru_status st = block_read(block->bytes, block->n_bytes, work->old, &n, err);
    st = st == MARU_OK ? delete_block(work, block, err) : st;
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        st = push_before(work, rest, work->old[i].at_us, err);
        if (st == MARU_OK && (rest->n == 0 || rest->sample->at_us != work->old[i].at_us)) {
            st = push(work, &work->old[i], err);
        }
    }
    return st == MARU_OK ? emit_all(work, err) : st;
}

static maru_status settle_head(struct work *work, const struct head *head, maru_error *err) {
    struct rest rest = {head->sample, head->n};
    const struct tail tail = work->tail;
    maru_status st = MARU_OK;
    bool is_more = tail.n > 0;
    while (st == MARU_OK && is_more && rest.n > 0) {
        const bool is_behind = rest.sample->at_us > tail.end_us;
        if (is_behind && tail.n >= SHORT_BLOCK_SAMPLES) {
            break;
        }
        struct old_block block;
        st = find_block(work, is_behind ? tail.end_us : rest.sample->at_us, &block, err);
        is_more = !is_behind && block.content != 0;
        if (st == MARU_OK && block.content != 0) {
            st = merge_block(work, &rest, &block, err);
        }
        alloc_free(block.bytes);
    }
    st = st == MARU_OK ? push_before(work, &rest, INT64_MAX, err) : st;
    return st == MARU_OK ? emit_all(work, err) : st;
}

maru_status settle_step(struct signals *signals, uint64_t budget, struct step *step,
                        maru_error *err) {
    struct work *work = signals->work;
    const int generation = 1 - signals->filling;
    maru_status st = MARU_OK;
    uint64_t n_done = 0;
    *step = (struct step){.from = signals->settle_at};
    work->next_content = signals->next_content;
    size_t at = signals->settle_at;
    for (; st == MARU_OK && at < signals->n_series && n_done < budget && step->n < MAX_STEP_SERIES;
         at++, step->n++) {
        struct series *series = &signals->series[at];
        struct head *head = &series->head[generation];
        step->tail[step->n] = series->tail;
        if (head->n == 0) {
            continue;
        }
        pthread_mutex_lock(&signals->lock);
        st = head_sort(head, err);
        pthread_mutex_unlock(&signals->lock);
        work->signal = (int64_t)at + 1;
        work->tail = series->tail;
        work->n = 0;
        st = st == MARU_OK && !series->is_tail_known ? find_tail(work, err) : st;
        st = st == MARU_OK ? settle_head(work, head, err) : st;
        step->tail[step->n] = work->tail;
        n_done += head->n;
    }
    step->next_content = work->next_content;
    step->is_last = st == MARU_OK && at == signals->n_series;
    if (step->is_last) {
        struct query query;
        query_open(&query, &signals->writer, "DELETE FROM sample_log WHERE id <= ?");
        query_bind_integer(&query, signals->generation[generation].last_row);
        query_row(&query);
        st = query_close(&query, err);
    }
    return st;
}

void settle_taken(struct signals *signals, const struct step *step) {
    const int generation = 1 - signals->filling;
    for (size_t i = 0; i < step->n; i++) {
        struct series *series = &signals->series[step->from + i];
        if (series->head[generation].n > 0) {
            series->tail = step->tail[i];
            series->is_tail_known = true;
        }
        head_free(&series->head[generation]);
    }
    signals->settle_at += step->n;
    signals->next_content = step->next_content;
    if (step->is_last) {
        struct generation *done = &signals->generation[generation];
        arena_fini(&done->text);
        arena_init(&done->text, SIGNALS_MAX_HEAD_TEXT_BYTES);
        done->n_sample = 0;
        signals->is_settling = false;
    }
}
