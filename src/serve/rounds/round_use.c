#include "serve/rounds/round_use.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "pool/round/round_rules.h"
#include "serve/compute/past_use.h"

// A run uses the GPUs of its parts from its beginning to its end, cut at midnight (serve/compute/past_use.h). Types are those of the round by
// their names; what a tenant used of others is no use of its leases. Where a database does not answer nothing is known of a tenant, which is
// not the same as no use: then there is no answer at all.

enum { MAX_NODES = 100000, NAME_BYTES = 64, MS_OF_HOUR = 3600000 };
static const char header[] = "institution,day,type,gpu_hours\n";
#define DAY_US INT64_C(86400000000)
#define SEOUL_US ((int64_t)CIVIL_SEOUL_MIN * 60 * 1000000)

int32_t round_use_day(int64_t unix_us) {
    const int64_t at = unix_us + SEOUL_US;
    return (int32_t)(at / DAY_US - (at % DAY_US < 0));
}

static int64_t day_us(int32_t day) { return day * DAY_US - SEOUL_US; }

struct node_type {
    char node[NAME_BYTES], type[NAME_BYTES];
};

struct using {
    const struct round *round;
    struct text *out; // usage.csv
    const char *tenant;
    struct node_type *node; // (n)
    uint32_t n;
    int64_t since_us, until_us;
    int32_t first_day;
    uint32_t n_day;
    int64_t *used; // thousandths of GPU milliseconds (n_day, n_type)
};

static void see_node(void *context, const struct compute_node *told) {
    struct using *u = context;
    if (u->n < MAX_NODES && told->type[0]) {
        struct node_type *node = &u->node[u->n++];
        snprintf(node->node, sizeof node->node, "%s", told->name);
        snprintf(node->type, sizeof node->type, "%s", told->type);
    }
}

static const char *type_of(void *context, const char *node) {
    const struct using *u = context;
    for (uint32_t i = 0; i < u->n; i++) {
        if (strcmp(u->node[i].node, node) == 0) {
            return u->node[i].type;
        }
    }
    return NULL;
}

static void add_row(struct text *out, const char *tenant, int32_t day, const char *type,
                    double gpu_hours) {
    text_add_csv(out, tenant);
    text_addz(out, ",");
    round_day_write(out, day);
    text_addz(out, ",");
    text_add_csv(out, type);
    text_addz(out, ",");
    text_add_fixed(out, gpu_hours, 3);
    text_addz(out, "\n");
}

static void add_run(struct using *u, const struct usage_row *run, uint32_t type) {
    const int64_t until_us = run->until_us < u->until_us ? run->until_us : u->until_us;
    int64_t from_us = run->from_us > u->since_us ? run->from_us : u->since_us;
    while (from_us < until_us) {
        const int32_t day = round_use_day(from_us);
        const int64_t end_us = day_us(day + 1);
        const int64_t to_us = end_us < until_us ? end_us : until_us;
        u->used[(size_t)(day - u->first_day) * u->round->n_type + type] +=
            (int64_t)run->gpu_milli * ((to_us - from_us) / 1000);
        from_us = to_us;
    }
}

static uint32_t find_type(const struct round *round, const char *name) {
    uint32_t type = 0;
    while (type < round->n_type && strcmp(round->type[type].name, name) != 0) {
        type++;
    }
    return type;
}

static maru_status use_of(struct store *store, struct using *u, maru_error *err) {
    struct past_use past;
    maru_status st = past_use_read(store, u->tenant, u->since_us, type_of, u, &past, err);
    if (st == MARU_OK && past.n_away > 0) {
        st = fail(err, MARU_E_IO, "the database of %s does not answer: its use is not known",
                  u->tenant);
    }
    memset(u->used, 0, (size_t)u->n_day * u->round->n_type * sizeof *u->used);
    for (size_t i = 0; st == MARU_OK && i < past.n_run; i++) {
        const struct past_run *run = &past.run[i];
        const uint32_t type = run->type == UINT32_MAX
                                  ? u->round->n_type
                                  : find_type(u->round, past.type.name[run->type]);
        if (type < u->round->n_type) {
            add_run(u, &run->usage, type);
        }
    }
    past_use_fini(&past);
    for (uint32_t i = 0; st == MARU_OK && i < u->n_day * u->round->n_type; i++) {
        if (u->used[i] > 0) {
            add_row(u->out, u->tenant, u->first_day + (int32_t)(i / u->round->n_type),
                    u->round->type[i % u->round->n_type].name,
                    (double)u->used[i] * 1e-3 / MS_OF_HOUR);
        }
    }
    return st == MARU_OK && u->out->status != MARU_OK ? fail(err, u->out->status, "no memory") : st;
}

// Days begin and end with a row each, so that a day without jobs counts as one without use.
static maru_status each_institution(struct store *store, struct using *u, maru_error *err) {
    const struct round *round = u->round;
    maru_status st = MARU_OK;
    const int64_t begins_us = day_us(round_quarter_day(&round->rules, 0));
    const int64_t ends_us = day_us(round_quarter_day(&round->rules, round->rules.n_quarter));
    u->since_us = day_us(round_use_day(u->since_us) + 1); // of the day of the lease a part is left
    u->since_us = u->since_us > begins_us ? u->since_us : begins_us;
    u->until_us = u->until_us < ends_us ? u->until_us : ends_us;
    if (round->n_institution == 0 || round->n_type == 0 || u->since_us >= u->until_us) {
        return MARU_OK;
    }
    u->first_day = round_use_day(u->since_us);
    u->n_day = (uint32_t)(round_use_day(u->until_us - 1) - u->first_day) + 1;
    u->used = alloc_new((size_t)u->n_day * round->n_type, sizeof *u->used);
    if (!u->used) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const char *first = round->institution[0];
    add_row(u->out, first, u->first_day, round->type[0].name, 0);
    add_row(u->out, first, u->first_day + (int32_t)u->n_day - 1, round->type[0].name, 0);
    for (uint32_t i = 0; st == MARU_OK && i < round->n_institution; i++) {
        u->tenant = round->institution[i];
        st = store_is_tenant_name(u->tenant) ? use_of(store, u, err) : MARU_OK;
    }
    alloc_free(u->used);
    return st;
}

static maru_status add_all(struct store *store, struct using *u, struct kept_round *kept,
                           maru_error *err) {
    const struct round_place place = kept_round_place(kept);
    maru_faults *faults = maru_faults_new();
    struct round_tables tables;
    maru_status st = faults ? round_folder_read(&place, NULL, faults, &tables, err)
                            : fail(err, MARU_E_MEMORY, "no memory");
    maru_faults_free(faults);
    if (st == MARU_OK) {
        u->round = &tables.round;
        st = each_institution(store, u, err);
        u->round = NULL;
        round_tables_fini(&tables);
    }
    return st;
}

maru_status round_use_add(struct store *store, struct compute *compute, struct kept_round *round,
                          int32_t last_day, maru_error *err) {
    const uint32_t file = round_kept_find("usage.csv");
    struct using u = {.out = &round->memory.file[file],
                      .node = alloc_new(MAX_NODES, sizeof *u.node),
                      .since_us = round->leased_ms * 1000,
                      .until_us = day_us(last_day + 1)};
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
    const maru_status st = add_all(store, &u, round, err);
    alloc_free(u.node);
    return st;
}

static maru_status write_uses(struct text *out, const struct round *round,
                              const struct lease_list *list, maru_error *err) {
    text_clear(out);
    text_addz(out, header);
    for (uint32_t i = 0; i < list->n_use; i++) {
        const struct lease_use *use = &list->use[i];
        add_row(out, round->institution[use->institution], use->day, round->type[use->type].name,
                (double)use->milli_hours * 1e-3);
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
