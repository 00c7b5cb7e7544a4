// maru token new | list | revoke: who may come in, as what, until when.

#include "base/status.h"
#include "cli/admin/desk.h"
#include "io/clock.h"
#include "maru/sim.h"

#include <stdio.h>
#include <string.h>

struct token_values {
    struct desk_values desk;
    const char *tenant, *role, *name;
    maru_time expires;
};

static void add_json(struct json *json, const struct token *token) {
    json_add_string(json, "id", token->id);
    json_add_string(json, "tenant", token->tenant);
    json_add_string(json, "name", token->name);
    json_add_string(json, "role", role_name(token->role));
    desk_add_time(json, "created", token->created_ms);
    if (token->expires_ms > 0) {
        desk_add_time(json, "expires", token->expires_ms);
    }
}

// What was asked for, as a token without id and secret.
static maru_status read_asked(const struct token_values *values, struct token *token,
                              maru_error *err) {
    static const maru_time longest = 3650 * MARU_DAY;
    *token = (struct token){.role = ROLE_VIEWER};
    if (!values->role || !role_find(values->role, &token->role)) {
        return fail(err, MARU_E_USAGE, "--role viewer, engineer, operator or admin is wanted");
    }
    if (strlen(values->name) > 80 || !text_is_utf8(values->name, strlen(values->name))) {
        return fail(err, MARU_E_USAGE, "--name: at most 80 bytes of UTF-8 are wanted");
    }
    if (values->expires < 0 || values->expires > longest ||
        (values->expires > 0 && values->expires < 1000000)) {
        return fail(err, MARU_E_USAGE, "--expires: a span from 1 s to 3650 d is wanted");
    }
    if (strlen(values->tenant) >= sizeof token->tenant) {
        return fail(err, MARU_E_INPUT, "there is no tenant '%.40s'", values->tenant);
    }
    memcpy(token->tenant, values->tenant, strlen(values->tenant) + 1);
    memcpy(token->name, values->name, strlen(values->name) + 1);
    token->expires_ms = values->expires > 0 ? clock_unix_ms() + values->expires / 1000 : 0;
    return MARU_OK;
}

static int make(struct call *call, struct desk *desk) {
    struct token token;
    char secret[STORE_SECRET_BYTES] = "";
    maru_error err = {0};
    if (read_asked(call->args.values, &token, &err) != MARU_OK) {
        return verb_refuse(call, &err);
    }
    maru_status st = store_add_token(desk->store, &token, secret, &err);
    st = st == MARU_OK
             ? desk_audit(desk, token.tenant, "create token", token.id, role_name(token.role), &err)
             : st;
    if (st != MARU_OK) {
        return desk_refuse(call, &err);
    }
    struct text out;
    text_init(&out, 1 << 14);
    if (call->json) {
        struct json json;
        json_writer_init(&json, &out);
        json_open_object(&json, NULL);
        add_json(&json, &token);
        json_add_string(&json, "token", secret);
        json_close(&json);
    } else {
        verb_note(call, W_TOKEN_MADE,
                  (const char *const[]){token.id, token.tenant, role_name(token.role), NULL});
        text_addf(&out, "%s\n", secret);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

// ---- list

static maru_status see(void *context, const struct token *token, maru_error *err) {
    (void)err;
    struct desk_walk *walk = context;
    snprintf(walk->after, sizeof walk->after, "%s", token->id);
    walk->n++;
    if (walk->json) {
        json_open_object(walk->json, NULL);
        add_json(walk->json, token);
        json_close(walk->json);
        return MARU_OK;
    }
    char created[CLOCK_TEXT_BYTES], expires[CLOCK_TEXT_BYTES] = "-";
    clock_text(token->created_ms, created);
    if (token->expires_ms > 0) {
        clock_text(token->expires_ms, expires);
    }
    const bool is_over = token->expires_ms > 0 && token->expires_ms <= clock_unix_ms();
    table_add(walk->table, STYLE_PLAIN, token->id);
    table_add(walk->table, STYLE_PLAIN, token->name);
    table_add(walk->table, STYLE_PLAIN, role_name(token->role));
    table_add(walk->table, STYLE_PLAIN, created);
    table_add(walk->table, is_over ? STYLE_DIM : STYLE_PLAIN, expires);
    return MARU_OK;
}

static maru_status next(struct desk_walk *walk, const struct page *page, maru_error *err) {
    return store_each_token(walk->desk->store, walk->tenant, page, see, walk, err);
}

static maru_status add_list(struct call *call, struct desk *desk, struct text *out,
                            maru_error *err) {
    static const enum word title[] = {W_TOKEN_ID, W_TOKEN_NAME, W_ROLE, W_CREATED, W_EXPIRES};
    const struct token_values *values = call->args.values;
    struct tenant *held = NULL;
    maru_status st = store_hold(desk->store, values->tenant, &held, err); // is there one?
    if (st != MARU_OK) {
        return st;
    }
    store_release(desk->store, held);
    struct desk_walk walk = {.desk = desk, .tenant = values->tenant};
    if (call->json) {
        struct json json;
        json_writer_init(&json, out);
        walk.json = &json;
        json_open_object(&json, NULL);
        json_open_list(&json, "items");
        st = desk_walk_on(&walk, next, err);
        json_close(&json);
        json_close(&json);
    } else {
        struct table table;
        table_init(&table);
        for (size_t i = 0; i < sizeof title / sizeof title[0]; i++) {
            table_column(&table, ALIGN_LEFT, word(call->lang, title[i]));
        }
        walk.table = &table;
        st = desk_walk_on(&walk, next, err);
        table_print(&table, call->look, out);
        table_fini(&table);
    }
    return st;
}

static int list(struct call *call, struct desk *desk) {
    struct text out;
    maru_error err = {0};
    text_init(&out, 1 << 26);
    const maru_status st = add_list(call, desk, &out, &err);
    const int status = st == MARU_OK ? verb_print(call, &out, EXIT_GOOD) : desk_refuse(call, &err);
    text_fini(&out);
    return status;
}

// ---- revoke

static int revoke(struct call *call, struct desk *desk) {
    const struct token_values *values = call->args.values;
    const char *id = call->args.word[1];
    maru_error err = {0};
    maru_status st = store_delete_token(desk->store, values->tenant, id, &err);
    st = st == MARU_OK ? desk_audit(desk, values->tenant, "delete token", id, "", &err) : st;
    if (st != MARU_OK) {
        return desk_refuse(call, &err);
    }
    if (!call->json) {
        verb_note(call, W_TOKEN_REVOKED, (const char *const[]){id, values->tenant, NULL});
        return EXIT_GOOD;
    }
    struct text out;
    struct json json;
    text_init(&out, 1 << 14);
    json_writer_init(&json, &out);
    json_open_object(&json, NULL);
    json_add_string(&json, "id", id);
    json_add_string(&json, "tenant", values->tenant);
    json_add_bool(&json, "revoked", true);
    json_close(&json);
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static int run_token(struct call *call) {
    static const char *const words[] = {"new", "list", "revoke", NULL};
    static int (*const act[])(struct call *, struct desk *) = {make, list, revoke};
    const int i = desk_word(call, words);
    if (i < 0 || call->args.n_word != (i == 2 ? 2 : 1)) {
        return desk_refuse_word(call);
    }
    struct desk desk;
    int status = desk_open(&desk, call);
    status = status == EXIT_GOOD ? act[i](call, &desk) : status;
    desk_close(&desk);
    return status;
}

#define AT(member) offsetof(struct token_values, member)
static const struct option options[] = {
    {"tenant", 't', OPTION_TEXT, AT(tenant), "NAME", "local", W_HELP_TENANT, 0, 0},
    {"role", 'r', OPTION_TEXT, AT(role), "ROLE", NULL, W_HELP_ROLE, 0, 0},
    {"expires", 'e', OPTION_SPAN, AT(expires), "SPAN", NULL, W_HELP_EXPIRES, 0, 0},
    {"name", 'n', OPTION_TEXT, AT(name), "TEXT", "", W_HELP_TOKEN_NAME, 0, 0},
    DESK_OPTIONS,
};
#undef AT
static const char *const examples[] = {
    "maru token new --tenant acme --role engineer --expires 90d --name 'line 3'",
    "maru token list --tenant acme", "maru token revoke ID --tenant acme", NULL};

const struct verb verb_token = {
    .name = "token",
    .synopsis = "new --role ROLE [--tenant NAME] [--expires SPAN] | list | revoke ID",
    .purpose = W_TOKEN_PURPOSE,
    .option = options,
    .n_option = sizeof options / sizeof options[0],
    .n_value_bytes = sizeof(struct token_values),
    .min_words = 1,
    .max_words = 2,
    .example = examples,
    .run = run_token};
