// maru pool trace OUT.csv --nodes FILE.csv: a trace that nobody recorded, for a cluster that is only planned.

#include <string.h>

#include "base/status.h"
#include "cli/pool/pool_watch.h"
#include "cli/pool/trace_files.h"
#include "io/files.h"
#include "pool/trace/cluster_table.h"
#include "pool/trace/generated_trace.h"
#include "pool/trace/trace_table.h"
#include "study/words/numerals.h"

enum { TABLE_BYTES = 1 << 30, ARENA_BYTES = 1 << 30 };

static maru_status make(const struct call *call, const struct cluster *cluster,
                        struct job_trace *trace, maru_error *err) {
    const struct pool_values *const values = call->args.values;
    const struct generated_shape shape = {.seed = values->seed,
                                          .n_job = (uint32_t)values->jobs,
                                          .n_account = (uint32_t)values->tenants,
                                          .load = values->load};
    struct text table;
    text_init(&table, TABLE_BYTES);
    maru_status st = generated_trace(trace, &shape, cluster, err);
    if (st == MARU_OK) {
        job_trace_write(&table, trace, cluster);
        st = pool_write(call->args.word[1], &table, err);
    }
    text_fini(&table);
    return st;
}

static int tell(const struct call *call, const struct job_trace *trace) {
    const double days =
        (double)(trace->job[trace->n - 1].submit_us - trace->job[0].submit_us) / 86400e6;
    verb_note(call, W_TRACE_MADE,
              (const char *const[]){call->args.word[1], numeral_count(trace->n).text,
                                    numeral_count(trace->account.n).text, numeral(days, 1).text,
                                    NULL});
    return EXIT_GOOD;
}

int pool_run_trace(struct call *call) {
    const struct pool_values *const values = call->args.values;
    struct sheet_faults faults = {0};
    struct job_trace trace = {0};
    struct cluster cluster;
    struct arena arena;
    struct text nodes;
    maru_error err = {0};
    if (!values->nodes) {
        return verb_refuse_word(call, MARU_E_USAGE, W_REPLAY_NO_NODES, (const char *const[]){NULL});
    }
    arena_init(&arena, ARENA_BYTES);
    text_init(&nodes, TABLE_BYTES);
    maru_status st = files_read(values->nodes, &nodes, &err);
    st = st == MARU_OK ? cluster_table_read(nodes.bytes ? nodes.bytes : "", nodes.n_bytes, &arena,
                                            &cluster, &faults, &err)
                       : st;
    st = st == MARU_OK ? make(call, &cluster, &trace, &err) : st;
    const int status = st == MARU_OK ? tell(call, &trace) : trace_files_refuse(call, &faults, &err);
    job_trace_free(&trace);
    text_fini(&nodes);
    arena_fini(&arena);
    return status;
}
