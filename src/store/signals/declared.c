#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "store/signals/inner.h"

// What signals are called. What a source says of a signal (where it stands, its name there, its unit) is kept with it, and replaced
// when the source says something else; a hash of it in memory tells whether it does, so that a connection that declares ten
// thousand signals again writes nothing. Where people have said it better (signal/placing.h), theirs is told, and nothing is written.

// ---- declaring

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

static uint32_t hash_text(uint32_t hash, const char *text) { // FNV-1a
    do {
        hash = (hash ^ (uint8_t)*text) * UINT32_C(16777619);
    } while (*text++);
    return hash;
}

struct said said_of(const struct signal_row *row) {
    return (struct said){.place = hash_text(hash_text(UINT32_C(2166136261), row->asset), row->name),
                         .unit = hash_text(UINT32_C(2166136261), row->unit)};
}

static maru_status update_row(struct signals *signals, const struct signal_row *row, int64_t id,
                              maru_error *err) {
    struct query query;
    query_open(&query, &signals->writer,
               row->unit[0] ? "UPDATE signal SET asset = ?, name = ?, unit = ? WHERE id = ?"
                            : "UPDATE signal SET asset = ?, name = ? WHERE id = ?");
    query_bind_text(&query, row->asset);
    query_bind_text(&query, row->name);
    if (row->unit[0]) {
        query_bind_text(&query, row->unit);
    }
    query_bind_integer(&query, id);
    query_row(&query);
    return query_close(&query, err);
}

struct declaring {
    struct signals *signals;
    struct names added;
    struct change {
        size_t series;
        struct said said;
    } * change; // (n) room for one a row
    size_t n, n_update;
};

// A signal that is known: where its source says something new of it, that is kept.
static maru_status declare_known(struct declaring *d, const struct signal_row *row, int64_t id,
                                 maru_error *err) {
    const struct said before = d->signals->series[id - 1].said;
    struct said said = said_of(row);
    said.unit = row->unit[0] ? said.unit : before.unit; // nothing said is nothing new
    if (said.place == before.place && said.unit == before.unit) {
        return MARU_OK;
    }
    d->change[d->n++] = (struct change){(size_t)id - 1, said};
    d->n_update++;
    return update_row(d->signals, row, id, err);
}

static maru_status declare_new(struct declaring *d, const struct signal_row *row, maru_error *err) {
    uint32_t number = 0;
    const uint32_t n_before = d->added.n;
    const maru_status st = names_add(&d->added, row->source, strlen(row->source), &number, err);
    if (st != MARU_OK || d->added.n == n_before) { // twice in these rows
        return st;
    }
    const size_t id = d->signals->n_series + d->added.n;
    d->change[d->n++] = (struct change){id - 1, said_of(row)};
    return id > SIGNALS_MAX ? fail(err, MARU_E_LIMIT, "more than %d signals", SIGNALS_MAX)
                            : insert_row(d->signals, row, (int64_t)id, err);
}

// Names that are new get the next numbers; their rows are written, and then they are known. The caller is the committer, so nobody
// else adds any.
static maru_status declare_all(struct declaring *d, const struct signal_row *row, size_t n,
                               maru_error *err) {
    struct database *writer = &d->signals->writer;
    database_enter(writer);
    maru_status st = database_begin(writer, err);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        const int64_t id = signals_find(d->signals, row[i].source, strlen(row[i].source));
        st = id > 0 ? declare_known(d, &row[i], id, err) : declare_new(d, &row[i], err);
    }
    return database_leave(writer, st, err);
}

static maru_status take_names(struct signals *signals, const struct names *added, maru_error *err) {
    maru_status st = series_make_room(signals, signals->n_series + added->n, err);
    for (uint32_t i = 0; st == MARU_OK && i < added->n; i++) {
        uint32_t number = 0;
        st = names_add(&signals->source, added->name[i], added->n_byte[i], &number, err);
    }
    return st;
}

static maru_status take_over(const struct declaring *d, maru_error *err) {
    struct signals *signals = d->signals;
    const maru_status st = take_names(signals, &d->added, err);
    for (size_t i = 0; st == MARU_OK && i < d->n; i++) {
        signals->series[d->change[i].series].said = d->change[i].said;
    }
    if (d->n_update > 0) {
        atomic_fetch_add(&signals->naming, 1);
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
    struct declaring d = {.signals = signals, .change = alloc_new(n + 1, sizeof *d.change)};
    if (!d.change) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    names_init(&d.added, SIGNALS_MAX_NAMES_BYTES);
    commit_enter(signals);
    st = declare_all(&d, row, n, err);
    pthread_mutex_lock(&signals->lock);
    if (st == MARU_OK) {
        st = take_over(&d, err);
        signals->is_behind = signals->is_behind || st != MARU_OK;
        signals->n_series =
            signals->source.n < signals->cap_series ? signals->source.n : signals->cap_series;
    }
    signals->is_committing = false;
    pthread_cond_broadcast(&signals->is_done);
    pthread_mutex_unlock(&signals->lock);
    names_fini(&d.added);
    alloc_free(d.change);
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
    struct placing_room room;
    struct query query;
    maru_status st = MARU_OK;
    database_require_none(); // it is asked under the lock
    pthread_rwlock_rdlock(&signals->placing_lock);
    database_enter(signals->reader);
    query_open(&query, signals->reader,
               "SELECT id, source, asset, name, unit, type FROM signal WHERE id > ?"
               " ORDER BY id LIMIT ?");
    query_bind_integer(&query, after);
    query_bind_integer(&query, limit);
    while (st == MARU_OK && query_row(&query)) {
        struct signal_row row = {.id = query_integer(&query, 0),
                                 .source = query_text(&query, 1),
                                 .asset = query_text(&query, 2),
                                 .name = query_text(&query, 3),
                                 .unit = query_text(&query, 4),
                                 .type = (enum sample_type)query_integer(&query, 5)};
        struct placed placed = {row.asset, row.name, row.unit};
        placing_apply(signals->placing, row.source, strlen(row.source), &placed, &room);
        row.asset = placed.asset;
        row.name = placed.name;
        row.unit = placed.unit;
        st = see(context, &row, err);
    }
    const maru_status closed = query_close(&query, st == MARU_OK ? err : NULL);
    st = database_leave(signals->reader, st == MARU_OK ? closed : st, err);
    pthread_rwlock_unlock(&signals->placing_lock);
    return st;
}

// ---- where they stand

void signals_place(struct signals *signals, struct placing *placing) {
    database_require_none();
    pthread_rwlock_wrlock(&signals->placing_lock);
    struct placing *before = signals->placing;
    signals->placing = placing;
    pthread_rwlock_unlock(&signals->placing_lock);
    placing_free(before);
    atomic_fetch_add(&signals->naming, 1);
}

uint64_t signals_naming(struct signals *signals) { return atomic_load(&signals->naming); }
