#include "control/equipment/yield_log.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Counts in the order of time, item, id and then of their numbers: a total order, so equal ones meet.

maru_status yield_log_init(struct yield_log *log, uint32_t max_counts, maru_error *err) {
    if (max_counts < YIELDS_MIN_COUNTS || max_counts > YIELDS_MAX_COUNTS) {
        return fail(err, MARU_E_RANGE, "a log keeps %d to %d counts, not %u", YIELDS_MIN_COUNTS,
                    YIELDS_MAX_COUNTS, max_counts);
    }
    *log = (struct yield_log){.max = max_counts};
    return MARU_OK;
}

void yield_log_fini(struct yield_log *log) {
    if (log) {
        alloc_free(log->yield);
        *log = (struct yield_log){0};
    }
}

static int compare(const struct yield *a, const struct yield *b) {
    if (a->at_us != b->at_us) {
        return a->at_us < b->at_us ? -1 : 1;
    }
    const uint32_t left[] = {a->item, a->id, a->good, a->scrap, a->rework};
    const uint32_t right[] = {b->item, b->id, b->good, b->scrap, b->rework};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

// The first that is not before it.
static uint32_t find(const struct yield_log *log, const struct yield *yield) {
    uint32_t low = 0, high = log->n;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (compare(&log->yield[mid], yield) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

uint32_t yield_log_find(const struct yield_log *log, maru_time at_us) {
    return find(log, &(struct yield){.at_us = at_us});
}

void yield_log_cut(struct yield_log *log, maru_time from_us) {
    log->n = yield_log_find(log, from_us);
}

// Drops the first n into the sums.
static void fold(struct yield_log *log, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        log->folded_good += log->yield[i].good;
        log->folded_scrap += log->yield[i].scrap;
        log->folded_rework += log->yield[i].rework;
        log->base_us = log->yield[i].at_us;
    }
    log->is_folded = true;
    log->n -= n;
    memmove(log->yield, log->yield + n, log->n * sizeof *log->yield);
}

static bool grow(struct yield_log *log) {
    if (log->n < log->cap) {
        return true;
    }
    uint32_t cap = log->cap > 0 ? log->cap * 2 : YIELDS_MIN_COUNTS;
    cap = cap < log->max ? cap : log->max;
    struct yield *yield = alloc_resize(log->yield, cap, sizeof *yield);
    if (yield) {
        log->yield = yield;
        log->cap = cap;
    }
    return yield != NULL;
}

maru_status yield_log_put(struct yield_log *log, const struct yield *yield, maru_error *err) {
    // At base_us itself it may be a repeated one that is folded, so it is late too.
    if (log->is_folded && yield->at_us <= log->base_us) {
        log->n_too_late++;
        return fail(err, MARU_E_RANGE, "the count is older than what is kept of this tool");
    }
    const uint32_t at = find(log, yield);
    if (at < log->n && compare(&log->yield[at], yield) == 0) {
        log->n_repeated++;
        return MARU_OK;
    }
    if (log->n == log->max) {
        fold(log, log->max / 4);
        return yield_log_put(log, yield, err);
    }
    if (!grow(log)) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    memmove(log->yield + at + 1, log->yield + at, (log->n - at) * sizeof *log->yield);
    log->yield[at] = *yield;
    log->n++;
    return MARU_OK;
}
