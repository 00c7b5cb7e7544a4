#include "pool/pool_homes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "pool/trial_cluster.h"

// Whose GPUs are whose: as many as are guaranteed, none twice, and with each its share of CPUs and memory.

enum { N_NODE = 60, N_ACCOUNT = 30 };

struct homes_trial {
    struct trial_luck luck;
    struct arena arena;
    struct cluster cluster;
    struct accounts accounts;
    struct account row[N_ACCOUNT];
    uint32_t guarantee[N_ACCOUNT][3];
    uint32_t own[N_ACCOUNT][3]; // what is left of it when those below have theirs
};

static uint32_t holder_of(const struct homes_trial *it, uint32_t a) {
    while (a > 0 && !it->row[a].guarantee) {
        a = it->row[a].parent;
    }
    return it->row[a].guarantee ? a : UINT32_MAX;
}

static void set_up(struct homes_trial *it, uint64_t seed) {
    memset(it, 0, sizeof *it);
    it->luck.seed = seed;
    arena_init(&it->arena, 1 << 24);
    assert_int_equal(trial_cluster(&it->luck, N_NODE, &it->arena, &it->cluster), MARU_OK);
    uint32_t left[3];
    memcpy(left, it->cluster.n_gpu, sizeof left);
    for (uint32_t a = 0; a < N_ACCOUNT; a++) {
        const uint32_t parent = a < 2 ? 0 : trial_below(&it->luck, a < 4 ? a : 4);
        it->row[a] = (struct account){.name = "a", .parent = parent, .weight = 1};
        const uint32_t holder = a ? holder_of(it, parent) : UINT32_MAX;
        if (a > 0 && trial_below(&it->luck, 3) > 0) {
            it->row[a].guarantee = it->guarantee[a];
            for (uint32_t t = 0; t < 3; t++) {
                uint32_t *from = holder == UINT32_MAX ? &left[t] : &it->own[holder][t];
                const uint32_t some = trial_below(&it->luck, *from / 3 + 2);
                const uint32_t n = trial_below(&it->luck, 8) && some <= *from ? some : *from;
                it->guarantee[a][t] = it->own[a][t] = n;
                *from -= n;
            }
        }
    }
    assert_int_equal(
        accounts_make(it->row, N_ACCOUNT, &it->cluster, &it->arena, &it->accounts, NULL), MARU_OK);
}

static void check_home(const struct homes_trial *it, const struct home *home, uint32_t holder,
                       uint32_t taken[N_NODE]) {
    uint32_t n_gpu[3] = {0};
    for (uint32_t i = 0; i < home->cluster.n_node; i++) {
        const struct home_node *at = &home->node[i];
        const struct cluster_node *node = &it->cluster.node[at->node];
        const struct cluster_node *own = &home->cluster.node[i];
        const uint32_t bits = ((1U << at->n_gpu) - 1) << at->first_gpu;
        assert_true(i == 0 || at->node > home->node[i - 1].node);
        assert_true(at->n_gpu > 0 && at->first_gpu + at->n_gpu <= node->n_gpu);
        assert_int_equal(taken[at->node] & bits, 0);
        taken[at->node] |= bits;
        assert_true(own->type == node->type && own->n_gpu == at->n_gpu);
        assert_int_equal(own->cpu_milli, (uint64_t)node->cpu_milli * at->n_gpu / node->n_gpu);
        assert_int_equal(own->memory_mib, (uint64_t)node->memory_mib * at->n_gpu / node->n_gpu);
        n_gpu[node->type] += at->n_gpu;
        struct pool_part part = {.node = i, .gpus = 1};
        homes_part_out(home, &part);
        assert_true(part.node == at->node && part.gpus == 1U << at->first_gpu);
        assert_true(homes_part_in(home, &part) && part.node == i && part.gpus == 1);
        part = (struct pool_part){.node = at->node, .gpus = (uint16_t)(bits << 1)};
        assert_false(homes_part_in(home, &part)); // one GPU of it is somebody else's
    }
    assert_memory_equal(n_gpu, it->own[holder], sizeof n_gpu);
}

static void each_has_what_is_guaranteed(void **state) {
    (void)state;
    uint32_t n_home = 0, n_shared = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct homes_trial it;
        set_up(&it, seed);
        struct homes *homes = NULL;
        assert_int_equal(homes_new(&it.cluster, &it.accounts, &homes, NULL), MARU_OK);
        uint32_t taken[N_NODE] = {0};
        for (uint32_t a = 0; a < N_ACCOUNT; a++) {
            const uint32_t holder = holder_of(&it, a);
            const uint32_t *own = it.own[holder == UINT32_MAX ? 0 : holder];
            if (holder == UINT32_MAX || own[0] + own[1] + own[2] == 0) {
                assert_int_equal(homes->of[a], UINT32_MAX);
                continue;
            }
            const struct home *home = &homes->home[homes->of[a]];
            const struct account *row = &home->accounts.row[homes->row[a]];
            assert_int_equal(homes->of[a], homes->of[holder]);
            assert_null(row->guarantee);
            if (a == holder) {
                assert_int_equal(homes->row[a], 0);
                check_home(&it, home, a, taken);
                n_home++;
            } else {
                assert_int_equal(row->parent, homes->row[it.row[a].parent]);
            }
        }
        for (uint32_t i = 0; i < N_NODE; i++) {
            assert_int_equal(homes->piece_at[i] < homes->piece_at[i + 1], taken[i] != 0);
            n_shared += taken[i] && it.cluster.node[i].n_gpu > 1 &&
                        taken[i] != (1U << it.cluster.node[i].n_gpu) - 1;
        }
        homes_free(homes_keep(homes));
        homes_free(homes);
        arena_fini(&it.arena);
    }
    assert_true(n_home > 1000 && n_shared > 100);
}

static void without_memory_there_are_none(void **state) {
    (void)state;
    struct homes_trial it;
    set_up(&it, 5);
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st == MARU_E_MEMORY; k++) {
        struct homes *homes = NULL;
        alloc_fail_after(k);
        st = homes_new(&it.cluster, &it.accounts, &homes, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_OK ? k > 5 : st == MARU_E_MEMORY && !homes);
        homes_free(homes);
    }
    arena_fini(&it.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_what_is_guaranteed),
        cmocka_unit_test(without_memory_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
