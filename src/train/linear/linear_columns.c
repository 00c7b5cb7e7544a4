#include "train/linear/linear_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

// Bounds come from the values themselves: the median and the distance between the quartiles, which 1.349 of make a standard deviation
// of a normal distribution. Where the quartiles are equal, the standard deviation stands in.
//
// What a column says alone is its t: the correlation r with the target, beside mean and trend, as r sqrt((n - p) / (1 - r^2)). A column
// enters times sqrt(1 - least_t / |t|), which is the same as giving its weight that variance beforehand; with a large penalty the
// weights are then t shrunken towards 0 by least_t, those of nearest shrunken centroids (Tibshirani et al. 2002).

struct preparing {
    const struct boosting_rows *rows;
    const struct linear_options *options;
    struct linear_columns *out;
    double *column; // (n_row) the one in hand
    float *sorted;  // (n_row)
    double *target; // (n_group, n_row) beside mean and trend, of length 1
};

static int by_value(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double row_weight(const struct boosting_rows *rows, uint32_t i) {
    return rows->weight ? (double)rows->weight[i] : 1.0;
}

// ---- weights and targets

static uint32_t class_of(const struct linear_options *o, float y) {
    return o->goal == LINEAR_NUMBER ? 0 : (uint32_t)y;
}

static void weigh_rows(const struct preparing *p) {
    const struct boosting_rows *rows = p->rows;
    const bool is_balanced = p->options->is_balanced && p->options->goal != LINEAR_NUMBER;
    double sum[BOOSTING_MAX_CLASSES] = {0}, all = 0;
    for (uint32_t i = 0; i < rows->n_row; i++) {
        sum[is_balanced ? class_of(p->options, rows->y[i]) : 0] += row_weight(rows, i);
    }
    for (uint32_t c = 0; c < BOOSTING_MAX_CLASSES; c++) {
        all += sum[c] > 0 ? 1 : 0;
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const uint32_t c = is_balanced ? class_of(p->options, rows->y[i]) : 0;
        p->out->weight[i] = row_weight(rows, i) / sum[c] / all;
    }
}

static void set_targets(const struct preparing *p) {
    const uint32_t n = p->rows->n_row;
    for (uint32_t g = 0; g < p->out->n_group; g++) {
        for (uint32_t i = 0; i < n; i++) {
            const float y = p->rows->y[i];
            const bool is_class = p->options->goal == LINEAR_CLASS;
            p->out->target[(size_t)g * n + i] =
                is_class ? (class_of(p->options, y) == g ? 1 : 0) : (double)y;
        }
    }
}

// Legendre polynomials of where a row stands between the first, -1, and the last, 1.
static void set_trend(const struct preparing *p) {
    const uint32_t n = p->rows->n_row;
    for (uint32_t i = 0; i < n; i++) {
        const double x = n > 1 ? 2.0 * i / (n - 1) - 1 : 0;
        double before = 1, now = x;
        for (uint32_t d = 0; d < p->out->n_trend; d++) {
            p->out->trend[(size_t)d * n + i] = now;
            const double next = ((2 * d + 3) * x * now - (d + 1) * before) / (d + 2);
            before = now;
            now = next;
        }
    }
}

// ---- what a column says alone

static double product(const struct linear_columns *c, const double *a, const double *b) {
    double sum = 0;
    for (uint32_t i = 0; i < c->n_row; i++) {
        sum += c->weight[i] * (b ? a[i] * b[i] : a[i]);
    }
    return sum;
}

static void take_off(double *a, const double *b, double times, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        a[i] -= times * (b ? b[i] : 1);
    }
}

// Take off what mean and trend explain, and bring the rest to length 1. False: nothing is left.
static bool beside_trend(const struct linear_columns *c, const double *trend, double *a) {
    const double before = product(c, a, a);
    take_off(a, NULL, product(c, a, NULL), c->n_row);
    for (uint32_t d = 0; d < c->n_trend; d++) {
        const double *b = trend + (size_t)d * c->n_row;
        take_off(a, b, product(c, a, b), c->n_row);
    }
    const double length = sqrt(product(c, a, a));
    if (!(length > 1e-9 * sqrt(before))) {
        memset(a, 0, c->n_row * sizeof *a);
        return false;
    }
    for (uint32_t i = 0; i < c->n_row; i++) {
        a[i] /= length;
    }
    return true;
}

// The trend's columns at right angles to each other and to the mean.
static void square_trend(struct linear_columns *c, double *trend) {
    const uint32_t n_trend = c->n_trend;
    for (uint32_t d = 0; d < n_trend; d++) {
        c->n_trend = d; // those before it
        beside_trend(c, trend, trend + (size_t)d * c->n_row);
    }
    c->n_trend = n_trend;
}

// The share of its variance that the weight of a column is given: 0 to 1.
static double trust(const struct preparing *p, const double *trend, const double *a) {
    const struct linear_columns *c = p->out;
    const double least = p->options->least_t;
    if (least == 0) {
        return 1;
    }
    memcpy(p->column, a, c->n_row * sizeof *a);
    beside_trend(c, trend, p->column);
    double r = 0;
    for (uint32_t g = 0; g < c->n_group; g++) {
        r = fmax(r, fabs(product(c, p->column, p->target + (size_t)g * c->n_row)));
    }
    const double free = (double)c->n_row - 2 - c->n_trend;
    const double t = free > 0 ? r * sqrt(free / fmax(1 - r * r, 1e-12)) : 0;
    return t > least ? 1 - least / t : 0;
}

// ---- columns

struct range {
    uint32_t n; // values
    float low, high;
};

static struct range range_of(const struct preparing *p, uint32_t feature) {
    const struct boosting_rows *rows = p->rows;
    uint32_t n = 0;
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const float x = rows->x[(size_t)i * rows->n_feature + feature];
        if (!isnan(x)) {
            p->sorted[n++] = x;
            sum += (double)x;
        }
    }
    if (n == 0) {
        return (struct range){0};
    }
    qsort(p->sorted, n, sizeof *p->sorted, by_value);
    struct range range = {n, p->sorted[0], p->sorted[n - 1]};
    if (p->options->clip > 0) {
        for (uint32_t i = 0; i < n; i++) {
            const double off = (double)p->sorted[i] - sum / n;
            squares += off * off;
        }
        const double quartiles =
            (double)p->sorted[n - 1 - (n - 1) / 4] - (double)p->sorted[(n - 1) / 4];
        const double spread = quartiles > 0 ? quartiles / 1.349 : sqrt(squares / n);
        const double middle = (double)p->sorted[n / 2], reach = p->options->clip * spread;
        range.low = (float)fmax((double)range.low, middle - reach);
        range.high = (float)fmin((double)range.high, middle + reach);
    }
    return range;
}

static float held(float x, const struct range *range) {
    return x < range->low ? range->low : x > range->high ? range->high : x;
}

// The values of a column beside their mean, missing ones 0; returns the standard deviation, 0 for a column that is constant.
static double lay_values(const struct preparing *p, uint32_t feature, const struct range *range,
                         double *a) {
    const struct boosting_rows *rows = p->rows;
    const float *x = rows->x + feature;
    double sum = 0, weight = 0, squares = 0;
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const float value = x[(size_t)i * rows->n_feature];
        if (!isnan(value)) {
            sum += p->out->weight[i] * (double)held(value, range);
            weight += p->out->weight[i];
        }
    }
    const float center = (float)(sum / weight);
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const float value = x[(size_t)i * rows->n_feature];
        a[i] = isnan(value) ? 0 : (double)(held(value, range) - center);
        squares += p->out->weight[i] * a[i] * a[i];
    }
    p->out->center[feature] = isfinite(center) ? center : 0;
    const double spread = sqrt(squares);
    return isfinite(spread) && range->low < range->high ? spread : 0;
}

// Whether a value is missing, beside the share of it.
static double lay_flags(const struct preparing *p, uint32_t feature, double *a, double *share) {
    const struct boosting_rows *rows = p->rows;
    for (uint32_t i = 0; i < rows->n_row; i++) {
        a[i] = isnan(rows->x[(size_t)i * rows->n_feature + feature]) ? 1 : 0;
    }
    *share = product(p->out, a, NULL);
    take_off(a, NULL, *share, rows->n_row);
    return sqrt(product(p->out, a, a));
}

// Keep the column that lies at the end, if it says anything. A feature without one keeps bounds of 0.
static void keep(const struct preparing *p, const double *trend, struct linear_column column,
                 const struct range *range, double spread) {
    struct linear_columns *c = p->out;
    double *a = c->a + (size_t)c->n_column * c->n_row;
    if (spread == 0) {
        return;
    }
    const double share = trust(p, trend, a);
    if (share == 0) {
        return;
    }
    column.unit = sqrt(share) / spread;
    for (uint32_t i = 0; i < c->n_row; i++) {
        a[i] *= column.unit;
    }
    c->column[c->n_column++] = column;
    if (!column.is_flag) {
        c->low[column.feature] = range->low;
        c->high[column.feature] = range->high;
    }
}

static void add_feature(const struct preparing *p, const double *trend, uint32_t feature) {
    struct linear_columns *c = p->out;
    const struct range range = range_of(p, feature);
    const uint32_t n_missing = c->n_row - range.n;
    if (range.n > 0 && n_missing <= p->options->max_missing * c->n_row) {
        double *a = c->a + (size_t)c->n_column * c->n_row;
        const double spread = lay_values(p, feature, &range, a);
        keep(p, trend, (struct linear_column){.feature = feature}, &range, spread);
    }
    if (p->options->knows_missing && range.n > 0 && n_missing > 0) {
        struct linear_column flag = {.feature = feature, .is_flag = true};
        double *a = c->a + (size_t)c->n_column * c->n_row;
        const double spread = lay_flags(p, feature, a, &flag.mean);
        keep(p, trend, flag, &range, spread);
    }
}

static maru_status take_room(struct preparing *p, struct arena *arena, maru_error *err) {
    struct linear_columns *c = p->out;
    const size_t n_feature = p->rows->n_feature, n_row = c->n_row;
    const size_t n_column = n_feature * (p->options->knows_missing ? 2 : 1) + 1;
    if (n_column * n_row > LINEAR_MAX_VALUES || c->n_group * n_row > LINEAR_MAX_VALUES) {
        return fail(err, MARU_E_LIMIT, "rows times columns are more than %d", LINEAR_MAX_VALUES);
    }
    c->column = arena_take(arena, n_column, sizeof *c->column);
    c->a = arena_take(arena, n_column * n_row, sizeof *c->a);
    c->trend = arena_take(arena, n_row * c->n_trend + 1, sizeof *c->trend);
    c->weight = arena_take(arena, n_row, sizeof *c->weight);
    c->target = arena_take(arena, n_row * c->n_group, sizeof *c->target);
    c->low = arena_take(arena, n_feature, sizeof *c->low);
    c->high = arena_take(arena, n_feature, sizeof *c->high);
    c->center = arena_take(arena, n_feature, sizeof *c->center);
    p->column = arena_take(arena, n_row, sizeof *p->column);
    p->sorted = arena_take(arena, n_row, sizeof *p->sorted);
    p->target = arena_take(arena, n_row * c->n_group, sizeof *p->target);
    return c->column && c->a && c->trend && c->weight && c->target && c->low && c->high &&
                   c->center && p->column && p->sorted && p->target
               ? MARU_OK
               : arena_refusal(arena, err);
}

maru_status linear_columns_make(const struct boosting_rows *rows,
                                const struct linear_options *options, struct arena *arena,
                                struct linear_columns *out, maru_error *err) {
    *out = (struct linear_columns){.n_row = rows->n_row,
                                   .n_group = options->goal == LINEAR_CLASS ? options->n_class : 1,
                                   .n_trend = options->n_trend};
    struct preparing p = {.rows = rows, .options = options, .out = out};
    maru_status st = take_room(&p, arena, err);
    double *trend = NULL;
    if (st == MARU_OK) {
        trend = arena_take(arena, (size_t)rows->n_row * options->n_trend + 1, sizeof *trend);
        st = trend ? MARU_OK : arena_refusal(arena, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    weigh_rows(&p);
    set_targets(&p);
    set_trend(&p);
    memcpy(trend, out->trend, (size_t)rows->n_row * options->n_trend * sizeof *trend);
    square_trend(out, trend);
    memcpy(p.target, out->target, (size_t)rows->n_row * out->n_group * sizeof *p.target);
    for (uint32_t g = 0; g < out->n_group; g++) {
        beside_trend(out, trend, p.target + (size_t)g * rows->n_row);
    }
    for (uint32_t k = 0; k < rows->n_feature; k++) {
        add_feature(&p, trend, k);
    }
    return MARU_OK;
}
