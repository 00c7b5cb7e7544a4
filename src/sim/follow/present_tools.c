#include "sim/follow/present.h"

#include "sim/follow/remaining.h"
#include "sim/twin.h"

// Tools of a present. What the floor does not show is drawn so that it fits what it showed:
//
//     a job       its processing time given that it has not ended yet
//     a repair    its length given how long it has taken
//     a failure   given that none had come when the tool last took a lot: where failures wait for the
//                 job to end (failure_job=after), one may have come since, and waits
//     the same for maintenance by the calendar: where its interval is constant, its dates are those of
//                 the plant's own plan, or follow the last that was told where the floor keeps another
//
// A job that should have ended long ago ends now.

static maru_time at_least(maru_time a, maru_time b) { return a > b ? a : b; }

// ---- jobs

struct job { // the timetable of one job as a function of the bits of its processing time
    const struct dist *time;
    const struct hop *hop;
    maru_time n, loaded, unload_us, place_free[2];
};

static maru_time job_end(const void *context, uint64_t bits) {
    const struct job *job = context;
    maru_time place_free[2] = {job->place_free[0], job->place_free[1]};
    return tool_process_end(job->hop, job->n, dist_draw(job->time, bits), job->loaded, place_free) +
           job->unload_us;
}

// How long ago a job began that was there before anybody looked: any part of its time that leaves it in work
// now is as likely as another.
static maru_time before_first_look(const struct present *p, const struct belief_lot *from,
                                   const struct job *job, maru_time seen) {
    const bool is_timed = from->place == PLACE_TOOL
                              ? from->flags & BELIEF_TIMED
                              : !belief_is_first_look(p->belief, from->since_us);
    const double whole = (double)(job_end(job, UINT64_C(1) << 63) - job->loaded);
    const double left = whole - (double)(seen - from->since_us);
    const uint64_t bits = present_bits(p, PRESENT_BEGAN, from->number);
    return is_timed || !(left > 0) ? 0 : (maru_time)(left * random_open(bits));
}

// Put the job of `first` into the tool; the end is later than `seen`, when it was last seen at work.
static void put_job(const struct present *p, uint32_t tool, uint32_t first, maru_time seen) {
    const struct maru_model *m = p->model;
    struct state *s = &p->sim->s;
    struct tool *t = &s->tool[tool];
    const struct belief_lot *from = &p->belief->lot[first];
    const struct hop *hop = &m->hop[from->step];
    const struct group_plan *plan = &m->group[hop->group];
    const uint32_t wafers = s->lot[p->lot_of[first]].wafers;
    struct job job = {.time = &m->plant->step[from->step].time,
                      .hop = hop,
                      .n = hop->flags & HOP_PER_WAFER ? wafers : 1,
                      .loaded = from->since_us + from->setup_us + plan->load_us,
                      .unload_us = plan->unload_us,
                      .place_free = {t->place_free[0], t->place_free[1]}};
    job.loaded -= before_first_look(p, from, &job, seen);
    uint64_t bits = present_bits(p, PRESENT_JOB, from->number);
    (void)remaining_bits(job_end, &job, seen, &bits); // where it cannot be: it ends at once
    tool_process_end(hop, job.n, dist_draw(job.time, bits), job.loaded, t->place_free);
    const maru_time end = at_least(job_end(&job, bits), seen);
    const uint32_t place = t->job[0] == SIM_NONE ? 0 : 1;
    uint32_t *link = &t->job[place];
    for (uint32_t i = p->belief->tool[tool].first; i != SIM_NONE; i = p->belief->lot[i].next) {
        if (p->belief->lot[i].job == from->job) {
            *link = p->lot_of[i];
            link = &s->lot[*link].next;
        }
    }
    *link = SIM_NONE;
    t->n_job++;
    t->setup_until = at_least(t->setup_until, from->since_us + from->setup_us);
    s->trouble[tool].job_end[place] = end;
}

bool present_put_delayed(const struct present *p, uint32_t which) {
    const struct maru_model *m = p->model;
    struct state *s = &p->sim->s;
    const struct belief_lot *from = &p->belief->lot[which];
    const struct hop *hop = &m->hop[from->step];
    const struct group_plan *plan = &m->group[hop->group];
    uint32_t tool = plan->first_tool;
    while (
        tool < plan->first_tool + plan->n_tool &&
        (s->tool[tool].n_job > 0 || s->tool[tool].n_down > 0 || s->tool[tool].flags & TOOL_IN_PM)) {
        tool++;
    }
    if (tool == plan->first_tool + plan->n_tool) {
        return false;
    }
    const uint32_t lot = p->lot_of[which];
    struct job job = {.time = &m->plant->step[from->step].time,
                      .hop = hop,
                      .n = hop->flags & HOP_PER_WAFER ? s->lot[lot].wafers : 1,
                      .loaded = from->since_us + plan->load_us,
                      .unload_us = plan->unload_us};
    job.loaded -= before_first_look(p, from, &job, p->now);
    uint64_t bits = present_bits(p, PRESENT_JOB, from->number);
    (void)remaining_bits(job_end, &job, p->now, &bits); // where it cannot be: it ends at once
    s->tool[tool].job[0] = lot;
    s->tool[tool].n_job = 1;
    s->lot[lot].next = SIM_NONE;
    s->trouble[tool].job_end[0] = at_least(job_end(&job, bits), p->now);
    calendar_put(m, s, node_of_job(tool, 0), s->trouble[tool].job_end[0], RANK_JOB_END);
    return true;
}

static uint32_t next_job(const struct belief *b, uint32_t tool, const struct belief_lot *after) {
    uint32_t next = SIM_NONE;
    for (uint32_t i = b->tool[tool].first; i != SIM_NONE; i = b->lot[i].next) {
        const bool is_later = !after || b->lot[i].job > after->job;
        if (is_later && (next == SIM_NONE || b->lot[i].job < b->lot[next].job)) {
            next = i;
        }
    }
    return next;
}

static void put_jobs(const struct present *p, uint32_t tool, maru_time seen) {
    const struct belief *b = p->belief;
    const struct belief_tool *from = &b->tool[tool];
    const struct group_plan *plan = &p->model->group[p->model->tool_group[tool]];
    struct tool *t = &p->sim->s.tool[tool];
    if (plan->cascade && from->end_us != INT64_MIN) { // of the job given back last
        t->place_free[1] = from->end_us - plan->unload_us;
        t->place_free[0] = t->place_free[1] - from->tail_us;
    }
    const uint32_t n_place = plan->cascade ? 2 : 1;
    uint32_t lot = next_job(b, tool, NULL);
    for (uint32_t k = 0; k < n_place && lot != SIM_NONE; k++) {
        put_job(p, tool, lot, seen);
        lot = next_job(b, tool, &b->lot[lot]);
    }
}

// ---- failures and maintenance

static const struct plant_downtime *row_of(const struct maru_model *m, uint32_t tool, uint32_t k) {
    return &m->plant->downtime[m->group[m->tool_group[tool]].first_downtime + k];
}

static uint64_t bits_of(const struct present *p, enum present_stream stream, uint32_t instance) {
    return present_bits(p, stream, p->model->instance_luck[instance]);
}

// Since when may something be due and wait, unseen?
static maru_time unseen_since(const struct present *p, uint32_t tool, bool is_failure) {
    const struct belief_tool *from = &p->belief->tool[tool];
    const maru_options *o = &p->model->options;
    if (from->state == TOOL_MAINTAINED) {
        const bool waits = !is_failure || o->pm_in_failure == FAILURE_IN_PM_DEFER;
        return waits ? from->since_us : p->now;
    }
    if (from->state == TOOL_DOWN) {
        return is_failure ? p->now : from->since_us;
    }
    const bool waits = !is_failure || o->failure_job == FAILURE_JOB_AFTER;
    return from->n_lot > 0 && waits ? from->start_us : p->now;
}

static void put_repair(const struct present *p, uint32_t tool, uint32_t k) {
    const struct maru_model *m = p->model;
    const uint32_t instance = model_instance(m, tool) + k, node = node_of_instance(m, instance);
    const maru_time since = p->belief->tool[tool].since_us;
    const maru_time repair = remaining_draw(&row_of(m, tool, k)->duration, p->now - since,
                                            bits_of(p, PRESENT_DOWN, instance));
    calendar_put(m, &p->sim->s, node, at_least(since + repair, p->now), RANK_UP);
    p->sim->s.node[node].repairs = 1;
}

static void put_failure(const struct present *p, uint32_t tool, uint32_t k) {
    const struct maru_model *m = p->model;
    const struct belief_tool *from = &p->belief->tool[tool];
    const uint32_t instance = model_instance(m, tool) + k;
    const struct plant_downtime *row = row_of(m, tool, k);
    const bool is_first = from->mended_us == INT64_MIN && row->first.kind != DIST_NONE;
    const maru_time origin = from->mended_us == INT64_MIN ? 0 : from->mended_us;
    const maru_time unseen = unseen_since(p, tool, true);
    const maru_time at =
        origin + remaining_draw(is_first ? &row->first : &row->every, unseen - origin,
                                bits_of(p, PRESENT_DOWN, instance));
    struct tool *t = &p->sim->s.tool[tool];
    if (at <= p->now && (t->n_job > 0 || t->flags & TOOL_IN_PM)) {
        p->sim->s.trouble[tool].failure_due |= 1u << k;
        t->flags |= TOOL_FAILURE_DUE;
    } else {
        calendar_put(m, &p->sim->s, node_of_instance(m, instance), at_least(at, p->now), RANK_FAIL);
    }
}

// The latest date of maintenance by its plan up to now, INT64_MIN: none yet; and the one after it.
static maru_time planned_date(const struct present *p, uint32_t tool, uint32_t k, maru_time *next) {
    const struct maru_model *m = p->model;
    const struct plant_downtime *row = row_of(m, tool, k);
    const struct belief_instance *its = &p->belief->instance[model_instance(m, tool) + k];
    const maru_time every = at_least(row->every.a, 1);
    const struct dist *first = row->first.kind == DIST_NONE ? &row->every : &row->first;
    maru_time anchor = first->kind == DIST_CONSTANT ? tool_first_pm(m, tool, first->a) : INT64_MIN;
    if (its->begin_us != INT64_MIN) {
        const bool keeps_plan = anchor != INT64_MIN && its->begin_us >= anchor &&
                                (its->begin_us - anchor) % every < every / 4;
        anchor = keeps_plan ? anchor : its->begin_us;
    } else if (anchor == INT64_MIN) {
        anchor = (maru_time)(present_bits(p, PRESENT_DOWN_AGAIN, tool) % (uint64_t)every);
    }
    if (p->now < anchor) {
        *next = anchor;
        return INT64_MIN;
    }
    const maru_time latest = p->now - (p->now - anchor) % every;
    *next = latest + every;
    return latest;
}

// Has the maintenance of a date not begun yet, although it is due?
static bool is_overdue(const struct present *p, uint32_t tool, uint32_t k, maru_time date) {
    const struct belief_tool *from = &p->belief->tool[tool];
    const struct belief_instance *its = &p->belief->instance[model_instance(p->model, tool) + k];
    const maru_time every = row_of(p->model, tool, k)->every.a;
    return date != INT64_MIN && its->begin_us < date && from->start_us < date &&
           p->belief->head->began_us <= date && p->now - date < every / 2;
}

static void put_calendar(const struct present *p, uint32_t tool, uint32_t k, bool is_running) {
    const struct maru_model *m = p->model;
    const uint32_t instance = model_instance(m, tool) + k, node = node_of_instance(m, instance);
    const struct belief_instance *its = &p->belief->instance[instance];
    const struct plant_downtime *row = row_of(m, tool, k);
    struct tool *t = &p->sim->s.tool[tool];
    const bool from_start = m->options.pm_repeat == PM_REPEAT_START;
    const bool is_busy = t->n_job > 0 || t->n_down > 0 || t->flags & TOOL_IN_PM;
    maru_time next = p->now;
    bool is_due = false;
    if (from_start && row->every.kind == DIST_CONSTANT) {
        const maru_time date = planned_date(p, tool, k, &next);
        is_due = !is_running && is_overdue(p, tool, k, date);
        if (is_due && !is_busy) { // it would have begun: now
            next = p->now;
            is_due = false;
        }
    } else {
        const maru_time said = from_start ? its->begin_us : its->end_us;
        const maru_time origin = said == INT64_MIN ? 0 : said;
        const maru_time unseen = unseen_since(p, tool, false);
        next = origin +
               remaining_draw(&row->every, unseen - origin, bits_of(p, PRESENT_DOWN, instance));
        if (next <= p->now) {
            is_due = is_busy && !is_running;
            const maru_time more = dist_draw(&row->every, bits_of(p, PRESENT_DOWN_AGAIN, instance));
            next = is_due || is_running ? p->now + at_least(more, 1) : p->now;
        }
    }
    t->pm_due |= is_due || is_running ? 1u << k : 0;
    if (from_start || !(t->pm_due >> k & 1)) {
        calendar_put(m, &p->sim->s, node, at_least(next, p->now), RANK_PM_DUE);
    }
}

static void put_wafer_count(const struct present *p, uint32_t tool, uint32_t k) {
    const struct maru_model *m = p->model;
    const uint32_t i = model_instance(m, tool) + k;
    const struct belief_instance *its = &p->belief->instance[i];
    const struct belief_tool *from = &p->belief->tool[tool];
    const struct plant_downtime *row = row_of(m, tool, k);
    const bool is_first = its->begin_us == INT64_MIN;
    const struct dist *dist = is_first && row->first.kind != DIST_NONE ? &row->first : &row->every;
    maru_time drawn = dist_draw(dist, bits_of(p, PRESENT_DOWN, i));
    drawn = is_first ? tool_first_pm(m, tool, drawn) : drawn;
    const uint32_t limit = drawn < 1 ? 1 : drawn < UINT32_MAX ? (uint32_t)drawn : UINT32_MAX;
    struct instance *to = &p->sim->s.instance[i];
    to->limit = limit;
    to->wafers = (uint32_t)(its->wafers < limit ? its->wafers : its->wafers % limit);
    if (its->wafers >= limit && from->n_lot > 0 && from->end_us > from->start_us) {
        to->wafers = limit; // a lot that came out did it, and another is still inside
        p->sim->s.tool[tool].pm_due |= 1u << k;
    }
}

static void put_downtime(const struct present *p, uint32_t tool, uint32_t k, bool is_running) {
    const struct plant_downtime *row = row_of(p->model, tool, k);
    struct tool *t = &p->sim->s.tool[tool];
    if (row->by_wafers) {
        put_wafer_count(p, tool, k);
        t->pm_due |= is_running ? 1u << k : 0;
    } else if (row->kind != DOWN_FAILURE) {
        put_calendar(p, tool, k, is_running);
    } else if (is_running) {
        put_repair(p, tool, k);
    } else {
        put_failure(p, tool, k);
    }
}

// ---- the tool

// A tool is down for something that the plant does not know of: until it is mended.
static bool is_stopped(const struct present *p, uint32_t tool) {
    const struct belief_tool *from = &p->belief->tool[tool];
    if (from->state == TOOL_UP) {
        return false;
    }
    if (from->downtime == SIM_NONE) {
        return true;
    }
    const struct plant_downtime *row = row_of(p->model, tool, from->downtime);
    const bool is_failure = row->kind == DOWN_FAILURE && !row->by_wafers;
    return is_failure != (from->state == TOOL_DOWN);
}

static void put_stop(const struct present *p, uint32_t tool) {
    const struct belief_tool *from = &p->belief->tool[tool];
    const struct maru_model *m = p->model;
    struct tool *t = &p->sim->s.tool[tool];
    struct state *s = &p->sim->s;
    if (is_stopped(p, tool)) {
        t->flags |= TOOL_STOPPED;
        t->n_down = 1;
    } else if (from->state == TOOL_DOWN) {
        t->n_down = 1;
    } else if (from->state == TOOL_MAINTAINED) {
        const uint32_t instance = model_instance(m, tool) + from->downtime;
        const maru_time length =
            remaining_draw(&row_of(m, tool, from->downtime)->duration, p->now - from->since_us,
                           bits_of(p, PRESENT_DOWN_AGAIN, instance));
        t->flags |= TOOL_IN_PM;
        t->pm_running = (uint8_t)from->downtime;
        calendar_put(m, s, node_of_pm(m, tool), at_least(from->since_us + length, p->now), RANK_UP);
    }
    if (t->n_down > 0) {
        s->trouble[tool].paused_at = at_least(from->since_us < p->now ? from->since_us : p->now, 0);
    }
}

// The ends of its jobs, and of its first place: pending unless it is down.
static void plan_jobs(const struct present *p, uint32_t tool) {
    const struct maru_model *m = p->model;
    struct state *s = &p->sim->s;
    struct tool *t = &s->tool[tool];
    const struct group_plan *plan = &m->group[m->tool_group[tool]];
    for (uint32_t place = 0; place < 2 && t->n_down == 0; place++) {
        if (t->job[place] != SIM_NONE) {
            calendar_put(m, s, node_of_job(tool, place), s->trouble[tool].job_end[place],
                         RANK_JOB_END);
        }
    }
    const maru_time free_at = t->place_free[0] - plan->load_us;
    if (plan->plans_entry && t->n_job > 0 && free_at > p->now) {
        t->flags |= TOOL_ENTRY_TAKEN;
        if (t->n_down == 0) {
            calendar_put(m, s, node_of_place(m, tool), free_at, RANK_UP);
        }
    }
}

static void put_setup(const struct present *p, uint32_t tool) {
    const struct maru_model *m = p->model;
    const struct belief_tool *from = &p->belief->tool[tool];
    struct tool *t = &p->sim->s.tool[tool];
    t->setup = from->setup;
    if (t->setup == SIM_NONE || !m->group[m->tool_group[tool]].min_run) {
        return;
    }
    const bool by_start = m->options.min_run_count == MIN_RUN_COUNT_STARTED;
    const uint32_t n = by_start ? from->n_started : from->n_ended;
    const uint32_t run = m->plant->setup[t->setup].min_run;
    t->run_left = run > n ? run - n : 0;
    p->sim->s.trouble[tool].empty_since =
        at_least(from->end_us < p->now ? from->end_us : p->now, 0);
}

void present_put_tool(const struct present *p, uint32_t tool) {
    const struct belief_tool *from = &p->belief->tool[tool];
    struct tool *t = &p->sim->s.tool[tool];
    t->job[0] = SIM_NONE;
    t->job[1] = SIM_NONE;
    t->counted_until = p->now;
    put_setup(p, tool);
    put_stop(p, tool);
    const maru_time seen = t->n_down > 0 ? p->sim->s.trouble[tool].paused_at : p->now;
    put_jobs(p, tool, seen);
    plan_jobs(p, tool);
    const uint32_t n = p->model->group[p->model->tool_group[tool]].n_downtime;
    const bool runs = from->state != TOOL_UP && !is_stopped(p, tool);
    for (uint32_t k = 0; k < n; k++) {
        put_downtime(p, tool, k, runs && from->downtime == k);
    }
}
