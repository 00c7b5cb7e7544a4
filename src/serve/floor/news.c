#include "serve/floor/news.h"

#include "base/status.h"

// They wait as bytes, one after the other, and go to the store in parts with one wait for the disk. To write one twice does no
// harm: an event is known by who says what when of which lot.

void news_init(struct news *news) {
    *news = (struct news){0};
    text_init(&news->bytes, NEWS_MAX_BYTES);
}

void news_fini(struct news *news) { text_fini(&news->bytes); }

void news_add(struct news *news, maru_time at_us, const char *kind, const char *name,
              const char *lot, const struct text *detail) {
    const struct event event = {.at_us = at_us,
                                .kind = kind,
                                .source = NEWS_SOURCE,
                                .name = name,
                                .lot = lot,
                                .wafer = "",
                                .recipe = "",
                                .step = "",
                                .detail = detail->n_bytes > 0 ? detail->bytes : "{}"};
    if (detail->status != MARU_OK) {
        news->n_dropped++;
        return;
    }
    news_add_event(news, &event);
}

void news_add_event(struct news *news, const struct event *event) {
    const size_t n_before = news->bytes.n_bytes;
    if (event->at_us < SIGNALS_FROM_US || event->at_us >= SIGNALS_TO_US ||
        event_check(event, NULL) != MARU_OK) {
        news->n_dropped++;
        return;
    }
    event_write(&news->bytes, event);
    if (news->bytes.status != MARU_OK) { // what is whole stays
        news->bytes.status = MARU_OK;
        news->bytes.n_bytes = n_before;
        news->n_dropped++;
    }
}

maru_status news_flush(struct news *news, struct signals *signals, maru_error *err) {
    enum { AT_ONCE = 256 };
    struct event event[AT_ONCE];
    uint64_t ticket = 0;
    if (news->bytes.n_bytes == 0) {
        return MARU_OK;
    }
    struct packed_bytes from = packed_text(&news->bytes);
    maru_status st = MARU_OK;
    while (st == MARU_OK) {
        size_t n = 0;
        while (n < AT_ONCE && (st = event_next(&from, &event[n], err)) == MARU_OK) {
            n++;
        }
        const bool is_end = st == MARU_MORE;
        st = st == MARU_OK || is_end ? signals_add_events(signals, event, n, &ticket, err) : st;
        if (is_end) {
            break;
        }
    }
    st = st == MARU_OK ? signals_commit(signals, ticket, err) : st;
    if (st == MARU_OK) {
        text_clear(&news->bytes);
    }
    return st;
}
