#include "serve/rounds/round_use.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "store/jobs/kept_jobs.h"

// An attempt uses the GPUs of its parts from its beginning to its end, cut at midnight. A node's type is that of the pool now; a node that
// has gone since is of no type, and its use is not counted.

enum { MAX_NODES = 100000, NAME_BYTES = 64 };
static const char header[] = "institution,day,type,gpu_hours\n";
#define DAY_US INT64_C(86400000000)
#define SEOUL_US ((int64_t)CIVIL_SEOUL_MIN * 60 * 1000000)

int32_t round_use_day(int64_t unix_us) {
    const int64_t at = unix_us + SEOUL_US;
    return (int32_t)(at / DAY_US - (at % DAY_US < 0));
}

struct node_type {
    char node[NAME_BYTES], type[NAME_BYTES];
};

struct using {
    struct kept_round *round;
    struct text *out; // usage.csv
    const char *tenant;
    struct node_type *node; // (n)
    uint32_t n;
    int64_t since_us, until_us;
};

static void see_node(void *context, const struct compute_node *told) {
    struct using *u = context;
    if (u->n < MAX_NODES && told->type[0]) {
        struct node_type *node = &u->node[u->n++];
        snprintf(node->node, sizeof node->node, "%s", told->name);
        snprintf(node->type, sizeof node->type, "%s", told->type);
    }
}

static const char *type_of(const struct using *u, const char *node) {
    for (uint32_t i = 0; node && i < u->n; i++) {
        if (strcmp(u->node[i].node, node) == 0) {
            return u->node[i].type;
        }
    }
    return NULL;
}

static void add_row(const struct using *u, int32_t day, const char *type, double gpu_hours) {
    text_add_csv(u->out, u->tenant);
    text_addz(u->out, ",");
    round_day_write(u->out, day);
    text_addz(u->out, ",");
    text_add_csv(u->out, type);
    text_addz(u->out, ",");
    text_add_fixed(u->out, gpu_hours, 3);
    text_addz(u->out, "\n");
}

static void add_days(const struct using *u, const char *type, double gpus, int64_t from_us,
                     int64_t until_us) {
    while (from_us < until_us) {
        const int32_t day = round_use_day(from_us);
        const int64_t end_us = (int64_t)(day + 1) * DAY_US - SEOUL_US;
        const int64_t to_us = end_us < until_us ? end_us : until_us;
        add_row(u, day, type, gpus * (double)(to_us - from_us) / 3.6e9);
        from_us = to_us;
    }
}

static maru_status see_attempt(void *context, const struct attempt_row *row, maru_error *err) {
    struct using *u = context;
    const int64_t from_us = row->started_us > u->since_us ? row->started_us : u->since_us;
    const int64_t end_us = row->ended_us > 0 ? row->ended_us : u->until_us;
    json_t *parts = row->started_us > 0 ? json_loads(row->parts, 0, NULL) : NULL;
    (void)err;
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);
        const char *type = type_of(u, json_string_value(json_object_get(part, "node")));
        const int64_t whole = json_integer_value(json_object_get(part, "gpus"));
        const int64_t milli = json_integer_value(json_object_get(part, "gpu_milli"));
        const double gpus = milli > 0 ? (double)milli * 1e-3 : (double)whole;
        if (type && gpus > 0) {
            add_days(u, type, gpus, from_us, end_us < u->until_us ? end_us : u->until_us);
        }
    }
    json_decref(parts);
    return u->out->status == MARU_OK ? MARU_OK : fail(err, u->out->status, "no memory");
}

static maru_status use_of(struct store *store, struct using *u, maru_error *err) {
    struct tenant *tenant = NULL;
    maru_status st = store_hold(store, u->tenant, &tenant, err);
    if (st != MARU_OK) { // no tenant of this server: its use is brought by others
        return st == MARU_E_USAGE ? MARU_OK : st;
    }
    st = tenant_each_attempt(tenant, "", u->since_us, see_attempt, u, err);
    store_release(store, tenant);
    return st;
}

static maru_status each_institution(struct store *store, struct using *u, maru_error *err) {
    const struct round_place place = kept_round_place(u->round);
    maru_faults *faults = maru_faults_new();
    struct round_tables tables;
    maru_status st = faults ? round_folder_read(&place, NULL, faults, &tables, err)
                            : fail(err, MARU_E_MEMORY, "no memory");
    maru_faults_free(faults);
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t i = 0; st == MARU_OK && i < tables.round.n_institution; i++) {
        u->tenant = tables.round.institution[i];
        if (i == 0 && u->since_us < u->until_us &&
            tables.round.n_type > 0) { // days begin and end here
            add_row(u, round_use_day(u->since_us), tables.round.type[0].name, 0);
            add_row(u, round_use_day(u->until_us - 1), tables.round.type[0].name, 0);
        }
        st = store_is_tenant_name(u->tenant) ? use_of(store, u, err) : MARU_OK;
    }
    round_tables_fini(&tables);
    return st;
}

maru_status round_use_add(struct store *store, struct compute *compute, struct kept_round *round,
                          int32_t last_day, maru_error *err) {
    const uint32_t file = round_kept_find("usage.csv");
    struct using u = {.round = round,
                      .out = &round->memory.file[file],
                      .node = alloc_new(MAX_NODES, sizeof *u.node),
                      .since_us = round->leased_ms * 1000,
                      .until_us = (int64_t)(last_day + 1) * DAY_US - SEOUL_US};
    const int64_t now_us = clock_unix_ms() * 1000;
    u.until_us = u.until_us < now_us ? u.until_us : now_us;
    if (!u.node) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    if (!round->memory.has[file]) {
        text_addz(u.out, header);
        round->memory.has[file] = true;
    }
    if (compute) {
        compute_each_node(compute, see_node, &u);
    }
    const maru_status st = each_institution(store, &u, err);
    alloc_free(u.node);
    return st;
}

static maru_status write_uses(struct text *out, const struct round *round,
                              const struct lease_list *list, maru_error *err) {
    text_clear(out);
    text_addz(out, header);
    for (uint32_t i = 0; i < list->n_use; i++) {
        const struct lease_use *use = &list->use[i];
        const struct using u = {.out = out, .tenant = round->institution[use->institution]};
        add_row(&u, use->day, round->type[use->type].name, (double)use->milli_hours * 1e-3);
    }
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "no memory");
}

maru_status round_use_read(struct kept_round *round, maru_faults *faults, maru_error *err) {
    const struct round_place place = kept_round_place(round);
    struct text *file = &round->memory.file[round_kept_find("usage.csv")];
    struct lease_list list = {.n = 0};
    struct round_tables tables;
    maru_status st = round_folder_read(&place, NULL, faults, &tables, err);
    if (st != MARU_OK) {
        return st;
    }
    st = usage_table_read(file->bytes ? file->bytes : "", file->n_bytes, &tables.round, faults,
                          &list, err);
    st = st == MARU_OK ? write_uses(file, &tables.round, &list, err) : st;
    lease_list_fini(&list);
    round_tables_fini(&tables);
    return st;
}
