#include "serve/floor/past.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"
#include "serve/floor/news.h"

// The store gives one signal after the other; engines want them merged. So a span of time is read of all signals, sorted and
// handed on; where it does not fit, it is halved and read again, and where it did, the next is twice as long.

struct entry {
    struct sample sample;
    uint32_t tag, order;
    const struct event *event; // NULL: it is a sample
};

struct reading {
    struct arena arena; // texts and events of this span
    struct entry *entry;
    size_t n;
    uint32_t tag;
    bool is_full;
};

static maru_status keep(struct reading *reading, const struct entry *entry) {
    if (reading->n == PAST_MAX_ENTRIES) {
        reading->is_full = true;
        return MARU_E_STOPPED;
    }
    reading->entry[reading->n] = *entry;
    reading->entry[reading->n].order = (uint32_t)reading->n;
    reading->n++;
    return MARU_OK;
}

static maru_status see(void *context, const struct sample *sample, size_t n, maru_error *err) {
    struct reading *reading = context;
    for (size_t i = 0; i < n; i++) {
        struct entry entry = {.sample = sample[i], .tag = reading->tag};
        if (sample[i].type == SAMPLE_TEXT) {
            entry.sample.value.text =
                arena_text(&reading->arena, sample[i].value.text, sample[i].n_text);
            if (!entry.sample.value.text) {
                reading->is_full = reading->arena.is_full;
                return arena_refusal(&reading->arena, err);
            }
        }
        const maru_status st = keep(reading, &entry);
        if (st != MARU_OK) {
            return fail(err, st, "enough");
        }
    }
    return MARU_OK;
}

static maru_status see_event(void *context, int64_t id, const struct event *event,
                             maru_error *err) {
    struct reading *reading = context;
    (void)id;
    if (strcmp(event->source, NEWS_SOURCE) == 0) {
        return MARU_OK;
    }
    struct event *copy = arena_take(&reading->arena, 1, sizeof *copy);
    bool is_whole = copy != NULL;
    for (int i = 0; is_whole && i < N_EVENT_TEXT; i++) {
        copy->text[i] = arena_text(&reading->arena, event->text[i], strlen(event->text[i]));
        is_whole = copy->text[i] != NULL;
    }
    if (!is_whole) {
        reading->is_full = reading->arena.is_full;
        return arena_refusal(&reading->arena, err);
    }
    copy->at_us = event->at_us;
    const struct entry entry = {.sample.at_us = event->at_us, .event = copy};
    const maru_status st = keep(reading, &entry);
    return st == MARU_OK ? st : fail(err, st, "enough");
}

static int compare(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->sample.at_us != y->sample.at_us) {
        return x->sample.at_us < y->sample.at_us ? -1 : 1;
    }
    if ((x->event != NULL) != (y->event != NULL)) {
        return x->event ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

static maru_status read_span(struct signals *signals, const struct past *past,
                             struct reading *reading, maru_time from_us, maru_time to_us,
                             maru_error *err) {
    maru_status st = MARU_OK;
    reading->n = 0;
    reading->is_full = false;
    arena_fini(&reading->arena);
    arena_init(&reading->arena, PAST_MAX_BYTES);
    if (past->take_event) {
        const struct event_filter filter = {.from_us = from_us,
                                            .to_us = to_us,
                                            .before_us = INT64_MAX,
                                            .limit = PAST_MAX_ENTRIES + 1,
                                            .kind = "",
                                            .source = "",
                                            .lot = ""};
        st = signals_each_event(signals, &filter, see_event, reading, err);
        for (size_t i = 0; i < reading->n; i++) { // they came newest first
            reading->entry[i].order = (uint32_t)(reading->n - i);
        }
    }
    for (size_t i = 0; st == MARU_OK && i < past->n_signal; i++) {
        const struct past_signal *signal = &past->signal[i];
        const maru_time first_us = signal->from_us > from_us ? signal->from_us : from_us;
        reading->tag = signal->tag;
        if (first_us < to_us) {
            st = signals_read(signals, signal->signal, first_us, to_us, see, reading, err);
        }
    }
    return st;
}

static maru_status hand_on(const struct past *past, struct reading *reading, maru_error *err) {
    maru_status st = MARU_OK;
    qsort(reading->entry, reading->n, sizeof *reading->entry, compare);
    for (size_t i = 0; st == MARU_OK && i < reading->n; i++) {
        const struct entry *entry = &reading->entry[i];
        st = entry->event ? past->take_event(past->context, entry->event, err)
                          : past->take(past->context, entry->tag, &entry->sample, err);
    }
    return st;
}

maru_status past_read(struct signals *signals, const struct past *past, maru_error *err) {
    struct reading reading = {.entry = alloc_new(PAST_MAX_ENTRIES, sizeof *reading.entry)};
    maru_status st = reading.entry ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    maru_time at_us = past->from_us > SIGNALS_FROM_US ? past->from_us : SIGNALS_FROM_US;
    const maru_time end_us = past->to_us < SIGNALS_TO_US ? past->to_us : SIGNALS_TO_US;
    maru_time span_us = end_us - at_us;
    while (st == MARU_OK && at_us < end_us) {
        span_us = span_us < end_us - at_us ? span_us : end_us - at_us;
        st = read_span(signals, past, &reading, at_us, at_us + span_us, err);
        if (st != MARU_OK && reading.is_full && span_us > 1) {
            span_us /= 2;
            st = MARU_OK;
            continue;
        }
        if (reading.is_full) {
            st = fail(err, MARU_E_LIMIT, "more than %d samples of one moment", PAST_MAX_ENTRIES);
        }
        st = st == MARU_OK ? hand_on(past, &reading, err) : st;
        at_us += span_us;
        span_us = span_us < INT64_MAX / 2 ? 2 * span_us : span_us;
    }
    arena_fini(&reading.arena);
    alloc_free(reading.entry);
    return st;
}
