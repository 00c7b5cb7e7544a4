#include "study/models/predictions.h"

#include <math.h>

#include "base/status.h"
#include "study/json_writer.h"
#include "study/quality/sentences.h"
#include "train/explaining.h"

#define PREDICTIONS_MAX_BYTES ((size_t)16 << 30)
enum { NAME_BYTES = 1 << 16 };

// ---- why

static void find_strongest(const double *added, const float *x, uint32_t n,
                           struct prediction_why *why) {
    for (uint32_t k = 0; k < PREDICTIONS_WHY; k++) {
        why[k] = (struct prediction_why){.feature = UINT32_MAX};
        for (uint32_t f = 0; f < n; f++) {
            bool is_taken = added[f] == 0;
            for (uint32_t j = 0; j < k; j++) {
                is_taken = is_taken || why[j].feature == f;
            }
            if (!is_taken &&
                (why[k].feature == UINT32_MAX || fabs(added[f]) > fabs(why[k].added))) {
                why[k] = (struct prediction_why){f, added[f], x[f]};
            }
        }
    }
}

static maru_status explain(const struct fitted_model *model, const float *x, struct predictions *p,
                           maru_error *err) {
    enum { BLOCK = 1000 };
    const uint32_t n_feature = model->recipe.n_feature;
    struct prediction_why *why =
        arena_take(&p->arena, (size_t)p->n_row * PREDICTIONS_WHY + 1, sizeof *why);
    double *added = arena_take(&p->arena, (size_t)BLOCK * n_feature, sizeof *added);
    double *usual = arena_take(&p->arena, BLOCK, sizeof *usual);
    uint32_t *group = arena_take(&p->arena, BLOCK, sizeof *group);
    if (!why || !added || !usual || !group) {
        return arena_refusal(&p->arena, err);
    }
    struct explainer *explainer = NULL;
    maru_status st = explainer_open(model, &explainer, err);
    for (uint32_t at = 0; st == MARU_OK && at < p->n_row; at += BLOCK) {
        const uint32_t n = p->n_row - at < BLOCK ? p->n_row - at : BLOCK;
        for (uint32_t i = 0; i < n; i++) {
            group[i] = p->answer[at + i].answer;
        }
        const struct explained rows = {x + (size_t)at * n_feature, group, n};
        st = explainer_ask(explainer, &rows, added, usual, err);
        for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
            find_strongest(added + (size_t)i * n_feature, rows.x + (size_t)i * n_feature, n_feature,
                           why + (size_t)(at + i) * PREDICTIONS_WHY);
        }
    }
    explainer_close(explainer);
    p->why = why;
    return st;
}

// ---- asking

maru_status predictions_make(const struct fitted_model *model, const struct frame *frame,
                             bool wants_why, struct predictions *out, maru_error *err) {
    struct predictions made = {.n_row = frame->n_row, .line = frame->line};
    arena_init(&made.arena, PREDICTIONS_MAX_BYTES);
    const size_t n = (size_t)frame->n_row + 1;
    float *x = arena_take(&made.arena, n * model->recipe.n_feature, sizeof *x);
    struct model_answer *answer = arena_take(&made.arena, n, sizeof *answer);
    double *probability = model->goal == MODEL_CLASS
                              ? arena_take(&made.arena, n * model->n_class, sizeof *probability)
                              : NULL;
    const bool has_room = x && answer && (probability || model->goal != MODEL_CLASS);
    maru_status st = has_room
                         ? recipe_apply(&model->recipe, frame, NULL, made.n_row, x, &made.fit, err)
                         : arena_refusal(&made.arena, err);
    st = st == MARU_OK ? fitted_model_answer_rows(model, x, made.n_row, answer, probability, err)
                       : st;
    if (st != MARU_OK) {
        arena_fini(&made.arena);
        return st;
    }
    for (uint32_t i = 0; i < made.n_row; i++) {
        made.n_outside += answer[i].n_outside > 0;
        made.n_alarm += answer[i].is_alarm;
    }
    made.answer = answer;
    made.probability = probability;
    st = wants_why ? explain(model, x, &made, err) : MARU_OK;
    if (st != MARU_OK) {
        arena_fini(&made.arena);
        return st;
    }
    *out = made;
    return MARU_OK;
}

void predictions_fini(struct predictions *predictions) {
    arena_fini(&predictions->arena);
    *predictions = (struct predictions){0};
}

// ---- one number a line

static void add_plain(struct text *out, const struct fitted_model *model,
                      const struct predictions *p) {
    for (uint32_t i = 0; i < p->n_row; i++) {
        if (model->goal == MODEL_CLASS) {
            text_addz(out, model->class_name[p->answer[i].answer]);
        } else {
            text_add_double(out, p->answer[i].value);
        }
        text_addz(out, "\n");
    }
}

// ---- CSV

static void add_head(struct text *out, const struct fitted_model *model, bool has_why) {
    switch ((enum model_goal)model->goal) {
    case MODEL_YES_NO:
        text_addz(out, "line,probability,alarm");
        break;
    case MODEL_CLASS:
        text_addz(out, "line,class,probability,classes_left");
        for (uint32_t k = 0; k < model->n_class; k++) {
            text_addz(out, ",");
            text_add_csv(out, model->class_name[k]);
        }
        break;
    case MODEL_NUMBER:
    case N_MODEL_GOAL:
    default:
        text_addz(out, "line,prediction,low,high");
        break;
    }
    text_addz(out, has_why ? ",missing,outside,outside_of,why\n" : ",missing,outside,outside_of\n");
}

static void add_number(struct text *out, double value) {
    text_addz(out, ",");
    if (isfinite(value)) {
        text_add_double(out, value);
    }
}

static void add_answer(struct text *out, const struct fitted_model *model,
                       const struct predictions *p, uint32_t i) {
    const struct model_answer *answer = &p->answer[i];
    if (model->goal == MODEL_CLASS) {
        text_addz(out, ",");
        text_add_csv(out, model->class_name[answer->answer]);
    }
    add_number(out, answer->value);
    if (model->goal == MODEL_YES_NO) {
        text_addz(out, answer->is_alarm ? ",1" : ",0");
    } else if (model->goal == MODEL_NUMBER) {
        add_number(out, answer->low);
        add_number(out, answer->high);
    } else {
        text_addf(out, ",%u", answer->n_in_set);
        for (uint32_t k = 0; k < model->n_class; k++) {
            add_number(out, p->probability[(size_t)i * model->n_class + k]);
        }
    }
}

// "3존온도 [℃] 85.2: up (+1.3)"; what it adds to is log odds, a log weight or the number itself.
static void add_reason(struct text *out, const struct fitted_model *model,
                       const struct prediction_why *why, enum lang lang) {
    struct text name;
    text_init(&name, NAME_BYTES);
    recipe_name_feature(&model->recipe, why->feature, &name);
    const bool is_word = model->recipe.feature[why->feature].form == FEATURE_WORD;
    const char *value = isnan(why->value)   ? word(lang, W_WHY_MISSING)
                        : !is_word          ? told_number((double)why->value).text
                        : why->value > 0.5F ? word(lang, W_WHY_YES)
                                            : word(lang, W_WHY_NO);
    words_add(out, lang, why->added > 0 ? W_WHY_UP : W_WHY_DOWN,
              (const char *const[]){name.bytes ? name.bytes : "", value,
                                    told_number(fabs(why->added)).text, NULL});
    text_fini(&name);
}

static void add_reasons(struct text *out, const struct fitted_model *model,
                        const struct prediction_why *why, enum lang lang) {
    for (uint32_t k = 0; k < PREDICTIONS_WHY && why[k].feature != UINT32_MAX; k++) {
        text_addz(out, k > 0 ? "; " : "");
        add_reason(out, model, &why[k], lang);
    }
}

// The first feature outside of what the model has seen; `name` is then text_fini's.
static void name_outside(const struct fitted_model *model, const struct model_answer *answer,
                         struct text *name) {
    text_init(name, NAME_BYTES);
    recipe_name_feature(&model->recipe, answer->outside, name);
}

static void add_row(struct text *out, const struct fitted_model *model, const struct predictions *p,
                    uint32_t i, enum lang lang) {
    const struct model_answer *answer = &p->answer[i];
    text_addf(out, "%u", p->line[i]);
    add_answer(out, model, p, i);
    text_addf(out, ",%u,%u,", answer->n_missing, answer->n_outside);
    if (answer->n_outside > 0) {
        struct text name;
        name_outside(model, answer, &name);
        text_add_csv(out, name.bytes ? name.bytes : "");
        text_fini(&name);
    }
    if (p->why) {
        struct text reasons;
        text_init(&reasons, NAME_BYTES);
        add_reasons(&reasons, model, p->why + (size_t)i * PREDICTIONS_WHY, lang);
        text_addz(out, ",");
        text_add_csv(out, reasons.bytes ? reasons.bytes : "");
        text_fini(&reasons);
    }
    text_addz(out, "\n");
}

// ---- JSON

static void add_why_json(struct json *json, const struct fitted_model *model,
                         const struct prediction_why *why) {
    json_open_list(json, "why");
    for (uint32_t k = 0; k < PREDICTIONS_WHY && why[k].feature != UINT32_MAX; k++) {
        struct text name;
        text_init(&name, NAME_BYTES);
        recipe_name_feature(&model->recipe, why[k].feature, &name);
        json_open_object(json, NULL);
        json_add_string(json, "feature", name.bytes ? name.bytes : "");
        json_add_number(json, "value", (double)why[k].value);
        json_add_number(json, "added", why[k].added);
        json_close(json);
        text_fini(&name);
    }
    json_close(json);
}

static void add_json(struct text *out, const struct fitted_model *model,
                     const struct predictions *p) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "model", model->fingerprint);
    json_add_string(&json, "target", model->target);
    json_add_count(&json, "n_outside", p->n_outside);
    json_open_list(&json, "predictions");
    for (uint32_t i = 0; i < p->n_row; i++) {
        const struct model_answer *answer = &p->answer[i];
        json_open_object(&json, NULL);
        json_add_count(&json, "line", p->line[i]);
        json_add_number(&json, "value", answer->value);
        if (model->goal == MODEL_YES_NO) {
            json_add_bool(&json, "is_alarm", answer->is_alarm);
        } else if (model->goal == MODEL_NUMBER) {
            json_add_number(&json, "low", answer->low);
            json_add_number(&json, "high", answer->high);
        } else {
            json_add_string(&json, "class", model->class_name[answer->answer]);
            json_add_count(&json, "classes_left", answer->n_in_set);
        }
        json_add_count(&json, "n_missing", answer->n_missing);
        json_add_count(&json, "n_outside", answer->n_outside);
        if (answer->n_outside > 0) {
            struct text name;
            name_outside(model, answer, &name);
            json_add_string(&json, "outside", name.bytes ? name.bytes : "");
            text_fini(&name);
        }
        if (p->why) {
            add_why_json(&json, model, p->why + (size_t)i * PREDICTIONS_WHY);
        }
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}

void predictions_add(struct text *out, const struct fitted_model *model,
                     const struct predictions *predictions, enum predictions_form form,
                     enum lang lang) {
    if (form == PREDICTIONS_JSON) {
        add_json(out, model, predictions);
    } else if (form == PREDICTIONS_PLAIN) {
        add_plain(out, model, predictions);
    } else {
        add_head(out, model, predictions->why != NULL);
        for (uint32_t i = 0; i < predictions->n_row; i++) {
            add_row(out, model, predictions, i, lang);
        }
    }
}
