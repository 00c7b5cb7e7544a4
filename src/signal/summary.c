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

static void join_numbers(struct summary *summary, const struct summary *other) {
    if (other->first_us < summary->first_us) {
        summary->first = other->first;
        summary->first_us = other->first_us;
    }
    if (other->last_us >= summary->last_us) {
        summary->last = other->last;
        summary->last_us = other->last_us;
    }
    if (other->low < summary->low) {
        summary->low = other->low;
        summary->low_us = other->low_us;
    }
    if (other->high > summary->high) {
        summary->high = other->high;
        summary->high_us = other->high_us;
    }
    summary->sum += other->sum;
    summary->n_number += other->n_number;
}

void summary_join(struct summary *summary, const struct summary *other) {
    if (other->n == 0) {
        return;
    }
    if (summary->n == 0) {
        *summary = *other;
        return;
    }
    const maru_time from_us = summary->from_us < other->from_us ? summary->from_us : other->from_us;
    const maru_time to_us = summary->to_us > other->to_us ? summary->to_us : other->to_us;
    const uint64_t n = summary->n + other->n;
    if (summary->n_number > 0 && other->n_number > 0) {
        join_numbers(summary, other);
    } else if (other->n_number > 0) {
        *summary = *other;
    }
    summary->from_us = from_us;
    summary->to_us = to_us;
    summary->n = n;
}

double summary_mean(const struct summary *summary) {
    return summary->n_number > 0 ? summary->sum / (double)summary->n_number : (double)NAN;
}
