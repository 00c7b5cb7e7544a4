#include "sim/follow/present.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "sim/follow/remaining.h"
#include "sim/twin.h"

// A state is made as maru_sim_new makes one, but at a time of its own and with what is believed in
// place of the stock:
//
//     lots      on their way: the move given how long it has taken; waiting: by arrival; in work: left
//               to their tools
//     tools     present_tools.c; then those who have come to a place to wait, which nobody tells to start
//     releases  the next of each stream, given how long ago the last was
//     then      tools that could take a lot look for one, those that have been idle longest first: on
//               a floor that keeps the plant's rules there is none

enum { USUAL_HOLDS = 2 };
#define USUAL_HOLD_US (12 * MARU_HOUR)

uint64_t present_bits(const struct present *p, enum present_stream stream, uint64_t whose) {
    const struct random_block block = random_at(p->seed, ((uint64_t)stream << 40) | whose, 0);
    return luck_bits(&block, 0);
}

static maru_time at_least(maru_time a, maru_time b) { return a > b ? a : b; }

// ---- what is put in order

struct ordered {
    maru_time at;
    uint64_t tie;
    uint32_t which;
};

static bool is_before(const struct ordered *a, const struct ordered *b) {
    return a->at != b->at     ? a->at < b->at
           : a->tie != b->tie ? a->tie < b->tie
                              : a->which < b->which;
}

// Merge sort, upwards; the other half of `list` is room.
static struct ordered *sort(struct ordered *list, size_t n) {
    struct ordered *from = list, *to = list + n;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t left = 0; left < n; left += 2 * width) {
            const size_t mid = left + width < n ? left + width : n;
            const size_t end = mid + width < n ? mid + width : n;
            size_t a = left, b = mid;
            for (size_t k = left; k < end; k++) {
                const bool takes_a = a < mid && (b == end || !is_before(&from[b], &from[a]));
                to[k] = takes_a ? from[a++] : from[b++];
            }
        }
        struct ordered *const other = from;
        from = to;
        to = other;
    }
    return from;
}

// ---- lots

static bool is_on_floor(const struct belief_lot *l) {
    return l->place != PLACE_UNHEARD && l->place != PLACE_GONE;
}

static void reserve_again(const struct present *p, uint32_t lot, const struct belief_lot *from) {
    struct lot *l = &p->sim->s.lot[lot];
    if (!(l->flags & LOT_RESERVES)) {
        return;
    }
    if (from->place == PLACE_TOOL && from->tool != SIM_NONE) {
        lot_reserve(p->sim, lot);
        return;
    }
    const struct group_plan *plan = &p->model->group[p->model->hop[l->step].group];
    if (from->done_step != SIM_NONE && plan->reserves && !plan->is_delay) {
        l->flags |= LOT_HOLDS;
        l->held = p->model->hop[l->step].group;
        p->sim->s.group[l->held].n_held++;
    }
}

static void put_lot(const struct present *p, uint32_t which) {
    const struct maru_model *m = p->model;
    const struct belief_lot *from = &p->belief->lot[which];
    const uint32_t wafers = from->wafers > 0 ? from->wafers : 1;
    const uint32_t lot = lot_new(p->sim, from->class_, wafers, from->step);
    struct lot *l = &p->sim->s.lot[lot];
    p->lot_of[which] = lot;
    l->serial = from->number;
    const struct random_block block = luck(&p->sim->s, STREAM_LOT, l->serial, l->visit++);
    l->luck_process = block.word[2];
    l->luck_rework = block.word[3];
    l->location = from->location;
    l->due = from->due_us;
    l->queue = from->queue;
    l->queue_start = at_least(from->queue_start_us, 0);
    if (from->flags & BELIEF_RELEASED && from->released_us <= p->now) {
        l->released = from->released_us;
        l->flags |= LOT_KNOWN;
    }
    const bool is_hot = from->flags & BELIEF_HOT;
    l->flags |= lot_may_reserve(m, is_hot, m->class_priority[from->class_]) ? LOT_RESERVES : 0;
    for (uint32_t k = 0; k < m->n_keep; k++) {
        p->sim->s.keep[(size_t)lot * m->n_keep + k] =
            p->belief->keep[(size_t)which * m->n_keep + k];
    }
    reserve_again(p, lot, from);
}

// When a lot that does not wait comes to its queue.
static maru_time arrival_of(const struct present *p, uint32_t which) {
    const struct maru_model *m = p->model;
    const struct belief_lot *from = &p->belief->lot[which];
    const uint64_t bits = present_bits(p, PRESENT_MOVE, from->number);
    if (from->flags & BELIEF_HELD) {
        const struct belief_head *head = p->belief->head;
        const double mean = (head->hold_us + (double)USUAL_HOLDS * (double)USUAL_HOLD_US) /
                            (head->n_hold + USUAL_HOLDS);
        const struct dist hold = {.kind = DIST_EXPONENTIAL, .a = (maru_time)mean};
        return p->now + dist_draw(&hold, bits);
    }
    const struct dist *move =
        &m->move[from->location * m->n_location + m->hop[from->step].location];
    return at_least(from->since_us + remaining_draw(move, p->now - from->since_us, bits), p->now);
}

// It has come to a place to wait, and waits there.
static bool is_delayed(const struct present *p, const struct belief_lot *l) {
    return is_on_floor(l) && l->place == PLACE_QUEUE && !(l->flags & BELIEF_HELD) &&
           l->since_us < p->now && p->model->group[p->model->hop[l->step].group].is_delay;
}

static void put_delayed(const struct present *p) {
    for (uint32_t i = 0; i < p->belief->head->n_lot_room; i++) {
        const struct belief_lot *l = &p->belief->lot[i];
        if (is_delayed(p, l) && !present_put_delayed(p, i)) {
            dispatch_let_wait(p->sim, p->lot_of[i], at_least(l->since_us, 0));
        }
    }
}

static maru_status put_lots(const struct present *p, maru_error *err) {
    const uint32_t n_room = p->belief->head->n_lot_room;
    struct ordered *list = alloc_new(2 * (size_t)n_room + 1, sizeof *list);
    if (!list) {
        return fail(err, MARU_E_MEMORY, "no memory for a twin");
    }
    uint32_t n = 0, next_number = 0;
    for (uint32_t i = 0; i < n_room; i++) {
        const struct belief_lot *l = &p->belief->lot[i];
        if (is_on_floor(l)) {
            put_lot(p, i);
            next_number = l->number >= next_number ? l->number + 1 : next_number;
            const maru_time since = at_least(l->since_us < p->now ? l->since_us : p->now, 0);
            list[n++] = (struct ordered){since, l->heard_order, i};
        }
    }
    p->sim->s.head->next_serial = next_number;
    const struct ordered *sorted = sort(list, n);
    for (uint32_t k = 0; k < n; k++) {
        const struct belief_lot *l = &p->belief->lot[sorted[k].which];
        const uint32_t lot = p->lot_of[sorted[k].which];
        if ((l->place == PLACE_TOOL && l->tool != SIM_NONE) || is_delayed(p, l)) {
            continue;
        }
        if (l->place == PLACE_ON_WAY || l->flags & BELIEF_HELD) {
            calendar_put(p->model, &p->sim->s, node_of_lot(p->model, lot),
                         arrival_of(p, sorted[k].which), RANK_ARRIVE);
        } else {
            dispatch_let_wait(p->sim, lot, sorted[k].at);
        }
    }
    alloc_free(list);
    return MARU_OK;
}

// ---- releases

static maru_time to_own_rate(const struct maru_model *m, maru_time at) {
    const int64_t percent = m->options.load_percent;
    return percent == 100 ? at : wide_mul_div(at, percent, 100);
}

static maru_time to_time(const struct maru_model *m, maru_time own) {
    const int64_t percent = m->options.load_percent;
    return percent == 100 ? own : wide_mul_div(own, 100, percent);
}

static void put_release(const struct present *p, uint32_t r) {
    const struct maru_model *m = p->model;
    const struct plant_release *release = &m->plant->release[r];
    const struct belief_release *from = &p->belief->release[r];
    struct release_state *to = &p->sim->s.release[r];
    const maru_time now = to_own_rate(m, p->now);
    const uint64_t bits = present_bits(p, PRESENT_RELEASE, r);
    const double mean = dist_mean(&release->every) > 1 ? dist_mean(&release->every) : 1;
    to->n_done = from->n_done;
    maru_time last = from->last_us == INT64_MIN ? release->start_us : to_own_rate(m, from->last_us);
    if (from->last_us == INT64_MIN && now < release->start_us) {
        to->at = release->start_us;
    } else {
        // releases that went by untold: the plan goes on without them
        const double gone = ((double)now - (double)last) / mean;
        if (gone > 1 && release->every.kind == DIST_CONSTANT) {
            const uint64_t n = (uint64_t)gone;
            last += (maru_time)n * at_least(release->every.a, 1);
            to->n_done += n + (from->last_us == INT64_MIN);
        }
        to->at = last + remaining_draw(&release->every, now - last, bits);
    }
    to->n_done = to->n_done < release->n_release ? to->n_done : release->n_release;
    if (to->n_done >= release->n_release) {
        return;
    }
    maru_time at = to_time(m, to->at);
    while (at <= p->now) { // the time of an event is cut from its time in the plant's own rate
        to->at += at_least(to_own_rate(m, p->now + 1) - to->at, 1);
        at = to_time(m, to->at);
    }
    calendar_put(m, &p->sim->s, node_of_release(m, r), at, RANK_RELEASE);
}

// ---- the whole

static maru_status let_tools_look(const struct present *p, maru_error *err) {
    const uint32_t n = p->model->n_tool;
    struct ordered *list = alloc_new(2 * (size_t)n + 1, sizeof *list);
    if (!list) {
        return fail(err, MARU_E_MEMORY, "no memory for a twin");
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct belief_tool *t = &p->belief->tool[i];
        const maru_time gave = at_least(t->end_us, t->start_us);
        list[i] = (struct ordered){at_least(gave, t->since_us), i, i};
    }
    const struct ordered *sorted = sort(list, n);
    for (uint32_t k = 0; k < n; k++) {
        dispatch_tool(p->sim, sorted[k].which);
    }
    alloc_free(list);
    return MARU_OK;
}

static bool is_same_shape(const struct maru_model *a, const struct maru_model *b) {
    return a->n_step == b->n_step && a->n_group == b->n_group && a->n_tool == b->n_tool &&
           a->n_class == b->n_class && a->n_instance == b->n_instance &&
           a->n_release == b->n_release && a->n_keep == b->n_keep && a->n_queue == b->n_queue &&
           a->n_location == b->n_location && a->n_setup == b->n_setup && a->n_batch == b->n_batch &&
           a->plant->n_product == b->plant->n_product;
}

static void begin(const struct present *p) {
    const struct maru_model *m = p->model;
    struct head *head = p->sim->s.head;
    head->seed = p->seed;
    calendar_init(m, &p->sim->s, state_n_node(m, head->n_lot_room));
    head->now = head->from = head->wip_until = p->now;
    head->cursor = bucket_of(m, event_key(p->now, RANK_UP));
    head->done_lost_until = p->now;
    measure_init(p->sim);
    waiting_init(p->sim);
    lot_make_room(p->sim);
    for (uint32_t g = 0; g < m->n_group; g++) {
        p->sim->s.group[g].counted_until = p->now;
        p->sim->s.group[g].ready_first = SIM_NONE;
        p->sim->s.group[g].ready_end = SIM_NONE;
    }
}

static maru_status fill(const struct present *p, maru_error *err) {
    begin(p);
    maru_status st = put_lots(p, err);
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t tool = 0; tool < p->model->n_tool; tool++) {
        present_put_tool(p, tool);
    }
    put_delayed(p);
    for (uint32_t r = 0; r < p->model->n_release; r++) {
        put_release(p, r);
    }
    return let_tools_look(p, err);
}

maru_status present_new(const struct present_plan *plan, maru_sim **out, maru_error *err) {
    const struct belief_head *head = plan->belief->head;
    const maru_model *m = plan->model;
    const uint64_t room = (uint64_t)head->n_live + head->n_live / 4 + 16;
    const uint64_t most = (uint64_t)m->options.max_lot;
    if (!is_same_shape(m, plan->belief->model)) {
        return fail(err, MARU_E_USAGE,
                    "a floor cannot be believed in with the model of another plant");
    }
    struct present p = {.belief = plan->belief, .model = m, .seed = plan->seed};
    p.now = at_least(plan->now_us, head->heard_us);
    if (p.now < 0 || p.now > TOLD_MAX_TIME) {
        return fail(err, MARU_E_RANGE, "a floor is told of before its plant begins");
    }
    if (head->n_live > most) {
        return fail(err, MARU_E_LIMIT, "%u lots are on the floor and max_lot is %llu", head->n_live,
                    (unsigned long long)most);
    }
    const uint64_t n_lot = room < m->n_lot_start ? m->n_lot_start : room;
    p.lot_of = alloc_new((size_t)head->n_lot_room + 1, sizeof *p.lot_of);
    p.sim = alloc_new(1, sizeof *p.sim);
    maru_status st = MARU_OK;
    if (!p.lot_of || !p.sim) {
        st = fail(err, MARU_E_MEMORY, "no memory for a twin");
        goto done;
    }
    st = state_new(m, (uint32_t)(n_lot < most ? n_lot : most), p.sim, err);
    st = st == MARU_OK ? fill(&p, err) : st;
done:
    alloc_free(p.lot_of);
    if (st != MARU_OK) {
        maru_sim_free(p.sim);
        return st;
    }
    *out = p.sim;
    return MARU_OK;
}
