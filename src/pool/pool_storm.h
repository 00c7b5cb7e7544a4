// A trial in which everything happens at random: nodes go and come back, accounts are held, the power cap moves, nodes are
// reserved. After each deciding all that must hold whatever happened is checked against the player's own books.
#ifndef POOL_POOL_STORM_H
#define POOL_POOL_STORM_H

#include "pool/pool_trial.h"

enum { STORM_CALENDARS = 4 };

struct storm {
    struct trial *trial;
    uint32_t next;
    int64_t power_us; // since then nothing has happened that may put the draw above a cap
    bool is_held[9];
    struct {
        uint32_t number; // the pool's; 0: none
        int64_t from_us, until_us;
        uint32_t node[3], n;
    } calendar[STORM_CALENDARS];
    uint32_t n_event;
    bool is_over; // nothing happens any more but what jobs do
};

// ---- the books

// Thousandths of a watt at the meter of a site, from what the player has given out.
static inline uint64_t storm_site_load(const struct trial *trial, uint32_t site) {
    uint64_t load = 0;
    for (uint32_t i = 0; i < trial->cluster.n_node; i++) {
        const struct cluster_node *node = &trial->cluster.node[i];
        const struct gpu_type *type = &trial->cluster.type[node->type];
        if (node->site != site) {
            continue;
        }
        load +=
            trial->state[i] == NODE_DOWN ? 0 : node->idle_watts + node->n_gpu * type->idle_watts;
        for (uint32_t g = 0; g < node->n_gpu; g++) {
            load += trial->gpu[i][g] < GPU_WHOLE ? type->busy_watts - type->idle_watts : 0;
        }
    }
    return load * trial->cluster.site[site].pue_milli;
}

// Above a cap (of a site, or with site 2 of both) only where nothing is left to shed there.
static inline void storm_check_cap(const struct trial *trial, uint32_t site, uint64_t cap_watts) {
    const uint64_t load =
        (site == 1 ? 0 : storm_site_load(trial, 0)) + (site == 0 ? 0 : storm_site_load(trial, 1));
    for (uint32_t i = 0; cap_watts && load > cap_watts * 1000 && i < trial->n_job; i++) {
        const struct trial_job *job = &trial->job[i];
        for (uint32_t p = 0; job->is_running && p < job->ask.n_part; p++) {
            assert_true(job->is_stopping || job->ask.want.n_gpu == 0 ||
                        (site < 2 && trial->cluster.node[job->part[p].node].site != site));
        }
    }
}

static inline bool storm_is_held(const struct storm *storm, uint32_t account) {
    const struct account *row = storm->trial->accounts.row;
    return storm->is_held[account] || storm->is_held[row[account].parent] || storm->is_held[0];
}

static inline bool storm_is_on(const struct trial_job *job, uint32_t node) {
    for (uint32_t i = 0; i < job->ask.n_part; i++) {
        if (job->part[i].node == node) {
            return true;
        }
    }
    return false;
}

static inline void storm_check_job(const struct storm *storm, const struct trial_job *job) {
    const struct trial *trial = storm->trial;
    if (!job->is_stopping) {
        assert_false(storm_is_held(storm, job->ask.account));
        for (uint32_t i = 0; i < job->ask.n_part; i++) {
            assert_int_not_equal(trial->state[job->part[i].node], NODE_DOWN);
        }
    }
    for (uint32_t c = 0; c < STORM_CALENDARS; c++) { // no others in a reservation
        const bool is_now = storm->calendar[c].number &&
                            storm->calendar[c].from_us <= trial->now_us &&
                            storm->calendar[c].until_us > trial->now_us;
        for (uint32_t i = 0; is_now && i < storm->calendar[c].n; i++) {
            assert_true(job->ask.calendar == storm->calendar[c].number || job->is_stopping ||
                        job->end_us == trial->now_us ||
                        !storm_is_on(job, storm->calendar[c].node[i]));
        }
    }
}

static inline void storm_check_accounts(const struct storm *storm) {
    const struct trial *trial = storm->trial;
    uint64_t milli[9][CLUSTER_MAX_TYPES] = {0};
    uint32_t n_running[9] = {0};
    for (uint32_t i = 0; i < storm->next; i++) {
        const struct trial_job *job = &trial->job[i];
        for (uint32_t a = job->ask.account; job->is_running; a = trial->accounts.row[a].parent) {
            n_running[a]++;
            const uint8_t type = trial->cluster.node[job->part[0].node].type;
            milli[a][type] += (uint64_t)job->ask.n_part * job->ask.want.n_gpu *
                              (job->ask.want.n_gpu ? job->ask.want.gpu_milli : 0);
            if (a == 0) {
                break;
            }
        }
    }
    for (uint32_t a = 0; a < 9; a++) {
        const struct account *row = &trial->accounts.row[a];
        struct account_look look;
        pool_look_account(trial->pool, a, &look);
        assert_int_equal(look.n_running, n_running[a]);
        assert_true(row->max_running == 0 || n_running[a] <= row->max_running);
        for (uint32_t t = 0; t < trial->cluster.n_type; t++) {
            assert_int_equal(look.milli[t], milli[a][t]);
            assert_true(!row->limit || milli[a][t] <= (uint64_t)row->limit[t] * GPU_WHOLE);
        }
    }
}

static inline void storm_check(const struct storm *storm) {
    const struct trial *trial = storm->trial;
    const struct space *space = pool_space(trial->pool);
    for (uint32_t i = 0; i < storm->next; i++) {
        if (trial->job[i].is_running) {
            storm_check_job(storm, &trial->job[i]);
        }
    }
    for (uint32_t i = 0; i < trial->cluster.n_node; i++) {
        const struct node_free *row = space_row(space, i);
        assert_int_equal(row->cpu_milli, trial->cpu[i]);
        assert_int_equal(row->memory_mib, trial->memory[i]);
        for (uint32_t g = 0; g < trial->cluster.node[i].n_gpu; g++) {
            assert_int_equal(row->gpu_milli[g], trial->gpu[i][g]);
        }
    }
    const uint64_t load = storm_site_load(trial, 0) + storm_site_load(trial, 1);
    assert_int_equal(pool_watts(trial->pool), load / 1000);
    if (trial->now_us > storm->power_us + trial->policy.grace_us) {
        storm_check_cap(trial, 0, trial->site_cap[0]);
        storm_check_cap(trial, 1, trial->site_cap[1]);
        storm_check_cap(trial, 2, trial->cap_watts);
    }
    storm_check_accounts(storm);
}

// ---- what happens

static inline void storm_node(struct storm *storm) {
    struct trial *trial = storm->trial;
    const uint32_t node = trial_draw(trial, trial->cluster.n_node);
    trial->state[node] = (enum node_state)(trial_draw(trial, 2) ? 0 : trial_draw(trial, 3));
    storm->power_us = trial->now_us;
    pool_set_node(trial->pool, trial->now_us, node, trial->state[node]);
}

static inline void storm_hold(struct storm *storm, uint32_t account, bool is_held) {
    storm->is_held[account] = is_held;
    pool_hold(storm->trial->pool, storm->trial->now_us, account, is_held);
}

static inline void storm_cap(struct storm *storm) {
    struct trial *trial = storm->trial;
    const uint64_t load = storm_site_load(trial, 0) + storm_site_load(trial, 1);
    trial->cap_watts =
        trial_draw(trial, 3) ? 1 + load / 1000 * (70 + trial_draw(trial, 60)) / 100 : 0;
    storm->power_us = trial->now_us;
    pool_set_cap(trial->pool, trial->now_us, trial->cap_watts);
}

static inline void storm_reserve(struct storm *storm) {
    struct trial *trial = storm->trial;
    const uint32_t c = trial_draw(trial, STORM_CALENDARS), n_node = trial->cluster.n_node;
    if (storm->calendar[c].number) {
        pool_unreserve(trial->pool, storm->calendar[c].number);
        storm->calendar[c].number = 0;
        return;
    }
    const uint32_t first = trial_draw(trial, n_node), n = 1 + trial_draw(trial, 3);
    storm->calendar[c].n = 0;
    for (uint32_t i = first; i < n_node && i < first + n; i++) {
        storm->calendar[c].node[storm->calendar[c].n++] = i;
    }
    storm->calendar[c].from_us =
        trial->now_us + trial->policy.grace_us + (int64_t)trial_draw(trial, 3000) * TRIAL_S;
    storm->calendar[c].until_us =
        storm->calendar[c].from_us + (int64_t)(1 + trial_draw(trial, 3000)) * TRIAL_S;
    const maru_status st = pool_reserve(trial->pool, storm->calendar[c].from_us,
                                        storm->calendar[c].until_us, storm->calendar[c].node,
                                        storm->calendar[c].n, &storm->calendar[c].number, NULL);
    assert_true(st == MARU_OK || st == MARU_E_RANGE);
    storm->calendar[c].number = st == MARU_OK ? storm->calendar[c].number : 0;
}

static inline void storm_event(struct storm *storm) {
    const uint32_t account = trial_draw(storm->trial, 9);
    switch (trial_draw(storm->trial, 5)) {
    case 0:
    case 1:
        storm_node(storm);
        break;
    case 2:
        storm_hold(storm, account, trial_draw(storm->trial, 4) == 0);
        break;
    case 3:
        storm_cap(storm);
        break;
    default:
        storm_reserve(storm);
    }
    storm->n_event++;
}

static inline void storm_calm(struct storm *storm) {
    struct trial *trial = storm->trial;
    for (uint32_t a = 0; a < 9; a++) {
        storm_hold(storm, a, false);
    }
    for (uint32_t i = 0; i < trial->cluster.n_node; i++) {
        trial->state[i] = NODE_UP;
        pool_set_node(trial->pool, trial->now_us, i, NODE_UP);
    }
    trial->cap_watts = 0;
    pool_set_cap(trial->pool, trial->now_us, 0);
    for (uint32_t c = 0; c < STORM_CALENDARS; c++) {
        pool_unreserve(trial->pool, storm->calendar[c].number);
        storm->calendar[c].number = 0;
    }
    storm->power_us = trial->now_us;
    storm->is_over = true;
}

// One step, perhaps after an event. False: all is done.
static inline bool storm_step(struct storm *storm) {
    struct trial *trial = storm->trial;
    if (!storm->is_over && storm->next > 0 && trial_draw(trial, 4) == 0) {
        storm_event(storm);
        trial_decide(trial);
        storm_check(storm);
    }
    if (!storm->is_over && storm->next == trial->n_job) {
        storm_calm(storm);
        trial_decide(trial);
    }
    if (storm->next < trial->n_job && !storm->is_over) { // some belong to a reservation
        const uint32_t c = trial_draw(trial, 3 * STORM_CALENDARS);
        trial->job[storm->next].ask.calendar =
            c < STORM_CALENDARS && storm->calendar[c].number ? storm->calendar[c].number : 0;
    }
    const bool is_more = trial_step(trial, &storm->next);
    storm_check(storm);
    return is_more;
}

// ---- a storm

// Nothing starts that would pass a cap.
static inline void storm_watch(struct trial *trial, const struct decision *decision,
                               struct trial_job *job) {
    (void)job;
    const uint64_t x = storm_site_load(trial, 0), y = storm_site_load(trial, 1);
    if (decision->kind == DECISION_START && job->ask.want.n_gpu > 0) {
        assert_true(!trial->cap_watts || x + y <= trial->cap_watts * 1000);
        for (uint32_t i = 0; i < job->ask.n_part; i++) {
            const uint32_t site = trial->cluster.node[job->part[i].node].site;
            assert_true(!trial->site_cap[site] || (site ? y : x) <= trial->site_cap[site] * 1000);
        }
    }
}

static inline struct storm *storm_new(uint64_t seed, uint32_t n_job) {
    struct storm *storm = calloc(1, sizeof *storm);
    assert_non_null(storm);
    struct trial *trial = storm->trial = trial_new(seed);
    trial->limit_percent = seed % 3 == 0 ? 40 : 0;
    trial->site_cap[0] = seed % 4 == 1 ? 9000 : 0;
    trial->site_cap[1] = seed % 4 == 1 ? 12000 : 0;
    trial_some_cluster(trial, 6, 10, 3);
    trial_accounts(trial, seed % 2 ? 60 : 0);
    trial_jobs(trial, n_job, 120);
    trial->policy.placement = (enum placement_rule)(seed % PLACEMENT_RULES);
    trial->policy.reclaim = (enum reclaim_rule)(seed % RECLAIM_RULES);
    trial->policy.shed = (enum shed_order)(seed % SHED_ORDERS);
    trial->policy.guarantee = seed % 7 < 3 ? GUARANTEE_PRIVATE : GUARANTEE_QUOTA;
    for (uint32_t i = 0; i < n_job; i++) {
        trial->job[i].ask.checkpoints = trial_draw(trial, 3) > 0;
    }
    trial->policy.backfill = seed % 5 ? BACKFILL_EASY : BACKFILL_NONE;
    trial->policy.longest_wait_us = seed % 2 ? 3000 * TRIAL_S : 0;
    trial->policy.protect_us = seed % 3 ? 0 : 300 * TRIAL_S;
    trial->watch = storm_watch;
    trial_pool(trial);
    return storm;
}

static inline void storm_free(struct storm *storm) {
    trial_free(storm->trial);
    free(storm);
}

#endif
