#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/accounts_table.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "pool/money/civil_date.h"

enum { ARENA_BYTES = 1 << 26, MANY = 400 };

struct stage {
    struct arena arena;
    struct cluster cluster;
    struct accounts_table table;
    struct sheet_faults faults;
};

static void set_up(struct stage *stage, uint32_t n_node) {
    static const struct gpu_type type[] = {{"h100", 81920, 60, 700}, {"a100", 81920, 60, 400}};
    static struct cluster_node node[8];
    *stage = (struct stage){.faults.n = 0};
    arena_init(&stage->arena, ARENA_BYTES);
    for (uint32_t i = 0; i < n_node; i++) {
        node[i] = (struct cluster_node){
            .name = "n", .cpu_milli = 64000, .memory_mib = 1 << 19, .type = i % 2, .n_gpu = 8};
    }
    const struct cluster_rows rows = {.type = type, .node = node, .n_type = 2, .n_node = n_node};
    assert_int_equal(cluster_make(&rows, &stage->arena, &stage->cluster, NULL), MARU_OK);
}

static maru_status read(struct stage *stage, const char *text, maru_error *err) {
    stage->faults.n = 0;
    return accounts_table_read(text, strlen(text), CIVIL_SEOUL_MIN, &stage->arena, &stage->table,
                               &stage->faults, err);
}

static void make(struct stage *stage, const struct account_member *member, uint32_t n_member,
                 int64_t at_us, struct accounts *out, struct accounts_told *told) {
    const struct accounts_asked asked = {&stage->table, member, n_member, &stage->cluster, at_us};
    maru_error err = {0};
    if (accounts_table_at(&asked, &stage->arena, out, told, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static const struct account *row_of(const struct accounts *accounts, const char *name) {
    const uint32_t at = accounts_table_find(accounts, name);
    assert_true(at < accounts->n);
    return &accounts->row[at];
}

static uint32_t guarantee(const struct accounts *accounts, const char *name, uint32_t type) {
    const struct account *row = row_of(accounts, name);
    return row->guarantee ? row->guarantee[type] : 0;
}

static void reads_both_languages(void **state) {
    (void)state;
    static const char *const text[] = {
        "account,weight,guarantee,limit,job_max_gpus,job_max_hours,max_running\n"
        "vision,2.5,h100:8 a100:4,H100:16,8,1.5,3\nvision/training,1,h100:4,,,,\n",
        "계정\t가중치\t보장\t한도\t작업당 GPU\t작업 시간\t동시 작업\n"
        "vision/training\t1\th100:4\t\t\t\t\nvision\t2.5\th100:8;a100:4\tH100:16\t8\t1.5\t3\n"};
    for (int i = 0; i < 2; i++) {
        struct stage stage;
        struct accounts accounts;
        struct accounts_told told;
        set_up(&stage, 4);
        assert_int_equal(read(&stage, text[i], NULL), MARU_OK);
        make(&stage, NULL, 0, 0, &accounts, &told);
        assert_int_equal(accounts.n, 3);
        const struct account *vision = row_of(&accounts, "vision");
        assert_int_equal(vision->weight, 2500);
        assert_int_equal(vision->guarantee[0], 8);
        assert_int_equal(vision->guarantee[1], 4);
        assert_int_equal(vision->limit[0], 16);
        assert_int_equal(vision->limit[1], ACCOUNTS_NO_LIMIT);
        assert_int_equal(vision->job_max_gpus, 8);
        assert_int_equal(vision->job_max_us, INT64_C(5400000000));
        assert_int_equal(vision->max_running, 3);
        assert_int_equal(row_of(&accounts, "vision/training")->parent,
                         accounts_table_find(&accounts, "vision"));
        assert_false(told.is_cut);
        assert_null(told.unknown);
        arena_fini(&stage.arena);
    }
}

static void refuses(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t row, column;
    } cases[] = {
        {"", 0, 0},
        {"weight\n1\n", 1, 0},
        {"account\nVision\n", 2, 0},
        {"account\na/b/c\n", 2, 0},
        {"account\n-a\n", 2, 0},
        {"account\n\"\"\"\"\n", 2, 0},
        {"account\na\nb\na\n", 4, 0},
        {"account,weight\na,0\n", 2, 2},
        {"account,weight\na,-1\n", 2, 2},
        {"account,weight\na,nan\n", 2, 2},
        {"account,guarantee\na,h100\n", 2, 2},
        {"account,guarantee\na,h100:x\n", 2, 2},
        {"account,guarantee\na,:4\n", 2, 2},
        {"account,guarantee\na,h100:99999999999\n", 2, 2},
        {"account,guarantee\na,h100:1 h100:2\n", 2, 0},
        {"account,job_max_hours\na,1e9\n", 2, 2},
        {"account,from\na,2026-01-01\n", 2, 0},
        {"account,lease,from,until\na,x,2026-01-02,2026-01-01\n", 2, 0},
        {"account,lease,from,until\na,x,soon,2026-01-01\n", 2, 3},
        {"account,lease,weight\na,x,2\n", 2, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage stage;
        maru_error err = {0};
        set_up(&stage, 2);
        const maru_status st = read(&stage, cases[i].text, &err);
        if (st != MARU_E_INPUT || err.row != cases[i].row || err.column != cases[i].column) {
            fail_msg("case %zu: %d at %u, %u: %s", i, (int)st, err.row, err.column, err.text);
        }
        assert_true(err.text[0] != '\0');
        arena_fini(&stage.arena);
    }
}

static void leases_hold_for_their_time(void **state) {
    (void)state;
    struct stage stage;
    struct accounts accounts;
    struct accounts_told told;
    set_up(&stage, 4);
    assert_int_equal(read(&stage,
                          "account,guarantee,lease,from,until\na,h100:2,,,\n"
                          "a,h100:3,one,1970-01-01T00:00:01Z,1970-01-01T00:00:03Z\n"
                          "a,h100:5,two,1970-01-01T00:00:02Z,\n",
                          NULL),
                     MARU_OK);
    static const uint32_t want[] = {2, 5, 10, 7, 7};
    for (int s = 0; s < 5; s++) {
        make(&stage, NULL, 0, INT64_C(1000000) * s, &accounts, &told);
        assert_int_equal(guarantee(&accounts, "a", 0), want[s]);
        make(&stage, NULL, 0, s * 1000000 + 999999, &accounts, &told);
        assert_int_equal(guarantee(&accounts, "a", 0), want[s]);
    }
    assert_int_equal(accounts_table_next(&stage.table, 0), 1000000);
    assert_int_equal(accounts_table_next(&stage.table, 1000000), 2000000);
    assert_int_equal(accounts_table_next(&stage.table, 2999999), 3000000);
    assert_int_equal(accounts_table_next(&stage.table, 3000000), ACCOUNTS_NEVER);
    arena_fini(&stage.arena);
}

static void a_lease_is_set_changed_and_taken_away(void **state) {
    (void)state;
    struct stage stage;
    struct accounts accounts;
    struct accounts_told told;
    struct accounts_table changed;
    set_up(&stage, 4);
    assert_int_equal(read(&stage, "account,guarantee\na,h100:2\n", NULL), MARU_OK);
    static const uint32_t n[] = {3, 4, 0, 0};
    for (int i = 0; i < 4; i++) {
        const struct account_gpus gpus = {"h100", n[i]};
        const struct account_line line = {.name = "a",
                                          .lease = "r1",
                                          .guarantee = &gpus,
                                          .n_guarantee = n[i] > 0,
                                          .from_us = 0,
                                          .until_us = 10};
        assert_int_equal(
            accounts_table_change(&stage.table, &line, 1, &stage.arena, &changed, NULL), MARU_OK);
        stage.table = changed;
        assert_int_equal(changed.n, n[i] > 0 ? 2 : 1);
        make(&stage, NULL, 0, 5, &accounts, &told);
        assert_int_equal(guarantee(&accounts, "a", 0), 2 + n[i]);
    }
    arena_fini(&stage.arena);
}

static void parts_raise_and_more_than_there_is_is_cut(void **state) {
    (void)state;
    struct stage stage;
    struct accounts accounts;
    struct accounts_told told;
    set_up(&stage, 2); // 8 h100, 8 a100
    assert_int_equal(read(&stage,
                          "account,guarantee\na,h100:2\na/x,h100:4\na-b,h100:8\na/y,h100:4 b200:1\n"
                          "c,a100:8\n",
                          NULL),
                     MARU_OK);
    make(&stage, NULL, 0, 0, &accounts, &told);
    assert_true(told.is_cut);
    assert_int_equal(told.cut_type, 0);
    assert_int_equal(told.promised, 16);
    assert_string_equal(told.unknown, "b200");
    assert_int_equal(guarantee(&accounts, "a", 0), 4);
    assert_int_equal(guarantee(&accounts, "a/x", 0), 2);
    assert_int_equal(guarantee(&accounts, "a/y", 0), 2);
    assert_int_equal(guarantee(&accounts, "a-b", 0), 4);
    assert_int_equal(guarantee(&accounts, "c", 1), 8);
    arena_fini(&stage.arena);
}

// Whoever comes first and however often: the same rows; each project below its tenant.
static void members_in_any_order(void **state) {
    (void)state;
    struct stage stage;
    struct accounts accounts[2];
    struct accounts_told told;
    struct account_member member[MANY];
    char name[MANY][2][16];
    set_up(&stage, 2);
    assert_int_equal(read(&stage, "account,weight\nt-1/p,3\nnobody,5\n", NULL), MARU_OK);
    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < MANY; i++) {
            const uint32_t k = turn ? MANY - 1 - i : i;
            const uint32_t drawn = random_at(7, 1, k).word[0];
            snprintf(name[i][0], sizeof name[i][0], drawn % 3 ? "t-%u" : "t%u", drawn / 3 % 20);
            snprintf(name[i][1], sizeof name[i][1], "p%u", drawn / 60 % 9);
            if (drawn % 7 == 0) {
                name[i][1][0] = '\0'; // no project
            }
            member[i] = (struct account_member){name[i][0], name[i][1]};
        }
        make(&stage, member, MANY, 0, &accounts[turn], &told);
    }
    assert_int_equal(accounts[0].n, accounts[1].n);
    for (uint32_t i = 1; i < accounts[0].n; i++) {
        const struct account *row = &accounts[0].row[i];
        const char *parent = accounts[0].row[row->parent].name;
        const size_t n = strcspn(row->name, "/");
        assert_string_equal(row->name, accounts[1].row[i].name);
        assert_int_equal(row->parent, accounts[1].row[i].parent);
        assert_true(i == 1 || strcmp(accounts[0].row[i - 1].name, row->name) < 0);
        assert_true(row->name[n] ? strlen(parent) == n && strncmp(parent, row->name, n) == 0
                                 : row->parent == 0);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        assert_true(accounts_table_find(&accounts[1], member[i].tenant) < ACCOUNTS_MAX);
    }
    assert_int_equal(row_of(&accounts[0], "t-1/p")->weight, 3000);
    assert_int_equal(accounts_table_find(&accounts[0], "t-1/q"), ACCOUNTS_MAX);
    arena_fini(&stage.arena);
}

static void writes_what_it_reads(void **state) {
    (void)state;
    struct stage stage;
    struct text once, twice;
    set_up(&stage, 2);
    text_init(&once, 1 << 20);
    text_init(&twice, 1 << 20);
    assert_int_equal(read(&stage,
                          "account,weight,guarantee,job_max_hours,max_running,lease,from,until\n"
                          "b,0.001,,0.0000000003,,,,\nb,,h100:1,,,2026-1/x,2026-07-01,2027-01-01\n"
                          "a,1000000,a100:3 h100:4,876600,7,,,\n",
                          NULL),
                     MARU_OK);
    accounts_table_write(&once, &stage.table, 0);
    assert_int_equal(once.status, MARU_OK);
    assert_int_equal(read(&stage, once.bytes, NULL), MARU_OK);
    accounts_table_write(&twice, &stage.table, 0);
    assert_string_equal(once.bytes, twice.bytes);
    assert_string_equal(
        once.bytes, "account,weight,guarantee,limit,job_max_gpus,job_max_hours,max_running,lease,"
                    "from,until\na,1000000,a100:3 h100:4,,,876600,7,,,\n"
                    "b,0.001,,,,0.0000000003,,,,\n"
                    "b,,h100:1,,,,,2026-1/x,2026-06-30T15:00:00+00:00,2026-12-31T15:00:00+00:00\n");
    text_fini(&once);
    text_fini(&twice);
    arena_fini(&stage.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_languages),
        cmocka_unit_test(refuses),
        cmocka_unit_test(leases_hold_for_their_time),
        cmocka_unit_test(a_lease_is_set_changed_and_taken_away),
        cmocka_unit_test(parts_raise_and_more_than_there_is_is_cut),
        cmocka_unit_test(members_in_any_order),
        cmocka_unit_test(writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
