#include "learn/history/regimes.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// k means on settings brought to mean 0 and deviation 1, with one center more at a time: the new one begins at the row that lies farthest from
// all there are, and Lloyd's passes follow. No lot is drawn, so rows alone say what comes out. First each setting on its own: one
// that only wanders would spread the rows of every regime, and is left out. REGIMES_MAX_LEVELS centers leave 0.016 of the variance of a
// uniform and 0.035 of a normal distribution within them, more than `left_within`, also where values are rounded to a dozen steps. A
// regime of fewer than one row in a thousand is a stray: it counts as the regime nearest to it.

enum { MOST_PASSES = 30 };
static const double left_within = 0.001; // share of the variance
static const double least_share = 0.001;

struct search {
    const double *point; // (n, d)
    uint32_t n, d, k;
    double *center;    // (REGIMES_MAX, d)
    double *sum;       // (REGIMES_MAX, d)
    uint32_t *belongs; // (n)
    double *distance;  // (n) squared, to the nearest center
    uint32_t count[REGIMES_MAX];
};

static double squared(const double *a, const double *b, uint32_t d) {
    double sum = 0;
    for (uint32_t j = 0; j < d; j++) {
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    }
    return sum;
}

static uint32_t nearest(const double *center, uint32_t k, const double *point, uint32_t d,
                        double *distance) {
    uint32_t best = 0;
    for (uint32_t c = 0; c < k; c++) {
        const double away = squared(center + (size_t)c * d, point, d);
        if (c == 0 || away < *distance) {
            *distance = away;
            best = c;
        }
    }
    return best;
}

// One pass: rows to centers, centers to the middle of their rows. False: nothing has moved.
static bool pass(struct search *s) {
    bool moved = false;
    memset(s->sum, 0, (size_t)s->k * s->d * sizeof *s->sum);
    memset(s->count, 0, sizeof s->count);
    for (uint32_t i = 0; i < s->n; i++) {
        const double *point = s->point + (size_t)i * s->d;
        const uint32_t c = nearest(s->center, s->k, point, s->d, &s->distance[i]);
        moved |= c != s->belongs[i];
        s->belongs[i] = c;
        s->count[c]++;
        for (uint32_t j = 0; j < s->d; j++) {
            s->sum[(size_t)c * s->d + j] += point[j];
        }
    }
    for (uint32_t c = 0; c < s->k; c++) {
        for (uint32_t j = 0; j < s->d && s->count[c] > 0; j++) {
            s->center[(size_t)c * s->d + j] = s->sum[(size_t)c * s->d + j] / s->count[c];
        }
    }
    return moved;
}

static double within(const struct search *s) {
    double sum = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        sum += s->distance[i];
    }
    return sum;
}

static void add_center(struct search *s) {
    uint32_t farthest = 0;
    for (uint32_t i = 1; i < s->n; i++) {
        farthest = s->distance[i] > s->distance[farthest] ? i : farthest;
    }
    memcpy(s->center + (size_t)s->k * s->d, s->point + (size_t)farthest * s->d,
           s->d * sizeof *s->center);
    s->k++;
}

// False: even `most` centers are too few, and there is one.
static bool look(struct search *s, uint32_t most) {
    s->k = 1; // the first center is the mean, 0
    memset(s->center, 0, s->d * sizeof *s->center);
    pass(s);
    const double all = within(s);
    while (all > 0 && within(s) > left_within * all && s->k < most) {
        add_center(s);
        for (uint32_t i = 0; i < MOST_PASSES && pass(s); i++) {
        }
        pass(s); // distances from where the centers are now
    }
    if (within(s) <= left_within * all) {
        return true;
    }
    s->k = 1;
    memset(s->center, 0, s->d * sizeof *s->center);
    pass(s);
    return false;
}

// Centers that enough rows belong to, next to each other.
static void drop_strays(struct search *s) {
    uint32_t kept = 0;
    for (uint32_t c = 0; c < s->k; c++) {
        if (s->count[c] >= least_share * s->n && s->count[c] > 0) {
            memmove(s->center + (size_t)kept * s->d, s->center + (size_t)c * s->d,
                    s->d * sizeof *s->center);
            kept++;
        }
    }
    s->k = kept;
}

static double scaled(const struct regimes *r, uint32_t j, double value) {
    return isfinite(value) ? (value - r->middle[j]) * r->scale[j] : 0.0;
}

static void scale_setting(const struct regimes_input *in, uint32_t j, struct regimes *r) {
    double sum = 0, squares = 0;
    uint32_t n = 0;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < in->n_row; i++) {
            const double v = (double)in->x[(size_t)i * in->n_column + in->column[j]];
            if (isfinite(v)) {
                sum += round == 0 ? v : 0.0;
                n += round == 0;
                squares += round == 1 ? (v - r->middle[j]) * (v - r->middle[j]) : 0.0;
            }
        }
        r->middle[j] = n > 0 ? sum / n : 0.0;
    }
    const double deviation = n > 0 ? sqrt(squares / n) : 0.0;
    r->scale[j] =
        deviation > 1e-9 * fabs(r->middle[j]) && deviation > 1e-30 ? 1.0 / deviation : 0.0;
}

static maru_status take(struct regimes *r, uint32_t n_setting, struct arena *arena,
                        maru_error *err) {
    const size_t some = n_setting > 0 ? n_setting : 1;
    *r = (struct regimes){.n_regime = 1, .n_setting = n_setting};
    r->middle = arena_take(arena, some, sizeof *r->middle);
    r->scale = arena_take(arena, some, sizeof *r->scale);
    r->center = arena_take(arena, some * REGIMES_MAX, sizeof *r->center);
    return r->middle && r->scale && r->center ? MARU_OK : arena_refusal(arena, err);
}

// Settings from .. from + d - 1 of evenly taken rows.
static void sample(const struct regimes_input *in, const struct regimes *r, uint32_t from,
                   const struct search *s, double *point) {
    for (uint32_t i = 0; i < s->n; i++) {
        const uint64_t row = (uint64_t)i * in->n_row / s->n;
        for (uint32_t j = 0; j < s->d; j++) {
            const float value = in->x[row * in->n_column + in->column[from + j]];
            point[(size_t)i * s->d + j] = scaled(r, from + j, (double)value);
        }
    }
}

static void find(const struct regimes_input *in, struct regimes *r, struct search *s,
                 double *point) {
    s->point = point;
    s->d = 1;
    for (uint32_t j = 0; j < in->n_setting; j++) {
        scale_setting(in, j, r);
        sample(in, r, j, s, point);
        r->scale[j] = look(s, REGIMES_MAX_LEVELS) ? r->scale[j] : 0.0;
    }
    s->d = in->n_setting;
    sample(in, r, 0, s, point);
    look(s, REGIMES_MAX);
    drop_strays(s);
    r->n_regime = s->k;
}

maru_status regimes_fit(const struct regimes_input *input, struct arena *arena, struct regimes *out,
                        maru_error *err) {
    if (input->n_row == 0) {
        return fail(err, MARU_E_RANGE, "there are no rows to find operating regimes in");
    }
    if (input->n_setting > REGIMES_MAX_SETTINGS) {
        return fail(err, MARU_E_LIMIT, "more than %d settings", REGIMES_MAX_SETTINGS);
    }
    struct regimes made;
    maru_status st = take(&made, input->n_setting, arena, err);
    if (st != MARU_OK || input->n_setting == 0) {
        *out = st == MARU_OK ? made : *out;
        return st;
    }
    struct search s = {.d = input->n_setting, .center = made.center};
    s.n = input->n_row < REGIMES_MAX_SAMPLE ? input->n_row : REGIMES_MAX_SAMPLE;
    double *point = alloc_new((size_t)s.n * s.d, sizeof *point);
    s.sum = alloc_new((size_t)REGIMES_MAX * s.d, sizeof *s.sum);
    s.belongs = alloc_new(s.n, sizeof *s.belongs);
    s.distance = alloc_new(s.n, sizeof *s.distance);
    if (!point || !s.sum || !s.belongs || !s.distance) {
        st = fail(err, MARU_E_MEMORY, "no memory");
        goto done;
    }
    find(input, &made, &s, point);
    *out = made;
done:
    alloc_free(point);
    alloc_free(s.sum);
    alloc_free(s.belongs);
    alloc_free(s.distance);
    return st;
}

uint32_t regimes_of(const struct regimes *regimes, const float *x, const uint32_t *column) {
    double point[REGIMES_MAX_SETTINGS], distance = 0;
    for (uint32_t j = 0; j < regimes->n_setting; j++) {
        point[j] = scaled(regimes, j, (double)x[column[j]]);
    }
    return regimes->n_regime > 1
               ? nearest(regimes->center, regimes->n_regime, point, regimes->n_setting, &distance)
               : 0;
}

void regimes_write(const struct regimes *regimes, struct text *out) {
    binary_add_u32(out, regimes->n_regime);
    binary_add_u32(out, regimes->n_setting);
    binary_add_doubles(out, regimes->middle, regimes->n_setting);
    binary_add_doubles(out, regimes->scale, regimes->n_setting);
    binary_add_doubles(out, regimes->center, (size_t)regimes->n_regime * regimes->n_setting);
}

maru_status regimes_read(struct binary *in, struct arena *arena, struct regimes *out,
                         maru_error *err) {
    const uint32_t n_regime = binary_u32(in), n_setting = binary_u32(in);
    if (in->is_bad || n_regime == 0 || n_regime > REGIMES_MAX || n_setting > REGIMES_MAX_SETTINGS) {
        return fail(err, MARU_E_INPUT, "operating regimes that contradict themselves");
    }
    const maru_status st = take(out, n_setting, arena, err);
    if (st != MARU_OK) {
        return st;
    }
    out->n_regime = n_regime;
    binary_doubles(in, out->middle, n_setting);
    binary_doubles(in, out->scale, n_setting);
    binary_doubles(in, out->center, (size_t)n_regime * n_setting);
    return in->is_bad ? fail(err, MARU_E_INPUT, "operating regimes that are no numbers") : MARU_OK;
}
