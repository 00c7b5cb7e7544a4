// All rules of placement on the same tasks: how many GPUs stand idle when as many are asked for as there are.
//
// source: Weng et al., Beware of Fragmentation, USENIX ATC 2023, section 6
#ifndef STUDY_RULE_TRIAL_H
#define STUDY_RULE_TRIAL_H

#include "base/interval.h"
#include "study/json_writer.h"
#include "study/replay/inflation.h"
#include "study/table.h"
#include "study/words/words.h"

enum { RULE_MAX_SEEDS = 1000 };

struct rule_ask {
    const char *title;
    const struct cluster *cluster;
    const struct job_trace *trace;
    const struct want_kind *kind; // (n_kind), of usual_kinds
    uint32_t n_kind;
    enum placement_ties ties;
    uint32_t percent; // of the GPUs that are asked for
    uint64_t seed;    // of the first draw; those behind it follow
    uint32_t n_seed;
    bool (*go_on)(void *context, double share); // NULL: nobody asks
    void *context;
};

struct rule_result {      // of one rule, over the draws
    struct interval idle; // GPUs that are not given out at the end
    struct interval more,
        more_than_supply; // the same, more than fgd, and than fgd-supply, on the same draw
    double lost;          // tasks that fitted nowhere, of all
    double idle_at[INFLATION_MAX_PERCENT + 1];       // mean GPUs that are not given out
    double fragmented_at[INFLATION_MAX_PERCENT + 1]; // mean F of them
};

struct rule_trial {
    struct rule_result rule[PLACEMENT_RULES];
    uint32_t n_seed, percent;
    double n_gpu;
};

//   errors  as inflation_run; MARU_E_RANGE: no draw, or more than RULE_MAX_SEEDS; MARU_E_STOPPED
MARU_MUST_USE maru_status rule_trial_run(const struct rule_ask *ask, struct rule_trial *out,
                                         maru_error *err);

// Of the rules that are not FGD's the one that leaves the fewest idle.
enum placement_rule rule_trial_best_other(const struct rule_trial *trial);

// Each sentence that leads.
typedef void (*rule_say)(void *context, enum word id, const char *const *arguments);
void rule_trial_lead(const struct rule_ask *ask, const struct rule_trial *trial, rule_say say,
                     void *context);
void rule_trial_add_table(struct text *out, const struct rule_trial *trial, enum lang lang,
                          struct look look);
void rule_trial_add_json(struct json *json, const struct rule_ask *ask,
                         const struct rule_trial *trial);
void rule_trial_add_csv(struct text *out, const struct rule_trial *trial);
// One page, as replay_add_report.
MARU_MUST_USE maru_status rule_trial_add_report(struct text *out, const struct rule_ask *ask,
                                                const struct rule_trial *trial, enum lang lang,
                                                maru_error *err);

#endif
