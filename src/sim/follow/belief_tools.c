#include "sim/follow/belief.h"

#include "plant/plant.h"

// Tools: what is in them, what they are down for, and how fast they really are.
//
// A tool that takes a job has given back the one before, where it has no place for both; one that
// takes a lot is up. Lots that start within a minute of each other at the same batch step are one
// job. Processing times are learned from jobs whose start and end were told, as the ratio of what
// was seen to what the plant expects:
//
//     a job alone        end - start - setup - load - unload  to  p, n p or p + (n - 1) r
//     a cascade, full    end - end of the job before          to  max(c, t) - t + (n - 1) r + p - c
//
// with p, c, r as in tools.c and t the p - c of the job before: that holds while the lot was loaded
// before its place was free. What lies beyond twice the longest time, or below half the shortest, says
// that an event was missed, and nothing of the tool; where a time has no longest, beyond 20 means.

#define SPAN_RATIO 2.0
#define FURTHEST_RATIO 20.0
#define SAME_JOB_US MARU_MINUTE
#define QUARTILES_APART 1.349 // of a normal distribution, in its deviations

// The squared relative deviation of what is drawn from `dist`; of a table from its quartiles, as if it were
// normal.
static double planned_of(const struct dist *d, double mean) {
    const double a = (double)d->a / mean, b = (double)d->b / mean, c = (double)d->c / mean;
    switch (d->kind) {
    case DIST_NONE:
    case DIST_CONSTANT:
        break;
    case DIST_UNIFORM:
        return (b - a) * (b - a) / 12;
    case DIST_EXPONENTIAL:
        return 1;
    case DIST_LOGNORMAL:
        return b * b;
    case DIST_TRIANGULAR:
        return (a * a + b * b + c * c - a * b - a * c - b * c) / 18;
    case DIST_EMPIRICAL: {
        const uint32_t quarter = d->n_value / 4;
        const double low = (double)d->value[quarter];
        const double high = (double)d->value[d->n_value - 1 - quarter];
        const double spread = (high - low) / QUARTILES_APART / mean;
        return spread * spread;
    }
    }
    return 0;
}

// A ratio of times drawn from `dist`, unless it lies too far outside of what that can give.
static void see(struct seen *seen, const struct dist *dist, double ratio) {
    const double mean = dist_mean(dist) > 1 ? dist_mean(dist) : 1;
    double least = 0, most = FURTHEST_RATIO;
    if (dist->kind == DIST_CONSTANT) {
        least = 1 / SPAN_RATIO;
        most = SPAN_RATIO;
    } else if (dist->kind == DIST_UNIFORM || dist->kind == DIST_TRIANGULAR) {
        const maru_time end = dist->kind == DIST_UNIFORM ? dist->b : dist->c;
        least = (double)dist->a / mean / SPAN_RATIO;
        most = (double)end / mean * SPAN_RATIO;
    }
    if (!(ratio >= least && ratio <= most)) {
        return;
    }
    if (seen->n >= BELIEF_MAX_SEEN) {
        seen->n /= 2;
        seen->sum /= 2;
        seen->square /= 2;
        seen->planned /= 2;
    }
    seen->n += 1;
    seen->sum += ratio;
    seen->square += ratio * ratio;
    seen->planned += planned_of(dist, mean);
}

// ---- jobs

struct timing { // expected, us
    double p, c, beat, n;
};

static struct timing timing_of(const struct maru_model *m, const struct belief_lot *l) {
    const struct hop *hop = &m->hop[l->step];
    struct timing t = {.p = dist_mean(&m->plant->step[l->step].time)};
    t.c = hop->interval_us > 0 && (double)hop->interval_us < t.p ? (double)hop->interval_us : t.p;
    t.beat = t.c > t.p - t.c ? t.c : t.p - t.c;
    t.n = hop->flags & HOP_PER_WAFER ? l->wafers : 1;
    return t;
}

static bool is_last_of_job(const struct belief *b, const struct belief_tool *tool,
                           const struct belief_lot *l) {
    uint32_t n = 0;
    for (uint32_t i = tool->first; i != SIM_NONE; i = b->lot[i].next) {
        n += b->lot[i].job == l->job;
    }
    return n == 1;
}

static void learn(struct belief *b, const struct belief_tool *tool, const struct belief_lot *l,
                  maru_time at) {
    const struct maru_model *m = b->model;
    const struct hop *hop = &m->hop[l->step];
    const struct group_plan *plan = &m->group[hop->group];
    const struct timing t = timing_of(m, l);
    const enum dist_kind setup = m->plant->step[l->step].setup_time.kind;
    const bool is_odd = l->setup_us > 0 && setup != DIST_NONE && setup != DIST_CONSTANT;
    if (!(l->flags & BELIEF_TIMED) || is_odd || plan->is_delay || !is_last_of_job(b, tool, l)) {
        return;
    }
    const maru_time loaded = l->since_us + l->setup_us + plan->load_us;
    double seen_us = (double)(at - loaded - plan->unload_us), want = t.n * t.p;
    if (plan->cascade) {
        want = t.p + (t.n - 1) * t.beat;
        if (!(l->flags & BELIEF_ALONE)) {
            const double tail = (double)tool->tail_us;
            if (!tool->is_end_told || tool->end_us <= l->since_us ||
                loaded > tool->end_us - plan->unload_us - tool->tail_us) { // its place was free
                return;
            }
            seen_us = (double)(at - tool->end_us);
            want = (t.c > tail ? t.c - tail : 0) + (t.n - 1) * t.beat + t.p - t.c;
        }
    }
    if (want > 0) {
        see(&b->pace[hop->group].process, &m->plant->step[l->step].time, seen_us / want);
    }
}

static void count_wafers(struct belief *b, uint32_t tool, uint32_t wafers) {
    const struct maru_model *m = b->model;
    for (uint32_t bits = m->group[m->tool_group[tool]].wafer_downtimes; bits != 0;
         bits &= bits - 1) {
        b->instance[model_instance(m, tool) + (uint32_t)__builtin_ctz(bits)].wafers += wafers;
    }
}

void belief_tool_give(struct belief *b, uint32_t lot, maru_time at, bool is_told) {
    struct belief_lot *l = &b->lot[lot];
    const struct maru_model *m = b->model;
    if (l->tool == SIM_NONE) {
        return;
    }
    struct belief_tool *tool = &b->tool[l->tool];
    if (is_told) {
        learn(b, tool, l, at);
        const struct timing t = timing_of(m, l);
        tool->tail_us = (maru_time)(t.p - t.c);
    }
    uint32_t *link = &tool->first;
    while (*link != lot) {
        link = &b->lot[*link].next;
    }
    *link = l->next;
    tool->n_lot--;
    tool->end_us = at;
    tool->is_end_told = is_told;
    tool->n_ended += m->hop[l->step].setup == tool->setup && tool->setup != SIM_NONE;
    count_wafers(b, l->tool, l->wafers);
    l->tool = SIM_NONE;
    l->next = SIM_NONE;
    l->flags &= (uint8_t) ~(BELIEF_ALONE | BELIEF_TIMED);
}

// The lot of a job that another lot, which starts now, is part of.
static uint32_t find_job(const struct belief *b, const struct belief_tool *tool, uint32_t step,
                         maru_time at) {
    uint32_t lot = b->model->hop[step].flags & HOP_BATCH ? tool->first : SIM_NONE;
    while (lot != SIM_NONE &&
           (b->lot[lot].step != step || at - b->lot[lot].since_us > SAME_JOB_US)) {
        lot = b->lot[lot].next;
    }
    return lot;
}

static uint32_t oldest_in(const struct belief *b, const struct belief_tool *tool) {
    uint32_t oldest = tool->first;
    for (uint32_t i = tool->first; i != SIM_NONE; i = b->lot[i].next) {
        oldest = b->lot[i].job < b->lot[oldest].job ? i : oldest;
    }
    return oldest;
}

static uint32_t count_jobs(const struct belief *b, const struct belief_tool *tool) {
    uint32_t n = 0;
    for (uint32_t i = tool->first; i != SIM_NONE; i = b->lot[i].next) {
        bool is_first = true;
        for (uint32_t k = tool->first; k != i; k = b->lot[k].next) {
            is_first = is_first && b->lot[k].job != b->lot[i].job;
        }
        n += is_first;
    }
    return n;
}

// All lots of the oldest job have done their step, untold.
static void end_oldest_job(struct belief *b, const struct belief_tool *tool, maru_time at) {
    const uint32_t job = b->lot[oldest_in(b, tool)].job;
    uint32_t lot = tool->first;
    while (lot != SIM_NONE) {
        const uint32_t next = b->lot[lot].next;
        if (b->lot[lot].job == job) {
            belief_guess_done(b, lot, at);
        }
        lot = next;
    }
}

// Would the job be larger than its step allows with one lot more?
static bool is_crowded(const struct belief *b, const struct belief_tool *tool, uint32_t mate,
                       const struct belief_lot *more) {
    const struct belief_lot *its = &b->lot[mate];
    uint64_t wafers = more->wafers;
    for (uint32_t i = tool->first; i != SIM_NONE; i = b->lot[i].next) {
        wafers += b->lot[i].job == its->job ? b->lot[i].wafers : 0;
    }
    return wafers > b->model->batch[b->model->hop[its->step].batch].max_wafers;
}

static void come_up(struct belief *b, uint32_t tool, maru_time at);

static maru_time setup_for(struct belief *b, uint32_t tool, const struct told *t) {
    const struct maru_model *m = b->model;
    const struct hop *hop = &m->hop[t->step];
    struct belief_tool *its = &b->tool[tool];
    if (hop->setup == SIM_NONE) {
        return 0;
    }
    if (hop->setup != its->setup) { // nobody said so, but it must have been
        const maru_time time = model_setup_us(m, t->step, its->setup, true);
        its->setup = hop->setup;
        its->n_started = its->n_ended = 0;
        return time;
    }
    if (its->setup_at_us == INT64_MIN || its->setup_at_us + its->setup_us <= t->at_us) {
        return 0;
    }
    return its->setup_at_us + its->setup_us - t->at_us;
}

void belief_tool_take(struct belief *b, uint32_t lot, const struct told *t) {
    const struct maru_model *m = b->model;
    struct belief_lot *l = &b->lot[lot];
    const struct hop *hop = &m->hop[t->step];
    l->place = PLACE_TOOL;
    l->since_us = t->at_us;
    l->setup_us = 0;
    if (l->queue != SIM_NONE && m->queue[l->queue].to == t->step) {
        l->queue = SIM_NONE;
    }
    l->tool = t->tool;
    if (t->tool == MARU_NONE || m->tool_group[t->tool] != hop->group) {
        if (t->tool != MARU_NONE) {
            belief_note(b, t, DISCREPANCY_GROUP);
        }
        l->tool = SIM_NONE;
        return;
    }
    struct belief_tool *tool = &b->tool[t->tool];
    if (tool->state != TOOL_UP) {
        b->head->n_caught_up++;
        come_up(b, t->tool, t->at_us);
        tool->is_up_guessed = true;
    }
    uint32_t mate = find_job(b, tool, t->step, t->at_us);
    if (mate != SIM_NONE && is_crowded(b, tool, mate, l)) {
        belief_note(b, t, DISCREPANCY_CROWDED);
        mate = SIM_NONE;
    }
    if (mate != SIM_NONE) {
        l->job = b->lot[mate].job;
        l->since_us = b->lot[mate].since_us;
        l->setup_us = b->lot[mate].setup_us;
        l->flags |= b->lot[mate].flags & (BELIEF_ALONE | BELIEF_TIMED);
    } else {
        while (count_jobs(b, tool) >= (m->group[hop->group].cascade ? 2u : 1u)) {
            end_oldest_job(b, tool, t->at_us);
        }
        l->job = tool->n_job++;
        l->setup_us = setup_for(b, t->tool, t);
        l->flags |= tool->first == SIM_NONE ? BELIEF_ALONE : 0;
        l->flags |= belief_is_first_look(b, t->at_us) ? 0 : BELIEF_TIMED;
    }
    if (hop->flags & HOP_KEEP) {
        b->keep[(size_t)lot * m->n_keep + hop->keep] = t->tool;
    }
    uint32_t *last = &tool->first; // lots keep the order in which they were taken
    while (*last != SIM_NONE) {
        last = &b->lot[*last].next;
    }
    *last = lot;
    l->next = SIM_NONE;
    tool->n_lot++;
    tool->n_started++;
    tool->start_us = t->at_us;
    tool->heard_us = t->at_us > tool->heard_us ? t->at_us : tool->heard_us;
}

// ---- downtimes

static const struct plant_downtime *row_of(const struct maru_model *m, uint32_t tool, uint32_t k) {
    return &m->plant->downtime[m->group[m->tool_group[tool]].first_downtime + k];
}

// How overdue a downtime is, in its own interval.
static double urgency(const struct belief *b, uint32_t tool, uint32_t k, maru_time at) {
    const struct plant_downtime *row = row_of(b->model, tool, k);
    const struct belief_instance *its = &b->instance[model_instance(b->model, tool) + k];
    const double every = dist_mean(&row->every);
    const double since = its->begin_us == INT64_MIN ? 0 : (double)its->begin_us;
    return (row->by_wafers ? (double)its->wafers : (double)at - since) / (every > 1 ? every : 1);
}

// Which downtime of its group a tool is down for: as told, or the likeliest of its kind.
static uint32_t downtime_for(const struct belief *b, const struct told *t) {
    const struct group_plan *plan = &b->model->group[b->model->tool_group[t->tool]];
    const bool is_failure = t->kind == TOLD_DOWN;
    if (t->downtime != MARU_NONE && t->downtime - plan->first_downtime < plan->n_downtime) {
        const uint32_t k = t->downtime - plan->first_downtime;
        if ((row_of(b->model, t->tool, k)->kind == DOWN_FAILURE) == is_failure) {
            return k;
        }
    }
    uint32_t best = SIM_NONE;
    for (uint32_t k = 0; k < plan->n_downtime; k++) {
        const struct plant_downtime *row = row_of(b->model, t->tool, k);
        if ((row->kind == DOWN_FAILURE) == is_failure &&
            (best == SIM_NONE ||
             urgency(b, t->tool, k, t->at_us) > urgency(b, t->tool, best, t->at_us))) {
            best = k;
        }
    }
    return best;
}

static void go_down(struct belief *b, const struct told *t) {
    struct belief_tool *tool = &b->tool[t->tool];
    const struct maru_model *m = b->model;
    const uint32_t group = m->tool_group[t->tool];
    if (tool->state == TOOL_DOWN) {
        return; // for one more reason
    }
    if (tool->state ==
        TOOL_MAINTAINED) { // one state ends where the next begins: nothing was missed
        come_up(b, t->tool, t->at_us);
    }
    const maru_time from = tool->watched_us == INT64_MIN ? b->head->began_us : tool->watched_us;
    double rate = 0;
    for (uint32_t k = 0; k < m->group[group].n_downtime; k++) {
        const struct plant_downtime *row = row_of(m, t->tool, k);
        const double mean = dist_mean(&row->every);
        rate += row->kind == DOWN_FAILURE && !row->by_wafers && mean > 0 ? 1 / mean : 0;
    }
    if (rate > 0) {
        b->pace[group].n_failure += 1;
        b->pace[group].expected += rate * (double)(t->at_us - from);
    }
    tool->state = TOOL_DOWN;
    tool->is_up_guessed = false;
    tool->since_us = t->at_us;
    tool->downtime = downtime_for(b, t);
}

static void begin_maintenance(struct belief *b, const struct told *t) {
    struct belief_tool *tool = &b->tool[t->tool];
    const uint32_t k = downtime_for(b, t);
    if (tool->state == TOOL_MAINTAINED && tool->downtime == k) {
        return;
    }
    if (tool->state != TOOL_UP) {
        come_up(b, t->tool, t->at_us);
    }
    while (tool->first != SIM_NONE) {
        end_oldest_job(b, tool, t->at_us);
    }
    tool->state = TOOL_MAINTAINED;
    tool->is_up_guessed = false;
    tool->since_us = t->at_us;
    tool->downtime = k;
    if (k != SIM_NONE) {
        b->instance[model_instance(b->model, t->tool) + k].begin_us = t->at_us;
        b->instance[model_instance(b->model, t->tool) + k].wafers = 0;
    }
}

static void come_up(struct belief *b, uint32_t which, maru_time at) {
    struct belief_tool *tool = &b->tool[which];
    const uint32_t k = tool->downtime;
    if (tool->state == TOOL_DOWN) {
        const maru_time lost = at - tool->since_us;
        for (uint32_t lot = tool->first; lot != SIM_NONE; lot = b->lot[lot].next) {
            b->lot[lot].since_us += lost; // the work inside was put off
        }
        tool->mended_us = at;
        tool->watched_us = at;
        const struct dist *length = k == SIM_NONE ? NULL : &row_of(b->model, which, k)->duration;
        if (length && dist_mean(length) > 0) {
            see(&b->pace[b->model->tool_group[which]].repair, length,
                (double)lost / dist_mean(length));
        }
    }
    if (k != SIM_NONE) {
        b->instance[model_instance(b->model, which) + k].end_us = at;
    }
    tool->state = TOOL_UP;
    tool->since_us = at;
    tool->downtime = SIM_NONE;
}

static void hear_up(struct belief *b, const struct told *t) {
    struct belief_tool *tool = &b->tool[t->tool];
    if (tool->state != TOOL_UP) {
        come_up(b, t->tool, t->at_us);
    } else if (tool->is_up_guessed) { // it was not missed: it comes behind the lot that showed it
        b->head->n_caught_up--;
    } else if (!t->is_known) {
        b->head->n_caught_up++;
        tool->since_us = t->at_us;
    }
    tool->is_up_guessed = false;
}

static void set_up(struct belief *b, const struct told *t) {
    struct belief_tool *tool = &b->tool[t->tool];
    const uint32_t setup = b->model->hop[t->step].setup;
    if (setup == SIM_NONE || b->model->hop[t->step].group != b->model->tool_group[t->tool]) {
        return;
    }
    tool->setup_us = model_setup_us(b->model, t->step, tool->setup, true);
    tool->setup_at_us = t->at_us;
    if (tool->setup != setup) {
        tool->setup = setup;
        tool->n_started = tool->n_ended = 0;
    }
}

void belief_tool_event(struct belief *b, const struct told *t) {
    struct belief_tool *tool = &b->tool[t->tool];
    if (t->at_us < tool->heard_us) {
        b->head->n_late++;
        return;
    }
    tool->heard_us = t->at_us;
    b->head->n_told++;
    switch (t->kind) {
    case TOLD_UP:
        hear_up(b, t);
        break;
    case TOLD_SETUP:
        set_up(b, t);
        break;
    case TOLD_DOWN:
        go_down(b, t);
        break;
    case TOLD_MAINTENANCE:
        begin_maintenance(b, t);
        break;
    case TOLD_RELEASED:
    case TOLD_ENDED:
    case TOLD_REWORK:
    case TOLD_SKIPPED:
    case TOLD_FINISHED:
    case TOLD_SCRAPPED:
    case TOLD_SENT:
    case TOLD_ARRIVED:
    case TOLD_FREED:
    case TOLD_STARTED:
    case TOLD_HELD:
    case N_TOLD:
        break; // of lots
    }
}
