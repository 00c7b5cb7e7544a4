#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/money/civil_date.h"
#include "serve/api/fields.h"
#include "serve/compute/compute.h"
#include "serve/compute/owned_making.h"
#include "serve/compute/pool_documents.h"
#include "serve/http/request.h"
#include "study/json_writer.h"

// What the operator of the server sets: policy, accounts, nodes, what the pool costs. All is read before it is kept, and holds at once. Who else asks sees the
// policy, and of the accounts his own.

enum { ARENA_BYTES = 256 << 20, HOUR_S = 3600 };
#define SECOND_US INT64_C(1000000)

void document_tell(const struct request *request, struct json *json,
                   const struct document_told *told) {
    json_add_integer(json, "version", told->newest);
    json_add_integer(json, "holds", told->holds);
    if (told->newest > 0) {
        request_add_time(json, "changed", told->created_ms);
    }
    if (told->newest > 0 && request_is_operator(request)) {
        json_add_string(json, "by", told->by);
    }
    if (told->fault.code != MARU_OK && request_is_operator(request)) {
        json_add_string(json, "problem", told->fault.text);
    }
}

// Another is the newest: 409. What makes no sense: as it is.
static maru_status keep(struct request *request, const char *name, const struct text *text,
                        int64_t version, maru_error *err) {
    const maru_status st =
        pool_document_keep(request->server->store, name, request->who.name, text, &version, err);
    if (st == MARU_OK && request->server->compute) {
        compute_renew(request->server->compute);
    }
    return st;
}

// ---- policy

maru_status api_get_pool_policy(struct request *request, maru_error *err) {
    struct pool_policy policy, standard;
    struct document_told told = {0};
    struct text text, usual;
    struct json json;
    const maru_status st = pool_policy_load(request->server->store, &policy, &told, err);
    if (st != MARU_OK) {
        return st;
    }
    text_init(&text, REQUEST_MAX_JSON_BYTES);
    text_init(&usual, REQUEST_MAX_JSON_BYTES);
    pool_policy_default(&standard);
    pool_policy_write(&text, &policy);
    pool_policy_write(&usual, &standard);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    document_tell(request, &json, &told);
    json_add_string(&json, "text", text.bytes);
    json_add_string(&json, "default", usual.bytes);
    json_close(&json);
    text_fini(&text);
    text_fini(&usual);
    return MARU_OK;
}

struct text_asked {
    json_t *fields; // of the caller, who closes them, also after an error
    const char *text;
    int64_t version;
};

static maru_status read_text(const struct request *request, struct text_asked *out,
                             maru_error *err) {
    static const char *const known[] = {"text", "version", NULL};
    *out = (struct text_asked){.text = ""};
    maru_status st =
        fields_open(&out->fields, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_text(out->fields, "text", REQUEST_MAX_JSON_BYTES, &out->text, err)
                       : st;
    st = st == MARU_OK ? field_count(out->fields, "version", 0, INT64_MAX, &out->version, err) : st;
    return st == MARU_OK && !json_object_get(out->fields, "text")
               ? field_wrong(err, "/text", "a text is wanted")
               : st;
}

maru_status api_put_pool_policy(struct request *request, maru_error *err) {
    struct pool_policy policy;
    struct text_asked asked;
    maru_status st = read_text(request, &asked, err);
    st = st == MARU_OK ? pool_policy_read(&policy, asked.text, strlen(asked.text), err) : st;
    if (st == MARU_OK) {
        struct text kept;
        text_init(&kept, REQUEST_MAX_JSON_BYTES);
        text_addz(&kept, asked.text);
        st = keep(request, pool_policy_document, &kept, asked.version, err);
        text_fini(&kept);
    }
    fields_close(asked.fields);
    return st == MARU_OK ? api_get_pool_policy(request, err) : st;
}

// ---- accounts: telling

static void add_gpus(struct json *json, const char *key, const struct account_gpus *gpus,
                     uint32_t n) {
    json_open_object(json, key);
    for (uint32_t i = 0; i < n; i++) {
        json_add_count(json, gpus[i].type, gpus[i].n);
    }
    json_close(json);
}

static void add_line(struct json *json, const struct account_line *line) {
    json_open_object(json, NULL);
    json_add_string(json, "account", line->name);
    if (line->lease[0]) {
        json_add_string(json, "lease", line->lease);
        if (line->from_us != ACCOUNTS_ALWAYS) {
            request_add_time(json, "from", line->from_us / 1000);
        }
        if (line->until_us != ACCOUNTS_NEVER) {
            request_add_time(json, "until", line->until_us / 1000);
        }
    } else {
        json_add_number(json, "weight", line->weight ? line->weight * 1e-3 : 1);
        add_gpus(json, "limit", line->limit, line->n_limit);
        json_add_count(json, "job_max_gpus", line->job_max_gpus);
        json_add_number(json, "job_max_hours",
                        (double)line->job_max_us / (double)(HOUR_S * SECOND_US));
        json_add_count(json, "max_running", line->max_running);
    }
    add_gpus(json, "guarantee", line->guarantee, line->n_guarantee);
    json_close(json);
}

static bool is_of(const struct account_line *line, const char *tenant) {
    const size_t n = strlen(tenant);
    return strncmp(line->name, tenant, n) == 0 && (line->name[n] == '\0' || line->name[n] == '/');
}

// Those that who asks may see, in place.
static void keep_own(const struct request *request, struct accounts_table *table,
                     struct account_line *own) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < table->n; i++) {
        if (request_is_operator(request) || is_of(&table->line[i], request->who.tenant)) {
            own[n++] = table->line[i];
        }
    }
    *table = (struct accounts_table){own, n};
}

static void tell_table(struct request *request, const struct accounts_table *table,
                       const struct document_told *told) {
    struct text text;
    struct json json;
    text_init(&text, (size_t)ACCOUNTS_MAX_TABLE_BYTES * 2);
    accounts_table_write(&text, table, CIVIL_SEOUL_MIN);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    document_tell(request, &json, told);
    json_add_string(&json, "text", text.bytes);
    json_open_list(&json, "rows");
    for (uint32_t i = 0; i < table->n; i++) {
        add_line(&json, &table->line[i]);
    }
    json_close(&json);
    json_close(&json);
    text_fini(&text);
}

maru_status api_get_pool_accounts(struct request *request, maru_error *err) {
    struct accounts_table table;
    struct document_told told = {0};
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    maru_status st = pool_accounts_load(request->server->store, &arena, &table, &told, err);
    struct account_line *own =
        st == MARU_OK ? arena_take(&arena, (size_t)table.n + 1, sizeof *own) : NULL;
    if (st == MARU_OK && !own) {
        st = arena_refusal(&arena, err);
    }
    if (st == MARU_OK) {
        keep_own(request, &table, own);
        tell_table(request, &table, &told);
    }
    arena_fini(&arena);
    return st;
}

// ---- accounts: being told

static maru_status read_gpus(const json_t *row, const char *key, struct arena *arena,
                             const struct account_gpus **out, uint32_t *n, maru_error *err) {
    json_t *object = json_object_get(row, key);
    const size_t most = json_object_size(object);
    const char *type;
    json_t *value;
    if (object && !json_is_object(object)) {
        return field_wrong(err, "/rows", "GPUs are an object of numbers by type");
    }
    struct account_gpus *gpus = arena_take(arena, most + 1, sizeof *gpus);
    if (!gpus) {
        return arena_refusal(arena, err);
    }
    *n = 0;
    json_object_foreach(object, type, value) {
        const json_int_t count = json_integer_value(value);
        if (!json_is_integer(value) || count < 0 || count > ACCOUNTS_MAX_GPUS) {
            return field_wrong(err, "/rows", "GPUs are an object of numbers by type");
        }
        gpus[(*n)++] = (struct account_gpus){type, (uint32_t)count};
    }
    *out = gpus;
    return MARU_OK;
}

static maru_status read_moment(const json_t *row, const char *key, int64_t *out, maru_error *err) {
    const json_t *value = json_object_get(row, key);
    const char *text = json_string_value(value);
    if (!value || json_is_null(value)) {
        return MARU_OK;
    }
    return text && civil_read(text, strlen(text), CIVIL_SEOUL_MIN, out)
               ? MARU_OK
               : field_wrong(err, "/rows",
                             "not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00");
}

static maru_status read_numbers(const json_t *row, struct account_line *line, maru_error *err) {
    double weight = 0, hours = 0;
    int64_t job_gpus = 0, running = 0;
    maru_status st = field_number(row, "weight", 0.001, 1e6, &weight, err);
    st = st == MARU_OK ? field_number(row, "job_max_hours", 0, 876600, &hours, err) : st;
    st =
        st == MARU_OK ? field_count(row, "job_max_gpus", 0, ACCOUNTS_MAX_GPUS, &job_gpus, err) : st;
    st = st == MARU_OK ? field_count(row, "max_running", 0, ACCOUNTS_MAX_GPUS, &running, err) : st;
    line->weight = (uint32_t)llround(weight * 1000);
    line->job_max_us = llround(hours * HOUR_S * SECOND_US);
    line->job_max_gpus = (uint32_t)job_gpus;
    line->max_running = (uint32_t)running;
    return st;
}

static maru_status read_row(const json_t *row, struct arena *arena, struct account_line *line,
                            maru_error *err) {
    *line = (struct account_line){
        .name = "", .lease = "", .from_us = ACCOUNTS_ALWAYS, .until_us = ACCOUNTS_NEVER};
    maru_status st =
        json_is_object(row) ? MARU_OK : field_wrong(err, "/rows", "a list of objects is wanted");
    st = st == MARU_OK
             ? field_text(row, "account", (size_t)2 * ACCOUNTS_MAX_NAME + 1, &line->name, err)
             : st;
    st = st == MARU_OK ? field_text(row, "lease", ACCOUNTS_MAX_LEASE, &line->lease, err) : st;
    st = st == MARU_OK ? read_numbers(row, line, err) : st;
    st = st == MARU_OK
             ? read_gpus(row, "guarantee", arena, &line->guarantee, &line->n_guarantee, err)
             : st;
    st = st == MARU_OK ? read_gpus(row, "limit", arena, &line->limit, &line->n_limit, err) : st;
    st = st == MARU_OK ? read_moment(row, "from", &line->from_us, err) : st;
    return st == MARU_OK ? read_moment(row, "until", &line->until_us, err) : st;
}

static maru_status read_rows(const json_t *rows, struct arena *arena, struct accounts_table *out,
                             maru_error *err) {
    const size_t n = json_array_size(rows);
    if (n > ACCOUNTS_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "a table of accounts has at most %d rows",
                    ACCOUNTS_MAX_ROWS);
    }
    struct account_line *line = arena_take(arena, n + 1, sizeof *line);
    maru_status st = line ? MARU_OK : arena_refusal(arena, err);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        st = read_row(json_array_get(rows, i), arena, &line[i], err);
    }
    return st == MARU_OK ? accounts_table_make(line, (uint32_t)n, arena, out, err) : st;
}

static maru_status read_accounts(const json_t *fields, struct arena *arena,
                                 struct accounts_table *out, int64_t *version, maru_error *err) {
    const json_t *rows = json_object_get(fields, "rows");
    struct sheet_faults faults = {.n = 0};
    const char *text = NULL;
    maru_status st = field_text(fields, "text", ACCOUNTS_MAX_TABLE_BYTES, &text, err);
    st = st == MARU_OK ? field_count(fields, "version", 0, INT64_MAX, version, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    if ((text != NULL) == json_is_array(rows)) {
        return field_wrong(err, "/", "a text or a list of rows is wanted, one of both");
    }
    return text ? accounts_table_read(text, strlen(text), CIVIL_SEOUL_MIN, arena, out, &faults, err)
                : read_rows(rows, arena, out, err);
}

maru_status api_put_pool_accounts(struct request *request, maru_error *err) {
    static const char *const known[] = {"text", "rows", "version", NULL};
    struct accounts_table table;
    struct arena arena;
    json_t *fields = NULL;
    int64_t version = 0;
    arena_init(&arena, ARENA_BYTES);
    maru_status st = fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? read_accounts(fields, &arena, &table, &version, err) : st;
    if (st == MARU_OK) {
        struct text text;
        text_init(&text, ACCOUNTS_MAX_TABLE_BYTES);
        accounts_table_write(&text, &table, CIVIL_SEOUL_MIN);
        st = keep(request, pool_accounts_document, &text, version, err);
        text_fini(&text);
    }
    fields_close(fields);
    arena_fini(&arena);
    return st == MARU_OK ? api_get_pool_accounts(request, err) : st;
}

// ---- what the pool costs whoever owns it

maru_status api_get_owned_cost(struct request *request, maru_error *err) {
    struct owned_cost cost;
    struct document_told told = {0};
    struct text text;
    struct json json;
    const maru_status st = pool_owned_load(request->server->store, &cost, &told, err);
    if (st != MARU_OK) {
        return st;
    }
    text_init(&text, REQUEST_MAX_JSON_BYTES);
    if (told.holds > 0) {
        owned_cost_write(&text, &cost);
    }
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    document_tell(request, &json, &told);
    json_add_string(&json, "text", text.bytes ? text.bytes : "");
    json_close(&json);
    text_fini(&text);
    return MARU_OK;
}

maru_status api_put_owned_cost(struct request *request, maru_error *err) {
    struct owned_cost cost;
    struct text_asked asked;
    maru_status st = read_text(request, &asked, err);
    st = st == MARU_OK ? owned_cost_read(asked.text, strlen(asked.text), &cost, err) : st;
    if (st == MARU_OK) {
        struct text kept;
        text_init(&kept, REQUEST_MAX_JSON_BYTES);
        text_addz(&kept, asked.text);
        st = pool_document_keep(request->server->store, pool_owned_document, request->who.name,
                                &kept, &asked.version, err);
        text_fini(&kept);
    }
    fields_close(asked.fields);
    return st == MARU_OK ? api_get_owned_cost(request, err) : st;
}

// ---- nodes

struct finding {
    const char *name;
    bool is_there;
};

static void find_node(void *context, const struct compute_node *node) {
    struct finding *finding = context;
    finding->is_there = finding->is_there || strcmp(node->name, finding->name) == 0;
}

static maru_status read_order(struct request *request, struct node_order *order, bool *is_up,
                              maru_error *err) {
    static const char *const known[] = {"state", "reason", NULL};
    const char *state = "", *reason = "";
    json_t *fields = NULL;
    maru_status st = fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_text(fields, "state", 16, &state, err) : st;
    st = st == MARU_OK ? field_text(fields, "reason", sizeof order->reason - 1, &reason, err) : st;
    *is_up = strcmp(state, "up") == 0;
    order->is_down = strcmp(state, "down") == 0;
    if (st == MARU_OK && !*is_up && !order->is_down && strcmp(state, "drained") != 0) {
        st = field_wrong(err, "/state", "up, drained or down is wanted");
    }
    for (const char *c = reason; st == MARU_OK && *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            st = field_wrong(err, "/reason", "one line of text is wanted");
        }
    }
    snprintf(order->name, sizeof order->name, "%s", request->param[0]);
    snprintf(order->reason, sizeof order->reason, "%s", reason);
    fields_close(fields);
    return st;
}

maru_status api_set_pool_node(struct request *request, maru_error *err) {
    struct finding finding = {request->param[0], false};
    struct node_order order;
    struct json json;
    bool is_up = false;
    maru_status st = compute_require(request, err);
    st = st == MARU_OK ? read_order(request, &order, &is_up, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    compute_each_node(request->server->compute, find_node, &finding);
    if (!finding.is_there) {
        return fail(err, MARU_E_USAGE, "there is no such node");
    }
    st = pool_node_set(request->server->store, order.name, is_up ? NULL : &order, request->who.name,
                       err);
    if (st != MARU_OK) {
        return st;
    }
    compute_renew(request->server->compute);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_string(&json, "node", order.name);
    json_add_string(&json, "state", is_up ? "up" : order.is_down ? "down" : "drained");
    json_add_string(&json, "reason", is_up ? "" : order.reason);
    json_close(&json);
    return MARU_OK;
}
