// maru audit list | verify: who changed what, and whether somebody changed the log.

#include "base/status.h"
#include "cli/admin/desk.h"
#include "io/clock.h"

#include <stdio.h>
#include <string.h>

struct audit_values {
    struct desk_values desk;
    const char *tenant, *head;
    uint64_t limit;
};

// ---- list

static void add_entry(struct json *json, const struct audit_row *row) {
    json_open_object(json, NULL);
    json_add_integer(json, "number", row->number);
    desk_add_time(json, "at", row->at_ms);
    json_add_string(json, "who", row->who);
    json_add_string(json, "action", row->action);
    json_add_string(json, "subject", row->subject);
    json_add_string(json, "detail", row->detail);
    json_add_string(json, "hash", row->hash);
    json_close(json);
}

static maru_status see(void *context, const struct audit_row *row, maru_error *err) {
    (void)err;
    struct desk_walk *walk = context;
    char time[CLOCK_TEXT_BYTES];
    snprintf(walk->after, sizeof walk->after, "%lld", (long long)row->number);
    walk->n++;
    if (walk->json) {
        add_entry(walk->json, row);
        return MARU_OK;
    }
    clock_text(row->at_ms, time);
    table_add(walk->table, STYLE_PLAIN, walk->after);
    table_add(walk->table, STYLE_PLAIN, time);
    table_add(walk->table, STYLE_PLAIN, row->who);
    table_add(walk->table, STYLE_PLAIN, row->action);
    table_add(walk->table, STYLE_PLAIN, row->subject);
    table_add(walk->table, STYLE_PLAIN, row->detail);
    return MARU_OK;
}

static maru_status next(struct desk_walk *walk, const struct page *page, maru_error *err) {
    struct tenant *held = NULL;
    maru_status st = store_hold(walk->desk->store, walk->tenant, &held, err);
    if (st == MARU_OK) {
        st = tenant_each_audit(held, page, see, walk, err);
        store_release(walk->desk->store, held);
    }
    return st;
}

static maru_status add_list(struct call *call, struct desk_walk walk, struct text *out,
                            maru_error *err) {
    static const enum word title[] = {W_ENTRY, W_AT, W_WHO, W_ACTION, W_SUBJECT, W_DETAIL};
    maru_status st = MARU_OK;
    if (call->json) {
        struct json json;
        json_writer_init(&json, out);
        walk.json = &json;
        json_open_object(&json, NULL);
        json_add_string(&json, "tenant", walk.tenant);
        json_open_list(&json, "items");
        st = desk_walk_on(&walk, next, err);
        json_close(&json);
        json_close(&json);
        return st;
    }
    struct table table;
    table_init(&table);
    for (size_t i = 0; i < sizeof title / sizeof title[0]; i++) {
        table_column(&table, i == 0 ? ALIGN_RIGHT : ALIGN_LEFT, word(call->lang, title[i]));
    }
    walk.table = &table;
    st = desk_walk_on(&walk, next, err);
    table_print(&table, call->look, out);
    table_fini(&table);
    return st;
}

static int list(struct call *call, struct desk *desk) {
    const struct audit_values *values = call->args.values;
    struct desk_walk walk = {
        .desk = desk, .tenant = values->tenant ? values->tenant : "local", .left = values->limit};
    struct text out;
    maru_error err = {0};
    text_init(&out, 1 << 28);
    const maru_status st = add_list(call, walk, &out, &err);
    const int status = st == MARU_OK ? verb_print(call, &out, EXIT_GOOD) : desk_refuse(call, &err);
    text_fini(&out);
    return status;
}

// ---- verify

struct verdict {
    bool is_sound;
    uint64_t n;
    char head[STORE_HASH_BYTES];
    maru_error err;
};

static maru_status judge(struct desk *desk, const char *name, const char *head,
                         struct verdict *verdict, maru_error *err) {
    struct tenant *held = NULL;
    maru_status st = store_hold(desk->store, name, &held, err);
    if (st != MARU_OK) {
        return st;
    }
    *verdict = (struct verdict){.is_sound = true};
    st = tenant_verify_audit(held, &verdict->n, &verdict->err);
    st = st == MARU_OK ? tenant_audit_head(held, head, verdict->head, &verdict->err) : st;
    store_release(desk->store, held);
    if (st == MARU_E_INPUT) {
        verdict->is_sound = false;
        return MARU_OK;
    }
    if (st != MARU_OK && err) {
        *err = verdict->err;
    }
    return st;
}

struct judging {
    struct call *call;
    struct desk *desk;
    struct json json;
    struct text out;
    bool is_sound;
};

static maru_status judge_one(struct judging *judging, const char *name, maru_error *err) {
    const struct audit_values *values = judging->call->args.values;
    struct verdict verdict;
    char number[24];
    const maru_status st = judge(judging->desk, name, values->head, &verdict, err);
    if (st != MARU_OK) {
        return st;
    }
    judging->is_sound = judging->is_sound && verdict.is_sound;
    if (judging->call->json) {
        struct json *json = &judging->json;
        json_open_object(json, NULL);
        json_add_string(json, "tenant", name);
        json_add_bool(json, "sound", verdict.is_sound);
        if (verdict.is_sound) {
            json_add_count(json, "entries", verdict.n);
            json_add_string(json, "head", verdict.head);
        } else {
            json_add_count(json, "entry", verdict.err.row);
            json_add_string(json, "problem", verdict.err.text);
        }
        json_close(json);
    } else if (verdict.is_sound) {
        snprintf(number, sizeof number, "%llu", (unsigned long long)verdict.n);
        words_add(&judging->out, judging->call->lang, W_AUDIT_SOUND,
                  (const char *const[]){name, number, verdict.head, NULL});
        text_addz(&judging->out, "\n");
    } else {
        words_add(&judging->out, judging->call->lang, W_AUDIT_BROKEN,
                  (const char *const[]){name, verdict.err.text, NULL});
        text_addz(&judging->out, "\n");
    }
    return MARU_OK;
}

static maru_status keep_name(void *context, const struct tenant_row *row, maru_error *err) {
    struct desk_walk *walk = context;
    struct text *names = walk->context;
    text_add(names, row->name, strlen(row->name) + 1); // with its 0
    snprintf(walk->after, sizeof walk->after, "%s", row->name);
    walk->n++;
    return names->status == MARU_OK ? MARU_OK : fail(err, names->status, "no memory");
}

static maru_status next_names(struct desk_walk *walk, const struct page *page, maru_error *err) {
    return store_each_tenant(walk->desk->store, page, keep_name, walk, err);
}

static maru_status judge_all(struct judging *judging, maru_error *err) {
    struct text names;
    text_init(&names, (size_t)STORE_MAX_TENANTS * STORE_TENANT_BYTES);
    struct desk_walk walk = {.desk = judging->desk, .context = &names};
    maru_status st = desk_walk_on(&walk, next_names, err);
    for (size_t i = 0; st == MARU_OK && i < names.n_bytes; i += strlen(names.bytes + i) + 1) {
        st = judge_one(judging, names.bytes + i, err);
    }
    text_fini(&names);
    return st;
}

static int verify(struct call *call, struct desk *desk) {
    const struct audit_values *values = call->args.values;
    struct judging judging = {.call = call, .desk = desk, .is_sound = true};
    maru_error err = {0};
    if (values->head && !values->tenant) {
        fail(&err, MARU_E_USAGE, "--head is an entry of one tenant: --tenant is wanted too");
        return verb_refuse(call, &err);
    }
    text_init(&judging.out, 1 << 26);
    json_writer_init(&judging.json, &judging.out);
    if (call->json) {
        json_open_object(&judging.json, NULL);
        json_open_list(&judging.json, "tenants");
    }
    const maru_status st =
        values->tenant ? judge_one(&judging, values->tenant, &err) : judge_all(&judging, &err);
    if (call->json) {
        json_close(&judging.json);
        json_add_bool(&judging.json, "sound", judging.is_sound);
        json_close(&judging.json);
    }
    const int status = st != MARU_OK
                           ? desk_refuse(call, &err)
                           : verb_print(call, &judging.out, judging.is_sound ? EXIT_GOOD : EXIT_NO);
    text_fini(&judging.out);
    return status;
}

static int run_audit(struct call *call) {
    static const char *const words[] = {"list", "verify", NULL};
    static int (*const act[])(struct call *, struct desk *) = {list, verify};
    const int i = desk_word(call, words);
    if (i < 0) {
        return desk_refuse_word(call);
    }
    struct desk desk;
    int status = desk_open(&desk, call);
    status = status == EXIT_GOOD ? act[i](call, &desk) : status;
    desk_close(&desk);
    return status;
}

#define AT(member) offsetof(struct audit_values, member)
static const struct option options[] = {
    {"tenant", 't', OPTION_TEXT, AT(tenant), "NAME", NULL, W_HELP_AUDIT_TENANT, 0, 0},
    {"limit", 0, OPTION_COUNT, AT(limit), "N", "50", W_HELP_AUDIT_LIMIT, 1, INT64_MAX},
    {"head", 0, OPTION_TEXT, AT(head), "HASH", NULL, W_HELP_AUDIT_HEAD, 0, 0},
    DESK_OPTIONS,
};
#undef AT
static const char *const examples[] = {"maru audit list --tenant acme --limit 10",
                                       "maru audit verify", NULL};

const struct verb verb_audit = {.name = "audit",
                                .synopsis = "list [--tenant NAME] | verify [--tenant NAME]",
                                .purpose = W_AUDIT_PURPOSE,
                                .option = options,
                                .n_option = sizeof options / sizeof options[0],
                                .n_value_bytes = sizeof(struct audit_values),
                                .min_words = 1,
                                .max_words = 1,
                                .example = examples,
                                .run = run_audit};
