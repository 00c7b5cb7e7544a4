#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/money/usage.h"

#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "pool/money/civil_date.h"

// Laws: what a parent used is what its children used; months add up to the whole, in money to the last microcredit; and hour by hour
// a slow count has the same.

enum { N_ACCOUNT = 5, N_TYPE = 2, N_ROW = 40, N_MONTH = 3, FIRST_MONTH = 2026 * 12 + 1 };
static const int64_t hour_us = INT64_C(3600) * 1000000;
static const uint32_t guarantee[N_TYPE] = {6, 2}, less[N_TYPE] = {2, 1}, none[N_TYPE] = {0, 0};
static const struct account tree[N_ACCOUNT] = {
    {.name = "all", .guarantee = guarantee},
    {.name = "a", .guarantee = less},
    {.name = "b"},
    {.name = "a/x", .parent = 1, .guarantee = none},
    {.name = "a/y", .parent = 1},
};
static const struct accounts accounts = {tree, N_ACCOUNT};
enum { N_CHANGE = 12 };

static uint64_t draw(uint64_t *k, uint64_t n) {
    const struct random_block block = random_at(41, 5, (*k)++);
    return (((uint64_t)block.word[0] << 32) | block.word[1]) % n;
}

struct scene {
    struct arena arena;
    struct prices prices;
    uint32_t resource[N_TYPE];
    struct owned_power power[N_TYPE];
    struct usage_row row[N_ROW];
    struct usage_guarantee change[N_CHANGE];
    struct usage_asked asked;
    int64_t begin_us;
};

// Of the account and type at a moment: of changes at one time the last one holds.
static int64_t guaranteed_at(const struct scene *s, uint32_t account, int type, int64_t at_us) {
    const uint32_t *own = tree[account].guarantee;
    const struct usage_guarantee *best = NULL;
    if (!s->asked.guarantee) {
        return own ? own[type] : 0;
    }
    for (uint32_t i = 0; i < s->asked.n_guarantee; i++) {
        const struct usage_guarantee *change = &s->change[i];
        if (change->account == account && change->type == type && change->at_us <= at_us &&
            (!best || change->at_us >= best->at_us)) {
            best = change;
        }
    }
    return best ? best->n : 0;
}

static void make(struct scene *s, uint64_t *k) {
    static const struct price_line lines[] = {{"h100", -1000 * INT64_C(86400000000), {2500000, 7}},
                                              {"h100", 1773000000000000, {3333333, 5}},
                                              {"*", -1000 * INT64_C(86400000000), {1000001, 3}}};
    *s = (struct scene){0};
    arena_init(&s->arena, 1 << 20);
    assert_int_equal(prices_make(lines, 3, &s->arena, &s->prices, NULL), MARU_OK);
    s->resource[0] = prices_find(&s->prices, "H100");
    s->resource[1] = prices_find(&s->prices, "L4");
    s->power[0] = (struct owned_power){100000, 800000};
    s->power[1] = (struct owned_power){20000, 90000};
    s->begin_us = civil_month_start(FIRST_MONTH, CIVIL_SEOUL_MIN);
    for (uint32_t i = 0; i < N_ROW; i++) {
        const int64_t from = s->begin_us + ((int64_t)draw(k, 2600) - 200) * hour_us;
        const bool runs = draw(k, 8) == 0;
        struct usage_row row = {.job = i, .from_us = from, .until_us = INT64_MAX};
        row.account = (uint32_t)draw(k, N_ACCOUNT);
        row.type = draw(k, 9) == 0 ? CLUSTER_NO_TYPE : (uint8_t)draw(k, N_TYPE);
        row.end = runs ? USAGE_RUNS : 1 + (uint8_t)draw(k, USAGE_ENDS - 1);
        row.busy_milli = draw(k, 3) == 0 ? USAGE_BUSY_UNKNOWN : (uint16_t)draw(k, 1001);
        row.gpu_milli = draw(k, 4) == 0 ? 250 : 1000 * draw(k, 4);
        row.waited_us = (int64_t)draw(k, 100);
        row.until_us = runs ? INT64_MAX : from + (int64_t)draw(k, 900) * hour_us;
        s->row[i] = row;
    }
    s->asked = (struct usage_asked){.row = s->row,
                                    .n_type = N_TYPE,
                                    .accounts = &accounts,
                                    .prices = &s->prices,
                                    .resource = s->resource,
                                    .power = s->power,
                                    .first_month = FIRST_MONTH,
                                    .n_month = N_MONTH,
                                    .offset_min = CIVIL_SEOUL_MIN};
    s->asked.n_row = (uint32_t)draw(k, N_ROW + 1);
    s->asked.now_us = s->begin_us + (int64_t)draw(k, 2600) * hour_us;
}

static bool is_in(uint32_t account, uint32_t above) {
    while (account != above && account) {
        account = tree[account].parent;
    }
    return account == above;
}

// Hour by hour: thousandths of GPU hours used, and guaranteed ones that stood free.
static void slow(const struct scene *s, uint32_t account, uint32_t month, int64_t *used,
                 int64_t *unused, int64_t *guaranteed) {
    *used = *unused = *guaranteed = 0;
    const int64_t from = civil_month_start(FIRST_MONTH + month, CIVIL_SEOUL_MIN);
    const int64_t until = civil_month_start(FIRST_MONTH + month + 1, CIVIL_SEOUL_MIN);
    for (int64_t at = from; at < until && at < s->asked.now_us; at += hour_us) {
        int64_t held[N_TYPE] = {0};
        for (uint32_t i = 0; i < s->asked.n_row; i++) {
            const struct usage_row *row = &s->row[i];
            if (row->type != CLUSTER_NO_TYPE && is_in(row->account, account) &&
                row->from_us <= at && at < row->until_us) {
                held[row->type] += (int64_t)row->gpu_milli;
            }
        }
        for (int type = 0; type < N_TYPE; type++) {
            const int64_t has = 1000 * guaranteed_at(s, account, type, at);
            const int64_t free_milli = has - held[type];
            *used += held[type];
            *guaranteed += has;
            *unused += free_milli > 0 ? free_milli : 0;
        }
    }
}

// Changes by date, some before the report, some at one time.
static void change_guarantees(struct scene *s, uint64_t *k) {
    s->asked.guarantee = s->change;
    s->asked.n_guarantee = (uint32_t)draw(k, N_CHANGE + 1);
    for (uint32_t i = 0; i < s->asked.n_guarantee; i++) {
        const bool is_at_one_time = i > 0 && draw(k, 5) == 0;
        struct usage_guarantee change = {.n = 0};
        change.at_us = is_at_one_time ? s->change[i - 1].at_us
                                      : s->begin_us + ((int64_t)draw(k, 2600) - 200) * hour_us;
        change.account = (uint32_t)draw(k, N_ACCOUNT);
        change.n = (uint32_t)draw(k, 5);
        change.type = (uint8_t)draw(k, N_TYPE);
        s->change[i] = change;
    }
}

static void as_the_slow_one(void **state) {
    (void)state;
    uint64_t k = 0;
    for (int round = 0; round < 40; round++) {
        struct scene s;
        struct usage usage;
        maru_error err = {0};
        make(&s, &k);
        if (round % 2) {
            change_guarantees(&s, &k);
        }
        if (usage_make(&s.asked, &usage, &err) != MARU_OK) {
            fail_msg("%s", err.text);
        }
        for (uint32_t account = 0; account < N_ACCOUNT; account++) {
            for (uint32_t month = 0; month < N_MONTH; month++) {
                const struct usage_cell *cell = &usage.cell[account * N_MONTH + month];
                int64_t used = 0, unused = 0, guaranteed = 0;
                slow(&s, account, month, &used, &unused, &guaranteed);
                assert_int_equal(cell->used_ms, used * 3600);
                assert_int_equal(cell->unused_ms, unused * 3600);
                assert_int_equal(cell->guaranteed_ms, guaranteed * 3600);
                assert_true(cell->idle_ms + cell->unknown_ms <= cell->used_ms);
            }
        }
        usage_fini(&usage);
        arena_fini(&s.arena);
    }
}

static void parts_are_the_whole(void **state) {
    (void)state;
    uint64_t k = 1000000;
    for (int round = 0; round < 100; round++) {
        struct scene s;
        struct usage usage;
        make(&s, &k);
        assert_int_equal(usage_make(&s.asked, &usage, NULL), MARU_OK);
        const int64_t end = civil_month_start(FIRST_MONTH + N_MONTH, CIVIL_SEOUL_MIN);
        const int64_t last = s.asked.now_us < end ? s.asked.now_us : end;
        struct money want = {0};
        uint64_t n_run = 0;
        for (uint32_t i = 0; i < s.asked.n_row; i++) {
            const struct usage_row *row = &s.row[i];
            const bool has = row->type != CLUSTER_NO_TYPE;
            const struct price_gpus gpus = {has ? s.resource[row->type] : PRICE_OTHER,
                                            row->gpu_milli};
            const struct price_use use = {&gpus, has, 0, 0};
            const int64_t from = row->from_us > s.begin_us ? row->from_us : s.begin_us;
            const int64_t until = row->until_us < last ? row->until_us : last;
            const struct price_span span = {row->from_us, from, until};
            struct money money = {0};
            assert_true(until <= from ||
                        prices_charge(&s.prices, &use, &span, &money, NULL) == MARU_OK);
            want.credits_micro += money.credits_micro;
            want.krw_milli += money.krw_milli;
            n_run += row->from_us >= s.begin_us && row->from_us <= last && row->from_us < end;
        }
        const struct usage_cell all = usage_total(&usage, 0);
        assert_int_equal(all.charged.credits_micro, want.credits_micro);
        assert_int_equal(all.charged.krw_milli, want.krw_milli);
        assert_int_equal(all.n_run, n_run);
        for (uint32_t month = 0; month < N_MONTH; month++) { // a is x and y, and what is its own
            struct usage_cell own = usage.cell[1 * N_MONTH + month];
            const struct usage_cell *x = &usage.cell[3 * N_MONTH + month],
                                    *y = &usage.cell[4 * N_MONTH + month];
            assert_true(own.used_ms >= x->used_ms + y->used_ms);
            assert_true(own.charged.credits_micro >=
                        x->charged.credits_micro + y->charged.credits_micro);
            assert_true(own.energy_j >= x->energy_j + y->energy_j);
        }
        usage_fini(&usage);
        arena_fini(&s.arena);
    }
}

static void by_hand(void **state) {
    (void)state;
    struct scene s;
    struct usage usage;
    uint64_t k = 0;
    make(&s, &k);
    const int64_t begin = s.begin_us, march = civil_month_start(FIRST_MONTH + 1, CIVIL_SEOUL_MIN);
    s.row[0] = (struct usage_row){.account = 3,
                                  .type = 0,
                                  .end = USAGE_DONE,
                                  .busy_milli = 250,
                                  .gpu_milli = 4000,
                                  .waited_us = 5 * hour_us,
                                  .from_us = march - hour_us,
                                  .until_us = march + 3 * hour_us};
    s.asked.n_row = 1;
    s.asked.now_us = march + 10 * hour_us;
    assert_int_equal(usage_make(&s.asked, &usage, NULL), MARU_OK);
    const struct usage_cell *feb = &usage.cell[N_MONTH], *mar = feb + 1, *apr = feb + 2;
    assert_int_equal(feb->used_ms, 4 * 3600000);
    assert_int_equal(mar->used_ms, 12 * 3600000);
    assert_int_equal(mar->idle_ms, 9 * 3600000);
    assert_int_equal(feb->energy_j,
                     4 * 3600 * (100 + 175)); // a quarter of the way from 100 W to 800 W
    assert_int_equal(feb->n_run, 1);
    assert_int_equal(feb->waited_us, 5 * hour_us);
    assert_int_equal(mar->n_end[USAGE_DONE], 1);
    assert_int_equal(feb->charged.credits_micro, 4 * 2500000);
    assert_int_equal(mar->guaranteed_ms, 3 * 10 * 3600000); // ten hours of March have come
    assert_int_equal(mar->unused_ms, (3 * 7 + 1 * 3) * 3600000);
    assert_int_equal(feb->unused_ms, (march - begin) / 1000 * 3 - INT64_C(2) * 3600000);
    assert_int_equal(apr->guaranteed_ms, 0);
    usage_fini(&usage);
    s.row[0].power =
        (struct owned_power){40000, 200000}; // what it drew then, whatever its type does now
    assert_int_equal(usage_make(&s.asked, &usage, NULL), MARU_OK);
    assert_int_equal(usage.cell[N_MONTH].energy_j, 4 * 3600 * (40 + 40));
    assert_int_equal(usage.cell[N_MONTH].measured_j, 0);
    usage_fini(&usage);
    s.row[0].is_measured = true;
    assert_int_equal(usage_make(&s.asked, &usage, NULL), MARU_OK);
    assert_int_equal(usage.cell[N_MONTH].measured_j, 4 * 3600 * (40 + 40));
    const struct usage_cell total = usage_total(&usage, 0);
    assert_int_equal(total.measured_j, total.energy_j);
    usage_fini(&usage);
    const struct usage_guarantee nobody = {.account = N_ACCOUNT}, no_type = {.type = N_TYPE};
    s.asked.guarantee = &nobody;
    s.asked.n_guarantee = 1;
    assert_int_equal(usage_make(&s.asked, &usage, NULL), MARU_E_RANGE);
    s.asked.guarantee = &no_type;
    assert_int_equal(usage_make(&s.asked, &usage, NULL), MARU_E_RANGE);
    arena_fini(&s.arena);
}

static void what_is_refused(void **state) {
    (void)state;
    uint64_t k = 3;
    const struct {
        uint32_t account;
        uint8_t type, end;
        uint16_t busy;
        uint64_t milli;
        int64_t waited, until;
    } bad[] = {
        {N_ACCOUNT, 0, 1, 0, 1, 0, 9},  {0, N_TYPE, 1, 0, 1, 0, 9},
        {0, 0, USAGE_ENDS, 0, 1, 0, 9}, {0, 0, 1, 1001, 1, 0, 9},
        {0, 0, 1, 0, UINT64_MAX, 0, 9}, {0, 0, 1, 0, 1, -1, 9},
        {0, 0, 1, 0, 1, 0, -9},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct scene s;
        struct usage usage = {.n_month = 77};
        maru_error err = {0};
        make(&s, &k);
        s.asked.n_row = 2;
        s.row[1] = (struct usage_row){.account = bad[i].account,
                                      .type = bad[i].type,
                                      .end = bad[i].end,
                                      .busy_milli = bad[i].busy,
                                      .gpu_milli = bad[i].milli,
                                      .waited_us = bad[i].waited,
                                      .until_us = bad[i].until};
        assert_int_equal(usage_make(&s.asked, &usage, &err), MARU_E_RANGE);
        assert_int_equal(err.row, 2);
        assert_int_equal(usage.n_month, 77);
        s.asked.n_month = USAGE_MAX_CELLS;
        assert_int_equal(usage_make(&s.asked, &usage, NULL), MARU_E_LIMIT);
        s.asked.n_month = 0;
        assert_int_equal(usage_make(&s.asked, &usage, NULL), MARU_E_RANGE);
        arena_fini(&s.arena);
    }
}

static void memory_runs_out(void **state) {
    (void)state;
    uint64_t k = 5, i = 0;
    struct scene s;
    struct usage usage = {.n_month = 77};
    make(&s, &k);
    maru_status st = MARU_E_MEMORY;
    for (; st != MARU_OK; i++) {
        alloc_fail_after(i);
        st = usage_make(&s.asked, &usage, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_OK || (st == MARU_E_MEMORY && usage.n_month == 77));
    }
    assert_int_equal(i, 9);
    usage_fini(&usage);
    arena_fini(&s.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_slow_one), cmocka_unit_test(parts_are_the_whole),
        cmocka_unit_test(by_hand),         cmocka_unit_test(what_is_refused),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
