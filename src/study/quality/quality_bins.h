// How rows lie along a column of numbers, for pictures: shares of bad units by value, and a histogram.
#ifndef STUDY_QUALITY_BINS_H
#define STUDY_QUALITY_BINS_H

#include "study/quality/quality.h"

enum { QUALITY_BINS = 10, QUALITY_BARS = 40 };

struct quality_bin {
    double low, high; // low < value <= high; the first has its low, too
    struct share share;
};

// All rows with a verdict by the values of a column of numbers, in bins of about as many rows each.
//   out     bin (QUALITY_BINS); gives how many there are, 0: no value, no memory
uint32_t quality_bins(const struct quality *quality, uint32_t column, struct quality_bin *bin);

struct quality_histogram {
    double from, width; // of the first bar, of each
    uint64_t count[QUALITY_BARS];
};

// All values of a column of numbers in bars of equal width. False: there is none, or all are the same.
bool quality_histogram(const struct quality *quality, uint32_t column,
                       struct quality_histogram *out);

#endif
