// Models of process faults. learn/faults/fault_model.h, train/faults/fault_training.h

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/faults/run_order.h"
#include "learn/roles/role_words.h"
#include "study/json_writer.h"
#include "study/models/cards/fault_card.h"
#include "study/models/model_file_inside.h"
#include "train/faults/fault_training.h"

#define FAULTS_MAX_ASKED_BYTES ((size_t)8 << 30)
enum { SENTENCE_BYTES = 1 << 16 };

// ---- opening

static maru_status read(const void *bytes, size_t n, void **out, maru_error *err) {
    struct fault_model *model = alloc_new(1, sizeof *model);
    if (!model) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = fault_model_read(bytes, n, model, err);
    if (st != MARU_OK) {
        alloc_free(model);
        return st;
    }
    *out = model;
    return MARU_OK;
}

static void free_faults(void *its) {
    fault_model_fini(its);
    alloc_free(its);
}

// ---- what it is

static struct model_headline headline_of(const struct fault_model *m) {
    const bool has_names = isfinite(m->named.value);
    const bool has_faults = isfinite(m->detected.value);
    const struct fault_figure *figure = has_names    ? &m->named
                                        : has_faults ? &m->detected
                                                     : &m->false_alarms;
    return (struct model_headline){
        .name = has_names    ? "alarms that got the right name"
                : has_faults ? "faulty rows that raise an alarm"
                             : "false alarms of normal rows",
        .name_ko = has_names    ? "알람에 붙은 이름이 맞은 비율"
                   : has_faults ? "고장 행 가운데 알람이 난 비율"
                                : "정상 행의 거짓 알람 비율",
        .value = figure->value,
        .low = figure->low,
        .high = figure->high,
        .constant = (double)NAN,
        .is_less_better = !has_names && !has_faults,
        .is_share = true,
    };
}

static struct model_facts facts(const void *its) {
    const struct fault_model *model = its;
    struct model_facts facts = {
        .goal = "faults",
        .kind = model->trees.n_fault > 0 ? "trees" : "monitor",
        .target = model->target,
        .unit = "",
        .title = model->title,
        .version = model->version,
        .data = model->data,
        .fingerprint = model->fingerprint,
        .headline = headline_of(model),
        .is_better = model->n_fault == 0 || model->detected.low > model->alpha,
    };
    for (uint32_t i = 0; i < N_FAULT_WARNING; i++) {
        if (model->warnings >> i & 1) {
            facts.warning[facts.n_warning++] = fault_warning_key((enum fault_warning)i);
        }
    }
    return facts;
}

static void add_text(const void *its, enum lang lang, struct look look, struct text *out) {
    fault_card_add_text(out, its, lang, look);
}

static void add_json(const void *its, struct text *out) { fault_card_add_json(out, its); }

// ---- answers

struct faults_asked {
    struct arena arena;
    const struct frame_column **column; // (n_column) of the frame; NULL: it has none of this name
    struct fault_answer *answer;        // (n_row) of the frame
    uint32_t n_lacking, first_lacking;
};

static maru_status find_columns(const struct fault_model *model, const struct frame *frame,
                                struct faults_asked *out, maru_error *err) {
    out->column = arena_take(&out->arena, model->n_column, sizeof *out->column);
    if (!out->column) {
        return arena_refusal(&out->arena, err);
    }
    for (uint32_t c = model->n_column; c-- > 0;) {
        const uint32_t at = frame_find(frame, model->column[c]);
        const bool is_there = at != UINT32_MAX && (frame->column[at].kind == FRAME_NUMBER ||
                                                   frame->column[at].kind == FRAME_EMPTY);
        out->column[c] = is_there ? &frame->column[at] : NULL;
        out->n_lacking += is_there ? 0 : 1;
        out->first_lacking = is_there ? out->first_lacking : c;
    }
    return out->n_lacking < model->n_column
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "the table has none of the columns of the model");
}

// A column that the table may have or not.
static uint32_t find_named(const struct frame *frame, const char *name) {
    return name[0] ? frame_find(frame, name) : UINT32_MAX;
}

static maru_status answer_runs(const struct fault_model *model, const struct frame *frame,
                               struct faults_asked *out, maru_error *err) {
    struct run_order order = {0};
    struct fault_state state;
    double *x = arena_take(&out->arena, model->n_column, sizeof *x);
    out->answer = arena_take(&out->arena, (size_t)frame->n_row + 1, sizeof *out->answer);
    if (!x || !out->answer) {
        return arena_refusal(&out->arena, err);
    }
    maru_status st = run_order_find(frame, find_named(frame, model->unit),
                                    find_named(frame, model->order), &out->arena, &order, err);
    st = st == MARU_OK ? fault_state_init(model, &out->arena, &state, err) : st;
    for (uint32_t i = 0; st == MARU_OK && i < order.n; i++) {
        if (i > 0 && order.run[i] != order.run[i - 1]) {
            fault_start(&state);
        }
        for (uint32_t c = 0; c < model->n_column; c++) {
            const struct frame_column *column = out->column[c];
            x[c] =
                column && column->kind == FRAME_NUMBER ? column->number[order.row[i]] : (double)NAN;
        }
        fault_step(model, &state, x, &out->answer[order.row[i]]);
    }
    return st;
}

static maru_status ask(const struct fault_model *model, const struct frame *frame,
                       struct faults_asked *out, maru_error *err) {
    const maru_status st = find_columns(model, frame, out, err);
    return st == MARU_OK ? answer_runs(model, frame, out, err) : st;
}

static bool is_named(const struct fault_answer *a) { return a->is_alarm && a->has_name; }

static void add_row(struct text *out, const struct fault_model *model, const struct fault_answer *a,
                    const struct model_question *question, uint32_t i) {
    struct text cell;
    text_init(&cell, SENTENCE_BYTES);
    text_addf(out, "%u,%d,", question->frame->line[i], a->is_alarm);
    if (a->is_ready) {
        text_add_double(out, a->statistic);
    }
    text_addz(out, ",");
    if (is_named(a)) {
        text_add_csv(out, model->told[a->name.fault].name);
        text_addz(out, ",");
        text_add_fixed(out, (double)a->name.probability, 4);
        text_addf(out, ",%d,", a->name.is_unknown);
    } else {
        text_addz(out, ",,,");
    }
    for (uint32_t k = 0; k < a->n_cause; k++) {
        text_addf(&cell, "%s%s", k > 0 ? "; " : "", model->column[a->cause[k].column]);
    }
    text_add_csv(out, cell.bytes ? cell.bytes : "");
    if (question->wants_why) {
        text_clear(&cell);
        if (a->is_ready) {
            fault_card_add_why(&cell, model, a, question->lang);
        }
        text_addz(out, ",");
        text_add_csv(out, cell.bytes ? cell.bytes : "");
    }
    text_addz(out, "\n");
    text_fini(&cell);
}

static void add_row_json(struct json *json, const struct fault_model *model,
                         const struct fault_answer *a, uint32_t line) {
    json_open_object(json, NULL);
    json_add_count(json, "line", line);
    json_add_number(json, "value", a->is_ready ? a->statistic : (double)NAN);
    json_add_bool(json, "is_alarm", a->is_alarm);
    json_add_count(json, "n_missing", a->n_missing);
    json_add_string(json, "class",
                    is_named(a) && !a->name.is_unknown ? model->told[a->name.fault].name : NULL);
    json_add_string(json, "fault", is_named(a) ? model->told[a->name.fault].name : NULL);
    json_add_number(json, "probability", is_named(a) ? (double)a->name.probability : (double)NAN);
    json_add_bool(json, "is_unknown", is_named(a) && a->name.is_unknown);
    json_open_list(json, "why");
    for (uint32_t k = 0; k < a->n_cause; k++) {
        json_open_object(json, NULL);
        json_add_string(json, "feature", model->column[a->cause[k].column]);
        json_add_number(json, "share", a->cause[k].share);
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

static void add_all(const struct fault_model *model, const struct faults_asked *asked,
                    const struct model_question *question, struct text *text) {
    const bool is_json = question->form == PREDICTIONS_JSON;
    struct json json;
    json_writer_init(&json, text);
    if (is_json) {
        json_open_object(&json, NULL);
        json_add_string(&json, "model", model->fingerprint);
        json_open_list(&json, "predictions");
    } else if (question->form == PREDICTIONS_CSV) {
        text_addf(text, "line,alarm,statistic,fault,probability,unknown,columns%s\n",
                  question->wants_why ? ",why" : "");
    }
    for (uint32_t i = 0; i < question->frame->n_row; i++) {
        if (is_json) {
            add_row_json(&json, model, &asked->answer[i], question->frame->line[i]);
        } else if (question->form == PREDICTIONS_CSV) {
            add_row(text, model, &asked->answer[i], question, i);
        } else {
            text_add_double(text, asked->answer[i].statistic);
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
    const struct fault_model *model = its;
    struct faults_asked asked = {0};
    arena_init(&asked.arena, FAULTS_MAX_ASKED_BYTES);
    const maru_status st = ask(model, question->frame, &asked, err);
    if (st == MARU_OK) {
        add_all(model, &asked, question, text);
        *said = (struct model_said){
            .n = question->frame->n_row, .n_column = model->n_column, .n_lacking = asked.n_lacking};
        model_file_name(asked.n_lacking > 0 ? model->column[asked.first_lacking] : NULL,
                        said->lacking);
    }
    arena_fini(&asked.arena);
    return st;
}

static maru_status answer(const void *its, const struct frame *frame, struct model_row_answer *out,
                          maru_error *err) {
    const struct fault_model *model = its;
    struct faults_asked asked = {0};
    arena_init(&asked.arena, FAULTS_MAX_ASKED_BYTES);
    const maru_status st = ask(model, frame, &asked, err);
    for (uint32_t i = 0; st == MARU_OK && i < frame->n_row; i++) {
        const struct fault_answer *a = &asked.answer[i];
        const bool has_name = is_named(a) && !a->name.is_unknown;
        out[i] = (struct model_row_answer){
            .value = a->is_ready ? a->statistic : (double)NAN,
            .low = (double)NAN,
            .high = (double)NAN,
            .has_alarm = true,
            .is_alarm = a->is_alarm,
            .class_name = has_name ? model->told[a->name.fault].name : NULL,
        };
        model_file_name(a->n_cause > 0 ? model->column[a->cause[0].column] : NULL, out[i].outside);
    }
    arena_fini(&asked.arena);
    return st;
}

const struct model_format model_format_faults = {
    .is = fault_model_is,
    .read = read,
    .free = free_faults,
    .facts = facts,
    .add_text = add_text,
    .add_json = add_json,
    .predict = predict,
    .answer = answer,
};

// ---- training

static bool is_hinted(const struct goal_work *work, const char *column, uint8_t role) {
    const struct quality_hints *hints = &work->wish->hints;
    bool is = false;
    for (size_t i = 0; i < hints->n_role; i++) {
        is = is || (hints->role[i].role == role && strcmp(hints->role[i].column, column) == 0);
    }
    return is;
}

// Does each row have one more than the row before, or begin anew at its first number?
static bool counts_rows(const struct frame_column *column, uint32_t n_row) {
    uint32_t n_step = 0;
    for (uint32_t i = 1; i < n_row; i++) {
        n_step += column->number[i] == column->number[i - 1] + 1.0 ? 1 : 0;
    }
    return n_row > 2 && column->n_missing == 0 && n_step >= n_row - 1 - n_row / 20;
}

// What is watched: each column of numbers that is nothing else, and whose name is none of a number or a verdict; or that is said to be.
static bool is_watched(const struct goal_work *work, const struct fault_training *in, uint32_t c) {
    const struct frame_column *column = &work->frame->column[c];
    if (column->kind != FRAME_NUMBER || c == in->target || c == in->unit || c == in->order ||
        goal_leaves_out(work, column->name)) {
        return false;
    }
    return is_hinted(work, column->name, ROLE_INPUT) ||
           !(words_in_name(WORDS_IDENTIFIER, column->name) ||
             words_in_name(WORDS_TARGET, column->name) || counts_rows(column, work->frame->n_row));
}

// The column that orders rows: that of --order or --time, else the first one of times.
static maru_status find_order(const struct goal_work *work, uint32_t *out, maru_error *err) {
    if (work->wish->order) {
        return goal_find_column(work->frame, work->wish->order, out, err);
    }
    for (uint32_t c = work->frame->n_column; c-- > 0;) {
        *out = work->frame->column[c].kind == FRAME_TIME ? c : *out;
    }
    for (uint32_t c = 0; c < work->frame->n_column; c++) {
        *out = is_hinted(work, work->frame->column[c].name, ROLE_TIME) ? c : *out;
    }
    return MARU_OK;
}

maru_status model_goal_faults(const struct goal_work *work, struct text *out, maru_error *err) {
    const struct model_wish *wish = work->wish;
    struct fault_training in = {
        .frame = work->frame,
        .target = UINT32_MAX,
        .unit = UINT32_MAX,
        .order = UINT32_MAX,
        .normal = wish->normal,
        .alpha = isnan(wish->level) ? 0.01 : 1 - wish->level,
        .seed = wish->seed,
        .n_thread = work->in->n_thread > 0 ? work->in->n_thread : 1,
        .title = work->in->title,
        .version = work->in->version,
        .progress = work->in->progress,
        .context = work->in->context,
    };
    uint32_t *column = alloc_new((size_t)work->frame->n_column + 1, sizeof *column);
    if (!column) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = find_order(work, &in.order, err);
    st =
        st == MARU_OK && wish->unit ? goal_find_column(work->frame, wish->unit, &in.unit, err) : st;
    st = st == MARU_OK && wish->hints.target
             ? goal_find_column(work->frame, wish->hints.target, &in.target, err)
             : st;
    for (uint32_t c = 0; c < work->frame->n_column && st == MARU_OK; c++) {
        column[in.n_column] = c;
        in.n_column += is_watched(work, &in, c) ? 1 : 0;
    }
    in.column = column;
    st = st == MARU_OK ? fault_training_run(&in, out, err) : st;
    alloc_free(column);
    return st;
}
