#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"
#include "signal/block.h"
#include "signal/level.h"
#include "store/signals/inner.h"

// Reading: blocks from the database, and what is still in memory between them. Memory is copied first, so that what moves into blocks
// meanwhile is seen twice rather than never; of two samples with the same time that from memory counts.
//
// The database is held for some blocks at a time, so that a long reader keeps nobody waiting. Between two holds blocks may be written
// anew, so the next hold begins at a time, not at a block.

enum {
    HOLD_BLOCKS = 64,
    MAX_HOLD_BYTES = 64 << 20,
    MAX_RECENT_BYTES = 1 << 30,
    OUT_SAMPLES = 4096
};

struct block_row {
    maru_time start_us, end_us;
    int64_t content;
    struct summary summary;
    const uint8_t *bytes; // NULL: the summary says enough
    size_t n_bytes;
};

struct reading {
    struct signals *signals;
    int64_t signal;
    maru_time from_us, to_us;
    struct head recent; // from memory, in order
    uint32_t n_recent;  // of them seen
    struct arena recent_text, block_bytes;
    struct block_row block[HOLD_BLOCKS];
    size_t n_block;
    struct sample old[BLOCK_MAX_SAMPLES], out[OUT_SAMPLES];

    signals_see see; // of signals_read
    void *context;
    struct summary *column; // of signals_draw
    size_t n_column;
};

static maru_status begin(struct reading *reading, maru_error *err) {
    struct signals *signals = reading->signals;
    arena_init(&reading->recent_text, MAX_RECENT_BYTES);
    arena_init(&reading->block_bytes, MAX_HOLD_BYTES);
    maru_status st = MARU_OK;
    pthread_mutex_lock(&signals->lock);
    if (reading->signal <= 0 || reading->signal > (int64_t)signals->n_series) {
        st = fail(err, MARU_E_USAGE, "there is no signal %lld", (long long)reading->signal);
    } else if (signals->is_behind) {
        st = fail(err, MARU_E_MEMORY,
                  "there was no memory for the newest samples: restart the server");
    } else {
        st = heads_copy(signals, reading->signal, reading->from_us, reading->to_us,
                        &reading->recent, &reading->recent_text, err);
    }
    pthread_mutex_unlock(&signals->lock);
    return st == MARU_OK ? head_sort(&reading->recent, err) : st;
}

static void end(struct reading *reading) {
    head_free(&reading->recent);
    arena_fini(&reading->recent_text);
    arena_fini(&reading->block_bytes);
    alloc_free(reading);
}

// ---- blocks

static maru_status take_row(struct reading *reading, const struct query *query, maru_error *err) {
    struct block_row *row = &reading->block[reading->n_block];
    *row = (struct block_row){.start_us = query_integer(query, 0),
                              .end_us = query_integer(query, 1),
                              .content = query_integer(query, 2)};
    row->summary = (struct summary){.n = (uint64_t)query_integer(query, 3),
                                    .n_number = (uint64_t)query_integer(query, 4),
                                    .from_us = row->start_us,
                                    .to_us = row->end_us,
                                    .first = query_number(query, 5),
                                    .first_us = query_integer(query, 6),
                                    .last = query_number(query, 7),
                                    .last_us = query_integer(query, 8),
                                    .low = query_number(query, 9),
                                    .low_us = query_integer(query, 10),
                                    .high = query_number(query, 11),
                                    .high_us = query_integer(query, 12),
                                    .sum = query_number(query, 13)};
    if (row->start_us > row->end_us || row->summary.n_number > row->summary.n) {
        return fail(err, MARU_E_INPUT,
                    "the samples of signal %lld are damaged: restore the last backup",
                    (long long)reading->signal);
    }
    reading->n_block++;
    return MARU_OK;
}

// Rows of the next blocks, from that in which or behind which `at_us` lies.
static maru_status ask_rows(struct reading *reading, maru_time at_us, maru_error *err) {
    struct query query;
    maru_status st = MARU_OK;
    reading->n_block = 0;
    query_open(&query, reading->signals->reader,
               "SELECT start_us, end_us, content, n, n_number, first, first_us, last, last_us, low,"
               " low_us, high, high_us, total FROM block WHERE signal = ? AND start_us >="
               " coalesce((SELECT max(start_us) FROM block WHERE signal = ? AND start_us <= ?), ?)"
               " AND start_us < ? AND end_us >= ? ORDER BY start_us LIMIT ?");
    query_bind_integer(&query, reading->signal);
    query_bind_integer(&query, reading->signal);
    query_bind_integer(&query, at_us);
    query_bind_integer(&query, at_us);
    query_bind_integer(&query, reading->to_us);
    query_bind_integer(&query, at_us);
    query_bind_integer(&query, HOLD_BLOCKS);
    while (st == MARU_OK && query_row(&query)) {
        st = take_row(reading, &query, err);
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? closed : st;
}

static maru_status ask_bytes(struct reading *reading, struct block_row *row, maru_error *err) {
    struct query query;
    maru_status st = MARU_OK;
    query_open(&query, reading->signals->reader, "SELECT bytes FROM block_bytes WHERE id = ?");
    query_bind_integer(&query, row->content);
    if (query_row(&query)) {
        const void *bytes = query_bytes(&query, 0, &row->n_bytes);
        row->bytes = (const uint8_t *)arena_text(&reading->block_bytes, bytes, row->n_bytes);
        st = row->bytes ? MARU_OK : arena_refusal(&reading->block_bytes, err);
    } else {
        st = fail(err, MARU_E_INPUT,
                  "the samples of signal %lld are damaged: restore the last backup",
                  (long long)reading->signal);
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? closed : st;
}

// ---- drawing

static size_t column_of(const struct reading *reading, maru_time at_us) {
    const uint64_t span = (uint64_t)(reading->to_us - reading->from_us);
    const uint64_t at = (uint64_t)(at_us - reading->from_us);
    return (size_t)((wide_u128)at * reading->n_column / span);
}

// Does its summary say all: within the times asked, in one column, and nothing in memory falls into it?
static bool is_summed(const struct reading *reading, const struct block_row *row) {
    if (!reading->column || row->start_us < reading->from_us || row->end_us >= reading->to_us ||
        column_of(reading, row->start_us) != column_of(reading, row->end_us)) {
        return false;
    }
    for (uint32_t i = reading->n_recent; i < reading->recent.n; i++) {
        if (reading->recent.sample[i].at_us >= row->start_us) {
            return reading->recent.sample[i].at_us > row->end_us;
        }
    }
    return true;
}

// ---- giving out

static maru_status give(struct reading *reading, const struct sample *sample, size_t n,
                        maru_error *err) {
    if (!reading->column) {
        return n > 0 ? reading->see(reading->context, sample, n, err) : MARU_OK;
    }
    for (size_t i = 0; i < n; i++) {
        summary_add(&reading->column[column_of(reading, sample[i].at_us)], &sample[i], 1);
    }
    return MARU_OK;
}

// What memory has before a time.
static maru_status give_recent(struct reading *reading, maru_time until_us, maru_error *err) {
    const uint32_t first = reading->n_recent;
    while (reading->n_recent < reading->recent.n &&
           reading->recent.sample[reading->n_recent].at_us < until_us) {
        reading->n_recent++;
    }
    return first == reading->n_recent
               ? MARU_OK
               : give(reading, reading->recent.sample + first, reading->n_recent - first, err);
}

// A block's samples among those of memory.
static maru_status give_block(struct reading *reading, const struct block_row *row, maru_time at_us,
                              maru_error *err) {
    size_t n = 0, first = 0;
    maru_status st = block_read(row->bytes, row->n_bytes, reading->old, &n, err);
    if (st != MARU_OK) {
        return st;
    }
    while (first < n && reading->old[first].at_us < at_us) {
        first++;
    }
    while (n > first && reading->old[n - 1].at_us >= reading->to_us) {
        n--;
    }
    for (size_t i = first; st == MARU_OK && i <= n; i++) {
        const struct head *recent = &reading->recent;
        const maru_time next_us =
            reading->n_recent < recent->n ? recent->sample[reading->n_recent].at_us : INT64_MAX;
        if (i < n && reading->old[i].at_us < next_us) {
            continue; // up to here without a sample of memory between
        }
        st = give(reading, reading->old + first, i - first, err);
        first = i;
        if (i < n && st == MARU_OK) {
            st = give_recent(reading, reading->old[i].at_us, err);
            const bool is_replaced =
                reading->n_recent < recent->n &&
                recent->sample[reading->n_recent].at_us == reading->old[i].at_us;
            first += is_replaced ? 1 : 0;
            st = st == MARU_OK ? give_recent(reading, reading->old[i].at_us + 1, err) : st;
        }
    }
    return st;
}

static maru_status give_row(struct reading *reading, const struct block_row *row, maru_time at_us,
                            maru_error *err) {
    maru_status st = give_recent(reading, row->start_us, err);
    if (st == MARU_OK && row->bytes) {
        return give_block(reading, row, at_us, err);
    }
    if (st == MARU_OK) {
        summary_join(&reading->column[column_of(reading, row->start_us)], &row->summary);
    }
    return st;
}

static maru_status read_all(struct reading *reading, maru_error *err) {
    maru_time at_us = reading->from_us;
    maru_status st = begin(reading, err);
    while (st == MARU_OK) {
        struct database *reader = reading->signals->reader;
        arena_fini(&reading->block_bytes);
        arena_init(&reading->block_bytes, MAX_HOLD_BYTES);
        database_enter(reader);
        st = ask_rows(reading, at_us, err);
        for (size_t i = 0; st == MARU_OK && i < reading->n_block; i++) {
            if (!is_summed(reading, &reading->block[i])) {
                st = ask_bytes(reading, &reading->block[i], err);
            }
        }
        st = database_leave(reader, st, err);
        const size_t n = reading->n_block;
        for (size_t i = 0; st == MARU_OK && i < n; i++) {
            st = give_row(reading, &reading->block[i], at_us, err);
        }
        if (n < HOLD_BLOCKS) {
            break;
        }
        at_us = reading->block[n - 1].end_us + 1;
    }
    return st == MARU_OK ? give_recent(reading, INT64_MAX, err) : st;
}

static maru_status start(struct signals *signals, int64_t signal, maru_time from_us,
                         maru_time to_us, struct reading **out, maru_error *err) {
    struct reading *reading = alloc_new(1, sizeof *reading);
    if (!reading) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    reading->signals = signals;
    reading->signal = signal;
    reading->from_us = from_us < SIGNALS_FROM_US ? SIGNALS_FROM_US : from_us;
    reading->to_us = to_us > SIGNALS_TO_US ? SIGNALS_TO_US : to_us;
    *out = reading;
    return MARU_OK;
}

maru_status signals_read(struct signals *signals, int64_t signal, maru_time from_us,
                         maru_time to_us, signals_see see, void *context, maru_error *err) {
    struct reading *reading = NULL;
    maru_status st = start(signals, signal, from_us, to_us, &reading, err);
    if (st == MARU_OK) {
        reading->see = see;
        reading->context = context;
        st = read_all(reading, err);
        end(reading);
    }
    return st;
}

static void draw_bucket(void *context, const struct bucket *bucket, maru_time step_us) {
    struct reading *reading = context;
    const struct summary summary = bucket_summary(bucket, step_us);
    summary_join(&reading->column[column_of(reading, bucket->at_us)], &summary);
}

maru_status signals_draw(struct signals *signals, int64_t signal, maru_time from_us,
                         maru_time to_us, struct summary *column, size_t n_column,
                         maru_error *err) {
    struct reading *reading = NULL;
    if (n_column == 0 || n_column > SIGNALS_MAX_COLUMNS || from_us < SIGNALS_FROM_US ||
        to_us > SIGNALS_TO_US || to_us - from_us < (int64_t)n_column) {
        return fail(err, MARU_E_RANGE, "a chart of 1 to %d columns, of a microsecond or more each",
                    SIGNALS_MAX_COLUMNS);
    }
    memset(column, 0, n_column * sizeof *column);
    maru_status st = start(signals, signal, from_us, to_us, &reading, err);
    if (st == MARU_OK) {
        reading->column = column;
        reading->n_column = n_column;
        st = read_all(reading, err);
        st = st == MARU_OK ? levels_each(signals, signal, from_us, to_us, draw_bucket, reading, err)
                           : st;
        end(reading);
    }
    return st;
}

// ---- the newest

static maru_status keep_newest(void *context, const struct sample *sample, size_t n,
                               maru_error *err) {
    (void)err;
    struct last_sample *last = context;
    last_sample_set(last, &sample[n - 1]);
    return MARU_OK;
}

// The end of the newest block, INT64_MIN where there is none.
static maru_status find_end(struct signals *signals, int64_t signal, maru_time *end_us,
                            maru_error *err) {
    struct query query;
    *end_us = INT64_MIN;
    database_enter(signals->reader);
    query_open(&query, signals->reader,
               "SELECT end_us FROM block WHERE signal = ? ORDER BY start_us DESC LIMIT 1");
    query_bind_integer(&query, signal);
    if (query_row(&query)) {
        *end_us = query_integer(&query, 0);
    }
    return database_leave(signals->reader, query_close(&query, err), err);
}

// Blocks may have a newer one than what memory got since the start; look once.
static maru_status look_for_last(struct signals *signals, int64_t signal, maru_error *err) {
    maru_time end_us = 0;
    struct last_sample newest = {0};
    maru_status st = find_end(signals, signal, &end_us, err);
    if (st == MARU_OK && end_us != INT64_MIN) {
        st = signals_read(signals, signal, end_us, SIGNALS_TO_US, keep_newest, &newest, err);
    }
    if (st == MARU_OK) {
        pthread_mutex_lock(&signals->lock);
        struct series *series = &signals->series[signal - 1];
        series->has_looked = true;
        if (end_us != INT64_MIN &&
            (!series->has_last || series->last.sample.at_us < newest.sample.at_us)) {
            series->last = newest;
            series->has_last = true;
        }
        pthread_mutex_unlock(&signals->lock);
    }
    return st;
}

static maru_status copy_last(struct signals *signals, int64_t signal, struct last_sample *out,
                             bool *has_looked, maru_error *err) {
    maru_status st = MARU_OK;
    *out = (struct last_sample){.sample.quality = QUALITY_BAD};
    pthread_mutex_lock(&signals->lock);
    if (signal <= 0 || signal > (int64_t)signals->n_series) {
        st = fail(err, MARU_E_USAGE, "there is no signal %lld", (long long)signal);
    } else {
        const struct series *series = &signals->series[signal - 1];
        *has_looked = series->has_looked;
        if (series->has_last) {
            *out = series->last;
        }
    }
    pthread_mutex_unlock(&signals->lock);
    if (out->sample.type == SAMPLE_TEXT) {
        out->sample.value.text = out->text;
    }
    return st;
}

bool signals_known_last(struct signals *signals, int64_t signal, struct last_sample *out) {
    bool has_looked = false;
    return copy_last(signals, signal, out, &has_looked, NULL) == MARU_OK && out->sample.at_us != 0;
}

maru_status signals_last(struct signals *signals, const int64_t *signal, size_t n,
                         struct last_sample *out, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        bool has_looked = false;
        st = copy_last(signals, signal[i], &out[i], &has_looked, err);
        if (st == MARU_OK && !has_looked) {
            st = look_for_last(signals, signal[i], err);
            st = st == MARU_OK ? copy_last(signals, signal[i], &out[i], &has_looked, err) : st;
        }
    }
    return st;
}
