#include "learn/survival/cox.h"

#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/measures/row_order.h"
#include "learn/survival/information_matrix.h"

// Columns are centered and scaled, coefficients are of those. One step of Newton is a walk down the ages: sums over who is at risk (of exp(r), of
// x exp(r), of x x' exp(r)) grow by those who end at an age and shrink by those who were first watched at it or later. Efron: of d who
// fail at one age the l-th (from 0) sees the sums less l / d of those of the d.

enum { MAX_STEPS = 60, MAX_HALVINGS = 30 };

#define FARTHEST 25.0 // a coefficient of a scaled column beyond this runs away

struct sums {
    double zero; // of exp(r)
    double *one; // (n_column) of x exp(r)
    double *two; // (n_column x n_column) lower triangle, of x x' exp(r)
};

struct fit {
    const struct cox_input *input;
    uint32_t n, p;
    double *x;                    // (n x p) scaled
    double *mean, *sd;            // (p)
    uint32_t *by_time, *by_entry; // (n)
    double *risk, *weight;        // (n) of the coefficients at hand: r, exp(r)
    struct sums at_risk, failed;
    double *beta, *next, *gradient, *information; // (p), (p), (p), (p x p)
};

static maru_status check(const struct cox_input *in, maru_error *err) {
    const maru_status st = lifetimes_check(&in->lives, err);
    if (st != MARU_OK) {
        return st;
    }
    if (in->n_column == 0 || in->n_column > COX_MAX_COLUMNS) {
        return fail(err, MARU_E_LIMIT, "%u columns, can be 1 to %d", in->n_column, COX_MAX_COLUMNS);
    }
    if (!(in->ridge >= 0.0 && isfinite(in->ridge) && in->level > 0.0 && in->level < 1.0)) {
        return fail(err, MARU_E_RANGE, "no regression of ridge %g and level %g", in->ridge,
                    in->level);
    }
    if (lifetimes_failures(&in->lives) == 0) {
        return fail(err, MARU_E_RANGE, "nothing has failed yet");
    }
    for (size_t i = 0; i < (size_t)in->lives.n * in->n_column; i++) {
        if (!isfinite(in->x[i])) {
            return fail(err, MARU_E_RANGE, "row %u has a value that is not finite",
                        (uint32_t)(i / in->n_column) + 1);
        }
    }
    return MARU_OK;
}

static bool take(struct fit *f, struct arena *arena) {
    const size_t n = f->n, p = f->p;
    double *reals = arena_take(arena, n * p + 2 * n + 7 * p + 3 * p * p, sizeof *reals);
    f->by_time = arena_take(arena, 2 * n, sizeof *f->by_time);
    if (!reals || !f->by_time) {
        return false;
    }
    double **const part[] = {&f->x,           &f->risk,       &f->weight,      &f->mean,
                             &f->sd,          &f->beta,       &f->next,        &f->gradient,
                             &f->at_risk.one, &f->failed.one, &f->at_risk.two, &f->failed.two,
                             &f->information};
    const size_t size[] = {n * p, n, n, p, p, p, p, p, p, p, p * p, p * p, p * p};
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        *part[i] = reals;
        reals += size[i];
    }
    f->by_entry = f->by_time + n;
    return true;
}

static void standardize(struct fit *f) {
    const double *x = f->input->x;
    for (uint32_t c = 0; c < f->p; c++) {
        double mean = 0, squares = 0;
        for (uint32_t i = 0; i < f->n; i++) {
            mean += x[(size_t)i * f->p + c] / f->n;
        }
        for (uint32_t i = 0; i < f->n; i++) {
            const double off = x[(size_t)i * f->p + c] - mean;
            squares += off * (off / f->n);
        }
        const double sd = sqrt(squares);
        f->mean[c] = mean;
        f->sd[c] = sd > 1e-12 * fabs(mean) && isfinite(sd) ? sd : 0.0;
        for (uint32_t i = 0; i < f->n; i++) {
            f->x[(size_t)i * f->p + c] =
                f->sd[c] > 0.0 ? (x[(size_t)i * f->p + c] - mean) / f->sd[c] : 0.0;
        }
    }
}

static void order_rows(struct fit *f, uint32_t *spare) {
    row_order(f->input->lives.time, f->n, f->by_time, spare);
    if (f->input->lives.entry) {
        row_order(f->input->lives.entry, f->n, f->by_entry, spare);
    }
}

static void add(const struct fit *f, uint32_t row, double sign, struct sums *to) {
    const double *x = f->x + (size_t)row * f->p, w = sign * f->weight[row];
    to->zero += w;
    for (uint32_t a = 0; a < f->p; a++) {
        to->one[a] += w * x[a];
        for (uint32_t b = 0; b <= a; b++) {
            to->two[(size_t)a * f->p + b] += w * x[a] * x[b];
        }
    }
}

static void clear(const struct fit *f, struct sums *s) {
    s->zero = 0.0;
    memset(s->one, 0, f->p * sizeof *s->one);
    memset(s->two, 0, (size_t)f->p * f->p * sizeof *s->two);
}

// Sums over the d failures of an age of powers of what each sees.
struct efron {
    double ln, one, share, one2, share2, shares2;
};

static struct efron efron_of(const struct fit *f, uint32_t d) {
    struct efron e = {0};
    for (uint32_t l = 0; l < d; l++) {
        const double share = (double)l / d, zero = f->at_risk.zero - share * f->failed.zero;
        e.ln += exact_ln(zero);
        e.one += 1.0 / zero;
        e.share += share / zero;
        e.one2 += 1.0 / (zero * zero);
        e.share2 += share / (zero * zero);
        e.shares2 += share * share / (zero * zero);
    }
    return e;
}

// What the d failures of one age add to the likelihood and its derivatives.
static double add_failures(struct fit *f, uint32_t d) {
    const struct efron e = efron_of(f, d);
    const struct sums *s = &f->at_risk, *t = &f->failed;
    for (uint32_t a = 0; a < f->p; a++) {
        f->gradient[a] -= e.one * s->one[a] - e.share * t->one[a];
        for (uint32_t b = 0; b <= a; b++) {
            const size_t ab = (size_t)a * f->p + b;
            f->information[ab] += e.one * s->two[ab] - e.share * t->two[ab];
            f->information[ab] -= e.one2 * s->one[a] * s->one[b] +
                                  e.shares2 * t->one[a] * t->one[b] -
                                  e.share2 * (s->one[a] * t->one[b] + t->one[a] * s->one[b]);
        }
    }
    return -e.ln;
}

// The log partial likelihood at `beta`, without the ridge, with its derivatives in gradient and information. Where `hazard` is given: its step
// at each age, from the last one down, and that age.
static double walk(struct fit *f, const double *beta, double *hazard, double *age) {
    const struct lifetimes *lives = &f->input->lives;
    double log_likelihood = 0, largest = -INFINITY;
    uint32_t n_age = 0;
    for (uint32_t i = 0; i < f->n; i++) {
        f->risk[i] = 0;
        for (uint32_t c = 0; c < f->p; c++) {
            f->risk[i] += beta[c] * f->x[(size_t)i * f->p + c];
        }
        largest = fmax(largest, f->risk[i]);
    }
    for (uint32_t i = 0; i < f->n; i++) {
        f->weight[i] = exact_exp(f->risk[i] - largest);
    }
    clear(f, &f->at_risk);
    memset(f->gradient, 0, f->p * sizeof *f->gradient);
    memset(f->information, 0, (size_t)f->p * f->p * sizeof *f->information);
    uint32_t n_gone = 0; // by_entry from the end: not yet watched
    for (uint32_t at = f->n; at > 0;) {
        const double time = lives->time[f->by_time[at - 1]];
        uint32_t d = 0;
        clear(f, &f->failed);
        for (; at > 0 && lives->time[f->by_time[at - 1]] == time; at--) {
            const uint32_t row = f->by_time[at - 1];
            add(f, row, 1.0, &f->at_risk);
            if (lives->is_failed[row]) {
                add(f, row, 1.0, &f->failed);
                log_likelihood += f->risk[row] - largest;
                for (uint32_t c = 0; c < f->p; c++) {
                    f->gradient[c] += f->x[(size_t)row * f->p + c];
                }
                d++;
            }
        }
        for (;
             lives->entry && n_gone < f->n && lives->entry[f->by_entry[f->n - 1 - n_gone]] >= time;
             n_gone++) {
            add(f, f->by_entry[f->n - 1 - n_gone], -1.0, &f->at_risk);
        }
        if (d > 0) {
            log_likelihood += add_failures(f, d);
            if (hazard) {
                age[n_age] = time;
                hazard[n_age++] = efron_of(f, d).one * exact_exp(-largest);
            }
        }
    }
    return log_likelihood;
}

static double penalty(const struct fit *f, const double *beta) {
    double sum = 0;
    for (uint32_t c = 0; c < f->p; c++) {
        sum += beta[c] * beta[c];
    }
    return f->input->ridge / 2.0 * sum;
}

// Newton's step from beta, in `step`: from the derivatives of the last walk. The information becomes its factor.
static void newton(struct fit *f, double *step) {
    for (uint32_t c = 0; c < f->p; c++) {
        f->information[(size_t)c * f->p + c] += f->sd[c] > 0.0 ? f->input->ridge : 0.0;
        step[c] = f->gradient[c] - f->input->ridge * f->beta[c];
    }
    information_factor(f->information, f->p);
    information_solve(f->information, f->p, step);
}

static double largest_of(const double *x, uint32_t n) {
    double largest = 0;
    for (uint32_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(x[i]));
    }
    return largest;
}

static maru_status climb(struct fit *f, double *log_likelihood, maru_error *err) {
    double here = walk(f, f->beta, NULL, NULL), steps[COX_MAX_COLUMNS];
    for (int i = 0; i < MAX_STEPS; i++) {
        newton(f, steps);
        double there = -INFINITY, part = 1.0;
        for (int k = 0; k < MAX_HALVINGS; k++, part /= 2.0) {
            for (uint32_t c = 0; c < f->p; c++) {
                f->next[c] = f->beta[c] + part * steps[c];
            }
            there = walk(f, f->next, NULL, NULL) - penalty(f, f->next);
            if (there >= here - penalty(f, f->beta) - 1e-12 * fabs(here)) {
                break;
            }
        }
        memcpy(f->beta, f->next, f->p * sizeof *f->beta);
        here = there + penalty(f, f->beta);
        if (largest_of(f->beta, f->p) > FARTHEST) {
            break;
        }
        if (part * largest_of(steps, f->p) < 1e-9) {
            *log_likelihood = here;
            return MARU_OK;
        }
    }
    return fail(err, MARU_E_RANGE, "a column separates those who fail: a ridge is needed");
}

static void tell_effects(struct fit *f, struct cox_effect *effect) {
    const double z = exact_normal_quantile((1.0 + f->input->level) / 2.0);
    newton(f, f->next); // for the factor alone
    for (uint32_t c = 0; c < f->p; c++) {
        struct cox_effect e = {.ratio = 1.0, .mean = f->mean[c], .sd = f->sd[c]};
        memset(f->next, 0, f->p * sizeof *f->next);
        f->next[c] = 1.0;
        information_solve(f->information, f->p, f->next);
        e.is_constant = !(f->next[c] > 0.0);
        e.low = e.is_constant ? 0.0 : e.low;
        e.high = e.se = INFINITY;
        e.p = 1.0;
        if (!e.is_constant) {
            e.coefficient = f->beta[c] / f->sd[c];
            e.se = sqrt(f->next[c]) / f->sd[c];
            e.ratio = exact_exp(e.coefficient);
            e.low = exact_exp(e.coefficient - z * e.se);
            e.high = exact_exp(e.coefficient + z * e.se);
            e.p = 2.0 * normal_above(fabs(e.coefficient) / e.se);
        }
        effect[c] = e;
    }
}

// ---- concordance: counts of ranks of risk in a binary indexed tree

static void tree_add(uint32_t *tree, uint32_t n, uint32_t rank, bool is_taken) {
    for (uint32_t i = rank + 1; i <= n; i += i & (~i + 1)) {
        tree[i - 1] = is_taken ? tree[i - 1] - 1 : tree[i - 1] + 1;
    }
}

static uint32_t tree_below(const uint32_t *tree, uint32_t rank) {
    uint32_t sum = 0;
    for (uint32_t i = rank; i > 0; i -= i & (~i + 1)) {
        sum += tree[i - 1];
    }
    return sum;
}

// Equal risks have one rank.
static void rank_risks(const struct fit *f, const uint32_t *order, uint32_t *rank) {
    for (uint32_t i = 0; i < f->n; i++) {
        const bool is_equal = i > 0 && f->risk[order[i]] == f->risk[order[i - 1]];
        rank[order[i]] = is_equal ? rank[order[i - 1]] : i;
    }
}

// Down the ages: whoever fails is compared with those at risk who live longer, or were still running at that age.
static double concordance_of(const struct fit *f, const uint32_t *rank, uint32_t *tree) {
    const struct lifetimes *lives = &f->input->lives;
    double right = 0, pairs = 0;
    uint32_t n_in = 0, n_gone = 0;
    memset(tree, 0, f->n * sizeof *tree);
    for (uint32_t at = f->n; at > 0;) {
        const double time = lives->time[f->by_time[at - 1]];
        uint32_t from = at;
        while (from > 0 && lives->time[f->by_time[from - 1]] == time) {
            from--;
        }
        for (uint32_t i = from; i < at; i++) {
            if (!lives->is_failed[f->by_time[i]]) {
                tree_add(tree, f->n, rank[f->by_time[i]], false);
                n_in++;
            }
        }
        for (;
             lives->entry && n_gone < f->n && lives->entry[f->by_entry[f->n - 1 - n_gone]] >= time;
             n_gone++) {
            tree_add(tree, f->n, rank[f->by_entry[f->n - 1 - n_gone]], true);
            n_in--;
        }
        for (uint32_t i = from; i < at; i++) {
            const uint32_t row = f->by_time[i];
            if (lives->is_failed[row]) {
                const double below = tree_below(tree, rank[row]);
                const double not_above = tree_below(tree, rank[row] + 1);
                right += below + (not_above - below) / 2.0;
                pairs += n_in;
            }
        }
        for (uint32_t i = from; i < at; i++) {
            if (lives->is_failed[f->by_time[i]]) {
                tree_add(tree, f->n, rank[f->by_time[i]], false);
                n_in++;
            }
        }
        at = from;
    }
    return pairs > 0.0 ? right / pairs : (double)NAN;
}

static void turn_hazard(double *hazard, double *age, uint32_t n) {
    for (uint32_t i = 0; i < n / 2; i++) {
        const double h = hazard[i], a = age[i];
        hazard[i] = hazard[n - 1 - i];
        age[i] = age[n - 1 - i];
        hazard[n - 1 - i] = h;
        age[n - 1 - i] = a;
    }
    for (uint32_t i = 1; i < n; i++) {
        hazard[i] += hazard[i - 1];
    }
}

static uint32_t ages_of_failures(const struct fit *f) {
    const struct lifetimes *lives = &f->input->lives;
    uint32_t n = 0;
    double last = -1.0;
    for (uint32_t i = 0; i < f->n; i++) {
        const uint32_t row = f->by_time[i];
        if (lives->is_failed[row] && lives->time[row] != last) {
            last = lives->time[row];
            n++;
        }
    }
    return n;
}

maru_status cox_fit(const struct cox_input *input, struct arena *arena, struct cox *out,
                    maru_error *err) {
    maru_status st = check(input, err);
    if (st != MARU_OK) {
        return st;
    }
    struct fit f = {.input = input, .n = input->lives.n, .p = input->n_column};
    if (!take(&f, arena)) {
        return arena_refusal(arena, err);
    }
    uint32_t *spare = arena_take(arena, 3 * (size_t)f.n, sizeof *spare);
    struct cox_effect *effect = arena_take(arena, f.p, sizeof *effect);
    double *hazard = arena_take(arena, f.n, sizeof *hazard);
    double *age = arena_take(arena, f.n, sizeof *age);
    if (!spare || !effect || !hazard || !age) {
        return arena_refusal(arena, err);
    }
    standardize(&f);
    order_rows(&f, spare);
    struct cox cox = {.effect = effect, .n_column = f.p, .n = f.n, .time = age, .hazard = hazard};
    cox.n_failed = lifetimes_failures(&input->lives);
    cox.is_few = cox.n_failed < 10.0 * f.p;
    cox.log_likelihood_0 = walk(&f, f.beta, NULL, NULL);
    st = climb(&f, &cox.log_likelihood, err);
    if (st != MARU_OK) {
        return st;
    }
    walk(&f, f.beta, hazard, age);
    tell_effects(&f, effect);
    uint32_t n_known = 0;
    for (uint32_t c = 0; c < f.p; c++) {
        n_known += !effect[c].is_constant;
    }
    cox.likelihood_ratio = 2.0 * (cox.log_likelihood - cox.log_likelihood_0);
    cox.p = n_known > 0 ? chi_square_above(fmax(cox.likelihood_ratio, 0.0), n_known) : 1.0;
    cox.n_step = ages_of_failures(&f);
    turn_hazard(hazard, age, cox.n_step);
    row_order(f.risk, f.n, spare, spare + f.n);
    rank_risks(&f, spare, spare + f.n);
    cox.concordance = concordance_of(&f, spare + f.n, spare + 2 * (size_t)f.n);
    *out = cox;
    return MARU_OK;
}

double cox_risk(const struct cox *cox, const double *x) {
    double risk = 0;
    for (uint32_t c = 0; c < cox->n_column; c++) {
        risk += cox->effect[c].coefficient * (x[c] - cox->effect[c].mean);
    }
    return risk;
}

double cox_surviving(const struct cox *cox, double risk, double age) {
    double hazard = 0;
    for (uint32_t i = 0; i < cox->n_step && cox->time[i] <= age; i++) {
        hazard = cox->hazard[i];
    }
    if (isnan(age) || age > cox->time[cox->n_step - 1]) {
        return NAN;
    }
    return hazard > 0.0 ? exact_exp(-hazard * exact_exp(risk)) : 1.0;
}
