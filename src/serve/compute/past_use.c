#include "serve/compute/past_use.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"
#include "serve/compute/job_request.h"
#include "serve/log.h"
#include "store/jobs/gone_use.h"

// Attempts come by job and number, so the wait of one begins where the one before it has ended.

enum { NAMES_BYTES = 64 << 20, MOST_RUNS = 8 << 20 };

struct reading {
    struct past_use *past;
    const char *tenant;
    past_node_type node_type;
    void *context;
    char job[STORE_ID_BYTES]; // of the last attempt
    int64_t ended_us;         // of it
    uint64_t n_gpu;           // of the last attempt
};

void past_use_fini(struct past_use *past) {
    names_fini(&past->account);
    names_fini(&past->type);
    alloc_free(past->run);
    *past = (struct past_use){0};
}

static enum usage_end end_of(const struct attempt_row *row) {
    if (row->state != ATTEMPT_ENDED) {
        return USAGE_RUNS;
    }
    if (strcmp(row->end, "exit") == 0 && row->exit_code == 0) {
        return USAGE_DONE;
    }
    if (strcmp(row->stop, "cancel") == 0) {
        return USAGE_CANCELLED;
    }
    if (strcmp(row->stop, "budget") == 0) {
        return USAGE_NO_CREDITS;
    }
    if (row->stop[0] || strcmp(row->end, "node") == 0) {
        return USAGE_STOPPED;
    }
    return strcmp(row->end, "time") == 0 ? USAGE_TIMEOUT : USAGE_FAILED;
}

static struct past_run *add_run(struct past_use *past, const struct past_run *run,
                                maru_error *err) {
    if (past->n_run == past->cap_run) {
        const size_t cap = past->cap_run ? past->cap_run * 2 : 256;
        struct past_run *larger =
            cap <= MOST_RUNS ? alloc_resize(past->run, cap, sizeof *larger) : NULL;
        if (!larger) {
            (void)(cap <= MOST_RUNS
                       ? fail(err, MARU_E_MEMORY, "no memory")
                       : fail(err, MARU_E_LIMIT, "more than %d runs in this time", MOST_RUNS));
            return NULL;
        }
        past->run = larger;
        past->cap_run = cap;
    }
    past->run[past->n_run] = *run;
    return &past->run[past->n_run++];
}

static uint64_t bits_of(json_int_t bits) {
    uint64_t n = 0;
    for (uint64_t left = (uint64_t)bits & 0xffff; left; left &= left - 1) {
        n++;
    }
    return n;
}

static uint64_t count_of(const json_t *part, const char *key) {
    const json_int_t value = json_integer_value(json_object_get(part, key));
    return value > 0 ? (uint64_t)value : 0;
}

// The run of this type among those of the attempt, which begin at `first`.
static maru_status find_type(struct reading *reading, size_t first, const struct past_run *empty,
                             uint32_t type, struct past_run **out, maru_error *err) {
    struct past_use *past = reading->past;
    for (size_t i = first; i < past->n_run; i++) {
        if (past->run[i].type == type || past->run[i].type == UINT32_MAX) {
            past->run[i].type = type;
            *out = &past->run[i];
            return MARU_OK;
        }
    }
    *out = add_run(past, empty, err);
    if (*out) {
        (*out)->type = type;
    }
    return *out ? MARU_OK : err->code;
}

static maru_status add_part(struct reading *reading, size_t first, const struct past_run *empty,
                            const json_t *part, maru_error *err) {
    const char *type = json_string_value(json_object_get(part, "type"));
    const char *node = json_string_value(json_object_get(part, "node"));
    struct past_run *its = &reading->past->run[first];
    const uint64_t milli =
        bits_of((json_int_t)count_of(part, "gpus")) * count_of(part, "gpu_milli");
    uint32_t number = 0;
    its->usage.cpu_milli += count_of(part, "cpu_milli");
    its->usage.memory_mib += count_of(part, "memory_mib");
    if (milli == 0) {
        return MARU_OK;
    }
    reading->n_gpu += bits_of((json_int_t)count_of(part, "gpus"));
    type = type && type[0] ? type : reading->node_type(reading->context, node ? node : "");
    type = type ? type : "gpu";
    maru_status st = names_add(&reading->past->type, type, strlen(type), &number, err);
    st = st == MARU_OK ? find_type(reading, first, empty, number, &its, err) : st;
    if (st == MARU_OK) {
        its->usage.gpu_milli += milli;
    }
    return st;
}

static maru_status add_parts(struct reading *reading, const struct past_run *empty,
                             const char *text, maru_error *err) {
    const size_t first = reading->past->n_run;
    json_t *list = json_loads(text, 0, NULL);
    maru_status st = add_run(reading->past, empty, err) ? MARU_OK : err->code;
    for (size_t i = 0; st == MARU_OK && i < json_array_size(list); i++) {
        st = add_part(reading, first, empty, json_array_get(list, i), err);
    }
    json_decref(list);
    return st;
}

// Where the cards told what they drew, that is what it drew.
static void tell_power(struct reading *reading, size_t first, const struct attempt_row *attempt) {
    const int64_t us = attempt->ended_us - attempt->started_us;
    if (attempt->state != ATTEMPT_ENDED || attempt->gpu_energy_mj <= 0 || us <= 0 ||
        reading->n_gpu == 0) {
        return;
    }
    const wide_u128 mw = (wide_u128)(uint64_t)attempt->gpu_energy_mj * 1000000 / (uint64_t)us;
    const uint64_t of_one = (uint64_t)(mw / reading->n_gpu);
    for (size_t i = first; i < reading->past->n_run && of_one < UINT32_MAX; i++) {
        reading->past->run[i].usage.power = (struct owned_power){of_one, of_one};
        reading->past->run[i].usage.is_measured = true;
    }
}

static maru_status see_use(void *context, const struct use_row *row, maru_error *err) {
    struct reading *reading = context;
    const struct attempt_row *attempt = row->attempt;
    char name[STORE_TENANT_BYTES + JOB_MAX_PROJECT + 2];
    struct past_run run = {.type = UINT32_MAX};
    const bool is_next = strcmp(reading->job, attempt->job) == 0;
    const int64_t wait_from = is_next ? reading->ended_us : row->job_created_us;
    reading->past->n_job += !is_next;
    snprintf(reading->job, sizeof reading->job, "%s", attempt->job);
    reading->ended_us = attempt->ended_us;
    if (attempt->started_us <= 0 ||
        (attempt->state == ATTEMPT_ENDED && attempt->ended_us < attempt->started_us)) {
        return MARU_OK; // it never ran
    }
    const int n = snprintf(name, sizeof name, "%s/%s", reading->tenant, row->project);
    run.usage = (struct usage_row){
        .job = reading->past->n_job,
        .attempt = (uint32_t)attempt->number,
        .end = (uint8_t)end_of(attempt),
        .busy_milli = attempt->gpu_busy_milli >= 0 && attempt->gpu_busy_milli <= 1000
                          ? (uint16_t)attempt->gpu_busy_milli
                          : USAGE_BUSY_UNKNOWN,
        .waited_us = attempt->started_us > wait_from ? attempt->started_us - wait_from : 0,
        .from_us = attempt->started_us,
        .until_us = attempt->state == ATTEMPT_ENDED ? attempt->ended_us : INT64_MAX};
    const size_t first = reading->past->n_run;
    reading->n_gpu = 0;
    maru_status st = names_add(&reading->past->account, name, (size_t)n, &run.account, err);
    st = st == MARU_OK ? add_parts(reading, &run, attempt->parts, err) : st;
    if (st == MARU_OK) {
        tell_power(reading, first, attempt);
    }
    return st;
}

struct reading_all {
    struct store *store;
    struct reading reading;
    int64_t since_us;
};

static maru_status read_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    struct reading_all *all = context;
    struct tenant *tenant = NULL;
    maru_error why = {0};
    maru_status st = store_hold(all->store, row->name, &tenant, &why);
    if (st == MARU_OK) {
        all->reading.tenant = row->name;
        all->reading.job[0] = '\0';
        st = tenant_each_use(tenant, all->since_us, see_use, &all->reading, &why);
        store_release(all->store, tenant);
    }
    if (st == MARU_E_MEMORY || st == MARU_E_LIMIT) {
        return fail(err, st, "%s", why.text);
    }
    if (st != MARU_OK && st != MARU_E_USAGE) {
        struct log_line line;
        all->reading.past->n_away++;
        log_open(&line, LOG_ERROR, "tenant use");
        log_add_string(&line, "tenant", row->name);
        log_add_string(&line, "detail", why.text);
        log_close(&line);
    }
    return MARU_OK;
}

maru_status past_use_read(struct store *store, const char *tenant, int64_t since_us,
                          past_node_type node_type, void *context, struct past_use *out,
                          maru_error *err) {
    struct reading_all all = {.store = store,
                              .reading = {.past = out, .node_type = node_type, .context = context},
                              .since_us = since_us};
    *out = (struct past_use){0};
    names_init(&out->account, NAMES_BYTES);
    names_init(&out->type, NAMES_BYTES);
    if (tenant) {
        const struct tenant_row row = {.name = tenant};
        return read_tenant(&all, &row, err);
    }
    return store_visit_tenants(store, read_tenant, &all, err);
}

static maru_status see_gone(void *context, const char *tenant, const struct use_row *row,
                            maru_error *err) {
    struct reading *reading = context;
    reading->tenant = tenant;
    return see_use(reading, row, err);
}

maru_status past_use_add_gone(struct store *store, int64_t since_us, past_node_type node_type,
                              void *context, struct past_use *past, maru_error *err) {
    struct reading reading = {.past = past, .node_type = node_type, .context = context};
    struct tenant *local = NULL;
    maru_status st = store_hold(store, "local", &local, err);
    if (st == MARU_OK) {
        st = tenant_each_gone_use(local, since_us, see_gone, &reading, err);
        store_release(store, local);
    }
    return st;
}
