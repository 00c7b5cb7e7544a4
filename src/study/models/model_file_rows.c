// Models that answer rows with trees or weights: yes or no, a class, a number. learn/models/fitted_model.h, train/training.h

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/models/cards/card.h"
#include "study/models/model_file_inside.h"
#include "train/training.h"

enum { KEY_BYTES = 24 };

static const char *const goal_key[N_MODEL_GOAL] = {"yes-no", "class", "number"};
static const char *const split_key[N_CARD_SPLIT] = {"time", "group", "random"};

struct rows_model {
    struct fitted_model fitted;
    char warning[N_CARD_WARNING][KEY_BYTES];
};

// ---- opening

static bool is_rows(const void *bytes, size_t n) {
    static const char magic[] = {'M', 'A', 'R', 'U', 'M', 'O', 'D', 'L'};
    return n >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

static maru_status read(const void *bytes, size_t n, void **out, maru_error *err) {
    struct rows_model *model = alloc_new(1, sizeof *model);
    if (!model) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = fitted_model_read(bytes, n, &model->fitted, err);
    if (st != MARU_OK) {
        alloc_free(model);
        return st;
    }
    for (uint32_t i = 0; i < N_CARD_WARNING; i++) {
        card_warning_key((enum card_warning)i, model->warning[i], KEY_BYTES);
    }
    *out = model;
    return MARU_OK;
}

static void free_rows(void *its) {
    struct rows_model *model = its;
    fitted_model_fini(&model->fitted);
    alloc_free(model);
}

// ---- what it is

static struct model_headline headline_of(const struct fitted_model *model) {
    static const uint8_t figure_of[N_MODEL_GOAL] = {
        [MODEL_YES_NO] = CARD_AUC, [MODEL_CLASS] = CARD_MACRO_F1, [MODEL_NUMBER] = CARD_RMSE};
    const enum card_figure_kind kind = (enum card_figure_kind)figure_of[model->goal];
    const struct card_figure *figure = &model->card.figure[kind];
    return (struct model_headline){.name = card_figure_name(kind, false),
                                   .name_ko = card_figure_name(kind, true),
                                   .value = figure->value,
                                   .low = figure->low,
                                   .high = figure->high,
                                   .constant = figure->constant,
                                   .is_less_better = card_figure_is_less_better(kind),
                                   .is_share = card_figure_is_share(kind)};
}

static struct model_facts facts(const void *its) {
    static const char *const kind_key[N_PREDICTOR_KIND] = {"trees", "linear"};
    const struct rows_model *rows = its;
    const struct fitted_model *model = &rows->fitted;
    struct model_facts facts = {.goal = goal_key[model->goal],
                                .kind = kind_key[predictor_shape_of(model->predictor).kind],
                                .target = model->target,
                                .unit = model->unit,
                                .title = model->card.title,
                                .version = model->card.version,
                                .data = model->card.data,
                                .fingerprint = model->fingerprint,
                                .headline = headline_of(model),
                                .is_better =
                                    (model->card.warnings >> CARD_WARN_NO_BETTER & 1) == 0};
    for (uint32_t i = 0; i < N_CARD_WARNING; i++) {
        if (model->card.warnings >> i & 1) {
            facts.warning[facts.n_warning++] = rows->warning[i];
        }
    }
    return facts;
}

static void add_text(const void *its, enum lang lang, struct look look, struct text *out) {
    card_add_text(out, &((const struct rows_model *)its)->fitted, lang, look);
}

static void add_json(const void *its, struct text *out) {
    card_add_json(out, &((const struct rows_model *)its)->fitted);
}

static maru_status onnx(const void *its, struct text *out, maru_error *err) {
    const struct fitted_model *model = &((const struct rows_model *)its)->fitted;
    const struct onnx_columns columns = {model->recipe.combination, model->recipe.n_combination};
    return predictor_onnx(model->predictor, &columns, out, err);
}

static const struct fitted_model *fitted(const void *its) {
    return &((const struct rows_model *)its)->fitted;
}

// ---- answers

static maru_status predict(const void *its, const struct model_question *question,
                           struct text *text, struct model_said *said, maru_error *err) {
    const struct fitted_model *model = fitted(its);
    struct predictions made = {0};
    const maru_status st =
        predictions_make(model, question->frame, question->wants_why, &made, err);
    if (st != MARU_OK) {
        return st;
    }
    predictions_add(text, model, &made, question->form, question->lang);
    *said = (struct model_said){.n = made.n_row,
                                .n_outside = made.n_outside,
                                .n_column = model->recipe.n_column,
                                .n_lacking = model->recipe.n_column - made.fit.n_found};
    model_file_name(made.fit.missing, said->lacking);
    predictions_fini(&made);
    return MARU_OK;
}

static void tell_row(const struct fitted_model *model, const struct model_answer *answer,
                     struct model_row_answer *out) {
    *out = (struct model_row_answer){
        .value = answer->value,
        .low = answer->low,
        .high = answer->high,
        .has_alarm = model->goal == MODEL_YES_NO,
        .is_alarm = answer->is_alarm,
        .class_name = model->goal == MODEL_CLASS ? model->class_name[answer->answer] : NULL};
    if (answer->n_outside > 0) {
        struct text name;
        text_init(&name, 1 << 16);
        recipe_name_feature(&model->recipe, answer->outside, &name);
        model_file_name(name.bytes, out->outside);
        text_fini(&name);
    }
}

static maru_status answer(const void *its, const struct frame *frame, struct model_row_answer *out,
                          maru_error *err) {
    const struct fitted_model *model = fitted(its);
    struct predictions made = {0};
    const maru_status st = predictions_make(model, frame, false, &made, err);
    for (uint32_t i = 0; st == MARU_OK && i < made.n_row; i++) {
        tell_row(model, &made.answer[i], &out[i]);
    }
    predictions_fini(&made);
    return st;
}

const struct model_format model_format_rows = {
    .is = is_rows,
    .read = read,
    .free = free_rows,
    .facts = facts,
    .add_text = add_text,
    .add_json = add_json,
    .predict = predict,
    .onnx = onnx,
    .answer = answer,
    .fitted = fitted,
};

// ---- training

static maru_status read_wish(const struct goal_work *work, struct training_input *input,
                             maru_error *err) {
    const struct model_wish *wish = work->wish;
    maru_status st = goal_choose(wish->goal, goal_key, N_MODEL_GOAL, &input->goal, err);
    st = st == MARU_OK ? goal_choose(wish->split, split_key, N_CARD_SPLIT, &input->split, err) : st;
    input->kind = wish->kind ? kind_find(wish->kind) : NULL;
    if (st == MARU_OK && wish->kind && !input->kind) {
        st = fail(err, MARU_E_USAGE, "there is no kind of model called \"%s\"", wish->kind);
    }
    st = st == MARU_OK && wish->unit
             ? goal_find_column(work->frame, wish->unit, &input->group_column, err)
             : st;
    input->miss_cost = isnan(wish->cost_miss) ? input->miss_cost : wish->cost_miss;
    input->false_alarm_cost = isnan(wish->cost_alarm) ? input->false_alarm_cost : wish->cost_alarm;
    input->level = isnan(wish->level) ? input->level : wish->level;
    input->seed = wish->seed;
    input->n_thread = work->in->n_thread;
    input->cap_bytes = work->in->cap_bytes;
    input->title = work->in->title;
    input->version = work->in->version;
    input->progress = work->in->progress;
    input->context = work->in->context;
    return st;
}

maru_status model_goal_rows(const struct goal_work *work, struct text *out, maru_error *err) {
    const struct quality_options options = quality_hints_options(&work->wish->hints);
    struct roles roles = {0};
    maru_status st = roles_find(work->frame, &options.roles, &roles, err);
    if (st != MARU_OK) {
        return st;
    }
    struct training_input input = training_usual(work->frame, &roles);
    st = read_wish(work, &input, err);
    st = st == MARU_OK ? training_run(&input, out, err) : st;
    roles_fini(&roles);
    return st;
}
