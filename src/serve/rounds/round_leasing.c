#include "serve/rounds/round_leasing.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "serve/compute/pool_documents.h"
#include "serve/log.h"
#include "store/kept_money.h"

// Days are those of Korea. A lease is known by its application, type, site and first day: what was cut is the same one that ends sooner, what
// goes on with fewer GPUs begins later and is a new one.

enum { ARENA_BYTES = 256 << 20, MANY_ROUNDS = 1000, MICRO_OF_MILLI = 1000 };
#define DAY_US INT64_C(86400000000)
static const char entry_prefix[] = "round"; // of the ids of entries of credits

static int64_t day_us(int32_t day) {
    return day * DAY_US - (int64_t)CIVIL_SEOUL_MIN * 60 * 1000000;
}

struct leases {
    struct round_tables tables;
    struct lease_list list;
};

static maru_status read_leases(struct kept_round *round, const struct text *text,
                               struct leases *out, maru_error *err) {
    const struct round_place place = kept_round_place(round);
    maru_faults *faults = maru_faults_new();
    *out = (struct leases){.list = {.n = 0}};
    if (!faults) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = round_folder_read(&place, NULL, faults, &out->tables, err);
    st = st == MARU_OK && text->n_bytes > 0
             ? lease_table_read(text->bytes, text->n_bytes, &out->tables.round, faults, &out->list,
                                err)
             : st;
    maru_faults_free(faults);
    return st;
}

static void leases_fini(struct leases *leases) {
    lease_list_fini(&leases->list);
    round_tables_fini(&leases->tables);
}

static const struct text *lease_text(const struct kept_round *round) {
    return &round->memory.file[round_kept_find("leases.csv")];
}

// ---- credits

static const char *tenant_of(const struct round *round, const struct lease *lease) {
    return round->institution[lease->institution];
}

static bool is_same(const struct lease *a, const struct lease *b) {
    return a->application == b->application && a->type == b->type && a->site == b->site &&
           a->from_day == b->from_day;
}

static maru_status add_entry(struct kept_round *round, const char *id, const char *tenant,
                             int64_t milli, int64_t from_us, int64_t until_us, maru_error *err) {
    json_t *entry = json_pack("{s:s, s:s, s:I, s:I, s:I}", "id", id, "tenant", tenant, "micro",
                              (json_int_t)milli * MICRO_OF_MILLI, "from", (json_int_t)from_us,
                              "until", (json_int_t)until_us);
    round->credits = round->credits ? round->credits : json_array();
    return entry && round->credits && json_array_append_new(round->credits, entry) == 0
               ? MARU_OK
               : fail(err, MARU_E_MEMORY, "no memory");
}

// What an institution gets for its new leases, less what the old ones bring no more; one entry a lease.
static maru_status grant(struct kept_round *round, const struct leases *now,
                         const struct lease *lease, const struct leases *before, const char *time,
                         uint32_t number, maru_error *err) {
    char id[160];
    int64_t milli = lease->credits_milli;
    bool was_there = false;
    for (uint32_t i = 0; before && i < before->list.n; i++) {
        const struct lease *old = &before->list.lease[i];
        if (is_same(old, lease)) {
            was_there = true;
            milli -= old->credits_milli;
        }
    }
    snprintf(id, sizeof id, "%s %s %u%s%s", entry_prefix, round->id, number, before ? " " : "",
             before ? time : "");
    if (milli == 0) {
        return MARU_OK;
    }
    return add_entry(round, id, tenant_of(&now->tables.round, lease), milli,
                     was_there ? clock_unix_ms() * 1000 : day_us(lease->from_day),
                     was_there ? 0 : day_us(lease->until_day), err);
}

// Those that are gone altogether.
static maru_status withdraw(struct kept_round *round, const struct leases *now,
                            const struct leases *before, const char *time, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < before->list.n; i++) {
        bool is_there = false;
        for (uint32_t k = 0; k < now->list.n; k++) {
            is_there = is_there || is_same(&now->list.lease[k], &before->list.lease[i]);
        }
        if (!is_there) {
            char id[160];
            snprintf(id, sizeof id, "%s %s -%u %s", entry_prefix, round->id, i + 1, time);
            st = add_entry(round, id, tenant_of(&before->tables.round, &before->list.lease[i]),
                           -before->list.lease[i].credits_milli, clock_unix_ms() * 1000, 0, err);
        }
    }
    return st;
}

maru_status round_leasing_credits(struct kept_round *round, const struct text *before,
                                  const char *time, maru_error *err) {
    struct leases now, old;
    bool has_old = false;
    maru_status st = read_leases(round, lease_text(round), &now, err);
    if (st == MARU_OK && before) {
        st = read_leases(round, before, &old, err);
        has_old = true;
    }
    for (uint32_t i = 0; st == MARU_OK && i < now.list.n; i++) {
        st = grant(round, &now, &now.list.lease[i], has_old ? &old : NULL, time, i + 1, err);
    }
    st = st == MARU_OK && has_old ? withdraw(round, &now, &old, time, err) : st;
    if (has_old) {
        leases_fini(&old);
    }
    leases_fini(&now);
    return st;
}

// ---- carried out

static maru_status give_credit(struct store *store, const struct kept_round *round,
                               const json_t *entry, const char *by, maru_error *err) {
    const int64_t from_us = json_integer_value(json_object_get(entry, "from"));
    const int64_t until_us = json_integer_value(json_object_get(entry, "until"));
    const struct credit_row row = {
        .id = json_string_value(json_object_get(entry, "id")),
        .kind = until_us > 0 ? LEDGER_GRANT : LEDGER_ADJUSTMENT, // below 0: a charge at that moment
        .account = "",
        .at_us = from_us,
        .until_us = until_us > 0 ? until_us : from_us,
        .amount = {json_integer_value(json_object_get(entry, "micro")), 0},
        .job = "",
        .note = round->id,
        .by = by};
    struct tenant *tenant = NULL;
    maru_status st =
        store_hold(store, json_string_value(json_object_get(entry, "tenant")), &tenant, err);
    if (st != MARU_OK) { // it is no tenant of this server: nothing to give
        return st == MARU_E_USAGE ? MARU_OK : st;
    }
    st = tenant_add_credit(tenant, &row, NULL, err);
    store_release(store, tenant);
    return st;
}

// The accounts of one round: lines for its leases, and for what it had before and has no more.
static maru_status make_lines(struct store *store, const struct kept_round *round,
                              const struct leases *leases, struct arena *arena,
                              struct account_line **out, uint32_t *n, maru_error *err) {
    struct accounts_table table;
    struct document_told told = {0};
    maru_status st = pool_accounts_load(store, arena, &table, &told, err);
    const size_t most = (size_t)leases->list.n + (st == MARU_OK ? table.n : 0) + 1;
    struct account_line *line = st == MARU_OK ? arena_take(arena, most, sizeof *line) : NULL;
    char prefix[ROUND_MAX_ID + 2];
    if (!line) {
        return st != MARU_OK ? st : arena_refusal(arena, err);
    }
    *n = 0;
    snprintf(prefix, sizeof prefix, "%s/", round->id);
    for (uint32_t i = 0; i < table.n; i++) {
        if (strncmp(table.line[i].lease, prefix, strlen(prefix)) == 0) {
            line[*n] = table.line[i];
            line[(*n)++].n_guarantee = 0;
        }
    }
    const uint32_t n_old = *n;
    for (uint32_t i = 0; i < leases->list.n; i++) {
        const struct lease *lease = &leases->list.lease[i];
        struct account_gpus *gpus = arena_take(arena, 1, sizeof *gpus);
        char *name = arena_take(arena, ACCOUNTS_MAX_LEASE + 1, 1);
        if (!gpus || !name) {
            return arena_refusal(arena, err);
        }
        *gpus = (struct account_gpus){leases->tables.round.type[lease->type].name, lease->gpus};
        snprintf(name, ACCOUNTS_MAX_LEASE + 1, "%s%u", prefix, i + 1);
        const struct account_line now = {.name = tenant_of(&leases->tables.round, lease),
                                         .lease = name,
                                         .guarantee = gpus,
                                         .n_guarantee = 1,
                                         .from_us = day_us(lease->from_day),
                                         .until_us = day_us(lease->until_day)};
        uint32_t k = 0;
        while (k < n_old &&
               (strcmp(line[k].name, now.name) != 0 || strcmp(line[k].lease, now.lease) != 0)) {
            k++;
        }
        line[k < n_old ? k : (*n)++] = now;
    }
    *out = line;
    return MARU_OK;
}

// Institutions that could be accounts: what is none has no guarantee.
static void keep_tenants(struct account_line *line, uint32_t *n) {
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < *n; i++) {
        if (store_is_tenant_name(line[i].name)) {
            line[n_kept++] = line[i];
        }
    }
    *n = n_kept;
}

static maru_status set_guarantees(struct store *store, struct kept_round *round, const char *by,
                                  maru_error *err) {
    struct account_line *line = NULL;
    struct leases leases;
    struct arena arena;
    uint32_t n = 0;
    arena_init(&arena, ARENA_BYTES);
    maru_status st = read_leases(round, lease_text(round), &leases, err);
    st = st == MARU_OK ? make_lines(store, round, &leases, &arena, &line, &n, err) : st;
    if (st == MARU_OK) {
        keep_tenants(line, &n);
        st = n > 0 ? pool_leases_set(store, line, n, by, err) : MARU_OK;
    }
    leases_fini(&leases);
    arena_fini(&arena);
    return st;
}

maru_status round_leasing_apply(struct store *store, struct compute *compute,
                                struct kept_round *round, const char *by, maru_error *err) {
    maru_status st = round->is_applied ? MARU_OK : set_guarantees(store, round, by, err);
    for (size_t i = 0; st == MARU_OK && !round->is_applied && i < json_array_size(round->credits);
         i++) {
        st = give_credit(store, round, json_array_get(round->credits, i), by, err);
    }
    if (st == MARU_OK && !round->is_applied) {
        round->is_applied = true;
        st = kept_round_keep(store, round, by, err);
    }
    if (st == MARU_OK && compute) {
        compute_renew(compute);
    }
    return st;
}

void round_leasing_take_up(struct store *store, struct compute *compute) {
    char(*id)[ROUND_MAX_ID + 1] = alloc_new(MANY_ROUNDS, sizeof *id);
    maru_error err = {0};
    uint32_t n = 0;
    if (!id || kept_round_each(store, id, MANY_ROUNDS, &n, &err) != MARU_OK) {
        log_say(LOG_ERROR, "rounds", err.text);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct kept_round round;
        maru_status st = kept_round_load(store, id[i], &round, &err);
        if (st == MARU_OK && !round.is_applied) {
            st = round_leasing_apply(store, compute, &round, "server", &err);
        }
        if (st != MARU_OK) {
            log_say(LOG_ERROR, "rounds", err.text);
        }
        kept_round_fini(&round);
    }
    alloc_free(id);
}
