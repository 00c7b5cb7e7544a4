#include "live/futures.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "io/workers.h"
#include "plant/plant.h"

// Each future is a copy of the present with a seed of its own, run from point to point; what it sees goes
// into its own place, so that the bands do not depend on the threads. Futures never take the seed of the
// twin: that would be its real future, which nobody knows.
//
// A lot that a future does not finish is reckoned on: the lots of its product have done so much raw
// processing in so much time there, and the rest of it is taken to go at that pace,
//
//     done = end + remaining / pace,   pace = raw processing done / (span * lots)
//
// so that its interval comes from the same futures, and only its tail is a guess.

enum { MIN_POINTS = 24 };

struct future {       // one, in the making
    uint32_t n_point; // reached
    double *wip, *out;
    uint16_t *queue;   // (n_group, n_point)
    double *done_us;   // (n_lot); NaN: not even reckoned
    bool *is_reckoned; // (n_lot)
    uint32_t *done;    // lots done in the span (products)
    uint32_t *first;   // bottleneck at each point (n_point)
    maru_status status;
    maru_error err;
};

struct work {
    const struct futures_plan *plan;
    struct futures *out;
    const maru_plant *plant;
    maru_lot_now *lot;    // by number (n_lot)
    double *remaining_us; // (n_lot) now
    struct future *future;
    atomic_size_t n_point_done;
    double *values; // (n_rep) scratch of the end
};

// ---- one future

static int by_number(const void *a, const void *b) {
    const uint32_t x = ((const maru_lot_now *)a)->lot, y = ((const maru_lot_now *)b)->lot;
    return (x > y) - (x < y);
}

static uint32_t find_lot(const struct work *work, uint32_t lot) {
    const maru_lot_now key = {.lot = lot};
    const maru_lot_now *found =
        bsearch(&key, work->lot, work->out->n_lot, sizeof *work->lot, by_number);
    return found ? (uint32_t)(found - work->lot) : MARU_NONE;
}

struct finishing { // who hears the events of a future
    const struct work *work;
    struct future *future;
};

static void hear(void *context, const maru_event *event) {
    const struct finishing *finishing = context;
    if (event->kind == MARU_EV_FINISH) {
        finishing->future->done[event->product]++;
        const uint32_t i = find_lot(finishing->work, event->lot);
        if (i != MARU_NONE) {
            finishing->future->done_us[i] = (double)event->time_us;
        }
    }
}

// The group that the most work waits for, a tool; MARU_NONE: nothing waits.
static uint32_t busiest(const maru_plant *plant, const maru_group_now *group) {
    uint32_t best = MARU_NONE;
    double most = 0;
    for (uint32_t g = 0; g < plant->n_group; g++) {
        const double work = (double)group[g].work_us / plant->group[g].n_tool;
        if (!plant->group[g].is_delay && work > most) {
            most = work;
            best = g;
        }
    }
    return best;
}

static void see_point(const struct work *work, struct future *future, const maru_sim *sim,
                      maru_group_now *group, size_t point, uint64_t out_before) {
    const struct futures *out = work->out;
    maru_sim_look_at_groups(sim, group);
    future->wip[point] = maru_sim_lot_count(sim);
    future->out[point] = (double)(maru_sim_out_count(sim) - out_before);
    for (uint32_t g = 0; g < out->n_group; g++) {
        const uint32_t n = group[g].n_waiting;
        future->queue[g * out->n_point + point] = (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX);
    }
    future->first[point] = busiest(work->plant, group);
}

// Lots that are not done yet go on at the pace of their products.
static void reckon(const struct work *work, struct future *future, const maru_sim *sim,
                   maru_lot_now *lot, double *pace) {
    const struct futures *out = work->out;
    const double end = (double)maru_sim_now(sim), span = (double)out->span_us;
    const uint32_t n = maru_sim_lot_count(sim);
    memset(pace, 0, (size_t)work->plant->n_product * 2 * sizeof *pace);
    for (uint32_t i = 0; i < out->n_lot; i++) { // as if all were done
        pace[2 * (size_t)work->lot[i].product] += work->remaining_us[i];
        pace[2 * (size_t)work->lot[i].product + 1] +=
            isnan(future->done_us[i]) ? span : future->done_us[i] - (double)out->now_us;
    }
    maru_sim_look_at_lots(sim, lot);
    for (uint32_t k = 0; k < n; k++) {
        if (find_lot(work, lot[k].lot) != MARU_NONE) {
            pace[2 * (size_t)lot[k].product] -= work->plant->step[lot[k].step].remaining_us;
        }
    }
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t i = find_lot(work, lot[k].lot);
        const double *its = &pace[2 * (size_t)lot[k].product];
        if (i != MARU_NONE && its[0] > 0) {
            future->done_us[i] =
                end + work->plant->step[lot[k].step].remaining_us * its[1] / its[0];
            future->is_reckoned[i] = true;
        }
    }
}

static uint64_t seed_of(const struct work *work, size_t index) {
    const struct random_block luck =
        random_at(work->plan->seed, (uint64_t)work->out->now_us, index);
    return (uint64_t)luck.word[0] << 32 | luck.word[1];
}

static maru_status begin_future(const struct work *work, size_t index, maru_sim **out,
                                maru_error *err) {
    const struct futures_plan *plan = work->plan;
    return plan->begin ? plan->begin(plan->watcher, seed_of(work, index), out, err)
                       : maru_sim_copy(plan->now->sim, out, err);
}

static maru_status run_future(struct work *work, size_t index, struct future *future,
                              struct moment *moment, maru_error *err) {
    const struct futures *out = work->out;
    struct finishing finishing = {work, future};
    const uint64_t before = maru_sim_out_count(moment->sim);
    const size_t n_room = (size_t)work->plant->n_product * 2 + 1;
    maru_group_now *group = alloc_new(out->n_group, sizeof *group);
    double *pace = alloc_new(n_room, sizeof *pace);
    maru_lot_now *lot = NULL;
    maru_status st = MARU_OK;
    if (!group || !pace) {
        st = fail(err, MARU_E_MEMORY, "no memory for a future");
        goto done;
    }
    maru_sim_reseed(moment->sim, seed_of(work, index));
    maru_sim_set_trace(moment->sim, hear, &finishing);
    for (size_t point = 0; st == MARU_OK && point < out->n_point; point++) {
        const maru_time at = out->now_us + (maru_time)point * out->point_us;
        st = moment_go(moment, work->plan->acts, at, err);
        if (st == MARU_OK) {
            see_point(work, future, moment->sim, group, point, before);
        }
        if (st == MARU_OK && work->plan->is_stopped &&
            work->plan->is_stopped(work->plan->watcher)) {
            st = fail(err, MARU_E_STOPPED, "stopped");
        }
        atomic_fetch_add_explicit(&work->n_point_done, 1, memory_order_relaxed);
    }
    if (st != MARU_OK) {
        goto done;
    }
    lot = alloc_new((size_t)maru_sim_lot_count(moment->sim) + 1, sizeof *lot);
    if (!lot) {
        st = fail(err, MARU_E_MEMORY, "no memory for a future");
        goto done;
    }
    reckon(work, future, moment->sim, lot, pace);
done:
    alloc_free(group);
    alloc_free(pace);
    alloc_free(lot);
    return st;
}

static void do_future(void *context, size_t index) {
    struct work *work = context;
    struct future *future = &work->future[index];
    struct moment moment = {.acted_us = work->plan->now->acted_us};
    for (uint32_t i = 0; i < work->out->n_lot; i++) {
        future->done_us[i] = NAN;
    }
    future->status = begin_future(work, index, &moment.sim, &future->err);
    if (future->status == MARU_OK) {
        future->status = run_future(work, index, future, &moment, &future->err);
    }
    moment_fini(&moment);
}

static void look(void *context) {
    struct work *work = context;
    if (work->plan->look) {
        const double all = (double)work->out->n_point * (double)work->out->n_rep;
        work->plan->look(work->plan->watcher, (double)atomic_load(&work->n_point_done) / all);
    }
}

// ---- what they have in common

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Of n sorted values.
static double quantile(const double *sorted, size_t n, double p) {
    if (n == 0) {
        return NAN;
    }
    const double at = p * (double)(n - 1);
    const size_t low = (size_t)at;
    const double above = sorted[low + 1 < n ? low + 1 : low];
    return sorted[low] + (at - (double)low) * (above - sorted[low]);
}

// Put the bands of values[0 .. n_rep) into band[0], band[n_point], ...
static void make_bands(const struct work *work, double *band) {
    static const double p[FUTURES_N_BAND] = FUTURES_BANDS;
    const size_t n = work->out->n_rep;
    qsort(work->values, n, sizeof *work->values, by_value);
    for (size_t b = 0; b < FUTURES_N_BAND; b++) {
        band[b * work->out->n_point] = quantile(work->values, n, p[b]);
    }
}

static void gather_series(const struct work *work) {
    struct futures *out = work->out;
    for (size_t i = 0; i < out->n_point; i++) {
        for (size_t r = 0; r < out->n_rep; r++) {
            work->values[r] = work->future[r].wip[i];
        }
        make_bands(work, &out->wip[i]);
        for (size_t r = 0; r < out->n_rep; r++) {
            work->values[r] = work->future[r].out[i];
        }
        make_bands(work, &out->out[i]);
        for (uint32_t g = 0; g < out->n_group; g++) {
            for (size_t r = 0; r < out->n_rep; r++) {
                work->values[r] = work->future[r].queue[g * out->n_point + i];
            }
            make_bands(work, &out->queue[(size_t)g * FUTURES_N_BAND * out->n_point + i]);
        }
    }
}

static void gather_lot(const struct work *work, uint32_t i) {
    const maru_lot_now *now = &work->lot[i];
    size_t n = 0, n_reckoned = 0, n_late = 0;
    for (size_t r = 0; r < work->out->n_rep; r++) {
        const double at = work->future[r].done_us[i];
        if (!isnan(at)) {
            work->values[n++] = at;
            n_reckoned += work->future[r].is_reckoned[i];
            n_late += at > (double)now->due_us;
        }
    }
    qsort(work->values, n, sizeof *work->values, by_value);
    work->out->lot[i] = (struct futures_lot){
        .lot = now->lot,
        .product = now->product,
        .step = now->step,
        .priority = now->priority,
        .due_us = now->due_us,
        .p10_us = quantile(work->values, n, 0.1),
        .p50_us = quantile(work->values, n, 0.5),
        .p90_us = quantile(work->values, n, 0.9),
        .late = now->due_us == INT64_MAX || n == 0 ? NAN : (double)n_late / (double)n,
        .is_extrapolated = 2 * n_reckoned > n,
    };
    if (work->plan->see_lot) {
        work->plan->see_lot(work->plan->watcher, &work->out->lot[i], work->values, n);
    }
}

// Lots done of a product, MARU_NONE: of all.
static struct futures_product gather_product(const struct work *work, uint32_t product) {
    const size_t n = work->out->n_rep;
    for (size_t r = 0; r < n; r++) {
        double done = 0;
        for (uint32_t i = 0; i < work->plant->n_product; i++) {
            done += product == MARU_NONE || product == i ? work->future[r].done[i] : 0;
        }
        work->values[r] = done;
    }
    qsort(work->values, n, sizeof *work->values, by_value);
    if (work->plan->see_product) {
        work->plan->see_product(work->plan->watcher, product, work->values, n);
    }
    return (struct futures_product){quantile(work->values, n, 0.1), quantile(work->values, n, 0.5),
                                    quantile(work->values, n, 0.9)};
}

static int by_chance(const void *a, const void *b) {
    const struct futures_bottleneck *x = a, *y = b;
    return x->chance != y->chance ? (x->chance < y->chance) - (x->chance > y->chance)
                                  : (x->group > y->group) - (x->group < y->group);
}

static void gather_bottlenecks(const struct work *work) {
    struct futures *out = work->out;
    for (uint32_t g = 0; g < out->n_group; g++) {
        size_t n = 0;
        for (size_t r = 0; r < out->n_rep; r++) {
            size_t from = out->n_point;
            while (from > 0 && work->future[r].first[from - 1] == g) {
                from--;
            }
            if (from < out->n_point) {
                work->values[n++] = (double)out->now_us + (double)from * (double)out->point_us;
            }
        }
        if (n > 0) {
            qsort(work->values, n, sizeof *work->values, by_value);
            out->bottleneck[out->n_bottleneck++] = (struct futures_bottleneck){
                g, (double)n / (double)out->n_rep, quantile(work->values, n, 0.5)};
        }
    }
    qsort(out->bottleneck, out->n_bottleneck, sizeof *out->bottleneck, by_chance);
}

// ---- room

static void set_sizes(struct futures *out, const struct futures_plan *plan) {
    const maru_time span = plan->span_us;
    maru_time point =
        span / MIN_POINTS; // 24 to 48 intervals, of whole minutes where there are some
    if (point > MARU_MINUTE) {
        point -= point % MARU_MINUTE;
    }
    out->point_us = point > 0 ? point : 1;
    out->n_point = (size_t)(span / out->point_us) + 1;
    out->span_us = (maru_time)(out->n_point - 1) * out->point_us;
    out->now_us = maru_sim_now(plan->now->sim);
    out->plant = maru_model_plant(maru_sim_model(plan->now->sim));
    out->n_group = out->plant->n_group;
    out->n_lot = maru_sim_lot_count(plan->now->sim);
    out->n_rep = plan->n_rep;
}

static bool take_out(struct futures *out) {
    const size_t series = FUTURES_N_BAND * out->n_point;
    out->wip = alloc_new(series, sizeof *out->wip);
    out->out = alloc_new(series, sizeof *out->out);
    out->queue = alloc_new(series * out->n_group, sizeof *out->queue);
    out->lot = alloc_new((size_t)out->n_lot + 1, sizeof *out->lot);
    out->bottleneck = alloc_new((size_t)out->n_group + 1, sizeof *out->bottleneck);
    out->product = alloc_new((size_t)out->plant->n_product + 1, sizeof *out->product);
    return out->wip && out->out && out->queue && out->lot && out->bottleneck && out->product;
}

static void free_future(struct future *future) {
    alloc_free(future->wip);
    alloc_free(future->out);
    alloc_free(future->queue);
    alloc_free(future->done_us);
    alloc_free(future->is_reckoned);
    alloc_free(future->done);
    alloc_free(future->first);
}

static bool take_future(const struct futures *out, struct future *future) {
    future->wip = alloc_new(out->n_point, sizeof *future->wip);
    future->out = alloc_new(out->n_point, sizeof *future->out);
    future->queue = alloc_new(out->n_point * out->n_group, sizeof *future->queue);
    future->done_us = alloc_new((size_t)out->n_lot + 1, sizeof *future->done_us);
    future->is_reckoned = alloc_new((size_t)out->n_lot + 1, sizeof *future->is_reckoned);
    future->first = alloc_new(out->n_point, sizeof *future->first);
    future->done = alloc_new((size_t)out->plant->n_product + 1, sizeof *future->done);
    return future->wip && future->out && future->queue && future->done_us && future->is_reckoned &&
           future->first && future->done;
}

static maru_status take_work(struct work *work, maru_error *err) {
    struct futures *out = work->out;
    work->lot = alloc_new((size_t)out->n_lot + 1, sizeof *work->lot);
    work->remaining_us = alloc_new((size_t)out->n_lot + 1, sizeof *work->remaining_us);
    work->values = alloc_new(out->n_rep, sizeof *work->values);
    work->future = alloc_new(out->n_rep, sizeof *work->future);
    bool is_there = work->lot && work->remaining_us && work->values && work->future;
    for (size_t r = 0; is_there && r < out->n_rep; r++) {
        is_there = take_future(out, &work->future[r]);
    }
    if (!is_there || !take_out(out)) {
        return fail(err, MARU_E_MEMORY, "no memory for %zu futures", out->n_rep);
    }
    maru_sim_look_at_lots(work->plan->now->sim, work->lot);
    qsort(work->lot, out->n_lot, sizeof *work->lot, by_number);
    for (uint32_t i = 0; i < out->n_lot; i++) {
        work->remaining_us[i] = work->plant->step[work->lot[i].step].remaining_us;
    }
    return MARU_OK;
}

static maru_status check_plan(const struct futures_plan *plan, const struct futures *out,
                              maru_error *err) {
    if (plan->n_rep < 1 || plan->n_rep > FUTURES_MAX) {
        return fail(err, MARU_E_RANGE, "from 1 to %d futures can be asked for", FUTURES_MAX);
    }
    if (plan->span_us < MARU_MINUTE || plan->span_us > FUTURES_MAX_SPAN) {
        return fail(err, MARU_E_RANGE, "futures are from a minute to 400 days long");
    }
    const double per_future = (double)out->n_lot + (double)out->n_group * (double)out->n_point;
    return per_future * (double)plan->n_rep <= FUTURES_MAX_VALUES
               ? MARU_OK
               : fail(err, MARU_E_LIMIT, "too many futures for a plant of this size");
}

maru_status futures_run(const struct futures_plan *plan, struct futures *out, maru_error *err) {
    *out = (struct futures){0};
    set_sizes(out, plan);
    struct work work = {.plan = plan, .out = out, .plant = out->plant};
    maru_status st = check_plan(plan, out, err);
    st = st == MARU_OK ? take_work(&work, err) : st;
    st = st == MARU_OK ? workers_run(plan->n_rep, plan->n_thread, do_future, look, &work, err) : st;
    for (size_t r = 0; st == MARU_OK && r < plan->n_rep; r++) {
        st = work.future[r].status;
        if (st != MARU_OK && err) {
            *err = work.future[r].err;
        }
    }
    if (st == MARU_OK) {
        gather_series(&work);
        gather_bottlenecks(&work);
        for (uint32_t i = 0; i < out->n_lot; i++) {
            gather_lot(&work, i);
        }
        for (uint32_t p = 0; p < out->plant->n_product; p++) {
            out->product[p] = gather_product(&work, p);
        }
        out->all = gather_product(&work, MARU_NONE);
    }
    for (size_t r = 0; work.future && r < plan->n_rep; r++) {
        free_future(&work.future[r]);
    }
    alloc_free(work.lot);
    alloc_free(work.remaining_us);
    alloc_free(work.values);
    alloc_free(work.future);
    return st;
}

void futures_fini(struct futures *futures) {
    alloc_free(futures->wip);
    alloc_free(futures->out);
    alloc_free(futures->queue);
    alloc_free(futures->lot);
    alloc_free(futures->bottleneck);
    alloc_free(futures->product);
    *futures = (struct futures){0};
}
