#include "study/quality/quality_bins.h"

#include <math.h>

#include "base/alloc.h"
#include "base/distribution.h"

// The deciles of the values, each once, are the edges of the bins; a column with few values has few bins.

static uint32_t find_edges(const struct quality *q, const double *number,
                           double edge[QUALITY_BINS + 1]) {
    double *sorted = alloc_new((size_t)q->frame->n_row + 1, sizeof *sorted);
    uint32_t n_bin = 0;
    size_t n = 0;
    for (uint32_t i = 0; sorted && i < q->frame->n_row; i++) {
        if (isfinite(number[i])) {
            sorted[n++] = number[i];
        }
    }
    if (n > 0) {
        empirical_sort(sorted, n);
        edge[0] = sorted[0];
        for (uint32_t k = 1; k <= QUALITY_BINS; k++) {
            const double next = sorted[(n - 1) * k / QUALITY_BINS];
            if (next > edge[n_bin]) {
                edge[++n_bin] = next;
            }
        }
    }
    alloc_free(sorted);
    return n_bin;
}

uint32_t quality_bins(const struct quality *quality, uint32_t column, struct quality_bin *bin) {
    const double *number = quality->frame->column[column].number;
    uint64_t bad[QUALITY_BINS] = {0}, all[QUALITY_BINS] = {0};
    double edge[QUALITY_BINS + 1];
    const uint32_t n_bin = find_edges(quality, number, edge);
    for (uint32_t i = 0; n_bin > 0 && i < quality->frame->n_row; i++) {
        if (isfinite(number[i]) && !isnan(quality->roles.bad[i])) {
            uint32_t k = 0;
            while (k + 1 < n_bin && number[i] > edge[k + 1]) {
                k++;
            }
            all[k]++;
            bad[k] += quality->roles.bad[i] == 1.0;
        }
    }
    for (uint32_t k = 0; k < n_bin; k++) {
        bin[k] =
            (struct quality_bin){edge[k], edge[k + 1], share_of(bad[k], all[k], quality->level)};
    }
    return n_bin;
}

bool quality_histogram(const struct quality *quality, uint32_t column,
                       struct quality_histogram *out) {
    const double *number = quality->frame->column[column].number;
    double low = (double)INFINITY, high = -(double)INFINITY;
    for (uint32_t i = 0; i < quality->frame->n_row; i++) {
        if (isfinite(number[i])) {
            low = fmin(low, number[i]);
            high = fmax(high, number[i]);
        }
    }
    const double width = (high - low) / QUALITY_BARS;
    if (!(width > 0) || !isfinite(width)) {
        return false;
    }
    *out = (struct quality_histogram){.from = low, .width = width};
    for (uint32_t i = 0; i < quality->frame->n_row; i++) {
        if (isfinite(number[i])) {
            const double at = (number[i] - low) / width;
            out->count[at < QUALITY_BARS ? (size_t)at : QUALITY_BARS - 1]++;
        }
    }
    return true;
}
