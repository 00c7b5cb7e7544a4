#include "learn/calibration/calibration.h"

#include <math.h>
#include <stdbool.h>

#include "base/random.h"
#include "base/status.h"
#include "learn/measures/row_order.h"

// Platt: the log likelihood of 1 / (1 + exp(-(a x + b))) with targets (n_yes + 1) / (n_yes + 2) and 1 / (n_no + 2) is concave. Margins are
// centered and scaled, so that the matrix of second derivatives is near to diagonal; Newton's steps are halved until the loss falls.
//
// Isotonic: rows by rising margin, equal margins as one; blocks whose means fall are pooled with the one before until none falls (PAV). A
// knot stands at the first and last margin of each block, so that the curve is flat over a block and linear between two.

struct fold_of_margins {
    const double *margin;
    const uint8_t *is_yes;
    uint32_t n, n_yes;
    double middle, scale; // scale is 0 where all margins are equal
};

static void standardize(struct fold_of_margins *f) {
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < f->n; i++) {
        sum += f->margin[i] / f->n;
    }
    for (uint32_t i = 0; i < f->n; i++) {
        const double off = f->margin[i] - sum;
        squares += off * (off / f->n);
    }
    f->middle = sum;
    f->scale = sqrt(squares);
}

static double sigmoid(double x) {
    const double e = exact_exp(-fabs(x));
    return x >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

// ln(1 + exp(x)) without overflow.
static double soft_plus(double x) { return fmax(x, 0.0) + exact_ln(1.0 + exact_exp(-fabs(x))); }

struct line {
    double slope, offset; // of the standardized margin
};

struct platt {
    double loss;
    double g_slope, g_offset;         // first derivatives
    double h_slope, h_offset, h_both; // second ones
};

static struct platt platt_at(const struct fold_of_margins *f, struct line at) {
    const double n_yes = f->n_yes, n_no = (double)f->n - n_yes;
    const double target_yes = (n_yes + 1.0) / (n_yes + 2.0), target_no = 1.0 / (n_no + 2.0);
    struct platt p = {0};
    for (uint32_t i = 0; i < f->n; i++) {
        const double x = (f->margin[i] - f->middle) / f->scale, u = at.slope * x + at.offset;
        const double t = f->is_yes[i] ? target_yes : target_no, q = sigmoid(u), w = q * (1.0 - q);
        p.loss += soft_plus(u) - t * u;
        p.g_slope += (q - t) * x;
        p.g_offset += q - t;
        p.h_slope += w * x * x;
        p.h_offset += w;
        p.h_both += w * x;
    }
    return p;
}

static struct line platt_fit(const struct fold_of_margins *f) {
    const double n_yes = f->n_yes, n_no = (double)f->n - n_yes, ridge = 1e-12 * f->n;
    struct line at = {0.0, exact_ln((n_yes + 1.0) / (n_no + 1.0))};
    struct platt here = platt_at(f, at);
    for (int step = 0; step < 100; step++) {
        const double a = here.h_slope + ridge, b = here.h_both, c = here.h_offset + ridge;
        const double det = a * c - b * b;
        const struct line by = {(c * here.g_slope - b * here.g_offset) / det,
                                (a * here.g_offset - b * here.g_slope) / det};
        double part = 1.0;
        struct platt there = here;
        struct line next = at;
        for (; part > 1e-10; part /= 2.0) {
            next = (struct line){at.slope - part * by.slope, at.offset - part * by.offset};
            there = platt_at(f, next);
            if (there.loss < here.loss) {
                break;
            }
        }
        if (!(there.loss < here.loss)) {
            break;
        }
        at = next;
        here = there;
    }
    return at;
}

static void fit_line(const struct fold_of_margins *f, struct calibration *c) {
    const struct line line = platt_fit(f);
    c->kind = CALIBRATION_PLATT;
    c->slope = line.slope / f->scale;
    c->offset = line.offset - c->slope * f->middle;
}

struct block {
    double first, last; // margins
    uint64_t yes, n;
};

// Does the share of a not lie below that of b?
static bool is_no_rise(const struct block *a, const struct block *b) {
    return a->yes * b->n >= b->yes * a->n;
}

static uint32_t pool(const struct fold_of_margins *f, const uint32_t *order, struct block *block) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->n;) {
        const double margin = f->margin[order[i]];
        struct block one = {margin, margin, 0, 0};
        for (; i < f->n && f->margin[order[i]] == margin; i++) {
            one.yes += f->is_yes[order[i]];
            one.n++;
        }
        block[n++] = one;
        while (n > 1 && is_no_rise(&block[n - 2], &block[n - 1])) {
            block[n - 2].last = block[n - 1].last;
            block[n - 2].yes += block[n - 1].yes;
            block[n - 2].n += block[n - 1].n;
            n--;
        }
    }
    return n;
}

static maru_status fit_curve(const struct fold_of_margins *f, struct arena *arena,
                             struct calibration *c, maru_error *err) {
    uint32_t *order = arena_take(arena, f->n, sizeof *order);
    uint32_t *spare = arena_take(arena, f->n, sizeof *spare);
    struct block *block = arena_take(arena, f->n, sizeof *block);
    double *margin = arena_take(arena, 2 * (size_t)f->n, sizeof *margin);
    double *probability = arena_take(arena, 2 * (size_t)f->n, sizeof *probability);
    if (!order || !spare || !block || !margin || !probability) {
        return arena_refusal(arena, err);
    }
    row_order(f->margin, f->n, order, spare);
    const uint32_t n_block = pool(f, order, block);
    const double least = 1.0 / (f->n + 2.0);
    for (uint32_t i = 0; i < n_block; i++) {
        const double share = (double)block[i].yes / (double)block[i].n;
        const double p = fmin(fmax(share, least), 1.0 - least);
        margin[c->n_knot] = block[i].first;
        probability[c->n_knot++] = p;
        if (block[i].last > block[i].first) {
            margin[c->n_knot] = block[i].last;
            probability[c->n_knot++] = p;
        }
    }
    c->kind = CALIBRATION_ISOTONIC;
    c->margin = margin;
    c->probability = probability;
    return MARU_OK;
}

static maru_status read_rows(const double *margin, const uint8_t *is_yes, uint32_t n,
                             struct fold_of_margins *f, maru_error *err) {
    *f = (struct fold_of_margins){margin, is_yes, n, 0, 0.0, 0.0};
    if (n == 0) {
        return fail(err, MARU_E_RANGE, "there are no rows to calibrate with");
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!isfinite(margin[i])) {
            return fail(err, MARU_E_RANGE, "row %u has no finite margin", i + 1);
        }
        if (is_yes[i] > 1) {
            return fail(err, MARU_E_RANGE, "row %u has a truth that is neither 0 nor 1", i + 1);
        }
        f->n_yes += is_yes[i];
    }
    standardize(f);
    return isfinite(f->scale) ? MARU_OK
                              : fail(err, MARU_E_RANGE, "margins lie too far apart to calibrate");
}

maru_status calibration_fit(enum calibration_kind kind, const double *margin, const uint8_t *is_yes,
                            uint32_t n, struct arena *arena, struct calibration *out,
                            maru_error *err) {
    struct fold_of_margins f;
    maru_status st = read_rows(margin, is_yes, n, &f, err);
    if (st == MARU_OK && (int)kind >= N_CALIBRATION_KIND) {
        st = fail(err, MARU_E_RANGE, "there is no such way to calibrate");
    }
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t n_no = n - f.n_yes, n_rare = f.n_yes < n_no ? f.n_yes : n_no;
    struct calibration c = {.n_row = n, .n_yes = f.n_yes};
    const bool is_enough = n >= CALIBRATION_ENOUGH_ROWS && n_rare >= CALIBRATION_ENOUGH_RARE;
    if (n_rare == 0 || !(f.scale > 0.0)) {
        kind = CALIBRATION_CONSTANT;
    } else if (kind == CALIBRATION_BY_SIZE) {
        kind = is_enough ? CALIBRATION_ISOTONIC : CALIBRATION_PLATT;
    }
    if (kind == CALIBRATION_ISOTONIC) {
        st = fit_curve(&f, arena, &c, err);
    } else if (kind == CALIBRATION_PLATT) {
        fit_line(&f, &c);
    }
    if (kind == CALIBRATION_CONSTANT || (kind == CALIBRATION_PLATT && !(c.slope > 0.0))) {
        c.kind = CALIBRATION_CONSTANT;
        c.slope = 0.0;
        c.offset = (f.n_yes + 1.0) / (n + 2.0);
    }
    if (st == MARU_OK) {
        *out = c;
    }
    return st;
}

static bool is_share(double p) { return p >= 0.0 && p <= 1.0; }

maru_status calibration_check(const struct calibration *c, maru_error *err) {
    bool is_right = false;
    switch (c->kind) {
    case CALIBRATION_PLATT:
        is_right = c->slope >= 0.0 && isfinite(c->slope) && isfinite(c->offset);
        break;
    case CALIBRATION_CONSTANT:
        is_right = is_share(c->offset);
        break;
    case CALIBRATION_ISOTONIC:
        is_right = c->n_knot > 0;
        for (uint32_t i = 0; is_right && i < c->n_knot; i++) {
            is_right = isfinite(c->margin[i]) && is_share(c->probability[i]) &&
                       (i == 0 || (c->margin[i] > c->margin[i - 1] &&
                                   c->probability[i] >= c->probability[i - 1]));
        }
        break;
    default:
        break;
    }
    return is_right ? MARU_OK : fail(err, MARU_E_INPUT, "a calibration that contradicts itself");
}

// Between the two knots around the margin, flat outside of all.
static double on_curve(const struct calibration *c, double margin) {
    uint32_t
        low = 0,
        high =
            c->n_knot; // knots below low lie at or left of margin, those from high on right of it
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (c->margin[middle] <= margin) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0 || low == c->n_knot) {
        return c->probability[low == 0 ? 0 : low - 1];
    }
    const double p = c->probability[low - 1], rise = c->probability[low] - p;
    const double left = c->margin[low - 1] / 2.0, right = c->margin[low] / 2.0; // no overflow
    return fmin(p + rise * ((margin / 2.0 - left) / (right - left)), c->probability[low]);
}

double calibration_answer(const struct calibration *c, double margin) {
    if (isnan(margin)) {
        return NAN;
    }
    if (c->kind == CALIBRATION_CONSTANT) {
        return c->offset;
    }
    if (c->kind == CALIBRATION_ISOTONIC) {
        return on_curve(c, margin);
    }
    return sigmoid(c->slope > 0.0 ? c->slope * margin + c->offset : c->offset);
}

// ---- how well probabilities are calibrated

maru_status reliability_table(const struct reliability_input *in, struct arena *arena,
                              struct reliability_bin *bin, uint32_t *n_used, maru_error *err) {
    if (in->n_bin == 0 || in->n_bin > RELIABILITY_MAX_BINS) {
        return fail(err, MARU_E_LIMIT, "%u bins, at most %d", in->n_bin, RELIABILITY_MAX_BINS);
    }
    for (uint32_t i = 0; i < in->n; i++) {
        if (!is_share(in->p[i]) || in->is_yes[i] > 1) {
            return fail(err, MARU_E_RANGE, "row %u has no probability, or no truth", i + 1);
        }
    }
    uint32_t *order = arena_take(arena, in->n, sizeof *order);
    uint32_t *spare = arena_take(arena, in->n, sizeof *spare);
    if (!order || !spare) {
        return arena_refusal(arena, err);
    }
    row_order(in->p, in->n, order, spare);
    *n_used = 0;
    for (uint32_t i = 0; i < in->n;) {
        const uint64_t part =
            (uint64_t)i * in->n_bin / in->n; // the bin that the first row belongs to
        const uint64_t end = ((part + 1) * in->n + in->n_bin - 1) / in->n_bin;
        struct reliability_bin b = {.low = in->p[order[i]]};
        uint64_t n = 0, n_yes = 0;
        for (; i < in->n && (i < end || in->p[order[i]] == b.high); i++) {
            b.high = in->p[order[i]];
            b.mean += b.high;
            n_yes += in->is_yes[order[i]];
            n++;
        }
        b.mean /= (double)n;
        b.came_true = share_of(n_yes, n, in->level);
        bin[(*n_used)++] = b;
    }
    return MARU_OK;
}

double reliability_error(const struct reliability_bin *bin, uint32_t n) {
    double sum = 0, rows = 0;
    for (uint32_t i = 0; i < n; i++) {
        const double n_bin = (double)bin[i].came_true.n;
        const double share = (double)bin[i].came_true.n_bad / n_bin;
        sum += n_bin * fabs(bin[i].mean - share);
        rows += n_bin;
    }
    return n > 0 ? sum / rows : (double)NAN;
}
