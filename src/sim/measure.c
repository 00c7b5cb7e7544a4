#include "sim/twin.h"

#include <string.h>

// Sums that results are made of. All are integrals and counts in integers where they can be, so
// that cutting a run into pieces changes nothing. Series have a fixed number of points: when full,
// neighbors are merged and the interval doubles; histograms of flow factors widen in the same way.

#define FIRST_POINT MARU_HOUR

static void start_points(struct head *head) {
    head->point_width = FIRST_POINT;
    head->point_at = head->from + head->point_width;
    head->n_point = 0;
    head->wip_point_us = 0;
    head->released_point = 0;
    head->out_point = 0;
}

void measure_init(struct maru_sim *sim) {
    sim->s.head->flow_bin_width = 1.0 / 128;
    start_points(sim->s.head);
}

void maru_sim_reset_statistics(maru_sim *sim) {
    const struct maru_model *m = sim->model;
    struct state *s = &sim->s;
    const maru_time now = s->head->now;
    for (uint32_t t = 0; t < m->n_tool; t++) {
        s->tool[t].counted_until = now;
    }
    for (uint32_t i = 0; i < m->n_group; i++) {
        struct group *g = &s->group[i];
        g->counted_until = now;
        g->max_waiting = g->n_waiting;
        s->group_point_us[i] = 0;
        g->waiting_us = g->wait_us = 0;
        g->setup_us = g->productive_us = g->pm_us = g->down_us = 0;
        g->n_job = g->n_more = g->n_setup = 0;
    }
    memset(s->class_sum, 0, m->n_class * sizeof *s->class_sum);
    memset(s->flow, 0, (size_t)m->n_class * SIM_N_FLOW_BIN * sizeof *s->flow);
    memset(s->queue_sum, 0, m->n_queue * sizeof *s->queue_sum);
    s->head->from = now;
    s->head->wip_until = now;
    s->head->wip_us = 0;
    s->head->n_released = 0;
    s->head->n_out = 0;
    s->head->max_in_plant = s->head->n_in_plant;
    measure_init(sim);
}

struct tool_time measure_open(const struct maru_sim *sim, uint32_t tool) {
    const struct tool *t = &sim->s.tool[tool];
    const maru_time span = sim->s.head->now - t->counted_until;
    struct tool_time time = {0};
    if (t->n_down > 0) {
        time.down_us = span;
    } else if (t->flags & TOOL_IN_PM) {
        time.pm_us = span;
    } else if (t->n_job > 0) {
        const maru_time setup = t->setup_until - t->counted_until;
        time.setup_us = setup < 0 ? 0 : setup > span ? span : setup;
        time.productive_us = span - time.setup_us;
    }
    return time;
}

void measure_odd_time(struct maru_sim *sim, uint32_t tool) {
    struct group *g = &sim->s.group[sim->model->tool_group[tool]];
    const struct tool_time time = measure_open(sim, tool);
    g->down_us += time.down_us;
    g->pm_us += time.pm_us;
    g->setup_us += time.setup_us;
    g->productive_us += time.productive_us;
}

static void count_in_plant(struct head *head) {
    head->wip_us += (maru_time)head->n_in_plant * (head->now - head->wip_until);
    head->wip_until = head->now;
}

void measure_in_plant(struct maru_sim *sim, int change) {
    struct head *head = sim->s.head;
    count_in_plant(head);
    head->n_in_plant += (uint32_t)change;
    if (head->n_in_plant > head->max_in_plant) {
        head->max_in_plant = head->n_in_plant;
    }
}

static void widen_flow(struct maru_sim *sim) {
    for (uint32_t c = 0; c < sim->model->n_class; c++) {
        uint32_t *bin = sim->s.flow + (size_t)c * SIM_N_FLOW_BIN;
        for (size_t i = 0; i < SIM_N_FLOW_BIN / 2; i++) {
            bin[i] = bin[2 * i] + bin[2 * i + 1];
        }
        memset(&bin[SIM_N_FLOW_BIN / 2], 0, SIM_N_FLOW_BIN / 2 * sizeof *bin);
    }
    sim->s.head->flow_bin_width *= 2;
}

// ---- lots that are done
//
// The figures of a day count lots by their due dates, and most lots are done before: so a lot that is
// done is kept until a day after its due date. A heap by that time costs O(log kept) for each lot.

uint32_t measure_done_room(const struct maru_model *m) {
    enum { SPARE = 64 };
    const struct maru_plant *p = m->plant;
    double n = (double)SPARE + p->n_stock;
    for (uint32_t r = 0; r < p->n_release; r++) {
        const struct plant_release *release = &p->release[r];
        const double mean = dist_mean(&release->every);
        const bool has_due = release->due_after_us != INT64_MAX;
        const double span = (double)MARU_DAY + (has_due ? (double)release->due_after_us : 0);
        const double most = (double)release->n_release;
        const double fired = span / (mean > 1 ? mean : 1) * (double)m->options.load_percent / 100;
        n += 1.25 * release->lots_each * (fired < most ? fired : most); // luck bunches them
    }
    return n < SIM_MAX_DONE ? (uint32_t)n : SIM_MAX_DONE;
}

static void swap_done(struct done_lot *a, struct done_lot *b) {
    const struct done_lot kept = *a;
    *a = *b;
    *b = kept;
}

static void drop_first_done(struct state *s) {
    struct done_lot *heap = s->done_lot;
    const uint32_t n = --s->head->n_done;
    heap[0] = heap[n];
    for (uint32_t i = 0, child = 1; child < n; child = 2 * i + 1) {
        child += child + 1 < n &&
                 measure_kept_until(&heap[child + 1]) < measure_kept_until(&heap[child]);
        if (measure_kept_until(&heap[i]) <= measure_kept_until(&heap[child])) {
            return;
        }
        swap_done(&heap[i], &heap[child]);
        i = child;
    }
}

static void keep_done(struct maru_sim *sim, const struct lot *lot) {
    const struct maru_model *m = sim->model;
    struct head *head = sim->s.head;
    struct done_lot *heap = sim->s.done_lot;
    const struct done_lot done = {.done = head->now,
                                  .due = lot->due,
                                  .released = lot->flags & LOT_KNOWN ? lot->released : INT64_MIN,
                                  .product = m->class_product[lot->class_]};
    while (head->n_done > 0 && measure_kept_until(heap) <= head->now - MARU_DAY) {
        drop_first_done(&sim->s);
    }
    if (head->n_done == m->n_done) {
        const maru_time until = measure_kept_until(&done);
        head->done_lost_until = until > head->done_lost_until ? until : head->done_lost_until;
        return;
    }
    uint32_t i = head->n_done++;
    heap[i] = done;
    while (i > 0 && measure_kept_until(&heap[i]) < measure_kept_until(&heap[(i - 1) / 2])) {
        swap_done(&heap[i], &heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

void measure_finish(struct maru_sim *sim, uint32_t lot) {
    const struct maru_model *m = sim->model;
    const struct lot *l = &sim->s.lot[lot];
    struct class_sum *sum = &sim->s.class_sum[l->class_];
    const maru_time now = sim->s.head->now;
    sum->n_out++;
    sim->s.head->n_out++;
    keep_done(sim, l);
    if (l->due != INT64_MAX) {
        sum->n_due++;
        sum->n_on_time += now <= l->due;
        sum->tardy_us += now > l->due ? (double)(now - l->due) : 0;
    }
    if (l->flags & LOT_KNOWN) {
        const maru_time cycle = now - l->released;
        const double flow = (double)cycle / m->raw_us[m->class_product[l->class_]];
        while (flow >= sim->s.head->flow_bin_width * SIM_N_FLOW_BIN) {
            widen_flow(sim);
        }
        sim->s.flow[(size_t)l->class_ * SIM_N_FLOW_BIN +
                    (uint32_t)(flow / sim->s.head->flow_bin_width)]++;
        sum->n_measured++;
        sum->cycle_us += (double)cycle;
        sum->cycle_square += (double)cycle * (double)cycle;
    }
}

void measure_queue_limit(struct maru_sim *sim, uint32_t limit, maru_time taken) {
    struct queue_sum *sum = &sim->s.queue_sum[limit];
    const maru_time slack = sim->model->queue[limit].limit_us - taken;
    sum->n_pass++;
    if (slack < 0) {
        sum->n_late++;
        sum->late_us -= slack;
    } else {
        sum->slack_us += slack;
    }
}

static void merge_points(struct maru_sim *sim) {
    struct state *s = &sim->s;
    for (size_t i = 0; i < SIM_N_POINT / 2; i++) {
        s->point_wip[i] = (s->point_wip[2 * i] + s->point_wip[2 * i + 1]) / 2;
        s->point_released[i] = s->point_released[2 * i] + s->point_released[2 * i + 1];
        s->point_done[i] = s->point_done[2 * i] + s->point_done[2 * i + 1];
    }
    for (uint32_t g = 0; g < sim->model->n_group; g++) {
        float *waiting = &s->point_waiting[(size_t)g * SIM_N_POINT];
        for (size_t i = 0; i < SIM_N_POINT / 2; i++) {
            waiting[i] = (waiting[2 * i] + waiting[2 * i + 1]) / 2;
        }
    }
    s->head->n_point = SIM_N_POINT / 2;
    s->head->point_width *= 2;
}

static void close_point(struct maru_sim *sim) {
    struct state *s = &sim->s;
    struct head *head = s->head;
    const double width = (double)head->point_width;
    const uint32_t at = head->n_point++;
    head->now = head->point_at;
    count_in_plant(head);
    s->point_wip[at] = (double)(head->wip_us - head->wip_point_us) / width;
    s->point_released[at] = (double)(head->n_released - head->released_point);
    s->point_done[at] = (double)(head->n_out - head->out_point);
    head->wip_point_us = head->wip_us;
    head->released_point = head->n_released;
    head->out_point = head->n_out;
    for (uint32_t g = 0; g < sim->model->n_group; g++) {
        measure_waiting(sim, g);
        s->point_waiting[(size_t)g * SIM_N_POINT + at] =
            (float)((double)(s->group[g].waiting_us - s->group_point_us[g]) / width);
        s->group_point_us[g] = s->group[g].waiting_us;
    }
    if (head->n_point == SIM_N_POINT) {
        merge_points(sim);
    }
    head->point_at += head->point_width;
}

void measure_points(struct maru_sim *sim, maru_time until) {
    while (sim->s.head->point_at <= until) {
        close_point(sim);
    }
}
