#include "live/fake/disturb.h"

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "maru/sim.h"
#include "plant/plant.h"

// Rows that hold now are noted when time goes on, so that a value without a fault costs a look at an empty
// list. A sensor that is stuck keeps the first value since; drift grows with time from the row's beginning.

enum { STREAM_SPIKE = 21, STREAM_NOISE = 22 };

struct held { // by a sensor that is stuck
    double value;
    bool is_held;
};

struct disturb {
    const struct fault_table *table;
    uint64_t seed;
    maru_time since_us;
    uint32_t *active; // (n_active) rows
    uint32_t n_active;
    struct held *held; // (tools, N_FAKE_VARIABLE)
    uint32_t n_tool;
};

maru_status disturb_new(const struct fault_table *table, uint64_t seed, uint32_t n_tool,
                        struct disturb **out, maru_error *err) {
    struct disturb *made = alloc_new(1, sizeof *made);
    if (!made) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    *made = (struct disturb){.table = table, .seed = seed, .n_tool = n_tool};
    made->active = alloc_new((size_t)table->n_row + 1, sizeof *made->active);
    made->held = alloc_new((size_t)n_tool * N_FAKE_VARIABLE + 1, sizeof *made->held);
    if (!made->active || !made->held) {
        disturb_free(made);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    *out = made;
    return MARU_OK;
}

void disturb_free(struct disturb *disturb) {
    if (disturb) {
        alloc_free(disturb->active);
        alloc_free(disturb->held);
        alloc_free(disturb);
    }
}

void disturb_go(struct disturb *disturb, maru_time since_us) {
    disturb->since_us = since_us;
    disturb->n_active = 0;
    for (uint32_t i = 0; i < disturb->table->n_row; i++) {
        const struct fault_row *row = &disturb->table->row[i];
        if (row->at_us <= since_us && since_us < row->until_us) {
            disturb->active[disturb->n_active++] = i;
        }
    }
}

static bool is_meant(const struct fault_row *row, uint32_t tool, enum fake_variable variable) {
    return fault_of(row->kind) == FAULT_OF_SIGNAL &&
           (row->tool == UINT32_MAX || row->tool == tool) &&
           (row->variable == UINT32_MAX || row->variable == (uint32_t)variable);
}

static double draw(const struct disturb *disturb, uint64_t stream, uint64_t sensor) {
    const struct random_block block =
        random_at(disturb->seed, stream << 40 | sensor, (uint64_t)disturb->since_us);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

double disturb_value(struct disturb *disturb, uint32_t tool, enum fake_variable variable,
                     double value) {
    const uint64_t sensor = (uint64_t)tool * N_FAKE_VARIABLE + variable;
    struct held *held = &disturb->held[sensor];
    bool is_stuck = false;
    for (uint32_t i = 0; i < disturb->n_active; i++) {
        const uint32_t at = disturb->active[i];
        const struct fault_row *row = &disturb->table->row[at];
        if (!is_meant(row, tool, variable)) {
            continue;
        }
        const double hours = (double)(disturb->since_us - row->at_us) / (double)MARU_HOUR;
        if (row->kind == FAULT_STUCK) {
            is_stuck = true;
        } else if (row->kind == FAULT_DRIFT) {
            value += row->number * hours;
        } else if (row->kind == FAULT_SPIKE) {
            value += draw(disturb, STREAM_SPIKE, sensor) < row->share ? row->number : 0;
        } else if (row->kind == FAULT_NOISE) {
            value += row->number * exact_normal_quantile(draw(disturb, STREAM_NOISE, sensor));
        }
    }
    if (is_stuck && held->is_held) {
        return held->value;
    }
    *held = (struct held){value, is_stuck};
    return value;
}

maru_time disturb_time(const struct disturb *disturb, uint32_t tool, maru_time at_us) {
    for (uint32_t i = 0; i < disturb->n_active; i++) {
        const struct fault_row *row = &disturb->table->row[disturb->active[i]];
        if (row->kind == FAULT_CLOCK && (row->tool == UINT32_MAX || row->tool == tool)) {
            at_us += row->span_us;
        }
    }
    return at_us;
}

// ---- tools that fail

static maru_time plant_time(maru_time begin_us, double speed, maru_time since_us) {
    const double us = (double)begin_us + (double)since_us * speed;
    return us < 9e18 ? (maru_time)us : INT64_MAX / 2;
}

static maru_status stop_tool(const struct fault_row *row, uint32_t tool, maru_time begin_us,
                             double speed, struct acts *acts, maru_error *err) {
    const maru_time from = plant_time(begin_us, speed, row->at_us);
    const maru_time at = from > 0 ? from : 0;
    const struct act stop = {.at_us = at, .tool = tool, .kind = ACT_STOP};
    maru_status st = acts_add(acts, stop, err);
    if (st == MARU_OK && row->until_us != INT64_MAX) {
        const maru_time end = plant_time(begin_us, speed, row->until_us);
        const struct act mend = {.at_us = end > at ? end : at + 1, .tool = tool, .kind = ACT_MEND};
        st = acts_add(acts, mend, err);
    }
    return st;
}

maru_status disturb_acts(const struct fault_table *table, const maru_plant *plant,
                         maru_time begin_us, double speed, struct acts *acts, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < table->n_row; i++) {
        const struct fault_row *row = &table->row[i];
        if (row->kind != FAULT_FAILURE) {
            continue;
        }
        const uint32_t first = row->tool == UINT32_MAX ? 0 : row->tool;
        const uint32_t end = row->tool == UINT32_MAX ? plant->n_tool : row->tool + 1;
        for (uint32_t tool = first; st == MARU_OK && tool < end; tool++) {
            if (row->tool == UINT32_MAX && plant->group[plant->tool_group[tool]].is_delay) {
                continue;
            }
            st = stop_tool(row, tool, begin_us, speed, acts, err);
        }
    }
    return st;
}
