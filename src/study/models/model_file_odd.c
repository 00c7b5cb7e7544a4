// Models of odd rows. learn/anomaly/odd_model.h, train/odd_training.h

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/json_writer.h"
#include "study/models/cards/odd_card.h"
#include "study/models/model_file_inside.h"
#include "study/quality/odd_words.h"
#include "train/odd_training.h"

#define ODDS_MAX_BYTES ((size_t)8 << 30)
enum { SENTENCE_BYTES = 1 << 16 };

// A model with the names of its features.
struct odd_file {
    struct odd_model model;
    struct arena arena;
    const char **name; // (n_feature)
};

// ---- opening

static maru_status name_features(struct odd_file *file, maru_error *err) {
    const uint32_t n = file->model.recipe.n_feature;
    file->name = arena_take(&file->arena, (size_t)n + 1, sizeof *file->name);
    for (uint32_t f = 0; file->name && f < n; f++) {
        struct text name;
        text_init(&name, SENTENCE_BYTES);
        recipe_name_feature(&file->model.recipe, f, &name);
        file->name[f] = arena_text(&file->arena, name.bytes ? name.bytes : "", name.n_bytes);
        text_fini(&name);
    }
    return file->arena.is_full || !file->name ? arena_refusal(&file->arena, err) : MARU_OK;
}

static void free_odd(void *its) {
    struct odd_file *file = its;
    arena_fini(&file->arena);
    odd_model_fini(&file->model);
    alloc_free(file);
}

static maru_status read(const void *bytes, size_t n, void **out, maru_error *err) {
    struct odd_file *file = alloc_new(1, sizeof *file);
    if (!file) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&file->arena, ODDS_MAX_BYTES);
    maru_status st = odd_model_read(bytes, n, &file->model, err);
    st = st == MARU_OK ? name_features(file, err) : st;
    if (st != MARU_OK) {
        free_odd(file);
        return st;
    }
    *out = file;
    return MARU_OK;
}

// ---- what it is

static struct model_facts facts(const void *its) {
    const struct odd_model *model = &((const struct odd_file *)its)->model;
    struct model_facts facts = {
        .goal = "odd",
        .kind = "distance",
        .target = model->label,
        .unit = "",
        .title = model->title,
        .version = model->version,
        .data = model->data,
        .fingerprint = model->fingerprint,
        .headline = {.name = "later rows called odd",
                     .name_ko = "나중 행 가운데 이상하다고 한 비율",
                     .value = model->odd.value,
                     .low = model->odd.low,
                     .high = model->odd.high,
                     .constant = (double)NAN,
                     .is_less_better = true,
                     .is_share = true},
        .is_better = (model->warnings >> ODD_WARN_NO_MATCH & 1) == 0,
    };
    for (uint32_t i = 0; i < N_ODD_WARNING; i++) {
        if (model->warnings >> i & 1) {
            facts.warning[facts.n_warning++] = odd_warning_key((enum odd_warning)i);
        }
    }
    return facts;
}

static void add_text(const void *its, enum lang lang, struct look look, struct text *out) {
    odd_card_add_text(out, &((const struct odd_file *)its)->model, lang, look);
}

static void add_json(const void *its, struct text *out) {
    odd_card_add_json(out, &((const struct odd_file *)its)->model);
}

// ---- answers

struct odd_asking {
    const struct odd_file *file;
    struct arena arena;
    float *x;    // (n_row, n_feature)
    double *row; // (n_feature)
    double *room;
    struct recipe_fit fit;
};

struct odd_answer {
    struct anomaly_verdict verdict;
    bool is_odd;
    uint32_t n_cause;
    struct anomaly_cause cause[ANOMALY_MAX_CAUSES]; // of an odd row
};

static maru_status open_asking(const struct odd_file *file, const struct frame *frame,
                               struct odd_asking *out, maru_error *err) {
    const uint32_t n_feature = file->model.recipe.n_feature;
    out->file = file;
    out->x = arena_take(&out->arena, (size_t)frame->n_row * n_feature + 1, sizeof *out->x);
    out->row = arena_take(&out->arena, (size_t)n_feature + 1, sizeof *out->row);
    out->room = arena_take(&out->arena, anomaly_work(&file->model.anomaly) + 1, sizeof *out->room);
    if (!out->x || !out->row || !out->room) {
        return arena_refusal(&out->arena, err);
    }
    return recipe_apply(&file->model.recipe, frame, NULL, frame->n_row, out->x, &out->fit, err);
}

static void ask_row(const struct odd_asking *asking, uint32_t i, struct odd_answer *out) {
    const struct odd_model *model = &asking->file->model;
    const uint32_t n_feature = model->recipe.n_feature;
    for (uint32_t f = 0; f < n_feature; f++) {
        asking->row[f] = (double)asking->x[(size_t)i * n_feature + f];
    }
    *out = (struct odd_answer){0};
    anomaly_judge(&model->anomaly, asking->row, asking->room, &out->verdict);
    out->is_odd = odd_model_calls(model, &out->verdict);
    if (out->is_odd) {
        out->n_cause = anomaly_explain(&model->anomaly, asking->row, asking->room, out->cause);
    }
}

static void add_number(struct text *out, double value) {
    text_addz(out, ",");
    if (isfinite(value)) {
        text_add_double(out, value);
    }
}

static void add_why(struct text *out, const struct odd_file *file, const struct odd_answer *answer,
                    enum lang lang) {
    struct text why;
    text_init(&why, SENTENCE_BYTES);
    odd_words_add(&why, lang,
                  &(struct odd_row){&file->model.anomaly, &answer->verdict, answer->cause,
                                    answer->n_cause, file->name, file->model.alpha});
    for (size_t i = 0; i < why.n_bytes; i++) { // sentences on one line
        why.bytes[i] = why.bytes[i] == '\n' ? ' ' : why.bytes[i];
    }
    while (why.n_bytes > 0 && why.bytes[why.n_bytes - 1] == ' ') {
        why.bytes[--why.n_bytes] = '\0';
    }
    text_add_csv(out, why.bytes ? why.bytes : "");
    text_fini(&why);
}

static void add_row(struct text *out, const struct odd_file *file, const struct odd_answer *answer,
                    const struct model_question *question, uint32_t i) {
    struct text columns;
    text_init(&columns, SENTENCE_BYTES);
    for (uint32_t k = 0; k < answer->n_cause; k++) {
        text_addf(&columns, "%s%s", k > 0 ? "; " : "", file->name[answer->cause[k].column]);
    }
    text_addf(out, "%u,%d", question->frame->line[i], answer->is_odd);
    add_number(out, answer->verdict.tail);
    add_number(out, answer->verdict.score);
    text_addf(out, ",%u,", answer->verdict.n_missing);
    text_add_csv(out, columns.bytes ? columns.bytes : "");
    if (question->wants_why) {
        text_addz(out, ",");
        add_why(out, file, answer, question->lang);
    }
    text_addz(out, "\n");
    text_fini(&columns);
}

static void add_row_json(struct json *json, const struct odd_file *file,
                         const struct odd_answer *answer, uint32_t line) {
    json_open_object(json, NULL);
    json_add_count(json, "line", line);
    json_add_number(json, "value", answer->verdict.tail);
    json_add_bool(json, "is_alarm", answer->is_odd);
    json_add_number(json, "score", answer->verdict.score);
    json_add_count(json, "n_missing", answer->verdict.n_missing);
    json_open_list(json, "why");
    for (uint32_t k = 0; k < answer->n_cause; k++) {
        const struct anomaly_cause *cause = &answer->cause[k];
        json_open_object(json, NULL);
        json_add_string(json, "feature", file->name[cause->column]);
        json_add_number(json, "value", cause->value);
        json_add_number(json, "expected", cause->expected);
        json_add_number(json, "sd", cause->sd);
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

static void add_all(const struct odd_asking *asking, const struct model_question *question,
                    struct text *text) {
    const struct odd_file *file = asking->file;
    const bool is_json = question->form == PREDICTIONS_JSON;
    struct json json;
    json_writer_init(&json, text);
    if (is_json) {
        json_open_object(&json, NULL);
        json_add_string(&json, "model", file->model.fingerprint);
        json_open_list(&json, "predictions");
    } else if (question->form == PREDICTIONS_CSV) {
        text_addf(text, "line,odd,good_rows_as_odd,score,missing,columns%s\n",
                  question->wants_why ? ",why" : "");
    }
    for (uint32_t i = 0; i < question->frame->n_row; i++) {
        struct odd_answer answer;
        ask_row(asking, i, &answer);
        if (is_json) {
            add_row_json(&json, file, &answer, question->frame->line[i]);
        } else if (question->form == PREDICTIONS_CSV) {
            add_row(text, file, &answer, question, i);
        } else {
            text_add_double(text, answer.verdict.tail);
            text_addz(text, "\n");
        }
    }
    if (is_json) {
        json_close(&json);
        json_close(&json);
    }
}

static maru_status predict(const void *its, const struct model_question *question,
                           struct text *text, struct model_said *said, maru_error *err) {
    const struct odd_file *file = its;
    struct odd_asking asking = {0};
    arena_init(&asking.arena, ODDS_MAX_BYTES);
    const maru_status st = open_asking(file, question->frame, &asking, err);
    if (st == MARU_OK) {
        add_all(&asking, question, text);
        *said = (struct model_said){.n = question->frame->n_row,
                                    .n_column = file->model.recipe.n_column,
                                    .n_lacking = file->model.recipe.n_column - asking.fit.n_found};
        model_file_name(asking.fit.missing, said->lacking);
    }
    arena_fini(&asking.arena);
    return st;
}

static maru_status answer(const void *its, const struct frame *frame, struct model_row_answer *out,
                          maru_error *err) {
    struct odd_asking asking = {0};
    arena_init(&asking.arena, ODDS_MAX_BYTES);
    const maru_status st = open_asking(its, frame, &asking, err);
    for (uint32_t i = 0; st == MARU_OK && i < frame->n_row; i++) {
        struct odd_answer one;
        ask_row(&asking, i, &one);
        out[i] = (struct model_row_answer){.value = one.verdict.tail,
                                           .low = (double)NAN,
                                           .high = (double)NAN,
                                           .has_alarm = true,
                                           .is_alarm = one.is_odd};
        model_file_name(one.n_cause > 0 ? asking.file->name[one.cause[0].column] : NULL,
                        out[i].outside);
    }
    arena_fini(&asking.arena);
    return st;
}

const struct model_format model_format_odd = {
    .is = odd_model_is,
    .read = read,
    .free = free_odd,
    .facts = facts,
    .add_text = add_text,
    .add_json = add_json,
    .predict = predict,
    .answer = answer,
};

// ---- training

maru_status model_goal_odd(const struct goal_work *work, struct text *out, maru_error *err) {
    const struct model_wish *wish = work->wish;
    const struct quality_options options = quality_hints_options(&wish->hints);
    const double level = isnan(wish->level) ? 0.99 : wish->level;
    struct roles roles = {0};
    maru_status st = roles_find(work->frame, &options.roles, &roles, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint8_t form = roles.target.form;
    const struct odd_training input = {
        .frame = work->frame,
        .roles = &roles,
        .has_label = form == TARGET_WORD || form == TARGET_FLAG || form == TARGET_LIMITS,
        .alpha = 1 - level,
        .seed = wish->seed,
        .title = work->in->title,
        .version = work->in->version,
        .progress = work->in->progress,
        .context = work->in->context,
    };
    st = odd_training_run(&input, out, err);
    roles_fini(&roles);
    return st;
}
