// Tables of nodes and of jobs: whatever comes in is read or refused with a place, twice the same; what was read is inside its bounds
// and in order. The first byte says which of the two tables the bytes are.
#include <string.h>

#include "pool/pool.h"
#include "pool/trace/cluster_table.h"
#include "pool/trace/job_trace.h"
#include "target.h"

static const char nodes[] = "name,gpus,gpu_type,cpus,memory\na,8,H100,96,1024\nb,4,T4,64,256\n";

static void read_nodes(const char *bytes, size_t n) {
    struct arena arena;
    struct sheet_faults faults;
    struct cluster cluster = {0};
    maru_error err = {0};
    arena_init(&arena, 1 << 28);
    const maru_status st = cluster_table_read(bytes, n, &arena, &cluster, &faults, &err);
    must((st == MARU_OK) == (err.code == MARU_OK));
    must(st != MARU_OK || faults.n == 0);
    uint64_t n_gpu = 0;
    for (uint32_t i = 0; st == MARU_OK && i < cluster.n_node; i++) {
        n_gpu += cluster.node[i].n_gpu;
        must(cluster.node[i].island < cluster.n_island && cluster.node[i].site < cluster.n_site);
    }
    must(n_gpu == cluster.n_gpu_all);
    arena_fini(&arena);
}

static maru_status read_jobs(const char *bytes, size_t n, struct job_trace *trace) {
    struct arena arena;
    struct sheet_faults faults;
    struct cluster cluster;
    maru_error err = {0};
    arena_init(&arena, 1 << 20);
    must(cluster_table_read(nodes, strlen(nodes), &arena, &cluster, &faults, NULL) == MARU_OK);
    const maru_status st = job_trace_read(trace, bytes, n, &cluster, &faults, &err);
    must((st == MARU_OK) == (err.code == MARU_OK));
    for (uint32_t i = 0; i < faults.n && i < SHEET_MAX_FAULTS; i++) {
        must(faults.item[i].row > 1 && faults.item[i].text[0] != '\0');
    }
    arena_fini(&arena);
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct job_trace one;
    struct job_trace two;
    if (n == 0) {
        return 0;
    }
    const char *const table = (const char *)bytes + 1;
    if (bytes[0] == 'n') {
        read_nodes(table, n - 1);
        return 0;
    }
    const maru_status st = read_jobs(table, n - 1, &one);
    must(read_jobs(table, n - 1, &two) == st && one.n == two.n);
    for (uint32_t i = 0; st == MARU_OK && i < one.n; i++) {
        const struct trace_job *const job = &one.job[i];
        must(i == 0 || one.job[i - 1].submit_us <= job->submit_us);
        must(job->n_part > 0 && job->n_part <= POOL_MAX_PARTS && job->want.types < 4);
        must(job->want.n_gpu <= CLUSTER_MAX_NODE_GPUS && job->want.gpu_milli <= GPU_WHOLE);
        must(job->run_us >= 0 || job->run_us == TRACE_NEVER);
        must(job->account < one.account.n && job->limit_us >= 0);
    }
    job_trace_free(&one);
    job_trace_free(&two);
    return 0;
}
