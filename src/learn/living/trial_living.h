// For tests: a world of known truth, and a model that was learned from it.
//
// Four numbers a, b, c, d (columns "a.mean" ...), each standard normal, with a correlation from row to row, and a tool A or B; the number to be told is
// 2 a + b + noise, where the chance of yes is 1 / (1 + exp(1 - 2 a - b)), and the classes x, y, z have log weights a, b and 0. Where products are made in
// campaigns, the means of all four belong to the product.
#ifndef LEARN_TRIAL_LIVING_H
#define LEARN_TRIAL_LIVING_H

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/distribution.h"
#include "base/random.h"
#include "learn/living/living_rows.h"
#include "learn/models/linear_model.h"

enum { TRIAL_CELLS = 5, TRIAL_FEATURES = 6, TRIAL_GROUPS = 3, TRIAL_BINS = 10 };

struct trial_world {
    uint64_t seed, row;
    uint8_t goal;
    double alike;       // correlation of a row's numbers with those of the row before
    bool is_half_known; // the model knows A and another tool, which never comes
    double shift;       // added to a
    double slope;       // added to the shift with each row
    double bias;        // added to the number to be told, log odds, log weight of x
    double now[4];      // a, b, c, d without the shift and the product's mean
    double gap;         // from one product's mean to the next one's
    uint32_t n_product; // 0: there is but one
    uint32_t
        campaign; // rows of a product before the next one, by half more or less; 1: drawn anew for each row
    bool is_named;            // the tool's word is the product's name
    uint32_t product, n_left; // the one that is made now; rows that are left of its campaign
};

struct trial_living_row {
    struct recipe_cell cell[TRIAL_CELLS];
    double truth; // a number, 0 or 1, a class
};

static const char *const trial_columns[TRIAL_CELLS] = {"a.mean", "b.mean", "c.mean", "d.mean",
                                                       "tool"};

static inline double trial_chance(uint64_t seed, uint64_t row, uint64_t what) {
    const struct random_block block = random_at(seed, what, row);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static inline double trial_truth(const struct trial_world *w, double a, double b) {
    const double luck = trial_chance(w->seed, w->row, 10);
    if (w->goal == MODEL_NUMBER) {
        return 2 * a + b + exact_normal_quantile(luck) + w->bias;
    }
    if (w->goal == MODEL_YES_NO) {
        return luck < 1 / (1 + exact_exp(1 - 2 * a - b - w->bias)) ? 1 : 0;
    }
    double p[TRIAL_GROUPS] = {a + w->bias, b, 0};
    predictor_soften(p, TRIAL_GROUPS);
    return luck < p[0] ? 0 : luck < p[0] + p[1] ? 1 : 2;
}

// The product of the next row: the same, or another one of those that there are.
static inline void trial_campaign(struct trial_world *w) {
    if (w->n_product == 0) {
        return;
    }
    if (w->campaign <= 1) {
        w->product = (uint32_t)(trial_chance(w->seed, w->row, 11) * w->n_product);
    } else if (w->n_left == 0) {
        w->product = (w->product + 1) % w->n_product;
        w->n_left = (uint32_t)(w->campaign * (0.5 + trial_chance(w->seed, w->row, 12))) + 1;
    }
    w->n_left -= w->n_left > 0;
}

static inline const char *trial_tool(const struct trial_world *w) {
    static const char *const product[] = {"A", "B", "C", "D"};
    return w->is_named ? product[w->product] : trial_chance(w->seed, w->row, 4) < 0.5 ? "A" : "B";
}

static inline struct trial_living_row trial_next(struct trial_world *w) {
    struct trial_living_row row = {.truth = 0};
    trial_campaign(w);
    for (uint32_t k = 0; k < 4; k++) {
        const double z = exact_normal_quantile(trial_chance(w->seed, w->row, k));
        w->now[k] = w->row == 0 ? z : w->alike * w->now[k] + sqrt(1 - w->alike * w->alike) * z;
        const double mean = w->n_product > 0 ? w->gap * (w->product - (w->n_product - 1) / 2.0) : 0;
        const double at = w->now[k] + (k % 2 == 0 ? mean : -mean);
        row.cell[k] = (struct recipe_cell){NULL, at + (k == 0 ? w->shift : 0)};
    }
    w->shift += w->slope;
    row.cell[4] = (struct recipe_cell){trial_tool(w), 0};
    row.truth = trial_truth(w, row.cell[0].number, row.cell[1].number);
    w->row++;
    return row;
}

static inline struct predictor *trial_predictor(uint8_t goal) {
    static const float low[TRIAL_FEATURES] = {-100, -100, -100, -100, -100, -100};
    static const float high[TRIAL_FEATURES] = {100, 100, 100, 100, 100, 100};
    static const float center[TRIAL_FEATURES];
    static const double missing[TRIAL_GROUPS * TRIAL_FEATURES];
    static const double one[TRIAL_FEATURES] = {2, 1};
    static const double three[TRIAL_GROUPS * TRIAL_FEATURES] = {1, 0, 0, 0, 0, 0, 0, 1};
    const double base[TRIAL_GROUPS] = {goal == MODEL_YES_NO ? -1 : 0};
    const bool is_class = goal == MODEL_CLASS;
    const struct linear_draft draft = {{is_class               ? LINEAR_CLASS
                                        : goal == MODEL_YES_NO ? LINEAR_YES_NO
                                                               : LINEAR_NUMBER,
                                        TRIAL_FEATURES, is_class ? TRIAL_GROUPS : 1},
                                       low,
                                       high,
                                       center,
                                       base,
                                       is_class ? three : one,
                                       missing};
    struct linear_model *linear = NULL;
    struct predictor *out = NULL;
    struct text bytes;
    text_init(&bytes, 1 << 20);
    if (linear_model_make(&draft, &linear, NULL) == MARU_OK &&
        linear_model_write(linear, &bytes, NULL) == MARU_OK &&
        predictor_read(PREDICTOR_LINEAR, bytes.bytes, bytes.n_bytes, &out, NULL) != MARU_OK) {
        out = NULL;
    }
    linear_model_free(linear);
    text_fini(&bytes);
    return out;
}

// How wrong the model is in its own world.
static inline double trial_error(const struct trial_living_row *row, uint8_t goal) {
    const double a = row->cell[0].number, b = row->cell[1].number;
    if (goal == MODEL_NUMBER) {
        return model_error(MODEL_NUMBER, 2 * a + b, row->truth);
    }
    if (goal == MODEL_YES_NO) {
        return model_error(MODEL_YES_NO, 1 / (1 + exact_exp(1 - 2 * a - b)), row->truth);
    }
    double p[TRIAL_GROUPS] = {a, b, 0};
    predictor_soften(p, TRIAL_GROUPS);
    return model_error(MODEL_CLASS, p[(uint32_t)row->truth], 1);
}

static inline void trial_recipe(struct fitted_model *m, bool is_half_known) {
    static const char *const tools[] = {"A", "B"}, *const half[] = {"A", "Z"};
    static const struct recipe_column column[TRIAL_CELLS] = {{"a.mean", "", NULL, 0, FRAME_NUMBER},
                                                             {"b.mean", "", NULL, 0, FRAME_NUMBER},
                                                             {"c.mean", "", NULL, 0, FRAME_NUMBER},
                                                             {"d.mean", "", NULL, 0, FRAME_NUMBER},
                                                             {"tool", "", tools, 2, FRAME_WORD}};
    static const struct recipe_column other[TRIAL_CELLS] = {{"a.mean", "", NULL, 0, FRAME_NUMBER},
                                                            {"b.mean", "", NULL, 0, FRAME_NUMBER},
                                                            {"c.mean", "", NULL, 0, FRAME_NUMBER},
                                                            {"d.mean", "", NULL, 0, FRAME_NUMBER},
                                                            {"tool", "", half, 2, FRAME_WORD}};
    static const struct feature feature[TRIAL_FEATURES] = {
        {FEATURE_NUMBER, 0, 0}, {FEATURE_NUMBER, 1, 0}, {FEATURE_NUMBER, 2, 0},
        {FEATURE_NUMBER, 3, 0}, {FEATURE_WORD, 4, 0},   {FEATURE_WORD, 4, 1}};
    m->recipe = (struct recipe){.column = is_half_known ? other : column,
                                .feature = feature,
                                .n_column = TRIAL_CELLS,
                                .n_feature = TRIAL_FEATURES};
}

// What n rows looked like, and how wrong the model was for them.
static inline bool trial_learn(struct fitted_model *m, struct trial_world *world, uint32_t n,
                               struct arena *arena) {
    double *x = arena_take(arena, (size_t)n * TRIAL_FEATURES, sizeof *x);
    float *rows = arena_take(arena, (size_t)n * TRIAL_FEATURES, sizeof *rows);
    double *error = arena_take(arena, n, sizeof *error);
    struct drift_reference *reference = arena_take(arena, TRIAL_FEATURES, sizeof *reference);
    bool is_good = x && rows && error && reference;
    for (uint32_t i = 0; is_good && i < n; i++) {
        const struct trial_living_row row = trial_next(world);
        for (uint32_t f = 0; f < 4; f++) {
            x[(size_t)f * n + i] = (double)(float)row.cell[f].number;
        }
        x[(size_t)4 * n + i] = row.cell[4].word[0] == 'A';
        x[(size_t)5 * n + i] = row.cell[4].word[0] == 'B' && !world->is_half_known;
        for (uint32_t f = 0; f < TRIAL_FEATURES; f++) {
            rows[(size_t)i * TRIAL_FEATURES + f] = (float)x[(size_t)f * n + i];
        }
        error[i] = trial_error(&row, world->goal);
    }
    for (uint32_t f = 0; is_good && f < TRIAL_FEATURES; f++) {
        is_good = drift_keep_numbers(x + (size_t)f * n, n, TRIAL_BINS, arena, &reference[f],
                                     NULL) == MARU_OK;
    }
    if (is_good) {
        double spell = 1;
        is_good = wander_spell_of(error, n, arena, &spell, NULL) == MARU_OK;
        empirical_sort(error, n);
        const uint32_t kept = n < MODEL_MAX_ERRORS ? n : MODEL_MAX_ERRORS;
        for (uint32_t i = 0; kept < n && i < kept; i++) {
            error[i] = error[(2 * (uint64_t)i + 1) * n / (2 * (uint64_t)kept)];
        }
        m->errors = (struct model_errors){error, kept, n, spell};
        m->reference = reference;
        is_good = is_good && fitted_model_find_wander(m, rows, n, arena, NULL) == MARU_OK;
    }
    return is_good;
}

static inline void trial_doubt(struct fitted_model *m, double width[2], double bound[3]) {
    static const bool is_own[TRIAL_GROUPS];
    m->level = 0.8;
    width[0] = width[1] =
        m->errors.n > 0 ? conformal_quantile(m->errors.sorted, m->errors.n, 0.8) : (double)INFINITY;
    bound[0] = bound[1] = bound[2] = 0.7;
    m->calibration = (struct calibration){.kind = CALIBRATION_PLATT, .slope = 1};
    m->miss_cost = m->false_alarm_cost = 1;
    m->threshold = 0.5;
    m->conformal = (struct conformal){
        .level = 0.8, .below = &width[0], .above = &width[1], .is_own = is_own, .n = m->errors.n};
    m->sets = (struct conformal_sets){
        .level = 0.8, .n = m->errors.n, .n_class = m->n_class, .bound = bound, .is_own = is_own};
}

// The bytes of a model of this world, whose reference is its next n rows; empty where there is no memory.
static inline void trial_living_bytes(struct trial_world *world, uint32_t n, struct text *out) {
    static const char *const class_name[TRIAL_GROUPS] = {"x", "y", "z"};
    struct arena arena;
    double width[2], bound[TRIAL_GROUPS];
    struct fitted_model m = {.goal = world->goal, .target = "t", .unit = "", .bad = "1"};
    arena_init(&arena, 1 << 26);
    m.class_name = class_name;
    m.n_class = world->goal == MODEL_CLASS ? TRIAL_GROUPS : 0;
    m.card = (struct model_card){.title = "trial", .version = "", .group = ""};
    m.card.suspect[0] = (struct card_suspect){0, 0.6, 1};
    m.card.suspect[1] = (struct card_suspect){1, 0.3, 1};
    m.card.n_suspect = 2;
    trial_recipe(&m, world->is_half_known);
    m.predictor = trial_predictor(world->goal);
    text_init(out, 1 << 26);
    if (m.predictor && trial_learn(&m, world, n, &arena)) {
        trial_doubt(&m, width, bound);
        if (fitted_model_write(&m, out, NULL) != MARU_OK) {
            text_clear(out);
        }
    }
    predictor_free(m.predictor);
    arena_fini(&arena);
}

#endif
