#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/money/owned_cost.h"

#include <string.h>

// Closed forms; and a cluster of one's own never costs nothing.

static const int64_t hour_us = INT64_C(3600) * 1000000, year_us = INT64_C(31557600) * 1000000;

struct scene {
    struct arena arena;
    struct cluster cluster;
    struct owned_cost cost;
};

static const char settings[] = "years = 5\n"
                               "capital_krw = 2000000000  # network and storage\n"
                               "people_krw = 300000000\n"
                               "space_krw = 50000000\n"
                               "other_krw = 10000000\n"
                               "power_krw_per_mwh = 150000\n"
                               "co2_g_per_kwh = 450\n"
                               "gpu-h100 = 60000000\n"
                               "gpu-L4 = 5000000\n";

static void make(struct scene *s) {
    static const struct gpu_type type[] = {{"H100", 81920, 100, 700}, {"L4", 24576, 20, 70}};
    static const struct cluster_site site[] = {{"a", 0, 1300}};
    struct cluster_node node[12];
    for (uint32_t i = 0; i < 12; i++) {
        node[i] = (struct cluster_node){
            .name = "n", .idle_watts = 800, .type = i < 8 ? 0 : 1, .n_gpu = i < 8 ? 8 : 4};
    }
    const struct cluster_rows rows = {type, node, site, 2, 12, 1};
    *s = (struct scene){0};
    arena_init(&s->arena, 1 << 16);
    assert_int_equal(cluster_make(&rows, &s->arena, &s->cluster, NULL), MARU_OK);
    assert_int_equal(owned_cost_read(settings, sizeof settings - 1, &s->cost, NULL), MARU_OK);
}

static void power_at_the_meter(void **state) {
    (void)state;
    struct scene s;
    struct owned_power power[2];
    make(&s);
    owned_power_of(&s.cluster, power);
    assert_int_equal(power[0].idle_mw, (100 + 100) * 1300); // 800 W of a node over 8 GPUs
    assert_int_equal(power[0].busy_mw, (700 + 100) * 1300);
    assert_int_equal(power[1].busy_mw, (70 + 200) * 1300);
    assert_int_equal(owned_energy_j(&power[0], 4000, 1000, hour_us), 4 * 1040 * 3600);
    assert_int_equal(owned_energy_j(&power[0], 4000, 0, hour_us), 4 * 260 * 3600);
    assert_int_equal(owned_energy_j(&power[0], 500, 500, hour_us), 325 * 3600);
    assert_int_equal(owned_energy_j(&power[0], 1000, UINT16_MAX, hour_us), 1040 * 3600);
    assert_int_equal(owned_energy_j(&power[0], 1000, 1000, 0), 0);
    assert_int_equal(owned_co2_g(&s.cost, 3600000), 450);
    assert_int_equal(owned_power_krw_milli(&s.cost, 3600000), 150000);
    arena_fini(&s.arena);
}

static void a_year(void **state) {
    (void)state;
    struct scene s;
    struct owned_bill all, type[2];
    make(&s);
    // Half of the H100 time, busy at 1040 W; nothing of the L4.
    const int64_t used[2] = {32 * (year_us / 1000), 0};
    const int64_t energy = INT64_C(32) * 1040 * (year_us / 1000000);
    const struct owned_use use = {0, year_us, used, energy};
    assert_int_equal(owned_bill_make(&s.cost, &s.cluster, &use, &all, type, NULL), MARU_OK);
    const int64_t million = 1000000000; // of won, in thousandths
    assert_int_equal(all.capital, (64 * 60 + 16 * 5 + 2000) * million / 5);
    assert_int_equal(all.people, 300 * million);
    assert_int_equal(all.space, 50 * million);
    assert_int_equal(all.other, 10 * million);
    const int64_t idle = (32 * 260 + 16 * (20 + 200) * 1300 / 1000) * (year_us / 1000000);
    assert_int_equal(all.energy_j, energy + idle);
    assert_int_equal(all.power, owned_power_krw_milli(&s.cost, energy + idle));
    assert_int_equal(all.total, all.capital + all.people + all.space + all.other + all.power);
    assert_int_equal(all.owned_ms, 80 * (year_us / 1000));
    assert_int_equal(all.used_ms, used[0]);
    // 80 GPUs owned and 32 used: an hour used costs 2.5 times an hour owned
    assert_true(all.an_hour_owned > 0);
    assert_in_range(all.an_hour_used * 2 - all.an_hour_owned * 5, 0, 10);
    assert_in_range(all.capital - type[0].capital - type[1].capital, 0, 2);
    assert_in_range(all.people - type[0].people - type[1].people, 0, 2);
    assert_int_equal(all.energy_j, type[0].energy_j + type[1].energy_j);
    assert_int_equal(type[1].an_hour_used, 0);
    assert_true(type[0].an_hour_owned > type[1].an_hour_owned);
    arena_fini(&s.arena);
}

// A time cut in two costs what it costs in one piece, to a thousandth of a won a part.
static void parts_of_a_time(void **state) {
    (void)state;
    struct scene s;
    struct owned_bill all, sum = {0};
    make(&s);
    const int64_t used[2] = {INT64_C(5) * 3600000, 3600000};
    const int64_t first[2] = {INT64_C(3) * 3600000, 0}, second[2] = {INT64_C(2) * 3600000, 3600000};
    const struct owned_use use = {hour_us, 9 * hour_us, used, 7000000};
    const struct owned_use one = {hour_us, 4 * hour_us, first, 4000000};
    const struct owned_use other = {4 * hour_us, 9 * hour_us, second, 3000000};
    assert_int_equal(owned_bill_make(&s.cost, &s.cluster, &use, &all, NULL, NULL), MARU_OK);
    for (int i = 0; i < 2; i++) {
        struct owned_bill part;
        assert_int_equal(owned_bill_make(&s.cost, &s.cluster, i ? &other : &one, &part, NULL, NULL),
                         MARU_OK);
        owned_bill_add(&sum, &part);
    }
    assert_in_range(all.total - sum.total, 0, 10);
    assert_in_range(all.energy_j - sum.energy_j, 0, 4);
    assert_int_equal(sum.owned_ms, all.owned_ms);
    assert_int_equal(sum.used_ms, all.used_ms);
    assert_in_range(all.an_hour_used - sum.an_hour_used, 0, 10);
    assert_in_range(all.an_hour_owned - sum.an_hour_owned, 0, 10);
    arena_fini(&s.arena);
}

static void never_for_nothing(void **state) {
    (void)state;
    struct scene s;
    struct owned_bill all;
    make(&s);
    const int64_t used[2] = {0, 0};
    const struct owned_use use = {5 * hour_us, 6 * hour_us, used, 0};
    assert_int_equal(owned_bill_make(&s.cost, &s.cluster, &use, &all, NULL, NULL), MARU_OK);
    assert_true(all.total > 0 && all.an_hour_owned > 0 && all.an_hour_used == 0);
    const struct owned_use backwards = {6 * hour_us, 6 * hour_us, used, 0};
    assert_int_equal(owned_bill_make(&s.cost, &s.cluster, &backwards, &all, NULL, NULL),
                     MARU_E_RANGE);
    s.cost.capital_krw = s.cost.people_krw = s.cost.space_krw = OWNED_MAX_KRW;
    const struct owned_use century = {0, 100 * year_us, used, 0};
    assert_int_equal(owned_bill_make(&s.cost, &s.cluster, &century, &all, NULL, NULL),
                     MARU_E_LIMIT);
    struct cluster empty = {.n_site = 1};
    const struct owned_use hour = {0, hour_us, NULL, 0};
    assert_int_equal(owned_bill_make(&s.cost, &empty, &hour, &all, NULL, NULL), MARU_OK);
    assert_int_equal(all.an_hour_owned, 0);
    arena_fini(&s.arena);
}

static void settings_come_back(void **state) {
    (void)state;
    struct scene s;
    struct owned_cost again;
    struct text out;
    make(&s);
    text_init(&out, 1 << 12);
    owned_cost_write(&out, &s.cost);
    assert_int_equal(owned_cost_read(out.bytes, out.n_bytes, &again, NULL), MARU_OK);
    assert_memory_equal(&again, &s.cost, sizeof again);
    static const struct {
        const char *text;
        uint32_t row;
    } bad[] = {
        {"", 0},
        {"people_krw = 5\n", 0},
        {"years = 0\n", 1},
        {"years = \"5\"\n", 1},
        {"years = 5\nyears = 5\n", 2},
        {"years = 5\nprice = 5\n", 2},
        {"years = 5\npeople_krw = -1\n", 2},
        {"years = 5\ngpu-h100 = -1\n", 2},
        {"years = 5\ngpu- = 1\n", 2},
        {"years = 5\ngpu-a = 1\n\ngpu-a = 1\n", 4},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        maru_error err = {0};
        if (owned_cost_read(bad[i].text, strlen(bad[i].text), &again, &err) != MARU_E_INPUT ||
            err.row != bad[i].row) {
            fail_msg("case %zu: row %u: %s", i, err.row, err.text);
        }
    }
    text_fini(&out);
    arena_fini(&s.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_at_the_meter), cmocka_unit_test(a_year),
        cmocka_unit_test(parts_of_a_time),    cmocka_unit_test(never_for_nothing),
        cmocka_unit_test(settings_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
