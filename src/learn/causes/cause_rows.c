#include "learn/causes/cause_rows.h"

#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"

// Rows of a factory are not independent: tools drift, lots share their fate. To shuffle them one by one would say that chance finds
// less than it does. A target that is moved along the rows as a whole keeps its drift and its lots, and loses only what it has
// to do with the columns: a shift test (Harris 2020), on a circle, forward and mirrored.
//
//     lots     A A A A  B B  C C C C      the target of lot i goes to the place of lot i + s; where lots differ in size,
//     moved    c c c c  a a  b b . .      place p of m gets what stood at p m' / m of m', so that lots never mix
//
// The slowest changes have too few turns in the data to say anything by their coming together: a drift that rises once meets every
// column that rises once. So both are compared within blocks of time only, by subtracting the mean of each block.
//
// A lot whose rows lie apart is put together at the place of its first row.
//
// A table that is written in turn (machine 1, 2, 3, 1, 2, 3; cavity 1 to 8; slot 1 to 25 of each lot) comes back to itself under many such moves, so
// that they would find what the target finds, and call it chance. A column that is spread alike over all stretches of time needs no
// moves over far: drift does not touch it. For it the target is turned within each stretch by itself, which keeps drift, lots and
// neighbors, and breaks the turn. Likewise within lots, for a column that is spread alike over all of them.

enum {
    STEPS = 4095, // of a number as a weight
    GROUPS_A_BLOCK = 12,
    NEAR_GROUPS =
        200, // from so many lots on, moves by less than a twentieth of them are left out: they change too little
    STRETCHES = 32,
    MOST_STRETCHES = 2 * STRETCHES,
    LEAST_STRETCH = 12, // lots in a stretch, or rows where there are no lots
    LEAST_STRETCHES = 4,
    LEAST_INSIDE = 8, // rows of a lot on average, and lots, for moves inside of them
    CODES = 64,
};

static maru_status refuse_target(const struct causes_input *input, uint32_t row, maru_error *err) {
    return fail_at(err, MARU_E_RANGE, NULL, input->frame->line[row], 0,
                   input->kind == CAUSES_BAD ? "a target must be 0 for good or 1 for bad, not %g"
                                             : "a target must be a finite number, not %g",
                   input->target[row]);
}

// The rows with a target, in order.
static maru_status keep_known(const struct causes_input *input, struct arena *arena,
                              struct cause_rows *out, maru_error *err) {
    const uint32_t n = input->frame->n_row;
    uint8_t *seen = arena_take(arena, (size_t)n + 1, 1);
    out->row = arena_take(arena, (size_t)n + 1, sizeof *out->row);
    if (!seen || !out->row) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t row = input->order ? input->order[i] : i;
        if (row >= n || seen[row]) {
            return fail(err, MARU_E_RANGE,
                        "the order of the rows names row %u twice or has no such row", row);
        }
        seen[row] = 1;
        const double y = input->target[row];
        if (isnan(y)) {
            continue;
        }
        if (input->kind == CAUSES_BAD ? y != 0.0 && y != 1.0 : !isfinite(y)) {
            return refuse_target(input, row, err);
        }
        out->row[out->n++] = row;
    }
    out->n_unknown = n - out->n;
    return MARU_OK;
}

// Groups in the order of their first rows, by counting.
static maru_status gather_lots(const struct causes_input *input, struct arena *arena,
                               struct cause_rows *out, maru_error *err) {
    uint32_t *group_of = arena_take(arena, (size_t)input->n_cluster + 1, sizeof *group_of);
    uint32_t *of_place = arena_take(arena, (size_t)out->n + 1, sizeof *of_place);
    uint32_t *sorted = arena_take(arena, (size_t)out->n + 1, sizeof *sorted);
    uint32_t *next = arena_take(arena, (size_t)out->n + 2, sizeof *next);
    if (!group_of || !of_place || !sorted || !next) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < out->n; i++) {
        const uint32_t lot = input->cluster[out->row[i]];
        if (lot != CAUSES_NO_CLUSTER && lot >= input->n_cluster) {
            return fail(err, MARU_E_RANGE, "lot %u of a row is not one of %u", lot,
                        input->n_cluster);
        }
        if (lot == CAUSES_NO_CLUSTER || group_of[lot] == 0) {
            out->n_group++;
            of_place[i] = out->n_group;
            if (lot != CAUSES_NO_CLUSTER) {
                group_of[lot] = out->n_group;
            }
        } else {
            of_place[i] = group_of[lot];
        }
        out->group_at[of_place[i]]++; // of group of_place - 1, one further on: its end once summed
    }
    for (uint32_t g = 0; g < out->n_group; g++) {
        next[g] = out->group_at[g];
        out->group_at[g + 1] += out->group_at[g];
    }
    for (uint32_t i = 0; i < out->n; i++) {
        sorted[next[of_place[i] - 1]++] = out->row[i];
    }
    out->row = sorted;
    return MARU_OK;
}

// Which group is the first of the later part: where the caller says which rows are later, the first that begins with one;
// else that which begins nearest to seven tenths of the rows.
static void split(const bool *is_later, struct cause_rows *out) {
    const uint64_t want = (uint64_t)out->n * 7;
    uint32_t best = 0;
    uint64_t best_off = UINT64_MAX;
    if (is_later) {
        while (best < out->n_group && !is_later[out->row[out->group_at[best]]]) {
            best++;
        }
    }
    for (uint32_t g = 1; !is_later && g < out->n_group; g++) {
        const uint64_t at = (uint64_t)out->group_at[g] * 10;
        const uint64_t off = at > want ? at - want : want - at;
        if (off < best_off) {
            best_off = off;
            best = g;
        }
    }
    out->n_group_early = best;
    out->n_early = out->group_at[best];
}

static void weigh_classes(struct cause_rows *out) {
    uint32_t n_bad = 0;
    for (uint32_t i = 0; i < out->n_early; i++) {
        n_bad += out->target[i] != 0.0;
    }
    out->is_of_good = n_bad > out->n_early / 2;
    for (uint32_t i = 0; i < out->n; i++) {
        out->weight[i] = (out->target[i] != 0.0) != out->is_of_good;
    }
}

// Numbers as whole steps between their first and last hundredth, so that sums are exact and a few wild values do not decide.
static maru_status weigh_numbers(const struct causes_input *input, struct arena *arena,
                                 struct cause_rows *out, maru_error *err) {
    double *sorted = arena_take(arena, (size_t)out->n_early + 1, sizeof *sorted);
    if (!sorted) {
        return arena_refusal(arena, err);
    }
    memcpy(sorted, out->target, out->n_early * sizeof *sorted);
    empirical_sort(sorted, out->n_early);
    double low = 0.0, high = 0.0;
    if (out->n_early > 0) {
        low = empirical_quantile(sorted, out->n_early, 0.01);
        high = empirical_quantile(sorted, out->n_early, 0.99);
        if (!(low < high)) {
            low = sorted[0];
            high = sorted[out->n_early - 1];
        }
    }
    const uint32_t room = UINT32_MAX / (out->n + 1);
    const double steps = room < STEPS ? (double)room : (double)STEPS;
    for (uint32_t i = 0; i < out->n; i++) {
        const double span = high / 2.0 - low / 2.0; // halves, so that no difference is infinite
        double share = span > 0.0 ? (out->target[i] / 2.0 - low / 2.0) / span : 0.0;
        share = fmin(fmax(share, 0.0), 1.0);
        out->weight[i] =
            (uint32_t)floor((input->kind == CAUSES_LOW ? 1.0 - share : share) * steps + 0.5);
    }
    return MARU_OK;
}

maru_status cause_rows_make(const struct causes_input *input, struct arena *arena,
                            struct cause_rows *out, maru_error *err) {
    struct cause_rows made = {.is_number = input->kind != CAUSES_BAD};
    maru_status st = keep_known(input, arena, &made, err);
    if (st != MARU_OK) {
        return st;
    }
    made.group_at = arena_take(arena, (size_t)made.n + 2, sizeof *made.group_at);
    made.target = arena_take(arena, (size_t)made.n + 1, sizeof *made.target);
    made.weight = arena_take(arena, (size_t)made.n + 1, sizeof *made.weight);
    if (!made.group_at || !made.target || !made.weight) {
        return arena_refusal(arena, err);
    }
    if (input->cluster) {
        st = gather_lots(input, arena, &made, err);
        if (st != MARU_OK) {
            return st;
        }
    } else {
        made.n_group = made.n;
        for (uint32_t i = 0; i <= made.n; i++) {
            made.group_at[i] = i;
        }
    }
    for (uint32_t i = 0; i < made.n; i++) {
        made.target[i] = input->target[made.row[i]];
    }
    split(input->is_later, &made);
    if (made.is_number) {
        st = weigh_numbers(input, arena, &made, err);
    } else {
        weigh_classes(&made);
    }
    if (st == MARU_OK) {
        *out = made;
    }
    return st;
}

// How far moves must be at least, in groups.
static uint32_t least_move(const struct cause_span *span) {
    return span->n_group >= NEAR_GROUPS ? span->n_group / 20 : 1;
}

static uint32_t count_moves(const struct cause_span *span) {
    const uint32_t least = least_move(span);
    const uint32_t forward = span->n_group > 2 * least ? span->n_group - 2 * least + 1 : 0;
    return span->n_group < 3 ? 0 : forward + span->n_group;
}

static uint32_t count_stretches(uint32_t n_group) {
    uint32_t length = n_group / STRETCHES;
    length = length < LEAST_STRETCH ? LEAST_STRETCH : length;
    const uint32_t n = n_group / length;
    return n >= LEAST_STRETCHES ? n : 0;
}

struct cause_span cause_span_of(const struct cause_rows *rows, bool is_later, uint32_t n_shift,
                                uint64_t seed) {
    struct cause_span span = {.rows = rows, .seed = seed};
    span.begin = is_later ? rows->n_early : 0;
    span.n = is_later ? rows->n - rows->n_early : rows->n_early;
    span.group = is_later ? rows->n_group_early : 0;
    span.n_group = is_later ? rows->n_group - rows->n_group_early : rows->n_group_early;
    uint32_t want = span.n_group / GROUPS_A_BLOCK;
    want = want < 1 ? 1 : want > CAUSE_MAX_BLOCKS ? CAUSE_MAX_BLOCKS : want;
    for (uint32_t g = 0; g < span.n_group; g++) {
        const uint32_t at = rows->group_at[span.group + g] - span.begin;
        if ((uint64_t)at * want >= (uint64_t)span.n_block * span.n && span.n_block < want) {
            span.block_at[span.n_block++] = at;
        }
    }
    span.block_at[span.n_block] = span.n;
    const uint32_t possible = count_moves(&span);
    span.n_move = possible < n_shift ? possible : n_shift;
    span.n_stretch = count_stretches(span.n_group);
    span.has_inside = rows->n_group < rows->n && span.n_group >= LEAST_INSIDE &&
                      span.n / LEAST_INSIDE >= span.n_group;
    return span;
}

// Which move the k-th is: all of them where there are few, else drawn.
static uint32_t pick_move(const struct cause_span *span, uint32_t k) {
    const uint32_t possible = count_moves(span);
    if (span->n_move == possible) {
        return k;
    }
    const struct random_block r = random_at(span->seed, span->group, k);
    return (uint32_t)wide_share(possible, (uint64_t)r.word[0] << 32 | r.word[1]);
}

// n lots from `first` on, turned by some of them: what stood in their rows goes to weight.
struct turn {
    uint32_t first, n, by;
    bool is_mirrored;
};

static void turn_lots(const struct cause_span *span, struct turn turn, uint32_t *weight) {
    const uint32_t *group_at = span->rows->group_at + span->group;
    uint32_t at = group_at[turn.first] - span->begin;
    for (uint32_t g = 0; g < turn.n; g++) {
        const uint32_t turned = g + turn.by < turn.n ? g + turn.by : g + turn.by - turn.n;
        const uint32_t source = turn.first + (turn.is_mirrored ? turn.n - 1 - turned : turned);
        const uint32_t begin = group_at[source], n = group_at[source + 1] - begin;
        const uint32_t m = group_at[turn.first + g + 1] - group_at[turn.first + g];
        for (uint32_t p = 0; p < m; p++) {
            const uint32_t place = n == m ? p : (uint32_t)((uint64_t)p * n / m);
            weight[at++] = span->rows->weight[begin + (turn.is_mirrored ? n - 1 - place : place)];
        }
    }
}

static void move_all(const struct cause_span *span, uint32_t k, uint32_t *weight) {
    const uint32_t move = pick_move(span, k - 1), n_group = span->n_group;
    const bool is_mirrored = move < n_group;
    const uint32_t by = is_mirrored ? move : move - n_group + least_move(span);
    turn_lots(span, (struct turn){0, n_group, by, is_mirrored}, weight);
}

static uint32_t stretch_at(const struct cause_span *span, uint32_t i) {
    return (uint32_t)((uint64_t)span->n_group * i / span->n_stretch);
}

static void move_near(const struct cause_span *span, uint32_t k, uint32_t *weight) {
    for (uint32_t i = 0; i < span->n_stretch; i++) {
        const struct random_block r =
            random_at(span->seed, (uint64_t)(span->group + i) << 32 | CAUSE_MOVE_NEAR, k);
        const uint32_t first = stretch_at(span, i), n = stretch_at(span, i + 1) - first;
        const uint32_t by = (uint32_t)((uint64_t)r.word[0] * n >> 32);
        turn_lots(span, (struct turn){first, n, by, (r.word[1] & 1) != 0}, weight);
    }
}

static void move_inside(const struct cause_span *span, uint32_t k, uint32_t *weight) {
    const uint32_t *group_at = span->rows->group_at + span->group;
    for (uint32_t g = 0; g < span->n_group; g++) {
        const struct random_block r =
            random_at(span->seed, (uint64_t)(span->group + g) << 32 | CAUSE_MOVE_INSIDE, k);
        const uint32_t begin = group_at[g], n = group_at[g + 1] - begin;
        const uint32_t by = (uint32_t)((uint64_t)r.word[0] * n >> 32);
        for (uint32_t p = 0; p < n; p++) {
            const uint32_t turned = p + by < n ? p + by : p + by - n;
            const uint32_t place = (r.word[1] & 1) != 0 ? n - 1 - turned : turned;
            weight[begin - span->begin + p] = span->rows->weight[begin + place];
        }
    }
}

void cause_span_move(const struct cause_span *span, enum cause_move move, uint32_t k,
                     uint32_t *weight) {
    if (k == 0) {
        memcpy(weight, span->rows->weight + span->begin, span->n * sizeof *weight);
    } else if (move == CAUSE_MOVE_NEAR) {
        move_near(span, k, weight);
    } else if (move == CAUSE_MOVE_INSIDE) {
        move_inside(span, k, weight);
    } else {
        move_all(span, k, weight);
    }
}

// Are codes spread over parts of the rows no more unevenly than by chance? Chi-square against three spreads above its mean. `alike`: rows that
// count as one.
static bool is_even(const uint8_t *code, const uint32_t *part_at, uint32_t n_part, double alike) {
    double all[CODES] = {0.0}, sum = 0.0, n_code = 0.0;
    const uint32_t n = part_at[n_part] - part_at[0];
    for (uint32_t i = 0; i < n; i++) {
        all[code[i]] += 1.0;
    }
    for (uint32_t part = 0; part < n_part; part++) {
        double of[CODES] = {0.0};
        const uint32_t begin = part_at[part] - part_at[0], end = part_at[part + 1] - part_at[0];
        for (uint32_t i = begin; i < end; i++) {
            of[code[i]] += 1.0;
        }
        for (uint32_t c = 0; c < CODES; c++) {
            const double expected = all[c] * (end - begin) / n;
            sum += expected > 0.0 ? (of[c] - expected) * (of[c] - expected) / expected : 0.0;
        }
    }
    for (uint32_t c = 0; c < CODES; c++) {
        n_code += all[c] > 0.0 ? 1.0 : 0.0;
    }
    const double df = (n_code - 1.0) * (n_part - 1.0);
    return sum / alike <= df + 3.0 * sqrt(2.0 * df);
}

enum cause_move cause_span_choose(const struct cause_span *span, const uint8_t *code) {
    const uint32_t *group_at = span->rows->group_at + span->group;
    if (span->has_inside && is_even(code, group_at, span->n_group, 1.0)) {
        return CAUSE_MOVE_INSIDE;
    }
    uint32_t at[MOST_STRETCHES + 1] = {0};
    for (uint32_t i = 0; i <= span->n_stretch && span->n_stretch > 0; i++) {
        at[i] = group_at[stretch_at(span, i)];
    }
    const double alike = (double)span->n / (span->n_group > 0 ? span->n_group : 1);
    return span->n_stretch > 0 && is_even(code, at, span->n_stretch, alike) ? CAUSE_MOVE_NEAR
                                                                            : CAUSE_MOVE_ALL;
}

struct cause_moment cause_span_moment(const struct cause_span *span, const uint32_t *weight) {
    struct cause_moment moment = {{0.0}, {0.0}};
    for (uint32_t b = 0; b < span->n_block; b++) {
        uint64_t sum = 0, square = 0;
        for (uint32_t i = span->block_at[b]; i < span->block_at[b + 1]; i++) {
            sum += weight[i];
            square += (uint64_t)weight[i] * weight[i];
        }
        const double n = (double)(span->block_at[b + 1] - span->block_at[b]);
        const double mean = n > 0.0 ? (double)sum / n : 0.0;
        moment.mean[b] = mean;
        moment.variance[b] = n > 1.0 ? ((double)square - mean * (double)sum) / (n - 1.0) : 0.0;
    }
    return moment;
}
