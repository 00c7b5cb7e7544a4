#include "serve/compute/own_trace.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/status.h"
#include "serve/compute/job_request.h"

// Of each tenant first the attempts, added up by job, then the jobs. What a job asks is worked out again from its request and the nodes of
// now, as the scheduler did.

enum { NAMES_BYTES = 256 << 20, PAGE_ROWS = 1000 };

struct runs { // of jobs by number
    int64_t all_us, last_us;
};

struct filling {
    struct store *store;
    const struct cluster *cluster;
    struct job_trace *trace;
    const char *tenant;
    struct names jobs;
    struct runs *runs; // (cap)
    uint32_t cap;
    char last[STORE_ID_BYTES]; // job of the page
    uint32_t n_of_page;
};

// ---- nodes

static void write_node(void *context, const struct compute_node *node) {
    struct text *const out = context;
    text_add_csv(out, node->name);
    text_addz(out, ",");
    text_add_csv(out, node->type);
    if (node->n_gpu > 0) {
        text_addf(out, ",%u", node->n_gpu);
    } else {
        text_addz(out, ",");
    }
    text_addf(out, ",%u,%u\n", node->cpu_milli, node->memory_mib);
}

void own_nodes_write(struct compute *compute, struct text *out) {
    text_addz(out, "name,gpu_type,gpus,cpu_milli,memory_mib\n");
    compute_each_node(compute, write_node, out);
}

// ---- attempts

static maru_status see_attempt(void *context, const struct attempt_row *row, maru_error *err) {
    struct filling *const filling = context;
    uint32_t number = 0;
    const maru_status st = names_add(&filling->jobs, row->job, strlen(row->job), &number, err);
    if (st != MARU_OK || row->state != ATTEMPT_ENDED || row->started_us <= 0 ||
        row->ended_us < row->started_us) {
        return st;
    }
    if (number >= filling->cap) {
        const uint32_t cap = number + number / 2 + 256;
        struct runs *const more = alloc_resize(filling->runs, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory for the jobs of a trace");
        }
        memset(more + filling->cap, 0, (cap - filling->cap) * sizeof *more);
        filling->runs = more;
        filling->cap = cap;
    }
    struct runs *const runs = &filling->runs[number];
    runs->last_us = row->ended_us - row->started_us;
    runs->all_us += runs->last_us;
    return MARU_OK;
}

// ---- jobs

static maru_status add_job(struct filling *filling, const struct job_row *row,
                           const struct job_request *request, const struct runs *runs,
                           maru_error *err) {
    char account[STORE_TENANT_BYTES + JOB_MAX_PROJECT + 2];
    struct pool_ask ask;
    struct trace_job job = {.submit_us = row->created_us, .started_us = row->started_us};
    if (job_needs_ask(&request->needs, filling->cluster, &ask, NULL) != MARU_OK) {
        filling->trace->n_unfit++; // the nodes that it ran on are gone
        return MARU_OK;
    }
    const int n = snprintf(account, sizeof account, "%s/%s", filling->tenant, row->project);
    job.want = ask.want;
    job.n_part = ask.n_part;
    job.priority = ask.priority;
    job.limit_us = ask.limit_us;
    job.is_fixed = !ask.can_stop;
    job.checkpoints = ask.checkpoints;
    job.run_us = request->needs.checkpoints ? runs->all_us : runs->last_us;
    const maru_status st =
        names_add(&filling->trace->account, account, (size_t)n, &job.account, err);
    return st == MARU_OK ? job_trace_add(filling->trace, &job, err) : st;
}

static maru_status see_job(void *context, const struct job_row *row, maru_error *err) {
    struct filling *const filling = context;
    struct job_request request;
    filling->n_of_page++;
    snprintf(filling->last, sizeof filling->last, "%s", row->id);
    const uint32_t number = names_find(&filling->jobs, row->id, strlen(row->id));
    if (row->state < JOB_DONE || row->started_us <= 0 || number >= filling->cap ||
        filling->runs[number].last_us <= 0) {
        return MARU_OK;
    }
    maru_status st = job_request_read(&request, row->request, strlen(row->request), NULL);
    st = st == MARU_OK ? add_job(filling, row, &request, &filling->runs[number], err) : MARU_OK;
    job_request_fini(&request);
    return st;
}

static maru_status fill_tenant(struct filling *filling, struct tenant *tenant, maru_error *err) {
    static const struct job_filter all = {"", "", ""};
    maru_status st = tenant_each_attempt(tenant, "", 0, see_attempt, filling, err);
    filling->last[0] = '\0';
    do {
        char after[STORE_ID_BYTES];
        snprintf(after, sizeof after, "%s", filling->last);
        const struct page page = {PAGE_ROWS, after};
        filling->n_of_page = 0;
        st = st == MARU_OK ? tenant_each_job(tenant, &all, &page, see_job, filling, err) : st;
    } while (st == MARU_OK && filling->n_of_page == PAGE_ROWS);
    return st;
}

static maru_status see_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    struct filling *const filling = context;
    struct tenant *tenant = NULL;
    maru_status st = store_hold(filling->store, row->name, &tenant, err);
    if (st == MARU_E_USAGE) { // it is just going
        return MARU_OK;
    }
    filling->tenant = row->name;
    names_init(&filling->jobs, NAMES_BYTES);
    st = st == MARU_OK ? fill_tenant(filling, tenant, err) : st;
    names_fini(&filling->jobs);
    if (filling->runs) {
        memset(filling->runs, 0, filling->cap * sizeof *filling->runs);
    }
    store_release(filling->store, tenant);
    return st;
}

maru_status own_trace_fill(struct store *store, const struct cluster *cluster,
                           struct job_trace *trace, maru_error *err) {
    struct filling filling = {.store = store, .cluster = cluster, .trace = trace};
    const maru_status st = store_visit_tenants(store, see_tenant, &filling, err);
    alloc_free(filling.runs);
    return st;
}
