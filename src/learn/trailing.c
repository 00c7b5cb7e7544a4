#include "learn/trailing.h"

#include <math.h>

#include "base/status.h"

// The past is a ring of samples, so that a step copies one sample and reads each window once. Sums are made anew for each step, never
// carried on: so there is no error that grows, and a run that is begun in its middle differs only while its windows fill.
//
// The line through values x at places t is slope = sum (t - mean t) (x - mean x) / sum (t - mean t)^2; what it leaves of the
// squares has n - 2 degrees of freedom.

static maru_status options_check(const struct trailing_options *o, maru_error *err) {
    if (o->n_column < 1) {
        return fail(err, MARU_E_RANGE, "windows of no column");
    }
    if (o->n_column > TRAILING_MAX_COLUMNS || o->n_window > TRAILING_MAX_WINDOWS) {
        return fail(err, MARU_E_LIMIT, "%u columns and %u windows: up to %d and %d", o->n_column,
                    o->n_window, TRAILING_MAX_COLUMNS, TRAILING_MAX_WINDOWS);
    }
    for (uint32_t w = 0; w < o->n_window; w++) {
        if (o->window[w] < 2) {
            return fail(err, MARU_E_RANGE, "a window of %u samples: at least 2", o->window[w]);
        }
        if (o->window[w] > TRAILING_MAX_LENGTH) {
            return fail(err, MARU_E_LIMIT, "a window of %u samples: up to %d", o->window[w],
                        TRAILING_MAX_LENGTH);
        }
    }
    if (o->n_column * (1 + N_TRAILING_KIND * o->n_window) > TRAILING_MAX_FEATURES) {
        return fail(err, MARU_E_LIMIT, "%u columns with %u windows: more than %d features",
                    o->n_column, o->n_window, TRAILING_MAX_FEATURES);
    }
    return MARU_OK;
}

maru_status trailing_init(const struct trailing_options *options, struct arena *arena,
                          struct trailing *out, maru_error *err) {
    const maru_status st = options_check(options, err);
    if (st != MARU_OK) {
        return st;
    }
    struct trailing t = {.options = *options, .n_kept = 1};
    for (uint32_t w = 0; w < options->n_window; w++) {
        t.n_kept = options->window[w] > t.n_kept ? options->window[w] : t.n_kept;
    }
    t.n_feature = options->n_column * (1 + N_TRAILING_KIND * options->n_window);
    t.past = arena_take(arena, (size_t)t.n_kept * options->n_column, sizeof *t.past);
    if (!t.past) {
        return arena_refusal(arena, err);
    }
    *out = t;
    return MARU_OK;
}

void trailing_start(struct trailing *trailing) { trailing->n_sample = 0; }

// Backwards through the past of a column, from the newest sample on.
struct back {
    const double *column; // of the oldest place of the ring
    uint32_t n_column, n_kept, at;
};

static struct back from_newest(const struct trailing *t, uint32_t column) {
    return (struct back){t->past + column, t->options.n_column, t->n_kept,
                         (uint32_t)((t->n_sample - 1) % t->n_kept)};
}

static double next_back(struct back *b) {
    const double x = b->column[(size_t)b->at * b->n_column];
    b->at = (b->at == 0 ? b->n_kept : b->at) - 1;
    return x;
}

static void tell_window(const struct trailing *t, uint32_t column, uint32_t length, float *out) {
    const uint32_t n_look = t->n_sample < length ? (uint32_t)t->n_sample : length;
    double n = 0.0, sum = 0.0, place = 0.0;
    struct back back = from_newest(t, column);
    for (uint32_t ago = 0; ago < n_look; ago++) {
        const double x = next_back(&back);
        if (isfinite(x)) {
            n += 1.0;
            sum += x;
            place -= ago;
        }
    }
    out[TRAILING_LEVEL] = n > 0.0 ? (float)(sum / n) : NAN;
    out[TRAILING_SLOPE] = NAN;
    out[TRAILING_SPREAD] = NAN;
    if (n < TRAILING_LEAST) {
        return;
    }
    const double mean = sum / n, middle = place / n;
    double xx = 0.0, xt = 0.0, tt = 0.0;
    back = from_newest(t, column);
    for (uint32_t ago = 0; ago < n_look; ago++) {
        const double x = next_back(&back);
        if (isfinite(x)) {
            const double dx = x - mean, dt = -(double)ago - middle;
            xx += dx * dx;
            xt += dx * dt;
            tt += dt * dt;
        }
    }
    const double left = xx - xt * xt / tt;
    out[TRAILING_SLOPE] = (float)(xt / tt);
    out[TRAILING_SPREAD] = (float)sqrt(fmax(left, 0.0) / (n - 2.0));
}

void trailing_step(struct trailing *trailing, const double *sample, float *feature) {
    struct trailing *t = trailing;
    const uint32_t n_column = t->options.n_column;
    double *now = t->past + (t->n_sample % t->n_kept) * n_column;
    t->n_sample++;
    for (uint32_t c = 0; c < n_column; c++) {
        now[c] = sample[c];
    }
    float *out = feature;
    for (uint32_t c = 0; c < n_column; c++) {
        *out++ = isfinite(now[c]) ? (float)now[c] : NAN;
        for (uint32_t w = 0; w < t->options.n_window; w++) {
            tell_window(t, c, t->options.window[w], out);
            out += N_TRAILING_KIND;
        }
    }
}

struct trailing_place trailing_place_of(const struct trailing *trailing, uint32_t feature) {
    const uint32_t n_window = trailing->options.n_window;
    const uint32_t each = 1 + N_TRAILING_KIND * n_window;
    const uint32_t in = feature % each;
    if (in == 0) {
        return (struct trailing_place){feature / each, n_window, TRAILING_LEVEL};
    }
    return (struct trailing_place){feature / each, (in - 1) / N_TRAILING_KIND,
                                   (enum trailing_kind)((in - 1) % N_TRAILING_KIND)};
}
