#include "serve/floor/windows/window_samples.h"

#include "base/alloc.h"
#include "base/status.h"

// A query costs more than the samples of a short window, so that windows of the past, which come one after the other, share one for
// each signal. Nothing is kept over a round of making, so late samples are not missed.

static maru_status take(void *context, const struct sample *sample, size_t n, maru_error *err) {
    struct window_samples *s = context;
    if (n > s->most - s->n) {
        s->is_too_many = true;
        return fail(err, MARU_E_STOPPED, "enough");
    }
    if (s->n + n > s->cap) {
        const size_t cap = 2 * (s->n + n);
        struct sample *more = alloc_resize(s->sample, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        s->sample = more;
        s->cap = cap;
    }
    for (size_t i = 0; i < n; i++) {
        struct sample *one = &s->sample[s->n++];
        *one = sample[i];
        if (one->type == SAMPLE_TEXT) { // its text is gone then, and it has no number
            one->value.text = "";
            one->n_text = 0;
        }
    }
    return MARU_OK;
}

// Append what the store has; nothing with is_too_many.
static maru_status read(struct window_samples *s, int64_t signal, maru_time from_us,
                        maru_time until_us, maru_error *err) {
    maru_error why = {0};
    const size_t n_before = s->n;
    if (signal == 0) {
        return MARU_OK;
    }
    const maru_status st = signals_read(s->signals, signal, from_us, until_us, take, s, &why);
    if (s->is_too_many) {
        s->n = n_before;
        return MARU_OK;
    }
    return st == MARU_OK ? st : fail(err, st, "%s", why.text);
}

// Where the windows end that are read together.
static maru_time end_of(const struct window_place *place, const struct window_span *span,
                        maru_time now_us) {
    const maru_time pause_us = span->until_us - span->from_us;
    maru_time until_us = span->until_us;
    uint32_t n = 1;
    for (const struct window_span *next = span + 1;
         next < place->span + place->n_span && n < WINDOW_AHEAD_SPANS; next++) {
        if (next->is_gone || next->due_us > now_us) {
            continue;
        }
        if (next->from_us < span->from_us || next->from_us - until_us > pause_us) {
            break;
        }
        until_us = next->until_us > until_us ? next->until_us : until_us;
        n++;
    }
    return until_us;
}

maru_status window_samples_ahead(struct window_samples *s, const struct window_place *place,
                                 uint32_t n_signal, const struct window_span *span,
                                 maru_time now_us, maru_error *err) {
    const maru_time until_us = end_of(place, span, now_us);
    maru_status st = MARU_OK;
    s->place = NULL;
    s->is_too_many = false;
    if (s->is_refused || until_us == span->until_us) {
        return MARU_OK;
    }
    s->n = 0;
    s->most = WINDOW_MAX_AHEAD_SAMPLES;
    for (uint32_t i = 0; st == MARU_OK && !s->is_too_many && i < n_signal; i++) {
        s->first[i] = s->n;
        st = read(s, place->signal[i], span->from_us, until_us, err);
        s->first[i + 1] = s->n;
    }
    s->is_refused = s->is_too_many;
    if (st == MARU_OK && !s->is_too_many) {
        s->place = place;
        s->from_us = span->from_us;
        s->until_us = until_us;
    }
    return st;
}

bool window_samples_cover(const struct window_samples *s, const struct window_place *place,
                          const struct window_span *span) {
    return s->place == place && span->from_us >= s->from_us && span->until_us <= s->until_us;
}

// The first of them that is not older.
static size_t find(const struct sample *sample, size_t n, maru_time at_us) {
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sample[middle].at_us < at_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

maru_status window_samples_of(struct window_samples *s, const struct window_place *place,
                              uint32_t signal, const struct window_span *span,
                              const struct sample **out, size_t *n, maru_error *err) {
    s->is_too_many = false;
    if (window_samples_cover(s, place, span)) {
        const struct sample *all = s->sample + s->first[signal];
        const size_t n_all = s->first[signal + 1] - s->first[signal];
        const size_t from = find(all, n_all, span->from_us), to = find(all, n_all, span->until_us);
        *out = n_all > 0 ? all + from : NULL;
        *n = to - from;
        return MARU_OK;
    }
    s->place = NULL;
    s->n = 0;
    s->most = WINDOW_MAX_SAMPLES;
    const maru_status st = read(s, place->signal[signal], span->from_us, span->until_us, err);
    *out = s->sample;
    *n = st == MARU_OK ? s->n : 0;
    return st;
}

void window_samples_fini(struct window_samples *s) {
    alloc_free(s->sample);
    *s = (struct window_samples){.signals = s->signals};
}
