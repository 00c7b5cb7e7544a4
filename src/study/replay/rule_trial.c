#include "study/replay/rule_trial.h"

#include "base/alloc.h"
#include "base/status.h"
#include "study/words/numerals.h"

// Every rule faces the same tasks of a draw, so rules are compared draw by draw.

enum { POINTS = INFLATION_MAX_PERCENT + 1 };

static void note(struct rule_result *result, const struct inflation *run, double n_gpu,
                 uint32_t n_seed) {
    for (uint32_t p = 0; p < run->n_point; p++) {
        result->idle_at[p] += (n_gpu - run->allocated[p]) / n_seed;
        result->fragmented_at[p] += run->fragmented[p] / n_seed;
    }
    result->lost += (double)run->n_lost / run->n_task / n_seed;
}

static maru_status run_rule(const struct rule_ask *ask, enum placement_rule rule, double *idle,
                            struct rule_trial *out, maru_error *err) {
    struct inflation *const run = alloc_new(1, sizeof *run);
    maru_status st = run ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory to try a rule");
    for (uint32_t s = 0; st == MARU_OK && s < ask->n_seed; s++) {
        const struct inflation_ask one = {.cluster = ask->cluster,
                                          .trace = ask->trace,
                                          .kind = ask->kind,
                                          .n_kind = ask->n_kind,
                                          .rule = rule,
                                          .ties = ask->ties,
                                          .percent = ask->percent,
                                          .seed = ask->seed + s};
        st = inflation_run(&one, run, err);
        if (st == MARU_OK) {
            note(&out->rule[rule], run, out->n_gpu, ask->n_seed);
            idle[s] = out->n_gpu - run->allocated[ask->percent];
        }
        if (st == MARU_OK && ask->go_on &&
            !ask->go_on(ask->context, ((double)rule * ask->n_seed + s + 1) /
                                          ((double)PLACEMENT_RULES * ask->n_seed))) {
            st = fail(err, MARU_E_STOPPED, "the comparison was stopped");
        }
    }
    alloc_free(run);
    return st;
}

maru_status rule_trial_run(const struct rule_ask *ask, struct rule_trial *out, maru_error *err) {
    if (ask->n_seed < 1 || ask->n_seed > RULE_MAX_SEEDS) {
        return fail(err, MARU_E_RANGE, "tasks are drawn 1 to %d times", RULE_MAX_SEEDS);
    }
    double *const idle = alloc_new((size_t)PLACEMENT_RULES * ask->n_seed, sizeof *idle);
    if (!idle) {
        return fail(err, MARU_E_MEMORY, "no memory to try a rule");
    }
    maru_status st = MARU_OK;
    *out = (struct rule_trial){
        .n_seed = ask->n_seed, .percent = ask->percent, .n_gpu = (double)ask->cluster->n_gpu_all};
    for (uint32_t r = 0; st == MARU_OK && r < PLACEMENT_RULES; r++) {
        double *const its = idle + (size_t)r * ask->n_seed;
        st = run_rule(ask, (enum placement_rule)r, its, out, err);
        out->rule[r].idle = interval_of(its, ask->n_seed, 0.95);
        out->rule[r].more = interval_paired(idle, its, ask->n_seed, 0.95);
    }
    const double *const supply = idle + (size_t)PLACEMENT_FGD_SUPPLY * ask->n_seed;
    for (uint32_t r = 0; st == MARU_OK && r < PLACEMENT_RULES; r++) {
        out->rule[r].more_than_supply =
            interval_paired(supply, idle + (size_t)r * ask->n_seed, ask->n_seed, 0.95);
    }
    alloc_free(idle);
    return st;
}

enum placement_rule rule_trial_best_other(const struct rule_trial *trial) {
    uint32_t best = PLACEMENT_BEST_FIT;
    for (uint32_t r = 0; r < PLACEMENT_RULES; r++) {
        const bool is_ours = r == PLACEMENT_FGD || r == PLACEMENT_FGD_SUPPLY;
        best = !is_ours && trial->rule[r].idle.mean < trial->rule[best].idle.mean ? r : best;
    }
    return (enum placement_rule)best;
}
