#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "pool/money/civil_date.h"
#include "serve/compute/compute.h"
#include "serve/compute/owned_making.h"
#include "serve/compute/usage_making.h"
#include "serve/http/request.h"
#include "study/json_writer.h"
#include "study/usage_report.h"

// Usage as JSON, as a table, and as a report to print: of all accounts for an operator of this server, with what the pool cost; else of the own
// tenant.

struct telling {
    const struct request *request;
    const struct pool_usage *usage;
};

static bool may_see(const struct telling *telling, uint32_t account) {
    const char *name = telling->usage->accounts.row[account].name;
    const char *tenant = telling->request->who.tenant;
    const size_t n = strlen(tenant);
    return request_is_operator(telling->request) ||
           (account > 0 && strncmp(name, tenant, n) == 0 && (name[n] == '\0' || name[n] == '/'));
}

static double hours(int64_t ms) { return (double)ms / 3600e3; }

// What the ledger says, and what it would be by the prices, also where nobody was charged.
static void add_money(struct json *json, const struct money *charged, const struct money *priced) {
    json_add_number(json, "credits", (double)charged->credits_micro * 1e-6);
    json_add_number(json, "krw", (double)charged->krw_milli * 1e-3);
    json_add_number(json, "priced_credits", (double)priced->credits_micro * 1e-6);
    json_add_number(json, "priced_krw", (double)priced->krw_milli * 1e-3);
}

static void add_cell(struct json *json, const struct usage_cell *cell,
                     const struct money *charged) {
    json_add_number(json, "used_hours", hours(cell->used_ms));
    json_add_number(json, "idle_hours", hours(cell->idle_ms));
    json_add_number(json, "unknown_hours", hours(cell->unknown_ms));
    json_add_number(json, "guaranteed_hours", hours(cell->guaranteed_ms));
    json_add_number(json, "unused_hours", hours(cell->unused_ms));
    json_add_number(json, "waited_hours", (double)cell->waited_us / 3600e6);
    json_add_number(json, "energy_kwh", (double)cell->energy_j / 3.6e6);
    json_add_number(json, "measured_kwh", (double)cell->measured_j / 3.6e6);
    add_money(json, charged, &cell->charged);
    json_add_count(json, "runs", cell->n_run);
    json_open_object(json, "ends");
    for (int i = USAGE_RUNS + 1; i < USAGE_ENDS; i++) {
        if (cell->n_end[i] > 0) {
            json_add_count(json, usage_end_names[i], cell->n_end[i]);
        }
    }
    json_close(json);
}

static const struct money *charged_at(const struct pool_usage *usage, uint32_t account,
                                      uint32_t month) {
    return &usage->charged[(size_t)account * usage->usage.n_month + month];
}

static struct money charged_in_all(const struct pool_usage *usage, uint32_t account) {
    struct money sum = {0};
    for (uint32_t m = 0; m < usage->usage.n_month; m++) {
        sum.credits_micro += charged_at(usage, account, m)->credits_micro;
        sum.krw_milli += charged_at(usage, account, m)->krw_milli;
    }
    return sum;
}

static void add_account(const struct telling *telling, struct json *json, uint32_t account) {
    const struct pool_usage *usage = telling->usage;
    const struct account *row = &usage->accounts.row[account];
    const uint32_t n = usage->usage.n_month;
    const struct usage_cell total = usage_total(&usage->usage, account);
    const struct money charged = charged_in_all(usage, account);
    json_open_object(json, NULL);
    json_add_string(json, "name", row->name);
    json_add_count(json, "depth", account == 0 ? 0 : row->parent == 0 ? 1 : 2);
    json_open_list(json, "months");
    for (uint32_t m = 0; m < n; m++) {
        json_open_object(json, NULL);
        add_cell(json, &usage->usage.cell[(size_t)account * n + m], charged_at(usage, account, m));
        json_close(json);
    }
    json_close(json);
    json_open_object(json, "total");
    add_cell(json, &total, &charged);
    json_close(json);
    json_close(json);
}

static void month_name(const struct usage *usage, uint32_t m, struct text *out) {
    text_clear(out);
    civil_add_month(out, usage->first_month + m);
}

// ---- what the pool cost whoever owns it, for its operator

static double won(int64_t milli) { return (double)milli * 1e-3; }

static void add_bill(struct json *json, const struct owned_bill *bill) {
    json_add_number(json, "krw", won(bill->total));
    json_add_number(json, "capital_krw", won(bill->capital));
    json_add_number(json, "people_krw", won(bill->people));
    json_add_number(json, "space_krw", won(bill->space));
    json_add_number(json, "other_krw", won(bill->other));
    json_add_number(json, "power_krw", won(bill->power));
    json_add_number(json, "energy_kwh", (double)bill->energy_j / 3.6e6);
    json_add_number(json, "offered_hours", hours(bill->owned_ms));
    json_add_number(json, "used_hours", hours(bill->used_ms));
    json_add_number(json, "krw_per_offered_hour", won(bill->an_hour_owned));
    if (bill->used_ms > 0) {
        json_add_number(json, "krw_per_used_hour", won(bill->an_hour_used));
    } else {
        json_add_raw(json, "krw_per_used_hour", "null");
    }
}

static void add_charged(struct json *json, const struct money *charged, int64_t co2_g) {
    json_add_number(json, "charged_credits", (double)charged->credits_micro * 1e-6);
    json_add_number(json, "charged_krw", won(charged->krw_milli));
    json_add_number(json, "co2_kg", (double)co2_g * 1e-3);
}

static void add_owned(const struct telling *telling, struct json *json) {
    const struct pool_usage *usage = telling->usage;
    const struct pool_owned *owned = usage->owned;
    const struct money charged = charged_in_all(usage, 0);
    int64_t co2_g = 0;
    json_open_object(json, "owned");
    document_tell(telling->request, json, &owned->told);
    request_add_time(json, "since", owned->since_us / 1000);
    json_open_list(json, "months");
    for (uint32_t m = 0; m < usage->usage.n_month; m++) {
        json_open_object(json, NULL);
        add_bill(json, &owned->month[m]);
        add_charged(json, charged_at(usage, 0, m), owned->co2_g[m]);
        json_close(json);
        co2_g += owned->co2_g[m];
    }
    json_close(json);
    json_open_object(json, "total");
    add_bill(json, &owned->all);
    add_charged(json, &charged, co2_g);
    json_close(json);
    json_open_list(json, "types");
    for (uint32_t t = 0; t < usage->cluster.n_type; t++) {
        json_open_object(json, NULL);
        json_add_string(json, "type", usage->cluster.type[t].name);
        add_bill(json, &owned->type[t]);
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

static void tell_json(struct request *request, const struct telling *telling) {
    const struct pool_usage *usage = telling->usage;
    struct json json;
    struct text month;
    text_init(&month, 64);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_bool(&json, "has_prices", usage->has_prices);
    json_open_list(&json, "months");
    for (uint32_t m = 0; m < usage->usage.n_month; m++) {
        month_name(&usage->usage, m, &month);
        json_add_string(&json, NULL, month.bytes);
    }
    json_close(&json);
    json_open_list(&json, "accounts");
    for (uint32_t i = 0; i < usage->accounts.n; i++) {
        if (may_see(telling, i)) {
            add_account(telling, &json, i);
        }
    }
    json_close(&json);
    if (usage->owned) {
        add_owned(telling, &json);
    }
    json_close(&json);
    text_fini(&month);
}

// ---- as a table

// Of the whole pool, with what it cost; of others these cells are empty.
static void add_bill_cells(struct text *out, const struct owned_bill *bill) {
    const double value[] = {won(bill->total),
                            won(bill->capital),
                            won(bill->people),
                            won(bill->space),
                            won(bill->other),
                            won(bill->power),
                            (double)bill->energy_j / 3.6e6,
                            hours(bill->owned_ms),
                            won(bill->an_hour_owned),
                            won(bill->an_hour_used)};
    for (size_t i = 0; i < sizeof value / sizeof value[0]; i++) {
        text_addz(out, ",");
        if (bill->owned_ms > 0) {
            text_add_fixed(out, value[i], 3);
        }
    }
}

static void add_row(struct text *out, const char *name, const char *month,
                    const struct usage_cell *cell, const struct money *charged) {
    const double value[] = {hours(cell->used_ms),
                            hours(cell->idle_ms),
                            hours(cell->unknown_ms),
                            hours(cell->guaranteed_ms),
                            hours(cell->unused_ms),
                            (double)cell->waited_us / 3600e6,
                            (double)cell->energy_j / 3.6e6,
                            (double)cell->measured_j / 3.6e6,
                            (double)charged->credits_micro * 1e-6,
                            (double)charged->krw_milli * 1e-3,
                            (double)cell->charged.credits_micro * 1e-6,
                            (double)cell->charged.krw_milli * 1e-3};
    text_add_csv(out, name);
    text_addf(out, ",%s", month);
    for (size_t i = 0; i < sizeof value / sizeof value[0]; i++) {
        text_addz(out, ",");
        text_add_fixed(out, value[i], 6);
    }
    text_addf(out, ",%llu", (unsigned long long)cell->n_run);
    for (int i = USAGE_RUNS + 1; i < USAGE_ENDS; i++) {
        text_addf(out, ",%llu", (unsigned long long)cell->n_end[i]);
    }
}

static void tell_csv(struct request *request, const struct telling *telling) {
    const struct pool_usage *usage = telling->usage;
    static const struct owned_bill nothing;
    struct text *out = &request->out, month;
    text_init(&month, 64);
    text_addz(out, "account,month,used_hours,idle_hours,unknown_hours,guaranteed_hours,"
                   "unused_hours,waited_hours,energy_kwh,measured_kwh,credits,krw,priced_credits,"
                   "priced_krw,runs");
    for (int i = USAGE_RUNS + 1; i < USAGE_ENDS; i++) {
        text_addf(out, ",%s", usage_end_names[i]);
    }
    text_addz(out, usage->owned ? ",owned_krw,capital_krw,people_krw,space_krw,other_krw,power_krw,"
                                  "owned_kwh,offered_hours,krw_per_offered_hour,"
                                  "krw_per_used_hour\n"
                                : "\n");
    for (uint32_t i = 0; i < usage->accounts.n; i++) {
        for (uint32_t m = 0; may_see(telling, i) && m < usage->usage.n_month; m++) {
            month_name(&usage->usage, m, &month);
            add_row(out, usage->accounts.row[i].name, month.bytes,
                    &usage->usage.cell[(size_t)i * usage->usage.n_month + m],
                    charged_at(usage, i, m));
            if (usage->owned) {
                add_bill_cells(out, i == 0 ? &usage->owned->month[m] : &nothing);
            }
            text_addz(out, "\n");
        }
    }
    text_fini(&month);
    request->type = "text/csv; charset=utf-8";
    snprintf(request->disposition, sizeof request->disposition,
             "attachment; filename=\"usage.csv\"");
}

static bool sees(void *context, uint32_t account) { return may_see(context, account); }

maru_status api_get_usage(struct request *request, maru_error *err) {
    const char *months = request_query(request, "months"),
               *format = request_query(request, "format");
    const bool is_csv = strcmp(format, "csv") == 0, is_html = strcmp(format, "html") == 0;
    struct pool_usage usage;
    int64_t n_month = 3;
    maru_status st = compute_require(request, err);
    if (st == MARU_OK && months[0] &&
        (!number_int64(months, strlen(months), &n_month) || n_month < 1 ||
         n_month > USAGE_MAX_MONTHS)) {
        st = fail(err, MARU_E_INPUT, "months: a number from 1 to %d is wanted", USAGE_MAX_MONTHS);
    }
    if (st == MARU_OK && format[0] && !is_csv && !is_html && strcmp(format, "json") != 0) {
        st = fail(err, MARU_E_INPUT, "format is json, csv or html");
    }
    if (st != MARU_OK) {
        return st;
    }
    const bool is_all = request_is_operator(request);
    st = pool_usage_make(request->server->store, request->server->compute,
                         is_all ? NULL : request->who.tenant, (uint32_t)n_month, &usage, err);
    struct telling telling = {request, &usage};
    if (st == MARU_OK && is_csv) {
        tell_csv(request, &telling);
    } else if (st == MARU_OK && is_html) {
        const struct usage_page page = {.usage = &usage.usage,
                                        .accounts = &usage.accounts,
                                        .has_prices = usage.has_prices,
                                        .charged = usage.charged,
                                        .owned = usage.owned ? usage.owned->month : NULL,
                                        .owned_all = usage.owned ? &usage.owned->all : NULL,
                                        .sees = sees,
                                        .context = &telling,
                                        .lang = request_language(request)};
        usage_report_add(&request->out, &page);
        request->type = "text/html; charset=utf-8";
    } else if (st == MARU_OK) {
        tell_json(request, &telling);
    }
    pool_usage_fini(&usage);
    return st;
}
