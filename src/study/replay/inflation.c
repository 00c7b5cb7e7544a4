#include "study/replay/inflation.h"

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "pool/pool.h"

// One loop: draw, place, count. The curve has a point for each percent, taken as the first task takes the sum past it.

struct growing {
    const struct inflation_ask *ask;
    struct space *space;
    struct placement *placement;
    struct placement *measure; // by which F is told, the same for all rules
    struct pool_part *part;    // (POOL_MAX_PARTS)
    uint64_t asked, taken;     // thousandths of GPUs
};

static const struct trace_job *draw(const struct inflation_ask *ask, uint32_t k) {
    const struct random_block block = random_at(ask->seed, 0x696e666c, k);
    return &ask->trace->job[(uint64_t)block.word[0] * ask->trace->n >> 32];
}

// Note the points up to `percent` that are not there yet.
static void note(const struct growing *g, uint64_t percent, struct inflation *out) {
    while (out->n_point <= percent && out->n_point <= g->ask->percent) {
        out->allocated[out->n_point] = (double)g->taken / GPU_WHOLE;
        out->fragmented[out->n_point++] = placement_fragmentation(g->measure, g->space);
    }
}

static void grow(struct growing *g, struct inflation *out) {
    const uint64_t all = g->ask->cluster->n_gpu_all * (uint64_t)GPU_WHOLE;
    while (g->asked * 100 < all * g->ask->percent) {
        const struct trace_job *const job = draw(g->ask, out->n_task++);
        const struct placement_ask ask = {.want = job->want, .n_part = job->n_part};
        g->asked += trace_job_milli(job);
        if (placement_find(g->placement, g->space, &ask, g->part)) {
            for (uint32_t i = 0; i < job->n_part; i++) {
                space_take(g->space, &g->part[i]);
            }
            g->taken += trace_job_milli(job);
        } else {
            out->n_lost++;
        }
        note(g, g->asked * 100 / all, out);
    }
}

static maru_status check(const struct inflation_ask *ask, maru_error *err) {
    uint64_t milli = 0;
    for (uint32_t i = 0; i < ask->trace->n; i++) {
        milli += trace_job_milli(&ask->trace->job[i]);
    }
    if (milli == 0 || ask->cluster->n_gpu_all == 0) {
        return fail(err, MARU_E_INPUT, "there are no GPUs, or nobody asks for one");
    }
    return ask->percent >= 1 && ask->percent <= INFLATION_MAX_PERCENT
               ? MARU_OK
               : fail(err, MARU_E_RANGE, "a cluster is filled to 1 to %d percent",
                      INFLATION_MAX_PERCENT);
}

maru_status inflation_run(const struct inflation_ask *ask, struct inflation *out, maru_error *err) {
    struct growing g = {.ask = ask};
    maru_status st = check(ask, err);
    if (st != MARU_OK) {
        return st;
    }
    st = space_new(ask->cluster, &g.space, err);
    st = st == MARU_OK ? placement_new(ask->cluster, ask->rule, ask->kind, ask->n_kind, ask->seed,
                                       &g.placement, err)
                       : st;
    st = st == MARU_OK ? placement_new(ask->cluster, PLACEMENT_FGD, ask->kind, ask->n_kind, 0,
                                       &g.measure, err)
                       : st;
    if (st == MARU_OK) {
        g.part = alloc_new(POOL_MAX_PARTS, sizeof *g.part);
        st = g.part ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory for the parts of a job");
    }
    if (st == MARU_OK) {
        *out = (struct inflation){0};
        placement_set_ties(g.placement, ask->ties);
        note(&g, 0, out);
        grow(&g, out);
    }
    alloc_free(g.part);
    placement_free(g.placement);
    placement_free(g.measure);
    space_free(g.space);
    return st;
}
