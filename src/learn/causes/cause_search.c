#include "learn/causes/cause_search.h"

#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/random.h"

// The statistic is the score of a difference between the rows inside of a cut and the others, compared within blocks of time
// (Mantel-Haenszel):
//
//     U = observed - expected inside        V = sum over blocks of s_b^2 n_in (n - n_in) / n        U^2 / V
//
// Of rare defects U^2 / V makes too much: two instead of 0.2 is nothing much, but 4 spreads. There it is multiplied by what the
// deviance of the two counts is to their score, O ln (O / E) against (O - E)^2 / E.
//
// Each column has targets that are moved as it needs (cause_rows.c).
//
// What it costs: for each moved target only the rows with a weight are visited, each with its codes of 96 columns in a row of memory,
// and what is counted (96 columns of 64 codes, 24 KB) stays in the first cache.
//
// Columns differ in what chance finds in them (a slow column meets a slow target more often, two words have fewer cuts than 32
// bins), so the roots of the strengths are compared in spreads of their own column; the largest of all columns of each moved
// target is what the target itself must pass (Westfall and Young 1993).

enum {
    COLUMNS_A_BLOCK = 96,
    COARSE = 3, // every third edge can be an end of an interval, where there are more values than
    FINE = 16,  // so many
    LEAST_ROWS = 10,   // inside and outside of a cut
    LEAST_SHARE = 200, // and one row of so many
};

static const double simple =
    0.85; // what has two ends or many words must be so much stronger than a single cut
static const double least_spread = 0.2;
static const double least_expected =
    0.02; // of rare defects inside; below it the deviance has few digits to say

struct scan { // one column under one target
    const struct cause_search *search;
    const struct cause_moment *moment;
    struct cause_tally code[CAUSE_CODES];
    double least_rows;
    struct cause_cut best;
    double rank; // strength of the best, less for what is not simple
    uint64_t n_cut;
};

void cause_tally_add(struct cause_tally *to, const struct cause_tally *more) {
    to->observed += more->observed;
    to->expected += more->expected;
    to->n += more->n;
    for (int b = 0; b < CAUSE_MAX_BLOCKS; b++) {
        to->block[b] += more->block[b];
    }
}

static void tally_subtract(struct cause_tally *from, const struct cause_tally *less) {
    from->observed -= less->observed;
    from->expected -= less->expected;
    from->n -= less->n;
    for (int b = 0; b < CAUSE_MAX_BLOCKS; b++) {
        from->block[b] -= less->block[b];
    }
}

// O ln (O / E), 0 for O = 0.
static double surprise(double observed, double expected) {
    return observed > 0.0 ? observed * exact_ln(observed / expected) : 0.0;
}

// What the deviance of two counts is to their score, about 1 where both are large.
static double skewness(double observed, double expected, double all) {
    const double u = observed - expected, other = all - expected;
    const double score = u * u * all / (expected * other);
    const double deviance = 2.0 * (surprise(observed, expected) + surprise(all - observed, other));
    return score > 1e-6 ? deviance / score : 1.0;
}

static double expect(const struct cause_tally *in, const struct cause_tally *all) {
    return all->expected > 0.0 ? all->observed * in->expected / all->expected : 0.0;
}

// U^2 / V with the sign of U.
static double score_of(const struct cause_span *span, const struct cause_moment *moment,
                       const struct cause_tally *in, const struct cause_tally *all) {
    const double u = in->observed - expect(in, all);
    double v = 0.0;
    for (uint32_t b = 0; b < span->n_block; b++) {
        const double n = all->block[b], inside = in->block[b];
        v += n > 0.0 ? moment->variance[b] * inside * (n - inside) / n : 0.0;
    }
    return v > 1e-9 ? u * fabs(u) / v : 0.0;
}

double cause_strength(const struct cause_span *span, const struct cause_moment *moment,
                      const struct cause_tally *in, const struct cause_tally *all) {
    const double score = score_of(span, moment, in, all);
    if (span->rows->is_number || score == 0.0) {
        return score;
    }
    const double expected = expect(in, all);
    if (expected < least_expected || all->observed - expected < least_expected) {
        return 0.0;
    }
    return score * skewness(in->observed, expected, all->observed);
}

// Is this set stronger than the best so far? A deviance is at most twice its score, so most are done before any logarithm.
static void consider(struct scan *scan, const struct cause_tally *in, const struct cause_tally *all,
                     double weight, struct cause_cut cut) {
    if (in->n < scan->least_rows || all->n - in->n < scan->least_rows) {
        return;
    }
    scan->n_cut++;
    const struct cause_span *span = &scan->search->span;
    if (2.0 * weight * fabs(score_of(span, scan->moment, in, all)) <= scan->rank) {
        return;
    }
    cut.strength = cause_strength(span, scan->moment, in, all);
    if (weight * fabs(cut.strength) > scan->rank) {
        scan->rank = weight * fabs(cut.strength);
        scan->best = cut;
    }
}

static uint64_t first_codes(uint32_t n) { return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1; }

static void scan_numbers(struct scan *scan, uint32_t n_code) {
    struct cause_tally below[CAUSE_MAX_BINS + 1] = {{0}};
    for (uint32_t c = 0; c < n_code; c++) {
        below[c + 1] = below[c];
        cause_tally_add(&below[c + 1], &scan->code[c]);
    }
    const struct cause_tally *all = &below[n_code];
    const uint64_t present = first_codes(n_code);
    for (uint32_t c = 1; c < n_code; c++) {
        consider(scan, &below[c], all, 1.0, (struct cause_cut){first_codes(c), present, 0.0});
    }
    const uint32_t step = n_code > FINE ? COARSE : 1;
    for (uint32_t a = step; a < n_code; a += step) {
        for (uint32_t b = a + step; b < n_code; b += step) {
            struct cause_tally in = below[b];
            tally_subtract(&in, &below[a]);
            consider(scan, &in, all, simple,
                     (struct cause_cut){first_codes(b) & ~first_codes(a), present, 0.0});
        }
    }
}

// Words in the order of what they hold against what they should, most first.
static void order_words(const struct scan *scan, uint32_t n_code, uint8_t *order) {
    double ratio[CAUSE_CODES];
    for (uint32_t c = 0; c < n_code; c++) {
        const struct cause_tally *tally = &scan->code[c];
        ratio[c] = tally->expected > 0.0 ? tally->observed / tally->expected : 1.0;
        uint32_t at = c;
        while (at > 0 && ratio[order[at - 1]] < ratio[c]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (uint8_t)c;
    }
}

static void scan_words(struct scan *scan, uint32_t n_code) {
    uint8_t order[CAUSE_CODES];
    order_words(scan, n_code, order);
    struct cause_tally all = scan->code[CAUSE_OTHER];
    for (uint32_t c = 0; c < n_code; c++) {
        cause_tally_add(&all, &scan->code[c]);
    }
    const uint64_t present = first_codes(n_code) | UINT64_C(1) << CAUSE_OTHER;
    struct cause_tally in = {0};
    uint64_t group = 0;
    for (uint32_t k = 0; k < n_code; k++) {
        const uint64_t one = UINT64_C(1) << order[k];
        consider(scan, &scan->code[order[k]], &all, 1.0, (struct cause_cut){one, present, 0.0});
        cause_tally_add(&in, &scan->code[order[k]]);
        group |= one;
        consider(scan, &in, &all, simple, (struct cause_cut){group, present, 0.0});
    }
}

static void scan_missing(struct scan *scan) {
    struct cause_tally all = {0};
    for (uint32_t c = 0; c < CAUSE_CODES; c++) {
        cause_tally_add(&all, &scan->code[c]);
    }
    consider(scan, &scan->code[CAUSE_MISSING_CODE], &all, 1.0,
             (struct cause_cut){UINT64_C(1) << CAUSE_MISSING_CODE, UINT64_MAX, 0.0});
}

static struct cause_tally tally_code(const struct cause_search *search,
                                     const struct cause_moment *moment, uint32_t column,
                                     uint32_t code, uint32_t observed) {
    const float *count = search->count + ((size_t)column * CAUSE_CODES + code) * CAUSE_MAX_BLOCKS;
    struct cause_tally tally = {.observed = (double)observed};
    for (uint32_t b = 0; b < search->span.n_block; b++) {
        tally.block[b] = (double)count[b];
        tally.n += tally.block[b];
        tally.expected += tally.block[b] * moment->mean[b];
    }
    return tally;
}

static struct cause_cut scan_column(const struct cause_search *search,
                                    const struct cause_moment *moment, uint32_t column,
                                    const uint32_t *observed, uint64_t *n_cut) {
    struct scan scan = {.search = search, .moment = moment};
    const uint32_t n_code = search->column[column].n_code;
    const uint32_t share = search->span.n / LEAST_SHARE;
    scan.least_rows = share > LEAST_ROWS ? (double)share : (double)LEAST_ROWS;
    for (uint32_t c = 0; c < CAUSE_CODES; c++) {
        if (c < n_code || c >= CAUSE_OTHER) {
            scan.code[c] = tally_code(search, moment, column, c, observed[c]);
        }
    }
    if (search->column[column].is_word) {
        scan_words(&scan, n_code);
    } else {
        scan_numbers(&scan, n_code);
    }
    scan_missing(&scan);
    *n_cut += scan.n_cut;
    return scan.best;
}

static const uint8_t *codes_at(const struct cause_search *search, uint32_t block, uint32_t place) {
    return search->code + ((size_t)block * search->span.n + place) * search->stride;
}

uint8_t cause_search_code(const struct cause_search *search, uint32_t column, uint32_t place) {
    const uint32_t slot = search->slot[column];
    return codes_at(search, slot / search->stride, place)[slot % search->stride];
}

// How each column's targets are moved, and columns of one move together.
//   memory  code: (n)
static void choose_moves(struct cause_search *search, uint8_t *code) {
    uint32_t n = 0;
    for (uint32_t c = 0; c < search->n_column; c++) {
        for (uint32_t i = 0; i < search->span.n; i++) {
            code[i] = cause_column_code(&search->column[c], search->rows->row[i]);
        }
        search->move[c] = (uint8_t)cause_span_choose(&search->span, code);
    }
    for (uint32_t move = 0; move < N_CAUSE_MOVE; move++) {
        for (uint32_t c = 0; c < search->n_column; c++) {
            if (search->move[c] == move) {
                search->in_slot[n] = c;
                search->slot[c] = n++;
            }
        }
    }
}

static void fill_codes(struct cause_search *search) {
    const uint32_t n = search->span.n;
    for (uint32_t c = 0; c < search->n_column; c++) {
        const uint32_t slot = search->slot[c];
        uint8_t *code = search->code + (size_t)(slot / search->stride) * n * search->stride;
        float *count = search->count + (size_t)c * CAUSE_CODES * CAUSE_MAX_BLOCKS;
        for (uint32_t b = 0; b < search->span.n_block; b++) {
            for (uint32_t i = search->span.block_at[b]; i < search->span.block_at[b + 1]; i++) {
                const uint8_t found = cause_column_code(&search->column[c], search->rows->row[i]);
                code[(size_t)i * search->stride + slot % search->stride] = found;
                count[(size_t)found * CAUSE_MAX_BLOCKS + b] += 1.0F;
            }
        }
    }
}

struct target {       // one moved target
    uint32_t *weight; // (n)
    uint32_t *place;  // (n_place) where the weight is not 0
    uint32_t n_place;
    struct cause_moment moment;
};

static void move_target(const struct cause_span *span, enum cause_move move, uint32_t k,
                        struct target *target) {
    cause_span_move(span, move, k, target->weight);
    target->moment = cause_span_moment(span, target->weight);
    target->n_place = 0;
    for (uint32_t i = 0; i < span->n; i++) {
        target->place[target->n_place] = i;
        target->n_place += target->weight[i] != 0;
    }
}

// Sum the weights of a block's columns by code.
static void count_block(const struct cause_search *search, const struct target *target,
                        uint32_t block, uint32_t width, uint32_t *seen) {
    memset(seen, 0, (size_t)width * CAUSE_CODES * sizeof *seen);
    for (uint32_t k = 0; k < target->n_place; k++) {
        const uint32_t place = target->place[k], weight = target->weight[place];
        const uint8_t *code = codes_at(search, block, place);
        for (uint32_t c = 0; c < width; c++) {
            seen[(size_t)c * CAUSE_CODES + code[c]] += weight;
        }
    }
}

// The slots from..to of one block, under the k-th target.
static void scan_slots(struct cause_search *search, const struct target *target, uint32_t k,
                       uint32_t from, uint32_t to, uint32_t *seen) {
    const uint32_t block = from / search->stride, first = block * search->stride;
    const uint32_t left = search->n_column - first;
    count_block(search, target, block, left < search->stride ? left : search->stride, seen);
    for (uint32_t slot = from; slot < to; slot++) {
        const uint32_t c = search->in_slot[slot];
        const uint32_t *of = seen + (size_t)(slot - first) * CAUSE_CODES;
        uint64_t n_cut = 0;
        const struct cause_cut best = scan_column(search, &target->moment, c, of, &n_cut);
        search->root[(size_t)k * search->n_column + c] = (float)sqrt(fabs(best.strength));
        if (k == 0) {
            search->best[c] = best;
            search->n_cut += n_cut;
            memcpy(search->seen + (size_t)c * CAUSE_CODES, of, CAUSE_CODES * sizeof *of);
        }
    }
}

static void scan_targets(struct cause_search *search, struct target *target, uint32_t k,
                         uint32_t *seen) {
    for (uint32_t from = 0; from < search->n_column;) {
        const uint8_t move = search->move[search->in_slot[from]];
        const bool is_first = from == 0 || search->move[search->in_slot[from - 1]] != move;
        const uint32_t block_end = (from / search->stride + 1) * search->stride;
        uint32_t to = from;
        while (to < search->n_column && to < block_end &&
               search->move[search->in_slot[to]] == move) {
            to++;
        }
        if (is_first) {
            move_target(&search->span, (enum cause_move)move, k, target);
        }
        scan_slots(search, target, k, from, to, seen);
        from = to;
    }
}

static void mean_and_spread(const struct cause_search *search, uint32_t column, uint32_t first,
                            double *mean, double *spread) {
    const uint32_t end = search->span.n_move + 1;
    const float *root = search->root + column;
    double sum = 0.0, square = 0.0;
    for (uint32_t k = first; k < end; k++) {
        sum += (double)root[(size_t)k * search->n_column];
    }
    *mean = end > first ? sum / (end - first) : 0.0;
    for (uint32_t k = first; k < end; k++) {
        const double off = (double)root[(size_t)k * search->n_column] - *mean;
        square += off * off;
    }
    *spread = end > first ? fmax(sqrt(square / (end - first)), least_spread) : least_spread;
}

// Where p-values are concerned the target itself counts as one of the moved ones, which it is if nothing goes with anything.
// How strong it is shows better without.
static void weigh_columns(struct cause_search *search) {
    for (uint32_t c = 0; c < search->n_column; c++) {
        mean_and_spread(search, c, 0, &search->mean_all[c], &search->spread_all[c]);
        mean_and_spread(search, c, 1, &search->mean[c], &search->spread[c]);
    }
    for (uint32_t k = 1; k <= search->span.n_move; k++) {
        const float *root = search->root + (size_t)k * search->n_column;
        double largest = -HUGE_VAL;
        for (uint32_t c = 0; c < search->n_column; c++) {
            largest =
                fmax(largest, ((double)root[c] - search->mean_all[c]) / search->spread_all[c]);
        }
        search->largest[k - 1] = largest;
    }
    empirical_sort(search->largest, search->span.n_move);
}

static bool take_arrays(struct cause_search *search, struct target *target, uint32_t **seen,
                        struct arena *arena) {
    const size_t n = search->span.n, n_column = search->n_column,
                 n_move = (size_t)search->span.n_move + 1;
    const size_t n_block = (n_column + search->stride - 1) / search->stride;
    search->move = arena_take(arena, n_column + 1, sizeof *search->move);
    search->slot = arena_take(arena, n_column + 1, sizeof *search->slot);
    search->in_slot = arena_take(arena, n_column + 1, sizeof *search->in_slot);
    search->code = arena_take(arena, n_block * search->stride, n + 1);
    search->count =
        arena_take(arena, (n_column + 1) * CAUSE_CODES, CAUSE_MAX_BLOCKS * sizeof *search->count);
    search->seen = arena_take(arena, (n_column + 1) * CAUSE_CODES, sizeof *search->seen);
    search->root = arena_take(arena, n_move * (n_column + 1), sizeof *search->root);
    search->mean = arena_take(arena, n_column + 1, sizeof *search->mean);
    search->spread = arena_take(arena, n_column + 1, sizeof *search->spread);
    search->mean_all = arena_take(arena, n_column + 1, sizeof *search->mean_all);
    search->spread_all = arena_take(arena, n_column + 1, sizeof *search->spread_all);
    search->largest = arena_take(arena, n_move, sizeof *search->largest);
    search->best = arena_take(arena, n_column + 1, sizeof *search->best);
    target->weight = arena_take(arena, n + 1, sizeof *target->weight);
    target->place = arena_take(arena, n + 1, sizeof *target->place);
    *seen = arena_take(arena, (size_t)search->stride * CAUSE_CODES, sizeof **seen);
    return search->move && search->slot && search->in_slot && search->code && search->count &&
           search->seen && search->root && search->mean && search->spread && search->mean_all &&
           search->spread_all && search->largest && search->best && target->weight &&
           target->place && *seen;
}

maru_status cause_search_run(const struct cause_rows *rows, struct cause_column *column,
                             uint32_t n_column, const struct causes_input *input,
                             struct arena *arena, struct cause_search *out, maru_error *err) {
    struct cause_search search = {.rows = rows, .column = column, .n_column = n_column};
    search.span = cause_span_of(rows, false, input->n_shift, input->seed);
    search.stride = n_column < COLUMNS_A_BLOCK ? n_column + (n_column == 0) : COLUMNS_A_BLOCK;
    struct target target = {0};
    uint32_t *seen = NULL;
    if (!take_arrays(&search, &target, &seen, arena)) {
        return arena_refusal(arena, err);
    }
    choose_moves(&search, search.code);
    fill_codes(&search);
    move_target(&search.span, CAUSE_MOVE_ALL, 0, &target);
    search.moment = target.moment;
    for (uint32_t k = 0; k <= search.span.n_move; k++) {
        scan_targets(&search, &target, k, seen);
    }
    weigh_columns(&search);
    *out = search;
    return MARU_OK;
}

double cause_search_strength(const struct cause_search *search, uint32_t column, uint64_t in,
                             uint64_t all) {
    struct cause_tally inside = {0}, whole = {0};
    for (uint32_t c = 0; c < CAUSE_CODES; c++) {
        const uint64_t bit = UINT64_C(1) << c;
        const struct cause_tally tally = tally_code(search, &search->moment, column, c,
                                                    search->seen[(size_t)column * CAUSE_CODES + c]);
        if (all & bit) {
            cause_tally_add(&whole, &tally);
        }
        if (in & bit) {
            cause_tally_add(&inside, &tally);
        }
    }
    return cause_strength(&search->span, &search->moment, &inside, &whole);
}

double cause_search_spreads(const struct cause_search *search, uint32_t column, double strength) {
    return (sqrt(fabs(strength)) - search->mean[column]) / search->spread[column];
}

double cause_search_p(const struct cause_search *search, uint32_t column, double strength) {
    const double spreads =
        (sqrt(fabs(strength)) - search->mean_all[column]) / search->spread_all[column];
    uint32_t n_as_large = 0;
    for (uint32_t k = search->span.n_move; k > 0 && search->largest[k - 1] >= spreads; k--) {
        n_as_large++;
    }
    return (1.0 + n_as_large) / (1.0 + search->span.n_move);
}

double cause_search_threshold(const struct cause_search *search) {
    return search->span.n_move == 0
               ? HUGE_VAL
               : empirical_quantile(search->largest, search->span.n_move, 0.95);
}
