// What the benchmarks share: times, the median of five, one JSON line a case, a process of its own
// for each case so that its peak of memory is its own.
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { N_REPEAT = 5 };

struct bench {
    const char *commit;
    int n_wanted; // beginnings of names of cases to run; 0: all
    char **wanted;
    bool is_bad; // some case has failed
};

// Arguments: [COMMIT [CASE...]]; without the first, MARU_COMMIT or "unknown".
struct bench bench_init(int argc, char **argv);

// Run one case in a child process: `run` prints its line with bench_line, or says with bench_skip
// why not.
void bench_case(struct bench *bench, const char *name, void (*run)(const char *name, void *context),
                void *context);

double bench_cpu_s(void);  // of this process, all threads
double bench_wall_s(void); // since some moment

// The median of N_REPEAT values; sorts them.
double bench_median(double value[N_REPEAT]);

// One line: rate is units a second. extra: more members, such as "\"days\":730", or "".
void bench_line(const char *name, const char *unit, double n_unit, double seconds,
                const char *extra);
void bench_skip(const char *name, const char *why);

#endif
