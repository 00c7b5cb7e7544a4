#include "sim/twin.h"

#include <string.h>

// Waiting lists: for each tool group one run of entries in the pool, in order of priority (where
// its rule leads by it) and arrival. Taking the first moves `list_from`; a full room moves to a
// room twice as large at the end of the pool; a full pool is packed: all lists are pushed to its
// start, then spread again, each with room to double. Rooms are powers of two from POOL_MIN_ROOM,
// and a list moves only when it is three quarters full, so that after packing some of
// the pool is free (state_n_pool).

void waiting_init(struct maru_sim *sim) {
    struct state *s = &sim->s;
    for (uint32_t g = 0; g < sim->model->n_group; g++) {
        s->group[g].list = s->head->pool_used;
        s->group[g].list_room = POOL_MIN_ROOM;
        s->head->pool_used += POOL_MIN_ROOM;
    }
}

static uint32_t room_for(uint32_t n) {
    uint32_t room = POOL_MIN_ROOM;
    while (room < n) {
        room *= 2;
    }
    return room;
}

// The group whose room starts at the lowest place >= `from` (ascending) or the highest place <
// `from`.
static uint32_t next_list(const struct maru_sim *sim, uint32_t from, bool ascending) {
    uint32_t found = SIM_NONE;
    for (uint32_t g = 0; g < sim->model->n_group; g++) {
        const uint32_t at = sim->s.group[g].list;
        if (ascending ? at < from : at >= from) {
            continue;
        }
        if (found == SIM_NONE ||
            (ascending ? at < sim->s.group[found].list : at > sim->s.group[found].list)) {
            found = g;
        }
    }
    return found;
}

static void pack(struct maru_sim *sim, uint32_t growing, uint32_t its_room) {
    struct state *s = &sim->s;
    const uint32_t n_group = sim->model->n_group;
    uint32_t end = 0, from = 0;
    // to the left, without gaps; an empty list takes one place to stay in order
    for (uint32_t i = 0; i < n_group; i++) {
        struct group *g = &s->group[next_list(sim, from, true)];
        from = g->list + 1;
        memmove(&s->pool[end], &s->pool[g->list + g->list_from], g->n_waiting * sizeof *s->pool);
        g->list = end;
        g->list_from = 0;
        end += g->n_waiting > 0 ? g->n_waiting : 1;
    }
    uint32_t total = 0;
    for (uint32_t g = 0; g < n_group; g++) {
        total += g == growing ? its_room : room_for(s->group[g].n_waiting);
    }
    s->head->pool_used = total;
    from = UINT32_MAX;
    for (uint32_t i = 0; i < n_group; i++) { // to the right, from the last list on
        const uint32_t which = next_list(sim, from, false);
        struct group *g = &s->group[which];
        from = g->list;
        g->list_room = which == growing ? its_room : room_for(g->n_waiting);
        total -= g->list_room;
        memmove(&s->pool[total], &s->pool[g->list], g->n_waiting * sizeof *s->pool);
        g->list = total;
    }
}

static void make_room(struct maru_sim *sim, uint32_t group) {
    struct state *s = &sim->s;
    struct group *g = &s->group[group];
    if (g->list_from >= g->list_room / 4) {
        memmove(&s->pool[g->list], &s->pool[g->list + g->list_from],
                g->n_waiting * sizeof *s->pool);
        g->list_from = 0;
        return;
    }
    const uint32_t room = 2 * g->list_room;
    if (s->head->pool_used + (size_t)room > state_n_pool(sim->model, s->head->n_lot_room)) {
        pack(sim, group, room);
        return;
    }
    memcpy(&s->pool[s->head->pool_used], &s->pool[g->list + g->list_from],
           g->n_waiting * sizeof *s->pool);
    g->list = s->head->pool_used;
    g->list_from = 0;
    g->list_room = room;
    s->head->pool_used += room;
}

void waiting_add(struct maru_sim *sim, uint32_t group, const struct waiting *entry) {
    struct group *g = &sim->s.group[group];
    const struct maru_model *m = sim->model;
    measure_waiting(sim, group);
    if (g->list_from + g->n_waiting == g->list_room) {
        make_room(sim, group);
    }
    struct waiting *list = waiting_list(sim, group);
    uint32_t at = g->n_waiting;
    if (m->rule[m->group[group].rule].leads_by_priority && !m->choose) {
        while (at > 0 && list[at - 1].priority < entry->priority) {
            list[at] = list[at - 1];
            at--;
        }
    }
    list[at] = *entry;
    g->n_waiting++;
    g->work_ms += m->hop[entry->step].work_ms;
    if (g->n_waiting > g->max_waiting) {
        g->max_waiting = g->n_waiting;
    }
    if (m->group[group].batch && m->hop[entry->step].batch != SIM_NONE) {
        const uint32_t batch = m->hop[entry->step].batch;
        uint32_t *wafers = &sim->s.batch_wafers[batch];
        g->n_batch_ready += *wafers < m->batch[batch].min_wafers &&
                            *wafers + entry->wafers >= m->batch[batch].min_wafers;
        *wafers += entry->wafers;
    }
}

void waiting_remove(struct maru_sim *sim, uint32_t group, uint32_t index) {
    struct group *g = &sim->s.group[group];
    const struct maru_model *m = sim->model;
    measure_waiting(sim, group);
    struct waiting *list = waiting_list(sim, group);
    const uint32_t step = list[index].step;
    g->wait_us += sim->s.head->now - list[index].arrived;
    g->work_ms -= m->hop[step].work_ms;
    if (m->group[group].batch && m->hop[step].batch != SIM_NONE) {
        const uint32_t batch = m->hop[step].batch;
        uint32_t *wafers = &sim->s.batch_wafers[batch];
        const uint32_t left = *wafers - list[index].wafers;
        g->n_batch_ready -=
            *wafers >= m->batch[batch].min_wafers && left < m->batch[batch].min_wafers;
        *wafers = left;
    }
    if (index < g->n_waiting / 2) {
        memmove(list + 1, list, index * sizeof *list);
        g->list_from++;
    } else {
        memmove(list + index, list + index + 1, (g->n_waiting - index - 1) * sizeof *list);
    }
    g->n_waiting--;
    if (g->n_waiting == 0) {
        g->list_from = 0;
    }
}
