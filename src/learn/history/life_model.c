#include "learn/history/life_model.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sealed.h"
#include "base/status.h"

// The parts of a model as bytes: what unit_history.h, small_net.h and forest.h write, each behind its length, then shares and widths. Each
// part is checked by its own reader; here is checked that they belong together.

enum { VERSION = 1 };

static const char its_name[] = "MARULIFE";

struct life_model {
    struct life_parts parts;
    struct unit_scale scale;
    struct net *net[LIFE_MAX_NETS];
    struct forest *forest;
    struct arena arena; // of scale
};

struct life_unit {
    const struct life_model *model;
    struct arena arena;
    struct unit_state state;
    float *feature;
    double *scratch;
};

// ---- answering

static double within(double value, double cap) {
    return value > 0 ? (value < cap ? value : cap) : 0.0;
}

// The width at an answer, on a line between the two knots next to it.
static double width_at(const struct life_parts *parts, double answer) {
    const double place = answer / parts->cap * (LIFE_KNOTS - 1);
    const uint32_t k = place < LIFE_KNOTS - 2 ? (uint32_t)place : LIFE_KNOTS - 2;
    return parts->width[k] + (place - k) * (parts->width[k + 1] - parts->width[k]);
}

struct life_answer life_answer_of(const struct life_parts *parts, const float *feature,
                                  void *scratch) {
    double nets = 0;
    for (uint32_t k = 0; k < parts->n_net; k++) {
        nets += net_answer(parts->net[k], feature);
    }
    float trees = 0;
    if (parts->forest) {
        forest_margin(parts->forest, feature, scratch, &trees);
    }
    const double share = parts->forest ? (parts->n_net > 0 ? parts->tree_share : 1.0) : 0.0;
    const double mean = parts->n_net > 0 ? within(nets / parts->n_net, parts->cap) : 0.0;
    struct life_answer answer = {.remaining = share * within((double)trees, parts->cap) +
                                              (1 - share) * mean};
    const double width = width_at(parts, answer.remaining);
    answer.low = within(answer.remaining - width, parts->cap);
    answer.high = within(answer.remaining + width, parts->cap);
    answer.is_open = answer.high >= parts->cap;
    return answer;
}

maru_status life_unit_new(const struct life_model *model, struct life_unit **out, maru_error *err) {
    struct life_unit *unit = alloc_new(1, sizeof *unit);
    if (!unit) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    unit->model = model;
    arena_init(&unit->arena, LIFE_MAX_BYTES);
    maru_status st = unit_history_begin(&model->scale, &unit->arena, &unit->state, err);
    if (st == MARU_OK) {
        const size_t bytes = model->forest ? forest_scratch_bytes(model->forest) : 0;
        unit->feature =
            arena_take(&unit->arena, unit_history_n_feature(&model->scale), sizeof *unit->feature);
        unit->scratch = arena_take(&unit->arena, bytes / sizeof(double) + 1, sizeof *unit->scratch);
        st = unit->feature && unit->scratch ? MARU_OK : arena_refusal(&unit->arena, err);
    }
    if (st != MARU_OK) {
        life_unit_free(unit);
        return st;
    }
    *out = unit;
    return MARU_OK;
}

void life_unit_free(struct life_unit *unit) {
    if (unit) {
        arena_fini(&unit->arena);
        alloc_free(unit);
    }
}

void life_unit_clear(struct life_unit *unit) { unit_history_clear(&unit->state); }

maru_status life_unit_add(struct life_unit *unit, const float *x, double order, maru_error *err) {
    return unit_history_add(&unit->state, x, order, err);
}

maru_status life_unit_answer(struct life_unit *unit, struct life_answer *out, maru_error *err) {
    if (unit->state.n == 0) {
        return fail(err, MARU_E_USAGE, "a unit without a row has no remaining life");
    }
    unit_history_features(&unit->state, unit->feature);
    *out = life_answer_of(&unit->model->parts, unit->feature, unit->scratch);
    return MARU_OK;
}

// ---- bytes

// A part behind its length.
static void add_part(struct text *out, const struct text *part) {
    binary_add_u64(out, part->n_bytes);
    text_add(out, part->bytes ? part->bytes : "", part->n_bytes);
}

static maru_status add_parts(const struct life_parts *parts, struct text *out, struct text *part,
                             maru_error *err) {
    maru_status st = MARU_OK;
    unit_history_write(parts->scale, part);
    st = part->status == MARU_OK ? MARU_OK : fail(err, part->status, "the model does not fit");
    add_part(out, part);
    for (uint32_t k = 0; st == MARU_OK && k < parts->n_net; k++) {
        text_clear(part);
        st = net_write(parts->net[k], part, err);
        add_part(out, part);
    }
    if (st == MARU_OK && parts->forest) {
        text_clear(part);
        st = forest_write(parts->forest, part, err);
        add_part(out, part);
    }
    return st;
}

maru_status life_model_write(const struct life_parts *parts, struct text *out, maru_error *err) {
    if (parts->n_net > LIFE_MAX_NETS) {
        return fail(err, MARU_E_LIMIT, "more than %d nets", LIFE_MAX_NETS);
    }
    const size_t from = sealed_begin(out, its_name, VERSION);
    binary_add_u32(out, parts->n_net);
    binary_add_u32(out, parts->forest ? 1 : 0);
    binary_add_doubles(out, &parts->tree_share, 1);
    binary_add_doubles(out, &parts->cap, 1);
    binary_add_doubles(out, &parts->level, 1);
    binary_add_doubles(out, parts->width, LIFE_KNOTS);
    struct text part;
    text_init(&part, LIFE_MAX_BYTES);
    const maru_status st = add_parts(parts, out, &part, err);
    text_fini(&part);
    return st == MARU_OK ? sealed_end(out, from, err) : st;
}

static bool is_sound(const struct life_parts *p, uint32_t n_forest) {
    bool is_fine = p->n_net <= LIFE_MAX_NETS && n_forest <= 1 && p->n_net + n_forest > 0 &&
                   p->tree_share >= 0 && p->tree_share <= 1 && p->cap > 0 && p->level > 0 &&
                   p->level < 1;
    for (uint32_t k = 0; k < LIFE_KNOTS; k++) {
        is_fine = is_fine && p->width[k] >= 0;
    }
    return is_fine;
}

// The next part, or NULL.
static const unsigned char *part_of(struct binary *in, size_t *n) {
    const uint64_t n_bytes = binary_u64(in);
    *n = n_bytes <= LIFE_MAX_BYTES ? (size_t)n_bytes : SIZE_MAX;
    return binary_skip(in, *n);
}

static maru_status read_scale(struct binary *in, struct life_model *model, maru_error *err) {
    size_t n = 0;
    const unsigned char *part = part_of(in, &n);
    if (!part) {
        return fail(err, MARU_E_INPUT, "a model of life that contradicts itself");
    }
    struct binary of_scale = binary_of(part, n);
    const maru_status st = unit_history_read(&of_scale, &model->arena, &model->scale, err);
    if (st == MARU_OK && !binary_is_end(&of_scale)) {
        return fail(err, MARU_E_INPUT, "a model of life that contradicts itself");
    }
    return st;
}

static maru_status read_answers(struct binary *in, struct life_model *model, uint32_t n_forest,
                                maru_error *err) {
    const uint32_t n_feature = unit_history_n_feature(&model->scale);
    bool belong = true;
    for (uint32_t k = 0; k < model->parts.n_net + n_forest; k++) {
        size_t n = 0;
        const unsigned char *part = part_of(in, &n);
        if (!part) {
            return fail(err, MARU_E_INPUT, "a model of life that contradicts itself");
        }
        const bool is_net = k < model->parts.n_net;
        const maru_status st = is_net ? net_read(part, n, &model->net[k], err)
                                      : forest_read(part, n, &model->forest, err);
        if (st != MARU_OK) {
            return st;
        }
        if (is_net) {
            belong = belong && net_n_feature(model->net[k]) == n_feature;
        } else {
            const struct forest_shape shape = forest_shape_of(model->forest);
            belong = belong && shape.n_feature == n_feature && shape.n_group == 1 &&
                     shape.goal == FOREST_NUMBER;
        }
    }
    return belong && binary_is_end(in)
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "a model of life that contradicts itself");
}

maru_status life_model_read(const void *bytes, size_t n, struct life_model **out, maru_error *err) {
    struct binary in;
    char fingerprint[33];
    maru_status st = sealed_open(bytes, n, its_name, VERSION, &in, fingerprint, err);
    if (st != MARU_OK) {
        return st;
    }
    struct life_model *model = alloc_new(1, sizeof *model);
    if (!model) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&model->arena, LIFE_MAX_BYTES);
    struct life_parts *p = &model->parts;
    p->n_net = binary_u32(&in);
    const uint32_t n_forest = binary_u32(&in);
    binary_doubles(&in, &p->tree_share, 1);
    binary_doubles(&in, &p->cap, 1);
    binary_doubles(&in, &p->level, 1);
    binary_doubles(&in, p->width, LIFE_KNOTS);
    if (in.is_bad || !is_sound(p, n_forest)) {
        st = fail(err, MARU_E_INPUT, "no model of life that this version knows");
        p->n_net = 0;
        goto done;
    }
    st = read_scale(&in, model, err);
    if (st != MARU_OK || (st = read_answers(&in, model, n_forest, err)) != MARU_OK) {
        goto done;
    }
    p->scale = &model->scale;
    p->net = model->net;
    p->forest = model->forest;
    *out = model;
    model = NULL;
done:
    life_model_free(model);
    return st;
}

void life_model_free(struct life_model *model) {
    if (model) {
        for (uint32_t k = 0; k < LIFE_MAX_NETS; k++) {
            net_free(model->net[k]);
        }
        forest_free(model->forest);
        arena_fini(&model->arena);
        alloc_free(model);
    }
}

const struct life_parts *life_model_parts(const struct life_model *model) { return &model->parts; }
