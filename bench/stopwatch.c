#include "stopwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The commit is kept here too, for the lines that children print.

static const char *its_commit = "unknown";

struct bench bench_init(int argc, char **argv) {
    const char *from_environment = getenv("MARU_COMMIT");
    if (argc > 1 && argv[1][0]) {
        its_commit = argv[1];
    } else if (from_environment && from_environment[0]) {
        its_commit = from_environment;
    }
    return (struct bench){
        .commit = its_commit, .n_wanted = argc > 2 ? argc - 2 : 0, .wanted = argv + 2};
}

static bool is_wanted(const struct bench *bench, const char *name) {
    for (int i = 0; i < bench->n_wanted; i++) {
        if (strncmp(name, bench->wanted[i], strlen(bench->wanted[i])) == 0) {
            return true;
        }
    }
    return bench->n_wanted == 0;
}

void bench_case(struct bench *bench, const char *name, void (*run)(const char *name, void *context),
                void *context) {
    if (!is_wanted(bench, name)) {
        return;
    }
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        run(name, context);
        fflush(NULL);
        _exit(0);
    }
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "%s: failed\n", name);
        bench->is_bad = true;
    }
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_cpu_s(void) { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

double bench_wall_s(void) { return seconds_of(CLOCK_MONOTONIC); }

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double value[N_REPEAT]) {
    qsort(value, N_REPEAT, sizeof *value, by_value);
    return value[N_REPEAT / 2];
}

void bench_line(const char *name, const char *unit, double n_unit, double seconds,
                const char *extra) {
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"case\":\"%s\",\"commit\":\"%s\",\"unit\":\"%s\",\"rate\":%.6g,\"ns_per_unit\":%.6g,"
           "\"peak_bytes\":%lld,\"units\":%.0f,\"seconds\":%.6g%s%s}\n",
           name, its_commit, unit, n_unit / seconds, 1e9 * seconds / n_unit,
           1024LL * (long long)usage.ru_maxrss, n_unit, seconds, extra[0] ? "," : "", extra);
}

void bench_skip(const char *name, const char *why) {
    printf("{\"case\":\"%s\",\"commit\":\"%s\",\"skipped\":\"%s\"}\n", name, its_commit, why);
}
