#include "stopwatch.h"

#include "base/random.h"
#include "io/workers.h"
#include "live/futures.h"
#include "live/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A twin that plays: its futures, ways back into its past, and what its stream costs; on SMT2020 after a
// year, where MARU_DATA has it. Futures are timed by the wall's clock on all cores, the rest by the
// processor's.

enum { DAYS_PAST = 365, N_SEEK = 40, N_FUTURE = 100, N_FRAME = 400, HISTORY_BYTES = 64 << 20 };

__attribute__((noreturn)) static void stop(const char *what, const maru_error *err) {
    fprintf(stderr, "%s: %s\n", what, err->text);
    exit(1);
}

static void require(maru_status status, const char *what, const maru_error *err) {
    if (status != MARU_OK) {
        stop(what, err);
    }
}

struct past { // a twin that has lived for a year
    maru_model *model;
    struct history *history;
    struct moment now;
};

static bool live_a_year(const char *name, const char *set, struct past *past) {
    char folder[4096];
    const char *data = getenv("MARU_DATA");
    maru_plant *plant = NULL;
    maru_error err = {0};
    snprintf(folder, sizeof folder, "%s/smt2020/%s", data ? data : "../shared/data", set);
    maru_faults *faults = maru_faults_new();
    const maru_status st = maru_plant_open(folder, faults, &plant, &err);
    maru_faults_free(faults);
    if (st != MARU_OK) {
        bench_skip(name, "no SMT2020: set MARU_DATA");
        return false;
    }
    require(maru_model_new(plant, NULL, &past->model, &err), "model", &err);
    maru_sim *first = NULL;
    require(maru_sim_new(past->model, 1, &first, &err), "twin", &err);
    require(history_new(first, HISTORY_BYTES, &past->history, &err), "history", &err);
    maru_sim_free(first);
    require(history_find(past->history, 0, &past->now, &err), "history", &err);
    require(history_go(past->history, &past->now, DAYS_PAST * MARU_DAY, &err), "run", &err);
    return true;
}

static void time_futures(const char *name, void *set) {
    struct past past = {0};
    if (!live_a_year(name, set, &past)) {
        return;
    }
    maru_error err = {0};
    double seconds[N_REPEAT];
    const struct futures_plan plan = {.now = &past.now,
                                      .acts = history_acts(past.history),
                                      .seed = 1,
                                      .n_rep = N_FUTURE,
                                      .n_thread = workers_cores(),
                                      .span_us = MARU_DAY};
    for (int i = -1; i < N_REPEAT; i++) {
        struct futures futures;
        const double start = bench_wall_s();
        require(futures_run(&plan, &futures, &err), "futures", &err);
        seconds[i < 0 ? 0 : i] = bench_wall_s() - start;
        futures_fini(&futures);
    }
    char extra[80];
    snprintf(extra, sizeof extra, "\"hours_ahead\":24,\"cores\":%zu", workers_cores());
    bench_line(name, "future", N_FUTURE, bench_median(seconds), extra);
}

static void time_seeks(const char *name, void *set) {
    struct past past = {0};
    if (!live_a_year(name, set, &past)) {
        return;
    }
    maru_error err = {0};
    double seconds[N_REPEAT];
    for (int i = -1; i < N_REPEAT; i++) {
        const double start = bench_cpu_s();
        for (uint64_t k = 0; k < N_SEEK; k++) {
            struct moment moment = {0};
            const struct random_block luck = random_at(1, 0, k);
            const maru_time at = (maru_time)(luck.word[0] % (DAYS_PAST * 86400u)) * MARU_SECOND;
            require(history_find(past.history, at, &moment, &err), "find", &err);
            require(moment_go(&moment, history_acts(past.history), at, &err), "go", &err);
            moment_fini(&moment);
        }
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
    }
    char extra[120];
    snprintf(extra, sizeof extra, "\"days_past\":%d,\"states_kept\":%zu,\"state_bytes\":%zu",
             DAYS_PAST, history_count(past.history), maru_sim_bytes(past.now.sim));
    bench_line(name, "seek", N_SEEK, bench_median(seconds), extra);
}

// Frames of a twin that plays at 3600 times real time, 20 a second: a view and its changes.
static void time_frames(const char *name, void *set) {
    struct past past = {0};
    if (!live_a_year(name, set, &past)) {
        return;
    }
    maru_error err = {0};
    double seconds[N_REPEAT] = {0};
    size_t n_bytes = 0, n_whole = 0;
    struct text text;
    text_init(&text, 1 << 24);
    for (int i = -1; i < N_REPEAT; i++) {
        struct view *before = NULL;
        double spent = 0;
        n_bytes = 0;
        for (int k = 0; k < N_FRAME; k++) {
            struct view *view = NULL;
            const maru_time at = past.now.acted_us + 180 * MARU_SECOND;
            require(moment_go(&past.now, history_acts(past.history), at, &err), "run", &err);
            const double start = bench_cpu_s();
            require(view_new(past.now.sim, 10, &view, &err), "view", &err);
            text_clear(&text);
            view_write(&text, before, view);
            spent += bench_cpu_s() - start;
            n_bytes += before ? text.n_bytes : 0;
            n_whole = before ? n_whole : text.n_bytes;
            view_release(before);
            before = view;
        }
        view_release(before);
        seconds[i < 0 ? 0 : i] = spent;
    }
    char extra[160];
    snprintf(extra, sizeof extra, "\"speed\":3600,\"whole_bytes\":%zu,\"bytes_a_frame\":%.0f",
             n_whole, (double)n_bytes / (N_FRAME - 1));
    bench_line(name, "frame", N_FRAME, bench_median(seconds), extra);
    text_fini(&text);
}

int main(int argc, char **argv) {
    static char hvlm[] = "HVLM", lvhm[] = "LVHM";
    struct bench bench = bench_init(argc, argv);
    bench_case(&bench, "forecast_24h_smt2020_hvlm", time_futures, hvlm);
    bench_case(&bench, "forecast_24h_smt2020_lvhm", time_futures, lvhm);
    bench_case(&bench, "seek_smt2020_hvlm", time_seeks, hvlm);
    bench_case(&bench, "frame_smt2020_hvlm", time_frames, hvlm);
    return bench.is_bad ? 1 : 0;
}
