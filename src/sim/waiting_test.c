#include "sim/twin.h"

#include "sim/trial.h"

#include <stdlib.h>

// Waiting lists against plain lists of the same lots: order, sums and batch counts are the same
// after any adding and taking, in any shape of the pool; and no list leaves its place in the pool.

enum { N_LOT = 300, N_TURN = 40000, N_GROUP = 4 };

// Two groups that lead by priority, one of them with batches; one in order of arrival; a full one.
static const char plant_text[] =
    "=== routes.csv\nroute,tools,time,per,batch_min,batch_max\n"
    "A,Ranked,20 min,,,\nA,Oven,1 h,batch,60,120\nA,Plain,10 min,,,\nA,Oven,1 h,batch,25,50\n"
    "A,Alone,1 h,,,\n"
    "=== tools.csv\ntools,count,ranking\nRanked,1,\"priority desc, cr\"\n"
    "Oven,2,\"priority desc, fifo\"\nPlain,1,plain:fifo\nAlone,1,plain:spt\n"
    "=== releases.csv\nstream,product,every,priority\na,A,1 h,1\nb,A,1 day,7\n";

static const uint32_t steps_of[N_GROUP][2] = {{0, 0}, {1, 3}, {2, 2}, {4, 4}};

struct plain { // one list as it should be
    struct waiting entry[N_LOT];
    uint32_t n, most;
    maru_time waiting_us, wait_us;
};

struct bench {
    struct trial t;
    uint32_t group[N_GROUP]; // of the plant, in the order of steps_of
    struct plain plain[N_GROUP];
    bool waits[N_LOT];
    uint32_t n_waiting;
    uint64_t counter;
};

static struct bench *bench_new(void) {
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->t.plant = trial_plant(plant_text);
    b->t.model = trial_model(b->t.plant, NULL);
    b->t.sim = calloc(1, sizeof *b->t.sim);
    assert_non_null(b->t.sim);
    assert_int_equal(state_new(b->t.model, N_LOT, b->t.sim, NULL), MARU_OK);
    waiting_init(b->t.sim);
    for (uint32_t i = 0; i < N_GROUP; i++) {
        b->group[i] = b->t.model->hop[steps_of[i][0]].group;
    }
    return b;
}

static void bench_free(struct bench *b) {
    state_free(b->t.sim);
    free(b->t.sim);
    b->t.sim = NULL;
    trial_free(&b->t);
    free(b);
}

static uint64_t draw(struct bench *b, uint64_t n) { return trial_random(2, &b->counter, n); }

static void pass_time(struct bench *b) {
    const maru_time span = (maru_time)draw(b, 1000);
    b->t.sim->s.head->now += span;
    for (uint32_t i = 0; i < N_GROUP; i++) {
        b->plain[i].waiting_us += span * b->plain[i].n;
    }
}

static void add(struct bench *b, uint32_t i) {
    struct plain *p = &b->plain[i];
    uint32_t lot = (uint32_t)draw(b, N_LOT);
    while (b->waits[lot]) {
        lot = (lot + 1) % N_LOT;
    }
    const bool ranked = i < 2;
    const struct waiting entry = {.lot = lot,
                                  .step = steps_of[i][draw(b, 2)],
                                  .setup = SIM_NONE,
                                  .kept_tool = SIM_NONE,
                                  .priority = (int32_t)draw(b, 4) - 1,
                                  .wafers = 1 + (uint32_t)draw(b, 30),
                                  .arrived = b->t.sim->s.head->now};
    uint32_t at = p->n;
    while (ranked && at > 0 && p->entry[at - 1].priority < entry.priority) {
        at--;
    }
    memmove(&p->entry[at + 1], &p->entry[at], (p->n - at) * sizeof entry);
    p->entry[at] = entry;
    p->n++;
    p->most = p->n > p->most ? p->n : p->most;
    b->waits[lot] = true;
    b->n_waiting++;
    waiting_add(b->t.sim, b->group[i], &entry);
}

static void take(struct bench *b, uint32_t i, uint32_t at) {
    struct plain *p = &b->plain[i];
    p->wait_us += b->t.sim->s.head->now - p->entry[at].arrived;
    b->waits[p->entry[at].lot] = false;
    b->n_waiting--;
    p->n--;
    memmove(&p->entry[at], &p->entry[at + 1], (p->n - at) * sizeof p->entry[0]);
    waiting_remove(b->t.sim, b->group[i], at);
}

static void check_batches(const struct bench *b) {
    const struct maru_model *m = b->t.model;
    uint32_t n_ready = 0;
    for (uint32_t k = 0; k < m->n_batch; k++) {
        uint32_t wafers = 0;
        for (uint32_t e = 0; e < b->plain[1].n; e++) {
            const struct waiting *entry = &b->plain[1].entry[e];
            wafers += entry->step == m->batch[k].step ? entry->wafers : 0;
        }
        assert_int_equal(b->t.sim->s.batch_wafers[k], wafers);
        n_ready += wafers >= m->batch[k].min_wafers;
    }
    assert_int_equal(b->t.sim->s.group[b->group[1]].n_batch_ready, n_ready);
}

static void check_list(const struct bench *b, uint32_t i) {
    const struct maru_sim *sim = b->t.sim;
    const struct group *g = &sim->s.group[b->group[i]];
    const struct plain *p = &b->plain[i];
    assert_int_equal(g->n_waiting, p->n);
    assert_int_equal(g->max_waiting, p->most);
    int64_t work_ms = 0;
    for (uint32_t e = 0; e < p->n; e++) {
        const struct waiting *entry = &waiting_list(sim, b->group[i])[e];
        assert_int_equal(entry->lot, p->entry[e].lot);
        assert_int_equal(entry->step, p->entry[e].step);
        assert_int_equal(entry->priority, p->entry[e].priority);
        assert_true(entry->arrived == p->entry[e].arrived);
        work_ms += sim->model->hop[entry->step].work_ms;
    }
    assert_true(g->work_ms == work_ms);
    assert_true(g->wait_us == p->wait_us);
    assert_true(g->waiting_us + (maru_time)g->n_waiting * (sim->s.head->now - g->counted_until) ==
                p->waiting_us);
}

// Lists lie apart, inside what is used of the pool, and that inside the block.
static void check_pool(const struct bench *b) {
    const struct maru_sim *sim = b->t.sim;
    const size_t n_pool = state_n_pool(sim->model, N_LOT);
    if (sim->s.head->pool_used > n_pool) {
        fail_msg("%u entries of the pool are in use, there are %zu", sim->s.head->pool_used,
                 n_pool);
    }
    for (uint32_t g = 0; g < sim->model->n_group; g++) {
        const struct group *a = &sim->s.group[g];
        assert_in_range(a->list + a->list_room, POOL_MIN_ROOM, sim->s.head->pool_used);
        assert_true(a->list_from + a->n_waiting <= a->list_room);
        for (uint32_t h = 0; h < g; h++) {
            const struct group *c = &sim->s.group[h];
            assert_true(a->list + a->list_room <= c->list || c->list + c->list_room <= a->list);
        }
    }
}

static void check(const struct bench *b) {
    check_pool(b);
    for (uint32_t i = 0; i < N_GROUP; i++) {
        check_list(b, i);
    }
    check_batches(b);
}

// Long queues and short ones in turn, so that every list grows, shrinks and is pushed about.
static void lists_are_as_plain_ones(void **state) {
    (void)state;
    struct bench *b = bench_new();
    uint32_t favorite = 0;
    for (int turn = 0; turn < N_TURN; turn++) {
        favorite = draw(b, 500) == 0 ? (uint32_t)draw(b, N_GROUP) : favorite;
        const uint32_t i = draw(b, 3) > 0 ? favorite : (uint32_t)draw(b, N_GROUP);
        pass_time(b);
        const bool grows = turn / 600 % 2 == 0;
        if (b->n_waiting < N_LOT && draw(b, 10) < (grows ? 7 : 3)) {
            add(b, i);
        } else if (b->plain[i].n > 0) {
            take(b, i, draw(b, 2) == 0 ? 0 : (uint32_t)draw(b, b->plain[i].n));
        }
        if (turn % 16 == 0) {
            check(b);
        }
        check_pool(b);
    }
    while (b->n_waiting > 0) {
        const uint32_t i = (uint32_t)draw(b, N_GROUP);
        if (b->plain[i].n > 0) {
            take(b, i, (uint32_t)draw(b, b->plain[i].n));
        }
    }
    check(b);
    bench_free(b);
}

// A queue that stays long while its first is taken and one joins at its end wanders through its
// room: it never needs more of the pool than there is.
static void a_long_queue_wanders(void **state) {
    (void)state;
    for (uint32_t length = 1; length < N_LOT; length += length < 20 ? 1 : 13) {
        struct bench *b = bench_new();
        for (uint32_t k = 0; k < length; k++) {
            add(b, 2);
        }
        for (uint32_t k = 0; k < 6 * N_LOT; k++) {
            take(b, 2, 0);
            add(b, 2);
            check_pool(b);
        }
        check(b);
        bench_free(b);
    }
}

// All lots in one list, then all in another, so that the pool is packed again and again.
static void a_crowd_moves_from_list_to_list(void **state) {
    (void)state;
    struct bench *b = bench_new();
    for (uint32_t round = 0; round < 12; round++) {
        const uint32_t i = round % N_GROUP;
        while (b->n_waiting < N_LOT) {
            add(b, i);
            check_pool(b);
        }
        check(b);
        for (uint32_t k = 0; k < N_LOT; k++) { // some stay behind
            if (b->plain[i].n > round) {
                take(b, i, (uint32_t)draw(b, b->plain[i].n));
            }
        }
        check(b);
        for (uint32_t k = 0; round % 4 == 3 && k < N_GROUP; k++) {
            while (b->plain[k].n > 0) {
                take(b, k, b->plain[k].n - 1);
            }
        }
    }
    bench_free(b);
}

// A step with a batch is counted when its wafers reach the minimum, and no more when they fall
// below.
static void batches_are_counted(void **state) {
    (void)state;
    struct bench *b = bench_new();
    const struct group *g = &b->t.sim->s.group[b->group[1]];
    struct waiting entry = {.step = 1, .setup = SIM_NONE, .kept_tool = SIM_NONE, .wafers = 25};
    static const uint32_t want[] = {0, 0, 1, 1};
    for (uint32_t k = 0; k < 4; k++) {
        entry.lot = k;
        waiting_add(b->t.sim, b->group[1], &entry);
        assert_int_equal(g->n_batch_ready, want[k]);
    }
    entry = (struct waiting){.lot = 9, .step = 3, .wafers = 25};
    waiting_add(b->t.sim, b->group[1], &entry);
    assert_int_equal(g->n_batch_ready, 2);
    waiting_remove(b->t.sim, b->group[1], 0);
    assert_int_equal(g->n_batch_ready, 2);
    waiting_remove(b->t.sim, b->group[1], 0);
    assert_int_equal(g->n_batch_ready, 1);
    waiting_remove(b->t.sim, b->group[1], 2);
    assert_int_equal(g->n_batch_ready, 0);
    bench_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_as_plain_ones),
        cmocka_unit_test(a_long_queue_wanders),
        cmocka_unit_test(a_crowd_moves_from_list_to_list),
        cmocka_unit_test(batches_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
