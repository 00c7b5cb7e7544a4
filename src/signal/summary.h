// What a stretch of samples comes to: how many, from when to when, lowest, highest, mean, first and last. Summaries of neighbors add
// up to the summary of both, which is what drawing and long keeping live on.
#ifndef SIGNAL_SUMMARY_H
#define SIGNAL_SUMMARY_H

#include "signal/sample.h"

// Numbers are values other than text and NaN whose quality is not bad; only they have extremes.
struct summary {
    uint64_t n, n_number;     // samples, and numbers among them
    maru_time from_us, to_us; // of the first and the last sample; meaningless where n is 0
    double first, last;       // numbers, these and below meaningless where n_number is 0
    double low, high, sum;    //
    maru_time first_us, last_us, low_us, high_us;
};

// Put in samples, which come later than those in it.
void summary_add(struct summary *summary, const struct sample *sample, size_t n);

// Put in what is known of other samples, earlier or later.
void summary_join(struct summary *summary, const struct summary *other);

// NaN where there is no number.
double summary_mean(const struct summary *summary);

#endif
