#include "target.h"

#include "control/fdc/window.h"

#include <math.h>
#include <string.h>

// Any samples of any step: features are refused with a sentence, or what they are called: the least is not
// above the most, counts are counts, the mean lies between the extremes; and what lies outside of the
// trimmed step changes nothing.

enum { MOST = 200 };

static uint64_t word(const uint8_t **bytes, size_t *n, size_t n_take) {
    uint64_t out = 0;
    const size_t n_there = n_take < *n ? n_take : *n;
    if (n_there > 0) {
        memcpy(&out, *bytes, n_there);
    }
    *bytes += n_there;
    *n -= n_there;
    return out;
}

static size_t read_samples(const uint8_t *bytes, size_t n, maru_time at_us,
                           struct sample *samples) {
    size_t n_sample = 0;
    for (; n_sample < MOST && n > 0; n_sample++) {
        const uint64_t form = word(&bytes, &n, 1);
        struct sample *s = &samples[n_sample];
        const maru_time gap = (maru_time)word(&bytes, &n, form & 1 ? 8 : 2);
        at_us = form & 1 ? gap : at_us > INT64_MAX - gap ? INT64_MAX : at_us + gap;
        *s = (struct sample){.at_us = at_us, .quality = form & 2 ? QUALITY_BAD : QUALITY_GOOD};
        if (form & 4) {
            const uint64_t raw = word(&bytes, &n, 8);
            memcpy(&s->value.number, &raw, sizeof raw);
        } else {
            s->value.number = (double)word(&bytes, &n, 1);
        }
    }
    return n_sample;
}

static void look(const struct window *w, size_t n_sample) {
    const double *f = w->feature;
    must(f[WINDOW_COUNT] >= 0.0 && f[WINDOW_COUNT] <= (double)n_sample);
    must(f[WINDOW_MISSING] >= 0.0 && f[WINDOW_MISSING] <= 1.0);
    must(!(f[WINDOW_MIN] > f[WINDOW_MAX]) && !(f[WINDOW_RANGE] < 0.0) && !(f[WINDOW_SD] < 0.0));
    if (fabs(f[WINDOW_MIN]) < 1e100 && fabs(f[WINDOW_MAX]) < 1e100) { // else the sum may overflow
        const double room = 1e-12 * (fabs(f[WINDOW_MIN]) + fabs(f[WINDOW_MAX]));
        must(f[WINDOW_MEAN] >= f[WINDOW_MIN] - room && f[WINDOW_MEAN] <= f[WINDOW_MAX] + room);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const maru_time start_us = (maru_time)word(&bytes, &n, 8);
    const maru_time end_us = (maru_time)((uint64_t)start_us + word(&bytes, &n, 4));
    const struct window_options options = {
        .head_share = (double)word(&bytes, &n, 1) / 256.0,
        .tail_share = (double)word(&bytes, &n, 1) / 256.0,
        .head_us = (maru_time)word(&bytes, &n, 2),
        .period_us = (maru_time)word(&bytes, &n, 2),
    };
    struct sample samples[MOST];
    const size_t n_sample = read_samples(bytes, n, start_us, samples);
    struct window w, again;
    maru_error err = {0};
    if (window_of(&options, start_us, end_us, samples, n_sample, &w, &err) != MARU_OK) {
        must(err.text[0] != '\0');
        return 0;
    }
    look(&w, n_sample);
    for (size_t i = 0; i < n_sample; i++) {
        const bool is_inside = samples[i].at_us >= w.from_us && samples[i].at_us < w.until_us;
        samples[i].value.number = is_inside ? samples[i].value.number : 1e300;
    }
    must(window_of(&options, start_us, end_us, samples, n_sample, &again, &err) == MARU_OK);
    must(memcmp(w.feature, again.feature, sizeof w.feature) == 0);
    return 0;
}
