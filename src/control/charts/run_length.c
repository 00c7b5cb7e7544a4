#include "control/charts/run_length.h"

#include "base/distribution.h"
#include "base/status.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

// CUSUM and EWMA. The run length from a value u is one point more than that from the next value, wherever
// this lies inside the limits:
//
//     CUSUM, one side    L(u) = 1 + L(0) below(k - u - shift) + integral over [0, h] of L(y) phi(y + k - u - shift)
//     EWMA               L(u) = 1 + integral over [-w, w] of L(y) phi((y - (1 - lambda) u) / lambda - shift) / lambda
//
// The integral becomes a sum over the nodes of Gauss and Legendre, eight to a panel no wider than the
// kernel's standard deviation, and the equation a linear system.
//
// Runs rules. Between two points all that matters is what the rules remember; starting from nothing, all
// states are collected that rule_step itself leads to without a signal, with the chance of each zone.

enum { N_NODE = 8, N_ZONE = 8 };

static const double node_at[] = {0.1834346424956498, 0.5255324099163290, 0.7966664774136267,
                                 0.9602898564975363};
static const double weight_of[] = {0.3626837833783620, 0.3137066458778873, 0.2223810344533745,
                                   0.1012285362903763};

// A x = b by Gauss with pivots; A (n, n) and b (n) are overwritten, b with x.
static void solve(double *a, double *b, size_t n) {
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++) {
            best = fabs(a[i * n + k]) > fabs(a[best * n + k]) ? i : best;
        }
        if (best != k) {
            for (size_t j = k; j < n; j++) {
                const double x = a[k * n + j];
                a[k * n + j] = a[best * n + j];
                a[best * n + j] = x;
            }
            const double x = b[k];
            b[k] = b[best];
            b[best] = x;
        }
        for (size_t i = k + 1; i < n; i++) {
            const double factor = a[i * n + k] / a[k * n + k];
            if (factor == 0.0) {
                continue;
            }
            for (size_t j = k; j < n; j++) {
                a[i * n + j] -= factor * a[k * n + j];
            }
            b[i] -= factor * b[k];
        }
    }
    for (size_t k = n; k > 0; k--) {
        const size_t i = k - 1;
        for (size_t j = k; j < n; j++) {
            b[i] -= a[i * n + j] * b[j];
        }
        b[i] /= a[i * n + i];
    }
}

double run_length_shewhart(double width, double shift) {
    return 1.0 / (normal_above(width - shift) + normal_below(-width - shift));
}

// ---- integral equations ----

struct grid {
    size_t n;
    double *node, *weight; // (n)
    double *matrix;        // (n + 1, n + 1)
    double *length;        // (n + 1)
};

static maru_status take_grid(double low, double high, double panel, struct arena *scratch,
                             struct grid *grid, maru_error *err) {
    const size_t n_panel = (size_t)ceil((high - low) / panel);
    const double half = 0.5 * (high - low) / (double)n_panel;
    grid->n = n_panel * N_NODE;
    grid->node = arena_take(scratch, grid->n, sizeof(double));
    grid->weight = arena_take(scratch, grid->n, sizeof(double));
    grid->matrix = arena_take(scratch, (grid->n + 1) * (grid->n + 1), sizeof(double));
    grid->length = arena_take(scratch, grid->n + 1, sizeof(double));
    if (!grid->node || !grid->weight || !grid->matrix || !grid->length) {
        return arena_refusal(scratch, err);
    }
    for (size_t i = 0; i < grid->n; i++) {
        const size_t g = i % N_NODE;
        const size_t i_panel = i / N_NODE;
        const double middle = low + half * (double)(2 * i_panel + 1);
        grid->node[i] = middle + half * (g < 4 ? -node_at[3 - g] : node_at[g - 4]);
        grid->weight[i] = half * weight_of[g < 4 ? 3 - g : g - 4];
    }
    return MARU_OK;
}

// Run lengths of the upper sum, from 0 and from `start`.
static maru_status one_sided(double k, double h, double start, double shift, struct arena *scratch,
                             double length[2], maru_error *err) {
    struct grid grid;
    const maru_status st = take_grid(0.0, h, 1.0, scratch, &grid, err);
    if (st != MARU_OK) {
        return st;
    }
    const size_t n = grid.n + 1; // the last unknown is L(0)
    for (size_t i = 0; i < n; i++) {
        const double u = i < grid.n ? grid.node[i] : 0.0;
        for (size_t j = 0; j < n; j++) {
            const double kernel =
                j < grid.n ? grid.weight[j] * normal_density(grid.node[j] + k - u - shift)
                           : normal_below(k - u - shift);
            grid.matrix[i * n + j] = (i == j) - kernel;
        }
        grid.length[i] = 1.0;
    }
    solve(grid.matrix, grid.length, n);
    length[0] = grid.length[grid.n];
    length[1] = 1.0 + length[0] * normal_below(k - start - shift);
    for (size_t j = 0; j < grid.n; j++) {
        length[1] +=
            grid.length[j] * grid.weight[j] * normal_density(grid.node[j] + k - start - shift);
    }
    return MARU_OK;
}

maru_status run_length_cusum(double k, double h, double start, double shift, struct arena *scratch,
                             double *out, maru_error *err) {
    if (!(k >= 0.0 && k <= 10.0 && h > 0.0 && h <= RUNLENGTH_MAX_PANELS && start >= 0.0 &&
          start <= h && isfinite(shift))) {
        return fail(err, MARU_E_RANGE, "no run length of a CUSUM with k %g, h %g, start %g", k, h,
                    start);
    }
    double up[2], down[2];
    maru_status st = one_sided(k, h, start, shift, scratch, up, err);
    if (st == MARU_OK) {
        st = one_sided(k, h, start, -shift, scratch, down, err);
    }
    if (st == MARU_OK) {
        *out = (up[1] * down[0] + down[1] * up[0] - up[0] * down[0]) / (up[0] + down[0]);
    }
    return st;
}

maru_status run_length_ewma(double lambda, double width, double shift, struct arena *scratch,
                            double *out, maru_error *err) {
    const double reach = width * sqrt(lambda / (2.0 - lambda));
    if (!(lambda > 0.0 && lambda <= 1.0 && width > 0.0 && isfinite(shift) &&
          2.0 * reach / lambda <= RUNLENGTH_MAX_PANELS)) {
        return fail(err, MARU_E_RANGE, "no run length of an EWMA with lambda %g, width %g", lambda,
                    width);
    }
    struct grid grid;
    const maru_status st = take_grid(-reach, reach, lambda, scratch, &grid, err);
    if (st != MARU_OK) {
        return st;
    }
    const size_t n = grid.n;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const double z = (grid.node[j] - (1.0 - lambda) * grid.node[i]) / lambda - shift;
            grid.matrix[i * n + j] = (i == j) - grid.weight[j] * normal_density(z) / lambda;
        }
        grid.length[i] = 1.0;
    }
    solve(grid.matrix, grid.length, n);
    double length = 1.0;
    for (size_t j = 0; j < n; j++) {
        length += grid.length[j] * grid.weight[j] * normal_density(grid.node[j] / lambda - shift) /
                  lambda;
    }
    *out = length;
    return MARU_OK;
}

// ---- runs rules ----

// What of a state the rules in use look at; the rest is set to zero, so that equal states are equal.
static struct rule_state reduced(const struct rule_set *rules, struct rule_state s) {
    const uint8_t *severity = rules->severity;
    const bool has_side =
        severity[RULE_NINE] != SEVERITY_IGNORE || severity[RULE_EIGHT] != SEVERITY_IGNORE;
    const bool has_far = severity[RULE_TWO] != SEVERITY_IGNORE;
    const bool has_near = severity[RULE_FOUR] != SEVERITY_IGNORE;
    return (struct rule_state){
        .n_upper = has_side ? s.n_upper : 0,
        .n_lower = has_side ? s.n_lower : 0,
        .n_inside = severity[RULE_QUIET] != SEVERITY_IGNORE ? s.n_inside : 0,
        .n_outside = severity[RULE_AVOIDANCE] != SEVERITY_IGNORE ? s.n_outside : 0,
        .far_upper = has_far ? s.far_upper & 3 : 0,
        .far_lower = has_far ? s.far_lower & 3 : 0,
        .near_upper = has_near ? s.near_upper & 15 : 0,
        .near_lower = has_near ? s.near_lower & 15 : 0,
    };
}

static bool is_same(const struct rule_state *a, const struct rule_state *b) {
    return a->n_upper == b->n_upper && a->n_lower == b->n_lower && a->n_inside == b->n_inside &&
           a->n_outside == b->n_outside && a->far_upper == b->far_upper &&
           a->far_lower == b->far_lower && a->near_upper == b->near_upper &&
           a->near_lower == b->near_lower;
}

struct chain {
    size_t n;
    struct rule_state *state; // (RUNLENGTH_MAX_STATES)
    uint16_t (*next)[N_ZONE]; // (RUNLENGTH_MAX_STATES) after a point in a zone; or SIGNAL
};

enum { SIGNAL = UINT16_MAX };

static size_t find(struct chain *chain, const struct rule_state *state) {
    size_t i = 0;
    while (i < chain->n && !is_same(&chain->state[i], state)) {
        i++;
    }
    if (i == chain->n && chain->n < RUNLENGTH_MAX_STATES) {
        chain->state[chain->n++] = *state;
    }
    return i;
}

// All states that are reached without a signal; false: too many.
static bool collect(const struct rule_set *rules, struct chain *chain) {
    static const double middle[N_ZONE] = {-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5};
    chain->state[chain->n++] = (struct rule_state){0};
    for (size_t i = 0; i < chain->n; i++) {
        for (size_t zone = 0; zone < N_ZONE; zone++) {
            struct rule_state s = chain->state[i];
            const bool is_beyond = zone == 0 || zone == N_ZONE - 1;
            if (rule_step(rules, &s, middle[zone], is_beyond)) {
                chain->next[i][zone] = SIGNAL;
                continue;
            }
            const struct rule_state kept = reduced(rules, s);
            const size_t next = find(chain, &kept);
            if (next == RUNLENGTH_MAX_STATES) {
                return false;
            }
            chain->next[i][zone] = (uint16_t)next;
        }
    }
    return true;
}

static maru_status rules_check(const struct rule_set *rules, double width, double shift,
                               maru_error *err) {
    if (!(width > 0.0 && width <= 10.0 && isfinite(shift))) {
        return fail(err, MARU_E_RANGE, "no run length of a chart with limits at %g standard errors",
                    width);
    }
    if (rules->severity[RULE_TREND] != SEVERITY_IGNORE ||
        rules->severity[RULE_ZIGZAG] != SEVERITY_IGNORE) {
        return fail(err, MARU_E_USAGE,
                    "the run length of trend and zigzag rules cannot be computed");
    }
    for (int rule = 0; rule < N_RULE; rule++) {
        if (rule != RULE_SPREAD && rules->severity[rule] != SEVERITY_IGNORE) {
            return MARU_OK;
        }
    }
    return fail(err, MARU_E_USAGE, "all rules are ignored");
}

maru_status run_length_rules(const struct rule_set *rules, double width, double shift,
                             struct arena *scratch, double *out, maru_error *err) {
    const maru_status st = rules_check(rules, width, shift, err);
    if (st != MARU_OK) {
        return st;
    }
    struct chain chain = {0};
    chain.state = arena_take(scratch, RUNLENGTH_MAX_STATES, sizeof *chain.state);
    chain.next = arena_take(scratch, RUNLENGTH_MAX_STATES, sizeof *chain.next);
    if (!chain.state || !chain.next) {
        return arena_refusal(scratch, err);
    }
    if (!collect(rules, &chain)) {
        return fail(err, MARU_E_LIMIT, "these rules together have more than %d states",
                    RUNLENGTH_MAX_STATES);
    }
    double chance[N_ZONE];
    for (int zone = 0; zone < N_ZONE; zone++) {
        const double low = zone == 0 ? -INFINITY : width * (zone - 4) / 3.0 - shift;
        const double high = zone == N_ZONE - 1 ? INFINITY : width * (zone - 3) / 3.0 - shift;
        chance[zone] = low > 0.0 ? normal_above(low) - normal_above(high)
                                 : normal_below(high) - normal_below(low);
    }
    const size_t n = chain.n;
    double *matrix = arena_take(scratch, n * n, sizeof *matrix);
    double *length = arena_take(scratch, n, sizeof *length);
    if (!matrix || !length) {
        return arena_refusal(scratch, err);
    }
    for (size_t i = 0; i < n; i++) {
        matrix[i * n + i] = 1.0;
        length[i] = 1.0;
        for (int zone = 0; zone < N_ZONE; zone++) {
            if (chain.next[i][zone] != SIGNAL) {
                matrix[i * n + chain.next[i][zone]] -= chance[zone];
            }
        }
    }
    solve(matrix, length, n);
    *out = length[0];
    return MARU_OK;
}
