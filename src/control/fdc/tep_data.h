// The Tennessee Eastman process (J. J. Downs, E. F. Vogel, 1993; data sets of R. D. Braatz's group) as its
// benchmark and its test read it. The data is not part of the tree.
#ifndef CONTROL_FDC_TEP_DATA_H
#define CONTROL_FDC_TEP_DATA_H

#include "learn/faults/monitor.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Test files exist of faults 1 to 14 (the fault comes after sample 160), of 15 to 21 only the training
// files (480 samples, all of them faulty).
enum {
    TEP_VARIABLES = 52,
    TEP_FAULTS = 21,
    TEP_WITH_TEST = 14,
    TEP_ONSET = 160,
    TEP_SAMPLES = 1000
};

// Samples of a file (n, 52); 0 where it cannot be read. d00.dat has one variable a line.
static size_t tep_read(const char *folder, const char *name, double *values) {
    static double numbers[TEP_SAMPLES * TEP_VARIABLES];
    static char text[1 << 20];
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file) {
        return 0;
    }
    const size_t n_byte = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n_byte] = '\0';
    size_t n = 0;
    char *end = text;
    for (const char *at = text; n < sizeof numbers / sizeof *numbers; at = end) {
        numbers[n] = strtod(at, &end);
        if (end == at) {
            break;
        }
        n++;
    }
    const size_t n_sample = n / TEP_VARIABLES;
    const bool is_turned = strcmp(name, "d00.dat") == 0;
    for (size_t i = 0; i < n_sample; i++) {
        for (size_t j = 0; j < TEP_VARIABLES; j++) {
            values[i * TEP_VARIABLES + j] =
                numbers[is_turned ? j * n_sample + i : i * TEP_VARIABLES + j];
        }
    }
    return n_sample;
}

// The file that shows a fault, and its first faulty sample.
static size_t tep_file_of(int fault, char name[32]) {
    const bool has_test = fault <= TEP_WITH_TEST;
    snprintf(name, 32, has_test ? "d%02d_te.dat" : "d%02d.dat", fault);
    return has_test && fault > 0 ? TEP_ONSET : 0;
}

struct tep_outcome {
    double share; // of the samples from the first faulty one on that are alarms
    int delay;    // samples until the first alarm from there on; -1: none
};

static struct tep_outcome tep_watch(const struct monitor *monitor, const double *values, size_t n,
                                    size_t first) {
    double history[MONITOR_MAX_LAG * TEP_VARIABLES];
    struct monitor_state state;
    struct tep_outcome out = {0.0, -1};
    monitor_start(monitor, history, &state);
    size_t n_alarm = 0;
    for (size_t i = 0; i < n; i++) {
        struct monitor_verdict verdict;
        monitor_step(monitor, &state, values + i * TEP_VARIABLES, NULL, &verdict);
        if (i >= first && verdict.is_alarm) {
            n_alarm++;
            out.delay = out.delay < 0 ? (int)(i - first) : out.delay;
        }
    }
    out.share = (double)n_alarm / (double)(n - first);
    return out;
}

#endif
