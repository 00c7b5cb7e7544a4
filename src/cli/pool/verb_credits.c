// maru credits: what is left of the credits of a tenant of a maru server, and for its operator prices, grants, usage, and whether sacct agrees.
//
// Exit status 0: done; 1: runs and charges are not as sacct has them; 3: the server refuses, or does not answer.

#include "cli/job/job_verbs.h"

#include <jansson.h>
#include <stddef.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "io/files.h"
#include "io/stop.h"
#include "study/json_writer.h"
#include "study/table.h"
#include "study/words/numerals.h"

enum { OUT_BYTES = 64 << 20, PATH_BYTES = 1 << 12 };

struct credits_values {
    struct remote_values remote;
    const char *from, *until, *id, *note, *format;
    uint64_t months;
};

// ---- asking

static double number_of(const json_t *object, const char *key) {
    return json_number_value(json_object_get(object, key));
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

struct sending {
    const char *method, *path;
    void (*tell)(struct call *call, const json_t *answer, struct text *out);
};

static int send(struct call *call, struct remote *remote, const struct sending *how,
                struct text *body) {
    struct text answer, out;
    maru_error err = {0};
    char key[REMOTE_KEY_BYTES];
    remote_make_key(key);
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    text_init(&out, OUT_BYTES);
    const struct remote_ask ask = {.method = how->method,
                                   .path = how->path,
                                   .json = body->bytes ? body->bytes : "",
                                   .key = key};
    int status = EXIT_GOOD;
    if (remote_do(remote, &ask, &answer, &err) != MARU_OK) {
        status = verb_refuse(call, &err);
    } else if (call->json) {
        status = verb_print(call, &answer, EXIT_GOOD);
    } else {
        json_t *json = json_loadb(answer.bytes ? answer.bytes : "", answer.n_bytes, 0, NULL);
        how->tell(call, json, &out);
        json_decref(json);
        status = verb_print(call, &out, EXIT_GOOD);
    }
    text_fini(&answer);
    text_fini(&out);
    return status;
}

static int get(struct call *call, struct remote *remote, const char *path,
               void (*tell)(struct call *call, const json_t *answer, struct text *out)) {
    struct text out;
    maru_error err = {0};
    if (call->json) {
        return job_print_raw(call, remote, path);
    }
    json_t *json = job_fetch(remote, path, &err);
    if (!json) {
        return verb_refuse(call, &err);
    }
    text_init(&out, OUT_BYTES);
    tell(call, json, &out);
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    json_decref(json);
    return status;
}

// ---- telling

static void add_cell(struct table *table, double value, int decimals) {
    table_add(table, STYLE_PLAIN, numeral(value, decimals).text);
}

static void add_rows(struct call *call, const json_t *list, const char *name, const char *spent,
                     struct text *out) {
    struct table table;
    size_t i;
    const json_t *row;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_CREDITS_NAME));
    table_column(&table, ALIGN_RIGHT, word(call->lang, W_CREDITS_AMOUNT));
    table_column(&table, ALIGN_RIGHT,
                 word(call->lang, spent[0] == 's' ? W_CREDITS_SPENT : W_CREDITS_LEFT));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_CREDITS_FROM));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_CREDITS_UNTIL));
    json_array_foreach(list, i, row) {
        table_add(&table, STYLE_PLAIN, text_of(row, name));
        add_cell(&table, number_of(row, "credits"), 2);
        add_cell(&table, number_of(row, spent), 2);
        table_add(&table, STYLE_PLAIN, text_of(row, "from"));
        table_add(&table, STYLE_PLAIN, text_of(row, "until"));
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}

static void tell_state(struct call *call, const json_t *state, struct text *out) {
    const json_t *grants = json_object_get(state, "grants"),
                 *budgets = json_object_get(state, "budgets");
    const char *empty = text_of(state, "empty_at");
    words_add(out, call->lang, W_CREDITS_STATE,
              (const char *const[]){text_of(state, "tenant"),
                                    numeral(number_of(state, "balance"), 2).text,
                                    numeral(number_of(state, "spent"), 2).text, NULL});
    text_addz(out, "\n");
    if (json_is_true(json_object_get(state, "held"))) {
        words_add(out, call->lang, W_CREDITS_HELD, (const char *const[]){NULL});
        text_addz(out, "\n");
    } else if (empty[0]) {
        words_add(out, call->lang, W_CREDITS_EMPTY, (const char *const[]){empty, NULL});
        text_addz(out, "\n");
    }
    if (json_array_size(grants) > 0) {
        add_rows(call, grants, "id", "left", out);
    }
    if (json_array_size(budgets) > 0) {
        add_rows(call, budgets, "account", "spent", out);
    }
}

static void tell_entries(struct call *call, const json_t *entries, struct text *out) {
    struct table table;
    size_t i;
    const json_t *row;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_CREDITS_FROM));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_CREDITS_KIND));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_CREDITS_NAME));
    table_column(&table, ALIGN_RIGHT, word(call->lang, W_CREDITS_AMOUNT));
    json_array_foreach(json_object_get(entries, "items"), i, row) {
        table_add(&table, STYLE_PLAIN, text_of(row, "at"));
        table_add(&table, STYLE_PLAIN, text_of(row, "kind"));
        table_add(&table, STYLE_PLAIN,
                  text_of(row, "job")[0] ? text_of(row, "job") : text_of(row, "id"));
        add_cell(&table, number_of(row, "credits"), 6);
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}

static void tell_prices(struct call *call, const json_t *prices, struct text *out) {
    size_t i;
    const json_t *row;
    (void)call;
    text_addz(out, "from,resource,credits,krw\n");
    json_array_foreach(json_object_get(prices, "rows"), i, row) {
        text_addf(out, "%s,", text_of(row, "from"));
        text_add_csv(out, text_of(row, "resource"));
        text_addz(out, ",");
        text_add_double(out, number_of(row, "credits"));
        text_addz(out, ",");
        text_add_double(out, number_of(row, "krw"));
        text_addz(out, "\n");
    }
}

static void tell_text(struct call *call, const json_t *document, struct text *out) {
    (void)call;
    text_addz(out, text_of(document, "text"));
}

// What the pool cost, where the server tells it.
static void tell_owned(struct call *call, const json_t *usage, struct text *out) {
    const json_t *owned = json_object_get(json_object_get(usage, "owned"), "total");
    if (owned) {
        words_add(out, call->lang, W_OWNED_TOLD,
                  (const char *const[]){numeral(number_of(owned, "krw"), 0).text,
                                        numeral(number_of(owned, "krw_per_offered_hour"), 0).text,
                                        numeral(number_of(owned, "krw_per_used_hour"), 0).text,
                                        numeral(number_of(owned, "charged_krw"), 0).text, NULL});
        text_addz(out, "\n");
    }
}

static void tell_usage(struct call *call, const json_t *usage, struct text *out) {
    static const char *const key[] = {"used_hours", "idle_hours", "unused_hours", "energy_kwh",
                                      "credits"};
    static const enum word head[] = {W_USAGE_USED, W_USAGE_IDLE, W_USAGE_UNUSED, W_USAGE_ENERGY,
                                     W_USAGE_CREDITS};
    struct table table;
    size_t i;
    const json_t *row;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_USAGE_ACCOUNT));
    for (size_t k = 0; k < sizeof key / sizeof key[0]; k++) {
        table_column(&table, ALIGN_RIGHT, word(call->lang, head[k]));
    }
    json_array_foreach(json_object_get(usage, "accounts"), i, row) {
        table_add(&table, STYLE_PLAIN, text_of(row, "name"));
        for (size_t k = 0; k < sizeof key / sizeof key[0]; k++) {
            add_cell(&table, number_of(json_object_get(row, "total"), key[k]), 2);
        }
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
    tell_owned(call, usage, out);
}

// ---- what can be done

static void add_tenant(const struct call *call, struct text *path) {
    if (call->args.n_word > 1) {
        text_addz(path, "?tenant=");
        remote_add_part(path, call->args.word[1]);
    }
}

static int show(struct call *call, struct remote *remote) {
    struct text path;
    text_init(&path, PATH_BYTES);
    text_addz(&path, "/v1/credits");
    add_tenant(call, &path);
    const int status = get(call, remote, path.bytes, tell_state);
    text_fini(&path);
    return status;
}

static int entries(struct call *call, struct remote *remote) {
    struct text path;
    text_init(&path, PATH_BYTES);
    text_addz(&path, "/v1/credits/entries");
    add_tenant(call, &path);
    const int status = get(call, remote, path.bytes, tell_entries);
    text_fini(&path);
    return status;
}

static bool read_amount(const struct call *call, double *out, maru_error *err) {
    const char *text = call->args.word[2];
    if (number_double(text, strlen(text), out) && *out >= 0) {
        return true;
    }
    (void)!fail(err, MARU_E_USAGE, "'%.40s' is no number of credits", text);
    return false;
}

static void add_given(struct json *json, const char *key, const char *value) {
    if (value) {
        json_add_string(json, key, value);
    }
}

// {"account" or "tenant": the first word, "credits": the second}, and what was given with options.
static int change(struct call *call, struct remote *remote, const char *path, const char *name) {
    const struct credits_values *values = call->args.values;
    const bool is_grant = strcmp(name, "tenant") == 0;
    char key[REMOTE_KEY_BYTES];
    struct text body;
    struct json json;
    maru_error err = {0};
    double credits = 0;
    if (!read_amount(call, &credits, &err)) {
        return verb_refuse(call, &err);
    }
    remote_make_key(key);
    text_init(&body, 1 << 16);
    json_writer_init(&json, &body);
    json_open_object(&json, NULL);
    json_add_string(&json, name, call->args.word[1]);
    json_add_number(&json, "credits", credits);
    add_given(&json, "from", values->from);
    add_given(&json, "until", values->until);
    if (is_grant) {
        json_add_string(&json, "id", values->id ? values->id : key);
        add_given(&json, "note", values->note);
    }
    json_close(&json);
    const int status = send(call, remote, &(struct sending){"POST", path, tell_state}, &body);
    text_fini(&body);
    return status;
}

static int budget(struct call *call, struct remote *remote) {
    return change(call, remote, "/v1/credits/budgets", "account");
}

static int grant(struct call *call, struct remote *remote) {
    return change(call, remote, "/v1/pool/grants", "tenant");
}

// {"text": what stands in the file that the second word names}.
static int send_file(struct call *call, struct remote *remote, const struct sending *how) {
    struct text table, body;
    struct json json;
    maru_error err = {0};
    text_init(&table, OUT_BYTES);
    text_init(&body, OUT_BYTES);
    int status = EXIT_GOOD;
    if (files_read(call->args.word[1], &table, &err) != MARU_OK) {
        status = verb_refuse(call, &err);
    } else {
        json_writer_init(&json, &body);
        json_open_object(&json, NULL);
        json_add_string(&json, "text", table.bytes ? table.bytes : "");
        json_close(&json);
        status = send(call, remote, how, &body);
    }
    text_fini(&table);
    text_fini(&body);
    return status;
}

static int price(struct call *call, struct remote *remote) {
    static const struct sending how = {"POST", "/v1/pool/prices", tell_prices};
    return call->args.n_word < 2 ? get(call, remote, how.path, tell_prices)
                                 : send_file(call, remote, &how);
}

static int owned_cost(struct call *call, struct remote *remote) {
    static const struct sending how = {"PUT", "/v1/pool/owned-cost", tell_text};
    return call->args.n_word < 2 ? get(call, remote, how.path, tell_text)
                                 : send_file(call, remote, &how);
}

static int print_usage(struct call *call, struct remote *remote, const char *format) {
    const struct credits_values *values = call->args.values;
    struct text path;
    text_init(&path, PATH_BYTES);
    text_addf(&path, "/v1/pool/usage?months=%llu", (unsigned long long)values->months);
    if (format) {
        text_addf(&path, "&format=%s&lang=%s", format, call->lang == LANG_KO ? "ko" : "en");
    }
    const int status = format ? job_print_raw(call, remote, path.bytes)
                              : get(call, remote, path.bytes, tell_usage);
    text_fini(&path);
    return status;
}

static int usage(struct call *call, struct remote *remote) {
    const struct credits_values *values = call->args.values;
    return print_usage(call, remote, values->format);
}

// ---- agreement with sacct

// What differs, as either side has it.
static void add_side(struct table *table, const char *kind, const json_t *row) {
    struct text cell;
    text_init(&cell, 1 << 10);
    if (json_is_null(row)) {
        text_addz(&cell, "-");
    } else if (strcmp(kind, "start") == 0 || strcmp(kind, "end") == 0) {
        text_addz(&cell, text_of(row, strcmp(kind, "start") == 0 ? "from" : "until"));
    } else if (strcmp(kind, "account") == 0) {
        text_addz(&cell, text_of(row, kind));
    } else if (strcmp(kind, "gpus") == 0 || strcmp(kind, "credits") == 0) {
        text_add_fixed(&cell, number_of(row, kind), kind[0] == 'g' ? 0 : 6);
    } else {
        text_addf(&cell, "%s - %s", text_of(row, "from"), text_of(row, "until"));
    }
    table_add(table, STYLE_PLAIN, cell.bytes ? cell.bytes : "");
    text_fini(&cell);
}

static void tell_agreement(struct call *call, const json_t *answer, struct text *out) {
    const json_t *list = json_object_get(answer, "differences"), *row;
    struct table table;
    size_t i;
    words_add(out, call->lang, W_CREDITS_AGREE,
              (const char *const[]){numeral(number_of(answer, "same"), 0).text,
                                    numeral(number_of(answer, "different"), 0).text,
                                    numeral(number_of(answer, "maru_gpu_s"), 0).text,
                                    numeral(number_of(answer, "sacct_gpu_s"), 0).text, NULL});
    text_addz(out, "\n");
    if (json_array_size(list) == 0) {
        return;
    }
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_CREDITS_NAME));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_CREDITS_KIND));
    table_column(&table, ALIGN_LEFT, "maru");
    table_column(&table, ALIGN_LEFT, "sacct");
    json_array_foreach(list, i, row) {
        table_add(&table, STYLE_PLAIN, text_of(row, "launch"));
        table_add(&table, STYLE_PLAIN, text_of(row, "kind"));
        add_side(&table, text_of(row, "kind"), json_object_get(row, "maru"));
        add_side(&table, text_of(row, "kind"), json_object_get(row, "sacct"));
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}

static int tell_answer(struct call *call, const struct text *answer) {
    struct text out;
    json_t *json = json_loadb(answer->bytes ? answer->bytes : "", answer->n_bytes, 0, NULL);
    const int status = number_of(json, "different") > 0 ? EXIT_NO : EXIT_GOOD;
    text_init(&out, OUT_BYTES);
    if (call->json) {
        text_add(&out, answer->bytes, answer->n_bytes);
    } else {
        tell_agreement(call, json, &out);
    }
    json_decref(json);
    const int printed = verb_print(call, &out, status);
    text_fini(&out);
    return printed;
}

static int agree(struct call *call, struct remote *remote) {
    const struct credits_values *values = call->args.values;
    char key[REMOTE_KEY_BYTES];
    struct text table, body, answer;
    struct json json;
    maru_error err = {0};
    remote_make_key(key);
    text_init(&table, REMOTE_MAX_ANSWER_BYTES);
    text_init(&body, REMOTE_MAX_ANSWER_BYTES);
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    maru_status st = files_read(call->args.word[1], &table, &err);
    if (st == MARU_OK) {
        json_writer_init(&json, &body);
        json_open_object(&json, NULL);
        json_add_string(&json, "text", table.bytes ? table.bytes : "");
        add_given(&json, "from", values->from);
        add_given(&json, "until", values->until);
        json_close(&json);
        const struct remote_ask ask = {.method = "POST",
                                       .path = "/v1/pool/agreement",
                                       .json = body.bytes ? body.bytes : "",
                                       .key = key};
        st = remote_do(remote, &ask, &answer, &err);
    }
    const int status = st == MARU_OK ? tell_answer(call, &answer) : verb_refuse(call, &err);
    text_fini(&table);
    text_fini(&body);
    text_fini(&answer);
    return status;
}

// ---- the verb

static const struct remote_verb subs[] = {
    {"show", 0, 1, show},   {"entries", 0, 1, entries}, {"budget", 2, 2, budget},
    {"grant", 2, 2, grant}, {"price", 0, 1, price},     {"owned-cost", 0, 1, owned_cost},
    {"usage", 0, 0, usage}, {"agree", 1, 1, agree}};

static int run_credits(struct call *call) {
    return remote_run_verb(call, subs, sizeof subs / sizeof subs[0]);
}

#define AT(member) offsetof(struct credits_values, member)
static const struct option options[] = {
    REMOTE_OPTIONS,
    {"from", 0, OPTION_TEXT, AT(from), "DATE", NULL, W_HELP_CREDITS_FROM, 0, 0},
    {"until", 0, OPTION_TEXT, AT(until), "DATE", NULL, W_HELP_CREDITS_UNTIL, 0, 0},
    {"id", 0, OPTION_TEXT, AT(id), "ID", NULL, W_HELP_CREDITS_ID, 0, 0},
    {"note", 0, OPTION_TEXT, AT(note), "TEXT", NULL, W_HELP_CREDITS_NOTE, 0, 0},
    {"months", 0, OPTION_COUNT, AT(months), "N", "3", W_HELP_CREDITS_MONTHS, 1, 36},
    {"format", 0, OPTION_TEXT, AT(format), "csv|html", NULL, W_HELP_CREDITS_FORMAT, 0, 0},
};
#undef AT
static const char *const examples[] = {
    "maru credits show",
    "maru credits budget training 800 --until 2027-01-01",
    "maru credits grant acme 5000 --id 2026-1/acme --until 2027-07-01",
    "maru credits price prices.csv",
    "maru credits owned-cost our-pool.toml",
    "maru credits usage --months 12 --format html",
    "maru credits agree sacct.txt --from 2026-11-01 --until 2026-12-01",
    NULL};

const struct verb verb_credits = {
    .name = "credits",
    .synopsis = "show|entries [TENANT], budget PROJECT CREDITS, grant TENANT CREDITS, "
                "price [FILE.csv], owned-cost [FILE.toml], usage, agree FILE",
    .purpose = W_CREDITS_PURPOSE,
    .option = options,
    .n_option = sizeof options / sizeof options[0],
    .n_value_bytes = sizeof(struct credits_values),
    .min_words = 1,
    .max_words = 3,
    .example = examples,
    .run = run_credits};
