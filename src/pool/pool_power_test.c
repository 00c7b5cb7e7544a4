#include "pool/pool_storm.h"

// A cap that falls: who goes is the beginning of the policy's stated order, and no longer than it has to be.

static uint64_t order_of[TRIAL_JOBS]; // of starts
static uint64_t n_started;

static void note_start(struct trial *trial, const struct decision *decision,
                       struct trial_job *job) {
    if (decision->kind == DECISION_START) {
        order_of[job - trial->job] = ++n_started;
    }
}

struct runner {
    uint32_t job;
    bool is_borrowed;
    uint32_t n_gpu;
    uint64_t load; // thousandths of a watt above an idle node
};

static bool goes_before(const struct trial *trial, const struct runner *a, const struct runner *b) {
    if (trial->policy.shed == SHED_BORROWED && a->is_borrowed != b->is_borrowed) {
        return a->is_borrowed;
    }
    if (trial->policy.shed == SHED_LARGEST && a->n_gpu != b->n_gpu) {
        return a->n_gpu > b->n_gpu;
    }
    return order_of[a->job] > order_of[b->job];
}

// Jobs with GPUs that run, in the order in which they would go.
static uint32_t list_running(const struct trial *trial, uint32_t n_job, struct runner *out) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_job; i++) {
        const struct trial_job *job = &trial->job[i];
        struct runner it = {.job = i, .n_gpu = job->ask.n_part * job->ask.want.n_gpu};
        if (!job->is_running || job->is_stopping || it.n_gpu == 0) {
            continue;
        }
        struct pool_look look;
        pool_look(trial->pool, job->number, &look);
        it.is_borrowed = look.is_borrowed;
        for (uint32_t p = 0; p < job->ask.n_part; p++) {
            const struct cluster_node *node = &trial->cluster.node[job->part[p].node];
            const struct gpu_type *type = &trial->cluster.type[node->type];
            it.load += (uint64_t)job->ask.want.n_gpu * (type->busy_watts - type->idle_watts) *
                       trial->cluster.site[node->site].pue_milli;
        }
        uint32_t at = n++;
        for (; at > 0 && goes_before(trial, &it, &out[at - 1]); at--) {
            out[at] = out[at - 1];
        }
        out[at] = it;
    }
    return n;
}

static void lower_cap(struct trial *trial, uint32_t n_job, uint32_t *n_shed) {
    struct runner running[TRIAL_JOBS];
    uint64_t load = storm_site_load(trial, 0) + storm_site_load(trial, 1);
    for (uint32_t i = 0; i < n_job; i++) {
        assert_false(trial->job[i].is_stopping);
    }
    const uint32_t n = list_running(trial, n_job, running);
    const uint64_t cap = load / 1000 * (50 + trial_draw(trial, 60)) / 100 + 1;
    pool_set_cap(trial->pool, trial->now_us, cap);
    trial_decide(trial);
    for (uint32_t i = 0; i < n; i++) { // as long as it is above, the next in order
        assert_int_equal(trial->job[running[i].job].is_stopping, load > cap * 1000);
        *n_shed += load > cap * 1000;
        load -= load > cap * 1000 ? running[i].load : 0;
    }
    pool_set_cap(trial->pool, trial->now_us, 0);
}

static void power_is_shed_in_order(void **state) {
    (void)state;
    uint32_t n_shed = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct trial *trial = trial_new(seed);
        trial_cluster(trial, 4 + trial_draw(trial, 12), 2);
        trial_accounts(trial, 50);
        trial_jobs(trial, 120, 60);
        for (uint32_t i = 0; i < trial->n_job; i++) {
            trial->job[i].ask.want.gpu_milli = GPU_WHOLE; // whose going has its own effect
        }
        trial->policy.shed = (enum shed_order)(seed % SHED_ORDERS);
        trial->policy.reclaim = RECLAIM_NONE;
        trial->policy.grace_us = 0;
        trial->watch = note_start;
        trial_pool(trial);
        uint32_t next = 0, n_step = 0;
        while (trial_step(trial, &next)) {
            bool is_stopping = false;
            for (uint32_t i = 0; i < next; i++) {
                is_stopping = is_stopping || trial->job[i].is_stopping;
            }
            if (++n_step % 7 == 0 && !is_stopping) {
                lower_cap(trial, next, &n_shed);
            }
        }
        trial_free(trial);
    }
    assert_true(n_shed > 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_is_shed_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
