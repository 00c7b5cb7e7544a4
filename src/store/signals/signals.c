#include "store/signals/signals.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "store/signals/inner.h"

// Opening. Ids are given from 1 without gaps, so that a signal is found by its number in an array; a signal is never removed, only
// emptied.

static maru_status no_memory(maru_error *err) { return fail(err, MARU_E_MEMORY, "no memory"); }

// ---- opening

maru_status series_make_room(struct signals *signals, size_t n, maru_error *err) {
    if (n <= signals->cap_series) {
        return MARU_OK;
    }
    size_t cap = signals->cap_series < 64 ? 64 : 2 * signals->cap_series;
    cap = cap < n ? n : cap;
    struct series *series = alloc_resize(signals->series, cap, sizeof *series);
    if (!series) {
        return no_memory(err);
    }
    memset(series + signals->cap_series, 0, (cap - signals->cap_series) * sizeof *series);
    signals->series = series;
    signals->cap_series = cap;
    return MARU_OK;
}

static maru_status read_names(struct signals *signals, maru_error *err) {
    struct query query;
    maru_status st = MARU_OK;
    query_open(&query, &signals->writer,
               "SELECT id, source, asset, name, unit FROM signal ORDER BY id");
    while (st == MARU_OK && query_row(&query)) {
        uint32_t number = 0;
        const char *source = query_text(&query, 1);
        const struct signal_row row = {.asset = query_text(&query, 2),
                                       .name = query_text(&query, 3),
                                       .unit = query_text(&query, 4)};
        st = names_add(&signals->source, source, strlen(source), &number, err);
        st = st == MARU_OK ? series_make_room(signals, (size_t)number + 1, err) : st;
        if (st == MARU_OK) {
            signals->series[number].said = said_of(&row);
        }
        if (st == MARU_OK && query_integer(&query, 0) != (int64_t)number + 1) {
            st = fail(err, MARU_E_INPUT, "the list of signals is damaged: restore the last backup");
        }
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    st = st == MARU_OK ? closed : st;
    signals->n_series =
        signals->source.n < signals->cap_series ? signals->source.n : signals->cap_series;
    return st;
}

static maru_status read_log(struct signals *signals, maru_error *err) {
    struct query query;
    maru_status st = MARU_OK;
    query_open(&query, &signals->writer, "SELECT id, bytes FROM sample_log ORDER BY id");
    while (st == MARU_OK && query_row(&query)) {
        size_t n = 0;
        const void *bytes = query_bytes(&query, 1, &n);
        const int64_t row = query_integer(&query, 0);
        st = commit_take(signals, row, bytes, n, err);
        signals->next_row = row + 1;
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    return st == MARU_OK ? closed : st;
}

static maru_status read_next(struct signals *signals, const char *sql, int64_t *next,
                             maru_error *err) {
    struct query query;
    query_open(&query, &signals->writer, sql);
    if (query_row(&query)) {
        *next = query_integer(&query, 0) + 1;
    }
    return query_close(&query, err);
}

static maru_status read_all(struct signals *signals, maru_error *err) {
    database_enter(&signals->writer);
    maru_status st = read_names(signals, err);
    st = st == MARU_OK ? read_next(signals, "SELECT coalesce(max(id), 0) FROM block_bytes",
                                   &signals->next_content, err)
                       : st;
    st = st == MARU_OK ? read_next(signals, "SELECT coalesce(max(id), 0) FROM event",
                                   &signals->next_event, err)
                       : st;
    st = st == MARU_OK ? read_log(signals, err) : st;
    return database_leave(&signals->writer, st, err);
}

maru_status signals_open(struct database *reader, struct database *writer, struct signals **out,
                         maru_error *err) {
    struct signals *signals = alloc_new(1, sizeof *signals);
    if (!signals) {
        database_close(writer);
        return no_memory(err);
    }
    signals->reader = reader;
    signals->writer = *writer;
    *writer = (struct database){0};
    signals->next_row = 1;
    signals->group = 1;
    pthread_mutex_init(&signals->lock, NULL);
    pthread_cond_init(&signals->is_done, NULL);
    pthread_rwlock_init(&signals->placing_lock, NULL);
    names_init(&signals->source, SIGNALS_MAX_NAMES_BYTES);
    text_init(&signals->pending, SIGNALS_MAX_PENDING_BYTES);
    text_init(&signals->pending_events, SIGNALS_MAX_PENDING_BYTES);
    arena_init(&signals->generation[0].text, SIGNALS_MAX_HEAD_TEXT_BYTES);
    arena_init(&signals->generation[1].text, SIGNALS_MAX_HEAD_TEXT_BYTES);
    maru_status st = settle_new(signals, &signals->work, err);
    st = st == MARU_OK ? read_all(signals, err) : st;
    if (st != MARU_OK) {
        signals_close(signals);
        return st;
    }
    *out = signals;
    return MARU_OK;
}

void signals_close(struct signals *signals) {
    if (!signals) {
        return;
    }
    for (size_t i = 0; i < signals->n_series; i++) {
        head_free(&signals->series[i].head[0]);
        head_free(&signals->series[i].head[1]);
    }
    alloc_free(signals->series);
    names_fini(&signals->source);
    text_fini(&signals->pending);
    text_fini(&signals->pending_events);
    arena_fini(&signals->generation[0].text);
    arena_fini(&signals->generation[1].text);
    settle_free(signals->work);
    placing_free(signals->placing);
    pthread_rwlock_destroy(&signals->placing_lock);
    database_close(&signals->writer);
    pthread_cond_destroy(&signals->is_done);
    pthread_mutex_destroy(&signals->lock);
    alloc_free(signals);
}
