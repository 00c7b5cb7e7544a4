#include "learn/causes/cause_parts.h"

#include <math.h>
#include <string.h>

#include "base/interval.h"
#include "learn/causes/cause_search.h"

// Intervals believe that rows are independent. Where lots differ more than that, the variance of a share is that between lots,
//
//     L / (L - 1) * sum over lots of (bad - share * rows)^2 / rows in all^2
//
// and its ratio to the variance of independent rows is the design effect (Kish 1965). Where no lots are known, fifty spans of time
// take their place. It counts only where it is more than luck: an estimate from L lots has a spread of about sqrt(2 / (L - 1)).

enum { SPANS = 50, LEAST_LOTS = 10 };

static const double level = 0.95;

struct side_sum {
    uint64_t n, n_bad;
    double sum, square;
};

static double target_at(const struct cause_span *span, uint32_t i) {
    return span->rows->target[span->begin + i];
}

static struct side_sum sum_side(const struct cause_span *span, const uint8_t *side,
                                enum cause_side which) {
    struct side_sum sum = {0};
    double first = 0.0;
    for (uint32_t i = 0; i < span->n; i++) {
        if (side[i] != which) {
            continue;
        }
        if (sum.n++ == 0) {
            first = target_at(span, i); // sums of what is left are small, and keep their digits
        }
        sum.n_bad += target_at(span, i) == 1.0;
        sum.sum += target_at(span, i) - first;
    }
    const double mean = sum.n > 0 ? first + sum.sum / (double)sum.n : 0.0;
    for (uint32_t i = 0; i < span->n; i++) {
        const double off = target_at(span, i) - mean;
        sum.square += side[i] == which ? off * off : 0.0;
    }
    sum.sum = mean * (double)sum.n;
    return sum;
}

// Where the lot, or the span of time, that begins at place `at` ends.
static uint32_t end_of_lot(const struct cause_span *span, uint32_t at, uint32_t *group) {
    if (span->rows->n_group == span->rows->n) {
        const uint32_t length = (span->n + SPANS - 1) / SPANS;
        return span->n - at > length ? at + length : span->n;
    }
    return span->rows->group_at[span->group + ++*group] - span->begin;
}

static double design_effect(const struct cause_span *span, const uint8_t *side,
                            enum cause_side which, const struct side_sum *sum) {
    const double mean = sum->sum / (double)sum->n;
    double between = 0.0;
    uint32_t n_lot = 0, group = 0;
    for (uint32_t at = 0; at < span->n;) {
        const uint32_t end = end_of_lot(span, at, &group);
        double off = 0.0;
        bool is_in = false;
        for (; at < end; at++) {
            if (side[at] == which) {
                off += target_at(span, at) - mean;
                is_in = true;
            }
        }
        between += off * off;
        n_lot += is_in;
    }
    if (n_lot < LEAST_LOTS || !(sum->square > 0.0)) {
        return 1.0;
    }
    const double lots = (double)n_lot;
    const double effect = between * lots / (lots - 1.0) / sum->square;
    return effect > 1.0 + 1.645 * sqrt(2.0 / (lots - 1.0)) ? effect : 1.0;
}

static struct share mean_of(const struct side_sum *sum, double effect) {
    struct share out = {0, sum->n, (double)NAN, (double)NAN, (double)NAN};
    const double n = (double)sum->n;
    if (sum->n == 0) {
        return out;
    }
    out.value = sum->sum / n;
    if (sum->n > 1) {
        const double sure = fmax(n / effect - 1.0, 1.0);
        const double half =
            student_quantile(0.5 + level / 2.0, sure) * sqrt(sum->square / (n - 1.0) / n * effect);
        out.low = out.value - half;
        out.high = out.value + half;
    }
    return out;
}

struct share cause_share_of(const struct cause_span *span, const uint8_t *side,
                            enum cause_side which, double *effect) {
    const struct side_sum sum = sum_side(span, side, which);
    *effect = sum.n > 0 ? design_effect(span, side, which, &sum) : 1.0;
    return span->rows->is_number ? mean_of(&sum, *effect)
                                 : share_of_clusters(sum.n_bad, sum.n, *effect, level);
}

struct cause_part cause_part_of(const struct cause_span *span, const uint8_t *side) {
    struct cause_part part = {0};
    double in = 1.0, out = 1.0;
    part.in = cause_share_of(span, side, CAUSE_IN, &in);
    part.out = cause_share_of(span, side, CAUSE_OUT, &out);
    part.difference = share_subtract(&part.in, &part.out);
    part.design_effect = fmax(in, out);
    return part;
}

struct trial {                  // what moved targets meet
    struct cause_tally in, all; // rows alone, until a target is summed
};

static void count_rows(const struct cause_span *span, const uint8_t *side, struct trial *trial) {
    *trial = (struct trial){0};
    for (uint32_t b = 0; b < span->n_block; b++) {
        for (uint32_t i = span->block_at[b]; i < span->block_at[b + 1]; i++) {
            trial->in.block[b] += side[i] == CAUSE_IN;
            trial->all.block[b] += side[i] != CAUSE_ABSENT;
        }
        trial->in.n += trial->in.block[b];
        trial->all.n += trial->all.block[b];
    }
}

static double signed_root(const struct cause_span *span, const struct cause_moment *moment,
                          const uint32_t *weight, const uint8_t *side, struct trial trial) {
    uint64_t in = 0, all = 0;
    for (uint32_t i = 0; i < span->n; i++) {
        in += side[i] == CAUSE_IN ? weight[i] : 0;
        all += side[i] != CAUSE_ABSENT ? weight[i] : 0;
    }
    trial.in.observed = (double)in;
    trial.all.observed = (double)all;
    for (uint32_t b = 0; b < span->n_block; b++) {
        trial.in.expected += trial.in.block[b] * moment->mean[b];
        trial.all.expected += trial.all.block[b] * moment->mean[b];
    }
    const double strength = cause_strength(span, moment, &trial.in, &trial.all);
    return copysign(sqrt(fabs(strength)), strength);
}

// The k-th target of one move, in all sides that are tried by it.
struct mover {
    const struct cause_span *span;
    const uint8_t *side;
    const struct cause_tried *tried;
    uint32_t n_side;
    const struct trial *trial; // (n_side)
    double *root;              // (n_side) of the target itself
    uint32_t *weight;          // (n)
};

static void try_moved(struct mover *m, enum cause_move move, uint32_t k, double *p) {
    cause_span_move(m->span, move, k, m->weight);
    const struct cause_moment moment = cause_span_moment(m->span, m->weight);
    for (uint32_t c = 0; c < m->n_side; c++) {
        if (m->tried[c].move != move) {
            continue;
        }
        const double got =
            signed_root(m->span, &moment, m->weight, m->side + (size_t)c * m->span->n, m->trial[c]);
        const double more = m->tried[c].is_more ? got : -got;
        if (k == 0) {
            m->root[c] = more;
        } else {
            p[c] += more >= m->root[c];
        }
    }
}

maru_status cause_parts_try(const struct cause_span *span, const uint8_t *side,
                            const struct cause_tried *tried, uint32_t n_side, struct arena *arena,
                            double *p, maru_error *err) {
    struct trial *trial = arena_take(arena, (size_t)n_side + 1, sizeof *trial);
    double *root = arena_take(arena, (size_t)n_side + 1, sizeof *root);
    uint32_t *weight = arena_take(arena, (size_t)span->n + 1, sizeof *weight);
    bool is_used[N_CAUSE_MOVE] = {false};
    if (!trial || !root || !weight) {
        return arena_refusal(arena, err);
    }
    for (uint32_t c = 0; c < n_side; c++) {
        count_rows(span, side + (size_t)c * span->n, &trial[c]);
        is_used[tried[c].move] = true;
        p[c] = 1.0;
    }
    struct mover mover = {span, side, tried, n_side, trial, root, weight};
    for (uint32_t move = 0; move < N_CAUSE_MOVE; move++) {
        for (uint32_t k = 0; is_used[move] && k <= span->n_move; k++) {
            try_moved(&mover, (enum cause_move)move, k, p);
        }
    }
    for (uint32_t c = 0; c < n_side; c++) {
        p[c] /= 1.0 + span->n_move;
    }
    return MARU_OK;
}
