#include "sim/state_check.h"

#include "base/alloc.h"
#include "sim/calendar.h"
#include "sim/trial.h"

#include <math.h>
#include <stdlib.h>

// Every state that a run comes by is sound; a state in which one law is broken is refused; and
// whatever random damage is let through, the run goes on from it to sound states.

static const char *const settings[] = {
    NULL,
    "cascade_entry=when_free; failure_job=after; pm_repeat=end; batch_start=full",
    "cascade_entry=when_free; failure_job=resume; failure_in_pm=overlap; reserve=priority",
    "cascade_entry=early; failure_job=resume; failure_in_pm=skip; queue_rule=qtcr; load=70",
    "cascade_setup=empty; min_run=soft; tool_choice=random; load=110; rule=plain:winq",
};
enum { N_SETTING = sizeof settings / sizeof settings[0] };

static void require_sound(const maru_sim *sim, const char *when) {
    maru_error err = {0};
    if (state_check(sim, &err) != MARU_OK) {
        fail_msg("%s, at %lld us: %s", when, (long long)maru_sim_now(sim), err.text);
    }
}

static void every_state_of_a_run_is_sound(void **state) {
    (void)state;
    uint64_t counter = 0;
    for (size_t i = 0; i < N_SETTING; i++) {
        struct trial t = trial_new(trial_full, settings[i], 20 + i);
        require_sound(t.sim, "at the start");
        maru_time now = 0;
        for (int k = 0; k < 600; k++) {
            now += (maru_time)trial_random(1, &counter, 4 * MARU_HOUR);
            trial_run(t.sim, now);
            require_sound(t.sim, "on the way");
            if (k == 200) {
                maru_sim_reset_statistics(t.sim);
                require_sound(t.sim, "as statistics begin anew");
            }
        }
        trial_free(&t);
    }
}

static void large_and_full_plants_are_sound(void **state) {
    (void)state;
    maru_plant *plant = trial_fab(40, 5);
    maru_model *model = trial_model(plant, NULL);
    maru_sim *sim = NULL;
    assert_int_equal(maru_sim_new(model, 1, &sim, NULL), MARU_OK);
    for (int day = 0; day < 40; day += 4) {
        trial_run(sim, day * MARU_DAY);
        require_sound(sim, "in a fab");
    }
    maru_sim_free(sim);
    maru_model_free(model);
    maru_plant_free(plant);
    struct trial t = trial_new(trial_flood, "max_lot=2000", 1); // grows three times
    for (int hour = 0; hour < 200; hour++) {
        if (maru_sim_run(t.sim, hour * MARU_HOUR, NULL) != MARU_OK) {
            assert_int_equal(t.sim->s.head->n_lot_room, 2000);
        }
        require_sound(t.sim, "while lots flood the plant");
    }
    trial_free(&t);
}

// ---- one law broken

// What all damages need: a state with everything in it, and places where things are.
struct scene {
    maru_sim *sim;
    const struct maru_model *m;
    struct state *s;
    struct head *head;
    uint32_t busy, idle, down, in_pm; // tools
    uint32_t queue;                   // a group with at least two lots waiting
    uint32_t moving, waiting, inside; // lots
    uint32_t chain;                   // a bucket with at least two events
    uint32_t holder;                  // a lot that holds a tool
};

static uint32_t find_tool(const struct scene *e, uint8_t flags, bool busy, bool down) {
    for (uint32_t t = 0; t < e->m->n_tool; t++) {
        const struct tool *tool = &e->s->tool[t];
        if ((tool->flags & flags) == flags && (tool->n_job > 0) == busy &&
            (tool->n_down > 0) == down) {
            return t;
        }
    }
    return SIM_NONE;
}

static bool set_scene(struct scene *e) {
    e->m = e->sim->model;
    e->s = &e->sim->s;
    e->head = e->s->head;
    e->busy = find_tool(e, 0, true, false);
    e->idle = find_tool(e, TOOL_READY, false, false);
    e->down = find_tool(e, 0, true, true);
    e->in_pm = find_tool(e, TOOL_IN_PM, false, false);
    e->queue = e->moving = e->holder = e->chain = SIM_NONE;
    for (uint32_t g = 0; g < e->m->n_group; g++) {
        e->queue = e->s->group[g].n_waiting > 1 ? g : e->queue;
    }
    for (uint32_t lot = 0; lot < e->head->n_lot_room; lot++) {
        if (e->s->node[node_of_lot(e->m, lot)].key != INT64_MAX) {
            e->moving = lot;
        }
        e->holder = e->s->lot[lot].flags & LOT_HOLDS ? lot : e->holder;
    }
    for (uint32_t i = 0; i < e->m->n_bucket; i++) {
        const uint32_t first = e->s->bucket[i];
        e->chain = first != SIM_NONE && e->s->node[first].next != SIM_NONE ? i : e->chain;
    }
    if (e->head->now_first == SIM_NONE || e->head->now_first == e->head->now_last) {
        return false;
    }
    const uint32_t all[] = {e->busy,  e->idle,   e->down,  e->in_pm,
                            e->queue, e->moving, e->chain, e->holder};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i] == SIM_NONE) {
            return false;
        }
    }
    e->inside = e->s->tool[e->busy].job[0] != SIM_NONE ? e->s->tool[e->busy].job[0]
                                                       : e->s->tool[e->busy].job[1];
    const struct group *g = &e->s->group[e->queue];
    e->waiting = e->s->pool[g->list + g->list_from].lot;
    return true;
}

static struct group *queue_of(const struct scene *e) { return &e->s->group[e->queue]; }
static struct waiting *first_of(const struct scene *e) {
    return &e->s->pool[queue_of(e)->list + queue_of(e)->list_from];
}
static struct node *lot_node(const struct scene *e, uint32_t lot) {
    return &e->s->node[node_of_lot(e->m, lot)];
}
static struct node *chain_node(const struct scene *e) {
    return &e->s->node[e->s->bucket[e->chain]];
}
static uint32_t its_job(const struct scene *e, uint32_t tool) {
    return e->s->tool[tool].job[0] != SIM_NONE ? 0 : 1;
}

static struct node *now_node(const struct scene *e) { return &e->s->node[e->head->now_first]; }

static uint32_t far_node(const struct scene *e) { return e->s->far[0].node; }
// The first late event at another time, in the heap and in its node.
static void move_far(const struct scene *e, int64_t key) {
    e->s->far[0].key = key;
    e->s->node[far_node(e)].key = key;
}

// X(damage): each breaks one law, and state_check says so. `e` is the scene.
#define DAMAGES(X)                                                                                 \
    X(e->head->now = -1)                                                                           \
    X(e->head->now = INT64_MAX)                                                                    \
    X(e->head->now = e->head->point_at)                                                            \
    X(e->head->from = e->head->now + 1)                                                            \
    X(e->head->from = -1)                                                                          \
    X(e->head->wip_until = e->head->now + 1)                                                       \
    X(e->head->wip_until = e->head->from - 1)                                                      \
    X(e->head->wip_us = INT64_MAX)                                                                 \
    X(e->head->wip_us = -1)                                                                        \
    X(e->head->wip_point_us = INT64_MIN)                                                           \
    X(e->head->cursor = bucket_of(e->m, chain_node(e)->key) + 1)                                   \
    X(e->head->cursor -= e->m->n_bucket)                                                           \
    X(e->head->cursor = INT64_MIN)                                                                 \
    X(e->head->n_free++)                                                                           \
    X(e->head->n_free = UINT32_MAX)                                                                \
    X(e->head->n_in_plant--)                                                                       \
    X(e->head->max_in_plant = 0)                                                                   \
    X(e->head->free_lot = SIM_NONE)                                                                \
    X(e->head->free_lot = e->waiting)                                                              \
    X(e->head->free_lot = e->head->n_lot_room)                                                     \
    X(e->head->n_far++)                                                                            \
    X(e->head->n_far--)                                                                            \
    X(e->head->n_far = UINT32_MAX)                                                                 \
    X(e->head->now_first = now_node(e)->next)                                                      \
    X(e->head->now_first = node_of_lot(e->m, e->waiting))                                          \
    X(e->head->now_first = UINT32_MAX - 1)                                                         \
    X(e->head->now_last = e->head->now_first)                                                      \
    X(e->s->node[e->head->now_last].next = e->head->now_first)                                     \
    X(now_node(e)->key = e->s->node[e->head->now_last].key + 1)                                    \
    X(now_node(e)->key = chain_node(e)->key)                                                       \
    X(lot_node(e, e->waiting)->is_far = 1)                                                         \
    X(now_node(e)->is_far = 1)                                                                     \
    X(e->head->next_order = UINT64_MAX)                                                            \
    X(e->head->next_order = 0)                                                                     \
    X(e->head->pool_used = UINT32_MAX)                                                             \
    X(e->head->pool_used++)                                                                        \
    X(e->s->lot[e->moving].wafers = 0)                                                             \
    X(e->head->pool_used = 0)                                                                      \
    X(e->head->n_point = SIM_N_POINT)                                                              \
    X(e->head->n_point++)                                                                          \
    X(e->head->point_width = 0)                                                                    \
    X(e->head->point_width = 1)                                                                    \
    X(e->head->point_at += MARU_HOUR)                                                              \
    X(e->head->flow_bin_width = 0)                                                                 \
    X(e->head->flow_bin_width = -1)                                                                \
    X(e->head->flow_bin_width = 0.01)                                                              \
    X(e->head->flow_bin_width = (double)NAN)                                                       \
    X(e->head->flow_bin_width = (double)INFINITY)                                                  \
    X(e->head->out_point = UINT64_MAX)                                                             \
    X((e->head->n_point = 300, e->head->from = e->head->point_at - 301 * e->head->point_width))    \
    X(e->head->released_point = UINT64_MAX)                                                        \
    X(e->head->flow_bin_width = 0x1p-20)                                                           \
    X(e->head->flow_bin_width = 0x1p80)                                                            \
    X(e->s->node[far_node(e)].is_far = 0)                                                          \
    X(move_far(e, event_key(e->head->now + 1, RANK_FAIL)))                                         \
    X(move_far(e, event_key(INT64_MAX / 32, RANK_FAIL)))                                           \
    X(move_far(e, event_key(INT64_MAX / 9, RANK_FAIL)))                                            \
    X((e->s->trouble[e->in_pm].failure_due = 1, e->s->tool[e->in_pm].flags |= TOOL_FAILURE_DUE))   \
    X(e->s->tool[e->in_pm].flags |= TOOL_FAILURE_DUE)                                              \
    X(e->s->node[node_of_instance(e->m, model_instance(e->m, e->in_pm))].repairs = 1)              \
    X(e->s->bucket[e->chain] = SIM_NONE)                                                           \
    X(e->s->bucket[e->chain] = UINT32_MAX - 1)                                                     \
    X(e->s->bucket_used[e->chain / 64] ^= UINT64_C(1) << (e->chain % 64))                          \
    X(chain_node(e)->next = SIM_NONE)                                                              \
    X(chain_node(e)->next = node_of_lot(e->m, e->waiting))                                         \
    X(chain_node(e)->key = INT64_MAX)                                                              \
    X(chain_node(e)->key = 0)                                                                      \
    X(chain_node(e)->is_far = 1)                                                                   \
    X(lot_node(e, e->waiting)->key = chain_node(e)->key)                                           \
    X(e->s->far[0].key++)                                                                          \
    X(e->s->far[0].node = UINT32_MAX)                                                              \
    X(e->s->far[0].node = e->s->far[1].node)                                                       \
    X(e->s->far[0].order = UINT64_MAX)                                                             \
    X(e->s->tool[e->idle].ready_next = e->idle)                                                    \
    X(e->s->tool[e->idle].ready_next = UINT32_MAX - 1)                                             \
    X(e->s->tool[e->idle].ready_last = 0x7FFFFFFF)                                                 \
    X(e->s->tool[e->idle].flags &= (uint8_t)~TOOL_READY)                                           \
    X(e->s->tool[e->idle].flags |= 0x80)                                                           \
    X(e->s->tool[e->idle].flags |= TOOL_FAILURE_DUE)                                               \
    X(e->s->tool[e->idle].flags |= TOOL_IN_PM)                                                     \
    X(e->s->tool[e->idle].flags |= TOOL_ENTRY_TAKEN)                                               \
    X(e->s->tool[e->idle].flags |= TOOL_STOPPED)                                                   \
    X(e->s->tool[e->idle].n_down = 1)                                                              \
    X(e->s->tool[e->idle].pm_due = UINT32_MAX)                                                     \
    X(e->s->trouble[e->idle].failure_due = 1u << 31)                                               \
    X(e->s->tool[e->idle].job[0] = e->waiting)                                                     \
    X(e->s->tool[e->idle].n_job = 1)                                                               \
    X(e->s->tool[e->idle].setup = e->m->n_setup)                                                   \
    X(e->s->tool[e->idle].counted_until = e->head->now + 1)                                        \
    X(e->s->tool[e->idle].counted_until = e->head->from - 1)                                       \
    X(e->s->tool[e->idle].setup_until = INT64_MIN)                                                 \
    X(e->s->tool[e->idle].place_free[1] = INT64_MAX)                                               \
    X(e->s->tool[e->busy].flags |= TOOL_READY)                                                     \
    X(e->s->tool[e->busy].job[its_job(e, e->busy)] = SIM_NONE)                                     \
    X(e->s->tool[e->busy].job[its_job(e, e->busy)] = e->head->n_lot_room)                          \
    X(e->s->tool[e->busy].n_job = 0)                                                               \
    X(e->s->lot[e->inside].next = e->inside)                                                       \
    X(e->s->lot[e->inside].next = e->waiting)                                                      \
    X(e->s->lot[e->inside].next = e->head->n_lot_room)                                             \
    X(e->s->lot[e->inside].step = e->m->n_step)                                                    \
    X(e->s->trouble[e->down].paused_at = e->head->now + 1)                                         \
    X(e->s->trouble[e->down].job_end[its_job(e, e->down)] = 0)                                     \
    X(e->s->trouble[e->down].job_end[its_job(e, e->down)] = INT64_MAX)                             \
    X(e->s->tool[e->down].n_down++)                                                                \
    X(e->s->tool[e->down].n_down = 0)                                                              \
    X(e->s->tool[e->in_pm].flags &= (uint8_t)~TOOL_IN_PM)                                          \
    X(e->s->tool[e->in_pm].pm_running = 40)                                                        \
    X(e->s->tool[e->in_pm].pm_due = 0)                                                             \
    X(e->s->node[e->m->instance_node].repairs ^= 1)                                                \
    X(queue_of(e)->list++)                                                                         \
    X(queue_of(e)->list = UINT32_MAX - 7)                                                          \
    X(queue_of(e)->list = e->s->group[e->queue ? 0 : 1].list)                                      \
    X(queue_of(e)->list_room = 9)                                                                  \
    X(queue_of(e)->list_room = 1u << 31)                                                           \
    X(queue_of(e)->list_from = UINT32_MAX)                                                         \
    X(queue_of(e)->n_waiting--)                                                                    \
    X(queue_of(e)->n_waiting = UINT32_MAX)                                                         \
    X(queue_of(e)->max_waiting = 0)                                                                \
    X(queue_of(e)->n_batch_ready++)                                                                \
    X(queue_of(e)->n_ready++)                                                                      \
    X(queue_of(e)->ready_first = e->m->n_tool)                                                     \
    X(queue_of(e)->ready_end = 12345)                                                              \
    X(queue_of(e)->n_held++)                                                                       \
    X(queue_of(e)->work_ms++)                                                                      \
    X(queue_of(e)->counted_until = e->head->now + 1)                                               \
    X(queue_of(e)->counted_until = e->head->from - 1)                                              \
    X(queue_of(e)->waiting_us = INT64_MAX)                                                         \
    X(queue_of(e)->wait_us = INT64_MIN)                                                            \
    X(queue_of(e)->down_us = -1)                                                                   \
    X(first_of(e)->lot = e->head->n_lot_room)                                                      \
    X(first_of(e)->lot = e->inside)                                                                \
    X(first_of(e)->step++)                                                                         \
    X(first_of(e)->setup ^= 1)                                                                     \
    X(first_of(e)->kept_tool ^= 1)                                                                 \
    X(first_of(e)->priority--)                                                                     \
    X(first_of(e)->wafers++)                                                                       \
    X(first_of(e)->arrived = e->head->now + 1)                                                     \
    X(e->s->batch_wafers[0]++)                                                                     \
    X(e->s->product_in_plant[0]--)                                                                 \
    X(e->s->group_point_us[0] = INT64_MIN)                                                         \
    X(e->s->lot[e->moving].step = e->m->n_step)                                                    \
    X(e->s->lot[e->moving].class_ = UINT16_MAX)                                                    \
    X(e->s->lot[e->moving].location = UINT8_MAX)                                                   \
    X(e->s->lot[e->moving].flags = 0)                                                              \
    X(e->s->lot[e->moving].flags |= 0x80)                                                          \
    X(e->s->lot[e->moving].queue = e->m->n_queue)                                                  \
    X(e->s->lot[e->moving].released = e->head->now + 1)                                            \
    X(e->s->lot[e->moving].due = INT64_MIN)                                                        \
    X(e->s->lot[e->holder].held = e->m->n_group)                                                   \
    X(e->s->lot[e->holder].flags &= (uint8_t)~LOT_HOLDS)                                           \
    X(e->s->keep[(size_t)e->moving * e->m->n_keep] = e->m->n_tool)                                 \
    X(e->s->release[0].at++)                                                                       \
    X(e->s->release[0].n_done = UINT64_MAX)                                                        \
    X(e->s->queue_sum[0].late_us = INT64_MAX)                                                      \
    X(e->s->queue_sum[0].n_pass = e->s->queue_sum[0].n_late - 1)

#define X(damage) {#damage, __LINE__},
static const struct {
    const char *text;
    int line;
} damage_names[] = {DAMAGES(X)};
#undef X

static void do_damage(struct scene *e, size_t index) {
    size_t i = 0;
#define X(damage)                                                                                  \
    if (i++ == index) {                                                                            \
        damage;                                                                                    \
        return;                                                                                    \
    }
    DAMAGES(X)
#undef X
}

static void each_broken_law_is_refused(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, "failure_job=resume; cascade_entry=when_free", 3),
                 copy = t;
    assert_int_equal(maru_sim_new(t.model, 1, &copy.sim, NULL), MARU_OK);
    struct scene scene = {.sim = t.sim};
    maru_time now = 20 * MARU_DAY;
    trial_run(t.sim, now);
    maru_sim_reset_statistics(t.sim);
    while (!set_scene(&scene)) { // until a moment with all of it at once
        now += 10 * MARU_MINUTE;
        assert_true(now < 400 * MARU_DAY);
        trial_run(t.sim, now);
    }
    unsigned n_sound = 0;
    for (size_t i = 0; i < sizeof damage_names / sizeof damage_names[0]; i++) {
        assert_int_equal(maru_sim_fork(t.sim, copy.sim, NULL), MARU_OK);
        require_sound(copy.sim, "before the damage");
        struct scene damaged = {.sim = copy.sim};
        assert_true(set_scene(&damaged));
        do_damage(&damaged, i);
        maru_error err = {0};
        const maru_status status = state_check(copy.sim, &err);
        if (status != MARU_E_INPUT && status != MARU_E_RANGE) {
            print_error("let through: %s\n", damage_names[i].text);
            n_sound++;
        } else {
            assert_true(err.code == status && err.text[0]);
        }
    }
    assert_int_equal(n_sound, 0);
    maru_sim_free(copy.sim);
    trial_free(&t);
}

// ---- random damage

// The arrays of a state, so that small ones are hit as often as large ones.
struct part {
    unsigned char *bytes;
    size_t n;
};

static size_t parts_of(maru_sim *sim, struct part *part) {
    const struct maru_model *m = sim->model;
    const size_t n_lot = sim->s.head->n_lot_room;
    size_t n = 0;
#define X(type, name, count)                                                                       \
    if ((count) > 0) {                                                                             \
        part[n++] = (struct part){(unsigned char *)sim->s.name, sizeof(type) * (size_t)(count)};   \
    }
    STATE_ARRAYS(X)
#undef X
    return n;
}

static void spoil(maru_sim *sim, uint64_t *counter) {
    struct part all[64];
    const struct part *part = &all[trial_random(2, counter, parts_of(sim, all))];
    const size_t width = (size_t)1 << trial_random(2, counter, part->n % 8 == 0 ? 4 : 3);
    const size_t at = (size_t)trial_random(2, counter, part->n / width) * width;
    unsigned char *bytes = part->bytes + at;
    switch (trial_random(2, counter, 4)) {
    case 0:
        *bytes ^= (unsigned char)(1 << trial_random(2, counter, 8));
        break;
    case 1:
        *bytes = (unsigned char)(*bytes + (trial_random(2, counter, 2) ? 1 : 255));
        break;
    case 2:
        memset(bytes, trial_random(2, counter, 2) ? 0xFF : 0, width);
        break;
    default: // a number of the same size from elsewhere
        memmove(bytes, part->bytes + (size_t)trial_random(2, counter, part->n / width) * width,
                width);
        break;
    }
}

static void what_is_let_through_can_be_run(void **state) {
    (void)state;
    enum { N_TRIAL = 400 };
    uint64_t counter = 0;
    unsigned n_run = 0;
    for (size_t i = 0; i < N_SETTING; i++) {
        struct trial t = trial_new(trial_full, settings[i], 3), copy = t;
        assert_int_equal(maru_sim_new(t.model, 1, &copy.sim, NULL), MARU_OK);
        trial_run(t.sim, (5 + (maru_time)i * 3) * MARU_DAY);
        for (int k = 0; k < N_TRIAL; k++) {
            assert_int_equal(maru_sim_fork(t.sim, copy.sim, NULL), MARU_OK);
            const uint64_t n = 1 + trial_random(2, &counter, 3);
            for (uint64_t d = 0; d < n; d++) {
                spoil(copy.sim, &counter);
                // sizes are looked at before state_check
                copy.sim->s.head->n_lot_room = t.sim->s.head->n_lot_room;
            }
            if (state_check(copy.sim, NULL) != MARU_OK) {
                continue;
            }
            n_run++;
            const maru_status status =
                maru_sim_run(copy.sim, maru_sim_now(copy.sim) + MARU_DAY, NULL);
            assert_true(status == MARU_OK || status == MARU_E_LIMIT);
            const maru_status after = state_check(copy.sim, NULL);
            assert_true(after == MARU_OK || after == MARU_E_RANGE);
            maru_results_free(trial_results(copy.sim));
        }
        maru_sim_free(copy.sim);
        trial_free(&t);
    }
    assert_in_range(n_run, N_TRIAL / 2, N_SETTING * N_TRIAL - N_TRIAL / 2); // both ways are taken
}

static void the_kth_allocation_fails(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 1);
    for (uint64_t k = 0; k < 2; k++) {
        maru_error err = {0};
        alloc_fail_after(k);
        const maru_status status = state_check(t.sim, &err);
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(status, MARU_E_MEMORY);
        assert_int_equal(err.code, MARU_E_MEMORY);
    }
    require_sound(t.sim, "with memory");
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_of_a_run_is_sound),
        cmocka_unit_test(large_and_full_plants_are_sound),
        cmocka_unit_test(each_broken_law_is_refused),
        cmocka_unit_test(what_is_let_through_can_be_run),
        cmocka_unit_test(the_kth_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
