#include "stopwatch.h"

#include "base/random.h"
#include "control/charts/chart.h"

#include <stdio.h>
#include <stdlib.h>

// 10 000 charts of each kind, live: one point goes to each of them in turn, judged by all of Nelson's rules.
// The states stand in one array, as they would in a server.

enum { N_CHART = 10000, N_ROUND = 200, N_POINT = 4096 };

static struct subgroup points[N_POINT];
static struct chart_state states[N_CHART];

static void make_points(enum chart_kind kind) {
    for (uint64_t i = 0; i < N_POINT; i++) {
        const struct random_block r = random_at(5, (uint64_t)kind, i);
        double values[5];
        for (int k = 0; k < 4; k++) {
            values[k] = exact_normal_quantile(random_open((uint64_t)r.word[k] << 32));
        }
        values[4] = values[0] * 0.5 + values[1] * 0.5;
        const bool is_xbar = kind == CHART_XBAR_R || kind == CHART_XBAR_S;
        points[i] = chart_is_counted(kind) ? (struct subgroup){r.word[0] % 20, 0, 100}
                                           : subgroup_of(kind, values, is_xbar ? 5 : 1);
    }
}

static void run(const char *name, void *context) {
    const enum chart_kind kind = *(const enum chart_kind *)context;
    const struct chart_options options = chart_defaults(kind);
    const struct rule_set rules = rule_set_of(RULES_NELSON);
    struct chart_limits limits;
    if (chart_set(&options, chart_is_counted(kind) ? 0.1 : 0.0, 1.0, &limits, NULL) != MARU_OK) {
        exit(1);
    }
    make_points(kind);
    for (uint32_t i = 0; i < N_CHART; i++) {
        chart_start(&limits, &states[i]);
    }
    double seconds[N_REPEAT];
    uint64_t n_signal = 0;
    for (int i = -1; i < N_REPEAT; i++) {
        const double start = bench_cpu_s();
        for (uint32_t round = 0; round < N_ROUND; round++) {
            for (uint32_t c = 0; c < N_CHART; c++) {
                struct chart_verdict verdict;
                chart_add(&limits, &rules, &states[c], &points[(c * 31 + round) % N_POINT],
                          &verdict);
                n_signal += verdict.rules != 0;
            }
        }
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
    }
    char extra[96];
    snprintf(extra, sizeof extra, "\"state_bytes\":%zu,\"signals\":%llu", sizeof states[0],
             (unsigned long long)n_signal);
    bench_line(name, "point", (double)N_CHART * N_ROUND, bench_median(seconds), extra);
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    static enum chart_kind kinds[N_CHART_KIND] = {CHART_I_MR, CHART_XBAR_R, CHART_XBAR_S,
                                                  CHART_EWMA, CHART_CUSUM,  CHART_P,
                                                  CHART_NP,   CHART_C,      CHART_U};
    static const char *const names[N_CHART_KIND] = {"chart_i_mr", "chart_xbar_r", "chart_xbar_s",
                                                    "chart_ewma", "chart_cusum",  "chart_p",
                                                    "chart_np",   "chart_c",      "chart_u"};
    for (int i = 0; i < N_CHART_KIND; i++) {
        bench_case(&bench, names[i], run, &kinds[i]);
    }
    return bench.is_bad ? 1 : 0;
}
