#include "pool/trace/job_trace.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/pool.h"
#include "pool/trace/trace_forms.h"

// The header says which kind of table it is; a reader a kind makes a job of a row. Rows go on after a fault, so that all
// faults are told at once; jobs are sorted at the end, those of the same moment as they stand.

static const struct trace_form *const forms[] = {&sacct_form, &openb_form, &plain_form};

void job_trace_init(struct job_trace *trace) {
    *trace = (struct job_trace){.has_times = true};
    names_init(&trace->account, TRACE_MAX_NAME_BYTES);
}

void job_trace_free(struct job_trace *trace) {
    alloc_free(trace->job);
    names_fini(&trace->account);
    *trace = (struct job_trace){0};
}

uint64_t trace_job_milli(const struct trace_job *job) {
    return (uint64_t)job->n_part * job->want.n_gpu * job->want.gpu_milli;
}

maru_status job_trace_add(struct job_trace *trace, const struct trace_job *job, maru_error *err) {
    if (trace->n == TRACE_MAX_JOBS) {
        return fail(err, MARU_E_LIMIT, "a trace has at most %d jobs", TRACE_MAX_JOBS);
    }
    if (trace->n == trace->cap) {
        const uint32_t cap = trace->cap + trace->cap / 2 + 256;
        struct trace_job *const more = alloc_resize(trace->job, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory for the jobs of a trace");
        }
        trace->job = more;
        trace->cap = cap;
    }
    trace->has_times = trace->has_times && job->submit_us != TRACE_NEVER;
    trace->job[trace->n++] = *job;
    return MARU_OK;
}

// Merge sort: it keeps the order of what comes at the same moment.
maru_status job_trace_sort(struct job_trace *trace, maru_error *err) {
    bool is_sorted = true;
    for (uint32_t i = 1; is_sorted && i < trace->n; i++) {
        is_sorted = trace->job[i - 1].submit_us <= trace->job[i].submit_us;
    }
    if (is_sorted) {
        return MARU_OK;
    }
    struct trace_job *to = alloc_new(trace->n, sizeof *to);
    if (!to) {
        return fail(err, MARU_E_MEMORY, "no memory for the jobs of a trace");
    }
    struct trace_job *from = trace->job;
    const size_t n = trace->n;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t at = 0; at < n; at += 2 * width) {
            const size_t middle = at + width < n ? at + width : n;
            const size_t end = at + 2 * width < n ? at + 2 * width : n;
            size_t a = at;
            size_t b = middle;
            for (size_t k = at; k < end; k++) {
                const bool is_a =
                    a < middle && (b == end || from[a].submit_us <= from[b].submit_us);
                to[k] = is_a ? from[a++] : from[b++];
            }
        }
        struct trace_job *const kept = from;
        from = to;
        to = kept;
    }
    trace->job = from;
    trace->cap = trace->n; // of whichever of the two it is
    alloc_free(to);
    return MARU_OK;
}

// ---- what the readers share

bool types_of(struct pool_sheet *sheet, uint32_t heading, const struct cluster *cluster,
              struct csv_field names, uint32_t *types) {
    uint32_t set = 0;
    for (uint32_t at = 0; at < names.n;) {
        const char *const name = names.bytes + at;
        const char *const bar = memchr(name, '|', names.n - at);
        const uint32_t n = bar ? (uint32_t)(bar - name) : names.n - at;
        char text[64];
        if (n > 0) {
            const uint32_t n_text = n < sizeof text - 1 ? n : (uint32_t)sizeof text - 1;
            memcpy(text, name, n_text);
            text[n_text] = '\0';
            const uint8_t type =
                n < sizeof text ? cluster_find_type(cluster, text) : CLUSTER_NO_TYPE;
            if (type == CLUSTER_NO_TYPE) {
                pool_sheet_fault(sheet, heading, "'%s' is no type of GPU that a node has", text);
                return false;
            }
            set |= UINT32_C(1) << type;
        }
        at += n + 1;
    }
    *types = set;
    return true;
}

// GPUs of one part where nobody says how many nodes: a large divisor, so that parts are few.
static uint64_t divide(uint64_t n_gpu) {
    uint64_t most = 1;
    for (uint64_t each = 2; each <= 8; each++) {
        most = n_gpu % each == 0 ? each : most;
    }
    return most;
}

bool share_out(struct pool_sheet *sheet, uint32_t heading, struct trace_job *job, uint64_t n_gpu,
               uint64_t n_node) {
    uint64_t n_part = n_node > 0 ? n_node : 1;
    if (n_gpu > 0 && n_node == 0) {
        n_part = n_gpu / divide(n_gpu);
    } else if (n_gpu > 0 && (n_gpu % n_node != 0 || n_gpu / n_node > CLUSTER_MAX_NODE_GPUS)) {
        n_part = n_gpu;
    }
    if (n_part > POOL_MAX_PARTS) {
        pool_sheet_fault(sheet, heading, "a job of %llu parts; at most %d are possible",
                         (unsigned long long)n_part, POOL_MAX_PARTS);
        return false;
    }
    job->n_part = (uint32_t)n_part;
    job->want.n_gpu = (uint8_t)(n_gpu / n_part);
    job->want.gpu_milli = n_gpu > 0 ? GPU_WHOLE : 0;
    job->want.cpu_milli /= job->n_part;
    job->want.memory_mib /= job->n_part;
    return true;
}

// ---- reading

// Which rows are of one job, in a table that numbers them.
struct numbered {
    struct names names;
    struct known {
        uint32_t row; // of the trace
        bool may_follow;
    } * known; // (cap) by number
    uint32_t cap;
};

// Another row of the same job: of the two runs the later one counts, from the first submission on.
static void put_together(struct trace_job *first, const struct trace_job *job) {
    const int64_t submit_us = job->submit_us != TRACE_NEVER && job->submit_us < first->submit_us
                                  ? job->submit_us
                                  : first->submit_us;
    if (first->started_us == TRACE_NEVER || job->started_us >= first->started_us) {
        *first = *job;
    }
    first->submit_us = submit_us;
}

// A job of this number: a new one, or a later run of one that is there.
static maru_status add_numbered(struct job_trace *trace, struct numbered *numbered,
                                struct csv_field id, const struct trace_job *job, bool may_follow,
                                maru_error *err) {
    uint32_t number = 0;
    const uint32_t n = numbered->names.n;
    maru_status st = names_add(&numbered->names, id.bytes, id.n, &number, err);
    if (st == MARU_OK && number >= numbered->cap) {
        const uint32_t cap = number + number / 2 + 256;
        struct known *const more = alloc_resize(numbered->known, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory for the jobs of a trace");
        }
        numbered->known = more;
        numbered->cap = cap;
    }
    if (st != MARU_OK) {
        return st;
    }
    struct known *const known = &numbered->known[number];
    const bool is_again = number < n && known->may_follow;
    if (is_again) {
        put_together(&trace->job[known->row], job);
        trace->n_again++;
    } else {
        st = job_trace_add(trace, job, err);
        known->row = trace->n - 1;
    }
    known->may_follow = may_follow;
    return st;
}

static maru_status add_row(struct job_trace *trace, struct numbered *numbered,
                           const struct pool_sheet *sheet, const struct trace_form *form,
                           const struct trace_job *job, bool may_follow, maru_error *err) {
    const struct csv_field id = pool_sheet_cell(sheet, form->key);
    return form->has_numbers && id.n > 0 ? add_numbered(trace, numbered, id, job, may_follow, err)
                                         : job_trace_add(trace, job, err);
}

static maru_status read_rows(struct job_trace *trace, struct numbered *numbered,
                             struct pool_sheet *sheet, const struct trace_form *form,
                             const struct cluster *cluster, maru_error *err) {
    maru_status st = MARU_OK;
    while ((st = pool_sheet_next(sheet, err)) == MARU_OK) {
        struct trace_job job = {.n_part = 1,
                                .submit_us = TRACE_NEVER,
                                .started_us = TRACE_NEVER,
                                .run_us = TRACE_NEVER};
        struct csv_field account = {"", 0};
        const enum trace_row row = form->read(sheet, cluster, &job, &account);
        trace->n_step += row == TRACE_ROW_STEP;
        trace->n_unfit += row == TRACE_ROW_UNFIT;
        if (row != TRACE_ROW_JOB && row != TRACE_ROW_EARLIER) {
            continue;
        }
        st = names_add(&trace->account, account.n ? account.bytes : "-", account.n ? account.n : 1,
                       &job.account, err);
        st = st == MARU_OK
                 ? add_row(trace, numbered, sheet, form, &job, row == TRACE_ROW_EARLIER, err)
                 : st;
        if (st != MARU_OK) {
            return st;
        }
    }
    return st == MARU_MORE ? MARU_OK : st;
}

maru_status job_trace_read(struct job_trace *trace, const char *bytes, size_t n,
                           const struct cluster *cluster, struct sheet_faults *faults,
                           maru_error *err) {
    maru_status st = MARU_E_INPUT;
    job_trace_init(trace);
    *faults = (struct sheet_faults){0};
    bool is_it = false;
    for (size_t i = 0; !is_it && i < sizeof forms / sizeof *forms; i++) {
        struct pool_sheet sheet;
        st = pool_sheet_open(&sheet, bytes, n, forms[i]->heading, forms[i]->n_heading, faults, err);
        is_it = st != MARU_OK ||
                (pool_sheet_has(&sheet, forms[i]->key) && pool_sheet_has(&sheet, forms[i]->also));
        struct numbered numbered = {.known = NULL};
        names_init(&numbered.names, TRACE_MAX_NUMBER_BYTES);
        st = st == MARU_OK && is_it ? read_rows(trace, &numbered, &sheet, forms[i], cluster, err)
                                    : st;
        names_fini(&numbered.names);
        alloc_free(numbered.known);
        pool_sheet_close(&sheet);
        trace->form = is_it ? forms[i]->name : NULL;
    }
    if (!is_it) {
        return fail_at(err, MARU_E_INPUT, "", 1, 0,
                       "no table of jobs: it needs columns 'gpus' and 'duration', those of sacct "
                       "-P (JobID, State), or of openb (num_gpu, gpu_milli)");
    }
    st = st == MARU_OK ? pool_sheet_faults_status(faults, err) : st;
    return st == MARU_OK ? job_trace_sort(trace, err) : st;
}
