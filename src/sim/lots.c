#include "sim/twin.h"

// Lots: release, the choice of the next step, transport, arrival, rework, the end.
//
// All luck of a lot comes from its own stream, one block for each step it looks at: word 0
// sampling, 1 transport, 2 process time, 3 rework. The number of a lot is that of its release,
// which no decision changes; so under two rules the same lot meets the same luck at the same step
// (common random numbers).

static maru_time scaled(const struct maru_model *m, maru_time at) {
    return m->options.load_percent == 100 ? at : wide_mul_div(at, 100, m->options.load_percent);
}

static void finish(struct maru_sim *sim, uint32_t lot) {
    const struct maru_model *m = sim->model;
    struct state *s = &sim->s;
    struct lot *l = &s->lot[lot];
    const uint32_t product = m->class_product[l->class_];
    trace(sim, MARU_EV_FINISH, lot, SIM_NONE, SIM_NONE);
    measure_finish(sim, lot);
    measure_in_plant(sim, -1);
    if (l->flags & LOT_HOLDS) {
        const uint32_t held = l->held;
        lot_unreserve(sim, lot);
        dispatch_group(sim, held);
    }
    l->flags = 0;
    l->next = s->head->free_lot;
    s->head->free_lot = lot;
    s->head->n_free++;
    if (--s->product_in_plant[product] == 0) { // minimum runs that waited for it may end
        for (uint32_t g = 0; g < m->n_group; g++) {
            if (m->group[g].min_run) {
                dispatch_group(sim, g);
            }
        }
    }
}

// Find the next step that the lot does, from its present one on, and send it there.
static void advance(struct maru_sim *sim, uint32_t lot) {
    const struct maru_model *m = sim->model;
    struct lot *l = &sim->s.lot[lot];
    for (;;) {
        const struct hop *hop = &m->hop[l->step];
        const struct random_block block = luck(&sim->s, STREAM_LOT, l->serial, l->visit++);
        const unsigned is_sampled = hop->flags & HOP_SAMPLED; // one branch for both conditions
        if (is_sampled & (block.word[0] >= hop->sample)) {
            trace(sim, MARU_EV_SKIP, lot, SIM_NONE, l->step);
            if (hop->flags & HOP_LAST) {
                finish(sim, lot);
                return;
            }
            l->step++;
            continue;
        }
        l->luck_process = block.word[2];
        l->luck_rework = block.word[3];
        if (l->flags & LOT_HOLDS && l->held != hop->group) {
            const uint32_t held = l->held;
            lot_unreserve(sim, lot);
            dispatch_group(sim, held);
        }
        const struct dist *move = &m->move[l->location * m->n_location + hop->location];
        maru_time way = 0;
        if (move->kind == DIST_UNIFORM) {
            way = move->a + wide_share(move->b - move->a, (uint64_t)block.word[1] << 32);
        } else if (move->kind != DIST_NONE) {
            way = dist_draw(move, luck_stretched(block.word[1]));
        }
        calendar_put(m, &sim->s, node_of_lot(m, lot), sim->s.head->now + way, RANK_ARRIVE);
        return;
    }
}

bool lot_may_reserve(const struct maru_model *m, bool is_hot, int32_t priority) {
    switch ((enum option_reserve)m->options.reserve) {
    case RESERVE_FLAG:
        return is_hot;
    case RESERVE_OFF:
        return false;
    case RESERVE_PRIORITY:
        return priority >= m->options.reserve_priority;
    }
    return false;
}

uint32_t lot_new(struct maru_sim *sim, uint32_t class_, uint32_t wafers, uint32_t step) {
    struct state *s = &sim->s;
    const uint32_t lot = s->head->free_lot;
    s->head->free_lot = s->lot[lot].next;
    s->head->n_free--;
    s->lot[lot] = (struct lot){.step = step,
                               .serial = (uint32_t)s->head->next_serial++,
                               .next = SIM_NONE,
                               .queue = SIM_NONE,
                               .class_ = (uint16_t)class_,
                               .wafers = (uint16_t)wafers,
                               .flags = LOT_IN_PLANT};
    for (uint32_t k = 0; k < sim->model->n_keep; k++) {
        s->keep[(size_t)lot * sim->model->n_keep + k] = SIM_NONE;
    }
    if (sim->model->measures_steps) {
        s->step_done_at[lot] = INT64_MIN;
    }
    s->product_in_plant[sim->model->class_product[class_]]++;
    measure_in_plant(sim, 1);
    return lot;
}

static void plan_release(struct maru_sim *sim, uint32_t r) {
    const struct maru_model *m = sim->model;
    struct release_state *state = &sim->s.release[r];
    if (state->n_done < m->plant->release[r].n_release) {
        calendar_put(m, &sim->s, node_of_release(m, r), scaled(m, state->at), RANK_RELEASE);
    }
}

void lot_release(struct maru_sim *sim, uint32_t r) {
    const struct maru_model *m = sim->model;
    const struct plant_release *release = &m->plant->release[r];
    struct release_state *state = &sim->s.release[r];
    const maru_time now = sim->s.head->now;
    for (uint32_t i = 0; i < release->lots_each; i++) {
        const uint32_t route = m->plant->product[release->product].route;
        const uint32_t lot =
            lot_new(sim, m->release_class[r], release->wafers, m->plant->route[route].first_step);
        struct lot *l = &sim->s.lot[lot];
        l->released = now;
        l->due = release->due_after_us == INT64_MAX ? INT64_MAX : now + release->due_after_us;
        l->flags |= LOT_KNOWN;
        l->flags |= lot_may_reserve(m, release->is_hot, release->priority) ? LOT_RESERVES : 0;
        sim->s.head->n_released++;
        trace(sim, MARU_EV_RELEASE, lot, SIM_NONE, SIM_NONE);
        advance(sim, lot);
    }
    state->n_done++;
    const struct random_block block = luck(&sim->s, STREAM_RELEASE, r, state->n_done);
    const maru_time gap = dist_draw(&release->every, luck_bits(&block, 0));
    state->at += gap > 0 ? gap : 1;
    plan_release(sim, r);
}

static void put_stock(struct maru_sim *sim, uint32_t i) {
    const struct maru_model *m = sim->model;
    const struct plant_stock *stock = &m->plant->stock[i];
    const uint32_t lot = lot_new(sim, m->stock_class[i], stock->wafers, stock->step);
    struct lot *l = &sim->s.lot[lot];
    const struct random_block block = luck(&sim->s, STREAM_LOT, l->serial, l->visit++);
    l->luck_process = block.word[2];
    l->luck_rework = block.word[3];
    l->released = stock->start_us;
    l->due = stock->due_us;
    l->flags |= stock->start_known ? LOT_KNOWN : 0;
    l->flags |= lot_may_reserve(m, stock->is_hot, stock->priority) ? LOT_RESERVES : 0;
    calendar_put(m, &sim->s, node_of_lot(m, lot), 0, RANK_ARRIVE);
}

void lot_make_room(struct maru_sim *sim) {
    struct head *head = sim->s.head;
    head->free_lot = SIM_NONE;
    for (uint32_t i = head->n_lot_room; i > 0; i--) {
        sim->s.lot[i - 1].next = head->free_lot;
        head->free_lot = i - 1;
        head->n_free++;
    }
}

void lot_init(struct maru_sim *sim) {
    const struct maru_model *m = sim->model;
    lot_make_room(sim);
    for (uint32_t i = 0; i < m->plant->n_stock; i++) {
        put_stock(sim, i);
    }
    for (uint32_t r = 0; r < m->n_release; r++) {
        sim->s.release[r].at = m->plant->release[r].start_us;
        plan_release(sim, r);
    }
}

void lot_arrive(struct maru_sim *sim, uint32_t lot) {
    trace(sim, MARU_EV_ARRIVE, lot, SIM_NONE, sim->s.lot[lot].step);
    dispatch_lot(sim, lot);
}

static void measure_step(struct maru_sim *sim, uint32_t lot) {
    const maru_time now = sim->s.head->now;
    struct step_sum *sum = &sim->s.step_sum[sim->s.lot[lot].step];
    if (sim->s.step_done_at[lot] != INT64_MIN) {
        sum->cycle_us += now - sim->s.step_done_at[lot];
        sum->n++;
    }
    sim->s.step_done_at[lot] = now;
}

void lot_step_done(struct maru_sim *sim, uint32_t lot) {
    const struct maru_model *m = sim->model;
    struct lot *l = &sim->s.lot[lot];
    const struct hop *hop = &m->hop[l->step];
    sim->s.head->n_lot_step++;
    l->location = hop->location;
    if (m->measures_steps) {
        measure_step(sim, lot);
    }
    if (hop->flags & HOP_QUEUE_START) {
        l->queue = hop->queue;
        l->queue_start = sim->s.head->now;
    }
    if (hop->flags & HOP_REWORK && l->luck_rework < hop->rework) {
        trace(sim, MARU_EV_REWORK, lot, SIM_NONE, hop->rework_to);
        l->step = hop->rework_to;
    } else if (hop->flags & HOP_LAST) {
        finish(sim, lot);
        return;
    } else {
        l->step++;
    }
    advance(sim, lot);
}

// A lot that reserves holds a tool of its next step's group from the moment it starts the present
// one.
void lot_reserve(struct maru_sim *sim, uint32_t lot) {
    const struct maru_model *m = sim->model;
    struct lot *l = &sim->s.lot[lot];
    if (m->hop[l->step].flags & HOP_LAST) {
        return;
    }
    const uint32_t group = m->hop[l->step + 1].group;
    if (m->group[group].reserves && !m->group[group].is_delay) {
        l->flags |= LOT_HOLDS;
        l->held = group;
        sim->s.group[group].n_held++;
    }
}

void lot_unreserve(struct maru_sim *sim, uint32_t lot) {
    struct lot *l = &sim->s.lot[lot];
    if (l->flags & LOT_HOLDS) {
        l->flags &= (uint8_t)~LOT_HOLDS;
        sim->s.group[l->held].n_held--;
    }
}
