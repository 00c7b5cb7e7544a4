#include "train/faults/fault_training.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "train/faults/fault_inside.h"
#include "train/frame_digest.h"

// Names that the trial learnt are those that are learnt again from all rows: a fault with so few rows that only all of them would do gets none.

#define FAULT_TRAINING_BYTES ((size_t)16 << 30)

void fault_warn(struct fault_work *w, enum fault_warning warning) {
    w->model.warnings |= UINT32_C(1) << warning;
}

maru_status fault_tell(const struct fault_work *w, double share, maru_error *err) {
    return !w->in->progress || w->in->progress(w->in->context, share, "")
               ? MARU_OK
               : fail(err, MARU_E_STOPPED, "stopped");
}

// Asked between the trees of a fit, which takes long.
static bool goes_on(const void *its) {
    const struct fault_training *in = its;
    return !in->progress || in->progress(in->context, (double)NAN, "");
}

static void warn_of_table(struct fault_work *w) {
    const struct fault_training *in = w->in;
    if (in->target == UINT32_MAX) {
        fault_warn(w, FAULT_WARN_UNLABELED);
    }
    if (w->model.n_left_out > 0) {
        fault_warn(w, FAULT_WARN_NOT_SAID);
    }
    if (in->order == UINT32_MAX) {
        fault_warn(w, FAULT_WARN_NO_TIME);
    }
    if (in->unit == UINT32_MAX) {
        fault_warn(w, FAULT_WARN_NO_UNIT);
    }
}

// The model that is kept learns from all rows.
static maru_status learn_all(struct fault_work *w, maru_error *err) {
    struct fault_model *m = &w->model;
    const uint32_t n_fault = w->samples.n_fault;
    struct fault_fit_options options = w->options;
    bool is_left_out[DIAGNOSIS_MAX_FAULTS + 1] = {false};
    uint32_t *class_fault = arena_take(w->arena, (size_t)n_fault + 1, sizeof *class_fault);
    if (!class_fault) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t k = 1; k <= n_fault; k++) {
        is_left_out[k] = !w->told[k - 1].is_learnt;
    }
    options.is_left_out = is_left_out;
    maru_status st = fault_fit_monitor(&w->samples, &options, w->arena, &m->monitor, err);
    st = st == MARU_OK
             ? fault_fit_names(&w->samples, &options, &m->monitor, &m->trees, class_fault, err)
             : st;
    for (uint32_t k = 0; k < m->trees.n_fault; k++) {
        class_fault[k]--; // of told
    }
    m->class_fault = class_fault;
    return st == MARU_OK ? fault_tell(w, 0.95, err) : st;
}

static const char *name_of(const struct fault_work *w, uint32_t column) {
    return column == UINT32_MAX ? "" : w->in->frame->column[column].name;
}

static maru_status name_columns(struct fault_work *w, maru_error *err) {
    struct fault_model *m = &w->model;
    const char **column = arena_take(w->arena, (size_t)w->in->n_column + 1, sizeof *column);
    if (!column) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t c = 0; c < w->in->n_column; c++) {
        column[c] = name_of(w, w->in->column[c]);
    }
    m->column = column;
    m->n_column = w->in->n_column;
    m->n_window = w->options.n_window;
    memcpy(m->window, w->options.window, sizeof m->window);
    m->target = name_of(w, w->in->target);
    m->unit = name_of(w, w->in->unit);
    m->order = name_of(w, w->in->order);
    m->normal = w->name[0];
    m->title = w->in->title;
    m->version = w->in->version;
    return MARU_OK;
}

static maru_status run(struct fault_work *w, struct text *bytes, maru_error *err) {
    struct fault_model *m = &w->model;
    w->options = (struct fault_fit_options){
        .alpha = w->in->alpha, .n_fold = FAULT_FOLDS, .every = 1, .names = diagnosis_usual()};
    if (w->in->n_round > 0) {
        w->options.names.trees.n_round = w->in->n_round;
    }
    w->options.names.trees.n_thread = w->in->n_thread;
    w->options.names.trees.goes_on = goes_on;
    w->options.names.trees.context = w->in;
    w->options.names.trees.seed = (uint32_t)w->in->seed;
    m->alpha = w->in->alpha;
    maru_status st = fault_tell(w, 0.0, err);
    st = st == MARU_OK ? fault_find_rows(w, err) : st;
    st = st == MARU_OK ? name_columns(w, err) : st;
    st = st == MARU_OK ? fault_try(w, err) : st;
    st = st == MARU_OK ? learn_all(w, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    warn_of_table(w);
    m->told = w->told;
    m->n_fault = w->samples.n_fault;
    frame_digest(w->in->frame, m->data);
    return fault_model_write(m, bytes, err);
}

maru_status fault_training_run(const struct fault_training *input, struct text *bytes,
                               maru_error *err) {
    if (!(input->alpha > 0 && input->alpha <= 0.5)) {
        return fail(err, MARU_E_RANGE, "the level of good rows lies between 0.5 and 1");
    }
    struct arena arena;
    arena_init(&arena, FAULT_TRAINING_BYTES);
    struct fault_work w = {.in = input, .arena = &arena};
    const maru_status st = run(&w, bytes, err);
    fault_trees_fini(&w.model.trees);
    arena_fini(&arena);
    return st;
}
