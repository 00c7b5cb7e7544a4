#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/reservation_table.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "pool/money/civil_date.h"

enum { ARENA_BYTES = 1 << 24, MANY = 300, NODES = 4, HOURS = 24 };
#define HOUR_US INT64_C(3600000000)

struct stage {
    struct arena arena;
    struct reservation_table table;
    maru_error err;
};

static maru_status read(struct stage *stage, const char *text) {
    *stage = (struct stage){.err.row = 0};
    arena_init(&stage->arena, ARENA_BYTES);
    return reservation_table_read(text, strlen(text), CIVIL_SEOUL_MIN, &stage->arena, &stage->table,
                                  &stage->err);
}

static void a_table_of_people_is_read(void **state) {
    (void)state;
    struct stage stage;
    assert_int_equal(read(&stage, "이름;계정;노드;시작;끝\n"
                                  "lecture;uni-a/course;n2 n1;2026-12-01 09:00;2026-12-01 18:00\n"
                                  "demo;uni-b;n1;2026-12-01T18:00;2026-12-02\n"),
                     MARU_OK);
    assert_int_equal(stage.table.n, 2);
    const struct reservation *demo = &stage.table.row[0], *lecture = &stage.table.row[1];
    assert_string_equal(demo->name, "demo");
    assert_int_equal(lecture->n_node, 2);
    assert_string_equal(lecture->node[0], "n2");
    assert_int_equal(lecture->until_us - lecture->from_us, 9 * HOUR_US);
    assert_int_equal(demo->from_us, lecture->until_us); // one after the other is no overlap
    assert_ptr_equal(reservation_table_find(&stage.table, "lecture"), lecture);
    assert_null(reservation_table_find(&stage.table, "lectur"));
    assert_int_equal(reservation_table_next_end(&stage.table, lecture->from_us), lecture->until_us);
    assert_int_equal(reservation_table_next_end(&stage.table, lecture->until_us), demo->until_us);
    assert_int_equal(reservation_table_next_end(&stage.table, demo->until_us), INT64_MAX);
    arena_fini(&stage.arena);
}

static void it_is_for_an_account_and_what_is_below_it(void **state) {
    (void)state;
    const struct reservation all = {.account = "uni"}, one = {.account = "uni/course"};
    assert_true(reservation_is_for(&all, "uni", "course"));
    assert_true(reservation_is_for(&one, "uni", "course"));
    assert_false(reservation_is_for(&one, "uni", "cours"));
    assert_false(reservation_is_for(&one, "uni", "other"));
    assert_false(reservation_is_for(&all, "un", "i"));
    assert_false(reservation_is_for(&all, "uni-b", "course"));
    assert_false(reservation_is_for(&one, "un", "course"));
}

static void what_makes_no_sense_is_told_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t row;
    } bad[] = {
        {"name,account,nodes,from\n", 1},
        {"name,account,nodes,from,until\n\na,b,n,2026-01-02,2026-01-01\n", 3},
        {"name,account,nodes,from,until\nA b,b,n,2026-01-01,2026-01-02\n", 2},
        {"name,account,nodes,from,until\na,b/c/d,n,2026-01-01,2026-01-02\n", 2},
        {"name,account,nodes,from,until\na,b,,2026-01-01,2026-01-02\n", 2},
        {"name,account,nodes,from,until\na,b,n n,2026-01-01,2026-01-02\n", 2},
        {"name,account,nodes,from,until\na,b,n,tomorrow,2026-01-02\n", 2},
        {"name,account,nodes,from,until\na,b,n,2026-01-01,\n", 2},
        {"name,account,nodes,from,until\na,b,n,2026-01-01,2026-01-02\na,b,m,2026-01-01,2026-01-"
         "02\n",
         3},
        {"name,account,nodes,from,until\nc,b,n,2026-01-01,2026-01-03\na,b,m "
         "n,2026-01-02,2026-02-02\n",
         3},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct stage stage;
        assert_int_equal(read(&stage, bad[i].text), MARU_E_INPUT);
        assert_int_equal(stage.err.row, bad[i].row);
        arena_fini(&stage.arena);
    }
}

static uint32_t below(uint64_t *drawn, uint32_t n) {
    return (uint32_t)(random_at(7, 1, (*drawn)++).word[0] % n);
}

// Random tables against the plain rule, hour by hour; and what is taken is written and read back the same.
static void a_node_is_reserved_once_at_a_time(void **state) {
    (void)state;
    static const char *const name[] = {"a", "b", "c"};
    static const char *const node[NODES] = {"n1", "n2", "n3", "n4"};
    uint64_t drawn = 0;
    uint32_t n_taken = 0;
    for (int trial = 0; trial < MANY; trial++) {
        struct reservation row[3];
        const char *its[3][NODES];
        uint8_t use[NODES][HOURS] = {{0}};
        bool is_double = false;
        for (int i = 0; i < 3; i++) {
            const uint32_t from = below(&drawn, HOURS - 1),
                           until = from + 1 + below(&drawn, HOURS - 1 - from);
            const uint32_t first = below(&drawn, NODES), n = 1 + below(&drawn, 2);
            row[i] = (struct reservation){.name = name[i],
                                          .account = "t",
                                          .node = its[i],
                                          .n_node = n,
                                          .from_us = from * HOUR_US,
                                          .until_us = until * HOUR_US};
            for (uint32_t k = 0; k < n; k++) {
                its[i][k] = node[(first + k) % NODES];
                for (uint32_t h = from; h < until; h++) {
                    is_double |= use[(first + k) % NODES][h]++ > 0;
                }
            }
        }
        struct stage stage = {.err.row = 0};
        arena_init(&stage.arena, ARENA_BYTES);
        const maru_status st =
            reservation_table_make(row, 3, &stage.arena, &stage.table, &stage.err);
        assert_int_equal(st, is_double ? MARU_E_INPUT : MARU_OK);
        if (st == MARU_OK) {
            struct text once, twice;
            struct stage again;
            text_init(&once, 1 << 16);
            text_init(&twice, 1 << 16);
            reservation_table_write(&once, &stage.table, CIVIL_SEOUL_MIN);
            assert_int_equal(read(&again, once.bytes), MARU_OK);
            reservation_table_write(&twice, &again.table, CIVIL_SEOUL_MIN);
            assert_string_equal(once.bytes, twice.bytes);
            text_fini(&once);
            text_fini(&twice);
            arena_fini(&again.arena);
            n_taken++;
        }
        arena_fini(&stage.arena);
    }
    assert_in_range(n_taken, MANY / 10, MANY - MANY / 10); // both ways were tried
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_people_is_read),
        cmocka_unit_test(it_is_for_an_account_and_what_is_below_it),
        cmocka_unit_test(what_makes_no_sense_is_told_with_its_line),
        cmocka_unit_test(a_node_is_reserved_once_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
