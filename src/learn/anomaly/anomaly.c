#include "learn/anomaly/anomaly.h"

#include <math.h>

#include "base/random.h"
#include "learn/anomaly/anomaly_row.h"
#include "learn/anomaly/spd.h"

// With w the standardised row and P the precision, the distance is w' P w. A value that is missing takes the place where the distance is
// least, which is what the others let expect: P_mm w_m = -P_mo w_o; so the distance is that of the values that are there, under their own
// correlation. g = P w; without column j the distance is less by g_j^2 / P_jj, and the others expect w_j - g_j / P_jj of it.
//
// If one value alone is off by d and all others stand in the middle, g_k = P_kj d, and by P_kj^2 <= P_kk P_jj no column explains more than column j: it comes first.
//
// The cube root of a chi-square over its degrees of freedom is nearly normal (E. B. Wilson, M. M. Hilferty, PNAS 17 (1931) 684-688): so
// rows with more and fewer values have one scale.

// A value further away counts as this far (scales): it is odd enough, and does not drown what else is odd in a table whose columns have spikes.
#define FARTHEST 20.0

size_t anomaly_work(const struct anomaly *anomaly) {
    const size_t p = anomaly->n_moving;
    return p * p + 4 * p;
}

static double standard_of(const struct anomaly *a, uint32_t column, double x) {
    const double far = (x - a->center[column]) / a->scale[column];
    return fmin(fmax(far, -FARTHEST), FARTHEST);
}

bool anomaly_open_row(const struct anomaly *a, const double *row, double *work,
                      struct anomaly_row *out) {
    const size_t p = a->n_moving;
    *out = (struct anomaly_row){.w = work,
                                .g = work + p,
                                .inner = work + 2 * p,
                                .is_out = work + 3 * p,
                                .block = work + 4 * p};
    for (uint32_t i = 0; i < p; i++) {
        const double x = row[a->moving[i]];
        const bool is_there = isfinite(x);
        out->w[i] = is_there ? standard_of(a, a->moving[i], x) : 0.0;
        out->is_out[i] = is_there ? 0.0 : 1.0;
        out->n_out += is_there ? 0 : 1;
    }
    return out->n_out < p;
}

// Puts what is out where the rest expects it. P_mm is a part of a positive definite matrix; where rounding says otherwise what is out stays
// in the middle.
static void fill(const struct anomaly *a, struct anomaly_row *r) {
    const size_t p = a->n_moving, n = r->n_out;
    size_t row = 0;
    for (size_t i = 0; i < p; i++) {
        r->w[i] = r->is_out[i] > 0.0 ? 0.0 : r->w[i];
    }
    for (size_t i = 0; i < p; i++) {
        if (r->is_out[i] == 0.0) {
            continue;
        }
        const double *of = a->precision + i * p;
        double sum = 0.0;
        size_t column = 0;
        for (size_t j = 0; j < p; j++) {
            if (r->is_out[j] > 0.0) {
                r->block[row * n + column++] = of[j];
            } else {
                sum -= of[j] * r->w[j];
            }
        }
        r->inner[row++] = sum;
    }
    if (!spd_factor(r->block, n)) {
        return;
    }
    spd_solve(r->block, n, r->inner);
    row = 0;
    for (size_t i = 0; i < p; i++) {
        if (r->is_out[i] > 0.0) {
            r->w[i] = r->inner[row++];
        }
    }
}

static double score_of(double distance, double n) {
    const double middle = 1.0 - 2.0 / (9.0 * n);
    const double root = distance > 0.0 ? exact_exp(exact_ln(distance / n) / 3.0) : 0.0;
    return (root - middle) / sqrt(2.0 / (9.0 * n));
}

double anomaly_row_score(const struct anomaly *a, struct anomaly_row *r) {
    const size_t p = a->n_moving;
    if (r->n_out > 0) {
        fill(a, r);
    }
    double distance = 0.0;
    for (size_t i = 0; i < p; i++) {
        const double *of = a->precision + i * p;
        double sum = 0.0;
        for (size_t j = 0; j < p; j++) {
            sum += of[j] * r->w[j];
        }
        r->g[i] = sum;
        distance += sum * r->w[i];
    }
    return score_of(distance, (double)(p - r->n_out));
}

// Scores held that are at least as high, and the row itself.
static double tail_of(const struct anomaly *a, double score) {
    uint32_t low = 0, high = a->n_held;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (a->held[middle] < score) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (a->n_held - low + 1.0) / (a->n_held + 1.0);
}

static bool is_new(const struct anomaly *a, uint32_t column, double x) {
    const double usual = a->center[column];
    return isfinite(x) && (isnan(usual) || fabs(x - usual) > 1e-9 * (1.0 + fabs(usual)));
}

void anomaly_judge(const struct anomaly *anomaly, const double *row, double *work,
                   struct anomaly_verdict *verdict) {
    const struct anomaly *a = anomaly;
    *verdict = (struct anomaly_verdict){.score = (double)NAN, .tail = (double)NAN};
    for (uint32_t i = 0; i < a->n_column - a->n_moving; i++) {
        verdict->n_new += is_new(a, a->fixed[i], row[a->fixed[i]]) ? 1 : 0;
    }
    struct anomaly_row r;
    const bool is_known = anomaly_open_row(a, row, work, &r);
    verdict->n_missing = r.n_out;
    if (is_known) {
        verdict->score = anomaly_row_score(a, &r);
        verdict->tail = tail_of(a, verdict->score);
    }
}

// ---- why

// The column without which the distance is least; UINT32_MAX: there is none.
static uint32_t worst(const struct anomaly *a, const struct anomaly_row *r) {
    uint32_t best = UINT32_MAX;
    double most = 0.0;
    for (uint32_t i = 0; i < a->n_moving; i++) {
        const double less = r->g[i] * r->g[i] / a->precision[(size_t)i * a->n_moving + i];
        if (r->is_out[i] == 0.0 && less > most) {
            most = less;
            best = i;
        }
    }
    return best;
}

// What the rest expects of the i-th column, which is out: the block's factor is that of the last score.
static void expect(const struct anomaly *a, const struct anomaly_row *r, uint32_t i,
                   struct anomaly_cause *cause) {
    const uint32_t column = a->moving[i];
    const size_t n = r->n_out;
    size_t place = 0;
    for (uint32_t k = 0; k < i; k++) {
        place += r->is_out[k] > 0.0 ? 1 : 0;
    }
    for (size_t k = 0; k < n; k++) {
        r->inner[k] = k == place ? 1.0 : 0.0;
    }
    spd_solve(r->block, n, r->inner);
    cause->expected = a->center[column] + a->scale[column] * r->w[i];
    cause->sd = a->scale[column] * sqrt(fmax(r->inner[place], 0.0));
}

static uint32_t add_new(const struct anomaly *a, const double *row, double score,
                        struct anomaly_cause *cause) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->n_column - a->n_moving && n < ANOMALY_MAX_CAUSES; i++) {
        const uint32_t column = a->fixed[i];
        if (is_new(a, column, row[column])) {
            cause[n++] = (struct anomaly_cause){.column = column,
                                                .value = row[column],
                                                .expected = a->center[column],
                                                .left = score,
                                                .is_new = true};
        }
    }
    return n;
}

uint32_t anomaly_explain(const struct anomaly *anomaly, const double *row, double *work,
                         struct anomaly_cause *cause) {
    const struct anomaly *a = anomaly;
    struct anomaly_row r;
    const bool is_known = anomaly_open_row(a, row, work, &r);
    double score = is_known ? anomaly_row_score(a, &r) : (double)NAN;
    const uint32_t n_new = add_new(a, row, score, cause);
    uint32_t n = n_new, place[ANOMALY_MAX_CAUSES];
    while (is_known && n < ANOMALY_MAX_CAUSES && r.n_out + 1 < a->n_moving &&
           tail_of(a, score) <= 0.5) {
        const uint32_t i = worst(a, &r);
        if (i == UINT32_MAX) {
            break;
        }
        r.is_out[i] = 1.0;
        r.n_out++;
        score = anomaly_row_score(a, &r);
        place[n] = i;
        cause[n++] = (struct anomaly_cause){
            .column = a->moving[i], .value = row[a->moving[i]], .left = score};
    }
    for (uint32_t k = n_new; k < n; k++) {
        expect(a, &r, place[k], &cause[k]);
    }
    return n;
}
