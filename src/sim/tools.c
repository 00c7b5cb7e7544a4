#include "sim/twin.h"

// Tools: jobs with their setups, failures and maintenance.
//
// A job's whole timetable is known when it starts, so it costs one event: its end.
//
//     taken --setup--> --load--> (cascade: place 1 gets free) --process--> --unload--> end
//
// A cascading tool has two places in series, and up to two lots inside. Each unit (wafer, or the
// whole lot) holds place 1 for the interval c and place 2 for p - c, and stays in place 1 while
// place 2 is taken. For n units of one lot that gives, with S1, S2 the times when the places get
// free and r = max(c, p - c):
//
//     first unit leaves place 1 at   f = max(max(loaded, S1) + c, S2)
//     last unit leaves place 1 at    S1' = f + (n - 1) r,   place 2 at  S2' = S1' + p - c
//
// Setup, load and unload run beside the processing of the other lot inside.
//
// Maintenance waits until the tool is empty, and no lot is taken meanwhile; so does a failure that
// falls into a job or into maintenance, as the options say (failure_job, failure_in_pm). With
// failure_job=resume it stops the work instead: all times of the tool that lie ahead move by the
// time lost.

static void tool_changed(struct maru_sim *sim, uint32_t tool);

static const struct plant_downtime *downtime_of(const struct maru_model *m, uint32_t instance) {
    const uint32_t tool = m->instance_tool[instance];
    const struct group_plan *plan = &m->group[m->tool_group[tool]];
    return &m->plant->downtime[plan->first_downtime + instance - model_instance(m, tool)];
}

static uint32_t bit_of(const struct maru_model *m, uint32_t tool, uint32_t instance) {
    return 1u << (instance - model_instance(m, tool));
}

// ---- the beginning ----

// Wafers until maintenance is due.
static uint32_t to_wafers(maru_time drawn) {
    return drawn < 1 ? 1 : drawn < UINT32_MAX ? (uint32_t)drawn : UINT32_MAX;
}

static maru_time draw(struct maru_sim *sim, uint32_t instance, const struct dist *dist,
                      size_t pair) {
    const struct random_block block =
        luck(&sim->s, STREAM_DOWNTIME, sim->model->instance_luck[instance],
             sim->s.instance[instance].n_drawn);
    return dist_draw(dist, luck_bits(&block, pair));
}

maru_time tool_first_pm(const struct maru_model *m, uint32_t tool, maru_time first) {
    const struct group_plan *plan = &m->group[m->tool_group[tool]];
    const uint32_t k = tool - plan->first_tool + 1;
    if (m->options.pm_first == PM_FIRST_TOGETHER) {
        return first;
    }
    return wide_mul_div(first, k, plan->n_tool);
}

static void init_instance(struct maru_sim *sim, uint32_t instance) {
    const struct maru_model *m = sim->model;
    const uint32_t tool = m->instance_tool[instance];
    const struct plant_downtime *down = downtime_of(m, instance);
    const struct dist *first = down->first.kind == DIST_NONE ? &down->every : &down->first;
    const maru_time at = draw(sim, instance, first, 0);
    sim->s.instance[instance].n_drawn++;
    if (down->by_wafers) {
        sim->s.instance[instance].limit = to_wafers(tool_first_pm(m, tool, at));
    } else if (down->kind == DOWN_FAILURE) {
        calendar_put(m, &sim->s, node_of_instance(m, instance), at, RANK_FAIL);
    } else {
        calendar_put(m, &sim->s, node_of_instance(m, instance), tool_first_pm(m, tool, at),
                     RANK_PM_DUE);
    }
}

void tool_init(struct maru_sim *sim) {
    const struct maru_model *m = sim->model;
    for (uint32_t g = 0; g < m->n_group; g++) {
        sim->s.group[g].ready_first = SIM_NONE;
        sim->s.group[g].ready_end = SIM_NONE;
    }
    for (uint32_t t = 0; t < m->n_tool; t++) {
        struct tool *tool = &sim->s.tool[t];
        tool->setup = SIM_NONE;
        tool->job[0] = SIM_NONE;
        tool->job[1] = SIM_NONE;
        dispatch_tool(sim, t);
    }
    for (uint32_t i = 0; i < m->n_instance; i++) {
        init_instance(sim, i);
    }
}

// ---- jobs ----

// Change the setup if the step asks for it; returns how long that takes.
static maru_time change_setup(struct maru_sim *sim, uint32_t tool, uint32_t step) {
    const struct maru_model *m = sim->model;
    const struct hop *hop = &m->hop[step];
    struct tool *t = &sim->s.tool[tool];
    if (hop->setup == SIM_NONE || (hop->setup == t->setup && !(hop->flags & HOP_ALWAYS_SETUP))) {
        return 0;
    }
    const struct dist *dist = &m->plant->step[step].setup_time;
    maru_time time = model_setup_us(m, step, t->setup, false);
    if (dist->kind == DIST_CONSTANT) {
        time = dist->a;
    } else if (dist->kind != DIST_NONE) {
        const struct random_block block =
            luck(&sim->s, STREAM_SETUP, m->tool_luck[tool], sim->s.trouble[tool].n_setup++);
        time = dist_draw(dist, luck_bits(&block, 0));
    }
    sim->s.group[hop->group].n_setup++;
    if (t->setup != hop->setup) {
        t->run_left = m->group[hop->group].min_run ? m->plant->setup[hop->setup].min_run : 0;
        t->setup = hop->setup;
    }
    trace(sim, MARU_EV_SETUP, SIM_NONE, tool, step);
    return time;
}

static maru_time process_time(const struct maru_sim *sim, const struct lot *lot) {
    const struct hop *hop = &sim->model->hop[lot->step];
    if (__builtin_expect(hop->flags & HOP_ODD_TIME, 0)) {
        return dist_draw(&sim->model->plant->step[lot->step].time,
                         luck_stretched(lot->luck_process));
    }
    return hop->time_us + wide_share(hop->span_us, (uint64_t)lot->luck_process << 32);
}

// When the job leaves the tool if it is loaded at `loaded`; at most about SIM_FOREVER.
static maru_time process_end(struct maru_sim *sim, struct tool *t, const struct lot *lot,
                             maru_time loaded) {
    const struct hop *hop = &sim->model->hop[lot->step];
    const maru_time p = process_time(sim, lot);
    const maru_time per_wafer = (hop->flags & HOP_PER_WAFER) != 0;
    const maru_time n = 1 + per_wafer * (lot->wafers - 1); // no branch: it would be a coin toss
    return tool_process_end(hop, n, p, loaded, t->place_free);
}

// What ends for a lot when a tool takes it: waiting, queue-time limits, reservations; what begins:
// a kept tool.
static void take_lot(struct maru_sim *sim, uint32_t tool, uint32_t lot, maru_time limit_ends) {
    const struct maru_model *m = sim->model;
    struct lot *l = &sim->s.lot[lot];
    const struct hop *hop = &m->hop[l->step];
    if (hop->flags & HOP_QUEUE_END && l->queue != SIM_NONE && m->queue[l->queue].to == l->step) {
        measure_queue_limit(sim, l->queue, limit_ends - l->queue_start);
        if (limit_ends - l->queue_start > m->queue[l->queue].limit_us) {
            trace(sim, MARU_EV_LATE_QUEUE, lot, tool, l->step);
        }
        l->queue = SIM_NONE;
    }
    if (hop->flags & HOP_KEEP) {
        sim->s.keep[(size_t)lot * m->n_keep + hop->keep] = tool;
    }
    if (l->flags & LOT_RESERVES) {
        lot_unreserve(sim, lot);
        lot_reserve(sim, lot);
    }
    trace(sim, MARU_EV_START, lot, tool, l->step);
}

// The next lot may enter a cascading tool so early that it is loaded when the first place gets
// free.
static void plan_entry(struct maru_sim *sim, uint32_t tool) {
    const struct maru_model *m = sim->model;
    const maru_time at = sim->s.tool[tool].place_free[0] - m->group[m->tool_group[tool]].load_us;
    const maru_time now = sim->s.head->now;
    calendar_put(m, &sim->s, node_of_place(m, tool), at > now ? at : now, RANK_UP);
}

void tool_start(struct maru_sim *sim, uint32_t tool, uint32_t first) {
    const struct maru_model *m = sim->model;
    struct tool *t = &sim->s.tool[tool];
    const uint32_t step = sim->s.lot[first].step;
    const uint32_t group = m->hop[step].group;
    const struct group_plan *plan = &m->group[group];
    const maru_time now = sim->s.head->now;
    measure_tool(sim, tool);
    const maru_time setup = m->hop[step].setup == SIM_NONE ? 0 : change_setup(sim, tool, step);
    const maru_time loaded = now + setup + plan->load_us;
    const maru_time end = process_end(sim, t, &sim->s.lot[first], loaded) + plan->unload_us;
    if (now + setup > t->setup_until) {
        t->setup_until = now + setup;
    }
    const uint32_t place = t->job[0] == SIM_NONE ? 0 : 1;
    t->job[place] = first;
    t->n_job++;
    const maru_time limit_ends = m->options.queue_time_at == QUEUE_TIME_TAKEN ? now : loaded;
    for (uint32_t lot = first; lot != SIM_NONE; lot = sim->s.lot[lot].next) {
        take_lot(sim, tool, lot, limit_ends);
        sim->s.group[group].n_more += lot != first;
        if (plan->min_run && t->run_left > 0 && m->options.min_run_count == MIN_RUN_COUNT_STARTED) {
            t->run_left--;
        }
    }
    sim->s.group[group].n_job++;
    calendar_put(m, &sim->s, node_of_job(tool, place), end, RANK_JOB_END);
    if (plan->plans_entry) {
        t->flags |= TOOL_ENTRY_TAKEN;
        plan_entry(sim, tool);
    }
}

void tool_place_free(struct maru_sim *sim, uint32_t tool) {
    sim->s.tool[tool].flags &= (uint8_t)~TOOL_ENTRY_TAKEN;
    tool_changed(sim, tool);
}

// ---- failures and maintenance ----

static void begin_pm(struct maru_sim *sim, uint32_t tool) {
    const struct maru_model *m = sim->model;
    struct tool *t = &sim->s.tool[tool];
    const uint32_t k = (uint32_t)__builtin_ctz(t->pm_due);
    const uint32_t instance = model_instance(m, tool) + k;
    const struct plant_downtime *down = downtime_of(m, instance);
    measure_tool(sim, tool);
    dispatch_unready(sim, tool);
    t->flags |= TOOL_IN_PM;
    t->pm_running = (uint8_t)k;
    const maru_time duration = draw(sim, instance, &down->duration, 0);
    if (down->by_wafers) {
        sim->s.instance[instance].wafers = 0;
        sim->s.instance[instance].limit = to_wafers(draw(sim, instance, &down->every, 1));
    }
    sim->s.instance[instance].n_drawn++;
    calendar_put(m, &sim->s, node_of_pm(m, tool), sim->s.head->now + duration, RANK_UP);
    trace(sim, MARU_EV_MAINTENANCE, SIM_NONE, tool, SIM_NONE);
}

// The tool stops: it takes no more lots, and the work inside is put off.
static void begin_down(struct maru_sim *sim, uint32_t tool) {
    const struct maru_model *m = sim->model;
    struct tool *t = &sim->s.tool[tool];
    if (t->n_down++ == 0) {
        struct tool_trouble *trouble = &sim->s.trouble[tool];
        trouble->paused_at = sim->s.head->now;
        for (uint32_t place = 0; place < 2; place++) {
            if (t->job[place] != SIM_NONE) {
                trouble->job_end[place] = sim->s.node[node_of_job(tool, place)].key >> 3;
                calendar_cancel(m, &sim->s, node_of_job(tool, place));
            }
        }
        if (t->flags & TOOL_ENTRY_TAKEN) {
            calendar_cancel(m, &sim->s, node_of_place(m, tool));
        }
        dispatch_unready(sim, tool);
    }
    trace(sim, MARU_EV_FAIL, SIM_NONE, tool, SIM_NONE);
}

static void begin_failure(struct maru_sim *sim, uint32_t tool, uint32_t instance) {
    const struct maru_model *m = sim->model;
    measure_tool(sim, tool);
    const maru_time repair = draw(sim, instance, &downtime_of(m, instance)->duration, 0);
    calendar_put(m, &sim->s, node_of_instance(m, instance), sim->s.head->now + repair, RANK_UP);
    sim->s.node[node_of_instance(m, instance)].repairs = 1;
    begin_down(sim, tool);
}

// Begin what waited for the tool to be empty. False when there was nothing.
static bool begin_due_failures(struct maru_sim *sim, uint32_t tool) {
    struct tool *t = &sim->s.tool[tool];
    if (!(t->flags & TOOL_FAILURE_DUE) || t->flags & TOOL_IN_PM || t->n_job > 0) {
        return false;
    }
    t->flags &= (uint8_t)~TOOL_FAILURE_DUE;
    uint32_t *due = &sim->s.trouble[tool].failure_due;
    for (; *due != 0; *due &= *due - 1) {
        begin_failure(sim, tool, model_instance(sim->model, tool) + (uint32_t)__builtin_ctz(*due));
    }
    return true;
}

// Something about the tool has changed: begin a failure or maintenance that waits, or take lots.
static void tool_changed(struct maru_sim *sim, uint32_t tool) {
    struct tool *t = &sim->s.tool[tool];
    if (begin_due_failures(sim, tool)) {
        return;
    }
    if (t->pm_due != 0 && !(t->flags & TOOL_IN_PM) && t->n_down == 0 && t->n_job == 0) {
        begin_pm(sim, tool);
        return;
    }
    dispatch_tool(sim, tool);
}

static void resume(struct maru_sim *sim, struct tool *t, uint32_t tool) {
    const struct tool_trouble *trouble = &sim->s.trouble[tool];
    const maru_time lost = sim->s.head->now - trouble->paused_at;
    for (uint32_t place = 0; place < 2; place++) {
        if (t->job[place] != SIM_NONE) {
            calendar_put(sim->model, &sim->s, node_of_job(tool, place),
                         trouble->job_end[place] + lost, RANK_JOB_END);
        }
        t->place_free[place] += t->place_free[place] > trouble->paused_at ? lost : 0;
    }
    t->setup_until += t->setup_until > trouble->paused_at ? lost : 0;
    if (t->flags & TOOL_ENTRY_TAKEN) {
        plan_entry(sim, tool);
    }
}

// One reason to be down is gone.
static void end_down(struct maru_sim *sim, uint32_t tool) {
    struct tool *t = &sim->s.tool[tool];
    if (--t->n_down == 0) {
        resume(sim, t, tool);
        trace(sim, MARU_EV_UP, SIM_NONE, tool, SIM_NONE);
        tool_changed(sim, tool);
    }
}

static void end_failure(struct maru_sim *sim, uint32_t tool, uint32_t instance) {
    const struct maru_model *m = sim->model;
    measure_tool(sim, tool);
    const maru_time next = draw(sim, instance, &downtime_of(m, instance)->every, 1);
    sim->s.instance[instance].n_drawn++;
    sim->s.node[node_of_instance(m, instance)].repairs = 0;
    calendar_put(m, &sim->s, node_of_instance(m, instance), sim->s.head->now + next, RANK_FAIL);
    end_down(sim, tool);
}

void maru_sim_stop_tool(maru_sim *sim, uint32_t tool) {
    if (tool < sim->model->n_tool && !(sim->s.tool[tool].flags & TOOL_STOPPED)) {
        measure_tool(sim, tool);
        sim->s.tool[tool].flags |= TOOL_STOPPED;
        begin_down(sim, tool);
    }
}

void maru_sim_mend_tool(maru_sim *sim, uint32_t tool) {
    if (tool >= sim->model->n_tool) {
        return;
    }
    const uint32_t n = sim->model->group[sim->model->tool_group[tool]].n_downtime;
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t instance = model_instance(sim->model, tool) + k;
        const uint32_t node = node_of_instance(sim->model, instance);
        if (sim->s.node[node].repairs) {
            calendar_cancel(sim->model, &sim->s, node);
            end_failure(sim, tool, instance);
        }
    }
    if (sim->s.tool[tool].flags & TOOL_STOPPED) {
        measure_tool(sim, tool);
        sim->s.tool[tool].flags &= (uint8_t)~TOOL_STOPPED;
        end_down(sim, tool);
    }
}

static void fail_now(struct maru_sim *sim, uint32_t tool, uint32_t instance) {
    const struct maru_model *m = sim->model;
    struct tool *t = &sim->s.tool[tool];
    const bool in_pm = t->flags & TOOL_IN_PM && m->options.pm_in_failure != FAILURE_IN_PM_OVERLAP;
    const bool in_job = t->n_job > 0 && m->options.failure_job == FAILURE_JOB_AFTER;
    if (in_pm && m->options.pm_in_failure == FAILURE_IN_PM_SKIP) {
        const maru_time next = draw(sim, instance, &downtime_of(m, instance)->every, 1);
        sim->s.instance[instance].n_drawn++;
        calendar_put(m, &sim->s, node_of_instance(m, instance), sim->s.head->now + next, RANK_FAIL);
    } else if (in_pm || in_job) {
        sim->s.trouble[tool].failure_due |= bit_of(m, tool, instance);
        t->flags |= TOOL_FAILURE_DUE;
        dispatch_unready(sim, tool);
    } else {
        begin_failure(sim, tool, instance);
    }
}

// Calendar maintenance falls due again a fixed time after it fell due, or after it has ended.
static void plan_next_pm(struct maru_sim *sim, uint32_t instance) {
    const struct maru_model *m = sim->model;
    const struct dist *every = &downtime_of(m, instance)->every;
    maru_time next = every->kind == DIST_CONSTANT ? every->a : draw(sim, instance, every, 1);
    next = next > 0 ? next : 1;
    calendar_put(m, &sim->s, node_of_instance(m, instance), sim->s.head->now + next, RANK_PM_DUE);
}

static void request_pm(struct maru_sim *sim, uint32_t tool, uint32_t instance) {
    struct tool *t = &sim->s.tool[tool];
    t->pm_due |= bit_of(sim->model, tool, instance);
    dispatch_unready(sim, tool);
}

void tool_instance_event(struct maru_sim *sim, uint32_t instance) {
    const struct maru_model *m = sim->model;
    const uint32_t tool = m->instance_tool[instance];
    const struct plant_downtime *down = downtime_of(m, instance);
    if (down->kind == DOWN_FAILURE) {
        if (sim->s.node[node_of_instance(m, instance)].repairs) {
            end_failure(sim, tool, instance);
        } else {
            fail_now(sim, tool, instance);
        }
        return;
    }
    if (m->options.pm_repeat == PM_REPEAT_START) {
        plan_next_pm(sim, instance);
    }
    const struct tool *t = &sim->s.tool[tool];
    const bool runs = t->flags & TOOL_IN_PM && model_instance(m, tool) + t->pm_running == instance;
    if (!runs) { // due while it runs, or while it waits: once is enough
        request_pm(sim, tool, instance);
        tool_changed(sim, tool);
    }
}

void tool_pm_end(struct maru_sim *sim, uint32_t tool) {
    const struct maru_model *m = sim->model;
    struct tool *t = &sim->s.tool[tool];
    measure_tool(sim, tool);
    t->flags &= (uint8_t)~TOOL_IN_PM;
    t->pm_due &= ~(1u << t->pm_running);
    const uint32_t instance = model_instance(m, tool) + t->pm_running;
    if (m->options.pm_repeat == PM_REPEAT_END && !downtime_of(m, instance)->by_wafers) {
        plan_next_pm(sim, instance);
    }
    trace(sim, MARU_EV_UP, SIM_NONE, tool, SIM_NONE);
    tool_changed(sim, tool);
}

// ---- the end of a job ----

static void count_wafers(struct maru_sim *sim, uint32_t tool, uint32_t wafers) {
    const struct maru_model *m = sim->model;
    for (uint32_t bits = m->group[m->tool_group[tool]].wafer_downtimes; bits != 0;
         bits &= bits - 1) {
        const uint32_t i = model_instance(m, tool) + (uint32_t)__builtin_ctz(bits);
        struct instance *its = &sim->s.instance[i];
        its->wafers += wafers;
        if (its->wafers >= its->limit) {
            request_pm(sim, tool, i);
        }
    }
}

void tool_job_end(struct maru_sim *sim, uint32_t tool, uint32_t place) {
    const struct maru_model *m = sim->model;
    struct tool *t = &sim->s.tool[tool];
    const uint32_t group = m->tool_group[tool];
    measure_tool(sim, tool);
    uint32_t lot = t->job[place];
    t->job[place] = SIM_NONE;
    t->n_job--;
    uint32_t wafers = 0;
    while (lot != SIM_NONE) {
        const uint32_t next = sim->s.lot[lot].next;
        wafers += sim->s.lot[lot].wafers;
        if (t->run_left > 0 && m->options.min_run_count == MIN_RUN_COUNT_FINISHED &&
            m->hop[sim->s.lot[lot].step].setup == t->setup) {
            t->run_left--;
        }
        trace(sim, MARU_EV_END, lot, tool, sim->s.lot[lot].step);
        lot_step_done(sim, lot);
        lot = next;
    }
    if (m->group[group].min_run) {
        sim->s.trouble[tool].empty_since = sim->s.head->now;
    }
    if (m->group[group].wafer_downtimes != 0) {
        count_wafers(sim, tool, wafers);
    }
    tool_changed(sim, tool);
}
