#include "learn/survival/kaplan_meier.h"

#include <math.h>
#include <stdbool.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/measures/row_order.h"
#include "learn/survival/information_matrix.h"

// A walk up the ages: at age t those are at risk who came before t and have not left before t. Who fails and who is last seen at the same
// age: failures come first.

struct walk {
    const struct lifetimes *lives;
    uint32_t *by_time, *by_entry; // (n) rows
    uint32_t n_left, n_come;      // rows before t
    double time;
    uint32_t n_failed; // at t: by_time[n_left ..] with this time
};

static maru_status begin(struct walk *w, const struct lifetimes *lives, struct arena *arena,
                         maru_error *err) {
    const uint32_t n = lives->n;
    uint32_t *spare = arena_take(arena, n, sizeof *spare);
    *w = (struct walk){.lives = lives};
    w->by_time = arena_take(arena, n, sizeof *w->by_time);
    w->by_entry = arena_take(arena, n, sizeof *w->by_entry);
    if (!spare || !w->by_time || !w->by_entry) {
        return arena_refusal(arena, err);
    }
    row_order(lives->time, n, w->by_time, spare);
    if (lives->entry) {
        row_order(lives->entry, n, w->by_entry, spare);
    }
    w->n_come = lives->entry ? 0 : n;
    return MARU_OK;
}

// Go to the next age at which somebody fails; those who leave and come on the way are told to `group_at_risk` (by group), where not NULL.
static bool next(struct walk *w, const uint32_t *group, double *group_at_risk) {
    const struct lifetimes *lives = w->lives;
    while (w->n_left < lives->n && lives->time[w->by_time[w->n_left]] <= w->time) {
        if (group) {
            group_at_risk[group[w->by_time[w->n_left]]] -= 1.0;
        }
        w->n_left++;
    }
    uint32_t at = w->n_left;
    while (at < lives->n && !lives->is_failed[w->by_time[at]]) {
        at++;
    }
    if (at == lives->n) {
        return false;
    }
    w->time = lives->time[w->by_time[at]];
    for (; lives->time[w->by_time[w->n_left]] < w->time; w->n_left++) {
        if (group) {
            group_at_risk[group[w->by_time[w->n_left]]] -= 1.0;
        }
    }
    for (; lives->entry && w->n_come < lives->n && lives->entry[w->by_entry[w->n_come]] < w->time;
         w->n_come++) {
        if (group) {
            group_at_risk[group[w->by_entry[w->n_come]]] += 1.0;
        }
    }
    w->n_failed = 0;
    for (at = w->n_left; at < lives->n && lives->time[w->by_time[at]] == w->time; at++) {
        w->n_failed += lives->is_failed[w->by_time[at]];
    }
    return true;
}

static double at_risk(const struct walk *w) { return (double)w->n_come - w->n_left; }

// On the scale of ln(-ln S), where S is between 0 and 1.
static void bound(struct survival_step *step, double variance, double z) {
    if (!(step->surviving > 0.0)) {
        step->se = step->low = step->high = NAN;
        return;
    }
    const double ln_s = exact_ln(step->surviving), by = z * sqrt(variance) / -ln_s;
    step->se = step->surviving * sqrt(variance);
    step->low = exact_exp(ln_s * exact_exp(by));
    step->high = exact_exp(ln_s * exact_exp(-by));
}

maru_status survival_estimate(const struct lifetimes *lives, double level, struct arena *arena,
                              struct survival *out, maru_error *err) {
    struct walk w;
    maru_status st = lifetimes_check(lives, err);
    if (st == MARU_OK && !(level > 0.0 && level < 1.0)) {
        st = fail(err, MARU_E_RANGE, "there are no intervals of level %g", level);
    }
    st = st == MARU_OK ? begin(&w, lives, arena, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    struct survival s = {.n = lives->n, .n_failed = lifetimes_failures(lives), .level = level};
    struct survival_step *step = arena_take(arena, s.n_failed, sizeof *step);
    if (!step) {
        return arena_refusal(arena, err);
    }
    s.step = step;
    s.last = lives->time[w.by_time[lives->n - 1]];
    const double z = exact_normal_quantile((1.0 + level) / 2.0);
    double surviving = 1.0, variance = 0, hazard = 0, hazard_variance = 0;
    while (next(&w, NULL, NULL)) {
        const double n = at_risk(&w), d = w.n_failed;
        surviving *= (n - d) / n;
        variance += d / (n * (n - d));
        hazard += d / n;
        hazard_variance += d / (n * n);
        step[s.n_step] = (struct survival_step){.time = w.time,
                                                .n_at_risk = (uint32_t)n,
                                                .n_failed = w.n_failed,
                                                .surviving = surviving,
                                                .hazard = hazard,
                                                .hazard_se = sqrt(hazard_variance)};
        bound(&step[s.n_step++], variance, z);
    }
    *out = s;
    return MARU_OK;
}

double survival_at(const struct survival *s, double age) {
    double surviving = 1.0;
    for (uint32_t i = 0; i < s->n_step && s->step[i].time <= age; i++) {
        surviving = s->step[i].surviving;
    }
    return isnan(age) || (age > s->last && surviving > 0.0) ? (double)NAN : surviving;
}

struct survival_age survival_quantile(const struct survival *s, double p) {
    struct survival_age age = {(double)INFINITY, (double)INFINITY, (double)INFINITY};
    if (!(p > 0.0 && p < 1.0)) {
        return (struct survival_age){(double)NAN, (double)NAN, (double)NAN};
    }
    const double left = 1.0 - p + 1e-12;
    for (uint32_t i = s->n_step; i > 0;
         i--) { // NaN bounds of the last step: the lower one has come down, the upper one not
        const struct survival_step *step = &s->step[i - 1];
        age.value = step->surviving <= left ? step->time : age.value;
        age.low = step->low <= left || isnan(step->low) ? step->time : age.low;
        age.high = step->high <= left ? step->time : age.high;
    }
    return age;
}

// What a failure says: who was at risk by group, and by how much each could have differed.
static void add_failures(const struct walk *w, const uint32_t *group, uint32_t n_group,
                         const double *risk, struct log_rank *out, double *variance) {
    const double n = at_risk(w), d = w->n_failed;
    const double spread = n > 1.0 ? d * (n - d) / (n - 1.0) : 0.0;
    for (uint32_t at = w->n_left; at < w->lives->n && w->lives->time[w->by_time[at]] == w->time;
         at++) {
        out->observed[group[w->by_time[at]]] += w->lives->is_failed[w->by_time[at]];
    }
    for (uint32_t a = 0; a < n_group; a++) {
        out->expected[a] += d * risk[a] / n;
        for (uint32_t b = 0; b < n_group; b++) {
            variance[(size_t)a * n_group + b] +=
                spread * risk[a] / n * ((a == b ? 1.0 : 0.0) - risk[b] / n);
        }
    }
}

maru_status log_rank_test(const struct lifetimes *lives, const uint32_t *group, uint32_t n_group,
                          struct arena *arena, struct log_rank *out, maru_error *err) {
    struct walk w;
    maru_status st = lifetimes_check(lives, err);
    if (st == MARU_OK && (n_group < 2 || n_group > LOGRANK_MAX_GROUPS)) {
        st = fail(err, MARU_E_RANGE, "%u groups, can be 2 to %d", n_group, LOGRANK_MAX_GROUPS);
    }
    for (uint32_t i = 0; st == MARU_OK && i < lives->n; i++) {
        if (group[i] >= n_group) {
            st = fail(err, MARU_E_RANGE, "row %u is in group %u, there are %u", i + 1, group[i],
                      n_group);
        }
    }
    st = st == MARU_OK ? begin(&w, lives, arena, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    double *variance = arena_take(arena, (size_t)n_group * n_group, sizeof *variance);
    if (!variance) {
        return arena_refusal(arena, err);
    }
    struct log_rank test = {0};
    double risk[LOGRANK_MAX_GROUPS] = {0}, off[LOGRANK_MAX_GROUPS], solved[LOGRANK_MAX_GROUPS];
    for (uint32_t i = 0; !lives->entry && i < lives->n; i++) {
        risk[group[i]] += 1.0;
    }
    while (next(&w, group, risk)) {
        add_failures(&w, group, n_group, risk, &test, variance);
    }
    test.df =
        information_factor(variance, n_group); // one group, and those never at risk, take no part
    if (test.df == 0) {
        return fail(err, MARU_E_RANGE, "no two groups were at risk of the same failure");
    }
    for (uint32_t g = 0; g < n_group; g++) {
        off[g] = solved[g] = test.observed[g] - test.expected[g];
    }
    information_solve(variance, n_group, solved);
    for (uint32_t g = 0; g < n_group; g++) {
        test.chi_square += off[g] * solved[g];
    }
    test.p = chi_square_above(test.chi_square, test.df);
    *out = test;
    return MARU_OK;
}
