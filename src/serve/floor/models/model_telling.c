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

static void add_class(struct text *out, const struct living_said *said) {
    text_addz(out, ",\"class\":");
    text_add_json(out, said->class_name);
    text_addz(out, ",\"p\":[");
    for (uint32_t k = 0; k < said->n_class; k++) {
        text_addz(out, k > 0 ? "," : "");
        text_add_double(out, said->probability[k]);
    }
    text_addz(out, "]");
}

static void add_why(struct text *out, const struct living_said *said) {
    text_addz(out, ",\"why\":[");
    for (uint32_t i = 0; i < said->n_cause; i++) {
        const struct living_cause *cause = &said->cause[i];
        text_addz(out, i > 0 ? ",{\"feature\":" : "{\"feature\":");
        text_add_json(out, cause->column);
        add_number(out, "value", cause->value);
        add_number(out, "expected", cause->expected);
        add_number(out, "sd", cause->sd);
        text_addz(out, "}");
    }
    text_addz(out, "]");
}

static void add_side(struct text *out, const struct model_side *side,
                     const struct living_said *said) {
    text_addf(out, "\"version\":%lld", (long long)side->version);
    add_number(out, "value", said->value);
    add_number(out, "low", said->low);
    add_number(out, "high", said->high);
    add_number(out, "score", said->score);
    add_number(out, "limit", said->limit);
    add_number(out, "age", said->age);
    add_number(out, "surviving", said->surviving);
    add_number(out, "within", said->within);
    add_number(out, "replace_in", said->replace_in);
    if (said->is_open) {
        text_addz(out, ",\"is_open\":true");
    }
    if (said->has_alarm) {
        text_addf(out, ",\"is_alarm\":%s", said->is_alarm ? "true" : "false");
    }
    if (said->class_name) {
        add_class(out, said);
    }
    if (said->n_cause > 0) {
        add_why(out, said);
    }
    if (said->outside) {
        text_addz(out, ",\"outside\":");
        text_add_json(out, said->outside);
    }
}

void model_telling_detail(const struct model_live *model, const struct model_said *said,
                          struct text *out) {
    text_addz(out, "{\"model\":");
    text_add_json(out, model->id);
    text_addz(out, ",");
    add_side(out, &model->side[SIDE_CHAMPION], &said->of[SIDE_CHAMPION]);
    text_addf(out, ",\"is_used\":%s", model->is_on ? "true" : "false");
    if (model->side[SIDE_CHALLENGER].living && said->of[SIDE_CHALLENGER].is_there) {
        text_addz(out, ",\"challenger\":{");
        add_side(out, &model->side[SIDE_CHALLENGER], &said->of[SIDE_CHALLENGER]);
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

// Where the signals of a tool are kept; NULL: there is no room for another one.
static maru_status place_of(struct model_live *model, const char *tool, struct model_place **out,
                            maru_error *err) {
    const size_t n_tool = strlen(tool);
    uint32_t at = names_find(&model->by_tool, tool, n_tool);
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
        const maru_status st = names_add(&model->by_tool, tool, n_tool, &at, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    *out = &model->place[at];
    return MARU_OK;
}

// A row that is odd is told by its score and limit; what else is said, by value and interval.
maru_status model_telling_samples(struct model_watch *watch, struct model_live *model,
                                  const struct model_said *said, maru_error *err) {
    static const char *const suffix[N_MODEL_PART] = {"prediction", "prediction.low",
                                                     "prediction.high", "score", "limit"};
    const struct window_place *of = said->place;
    const struct living_said *one = &said->of[SIDE_CHAMPION];
    const bool is_score = isfinite(one->score) || isfinite(one->limit);
    const double none = (double)NAN;
    const double value[N_MODEL_PART] = {is_score ? none : one->value, one->low, one->high,
                                        one->score, one->limit};
    const struct telling who = {of->tool, model->name, of->asset ? of->asset : of->tool};
    struct model_place *place = NULL;
    maru_status st = place_of(model, of->tool, &place, err);
    for (int i = 0; st == MARU_OK && i < N_MODEL_PART; i++) {
        if (!isfinite(value[i])) {
            continue;
        }
        st = place->signal[i] > 0 ? MARU_OK
                                  : declare(watch, &who, &suffix[i], 1, &place->signal[i], err);
        st = st == MARU_OK ? put(watch, place->signal[i], said->span->until_us, value[i], err) : st;
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
    const struct living_state state = living_state_of(model->side[SIDE_CHAMPION].living);
    st = put(watch, id[0], at_us, state.inputs.largest, err);
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

static void say_errors(struct text *out, const struct living_state *state) {
    char of_late[32], usual[32];
    if (state->errors.is_coverage) {
        const double held = (double)state->n_held / (double)state->n_interval;
        snprintf(of_late, sizeof of_late, "%.0f %%", 100 * held);
        snprintf(usual, sizeof usual, "%.0f %%", 100 * state->level);
        text_addf(out, "its intervals hold less often than they say: %s, %s were promised", of_late,
                  usual);
        return;
    }
    snprintf(of_late, sizeof of_late, "%.4g", state->errors.mean_since);
    snprintf(usual, sizeof usual, "%.4g", state->errors.usual);
    text_addf(out, "its errors are larger than they were in training: %s on average, %s then",
              of_late, usual);
}

static void say_odd(struct text *out, const struct living_state *state) {
    char odd[32], promised[32];
    snprintf(odd, sizeof odd, "%.0f %%", 100 * state->inputs.odd);
    snprintf(promised, sizeof promised, "%.3g %%", 100 * state->inputs.promised);
    if (state->inputs.n_worst > 0) {
        text_addf(out,
                  "most of what comes is odd to it: %s, where %s were promised, above all by %s",
                  odd, promised, state->inputs.worst[0].name);
    } else {
        text_addf(out, "most of what comes is odd to it: %s, where %s were promised", odd,
                  promised);
    }
}

static void say_why(struct text *out, const struct living *living, enum living_reason reason) {
    const struct living_state state = living_state_of(living);
    if (reason == LIVING_ERRORS) {
        say_errors(out, &state);
    } else if (isfinite(state.inputs.odd)) {
        say_odd(out, &state);
    } else if (state.inputs.n_worst > 0 && state.inputs.worst[0].verdict == DRIFT_MUCH) {
        text_addf(out, "its inputs are no longer those of training, above all %s",
                  state.inputs.worst[0].name);
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

static void tell_inputs(const struct living_state *state, struct json *json) {
    static const char *const verdict[] = {"unknown", "none", "some", "much"};
    json_open_object(json, "inputs");
    json_add_string(json, "verdict", verdict[state->inputs.verdict]);
    json_add_count(json, "rows", state->inputs.n);
    if (isfinite(state->inputs.promised)) {
        json_add_number(json, "odd", state->inputs.odd);
        json_add_number(json, "promised", state->inputs.promised);
    }
    json_open_list(json, "worst");
    for (uint32_t i = 0; i < state->inputs.n_worst; i++) {
        const struct living_worst *worst = &state->inputs.worst[i];
        json_open_object(json, NULL);
        json_add_string(json, "feature", worst->name);
        json_add_number(json, "index", worst->index);
        json_add_string(json, "verdict", verdict[worst->verdict]);
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

static void tell_errors(const struct living_state *state, struct json *json) {
    static const char *const verdict[] = {"unknown", "usual", "worse"};
    json_open_object(json, "errors");
    json_add_string(json, "verdict", verdict[state->errors.verdict]);
    json_add_count(json, "n", state->errors.n);
    json_add_number(json, "sum", state->errors.sum);
    json_add_number(json, "bound", state->errors.bound);
    json_add_number(json, "mean", state->errors.mean);
    json_add_number(json, "usual", state->errors.usual);
    json_close(json);
}

static void tell_coverage(const struct living_state *state, struct json *json) {
    if (!isfinite(state->level)) {
        json_add_string(json, "coverage", NULL);
        return;
    }
    const double n = (double)state->n_interval;
    json_open_object(json, "coverage");
    json_add_number(json, "level", state->level);
    json_add_number(json, "held", n > 0 ? (double)state->n_held / n : (double)NAN);
    json_add_count(json, "n", state->n_interval);
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

// ---- lives

struct told_units {
    struct living_unit unit[LIVEMODELS_MAX_UNITS_TOLD]; // (n) those that have least left first
    uint32_t n;
};

// Nothing is known of a unit whose life has ended until its next window.
static bool is_sooner(const struct living_unit *a, const struct living_unit *b) {
    return !a->is_ended && isfinite(a->value) &&
           (b->is_ended || !isfinite(b->value) || a->value < b->value);
}

static void keep_unit(struct told_units *told, const struct living_unit *unit) {
    uint32_t at = told->n;
    while (at > 0 && is_sooner(unit, &told->unit[at - 1])) {
        at--;
    }
    if (at == LIVEMODELS_MAX_UNITS_TOLD) {
        return;
    }
    told->n += told->n < LIVEMODELS_MAX_UNITS_TOLD;
    memmove(&told->unit[at + 1], &told->unit[at], (told->n - 1 - at) * sizeof *told->unit);
    told->unit[at] = *unit;
}

static void tell_unit(const struct living_unit *unit, struct json *json) {
    json_open_object(json, NULL);
    json_add_string(json, "name", unit->name);
    json_add_number(json, "at", unit->at_us > INT64_MIN ? (double)unit->at_us * 1e-6 : (double)NAN);
    json_add_count(json, "windows", unit->n);
    json_add_bool(json, "is_ended", unit->is_ended);
    json_add_number(json, "value", unit->value);
    json_add_number(json, "low", unit->low);
    json_add_number(json, "high", unit->high);
    json_add_bool(json, "is_open", unit->is_open);
    json_open_list(json, "recent");
    for (uint32_t i = 0; i < unit->n_recent; i++) {
        json_add_number(json, NULL, unit->recent[i]);
    }
    json_close(json);
    json_close(json);
}

static void tell_units(const struct living *living, struct json *json) {
    const uint32_t n = living_units(living);
    struct told_units *told = alloc_new(1, sizeof *told);
    for (uint32_t i = 0; told && i < n; i++) {
        struct living_unit unit;
        living_unit_of(living, i, &unit);
        keep_unit(told, &unit);
    }
    json_add_count(json, "n_unit", n);
    json_open_list(json, "units");
    for (uint32_t i = 0; told && i < told->n; i++) {
        tell_unit(&told->unit[i], json);
    }
    json_close(json);
    alloc_free(told);
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
    const struct living_state state = living_state_of(living);
    json_open_object(json, key);
    json_add_count(json, "predicted", model->n_predicted);
    json_add_number(json, "last_at",
                    model->n_predicted > 0 ? (double)model->last_us * 1e-6 : (double)NAN);
    tell_inputs(&state, json);
    tell_errors(&state, json);
    tell_coverage(&state, json);
    tell_rivals(model, json);
    json_add_count(json, "truths", living_has_lives(living) ? state.errors.n : model->n_truth);
    if (living_has_lives(living)) {
        json_add_count(json, "lives", state.errors.n_life);
        tell_units(living, json);
    }
    json_close(json);
}
