// The kinds of tables of jobs, one reader each: a row of a sheet becomes a job.
#ifndef POOL_TRACE_FORMS_H
#define POOL_TRACE_FORMS_H

#include "pool/trace/job_trace.h"

// TRACE_ROW_EARLIER: a job whose run was not its last where another row of its number follows.
enum trace_row {
    TRACE_ROW_JOB,
    TRACE_ROW_EARLIER,
    TRACE_ROW_STEP,
    TRACE_ROW_UNFIT,
    TRACE_ROW_FAULT
};

struct trace_form {
    const char *name;
    const char *const *heading;
    uint32_t n_heading;
    uint32_t key, also; // the headings that tell this kind of table
    bool has_numbers;   // `key` is a number of the job
    // *job begins as one part without anything; the name of its account goes to *account.
    enum trace_row (*read)(struct pool_sheet *sheet, const struct cluster *cluster,
                           struct trace_job *job, struct csv_field *account);
};

extern const struct trace_form openb_form, sacct_form, plain_form;

// A set of types from names between bars; false: the cluster has none of one name, and a fault was noted.
bool types_of(struct pool_sheet *sheet, uint32_t heading, const struct cluster *cluster,
              struct csv_field names, uint32_t *types);

// Share GPUs, CPU and memory of a job among its parts: n_node of them where that divides the GPUs, or else one a GPU.
//   errors  false: more parts or GPUs than possible, and a fault was noted at `heading`
bool share_out(struct pool_sheet *sheet, uint32_t heading, struct trace_job *job, uint64_t n_gpu,
               uint64_t n_node);

#endif
