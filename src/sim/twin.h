// What the parts of the loop call of each other. The path of an event: run.c takes it from the
// calendar; lots.c moves lots (release, transport, arrival, end of route); tools.c moves tools
// (jobs, setups, failures, maintenance); dispatch.c decides who goes where; waiting.c keeps the
// lists; measure.c keeps the sums.
#ifndef SIM_TWIN_H
#define SIM_TWIN_H

#include "base/random.h"
#include "base/wide.h"
#include "sim/calendar.h"
#include "sim/state.h"

// Streams of random numbers: what the luck is for, and whose.
enum stream { STREAM_LOT = 1, STREAM_DOWNTIME, STREAM_RELEASE, STREAM_SETUP, STREAM_CHOICE };
static inline struct random_block luck(const struct state *s, enum stream stream, uint64_t whose,
                                       uint64_t counter) {
    return random_at(s->head->seed, ((uint64_t)stream << 40) | whose, counter);
}
static inline uint64_t luck_bits(const struct random_block *block, size_t pair) {
    return (uint64_t)block->word[2 * pair] << 32 | block->word[2 * pair + 1];
}

// 64 bits from one word, for samplers that want them.
static inline uint64_t luck_stretched(uint32_t word) {
    const uint32_t low = word * UINT32_C(2654435769);
    return (uint64_t)word << 32 | low;
}

static inline void trace(const struct maru_sim *sim, maru_event_kind kind, uint32_t lot,
                         uint32_t tool, uint32_t step) {
    if (__builtin_expect(sim->trace != NULL, 0)) {
        const struct lot *its = lot == SIM_NONE ? NULL : &sim->s.lot[lot];
        const maru_event event = {.time_us = sim->s.head->now,
                                  .kind = kind,
                                  .lot = its ? its->serial : MARU_NONE,
                                  .tool = tool,
                                  .step = step,
                                  .product =
                                      its ? sim->model->class_product[its->class_] : MARU_NONE};
        sim->trace(sim->trace_context, &event);
    }
}

// ---- waiting.c ----
// Add a lot to the list of its group; the place in the list follows from priority (where the rule
// leads by it) and arrival.
void waiting_add(struct maru_sim *sim, uint32_t group, const struct waiting *entry);
// Take entry `index` of the group's list out.
void waiting_remove(struct maru_sim *sim, uint32_t group, uint32_t index);
static inline struct waiting *waiting_list(const struct maru_sim *sim, uint32_t group) {
    const struct group *g = &sim->s.group[group];
    return &sim->s.pool[g->list + g->list_from];
}
void waiting_init(struct maru_sim *sim);

// ---- dispatch.c ----
// A lot has joined the queue of its step: start it, or its batch, or let it wait.
void dispatch_lot(struct maru_sim *sim, uint32_t lot);
// A tool may have become free: give it what it can take, else note it as ready.
void dispatch_tool(struct maru_sim *sim, uint32_t tool);
// Let every ready tool of a group look again: something that kept lots away is gone.
void dispatch_group(struct maru_sim *sim, uint32_t group);
// A lot has been waiting for its step since `arrived`; nobody is asked to take it.
void dispatch_let_wait(struct maru_sim *sim, uint32_t lot, maru_time arrived);
// The tool is no longer to be found among the ready.
void dispatch_unready(struct maru_sim *sim, uint32_t tool);

// ---- tools.c ----
static inline bool tool_can_take(const struct maru_model *m, const struct tool *t, uint32_t group) {
    const uint32_t kept_away =
        t->n_down | t->pm_due | (t->flags & (TOOL_IN_PM | TOOL_FAILURE_DUE | TOOL_ENTRY_TAKEN));
    return kept_away == 0 && t->n_job < (m->group[group].cascade ? 2 : 1);
}
// Start the lots chained from `first` as one job on the tool, now.
void tool_start(struct maru_sim *sim, uint32_t tool, uint32_t first);
void tool_job_end(struct maru_sim *sim, uint32_t tool, uint32_t place);
void tool_pm_end(struct maru_sim *sim, uint32_t tool);
void tool_place_free(struct maru_sim *sim, uint32_t tool);
void tool_instance_event(struct maru_sim *sim, uint32_t instance);
void tool_init(struct maru_sim *sim);
static inline maru_time tool_times(maru_time n, maru_time span) {
    maru_time product;
    return __builtin_mul_overflow(n, span, &product) || product > SIM_FOREVER ? SIM_FOREVER
                                                                              : product;
}
// When n units that take p each leave a tool that they are loaded into at `loaded`; of a cascade's
// places, when they are free then.
static inline maru_time tool_process_end(const struct hop *hop, maru_time n, maru_time p,
                                         maru_time loaded, maru_time place_free[2]) {
    if (!(hop->flags & HOP_CASCADE)) {
        return loaded + tool_times(n, p);
    }
    const maru_time c = hop->interval_us > 0 && hop->interval_us < p ? hop->interval_us : p;
    const maru_time enters = loaded > place_free[0] ? loaded : place_free[0];
    const maru_time leaves = enters + c > place_free[1] ? enters + c : place_free[1];
    const maru_time beat = c > p - c ? c : p - c;
    const maru_time last = leaves + tool_times(n - 1, beat);
    place_free[0] = last < SIM_FOREVER ? last : SIM_FOREVER;
    place_free[1] = place_free[0] + p - c;
    return place_free[1];
}
// First maintenance of tool k (from 1) of N at first * k / N, so that a group does not go down as
// one.
maru_time tool_first_pm(const struct maru_model *m, uint32_t tool, maru_time first);

// ---- lots.c ----
void lot_release(struct maru_sim *sim, uint32_t release);
void lot_arrive(struct maru_sim *sim, uint32_t lot);
// The lot has done its step: rework, the next step, transport, or the end.
void lot_step_done(struct maru_sim *sim, uint32_t lot);
void lot_init(struct maru_sim *sim);
// The parts of it that a state made from outside (follow/present.c) needs, too: all places of lots
// are free; a lot takes one and is in the plant, but nowhere yet.
void lot_make_room(struct maru_sim *sim);
uint32_t lot_new(struct maru_sim *sim, uint32_t class_, uint32_t wafers, uint32_t step);
bool lot_may_reserve(const struct maru_model *m, bool is_hot, int32_t priority);
// Reservations: taken when a lot starts a step, given back when it starts the next or goes
// elsewhere (then the caller lets the group look again).
void lot_reserve(struct maru_sim *sim, uint32_t lot);
void lot_unreserve(struct maru_sim *sim, uint32_t lot);

// ---- measure.c ----
void measure_init(struct maru_sim *sim);
// What a tool has done since its time was last counted.
struct tool_time {
    maru_time productive_us, setup_us, pm_us, down_us;
};
struct tool_time measure_open(const struct maru_sim *sim, uint32_t tool);
// Count the time of a tool up to now in the state that it was in; the other half for those that are
// down or set up.
void measure_odd_time(struct maru_sim *sim, uint32_t tool);
static inline void measure_tool(struct maru_sim *sim, uint32_t tool) {
    struct tool *t = &sim->s.tool[tool];
    const maru_time now = sim->s.head->now;
    if (t->n_down > 0 || t->flags & TOOL_IN_PM || t->setup_until > t->counted_until) {
        measure_odd_time(sim, tool);
    } else { // no branch for an empty tool: it would be a coin toss
        const maru_time productive = (t->n_job > 0) * (now - t->counted_until);
        sim->s.group[sim->model->tool_group[tool]].productive_us += productive;
    }
    t->counted_until = now;
}
void measure_in_plant(struct maru_sim *sim, int change);
void measure_finish(struct maru_sim *sim, uint32_t lot);
// How many lots that are done a model keeps: those that are released in a day and their flow allowance.
uint32_t measure_done_room(const struct maru_model *m);
// When a lot that is done is needed no longer: its end and its due date have passed a day before.
static inline maru_time measure_kept_until(const struct done_lot *lot) {
    return lot->due == INT64_MAX || lot->done > lot->due ? lot->done : lot->due;
}
void measure_queue_limit(struct maru_sim *sim, uint32_t limit, maru_time taken);
// Close points of the series that end at or before `until`.
void measure_points(struct maru_sim *sim, maru_time until);
static inline void measure_waiting(struct maru_sim *sim, uint32_t group) {
    struct group *g = &sim->s.group[group];
    g->waiting_us += (maru_time)g->n_waiting * (sim->s.head->now - g->counted_until);
    g->counted_until = sim->s.head->now;
}

#endif
