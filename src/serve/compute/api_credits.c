#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "serve/api/fields.h"
#include "serve/compute/compute.h"
#include "serve/http/request.h"
#include "store/kept_money.h"
#include "study/json_writer.h"

// Money over HTTP: prices and grants are the operator's of this server, budgets the tenant's own. Amounts go out as numbers of credits and won,
// and are kept as whole millionths and thousandths.

enum { ARENA_BYTES = 64 << 20, MAX_ID = 100, MAX_RESOURCE = 63, MAX_ENTRIES = 10000 };
#define MOST_CREDITS 1e9

static void add_credits(struct json *json, const char *key, int64_t micro) {
    json_add_number(json, key, (double)micro * 1e-6);
}

static void add_moment(struct json *json, const char *key, int64_t at_us) {
    if (at_us == CREDITS_NEVER) {
        json_add_raw(json, key, "null");
    } else {
        request_add_time(json, key, at_us / 1000);
    }
}

// A moment of a member: absent or null leaves *out.
static maru_status read_moment(const json_t *fields, const char *key, int64_t *out,
                               maru_error *err) {
    const json_t *value = json_object_get(fields, key);
    const char *text = json_string_value(value);
    char pointer[32];
    if (!value || json_is_null(value) ||
        (text && civil_read(text, strlen(text), CIVIL_SEOUL_MIN, out))) {
        return MARU_OK;
    }
    snprintf(pointer, sizeof pointer, "/%s", key);
    return field_wrong(err, pointer, "not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00");
}

// The same of a query; a number is seconds since 1970.
static maru_status asked_moment(const struct request *request, const char *name, int64_t *out,
                                maru_error *err) {
    const char *text = request_query(request, name);
    if (!text[0] || number_scaled(text, strlen(text), 1000000, out) ||
        civil_read(text, strlen(text), CIVIL_SEOUL_MIN, out)) {
        return MARU_OK;
    }
    return fail(err, MARU_E_INPUT, "%s: %s", name,
                "not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00");
}

static void renew(struct request *request) {
    if (request->server->compute) {
        compute_renew(request->server->compute);
    }
}

// ---- prices

maru_status api_get_prices(struct request *request, maru_error *err) {
    struct arena arena;
    struct prices prices;
    struct json json;
    arena_init(&arena, ARENA_BYTES);
    const maru_status st = store_load_prices(request->server->store, &arena, &prices, err);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "rows");
    for (uint32_t i = 0; st == MARU_OK && i < prices.n_resource; i++) {
        for (uint32_t k = prices.first[i]; k < prices.first[i + 1]; k++) {
            const struct price_row *row = &prices.row[k];
            json_open_object(&json, NULL);
            request_add_time(&json, "from", row->from_us / 1000);
            json_add_string(&json, "resource", prices.name[i]);
            add_credits(&json, "credits", row->an_hour.credits_micro);
            json_add_number(&json, "krw", (double)row->an_hour.krw_milli * 1e-3);
            json_close(&json);
        }
    }
    json_close(&json);
    json_close(&json);
    arena_fini(&arena);
    return st;
}

struct reading_prices {
    struct arena arena;
    struct price_line *line; // (n)
    uint32_t n;
    int64_t now_us;
};

static maru_status read_text(struct reading_prices *reading, const char *text, maru_error *err) {
    struct prices prices;
    maru_status st =
        prices_read(text, strlen(text), CIVIL_SEOUL_MIN, &reading->arena, &prices, err);
    reading->line = st == MARU_OK
                        ? arena_take(&reading->arena, (size_t)prices.n + 1, sizeof *reading->line)
                        : NULL;
    if (st == MARU_OK && !reading->line) {
        return arena_refusal(&reading->arena, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < prices.n_resource; i++) {
        for (uint32_t k = prices.first[i]; k < prices.first[i + 1]; k++) {
            reading->line[reading->n++] =
                (struct price_line){prices.name[i], prices.row[k].from_us, prices.row[k].an_hour};
        }
    }
    return st;
}

static maru_status read_price(const json_t *row, struct reading_prices *reading, maru_error *err) {
    struct price_line *line = &reading->line[reading->n++];
    double credits = -1, krw = 0;
    *line = (struct price_line){.resource = "", .from_us = reading->now_us};
    maru_status st =
        json_is_object(row) ? MARU_OK : field_wrong(err, "/rows", "a list of objects is wanted");
    st = st == MARU_OK ? field_text(row, "resource", MAX_RESOURCE, &line->resource, err) : st;
    st = st == MARU_OK ? field_number(row, "credits", 0, MOST_CREDITS, &credits, err) : st;
    st = st == MARU_OK ? field_number(row, "krw", 0, MOST_CREDITS, &krw, err) : st;
    st = st == MARU_OK ? read_moment(row, "from", &line->from_us, err) : st;
    if (st == MARU_OK && credits < 0) {
        st = field_wrong(err, "/rows", "credits are wanted: what one costs an hour");
    }
    line->an_hour = (struct money){llround(credits * CREDIT_MICRO), llround(krw * KRW_MILLI)};
    return st;
}

static maru_status read_prices(const json_t *fields, struct reading_prices *reading,
                               maru_error *err) {
    const json_t *rows = json_object_get(fields, "rows");
    const char *text = NULL;
    maru_status st = field_text(fields, "text", PRICES_MAX_TABLE_BYTES, &text, err);
    if (st == MARU_OK && (text != NULL) == json_is_array(rows)) {
        st = field_wrong(err, "/", "a text or a list of rows is wanted, one of both");
    }
    if (st != MARU_OK || text) {
        return st == MARU_OK ? read_text(reading, text, err) : st;
    }
    const size_t n = json_array_size(rows);
    if (n > PRICES_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "more than %d prices", PRICES_MAX_ROWS);
    }
    reading->line = arena_take(&reading->arena, n + 1, sizeof *reading->line);
    st = reading->line ? MARU_OK : arena_refusal(&reading->arena, err);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        st = read_price(json_array_get(rows, i), reading, err);
    }
    return st;
}

maru_status api_add_prices(struct request *request, maru_error *err) {
    static const char *const known[] = {"rows", "text", NULL};
    struct reading_prices reading = {.now_us = clock_unix_us()};
    json_t *fields = NULL;
    arena_init(&reading.arena, ARENA_BYTES);
    maru_status st = fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? read_prices(fields, &reading, err) : st;
    st = st == MARU_OK ? store_add_prices(request->server->store, reading.line, reading.n,
                                          reading.now_us, request->who.name, err)
                       : st;
    fields_close(fields);
    arena_fini(&reading.arena);
    if (st == MARU_OK) {
        renew(request);
        st = api_get_prices(request, err);
    }
    return st;
}

// ---- how a tenant stands

struct told_grant {
    char *id, *note;
    int64_t from_us, until_us;
};
struct telling {
    struct json *json;
    struct tenant *tenant;
    const char *name;
    int64_t now_us;
    bool has_prices;
    struct kept_grants grants;
    struct arena arena;
    struct told_grant *grant; // (n_grant) in the order of their ids
    size_t n_grant;
    struct budget_row *budget; // (n_budget)
    int64_t *spent;            // (n_budget)
    size_t n_budget;
};

static maru_status see_grant(void *context, const struct credit_row *row, maru_error *err) {
    struct telling *telling = context;
    if (telling->n_grant < CREDITS_MAX_GRANTS) {
        struct told_grant *grant = &telling->grant[telling->n_grant++];
        *grant = (struct told_grant){arena_text(&telling->arena, row->id, strlen(row->id)),
                                     arena_text(&telling->arena, row->note, strlen(row->note)),
                                     row->at_us, row->until_us};
        if (!grant->id || !grant->note) {
            return arena_refusal(&telling->arena, err);
        }
    }
    return MARU_OK;
}

static maru_status see_budget(void *context, const struct budget_row *row, maru_error *err) {
    struct telling *telling = context;
    if (telling->n_budget == MONEY_MAX_BUDGETS) {
        return MARU_OK;
    }
    struct budget_row *budget = &telling->budget[telling->n_budget++];
    *budget = *row;
    budget->account = arena_text(&telling->arena, row->account, strlen(row->account));
    budget->by = "";
    return budget->account ? MARU_OK : arena_refusal(&telling->arena, err);
}

static maru_status settle(struct telling *telling, maru_error *err) {
    struct database *database = &telling->tenant->database;
    database_enter(database);
    maru_status st = database_begin_reading(database, err);
    st = st == MARU_OK ? money_settle(database, telling->now_us, &telling->grants, err) : st;
    st = st == MARU_OK ? money_each_budget(database, see_budget, telling, err) : st;
    for (size_t i = 0; st == MARU_OK && i < telling->n_budget; i++) {
        const struct budget_row *budget = &telling->budget[i];
        st = money_spent(database, budget->account, budget->from_us, budget->until_us,
                         &telling->spent[i], err);
    }
    return database_leave(database, st, err);
}

static maru_status read_state(struct telling *telling, maru_error *err) {
    struct arena *arena = &telling->arena;
    telling->grant = arena_take(arena, CREDITS_MAX_GRANTS, sizeof *telling->grant);
    telling->budget = arena_take(arena, MONEY_MAX_BUDGETS, sizeof *telling->budget);
    telling->spent = arena_take(arena, MONEY_MAX_BUDGETS, sizeof *telling->spent);
    if (!telling->grant || !telling->budget || !telling->spent) {
        return arena_refusal(arena, err);
    }
    maru_status st = settle(telling, err);
    return st == MARU_OK ? tenant_each_grant(telling->tenant, see_grant, telling, err) : st;
}

static uint32_t percent_of(int64_t spent, int64_t amount) {
    const uint32_t level = credit_warning(spent, amount);
    return level ? credit_warning_milli[level - 1] / 10 : 0;
}

static void add_grants(const struct telling *telling) {
    struct json *json = telling->json;
    json_open_list(json, "grants");
    for (size_t i = 0; i < telling->n_grant && i < telling->grants.n; i++) {
        const struct told_grant *grant = &telling->grant[i];
        json_open_object(json, NULL);
        json_add_string(json, "id", grant->id);
        add_credits(json, "credits", telling->grants.grant[i].amount_micro);
        add_credits(json, "left", telling->grants.left[i].left_micro);
        request_add_time(json, "from", grant->from_us / 1000);
        add_moment(json, "until", grant->until_us);
        json_add_string(json, "note", grant->note);
        json_close(json);
    }
    json_close(json);
}

static void add_budgets(const struct telling *telling) {
    struct json *json = telling->json;
    json_open_list(json, "budgets");
    for (size_t i = 0; i < telling->n_budget; i++) {
        const struct budget_row *budget = &telling->budget[i];
        json_open_object(json, NULL);
        json_add_string(json, "account", budget->account);
        request_add_time(json, "from", budget->from_us / 1000);
        add_moment(json, "until", budget->until_us);
        add_credits(json, "credits", budget->amount_micro);
        add_credits(json, "spent", telling->spent[i]);
        json_add_count(json, "warning", percent_of(telling->spent[i], budget->amount_micro));
        json_close(json);
    }
    json_close(json);
}

static void add_state(const struct telling *telling, const struct compute_purse *purse) {
    struct json *json = telling->json;
    const struct credit_state *state = &telling->grants.state;
    json_open_object(json, NULL);
    json_add_string(json, "tenant", telling->name);
    add_credits(json, "balance", state->balance_micro);
    add_credits(json, "granted", state->granted_micro);
    add_credits(json, "spent", state->spent_micro);
    add_credits(json, "expired", state->expired_micro);
    add_credits(json, "debt", state->debt_micro);
    add_moment(json, "empty_at", purse->empty_us);
    json_add_count(json, "warning", percent_of(state->in_force_spent_micro, state->in_force_micro));
    json_add_bool(json, "held", purse->is_held);
    json_add_bool(json, "has_prices", telling->has_prices);
    add_grants(telling);
    add_budgets(telling);
    json_close(json);
}

// One's own, or with ?tenant= another's for the operator of the server. *held: released by the caller.
static maru_status find_tenant(struct request *request, const char *name, struct tenant **held,
                               struct tenant **out, maru_error *err) {
    *held = NULL;
    *out = request->tenant;
    if (!name[0] || strcmp(name, request->who.tenant) == 0) {
        return MARU_OK;
    }
    if (!request_is_operator(request)) {
        return request_refuse(request, 403, err, "only an admin of the server may do this");
    }
    const maru_status st = store_hold(request->server->store, name, held, err);
    *out = *held;
    return st;
}

static maru_status tell_tenant(struct request *request, const char *name, maru_error *err) {
    struct json json;
    struct prices prices;
    struct tenant *held = NULL;
    struct compute_purse purse = {.empty_us = BURN_NEVER};
    struct telling telling = {.json = &json, .now_us = clock_unix_us()};
    maru_status st = find_tenant(request, name, &held, &telling.tenant, err);
    if (st != MARU_OK) {
        return st;
    }
    telling.name = tenant_name(telling.tenant);
    arena_init(&telling.arena, ARENA_BYTES);
    st = store_load_prices(request->server->store, &telling.arena, &prices, err);
    telling.has_prices = st == MARU_OK && prices.n > 0;
    st = st == MARU_OK ? read_state(&telling, err) : st;
    if (st == MARU_OK && request->server->compute) {
        (void)compute_look_purse(request->server->compute, telling.name, &purse);
    }
    if (st == MARU_OK) {
        json_writer_init(&json, &request->out);
        add_state(&telling, &purse);
    }
    kept_grants_fini(&telling.grants);
    arena_fini(&telling.arena);
    store_release(request->server->store, held);
    return st;
}

maru_status api_get_credits(struct request *request, maru_error *err) {
    return tell_tenant(request, request_query(request, "tenant"), err);
}

// ---- entries

struct listing {
    struct json *json;
    int64_t n, most;
};

static maru_status add_entry(void *context, const struct credit_row *row, maru_error *err) {
    struct listing *listing = context;
    struct json *json = listing->json;
    (void)err;
    if (listing->n >= listing->most) {
        return MARU_OK;
    }
    listing->n++;
    json_open_object(json, NULL);
    json_add_string(json, "kind", ledger_kind_names[row->kind]);
    if (row->id[0]) {
        json_add_string(json, "id", row->id);
    }
    json_add_string(json, "account", row->account);
    request_add_time(json, "at", row->at_us / 1000);
    add_moment(json, "until", row->until_us);
    add_credits(json, "credits", row->amount.credits_micro);
    json_add_number(json, "krw", (double)row->amount.krw_milli * 1e-3);
    if (row->job[0]) {
        json_add_string(json, "job", row->job);
        json_add_count(json, "attempt", row->attempt);
    }
    json_add_string(json, "note", row->note);
    json_add_string(json, "by", row->by);
    json_close(json);
    return MARU_OK;
}

maru_status api_list_credit_entries(struct request *request, maru_error *err) {
    struct json json;
    struct tenant *held = NULL, *tenant = NULL;
    struct listing listing = {.json = &json, .most = 1000};
    int64_t from_us = INT64_MIN, until_us = INT64_MAX;
    const char *limit = request_query(request, "limit");
    maru_status st = asked_moment(request, "from", &from_us, err);
    st = st == MARU_OK ? asked_moment(request, "until", &until_us, err) : st;
    if (st == MARU_OK && limit[0] &&
        (!number_int64(limit, strlen(limit), &listing.most) || listing.most < 1 ||
         listing.most > MAX_ENTRIES)) {
        st = fail(err, MARU_E_INPUT, "limit: a number from 1 to %d is wanted", MAX_ENTRIES);
    }
    st = st == MARU_OK ? find_tenant(request, request_query(request, "tenant"), &held, &tenant, err)
                       : st;
    if (st != MARU_OK) {
        return st;
    }
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    st = tenant_each_credit(tenant, from_us, until_us, add_entry, &listing, err);
    json_close(&json);
    json_close(&json);
    store_release(request->server->store, held);
    return st;
}

// ---- grants

struct known_grant {
    const char *id;
    int64_t at_us;
    bool is_there;
};

static maru_status see_known(void *context, const struct credit_row *row, maru_error *err) {
    struct known_grant *known = context;
    (void)err;
    if (strcmp(row->id, known->id) == 0) {
        known->is_there = true;
        known->at_us = row->at_us;
    }
    return MARU_OK;
}

// A grant that begins now, and is told twice, began when it was told first.
static maru_status find_beginning(struct tenant *tenant, const char *id, int64_t *from_us,
                                  maru_error *err) {
    struct known_grant known = {.id = id};
    const maru_status st = tenant_each_grant(tenant, see_known, &known, err);
    *from_us = known.is_there ? known.at_us : *from_us;
    return st;
}

struct asked_grant {
    const char *tenant, *id, *note;
    double credits;
    int64_t from_us, until_us;
    bool is_from_said;
};

static maru_status read_grant(const json_t *fields, struct asked_grant *grant, maru_error *err) {
    maru_status st = field_text(fields, "tenant", STORE_TENANT_BYTES - 1, &grant->tenant, err);
    st = st == MARU_OK ? field_text(fields, "id", MAX_ID, &grant->id, err) : st;
    st = st == MARU_OK ? field_text(fields, "note", MONEY_MAX_NOTE_BYTES - 1, &grant->note, err)
                       : st;
    st =
        st == MARU_OK ? field_number(fields, "credits", 0, MOST_CREDITS, &grant->credits, err) : st;
    st = st == MARU_OK ? read_moment(fields, "from", &grant->from_us, err) : st;
    st = st == MARU_OK ? read_moment(fields, "until", &grant->until_us, err) : st;
    grant->is_from_said = json_is_string(json_object_get(fields, "from"));
    if (st == MARU_OK && (!grant->tenant || !grant->id || !grant->id[0])) {
        st = field_wrong(err, "/id", "a grant has a tenant and an id of its own");
    }
    if (st == MARU_OK && grant->credits < 0) {
        st = field_wrong(err, "/credits", "how many credits are granted is wanted");
    }
    return st;
}

static maru_status add_grant(struct request *request, struct asked_grant *grant, maru_error *err) {
    struct tenant *tenant = NULL;
    maru_status st = store_hold(request->server->store, grant->tenant, &tenant, err);
    if (st != MARU_OK) {
        return st;
    }
    st = grant->is_from_said ? MARU_OK : find_beginning(tenant, grant->id, &grant->from_us, err);
    const struct credit_row row = {.id = grant->id,
                                   .kind = LEDGER_GRANT,
                                   .account = "",
                                   .at_us = grant->from_us,
                                   .until_us = grant->until_us,
                                   .amount = {llround(grant->credits * CREDIT_MICRO), 0},
                                   .job = "",
                                   .note = grant->note,
                                   .by = request->who.name};
    st = st == MARU_OK ? tenant_add_credit(tenant, &row, NULL, err) : st;
    store_release(request->server->store, tenant);
    return st;
}

maru_status api_grant_credits(struct request *request, maru_error *err) {
    static const char *const known[] = {"tenant", "id", "credits", "from", "until", "note", NULL};
    struct asked_grant grant = {
        .note = "", .credits = -1, .from_us = clock_unix_us(), .until_us = CREDITS_NEVER};
    json_t *fields = NULL;
    maru_status st = fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? read_grant(fields, &grant, err) : st;
    st = st == MARU_OK ? add_grant(request, &grant, err) : st;
    if (st == MARU_OK) {
        renew(request);
        st = tell_tenant(request, grant.tenant, err);
    }
    fields_close(fields);
    return st;
}

// ---- budgets

maru_status api_set_budget(struct request *request, maru_error *err) {
    static const char *const known[] = {"account", "from", "until", "credits", NULL};
    struct budget_row row = {.account = "",
                             .from_us = clock_unix_us(),
                             .until_us = CREDITS_NEVER,
                             .by = request->who.name};
    json_t *fields = NULL;
    double credits = -1;
    maru_status st = fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK
             ? field_text(fields, "account", MONEY_MAX_ACCOUNT_BYTES - 1, &row.account, err)
             : st;
    st = st == MARU_OK ? field_number(fields, "credits", 0, MOST_CREDITS, &credits, err) : st;
    st = st == MARU_OK ? read_moment(fields, "from", &row.from_us, err) : st;
    st = st == MARU_OK ? read_moment(fields, "until", &row.until_us, err) : st;
    if (st == MARU_OK && credits < 0) {
        st = field_wrong(err, "/credits", "how many credits may be spent is wanted");
    }
    row.amount_micro = llround(credits * CREDIT_MICRO);
    row.from_us -= row.from_us % 1000; // as it is told, so that it can be named
    st = st == MARU_OK ? tenant_set_budget(request->tenant, &row, err) : st;
    fields_close(fields);
    if (st == MARU_OK) {
        renew(request);
        st = tell_tenant(request, "", err);
    }
    return st;
}

maru_status api_remove_budget(struct request *request, maru_error *err) {
    int64_t from_us = INT64_MIN;
    maru_status st = asked_moment(request, "from", &from_us, err);
    st = st == MARU_OK ? tenant_remove_budget(request->tenant, request_query(request, "account"),
                                              from_us, request->who.name, err)
                       : st;
    if (st == MARU_OK) {
        renew(request);
        request->status = 204;
    }
    return st;
}
