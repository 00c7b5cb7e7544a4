#include "sim/twin.h"

#include <string.h>

// What stands where now, told from the state: a copy of what is there, nothing is kept for it.
//
// A lot is in the job of a tool, or in a waiting list, or its arrival is pending; so walking over
// the three finds each lot once (state_check.c).

uint32_t maru_sim_tool_count(const maru_sim *sim) { return sim->model->n_tool; }
uint32_t maru_sim_lot_count(const maru_sim *sim) { return sim->s.head->n_in_plant; }
uint64_t maru_sim_out_count(const maru_sim *sim) { return sim->s.head->n_out; }

// ---- the last day

// Lots that a stream releases up to a time, if each interval is as long as it is on average.
static uint64_t planned_up_to(const struct maru_model *m, uint32_t r, maru_time at) {
    const struct plant_release *release = &m->plant->release[r];
    const double mean = dist_mean(&release->every);
    const double own =
        (double)at * (double)m->options.load_percent / 100; // in the plant's own rate
    if (at < 0 || own < (double)release->start_us) {
        return 0;
    }
    const double n = (own - (double)release->start_us) / (mean > 1 ? mean : 1) + 1;
    const bool is_all = n >= (double)release->n_release;
    return (is_all ? release->n_release : (uint64_t)n) * release->lots_each;
}

static void add_to_day(maru_day_now *day, maru_time from, maru_time now, maru_time released,
                       maru_time due) {
    day->n_released += released > from && released <= now;
    day->n_due += due > from && due < now;
}

bool maru_sim_look_at_day(const maru_sim *sim, maru_day_now *out) {
    const struct maru_model *m = sim->model;
    const struct head *head = sim->s.head;
    const maru_time now = head->now, from = now > MARU_DAY ? now - MARU_DAY : -1;
    memset(out, 0, m->plant->n_product * sizeof *out);
    for (uint32_t i = 0; i < head->n_lot_room; i++) {
        const struct lot *l = &sim->s.lot[i];
        if (l->flags & LOT_IN_PLANT) {
            maru_day_now *day = &out[m->class_product[l->class_]];
            add_to_day(day, from, now, l->flags & LOT_KNOWN ? l->released : INT64_MIN, l->due);
            day->n_late += l->due < now;
        }
    }
    for (uint32_t i = 0; i < head->n_done; i++) {
        const struct done_lot *lot = &sim->s.done_lot[i];
        maru_day_now *day = &out[lot->product];
        add_to_day(day, from, now, lot->released, lot->due);
        day->n_done += lot->done > from;
        day->n_on_time += lot->due > from && lot->due < now && lot->done <= lot->due;
    }
    for (uint32_t r = 0; r < m->n_release; r++) {
        out[m->plant->release[r].product].n_planned +=
            planned_up_to(m, r, now) - planned_up_to(m, r, from);
    }
    return head->done_lost_until <= from;
}

static maru_time planned(const struct maru_sim *sim, uint32_t node) {
    const int64_t key = sim->s.node[node].key;
    return key == INT64_MAX ? INT64_MAX : key >> 3;
}

static maru_time end_of_jobs(const struct maru_sim *sim, uint32_t tool) {
    const maru_time a = planned(sim, node_of_job(tool, 0)), b = planned(sim, node_of_job(tool, 1));
    return a < b ? a : b;
}

static maru_time end_of_repairs(const struct maru_sim *sim, uint32_t tool) {
    const uint32_t first = node_of_instance(sim->model, model_instance(sim->model, tool));
    const uint32_t n = sim->model->group[sim->model->tool_group[tool]].n_downtime;
    maru_time end = INT64_MIN;
    for (uint32_t node = first; node < first + n; node++) {
        if (sim->s.node[node].repairs && planned(sim, node) > end) {
            end = planned(sim, node);
        }
    }
    return sim->s.tool[tool].flags & TOOL_STOPPED ? INT64_MAX : end;
}

static void find_maintenance(const struct maru_sim *sim, uint32_t tool, maru_tool_now *out) {
    const struct maru_model *m = sim->model;
    const struct group_plan *plan = &m->group[m->tool_group[tool]];
    for (uint32_t k = 0; k < plan->n_downtime; k++) {
        const uint32_t row = plan->first_downtime + k;
        const maru_time due = planned(sim, node_of_instance(m, model_instance(m, tool) + k));
        if (m->plant->downtime[row].kind != DOWN_FAILURE && due < out->maintenance_us) {
            out->maintenance_us = due;
            out->maintenance = row;
        }
    }
}

void maru_sim_look_at_tools(const maru_sim *sim, maru_tool_now *out) {
    for (uint32_t i = 0; i < sim->model->n_tool; i++) {
        const struct tool *t = &sim->s.tool[i];
        maru_tool_now *now = &out[i];
        *now = (maru_tool_now){.state = MARU_TOOL_STANDBY,
                               .is_stopped = (t->flags & TOOL_STOPPED) != 0,
                               .setup = t->setup,
                               .until_us = INT64_MAX,
                               .maintenance_us = INT64_MAX,
                               .maintenance = MARU_NONE};
        if (t->n_down > 0) {
            now->state = MARU_TOOL_UNSCHEDULED_DOWN;
            now->until_us = end_of_repairs(sim, i);
        } else if (t->flags & TOOL_IN_PM) {
            now->state = MARU_TOOL_SCHEDULED_DOWN;
            now->until_us = planned(sim, node_of_pm(sim->model, i));
        } else if (t->n_job > 0) {
            const bool sets_up = t->setup_until > sim->s.head->now;
            now->state = sets_up ? MARU_TOOL_SETUP : MARU_TOOL_PRODUCTIVE;
            now->until_us = sets_up ? t->setup_until : end_of_jobs(sim, i);
        }
        find_maintenance(sim, i, now);
    }
}

static void look_at_lot(const struct maru_sim *sim, uint32_t lot, maru_lot_now *out) {
    const struct maru_model *m = sim->model;
    const struct lot *l = &sim->s.lot[lot];
    *out = (maru_lot_now){
        .lot = l->serial,
        .product = m->class_product[l->class_],
        .step = l->step,
        .wafers = l->wafers,
        .priority = m->class_priority[l->class_],
        .where = MARU_LOT_MOVING,
        .group = m->hop[l->step].group,
        .tool = MARU_NONE,
        .since_us = INT64_MIN,
        .until_us = planned(sim, node_of_lot(m, lot)),
        .released_us = l->flags & LOT_KNOWN ? l->released : INT64_MIN,
        .due_us = l->due,
        .queue_end_us =
            l->queue == SIM_NONE ? INT64_MAX : l->queue_start + m->queue[l->queue].limit_us,
    };
}

void maru_sim_look_at_lots(const maru_sim *sim, maru_lot_now *out) {
    const struct maru_model *m = sim->model;
    uint32_t n = 0;
    for (uint32_t lot = 0; lot < sim->s.head->n_lot_room; lot++) {
        if (sim->s.node[node_of_lot(m, lot)].key != INT64_MAX) {
            look_at_lot(sim, lot, &out[n++]);
        }
    }
    for (uint32_t g = 0; g < m->n_group; g++) {
        const struct waiting *list = waiting_list(sim, g);
        for (uint32_t i = 0; i < sim->s.group[g].n_waiting; i++) {
            look_at_lot(sim, list[i].lot, &out[n]);
            out[n].where = MARU_LOT_WAITING;
            out[n++].since_us = list[i].arrived;
        }
    }
    for (uint32_t tool = 0; tool < m->n_tool; tool++) {
        for (uint32_t place = 0; place < 2; place++) {
            uint32_t lot = sim->s.tool[tool].job[place];
            for (; lot != SIM_NONE; lot = sim->s.lot[lot].next) {
                look_at_lot(sim, lot, &out[n]);
                out[n].where = MARU_LOT_IN_TOOL;
                out[n].until_us = planned(sim, node_of_job(tool, place));
                out[n++].tool = tool;
            }
        }
    }
}

void maru_sim_look_at_groups(const maru_sim *sim, maru_group_now *out) {
    const struct maru_model *m = sim->model;
    for (uint32_t i = 0; i < m->n_group; i++) {
        const struct group *g = &sim->s.group[i];
        out[i] = (maru_group_now){
            .n_waiting = g->n_waiting,
            .n_lot = g->n_job + g->n_more,
            .n_setup = g->n_setup,
            .productive_us = g->productive_us,
            .setup_us = g->setup_us,
            .scheduled_down_us = g->pm_us,
            .unscheduled_down_us = g->down_us,
            .work_us = g->work_ms * 1000,
            .waiting_us =
                g->waiting_us + (maru_time)g->n_waiting * (sim->s.head->now - g->counted_until),
        };
    }
    for (uint32_t tool = 0; tool < m->n_tool; tool++) {
        const struct tool_time open = measure_open(sim, tool);
        maru_group_now *now = &out[m->tool_group[tool]];
        now->productive_us += open.productive_us;
        now->setup_us += open.setup_us;
        now->scheduled_down_us += open.pm_us;
        now->unscheduled_down_us += open.down_us;
    }
}
