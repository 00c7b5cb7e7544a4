// Do intervals still hold as often as they say? Of each life that has ended one share comes: of the windows whose interval held. Lives are
// alone, their windows are not. A bet against `level` that begins anew whenever it has lost (an e-detector) tells when they surely hold less.
#ifndef LEARN_COVERAGE_WATCH_H
#define LEARN_COVERAGE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/binary.h"

enum { COVERAGE_N_STAKE = 5, COVERAGE_RUN_LENGTH = 1000 };

// No pointers: it can be copied; an all-zero one has seen nothing.
struct coverage_watch {
    uint64_t n;                      // lives
    double wealth[COVERAGE_N_STAKE]; // at least 1 from the first life on
};

// The next life.
//   in      held: share of its windows in [0, 1]; level in (0, 1)
//   source  J. Shin, A. Ramdas, A. Rinaldo: E-detectors, New England Journal of Statistics in Data Science 2 (2024) 229-260
void coverage_watch_step(struct coverage_watch *watch, double held, double level);

// What betting has come to, on average of the stakes; 0: nothing came yet.
double coverage_watch_wealth(const struct coverage_watch *watch);

// Do they hold less often than they say? While they hold as often, on average not before COVERAGE_RUN_LENGTH lives.
bool coverage_watch_is_less(const struct coverage_watch *watch);

void coverage_watch_write(const struct coverage_watch *watch, struct text *out);
struct coverage_watch
coverage_watch_read(struct binary *in); // all zero, and in->is_bad, where it is none

#endif
