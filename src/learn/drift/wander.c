#include "learn/drift/wander.h"

#include <math.h>
#include <string.h>

#include "base/status.h"

// Two estimates of a spell, the larger holds: one by neighbors, as if values forgot at a steady pace, and one by the means of ten parts of all rows, which
// also sees what lasts for long. Few rows know neither: then all of them are one spell.

enum { N_PART = 10, LEAST_KNOWN = 2 * N_PART };
#define LEAST_EXPLAINED 0.05 // of the scores' variance, or products do not matter

struct room {         // of one feature after another
    double *z;        // (n_row)
    uint8_t *product; // (n_row)
    double *sum;      // (n_word + 1)
    double score[DRIFT_MAX_BINS + 3];
};

uint32_t wander_product(const struct wander *wander, const float *x) {
    uint32_t w = 0;
    while (w < wander->n_word && x[wander->first + w] != 1.0F) {
        w++;
    }
    return w;
}

double wander_spell(double step, double spread, double n) {
    if (!(spread > 0.0)) {
        return 1.0;
    }
    const double r = fmax(1.0 - step / spread, 0.0);
    const double fair = fmin(r + (1.0 + 3.0 * r) / n, 1.0);
    return fair < 1.0 ? fmin(fmax((1.0 + fair) / (1.0 - fair), 1.0), n) : n;
}

static void find_scores(const struct wander_input *in, uint32_t f, struct room *room) {
    drift_scores(&in->reference[f], room->score);
    for (uint32_t i = 0; i < in->n_row; i++) {
        const double value = (double)in->x[(size_t)i * in->n_feature + f];
        room->z[i] = room->score[drift_bin_of_number(&in->reference[f], value)];
    }
}

static void find_products(const struct wander_input *in, const struct wander_words *words,
                          struct room *room) {
    const struct wander of = {.first = words->first, .n_word = words->n_word};
    for (uint32_t i = 0; i < in->n_row; i++) {
        room->product[i] = (uint8_t)wander_product(&of, in->x + (size_t)i * in->n_feature);
    }
}

static void count_products(const struct wander_input *in, const struct room *room,
                           uint32_t n_product, uint64_t *n_row) {
    memset(n_row, 0, n_product * sizeof *n_row);
    for (uint32_t i = 0; i < in->n_row; i++) {
        n_row[room->product[i]]++;
    }
}

// Mean scores of a feature's products.
static void find_levels(const struct wander_input *in, struct room *room, uint32_t n_product,
                        const uint64_t *n_row) {
    memset(room->sum, 0, n_product * sizeof *room->sum);
    for (uint32_t i = 0; i < in->n_row; i++) {
        room->sum[room->product[i]] += room->z[i];
    }
    for (uint32_t k = 0; k < n_product; k++) {
        room->sum[k] = n_row[k] >= WANDER_LEAST_ROWS ? room->sum[k] / (double)n_row[k] : 0.0;
    }
}

// The share of the scores' variance, weighed by feature, that products explain.
static double explained(const struct wander_input *in, struct room *room, uint32_t n_product,
                        const uint64_t *n_row) {
    double share = 0;
    for (uint32_t f = 0; f < in->n_feature; f++) {
        double all = 0, by_products = 0;
        if (!(in->weight[f] > 0.0)) {
            continue;
        }
        find_scores(in, f, room);
        find_levels(in, room, n_product, n_row);
        for (uint32_t i = 0; i < in->n_row; i++) {
            all += room->z[i] * room->z[i];
        }
        for (uint32_t k = 0; k < n_product; k++) {
            by_products += (double)n_row[k] * room->sum[k] * room->sum[k];
        }
        share += all > 0.0 ? in->weight[f] * by_products / all : 0.0;
    }
    return share;
}

static double spell_of_parts(const double *z, uint32_t n, double spread) {
    const uint32_t n_each = n / N_PART;
    double part[N_PART] = {0}, mean = 0, between = 0;
    for (uint32_t i = 0; i < n_each * N_PART; i++) {
        part[i / n_each] += z[i] / n_each;
    }
    for (int k = 0; k < N_PART; k++) {
        mean += part[k] / N_PART;
    }
    for (int k = 0; k < N_PART; k++) {
        between += (part[k] - mean) * (part[k] - mean) / (N_PART - 1);
    }
    return between * n_each / spread;
}

// Of scores whose mean is 0.
static void find_spell(const double *z, uint32_t n, double *spread, double *spell) {
    double step = 0;
    *spread = 0;
    for (uint32_t i = 0; i < n; i++) {
        *spread += z[i] * z[i] / n;
    }
    for (uint32_t i = 1; i < n; i++) {
        const double move = z[i] - z[i - 1];
        step += move * move / 2.0 / (n - 1);
    }
    *spell = 1.0;
    if (*spread > 0.0) {
        const double parts = n >= LEAST_KNOWN ? spell_of_parts(z, n, *spread) : n;
        *spell = fmin(fmax(wander_spell(step, *spread, n), parts), n);
    }
}

maru_status wander_spell_of(const double *value, uint32_t n, struct arena *arena, double *spell,
                            maru_error *err) {
    enum { N_BIN = 10 };
    struct drift_reference r;
    double score[DRIFT_MAX_BINS + 3], spread;
    double *z = arena_take(arena, (size_t)n + 1, sizeof *z);
    const maru_status st =
        z ? drift_keep_numbers(value, n, N_BIN, arena, &r, err) : arena_refusal(arena, err);
    if (st != MARU_OK) {
        return st;
    }
    drift_scores(&r, score);
    for (uint32_t i = 0; i < n; i++) {
        z[i] = score[drift_bin_of_number(&r, value[i])];
    }
    find_spell(z, n, &spread, spell);
    return MARU_OK;
}

static void choose(const struct wander_input *in, struct room *room, uint64_t *n_row,
                   struct wander *out) {
    double best = LEAST_EXPLAINED;
    for (uint32_t c = 0; c < in->n_words && c < WANDER_MAX_COLUMNS; c++) {
        const uint32_t n_product = in->words[c].n_word + 1;
        find_products(in, &in->words[c], room);
        count_products(in, room, n_product, n_row);
        const double share = explained(in, room, n_product, n_row);
        if (share > best) {
            best = share;
            out->first = in->words[c].first;
            out->n_word = in->words[c].n_word;
        }
    }
}

maru_status wander_find(const struct wander_input *in, struct arena *arena, struct wander *out,
                        maru_error *err) {
    uint32_t most = 0;
    for (uint32_t c = 0; c < in->n_words; c++) {
        most = in->words[c].n_word > most ? in->words[c].n_word : most;
    }
    struct room room = {.z = arena_take(arena, (size_t)in->n_row + 1, sizeof *room.z),
                        .product = arena_take(arena, (size_t)in->n_row + 1, sizeof *room.product),
                        .sum = arena_take(arena, (size_t)most + 1, sizeof *room.sum)};
    uint64_t *n_row = arena_take(arena, (size_t)most + 1, sizeof *n_row);
    double *spread = arena_take(arena, (size_t)in->n_feature + 1, sizeof *spread);
    double *spell = arena_take(arena, (size_t)in->n_feature + 1, sizeof *spell);
    struct wander w = {.n_row = n_row, .spread = spread, .spell = spell};
    if (!room.z || !room.product || !room.sum || !n_row || !spread || !spell) {
        return arena_refusal(arena, err);
    }
    choose(in, &room, n_row, &w);
    const struct wander_words chosen = {w.first, w.n_word};
    const uint32_t n_product = w.n_word + 1;
    double *level = arena_take(arena, (size_t)n_product * in->n_feature + 1, sizeof *level);
    if (!level) {
        return arena_refusal(arena, err);
    }
    find_products(in, &chosen, &room);
    count_products(in, &room, n_product, n_row);
    for (uint32_t f = 0; f < in->n_feature; f++) {
        find_scores(in, f, &room);
        find_levels(in, &room, n_product, n_row);
        for (uint32_t k = 0; k < n_product; k++) {
            level[(size_t)k * in->n_feature + f] = room.sum[k];
        }
        for (uint32_t i = 0; i < in->n_row; i++) {
            room.z[i] -= room.sum[room.product[i]];
        }
        find_spell(room.z, in->n_row, &spread[f], &spell[f]);
    }
    w.level = level;
    *out = w;
    return MARU_OK;
}

// ---- how much rows of a ring are worth

static double of_neighbors(const uint8_t *code, uint32_t n, uint32_t step, uint32_t from,
                           double mean, double variance) {
    double sum = 0;
    for (uint32_t i = 1, at = from; i < n; i++) {
        const uint32_t next = at + 1 < n ? at + 1 : 0;
        sum += (code[(size_t)at * step] - mean) * (code[(size_t)next * step] - mean);
        at = next;
    }
    const double r = fmax(sum / (n - 1) / variance, 0.0);
    return (1.0 - fmin(r, 1.0)) / (1.0 + r);
}

static double of_parts(const uint8_t *code, uint32_t n, uint32_t step, uint32_t from,
                       double variance) {
    const uint32_t n_each = n / N_PART;
    double part[N_PART] = {0}, mean = 0, between = 0;
    for (uint32_t i = 0, at = from; i < n_each * N_PART; i++) {
        part[i / n_each] += (double)code[(size_t)at * step] / n_each;
        at = at + 1 < n ? at + 1 : 0;
    }
    for (int k = 0; k < N_PART; k++) {
        mean += part[k] / N_PART;
    }
    for (int k = 0; k < N_PART; k++) {
        between += (part[k] - mean) * (part[k] - mean) / (N_PART - 1);
    }
    return between > 0.0 ? variance / n_each / between : 1.0;
}

double rows_worth(const uint8_t *code, uint32_t n, uint32_t step, uint32_t from) {
    uint64_t sum = 0,
             square = 0; // exact, so that the same rows give the same bits wherever the ring begins
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t one = code[(size_t)i * step];
        sum += one;
        square += one * one;
    }
    if (n < 2 * N_PART || n * square == sum * sum) {
        return 1.0;
    }
    const double mean = (double)sum / n;
    const double variance = (double)(n * square - sum * sum) / n / n;
    const double worth = fmin(of_neighbors(code, n, step, from, mean, variance),
                              of_parts(code, n, step, from, variance));
    return fmin(fmax(worth, 2.0 / n), 1.0);
}
