#include "learn/faults/monitor.h"

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/faults/eigen.h"

#include <math.h>
#include <string.h>

// A sample becomes features, features become scores, scores become statistics:
//
//     z = (sample - mean) / sd
//     static: f = z        lagged: f = (z now, z before, ...)     innovations: f = z - B (z before, ...)
//     t = V (f - mean f) / sd f                                    V: eigenvectors of f's correlation
//     T2 = sum over the first k of t^2 / value,    SPE = sum over the others of t^2
//
// B is a ridge regression, from the same decomposition: B' = U (w + ridge n)^-1 U' C with U, w those of the
// past's products and C those of past and present.
//
// Limits from data held out: samples are cut into blocks; each is judged by a model of all others, without
// reaching across the cut. From these statistics come their means, with which smoothing starts, their
// quantiles, and g chi-square(h) with their mean m and variance v: g = v / (2 m), h = 2 m^2 / v (G. E. P.
// Box, Annals of Mathematical Statistics 25 (1954) 290-302). The wanted rate of false alarms is shared by
// the statistics that alarms go by.

// Components whose variance is below this share of the largest are rounding errors.
#define NO_VARIANCE 1e-9

struct monitor_options monitor_defaults(void) {
    return (struct monitor_options){
        .dynamics = MONITOR_INNOVATIONS,
        .limit = LIMIT_MATCHED,
        .n_lag = 1,
        .variance = 1.0,
        .ridge = 0.1,
        .lambda = 0.1,
        .alpha = 0.01,
        .n_block = 5,
    };
}

const char *monitor_statistic_name(enum monitor_statistic statistic) {
    static const char *const names[N_STATISTIC] = {"t2", "spe", "t2_smooth", "spe_smooth"};
    return names[statistic];
}

static maru_status options_check(const struct monitor_options *o, maru_error *err) {
    if (o->dynamics >= N_MONITOR_DYNAMICS || o->limit >= N_LIMIT) {
        return fail(err, MARU_E_RANGE, "unknown dynamics or limits of a monitor");
    }
    const bool has_past = o->dynamics != MONITOR_STATIC;
    if (has_past ? o->n_lag < 1 || o->n_lag > MONITOR_MAX_LAG : o->n_lag != 0) {
        return fail(err, MARU_E_RANGE, "%u past samples: from 1 to %d, and 0 without dynamics",
                    o->n_lag, MONITOR_MAX_LAG);
    }
    if (!(o->variance > 0.0 && o->variance <= 1.0 && o->lambda > 0.0 && o->lambda <= 1.0)) {
        return fail(err, MARU_E_RANGE, "variance %g and smoothing %g: above 0 and at most 1",
                    o->variance, o->lambda);
    }
    if (!(o->alpha > 0.0 && o->alpha <= 0.5 && o->ridge >= 0.0 && o->ridge < INFINITY)) {
        return fail(err, MARU_E_RANGE,
                    "false alarms %g: above 0 and at most 0.5; ridge %g: at least 0", o->alpha,
                    o->ridge);
    }
    if (o->n_block < 2 || o->n_block > 50) {
        return fail(err, MARU_E_RANGE, "%u blocks: from 2 to 50", o->n_block);
    }
    return MARU_OK;
}

// ---- one model ----

// Features of consecutive samples, walking over all parts.
struct walk {
    const struct monitor_data *data;
    struct monitor_state state;
    size_t part, sample;
};

static size_t n_samples(const struct monitor_data *data) {
    size_t n = 0;
    for (size_t i = 0; i < data->n_part; i++) {
        n += data->part[i].n_sample;
    }
    return n;
}

static maru_status means_of(const struct monitor_data *data, struct arena *arena, struct monitor *m,
                            maru_error *err) {
    const uint32_t p = data->n_variable;
    double *mean = arena_take(arena, p, sizeof *mean);
    double *sd = arena_take(arena, p, sizeof *sd);
    if (!mean || !sd) {
        return arena_refusal(arena, err);
    }
    for (uint32_t j = 0; j < p; j++) {
        double center = 0.0;
        double squares = 0.0;
        for (int pass = 0; pass < 2; pass++) { // the second around the mean of the first
            double sum = 0.0;
            size_t n = 0;
            squares = 0.0;
            for (size_t i = 0; i < data->n_part; i++) {
                for (size_t r = 0; r < data->part[i].n_sample; r++) {
                    const double x = data->part[i].value[r * p + j];
                    if (isfinite(x)) {
                        sum += x - center;
                        squares += (x - center) * (x - center);
                        n++;
                    }
                }
            }
            center += n > 0 ? sum / (double)n : 0.0;
            squares = n > 1 ? squares / (double)(n - 1) : 0.0;
        }
        mean[j] = center;
        sd[j] = isfinite(squares) && squares > 1e-24 * center * center ? sqrt(squares) : 0.0;
    }
    m->mean = mean;
    m->sd = sd;
    return MARU_OK;
}

// The next features of the data that have their whole past in the same part.
static bool walk_on(const struct monitor *m, struct walk *walk, double *feature) {
    while (walk->part < walk->data->n_part) {
        const struct monitor_part *part = &walk->data->part[walk->part];
        if (walk->sample == 0) {
            monitor_start(m, walk->state.history, &walk->state);
        }
        if (walk->sample >= part->n_sample) {
            walk->part++;
            walk->sample = 0;
            continue;
        }
        const double *sample = part->value + walk->sample * m->n_variable;
        walk->sample++;
        if (monitor_features(m, &walk->state, sample, feature)) {
            return true;
        }
    }
    return false;
}

static void add_products(double *sum, const double *a, size_t n_a, const double *b, size_t n_b) {
    for (size_t i = 0; i < n_a; i++) {
        for (size_t j = 0; j < n_b; j++) {
            sum[i * n_b + j] += a[i] * b[j];
        }
    }
}

// prediction (p, n_past) = C' U' (w + ridge)^-1 U, with rows of U the eigenvectors.
static void solve_ridge(double *gram, const double *cross, size_t n_past, size_t p, double ridge,
                        double *work, double *prediction) {
    double *value = work;
    double *vector = work + n_past;
    eigen_symmetric(gram, n_past, value, vector);
    for (size_t k = 0; k < n_past; k++) {
        const double weight = value[k] + ridge;
        if (!(weight > NO_VARIANCE * (value[0] + ridge))) {
            continue;
        }
        const double *u = vector + k * n_past;
        for (size_t j = 0; j < p; j++) {
            double sum = 0.0;
            for (size_t i = 0; i < n_past; i++) {
                sum += u[i] * cross[i * p + j];
            }
            sum /= weight;
            for (size_t i = 0; i < n_past; i++) {
                prediction[j * n_past + i] += sum * u[i];
            }
        }
    }
}

// Learn to predict the present from the past, which are the features of a lagged monitor.
static maru_status predict(const struct monitor_data *data, struct arena *arena,
                           struct arena *scratch, struct monitor *m, double *history,
                           maru_error *err) {
    const size_t p = m->n_variable;
    const size_t n_past = m->options.n_lag * p;
    double *gram = arena_take(scratch, n_past * n_past, sizeof *gram);
    double *cross = arena_take(scratch, n_past * p, sizeof *cross);
    double *work = arena_take(scratch, n_past * (n_past + 1), sizeof *work);
    double *prediction = arena_take(arena, p * n_past, sizeof *prediction);
    if (!gram || !cross || !work) {
        return arena_refusal(scratch, err);
    }
    if (!prediction) {
        return arena_refusal(arena, err);
    }
    struct monitor lagged = *m;
    lagged.options.dynamics = MONITOR_LAGGED;
    double f[MONITOR_MAX_FEATURES] = {0.0};
    size_t n = 0;
    for (struct walk walk = {.data = data, .state.history = history}; walk_on(&lagged, &walk, f);
         n++) {
        add_products(gram, f + p, n_past, f + p, n_past);
        add_products(cross, f + p, n_past, f, p);
    }
    solve_ridge(gram, cross, n_past, p, m->options.ridge * (double)n, work, prediction);
    m->prediction = prediction;
    return MARU_OK;
}

static void choose_components(struct monitor *m) {
    double sum = 0.0;
    uint32_t n_real = 0;
    for (uint32_t k = 0; k < m->n_feature; k++) {
        sum += m->value[k];
        n_real += m->value[k] > NO_VARIANCE * m->value[0] ? 1 : 0;
    }
    uint32_t n = m->options.n_component;
    if (n == 0) {
        double part = 0.0;
        while (n < m->n_feature && part < m->options.variance * sum * (1.0 - 1e-12)) {
            part += m->value[n++];
        }
    }
    m->n_component = n < n_real ? n : n_real;
}

// The principal components of the features.
static maru_status decompose(const struct monitor_data *data, struct arena *arena,
                             struct arena *scratch, struct monitor *m, double *history,
                             maru_error *err) {
    const size_t q = m->n_feature;
    double *matrix = arena_take(scratch, q * q, sizeof *matrix);
    double *mean = arena_take(arena, q, sizeof *mean);
    double *scale = arena_take(arena, q, sizeof *scale);
    double *value = arena_take(arena, q, sizeof *value);
    double *vector = arena_take(arena, q * q, sizeof *vector);
    if (!matrix) {
        return arena_refusal(scratch, err);
    }
    if (!mean || !scale || !value || !vector) {
        return arena_refusal(arena, err);
    }
    double f[MONITOR_MAX_FEATURES] = {0.0};
    size_t n = 0;
    for (struct walk walk = {.data = data, .state.history = history}; walk_on(m, &walk, f); n++) {
        for (size_t i = 0; i < q; i++) {
            mean[i] += f[i];
        }
    }
    for (size_t i = 0; i < q; i++) {
        mean[i] /= (double)n;
    }
    for (struct walk walk = {.data = data, .state.history = history}; walk_on(m, &walk, f);) {
        for (size_t i = 0; i < q; i++) {
            f[i] -= mean[i];
        }
        add_products(matrix, f, q, f, q);
    }
    for (size_t i = 0; i < q; i++) {
        const double variance = matrix[i * q + i] / (double)(n - 1);
        scale[i] = variance > 1e-20 ? 1.0 / sqrt(variance) : 0.0;
    }
    for (size_t i = 0; i < q; i++) {
        for (size_t j = 0; j < q; j++) {
            matrix[i * q + j] *= scale[i] * scale[j] / (double)(n - 1);
        }
    }
    eigen_symmetric(matrix, q, value, vector);
    m->feature_mean = mean;
    m->feature_scale = scale;
    m->value = value;
    m->vector = vector;
    m->n_sample = n;
    choose_components(m);
    return MARU_OK;
}

static maru_status fit_one(const struct monitor_options *options, const struct monitor_data *data,
                           struct arena *arena, struct arena *scratch, struct monitor *out,
                           maru_error *err) {
    struct monitor m = {.options = *options, .n_variable = data->n_variable};
    m.n_feature = m.n_variable * (options->dynamics == MONITOR_LAGGED ? options->n_lag + 1 : 1);
    double *history = arena_take(scratch, (size_t)MONITOR_MAX_LAG * m.n_variable, sizeof *history);
    if (!history) {
        return arena_refusal(scratch, err);
    }
    maru_status st = means_of(data, arena, &m, err);
    if (st == MARU_OK && options->dynamics == MONITOR_INNOVATIONS) {
        st = predict(data, arena, scratch, &m, history, err);
    }
    if (st == MARU_OK) {
        st = decompose(data, arena, scratch, &m, history, err);
    }
    if (st == MARU_OK && m.n_component == 0) {
        st = fail(err, MARU_E_INPUT, "no variable moves in the normal data");
    }
    if (st == MARU_OK) {
        *out = m;
    }
    return st;
}

// ---- data held out ----

// Splits the data at the samples from `from` to `until` of all: outside of them, or inside.
static void cut(const struct monitor_data *data, size_t from, size_t until, bool is_inside,
                struct monitor_data *out, struct monitor_part *part) {
    *out = (struct monitor_data){part, 0, data->n_variable};
    size_t start = 0;
    for (size_t i = 0; i < data->n_part; i++) {
        const size_t n = data->part[i].n_sample;
        const size_t low = from > start ? (from - start < n ? from - start : n) : 0;
        const size_t high = until > start ? (until - start < n ? until - start : n) : 0;
        const size_t piece[2][2] = {{is_inside ? low : 0, is_inside ? high : low}, {high, n}};
        for (int k = 0; k < (is_inside ? 1 : 2); k++) {
            if (piece[k][1] > piece[k][0]) {
                part[out->n_part++] =
                    (struct monitor_part){data->part[i].value + piece[k][0] * data->n_variable,
                                          piece[k][1] - piece[k][0]};
            }
        }
        start += n;
    }
}

// The statistics of data held out, part by part.
struct held {
    double *raw[2];    // (n): T2 and SPE
    double *smooth[2]; // (n)
    bool *is_start;    // (n): a part begins
    size_t n;
};

static bool take_held(struct held *held, size_t n, struct arena *scratch) {
    for (int i = 0; i < 2; i++) {
        held->raw[i] = arena_take(scratch, n, sizeof *held->raw[i]);
        held->smooth[i] = arena_take(scratch, n, sizeof *held->smooth[i]);
    }
    held->is_start = arena_take(scratch, n, sizeof *held->is_start);
    return held->raw[0] && held->raw[1] && held->smooth[0] && held->smooth[1] && held->is_start;
}

static void judge_held(const struct monitor *m, const struct monitor_data *inside, double *history,
                       struct held *held) {
    double f[MONITOR_MAX_FEATURES] = {0.0};
    size_t part = SIZE_MAX;
    for (struct walk walk = {.data = inside, .state.history = history}; walk_on(m, &walk, f);) {
        double statistic[2];
        monitor_raw(m, f, statistic, NULL);
        held->raw[0][held->n] = statistic[0];
        held->raw[1][held->n] = statistic[1];
        held->is_start[held->n++] = walk.part != part;
        part = walk.part;
    }
}

// Judge each block by a model of the others.
static maru_status hold_out(const struct monitor_options *options, const struct monitor_data *data,
                            struct arena *scratch, struct held *held, maru_error *err) {
    const size_t n = n_samples(data);
    struct monitor_part *part = arena_take(scratch, 2 * data->n_part + 2, sizeof *part);
    struct monitor_part *inside_part = arena_take(scratch, data->n_part + 1, sizeof *part);
    double *history =
        arena_take(scratch, (size_t)MONITOR_MAX_LAG * data->n_variable, sizeof *history);
    if (!part || !inside_part || !history || !take_held(held, n, scratch)) {
        return arena_refusal(scratch, err);
    }
    maru_status st = MARU_OK;
    for (size_t b = 0; b < options->n_block && st == MARU_OK; b++) {
        const size_t from = n * b / options->n_block;
        const size_t until = n * (b + 1) / options->n_block;
        struct monitor_data inside, outside;
        cut(data, from, until, true, &inside, inside_part);
        cut(data, from, until, false, &outside, part);
        struct arena work;
        arena_init(&work, scratch->cap_bytes - scratch->used_bytes);
        struct monitor m = {0};
        st = fit_one(options, &outside, &work, &work, &m, err);
        if (st == MARU_OK) {
            judge_held(&m, &inside, history, held);
        }
        arena_fini(&work);
    }
    if (st == MARU_OK && held->n < 20) {
        st = fail(err, MARU_E_INPUT, "%zu normal samples can be held out, at least 20 are needed",
                  held->n);
    }
    return st;
}

// ---- limits ----

static double theory_t2(const struct monitor *m, double alpha) {
    const double k = m->n_component;
    const double n = (double)m->n_sample;
    if (n <= k + 1.0) {
        return NAN;
    }
    return k * (n * n - 1.0) / (n * (n - k)) * f_quantile(1.0 - alpha, k, n - k);
}

// J. E. Jackson, G. S. Mudholkar, Technometrics 21 (1979) 341-349.
static double theory_spe(const struct monitor *m, double alpha) {
    double theta[3] = {0.0, 0.0, 0.0};
    for (uint32_t k = m->n_component; k < m->n_feature; k++) {
        const double w = m->value[k] > 0.0 ? m->value[k] : 0.0;
        theta[0] += w;
        theta[1] += w * w;
        theta[2] += w * w * w;
    }
    if (!(theta[0] > 0.0)) {
        return NAN;
    }
    const double h = 1.0 - 2.0 * theta[0] * theta[2] / (3.0 * theta[1] * theta[1]);
    const double z = exact_normal_quantile(1.0 - alpha);
    const double base = z * sqrt(2.0 * theta[1] * h * h) / theta[0] + 1.0 +
                        theta[1] * h * (h - 1.0) / (theta[0] * theta[0]);
    return h > 0.0 && base > 0.0 ? theta[0] * exact_exp(exact_ln(base) / h) : (double)NAN;
}

static double matched(const double *values, size_t n, double alpha) {
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += values[i];
    }
    mean /= (double)n;
    double variance = 0.0;
    for (size_t i = 0; i < n; i++) {
        variance += (values[i] - mean) * (values[i] - mean);
    }
    variance /= (double)n;
    const double df = 2.0 * mean * mean / variance;
    return variance > 0.0 ? variance / (2.0 * mean) * chi_square_quantile(1.0 - alpha, df)
                          : (double)NAN;
}

static void smooth(struct held *held, double lambda, double usual[2]) {
    for (int i = 0; i < 2; i++) {
        double sum = 0.0;
        for (size_t r = 0; r < held->n; r++) {
            sum += held->raw[i][r];
        }
        usual[i] = sum / (double)held->n;
        double s = usual[i];
        for (size_t r = 0; r < held->n; r++) {
            s = held->is_start[r] ? usual[i] : s;
            s += lambda * (held->raw[i][r] - s);
            held->smooth[i][r] = s;
        }
    }
}

static void set_limits(struct monitor *m, struct held *held) {
    const bool has_spe = m->n_component < m->n_feature;
    const bool is_smooth = m->options.lambda < 1.0;
    for (int s = 0; s < N_STATISTIC; s++) {
        const bool exists = (has_spe || s == MONITOR_T2 || s == MONITOR_T2_SMOOTH) &&
                            (is_smooth || s <= MONITOR_SPE);
        m->is_active[s] = exists && !(m->options.is_smooth_only && is_smooth && s <= MONITOR_SPE);
        m->n_active += m->is_active[s] ? 1 : 0;
    }
    smooth(held, m->options.lambda, m->usual);
    const double alpha = m->options.alpha / m->n_active;
    m->limit[MONITOR_T2][LIMIT_THEORY] = theory_t2(m, alpha);
    m->limit[MONITOR_SPE][LIMIT_THEORY] = has_spe ? theory_spe(m, alpha) : (double)NAN;
    m->limit[MONITOR_T2_SMOOTH][LIMIT_THEORY] = m->limit[MONITOR_SPE_SMOOTH][LIMIT_THEORY] = NAN;
    double *const values[N_STATISTIC] = {held->raw[0], held->raw[1], held->smooth[0],
                                         held->smooth[1]};
    for (int s = 0; s < N_STATISTIC; s++) {
        m->limit[s][LIMIT_MATCHED] = matched(values[s], held->n, alpha);
        empirical_sort(values[s], held->n);
        m->limit[s][LIMIT_QUANTILE] = empirical_quantile(values[s], held->n, 1.0 - alpha);
    }
    // Where components explain everything, SPE is what rounding leaves, and no limit can be below that.
    const double rounding = 1e-9 * m->n_feature;
    for (int kind = 0; kind < N_LIMIT; kind++) {
        double *const spe[] = {&m->limit[MONITOR_SPE][kind], &m->limit[MONITOR_SPE_SMOOTH][kind]};
        for (int i = 0; i < 2; i++) {
            *spe[i] = *spe[i] < rounding ? rounding : *spe[i];
        }
    }
}

static maru_status data_check(const struct monitor_options *options,
                              const struct monitor_data *data, maru_error *err) {
    const uint32_t p = data->n_variable;
    if (p < 1 || p > MONITOR_MAX_VARIABLES) {
        return fail(err, MARU_E_LIMIT, "%u variables: from 1 to %d", p, MONITOR_MAX_VARIABLES);
    }
    if ((options->n_lag + 1) * p > MONITOR_MAX_FEATURES) {
        return fail(err, MARU_E_LIMIT,
                    "%u variables with %u past samples make more than %d features", p,
                    options->n_lag, MONITOR_MAX_FEATURES);
    }
    const size_t n = n_samples(data);
    const size_t n_least = (size_t)2 * (options->n_lag + 1) * options->n_block + 20;
    if (n < n_least) {
        return fail(err, MARU_E_INPUT, "%zu normal samples, at least %zu are needed", n, n_least);
    }
    return MARU_OK;
}

maru_status monitor_fit(const struct monitor_options *options, const struct monitor_data *data,
                        struct arena *arena, struct arena *scratch, struct monitor *out,
                        maru_error *err) {
    maru_status st = options_check(options, err);
    st = st == MARU_OK ? data_check(options, data, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    struct held held = {0};
    st = hold_out(options, data, scratch, &held, err);
    if (st != MARU_OK) {
        return st;
    }
    struct monitor m = {0};
    st = fit_one(options, data, arena, scratch, &m, err);
    if (st == MARU_OK) {
        set_limits(&m, &held);
        *out = m;
    }
    return st;
}
