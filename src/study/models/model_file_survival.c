// Models of how long units live. learn/survival/survival_model.h, train/lives/survival_training.h

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/json_writer.h"
#include "study/models/cards/survival_card.h"
#include "study/models/model_file_inside.h"
#include "train/lives/survival_training.h"

#define LIVES_MAX_ASKED_BYTES ((size_t)8 << 30)

// ---- opening

static maru_status read(const void *bytes, size_t n, void **out, maru_error *err) {
    struct survival_model *model = alloc_new(1, sizeof *model);
    if (!model) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = survival_model_read(bytes, n, model, err);
    if (st != MARU_OK) {
        alloc_free(model);
        return st;
    }
    *out = model;
    return MARU_OK;
}

static void free_survival(void *its) {
    survival_model_fini(its);
    alloc_free(its);
}

// ---- what it is

static struct model_facts facts(const void *its) {
    const struct survival_model *model = its;
    struct model_facts facts = {
        .goal = "survival",
        .kind = "weibull",
        .target = model->ended,
        .unit = model->counted_in,
        .title = model->title,
        .version = model->version,
        .data = model->data,
        .fingerprint = model->fingerprint,
        .headline = {.name = "the one said to fail first does",
                     .name_ko = "먼저 고장 난다고 한 쪽이 먼저 나는 비율",
                     .value = model->concordance.value,
                     .low = model->concordance.low,
                     .high = model->concordance.high,
                     .constant = 0.5,
                     .is_share = true},
        .is_better = (model->warnings >> SURVIVAL_WARN_NO_BETTER & 1) == 0,
    };
    for (uint32_t i = 0; i < N_SURVIVAL_WARNING; i++) {
        if (model->warnings >> i & 1) {
            facts.warning[facts.n_warning++] = survival_warning_key((enum survival_warning)i);
        }
    }
    return facts;
}

static void add_text(const void *its, enum lang lang, struct look look, struct text *out) {
    survival_card_add_text(out, its, lang, look);
}

static void add_json(const void *its, struct text *out) { survival_card_add_json(out, its); }

// ---- answers

struct lives_asked {
    struct arena arena;
    const double *age; // (n_row) of the frame
    struct survival_answer *answer;
    struct recipe_fit fit;
    uint32_t n_row;
};

static bool is_askable(double age) { return age >= 0 && isfinite(age); }

static maru_status ask(const struct survival_model *model, const struct frame *frame,
                       struct lives_asked *out, maru_error *err) {
    const uint32_t column = frame_find(frame, model->age), n_feature = model->recipe.n_feature;
    if (column == UINT32_MAX || frame->column[column].kind != FRAME_NUMBER) {
        return fail(err, MARU_E_INPUT, "there is no column \"%s\"", model->age);
    }
    out->n_row = frame->n_row;
    out->age = frame->column[column].number;
    out->answer = arena_take(&out->arena, (size_t)frame->n_row + 1, sizeof *out->answer);
    float *x = arena_take(&out->arena, (size_t)frame->n_row * n_feature + 1, sizeof *x);
    if (!out->answer || !x) {
        return arena_refusal(&out->arena, err);
    }
    const maru_status st =
        n_feature > 0 ? recipe_apply(&model->recipe, frame, NULL, frame->n_row, x, &out->fit, err)
                      : MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < frame->n_row; i++) {
        const double risk = survival_risk(model, x + (size_t)i * n_feature);
        if (is_askable(out->age[i])) {
            out->answer[i] = survival_ask(model, risk, out->age[i]);
        }
    }
    return st;
}

static void add_number(struct text *out, double value) {
    text_addz(out, ",");
    if (isfinite(value)) {
        text_add_double(out, value);
    }
}

static void add_row(struct text *out, const struct survival_model *model,
                    const struct lives_asked *asked, uint32_t line, uint32_t i) {
    const struct survival_answer *a = &asked->answer[i];
    const bool is_known = is_askable(asked->age[i]);
    const double values[] = {a->remaining.value, a->remaining.low, a->remaining.high,
                             a->surviving.value, a->surviving.low, a->surviving.high,
                             model->horizon,     a->replace_in,    a->risk};
    text_addf(out, "%u", line);
    add_number(out, asked->age[i]);
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        add_number(out, is_known ? values[k] : (double)NAN);
    }
    text_addz(out, "\n");
}

static void add_value(struct json *json, const char *key, const struct weibull_value *value) {
    json_open_object(json, key);
    json_add_number(json, "value", value->value);
    json_add_number(json, "low", value->low);
    json_add_number(json, "high", value->high);
    json_close(json);
}

static void add_all_json(struct text *out, const struct survival_model *model,
                         const struct frame *frame, const struct lives_asked *asked) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "model", model->fingerprint);
    json_add_string(&json, "counted_in", model->counted_in);
    json_add_number(&json, "horizon", model->horizon);
    json_open_list(&json, "predictions");
    for (uint32_t i = 0; i < asked->n_row; i++) {
        const struct survival_answer *a = &asked->answer[i];
        json_open_object(&json, NULL);
        json_add_count(&json, "line", frame->line[i]);
        json_add_number(&json, "age", asked->age[i]);
        if (is_askable(asked->age[i])) {
            json_add_number(&json, "value", a->remaining.value);
            json_add_number(&json, "low", a->remaining.low);
            json_add_number(&json, "high", a->remaining.high);
            add_value(&json, "surviving", &a->surviving);
            json_add_number(&json, "replace_in", a->replace_in);
            json_add_number(&json, "risk", a->risk);
        }
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}

static void add_form(struct text *out, const struct survival_model *model,
                     const struct model_question *question, const struct lives_asked *asked) {
    if (question->form == PREDICTIONS_JSON) {
        add_all_json(out, model, question->frame, asked);
        return;
    }
    if (question->form == PREDICTIONS_CSV) {
        text_addz(out, "line,age,remaining,low,high,surviving,surviving_low,surviving_high,within,"
                       "replace_in,risk\n");
    }
    for (uint32_t i = 0; i < asked->n_row; i++) {
        if (question->form == PREDICTIONS_CSV) {
            add_row(out, model, asked, question->frame->line[i], i);
        } else {
            text_add_double(out, is_askable(asked->age[i]) ? asked->answer[i].remaining.value
                                                           : (double)NAN);
            text_addz(out, "\n");
        }
    }
}

static maru_status predict(const void *its, const struct model_question *question,
                           struct text *text, struct model_said *said, maru_error *err) {
    const struct survival_model *model = its;
    struct lives_asked asked = {0};
    arena_init(&asked.arena, LIVES_MAX_ASKED_BYTES);
    const maru_status st = ask(model, question->frame, &asked, err);
    if (st == MARU_OK) {
        add_form(text, model, question, &asked);
        *said = (struct model_said){.n = asked.n_row,
                                    .n_column = model->recipe.n_column,
                                    .n_lacking = model->recipe.n_column - asked.fit.n_found};
        model_file_name(asked.fit.missing, said->lacking);
    }
    arena_fini(&asked.arena);
    return st;
}

static maru_status answer(const void *its, const struct frame *frame, struct model_row_answer *out,
                          maru_error *err) {
    struct lives_asked asked = {0};
    arena_init(&asked.arena, LIVES_MAX_ASKED_BYTES);
    const maru_status st = ask(its, frame, &asked, err);
    for (uint32_t i = 0; st == MARU_OK && i < asked.n_row; i++) {
        const struct weibull_value *remaining = &asked.answer[i].remaining;
        const bool is_known = is_askable(asked.age[i]);
        out[i] = (struct model_row_answer){
            .value = is_known ? remaining->value : (double)NAN,
            .low = is_known ? remaining->low : (double)NAN,
            .high = is_known ? remaining->high : (double)NAN,
        };
    }
    arena_fini(&asked.arena);
    return st;
}

const struct model_format model_format_survival = {
    .is = survival_model_is,
    .read = read,
    .free = free_survival,
    .facts = facts,
    .add_text = add_text,
    .add_json = add_json,
    .predict = predict,
    .answer = answer,
};

// ---- training

// What was known of a unit: the settings that are named, else each column of numbers or words that is nothing else.
static maru_status find_columns(const struct goal_work *work, const struct survival_training *in,
                                uint32_t ended, uint32_t *column, uint32_t *n, maru_error *err) {
    const struct model_wish *wish = work->wish;
    maru_status st = MARU_OK;
    *n = 0;
    for (size_t i = 0; st == MARU_OK && i < wish->n_setting; i++) {
        st = goal_find_column(work->frame, wish->setting[i], &column[*n], err);
        *n += st == MARU_OK;
    }
    for (uint32_t c = 0; wish->n_setting == 0 && c < work->frame->n_column; c++) {
        const uint8_t kind = work->frame->column[c].kind;
        const bool is_other = c == in->age || c == in->unit || c == ended ||
                              goal_leaves_out(work, work->frame->column[c].name);
        column[*n] = c;
        *n += !is_other && (kind == FRAME_NUMBER || kind == FRAME_WORD);
    }
    return st;
}

static maru_status train(const struct goal_work *work, struct survival_training *in, uint32_t ended,
                         struct text *out, maru_error *err) {
    uint32_t *column = alloc_new((size_t)work->frame->n_column + WISH_MAX_SETTINGS, sizeof *column);
    if (!column) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = find_columns(work, in, ended, column, &in->n_column, err);
    in->column = column;
    st = st == MARU_OK ? survival_training_run(in, out, err) : st;
    alloc_free(column);
    return st;
}

// Has each life ended in a failure? A column with the one word that is bad, in every row, has nothing to tell apart.
static bool says_bad_always(const struct frame_column *column, const char *bad) {
    return bad && column->kind == FRAME_WORD && column->n_missing == 0 && column->words.n == 1 &&
           strcmp(column->words.name[0], bad) == 0;
}

static double or_usual(double wished, double usual) { return isnan(wished) ? usual : wished; }

maru_status model_goal_survival(const struct goal_work *work, struct text *out, maru_error *err) {
    const struct model_wish *wish = work->wish;
    struct roles roles = {0};
    struct survival_training in = {
        .frame = work->frame,
        .unit = UINT32_MAX,
        .ended = "",
        .cost_planned = or_usual(wish->cost_alarm, 1),
        .cost_failure = or_usual(wish->cost_miss, 10),
        .level = or_usual(wish->level, 0.8),
        .horizon = or_usual(wish->cap, 0),
        .seed = wish->seed,
        .title = work->in->title,
        .version = work->in->version,
        .progress = work->in->progress,
        .context = work->in->context,
    };
    uint32_t ended = UINT32_MAX;
    if (!wish->order) {
        return fail(err, MARU_E_USAGE, "lives need --order, the column of their ages");
    }
    maru_status st = goal_find_column(work->frame, wish->order, &in.age, err);
    st =
        st == MARU_OK && wish->unit ? goal_find_column(work->frame, wish->unit, &in.unit, err) : st;
    if (st == MARU_OK && wish->hints.target) {
        const struct quality_options options = quality_hints_options(&wish->hints);
        st = goal_find_column(work->frame, wish->hints.target, &ended, err);
        in.ended = wish->hints.target;
        if (st == MARU_OK && !says_bad_always(&work->frame->column[ended], wish->hints.bad)) {
            st = roles_find(work->frame, &options.roles, &roles, err);
            in.failed = st == MARU_OK ? roles.bad : NULL;
        }
    }
    st = st == MARU_OK ? train(work, &in, ended, out, err) : st;
    roles_fini(&roles);
    return st;
}
