#include "sim/state_check.h"

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"
#include "sim/twin.h"

#include <math.h>

// What holds between two events, in the order in which it is looked at:
//
//     scalars     times lie behind each other: from <= counted until <= now < end of the open point
//     calendar    each pending node is once in the chain of its bucket, in the list of now or in
//                 the heap; list and heap are in order, nothing pending lies before now
//     tools       lists of ready tools hold just those that can take a lot; jobs are chains of
//                 lots; what a tool waits for is pending, and nothing else of it is
//     lots        each is free, on its way, waiting or in a tool, and only one of these
//     lists       rooms in the pool lie apart; entries say what their lots say; sums are right
//     the rest    releases, reservations, products
//
// The loop keeps these laws, and they are all that it relies on: rules compare any numbers, random
// counters may be anything, and what results are made of is only added up. Numbers that are added
// up are bounded so that none overflows before its law does.

#define STATE_MAX_NOW (INT64_MAX / 64)  // 4500 years
#define STATE_MAX_LATE (INT64_MAX / 16) // of what is planned
#define STATE_MAX_SUM (INT64_MAX / 4)

enum lot_place { LOT_NOWHERE, LOT_FREE, LOT_ON_THE_WAY, LOT_WAITING, LOT_IN_TOOL };

struct check {
    const struct maru_sim *sim;
    const struct maru_model *m;
    const struct state *s;
    const struct head *head;
    maru_error *err;
    uint32_t n_node;
    // scratch
    uint8_t *node_seen; // (n_node) pending, and found in ring or heap
    uint8_t *lot_place; // (n_lot_room)
    uint8_t *room_seen; // (pool / POOL_MIN_ROOM) belongs to some list
    uint32_t *product;  // lots in the plant (n_product)
    uint32_t *held;     // reservations (n_group)
    uint32_t *wafers;   // waiting at each batch step (n_batch)
};

static maru_status wrong(const struct check *c, const char *what, size_t which) {
    return fail(c->err, MARU_E_INPUT, "the saved state contradicts itself: %s %zu", what, which);
}

static maru_status too_far(const struct check *c, const char *what, size_t which) {
    return fail(c->err, MARU_E_RANGE, "the saved state is out of range: %s %zu", what, which);
}

// A moment that has been: not before `from`, not after now.
static bool is_past(const struct check *c, maru_time at, maru_time from) {
    return at >= from && at <= c->head->now;
}

static bool is_late(maru_time at) { return at < -STATE_MAX_LATE || at > STATE_MAX_LATE; }

static bool is_sum(wide_i128 sum) { return sum >= 0 && sum <= STATE_MAX_SUM; }

static bool is_pending(const struct check *c, uint32_t node) {
    return c->s->node[node].key != INT64_MAX;
}

// ---- scalars

static maru_status check_points(const struct check *c) {
    const struct head *h = c->head;
    int exponent = 0;
    if (h->n_point >= SIM_N_POINT || h->point_width < MARU_MINUTE ||
        h->point_width > STATE_MAX_NOW) {
        return wrong(c, "points of the series:", h->n_point);
    }
    const wide_i128 end = h->from + ((wide_i128)h->n_point + 1) * h->point_width;
    if (h->point_at != end || h->now >= h->point_at || h->now < h->point_at - h->point_width) {
        return wrong(c, "end of point", h->n_point);
    }
    if (h->released_point > h->n_released || h->out_point > h->n_out) {
        return wrong(c, "lots up to point", h->n_point);
    }
    // only powers of two come from halving the number of bins
    if (!(h->flow_bin_width >= 1e-3 && h->flow_bin_width <= 1e18) ||
        frexp(h->flow_bin_width, &exponent) != 0.5) {
        return wrong(c, "width of flow-factor bins, classes", c->m->n_class);
    }
    return MARU_OK;
}

static maru_status check_head(const struct check *c) {
    const struct head *h = c->head;
    if (h->now < 0 || h->now > STATE_MAX_NOW || h->cursor < -STATE_MAX_LATE ||
        h->cursor > STATE_MAX_LATE) {
        return too_far(c, "time, events", h->n_event);
    }
    if (!is_past(c, h->from, 0) || !is_past(c, h->wip_until, h->from)) {
        return wrong(c, "beginning of the measured time, events", h->n_event);
    }
    if (h->n_free > h->n_lot_room || h->n_in_plant != h->n_lot_room - h->n_free ||
        h->max_in_plant < h->n_in_plant) {
        return wrong(c, "lots in the plant:", h->n_in_plant);
    }
    if (!is_sum(h->wip_us + (wide_i128)h->n_in_plant * (h->now - h->wip_until)) ||
        !is_sum(h->wip_us) || !is_sum(h->wip_point_us)) {
        return too_far(c, "work in process, lots", h->n_in_plant);
    }
    return check_points(c);
}

// ---- calendar

// A pending node was found in its ring or in the heap.
static bool see_node(const struct check *c, uint32_t node) {
    if (node >= c->n_node || c->node_seen[node]) {
        return false;
    }
    c->node_seen[node] = 1;
    const int64_t key = c->s->node[node].key;
    return key >= event_key(c->head->now, 0) && key <= event_key(STATE_MAX_LATE, 0);
}

static int64_t distance_of(const struct check *c, int64_t key) {
    return bucket_of(c->m, key) - c->head->cursor;
}

static maru_status check_chain(const struct check *c, uint32_t at) {
    if ((c->s->bucket[at] != SIM_NONE) != (c->s->bucket_used[at / 64] >> (at % 64) & 1)) {
        return wrong(c, "bit of bucket", at);
    }
    // seeing each node once ends a chain that comes back to itself
    for (uint32_t node = c->s->bucket[at]; node != SIM_NONE; node = c->s->node[node].next) {
        if (!see_node(c, node) || c->s->node[node].is_far) {
            return wrong(c, "chain of bucket", at);
        }
        const int64_t key = c->s->node[node].key, distance = distance_of(c, key);
        if (distance <= 0 || distance >= (int64_t)c->m->n_bucket ||
            ((uint32_t)bucket_of(c->m, key) & (c->m->n_bucket - 1)) != at) {
            return wrong(c, "event outside bucket", at);
        }
    }
    return MARU_OK;
}

// The sorted events of the cursor's bucket.
static maru_status check_now(const struct check *c) {
    int64_t key = INT64_MIN;
    uint32_t last = SIM_NONE;
    for (uint32_t node = c->head->now_first; node != SIM_NONE; node = c->s->node[node].next) {
        if (!see_node(c, node) || c->s->node[node].is_far || c->s->node[node].key < key ||
            distance_of(c, c->s->node[node].key) != 0) {
            return wrong(c, "list of the events of now, before node", node);
        }
        key = c->s->node[node].key;
        last = node;
    }
    if (last != SIM_NONE && c->head->now_last != last) {
        return wrong(c, "last event of now:", c->head->now_last);
    }
    return MARU_OK;
}

static maru_status check_heap(const struct check *c) {
    const struct far_event *far = c->s->far;
    if (c->head->n_far > c->n_node) {
        return wrong(c, "late events:", c->head->n_far);
    }
    if (c->head->next_order > UINT64_MAX / 2) { // it must not come around while a run goes on
        return too_far(c, "order of late events, events", c->head->n_far);
    }
    for (uint32_t i = 0; i < c->head->n_far; i++) {
        const struct far_event *above = &far[i > 0 ? (i - 1) / 2 : 0];
        if (!see_node(c, far[i].node) || !c->s->node[far[i].node].is_far ||
            c->s->node[far[i].node].key != far[i].key || far[i].order >= c->head->next_order ||
            distance_of(c, far[i].key) < (int64_t)c->m->n_bucket) {
            return wrong(c, "late event", i);
        }
        if (above->key > far[i].key || (above->key == far[i].key && above->order > far[i].order)) {
            return wrong(c, "order of late event", i);
        }
    }
    return MARU_OK;
}

static maru_status check_calendar(const struct check *c) {
    maru_status st = check_now(c);
    for (uint32_t at = 0; st == MARU_OK && at < c->m->n_bucket; at++) {
        st = check_chain(c, at);
    }
    st = st == MARU_OK ? check_heap(c) : st;
    for (uint32_t node = 0; st == MARU_OK && node < c->n_node; node++) {
        if (is_pending(c, node) && !c->node_seen[node]) {
            return wrong(c, "lost event", node);
        }
        if (!is_pending(c, node) && c->s->node[node].is_far) { // putting it would leave that so
            return wrong(c, "event that is late but not pending", node);
        }
    }
    return st;
}

// ---- tools

static const struct plant_downtime *downtime_of(const struct check *c, uint32_t tool, uint32_t k) {
    return &c->m->plant->downtime[c->m->group[c->m->tool_group[tool]].first_downtime + k];
}

static bool is_failure(const struct plant_downtime *down) {
    return down->kind == DOWN_FAILURE && !down->by_wafers;
}

// The event of a downtime: failures are pending unless they wait for the tool, maintenance by the
// calendar unless it waits to be planned anew, what counts wafers never.
static bool is_instance_sound(const struct check *c, uint32_t tool, uint32_t k) {
    const uint32_t node = node_of_instance(c->m, model_instance(c->m, tool) + k);
    const struct plant_downtime *down = downtime_of(c, tool, k);
    const bool waits = c->s->trouble[tool].failure_due >> k & 1;
    const bool is_due = c->s->tool[tool].pm_due >> k & 1;
    const uint16_t repairs = c->s->node[node].repairs;
    if (is_failure(down)) {
        return !is_due && repairs <= 1 && is_pending(c, node) == !waits && !(repairs && waits);
    }
    if (waits || repairs != 0) {
        return false;
    }
    if (down->by_wafers) {
        return !is_pending(c, node);
    }
    return is_pending(c, node) == (c->m->options.pm_repeat == PM_REPEAT_START || !is_due);
}

static maru_status check_downtimes(const struct check *c, uint32_t tool) {
    const struct tool *t = &c->s->tool[tool];
    const uint32_t due = c->s->trouble[tool].failure_due;
    const uint32_t n = c->m->group[c->m->tool_group[tool]].n_downtime;
    const uint64_t outside = ~((UINT64_C(1) << n) - 1);
    uint32_t n_down = (t->flags & TOOL_STOPPED) != 0;
    for (uint32_t k = 0; k < n; k++) {
        if (!is_instance_sound(c, tool, k)) {
            return wrong(c, "failures or maintenance of tool", tool);
        }
        n_down += c->s->node[node_of_instance(c->m, model_instance(c->m, tool) + k)].repairs;
    }
    const bool in_pm = t->flags & TOOL_IN_PM;
    if (t->n_down != n_down || (t->pm_due | due) & outside ||
        (due != 0) != ((t->flags & TOOL_FAILURE_DUE) != 0) ||
        in_pm != is_pending(c, node_of_pm(c->m, tool))) {
        return wrong(c, "state of tool", tool);
    }
    if (in_pm && (t->n_job > 0 || t->pm_running >= n || !(t->pm_due >> t->pm_running & 1))) {
        return wrong(c, "maintenance of tool", tool);
    }
    return MARU_OK;
}

// The lots of a job, and its end: pending, or kept while the tool is down.
static maru_status check_job(const struct check *c, uint32_t tool, uint32_t place) {
    const struct tool *t = &c->s->tool[tool];
    const struct tool_trouble *trouble = &c->s->trouble[tool];
    const bool is_taken = t->job[place] != SIM_NONE;
    if (is_pending(c, node_of_job(tool, place)) != (is_taken && t->n_down == 0)) {
        return wrong(c, "end of a job of tool", tool);
    }
    if (is_taken && t->n_down > 0 &&
        (trouble->job_end[place] < trouble->paused_at || is_late(trouble->job_end[place]))) {
        return wrong(c, "interrupted job of tool", tool);
    }
    for (uint32_t lot = t->job[place]; lot != SIM_NONE; lot = c->s->lot[lot].next) {
        if (lot >= c->head->n_lot_room || c->lot_place[lot] != LOT_NOWHERE ||
            c->s->lot[lot].step >= c->m->n_step ||
            c->m->hop[c->s->lot[lot].step].group != c->m->tool_group[tool]) {
            return wrong(c, "lots in tool", tool);
        }
        c->lot_place[lot] = LOT_IN_TOOL;
    }
    return MARU_OK;
}

static maru_status check_entry(const struct check *c, uint32_t tool) {
    const struct tool *t = &c->s->tool[tool];
    const bool is_taken = t->flags & TOOL_ENTRY_TAKEN;
    if (!c->m->group[c->m->tool_group[tool]].cascade ||
        c->m->options.cascade_entry != CASCADE_ENTRY_WHEN_FREE) {
        return is_taken ? wrong(c, "first place of tool", tool) : MARU_OK;
    }
    return is_pending(c, node_of_place(c->m, tool)) == (is_taken && t->n_down == 0)
               ? MARU_OK
               : wrong(c, "first place of tool", tool);
}

static maru_status check_tool(const struct check *c, uint32_t tool) {
    const struct tool *t = &c->s->tool[tool];
    const uint8_t known =
        TOOL_READY | TOOL_IN_PM | TOOL_ENTRY_TAKEN | TOOL_FAILURE_DUE | TOOL_STOPPED;
    const uint8_t n_place = c->m->group[c->m->tool_group[tool]].cascade ? 2 : 1;
    if ((t->setup != SIM_NONE && t->setup >= c->m->n_setup) || t->flags & ~known ||
        t->n_job != (t->job[0] != SIM_NONE) + (t->job[1] != SIM_NONE) || t->n_job > n_place) {
        return wrong(c, "jobs of tool", tool);
    }
    if (!is_past(c, t->counted_until, c->head->from) ||
        (t->n_down > 0 && !is_past(c, c->s->trouble[tool].paused_at, 0))) {
        return wrong(c, "times of tool", tool);
    }
    if (is_late(t->setup_until) || is_late(t->place_free[0]) || is_late(t->place_free[1])) {
        return too_far(c, "plans of tool", tool);
    }
    maru_status st = check_downtimes(c, tool);
    for (uint32_t place = 0; st == MARU_OK && place < 2; place++) {
        st = check_job(c, tool, place);
    }
    return st == MARU_OK ? check_entry(c, tool) : st;
}

// Just the tools flagged as ready stand in the list, and each can take a lot.
static maru_status check_ready(const struct check *c, uint32_t group) {
    const struct group *g = &c->s->group[group];
    const struct group_plan *plan = &c->m->group[group];
    uint32_t n_flag = 0, n = 0, last = SIM_NONE;
    for (uint32_t k = 0; k < plan->n_tool; k++) {
        n_flag += c->s->tool[plan->first_tool + k].flags & TOOL_READY;
    }
    for (uint32_t tool = g->ready_first; tool != SIM_NONE; tool = c->s->tool[tool].ready_next) {
        const bool is_ours = tool - plan->first_tool < plan->n_tool;
        if (!is_ours || n++ >= n_flag || c->s->tool[tool].ready_last != last ||
            !(c->s->tool[tool].flags & TOOL_READY) ||
            !tool_can_take(c->m, &c->s->tool[tool], group)) {
            return wrong(c, "list of ready tools of group", group);
        }
        last = tool;
    }
    return n == n_flag && n == g->n_ready && last == g->ready_end
               ? MARU_OK
               : wrong(c, "number of ready tools of group", group);
}

static maru_status check_tools(const struct check *c) {
    maru_status st = MARU_OK;
    for (uint32_t t = 0; st == MARU_OK && t < c->m->n_tool; t++) {
        st = check_tool(c, t);
    }
    for (uint32_t g = 0; st == MARU_OK && g < c->m->n_group; g++) {
        st = check_ready(c, g);
    }
    return st;
}

// ---- waiting lists

static bool is_entry_sound(const struct check *c, uint32_t group, const struct waiting *entry) {
    if (entry->lot >= c->head->n_lot_room || c->lot_place[entry->lot] != LOT_NOWHERE) {
        return false;
    }
    c->lot_place[entry->lot] = LOT_WAITING;
    const struct lot *lot = &c->s->lot[entry->lot];
    if (lot->step >= c->m->n_step || lot->class_ >= c->m->n_class) {
        return false;
    }
    const struct hop *hop = &c->m->hop[lot->step];
    const uint32_t kept = hop->flags & HOP_KEPT
                              ? c->s->keep[(size_t)entry->lot * c->m->n_keep + hop->keep]
                              : SIM_NONE;
    return hop->group == group && entry->step == lot->step && entry->setup == hop->setup &&
           entry->kept_tool == kept && entry->wafers == lot->wafers &&
           entry->priority == c->m->class_priority[lot->class_] && is_past(c, entry->arrived, 0);
}

static maru_status check_room(const struct check *c, uint32_t group) {
    const struct group *g = &c->s->group[group];
    const bool is_power = g->list_room >= POOL_MIN_ROOM && !(g->list_room & (g->list_room - 1));
    if (!is_power || g->list % POOL_MIN_ROOM != 0 || g->list > c->head->pool_used ||
        g->list_room > c->head->pool_used - g->list || g->list_from > g->list_room ||
        g->n_waiting > g->list_room - g->list_from) {
        return wrong(c, "room of the list of group", group);
    }
    for (uint32_t i = 0; i < g->list_room / POOL_MIN_ROOM; i++) {
        uint8_t *seen = &c->room_seen[g->list / POOL_MIN_ROOM + i];
        if (*seen) {
            return wrong(c, "place of the list of group", group);
        }
        *seen = 1;
    }
    return MARU_OK;
}

static maru_status check_list(const struct check *c, uint32_t group) {
    const struct group *g = &c->s->group[group];
    const bool leads = c->m->rule[c->m->group[group].rule].leads_by_priority;
    const struct waiting *list = waiting_list(c->sim, group);
    int64_t work_ms = 0;
    wide_i128 wait_us = g->wait_us;
    for (uint32_t i = 0; i < g->n_waiting; i++) {
        if (!is_entry_sound(c, group, &list[i])) {
            return wrong(c, "waiting lots of group", group);
        }
        const bool is_lower = leads && i > 0 && list[i].priority < list[i - 1].priority;
        if (i > 0 && ((leads && list[i].priority > list[i - 1].priority) ||
                      (!is_lower && list[i].arrived < list[i - 1].arrived))) {
            return wrong(c, "order of the waiting lots of group", group);
        }
        const struct hop *hop = &c->m->hop[list[i].step];
        work_ms += hop->work_ms;
        wait_us += c->head->now - list[i].arrived;
        if (hop->batch != SIM_NONE) {
            c->wafers[hop->batch] += list[i].wafers;
        }
    }
    if (g->work_ms != work_ms || g->max_waiting < g->n_waiting) {
        return wrong(c, "work waiting for group", group);
    }
    return is_sum(wait_us) ? MARU_OK : too_far(c, "time waited for group", group);
}

// Time of all tools is counted in one sum, so their open spans must fit together.
static maru_status check_sums(const struct check *c, uint32_t group) {
    const struct group *g = &c->s->group[group];
    const struct group_plan *plan = &c->m->group[group];
    const wide_i128 span = (wide_i128)c->head->now - g->counted_until;
    wide_i128 tools = 0;
    for (uint32_t k = 0; k < plan->n_tool; k++) {
        tools += (wide_i128)c->head->now - c->s->tool[plan->first_tool + k].counted_until;
    }
    if (!is_past(c, g->counted_until, c->head->from)) {
        return wrong(c, "times of group", group);
    }
    return is_sum(g->waiting_us + span * g->n_waiting) && is_sum(g->waiting_us) &&
                   is_sum(c->s->group_point_us[group]) && is_sum(g->wait_us) &&
                   is_sum(g->setup_us) && is_sum(g->pm_us) && is_sum(g->down_us) &&
                   is_sum(g->productive_us) && is_sum(g->setup_us + tools) &&
                   is_sum(g->pm_us + tools) && is_sum(g->down_us + tools) &&
                   is_sum(g->productive_us + tools)
               ? MARU_OK
               : too_far(c, "sums of group", group);
}

static maru_status check_batches(const struct check *c) {
    for (uint32_t g = 0; g < c->m->n_group; g++) {
        c->held[g] = 0; // free for counting: reservations are counted later
    }
    for (uint32_t k = 0; k < c->m->n_batch; k++) {
        const struct batch_step *batch = &c->m->batch[k];
        if (c->s->batch_wafers[k] != c->wafers[k]) {
            return wrong(c, "wafers waiting at batch step", k);
        }
        c->held[batch->group] += batch->min_wafers > 0 && c->wafers[k] >= batch->min_wafers;
    }
    for (uint32_t g = 0; g < c->m->n_group; g++) {
        if (c->s->group[g].n_batch_ready != c->held[g]) {
            return wrong(c, "batches ready for group", g);
        }
        c->held[g] = 0;
    }
    return MARU_OK;
}

static maru_status check_lists(const struct check *c) {
    if (c->head->pool_used > state_n_pool(c->m, c->head->n_lot_room) ||
        c->head->pool_used % POOL_MIN_ROOM != 0) {
        return wrong(c, "entries of the pool:", c->head->pool_used);
    }
    maru_status st = MARU_OK;
    for (uint32_t g = 0; st == MARU_OK && g < c->m->n_group; g++) {
        st = check_room(c, g);
        if (st == MARU_OK) {
            st = check_sums(c, g);
        }
        if (st == MARU_OK) {
            st = check_list(c, g);
        }
    }
    return st == MARU_OK ? check_batches(c) : st;
}

// ---- lots

static maru_status check_free(const struct check *c) {
    uint32_t n = 0;
    for (uint32_t lot = c->head->free_lot; lot != SIM_NONE; lot = c->s->lot[lot].next) {
        if (lot >= c->head->n_lot_room || c->lot_place[lot] != LOT_NOWHERE ||
            c->s->lot[lot].flags != 0) {
            return wrong(c, "list of free lots after", n);
        }
        c->lot_place[lot] = LOT_FREE;
        n++;
    }
    return n == c->head->n_free ? MARU_OK : wrong(c, "free lots:", n);
}

static bool is_lot_sound(const struct check *c, uint32_t lot) {
    const struct lot *l = &c->s->lot[lot];
    const uint8_t known = LOT_RESERVES | LOT_HOLDS | LOT_KNOWN | LOT_IN_PLANT;
    if (l->class_ >= c->m->n_class || l->wafers == 0 || l->location >= c->m->n_location ||
        l->flags & ~known || !(l->flags & LOT_IN_PLANT) ||
        (l->queue != SIM_NONE && l->queue >= c->m->n_queue) ||
        (l->flags & LOT_HOLDS && l->held >= c->m->n_group)) {
        return false;
    }
    const struct maru_plant *p = c->m->plant;
    const struct plant_route *route = &p->route[p->product[c->m->class_product[l->class_]].route];
    if (l->step - route->first_step >= route->n_step) {
        return false;
    }
    for (uint32_t k = 0; k < c->m->n_keep; k++) {
        const uint32_t tool = c->s->keep[(size_t)lot * c->m->n_keep + k];
        if (tool != SIM_NONE && tool >= c->m->n_tool) {
            return false;
        }
    }
    return true;
}

// Times that are taken from now when the lot moves on.
static bool are_lot_times_sound(const struct check *c, uint32_t lot) {
    const struct lot *l = &c->s->lot[lot];
    const bool steps = c->m->measures_steps && c->s->step_done_at[lot] != INT64_MIN;
    return (!(l->flags & LOT_KNOWN) || is_past(c, l->released, -STATE_MAX_NOW)) &&
           l->due >= -STATE_MAX_NOW && (l->queue == SIM_NONE || is_past(c, l->queue_start, 0)) &&
           (!steps || is_past(c, c->s->step_done_at[lot], 0));
}

static maru_status check_lots(const struct check *c) {
    const maru_status st = check_free(c);
    for (uint32_t lot = 0; st == MARU_OK && lot < c->head->n_lot_room; lot++) {
        const bool is_moving = is_pending(c, node_of_lot(c->m, lot));
        if (is_moving != (c->lot_place[lot] == LOT_NOWHERE)) {
            return wrong(c, "whereabouts of lot", lot);
        }
        if (c->lot_place[lot] == LOT_FREE) {
            continue;
        }
        if (!is_lot_sound(c, lot) || !are_lot_times_sound(c, lot)) {
            return wrong(c, "lot", lot);
        }
        const struct lot *l = &c->s->lot[lot];
        c->product[c->m->class_product[l->class_]]++;
        if (l->flags & LOT_HOLDS) {
            c->held[l->held]++;
        }
    }
    return st;
}

// ---- the rest

// The next release is pending at its time in the rate that the run has.
static bool is_release_sound(const struct check *c, uint32_t r) {
    const struct release_state *state = &c->s->release[r];
    const uint32_t node = node_of_release(c->m, r);
    const bool is_left = state->n_done < c->m->plant->release[r].n_release;
    if (is_left != is_pending(c, node)) {
        return false;
    }
    const wide_i128 at = (wide_i128)state->at * 100 / c->m->options.load_percent;
    return !is_left || at == c->s->node[node].key >> 3;
}

static maru_status check_counts(const struct check *c) {
    for (uint32_t r = 0; r < c->m->n_release; r++) {
        if (!is_release_sound(c, r)) {
            return wrong(c, "release", r);
        }
    }
    for (uint32_t p = 0; p < c->m->plant->n_product; p++) {
        if (c->s->product_in_plant[p] != c->product[p]) {
            return wrong(c, "lots of product", p);
        }
    }
    for (uint32_t g = 0; g < c->m->n_group; g++) {
        if (c->s->group[g].n_held != c->held[g]) {
            return wrong(c, "reservations of group", g);
        }
    }
    return MARU_OK;
}

// Sums of what lots have open: all of it may end on one queue-time limit or step.
static maru_status check_limits(const struct check *c) {
    wide_i128 queue_us = 0, step_us = 0;
    for (uint32_t lot = 0; lot < c->head->n_lot_room; lot++) {
        if (c->lot_place[lot] == LOT_FREE) {
            continue;
        }
        const struct lot *l = &c->s->lot[lot];
        queue_us += l->queue != SIM_NONE ? c->head->now - l->queue_start : 0;
        if (c->m->measures_steps && c->s->step_done_at[lot] != INT64_MIN) {
            step_us += c->head->now - c->s->step_done_at[lot];
        }
    }
    for (uint32_t i = 0; i < c->m->n_queue; i++) {
        const struct queue_sum *sum = &c->s->queue_sum[i];
        if (sum->n_late > sum->n_pass || !is_sum(sum->late_us) || !is_sum(sum->slack_us) ||
            !is_sum(sum->late_us + queue_us)) {
            return too_far(c, "sums of queue-time limit", i);
        }
    }
    for (uint32_t i = 0; c->m->measures_steps && i < c->m->n_step; i++) {
        const maru_time sum = c->s->step_sum[i].cycle_us;
        if (!is_sum(sum) || !is_sum(sum + step_us)) {
            return too_far(c, "sums of step", i);
        }
    }
    return MARU_OK;
}

// Lots that are done, in a heap.
static maru_status check_done(const struct check *c) {
    if (c->head->n_done > c->m->n_done) {
        return wrong(c, "lots that are done:", c->head->n_done);
    }
    for (uint32_t i = 0; i < c->head->n_done; i++) {
        const struct done_lot *lot = &c->s->done_lot[i];
        const maru_time parent = measure_kept_until(&c->s->done_lot[i > 0 ? (i - 1) / 2 : 0]);
        const bool is_known = lot->released != INT64_MIN;
        if (lot->product >= c->m->plant->n_product || !is_past(c, lot->done, 0) ||
            lot->due < -STATE_MAX_NOW || parent > measure_kept_until(lot) ||
            (is_known && (lot->released < -STATE_MAX_NOW || lot->released > lot->done))) {
            return wrong(c, "lot that is done", i);
        }
    }
    return MARU_OK;
}

maru_status state_check(const struct maru_sim *sim, maru_error *err) {
    const struct maru_model *m = sim->model;
    const struct head *head = sim->s.head;
    const size_t n_node = state_n_node(m, head->n_lot_room);
    const size_t n_room = state_n_pool(m, head->n_lot_room) / POOL_MIN_ROOM;
    const size_t n_tally = (size_t)m->plant->n_product + m->n_group + m->n_batch;
    uint8_t *bytes = alloc_new(n_node + head->n_lot_room + n_room, sizeof *bytes);
    uint32_t *tally = alloc_new(n_tally, sizeof *tally);
    maru_status st = MARU_OK;
    if (!bytes || !tally) {
        st = fail(err, MARU_E_MEMORY, "no memory to check a saved state");
        goto done;
    }
    const struct check c = {.sim = sim,
                            .m = m,
                            .s = &sim->s,
                            .head = head,
                            .err = err,
                            .n_node = (uint32_t)n_node,
                            .node_seen = bytes,
                            .lot_place = bytes + n_node,
                            .room_seen = bytes + n_node + head->n_lot_room,
                            .product = tally,
                            .held = tally + m->plant->n_product,
                            .wafers = tally + m->plant->n_product + m->n_group};
    static maru_status (*const part[])(const struct check *) = {
        check_head, check_calendar, check_tools,  check_lists,
        check_lots, check_counts,   check_limits, check_done,
    };
    for (size_t i = 0; st == MARU_OK && i < sizeof part / sizeof part[0]; i++) {
        st = part[i](&c);
    }
done:
    alloc_free(bytes);
    alloc_free(tally);
    return st;
}
