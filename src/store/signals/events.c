#include "base/status.h"
#include "store/signals/inner.h"

// What happened. Events wait with the samples for the same transaction. One is known by who said what when of which lot and
// wafer, so that a repeat replaces itself. Numbers grow in the order of commits, since one thread writes.

static void bind_event(struct signals *signals, struct query *query, const struct event *event) {
    query_bind_integer(query, signals->next_event++);
    query_bind_integer(query, event->at_us);
    for (int i = 0; i < N_EVENT_TEXT; i++) {
        query_bind_text(query, event->text[i]);
    }
}

maru_status events_insert(struct signals *signals, const struct text *bytes, maru_error *err) {
    struct packed_bytes from = packed_text(bytes);
    struct event event;
    struct query query;
    if (bytes->n_bytes == 0) {
        return MARU_OK;
    }
    query_open(&query, &signals->writer,
               "INSERT INTO event(id, at_us, kind, source, name, lot, wafer, recipe, step, detail)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
               " ON CONFLICT(source, at_us, kind, name, lot, wafer) DO UPDATE SET"
               " id = CASE WHEN event.detail = excluded.detail THEN event.id ELSE excluded.id END,"
               " recipe = excluded.recipe, step = excluded.step, detail = excluded.detail");
    maru_status st = event_next(&from, &event, err);
    while (st == MARU_OK) {
        bind_event(signals, &query, &event);
        query_again(&query);
        st = event_next(&from, &event, err);
    }
    const maru_status closed = query_close(&query, st == MARU_MORE ? err : NULL);
    return st == MARU_MORE ? closed : st;
}

maru_status signals_add_events(struct signals *signals, const struct event *event, size_t n,
                               uint64_t *ticket, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        st = event_check(&event[i], err);
        if (st == MARU_OK &&
            (event[i].at_us < SIGNALS_FROM_US || event[i].at_us >= SIGNALS_TO_US)) {
            st = fail(err, MARU_E_RANGE, "an event has a time before 1900 or after 2199");
        }
    }
    if (st != MARU_OK) {
        return st;
    }
    pthread_mutex_lock(&signals->lock);
    const size_t n_before = signals->pending_events.n_bytes;
    for (size_t i = 0; i < n; i++) {
        event_write(&signals->pending_events, &event[i]);
    }
    st = signals->pending_events.status;
    if (st != MARU_OK) {
        st = fail(err, st, "more events wait to be written than memory may hold; try again");
        signals->pending_events.status = MARU_OK;
        signals->pending_events.n_bytes = n_before;
    } else {
        *ticket = n > 0 ? signals->group : signals->done_group;
    }
    pthread_mutex_unlock(&signals->lock);
    return st;
}

struct telling {
    signals_see_event see;
    void *context;
};

static maru_status tell_event(void *context, const struct query *query, maru_error *err) {
    const struct telling *to = context;
    struct event event = {.at_us = query_integer(query, 1)};
    for (int i = 0; i < N_EVENT_TEXT; i++) {
        event.text[i] = query_text(query, 2 + i);
    }
    return to->see(to->context, query_integer(query, 0), &event, err);
}

maru_status signals_each_event(struct signals *signals, const struct event_filter *filter,
                               signals_see_event see, void *context, maru_error *err) {
    struct query query;
    database_enter(signals->reader);
    query_open(&query, signals->reader,
               "SELECT id, at_us, kind, source, name, lot, wafer, recipe, step, detail FROM event"
               " WHERE at_us >= ? AND at_us < ? AND (?3 = '' OR kind = ?3)"
               " AND (?4 = '' OR source = ?4) AND (?5 = '' OR lot = ?5)"
               " AND (at_us < ?6 OR (at_us = ?6 AND id < ?7)) AND (?8 = '' OR name = ?8)"
               " ORDER BY at_us DESC, id DESC LIMIT ?9");
    query_bind_integer(&query, filter->from_us);
    // what is not older than before_us need not be looked through
    query_bind_integer(&query,
                       filter->before_us < filter->to_us ? filter->before_us + 1 : filter->to_us);
    query_bind_text(&query, filter->kind);
    query_bind_text(&query, filter->source);
    query_bind_text(&query, filter->lot);
    query_bind_integer(&query, filter->before_us);
    query_bind_integer(&query, filter->before_id);
    query_bind_text(&query, filter->name ? filter->name : "");
    query_bind_integer(&query, filter->limit);
    struct telling to = {see, context};
    return query_tell(&query, NULL, tell_event, &to, err);
}

maru_status signals_each_event_after(struct signals *signals, int64_t after, int64_t limit,
                                     signals_see_event see, void *context, maru_error *err) {
    struct query query;
    database_enter(signals->reader);
    query_open(&query, signals->reader,
               "SELECT id, at_us, kind, source, name, lot, wafer, recipe, step, detail FROM event"
               " WHERE id > ? ORDER BY id LIMIT ?");
    query_bind_integer(&query, after);
    query_bind_integer(&query, limit);
    struct telling to = {see, context};
    return query_tell(&query, NULL, tell_event, &to, err);
}

maru_status signals_last_event(struct signals *signals, int64_t *number, maru_error *err) {
    struct query query;
    database_enter(signals->reader);
    query_open(&query, signals->reader, "SELECT coalesce(max(id), 0) FROM event");
    *number = query_row(&query) ? query_integer(&query, 0) : 0;
    return database_leave(signals->reader, query_close(&query, err), err);
}
