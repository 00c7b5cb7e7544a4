#include "learn/models/linear_model.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/random.h"
#include "base/sealed.h"
#include "base/status.h"

// margin(g) = base(g) + sum over columns of: missing(g, k) for NaN, else weight(g, k) x (held value - center(k)).
//
// The difference is taken in single precision, where the value lies: close to the center it is exact, so that a column of large numbers
// with a small spread loses nothing, and other programs (ONNX has floats) find the same. Sums are doubles, in the order of the columns.
//
// Bytes (base/sealed.h): goal, number of groups, number of columns; low of each column, high, center; base of each group; weight of each
// column, group after group; missing, the same. Counts have 32 bits, what belongs to a column 32, the others 64.

enum { VERSION = 2 };
#define MAX_BYTES ((size_t)LINEAR_MAX_WEIGHTS * 16 + (size_t)LINEAR_MAX_FEATURES * 12 + (1 << 20))

static const char its_name[] = "MARULINE";

struct linear_model {
    struct arena arena;
    struct linear_draft draft; // its lists stand in the arena
    char fingerprint[33];
};

static maru_status wrong(maru_error *err) {
    return fail(err, MARU_E_INPUT, "a linear model that contradicts itself");
}

static maru_status check_shape(const struct linear_shape *s, maru_error *err) {
    const uint32_t least = s->goal == LINEAR_CLASS ? 2 : 1;
    const uint32_t most = s->goal == LINEAR_CLASS ? LINEAR_MAX_CLASSES : 1;
    if ((unsigned)s->goal >= N_LINEAR_GOAL || s->n_group < least || s->n_group > most) {
        return wrong(err);
    }
    if (s->n_feature == 0 || s->n_feature > LINEAR_MAX_FEATURES ||
        (uint64_t)s->n_feature * s->n_group > LINEAR_MAX_WEIGHTS) {
        return fail(err, MARU_E_LIMIT, "a linear model knows 1 to %d columns, this one %u",
                    LINEAR_MAX_FEATURES, s->n_feature);
    }
    return MARU_OK;
}

static size_t n_weight_of(const struct linear_shape *s) {
    return (size_t)s->n_feature * s->n_group;
}

// ---- bytes

static maru_status write_draft(const struct linear_draft *d, struct text *out, maru_error *err) {
    const size_t from = sealed_begin(out, its_name, VERSION);
    binary_add_u32(out, (uint32_t)d->shape.goal);
    binary_add_u32(out, d->shape.n_group);
    binary_add_u32(out, d->shape.n_feature);
    binary_add_floats(out, d->low, d->shape.n_feature);
    binary_add_floats(out, d->high, d->shape.n_feature);
    binary_add_floats(out, d->center, d->shape.n_feature);
    binary_add_doubles(out, d->base, d->shape.n_group);
    binary_add_doubles(out, d->weight, n_weight_of(&d->shape));
    binary_add_doubles(out, d->missing, n_weight_of(&d->shape));
    return sealed_end(out, from, err);
}

maru_status linear_model_write(const struct linear_model *model, struct text *out,
                               maru_error *err) {
    return write_draft(&model->draft, out, err);
}

// ---- making

struct lists {
    float *low, *high, *center;
    double *base, *weight, *missing;
};

// An empty model of a shape, whose lists are to be filled.
static maru_status new_model(const struct linear_shape *s, struct linear_model **out,
                             struct lists *lists, maru_error *err) {
    const maru_status st = check_shape(s, err);
    if (st != MARU_OK) {
        return st;
    }
    struct linear_model *made = alloc_new(1, sizeof *made);
    if (!made) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    struct arena *arena = &made->arena;
    arena_init(arena, SIZE_MAX);
    const size_t n = n_weight_of(s);
    *lists = (struct lists){.low = arena_take(arena, s->n_feature, sizeof(float)),
                            .high = arena_take(arena, s->n_feature, sizeof(float)),
                            .center = arena_take(arena, s->n_feature, sizeof(float)),
                            .base = arena_take(arena, s->n_group, sizeof(double)),
                            .weight = arena_take(arena, n, sizeof(double)),
                            .missing = arena_take(arena, n, sizeof(double))};
    if (!lists->low || !lists->high || !lists->center || !lists->base || !lists->weight ||
        !lists->missing) {
        linear_model_free(made);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    made->draft = (struct linear_draft){*s,          lists->low,    lists->high,   lists->center,
                                        lists->base, lists->weight, lists->missing};
    *out = made;
    return MARU_OK;
}

// From its own bytes, so that what is made is what will be read.
maru_status linear_model_make(const struct linear_draft *draft, struct linear_model **out,
                              maru_error *err) {
    struct text bytes;
    maru_status st = check_shape(&draft->shape, err);
    if (st != MARU_OK) {
        return st;
    }
    text_init(&bytes, MAX_BYTES);
    st = write_draft(draft, &bytes, err);
    st = st == MARU_OK ? linear_model_read(bytes.bytes, bytes.n_bytes, out, err) : st;
    text_fini(&bytes);
    return st;
}

void linear_model_free(struct linear_model *model) {
    if (model) {
        arena_fini(&model->arena);
        alloc_free(model);
    }
}

static maru_status read_shape(struct binary *in, struct linear_shape *out, maru_error *err) {
    const uint32_t goal = binary_u32(in);
    out->goal = goal < N_LINEAR_GOAL ? (enum linear_goal)goal : N_LINEAR_GOAL;
    out->n_group = binary_u32(in);
    out->n_feature = binary_u32(in);
    const maru_status st = in->is_bad ? wrong(err) : check_shape(out, err);
    if (st != MARU_OK) {
        return st;
    }
    const size_t want =
        (size_t)out->n_feature * 12 + (size_t)out->n_group * 8 + n_weight_of(out) * 16;
    return in->left == want
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "a linear model that is cut off, or has too much");
}

static bool read_lists(struct binary *in, const struct linear_shape *s, const struct lists *lists) {
    binary_floats(in, lists->low, s->n_feature);
    binary_floats(in, lists->high, s->n_feature);
    binary_floats(in, lists->center, s->n_feature);
    binary_doubles(in, lists->base, s->n_group);
    binary_doubles(in, lists->weight, n_weight_of(s));
    binary_doubles(in, lists->missing, n_weight_of(s));
    bool is_sound = binary_is_end(in);
    for (uint32_t k = 0; is_sound && k < s->n_feature; k++) {
        is_sound = lists->low[k] <= lists->high[k];
    }
    return is_sound;
}

maru_status linear_model_read(const void *bytes, size_t n, struct linear_model **out,
                              maru_error *err) {
    struct linear_shape shape;
    struct linear_model *made = NULL;
    struct lists lists;
    struct binary in;
    char fingerprint[33];
    maru_status st = sealed_open(bytes, n, its_name, VERSION, &in, fingerprint, err);
    st = st == MARU_OK ? read_shape(&in, &shape, err) : st;
    st = st == MARU_OK ? new_model(&shape, &made, &lists, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    memcpy(made->fingerprint, fingerprint, sizeof fingerprint);
    if (!read_lists(&in, &shape, &lists)) {
        linear_model_free(made);
        return wrong(err);
    }
    *out = made;
    return MARU_OK;
}

const struct linear_draft *linear_model_draft(const struct linear_model *model) {
    return &model->draft;
}

void linear_model_fingerprint(const struct linear_model *model, char out[33]) {
    memcpy(out, model->fingerprint, sizeof model->fingerprint);
}

// ---- answers

// How far a value lies from the one that adds nothing.
static double distance(const struct linear_draft *d, uint32_t k, float x) {
    const float held = x < d->low[k] ? d->low[k] : x > d->high[k] ? d->high[k] : x;
    return (double)(held - d->center[k]);
}

void linear_model_why(const struct linear_model *model, const float *x, uint32_t group,
                      double *added) {
    const struct linear_draft *d = &model->draft;
    const size_t begin = (size_t)group * d->shape.n_feature;
    for (uint32_t k = 0; k < d->shape.n_feature; k++) {
        added[k] =
            isnan(x[k]) ? d->missing[begin + k] : d->weight[begin + k] * distance(d, k, x[k]);
    }
}

static void row_margin(const struct linear_draft *d, const float *x, double *margin) {
    const uint32_t n_feature = d->shape.n_feature, n_group = d->shape.n_group;
    for (uint32_t g = 0; g < n_group; g++) {
        margin[g] = d->base[g];
    }
    for (uint32_t k = 0; k < n_feature; k++) {
        const bool is_missing = isnan(x[k]);
        const double by = is_missing ? 1 : distance(d, k, x[k]);
        const double *factor = (is_missing ? d->missing : d->weight) + k;
        for (uint32_t g = 0; g < n_group; g++) {
            margin[g] += factor[(size_t)g * n_feature] * by;
        }
    }
}

void linear_model_margins(const struct linear_model *model, const float *x, size_t n_row,
                          double *margin) {
    const struct linear_shape s = model->draft.shape;
    for (size_t i = 0; i < n_row; i++) {
        row_margin(&model->draft, x + i * s.n_feature, margin + i * s.n_group);
    }
}

static double logistic(double margin) {
    if (margin >= 0) {
        return 1 / (1 + exact_exp(-margin));
    }
    const double odds = exact_exp(margin);
    return odds / (1 + odds);
}

static void shares(double *value, uint32_t n) {
    double most = value[0], sum = 0;
    for (uint32_t g = 1; g < n; g++) {
        most = value[g] > most ? value[g] : most;
    }
    for (uint32_t g = 0; g < n; g++) {
        value[g] = exact_exp(value[g] - most);
        sum += value[g];
    }
    for (uint32_t g = 0; g < n; g++) {
        value[g] /= sum;
    }
}

void linear_model_answers(const struct linear_model *model, size_t n_row, double *value) {
    const struct linear_shape s = model->draft.shape;
    for (size_t i = 0; i < n_row && s.goal != LINEAR_NUMBER; i++) {
        if (s.goal == LINEAR_YES_NO) {
            value[i] = logistic(value[i]);
        } else {
            shares(value + i * s.n_group, s.n_group);
        }
    }
}
