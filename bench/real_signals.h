// The real measurements that signals are measured with: Tennessee Eastman and C-MAPSS, from MARU_DATA.
#ifndef BENCH_REAL_SIGNALS_H
#define BENCH_REAL_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>

#include "signal/sample.h"

struct real_signals {
    size_t n_signal, n_time;
    double *value; // (n_signal, n_time)
    maru_time step_us;
};

// "tep": all runs of all faults one after the other, a sample each 3 min. "cmapss": the 26 columns of
// train_FD001 and train_FD003, a cycle taken as a second.
//   memory  real_signals_free
//   out     false: the data is not there
bool real_signals_read(const char *set, struct real_signals *out);
void real_signals_free(struct real_signals *signals);

// Sample `i` of one of them; after its last value it begins anew.
struct sample real_sample(const struct real_signals *signals, size_t signal, size_t i);

#endif
