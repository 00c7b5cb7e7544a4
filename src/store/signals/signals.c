#include "store/signals/signals.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "store/signals/inner.h"

// Opening, and what signals are called. Ids are given from 1 without gaps, so that a signal is found by its number in an array; a
// signal is never removed, only emptied.

static maru_status no_memory(maru_error *err) { return fail(err, MARU_E_MEMORY, "no memory"); }

// ---- opening

static maru_status make_series(struct signals *signals, size_t n, maru_error *err) {
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
    query_open(&query, &signals->writer, "SELECT id, source FROM signal ORDER BY id");
    while (st == MARU_OK && query_row(&query)) {
        uint32_t number = 0;
        const char *source = query_text(&query, 1);
        st = names_add(&signals->source, source, strlen(source), &number, err);
        if (st == MARU_OK && query_integer(&query, 0) != (int64_t)number + 1) {
            st = fail(err, MARU_E_INPUT, "the list of signals is damaged: restore the last backup");
        }
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    st = st == MARU_OK ? closed : st;
    signals->n_series = signals->source.n;
    return st == MARU_OK ? make_series(signals, signals->n_series, err) : st;
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
    database_close(&signals->writer);
    pthread_cond_destroy(&signals->is_done);
    pthread_mutex_destroy(&signals->lock);
    alloc_free(signals);
}

// ---- what they are called

static bool is_name(const char *text, bool may_be_empty) {
    const size_t n = strlen(text);
    return n < SIGNALS_MAX_NAME_BYTES && (n > 0 || may_be_empty) && text_is_utf8(text, n);
}

static maru_status look_at_row(const struct signal_row *row, maru_error *err) {
    if (!is_name(row->source, false) || !is_name(row->name, false) || !is_name(row->asset, true) ||
        !is_name(row->unit, true) || row->type >= N_SAMPLE_TYPE) {
        return fail(err, MARU_E_INPUT,
                    "a name of a signal is empty, no UTF-8 or longer than %d bytes",
                    SIGNALS_MAX_NAME_BYTES - 1);
    }
    return MARU_OK;
}

static maru_status insert_row(struct signals *signals, const struct signal_row *row, int64_t id,
                              maru_error *err) {
    struct query query;
    query_open(&query, &signals->writer,
               "INSERT INTO signal(id, source, asset, name, unit, type, created_ms)"
               " VALUES(?, ?, ?, ?, ?, ?, ?)");
    query_bind_integer(&query, id);
    query_bind_text(&query, row->source);
    query_bind_text(&query, row->asset);
    query_bind_text(&query, row->name);
    query_bind_text(&query, row->unit);
    query_bind_integer(&query, (int64_t)row->type);
    query_bind_integer(&query, clock_unix_ms());
    query_row(&query);
    return query_close(&query, err);
}

// Names that are new get the next numbers; their rows are written, and then they are known. The caller is the committer, so nobody
// else adds any.
static maru_status declare_new(struct signals *signals, struct names *source,
                               const struct signal_row *row, size_t n, maru_error *err) {
    database_enter(&signals->writer);
    maru_status st = database_begin(&signals->writer, err);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        uint32_t number = 0;
        const uint32_t n_before = source->n;
        if (signals_find(signals, row[i].source, strlen(row[i].source)) != 0) {
            continue;
        }
        st = names_add(source, row[i].source, strlen(row[i].source), &number, err);
        if (st == MARU_OK && source->n > n_before) {
            const size_t id = signals->n_series + source->n;
            st = id > SIGNALS_MAX ? fail(err, MARU_E_LIMIT, "more than %d signals", SIGNALS_MAX)
                                  : insert_row(signals, &row[i], (int64_t)id, err);
        }
    }
    return database_leave(&signals->writer, st, err);
}

static maru_status take_names(struct signals *signals, const struct names *added, maru_error *err) {
    maru_status st = make_series(signals, signals->n_series + added->n, err);
    for (uint32_t i = 0; st == MARU_OK && i < added->n; i++) {
        uint32_t number = 0;
        st = names_add(&signals->source, added->name[i], added->n_byte[i], &number, err);
    }
    return st;
}

maru_status signals_declare(struct signals *signals, const struct signal_row *row, size_t n,
                            int64_t *id, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        st = look_at_row(&row[i], err);
    }
    if (st != MARU_OK) {
        return st;
    }
    struct names added;
    names_init(&added, SIGNALS_MAX_NAMES_BYTES);
    pthread_mutex_lock(&signals->lock);
    while (signals->is_committing) {
        pthread_cond_wait(&signals->is_done, &signals->lock);
    }
    signals->is_committing = true;
    pthread_mutex_unlock(&signals->lock);
    st = declare_new(signals, &added, row, n, err);
    pthread_mutex_lock(&signals->lock);
    if (st == MARU_OK) {
        st = take_names(signals, &added, err);
        signals->is_behind = signals->is_behind || st != MARU_OK;
        signals->n_series =
            signals->source.n < signals->cap_series ? signals->source.n : signals->cap_series;
    }
    signals->is_committing = false;
    pthread_cond_broadcast(&signals->is_done);
    pthread_mutex_unlock(&signals->lock);
    names_fini(&added);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        id[i] = signals_find(signals, row[i].source, strlen(row[i].source));
    }
    return st;
}

int64_t signals_find(struct signals *signals, const char *source, size_t n) {
    pthread_mutex_lock(&signals->lock);
    const uint32_t number = names_find(&signals->source, source, n);
    pthread_mutex_unlock(&signals->lock);
    return number == UINT32_MAX ? 0 : (int64_t)number + 1;
}

size_t signals_count(struct signals *signals) {
    pthread_mutex_lock(&signals->lock);
    const size_t n = signals->n_series;
    pthread_mutex_unlock(&signals->lock);
    return n;
}

maru_status signals_each(struct signals *signals, int64_t after, int64_t limit, signals_see_row see,
                         void *context, maru_error *err) {
    struct query query;
    maru_status st = MARU_OK;
    database_enter(signals->reader);
    query_open(&query, signals->reader,
               "SELECT id, source, asset, name, unit, type FROM signal WHERE id > ?"
               " ORDER BY id LIMIT ?");
    query_bind_integer(&query, after);
    query_bind_integer(&query, limit);
    while (st == MARU_OK && query_row(&query)) {
        const struct signal_row row = {.id = query_integer(&query, 0),
                                       .source = query_text(&query, 1),
                                       .asset = query_text(&query, 2),
                                       .name = query_text(&query, 3),
                                       .unit = query_text(&query, 4),
                                       .type = (enum sample_type)query_integer(&query, 5)};
        st = see(context, &row, err);
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    return database_leave(signals->reader, st == MARU_OK ? closed : st, err);
}
