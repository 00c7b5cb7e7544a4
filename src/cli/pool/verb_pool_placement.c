// maru pool placement TRACE: rules of placement on tasks of a trace, until as many GPUs are asked for as there are.

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "cli/pool/pool_watch.h"
#include "cli/pool/trace_files.h"
#include "study/replay/rule_trial.h"

enum { OUT_BYTES = 1 << 26 };

static maru_status write_files(const struct call *call, const struct rule_ask *ask,
                               const struct rule_trial *trial, maru_error *err) {
    const struct pool_values *const values = call->args.values;
    struct text page;
    maru_status st = MARU_OK;
    text_init(&page, OUT_BYTES);
    if (values->html) {
        st = rule_trial_add_report(&page, ask, trial, call->lang, err);
        st = st == MARU_OK ? pool_write(values->html, &page, err) : st;
    }
    if (st == MARU_OK && values->csv) {
        text_clear(&page);
        rule_trial_add_csv(&page, trial);
        st = pool_write(values->csv, &page, err);
    }
    text_fini(&page);
    return st;
}

static int tell(struct call *call, const struct rule_ask *ask, const struct rule_trial *trial) {
    struct text out;
    maru_error err = {0};
    if (write_files(call, ask, trial, &err) != MARU_OK) {
        return verb_refuse(call, &err);
    }
    text_init(&out, OUT_BYTES);
    if (call->json) {
        struct json json;
        json_writer_init(&json, &out);
        json_open_object(&json, NULL);
        rule_trial_add_json(&json, ask, trial);
        json_close(&json);
    } else if (!call->quiet) {
        struct pool_saying saying = {&out, call};
        rule_trial_lead(ask, trial, pool_say, &saying);
        rule_trial_add_table(&out, trial, call->lang, call->look);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static int run(struct call *call, const struct replay_study *study) {
    const struct pool_values *const values = call->args.values;
    const bool is_lowest = strcmp(values->ties, "lowest") == 0;
    struct pool_watch watch;
    maru_error err = {0};
    if (!is_lowest && strcmp(values->ties, "random") != 0) {
        return verb_refuse_word(
            call, MARU_E_USAGE, W_BAD_VALUE,
            (const char *const[]){"ties", values->ties, "random | lowest", NULL});
    }
    const struct rule_ask ask = {
        .title = study->title,
        .cluster = &study->cluster,
        .trace = &study->trace,
        .kind = study->kind,
        .n_kind = study->n_kind,
        .ties = is_lowest ? PLACEMENT_TIES_LOWEST : PLACEMENT_TIES_RANDOM,
        .percent = values->share <= 2 ? (uint32_t)lround(values->share * 100) : UINT32_MAX,
        .seed = values->seed,
        .n_seed = (uint32_t)values->seeds,
        .go_on = pool_watch_go_on,
        .context = &watch};
    struct rule_trial *const trial = alloc_new(1, sizeof *trial);
    if (!trial) {
        return verb_refuse(call, &(maru_error){.code = MARU_E_MEMORY, .text = "no memory"});
    }
    pool_watch_open(&watch, call);
    const maru_status st = rule_trial_run(&ask, trial, &err);
    pool_watch_close(&watch);
    const int status = st == MARU_OK ? tell(call, &ask, trial) : verb_refuse(call, &err);
    alloc_free(trial);
    return status;
}

int pool_run_placement(struct call *call) {
    struct trace_files files;
    struct replay_study study = {0};
    struct sheet_faults faults = {0};
    maru_error err = {0};
    int status = trace_files_open(&files, call);
    if (status == EXIT_GOOD) {
        status = replay_study_open(&study, &files.sources, &faults, &err) == MARU_OK
                     ? run(call, &study)
                     : trace_files_refuse(call, &faults, &err);
    }
    replay_study_close(&study);
    trace_files_close(&files);
    return status;
}
