// What a model answers, and the words of its card. Its bytes: fitted_model_bytes.c.

#include "learn/models/fitted_model.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

enum { BLOCK_ROWS = 256 };

void fitted_model_fini(struct fitted_model *model) {
    predictor_free(model->predictor);
    arena_fini(&model->arena);
    *model = (struct fitted_model){0};
}

// ---- answers

static void look_outside(const struct fitted_model *model, const float *x,
                         struct model_answer *out) {
    out->outside = UINT32_MAX;
    for (uint32_t f = 0; f < model->recipe.n_feature; f++) {
        const struct drift_reference *seen = &model->reference[f];
        out->n_missing += isnan(x[f]) != 0;
        if ((double)x[f] < seen->least || (double)x[f] > seen->most) {
            out->outside = out->n_outside++ == 0 ? f : out->outside;
        }
    }
}

static void answer_class(const struct fitted_model *model, const float *margin, double *probability,
                         bool *is_in, struct model_answer *out) {
    for (uint32_t k = 0; k < model->n_class; k++) {
        probability[k] = (double)margin[k];
    }
    predictor_soften(probability, model->n_class);
    for (uint32_t k = 1; k < model->n_class; k++) {
        out->answer = probability[k] > probability[out->answer] ? k : out->answer;
    }
    out->value = probability[out->answer];
    out->n_in_set = conformal_set_of(&model->sets, probability, is_in);
}

static void answer_number(const struct fitted_model *model, float margin,
                          struct model_answer *out) {
    out->value = (double)margin;
    const struct conformal_interval around =
        conformal_around(&model->conformal, out->value, out->value, 1, UINT32_MAX);
    out->low = around.low;
    out->high = around.high;
}

static void answer_row(const struct fitted_model *model, const float *margin, double *probability,
                       bool *is_in, struct model_answer *out) {
    switch ((enum model_goal)model->goal) {
    case MODEL_YES_NO:
        out->value = calibration_answer(&model->calibration, (double)margin[0]);
        out->is_alarm = out->value >= model->threshold;
        break;
    case MODEL_CLASS:
        answer_class(model, margin, probability, is_in, out);
        break;
    case MODEL_NUMBER:
        answer_number(model, margin[0], out);
        break;
    case N_MODEL_GOAL:
    default:
        break;
    }
}

static void answer_block(const struct fitted_model *model, const float *x, uint32_t n_row,
                         const struct answer_room *room, struct model_answer *answer,
                         double *probability) {
    const uint32_t n_group = predictor_shape_of(model->predictor).n_group;
    predictor_margins(model->predictor, x, n_row, room->scratch, room->margin);
    for (uint32_t i = 0; i < n_row; i++) {
        double *of_row = probability ? probability + (size_t)i * model->n_class : room->probability;
        answer[i] = (struct model_answer){.low = (double)NAN, .high = (double)NAN};
        look_outside(model, x + (size_t)i * model->recipe.n_feature, &answer[i]);
        answer_row(model, room->margin + (size_t)i * n_group, of_row, room->is_in, &answer[i]);
    }
}

maru_status answer_room_init(const struct fitted_model *model, struct answer_room *room,
                             maru_error *err) {
    const uint32_t n_group = predictor_shape_of(model->predictor).n_group;
    arena_init(&room->arena, SIZE_MAX / 2);
    room->scratch = arena_take(&room->arena, predictor_scratch_bytes(model->predictor) + 1, 1);
    room->margin = arena_take(&room->arena, (size_t)BLOCK_ROWS * n_group, sizeof(float));
    room->probability = arena_take(&room->arena, (size_t)model->n_class + 1, sizeof(double));
    room->is_in = arena_take(&room->arena, (size_t)model->n_class + 1, sizeof(bool));
    return room->scratch && room->margin && room->probability && room->is_in
               ? MARU_OK
               : arena_refusal(&room->arena, err);
}

void answer_room_fini(struct answer_room *room) {
    arena_fini(&room->arena);
    *room = (struct answer_room){0};
}

void fitted_model_answer_one(const struct fitted_model *model, const float *x,
                             struct answer_room *room, struct model_answer *answer) {
    answer_block(model, x, 1, room, answer, NULL);
}

maru_status fitted_model_answer_rows(const struct fitted_model *model, const float *x,
                                     uint32_t n_row, struct model_answer *answer,
                                     double *probability, maru_error *err) {
    struct answer_room room;
    const maru_status st = answer_room_init(model, &room, err);
    for (uint32_t at = 0; st == MARU_OK && at < n_row; at += BLOCK_ROWS) {
        const uint32_t n = n_row - at < BLOCK_ROWS ? n_row - at : BLOCK_ROWS;
        answer_block(model, x + (size_t)at * model->recipe.n_feature, n, &room, answer + at,
                     probability ? probability + (size_t)at * model->n_class : NULL);
    }
    answer_room_fini(&room);
    return st;
}

double model_error(enum model_goal goal, double value, double truth) {
    const double off = fabs(truth - value);
    return goal == MODEL_YES_NO ? off * off : off;
}

// ---- what training rows looked like

void fitted_model_weigh(const struct fitted_model *model, double *weight) {
    const struct model_card *card = &model->card;
    const uint32_t n = model->recipe.n_feature;
    double left = 1.0;
    memset(weight, 0, n * sizeof *weight);
    for (uint32_t i = 0; i < card->n_suspect; i++) {
        const double share = card->suspect[i].share;
        const bool is_share = share > 0.0 && share <= 1.0;
        weight[card->suspect[i].feature] = is_share ? fmin(share, fmax(left, 0.0)) : 0.0;
        left -= is_share ? share : 0.0;
    }
    for (uint32_t f = 0; f < n && card->n_suspect < n; f++) {
        if (weight[f] == 0.0) {
            weight[f] = fmax(left, 0.0) / (n - card->n_suspect);
        }
    }
}

maru_status fitted_model_find_wander(struct fitted_model *model, const float *x, uint32_t n_row,
                                     struct arena *arena, maru_error *err) {
    const struct recipe *recipe = &model->recipe;
    struct wander_words *words = arena_take(arena, (size_t)recipe->n_column + 1, sizeof *words);
    double *weight = arena_take(arena, (size_t)recipe->n_feature + 1, sizeof *weight);
    if (!words || !weight) {
        return arena_refusal(arena, err);
    }
    struct wander_input input = {.x = x,
                                 .n_row = n_row,
                                 .n_feature = recipe->n_feature,
                                 .reference = model->reference,
                                 .weight = weight,
                                 .words = words};
    fitted_model_weigh(model, weight);
    for (uint32_t f = 0; f < recipe->n_feature; f++) {
        const struct feature *feature = &recipe->feature[f];
        if (feature->form == FEATURE_WORD) {
            weight[f] = 0.0;
            words[input.n_words] = (struct wander_words){f, recipe->column[feature->column].n_word};
            input.n_words += feature->word == 0;
        }
    }
    return wander_find(&input, arena, &model->wander, err);
}

// ---- words

const char *model_goal_name(enum model_goal goal, bool is_korean) {
#define X(name, english, korean) {english, korean},
    static const char *const words[][2] = {MODEL_GOALS(X)};
#undef X
    return words[goal][is_korean];
}

const char *card_figure_name(enum card_figure_kind figure, bool is_korean) {
#define X(name, is_less, is_share, english, korean) {english, korean},
    static const char *const words[][2] = {CARD_FIGURES(X)};
#undef X
    return words[figure][is_korean];
}

bool card_figure_is_less_better(enum card_figure_kind figure) {
#define X(name, is_less, is_share, english, korean) is_less,
    static const bool is_less_better[] = {CARD_FIGURES(X)};
#undef X
    return is_less_better[figure];
}

bool card_figure_is_share(enum card_figure_kind figure) {
#define X(name, is_less, is_share, english, korean) is_share,
    static const bool is_share_of[] = {CARD_FIGURES(X)};
#undef X
    return is_share_of[figure];
}

const char *card_split_name(enum card_split split, bool is_korean) {
#define X(name, english, korean) {english, korean},
    static const char *const words[][2] = {CARD_SPLITS(X)};
#undef X
    return words[split][is_korean];
}

const char *card_warning_text(enum card_warning warning, bool is_korean) {
#define X(name, english, korean) {english, korean},
    static const char *const words[][2] = {CARD_WARNINGS(X)};
#undef X
    return words[warning][is_korean];
}
