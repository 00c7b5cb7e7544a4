#include "learn/faults/fault_model.h"

#include <math.h>

#include "base/status.h"

// The living side of a model; fault_model_bytes.c is how it is kept.

maru_status fault_state_init(const struct fault_model *model, struct arena *arena,
                             struct fault_state *out, maru_error *err) {
    struct fault_state made = {0};
    const maru_status st =
        fault_watch_init(&model->monitor, model->window, model->n_window, arena, &made.watch, err);
    if (st != MARU_OK) {
        return st;
    }
    const bool has_names = model->trees.n_fault > 0;
    made.share = arena_take(arena, model->n_column, sizeof *made.share);
    made.feature = arena_take(arena, made.watch.n_feature, sizeof *made.feature);
    made.probability =
        arena_take(arena, (size_t)model->trees.n_fault + 1, sizeof *made.probability);
    made.scratch = arena_take(arena, has_names ? fault_trees_scratch_bytes(&model->trees) : 1, 1);
    if (!made.share || !made.feature || !made.probability || !made.scratch) {
        return arena_refusal(arena, err);
    }
    *out = made;
    return MARU_OK;
}

void fault_start(struct fault_state *state) { fault_watch_start(&state->watch); }

// Puts a cause among those that are told, the largest first, of equal ones the first column.
static void add_cause(struct fault_answer *answer, uint32_t column, double share) {
    uint32_t at = answer->n_cause < DIAGNOSIS_MAX_CAUSES ? answer->n_cause++ : DIAGNOSIS_MAX_CAUSES;
    while (at > 0 && answer->cause[at - 1].share < share) {
        if (at < DIAGNOSIS_MAX_CAUSES) {
            answer->cause[at] = answer->cause[at - 1];
        }
        at--;
    }
    if (at < DIAGNOSIS_MAX_CAUSES) {
        answer->cause[at] = (struct fault_cause){column, share};
    }
}

static bool has_moved(const struct monitor *m, uint32_t column, double x) {
    return m->sd[column] == 0.0 && isfinite(x) &&
           fabs(x - m->mean[column]) > 1e-9 * (1.0 + fabs(m->mean[column]));
}

static void find_causes(const struct fault_model *model, const struct fault_state *state,
                        const struct monitor_verdict *verdict, const double *x,
                        struct fault_answer *answer) {
    fault_watch_shares(&state->watch, verdict, state->share);
    for (uint32_t c = 0; c < model->n_column; c++) {
        const double share = has_moved(&model->monitor, c, x[c]) ? 1.0 : state->share[c];
        if (share > 0.0) {
            add_cause(answer, c, share);
        }
    }
}

void fault_step(const struct fault_model *model, struct fault_state *state, const double *x,
                struct fault_answer *answer) {
    const bool has_names = model->trees.n_fault > 0;
    struct monitor_verdict verdict;
    fault_watch_step(&state->watch, x, &verdict, has_names ? state->feature : NULL);
    *answer = (struct fault_answer){.is_ready = verdict.is_ready,
                                    .is_alarm = verdict.is_alarm,
                                    .n_missing = verdict.n_missing,
                                    .statistic = monitor_largest(&model->monitor, &verdict)};
    if (verdict.is_alarm) {
        find_causes(model, state, &verdict, x, answer);
    }
    if (verdict.is_ready && has_names) {
        fault_trees_ask(&model->trees, state->feature, state->scratch, state->probability,
                        &answer->name);
        answer->name.fault = model->class_fault[answer->name.fault];
        answer->has_name = true;
    }
}

const char *fault_warning_text(enum fault_warning warning, bool is_korean) {
#define X(name, key, english, korean) {english, korean},
    static const char *const words[][2] = {FAULT_WARNINGS(X)};
#undef X
    return words[warning][is_korean];
}

const char *fault_warning_key(enum fault_warning warning) {
#define X(name, key, english, korean) key,
    static const char *const keys[] = {FAULT_WARNINGS(X)};
#undef X
    return keys[warning];
}
