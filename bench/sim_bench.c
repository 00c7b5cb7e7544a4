#include "stopwatch.h"

#include "io/workers.h"
#include "maru/sim.h"
#include "plant/fab/fab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The twin: lot-steps a second on the testbed and on made-up fabs of three sizes, forks, futures,
// threads.
//
// SMT2020 runs from time 0 with its own stock. A made-up fab starts empty, so it is warmed up once,
// and each repetition runs a fork of that state: what is timed is a fab in balance. Seconds are of
// CPU time, but for two threads against one, where it is the wall's.

enum { DAYS_SMT2020 = 730, DAYS_WARM = 365, N_FORK = 1000, DAYS_THREAD = 365, FAB_SEED = 1 };

__attribute__((noreturn)) static void stop(const char *what, const maru_error *err) {
    fprintf(stderr, "%s: %s\n", what, err->text);
    exit(1);
}

static void require(maru_status status, const char *what, const maru_error *err) {
    if (status != MARU_OK) {
        stop(what, err);
    }
}

// ---- plants ----

struct fab_case {
    const char *name;
    uint32_t n_tool;
    int days; // timed
};

struct table_list {
    maru_file file[64];
    void *owned[2 * 64]; // what the files point to
    size_t n;
};

static maru_status keep_table(void *context, const maru_file *file, maru_error *err) {
    struct table_list *list = context;
    (void)err;
    char *const name = strdup(file->name);
    void *const bytes = malloc(file->n_bytes + 1);
    if (!name || !bytes || list->n == sizeof list->file / sizeof list->file[0]) {
        free(name);
        free(bytes);
        return MARU_E_MEMORY;
    }
    memcpy(bytes, file->bytes, file->n_bytes);
    list->owned[2 * list->n] = name;
    list->owned[2 * list->n + 1] = bytes;
    list->file[list->n++] = (maru_file){.name = name, .bytes = bytes, .n_bytes = file->n_bytes};
    return MARU_OK;
}

// The process ends with the case, which is when the plant is given back.
static maru_plant *make_fab(uint32_t n_tool) {
    const struct fab_spec spec = {
        .n_tool = n_tool, .n_product = 4, .n_step = 400, .seed = FAB_SEED, .load = 0.85};
    struct table_list list = {.n = 0};
    maru_error err = {0};
    maru_plant *plant = NULL;
    require(fab_make(&spec, keep_table, &list, &err), "fab", &err);
    maru_faults *faults = maru_faults_new();
    require(maru_plant_read(list.file, list.n, faults, &plant, &err), "fab", &err);
    maru_faults_free(faults);
    for (size_t i = 0; i < 2 * list.n; i++) {
        free(list.owned[i]);
    }
    return plant;
}

// NULL where the testbed is absent.
static maru_plant *open_smt2020(const char *name, const char *set) {
    const char *const data = getenv("MARU_DATA");
    char folder[1024];
    snprintf(folder, sizeof folder, "%s/smt2020/%s", data && data[0] ? data : "../shared/data",
             set);
    if (access(folder, R_OK) != 0) {
        bench_skip(name, "no smt2020 in MARU_DATA");
        return NULL;
    }
    maru_error err = {0};
    maru_plant *plant = NULL;
    maru_faults *faults = maru_faults_new();
    require(maru_plant_open(folder, faults, &plant, &err), folder, &err);
    maru_faults_free(faults);
    return plant;
}

static maru_model *new_model(const maru_plant *plant) {
    maru_error err = {0};
    maru_model *model = NULL;
    require(maru_model_new(plant, NULL, &model, &err), "model", &err);
    return model;
}

static maru_sim *new_twin(const maru_model *model, uint64_t seed) {
    maru_error err = {0};
    maru_sim *sim = NULL;
    require(maru_sim_new(model, seed, &sim, &err), "twin", &err);
    return sim;
}

static void run_to(maru_sim *sim, maru_time until) {
    maru_error err = {0};
    require(maru_sim_run(sim, until, &err), "run", &err);
}

struct counts {
    double lot_steps, events, wip;
};

static struct counts count(const maru_sim *sim) {
    maru_error err = {0};
    maru_results *r = NULL;
    require(maru_sim_results(sim, &r, &err), "results", &err);
    const struct counts counts = {(double)r->n_lot_step, (double)r->n_event, r->wip_now};
    maru_results_free(r);
    return counts;
}

// ---- lot-steps a second ----

static void run_smt2020(const char *name, void *context) {
    maru_plant *plant = open_smt2020(name, context);
    if (!plant) {
        return;
    }
    const maru_model *model = new_model(plant);
    double seconds[N_REPEAT];
    struct counts counts = {0};
    size_t state_bytes = 0;
    for (int i = -1; i < N_REPEAT; i++) { // the first warms up
        const double start = bench_cpu_s();
        maru_sim *sim = new_twin(model, 1);
        run_to(sim, DAYS_SMT2020 * MARU_DAY);
        counts = count(sim);
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
        state_bytes = maru_sim_bytes(sim);
        maru_sim_free(sim);
    }
    char extra[160];
    snprintf(extra, sizeof extra, "\"days\":%d,\"events\":%.0f,\"state_bytes\":%zu,\"wip\":%.0f",
             DAYS_SMT2020, counts.events, state_bytes, counts.wip);
    bench_line(name, "lot-step", counts.lot_steps, bench_median(seconds), extra);
}

static void run_fab(const char *name, void *context) {
    const struct fab_case *fab = context;
    const maru_model *model = new_model(make_fab(fab->n_tool));
    maru_sim *warm = new_twin(model, 1);
    enum { DAYS_FILL = 80 };
    run_to(warm, DAYS_FILL * MARU_DAY);
    maru_sim *sim = new_twin(model, 1);
    const struct counts before = count(warm);
    struct counts after = before;
    double seconds[N_REPEAT];
    maru_error err = {0};
    for (int i = -1; i < N_REPEAT; i++) {
        require(maru_sim_fork(warm, sim, &err), "fork", &err);
        const double start = bench_cpu_s();
        run_to(sim, (DAYS_FILL + fab->days) * MARU_DAY);
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
        after = count(sim);
    }
    char extra[160];
    snprintf(extra, sizeof extra, "\"days\":%d,\"events\":%.0f,\"state_bytes\":%zu,\"wip\":%.0f",
             fab->days, after.events - before.events, maru_sim_bytes(sim), after.wip);
    bench_line(name, "lot-step", after.lot_steps - before.lot_steps, bench_median(seconds), extra);
}

// ---- forks and futures ----

// A full state and a twin to fork it into; false where the testbed is absent.
static bool make_pair(const char *name, const char *set, maru_sim **full, maru_sim **fork) {
    maru_plant *plant = set ? open_smt2020(name, set) : make_fab(1000);
    if (!plant) {
        return false;
    }
    const maru_model *model = new_model(plant);
    *full = new_twin(model, 1);
    run_to(*full, (set ? DAYS_WARM : 80) * MARU_DAY);
    *fork = new_twin(model, 2);
    return true;
}

static void time_forks(const char *name, const char *set, maru_time ahead_us) {
    maru_sim *full = NULL, *fork = NULL;
    if (!make_pair(name, set, &full, &fork)) {
        return;
    }
    maru_error err = {0};
    double seconds[N_REPEAT];
    for (int i = -1; i < N_REPEAT; i++) {
        const double start = bench_cpu_s();
        for (uint64_t k = 0; k < N_FORK; k++) {
            require(maru_sim_fork(full, fork, &err), "fork", &err);
            if (ahead_us > 0) {
                maru_sim_reseed(fork, k);
                run_to(fork, maru_sim_now(full) + ahead_us);
            }
        }
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
    }
    char extra[80];
    snprintf(extra, sizeof extra, "\"hours_ahead\":%.0f,\"state_bytes\":%zu",
             (double)ahead_us / (double)MARU_HOUR, maru_sim_bytes(full));
    bench_line(name, "fork", N_FORK, bench_median(seconds), extra);
}

static void run_fork(const char *name, void *context) { time_forks(name, context, 0); }

static void run_futures(const char *name, void *context) {
    time_forks(name, context, 8 * MARU_HOUR);
}

// ---- threads ----

struct replications {
    const maru_model *model;
    double lot_steps[2];
};

static void replicate(void *context, size_t index) {
    struct replications *r = context;
    maru_sim *sim = new_twin(r->model, index + 1);
    run_to(sim, DAYS_THREAD * MARU_DAY);
    r->lot_steps[index] = count(sim).lot_steps;
    maru_sim_free(sim);
}

static void run_threads(const char *name, void *context) {
    maru_plant *plant = context ? open_smt2020(name, context) : make_fab(1000);
    if (!plant) {
        return;
    }
    maru_error err = {0};
    struct replications r = {.model = new_model(plant)};
    double one[N_REPEAT] = {0}, two[N_REPEAT] = {0};
    for (int i = -1; i < N_REPEAT; i++) {
        // in turns, so that both meet the same load
        for (size_t n_thread = 1; n_thread <= 2; n_thread++) {
            const double start = bench_wall_s();
            require(workers_run(2, n_thread, replicate, NULL, &r, &err), "threads", &err);
            (n_thread == 1 ? one : two)[i < 0 ? 0 : i] = bench_wall_s() - start;
        }
    }
    const double one_s = bench_median(one), two_s = bench_median(two);
    char extra[120];
    snprintf(extra, sizeof extra,
             "\"days\":%d,\"one_thread_s\":%.4g,\"speedup\":%.3f,\"cores\":%zu", DAYS_THREAD, one_s,
             one_s / two_s, workers_cores());
    bench_line(name, "lot-step", r.lot_steps[0] + r.lot_steps[1], two_s, extra);
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    static char hvlm[] = "HVLM", lvhm[] = "LVHM";
    static struct fab_case fabs[] = {
        {"fab_100", 100, 365}, {"fab_1000", 1000, 40}, {"fab_10000", 10000, 4}};
    bench_case(&bench, "smt2020_hvlm_730d", run_smt2020, hvlm);
    bench_case(&bench, "smt2020_lvhm_730d", run_smt2020, lvhm);
    for (size_t i = 0; i < sizeof fabs / sizeof fabs[0]; i++) {
        bench_case(&bench, fabs[i].name, run_fab, &fabs[i]);
    }
    bench_case(&bench, "fork_smt2020_hvlm", run_fork, hvlm);
    bench_case(&bench, "fork_fab_1000", run_fork, NULL);
    bench_case(&bench, "futures_8h_smt2020_hvlm", run_futures, hvlm);
    bench_case(&bench, "futures_8h_fab_1000", run_futures, NULL);
    bench_case(&bench, "threads_2_smt2020_hvlm", run_threads, hvlm);
    bench_case(&bench, "threads_2_fab_1000", run_threads, NULL);
    return bench.is_bad ? 1 : 0;
}
