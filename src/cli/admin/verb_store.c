// maru store copy: tenants go from a folder into PostgreSQL, or back.

#include "base/alloc.h"
#include "base/status.h"
#include "cli/admin/desk.h"
#include "io/owner.h"
#include "io/progress.h"
#include "store/postgres.h"
#include "store/transfer.h"

#include <stdio.h>
#include <string.h>

struct store_values {
    struct common common;
    const char *from, *to, *tenant;
};

struct copying {
    struct call *call;
    struct store *from, *to;
    char who[STORE_NAME_BYTES];
    struct progress progress;
    struct text names;          // each with its 0
    struct transfer_told *told; // (n_told)
    size_t n_name, n_told;
};

static void draw(void *context, const char *tenant, double share) {
    struct copying *copying = context;
    progress_draw(&copying->progress, ((double)copying->n_told + share) / (double)copying->n_name,
                  tenant);
}

static maru_status keep_name(void *context, const struct tenant_row *row, maru_error *err) {
    struct copying *copying = context;
    text_add(&copying->names, row->name, strlen(row->name) + 1);
    copying->n_name++;
    return copying->names.status == MARU_OK ? MARU_OK
                                            : fail(err, copying->names.status, "no memory");
}

static maru_status open_ends(struct copying *copying, const struct store_values *values,
                             maru_error *err) {
    if (!values->from || !values->to) {
        return fail(err, MARU_E_USAGE, "--from PLACE and --to PLACE are wanted");
    }
    const char *folder = postgres_is_url(values->from) ? values->to : values->from;
    maru_status st = postgres_is_url(folder) ? MARU_OK : owner_become(folder, err);
    st = st == MARU_OK ? transfer_open_source(values->from, &copying->from, err) : st;
    return st == MARU_OK ? transfer_open_target(values->to, &copying->to, err) : st;
}

// All are looked at before the first goes.
static maru_status copy_all(struct copying *copying, const struct store_values *values,
                            maru_error *err) {
    maru_status st = open_ends(copying, values, err);
    if (st == MARU_OK && values->tenant) {
        st = keep_name(copying, &(struct tenant_row){.name = values->tenant}, err);
    } else if (st == MARU_OK) {
        st = store_visit_tenants(copying->from, keep_name, copying, err);
    }
    const char *names = copying->names.bytes;
    for (size_t at = 0; st == MARU_OK && at < copying->names.n_bytes;
         at += strlen(names + at) + 1) {
        st = transfer_may(copying->from, copying->to, names + at, err);
    }
    copying->told = st == MARU_OK ? alloc_new(copying->n_name + 1, sizeof *copying->told) : NULL;
    if (!copying->told) {
        return st == MARU_OK ? fail(err, MARU_E_MEMORY, "no memory") : st;
    }
    for (size_t at = 0; st == MARU_OK && at < copying->names.n_bytes;
         at += strlen(names + at) + 1) {
        st = transfer_tenant(copying->from, copying->to, names + at, copying->who, draw, copying,
                             &copying->told[copying->n_told], err);
        copying->n_told += st == MARU_OK;
    }
    return st;
}

// ---- telling

static void add_json(struct text *out, const struct copying *copying) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_open_list(&json, "tenants");
    for (size_t i = 0; i < copying->n_told; i++) {
        const struct transfer_told *told = &copying->told[i];
        json_open_object(&json, NULL);
        json_add_string(&json, "name", told->tenant);
        json_add_count(&json, "tables", told->n_table);
        json_add_count(&json, "rows", told->n_row);
        json_add_count(&json, "tokens", told->n_token);
        json_add_count(&json, "audit_entries", told->n_entry);
        json_add_string(&json, "digest", told->digest);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}

static void add_table(struct text *out, const struct copying *copying) {
    static const enum word title[] = {W_TENANT,       W_STORE_TABLES,  W_STORE_ROWS,
                                      W_STORE_TOKENS, W_STORE_ENTRIES, W_STORE_DIGEST};
    struct table table;
    table_init(&table);
    for (size_t i = 0; i < sizeof title / sizeof title[0]; i++) {
        table_column(&table, i > 0 && i < 5 ? ALIGN_RIGHT : ALIGN_LEFT,
                     word(copying->call->lang, title[i]));
    }
    for (size_t i = 0; i < copying->n_told; i++) {
        const struct transfer_told *told = &copying->told[i];
        const uint64_t number[] = {told->n_table, told->n_row, told->n_token, told->n_entry};
        table_add(&table, STYLE_PLAIN, told->tenant);
        for (size_t k = 0; k < sizeof number / sizeof number[0]; k++) {
            char text[24];
            snprintf(text, sizeof text, "%llu", (unsigned long long)number[k]);
            table_add(&table, STYLE_PLAIN, text);
        }
        table_add(&table, STYLE_PLAIN, told->digest);
    }
    table_print(&table, copying->call->look, out);
    table_fini(&table);
}

static int tell(const struct copying *copying) {
    struct call *call = copying->call;
    struct text out;
    char n[24];
    text_init(&out, 1 << 24);
    if (call->json) {
        add_json(&out, copying);
    } else {
        snprintf(n, sizeof n, "%zu", copying->n_told);
        verb_note(call, W_STORE_COPIED, (const char *const[]){n, NULL});
        add_table(&out, copying);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static int run_store(struct call *call) {
    static const char *const words[] = {"copy", NULL};
    struct copying copying = {.call = call};
    char user[STORE_NAME_BYTES - 16];
    maru_error err = {0};
    if (desk_word(call, words) < 0) {
        return desk_refuse_word(call);
    }
    owner_name(user, sizeof user);
    snprintf(copying.who, sizeof copying.who, "%s (command)", user);
    text_init(&copying.names, (size_t)STORE_MAX_TENANTS * STORE_TENANT_BYTES);
    progress_open(&copying.progress, !call->quiet && !call->json);
    const maru_status st = copy_all(&copying, call->args.values, &err);
    progress_close(&copying.progress);
    store_close(copying.to);
    store_close(copying.from);
    const struct store_values *values = call->args.values;
    const bool is_usage = st == MARU_E_USAGE && (!values->from || !values->to);
    const int status = st == MARU_OK ? tell(&copying)
                       : is_usage    ? verb_refuse(call, &err)
                                     : desk_refuse(call, &err);
    text_fini(&copying.names);
    alloc_free(copying.told);
    return status;
}

#define AT(member) offsetof(struct store_values, member)
static const struct option options[] = {
    {"from", 0, OPTION_TEXT, AT(from), "PLACE", NULL, W_HELP_STORE_FROM, 0, 0},
    {"to", 0, OPTION_TEXT, AT(to), "PLACE", NULL, W_HELP_STORE_TO, 0, 0},
    {"tenant", 't', OPTION_TEXT, AT(tenant), "NAME", NULL, W_HELP_STORE_TENANT, 0, 0},
};
#undef AT
static const char *const examples[] = {
    "maru store copy --from /var/lib/maru --to 'postgresql:///maru?host=/run/postgresql'",
    "maru store copy --from postgresql://maru@db.example/maru --to new-folder --tenant acme", NULL};

const struct verb verb_store = {.name = "store",
                                .synopsis = "copy --from PLACE --to PLACE [--tenant NAME]",
                                .purpose = W_STORE_PURPOSE,
                                .option = options,
                                .n_option = sizeof options / sizeof options[0],
                                .n_value_bytes = sizeof(struct store_values),
                                .min_words = 1,
                                .max_words = 1,
                                .example = examples,
                                .run = run_store};
