#include "pool/trace/trace_forms.h"

// Jobs as people write them down: what a job asks for in all, in columns of which most may be missing.

enum {
    ACCOUNT,
    SUBMIT,
    DURATION,
    LIMIT,
    GPUS,
    PARTS,
    TYPE,
    SHARE,
    CPUS,
    MEMORY,
    PRIORITY,
    HEADINGS
};
static const char *const heading[HEADINGS] = {
    [ACCOUNT] = "account|tenant|project|user|group|계정|기관",
    [SUBMIT] = "submit|submitted|submit_s|arrival|제출",
    [DURATION] = "duration|duration_s|run|runtime|elapsed|실행시간",
    [LIMIT] = "limit|time_limit|walltime|limit_s|제한시간",
    [GPUS] = "gpus|gpu|n_gpu|gpu수",
    [PARTS] = "parts|nodes|노드수",
    [TYPE] = "gpu_type|type|gpu종류",
    [SHARE] = "gpu_share|share|gpu몫",
    [CPUS] = "cpus|cpu|cores",
    [MEMORY] = "memory|memory_gib|memory_gb|mem|메모리",
    [PRIORITY] = "priority|우선순위",
};

static enum trace_row read_job(struct pool_sheet *sheet, const struct cluster *cluster,
                               struct trace_job *job, struct csv_field *account) {
    int64_t cpu = 0;
    int64_t memory = 0;
    int64_t n_gpu = 0;
    int64_t n_part = 0;
    int64_t milli = 0;
    int64_t priority = 0;
    bool is_good = pool_sheet_moment(sheet, SUBMIT, &job->submit_us);
    is_good = pool_sheet_span(sheet, DURATION, &job->run_us) && is_good;
    is_good = pool_sheet_span(sheet, LIMIT, &job->limit_us) && is_good;
    is_good = pool_sheet_number(sheet, GPUS, 1, TRACE_MAX_JOB_GPUS, &n_gpu) && is_good;
    is_good = pool_sheet_number(sheet, PARTS, 1, TRACE_MAX_JOB_GPUS, &n_part) && is_good;
    is_good =
        types_of(sheet, TYPE, cluster, pool_sheet_cell(sheet, TYPE), &job->want.types) && is_good;
    is_good = pool_sheet_number(sheet, SHARE, GPU_WHOLE, GPU_WHOLE, &milli) && is_good;
    is_good = pool_sheet_number(sheet, CPUS, 1000, UINT32_MAX, &cpu) && is_good;
    is_good = pool_sheet_memory(sheet, MEMORY, 1024, &memory) && is_good;
    is_good = pool_sheet_number(sheet, PRIORITY, 1, 1000000, &priority) && is_good;
    if (is_good && n_gpu > 1 && milli > 0 && milli < GPU_WHOLE) {
        pool_sheet_fault(sheet, SHARE, "a share is of one GPU: 'gpus' has to be 1");
        is_good = false;
    }
    job->want.cpu_milli = (uint32_t)cpu;
    job->want.memory_mib = (uint32_t)memory;
    job->priority = (int32_t)priority;
    if (!is_good || !share_out(sheet, GPUS, job, (uint64_t)n_gpu, (uint64_t)n_part)) {
        return TRACE_ROW_FAULT;
    }
    job->want.gpu_milli = (uint16_t)(n_gpu == 1 && milli > 0 ? milli : job->want.gpu_milli);
    *account = pool_sheet_cell(sheet, ACCOUNT);
    return n_gpu > 0 || cpu > 0 ? TRACE_ROW_JOB : TRACE_ROW_UNFIT;
}

const struct trace_form plain_form = {"plain", heading, HEADINGS, GPUS, DURATION, false, read_job};
