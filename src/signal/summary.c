#include "signal/summary.h"

#include <math.h>

// The lowest and highest keep the first moment at which they stood, so that four points of a summary (first, lowest, highest,
// last) draw the same line of pixels as all samples do (M4: Jugel, Jerzak, Hackenbroich, Markl, VLDB 2014).

static bool is_number(const struct sample *sample) {
    return sample->quality >= QUALITY_UNCERTAIN && !isnan(sample_number(sample));
}

static void add_number(struct summary *summary, maru_time at_us, double value) {
    if (summary->n_number == 0) {
        summary->first = summary->low = summary->high = value;
        summary->first_us = summary->low_us = summary->high_us = at_us;
    }
    if (value < summary->low) {
        summary->low = value;
        summary->low_us = at_us;
    }
    if (value > summary->high) {
        summary->high = value;
        summary->high_us = at_us;
    }
    summary->last = value;
    summary->last_us = at_us;
    summary->sum += value;
    summary->n_number++;
}

void summary_add(struct summary *summary, const struct sample *sample, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (summary->n++ == 0) {
            summary->from_us = sample[i].at_us;
        }
        summary->to_us = sample[i].at_us;
        if (is_number(&sample[i])) {
            add_number(summary, sample[i].at_us, sample_number(&sample[i]));
        }
    }
}

void summary_join(struct summary *summary, const struct summary *later) {
    if (later->n == 0) {
        return;
    }
    if (summary->n == 0) {
        *summary = *later;
        return;
    }
    const uint64_t n = summary->n + later->n;
    if (later->n_number > 0 && summary->n_number == 0) {
        const maru_time from_us = summary->from_us;
        *summary = *later;
        summary->from_us = from_us;
    } else if (later->n_number > 0) {
        if (later->low < summary->low) {
            summary->low = later->low;
            summary->low_us = later->low_us;
        }
        if (later->high > summary->high) {
            summary->high = later->high;
            summary->high_us = later->high_us;
        }
        summary->last = later->last;
        summary->last_us = later->last_us;
        summary->sum += later->sum;
        summary->n_number += later->n_number;
    }
    summary->to_us = later->to_us;
    summary->n = n;
}

double summary_mean(const struct summary *summary) {
    return summary->n_number > 0 ? summary->sum / (double)summary->n_number : (double)NAN;
}
