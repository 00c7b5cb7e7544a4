#include "stopwatch.h"

#include "base/arena.h"
#include "control/fdc/tep_data.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Fault detection on the Tennessee Eastman process, as docs/QUALITY.md reports it: one JSON line for each way
// of watching. Models and limits come from d00 alone. The data is found through MARU_DATA, default
// ../shared/data; without it the line says so. Arguments as the other benchmarks: [COMMIT [CASE...]].

static double train[TEP_SAMPLES * TEP_VARIABLES], other[TEP_SAMPLES * TEP_VARIABLES];

struct way {
    const char *name;
    struct monitor_options options;
};

// As bench_case has it: a case is known by the beginning of its name.
static bool is_wanted(const struct bench *bench, const char *name) {
    char whole[64];
    snprintf(whole, sizeof whole, "tep_%s", name);
    bool is = bench->n_wanted == 0;
    for (int i = 0; i < bench->n_wanted; i++) {
        is = is || strncmp(whole, bench->wanted[i], strlen(bench->wanted[i])) == 0;
    }
    return is;
}

static bool run(const struct bench *bench, const char *folder, const struct way *way) {
    struct arena arena, scratch;
    arena_init(&arena, 1 << 26);
    arena_init(&scratch, 1 << 26);
    maru_error err = {0};
    struct monitor monitor;
    const struct monitor_part part = {train, 500};
    const struct monitor_data data = {&part, 1, TEP_VARIABLES};
    const double start = bench_cpu_s();
    bool is_good = monitor_fit(&way->options, &data, &arena, &scratch, &monitor, &err) == MARU_OK;
    if (!is_good) {
        fprintf(stderr, "%s: %s\n", way->name, err.text);
    } else {
        const double fit_s = bench_cpu_s() - start;
        const size_t n_normal = tep_read(folder, "d00_te.dat", other);
        const double watch_start = bench_cpu_s();
        const double false_alarms = tep_watch(&monitor, other, n_normal, 0).share;
        const double step_us = (bench_cpu_s() - watch_start) * 1e6 / (double)n_normal;
        printf("{\"case\":\"tep_%s\",\"commit\":\"%s\",\"components\":%u,\"fit_s\":%.3f,\"step_"
               "us\":%.2f,"
               "\"false_alarms\":%.4f,\"faults\":[",
               way->name, bench->commit, monitor.n_component, fit_s, step_us, false_alarms);
        double sum = 0.0, sum_without = 0.0;
        for (int fault = 1; fault <= TEP_FAULTS; fault++) {
            char name[32];
            const size_t first = tep_file_of(fault, name);
            const size_t n = tep_read(folder, name, other);
            const struct tep_outcome got = tep_watch(&monitor, other, n, first);
            printf("%s{\"fault\":%d,\"file\":\"%s\",\"detected\":%.4f,\"delay\":%d}",
                   fault > 1 ? "," : "", fault, name, got.share, got.delay);
            sum += got.share;
            sum_without += fault == 3 || fault == 9 || fault == 15 ? 0.0 : got.share;
        }
        printf("],\"mean_of_21\":%.4f,\"mean_without_3_9_15\":%.4f}\n", sum / TEP_FAULTS,
               sum_without / (TEP_FAULTS - 3));
    }
    arena_fini(&arena);
    arena_fini(&scratch);
    return is_good;
}

int main(int argc, char **argv) {
    const struct bench bench = bench_init(argc, argv);
    const char *root = getenv("MARU_DATA");
    char folder[900];
    snprintf(folder, sizeof folder, "%s/tep", root ? root : "../shared/data");
    if (tep_read(folder, "d00.dat", train) != 500) {
        bench_skip("tep", "no Tennessee Eastman data (set MARU_DATA)");
        return 0;
    }
    const struct monitor_options usual = monitor_defaults();
    struct monitor_options pca = usual, dpca = usual;
    pca.dynamics = MONITOR_STATIC;
    pca.n_lag = 0;
    pca.variance = 0.9;
    pca.lambda = 1.0;
    struct monitor_options pca_theory = pca;
    pca_theory.limit = LIMIT_THEORY;
    dpca.dynamics = MONITOR_LAGGED;
    dpca.n_lag = 2;
    dpca.variance = 0.9;
    struct monitor_options raw = usual, heavy = usual, light = usual, two = usual, ten = usual,
                           slow = usual, quantile = usual;
    raw.lambda = 1.0;
    light.ridge = 0.03;
    heavy.ridge = 0.3;
    two.n_lag = 2;
    ten.n_block = 10;
    slow.lambda = 0.05;
    quantile.limit = LIMIT_QUANTILE;
    const struct way ways[] = {
        {"innovations", usual},
        {"pca_theory", pca_theory},
        {"pca", pca},
        {"dpca_smooth", dpca},
        {"innovations_unsmoothed", raw},
        {"innovations_quantile", quantile},
        {"innovations_ridge_0.03", light},
        {"innovations_ridge_0.3", heavy},
        {"innovations_lag_2", two},
        {"innovations_10_blocks", ten},
        {"innovations_lambda_0.05", slow},
    };
    bool is_good = true;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        is_good = (!is_wanted(&bench, ways[i].name) || run(&bench, folder, &ways[i])) && is_good;
    }
    return is_good ? 0 : 1;
}
