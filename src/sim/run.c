#include "sim/twin.h"

#include "base/alloc.h"
#include "base/status.h"

// The loop: take the next event from the calendar, let time pass, give the event to whom it
// belongs.
//
// The number of an event says whose it is (state.h): jobs, maintenance ends, downtimes, releases,
// lots, in this order. Each event also goes into a running hash, so that two runs that differ
// anywhere have different digests.

maru_status maru_sim_new(const maru_model *model, uint64_t seed, maru_sim **out, maru_error *err) {
    if (model->plant->n_stock > model->options.max_lot) {
        return fail(err, MARU_E_LIMIT, "%u lots in stock, max_lot is %lld", model->plant->n_stock,
                    (long long)model->options.max_lot);
    }
    maru_sim *sim = alloc_new(1, sizeof *sim);
    if (!sim) {
        return fail(err, MARU_E_MEMORY, "no memory for a twin");
    }
    const maru_status st = state_new(model, model->n_lot_start, sim, err);
    if (st != MARU_OK) {
        alloc_free(sim);
        return st;
    }
    sim->s.head->seed = seed;
    calendar_init(model, &sim->s, state_n_node(model, model->n_lot_start));
    measure_init(sim);
    sim->s.head->done_lost_until = INT64_MIN;
    waiting_init(sim);
    tool_init(sim);
    lot_init(sim);
    *out = sim;
    return MARU_OK;
}

void maru_sim_free(maru_sim *sim) {
    if (sim) {
        state_free(sim);
        alloc_free(sim);
    }
}

maru_time maru_sim_now(const maru_sim *sim) { return sim->s.head->now; }

const maru_model *maru_sim_model(const maru_sim *sim) { return sim->model; }

void maru_sim_set_trace(maru_sim *sim, maru_trace its_trace, void *context) {
    sim->trace = its_trace;
    sim->trace_context = context;
}

const char *maru_event_name(maru_event_kind kind) {
    static const char *const NAME[] = {"release", "arrive",      "start",  "end",
                                       "skip",    "rework",      "finish", "setup",
                                       "fail",    "maintenance", "up",     "late_queue"};
    return (size_t)kind < sizeof NAME / sizeof NAME[0] ? NAME[kind] : "unknown";
}

static void fire(struct maru_sim *sim, uint32_t node) {
    const struct maru_model *m = sim->model;
    const uint32_t lots = node_of_lot(m, 0);
    if (node >= lots) {
        lot_arrive(sim, node - lots);
    } else if (node < node_of_pm(m, 0)) {
        tool_job_end(sim, node / 2, node % 2);
    } else if (node < node_of_place(m, 0)) {
        tool_pm_end(sim, node - node_of_pm(m, 0));
    } else if (node < node_of_instance(m, 0)) {
        tool_place_free(sim, node - node_of_place(m, 0));
    } else if (node < node_of_release(m, 0)) {
        tool_instance_event(sim, node - node_of_instance(m, 0));
    } else {
        lot_release(sim, node - node_of_release(m, 0));
    }
}

// Make room for the lots of a release.
static maru_status room_for_release(struct maru_sim *sim, uint32_t n_needed, maru_error *err) {
    if (n_needed <= sim->s.head->n_free) {
        return MARU_OK;
    }
    const uint64_t most = (uint64_t)sim->model->options.max_lot;
    const uint64_t room = sim->s.head->n_lot_room;
    if (room + n_needed > most) {
        return fail(err, MARU_E_LIMIT,
                    "%u lots are on the floor and max_lot is %llu: the plant does not keep up with "
                    "its releases",
                    sim->s.head->n_in_plant, (unsigned long long)most);
    }
    const uint64_t larger = room * 2 + n_needed;
    return state_grow(sim, (uint32_t)(larger < most ? larger : most), err);
}

static inline void mix(struct head *head, int64_t key, uint32_t node) {
    const uint64_t x = (head->trace[0] ^ (uint64_t)key) * UINT64_C(0x9E3779B97F4A7C15);
    head->trace[0] = (x ^ (x >> 29)) + node;
}

maru_status maru_sim_run(maru_sim *sim, maru_time until, maru_error *err) {
    const struct maru_model *m = sim->model;
    if (until < sim->s.head->now) {
        return MARU_OK;
    }
    const int64_t limit =
        until < SIM_FOREVER ? event_key(until, (enum event_rank)7) : event_key(SIM_FOREVER, 0) - 1;
    for (;;) {
        const uint32_t node = calendar_peek(m, &sim->s, limit);
        if (node == SIM_NONE) {
            break;
        }
        const int64_t key = sim->s.node[node].key;
        if (node - m->release_node < m->n_release) { // may need room for more lots
            const maru_status st =
                room_for_release(sim, m->plant->release[node - m->release_node].lots_each, err);
            if (st != MARU_OK) {
                return st;
            }
        }
        const maru_time at = key >> 3;
        if (at >= sim->s.head->point_at) {
            measure_points(sim, at);
        }
        calendar_pop(&sim->s, node);
        sim->s.head->now = at;
        sim->s.head->n_event++;
        mix(sim->s.head, key, node);
        fire(sim, node);
    }
    if (until > sim->s.head->now && until < INT64_MAX) {
        measure_points(sim, until);
        sim->s.head->now = until;
    }
    return MARU_OK;
}

maru_status model_pilot(const struct maru_model *model, double *flow_factor, maru_error *err) {
    maru_sim *sim = NULL;
    maru_status st = maru_sim_new(model, 1, &sim, err);
    if (st != MARU_OK || !sim) {
        return st;
    }
    st = maru_sim_run(sim, model->options.qts_pilot_days * MARU_DAY, err);
    for (uint32_t s = 0; st == MARU_OK && s < model->n_step; s++) {
        const struct step_sum *sum = &sim->s.step_sum[s];
        const double process = model->plant->step[s].process_us;
        flow_factor[s] =
            sum->n > 0 && process > 0 ? (double)sum->cycle_us / (double)sum->n / process : 1;
    }
    maru_sim_free(sim);
    return st;
}
