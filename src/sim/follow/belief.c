#include "sim/follow/belief.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "plant/plant.h"

// Lots. An event says where a lot is; what lies between that and where it was believed to be is
// passed step by step, so that queue-time limits and the like are right again:
//
//     told of a later step      events were missed: the steps between that every lot does are counted
//     told of an earlier one    rework that was missed, where some leads there; else a discrepancy
//     told of another route     a discrepancy, and it is a product of that route from now on
//
// A lot that has ended its last step has left, until rework is told at the same time.

#define LEAST_SPREAD 0.01 // of observed ratios, where the plant has a constant time

// ---- the block

static size_t layout(const struct maru_model *m, size_t n_lot, void *block, struct belief *b) {
    enum { ALIGN = 16 };
    size_t at = 0;
#define X(type, name, count)                                                                       \
    b->name = block ? (type *)(void *)((char *)block + at) : NULL;                                 \
    at += (sizeof(type) * (size_t)(count) + ALIGN - 1) / ALIGN * ALIGN;
    BELIEF_ARRAYS(X)
#undef X
    return at;
}

static maru_status take_block(struct belief *b, const struct maru_model *m, uint32_t n_lot,
                              maru_error *err) {
    struct belief sizes;
    const size_t n_bytes = layout(m, n_lot, NULL, &sizes);
    void *block = alloc_new(n_bytes, 1);
    if (!block) {
        return fail(err, MARU_E_MEMORY, "no memory to follow a floor");
    }
    b->model = m;
    b->block = block;
    b->block_bytes = n_bytes;
    layout(m, n_lot, block, b);
    b->head->n_lot_room = n_lot;
    for (uint32_t i = 0; i < n_lot; i++) {
        belief_clear_lot(b, i, 0);
    }
    return MARU_OK;
}

maru_status belief_init(struct belief *b, const struct maru_model *m, uint32_t n_lot,
                        maru_error *err) {
    const maru_status st = take_block(b, m, n_lot, err);
    if (st != MARU_OK) {
        return st;
    }
    b->head->began_us = INT64_MIN;
    b->head->heard_us = INT64_MIN;
    for (uint32_t i = 0; i < m->n_tool; i++) {
        b->tool[i] = (struct belief_tool){.heard_us = INT64_MIN,
                                          .since_us = INT64_MIN,
                                          .start_us = INT64_MIN,
                                          .end_us = INT64_MIN,
                                          .mended_us = INT64_MIN,
                                          .watched_us = INT64_MIN,
                                          .setup_at_us = INT64_MIN,
                                          .setup = SIM_NONE,
                                          .first = SIM_NONE,
                                          .downtime = SIM_NONE};
    }
    for (uint32_t i = 0; i < m->n_instance; i++) {
        b->instance[i] = (struct belief_instance){.begin_us = INT64_MIN, .end_us = INT64_MIN};
    }
    for (uint32_t i = 0; i < m->n_release; i++) {
        b->release[i].last_us = INT64_MIN;
    }
    return MARU_OK;
}

void belief_fini(struct belief *b) {
    alloc_free(b->block);
    *b = (struct belief){0};
}

maru_status belief_grow(struct belief *b, uint32_t n_lot, maru_error *err) {
    struct belief larger = {0};
    const struct maru_model *m = b->model;
    const uint32_t n_new = n_lot;
    const maru_status st = take_block(&larger, m, n_new, err);
    if (st != MARU_OK || !larger.head) {
        return st;
    }
    n_lot = b->head->n_lot_room; // sizes of the old block
#define X(type, name, count) memcpy(larger.name, b->name, sizeof(type) * (size_t)(count));
    BELIEF_ARRAYS(X)
#undef X
    larger.head->n_lot_room = n_new;
    belief_fini(b);
    *b = larger;
    return MARU_OK;
}

void belief_copy(const struct belief *from, struct belief *to) {
    memcpy(to->block, from->block, from->block_bytes);
}

void belief_clear_lot(struct belief *b, uint32_t lot, uint32_t number) {
    b->lot[lot] = (struct belief_lot){.heard_us = INT64_MIN,
                                      .since_us = INT64_MIN,
                                      .released_us = INT64_MIN,
                                      .due_us = INT64_MAX,
                                      .number = number,
                                      .step = SIM_NONE,
                                      .done_step = SIM_NONE,
                                      .tool = SIM_NONE,
                                      .next = SIM_NONE,
                                      .class_ = SIM_NONE,
                                      .queue = SIM_NONE};
    for (uint32_t k = 0; k < b->model->n_keep; k++) {
        b->keep[(size_t)lot * b->model->n_keep + k] = SIM_NONE;
    }
}

struct seen_mean seen_shrunk(const struct seen *seen, double prior_spread) {
    enum { PRIOR_WEIGHT = 5 };
    if (!(seen->n > 0)) {
        return (struct seen_mean){1, prior_spread};
    }
    const double prior = prior_spread * prior_spread, mean = seen->sum / seen->n;
    const double around = seen->square - seen->n * mean * mean;
    const double planned = seen->planned / seen->n + LEAST_SPREAD * LEAST_SPREAD;
    const double variance =
        ((around > 0 ? around : 0) + PRIOR_WEIGHT * planned) / (seen->n + PRIOR_WEIGHT);
    const double weight = seen->n / variance;
    return (struct seen_mean){(weight * mean + 1 / prior) / (weight + 1 / prior),
                              sqrt(1 / (weight + 1 / prior))};
}

// ---- what a lot is

static const struct plant_route *route_of(const struct maru_model *m, uint32_t product) {
    return &m->plant->route[m->plant->product[product].route];
}

static uint32_t product_of(const struct belief *b, const struct belief_lot *l) {
    return b->model->class_product[l->class_];
}

static bool is_on_route(const struct maru_model *m, uint32_t product, uint32_t step) {
    const struct plant_route *route = route_of(m, product);
    return step - route->first_step < route->n_step;
}

// The class of a product with this priority, or the nearest to it; SIM_NONE: it is never made.
static uint32_t find_class(const struct maru_model *m, uint32_t product, int32_t priority) {
    uint32_t best = SIM_NONE;
    int64_t best_distance = INT64_MAX;
    for (uint32_t c = 0; c < m->n_class; c++) {
        const int64_t off = (int64_t)m->class_priority[c] - priority;
        const int64_t distance = priority == TOLD_NO_PRIORITY ? 0 : off < 0 ? -off : off;
        if (m->class_product[c] == product && distance < best_distance) {
            best = c;
            best_distance = distance;
        }
    }
    return best;
}

static uint32_t class_of_step(const struct maru_model *m, uint32_t step, int32_t priority) {
    for (uint32_t p = 0; p < m->plant->n_product; p++) {
        const uint32_t found = is_on_route(m, p, step) ? find_class(m, p, priority) : SIM_NONE;
        if (found != SIM_NONE) {
            return found;
        }
    }
    return SIM_NONE;
}

static uint16_t usual_wafers(const struct maru_model *m, uint32_t product) {
    for (uint32_t r = 0; r < m->n_release; r++) {
        if (m->plant->release[r].product == product) {
            return (uint16_t)m->plant->release[r].wafers;
        }
    }
    return PLANT_LOT_WAFERS;
}

// What an event says of the lot itself.
static void describe(struct belief *b, const struct told *t) {
    const struct maru_model *m = b->model;
    struct belief_lot *l = &b->lot[t->lot];
    const uint32_t product = t->product != MARU_NONE ? t->product
                             : l->class_ != SIM_NONE ? product_of(b, l)
                                                     : SIM_NONE;
    if (product != SIM_NONE && (t->product != MARU_NONE || t->priority != TOLD_NO_PRIORITY)) {
        const bool keeps = l->class_ != SIM_NONE && t->priority == TOLD_NO_PRIORITY;
        const int32_t priority = keeps ? m->class_priority[l->class_] : t->priority;
        const uint32_t found = find_class(m, product, priority);
        // a product that does not do the step where the lot is would not be a valid state
        const bool fits = l->step == SIM_NONE || is_on_route(m, product, l->step);
        l->class_ = found != SIM_NONE && fits ? found : l->class_;
    }
    if (t->wafers > 0) {
        l->wafers = (uint16_t)t->wafers;
    } else if (l->wafers == 0 && l->class_ != SIM_NONE) {
        l->wafers = usual_wafers(m, product_of(b, l));
    }
    l->due_us = t->due_us != INT64_MIN ? t->due_us : l->due_us;
    l->flags |= t->is_hot ? BELIEF_HOT : 0;
}

// ---- releases

static double expected_next(const struct maru_model *m, const struct belief_release *state,
                            uint32_t r) {
    const struct plant_release *release = &m->plant->release[r];
    return state->last_us == INT64_MIN ? (double)release->start_us
                                       : (double)state->last_us + dist_mean(&release->every);
}

// The stream that a lot released now is of: of its class, the one that is due.
static uint32_t stream_of(const struct belief *b, const struct belief_lot *l, maru_time at) {
    const struct maru_model *m = b->model;
    uint32_t best = SIM_NONE;
    double nearest = 0;
    for (uint32_t r = 0; r < m->n_release; r++) {
        const struct belief_release *state = &b->release[r];
        const bool is_again = state->last_us == at;
        if (m->release_class[r] != l->class_ || (is_again && m->plant->release[r].lots_each == 1)) {
            continue;
        }
        const double off = is_again ? -1 : expected_next(m, state, r) - (double)at;
        const double distance = off < 0 && !is_again ? -off : off;
        if (best == SIM_NONE || distance < nearest) {
            best = r;
            nearest = distance;
        }
    }
    return best;
}

static void note_release(struct belief_release *state, const struct plant_release *release,
                         maru_time at) {
    const double mean = dist_mean(&release->every);
    if (state->last_us == INT64_MIN) { // those before it were not told
        const double before = ((double)at - (double)release->start_us) / (mean > 1 ? mean : 1);
        state->n_done = before > 0 && before < 1e18 ? (uint64_t)(before + 0.5) : 0;
    }
    state->n_done += state->last_us != at;
    state->last_us = at > state->last_us ? at : state->last_us;
}

static void count_release(struct belief *b, uint32_t lot, maru_time at) {
    struct belief_lot *l = &b->lot[lot];
    const uint32_t r = l->flags & BELIEF_COUNTED ? SIM_NONE : stream_of(b, l, at);
    l->flags |= BELIEF_COUNTED;
    if (r == SIM_NONE) {
        return;
    }
    const struct plant_release *release = &b->model->plant->release[r];
    if (!belief_is_first_look(b, at)) {
        note_release(&b->release[r], release, at);
    }
    if (release->due_after_us != INT64_MAX && l->due_us == INT64_MAX) {
        l->due_us = at + release->due_after_us;
    }
    l->flags |= release->is_hot ? BELIEF_HOT : 0;
}

// ---- discrepancies

void belief_note(struct belief *b, const struct told *t, enum discrepancy_kind kind) {
    struct belief_head *head = b->head;
    uint64_t n = 0;
    for (uint32_t k = 0; k < N_DISCREPANCY; k++) {
        n += head->n_discrepancy[k];
    }
    const struct belief_lot *l = &b->lot[t->lot];
    head->discrepancy[n % BELIEF_N_DISCREPANCY] =
        (struct discrepancy){*t, kind, (enum lot_believed)l->place, l->step, l->tool};
    head->n_discrepancy[kind]++;
}

// Could rework have led a lot from where it is back to `to`?
static bool may_return(const struct maru_model *m, uint32_t to, uint32_t from) {
    for (uint32_t k = to; k <= from; k++) {
        if (m->hop[k].flags & HOP_REWORK && m->hop[k].rework_to <= to) {
            return true;
        }
    }
    return false;
}

// ---- going on

static void leave_floor(struct belief *b, uint32_t lot, maru_time at) {
    struct belief_lot *l = &b->lot[lot];
    l->place = PLACE_GONE;
    l->since_us = at;
    b->head->n_live--;
    b->head->n_held -= (l->flags & BELIEF_HELD) != 0;
    b->head->n_finished++;
    b->product_done[product_of(b, l)]++;
    l->flags &= (uint8_t)~BELIEF_HELD;
}

static void come_back(struct belief *b, uint32_t lot) {
    struct belief_lot *l = &b->lot[lot];
    l->place = PLACE_ON_WAY;
    b->head->n_live++;
    if (l->flags & BELIEF_SCRAPPED) {
        b->head->n_scrapped--;
    } else {
        b->head->n_finished--;
        b->product_done[product_of(b, l)]--;
    }
    l->flags &= (uint8_t)~BELIEF_SCRAPPED;
}

// What a step that is done leaves behind.
static void pass_step(struct belief *b, uint32_t lot, uint32_t step, maru_time at) {
    struct belief_lot *l = &b->lot[lot];
    const struct hop *hop = &b->model->hop[step];
    if (l->queue != SIM_NONE && b->model->queue[l->queue].to <= step) {
        l->queue = SIM_NONE;
    }
    if (hop->flags & HOP_QUEUE_START) {
        l->queue = hop->queue;
        l->queue_start_us = at;
    }
    l->done_step = step;
    l->location = hop->location;
}

// It has done its step and is on its way to the next, or has left.
static void step_done(struct belief *b, uint32_t lot, maru_time at) {
    struct belief_lot *l = &b->lot[lot];
    pass_step(b, lot, l->step, at);
    l->place = PLACE_ON_WAY;
    l->since_us = at;
    if (b->model->hop[l->step].flags & HOP_LAST) {
        leave_floor(b, lot, at);
    } else {
        l->step++;
    }
}

void belief_guess_done(struct belief *b, uint32_t lot, maru_time at) {
    belief_tool_give(b, lot, at, false);
    b->lot[lot].flags |= BELIEF_GUESSED;
    b->head->n_caught_up++;
    step_done(b, lot, at);
}

// First word of a lot: false when nothing can be made of it.
static bool meet(struct belief *b, const struct told *t) {
    const struct maru_model *m = b->model;
    struct belief_lot *l = &b->lot[t->lot];
    if (l->class_ == SIM_NONE ||
        (t->step != MARU_NONE && !is_on_route(m, product_of(b, l), t->step))) {
        const uint32_t found =
            t->step == MARU_NONE ? SIM_NONE : class_of_step(m, t->step, t->priority);
        if (found == SIM_NONE) {
            belief_note(b, t, DISCREPANCY_ROUTE);
            return false;
        }
        l->class_ = found;
        l->wafers = l->wafers ? l->wafers : usual_wafers(m, product_of(b, l));
    }
    const uint32_t first = route_of(m, product_of(b, l))->first_step;
    l->step = t->step == MARU_NONE ? first : t->step;
    l->place = PLACE_ON_WAY;
    l->since_us = t->at_us;
    b->head->n_live++;
    if (t->kind != TOLD_RELEASED) {
        b->head->n_unannounced++;
        if (l->step == first && t->at_us > 0) { // a release was missed; at time 0 it is stock
            count_release(b, t->lot, t->at_us);
        }
    }
    return true;
}

static void take_other_route(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    const uint32_t found = class_of_step(b->model, t->step, b->model->class_priority[l->class_]);
    if (l->place == PLACE_TOOL) {
        belief_tool_give(b, t->lot, t->at_us, false);
    }
    l->place = PLACE_ON_WAY;
    l->class_ = found;
    l->queue = SIM_NONE;
    l->done_step = SIM_NONE;
    for (uint32_t k = 0; k < b->model->n_keep; k++) {
        b->keep[(size_t)t->lot * b->model->n_keep + k] = SIM_NONE;
    }
    l->step = t->step;
}

// Is a step done untold one that was missed? Of a place to wait (a delay) floors tell the arrival alone.
static bool is_missed(const struct belief *b, uint32_t step) {
    return !b->model->group[b->model->hop[step].group].is_delay;
}

static void go_forward(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    uint64_t n_missed = 0;
    if (l->place == PLACE_TOOL) {
        belief_tool_give(b, t->lot, t->at_us, false);
    }
    for (; l->step < t->step; l->step++) {
        if (!(b->model->hop[l->step].flags & HOP_SAMPLED) || l->place == PLACE_TOOL) {
            n_missed += is_missed(b, l->step);
            pass_step(b, t->lot, l->step, t->at_us);
        }
        l->place = PLACE_ON_WAY;
    }
    b->head->n_caught_up += n_missed > 0;
    b->head->n_step_missed += n_missed;
}

static void go_back(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    if (may_return(b->model, t->step, l->step)) {
        b->head->n_caught_up++;
    } else {
        belief_note(b, t, DISCREPANCY_BACKWARD);
    }
    if (l->place == PLACE_TOOL) {
        belief_tool_give(b, t->lot, t->at_us, false);
    }
    l->place = PLACE_ON_WAY;
    l->queue = SIM_NONE;
    l->step = t->step;
}

// Believe that the lot is at the told step, and not yet further there than `place`. False when
// nothing can be made of it.
static bool come_to(struct belief *b, const struct told *t, enum lot_believed place) {
    struct belief_lot *l = &b->lot[t->lot];
    if (l->place == PLACE_UNHEARD) {
        return meet(b, t);
    }
    if (!is_on_route(b->model, product_of(b, l), t->step)) {
        belief_note(b, t, DISCREPANCY_ROUTE);
        if (class_of_step(b->model, t->step, TOLD_NO_PRIORITY) == SIM_NONE) {
            return false;
        }
        if (l->place == PLACE_GONE) {
            come_back(b, t->lot);
        }
        take_other_route(b, t);
        return true;
    }
    if (l->place == PLACE_GONE) {
        belief_note(b, t, DISCREPANCY_GONE);
        come_back(b, t->lot);
        l->step = t->step;
        l->since_us = t->at_us;
        return true;
    }
    if (t->step > l->step) {
        go_forward(b, t);
    } else if (t->step < l->step || (place != PLACE_TOOL && l->place > (uint8_t)place)) {
        go_back(b, t);
    }
    l->since_us = l->place == PLACE_ON_WAY && l->since_us == INT64_MIN ? t->at_us : l->since_us;
    return true;
}

// ---- the events

static void hear_release(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    const bool is_new = l->place == PLACE_UNHEARD;
    if (is_new && !meet(b, t)) {
        return;
    }
    b->head->n_unannounced -=
        !is_new && !(l->flags & BELIEF_RELEASED) && b->head->n_unannounced > 0;
    l->released_us = t->at_us;
    l->flags |= BELIEF_RELEASED;
    count_release(b, t->lot, t->at_us);
}

static void hear_skip(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    if (l->place != PLACE_UNHEARD && l->step == t->step + 1 && l->place == PLACE_ON_WAY) {
        return; // heard already
    }
    if (!come_to(b, t, PLACE_ON_WAY)) {
        return;
    }
    if (b->model->hop[l->step].flags & HOP_LAST) {
        leave_floor(b, t->lot, t->at_us);
    } else {
        l->step++;
    }
}

static void hear_rework(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    if (l->place == PLACE_UNHEARD || !is_on_route(b->model, product_of(b, l), t->step)) {
        (void)come_to(b, t, PLACE_ON_WAY);
        return;
    }
    if (l->place == PLACE_TOOL) {
        b->head->n_caught_up++;
        belief_tool_give(b, t->lot, t->at_us, false);
        pass_step(b, t->lot, l->step, t->at_us);
    } else if (l->place == PLACE_GONE) {
        come_back(b, t->lot);
    }
    l->place = PLACE_ON_WAY;
    l->since_us = t->at_us;
    l->step = t->step;
}

static void hear_arrival(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    const bool is_heard = l->place == PLACE_QUEUE && l->step == t->step && l->since_us == t->at_us;
    if (!is_heard && come_to(b, t, PLACE_QUEUE)) {
        l->place = PLACE_QUEUE;
        l->since_us = t->at_us;
    }
}

static void hear_start(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    const bool is_inside = l->place == PLACE_TOOL && l->step == t->step;
    if (is_inside && l->tool == t->tool && l->since_us == t->at_us) {
        return;
    }
    if (is_inside && l->tool != t->tool && l->tool != SIM_NONE && t->tool != MARU_NONE) {
        belief_note(b, t, DISCREPANCY_TWICE);
    } else if (is_inside) {
        b->head->n_caught_up++; // it was given back and taken again
    }
    if (!come_to(b, t, PLACE_TOOL)) {
        return;
    }
    if (l->place == PLACE_TOOL) {
        belief_tool_give(b, t->lot, t->at_us, false);
    }
    belief_tool_take(b, t->lot, t);
}

// What had been taken for missed has come.
static void take_back_guess(struct belief *b, struct belief_lot *l) {
    b->head->n_caught_up -= (l->flags & BELIEF_GUESSED) != 0;
    l->flags &= (uint8_t)~BELIEF_GUESSED;
}

static void hear_end(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    const bool is_past = l->done_step == t->step && l->place != PLACE_TOOL &&
                         (l->flags & BELIEF_GUESSED || l->since_us == t->at_us);
    if (l->place != PLACE_UNHEARD && is_past) {
        take_back_guess(b, l);
        return;
    }
    if (!come_to(b, t, PLACE_TOOL)) {
        return;
    }
    if (l->place == PLACE_TOOL) {
        if (t->tool != MARU_NONE && l->tool != SIM_NONE && t->tool != l->tool) {
            belief_note(b, t, DISCREPANCY_ELSEWHERE);
        }
        belief_tool_give(b, t->lot, t->at_us, t->tool == MARU_NONE || t->tool == l->tool);
    } else { // its start was missed
        const struct hop *hop = &b->model->hop[l->step];
        b->head->n_caught_up++;
        if (hop->flags & HOP_KEEP && t->tool != MARU_NONE &&
            b->model->tool_group[t->tool] == hop->group) {
            b->keep[(size_t)t->lot * b->model->n_keep + hop->keep] = t->tool;
        }
    }
    l->flags &= (uint8_t)~BELIEF_GUESSED;
    step_done(b, t->lot, t->at_us);
}

static void hear_leaving(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    if (l->place == PLACE_UNHEARD || l->place == PLACE_GONE) {
        take_back_guess(b, l);
        return;
    }
    if (l->place == PLACE_TOOL) {
        belief_tool_give(b, t->lot, t->at_us, false);
    }
    if (t->kind == TOLD_FINISHED) {
        const struct plant_route *route = route_of(b->model, product_of(b, l));
        uint64_t n_missed = 0;
        for (uint32_t k = l->step; k < route->first_step + route->n_step; k++) {
            n_missed += !(b->model->hop[k].flags & HOP_SAMPLED) && is_missed(b, k);
        }
        b->head->n_caught_up += n_missed > 0;
        b->head->n_step_missed += n_missed;
    }
    leave_floor(b, t->lot, t->at_us);
    if (t->kind == TOLD_SCRAPPED) {
        b->head->n_finished--;
        b->product_done[product_of(b, l)]--;
        b->head->n_scrapped++;
        l->flags |= BELIEF_SCRAPPED;
    }
}

static void hear_hold(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    const bool is_held = l->flags & BELIEF_HELD, shall = t->kind == TOLD_HELD;
    if (l->place == PLACE_UNHEARD || l->place == PLACE_GONE || is_held == shall) {
        return;
    }
    l->flags ^= BELIEF_HELD;
    if (shall) {
        l->held_us = t->at_us;
        b->head->n_held++;
    } else {
        b->head->hold_us += (double)(t->at_us - l->held_us);
        b->head->n_hold++;
        b->head->n_held--;
    }
}

static bool is_late(const struct belief_lot *l, const struct told *t) {
    if (l->heard_us != t->at_us) {
        return l->heard_us > t->at_us;
    }
    return l->heard_order != t->order ? l->heard_order > t->order : l->heard_kind > t->kind;
}

static void hear_of_lot(struct belief *b, const struct told *t) {
    struct belief_lot *l = &b->lot[t->lot];
    if (is_late(l, t)) {
        b->head->n_late++;
        if (t->kind == TOLD_RELEASED && l->place != PLACE_UNHEARD) {
            describe(b, t);
            hear_release(b, t);
        }
        return;
    }
    b->head->n_told++;
    l->heard_us = t->at_us;
    l->heard_order = t->order;
    l->heard_kind = (uint8_t)t->kind;
    describe(b, t);
    switch (t->kind) {
    case TOLD_RELEASED:
        hear_release(b, t);
        break;
    case TOLD_ENDED:
        hear_end(b, t);
        break;
    case TOLD_REWORK:
        hear_rework(b, t);
        break;
    case TOLD_SKIPPED:
        hear_skip(b, t);
        break;
    case TOLD_FINISHED:
    case TOLD_SCRAPPED:
        hear_leaving(b, t);
        break;
    case TOLD_SENT:
        if (!(l->place == PLACE_ON_WAY && l->step == t->step) && come_to(b, t, PLACE_ON_WAY)) {
            l->place = PLACE_ON_WAY;
            l->since_us = t->at_us;
        }
        break;
    case TOLD_ARRIVED:
        hear_arrival(b, t);
        break;
    case TOLD_STARTED:
        hear_start(b, t);
        break;
    case TOLD_HELD:
    case TOLD_FREED:
        hear_hold(b, t);
        break;
    case TOLD_UP:
    case TOLD_SETUP:
    case TOLD_DOWN:
    case TOLD_MAINTENANCE:
    case N_TOLD:
        break; // of tools
    }
}

void belief_apply(struct belief *b, const struct told *t) {
    struct belief_head *head = b->head;
    head->began_us = head->began_us == INT64_MIN ? t->at_us : head->began_us;
    head->heard_us = t->at_us > head->heard_us ? t->at_us : head->heard_us;
    if (told_is_of_lot(t->kind)) {
        hear_of_lot(b, t);
    } else {
        belief_tool_event(b, t);
    }
}

void belief_count_by_group(const struct belief *b, uint32_t *out) {
    memset(out, 0, b->model->n_group * sizeof *out);
    for (uint32_t i = 0; i < b->head->n_lot_room; i++) {
        const struct belief_lot *l = &b->lot[i];
        if (l->place != PLACE_UNHEARD && l->place != PLACE_GONE) {
            out[b->model->hop[l->step].group]++;
        }
    }
}

// ---- bytes from outside

static bool is_in(uint32_t number, uint32_t n) { return number == SIM_NONE || number < n; }

static bool is_lot_sound(const struct belief *b, uint32_t lot) {
    const struct maru_model *m = b->model;
    const struct belief_lot *l = &b->lot[lot];
    bool is_good = l->place <= PLACE_GONE && is_in(l->step, m->n_step) &&
                   is_in(l->done_step, m->n_step) && is_in(l->tool, m->n_tool) &&
                   is_in(l->next, b->head->n_lot_room) && is_in(l->class_, m->n_class) &&
                   is_in(l->queue, m->n_queue);
    const bool is_heard = l->place != PLACE_UNHEARD;
    is_good = is_good && (!is_heard || (l->class_ != SIM_NONE && l->step != SIM_NONE &&
                                        is_on_route(m, product_of(b, l), l->step)));
    for (uint32_t k = 0; k < m->n_keep; k++) {
        is_good = is_good && is_in(b->keep[(size_t)lot * m->n_keep + k], m->n_tool);
    }
    return is_good;
}

static bool is_tool_sound(const struct belief *b, uint32_t which) {
    const struct maru_model *m = b->model;
    const struct belief_tool *tool = &b->tool[which];
    uint32_t n = 0;
    for (uint32_t lot = tool->first; lot != SIM_NONE && n <= b->head->n_lot_room;
         lot = b->lot[lot].next, n++) {
        if (lot >= b->head->n_lot_room || b->lot[lot].tool != which) {
            return false;
        }
    }
    return n == tool->n_lot && tool->state <= TOOL_MAINTAINED && is_in(tool->setup, m->n_setup) &&
           is_in(tool->downtime, m->group[m->tool_group[which]].n_downtime);
}

bool belief_is_sound(const struct belief *b) {
    uint32_t n_live = 0, n_held = 0;
    bool is_good = true;
    for (uint32_t lot = 0; is_good && lot < b->head->n_lot_room; lot++) {
        const struct belief_lot *l = &b->lot[lot];
        const bool is_live = l->place != PLACE_UNHEARD && l->place != PLACE_GONE;
        is_good = is_lot_sound(b, lot);
        n_live += is_live;
        n_held += is_live && l->flags & BELIEF_HELD;
    }
    for (uint32_t tool = 0; is_good && tool < b->model->n_tool; tool++) {
        is_good = is_tool_sound(b, tool);
    }
    for (uint32_t k = 0; is_good && k < BELIEF_N_DISCREPANCY; k++) {
        const struct discrepancy *d = &b->head->discrepancy[k];
        is_good = (uint32_t)d->kind < N_DISCREPANCY && (uint32_t)d->place <= PLACE_GONE &&
                  is_in(d->step, b->model->n_step) && is_in(d->tool, b->model->n_tool) &&
                  is_in(d->told.step, b->model->n_step) && is_in(d->told.tool, b->model->n_tool) &&
                  (uint32_t)d->told.kind < N_TOLD;
    }
    return is_good && n_live == b->head->n_live && n_held == b->head->n_held;
}
