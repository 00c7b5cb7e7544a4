#include "pool/trace/trace_forms.h"

// Pod lists of Alibaba's cluster-trace-gpu-v2023: one pod a row, times in seconds from the start of the trace. Lists that were
// resampled have the first five columns alone, so their jobs have no times. The class of service stands for the account.

enum { CPU, MEMORY, GPUS, MILLI, SPEC, QOS, CREATED, DELETED, SCHEDULED, HEADINGS };
static const char *const heading[HEADINGS] = {
    [CPU] = "cpu_milli",         [MEMORY] = "memory_mib",     [GPUS] = "num_gpu",
    [MILLI] = "gpu_milli",       [SPEC] = "gpu_spec",         [QOS] = "qos",
    [CREATED] = "creation_time", [DELETED] = "deletion_time", [SCHEDULED] = "scheduled_time"};

static enum trace_row read_pod(struct pool_sheet *sheet, const struct cluster *cluster,
                               struct trace_job *job, struct csv_field *account) {
    int64_t cpu = 0;
    int64_t memory = 0;
    int64_t n_gpu = 0;
    int64_t milli = GPU_WHOLE;
    int64_t deleted = TRACE_NEVER;
    bool is_good = pool_sheet_number(sheet, CPU, 1, UINT32_MAX, &cpu);
    is_good = pool_sheet_memory(sheet, MEMORY, 1, &memory) && is_good;
    is_good = pool_sheet_number(sheet, GPUS, 1, CLUSTER_MAX_NODE_GPUS, &n_gpu) && is_good;
    is_good = pool_sheet_number(sheet, MILLI, 1, GPU_WHOLE, &milli) && is_good;
    is_good =
        types_of(sheet, SPEC, cluster, pool_sheet_cell(sheet, SPEC), &job->want.types) && is_good;
    is_good = pool_sheet_moment(sheet, CREATED, &job->submit_us) && is_good;
    is_good = pool_sheet_moment(sheet, DELETED, &deleted) && is_good;
    is_good = pool_sheet_moment(sheet, SCHEDULED, &job->started_us) && is_good;
    if (is_good && n_gpu == 1 && milli == 0) {
        pool_sheet_fault(sheet, MILLI, "a GPU of which nothing is asked: 1 to 1000 thousandths");
        is_good = false;
    }
    if (!is_good) {
        return TRACE_ROW_FAULT;
    }
    const int64_t from = job->started_us != TRACE_NEVER ? job->started_us : job->submit_us;
    if (deleted != TRACE_NEVER && from != TRACE_NEVER) {
        job->run_us = deleted > from ? deleted - from : 0;
    }
    job->want.cpu_milli = (uint32_t)cpu;
    job->want.memory_mib = (uint32_t)memory;
    job->want.n_gpu = (uint8_t)n_gpu;
    job->want.gpu_milli = (uint16_t)(n_gpu == 0 ? 0 : n_gpu == 1 ? milli : GPU_WHOLE);
    *account = pool_sheet_cell(sheet, QOS);
    return TRACE_ROW_JOB;
}

const struct trace_form openb_form = {"openb", heading, HEADINGS, GPUS, MILLI, false, read_pod};
