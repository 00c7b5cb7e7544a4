#include "sim/twin.h"

// What stands where now, told from the state: a copy of what is there, nothing is kept for it.
//
// A lot is in the job of a tool, or in a waiting list, or its arrival is pending; so walking over
// the three finds each lot once (state_check.c).

uint32_t maru_sim_tool_count(const maru_sim *sim) { return sim->model->n_tool; }
uint32_t maru_sim_lot_count(const maru_sim *sim) { return sim->s.head->n_in_plant; }
uint64_t maru_sim_out_count(const maru_sim *sim) { return sim->s.head->n_out; }

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
