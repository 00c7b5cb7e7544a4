#include "stopwatch.h"

#include "base/random.h"
#include "base/text.h"
#include "control/alarms/alarms.h"
#include "control/equipment/timeline.h"

#include <stdio.h>
#include <stdlib.h>

// 10 000 alarms on 10 000 signals, samples in random order of signals: values that mostly change
// nothing ("quiet"), values that cross the limit every time ("crossing"), and conditions of three
// tests. And events of one tool into a timeline, in order and some time late.

enum { N_SIGNAL = 10000, N_SAMPLE = 4000000, N_DRAW = 1 << 20, N_EVENT = 200000 };

struct load {
    const char *condition; // printf: three numbers of signals
    uint32_t crossing;     // of 1024 samples
};

struct draw {
    uint32_t signal;
    double value;
};

static struct alarm_table *new_table(const struct load *load) {
    struct text text;
    text_init(&text, 64 << 20);
    text_addz(&text, "alarm,condition,on_delay,ack\n");
    for (uint32_t i = 0; i < N_SIGNAL; i++) {
        char condition[200];
        snprintf(condition, sizeof condition, load->condition, i, (i + 1) % N_SIGNAL,
                 (i + 2) % N_SIGNAL);
        text_addf(&text, "A%u,%s,%s,no\n", i, condition, i % 2 ? "2 s" : "");
    }
    struct alarm_table *table = calloc(1, sizeof *table);
    maru_faults *faults = maru_faults_new();
    if (!table || !faults ||
        alarm_table_read("a.csv", text.bytes, text.n_bytes, faults, table, NULL) != MARU_OK) {
        exit(1);
    }
    maru_faults_free(faults);
    text_fini(&text);
    return table;
}

static struct draw *new_draws(uint32_t crossing) {
    struct draw *draw = calloc(N_DRAW, sizeof *draw);
    if (!draw) {
        exit(1);
    }
    for (uint32_t i = 0; i < N_DRAW; i++) {
        const struct random_block r = random_at(1, 1, i);
        draw[i].signal = r.word[0] % N_SIGNAL;
        draw[i].value = r.word[1] % 1024 < crossing ? 120.0 : 50.0 + r.word[2] % 40;
    }
    return draw;
}

static void run_samples(const char *name, void *context) {
    const struct load *load = context;
    struct alarm_table *table = new_table(load);
    struct draw *draw = new_draws(load->crossing);
    const struct alarms_options options = alarms_usual();
    double seconds[N_REPEAT];
    uint64_t n_came = 0;
    for (int i = 0; i < N_REPEAT; i++) {
        struct alarms alarms;
        if (alarms_init(&alarms, table, &options, 0, NULL) != MARU_OK) {
            exit(1);
        }
        const double start = bench_cpu_s();
        for (uint32_t k = 0; k < N_SAMPLE; k++) {
            const struct draw *d = &draw[k % N_DRAW];
            const maru_time at_us = (maru_time)k * 100; // 10 000 samples a second
            if (alarms_sample(&alarms, d->signal, at_us, d->value, 0xC0, NULL) != MARU_OK ||
                (k % 1000 == 0 && alarms_advance(&alarms, at_us, NULL) != MARU_OK)) {
                exit(1);
            }
        }
        seconds[i] = bench_cpu_s() - start;
        n_came = 0;
        for (uint32_t k = 0; k < alarms.n_alarm; k++) {
            n_came += alarms.n_came[k];
        }
        alarms_fini(&alarms);
    }
    char extra[100];
    snprintf(extra, sizeof extra, "\"alarms\":%u,\"announced\":%llu", table->n_alarm,
             (unsigned long long)n_came);
    bench_line(name, "sample", N_SAMPLE, bench_median(seconds), extra);
    alarm_table_fini(table);
    free(table);
    free(draw);
}

static void run_timeline(const char *name, void *context) {
    const uint32_t late = *(const uint32_t *)context;
    double seconds[N_REPEAT];
    for (int i = 0; i < N_REPEAT; i++) {
        struct timeline timeline;
        if (timeline_init(&timeline, 4096, NULL) != MARU_OK) {
            exit(1);
        }
        const double start = bench_cpu_s();
        for (uint32_t k = 0; k < N_EVENT; k++) {
            const bool is_late = late > 0 && k % late == 0 && k > 100;
            const struct timeline_event event = {.at_us = is_late ? k * 10 - 305 : k * 10,
                                                 .subject = k / 2,
                                                 .kind = k % 2 ? TIMELINE_END : TIMELINE_BEGIN};
            if (timeline_put(&timeline, &event, NULL) != MARU_OK) {
                exit(1);
            }
        }
        seconds[i] = bench_cpu_s() - start;
        timeline_fini(&timeline);
    }
    bench_line(name, "event", N_EVENT, bench_median(seconds), "\"kept\":4096");
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    struct load quiet = {"s%u > 100 deadband 5", 1};
    struct load crossing = {"s%u > 100 deadband 5", 512};
    struct load three = {"s%u > 100 deadband 5 and (s%u outside 20 to 95 or s%u silent 10 min)", 1};
    uint32_t in_order = 0, late = 100;
    bench_case(&bench, "alarms_quiet", run_samples, &quiet);
    bench_case(&bench, "alarms_crossing", run_samples, &crossing);
    bench_case(&bench, "alarms_three_tests", run_samples, &three);
    bench_case(&bench, "timeline_in_order", run_timeline, &in_order);
    bench_case(&bench, "timeline_late_1_percent", run_timeline, &late);
    return bench.is_bad;
}
