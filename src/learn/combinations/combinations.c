#include "learn/combinations/combinations.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/status.h"
#include "learn/measures/row_order.h"

// A candidate's values are put into bins, smaller ones at both ends; missing ones are a bin of their own. In a run of bins the sum of
// what is left over, squared, over the sum of its variance is about chi-square with one degree of freedom when the candidate adds
// nothing. The largest of any run is the score: a limit shows at an end, a band in the middle.
//
// Shuffling deals the rows' leftovers out anew, the same for all candidates; the largest score of all of them is what chance finds in
// a search of this size.

enum { LEAST_OF_BIN = 8, MIDDLE_BINS = 48 };

float combination_value(const struct combination *c, const float *row) {
    const double a = (double)row[c->a], b = (double)row[c->b];
    double value = 0;
    switch (c->kind) {
    case COMBINATION_PRODUCT:
        value = a * b;
        break;
    case COMBINATION_RATIO:
        value = b == 0 ? (double)NAN : a / b;
        break;
    case COMBINATION_DIFFERENCE:
        value = a - b;
        break;
    case COMBINATION_SUM:
    case N_COMBINATION_KIND:
    default:
        value = a + b;
        break;
    }
    return isfinite((float)value) ? (float)value : NAN;
}

void combination_name(const struct combination *c, const char *const *name, struct text *out) {
    static const char *const sign[N_COMBINATION_KIND] = {"×", "÷", "−", "+"};
    text_addf(out, "%s %s %s", name[c->a], sign[c->kind], name[c->b]);
}

// ---- candidates

struct column_size {
    double middle;    // the median of the absolute values
    bool is_distinct; // more than two values
};

static void order_column(const struct combination_rows *rows, uint32_t feature, double *key,
                         uint32_t *order, uint32_t *spare) {
    for (uint32_t i = 0; i < rows->n_row; i++) {
        key[i] = fabs((double)rows->x[(size_t)i * rows->n_feature + feature]);
    }
    row_order(key, rows->n_row, order, spare);
}

static struct column_size size_of(const struct combination_rows *rows, uint32_t feature,
                                  double *key, uint32_t *order, uint32_t *spare) {
    struct column_size size = {0};
    float seen[2] = {0, 0};
    uint32_t n = 0, n_seen = 0;
    order_column(rows, feature, key, order, spare);
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const float x = rows->x[(size_t)i * rows->n_feature + feature];
        if (isnan(x)) {
            continue;
        }
        n++;
        const bool is_new = (n_seen < 1 || x != seen[0]) && (n_seen < 2 || x != seen[1]);
        if (is_new && n_seen < 2) {
            seen[n_seen] = x;
        }
        n_seen += is_new ? 1 : 0;
    }
    size.is_distinct = n_seen > 2;
    size.middle = n > 0 ? key[order[n / 2]] : 0;
    return size;
}

static bool is_alike(const struct combination_rows *rows, const struct column_size *size,
                     uint32_t a, uint32_t b) {
    const char *of_a = rows->unit ? rows->unit[a] : NULL, *of_b = rows->unit ? rows->unit[b] : NULL;
    if (of_a && of_b) {
        return strcmp(of_a, of_b) == 0;
    }
    return !of_a && !of_b && size[a].middle <= 4 * size[b].middle &&
           size[b].middle <= 4 * size[a].middle;
}

static uint32_t list_pair(struct combination *out, uint32_t a, uint32_t b, bool is_alike_pair) {
    uint32_t n = 0;
    out[n++] = (struct combination){COMBINATION_PRODUCT, a, b};
    out[n++] = (struct combination){COMBINATION_RATIO, a, b};
    if (is_alike_pair) {
        out[n++] = (struct combination){COMBINATION_DIFFERENCE, b, a};
        out[n++] = (struct combination){COMBINATION_SUM, a, b};
    }
    return n;
}

static maru_status check_rows(const struct combination_rows *rows, maru_error *err) {
    if (rows->n_row == 0 || rows->n_feature == 0) {
        return fail(err, MARU_E_RANGE, "there is nothing to combine: no rows or no columns");
    }
    if (rows->n_row > COMBINATIONS_MAX_ROWS || rows->n_feature > COMBINATIONS_MAX_FEATURES) {
        return fail(err, MARU_E_LIMIT, "combinations are searched in up to %d rows and %d columns",
                    COMBINATIONS_MAX_ROWS, COMBINATIONS_MAX_FEATURES);
    }
    return MARU_OK;
}

maru_status combinations_list(const struct combination_rows *rows, struct arena *arena,
                              struct combination **out, uint32_t *n, maru_error *err) {
    const maru_status st = check_rows(rows, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t n_feature = rows->n_feature;
    double *key = arena_take(arena, rows->n_row, sizeof *key);
    uint32_t *order = arena_take(arena, rows->n_row, sizeof *order);
    uint32_t *spare = arena_take(arena, rows->n_row, sizeof *spare);
    struct column_size *size = arena_take(arena, n_feature, sizeof *size);
    struct combination *list =
        arena_take(arena, (size_t)n_feature * n_feature * 2 + 1, sizeof *list);
    if (!key || !order || !spare || !size || !list) {
        return arena_refusal(arena, err);
    }
    for (uint32_t k = 0; k < n_feature; k++) {
        size[k] = size_of(rows, k, key, order, spare);
    }
    uint32_t n_listed = 0;
    for (uint32_t a = 0; a < n_feature; a++) {
        for (uint32_t b = a + 1; b < n_feature; b++) {
            if (size[a].is_distinct && size[b].is_distinct) {
                n_listed += list_pair(list + n_listed, a, b, is_alike(rows, size, a, b));
            }
        }
    }
    *out = list;
    *n = n_listed;
    return MARU_OK;
}

// ---- what they explain

struct searching {
    const struct combination_rows *rows;
    const struct combination_left *left;
    uint8_t *bin; // (candidates, n_row)
    uint32_t n_bin;
    double *key;
    uint32_t *order, *spare; // (n_row)
};

// Where the bins of n rows in order end: small ones at both ends, where the limits of a machine lie, growing towards the middle.
static uint32_t bin_ends(uint32_t n, uint32_t end[COMBINATIONS_MAX_BINS]) {
    const uint32_t middle = n / MIDDLE_BINS > LEAST_OF_BIN ? n / MIDDLE_BINS : LEAST_OF_BIN;
    uint32_t n_side = 0, of_side = 0, side[COMBINATIONS_MAX_BINS] = {0};
    for (uint32_t size = LEAST_OF_BIN; size < middle; size += size / 2) {
        of_side += size;
        side[n_side++] = of_side;
    }
    uint32_t n_end = 0;
    for (uint32_t i = 0; i < n_side; i++) {
        end[n_end++] = side[i];
    }
    for (uint32_t at = of_side + middle; at + of_side + middle <= n; at += middle) {
        end[n_end++] = at;
    }
    for (uint32_t i = n_side; i-- > 0;) {
        end[n_end++] = n - side[i];
    }
    end[n_end++] = n;
    return n_end;
}

static void bin_candidate(const struct searching *s, const struct combination *c, uint8_t *bin) {
    const uint32_t n_row = s->rows->n_row;
    uint32_t n = 0, end[COMBINATIONS_MAX_BINS];
    for (uint32_t i = 0; i < n_row; i++) {
        s->key[i] = (double)combination_value(c, s->rows->x + (size_t)i * s->rows->n_feature);
        n += isnan(s->key[i]) ? 0 : 1;
    }
    row_order(s->key, n_row, s->order, s->spare);
    const uint32_t n_end = bin_ends(n, end);
    uint32_t now = 0, wanted = 0;
    for (uint32_t i = 0; i < n_row; i++) {
        while (wanted + 1 < n_end && i >= end[wanted]) {
            wanted++;
        }
        const bool is_same = i > 0 && i < n && s->key[s->order[i]] == s->key[s->order[i - 1]];
        now = i >= n ? s->n_bin : is_same ? now : wanted; // equal values are not parted
        bin[s->order[i]] = (uint8_t)now;
    }
}

// The largest chi-square of any run of bins, of which the last stands for missing values on its own.
static double scan(const double *sum, const double *variance, uint32_t n_bin) {
    double most = 0;
    for (uint32_t begin = 0; begin <= n_bin; begin++) {
        double
            in_sum = 0,
            in_variance =
                0.5; // half an event more, so that where next to nothing is expected nothing shouts
        for (uint32_t b = begin; b < n_bin || b == begin; b++) {
            in_sum += sum[b];
            in_variance += variance[b];
            most = fmax(most, in_sum * in_sum / in_variance);
        }
    }
    return most;
}

// The largest of all groups, with the leftovers of row order[i] in place i.
static double score_of(const struct searching *s, const uint8_t *bin, const uint32_t *order) {
    double most = 0;
    for (uint32_t g = 0; g < s->left->n_group; g++) {
        double sum[COMBINATIONS_MAX_BINS + 1] = {0}, variance[COMBINATIONS_MAX_BINS + 1] = {0};
        const size_t begin = (size_t)g * s->rows->n_row;
        for (uint32_t i = 0; i < s->rows->n_row; i++) {
            sum[bin[i]] += s->left->left[begin + order[i]];
            variance[bin[i]] += s->left->variance[begin + order[i]];
        }
        most = fmax(most, scan(sum, variance, s->n_bin));
    }
    return most;
}

static void shuffle(const struct searching *s, uint64_t round, uint32_t *order) {
    for (uint32_t i = 0; i < s->rows->n_row; i++) {
        order[i] = i;
    }
    for (uint32_t i = s->rows->n_row; i > 1; i--) {
        const struct random_block block = random_at(s->left->seed, round, i);
        const uint32_t k = (uint32_t)(((uint64_t)block.word[0] * i) >> 32);
        const uint32_t kept = order[i - 1];
        order[i - 1] = order[k];
        order[k] = kept;
    }
}

static double best_of(const struct searching *s, uint32_t n, uint32_t *best) {
    double most = -1;
    for (uint32_t k = 0; k < n; k++) {
        const double score = score_of(s, s->bin + (size_t)k * s->rows->n_row, s->order);
        if (score > most) {
            most = score;
            *best = k;
        }
    }
    return most;
}

static maru_status check_left(const struct combination_left *left, uint32_t n, maru_error *err) {
    return n > 0 && left->n_group > 0 && left->n_shuffle > 0 &&
                   left->n_shuffle <= COMBINATIONS_MAX_SHUFFLES
               ? MARU_OK
               : fail(err, MARU_E_RANGE,
                      "a search without combinations, or with too many shuffles");
}

maru_status combinations_best(const struct combination_rows *rows, const struct combination *list,
                              uint32_t n, const struct combination_left *left, struct arena *arena,
                              struct combination_score *out, maru_error *err) {
    maru_status st = check_rows(rows, err);
    if (st == MARU_OK) {
        st = check_left(left, n, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    struct searching s = {.rows = rows, .left = left, .n_bin = COMBINATIONS_MAX_BINS};
    s.bin = arena_take(arena, (size_t)n * rows->n_row, sizeof *s.bin);
    s.key = arena_take(arena, rows->n_row, sizeof *s.key);
    s.order = arena_take(arena, rows->n_row, sizeof *s.order);
    s.spare = arena_take(arena, rows->n_row, sizeof *s.spare);
    if (!s.bin || !s.key || !s.order || !s.spare) {
        return arena_refusal(arena, err);
    }
    for (uint32_t k = 0; k < n; k++) {
        bin_candidate(&s, &list[k], s.bin + (size_t)k * rows->n_row);
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        s.order[i] = i;
    }
    struct combination_score found = {0};
    found.score = best_of(&s, n, &found.best);
    for (uint32_t i = 0; i < left->n_shuffle; i++) {
        uint32_t luckiest = 0;
        shuffle(&s, i, s.order);
        found.chance = fmax(found.chance, best_of(&s, n, &luckiest));
    }
    *out = found;
    return MARU_OK;
}
