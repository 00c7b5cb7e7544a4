#include "maru/sim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/status.h"
#include "sim/results_bytes.h"
#include "sim/twin.h"

// From sums to figures. A twin is const here: what its lists and tools hold since their last change
// is added on the fly.
//
// Quantiles come from the histogram of flow factors (a cycle time is a flow factor times the raw
// process time of its product), straight lines inside a bin: at the first bin width of 1/128 the
// error is below 0.004 flow factors.

struct maker {
    const struct maru_sim *sim;
    struct arena arena;
    maru_results *r;
    bool refused;
};

static void *take(struct maker *k, size_t n, size_t size) {
    void *block = arena_take(&k->arena, n > 0 ? n : 1, size);
    k->refused = k->refused || !block;
    return block;
}

// ---- classes ----

static const double QUANTILE[MARU_N_QUANTILE] = MARU_QUANTILES;

static double flow_quantile(const uint32_t *bin, uint64_t n, double width, double p) {
    const double wanted = p * (double)n;
    double below = 0;
    for (uint32_t i = 0; i < SIM_N_FLOW_BIN; i++) {
        if (bin[i] > 0 && below + bin[i] >= wanted) {
            return width * (i + (wanted - below) / bin[i]);
        }
        below += bin[i];
    }
    return NAN;
}

// Cycle-time quantiles of lots of several products: bins of all, each at its product's raw process
// time.
static double cycle_quantile(const struct maker *k, const bool *member, uint64_t n, double p) {
    const struct maru_model *m = k->sim->model;
    const double width = k->sim->s.head->flow_bin_width;
    double low = 0, high = 0;
    for (uint32_t c = 0; c < m->n_class; c++) {
        const double top = m->raw_us[m->class_product[c]] * width * SIM_N_FLOW_BIN;
        high = member[c] && top > high ? top : high;
    }
    const double wanted = p * (double)n;
    for (int turn = 0; turn < 48; turn++) { // the share of lots below a time is monotone: halve
        const double middle = (low + high) / 2;
        double below = 0;
        for (uint32_t c = 0; c < m->n_class; c++) {
            if (!member[c]) {
                continue;
            }
            const uint32_t *bin = k->sim->s.flow + (size_t)c * SIM_N_FLOW_BIN;
            const double at = middle / m->raw_us[m->class_product[c]] / width;
            uint32_t i = 0;
            for (; i < SIM_N_FLOW_BIN && i + 1 <= at; i++) {
                below += bin[i];
            }
            below += i < SIM_N_FLOW_BIN ? bin[i] * (at - i) : 0;
        }
        if (below < wanted) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

static void fill_class(struct maker *k, const bool *member, maru_class_result *out,
                       uint32_t *histogram) {
    const struct maru_model *m = k->sim->model;
    const struct state *s = &k->sim->s;
    const double width = s->head->flow_bin_width;
    uint64_t n_due = 0, n_on_time = 0;
    double cycle = 0, square = 0, tardy = 0, flow = 0;
    for (uint32_t c = 0; c < m->n_class; c++) {
        if (!member[c]) {
            continue;
        }
        const struct class_sum *sum = &s->class_sum[c];
        out->n_out += sum->n_out;
        out->n_measured += sum->n_measured;
        n_due += sum->n_due;
        n_on_time += sum->n_on_time;
        cycle += sum->cycle_us;
        square += sum->cycle_square;
        tardy += (double)sum->tardy_us;
        flow += (double)sum->cycle_us / m->raw_us[m->class_product[c]];
        for (uint32_t i = 0; i < SIM_N_FLOW_BIN; i++) {
            histogram[i] += s->flow[(size_t)c * SIM_N_FLOW_BIN + i];
        }
    }
    const double n = (double)out->n_measured;
    out->flow_histogram = histogram;
    out->cycle_mean_us = n > 0 ? cycle / n : NAN;
    const double variance = n > 1 ? (square - cycle * cycle / n) / (n - 1) : NAN;
    out->cycle_sd_us = variance > 0 ? sqrt(variance) : n > 1 ? 0 : NAN;
    out->flow_mean = n > 0 ? flow / n : NAN;
    for (int q = 0; q < MARU_N_QUANTILE; q++) {
        out->flow_q[q] =
            n > 0 ? flow_quantile(histogram, out->n_measured, width, QUANTILE[q]) : NAN;
        out->cycle_q_us[q] = n > 0 ? cycle_quantile(k, member, out->n_measured, QUANTILE[q]) : NAN;
    }
    out->on_time = n_due > 0 ? (double)n_on_time / (double)n_due : NAN;
    out->tardiness_mean_us = n_due > 0 ? tardy / (double)n_due : NAN;
}

static bool is_new_priority(const struct maru_model *m, uint32_t c) {
    for (uint32_t i = 0; i < c; i++) {
        if (m->class_priority[i] == m->class_priority[c]) {
            return false;
        }
    }
    return true;
}

static void make_classes(struct maker *k) {
    const struct maru_model *m = k->sim->model;
    maru_class_result *cls = take(k, (size_t)m->n_class * 2, sizeof *cls);
    bool *member = take(k, m->n_class, sizeof *member);
    uint32_t n = 0;
    for (uint32_t pass = 0; pass < 2; pass++) { // each class, then each priority over all products
        for (uint32_t c = 0; c < m->n_class; c++) {
            if (pass == 1 && !is_new_priority(m, c)) {
                continue;
            }
            uint32_t *histogram = take(k, SIM_N_FLOW_BIN, sizeof *histogram);
            if (k->refused) {
                return;
            }
            for (uint32_t i = 0; i < m->n_class; i++) {
                member[i] = pass == 0 ? i == c : m->class_priority[i] == m->class_priority[c];
            }
            cls[n].product = pass == 0 ? m->class_product[c] : MARU_NONE;
            cls[n].priority = m->class_priority[c];
            fill_class(k, member, &cls[n++], histogram);
        }
    }
    k->r->n_class = n;
    k->r->class_ = cls;
    k->r->n_flow_bin = SIM_N_FLOW_BIN;
    k->r->flow_bin_width = k->sim->s.head->flow_bin_width;
}

// ---- tool groups ----

static void fill_group(const struct maker *k, uint32_t group, maru_group_result *out) {
    const struct maru_sim *sim = k->sim;
    const struct group *g = &sim->s.group[group];
    const struct plant_group *plan = &sim->model->plant->group[group];
    const double span = (double)(k->r->to_us - k->r->from_us);
    struct tool_time sum = {.productive_us = g->productive_us,
                            .setup_us = g->setup_us,
                            .pm_us = g->pm_us,
                            .down_us = g->down_us};
    for (uint32_t t = 0; t < plan->n_tool; t++) {
        const struct tool_time open = measure_open(sim, plan->first_tool + t);
        sum.productive_us += open.productive_us;
        sum.setup_us += open.setup_us;
        sum.pm_us += open.pm_us;
        sum.down_us += open.down_us;
    }
    const double all = span * plan->n_tool > 0 ? span * plan->n_tool : 1;
    *out = (maru_group_result){.name = plan->name,
                               .area = sim->model->plant->area[plan->area].name,
                               .n_tool = plan->n_tool,
                               .is_delay = plan->is_delay,
                               .n_job = g->n_job,
                               .n_lot = g->n_job + g->n_more,
                               .n_setup = g->n_setup,
                               .productive = (double)sum.productive_us / all,
                               .setup = (double)sum.setup_us / all,
                               .scheduled_down = (double)sum.pm_us / all,
                               .unscheduled_down = (double)sum.down_us / all,
                               .queue_max = g->max_waiting};
    out->standby = 1 - out->productive - out->setup - out->scheduled_down - out->unscheduled_down;
    out->standby = out->standby < 0 && out->standby > -1e-9 ? 0 : out->standby;
    const double up = 1 - out->scheduled_down - out->unscheduled_down;
    out->utilization = up > 0 ? (out->productive + out->setup) / up : 0;
    const double waiting =
        (double)(g->waiting_us + (maru_time)g->n_waiting * (sim->s.head->now - g->counted_until));
    out->queue_mean = span > 0 ? waiting / span : 0;
    out->wait_mean_us = out->n_lot > 0 ? (double)g->wait_us / (double)out->n_lot : NAN;
}

static void make_groups(struct maker *k) {
    const struct maru_model *m = k->sim->model;
    maru_group_result *group = take(k, m->n_group, sizeof *group);
    if (k->refused) {
        return;
    }
    // a cascading tool is busy with only one of its places taken, so there what its releases ask of
    // it counts
    maru_group_load *load = take(k, m->n_group, sizeof *load);
    if (k->refused) {
        return;
    }
    maru_plant_load(m->plant, load);
    uint32_t worst = MARU_NONE;
    double most = -1;
    for (uint32_t g = 0; g < m->n_group; g++) {
        fill_group(k, g, &group[g]);
        const double asked = load[g].load * (double)m->options.load_percent / 100;
        const double busy =
            m->group[g].cascade && asked < group[g].utilization ? asked : group[g].utilization;
        if (!group[g].is_delay && busy > most) {
            most = busy;
            worst = g;
        }
    }
    k->r->n_group = m->n_group;
    k->r->group = group;
    k->r->bottleneck = worst;
    if (worst != MARU_NONE) {
        const maru_group_result *w = &group[worst];
        snprintf(k->r->bottleneck_why, sizeof k->r->bottleneck_why,
                 "busy %.1f %% of the time that it is up (%.1f %% down), %.1f lots wait on average",
                 100 * w->utilization, 100 * (w->scheduled_down + w->unscheduled_down),
                 w->queue_mean);
    }
}

// ---- the rest ----

static void make_limits(struct maker *k) {
    const struct maru_model *m = k->sim->model;
    maru_queue_result *queue = take(k, m->n_queue, sizeof *queue);
    for (uint32_t i = 0; !k->refused && i < m->n_queue; i++) {
        const struct queue_sum *sum = &k->sim->s.queue_sum[i];
        const uint64_t n_in_time = sum->n_pass - sum->n_late;
        queue[i] = (maru_queue_result){
            .step = m->queue[i].from,
            .to_step = m->queue[i].to,
            .limit_us = m->queue[i].limit_us,
            .n_pass = sum->n_pass,
            .n_late = sum->n_late,
            .late_mean_us = sum->n_late > 0 ? (double)sum->late_us / (double)sum->n_late : NAN,
            .slack_mean_us = n_in_time > 0 ? (double)sum->slack_us / (double)n_in_time : NAN};
    }
    k->r->n_queue = m->n_queue;
    k->r->queue = queue;
}

static void make_series(struct maker *k) {
    const struct maru_model *m = k->sim->model;
    const struct state *s = &k->sim->s;
    const struct head *head = s->head;
    const maru_time begun = head->point_at - head->point_width; // of the open point
    const double open = (double)(head->now - begun);
    const uint32_t n = head->n_point + (open > 0 ? 1 : 0);
    double *wip = take(k, n, sizeof *wip);
    double *released = take(k, n, sizeof *released);
    double *done = take(k, n, sizeof *done);
    double *waiting = take(k, (size_t)n * m->n_group, sizeof *waiting);
    if (k->refused) {
        return;
    }
    for (uint32_t i = 0; i < head->n_point; i++) {
        wip[i] = s->point_wip[i];
        released[i] = s->point_released[i];
        done[i] = s->point_done[i];
        for (uint32_t g = 0; g < m->n_group; g++) {
            waiting[(size_t)g * n + i] = (double)s->point_waiting[(size_t)g * SIM_N_POINT + i];
        }
    }
    if (open > 0) {
        const uint32_t i = n - 1;
        const maru_time so_far =
            head->wip_us + (maru_time)head->n_in_plant * (head->now - head->wip_until);
        wip[i] = (double)(so_far - head->wip_point_us) / open;
        released[i] = (double)(head->n_released - head->released_point);
        done[i] = (double)(head->n_out - head->out_point);
        for (uint32_t g = 0; g < m->n_group; g++) {
            const struct group *it = &s->group[g];
            const maru_time sum =
                it->waiting_us + (maru_time)it->n_waiting * (head->now - it->counted_until);
            waiting[(size_t)g * n + i] = (double)(sum - s->group_point_us[g]) / open;
        }
    }
    k->r->n_point = n;
    k->r->point_us = head->point_width;
    k->r->wip = wip;
    k->r->released = released;
    k->r->done = done;
    k->r->queue_length = waiting;
}

static void make_digest(const struct maker *k) {
    const maru_results *r = k->r;
    struct digest d;
    digest_init(&d);
    digest_u64(&d, k->sim->s.head->trace[0]);
    const uint64_t counts[] = {r->n_event, r->n_lot_step, r->n_released,
                               r->n_out,   r->wip_now,    r->wip_max};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        digest_u64(&d, counts[i]);
    }
    digest_i64(&d, r->from_us);
    digest_i64(&d, r->to_us);
    digest_double(&d, r->wip_mean);
    for (uint32_t c = 0; c < r->n_class; c++) {
        const maru_class_result *cls = &r->class_[c];
        digest_u64(&d, cls->n_out);
        digest_u64(&d, cls->n_measured);
        digest_double(&d, cls->cycle_mean_us);
        digest_double(&d, cls->cycle_sd_us);
        digest_double(&d, cls->on_time);
        digest_double(&d, cls->tardiness_mean_us);
        for (int q = 0; q < MARU_N_QUANTILE; q++) {
            digest_double(&d, cls->flow_q[q]);
            digest_double(&d, cls->cycle_q_us[q]);
        }
    }
    for (uint32_t g = 0; g < r->n_group; g++) {
        const maru_group_result *group = &r->group[g];
        digest_u64(&d, group->n_job);
        digest_u64(&d, group->n_lot);
        digest_u64(&d, group->n_setup);
        const double figures[] = {group->productive,       group->setup,      group->scheduled_down,
                                  group->unscheduled_down, group->queue_mean, group->queue_max,
                                  group->wait_mean_us};
        for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
            digest_double(&d, figures[i]);
        }
    }
    for (uint32_t i = 0; i < r->n_queue; i++) {
        digest_u64(&d, r->queue[i].n_pass);
        digest_u64(&d, r->queue[i].n_late);
        digest_double(&d, r->queue[i].late_mean_us);
        digest_double(&d, r->queue[i].slack_mean_us);
    }
    for (uint32_t i = 0; i < r->n_point; i++) {
        digest_double(&d, r->wip[i]);
        digest_double(&d, r->done[i]);
    }
    digest_hex(&d, k->r->digest);
}

maru_status maru_sim_results(const maru_sim *sim, maru_results **out, maru_error *err) {
    struct maker k = {.sim = sim};
    arena_init(&k.arena, RESULTS_MAX_BYTES);
    struct owned_results *owned = take(&k, 1, sizeof *owned);
    if (!owned) {
        return arena_refusal(&k.arena, err);
    }
    const struct head *head = sim->s.head;
    k.r = &owned->results;
    k.r->from_us = head->from;
    k.r->to_us = head->now;
    k.r->seed = head->seed;
    k.r->n_event = head->n_event;
    k.r->n_lot_step = head->n_lot_step;
    k.r->n_released = head->n_released;
    k.r->n_out = head->n_out;
    k.r->wip_now = head->n_in_plant;
    k.r->wip_max = head->max_in_plant;
    const double span = (double)(head->now - head->from);
    const maru_time wip =
        head->wip_us + (maru_time)head->n_in_plant * (head->now - head->wip_until);
    k.r->wip_mean = span > 0 ? (double)wip / span : head->n_in_plant;
    make_classes(&k);
    make_groups(&k);
    make_limits(&k);
    make_series(&k);
    if (k.refused) {
        const maru_status st = arena_refusal(&k.arena, err);
        arena_fini(&k.arena);
        return st;
    }
    make_digest(&k);
    owned->arena = k.arena; // the results own the arena that they live in
    *out = &owned->results;
    return MARU_OK;
}

void maru_results_free(maru_results *results) {
    if (results) {
        struct arena arena = ((struct owned_results *)(void *)results)->arena;
        arena_fini(&arena);
    }
}
