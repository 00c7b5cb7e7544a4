#include <string.h>

#include "base/number.h"
#include "pool/trace/trace_forms.h"

// What `sacct -P` prints: one row a job and one a step (123.batch, 123.extern, 123.0), which are passed over. An array's tasks
// (123_4) and the parts of a heterogeneous job (123+0) are jobs. What was allocated counts where it is known, or else what
// was asked for. With -D a job that was requeued has a row for each run: the last one counts, from the first submission on. Times are the clock's where sacct ran; a span across a change of summer time is off by an hour, Elapsed is not.
//
//   tres   name=count,...  with cpu, mem, node, gres/gpu and gres/gpu:type among the names

enum {
    JOB,
    USER,
    ACCOUNT,
    SUBMIT,
    START,
    END,
    ELAPSED,
    TIMELIMIT,
    STATE,
    ALLOC_TRES,
    REQ_TRES,
    REQ_MEM,
    NODES,
    CPUS,
    PRIORITY,
    HEADINGS
};
static const char *const heading[HEADINGS] = {
    [JOB] = "JobID",
    [USER] = "User",
    [ACCOUNT] = "Account",
    [SUBMIT] = "Submit",
    [START] = "Start",
    [END] = "End",
    [ELAPSED] = "Elapsed",
    [TIMELIMIT] = "Timelimit",
    [STATE] = "State",
    [ALLOC_TRES] = "AllocTRES",
    [REQ_TRES] = "ReqTRES",
    [REQ_MEM] = "ReqMem",
    [NODES] = "NNodes|AllocNodes",
    [CPUS] = "NCPUS|AllocCPUS|ReqCPUS",
    [PRIORITY] = "Priority",
};

struct tres {
    int64_t cpu, memory_mib, n_node, n_gpu, n_typed;
    uint32_t types;
};

static bool starts(const char *bytes, size_t n, const char *with) {
    const size_t n_with = strlen(with);
    return n >= n_with && memcmp(bytes, with, n_with) == 0;
}

static bool is_name(const char *bytes, size_t n, const char *name) {
    return n == strlen(name) && memcmp(bytes, name, n) == 0;
}

// One name=count. Names that say nothing here are passed over, whatever their count.
static bool read_item(struct pool_sheet *sheet, uint32_t at, const struct cluster *cluster,
                      struct csv_field item, struct tres *tres) {
    const char *const sign = memchr(item.bytes, '=', item.n);
    if (!sign) {
        return false;
    }
    const size_t n = (size_t)(sign - item.bytes);
    const char *const value = sign + 1;
    const size_t n_value = item.n - n - 1;
    if (is_name(item.bytes, n, "cpu")) {
        return number_int64(value, n_value, &tres->cpu);
    }
    if (is_name(item.bytes, n, "mem")) {
        return pool_memory_read(value, n_value, 1, &tres->memory_mib);
    }
    if (is_name(item.bytes, n, "node")) {
        return number_int64(value, n_value, &tres->n_node);
    }
    if (is_name(item.bytes, n, "gres/gpu")) {
        return number_int64(value, n_value, &tres->n_gpu);
    }
    if (starts(item.bytes, n, "gres/gpu:")) {
        int64_t count = 0;
        uint32_t types = 0;
        const struct csv_field name = {item.bytes + 9, (uint32_t)n - 9};
        if (!number_int64(value, n_value, &count) || count < 0 || count > TRACE_MAX_JOB_GPUS ||
            !types_of(sheet, at, cluster, name, &types)) {
            return false;
        }
        tres->n_typed += count;
        tres->types |= types;
    }
    return true;
}

static bool read_tres(struct pool_sheet *sheet, uint32_t at, const struct cluster *cluster,
                      struct tres *tres) {
    const struct csv_field cell = pool_sheet_cell(sheet, at);
    const uint32_t n_fault = sheet->faults->n;
    for (uint32_t from = 0; from < cell.n;) {
        const char *const comma = memchr(cell.bytes + from, ',', cell.n - from);
        const uint32_t n = comma ? (uint32_t)(comma - cell.bytes) - from : cell.n - from;
        if (!read_item(sheet, at, cluster, (struct csv_field){cell.bytes + from, n}, tres)) {
            if (sheet->faults->n == n_fault) {
                pool_sheet_fault(sheet, at,
                                 "'%.*s' is no resource: cpu=8, mem=64G, gres/gpu:h100=4",
                                 (int)(n < 60 ? n : 60), cell.bytes + from);
            }
            return false;
        }
        from += n + 1;
    }
    tres->n_gpu = tres->n_gpu != 0 ? tres->n_gpu : tres->n_typed;
    if (tres->cpu < 0 || tres->cpu > INT64_C(4000000) || tres->n_gpu < 0 ||
        tres->n_gpu > TRACE_MAX_JOB_GPUS || tres->n_node < 0 || tres->n_node > TRACE_MAX_JOB_GPUS) {
        pool_sheet_fault(sheet, at, "more than a job can have");
        return false;
    }
    return true;
}

// ReqMem of older Slurm: 4000Mn a node, 4Gc a CPU; of newer: 16G for the job.
static bool read_memory(struct pool_sheet *sheet, struct tres *tres) {
    struct csv_field cell = pool_sheet_cell(sheet, REQ_MEM);
    int64_t times = 1;
    if (cell.n == 0) {
        return true;
    }
    if (cell.n > 1 && (cell.bytes[cell.n - 1] == 'n' || cell.bytes[cell.n - 1] == 'c')) {
        times = cell.bytes[cell.n - 1] == 'n' ? tres->n_node : tres->cpu;
        cell.n--;
    }
    int64_t mib = 0;
    if (!pool_memory_read(cell.bytes, cell.n, 1, &mib) || (times > 0 && mib > UINT32_MAX / times)) {
        pool_sheet_fault(sheet, REQ_MEM, "'%.*s' is no memory: a number, or one with M, G or T",
                         (int)(cell.n < 60 ? cell.n : 60), cell.bytes);
        return false;
    }
    tres->memory_mib = mib * times;
    return true;
}

static bool is_step(struct csv_field id) { return memchr(id.bytes, '.', id.n) != NULL; }

// Words that stand for no moment and no limit.
static bool says_none(struct csv_field cell) {
    return pool_cell_is(cell, "Unknown") || pool_cell_is(cell, "None") ||
           pool_cell_is(cell, "N/A") || pool_cell_is(cell, "UNLIMITED") ||
           pool_cell_is(cell, "Partition_Limit") || pool_cell_is(cell, "INVALID");
}

static bool read_times(struct pool_sheet *sheet, struct trace_job *job) {
    int64_t end = TRACE_NEVER;
    bool is_good = true;
    const struct {
        uint32_t at;
        int64_t *to;
    } moments[] = {{SUBMIT, &job->submit_us}, {START, &job->started_us}, {END, &end}};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        if (!says_none(pool_sheet_cell(sheet, moments[i].at))) {
            is_good = pool_sheet_moment(sheet, moments[i].at, moments[i].to) && is_good;
        }
    }
    if (!says_none(pool_sheet_cell(sheet, TIMELIMIT))) {
        is_good = pool_sheet_span(sheet, TIMELIMIT, &job->limit_us) && is_good;
    }
    if (!says_none(pool_sheet_cell(sheet, ELAPSED))) {
        is_good = pool_sheet_span(sheet, ELAPSED, &job->run_us) && is_good;
    }
    if (job->run_us == TRACE_NEVER && end != TRACE_NEVER && job->started_us != TRACE_NEVER) {
        job->run_us = end > job->started_us ? end - job->started_us : 0;
    }
    return is_good;
}

// Did Slurm put the job back into its queue, as far as the state tells?
static bool is_requeued(struct csv_field state) {
    return pool_cell_is(state, "NODE_FAIL") || pool_cell_is(state, "PREEMPTED") ||
           pool_cell_is(state, "BOOT_FAIL") || starts(state.bytes, state.n, "REQUEUE");
}

static enum trace_row read_job(struct pool_sheet *sheet, const struct cluster *cluster,
                               struct trace_job *job, struct csv_field *account) {
    struct tres tres = {0};
    int64_t priority = 0;
    if (is_step(pool_sheet_cell(sheet, JOB))) {
        return TRACE_ROW_STEP;
    }
    bool is_good = pool_sheet_number(sheet, NODES, 1, TRACE_MAX_JOB_GPUS, &tres.n_node);
    is_good = pool_sheet_number(sheet, CPUS, 1, 4000000, &tres.cpu) && is_good;
    is_good = pool_sheet_number(sheet, PRIORITY, 1, INT32_MAX, &priority) && is_good;
    const bool is_allocated = pool_sheet_cell(sheet, ALLOC_TRES).n > 0;
    is_good = read_tres(sheet, is_allocated ? ALLOC_TRES : REQ_TRES, cluster, &tres) && is_good;
    is_good = is_good && (tres.memory_mib > 0 || read_memory(sheet, &tres));
    is_good = read_times(sheet, job) && is_good;
    job->want.types = tres.types;
    job->want.cpu_milli = (uint32_t)(tres.cpu * 1000);
    job->want.memory_mib = (uint32_t)tres.memory_mib;
    job->priority = (int32_t)priority;
    if (!is_good || !share_out(sheet, is_allocated ? ALLOC_TRES : REQ_TRES, job,
                               (uint64_t)tres.n_gpu, (uint64_t)tres.n_node)) {
        return TRACE_ROW_FAULT;
    }
    *account = pool_sheet_cell(sheet, pool_sheet_cell(sheet, ACCOUNT).n ? ACCOUNT : USER);
    const bool has_run = job->run_us > 0 || job->started_us != TRACE_NEVER;
    if (!has_run || (tres.n_gpu == 0 && tres.cpu == 0)) {
        return TRACE_ROW_UNFIT;
    }
    return is_requeued(pool_sheet_cell(sheet, STATE)) ? TRACE_ROW_EARLIER : TRACE_ROW_JOB;
}

const struct trace_form sacct_form = {"sacct", heading, HEADINGS, JOB, STATE, true, read_job};
