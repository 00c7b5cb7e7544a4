#include "control/fdc/window.h"

#include "base/status.h"

#include <math.h>
#include <stdbool.h>

// Two passes over the samples of the trimmed step: the first finds the extremes and means, the second sums
// squares and products around these means, so that far offsets and long times cost no digits. Times are
// seconds since the beginning of the trimmed step.

static const char *const names[N_WINDOW_FEATURE] = {
    "mean", "sd", "min", "max", "range", "slope", "area", "time_mean", "count", "missing"};

const char *window_feature_name(enum window_feature feature) { return names[feature]; }

static maru_status check(const struct window_options *o, maru_time start_us, maru_time end_us,
                         maru_error *err) {
    const bool is_share = o->head_share >= 0.0 && o->tail_share >= 0.0 &&
                          o->head_share + o->tail_share < 1.0; // false for NaN
    if (!is_share || o->head_us < 0 || o->tail_us < 0 || o->period_us < 0) {
        return fail(err, MARU_E_RANGE, "a step cannot be trimmed by these shares and times");
    }
    if (end_us < start_us) {
        return fail(err, MARU_E_RANGE, "the step ends before it begins");
    }
    return MARU_OK;
}

// Cut the ends; what is left may be nothing.
static void trim(const struct window_options *o, maru_time start_us, maru_time end_us,
                 struct window *out) {
    const uint64_t length = (uint64_t)end_us - (uint64_t)start_us;
    uint64_t left = length; // each cut is compared with what is left, so that no sum overflows
    uint64_t cut[2] = {(uint64_t)(o->head_share * (double)length),
                       (uint64_t)(o->tail_share * (double)length)};
    const uint64_t more[2] = {(uint64_t)o->head_us, (uint64_t)o->tail_us};
    bool is_left = true;
    for (int i = 0; i < 2 && is_left; i++) {
        is_left = cut[i] < left && more[i] < left - cut[i];
        cut[i] += more[i];
        left -= is_left ? cut[i] : 0;
    }
    const uint64_t head = cut[0];
    const uint64_t tail = cut[1];
    out->from_us = is_left ? (maru_time)((uint64_t)start_us + head) : start_us;
    out->until_us = is_left ? (maru_time)((uint64_t)end_us - tail) : start_us;
}

static bool is_good(const struct sample *sample, double *value) {
    *value = sample_number(sample);
    return sample->quality >= QUALITY_UNCERTAIN && isfinite(*value);
}

static double seconds(const struct window *window, const struct sample *sample) {
    return (double)((uint64_t)sample->at_us - (uint64_t)window->from_us) * 1e-6;
}

struct sums {
    size_t n, n_bad;
    double time, value; // sums
    double least, most;
    double area;
    double first_s, last_s, last_value;
};

static void add(struct sums *s, double at_s, double value) {
    if (s->n == 0) {
        s->first_s = at_s;
        s->least = s->most = value;
    } else {
        s->area += 0.5 * (at_s - s->last_s) * (value + s->last_value);
    }
    s->least = value < s->least ? value : s->least;
    s->most = value > s->most ? value : s->most;
    s->time += at_s;
    s->value += value;
    s->last_s = at_s;
    s->last_value = value;
    s->n++;
}

static double missing_share(const struct window_options *options, const struct window *window,
                            const struct sums *s) {
    const double n_seen = (double)(s->n + s->n_bad);
    double share = n_seen > 0.0 ? (double)s->n_bad / n_seen : 1.0;
    if (options->period_us > 0) {
        const uint64_t length = (uint64_t)window->until_us - (uint64_t)window->from_us;
        const uint64_t n_period = length / (uint64_t)options->period_us;
        const double n_expected = (double)n_period;
        if (n_expected > 0.0) {
            share = fmax(share, 1.0 - (double)s->n / n_expected);
        }
    }
    return share;
}

// Spread and slope, around the means that are known now.
static void second_pass(const struct sample *samples, size_t n_sample, const struct sums *s,
                        struct window *out) {
    const double mean = s->value / (double)s->n;
    const double middle = s->time / (double)s->n;
    double rest = 0.0, squares = 0.0, times = 0.0, products = 0.0;
    for (size_t i = 0; i < n_sample; i++) {
        double value = 0.0;
        if (is_good(&samples[i], &value)) {
            const double d = value - mean;
            const double t = seconds(out, &samples[i]) - middle;
            rest += d;
            squares += d * d;
            times += t * t;
            products += t * d;
        }
    }
    const double n = (double)s->n;
    out->feature[WINDOW_MEAN] = mean + rest / n;
    if (s->n >= 2) {
        const double variance = (squares - rest * rest / n) / (n - 1.0);
        out->feature[WINDOW_SD] = sqrt(variance > 0.0 ? variance : 0.0);
        out->feature[WINDOW_SLOPE] = times > 0.0 ? products / times : (double)NAN;
    }
}

static void fill(const struct window_options *options, const struct sample *samples,
                 size_t n_sample, const struct sums *s, struct window *out) {
    for (int i = 0; i < N_WINDOW_FEATURE; i++) {
        out->feature[i] = NAN;
    }
    out->feature[WINDOW_COUNT] = (double)s->n;
    out->feature[WINDOW_MISSING] = missing_share(options, out, s);
    if (s->n == 0) {
        return;
    }
    out->feature[WINDOW_MIN] = s->least;
    out->feature[WINDOW_MAX] = s->most;
    out->feature[WINDOW_RANGE] = s->most - s->least;
    out->feature[WINDOW_AREA] = s->area;
    const double span = s->last_s - s->first_s;
    second_pass(samples, n_sample, s, out);
    out->feature[WINDOW_TIME_MEAN] = span > 0.0 ? s->area / span : out->feature[WINDOW_MEAN];
}

maru_status window_of(const struct window_options *options, maru_time start_us, maru_time end_us,
                      const struct sample *samples, size_t n_sample, struct window *out,
                      maru_error *err) {
    const maru_status st = check(options, start_us, end_us, err);
    if (st != MARU_OK) {
        return st;
    }
    struct window window;
    trim(options, start_us, end_us, &window);
    size_t first = n_sample, last = 0; // of those inside
    struct sums s = {0};
    for (size_t i = 0; i < n_sample; i++) {
        if (i > 0 && samples[i].at_us < samples[i - 1].at_us) {
            return fail(err, MARU_E_INPUT, "sample %zu is older than the one before it", i + 1);
        }
        if (samples[i].at_us < window.from_us || samples[i].at_us >= window.until_us) {
            continue;
        }
        first = i < first ? i : first;
        last = i + 1;
        double value = 0.0;
        if (is_good(&samples[i], &value)) {
            add(&s, seconds(&window, &samples[i]), value);
        } else {
            s.n_bad++;
        }
    }
    const size_t n_inside = last > first ? last - first : 0;
    fill(options, n_inside > 0 ? samples + first : samples, n_inside, &s, &window);
    *out = window;
    return MARU_OK;
}
