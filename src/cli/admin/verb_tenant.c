// maru tenant add | list | remove: who shares this server.

#include "base/status.h"
#include "cli/admin/desk.h"
#include "io/clock.h"

#include <stdio.h>
#include <string.h>

static int print_json(const struct call *call, struct json *json) {
    const int status = verb_print(call, json->out, EXIT_GOOD);
    text_fini(json->out);
    return status;
}

static int add(struct call *call, struct desk *desk) {
    const char *name = call->args.word[1];
    struct token token = {.name = "first admin", .role = ROLE_ADMIN};
    char secret[STORE_SECRET_BYTES] = "";
    maru_error err = {0};
    maru_status st = store_add_tenant(desk->store, name, &err);
    if (st == MARU_OK) {
        snprintf(token.tenant, sizeof token.tenant, "%s", name);
        st = store_add_token(desk->store, &token, secret, &err);
    }
    st = st == MARU_OK ? desk_audit(desk, "local", "create tenant", name, "", &err) : st;
    if (st != MARU_OK) {
        return desk_refuse(call, &err);
    }
    struct text out;
    text_init(&out, 1 << 14);
    if (call->json) {
        struct json json;
        json_writer_init(&json, &out);
        json_open_object(&json, NULL);
        json_add_string(&json, "name", name);
        desk_add_time(&json, "created", token.created_ms);
        json_add_string(&json, "token", secret);
        json_close(&json);
        return print_json(call, &json);
    }
    verb_note(call, W_TENANT_ADDED, (const char *const[]){name, NULL});
    text_addf(&out, "%s\n", secret);
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

// ---- list

static maru_status see(void *context, const struct tenant_row *row, maru_error *err) {
    (void)err;
    struct desk_walk *walk = context;
    char time[CLOCK_TEXT_BYTES];
    clock_text(row->created_ms, time);
    snprintf(walk->after, sizeof walk->after, "%s", row->name);
    walk->n++;
    if (walk->json) {
        json_open_object(walk->json, NULL);
        json_add_string(walk->json, "name", row->name);
        json_add_string(walk->json, "created", time);
        json_close(walk->json);
    } else {
        table_add(walk->table, STYLE_PLAIN, row->name);
        table_add(walk->table, STYLE_PLAIN, time);
    }
    return MARU_OK;
}

static maru_status next(struct desk_walk *walk, const struct page *page, maru_error *err) {
    return store_each_tenant(walk->desk->store, page, see, walk, err);
}

static int list(struct call *call, struct desk *desk) {
    struct text out;
    struct json json;
    struct table table;
    maru_error err = {0};
    text_init(&out, 1 << 26);
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_TENANT));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_CREATED));
    json_writer_init(&json, &out);
    struct desk_walk walk = {
        .desk = desk, .json = call->json ? &json : NULL, .table = call->json ? NULL : &table};
    if (call->json) {
        json_open_object(&json, NULL);
        json_open_list(&json, "items");
    }
    const maru_status st = desk_walk_on(&walk, next, &err);
    if (call->json) {
        json_close(&json);
        json_close(&json);
    } else {
        table_print(&table, call->look, &out);
    }
    const int status = st == MARU_OK ? verb_print(call, &out, EXIT_GOOD) : desk_refuse(call, &err);
    table_fini(&table);
    text_fini(&out);
    return status;
}

// ---- remove

static int tell_removed(struct call *call, const char *name, struct text *removed) {
    struct text out;
    struct json json;
    text_init(&out, 1 << 22);
    json_writer_init(&json, &out);
    if (call->json) {
        json_open_object(&json, NULL);
        json_add_string(&json, "name", name);
        json_open_list(&json, "removed");
    }
    char *line = removed->bytes;
    for (char *end; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        if (call->json) {
            json_add_string(&json, NULL, line);
        } else {
            text_addf(&out, "%s\n", line);
        }
    }
    if (call->json) {
        json_close(&json);
        json_close(&json);
    } else {
        verb_note(call, W_TENANT_REMOVED, (const char *const[]){name, NULL});
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static int remove_tenant(struct call *call, struct desk *desk) {
    const char *name = call->args.word[1];
    struct text removed;
    maru_error err = {0};
    text_init(&removed, 1 << 22);
    maru_status st = store_delete_tenant(desk->store, name, &removed, &err);
    if (st == MARU_OK || st == MARU_E_STOPPED) { // it is no tenant any more
        const maru_status noted =
            desk_audit(desk, "local", "delete tenant", name, "", st == MARU_OK ? &err : NULL);
        st = st == MARU_OK ? noted : st;
    }
    const int status = st == MARU_OK ? tell_removed(call, name, &removed) : desk_refuse(call, &err);
    text_fini(&removed);
    return status;
}

static int run_tenant(struct call *call) {
    static const char *const words[] = {"add", "list", "remove", NULL};
    static int (*const act[])(struct call *, struct desk *) = {add, list, remove_tenant};
    const int i = desk_word(call, words);
    if (i < 0 || call->args.n_word != (i == 1 ? 1 : 2)) {
        return desk_refuse_word(call);
    }
    struct desk desk;
    int status = desk_open(&desk, call);
    status = status == EXIT_GOOD ? act[i](call, &desk) : status;
    desk_close(&desk);
    return status;
}

static const struct option options[] = {DESK_OPTIONS};
static const char *const examples[] = {"maru tenant add acme", "maru tenant list --json",
                                       "maru tenant remove acme --data /var/lib/maru", NULL};

const struct verb verb_tenant = {.name = "tenant",
                                 .synopsis = "add NAME | list | remove NAME [--data FOLDER]",
                                 .purpose = W_TENANT_PURPOSE,
                                 .option = options,
                                 .n_option = sizeof options / sizeof options[0],
                                 .n_value_bytes = sizeof(struct desk_values),
                                 .min_words = 1,
                                 .max_words = 2,
                                 .example = examples,
                                 .run = run_tenant};
