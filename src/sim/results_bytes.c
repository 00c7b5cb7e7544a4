#include "sim/results_bytes.h"

#include "base/status.h"
#include "plant/plant.h"
#include "sim/twin.h"

// Each member is passed by one function, whether it is written or read, so both have the same order and none is forgotten on one side.
// Counts are checked against the model before there is memory for what they count; names are not written, as the model has them.

struct passing {
    struct text *out;  // NULL: it is read
    struct binary *in; // NULL: it is written
    struct arena *arena;
    bool is_full; // the arena
};

static void pass_u64(struct passing *p, uint64_t *value) {
    if (p->out) {
        binary_add_u64(p->out, *value);
    } else {
        *value = binary_u64(p->in);
    }
}

static void pass_i64(struct passing *p, int64_t *value) {
    uint64_t bits = (uint64_t)*value;
    pass_u64(p, &bits);
    *value = (int64_t)bits;
}

static void pass_u32(struct passing *p, uint32_t *value) {
    if (p->out) {
        binary_add_u32(p->out, *value);
    } else {
        *value = binary_u32(p->in);
    }
}

static void pass_i32(struct passing *p, int32_t *value) {
    uint32_t bits = (uint32_t)*value;
    pass_u32(p, &bits);
    *value = (int32_t)bits;
}

static void pass_double(struct passing *p, double *value) {
    if (p->out) {
        binary_add_double(p->out, *value);
    } else {
        *value = binary_double(p->in);
    }
}

// A count that is `most` at most; 0 and bad where it is more.
static void pass_count(struct passing *p, uint32_t *n, uint32_t most) {
    pass_u32(p, n);
    if (p->in && *n > most) {
        p->in->is_bad = true;
        *n = 0;
    }
}

// An index below n, or MARU_NONE.
static void pass_index(struct passing *p, uint32_t *index, uint32_t n) {
    pass_u32(p, index);
    if (p->in && *index >= n && *index != MARU_NONE) {
        p->in->is_bad = true;
    }
}

// Room for n of them; NULL, and nothing more is read, where there is none.
static void *take(struct passing *p, size_t n, size_t size) {
    void *block = p->in->is_bad ? NULL : arena_take(p->arena, n > 0 ? n : 1, size);
    p->is_full = p->is_full || (!block && !p->in->is_bad);
    p->in->is_bad = p->in->is_bad || !block;
    return block;
}

static void pass_counts(struct passing *p, const uint32_t **list, size_t n) {
    if (p->out) {
        for (size_t i = 0; i < n; i++) {
            binary_add_u32(p->out, (*list)[i]);
        }
        return;
    }
    uint32_t *own = binary_has(p->in, n, sizeof *own) ? take(p, n, sizeof *own) : NULL;
    for (size_t i = 0; own && i < n; i++) {
        own[i] = binary_u32(p->in);
    }
    *list = own;
}

static void pass_doubles(struct passing *p, const double **list, size_t n) {
    if (p->out) {
        for (size_t i = 0; i < n; i++) {
            binary_add_double(p->out, (*list)[i]);
        }
        return;
    }
    double *own = binary_has(p->in, n, sizeof *own) ? take(p, n, sizeof *own) : NULL;
    for (size_t i = 0; own && i < n; i++) {
        own[i] = binary_double(p->in);
    }
    *list = own;
}

static void pass_letters(struct passing *p, char *letters, size_t n) {
    if (p->out) {
        binary_add_string(p->out, letters);
    } else {
        binary_letters(p->in, letters, n);
    }
}

// ---- the parts of results

static void pass_class(struct passing *p, maru_class_result *it, const struct maru_model *m) {
    pass_index(p, &it->product, m ? m->plant->n_product : 0);
    pass_i32(p, &it->priority);
    pass_u64(p, &it->n_out);
    pass_u64(p, &it->n_measured);
    pass_double(p, &it->cycle_mean_us);
    pass_double(p, &it->cycle_sd_us);
    pass_double(p, &it->flow_mean);
    for (int q = 0; q < MARU_N_QUANTILE; q++) {
        pass_double(p, &it->cycle_q_us[q]);
        pass_double(p, &it->flow_q[q]);
    }
    pass_double(p, &it->on_time);
    pass_double(p, &it->tardiness_mean_us);
    pass_counts(p, &it->flow_histogram, SIM_N_FLOW_BIN);
}

static void pass_group(struct passing *p, maru_group_result *it) {
    uint64_t *const count[] = {&it->n_job, &it->n_lot, &it->n_setup};
    double *const figure[] = {&it->productive,  &it->setup,          &it->standby,
                              &it->engineering, &it->scheduled_down, &it->unscheduled_down,
                              &it->utilization, &it->queue_mean,     &it->queue_max,
                              &it->wait_mean_us};
    for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
        pass_u64(p, count[i]);
    }
    for (size_t i = 0; i < sizeof figure / sizeof *figure; i++) {
        pass_double(p, figure[i]);
    }
}

static void pass_limit(struct passing *p, maru_queue_result *it) {
    pass_u64(p, &it->n_pass);
    pass_u64(p, &it->n_late);
    pass_double(p, &it->late_mean_us);
    pass_double(p, &it->slack_mean_us);
}

static void pass_figures(struct passing *p, maru_results *r) {
    pass_i64(p, &r->from_us);
    pass_i64(p, &r->to_us);
    uint64_t *const count[] = {&r->seed, &r->n_event, &r->n_lot_step, &r->n_released, &r->n_out};
    for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
        pass_u64(p, count[i]);
    }
    pass_double(p, &r->wip_mean);
    pass_u32(p, &r->wip_now);
    pass_u32(p, &r->wip_max);
    pass_double(p, &r->flow_bin_width);
    pass_letters(p, r->bottleneck_why, sizeof r->bottleneck_why);
    pass_letters(p, r->digest, sizeof r->digest);
}

static void pass_classes(struct passing *p, maru_results *r, const struct maru_model *m) {
    pass_count(p, &r->n_class, m ? m->n_class * 2 : 0);
    maru_class_result *own = m ? take(p, r->n_class, sizeof *own) : NULL;
    for (uint32_t i = 0; i < r->n_class && (p->out || own); i++) {
        maru_class_result it = p->out ? r->class_[i] : (maru_class_result){0};
        pass_class(p, &it, m);
        if (own) {
            own[i] = it;
        }
    }
    r->class_ = p->in ? own : r->class_;
    r->n_flow_bin = SIM_N_FLOW_BIN;
}

static void pass_groups(struct passing *p, maru_results *r, const struct maru_model *m) {
    pass_count(p, &r->n_group, m ? m->n_group : 0);
    maru_group_result *own = m ? take(p, r->n_group, sizeof *own) : NULL;
    if (own && m && r->n_group != m->n_group) {
        p->in->is_bad = true;
        own = NULL;
    }
    for (uint32_t i = 0; i < r->n_group && (p->out || own); i++) {
        maru_group_result it = p->out ? r->group[i] : (maru_group_result){0};
        pass_group(p, &it);
        if (own) {
            const struct plant_group *plan = &m->plant->group[i];
            it.name = plan->name;
            it.area = m->plant->area[plan->area].name;
            it.n_tool = plan->n_tool;
            it.is_delay = plan->is_delay;
            own[i] = it;
        }
    }
    r->group = p->in ? own : r->group;
    pass_index(p, &r->bottleneck, m ? m->n_group : 0);
}

static void pass_limits(struct passing *p, maru_results *r, const struct maru_model *m) {
    pass_count(p, &r->n_queue, m ? m->n_queue : 0);
    maru_queue_result *own = m ? take(p, r->n_queue, sizeof *own) : NULL;
    for (uint32_t i = 0; i < r->n_queue && (p->out || own); i++) {
        maru_queue_result it = p->out ? r->queue[i] : (maru_queue_result){0};
        pass_limit(p, &it);
        if (own) {
            it.step = m->queue[i].from;
            it.to_step = m->queue[i].to;
            it.limit_us = m->queue[i].limit_us;
            own[i] = it;
        }
    }
    r->queue = p->in ? own : r->queue;
}

static void pass_series(struct passing *p, maru_results *r) {
    pass_count(p, &r->n_point, SIM_N_POINT + 1);
    pass_i64(p, &r->point_us);
    pass_doubles(p, &r->wip, r->n_point);
    pass_doubles(p, &r->released, r->n_point);
    pass_doubles(p, &r->done, r->n_point);
    pass_doubles(p, &r->queue_length, (size_t)r->n_point * r->n_group);
}

// m: NULL when they are written.
static void pass_results(struct passing *p, maru_results *r, const struct maru_model *m) {
    pass_figures(p, r);
    pass_classes(p, r, m);
    pass_groups(p, r, m);
    pass_limits(p, r, m);
    pass_series(p, r);
}

void results_add(struct text *out, const maru_results *results) {
    struct passing p = {.out = out};
    maru_results copy = *results;
    pass_results(&p, &copy, NULL);
}

maru_status results_read(struct binary *in, const maru_model *model, maru_results **out,
                         maru_error *err) {
    struct arena arena;
    arena_init(&arena, RESULTS_MAX_BYTES);
    struct owned_results *owned = arena_take(&arena, 1, sizeof *owned);
    struct passing p = {.in = in, .arena = &arena, .is_full = !owned};
    if (owned) {
        pass_results(&p, &owned->results, model);
    }
    if (p.is_full || in->is_bad) {
        const maru_status st = p.is_full
                                   ? arena_refusal(&arena, err)
                                   : fail(err, MARU_E_INPUT, "these are no results of this model");
        arena_fini(&arena);
        return st;
    }
    owned->arena = arena; // the results own the arena that they live in
    *out = &owned->results;
    return MARU_OK;
}
