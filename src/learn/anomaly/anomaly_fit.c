#include "learn/anomaly/anomaly.h"

#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/anomaly/anomaly_row.h"
#include "learn/anomaly/spd.h"

// Columns get a center and a scale: the quartiles' distance (of a column that is mostly one value: the standard deviation), and the mean of values
// that are brought within NEAR scales of the median. Products of such values are summed for each part of the rows, so that any set of
// parts has its correlation by adding up. Missing values add nothing, which keeps the matrix positive definite.
//
//     R = (1 - s) C + s I         C: correlation, s: shrinkage
//
// s is that under which held-out parts are likeliest as normal rows: -(ln det R + tr(R^-1 S)) / 2, S the held-out part's products, looked
// for by walking along the list of shrinkages until it gets worse. Centers and quartiles are of all rows: a single row hardly moves them.

#define NEAR 5.0

static const double shrinkages[] = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6, 1.0};
enum { N_SHRINKAGE = 8, FIRST_SHRINKAGE = 2 };

struct anomaly_options anomaly_usual(void) {
    return (struct anomaly_options){.n_fold = 5, .is_in_order = true};
}

struct fit {
    const struct anomaly_options *options;
    const struct anomaly_rows *rows;
    struct anomaly a;
    double *center, *scale, *precision;
    uint32_t *moving, *fixed;
    uint8_t *fold;       // (n_row); n_fold: a row without a value
    double **sum;        // (n_fold) (n_moving, n_moving) products
    double *count;       // (n_fold, n_moving) values that are there
    double *z;           // (n_row) one column, or one row
    double *r, *inverse; // (n_moving, n_moving)
    double *root;        // (n_moving)
};

static maru_status check(const struct anomaly_options *o, const struct anomaly_rows *rows,
                         maru_error *err) {
    if (o->n_fold < 2 || o->n_fold > ANOMALY_MAX_FOLDS ||
        !(o->shrinkage >= 0.0 && o->shrinkage <= 1.0)) {
        return fail(err, MARU_E_RANGE, "%u parts, 2 to %d; shrinkage %g, 0 to 1", o->n_fold,
                    ANOMALY_MAX_FOLDS, o->shrinkage);
    }
    if (rows->n_column > ANOMALY_MAX_COLUMNS || rows->n_row > ANOMALY_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "%u rows of %u columns: up to %d and %d", rows->n_row,
                    rows->n_column, ANOMALY_MAX_ROWS, ANOMALY_MAX_COLUMNS);
    }
    return MARU_OK;
}

// ---- columns

static double within(double x, double center, double scale) {
    return fmin(fmax((x - center) / scale, -NEAR), NEAR);
}

static double spread_of(const double *sorted, uint32_t n) {
    const double quartiles =
        (empirical_quantile(sorted, n, 0.75) - empirical_quantile(sorted, n, 0.25)) / 1.349;
    const double size = fmax(fabs(sorted[0]), fabs(sorted[n - 1]));
    if (quartiles > 1e-12 * size) {
        return isfinite(quartiles) ? quartiles : 0.0;
    }
    double sum = 0.0, squares = 0.0;
    for (uint32_t i = 0; i < n; i++) {
        sum += sorted[i] / n;
    }
    for (uint32_t i = 0; i < n; i++) {
        squares += (sorted[i] - sum) * (sorted[i] - sum) / n;
    }
    const double sd = sqrt(squares);
    return isfinite(sd) && sd > 1e-12 * size ? sd : 0.0;
}

static void learn_column(struct fit *f, uint32_t column) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->rows->n_row; i++) {
        const double x = f->rows->value[(size_t)i * f->rows->n_column + column];
        if (isfinite(x)) {
            f->z[n++] = x;
        }
    }
    f->center[column] = (double)NAN;
    f->scale[column] = 0.0;
    if (n > 0) {
        empirical_sort(f->z, n);
        const double median = f->z[(n - 1) / 2];
        const double scale = spread_of(f->z, n);
        double sum = 0.0;
        for (uint32_t i = 0; i < n && scale > 0.0; i++) {
            sum += within(f->z[i], median, scale) / n;
        }
        f->center[column] = median + scale * sum;
        f->scale[column] = scale;
    }
    if (f->scale[column] > 0.0) {
        f->moving[f->a.n_moving++] = column;
    } else {
        f->fixed[column - f->a.n_moving] = column;
    }
}

// ---- parts

static void deal(struct fit *f) {
    const struct anomaly_rows *rows = f->rows;
    uint32_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        uint32_t seen = 0;
        for (uint32_t i = 0; i < rows->n_row; i++) {
            bool has = false;
            for (uint32_t k = 0; k < f->a.n_moving && !has; k++) {
                has = isfinite(rows->value[(size_t)i * rows->n_column + f->moving[k]]);
            }
            const uint32_t of = f->options->n_fold;
            f->fold[i] = (uint8_t)of;
            if (has && n > 0) {
                f->fold[i] =
                    (uint8_t)(f->options->is_in_order ? (uint64_t)seen * of / n : seen % of);
            }
            seen += has ? 1 : 0;
        }
        n = seen;
    }
    f->a.n_row = n;
}

// Adds up products and counts of each part.
static void add_up(struct fit *f) {
    const uint32_t p = f->a.n_moving;
    for (uint32_t i = 0; i < f->rows->n_row; i++) {
        if (f->fold[i] == f->options->n_fold) {
            continue;
        }
        const double *row = f->rows->value + (size_t)i * f->rows->n_column;
        double *count = f->count + (size_t)f->fold[i] * p;
        for (uint32_t k = 0; k < p; k++) {
            const uint32_t c = f->moving[k];
            const bool is_there = isfinite(row[c]);
            f->root[k] = is_there ? within(row[c], f->center[c], f->scale[c]) : 0.0;
            count[k] += is_there ? 1.0 : 0.0;
        }
        for (uint32_t k = 0; k < p; k++) {
            double *sum = f->sum[f->fold[i]] + (size_t)k * p;
            const double x = f->root[k];
            for (uint32_t m = k; m < p && x != 0.0; m++) {
                sum[m] += x * f->root[m];
            }
        }
    }
}

// ---- correlations

// The shrunk correlation of all parts but one (n_fold: of all) into f->r, upper half, and the scales of its columns into f->root.
static void correlate(struct fit *f, uint32_t but, double shrinkage) {
    const size_t p = f->a.n_moving;
    memset(f->r, 0, p * p * sizeof *f->r);
    for (size_t k = 0; k < p; k++) {
        double n = 0.0;
        for (uint32_t part = 0; part < f->options->n_fold; part++) {
            if (part == but) {
                continue;
            }
            n += f->count[part * p + k];
            const double *sum = f->sum[part] + k * p;
            for (size_t m = k; m < p; m++) {
                f->r[k * p + m] += sum[m];
            }
        }
        // A column that does not move in these parts keeps the scale of all rows.
        f->root[k] = f->r[k * p + k] > 0.0 ? sqrt(f->r[k * p + k] / n) : 1.0;
    }
    double n_row = 0.0;
    for (uint32_t i = 0; i < f->rows->n_row; i++) {
        n_row += f->fold[i] != but && f->fold[i] != f->options->n_fold ? 1.0 : 0.0;
    }
    for (size_t k = 0; k < p; k++) {
        for (size_t m = k + 1; m < p; m++) {
            f->r[k * p + m] *= (1.0 - shrinkage) / (n_row * f->root[k] * f->root[m]);
        }
        f->r[k * p + k] = 1.0;
    }
}

// ln of how likely a part is under the others, but for a constant; false: the matrix is not positive definite. f->inverse is then set.
static bool likelihood(struct fit *f, uint32_t part, double shrinkage, double *out) {
    const size_t p = f->a.n_moving;
    correlate(f, part, shrinkage);
    if (!spd_factor(f->r, p)) {
        return false;
    }
    double n = 0.0, trace = 0.0;
    for (uint32_t i = 0; i < f->rows->n_row; i++) {
        n += f->fold[i] == part ? 1.0 : 0.0;
    }
    double scales = 0.0;
    const double determinant = spd_log_determinant(f->r, p);
    spd_invert(f->r, p, f->inverse);
    for (size_t k = 0; k < p; k++) {
        const double *sum = f->sum[part] + k * p;
        for (size_t m = k; m < p; m++) {
            trace +=
                (m == k ? 1.0 : 2.0) * f->inverse[k * p + m] * sum[m] / (f->root[k] * f->root[m]);
        }
        scales += 2.0 * exact_ln(f->root[k]);
    }
    *out = -0.5 * (n * (determinant + scales) + trace);
    return true;
}

static double likelihood_of_all(struct fit *f, double shrinkage) {
    double sum = 0.0;
    for (uint32_t part = 0; part < f->options->n_fold; part++) {
        double one = 0.0;
        if (!likelihood(f, part, shrinkage, &one)) {
            return -(double)INFINITY;
        }
        sum += one;
    }
    return sum;
}

static double choose(struct fit *f) {
    uint32_t best = FIRST_SHRINKAGE;
    double most = likelihood_of_all(f, shrinkages[best]);
    for (int step = -1; step <= 1; step += 2) {
        const uint32_t begin = best;
        for (uint32_t i = best + (uint32_t)step; i < N_SHRINKAGE; i += (uint32_t)step) {
            const double one = likelihood_of_all(f, shrinkages[i]);
            if (!(one > most)) {
                break;
            }
            most = one;
            best = i;
        }
        if (best != begin) {
            break;
        }
    }
    return shrinkages[best];
}

// ---- the whole

// What a part looks like under the others: its scores, unsorted.
static void judge_part(struct fit *f, uint32_t part, double *work, double *held, uint32_t *n_held) {
    const uint32_t p = f->a.n_moving;
    struct anomaly others = f->a;
    others.precision = f->inverse;
    others.center = f->center;
    others.scale = f->z; // (n_column), used for nothing else now
    for (uint32_t k = 0; k < p; k++) {
        f->z[f->moving[k]] = f->scale[f->moving[k]] * f->root[k];
    }
    for (uint32_t i = 0; i < f->rows->n_row; i++) {
        struct anomaly_row row;
        if (f->fold[i] == part &&
            anomaly_open_row(&others, f->rows->value + (size_t)i * f->rows->n_column, work, &row)) {
            held[(*n_held)++] = anomaly_row_score(&others, &row);
        }
    }
}

static maru_status take_columns(struct fit *f, struct arena *arena, struct arena *scratch,
                                maru_error *err) {
    const uint32_t n_column = f->rows->n_column, n_row = f->rows->n_row;
    f->center = arena_take(arena, (size_t)n_column + 1, sizeof *f->center);
    f->scale = arena_take(arena, (size_t)n_column + 1, sizeof *f->scale);
    f->moving = arena_take(arena, (size_t)n_column + 1, sizeof *f->moving);
    f->fixed = arena_take(arena, (size_t)n_column + 1, sizeof *f->fixed);
    f->fold = arena_take(scratch, (size_t)n_row + 1, sizeof *f->fold);
    f->z = arena_take(scratch, (size_t)n_row + n_column + 1, sizeof *f->z);
    return !f->center || !f->scale || !f->moving || !f->fixed ? arena_refusal(arena, err)
           : !f->fold || !f->z                                ? arena_refusal(scratch, err)
                                                              : MARU_OK;
}

static maru_status take_matrices(struct fit *f, struct arena *arena, struct arena *scratch,
                                 maru_error *err) {
    const size_t p = f->a.n_moving, n_fold = f->options->n_fold;
    f->precision = arena_take(arena, p * p, sizeof *f->precision);
    f->sum = arena_take(scratch, n_fold, sizeof *f->sum);
    f->count = arena_take(scratch, n_fold * p, sizeof *f->count);
    f->root = arena_take(scratch, p, sizeof *f->root);
    f->r = arena_take(scratch, p * p, sizeof *f->r);
    f->inverse = arena_take(scratch, p * p, sizeof *f->inverse);
    bool has = f->sum && f->count && f->root && f->r && f->inverse;
    for (size_t part = 0; has && part < n_fold; part++) {
        f->sum[part] = arena_take(scratch, p * p, sizeof **f->sum);
        has = f->sum[part] != NULL;
    }
    return !has ? arena_refusal(scratch, err) : !f->precision ? arena_refusal(arena, err) : MARU_OK;
}

static maru_status learn(struct fit *f, struct arena *arena, struct arena *scratch,
                         maru_error *err) {
    const size_t p = f->a.n_moving;
    add_up(f);
    f->a.shrinkage = f->options->shrinkage > 0.0 ? f->options->shrinkage : choose(f);
    double *held = arena_take(arena, f->a.n_row, sizeof *held);
    double *work = arena_take(scratch, anomaly_work(&f->a), sizeof *work);
    if (!held || !work) {
        return arena_refusal(held ? scratch : arena, err);
    }
    bool is_good = true;
    double unused = 0.0;
    for (uint32_t part = 0; part < f->options->n_fold && is_good; part++) {
        is_good = likelihood(f, part, f->a.shrinkage, &unused);
        if (is_good) {
            judge_part(f, part, work, held, &f->a.n_held);
        }
    }
    correlate(f, f->options->n_fold, f->a.shrinkage);
    if (!is_good || !spd_factor(f->r, p)) {
        return fail(err, MARU_E_INPUT, "the columns repeat each other: more shrinkage is needed");
    }
    spd_invert(f->r, p, f->precision);
    for (uint32_t k = 0; k < p; k++) {
        f->scale[f->moving[k]] *= f->root[k];
    }
    empirical_sort(held, f->a.n_held);
    f->a.held = held;
    f->a.precision = f->precision;
    return MARU_OK;
}

maru_status anomaly_fit(const struct anomaly_options *options, const struct anomaly_rows *rows,
                        struct arena *arena, struct arena *scratch, struct anomaly *out,
                        maru_error *err) {
    struct fit f = {.options = options, .rows = rows, .a.n_column = rows->n_column};
    maru_status st = check(options, rows, err);
    if (st == MARU_OK) {
        st = take_columns(&f, arena, scratch, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t c = 0; c < rows->n_column; c++) {
        learn_column(&f, c);
    }
    deal(&f);
    f.a.center = f.center;
    f.a.scale = f.scale;
    f.a.moving = f.moving;
    f.a.fixed = f.fixed;
    if (f.a.n_moving == 0 || f.a.n_row < ANOMALY_LEAST_ROWS) {
        return fail(err, MARU_E_INPUT, "%u columns that move and %u rows: at least 1 and %d",
                    f.a.n_moving, f.a.n_row, ANOMALY_LEAST_ROWS);
    }
    st = take_matrices(&f, arena, scratch, err);
    if (st == MARU_OK) {
        st = learn(&f, arena, scratch, err);
    }
    if (st == MARU_OK) {
        *out = f.a;
    }
    return st;
}
