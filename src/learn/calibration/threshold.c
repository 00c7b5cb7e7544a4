#include "learn/calibration/threshold.h"

#include <math.h>
#include <stdbool.h>

#include "base/distribution.h"
#include "base/status.h"
#include "learn/measures/bootstrap.h"

// The curve is a walk down the scores. A point may stand only where one score ends, since equal ones alarm together; of all such places
// n_point are kept, evenly by rows. Each round of the intervals is one walk that notes the cost of
// every point on the way.

double threshold_of_costs(const struct costs *costs) {
    const double miss = costs->miss, false_alarm = costs->false_alarm;
    if (!(miss >= 0.0 && false_alarm >= 0.0 && isfinite(miss + false_alarm) &&
          miss + false_alarm > 0.0)) {
        return NAN;
    }
    return false_alarm / (false_alarm + miss);
}

struct walk {
    const struct cost_input *input;
    const uint32_t *end;      // (n_point) rows in order that alarm
    struct cost_point *point; // (n_point) filled where not NULL
    double *cost;             // (n_point x n_round) point by point
    uint32_t n_point, n_round;
};

// Cost of every point, with rows that count as often as `count` says; NaN where none does.
static void walk_down(const struct walk *w, const uint32_t *count, double *cost, size_t stride) {
    const struct scored *s = w->input->scored;
    const struct costs *costs = &w->input->costs;
    uint64_t yes = 0, n = 0, hits = 0, false_alarms = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const uint64_t k = count ? count[i] : 1;
        n += k;
        yes += s->is_yes[i] ? k : 0;
    }
    for (uint32_t p = 0, at = 0; p < w->n_point; p++) {
        for (; at < w->end[p]; at++) {
            const uint32_t row = s->order[at];
            *(s->is_yes[row] ? &hits : &false_alarms) += count ? count[row] : 1;
        }
        const double sum =
            (double)(yes - hits) * costs->miss + (double)false_alarms * costs->false_alarm;
        cost[p * stride] = sum / (double)n;
        if (w->point) {
            w->point[p].alarms = hits + false_alarms;
            w->point[p].misses = yes - hits;
            w->point[p].false_alarms = false_alarms;
        }
    }
}

// Places where a score ends, thinned to at most n_point with none and all alarming.
static uint32_t places(const struct cost_input *in, uint32_t *end) {
    const struct scored *s = in->scored;
    uint32_t n = 0;
    end[n++] = 0;
    for (uint32_t at = 1; at < s->n; at++) {
        const bool is_end = s->score[s->order[at]] != s->score[s->order[at - 1]];
        const uint64_t due = (uint64_t)n * s->n / (in->n_point - 1);
        if (is_end && at >= due && n + 1 < in->n_point) {
            end[n++] = at;
        }
    }
    end[n++] = s->n;
    return n;
}

static maru_status check(const struct cost_input *in, maru_error *err) {
    if (isnan(threshold_of_costs(&in->costs))) {
        return fail(err, MARU_E_RANGE, "costs of %g and %g say nothing", in->costs.miss,
                    in->costs.false_alarm);
    }
    if (in->n_point < 2 || in->n_point > THRESHOLD_MAX_POINTS || in->n_round < 20 ||
        in->n_round > THRESHOLD_MAX_ROUNDS || !(in->level > 0.0 && in->level < 1.0)) {
        return fail(err, MARU_E_RANGE, "a curve of %u thresholds from %u rounds, level %g",
                    in->n_point, in->n_round, in->level);
    }
    return MARU_OK;
}

static void choose(struct cost_curve *curve, const struct walk *w, const double *now) {
    uint32_t n_less = 0;
    for (uint32_t p = 1; p < curve->n_point; p++) {
        curve->best = now[p] < now[curve->best] ? p : curve->best;
    }
    const double *best = w->cost + (size_t)curve->best * w->n_round;
    const double *never = w->cost, *always = w->cost + (size_t)(w->n_point - 1) * w->n_round;
    for (uint32_t r = 0; r < w->n_round; r++) {
        n_less += best[r] < never[r] && best[r] < always[r];
    }
    curve->best_share_less = (double)n_less / w->n_round;
}

maru_status cost_curve_of(const struct cost_input *in, struct arena *arena, struct cost_curve *out,
                          maru_error *err) {
    maru_status st = check(in, err);
    if (st != MARU_OK) {
        return st;
    }
    uint32_t *end = arena_take(arena, (size_t)in->n_point + 1, sizeof *end);
    struct cost_point *point = arena_take(arena, in->n_point, sizeof *point);
    double *cost = arena_take(arena, in->n_point, in->n_round * sizeof *cost);
    double *now = arena_take(arena, in->n_point, sizeof *now);
    if (!end || !point || !cost || !now) {
        return arena_refusal(arena, err);
    }
    struct bootstrap_draws draws = {.n_row = in->scored->n,
                                    .cluster = in->cluster,
                                    .n_cluster = in->n_cluster,
                                    .seed = in->seed};
    st = bootstrap_draws_init(&draws, arena, err);
    if (st != MARU_OK) {
        return st;
    }
    struct walk walk = {in, end, NULL, cost, places(in, end), in->n_round};
    for (uint32_t round = 0; round < in->n_round; round++) {
        walk_down(&walk, bootstrap_draw(&draws, round), cost + round, in->n_round);
    }
    walk.point = point;
    walk_down(&walk, NULL, now, 1);
    struct cost_curve curve = {.point = point, .n_point = walk.n_point};
    choose(&curve, &walk, now);
    for (uint32_t p = 0; p < walk.n_point; p++) {
        double *rounds_of = cost + (size_t)p * in->n_round;
        empirical_sort(rounds_of, in->n_round);
        point[p].cost = now[p];
        point[p].low = empirical_quantile(rounds_of, in->n_round, (1.0 - in->level) / 2.0);
        point[p].high = empirical_quantile(rounds_of, in->n_round, (1.0 + in->level) / 2.0);
        point[p].threshold =
            end[p] == 0 ? (double)INFINITY : in->scored->score[in->scored->order[end[p] - 1]];
    }
    *out = curve;
    return MARU_OK;
}
