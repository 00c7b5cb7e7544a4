#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/compute/compute_inside.h"
#include "serve/log.h"

// What was going on when the last process ended, from the store: jobs that are open, and the attempt of each.

struct taking_up {
    struct compute *compute;
    const char *tenant;
};

static const char *known_word(const char *word) {
    for (int i = 0; i < STOP_REASONS; i++) {
        if (strcmp(word, dispatch_stop_words[i]) == 0) {
            return dispatch_stop_words[i];
        }
    }
    return word[0] ? dispatch_cancel_word : "";
}

// Where an attempt stands, from what is kept of it: nodes by their names. What is not there any more is no part.
static maru_status read_parts(const struct compute *compute, struct live_job *job, const char *text,
                              maru_error *err) {
    json_t *list = json_loads(text, 0, NULL);
    const size_t n = json_array_size(list);
    struct pool_part *part = n > 0 ? alloc_new(n, sizeof *part) : NULL;
    for (size_t i = 0; part && i < n; i++) {
        const json_t *one = json_array_get(list, i);
        const char *node = json_string_value(json_object_get(one, "node"));
        part[i] = (struct pool_part){
            .node = world_find_node(compute->world, node ? node : ""),
            .gpus = (uint16_t)json_integer_value(json_object_get(one, "gpus")),
            .gpu_milli = (uint16_t)json_integer_value(json_object_get(one, "gpu_milli")),
            .cpu_milli = (uint32_t)json_integer_value(json_object_get(one, "cpu_milli")),
            .memory_mib = (uint32_t)json_integer_value(json_object_get(one, "memory_mib"))};
    }
    json_decref(list);
    if (n > 0 && !part) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    if (part) {
        alloc_free(job->part);
        job->part = part;
        job->ask.n_part = (uint32_t)n;
    }
    return MARU_OK;
}

static maru_status take_attempt(void *context, const struct attempt_row *row, maru_error *err) {
    const struct taking_up *taking = context;
    struct live_job *job = live_find(taking->compute, taking->tenant, row->job);
    if (job && row->state != ATTEMPT_ENDED) {
        job->phase = row->state == ATTEMPT_RUNS ? PHASE_RUNNING : PHASE_STARTING;
        job->phase = row->stop[0] && row->state == ATTEMPT_RUNS ? PHASE_STOPPING : job->phase;
        job->attempt = row->number;
        job->started_us = row->started_us;
        job->stop = known_word(row->stop);
        snprintf(job->launch, sizeof job->launch, "%s", row->launch);
        return read_parts(taking->compute, job, row->parts, err);
    }
    if (job && row->state == ATTEMPT_ENDED && !row->stop[0] && strcmp(row->end, "node") != 0 &&
        job->retries > 0) {
        job->retries--; // it has failed by itself
    }
    return MARU_OK;
}

// A tenant whose database cannot be read keeps the others from nothing; its jobs are taken up when it can be read again, at a start.
static maru_status take_up_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    struct compute *compute = context;
    struct taking taking = {.compute = compute, .tenant = row->name};
    struct taking_up up = {compute, row->name};
    struct tenant *tenant = NULL;
    maru_error why = {0};
    maru_status st = store_hold(compute->store, row->name, &tenant, &why);
    if (st == MARU_OK) {
        st = tenant_each_open_job(tenant, dispatch_take_job, &taking, &why);
        // of jobs that are open all attempts, so that failures are counted
        st = st == MARU_OK ? tenant_each_attempt(tenant, "", 0, take_attempt, &up, &why) : st;
        store_release(compute->store, tenant);
    }
    if (st == MARU_E_MEMORY) {
        return fail(err, st, "%s", why.text);
    }
    if (st != MARU_OK && st != MARU_E_USAGE) {
        struct log_line line;
        log_open(&line, LOG_ERROR, "tenant jobs");
        log_add_string(&line, "tenant", row->name);
        log_add_string(&line, "detail", why.text);
        log_close(&line);
    }
    return MARU_OK;
}

maru_status dispatch_take_up(struct compute *compute, maru_error *err) {
    return store_visit_tenants(compute->store, take_up_tenant, compute, err);
}
