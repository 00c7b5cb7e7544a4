#include "learn/drift/level_watch.h"

#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/status.h"

// A memory begins at 0, which is where training stood. After n rows a share left = (1 - speed)^n of it is still that beginning: of rows that do not know each
// other the memory has then the variance speed / (2 - speed) (1 - left^2), and where training's mean is off by e it is off by (1 - left) e.

static const double speed[LEVEL_SPANS] = {1.0 / 32, 1.0 / 128, 1.0 / 512, 1.0 / 2048};
#define TELLING 4.0  // squares of deviations up to here say nothing
#define ROUNDED 1e-9 // of the mean square: no spread, but rounding
enum {
    SPELL_SPAN = 2,
    LEAST_SPELLS = 8, // a span says nothing before it holds so many
    TRUSTED_SPELLS = 32,
    MOST_TIMES = 4,
};

maru_status level_watch_init(struct level_watch *watch, const struct level_input *in,
                             struct arena *arena, maru_error *err) {
    const size_t n = in->n_feature, n_product = (size_t)in->wander->n_word + 1;
    struct level_watch w = {.in = *in};
    w.score = arena_take(arena, (size_t)in->first[n] + 1, sizeof *w.score);
    w.recent = arena_take(arena, LEVEL_SPANS * n + 1, sizeof *w.recent);
    w.square = arena_take(arena, n + 1, sizeof *w.square);
    w.step = arena_take(arena, n + 1, sizeof *w.step);
    w.last = arena_take(arena, n + 1, sizeof *w.last);
    w.mix = arena_take(arena, LEVEL_SPANS * n_product, sizeof *w.mix);
    if (!w.score || !w.recent || !w.square || !w.step || !w.last || !w.mix) {
        return arena_refusal(arena, err);
    }
    for (uint32_t f = 0; f < n; f++) {
        drift_scores(&in->reference[f], w.score + in->first[f]);
    }
    level_watch_reset(&w);
    *watch = w;
    return MARU_OK;
}

void level_watch_reset(struct level_watch *w) {
    const size_t n = w->in.n_feature;
    memset(w->recent, 0, LEVEL_SPANS * n * sizeof *w->recent);
    memset(w->square, 0, n * sizeof *w->square);
    memset(w->step, 0, n * sizeof *w->step);
    memset(w->last, 0, n * sizeof *w->last);
    memset(w->mix, 0, LEVEL_SPANS * ((size_t)w->in.wander->n_word + 1) * sizeof *w->mix);
    for (int k = 0; k < LEVEL_SPANS; k++) {
        w->left[k] = 1.0;
    }
    w->n = 0;
}

static void step_mix(struct level_watch *w, uint32_t product) {
    const uint32_t n_product = w->in.wander->n_word + 1;
    for (int k = 0; k < LEVEL_SPANS; k++) {
        double *mix = w->mix + (size_t)k * n_product;
        for (uint32_t i = 0; i < n_product; i++) {
            mix[i] -= speed[k] * mix[i];
        }
        mix[product] += speed[k];
        w->left[k] *= 1.0 - speed[k];
    }
}

void level_watch_step(struct level_watch *w, const uint8_t *bin, const float *x) {
    const struct wander *wander = w->in.wander;
    const uint32_t n = w->in.n_feature, product = wander_product(wander, x);
    const double *level = wander->level + (size_t)product * n;
    const bool is_known = wander->n_row[product] >= WANDER_LEAST_ROWS; // others count as usual
    step_mix(w, product);
    for (uint32_t f = 0; f < n; f++) {
        const double z = is_known ? w->score[w->in.first[f] + bin[f]] - level[f] : 0.0;
        const double move = w->n > 0 ? z - w->last[f] : 0.0;
        for (uint32_t k = 0; k < LEVEL_SPANS; k++) {
            double *recent = &w->recent[(size_t)k * n + f];
            *recent += speed[k] * (z - *recent);
        }
        w->square[f] += speed[SPELL_SPAN] * (z * z - w->square[f]);
        w->step[f] += speed[SPELL_SPAN] * (move * move / 2.0 - w->step[f]);
        w->last[f] = z;
    }
    w->n++;
}

// Of a memory of rows that do not know each other.
static double variance_of(const struct level_watch *w, uint32_t span) {
    return speed[span] / (2.0 - speed[span]) * (1.0 - w->left[span] * w->left[span]);
}

// How many equal rows a memory is worth.
static double rows_of(const struct level_watch *w, uint32_t span) {
    const double seen = 1.0 - w->left[span];
    return seen > 0.0 ? seen * seen / variance_of(w, span) : 0.0;
}

static double spread_of(const struct level_watch *w, uint32_t f) {
    const double seen = 1.0 - w->left[SPELL_SPAN];
    const double mean = w->recent[(size_t)SPELL_SPAN * w->in.n_feature + f];
    const double square = seen > 0.0 ? w->square[f] / seen : 0.0;
    const double spread = seen > 0.0 ? square - mean * mean / seen / seen : 0.0;
    return spread > ROUNDED * square ? spread : 0.0;
}

// What comes has not shown all of its spread while it is few spells: until it is TRUSTED_SPELLS, training's counts for a part. Where values shift to one end, scores
// move less, whatever their spells: so that makes them at most MOST_TIMES as long.
static double spell_now(const struct level_watch *w, uint32_t f) {
    const double n = rows_of(w, SPELL_SPAN), spread = spread_of(w, f);
    if (n <= 2.0) {
        return 1.0;
    }
    const double step = w->step[f] / (1.0 - w->left[SPELL_SPAN]);
    const double own = wander_spell(step, spread, n), part = fmin(TRUSTED_SPELLS * own / n, 1.0);
    const double usual = part * w->in.wander->spread[f];
    return fmin(wander_spell(step, fmax(spread, usual), n), MOST_TIMES * own);
}

double level_watch_spell(const struct level_watch *w, uint32_t f) {
    return fmax(spell_now(w, f), w->in.wander->spell[f]);
}

// What training's levels, weighed as products come now, are off by themselves.
static double doubt_of(const struct level_watch *w, uint32_t span) {
    const struct wander *wander = w->in.wander;
    const double *mix = w->mix + (size_t)span * (wander->n_word + 1);
    double doubt = 0;
    for (uint32_t i = 0; i <= wander->n_word; i++) {
        doubt += wander->n_row[i] > 0 ? mix[i] * mix[i] / (double)wander->n_row[i] : 0.0;
    }
    return doubt;
}

double level_watch_p(const struct level_watch *w, uint32_t f, double spell) {
    const double spread = fmax(w->in.wander->spread[f], spread_of(w, f));
    double most = 0;
    for (uint32_t k = 0; k < LEVEL_SPANS && spread > 0.0; k++) {
        if (rows_of(w, k) >= LEAST_SPELLS * spell) {
            const double off = w->recent[(size_t)k * w->in.n_feature + f];
            const double variance = spread * spell * (variance_of(w, k) + doubt_of(w, k));
            most = fmax(most, off * off / variance);
        }
    }
    return most > TELLING ? 2.0 * LEVEL_SPANS * normal_above(sqrt(most)) : 1.0;
}

// ---- bytes

static void write_some(const double *value, size_t n, struct text *out) {
    for (size_t i = 0; i < n; i++) {
        binary_add_double(out, value[i]);
    }
}

// Each within least and most.
static void read_some(struct binary *in, double *value, size_t n, double least, double most) {
    for (size_t i = 0; i < n && !in->is_bad; i++) {
        value[i] = binary_double(in);
        in->is_bad = in->is_bad || !(value[i] >= least && value[i] <= most);
    }
}

void level_watch_write(const struct level_watch *w, struct text *out) {
    const size_t n = w->in.n_feature;
    binary_add_u64(out, w->n);
    write_some(w->recent, LEVEL_SPANS * n, out);
    write_some(w->square, n, out);
    write_some(w->step, n, out);
    write_some(w->last, n, out);
    write_some(w->mix, LEVEL_SPANS * ((size_t)w->in.wander->n_word + 1), out);
    write_some(w->left, LEVEL_SPANS, out);
}

void level_watch_read(struct level_watch *w, struct binary *in) {
    enum { MOST = 64 }; // above any score less any level
    const size_t n = w->in.n_feature;
    w->n = binary_u64(in);
    read_some(in, w->recent, LEVEL_SPANS * n, -MOST, MOST);
    read_some(in, w->square, n, 0, MOST * MOST);
    read_some(in, w->step, n, 0, 2 * MOST * MOST);
    read_some(in, w->last, n, -MOST, MOST);
    read_some(in, w->mix, LEVEL_SPANS * ((size_t)w->in.wander->n_word + 1), 0, 1);
    read_some(in, w->left, LEVEL_SPANS, 0, 1);
}
