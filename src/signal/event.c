#include "signal/event.h"

#include <string.h>

#include "base/status.h"

// As bytes: the time as svarint, then each text with its length before it and a 0 behind it, so that it is read in place.

static const char *const text_name[N_EVENT_TEXT] = {"kind",  "source", "name", "lot",
                                                    "wafer", "recipe", "step", "detail"};
enum { DETAIL = N_EVENT_TEXT - 1, N_REQUIRED = 3 };

static size_t max_bytes(int i) {
    return i == DETAIL ? EVENT_MAX_DETAIL_BYTES : EVENT_MAX_TEXT_BYTES;
}

maru_status event_check(const struct event *event, maru_error *err) {
    for (int i = 0; i < N_EVENT_TEXT; i++) {
        const size_t n = strlen(event->text[i]);
        if (n >= max_bytes(i)) {
            return fail(err, MARU_E_LIMIT, "%s of an event has more than %zu bytes", text_name[i],
                        max_bytes(i) - 1);
        }
        if (!text_is_utf8(event->text[i], n)) {
            return fail(err, MARU_E_INPUT, "%s of an event is no UTF-8", text_name[i]);
        }
        if (n == 0 && i < N_REQUIRED) {
            return fail(err, MARU_E_INPUT, "an event needs its %s", text_name[i]);
        }
    }
    return MARU_OK;
}

void event_write(struct text *out, const struct event *event) {
    uint8_t head[10];
    text_add(out, (const char *)head, svarint_write(head, event->at_us));
    for (int i = 0; i < N_EVENT_TEXT; i++) {
        const size_t n = strlen(event->text[i]);
        text_add(out, (const char *)head, varint_write(head, n));
        text_add(out, event->text[i], n);
        text_add(out, "", 1);
    }
}

maru_status event_next(struct packed_bytes *from, struct event *out, maru_error *err) {
    struct event event = {0};
    if (from->at == from->end) {
        return MARU_MORE;
    }
    bool is_good = svarint_read(from, &event.at_us);
    for (int i = 0; is_good && i < N_EVENT_TEXT; i++) {
        uint64_t n = 0;
        is_good = varint_read(from, &n) && n < max_bytes(i) &&
                  n < (uint64_t)(from->end - from->at) && from->at[n] == 0 &&
                  memchr(from->at, 0, (size_t)n) == NULL;
        if (is_good) {
            event.text[i] = (const char *)from->at;
            from->at += n + 1;
        }
    }
    if (!is_good) {
        return fail(err, MARU_E_INPUT, "a list of events is damaged");
    }
    *out = event;
    return MARU_OK;
}
