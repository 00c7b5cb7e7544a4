#include "pool/trace/job_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "pool/trace/cluster_table.h"

static const char nodes[] =
    "name,gpu_type,gpus,cpus,memory,island,site,count,gpu_watts,pue,site_kw\n"
    "a,H100,8,96,2048,rack1,seoul,4,,1.3,500\n"
    "b,L40S,4,64,512,rack1,busan,1,300,,\n"
    "c,,,64,512,,busan,2,,,\n";

static struct cluster make_cluster(struct arena *arena) {
    struct sheet_faults faults;
    struct cluster cluster;
    arena_init(arena, 1 << 24);
    assert_int_equal(cluster_table_read(nodes, strlen(nodes), arena, &cluster, &faults, NULL),
                     MARU_OK);
    return cluster;
}

// Types as drivers name cards.
static void test_types_by_their_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint32_t watts; // 0: not known
    } cases[] = {{"H100", 700},
                 {"h100-80gb-hbm3", 700},
                 {"h100-pcie", 350},
                 {"h100-nvl", 400},
                 {"a100-sxm4-80gb", 400},
                 {"a100-80gb-pcie", 300},
                 {"a10", 150},
                 {"a100", 400},
                 {"a1000", 0},
                 {"l40s", 350},
                 {"l40", 300},
                 {"l4", 72},
                 {"tesla-t4", 70},
                 {"tesla-v100-sxm2-16gb", 300},
                 {"tesla-", 0},
                 {"h10", 0},
                 {"", 0},
                 {"rtx-4090", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct gpu_type *is = gpu_type_known(cases[i].name);
        if ((is ? is->busy_watts : 0) != cases[i].watts) {
            fail_msg("%s: %u W, %u wanted", cases[i].name, is ? is->busy_watts : 0, cases[i].watts);
        }
    }
}

static void test_nodes(void **state) {
    (void)state;
    struct arena arena;
    const struct cluster cluster = make_cluster(&arena);
    assert_int_equal(cluster.n_node, 7);
    assert_int_equal(cluster.n_gpu_all, 36);
    assert_int_equal(cluster.n_island, 3); // rack1 of Seoul, rack1 of Busan, the rest of Busan
    assert_string_equal(cluster.node[3].name, "a-4");
    assert_string_equal(cluster.node[4].name, "b");
    assert_int_equal(cluster.node[0].memory_mib, 2048 * 1024);
    assert_int_equal(cluster.type[0].busy_watts, 700); // of the data sheet
    assert_int_equal(cluster.type[1].busy_watts, 300); // of the table
    assert_int_equal(cluster.site[0].pue_milli, 1300);
    assert_int_equal(cluster.site[0].cap_watts, 500000);
    assert_int_equal(cluster.site[1].pue_milli, 1000);
    assert_int_equal(cluster.node[6].type, CLUSTER_NO_TYPE);
    assert_int_equal(cluster_find_type(&cluster, "h100"), 0);
    assert_int_equal(cluster_find_type(&cluster, "h10"), CLUSTER_NO_TYPE);
    arena_fini(&arena);
}

static void test_faults_of_nodes(void **state) {
    (void)state;
    static const struct {
        const char *table;
        uint32_t row, column;
    } cases[] = {
        {"name,gpus,gpu_type,cpus\na,8,,64\n", 2, 3},
        {"name,gpus,gpu_type,cpus\na,,H100,64\n", 2, 3},
        {"name,gpus,gpu_type,cpus\na,8,H100,64\nb,17,H100,64\n", 3, 2},
        {"name,gpus,gpu_type,cpus\na,8,H100,-1\n", 2, 4},
        {"name,gpus,gpu_type,cpus,pue\na,8,H100,64,0.9\n", 2, 5},
        {"name,gpus,gpu_type,cpus,count\na,8,H100,64,200001\n", 2, 5},
        {"name,gpus\na,8\n", 1, 0},
        {"", 0, 0},
        {"name,gpus,gpu_type,cpus\n\"a,8\n", 2, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct sheet_faults faults;
        struct cluster cluster;
        maru_error err = {0};
        arena_init(&arena, 1 << 24);
        const maru_status st = cluster_table_read(cases[i].table, strlen(cases[i].table), &arena,
                                                  &cluster, &faults, &err);
        if (st != MARU_E_INPUT || err.row != cases[i].row ||
            (cases[i].column && err.column != cases[i].column)) {
            fail_msg("case %zu: status %d, row %u, column %u: %s", i, st, err.row, err.column,
                     err.text);
        }
        arena_fini(&arena);
    }
}

static const char sacct[] =
    "JobID|User|Account|Submit|Start|End|Elapsed|Timelimit|State|AllocTRES|ReqTRES|ReqMem|NNodes\n"
    "12|kim|ai|2026-05-01T10:00:00|2026-05-01T10:05:00|2026-05-01T11:05:00|01:00:00|1-00:00:00|"
    "COMPLETED|billing=8,cpu=16,gres/gpu:h100=16,gres/gpu=16,mem=64G,node=2|cpu=16|64G|2\n"
    "12.batch||ai|2026-05-01T10:05:00|2026-05-01T10:05:00|2026-05-01T11:05:00|01:00:00||COMPLETED|"
    "cpu=8,mem=32G,node=1||| 1\n"
    "12.extern||ai|||||| COMPLETED||||\n"
    "13_4|lee||2026-05-01T09:00:00|2026-05-01T10:00:00|Unknown|00:10:00|UNLIMITED|RUNNING|"
    "cpu=4,gres/gpu=1,mem=8G,node=1||8G|1\n"
    "14|lee|ai|2026-05-01T09:30:00|None|2026-05-01T09:40:00|00:00:00|01:00:00|CANCELLED by 1000||"
    "cpu=4,gres/gpu=1|8G|1\n"
    "13_[5-9]|lee|ai|2026-05-01T09:00:00|Unknown|Unknown|00:00:00|01:00:00|PENDING||"
    "cpu=4,gres/gpu=1|8G|1\n"
    "15+0|park|bio|2026-05-01T11:00:00|2026-05-01T11:00:00|2026-05-01T11:30:00|00:30:00|"
    "Partition_Limit|FAILED|cpu=6,gres/gpu=6,node=4||4Gc|4\n"
    "16|park|bio|2026-05-01T11:00:01|2026-05-01T11:00:01|2026-05-01T11:30:00|00:30:00|"
    "30:00|TIMEOUT|cpu=6,node=1||1000Mn|1\n";

static void test_sacct(void **state) {
    (void)state;
    struct arena arena;
    const struct cluster cluster = make_cluster(&arena);
    struct job_trace trace;
    struct sheet_faults faults;
    maru_error err = {0};
    assert_int_equal(job_trace_read(&trace, sacct, strlen(sacct), &cluster, &faults, &err),
                     MARU_OK);
    assert_int_equal(trace.n, 4);
    assert_int_equal(trace.n_step, 2);
    assert_int_equal(trace.n_unfit, 2);
    assert_true(trace.has_times);
    const struct trace_job *const lee = &trace.job[0]; // in the order of submission
    assert_string_equal(trace.account.name[lee->account], "lee");
    assert_int_equal(lee->want.n_gpu, 1);
    assert_int_equal(lee->run_us, 600000000);
    assert_int_equal(lee->limit_us, 0);
    const struct trace_job *const kim = &trace.job[1];
    assert_string_equal(trace.account.name[kim->account], "ai");
    assert_int_equal(kim->n_part, 2);
    assert_int_equal(kim->want.n_gpu, 8);
    assert_int_equal(kim->want.types, 1);
    assert_int_equal(kim->want.cpu_milli, 8000);
    assert_int_equal(kim->want.memory_mib, 32768);
    assert_int_equal(kim->limit_us, INT64_C(86400000000));
    assert_int_equal(kim->started_us - kim->submit_us, 300000000);
    const struct trace_job *const park = &trace.job[2]; // 6 GPUs on 4 nodes: 6 parts
    assert_int_equal(park->n_part, 6);
    assert_int_equal(park->want.n_gpu, 1);
    assert_int_equal(park->want.memory_mib, 4096);
    assert_int_equal(trace.job[3].want.memory_mib, 1000);
    assert_int_equal(trace.job[3].want.n_gpu, 0);
    assert_int_equal(trace_job_milli(kim), 16000);
    job_trace_free(&trace);
    arena_fini(&arena);
}

static void test_plain(void **state) {
    (void)state;
    static const char table[] =
        "Tenant;submit;duration;limit;GPUs;nodes;gpu type;gpu share;cpus;memory\n"
        "a;100;2h;4h;16;2;H100;;32;64G\n"
        "b;50;30m;;1;;H100|L40S;0.25;2;8\n"
        "b;60;30m;;20;;;;;\n"
        "c;70;10;;0;;;;4;\n"
        "c;70;10;;0;;;;;\n";
    struct arena arena;
    const struct cluster cluster = make_cluster(&arena);
    struct job_trace trace;
    struct sheet_faults faults;
    assert_int_equal(job_trace_read(&trace, table, strlen(table), &cluster, &faults, NULL),
                     MARU_OK);
    assert_int_equal(trace.n, 4);
    assert_int_equal(trace.n_unfit, 1);
    assert_int_equal(trace.job[0].want.gpu_milli, 250);
    assert_int_equal(trace.job[0].want.types, 3);
    assert_int_equal(trace.job[0].want.memory_mib, 8192);
    assert_int_equal(trace.job[1].n_part, 4); // of 5 GPUs
    assert_int_equal(trace.job[1].want.n_gpu, 5);
    assert_int_equal(trace.job[2].want.cpu_milli, 4000);
    assert_int_equal(trace.job[3].n_part, 2);
    assert_int_equal(trace.job[3].want.n_gpu, 8);
    assert_int_equal(trace.job[3].run_us, INT64_C(7200000000));
    job_trace_free(&trace);
    arena_fini(&arena);
}

static void test_faults_of_jobs(void **state) {
    (void)state;
    static const struct {
        const char *table;
        uint32_t row, column;
    } cases[] = {
        {"gpus,duration\n1,2h\n-1,2h\n", 3, 1},
        {"gpus,duration\n1,soon\n", 2, 2},
        {"gpus,duration,gpu_type\n1,2h,TPU\n", 2, 3},
        {"gpus,duration,share\n2,2h,0.5\n", 2, 3},
        {"gpus,duration,share\n1,2h,1.5\n", 2, 3},
        {"gpus,duration,parts\n1,2h,100000\n100003,1h,\n", 3, 1},
        {"cpus,duration\n1,2h\n", 1, 0},
        {"JobID|State|AllocTRES|Elapsed|Start\n1|FAILED|cpu=x|00:01:00|0\n", 2, 3},
        {"JobID|State|AllocTRES|Elapsed|Start\n1|FAILED|cpu|00:01:00|0\n", 2, 3},
        {"JobID|State|AllocTRES|Elapsed|Start\n1|FAILED|gres/gpu:tpu=1|00:01:00|0\n", 2, 3},
        {"JobID|State|AllocTRES|Elapsed|Start\n1|FAILED|gres/gpu=-4|00:01:00|0\n", 2, 3},
        {"num_gpu,gpu_milli\n1,0\n", 2, 2},
        {"num_gpu,gpu_milli\n1,1001\n", 2, 2},
        {"num_gpu,gpu_milli\n17,1000\n", 2, 1},
        {"\x01", 1, 0},
    };
    struct arena arena;
    const struct cluster cluster = make_cluster(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct job_trace trace;
        struct sheet_faults faults;
        maru_error err = {0};
        const maru_status st =
            job_trace_read(&trace, cases[i].table, strlen(cases[i].table), &cluster, &faults, &err);
        if (st != MARU_E_INPUT || err.row != cases[i].row ||
            (cases[i].column && err.column != cases[i].column)) {
            fail_msg("case %zu: status %d, row %u, column %u: %s", i, st, err.row, err.column,
                     err.text);
        }
        job_trace_free(&trace);
    }
    arena_fini(&arena);
}

// The order of jobs: by time, those of the same moment as they came.
static void test_sorting_is_stable(void **state) {
    (void)state;
    struct job_trace trace;
    job_trace_init(&trace);
    for (uint32_t i = 0; i < 5000; i++) {
        const struct trace_job job = {.submit_us = (int64_t)(i * 7919 % 100), .account = i};
        assert_int_equal(job_trace_add(&trace, &job, NULL), MARU_OK);
    }
    assert_int_equal(job_trace_sort(&trace, NULL), MARU_OK);
    for (uint32_t i = 1; i < trace.n; i++) {
        const struct trace_job *const a = &trace.job[i - 1];
        const struct trace_job *const b = &trace.job[i];
        assert_true(a->submit_us < b->submit_us ||
                    (a->submit_us == b->submit_us && a->account < b->account));
    }
    job_trace_free(&trace);
}

// Whatever memory is missing, it is said and nothing is lost.
static void test_no_memory(void **state) {
    (void)state;
    struct arena arena;
    const struct cluster cluster = make_cluster(&arena);
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st == MARU_E_MEMORY; k++) {
        struct job_trace trace;
        struct sheet_faults faults;
        alloc_fail_after(k);
        st = job_trace_read(&trace, sacct, strlen(sacct), &cluster, &faults, NULL);
        alloc_fail_after(UINT64_MAX);
        job_trace_free(&trace);
        assert_true(k < 1000);
    }
    assert_int_equal(st, MARU_OK);
    st = MARU_E_MEMORY;
    for (uint64_t k = 0; st == MARU_E_MEMORY; k++) {
        struct arena own;
        struct sheet_faults faults;
        struct cluster other;
        arena_init(&own, 1 << 24);
        alloc_fail_after(k);
        st = cluster_table_read(nodes, strlen(nodes), &own, &other, &faults, NULL);
        alloc_fail_after(UINT64_MAX);
        arena_fini(&own);
        assert_true(k < 1000);
    }
    assert_int_equal(st, MARU_OK);
    arena_fini(&arena);
}

// ---- the public trace

static char *read_whole(const char *name, size_t *n) {
    const char *const folder = getenv("MARU_DATA");
    char path[512];
    snprintf(path, sizeof path, "%s/gpu_cluster_2023/%s", folder ? folder : "../shared/data", name);
    FILE *const file = fopen(path, "rb");
    char *const bytes = file ? malloc(1 << 21) : NULL;
    *n = bytes ? fread(bytes, 1, 1 << 21, file) : 0;
    if (file) {
        fclose(file);
    }
    return bytes;
}

// What PROVENANCE.md says of the files: nodes, GPUs, tasks.
static void test_openb(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint32_t n;
        bool has_times;
        uint64_t milli; // asked for, added up by another program
    } lists[] = {
        {"openb_pod_list_default.csv", 8152, true, 6086800},
        {"openb_pod_list_gpuspec33.csv", 8152, true, 6086800},
        {"openb_pod_list_gpushare100.csv", 8152, true, 3952670},
        {"openb_pod_list_cpu200.csv", 8832, true, 6086800},
        {"openb_pod_list_multigpu50.csv", 9061, false, 11358800},
    };
    struct arena arena;
    struct cluster cluster;
    struct sheet_faults faults;
    size_t n = 0;
    char *bytes = read_whole("openb_node_list_all_node.csv", &n);
    if (!bytes) {
        skip();
    }
    arena_init(&arena, 1 << 26);
    assert_int_equal(cluster_table_read(bytes, n, &arena, &cluster, &faults, NULL), MARU_OK);
    free(bytes);
    assert_int_equal(cluster.n_node, 1523);
    assert_int_equal(cluster.n_gpu_all, 6212);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct job_trace trace;
        uint64_t milli = 0;
        bytes = read_whole(lists[i].name, &n);
        assert_non_null(bytes);
        assert_int_equal(job_trace_read(&trace, bytes, n, &cluster, &faults, NULL), MARU_OK);
        assert_int_equal(trace.n, lists[i].n);
        assert_int_equal(trace.has_times, lists[i].has_times);
        for (uint32_t k = 0; k < trace.n; k++) {
            milli += trace_job_milli(&trace.job[k]);
        }
        if (milli / 10 != lists[i].milli / 10) {
            print_message("%s: %llu\n", lists[i].name, (unsigned long long)milli);
        }
        assert_true(milli / 1000 * 1000 <= lists[i].milli + 1000 && milli + 1000 >= lists[i].milli);
        job_trace_free(&trace);
        free(bytes);
    }
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_by_their_names),
        cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_faults_of_nodes),
        cmocka_unit_test(test_sacct),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_faults_of_jobs),
        cmocka_unit_test(test_sorting_is_stable),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_openb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
