#include "io/executor/slurm_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/executor/slurm_account_text.h"

#define AT INT64_C(1795425123000000) // 2026-11-23T09:12:03 UTC
#define S INT64_C(1000000)

static const char squeue[] =
    "12|N/A|PENDING|2026-11-23T09:12:03|2026-11-23T09:22:03|N/A|n/a||Priority|maru-borrow|"
    "maru.a-1\n"
    "13|N/A|RUNNING|2026-11-23T09:12:03|2026-11-23T09:12:04|2026-11-23T10:12:04|gpu01|gpu[01-03]|"
    "None|("
    "null)|"
    "a|b\n";
static const char sacct[] =
    "12|12|CANCELLED by 64100|0:0|2026-11-23T09:12:03|None|2026-11-23T09:12:13|00:00:00||None "
    "assigned|maru.a-1\n"
    "13|13|FAILED|0:42|2026-11-23T09:12:03|2026-11-23T09:12:04|2026-11-23T09:12:09|1-02:03:04||gpu["
    "07-"
    "08]|maru.b-1\n"
    "13.batch|13.batch|FAILED|0:42|2026-11-23T09:12:03|2026-11-23T09:12:04|2026-11-23T09:12:09|00:"
    "00.012|"
    "1234K|gpu07|batch\n"
    "13.0|13.0|OUT_OF_MEMORY|0:125|2026-11-23T09:12:03|2026-11-23T09:12:04|2026-11-23T09:12:09|00:"
    "01."
    "500|2.5G|gpu07|bash\n"
    "14|14|COMPLETED|0:0|2026-11-23T09:12:03|2026-11-23T09:12:04|Unknown|00:00:00||gpu01|maru.c-"
    "1\n";

static void squeue_is_read(void **state) {
    struct slurm_jobs jobs = {0};
    maru_error err = {0};
    (void)state;
    assert_int_equal(slurm_read_squeue(squeue, sizeof squeue - 1, &jobs, &err), MARU_OK);
    assert_int_equal(jobs.n, 2);
    const struct slurm_job *waits = &jobs.row[0], *runs = &jobs.row[1];
    assert_int_equal(waits->state, SLURM_WAITS);
    assert_true(waits->submitted_us == AT && waits->started_us == 0 && waits->ended_us == 0);
    assert_true(waits->expected_us == AT + 600 * S);
    assert_string_equal(waits->reason, "Priority");
    assert_string_equal(waits->node, "");
    assert_string_equal(waits->qos, "maru-borrow");
    assert_string_equal(runs->qos, ""); // it was deleted
    assert_true(runs->started_us == AT + S && runs->ended_us == 0 && runs->expected_us == 0);
    assert_string_equal(runs->node, "gpu01");
    assert_string_equal(runs->nodes, "gpu[01-03]");
    assert_string_equal(runs->name, "a|b"); // the last column may hold a bar
    slurm_jobs_fini(&jobs);
}

// Steps count in their job; a row without its time of end has not ended, whatever its state.
static void sacct_is_read(void **state) {
    struct slurm_jobs jobs = {0};
    maru_error err = {0};
    (void)state;
    assert_int_equal(slurm_read_sacct(sacct, sizeof sacct - 1, &jobs, &err), MARU_OK);
    assert_int_equal(jobs.n, 3);
    const struct slurm_job *job = jobs.row;
    assert_int_equal(job[0].state, SLURM_CANCELLED);
    assert_true(job[0].started_us == 0 && job[0].ended_us == AT + 10 * S);
    assert_int_equal(job[1].exit_signal, 42);
    assert_true(job[1].cpu_us == (26 * 3600 + 3 * 60 + 4) * S);
    assert_true(job[1].max_memory_bytes == (INT64_C(5) << 29));
    assert_string_equal(job[1].node, "gpu07");
    assert_int_equal(job[2].state, SLURM_RUNS);
    slurm_jobs_fini(&jobs);
}

// A task is known by its array's number and its own; those that wait together are a row for each range of them.
static void arrays_are_read(void **state) {
    static const char queued[] =
        "12|4|PENDING|2026-11-23T09:12:03|N/A|N/A|n/a||Priority|q|maru.a-1\n"
        "12|N/A|CANCELLED|2026-11-23T09:12:03|N/A|2026-11-23T09:12:13|n/a||None|q|maru.a-1\n";
    static const char past[] =
        "12_3|15|COMPLETED|0:0|2026-11-23T09:12:03|2026-11-23T09:12:04|2026-11-23T09:12:09|"
        "00:00:00||gpu07|maru.a-1\n"
        "12_3.batch|15.batch|COMPLETED|0:0|2026-11-23T09:12:03|2026-11-23T09:12:04|"
        "2026-11-23T09:12:09|00:00.012|1234K|gpu07|batch\n"
        "12_20|12|COMPLETED|0:0|2026-11-23T09:12:03|2026-11-23T09:12:04|2026-11-23T09:12:09|"
        "00:00:00||gpu07|maru.a-1\n"
        "13_[5-9,11%2]|13|PENDING|0:0|2026-11-23T09:12:03|Unknown|Unknown|00:00:00||None assigned|"
        "maru.a-1\n"
        "14_[0x3f]|14|PENDING|0:0|2026-11-23T09:12:03|Unknown|Unknown|00:00:00||None assigned|a\n"
        "15+1|16|COMPLETED|0:0|2026-11-23T09:12:03|2026-11-23T09:12:04|2026-11-23T09:12:09|"
        "00:00:00||gpu07|of two kinds\n";
    static const struct {
        uint64_t number;
        int32_t task, last;
        bool is_rest, is_head;
    } want[] = {{12, 3, 3, false, false}, {12, 20, 20, false, true}, {13, 5, 9, true, true},
                {13, 11, 11, true, true}, {14, -1, -1, true, true},  {16, -1, -1, false, false}};
    struct slurm_jobs jobs = {0};
    maru_error err = {0};
    (void)state;
    assert_int_equal(slurm_read_squeue(queued, sizeof queued - 1, &jobs, &err), MARU_OK);
    assert_true(jobs.row[0].which.number == 12 && jobs.row[0].which.task == 4);
    assert_int_equal(jobs.row[1].which.task, SLURM_NO_TASK);
    slurm_jobs_fini(&jobs);
    assert_int_equal(slurm_read_sacct(past, sizeof past - 1, &jobs, &err), MARU_OK);
    assert_int_equal(jobs.n, sizeof want / sizeof want[0]);
    for (size_t i = 0; i < jobs.n; i++) {
        const struct slurm_job *row = &jobs.row[i];
        if (row->which.number != want[i].number || row->which.task != want[i].task ||
            row->last_task != want[i].last || row->is_rest != want[i].is_rest ||
            row->is_head != want[i].is_head) {
            fail_msg("row %zu: %llu_%d-%d", i, (unsigned long long)row->which.number,
                     (int)row->which.task, (int)row->last_task);
        }
    }
    assert_true(jobs.row[0].max_memory_bytes == INT64_C(1234) << 10);
    slurm_jobs_fini(&jobs);
}

static maru_status see_none(void *context, const struct executor_node *node, maru_error *err) {
    (void)node;
    (void)err;
    ++*(size_t *)context;
    return MARU_OK;
}

static maru_status read_any(int which, const char *bytes, size_t n, size_t *n_row) {
    struct slurm_jobs jobs = {0};
    struct slurm_accounts accounts = {0};
    maru_error err = {0};
    *n_row = 0;
    const maru_status st = which == 0   ? slurm_read_squeue(bytes, n, &jobs, &err)
                           : which == 1 ? slurm_read_sacct(bytes, n, &jobs, &err)
                           : which == 2 ? slurm_read_sinfo(bytes, n, see_none, n_row, &err)
                           : which == 3 ? slurm_read_account_list(bytes, n, &accounts, &err)
                                        : slurm_read_assoc_list(bytes, n, &accounts, &err);
    *n_row += jobs.n + accounts.n;
    assert_true(st == MARU_OK || err.text[0] != '\0');
    slurm_jobs_fini(&jobs);
    slurm_accounts_fini(&accounts);
    return st;
}

static const char sinfo[] = "gpu01|idle|16|64000|gpu:h100:4(S:0-1),shard:8|none\n"
                            "gpu01|idle|16|64000|gpu:h100:4|none\n"
                            "gpu02|down*|16|64000|gpu:h100:4|Not responding\n"
                            "gpu03|drained|16|64000|(null)|bad GPU\n";
static const char account_list[] = "root|root\nmaru|maru\nothers|\n";
static const char assoc_list[] =
    "maru||root|1||||\n"
    "maru_a||maru|2000|5|1-00:02:00|cpu=4,gres/gpu:h100=8|gres/gpu=4\nmaru_a_p|me||parent||||\n";

// A text that is cut anywhere but at the end of a line is refused, and nothing in it is taken for the whole.
static void each_prefix_is_refused_or_shorter(void **state) {
    static const char *const text[] = {squeue, sacct, sinfo, account_list, assoc_list};
    static const size_t rows[] = {2, 3, 3, 3, 3};
    (void)state;
    for (int which = 0; which < 5; which++) {
        const size_t n = strlen(text[which]);
        size_t n_row = 0;
        assert_int_equal(read_any(which, text[which], n, &n_row), MARU_OK);
        assert_int_equal(n_row, rows[which]);
        for (size_t cut = 1; cut < n; cut++) {
            const maru_status st = read_any(which, text[which], cut, &n_row);
            if ((st == MARU_OK) != (text[which][cut - 1] == '\n')) {
                fail_msg("reader %d, cut at %zu: %d", which, cut, (int)st);
            }
        }
        assert_int_equal(read_any(which, "", 0, &n_row), MARU_OK);
        assert_int_equal(n_row, 0);
    }
}

static void hostile_lines_are_refused(void **state) {
    static const struct {
        int which;
        const char *line;
    } cases[] = {
        {0, "0|N/A|RUNNING|Unknown|Unknown|N/A|a|a|None|q|x\n"},
        {0, "-1|N/A|RUNNING|Unknown|Unknown|N/A|a|a|None|q|x\n"},
        {0, "99999999999999999999|N/A|RUNNING|Unknown|Unknown|N/A|a|a|None|q|x\n"},
        {0, "1|N/A|DANCING|Unknown|Unknown|N/A|a|a|None|q|x\n"},
        {0, "1|N/A|RUNNING|2026-13-23T09:12:03|Unknown|N/A|a|a|None|q|x\n"},
        {0, "1|N/A|RUNNING|2026-11-23 09:12:03|Unknown|N/A|a|a|None|q|x\n"},
        {0, "1|N/A|RUNNING|Unknown|Unknown|N/A|a[|a|None|q|x\n"},
        {0, "1|3-7|PENDING|Unknown|Unknown|N/A|a|a|None|q|x\n"},
        {0, "1|-3|PENDING|Unknown|Unknown|N/A|a|a|None|q|x\n"},
        {0, "1|9999999999|PENDING|Unknown|Unknown|N/A|a|a|None|q|x\n"},
        {0, "1|N/A|RUNNING|Unknown|Unknown|N/A|a|a|None\n"},
        {0, "slurm_load_jobs error: Unable to contact slurm controller\n"},
        {1, "1.batch|1.batch|COMPLETED|0:0|Unknown|Unknown|Unknown|00:00:00||a|batch\n"},
        {1, "1_x|1|COMPLETED|0:0|Unknown|Unknown|Unknown|00:00:00||a|x\n"},
        {1, "_3|1|COMPLETED|0:0|Unknown|Unknown|Unknown|00:00:00||a|x\n"},
        {1, "1_3|0|COMPLETED|0:0|Unknown|Unknown|Unknown|00:00:00||a|x\n"},
        {1, "1|1|COMPLETED|0|Unknown|Unknown|Unknown|00:00:00||a|x\n"},
        {1, "1|1|COMPLETED|256:0|Unknown|Unknown|Unknown|00:00:00||a|x\n"},
        {1, "1|1|COMPLETED|0:0|Unknown|Unknown|Unknown|yesterday||a|x\n"},
        {1, "1|1|COMPLETED|0:0|Unknown|Unknown|Unknown|00:00:00|9999999999999999P|a|x\n"},
        {2, "gpu01|idle|-3|64000|(null)|none\n"},
        {2, "|idle|3|64000|(null)|none\n"},
        {4, "maru||root|-1||||\n"},
        {4, "maru||root|1|x|||\n"},
        {4, "maru||root|1||soon||\n"},
        {3, "maru\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t n_row = 0;
        if (read_any(cases[i].which, cases[i].line, strlen(cases[i].line), &n_row) == MARU_OK) {
            fail_msg("read: %s", cases[i].line);
        }
    }
    size_t n_row = 0;
    assert_int_not_equal(read_any(3, "a\0b|c\n", 6, &n_row), MARU_OK);
}

struct names {
    char text[256];
    size_t n;
};
static bool see_name(void *context, const char *name) {
    struct names *names = context;
    names->n++;
    snprintf(names->text + strlen(names->text), sizeof names->text - strlen(names->text), "%s ",
             name);
    return true;
}

static void lists_of_nodes(void **state) {
    static const struct {
        const char *list, *names; // NULL: it is none
    } cases[] = {
        {"gpu01", "gpu01 "},
        {"gpu[01-03,07],x", "gpu01 gpu02 gpu03 gpu07 x "},
        {"a[8-11]", "a8 a9 a10 a11 "},
        {"a[098-101]", "a098 a099 a100 a101 "},
        {"", ""},
        {"a[3-1]", NULL},
        {"a[1-", NULL},
        {"a[", NULL},
        {"a[x]", NULL},
        {"a[1]b", NULL},
        {",", NULL},
        {"a[1-999999999]", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct names names = {.n = 0};
        const bool is_list = slurm_each_name(cases[i].list, 20, see_name, &names);
        if (is_list != (cases[i].names != NULL) ||
            (is_list && strcmp(names.text, cases[i].names) != 0)) {
            fail_msg("%s: %d '%s'", cases[i].list, is_list, names.text);
        }
    }
}

static void words(void **state) {
    int64_t us = 0;
    uint64_t number = 0;
    char type[64], cluster[16];
    uint32_t n_gpu = 0;
    (void)state;
    assert_true(slurm_read_span("01:02.5", &us) && us == 62500000);
    assert_true(slurm_read_span("", &us) && us == -1);
    assert_true(slurm_read_number("17\n", 3, &number) && number == 17);
    assert_true(slurm_read_number("18;maru\n", 8, &number) && number == 18);
    assert_false(slurm_read_number("18", 2, &number)); // may go on
    slurm_read_gres("shard:8,gpu:a100:2(S:0,1)", type, &n_gpu);
    assert_string_equal(type, "a100");
    assert_int_equal(n_gpu, 2);
    assert_int_equal(slurm_tres_of("cpu=4,gres/gpu:h100=8", "gres/gpu:h100"), 8);
    assert_int_equal(slurm_tres_of("cpu=4,gres/gpu:h100=8", "gres/gpu"), -1);
    static const char config[] = "Configuration data\nClusterName             = west\nX = y\n";
    assert_true(
        slurm_read_config(config, sizeof config - 1, "ClusterName", cluster, sizeof cluster));
    assert_string_equal(cluster, "west");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(squeue_is_read),
        cmocka_unit_test(sacct_is_read),
        cmocka_unit_test(arrays_are_read),
        cmocka_unit_test(each_prefix_is_refused_or_shorter),
        cmocka_unit_test(hostile_lines_are_refused),
        cmocka_unit_test(lists_of_nodes),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
