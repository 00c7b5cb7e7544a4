#include "sim/twin.h"

#include <math.h>

// Who goes where. Two questions, each asked only when something has changed:
//
// - a lot joins a queue: is there a ready tool for it? If so it starts there, without ever being in
//   the list, because any other lot that the tool could take would have started before. Else it
//   waits.
// - a tool becomes free: which waiting lot is the best for it? If none may go, the tool is noted as
//   ready.
//
// Ready tools stand in one list a group, longest idle first. Lots stand in the order of priority
// and arrival, so most groups take the first of the list; where setups, kept tools or a rule of its
// own make a difference, the run of entries with the highest priority is looked through once.
// Batches count the wafers that wait at each step, so that a furnace looks at its list only when
// some batch is complete.

// ---- the list of ready tools ----

static void set_ready(struct maru_sim *sim, uint32_t tool) {
    struct group *g = &sim->s.group[sim->model->tool_group[tool]];
    struct tool *t = &sim->s.tool[tool];
    if (t->flags & TOOL_READY) {
        return;
    }
    t->flags |= TOOL_READY;
    t->ready_next = SIM_NONE;
    t->ready_last = g->ready_end;
    if (g->ready_end == SIM_NONE) {
        g->ready_first = tool;
    } else {
        sim->s.tool[g->ready_end].ready_next = tool;
    }
    g->ready_end = tool;
    g->n_ready++;
}

void dispatch_unready(struct maru_sim *sim, uint32_t tool) {
    struct group *g = &sim->s.group[sim->model->tool_group[tool]];
    struct tool *t = &sim->s.tool[tool];
    if (!(t->flags & TOOL_READY)) {
        return;
    }
    t->flags &= (uint8_t)~TOOL_READY;
    if (t->ready_last == SIM_NONE) {
        g->ready_first = t->ready_next;
    } else {
        sim->s.tool[t->ready_last].ready_next = t->ready_next;
    }
    if (t->ready_next == SIM_NONE) {
        g->ready_end = t->ready_last;
    } else {
        sim->s.tool[t->ready_next].ready_last = t->ready_last;
    }
    g->n_ready--;
}

// ---- what a lot brings with it ----

// QTS: the latest start of this step when the slack of the limit is shared out by flow factors.
static double latest_start(const struct maru_sim *sim, const struct lot *lot,
                           const struct queue_limit *limit) {
    const struct plant_step *step = sim->model->plant->step;
    const double *factor = sim->model->flow_factor;
    const double opened = (double)lot->queue_start, length = (double)limit->limit_us;
    if (lot->step >= limit->to || !factor) {
        return opened + length;
    }
    double total = (factor[limit->to] - 1) * step[limit->to].sampling * step[limit->to].process_us;
    double until_here = 0;
    for (uint32_t k = limit->from + 1; k < limit->to; k++) {
        const double share = factor[k] * step[k].sampling * step[k].process_us;
        total += share;
        until_here += k <= lot->step ? share : 0;
    }
    return opened + (total > 0 ? length * until_here / total : 0) - step[lot->step].process_us;
}

static double operation_due(const struct maru_sim *sim, const struct lot *lot) {
    const struct maru_plant *p = sim->model->plant;
    const struct plant_step *step = &p->step[lot->step];
    const double total = p->step[p->route[step->route].first_step].remaining_us;
    const double after = step->remaining_us - step->sampling * step->process_us;
    const double due = (double)lot->due;
    // without a known release the allowance is taken as twice the raw process time
    const double allowance = lot->flags & LOT_KNOWN
                                 ? due - (double)lot->released
                                 : 2 * sim->model->raw_us[sim->model->class_product[lot->class_]];
    return total > 0 ? due - allowance * after / total : due;
}

static void fill_slot(const struct maru_sim *sim, enum rule_kind kind, const struct lot *lot,
                      double *a, double *b) {
    const struct plant_step *step = &sim->model->plant->step[lot->step];
    *a = 0;
    *b = 1;
    switch (kind) {
    case RULE_SPT:
        *a = step->process_us;
        break;
    case RULE_EDD:
        *a = (double)lot->due;
        break;
    case RULE_CR:
        *a = (double)lot->due;
        *b = sim->model->per_remaining[lot->step];
        break;
    case RULE_ODD:
        *a = operation_due(sim, lot);
        break;
    case RULE_MAXWORK:
        *a = -(step->remaining_us > 1 ? step->remaining_us : 1);
        break;
    case RULE_QTCR:
    case RULE_QTS:
        *a = INFINITY;
        if (lot->queue != SIM_NONE) {
            const struct queue_limit *limit = &sim->model->queue[lot->queue];
            if (kind == RULE_QTS) {
                *a = latest_start(sim, lot, limit);
                break;
            }
            double work = step->process_us;
            for (uint32_t k = lot->step + 1; k <= limit->to; k++) {
                work += sim->model->plant->step[k].sampling * sim->model->plant->step[k].process_us;
            }
            *a = (double)(lot->queue_start + limit->limit_us);
            *b = work > 1 ? work : 1;
        }
        break;
    case RULE_EXPRESSION:
    case RULE_PRIORITY:
    case RULE_SETUP:
    case RULE_FIFO:
    case RULE_WINQ:
        break;
    }
}

// What decides where the lot may go; `fill_slots` adds what rules compare.
static struct waiting entry_of(const struct maru_sim *sim, uint32_t lot) {
    const struct maru_model *m = sim->model;
    const struct lot *l = &sim->s.lot[lot];
    const struct hop *hop = &m->hop[l->step];
    struct waiting entry;
    entry.lot = lot;
    entry.step = l->step;
    entry.setup = hop->setup;
    entry.kept_tool =
        hop->flags & HOP_KEPT ? sim->s.keep[(size_t)lot * m->n_keep + hop->keep] : SIM_NONE;
    entry.priority = m->class_priority[l->class_];
    entry.wafers = l->wafers;
    entry.arrived = sim->s.head->now;
    return entry;
}

static void fill_slots(const struct maru_sim *sim, uint32_t group, struct waiting *entry) {
    const struct group_rule *rule = &sim->model->rule[sim->model->group[group].rule];
    for (uint32_t i = 0; i < RULE_MAX_SLOT; i++) {
        entry->a[i] = 0;
        entry->b[i] = 0;
    }
    for (uint32_t i = 0; rule->n_slot > 0 && i < rule->rule.n_criterion; i++) {
        if (rule->slot[i] != SLOT_NONE) {
            fill_slot(sim, rule->rule.criterion[i].kind, &sim->s.lot[entry->lot],
                      &entry->a[rule->slot[i]], &entry->b[rule->slot[i]]);
        }
    }
}

// ---- may this lot go to this tool? ----

static bool can_still_come(const struct maru_sim *sim, uint32_t setup) {
    const struct maru_model *m = sim->model;
    const uint64_t *products = &m->setup_products[(size_t)setup * m->n_product_words];
    for (uint32_t p = 0; p < m->plant->n_product; p++) {
        if ((products[p / 64] >> (p % 64) & 1) && sim->s.product_in_plant[p] > 0) {
            return true;
        }
    }
    for (uint32_t r = 0; r < m->n_release; r++) {
        const uint32_t p = m->plant->release[r].product;
        if ((products[p / 64] >> (p % 64) & 1) &&
            sim->s.release[r].n_done < m->plant->release[r].n_release) {
            return true;
        }
    }
    return false;
}

// Whether the tool must stay with its setup, for a lot of this priority.
static bool run_holds(const struct maru_sim *sim, uint32_t tool, int32_t priority) {
    const struct tool *t = &sim->s.tool[tool];
    const maru_options *o = &sim->model->options;
    if (t->run_left == 0 || t->setup == SIM_NONE) {
        return false;
    }
    if (o->min_run == MIN_RUN_HOT_BREAKS && priority > sim->model->lowest_priority) {
        return false;
    }
    if (t->n_job == 0 &&
        sim->s.head->now - sim->s.trouble[tool].empty_since > o->min_run_patience * MARU_HOUR) {
        return false;
    }
    return can_still_come(sim, t->setup);
}

static bool changes_setup(const struct tool *t, const struct waiting *entry) {
    return entry->setup != SIM_NONE && entry->setup != t->setup;
}

static bool may_go(const struct maru_sim *sim, const struct group_plan *plan, uint32_t tool,
                   const struct waiting *entry) {
    const struct tool *t = &sim->s.tool[tool];
    if (entry->kept_tool != SIM_NONE && entry->kept_tool != tool) {
        return false;
    }
    if (plan->min_run && changes_setup(t, entry) && run_holds(sim, tool, entry->priority)) {
        return false;
    }
    return !(plan->cascade && t->n_job > 0 &&
             sim->model->options.cascade_setup == CASCADE_SETUP_EMPTY && changes_setup(t, entry));
}

// Reserved tools are for the lots that hold them: others may go only while more tools are free than
// are held.
static bool is_held_back(const struct maru_sim *sim, uint32_t group, uint32_t n_free,
                         const struct waiting *entry) {
    const struct group *g = &sim->s.group[group];
    if (g->n_held < n_free) {
        return false;
    }
    const struct lot *l = &sim->s.lot[entry->lot];
    return !(l->flags & LOT_HOLDS && l->held == group);
}

// ---- which of the waiting lots? ----

static void attributes_of(const struct maru_sim *sim, uint32_t tool, const struct waiting *entry,
                          double out[RULE_N_ATTRIBUTE]) {
    const struct maru_model *m = sim->model;
    const struct lot *l = &sim->s.lot[entry->lot];
    const struct plant_step *step = &m->plant->step[entry->step];
    const double hour = 1.0 / (double)MARU_HOUR;
    const uint32_t next =
        m->hop[entry->step].flags & HOP_LAST ? SIM_NONE : m->hop[entry->step + 1].group;
    out[RULE_ATTR_now] = (double)sim->s.head->now * hour;
    out[RULE_ATTR_priority] = entry->priority;
    out[RULE_ATTR_setup] =
        (double)model_setup_us(m, entry->step, sim->s.tool[tool].setup, true) * hour;
    out[RULE_ATTR_arrived] = (double)entry->arrived * hour;
    out[RULE_ATTR_wait] = (double)(sim->s.head->now - entry->arrived) * hour;
    out[RULE_ATTR_released] = l->flags & LOT_KNOWN ? (double)l->released * hour : 0;
    out[RULE_ATTR_due] = (double)l->due * hour;
    out[RULE_ATTR_wafers] = entry->wafers;
    out[RULE_ATTR_process] = step->process_us * hour;
    out[RULE_ATTR_remaining] = step->remaining_us * hour;
    out[RULE_ATTR_queue_slack] =
        l->queue == SIM_NONE
            ? 1e9
            : (double)(l->queue_start + m->queue[l->queue].limit_us - sim->s.head->now) * hour;
    out[RULE_ATTR_winq] = next == SIM_NONE ? 0 : (double)sim->s.group[next].work_ms * 1000 * hour;
    out[RULE_ATTR_step] = entry->step - m->plant->route[step->route].first_step + 1;
}

static double criterion_value(const struct maru_sim *sim, const struct group_rule *rule,
                              uint32_t index, uint32_t tool, const struct waiting *entry) {
    const struct rule_criterion *c = &rule->rule.criterion[index];
    const struct maru_model *m = sim->model;
    const double now = (double)sim->s.head->now;
    double value = 0;
    switch (c->kind) {
    case RULE_PRIORITY:
        value = entry->priority;
        break;
    case RULE_SETUP:
        value = entry->setup == SIM_NONE
                    ? 0
                    : (double)model_setup_us(m, entry->step, sim->s.tool[tool].setup,
                                             m->options.rank_setup == RANK_SETUP_ALL);
        break;
    case RULE_FIFO:
        value = (double)entry->arrived;
        break;
    case RULE_SPT:
    case RULE_EDD:
    case RULE_ODD:
    case RULE_MAXWORK:
    case RULE_QTS:
        value = entry->a[rule->slot[index]];
        break;
    case RULE_CR:
        value = (entry->a[rule->slot[index]] - now) * entry->b[rule->slot[index]];
        break;
    case RULE_QTCR: {
        const double left = entry->a[rule->slot[index]] - now, work = entry->b[rule->slot[index]];
        value = left >= 0 ? left / work : left * work;
        break;
    }
    case RULE_WINQ: {
        const uint32_t next =
            m->hop[entry->step].flags & HOP_LAST ? SIM_NONE : m->hop[entry->step + 1].group;
        value = next == SIM_NONE ? 0 : (double)sim->s.group[next].work_ms;
        break;
    }
    case RULE_EXPRESSION: {
        double attribute[RULE_N_ATTRIBUTE];
        attributes_of(sim, tool, entry, attribute);
        value = rule_evaluate(&rule->rule, index, attribute);
        break;
    }
    }
    return c->descending ? -value : value;
}

struct best { // the best entry so far with as many of its values as were needed
    uint32_t index, n_value;
    double value[RULE_MAX_CRITERION];
};

static double best_value(const struct maru_sim *sim, const struct group_rule *rule, uint32_t tool,
                         const struct waiting *list, struct best *best, uint32_t i) {
    while (best->n_value <= i) {
        best->value[best->n_value] =
            criterion_value(sim, rule, best->n_value, tool, &list[best->index]);
        best->n_value++;
    }
    return best->value[i];
}

// Let entry `index` take the place of the best if it comes before it. Entries are offered in order
// of arrival.
static void offer(const struct maru_sim *sim, const struct group_rule *rule, uint32_t tool,
                  const struct waiting *list, uint32_t index, struct best *best) {
    const uint32_t first = rule->leads_by_priority ? 1 : 0;
    if (best->index == SIM_NONE) {
        best->index = index;
        best->n_value = 0;
        return;
    }
    double value[RULE_MAX_CRITERION];
    for (uint32_t i = first; i < rule->n_left; i++) {
        value[i] = criterion_value(sim, rule, i, tool, &list[index]);
        const double other = best_value(sim, rule, tool, list, best, i);
        if (value[i] > other) {
            return;
        }
        if (value[i] < other) {
            best->index = index;
            best->n_value = i + 1;
            for (uint32_t k = first; k <= i; k++) {
                best->value[k] = value[k];
            }
            return;
        }
    }
}

// After `best`, can no later entry of the same priority be better? True when all that is left to
// compare is a setup of 0.
static bool is_unbeatable(const struct maru_sim *sim, const struct group_rule *rule, uint32_t tool,
                          const struct waiting *list, struct best *best) {
    const uint32_t first = rule->leads_by_priority ? 1 : 0;
    if (rule->n_left == first) {
        return true;
    }
    return rule->n_left == first + 1 && rule->rule.criterion[first].kind == RULE_SETUP &&
           !rule->rule.criterion[first].descending &&
           best_value(sim, rule, tool, list, best, first) <= 0;
}

enum setup_filter { ANY_SETUP, SAME_SETUP };

static uint32_t pick_single(const struct maru_sim *sim, uint32_t group, uint32_t tool,
                            uint32_t n_free, enum setup_filter filter) {
    const struct group_plan *plan = &sim->model->group[group];
    const struct group_rule *rule = &sim->model->rule[plan->rule];
    const struct waiting *list = waiting_list(sim, group);
    const uint32_t n = sim->s.group[group].n_waiting;
    struct best best = {.index = SIM_NONE};
    for (uint32_t i = 0; i < n; i++) {
        if (best.index != SIM_NONE && rule->leads_by_priority &&
            list[i].priority < list[best.index].priority) {
            break;
        }
        if ((filter == SAME_SETUP && changes_setup(&sim->s.tool[tool], &list[i])) ||
            !may_go(sim, plan, tool, &list[i]) || is_held_back(sim, group, n_free, &list[i])) {
            continue;
        }
        offer(sim, rule, tool, list, i, &best);
        if (is_unbeatable(sim, rule, tool, list, &best)) {
            break;
        }
    }
    return best.index;
}

// The least number among the lots of the highest priority, where any of them may go.
static uint32_t pick_by_number(const struct maru_sim *sim, uint32_t group) {
    const struct group_rule *rule = &sim->model->rule[sim->model->group[group].rule];
    const struct waiting *list = waiting_list(sim, group);
    const uint32_t n = sim->s.group[group].n_waiting;
    const double now = rule->falls ? (double)sim->s.head->now : 0;
    uint32_t best = 0;
    double least = (list[0].a[0] - now) * list[0].b[0];
    for (uint32_t i = 1; i < n; i++) {
        if (rule->leads_by_priority && list[i].priority < list[0].priority) {
            break;
        }
        const double value = (list[i].a[0] - now) * list[i].b[0];
        if (value < least) {
            least = value;
            best = i;
        }
    }
    return best;
}

// A minimum run that others may end only when no lot of its setup waits, or tools that always
// prefer their setup.
static bool same_setup_first(const struct maru_sim *sim, const struct group_plan *plan,
                             const struct tool *t) {
    return plan->min_run && t->setup != SIM_NONE &&
           (sim->model->options.min_run_pick == MIN_RUN_PICK_SAME_FIRST ||
            (sim->model->options.min_run == MIN_RUN_SOFT && t->run_left > 0));
}

enum { MAX_CANDIDATE = 256 }; // a user's own rule sees at most the first 256 lots of a list

static uint32_t pick_by_hand(const struct maru_sim *sim, uint32_t group, uint32_t tool,
                             uint32_t n_free) {
    const struct maru_model *m = sim->model;
    const struct waiting *list = waiting_list(sim, group);
    maru_candidate candidate[MAX_CANDIDATE];
    uint32_t index[MAX_CANDIDATE], n = 0;
    for (uint32_t i = 0; i < sim->s.group[group].n_waiting && n < MAX_CANDIDATE; i++) {
        const struct waiting *e = &list[i];
        if (!may_go(sim, &m->group[group], tool, e) || is_held_back(sim, group, n_free, e)) {
            continue;
        }
        const struct lot *l = &sim->s.lot[e->lot];
        const struct plant_step *step = &m->plant->step[e->step];
        candidate[n] = (maru_candidate){
            .lot = l->serial,
            .step = e->step,
            .product = m->class_product[l->class_],
            .priority = e->priority,
            .wafers = e->wafers,
            .arrived_us = e->arrived,
            .released_us = l->flags & LOT_KNOWN ? l->released : INT64_MIN,
            .due_us = l->due,
            .queue_end_us =
                l->queue == SIM_NONE ? INT64_MAX : l->queue_start + m->queue[l->queue].limit_us,
            .setup_us = model_setup_us(m, e->step, sim->s.tool[tool].setup, true),
            .process_us = step->process_us,
            .remaining_us = step->remaining_us};
        index[n++] = i;
    }
    const maru_view view = {.now_us = sim->s.head->now, .group = group, .tool = tool, .model = m};
    if (n == 0) {
        return SIM_NONE;
    }
    const uint32_t chosen = m->choose(&view, candidate, n);
    return chosen < n ? index[chosen] : SIM_NONE;
}

static uint32_t pick(const struct maru_sim *sim, uint32_t group, uint32_t tool, uint32_t n_free) {
    const struct group_plan *plan = &sim->model->group[group];
    if (sim->model->choose && !plan->is_delay) {
        return pick_by_hand(sim, group, tool, n_free);
    }
    if (plan->all_alike && sim->s.group[group].n_held == 0) {
        if (plan->plain) {
            return 0;
        }
        if (sim->model->rule[plan->rule].by_number) {
            return pick_by_number(sim, group);
        }
    }
    if (same_setup_first(sim, plan, &sim->s.tool[tool])) {
        const uint32_t same = pick_single(sim, group, tool, n_free, SAME_SETUP);
        if (same != SIM_NONE) {
            return same;
        }
    }
    return pick_single(sim, group, tool, n_free, ANY_SETUP);
}

// ---- batches ----

// Whether enough lots of the opener's step wait to fill a batch: in the order of the list, as far
// as they fit.
static bool fills(const struct maru_sim *sim, uint32_t group, uint32_t opener) {
    const struct maru_model *m = sim->model;
    const struct waiting *list = waiting_list(sim, group);
    const uint32_t batch = m->hop[list[opener].step].batch;
    if (batch == SIM_NONE) {
        return true;
    }
    uint32_t wafers = list[opener].wafers;
    for (uint32_t i = 0; i < sim->s.group[group].n_waiting; i++) {
        if (i != opener && list[i].step == list[opener].step &&
            list[i].wafers <= m->batch[batch].max_wafers - wafers) {
            wafers += list[i].wafers;
        }
    }
    return wafers >= m->batch[batch].min_wafers;
}

// The best entry for the tool at batch step `step` (SIM_NONE: at any step with enough wafers) that
// is not yet in the batch and has at most `most` wafers.
static uint32_t pick_for_batch(const struct maru_sim *sim, uint32_t group, uint32_t tool,
                               uint32_t step, uint32_t most, uint32_t n_free) {
    const struct maru_model *m = sim->model;
    const struct group_plan *plan = &m->group[group];
    const struct group_rule *rule = &m->rule[plan->rule];
    const struct waiting *list = waiting_list(sim, group);
    struct best best = {.index = SIM_NONE};
    for (uint32_t i = 0; i < sim->s.group[group].n_waiting; i++) {
        if (best.index != SIM_NONE && rule->leads_by_priority &&
            list[i].priority < list[best.index].priority) {
            break;
        }
        const uint32_t batch = m->hop[list[i].step].batch;
        const bool fits =
            step != SIM_NONE
                ? list[i].step == step && list[i].wafers <= most
                : batch == SIM_NONE || (sim->s.batch_wafers[batch] >= m->batch[batch].min_wafers &&
                                        fills(sim, group, i));
        if (!fits || !may_go(sim, plan, tool, &list[i]) ||
            is_held_back(sim, group, n_free, &list[i])) {
            continue;
        }
        offer(sim, rule, tool, list, i, &best);
        if (is_unbeatable(sim, rule, tool, list, &best)) {
            break;
        }
    }
    return best.index;
}

// Take lots of the opener's step in the order of the rule as long as they fit, out of the list and
// into a chain; returns the first of it. (Lots of different sizes may fit worse in this order than
// in that of `fills`: such a batch starts too.)
static uint32_t form_batch(struct maru_sim *sim, uint32_t group, uint32_t tool, uint32_t opener,
                           uint32_t n_free) {
    const struct maru_model *m = sim->model;
    const uint32_t step = waiting_list(sim, group)[opener].step;
    const uint32_t batch = m->hop[step].batch;
    uint32_t first = SIM_NONE, last = SIM_NONE, wafers = 0;
    uint32_t index = opener;
    while (index != SIM_NONE) {
        const struct waiting entry = waiting_list(sim, group)[index];
        waiting_remove(sim, group, index);
        sim->s.lot[entry.lot].next = SIM_NONE;
        if (last == SIM_NONE) {
            first = entry.lot;
        } else {
            sim->s.lot[last].next = entry.lot;
        }
        last = entry.lot;
        wafers += entry.wafers;
        index = SIM_NONE;
        if (batch != SIM_NONE && wafers < m->batch[batch].max_wafers) {
            index =
                pick_for_batch(sim, group, tool, step, m->batch[batch].max_wafers - wafers, n_free);
        }
    }
    return first;
}

// ---- giving work ----

// Start one job from the waiting list on the tool. False when no lot may go.
static bool start_one(struct maru_sim *sim, uint32_t group, uint32_t tool, uint32_t n_free) {
    const struct group_plan *plan = &sim->model->group[group];
    struct group *g = &sim->s.group[group];
    if (g->n_waiting == 0) {
        return false;
    }
    if (plan->batch) {
        if (g->n_batch_ready == 0 && !plan->mixes_batches) {
            return false;
        }
        const uint32_t opener = pick_for_batch(sim, group, tool, SIM_NONE, UINT32_MAX, n_free);
        if (opener == SIM_NONE) {
            return false;
        }
        const uint32_t first = form_batch(sim, group, tool, opener, n_free);
        tool_start(sim, tool, first);
        return true;
    }
    const uint32_t index = pick(sim, group, tool, n_free);
    if (index == SIM_NONE) {
        return false;
    }
    const uint32_t lot = waiting_list(sim, group)[index].lot;
    waiting_remove(sim, group, index);
    sim->s.lot[lot].next = SIM_NONE;
    tool_start(sim, tool, lot);
    return true;
}

void dispatch_tool(struct maru_sim *sim, uint32_t tool) {
    const uint32_t group = sim->model->tool_group[tool];
    const struct tool *t = &sim->s.tool[tool];
    for (;;) {
        if (!tool_can_take(sim->model, t, group)) {
            dispatch_unready(sim, tool);
            return;
        }
        const uint32_t n_free = sim->s.group[group].n_ready + (t->flags & TOOL_READY ? 0 : 1);
        if (!start_one(sim, group, tool, n_free)) {
            if (sim->model->options.cascade_choice == CASCADE_AS_ASKED) {
                dispatch_unready(sim, tool);
            }
            set_ready(sim, tool);
            return;
        }
        if (!sim->model->group[group].cascade) {
            dispatch_unready(sim, tool);
            return;
        }
        if (sim->model->options.cascade_choice != CASCADE_IN_PLACE) {
            dispatch_unready(sim, tool); // with a place left it goes to the end of the list
        }
    }
}

void dispatch_group(struct maru_sim *sim, uint32_t group) {
    const uint32_t n = sim->s.group[group].n_ready;
    uint32_t tool = sim->s.group[group].ready_first;
    for (uint32_t i = 0; i < n && tool != SIM_NONE && sim->s.group[group].n_waiting > 0; i++) {
        const uint32_t next = sim->s.tool[tool].ready_next;
        dispatch_tool(sim, tool);
        tool = next;
    }
}

// How far a ready tool is from the one wanted for a lot; smaller is better, the earlier in the list
// wins among equals.
static int64_t distance(const struct maru_sim *sim, const struct group_plan *plan, uint32_t tool,
                        const struct waiting *entry) {
    const struct maru_model *m = sim->model;
    int64_t setup = 0, place = 0;
    if (plan->wakes_by_setup) {
        setup = model_setup_us(m, entry->step, sim->s.tool[tool].setup,
                               m->options.wake_setup == WAKE_SETUP_ALL);
    }
    if (plan->cascade && (m->options.cascade_choice == CASCADE_EMPTY_FIRST ||
                          m->options.cascade_choice == CASCADE_BUSY_FIRST)) {
        place = (sim->s.tool[tool].n_job > 0) == (m->options.cascade_choice == CASCADE_EMPTY_FIRST);
    }
    return setup * 2 + place;
}

static bool prefers(const struct maru_sim *sim, uint32_t tool, uint32_t best, uint32_t *n_equal) {
    switch ((enum option_tool_choice)sim->model->options.tool_choice) {
    case TOOL_LONGEST_IDLE:
        return false;
    case TOOL_FIRST:
        return tool < best;
    case TOOL_LAST_USED:
        return true;
    case TOOL_RANDOM: {
        (*n_equal)++; // the k-th of equals replaces the best with chance 1/k
        const struct random_block block = luck(&sim->s, STREAM_CHOICE, tool, sim->s.head->n_event);
        return (uint64_t)block.word[0] * *n_equal >> 32 == 0;
    }
    }
    return false;
}

static uint32_t ready_tool_for(const struct maru_sim *sim, uint32_t group,
                               const struct waiting *entry) {
    const struct group_plan *plan = &sim->model->group[group];
    const bool first_will_do =
        sim->model->options.tool_choice == TOOL_LONGEST_IDLE && !plan->wakes_by_setup &&
        (!plan->cascade || sim->model->options.cascade_choice == CASCADE_AS_FREE ||
         sim->model->options.cascade_choice == CASCADE_AS_ASKED ||
         sim->model->options.cascade_choice == CASCADE_IN_PLACE);
    if (plan->any_tool) {
        return sim->s.group[group].ready_first;
    }
    uint32_t best = SIM_NONE, n_equal = 1;
    int64_t best_distance = INT64_MAX;
    for (uint32_t t = sim->s.group[group].ready_first; t != SIM_NONE;
         t = sim->s.tool[t].ready_next) {
        if (!may_go(sim, plan, t, entry)) {
            continue;
        }
        if (first_will_do) {
            return t;
        }
        const int64_t d = distance(sim, plan, t, entry);
        if (d < best_distance || (d == best_distance && prefers(sim, t, best, &n_equal))) {
            n_equal = d < best_distance ? 1 : n_equal;
            best = t;
            best_distance = d;
        }
    }
    return best;
}

static void let_wait(struct maru_sim *sim, uint32_t group, struct waiting *entry) {
    fill_slots(sim, group, entry);
    waiting_add(sim, group, entry);
}

void dispatch_let_wait(struct maru_sim *sim, uint32_t lot, maru_time arrived) {
    struct waiting entry = entry_of(sim, lot);
    entry.arrived = arrived;
    let_wait(sim, sim->model->hop[sim->s.lot[lot].step].group, &entry);
}

static void start_lot(struct maru_sim *sim, uint32_t group, uint32_t tool, uint32_t lot) {
    sim->s.lot[lot].next = SIM_NONE;
    tool_start(sim, tool, lot);
    const bool has_place =
        sim->model->group[group].cascade && tool_can_take(sim->model, &sim->s.tool[tool], group);
    if (!has_place || sim->model->options.cascade_choice != CASCADE_IN_PLACE) {
        dispatch_unready(sim, tool);
    }
    if (has_place) {
        set_ready(sim, tool);
    }
}

void dispatch_lot(struct maru_sim *sim, uint32_t lot) {
    const uint32_t group = sim->model->hop[sim->s.lot[lot].step].group;
    const struct group_plan *plan = &sim->model->group[group];
    const struct group *g = &sim->s.group[group];
    if (plan->any_tool && g->n_ready > g->n_held && !sim->model->choose) {
        start_lot(sim, group, g->ready_first, lot);
        return;
    }
    struct waiting entry = entry_of(sim, lot);
    if (plan->batch || sim->model->choose) {
        let_wait(sim, group, &entry);
        if (!plan->batch || g->n_batch_ready > 0 || plan->mixes_batches) {
            dispatch_group(sim, group);
        }
        return;
    }
    const uint32_t tool = g->n_ready > 0 && !is_held_back(sim, group, g->n_ready, &entry)
                              ? ready_tool_for(sim, group, &entry)
                              : SIM_NONE;
    if (tool == SIM_NONE) {
        let_wait(sim, group, &entry);
    } else {
        start_lot(sim, group, tool, lot);
    }
}
