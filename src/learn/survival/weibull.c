#include "learn/survival/weibull.h"

#include <math.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/survival/kaplan_meier.h"

// With m = ln scale, s = sigma and z = (ln t - m) / s the logarithm of a life's likelihood is
//     failed (z - ln s - ln t) - exp(z) + exp(z of its entry).
// Given s, the best m has a closed form: exp(m / s) = (sum t^(1/s) - sum entry^(1/s)) / failures. So what is left is a search in ln s alone, by
// halving on the slope; ages are taken relative to the greatest, so that no power runs over. Variances come from the second derivatives in
// (m, ln s), intervals from the first derivatives of what is asked (delta method).

enum { MOST_LN_SIGMA = 7, FEW_FAILURES = 10 };

// Sums over lives that the likelihood and its derivatives need, at the best m of ln s.
struct profile {
    double m, log_likelihood, slope; // slope in ln s
    double mm, ms, ss;               // second derivatives
};

// exp(z) and z of an age: e is 0 where z is -infinity.
struct term {
    double z, e, ez, ezz;
};

static struct term term_of(double ln_age, double m, double s) {
    struct term t = {.z = (ln_age - m) / s};
    t.e = exact_exp(t.z);
    t.ez = t.e * t.z;
    t.ezz = t.ez * (t.z + 1.0);
    return t;
}

static double best_m(const struct lifetimes *lives, double ln_most, double n_failed, double s) {
    double sum = 0;
    for (uint32_t i = 0; i < lives->n; i++) {
        sum += exact_exp((exact_ln(lives->time[i]) - ln_most) / s);
        if (lives->entry && lives->entry[i] > 0.0) {
            sum -= exact_exp((exact_ln(lives->entry[i]) - ln_most) / s);
        }
    }
    return ln_most + s * exact_ln(sum / n_failed);
}

static struct profile profile_at(const struct lifetimes *lives, double ln_most, double n_failed,
                                 double ln_s) {
    const double s = exact_exp(ln_s);
    struct profile p = {.m = best_m(lives, ln_most, n_failed, s)};
    for (uint32_t i = 0; i < lives->n; i++) {
        const double ln_t = exact_ln(lives->time[i]), d = lives->is_failed[i];
        const struct term t = term_of(ln_t, p.m, s);
        struct term from = {0};
        if (lives->entry && lives->entry[i] > 0.0) {
            from = term_of(exact_ln(lives->entry[i]), p.m, s);
        }
        p.log_likelihood += d * (t.z - ln_s - ln_t) - t.e + from.e;
        p.slope += -d * (t.z + 1.0) + t.ez - from.ez;
        p.mm += (from.e - t.e) / (s * s);
        p.ms += (d - t.e + from.e - t.ez + from.ez) / s;
        p.ss += d * t.z - t.ezz + from.ezz;
    }
    return p;
}

struct ages {
    double ln_most, n_failed;
    uint32_t n_different; // 0, 1 or 2 and more
};

static struct ages ages_of(const struct lifetimes *lives) {
    struct ages a = {.n_failed = lifetimes_failures(lives)};
    double most = 0, first = 0;
    for (uint32_t i = 0; i < lives->n; i++) {
        most = fmax(most, lives->time[i]);
        if (lives->is_failed[i] && (a.n_different == 0 || lives->time[i] != first)) {
            first = a.n_different == 0 ? lives->time[i] : first;
            a.n_different++;
        }
    }
    a.ln_most = exact_ln(most);
    return a;
}

static struct weibull_value around(double ln_value, double variance, double level) {
    const double by = exact_normal_quantile((1.0 + level) / 2.0) * sqrt(fmax(variance, 0.0));
    return (struct weibull_value){exact_exp(ln_value), exact_exp(ln_value - by),
                                  exact_exp(ln_value + by)};
}

static void tell(struct weibull *w, const struct profile *p) {
    const double det = p->mm * p->ss - p->ms * p->ms;
    w->ln_scale = p->m;
    w->log_likelihood = p->log_likelihood;
    w->v_ln_scale = -p->ss / det;
    w->v_ln_sigma = -p->mm / det;
    w->cov = p->ms / det;
    w->shape = around(-exact_ln(w->sigma), w->v_ln_sigma, w->level);
    w->scale = around(w->ln_scale, w->v_ln_scale, w->level);
    w->is_few = w->n_failed < FEW_FAILURES;
}

maru_status weibull_fit(const struct lifetimes *lives, double level, struct weibull *out,
                        maru_error *err) {
    const maru_status st = lifetimes_check(lives, err);
    if (st != MARU_OK) {
        return st;
    }
    if (!(level > 0.0 && level < 1.0)) {
        return fail(err, MARU_E_RANGE, "there are no intervals of level %g", level);
    }
    const struct ages a = ages_of(lives);
    if (a.n_different < 2) {
        return fail(err, MARU_E_RANGE, "failures of fewer than two different ages");
    }
    double low = -MOST_LN_SIGMA, high = MOST_LN_SIGMA;
    const double s_low = profile_at(lives, a.ln_most, a.n_failed, low).slope;
    const double s_high = profile_at(lives, a.ln_most, a.n_failed, high).slope;
    for (int i = 0; i < 60 && s_low > 0.0 && s_high < 0.0; i++) {
        const double middle = (low + high) / 2.0;
        if (profile_at(lives, a.ln_most, a.n_failed, middle).slope > 0.0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const double ln_s = (low + high) / 2.0;
    const struct profile p = profile_at(lives, a.ln_most, a.n_failed, ln_s);
    if (!(s_low > 0.0 && s_high < 0.0 && p.mm < 0.0 && p.mm * p.ss - p.ms * p.ms > 0.0)) {
        return fail(err, MARU_E_RANGE, "the likelihood of these lives has no maximum");
    }
    struct weibull w = {
        .sigma = exact_exp(ln_s), .level = level, .n = lives->n, .n_failed = (uint32_t)a.n_failed};
    tell(&w, &p);
    *out = w;
    return MARU_OK;
}

// Where the profile has fallen by `drop`, from the best ln s towards `end`; `end` where it never does.
static double where_fallen(const struct lifetimes *lives, const struct ages *a,
                           const struct weibull *w, double drop, double end) {
    double in = exact_ln(w->sigma), out = end;
    for (int i = 0; i < 60; i++) {
        const double middle = (in + out) / 2.0;
        const double here = profile_at(lives, a->ln_most, a->n_failed, middle).log_likelihood;
        if (here > w->log_likelihood - drop) {
            in = middle;
        } else {
            out = middle;
        }
    }
    return out;
}

maru_status weibull_profile_shape(const struct lifetimes *lives, const struct weibull *w,
                                  struct weibull_value *out, maru_error *err) {
    const maru_status st = lifetimes_check(lives, err);
    if (st != MARU_OK) {
        return st;
    }
    const struct ages a = ages_of(lives);
    const double drop = chi_square_quantile(w->level, 1.0) / 2.0;
    out->value = 1.0 / w->sigma;
    out->low = exact_exp(-where_fallen(lives, &a, w, drop, MOST_LN_SIGMA));
    out->high = exact_exp(-where_fallen(lives, &a, w, drop, -MOST_LN_SIGMA));
    return MARU_OK;
}

// Variance of something whose derivatives in (m, ln s) are these.
static double delta(const struct weibull *w, double by_m, double by_s) {
    return by_m * by_m * w->v_ln_scale + 2.0 * by_m * by_s * w->cov + by_s * by_s * w->v_ln_sigma;
}

struct weibull_value weibull_quantile(const struct weibull *w, double p) {
    if (!(p > 0.0 && p < 1.0)) {
        return (struct weibull_value){(double)NAN, (double)NAN, (double)NAN};
    }
    const double by_s = w->sigma * exact_ln(-exact_ln(1.0 - p));
    return around(w->ln_scale + by_s, delta(w, 1.0, by_s), w->level);
}

struct weibull_value weibull_surviving(const struct weibull *w, double age) {
    if (!(age > 0.0)) {
        const double one = age == 0.0 ? 1.0 : (double)NAN;
        return (struct weibull_value){one, one, one};
    }
    const double z = (exact_ln(age) - w->ln_scale) / w->sigma;
    const struct weibull_value h = around(z, delta(w, -1.0 / w->sigma, -z), w->level);
    return (struct weibull_value){exact_exp(-h.value), exact_exp(-h.high), exact_exp(-h.low)};
}

static double hazard(const struct weibull *w, double age) {
    return age > 0.0 ? exact_exp((exact_ln(age) - w->ln_scale) / w->sigma) : 0.0;
}

// The rest of life after which a share `left` of those of this age is left.
static double rest(const struct weibull *w, double age, double left) {
    const double h = hazard(w, age) - exact_ln(left);
    return fmax(exact_exp(w->ln_scale + w->sigma * exact_ln(h)) - age, 0.0);
}

struct weibull_value weibull_remaining(const struct weibull *w, double age, double share) {
    if (!(age >= 0.0 && share > 0.0 && share < 1.0)) {
        return (struct weibull_value){(double)NAN, (double)NAN, (double)NAN};
    }
    return (struct weibull_value){rest(w, age, 0.5), rest(w, age, (1.0 + share) / 2.0),
                                  rest(w, age, (1.0 - share) / 2.0)};
}

struct weibull_value weibull_fails_within(const struct weibull *w, double age, double span) {
    if (!(age >= 0.0 && span >= 0.0)) {
        return (struct weibull_value){(double)NAN, (double)NAN, (double)NAN};
    }
    const double from = hazard(w, age), to = hazard(w, age + span), more = to - from;
    if (!(more > 0.0)) {
        return (struct weibull_value){0.0, 0.0, 0.0};
    }
    const double turn = to * exact_ln(to) - (from > 0.0 ? from * exact_ln(from) : 0.0);
    const struct weibull_value h =
        around(exact_ln(more), delta(w, -1.0 / w->sigma, -turn / more), w->level);
    return (struct weibull_value){1.0 - exact_exp(-h.value), 1.0 - exact_exp(-h.low),
                                  1.0 - exact_exp(-h.high)};
}

// ---- does it fit?

// The correlation that nine of ten samples of n lives from a Weibull have, by 20 000 samples each (4000 above 200), linear in ln n between.
static double usual_correlation(uint32_t n) {
    static const struct {
        double n, correlation;
    } table[] = {{3, 0.8827},   {5, 0.8964},   {7, 0.9111},   {10, 0.9260},  {15, 0.9413},
                 {20, 0.9513},  {30, 0.9617},  {50, 0.9729},  {70, 0.9784},  {100, 0.9833},
                 {150, 0.9874}, {200, 0.9900}, {300, 0.9925}, {500, 0.9950}, {1000, 0.9972}};
    const size_t last = sizeof table / sizeof *table - 1;
    size_t i = 1;
    while (i < last && table[i].n < n) {
        i++;
    }
    const double part = exact_ln(n / table[i - 1].n) / exact_ln(table[i].n / table[i - 1].n);
    return table[i - 1].correlation +
           fmin(part, 1.0) * (table[i].correlation - table[i - 1].correlation);
}

// Of points (ln age, ln(-ln S)), where S is the middle of the curve's step; a last step to 0 has one too.
static double paper_correlation(const struct survival *s) {
    double x_mean = 0, y_mean = 0, xx = 0, yy = 0, xy = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < s->n_step; i++) {
            const double before = i > 0 ? s->step[i - 1].surviving : 1.0;
            const double x = exact_ln(s->step[i].time);
            const double y = exact_ln(-exact_ln((before + s->step[i].surviving) / 2.0));
            if (pass == 0) {
                x_mean += x / s->n_step;
                y_mean += y / s->n_step;
            } else {
                xx += (x - x_mean) * (x - x_mean);
                yy += (y - y_mean) * (y - y_mean);
                xy += (x - x_mean) * (y - y_mean);
            }
        }
    }
    return xy / sqrt(xx * yy);
}

maru_status weibull_check(const struct lifetimes *lives, const struct weibull *w,
                          struct arena *arena, struct weibull_fit_check *out, maru_error *err) {
    struct survival s;
    const maru_status st = survival_estimate(lives, w->level, arena, &s, err);
    if (st != MARU_OK) {
        return st;
    }
    struct weibull_fit_check check = {.correlation = NAN, .usual = NAN};
    for (uint32_t i = 0; i < s.n_step; i++) {
        const double before = i > 0 ? s.step[i - 1].surviving : 1.0;
        const double want = weibull_surviving(w, s.step[i].time).value;
        const double off = fmax(fabs(before - want), fabs(s.step[i].surviving - want));
        check.distance = fmax(check.distance, off);
    }
    if (s.n_step >= 3) {
        check.correlation = paper_correlation(&s);
        check.usual = usual_correlation(s.n_step);
        check.is_doubtful = check.correlation < check.usual;
    }
    *out = check;
    return MARU_OK;
}

// ---- planned replacement

// In units of the scale: the mean life, and the mean time in use of units replaced at age x.
static double mean_life(double shape) { return exact_exp(gamma_ln(1.0 + 1.0 / shape)); }

static double mean_use(double shape, double x) {
    const double power = exact_exp(shape * exact_ln(x));
    return mean_life(shape) * chi_square_below(2.0 * power, 2.0 / shape);
}

struct policy {
    double x, saving; // age in units of the scale; share saved
};

// The best age of a shape above 1, where the slope of the cost rate changes its sign: hazard rate * use - share failed grows with age, and is there
// planned / (failure - planned).
static struct policy best_policy(double shape, double planned, double failure) {
    struct policy p = {(double)INFINITY, 0.0};
    if (!(shape > 1.0 && failure > planned)) {
        return p;
    }
    const double want = planned / (failure - planned);
    double low = -20.0, high = exact_ln(40.0) / shape; // ln x; beyond the latter nothing is left
    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2.0, x = exact_exp(middle);
        const double power = exact_exp(shape * middle);
        const double got = shape * power / x * mean_use(shape, x) - (1.0 - exact_exp(-power));
        if (got < want) {
            low = middle;
        } else {
            high = middle;
        }
    }
    p.x = exact_exp(high);
    const double left = exact_exp(-exact_exp(shape * high));
    const double rate = (planned * left + failure * (1.0 - left)) / mean_use(shape, p.x);
    p.saving = fmax(1.0 - rate * mean_life(shape) / failure, 0.0);
    return p;
}

maru_status weibull_replacement(const struct weibull *w, double cost_planned, double cost_failure,
                                struct replacement *out, maru_error *err) {
    if (!(cost_planned > 0.0 && cost_failure > 0.0 && isfinite(cost_planned + cost_failure))) {
        return fail(err, MARU_E_RANGE, "costs of %g planned and %g of a failure say nothing",
                    cost_planned, cost_failure);
    }
    const struct policy p = best_policy(w->shape.value, cost_planned, cost_failure);
    struct replacement r = {.age = (double)INFINITY, .surviving = 0.0};
    r.cost_rate_to_failure = cost_failure / (w->scale.value * mean_life(w->shape.value));
    r.cost_rate = r.cost_rate_to_failure;
    r.is_planned = p.saving >= 0.01;
    r.is_sure = w->shape.low > 1.0;
    r.saving = (struct weibull_value){
        p.saving, best_policy(w->shape.low, cost_planned, cost_failure).saving,
        best_policy(w->shape.high, cost_planned, cost_failure).saving};
    if (r.is_planned) {
        r.age = p.x * w->scale.value;
        r.cost_rate *= 1.0 - p.saving;
        r.surviving = weibull_surviving(w, r.age).value;
    }
    *out = r;
    return MARU_OK;
}
