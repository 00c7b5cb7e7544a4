#include "study/replay/replay_study.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/money/prices.h"
#include "pool/trace/cluster_table.h"
#include "pool/trace/usual_kinds.h"
#include "study/replay/replay_accounts.h"

// The trace is read once and played as often as there are policies. What fragmentation is measured by are the kinds of jobs of the
// whole trace, as in the paper: a scheduler that learns them while it runs would know them after some hours.

enum { ARENA_BYTES = 1 << 30, PRICE_BYTES = 64 << 20 };
#define MAX_SPAN_US (10000.0 * 366 * 86400e6)

static maru_status name_file(maru_status st, const struct replay_table *table, maru_error *err) {
    if (st != MARU_OK && err && table->name) {
        snprintf(err->file, sizeof err->file, "%s", table->name);
    }
    return st;
}

// Times are counted from the first job on, so that coming faster moves nobody before it.
static maru_status inflate(struct job_trace *trace, double by, maru_error *err) {
    if (by == 1 || !trace->has_times || trace->n == 0) {
        return MARU_OK;
    }
    const int64_t from = trace->job[0].submit_us;
    if (!((double)(trace->job[trace->n - 1].submit_us - from) / by < MAX_SPAN_US)) {
        return fail(err, MARU_E_RANGE, "so slowly jobs would come for more than 10000 years");
    }
    for (uint32_t i = 0; i < trace->n; i++) {
        int64_t *const at = &trace->job[i].submit_us;
        *at = from + llround((double)(*at - from) / by);
    }
    return MARU_OK;
}

maru_status replay_prices(const struct replay_table *table, const struct cluster *cluster,
                          double *price, maru_error *err) {
    struct arena arena;
    struct prices prices;
    arena_init(&arena, PRICE_BYTES);
    const maru_status st = prices_read(table->bytes, table->n, 0, &arena, &prices, err);
    for (uint32_t t = 0; st == MARU_OK && t < cluster->n_type; t++) {
        const uint32_t resource = prices_find(&prices, cluster->type[t].name);
        const uint32_t end = prices.first[resource + 1];
        price[t] = end > prices.first[resource]
                       ? (double)prices.row[end - 1].an_hour.krw_milli / KRW_MILLI
                       : 0;
    }
    arena_fini(&arena);
    return name_file(st, table, err);
}

static maru_status read_jobs(struct replay_study *study, const struct replay_sources *sources,
                             struct sheet_faults *faults, maru_error *err) {
    const struct replay_table *const jobs = &sources->jobs;
    if (sources->fill) {
        const maru_status st = sources->fill(sources->context, &study->cluster, &study->trace, err);
        return st == MARU_OK ? job_trace_sort(&study->trace, err) : st;
    }
    maru_status st =
        job_trace_read(&study->trace, jobs->bytes, jobs->n, &study->cluster, faults, err);
    if (st == MARU_OK && sources->form && strcmp(sources->form, study->trace.form) != 0) {
        st = fail(err, MARU_E_INPUT, "this is a trace of the form '%s', not '%s'",
                  study->trace.form, sources->form);
    }
    return name_file(st, jobs, err);
}

// Failures are drawn until the last job would end if none waited: the same for every policy.
static maru_status draw_failures(struct replay_study *study, const char *text, maru_error *err) {
    const struct job_trace *const trace = &study->trace;
    struct failures failures = {.seed = study->seed};
    maru_status st = failures_read(&failures, text, err);
    if (st != MARU_OK || trace->n == 0 || !trace->has_times) {
        return st;
    }
    int64_t until_us = trace->job[0].submit_us;
    for (uint32_t i = 0; i < trace->n; i++) {
        const struct trace_job *const job = &trace->job[i];
        const int64_t end_us = job->submit_us + (job->run_us == TRACE_NEVER ? 0 : job->run_us);
        until_us = end_us > until_us ? end_us : until_us;
    }
    return outages_draw(&study->outages, &failures, &study->cluster, trace->job[0].submit_us,
                        until_us, err);
}

static maru_status read_outages(struct replay_study *study, const struct replay_sources *sources,
                                struct sheet_faults *faults, maru_error *err) {
    const struct replay_table *const events = &sources->events;
    const struct job_trace *const trace = &study->trace;
    const int64_t first_us = trace->n > 0 && trace->has_times ? trace->job[0].submit_us : 0;
    maru_status st = MARU_OK;
    if (events->bytes) {
        st = name_file(outages_read(&study->outages, events->bytes, events->n, &study->cluster,
                                    first_us, faults, err),
                       events, err);
    }
    st = st == MARU_OK && sources->failures ? draw_failures(study, sources->failures, err) : st;
    study->has_outages = events->bytes != NULL || sources->failures != NULL;
    return st;
}

maru_status replay_study_open(struct replay_study *study, const struct replay_sources *sources,
                              struct sheet_faults *faults, maru_error *err) {
    *study = (struct replay_study){.inflate = sources->inflate,
                                   .checkpoints = sources->checkpoints,
                                   .checkpoint_us = sources->checkpoint_us ? sources->checkpoint_us
                                                                           : REPLAY_CHECKPOINT_US,
                                   .seed = sources->seed};
    arena_init(&study->arena, ARENA_BYTES);
    outages_init(&study->outages);
    job_trace_init(&study->trace);
    if (!(sources->inflate > 0 && sources->inflate <= REPLAY_MAX_INFLATE)) {
        return fail(err, MARU_E_RANGE, "jobs come up to %d times as fast", REPLAY_MAX_INFLATE);
    }
    study->title = arena_text(&study->arena, sources->title, strlen(sources->title));
    study->kind = alloc_new(PLACEMENT_MAX_KINDS, sizeof *study->kind);
    if (!study->title || !study->kind) {
        return fail(err, MARU_E_MEMORY, "no memory to play a trace");
    }
    maru_status st = name_file(cluster_table_read(sources->nodes.bytes, sources->nodes.n,
                                                  &study->arena, &study->cluster, faults, err),
                               &sources->nodes, err);
    st = st == MARU_OK ? read_jobs(study, sources, faults, err) : st;
    st = st == MARU_OK ? usual_kinds(&study->trace, study->kind, &study->n_kind, err) : st;
    if (st == MARU_OK && sources->prices.bytes) {
        study->has_prices = true;
        st = replay_prices(&sources->prices, &study->cluster, study->price, err);
    }
    st = st == MARU_OK ? inflate(&study->trace, sources->inflate, err) : st;
    st = st == MARU_OK ? read_outages(study, sources, faults, err) : st;
    if (st == MARU_OK && sources->accounts.bytes) {
        st = name_file(replay_accounts(study, &sources->accounts, faults, err), &sources->accounts,
                       err);
    }
    return st;
}

void replay_study_close(struct replay_study *study) {
    for (uint32_t i = 0; i < study->n_policy; i++) {
        replay_free(&study->policy[i].replay);
        replay_free(&study->policy[i].calm);
    }
    job_trace_free(&study->trace);
    alloc_free(study->kind);
    alloc_free(study->account_row);
    outages_free(&study->outages);
    arena_fini(&study->arena);
    *study = (struct replay_study){0};
}

maru_status replay_study_add(struct replay_study *study, const char *name, const char *bytes,
                             size_t n, maru_error *err) {
    if (study->n_policy == REPLAY_MAX_POLICIES) {
        return fail(err, MARU_E_LIMIT, "at most %d policies are compared at a time",
                    REPLAY_MAX_POLICIES);
    }
    struct replay_case *const it = &study->policy[study->n_policy];
    const struct replay_table table = {name, bytes, n};
    *it = (struct replay_case){0};
    snprintf(it->name, sizeof it->name, "%s", name);
    pool_policy_default(&it->policy);
    const maru_status st =
        name_file(pool_policy_read(&it->policy, bytes ? bytes : "", n, err), &table, err);
    it->policy.seed += study->seed;
    study->n_policy += st == MARU_OK;
    return st;
}

struct going { // one run of several
    bool (*go_on)(void *context, double share);
    void *context;
    double done, all;
};

static bool go_on_all(void *context, double share) {
    const struct going *const going = context;
    return going->go_on(going->context, (going->done + share) / going->all);
}

static maru_status play_policy(const struct replay_study *study, const struct pool_policy *policy,
                               const struct outages *outages, struct going *going,
                               struct replay *out, maru_error *err) {
    const struct replay_ask ask = {.cluster = &study->cluster,
                                   .trace = &study->trace,
                                   .policy = policy,
                                   .accounts = study->accounts.row ? &study->accounts : NULL,
                                   .account_row = study->account_row,
                                   .kind = study->kind,
                                   .n_kind = study->n_kind,
                                   .price = study->has_prices ? study->price : NULL,
                                   .checkpoints = study->checkpoints,
                                   .outages = outages,
                                   .checkpoint_us = study->checkpoint_us,
                                   .go_on = going->go_on ? go_on_all : NULL,
                                   .context = going};
    const maru_status st = replay_run(&ask, out, err);
    going->done++;
    return st;
}

static maru_status play_case(struct replay_study *study, uint32_t i, struct going *going,
                             maru_error *err) {
    struct replay_case *const it = &study->policy[i];
    const struct outages *const outages = study->has_outages ? &study->outages : NULL;
    maru_status st = play_policy(study, &it->policy, outages, going, &it->replay, err);
    if (st == MARU_OK && i > 0) {
        st = replay_compare(&study->policy[0].replay, &it->replay, study->seed, &it->difference,
                            err);
    }
    if (st == MARU_OK && outages) {
        st = play_policy(study, &it->policy, NULL, going, &it->calm, err);
        st = st == MARU_OK ? replay_compare(&it->calm, &it->replay, study->seed, &it->outages, err)
                           : st;
    }
    return st;
}

maru_status replay_study_run(struct replay_study *study, bool (*go_on)(void *context, double share),
                             void *context, maru_error *err) {
    struct going going = {go_on, context, 0, study->n_policy * (study->has_outages ? 2.0 : 1.0)};
    maru_status st =
        study->n_policy > 0 ? MARU_OK : fail(err, MARU_E_USAGE, "there is no policy to try");
    for (uint32_t i = 0; st == MARU_OK && i < study->n_policy; i++) {
        st = play_case(study, i, &going, err);
    }
    study->is_done = st == MARU_OK;
    return st;
}
