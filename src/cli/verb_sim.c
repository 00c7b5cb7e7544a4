// maru sim PLANT: run the twin, one or many times, and tell what came of it.
//
// Replication r has the seed --seed + r. With --precision replications are added until the interval
// of the named figure is narrow enough; the number is found as if they had been done one after the
// other, so it does not depend on threads.

#include "base/alloc.h"
#include "base/percent.h"
#include "base/status.h"
#include "cli/pool/pool_runs.h"
#include "cli/trace.h"
#include "cli/verb.h"
#include "cli/watch.h"
#include "io/clock.h"
#include "io/snapshot.h"
#include "io/workers.h"
#include "study/report/report.h"
#include "study/study.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { PRECISION_LEAST_RUNS = 3 };

struct sim_values {
    struct pool_values pool;
    maru_time days, warmup, until;
    uint64_t reps, seed, threads;
    const char *rule, *queue_rule;
    struct option_list option;
    double precision;
    const char *of, *save, *from, *trace, *csv, *report;
    bool all;
};

struct session { // all that one call of the verb holds
    struct call *call;
    const struct sim_values *values;
    maru_plant *plant;
    maru_options *options;
    maru_model *model;
    struct setting setting[ARGS_MAX_LIST + 4];
    char setting_name[ARGS_MAX_LIST][64];
    size_t n_setting;
    struct text from; // saved state
    struct trace *trace;
    struct run *run; // (n_run)
    size_t n_run;
    struct runs_plan plan;
};

static maru_status set_option(struct session *session, const char *name, const char *value,
                              maru_error *err) {
    maru_error why = {0};
    const maru_status st = maru_options_set(session->options, name, value, &why);
    if (st != MARU_OK) {
        return fail(err, st, "%.60s: %.250s", name, why.text);
    }
    if (session->n_setting < ARGS_MAX_LIST + 4) {
        session->setting[session->n_setting++] = (struct setting){name, value};
    }
    return MARU_OK;
}

static maru_status read_options(struct session *session, maru_error *err) {
    const struct sim_values *values = session->values;
    session->options = maru_options_new();
    maru_status st = session->options ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK && values->rule) {
        st = set_option(session, "rule", values->rule, err);
    }
    if (st == MARU_OK && values->queue_rule) {
        st = set_option(session, "queue_rule", values->queue_rule, err);
    }
    for (size_t i = 0; st == MARU_OK && i < values->option.n; i++) {
        const char *text = values->option.text[i], *equals = strchr(text, '=');
        const size_t n = equals ? (size_t)(equals - text) : 0;
        if (n == 0 || n >= sizeof session->setting_name[i]) {
            return fail(err, MARU_E_USAGE,
                        "--option %.100s: NAME=VALUE is wanted; maru help options lists them",
                        text);
        }
        memcpy(session->setting_name[i], text, n);
        if (!percent_decode(session->setting_name[i])) {
            return fail(err, MARU_E_USAGE, "--option %.100s: no name has %%00 in it", text);
        }
        st = set_option(session, session->setting_name[i], equals + 1, err);
    }
    return st;
}

static maru_status check_values(const struct session *session, maru_error *err) {
    const struct sim_values *values = session->values;
    const struct args *args = &session->call->args;
    const bool is_many = values->reps > 1 || args_given(args, "precision");
    if (figure_find(values->of) == N_FIGURE) {
        const char *near =
            args_nearest(values->of, &figure_columns[0].key, N_FIGURE, sizeof figure_columns[0]);
        return near ? fail(err, MARU_E_USAGE, "--of %.40s: no such figure: did you mean %s?",
                           values->of, near)
                    : fail(err, MARU_E_USAGE, "--of %.40s: no such figure", values->of);
    }
    if (is_many && (values->save || values->trace)) {
        return fail(err, MARU_E_USAGE, "--%s is for one replication",
                    values->save ? "save" : "trace");
    }
    if (args_given(args, "reps") && args_given(args, "precision")) {
        return fail(err, MARU_E_USAGE,
                    "--precision finds the number of replications itself: leave --reps out");
    }
    enum on_where where = ON_HERE;
    const maru_status st = on_where(session->call, &where, err);
    if (st != MARU_OK) {
        return st;
    }
    if (where != ON_HERE && (values->save || values->trace || args_given(args, "precision"))) {
        return fail(err, MARU_E_USAGE, "--%s is for this machine: leave --on pool out",
                    values->save    ? "save"
                    : values->trace ? "trace"
                                    : "precision");
    }
    if (args_given(args, "days") && args_given(args, "until")) {
        return fail(err, MARU_E_USAGE, "--days and --until say the same: give one of them");
    }
    return MARU_OK;
}

// ---- before and after each run: trace and snapshot

static maru_status before_run(void *context, maru_sim *sim, maru_error *err) {
    struct session *session = context;
    if (session->values->trace) {
        const maru_status st =
            trace_open(session->values->trace, session->plant, &session->trace, err);
        if (st != MARU_OK) {
            return st;
        }
        maru_sim_set_trace(sim, trace_event, session->trace);
    }
    return MARU_OK;
}

static maru_status after_run(void *context, maru_sim *sim, maru_error *err) {
    struct session *session = context;
    maru_sim_set_trace(sim, NULL, NULL);
    maru_status st = trace_close(session->trace, err);
    session->trace = NULL;
    if (st == MARU_OK && session->values->save) {
        const size_t n = maru_sim_bytes(sim);
        void *bytes = alloc_new(n, 1);
        if (!bytes) {
            return fail(err, MARU_E_MEMORY, "no memory for a copy of the state");
        }
        maru_sim_save(sim, bytes);
        st = snapshot_write(session->values->save, bytes, n, err);
        alloc_free(bytes);
    }
    return st;
}

// ---- setting up

static maru_status load_from(struct session *session, maru_time *begin, maru_error *err) {
    maru_status st = snapshot_read(session->values->from, &session->from, err);
    maru_sim *sim = NULL;
    if (st == MARU_OK) {
        st = maru_sim_load(session->model, session->from.bytes, session->from.n_bytes, &sim, err);
    }
    if (st == MARU_OK) {
        *begin = maru_sim_now(sim);
    }
    maru_sim_free(sim);
    return st;
}

static maru_status prepare(struct session *session, maru_error *err) {
    const struct sim_values *values = session->values;
    const struct args *args = &session->call->args;
    maru_time begin = 0;
    maru_status st = read_options(session, err);
    if (st == MARU_OK) {
        st = maru_model_new(session->plant, session->options, &session->model, err);
    }
    if (st == MARU_OK && values->from) {
        st = load_from(session, &begin, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    const maru_time until = args_given(args, "until") ? values->until : begin + values->days;
    if (until <= begin || values->warmup >= until) {
        return fail(err, MARU_E_USAGE,
                    until <= begin ? "the run ends on day %.6g, before it begins"
                                   : "the run ends on day %.6g, before the warm-up is over",
                    (double)until / (double)MARU_DAY);
    }
    const size_t n_thread = args_given(args, "threads") ? (size_t)values->threads : workers_cores();
    session->plan = (struct runs_plan){
        .warmup_us = values->warmup,
        .until_us = until,
        .from = values->from ? &session->from : NULL,
        .is_reseeded =
            args_given(args, "seed") || values->reps > 1 || args_given(args, "precision"),
        .n_thread = n_thread,
        .context = session,
    };
    if (values->trace || values->save) { // one replication, so one thread has the session
        session->plan.before = before_run;
        session->plan.after = after_run;
    }
    const size_t n_room = args_given(args, "precision") ? RUNS_MAX : (size_t)values->reps;
    session->run = alloc_new(n_room, sizeof *session->run);
    if (!session->run) {
        return fail(err, MARU_E_MEMORY, "no memory for %zu replications", n_room);
    }
    for (size_t i = 0; i < n_room; i++) {
        session->run[i].model = session->model;
        session->run[i].seed = values->seed + i;
    }
    return MARU_OK;
}

// ---- running

// The smallest number of runs from PRECISION_LEAST_RUNS to n whose interval is narrow enough; 0:
// none.
static size_t enough_runs(const struct session *session, size_t n) {
    const struct column *column = &figure_columns[figure_find(session->values->of)];
    for (size_t k = PRECISION_LEAST_RUNS; k <= n; k++) {
        const struct interval interval = runs_interval(session->run, k, column, 0);
        if (interval.n >= PRECISION_LEAST_RUNS &&
            interval.half_width <= session->values->precision * fabs(interval.mean)) {
            return k;
        }
    }
    return 0;
}

static maru_status run_until_precise(struct session *session, maru_error *err) {
    size_t n_batch = session->plan.n_thread;
    n_batch = n_batch > PRECISION_LEAST_RUNS ? n_batch : PRECISION_LEAST_RUNS;
    maru_status st = MARU_OK;
    size_t enough = 0;
    while (st == MARU_OK && enough == 0 && session->n_run < RUNS_MAX) {
        const size_t left = RUNS_MAX - session->n_run, n = n_batch < left ? n_batch : left;
        st = watch_runs(session->call, &session->plan, session->run + session->n_run, n, err);
        session->n_run += n;
        if (runs_worst(session->run, session->n_run)) {
            return st;
        }
        enough = enough_runs(session, session->n_run);
        const struct interval so_far = runs_interval(
            session->run, session->n_run, &figure_columns[figure_find(session->values->of)], 0);
        verb_note(session->call, W_PRECISION_SO_FAR,
                  (const char *const[]){
                      numeral_count(session->n_run).text, session->values->of,
                      numeral_percent(so_far.half_width / fabs(so_far.mean), 2).text, NULL});
    }
    if (enough > 0) {
        runs_fini(session->run + enough, session->n_run - enough);
        session->n_run = enough;
    }
    return st;
}

// *is_told false: only a part was asked for, and it is written.
static maru_status run_all(struct session *session, bool *is_told, maru_error *err) {
    static const char *const own[] = {"from", "csv", "report", "all", NULL};
    if (args_given(&session->call->args, "precision")) {
        return run_until_precise(session, err);
    }
    session->n_run = (size_t)session->values->reps;
    const struct pool_runs runs = {
        .work = {.plan = &session->plan, .run = session->run, .n_run = session->n_run},
        .plant = session->call->args.word[0],
        .skip = own,
        .from = session->values->from};
    return pool_runs_do(session->call, &runs, is_told, err);
}

// ---- telling

// Why the results are not what was asked for, in front of them.
static void say_stopped(const struct session *session, const struct run *worst) {
    const size_t n = runs_with_results(session->run, session->n_run);
    const struct numeral day = numeral((double)worst->now_us / (double)MARU_DAY, 1);
    verb_note(session->call, worst->status == MARU_E_LIMIT ? W_OVERLOADED : W_STOPPED,
              (const char *const[]){day.text, numeral_count(n).text,
                                    numeral_count(session->n_run).text, worst->err.text, NULL});
    if (!worst->is_warm && worst->results && session->plan.warmup_us > 0) {
        verb_note(session->call, W_STOPPED_IN_WARMUP, (const char *const[]){NULL});
    }
}

static maru_status write_files(const struct session *session, const struct study *study,
                               maru_error *err) {
    const struct sim_values *values = session->values;
    maru_status st = values->csv ? study_write_csv(study, values->csv, err) : MARU_OK;
    if (st == MARU_OK && values->report) {
        st = report_write(study, values->report, session->call->lang, err);
    }
    if (st == MARU_OK && values->report) {
        verb_note(session->call, W_REPORT_WRITTEN, (const char *const[]){values->report, NULL});
    }
    return st;
}

static int tell(struct session *session, const struct study *study) {
    struct call *call = session->call;
    const struct run *worst = runs_worst(session->run, session->n_run);
    maru_error err = {0};
    if (runs_with_results(session->run, session->n_run) == 0) {
        return verb_refuse(call, worst ? &worst->err : &err);
    }
    const bool is_cut = worst && (worst->status == MARU_E_STOPPED || worst->status == MARU_E_LIMIT);
    if (is_cut) {
        say_stopped(session, worst);
    }
    struct text out;
    text_init(&out, INT32_MAX);
    if (call->json) {
        study_add_json(&out, study);
    } else if (!call->quiet) {
        study_add_tables(&out, study, call->lang, session->values->all, call->look);
    }
    int status = verb_print(call, &out, worst ? verb_exit(worst->status) : EXIT_GOOD);
    text_fini(&out);
    // What goes wrong from here on is said in words, since the results are out.
    struct call plain = *call;
    plain.json = false;
    if (worst && !is_cut) {
        status = verb_refuse(&plain, &worst->err);
    }
    if (write_files(session, study, &err) != MARU_OK) {
        status = verb_refuse(&plain, &err);
    }
    return status;
}

static void fini(struct session *session) {
    runs_fini(session->run, session->n_run);
    alloc_free(session->run);
    text_fini(&session->from);
    maru_model_free(session->model);
    maru_options_free(session->options);
    maru_plant_free(session->plant);
    alloc_free(session);
}

static int run_sim(struct call *call) {
    struct session *session = alloc_new(1, sizeof *session);
    if (!session) {
        return verb_refuse(call, &(maru_error){.code = MARU_E_MEMORY, .text = "no memory"});
    }
    *session = (struct session){.call = call, .values = call->args.values};
    text_init(&session->from, INT32_MAX);
    maru_error err = {0};
    int status = EXIT_GOOD;
    maru_status st = check_values(session, &err);
    if (st == MARU_OK) {
        status = verb_open_plant(call, call->args.word[0], &session->plant);
    }
    if (st == MARU_OK && status == EXIT_GOOD) {
        const double begin = clock_seconds();
        st = prepare(session, &err);
        bool is_told = true;
        st = st == MARU_OK ? run_all(session, &is_told, &err) : st;
        const struct study study = {
            .plant = session->plant,
            .folder = call->args.word[0],
            .run = session->run,
            .n_run = session->n_run,
            .warmup_us = session->plan.warmup_us,
            .until_us = session->plan.until_us,
            .seed = session->values->seed,
            .setting = session->setting,
            .n_setting = session->n_setting,
            .seconds = clock_seconds() - begin,
        };
        status = st == MARU_OK && is_told ? tell(session, &study) : status;
    }
    if (st != MARU_OK) {
        status = verb_refuse(call, &err);
    }
    fini(session);
    return status;
}

#define AT(member) offsetof(struct sim_values, member)
static const struct option options[] = {
    {"days", 'd', OPTION_SPAN, AT(days), "SPAN", "365", W_HELP_DAYS, 0, 0},
    {"until", 0, OPTION_SPAN, AT(until), "SPAN", NULL, W_HELP_UNTIL, 0, 0},
    {"warmup", 'w', OPTION_SPAN, AT(warmup), "SPAN", "0", W_HELP_WARMUP, 0, 0},
    {"reps", 'r', OPTION_COUNT, AT(reps), "N", "1", W_HELP_REPS, 1, RUNS_MAX},
    {"seed", 's', OPTION_COUNT, AT(seed), "N", "1", W_HELP_SEED, 0, INT64_MAX},
    {"threads", 'j', OPTION_COUNT, AT(threads), "N", NULL, W_HELP_THREADS, 1, WORKERS_MAX},
    {"rule", 0, OPTION_TEXT, AT(rule), "RULE", NULL, W_HELP_RULE, 0, 0},
    {"queue-rule", 0, OPTION_TEXT, AT(queue_rule), "none|qtcr|qts", NULL, W_HELP_QUEUE_RULE, 0, 0},
    {"option", 0, OPTION_LIST, AT(option), "NAME=VALUE", NULL, W_HELP_OPTION, 0, 0},
    {"precision", 0, OPTION_SHARE, AT(precision), "SHARE", NULL, W_HELP_PRECISION, 0, 0},
    {"of", 0, OPTION_TEXT, AT(of), "FIGURE", "cycle-time", W_HELP_OF, 0, 0},
    {"save", 0, OPTION_TEXT, AT(save), "FILE", NULL, W_HELP_SAVE, 0, 0},
    {"from", 0, OPTION_TEXT, AT(from), "FILE", NULL, W_HELP_FROM, 0, 0},
    {"trace", 0, OPTION_TEXT, AT(trace), "FILE", NULL, W_HELP_TRACE, 0, 0},
    {"csv", 0, OPTION_TEXT, AT(csv), "FOLDER", NULL, W_HELP_CSV, 0, 0},
    {"report", 0, OPTION_TEXT, AT(report), "FILE.html", NULL, W_HELP_REPORT, 0, 0},
    {"all", 'a', OPTION_FLAG, AT(all), NULL, NULL, W_HELP_ALL_GROUPS, 0, 0},
    ON_POOL_OPTIONS,
    ON_POOL_PARTS_OPTION,
};
#undef AT

static const char *const examples[] = {
    "maru sim examples/minifab --days 365 --reps 20 --report report.html",
    "maru sim my-fab --days 730 --warmup 365 --rule 'priority desc, setup, due - now'",
    "maru sim my-fab --days 90 --precision 1% --of wip",
    "maru sim my-fab --until 30 --save day30.maru",
    "maru sim my-fab --from day30.maru --until 60 --json",
    "maru sim my-fab --reps 1000 --on pool",
    NULL,
};

const struct verb verb_sim = {
    .name = "sim",
    .synopsis = "PLANT [--days SPAN] [--reps N] [--rule RULE] [--report FILE.html] ...",
    .purpose = W_SIM_PURPOSE,
    .option = options,
    .n_option = sizeof options / sizeof options[0],
    .n_value_bytes = sizeof(struct sim_values),
    .min_words = 1,
    .max_words = 1,
    .example = examples,
    .run = run_sim};
