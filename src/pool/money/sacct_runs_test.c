#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/money/sacct_runs.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

// Laws: each row of ours is a run or is counted as what it is; columns in any order and times of any clock say the same.

#define HEAD "JobID|JobName|Account|Start|End|State|AllocTRES\n"
#define RUN(start, end)                                                                            \
    "7|maru.aa-1|maru_acme_base|" start "|" end                                                    \
    "|COMPLETED|billing=2,cpu=2,gres/gpu:h100=3,gres/gpu=3,mem=64M,node=1\n"

static const struct sacct_asked all = {"maru", 0, INT64_MIN, INT64_MAX};

static maru_status read(const char *text, const struct sacct_asked *asked, struct sacct_runs *out,
                        maru_error *err) {
    *err = (maru_error){0};
    return sacct_runs_read(text, strlen(text), asked, out, err);
}

static void rows_are_told_apart(void **state) {
    (void)state;
    static const char text[] = HEAD RUN(
        "2026-11-23T10:00:00",
        "2026-11-23T10:01:01") "7.batch|batch|maru_acme_base|2026-11-23T10:00:00|2026-11-23T10:01:"
                               "01|COMPLETED|cpu=2\n"
                               "8|maru.bb-2|maru_acme|Unknown|Unknown|PENDING|\n"
                               "9|maru.bb-3|maru_acme|None|2026-11-23T10:00:00|CANCELLED by 0|\n"
                               "10|maru.bb-4|maru_acme|2026-11-23T10:00:00|Unknown|RUNNING|cpu=1,"
                               "node=1\n"
                               "11|else|others|rubbish|rubbish|FAILED|rubbish\n"
                               "12|maru.|others|2026-11-23T10:00:00|2026-11-23T10:00:00|FAILED|cpu="
                               "1\n"
                               "13|marux.cc-1|others|2026-11-23T10:00:00|2026-11-23T10:00:00|"
                               "FAILED|cpu=1\n"
                               "14|maru.cc-1|maru_b_c|2026-11-23T10:00:00|2026-11-23T10:00:00|"
                               "FAILED|"
                               "gres/gpu:a100=2,gres/gpu:h100=4,cpu=1,gres/gpuutil=7\n"
                               "7|maru.aa-1|maru_acme_base|2026-11-23T11:00:00|2026-11-23T11:00:09|"
                               "NODE_FAIL|node=1\n";
    struct sacct_runs runs;
    maru_error err;
    assert_int_equal(read(text, &all, &runs, &err), MARU_OK);
    assert_int_equal(runs.n, 3);
    assert_int_equal(runs.n_open, 3);
    assert_int_equal(runs.n_other, 4);
    assert_int_equal(runs.n_outside, 0);
    const struct agreement_row *row = runs.row;
    assert_int_equal(row[0].job, row[2].job); // twice
    assert_string_equal(runs.launch.name[row[0].job], "aa-1");
    assert_string_equal(row[0].account, "maru_acme_base");
    assert_int_equal(row[0].until_us - row[0].from_us, 61000000);
    assert_int_equal(row[0].gpu_milli, 3000);
    assert_int_equal(row[1].gpu_milli, 6000); // by types
    assert_int_equal(row[2].gpu_milli, 0);
    assert_int_equal(runs.first_us, row[0].from_us); // the one that lasted no second
    assert_int_equal(runs.last_us, row[2].until_us);
    sacct_runs_fini(&runs);
}

// A task of an array is told by the array's name and its place in all of it; tasks that wait together are no run.
static void tasks_of_arrays(void **state) {
    (void)state;
#define TASK(id, name)                                                                             \
    id "|" name "|maru_acme_base|2026-11-23T10:00:00|2026-11-23T10:00:07|COMPLETED|cpu=1\n"
    static const char text[] = HEAD TASK("12_0", "maru.aa-1") TASK("12_0.batch", "batch") TASK(
        "12_37", "maru.aa-1") TASK("13_5", "maru.aa-1.1000") TASK("14", "maru.aa-1")
        TASK("15_99999999999999999999", "maru.aa-1") TASK(
            "16_3", "maru.aa-1.x") "12_[38-99]|maru.aa-1|maru_acme_base|Unknown|Unknown|PENDING|\n";
    static const char *const want[] = {"aa-1_0", "aa-1_37", "aa-1_1005", "aa-1", "aa-1", "aa-1.x"};
    struct sacct_runs runs;
    maru_error err;
    assert_int_equal(read(text, &all, &runs, &err), MARU_OK);
    assert_int_equal(runs.n, sizeof want / sizeof want[0]);
    for (uint32_t i = 0; i < runs.n; i++) {
        assert_string_equal(runs.launch.name[runs.row[i].job], want[i]);
    }
    assert_int_equal(runs.n_open, 1);
    sacct_runs_fini(&runs);
}

// 10:00 in Seoul, 01:00 in Greenwich and the seconds since 1970 are one moment; so are columns in another order.
static void clocks(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int32_t offset_min;
    } row[] = {
        {HEAD RUN("2026-11-23T10:00:00", "2026-11-23T10:00:07"), 540},
        {HEAD RUN("2026-11-23T01:00:00", "2026-11-23T01:00:07"), 0},
        {HEAD RUN("1795395600", "1795395607"), 540},
        {"AllocTRES|End|JobName|Account|Start\n"
         "gres/gpu=3|2026-11-22T20:00:07|maru.aa-1|maru_acme_base|2026-11-22T20:00:00\n",
         -300},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const struct sacct_asked asked = {"maru", row[i].offset_min, INT64_MIN, INT64_MAX};
        struct sacct_runs runs;
        maru_error err;
        assert_int_equal(read(row[i].text, &asked, &runs, &err), MARU_OK);
        assert_int_equal(runs.n, 1);
        assert_int_equal(runs.row[0].from_us, INT64_C(1795395600) * 1000000);
        assert_int_equal(runs.row[0].until_us, INT64_C(1795395607) * 1000000);
        assert_int_equal(runs.row[0].gpu_milli, 3000);
        sacct_runs_fini(&runs);
    }
}

static void spans(void **state) {
    (void)state;
    struct sacct_runs runs;
    maru_error err;
    for (int64_t from = 106; from <= 108; from++) {
        for (int64_t until = 106; until <= 108; until++) {
            const struct sacct_asked asked = {"maru", 0, from * 1000000, until * 1000000};
            assert_int_equal(read(HEAD RUN("100", "107"), &asked, &runs, &err), MARU_OK);
            assert_int_equal(runs.n, from <= 107 && until > 107);
            assert_int_equal(runs.n + runs.n_outside, 1);
            sacct_runs_fini(&runs);
        }
    }
}

static void what_goes_wrong(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
        uint32_t row;
    } wrong[] = {
        {"", "empty", 0},
        {"JobName|Account|Start|End\n", "AllocTRES", 0},
        {HEAD RUN("yesterday", "107"), "time", 2},
        {HEAD RUN("100", "107") RUN("108", "107"), "before it begins", 3},
        {HEAD "7|maru.a|b|1|2|X|gres/gpu=many\n", "number of GPUs", 2},
        {HEAD "7|maru.a|b|1|2|X|gres/gpu=-1\n", "number of GPUs", 2},
        {HEAD "7|maru.a|b|1|2|X|gres/gpu=99999999999999999999\n", "number of GPUs", 2},
    };
    struct sacct_runs runs;
    maru_error err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(read(wrong[i].text, &all, &runs, &err), MARU_E_INPUT);
        if (!strstr(err.text, wrong[i].says) || err.row != wrong[i].row) {
            fail_msg("row %zu: %u %s", i, err.row, err.text);
        }
        sacct_runs_fini(&runs);
    }
    assert_int_equal(read(HEAD, &all, &runs, &err), MARU_OK);
    assert_int_equal(runs.n, 0);
    sacct_runs_fini(&runs);
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st == MARU_E_MEMORY; k++) {
        alloc_fail_after(k);
        st = read(HEAD RUN("100", "107"), &all, &runs, &err);
        alloc_fail_after(UINT64_MAX);
        assert_true(k < 100 && (st == MARU_OK || st == MARU_E_MEMORY));
        sacct_runs_fini(&runs);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_told_apart),
        cmocka_unit_test(tasks_of_arrays),
        cmocka_unit_test(clocks),
        cmocka_unit_test(spans),
        cmocka_unit_test(what_goes_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
