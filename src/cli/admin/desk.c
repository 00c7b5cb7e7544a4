#include "cli/admin/desk.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "io/owner.h"

int desk_settle(struct desk *desk, struct call *call) {
    maru_error err = {0};
    char user[STORE_NAME_BYTES - 16];
    *desk = (struct desk){.store = NULL};
    owner_name(user, sizeof user);
    snprintf(desk->who, sizeof desk->who, "%s (command)", user);
    return settings_apply(&desk->settings, call, &err) == MARU_OK ? EXIT_GOOD
                                                                  : verb_refuse(call, &err);
}

const char *desk_place(const struct desk_values *values) {
    return values->store ? values->store : values->data;
}

int desk_open(struct desk *desk, struct call *call) {
    const struct desk_values *values = call->args.values;
    maru_error err = {0};
    const int status = desk_settle(desk, call);
    if (status != EXIT_GOOD) {
        return status;
    }
    maru_status st = owner_become(values->data, &err);
    st = st == MARU_OK ? store_visit(desk_place(values), &desk->store, &err) : st;
    return st == MARU_OK ? EXIT_GOOD : verb_refuse(call, &err);
}

void desk_close(struct desk *desk) {
    store_close(desk->store);
    desk->store = NULL;
    settings_fini(&desk->settings);
}

int desk_refuse(const struct call *call, maru_error *err) {
    err->code = err->code == MARU_E_USAGE ? MARU_E_INPUT : err->code;
    return verb_refuse(call, err);
}

maru_status desk_audit(const struct desk *desk, const char *tenant, const char *action,
                       const char *subject, const char *detail, maru_error *err) {
    struct tenant *held = NULL;
    maru_status st = store_hold(desk->store, tenant, &held, err);
    if (st == MARU_OK) {
        st = tenant_audit(held, desk->who, action, subject, detail, err);
        store_release(desk->store, held);
    }
    return st;
}

int desk_word(const struct call *call, const char *const *words) {
    for (int i = 0; words[i]; i++) {
        if (strcmp(call->args.word[0], words[i]) == 0) {
            return i;
        }
    }
    return -1;
}

int desk_refuse_word(const struct call *call) {
    return verb_refuse_word(call, MARU_E_USAGE, W_ADMIN_WHAT,
                            (const char *const[]){call->verb->name, call->verb->synopsis, NULL});
}

void desk_add_time(struct json *json, const char *key, int64_t unix_ms) {
    char text[CLOCK_TEXT_BYTES];
    clock_text(unix_ms, text);
    json_add_string(json, key, text);
}

maru_status desk_walk_on(struct desk_walk *walk, desk_next next, maru_error *err) {
    maru_status st = MARU_OK;
    walk->n = DESK_PAGE;
    walk->left = walk->left > 0 ? walk->left : UINT64_MAX;
    while (st == MARU_OK && walk->n == DESK_PAGE && walk->left > 0) {
        char after[DESK_AFTER_BYTES];
        memcpy(after, walk->after, sizeof after);
        const struct page page = {
            .limit = walk->left < DESK_PAGE ? (uint32_t)walk->left : DESK_PAGE, .after = after};
        walk->n = 0;
        st = next(walk, &page, err);
        walk->left -= walk->n;
    }
    return st;
}
