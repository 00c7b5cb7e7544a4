#include <stdlib.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "study/replay/replay_sums.h"

// Jobs that come together wait together, so the interval does not take jobs one by one: it draws whole stretches of the trace
// again, each time REPLAY_BLOCKS of them with replacement, and takes the middle 95 % of what the means come to.
//
// source: Efron, Tibshirani: An Introduction to the Bootstrap, 1993, chapter 8

struct block {
    double sum;
    uint32_t n;
};

static double mean_of_draw(const struct block *block, uint64_t seed, uint64_t draw) {
    double sum = 0;
    double n = 0;
    for (uint32_t i = 0; i < REPLAY_BLOCKS; i++) {
        const struct random_block random = random_at(seed, draw, i);
        const struct block *const b = &block[(uint64_t)random.word[0] * REPLAY_BLOCKS >> 32];
        sum += b->sum;
        n += b->n;
    }
    return n > 0 ? sum / n : 0;
}

maru_status replay_compare(const struct replay *a, const struct replay *b, uint64_t seed,
                           struct replay_difference *out, maru_error *err) {
    struct block block[REPLAY_BLOCKS] = {{0}};
    struct replay_difference made = {0};
    double sum = 0;
    double *const draw = alloc_new(REPLAY_DRAWS, sizeof *draw);
    if (!draw) {
        return fail(err, MARU_E_MEMORY, "no memory to play a trace");
    }
    for (uint32_t i = 0; i < a->n_wait && i < b->n_wait; i++) {
        if (a->wait_us[i] != TRACE_NEVER && b->wait_us[i] != TRACE_NEVER) {
            struct block *const at = &block[(uint64_t)i * REPLAY_BLOCKS / a->n_wait];
            const double hours = (double)(b->wait_us[i] - a->wait_us[i]) / REPLAY_HOUR_US;
            at->sum += hours;
            at->n++;
            sum += hours;
            made.n++;
            made.n_sooner += b->wait_us[i] < a->wait_us[i];
            made.n_later += b->wait_us[i] > a->wait_us[i];
        }
    }
    for (uint32_t i = 0; i < REPLAY_DRAWS; i++) {
        draw[i] = mean_of_draw(block, seed, i);
    }
    qsort(draw, REPLAY_DRAWS, sizeof *draw, replay_by_value);
    made.mean = made.n > 0 ? sum / made.n : 0;
    made.low = replay_quantile(draw, REPLAY_DRAWS, 0.025);
    made.high = replay_quantile(draw, REPLAY_DRAWS, 0.975);
    *out = made;
    alloc_free(draw);
    return MARU_OK;
}
