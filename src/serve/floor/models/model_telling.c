#include "serve/floor/models/model_telling.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/json_writer.h"
#include "study/words/korean.h"

// A prediction says what people and charts want, and besides, for classes, all probabilities (p, in the order of the model's classes), from which
// its error follows when the truth is there.

const char *model_reason_name(enum living_reason reason) {
    return reason == LIVING_INPUTS ? "inputs" : reason == LIVING_ERRORS ? "errors" : "";
}

static void add_number(struct text *out, const char *key, double value) {
    if (isfinite(value)) {
        text_addf(out, ",\"%s\":", key);
        text_add_double(out, value);
    }
}

// ---- predictions

static void add_outside(struct text *out, const struct living *living,
                        const struct model_answer *answer) {
    struct text name;
    if (answer->outside == UINT32_MAX) {
        return;
    }
    text_init(&name, 4096);
    recipe_name_feature(&living->model.recipe, answer->outside, &name);
    text_addz(out, ",\"outside\":");
    text_add_json(out, name.bytes ? name.bytes : "");
    text_fini(&name);
}

static void add_class(struct text *out, const struct living *living,
                      const struct model_answer *answer) {
    const struct fitted_model *model = &living->model;
    text_addz(out, ",\"class\":");
    text_add_json(out, model->class_name[answer->answer]);
    text_addz(out, ",\"p\":[");
    for (uint32_t k = 0; k < model->n_class; k++) {
        text_addz(out, k > 0 ? "," : "");
        text_add_double(out, living->room.probability[k]);
    }
    text_addz(out, "]");
}

static void add_side(struct text *out, const struct model_side *side,
                     const struct model_answer *answer) {
    text_addf(out, "\"version\":%lld", (long long)side->version);
    add_number(out, "value", answer->value);
    add_number(out, "low", answer->low);
    add_number(out, "high", answer->high);
    if (side->living->model.goal == MODEL_YES_NO) {
        text_addf(out, ",\"is_alarm\":%s", answer->is_alarm ? "true" : "false");
    } else if (side->living->model.goal == MODEL_CLASS) {
        add_class(out, side->living, answer);
    }
    add_outside(out, side->living, answer);
}

void model_telling_detail(const struct model_live *model, const struct model_said *said,
                          struct text *out) {
    text_addz(out, "{\"model\":");
    text_add_json(out, model->id);
    text_addz(out, ",");
    add_side(out, &model->side[SIDE_CHAMPION], &said->answer[SIDE_CHAMPION]);
    text_addf(out, ",\"is_used\":%s", model->is_on ? "true" : "false");
    if (model->side[SIDE_CHALLENGER].living) {
        text_addz(out, ",\"challenger\":{");
        add_side(out, &model->side[SIDE_CHALLENGER], &said->answer[SIDE_CHALLENGER]);
        text_addz(out, "}");
    }
    text_addz(out, "}");
}

void model_telling_event(struct model_watch *watch, const struct model_live *model,
                         const struct model_said *said, const struct text *detail) {
    const struct event event = {.at_us = said->span->until_us,
                                .kind = EVENT_PREDICTION,
                                .source = said->place->tool,
                                .name = model->name,
                                .lot = window_span_text(said->span, SPAN_LOT),
                                .wafer = window_span_text(said->span, SPAN_WAFER),
                                .recipe = window_span_text(said->span, SPAN_RECIPE),
                                .step = window_span_text(said->span, SPAN_STEP),
                                .detail = detail->bytes};
    if (detail->status == MARU_OK) {
        news_add_event(watch->news, &event);
    } else {
        watch->news->n_dropped++;
    }
}

// ---- signals

struct telling {
    const char *tool, *model; // tool "": of the model alone
    const char *asset;
};

static maru_status declare(struct model_watch *watch, const struct telling *of,
                           const char *const suffix[], size_t n, int64_t *id, maru_error *err) {
    struct signal_row row[N_MODEL_PART];
    char name[N_MODEL_PART][SIGNALS_MAX_NAME_BYTES];
    for (size_t i = 0; i < n; i++) {
        const char *where = of->tool[0] ? of->tool : "models";
        const int n_name = snprintf(name[i], sizeof name[i], "%s/%s/%s.%s", NEWS_SOURCE, where,
                                    of->model, suffix[i]);
        if (n_name < 0 || (size_t)n_name >= sizeof name[i]) {
            return fail(err, MARU_E_LIMIT, "the name of a value is too long");
        }
        row[i] = (struct signal_row){.source = name[i],
                                     .asset = of->asset,
                                     .name = name[i] + strlen(NEWS_SOURCE) + strlen(where) + 2,
                                     .unit = "",
                                     .type = SAMPLE_DOUBLE};
    }
    return signals_declare(watch->signals, row, n, id, err);
}

static maru_status put(struct model_watch *watch, int64_t signal, maru_time at_us, double value,
                       maru_error *err) {
    if (!isfinite(value)) {
        return MARU_OK;
    }
    if (watch->n_out == LIVEMODELS_MAX_OUT) {
        const maru_status st = model_watch_flush(watch, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    watch->out[watch->n_out++] = (struct batch_sample){
        signal,
        {.at_us = at_us, .type = SAMPLE_DOUBLE, .quality = QUALITY_GOOD, .value.number = value}};
    return MARU_OK;
}

// The signals of a tool; NULL: there is no room for another one.
static maru_status place_of(struct model_watch *watch, struct model_live *model,
                            const struct window_place *place, struct model_place **out,
                            maru_error *err) {
    static const char *const suffix[N_MODEL_PART] = {"prediction", "prediction.low",
                                                     "prediction.high"};
    const size_t n_tool = strlen(place->tool);
    uint32_t at = names_find(&model->by_tool, place->tool, n_tool);
    const bool is_new = at == UINT32_MAX;
    if (is_new && model->by_tool.n == LIVEMODELS_MAX_PLACES) {
        return fail(err, MARU_E_LIMIT, "more than %d tools of a model", LIVEMODELS_MAX_PLACES);
    }
    if (is_new) {
        struct model_place *more =
            alloc_resize(model->place, (size_t)model->by_tool.n + 1, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        model->place = more;
        more[model->by_tool.n] = (struct model_place){{0}};
        const maru_status st = names_add(&model->by_tool, place->tool, n_tool, &at, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    *out = &model->place[at];
    const struct telling of = {place->tool, model->name, place->asset ? place->asset : place->tool};
    const bool is_number = model->side[SIDE_CHAMPION].living->model.goal == MODEL_NUMBER;
    return (*out)->signal[is_number ? MODEL_PART_LOW : MODEL_PART_VALUE] > 0
               ? MARU_OK
               : declare(watch, &of, suffix, is_number ? N_MODEL_PART : 1, (*out)->signal, err);
}

maru_status model_telling_samples(struct model_watch *watch, struct model_live *model,
                                  const struct model_said *said, maru_error *err) {
    const struct model_answer *answer = &said->answer[SIDE_CHAMPION];
    const double value[N_MODEL_PART] = {answer->value, answer->low, answer->high};
    struct model_place *place = NULL;
    maru_status st = place_of(watch, model, said->place, &place, err);
    for (int i = 0; st == MARU_OK && i < N_MODEL_PART; i++) {
        st = place->signal[i] > 0
                 ? put(watch, place->signal[i], said->span->until_us, value[i], err)
                 : MARU_OK;
    }
    return st;
}

maru_status model_telling_state(struct model_watch *watch, struct model_live *model,
                                maru_time at_us, maru_error *err) {
    static const char *const suffix[2] = {"drift", "used"};
    const struct telling of = {"", model->name, "models"};
    int64_t id[2] = {model->drift, model->used};
    maru_status st = id[0] > 0 ? MARU_OK : declare(watch, &of, suffix, 2, id, err);
    if (st != MARU_OK) {
        return st;
    }
    model->drift = id[0];
    model->used = id[1];
    st = put(watch, id[0], at_us, model->side[SIDE_CHAMPION].living->inputs.verdict.largest, err);
    return st == MARU_OK ? put(watch, id[1], at_us, model->is_on, err) : st;
}

// ---- switched off

static void add_words(struct text *out, const char *english) {
    struct text korean;
    text_init(&korean, 4096);
    (void)korean_add(&korean, english);
    text_addz(out, ",\"words\":{\"ko\":");
    text_add_json(out, korean.bytes ? korean.bytes : english);
    text_addz(out, ",\"en\":");
    text_add_json(out, english);
    text_addz(out, "}");
    text_fini(&korean);
}

static void say_why(struct text *out, const struct living *living, enum living_reason reason) {
    const struct input_verdict *v = &living->inputs.verdict;
    if (reason == LIVING_ERRORS) {
        const struct error_state errors = truth_watch_errors(&living->truths);
        char of_late[32], usual[32];
        snprintf(of_late, sizeof of_late, "%.4g", truth_watch_mean_since(&living->truths));
        snprintf(usual, sizeof usual, "%.4g", errors.usual);
        text_addf(out, "its errors are larger than they were in training: %s on average, %s then",
                  of_late, usual);
    } else if (v->n_worst > 0 && v->worst[0].verdict == DRIFT_MUCH) {
        struct text name;
        text_init(&name, 1024);
        recipe_name_feature(&living->model.recipe, v->worst[0].feature, &name);
        text_addf(out, "its inputs are no longer those of training, above all %s",
                  name.bytes ? name.bytes : "");
        text_fini(&name);
    } else {
        text_addz(out, "most of what comes has words that it has never seen");
    }
}

void model_telling_off(struct model_watch *watch, const struct model_live *model,
                       enum living_reason reason, maru_time at_us) {
    struct text detail, why;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_init(&why, 4096);
    say_why(&why, model->side[SIDE_CHAMPION].living, reason);
    text_addz(&detail, "{\"model\":");
    text_add_json(&detail, model->id);
    text_addf(&detail, ",\"version\":%lld,\"state\":\"off\",\"reason\":\"%s\"",
              (long long)model->side[SIDE_CHAMPION].version, model_reason_name(reason));
    add_words(&detail, why.bytes ? why.bytes : "");
    text_addz(&detail, "}");
    news_add(watch->news, at_us, EVENT_MODEL, model->name, "", &detail);
    text_fini(&why);
    text_fini(&detail);
}

// ---- how it does

static void tell_inputs(const struct living *living, struct json *json) {
    static const char *const verdict[] = {"unknown", "none", "some", "much"};
    const struct input_verdict *v = &living->inputs.verdict;
    json_open_object(json, "inputs");
    json_add_string(json, "verdict", verdict[v->verdict]);
    json_add_count(json, "rows", living->inputs.n);
    json_open_list(json, "worst");
    for (uint32_t i = 0; i < v->n_worst; i++) {
        struct text name;
        text_init(&name, 4096);
        recipe_name_feature(&living->model.recipe, v->worst[i].feature, &name);
        json_open_object(json, NULL);
        json_add_string(json, "feature", name.bytes ? name.bytes : "");
        json_add_number(json, "index", v->worst[i].index);
        json_add_string(json, "verdict", verdict[v->worst[i].verdict]);
        json_close(json);
        text_fini(&name);
    }
    json_close(json);
    json_close(json);
}

static void tell_errors(const struct truth_watch *truths, struct json *json) {
    static const char *const verdict[] = {"unknown", "usual", "worse"};
    const struct error_state errors = truth_watch_errors(truths);
    json_open_object(json, "errors");
    json_add_string(json, "verdict", verdict[errors.verdict]);
    json_add_count(json, "n", truths->n);
    json_add_number(json, "sum", truths->has_reference ? errors.sum : NAN);
    json_add_number(json, "bound", truths->has_reference ? errors.bound : NAN);
    json_add_number(json, "mean", truth_watch_mean(truths));
    json_add_number(json, "usual", errors.usual);
    json_close(json);
}

static void tell_coverage(const struct truth_watch *truths, struct json *json) {
    if (!truths->all) {
        json_add_string(json, "coverage", NULL);
        return;
    }
    const double n = (double)truths->n_interval;
    json_open_object(json, "coverage");
    json_add_number(json, "level", truths->all->level);
    json_add_number(json, "held", n > 0 ? (double)truths->n_held / n : (double)NAN);
    json_add_count(json, "n", truths->n_interval);
    json_close(json);
}

// `better` is said only where it is sure: the share of rows on which the challenger was nearer.
static void tell_rivals(const struct model_live *model, struct json *json) {
    const struct rivals *r = &model->rivals;
    if (!model->side[SIDE_CHALLENGER].living) {
        json_add_string(json, "challenger", NULL);
        return;
    }
    const double n = (double)r->n;
    const bool is_better = rivals_verdict_of(r) == RIVALS_SECOND_BETTER;
    json_open_object(json, "challenger");
    json_add_count(json, "n", r->n);
    json_add_number(json, "better",
                    is_better ? ((double)r->n_nearer + 0.5 * (double)r->n_alike) / n : (double)NAN);
    json_add_number(json, "champion_error", n > 0 ? r->first_sum / n : (double)NAN);
    json_add_number(json, "challenger_error", n > 0 ? r->second_sum / n : (double)NAN);
    json_close(json);
}

void model_watch_tell(const struct model_watch *watch, const char *id, const char *key,
                      struct json *json) {
    const struct model_live *model = NULL;
    for (uint32_t i = 0; watch && i < watch->n; i++) {
        model = strcmp(watch->model[i].id, id) == 0 ? &watch->model[i] : model;
    }
    if (!model || !model->side[SIDE_CHAMPION].living) {
        json_add_string(json, key, NULL);
        return;
    }
    const struct living *living = model->side[SIDE_CHAMPION].living;
    json_open_object(json, key);
    json_add_count(json, "predicted", model->n_predicted);
    json_add_number(json, "last_at",
                    model->n_predicted > 0 ? (double)model->last_us * 1e-6 : (double)NAN);
    tell_inputs(living, json);
    tell_errors(&living->truths, json);
    tell_coverage(&living->truths, json);
    tell_rivals(model, json);
    json_add_count(json, "truths", model->n_truth);
    json_close(json);
}
