#include "learn/models/linear_model.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/status.h"

// margin(g) = base(g) + sum over columns of: missing(g, k) for NaN, else weight(g, k) x (held value - center(k)).
//
// The difference is taken in single precision, where the value lies: close to the center it is exact, so that a column of large numbers
// with a small spread loses nothing, and other programs (ONNX has floats) find the same. Sums are doubles, in the order of the columns.
//
//     "MARULINE"  version  goal  n_group  n_feature        8 + 4 x 4 bytes
//     low, high and center of each column                 12 each
//     base of each group                                   8 each
//     weight of each column, group after group             8 each
//     missing, the same                                    8 each
//     digest of all this                                  16
//
// Numbers have their low byte first; reals are their bits of IEEE 754.

enum { VERSION = 1, HEAD_BYTES = 24, TAIL_BYTES = 16 };

static const char its_name[8] = {'M', 'A', 'R', 'U', 'L', 'I', 'N', 'E'};

struct linear_model {
    struct arena arena;
    struct linear_draft draft; // its lists stand in the arena
    struct digest digest;      // of the bytes before it
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

static bool are_finite(const double *value, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(value[i])) {
            return false;
        }
    }
    return true;
}

static maru_status check_numbers(const struct linear_draft *d, maru_error *err) {
    for (uint32_t k = 0; k < d->shape.n_feature; k++) {
        if (!isfinite(d->low[k]) || !isfinite(d->high[k]) || !isfinite(d->center[k]) ||
            d->low[k] > d->high[k]) {
            return wrong(err);
        }
    }
    const size_t n = n_weight_of(&d->shape);
    return are_finite(d->base, d->shape.n_group) && are_finite(d->weight, n) &&
                   are_finite(d->missing, n)
               ? MARU_OK
               : wrong(err);
}

// ---- bytes

// What a model's bytes are written into: a text, or a digest.
struct sink {
    struct text *text;
    struct digest *digest;
};

static void put(const struct sink *sink, uint64_t value, size_t n_byte) {
    char bytes[8];
    for (size_t i = 0; i < n_byte; i++) {
        bytes[i] = (char)(value >> (8 * i));
    }
    if (sink->text) {
        text_add(sink->text, bytes, n_byte);
    } else {
        digest_u64(sink->digest, value);
    }
}

static void put_reals(const struct sink *sink, const double *value, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = 0;
        memcpy(&bits, &value[i], sizeof bits);
        put(sink, bits, sizeof bits);
    }
}

static void put_single(const struct sink *sink, float value) {
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    put(sink, bits, sizeof bits);
}

static void put_draft(const struct sink *sink, const struct linear_draft *d) {
    const uint32_t head[] = {VERSION, (uint32_t)d->shape.goal, d->shape.n_group,
                             d->shape.n_feature};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
        put(sink, head[i], sizeof head[i]);
    }
    for (uint32_t k = 0; k < d->shape.n_feature; k++) {
        put_single(sink, d->low[k]);
        put_single(sink, d->high[k]);
        put_single(sink, d->center[k]);
    }
    put_reals(sink, d->base, d->shape.n_group);
    put_reals(sink, d->weight, n_weight_of(&d->shape));
    put_reals(sink, d->missing, n_weight_of(&d->shape));
}

maru_status linear_model_write(const struct linear_model *model, struct text *out,
                               maru_error *err) {
    const struct sink sink = {.text = out};
    text_add(out, its_name, sizeof its_name);
    put_draft(&sink, &model->draft);
    put(&sink, model->digest.lane[0], 8);
    put(&sink, model->digest.lane[1], 8);
    return out->status == MARU_OK
               ? MARU_OK
               : fail(err, out->status, "no room for the bytes of the linear model");
}

static uint64_t get(const uint8_t **at, size_t n_byte) {
    uint64_t value = 0;
    for (size_t i = 0; i < n_byte; i++) {
        value |= (uint64_t)(*at)[i] << (8 * i);
    }
    *at += n_byte;
    return value;
}

static void get_reals(const uint8_t **at, double *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = get(at, 8);
        memcpy(&out[i], &bits, sizeof bits);
    }
}

static float get_single(const uint8_t **at) {
    const uint32_t bits = (uint32_t)get(at, 4);
    float value = 0;
    memcpy(&value, &bits, sizeof bits);
    return value;
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

// The last step: what does not hold together is freed.
static maru_status end_model(struct linear_model *made, struct linear_model **out,
                             maru_error *err) {
    const maru_status st = check_numbers(&made->draft, err);
    if (st != MARU_OK) {
        linear_model_free(made);
        return st;
    }
    digest_init(&made->digest);
    const struct sink sink = {.digest = &made->digest};
    put_draft(&sink, &made->draft);
    *out = made;
    return MARU_OK;
}

maru_status linear_model_make(const struct linear_draft *draft, struct linear_model **out,
                              maru_error *err) {
    struct linear_model *made = NULL;
    struct lists lists;
    const struct linear_shape *s = &draft->shape;
    const maru_status st = new_model(s, &made, &lists, err);
    if (st != MARU_OK) {
        return st;
    }
    const size_t n = n_weight_of(s);
    memcpy(lists.low, draft->low, s->n_feature * sizeof(float));
    memcpy(lists.high, draft->high, s->n_feature * sizeof(float));
    memcpy(lists.center, draft->center, s->n_feature * sizeof(float));
    memcpy(lists.base, draft->base, s->n_group * sizeof(double));
    memcpy(lists.weight, draft->weight, n * sizeof(double));
    memcpy(lists.missing, draft->missing, n * sizeof(double));
    return end_model(made, out, err);
}

void linear_model_free(struct linear_model *model) {
    if (model) {
        arena_fini(&model->arena);
        alloc_free(model);
    }
}

static maru_status read_shape(const uint8_t *bytes, size_t n, struct linear_shape *out,
                              maru_error *err) {
    if (n < HEAD_BYTES + TAIL_BYTES || memcmp(bytes, its_name, sizeof its_name) != 0) {
        return fail(err, MARU_E_INPUT, "these bytes are no linear model");
    }
    const uint8_t *at = bytes + sizeof its_name;
    if (get(&at, 4) != VERSION) {
        return fail(err, MARU_E_INPUT, "a linear model of another version");
    }
    const uint64_t goal = get(&at, 4);
    out->goal = goal < N_LINEAR_GOAL ? (enum linear_goal)goal : N_LINEAR_GOAL;
    out->n_group = (uint32_t)get(&at, 4);
    out->n_feature = (uint32_t)get(&at, 4);
    const maru_status st = check_shape(out, err);
    if (st != MARU_OK) {
        return st;
    }
    const size_t want =
        (size_t)out->n_feature * 12 + (size_t)out->n_group * 8 + n_weight_of(out) * 16;
    return n - HEAD_BYTES - TAIL_BYTES == want
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "a linear model that is cut off, or has too much");
}

maru_status linear_model_read(const void *bytes, size_t n, struct linear_model **out,
                              maru_error *err) {
    struct linear_shape shape;
    maru_status st = read_shape(bytes, n, &shape, err);
    struct linear_model *made = NULL;
    struct lists lists;
    if (st == MARU_OK) {
        st = new_model(&shape, &made, &lists, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    const uint8_t *at = (const uint8_t *)bytes + HEAD_BYTES;
    for (uint32_t k = 0; k < shape.n_feature; k++) {
        lists.low[k] = get_single(&at);
        lists.high[k] = get_single(&at);
        lists.center[k] = get_single(&at);
    }
    get_reals(&at, lists.base, shape.n_group);
    get_reals(&at, lists.weight, n_weight_of(&shape));
    get_reals(&at, lists.missing, n_weight_of(&shape));
    st = end_model(made, &made, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint64_t first = get(&at, 8);
    if (first != made->digest.lane[0] || get(&at, 8) != made->digest.lane[1]) {
        linear_model_free(made);
        return fail(err, MARU_E_INPUT, "a linear model that has changed on its way");
    }
    *out = made;
    return MARU_OK;
}

const struct linear_draft *linear_model_draft(const struct linear_model *model) {
    return &model->draft;
}

void linear_model_fingerprint(const struct linear_model *model, char out[33]) {
    digest_hex(&model->digest, out);
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
