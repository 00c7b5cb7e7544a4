#include "serve/links/links.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/api/fields.h"
#include "serve/links/link_kind.h"
#include "serve/log.h"

// A list of what is open. Closing waits for a thread, so whoever closes takes the connection out of the list first and
// waits without the lock; nobody can see it any more.

struct link {
    char tenant_name[STORE_TENANT_BYTES], id[STORE_ID_BYTES];
    struct tenant *tenant; // held
    const struct link_kind *kind;
    void *connection;
    uint32_t n_user; // who asks it something
    struct link *next;
};

struct links {
    struct store *store;
    const char *folders; // NULL: none may be watched
    pthread_mutex_t lock;
    pthread_cond_t is_left; // by a user
    struct link *open;
    size_t n;
};

// ---- settings

static maru_status read_settings(const struct connection_row *row, const struct link_kind **kind,
                                 json_t **out, maru_error *err) {
    *kind = link_kind_find(row->kind);
    *out = NULL;
    if (!*kind) {
        return field_wrong(
            err, "/kind",
            "one of folder, hsms, json, modbus, mqtt_out, sparkplug, sparkplug_out is "
            "wanted");
    }
    return fields_open(out, row->settings, strlen(row->settings), (*kind)->known, err);
}

// What the server adds to the settings, and nobody else may: "root", where the tenant's folders are.
static void add_root(const struct links *links, const char *tenant, json_t *settings) {
    const bool is_own = strcmp(tenant, "local") == 0;
    json_object_set_new(settings, "root",
                        !links->folders ? json_string("")
                        : is_own        ? json_string(links->folders)
                                        : json_sprintf("%s/%s", links->folders, tenant));
}

maru_status links_check(struct links *links, const char *tenant, const struct connection_row *row,
                        maru_error *err) {
    const struct link_kind *kind = NULL;
    json_t *settings = NULL;
    void *none = NULL;
    maru_status st = read_settings(row, &kind, &settings, err);
    if (st == MARU_OK) {
        add_root(links, tenant, settings);
    }
    st = st == MARU_OK ? kind->open(NULL, row->name, settings, &none, err) : st;
    fields_close(settings);
    return st;
}

void links_complete(const char *kind, json_t *settings, const json_t *before) {
    static const char key[] = "clientId";
    const struct link_kind *found = link_kind_find(kind);
    bool is_known = false;
    for (size_t i = 0; found && found->known[i]; i++) {
        is_known = is_known || strcmp(found->known[i], key) == 0;
    }
    if (!is_known || json_object_get(settings, key)) {
        return;
    }
    json_t *id = json_object_get(before, key);
    char made[STORE_ID_BYTES];
    store_make_id(made);
    json_object_set_new(settings, key, id ? json_incref(id) : json_sprintf("maru-%s", made));
}

void links_forget(const struct connection_row *row) {
    const struct link_kind *kind = NULL;
    json_t *settings = NULL;
    if (read_settings(row, &kind, &settings, NULL) == MARU_OK && kind->forget) {
        kind->forget(settings);
    }
    fields_close(settings);
}

// user:password@ of a URL, without the password.
static void add_url(struct text *out, const char *url) {
    const char *start = strstr(url, "://");
    const char *end = start ? strchr(start + 3, '@') : NULL;
    const char *colon = end ? memchr(start + 3, ':', (size_t)(end - start - 3)) : NULL;
    struct text shown;
    text_init(&shown, 1 << 12);
    if (colon) {
        text_add(&shown, url, (size_t)(colon - url));
        text_addz(&shown, ":***");
        text_addz(&shown, end);
    } else {
        text_addz(&shown, url);
    }
    text_add_json(out, shown.bytes ? shown.bytes : "");
    text_fini(&shown);
}

maru_status links_show_settings(const struct connection_row *row, struct text *out,
                                maru_error *err) {
    const struct link_kind *kind = NULL;
    json_t *settings = NULL;
    maru_status st = read_settings(row, &kind, &settings, err);
    const char *key = NULL;
    json_t *value = NULL;
    bool is_first = true;
    text_addz(out, "{");
    json_object_foreach(settings, key, value) {
        text_addz(out, is_first ? "" : ",");
        is_first = false;
        text_add_json(out, key);
        text_addz(out, ":");
        if (strcmp(key, "url") == 0 && json_is_string(value)) {
            add_url(out, json_string_value(value));
        } else {
            char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
            text_addz(out, dumped ? dumped : "null");
            free(dumped); // jansson's
        }
    }
    text_addz(out, "}");
    fields_close(settings);
    return st;
}

// ---- open and close

static void end(struct links *links, struct link *link) {
    pthread_mutex_lock(&links->lock);
    while (link->n_user > 0) {
        pthread_cond_wait(&links->is_left, &links->lock);
    }
    pthread_mutex_unlock(&links->lock);
    if (link->connection) {
        link->kind->close(link->connection);
    }
    store_release(links->store, link->tenant);
    alloc_free(link);
}

static bool is_meant(const struct link *link, const char *tenant, const char *id) {
    return strcmp(link->tenant_name, tenant) == 0 && (id[0] == '\0' || strcmp(link->id, id) == 0);
}

void links_close(struct links *links, const char *tenant, const char *id) {
    struct link *going = NULL;
    pthread_mutex_lock(&links->lock);
    for (struct link **at = &links->open; *at;) {
        struct link *link = *at;
        if (is_meant(link, tenant, id)) {
            *at = link->next;
            link->next = going;
            going = link;
            links->n--;
        } else {
            at = &link->next;
        }
    }
    pthread_mutex_unlock(&links->lock);
    while (going) {
        struct link *next = going->next;
        end(links, going);
        going = next;
    }
}

static maru_status connect(struct links *links, struct link *link, const struct connection_row *row,
                           maru_error *err) {
    struct signals *signals = NULL;
    json_t *settings = NULL;
    maru_status st = store_hold(links->store, link->tenant_name, &link->tenant, err);
    st = st == MARU_OK ? tenant_open_signals(links->store, link->tenant, &signals, err) : st;
    st = st == MARU_OK ? read_settings(row, &link->kind, &settings, err) : st;
    if (st == MARU_OK) {
        add_root(links, link->tenant_name, settings);
    }
    st =
        st == MARU_OK ? link->kind->open(signals, row->name, settings, &link->connection, err) : st;
    fields_close(settings);
    return st;
}

maru_status links_open(struct links *links, const char *tenant, const struct connection_row *row,
                       maru_error *err) {
    links_close(links, tenant, row->id);
    struct link *link = alloc_new(1, sizeof *link);
    if (!link) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    snprintf(link->tenant_name, sizeof link->tenant_name, "%s", tenant);
    snprintf(link->id, sizeof link->id, "%s", row->id);
    maru_status st = connect(links, link, row, err);
    pthread_mutex_lock(&links->lock);
    if (st == MARU_OK && links->n >= LINKS_MAX_OPEN) {
        st = fail(err, MARU_E_LIMIT, "more than %d connections are open", LINKS_MAX_OPEN);
    }
    if (st == MARU_OK) {
        link->next = links->open;
        links->open = link;
        links->n++;
    }
    pthread_mutex_unlock(&links->lock);
    if (st != MARU_OK) {
        end(links, link);
    }
    return st;
}

bool links_look(struct links *links, const char *tenant, const char *id,
                struct connection_look *out) {
    pthread_mutex_lock(&links->lock);
    struct link *link = links->open;
    while (link && !is_meant(link, tenant, id)) {
        link = link->next;
    }
    if (link) {
        link->kind->look_at(link->connection, out);
    }
    pthread_mutex_unlock(&links->lock);
    return link != NULL;
}

maru_status links_ask(struct links *links, const char *tenant, const char *id, const json_t *body,
                      bool is_dry, struct text *out, maru_error *err) {
    pthread_mutex_lock(&links->lock);
    struct link *link = links->open;
    while (link && !is_meant(link, tenant, id)) {
        link = link->next;
    }
    const bool can = link && link->kind->ask;
    if (can) {
        link->n_user++;
    }
    pthread_mutex_unlock(&links->lock);
    if (!link) {
        return fail(err, MARU_E_USAGE, "the connection is switched off");
    }
    if (!can) {
        return fail(err, MARU_E_RANGE, "connections of this kind cannot be asked");
    }
    const maru_status st = link->kind->ask(link->connection, body, is_dry, out, err);
    pthread_mutex_lock(&links->lock);
    link->n_user--;
    pthread_cond_broadcast(&links->is_left);
    pthread_mutex_unlock(&links->lock);
    return st;
}

// ---- start and stop

struct starting {
    struct links *links;
    const char *tenant;
    struct connection_row row; // copies
    char id[STORE_ID_BYTES];
    struct text name, kind, settings;
    bool is_there;
};

static maru_status copy_row(void *context, const struct connection_row *row, maru_error *err) {
    struct starting *starting = context;
    (void)err;
    text_clear(&starting->name);
    text_clear(&starting->kind);
    text_clear(&starting->settings);
    text_addz(&starting->name, row->name);
    text_addz(&starting->kind, row->kind);
    text_addz(&starting->settings, row->settings);
    snprintf(starting->id, sizeof starting->id, "%s", row->id);
    starting->row = (struct connection_row){.id = starting->id, .is_on = row->is_on};
    starting->is_there = true;
    return starting->settings.status;
}

static void open_copy(struct starting *starting) {
    maru_error err = {0};
    starting->row.name = starting->name.bytes ? starting->name.bytes : "";
    starting->row.kind = starting->kind.bytes ? starting->kind.bytes : "";
    starting->row.settings = starting->settings.bytes ? starting->settings.bytes : "";
    if (starting->row.is_on &&
        links_open(starting->links, starting->tenant, &starting->row, &err) != MARU_OK) {
        log_say(LOG_ERROR, "connection", err.text);
    }
}

// One row at a time, since to open one asks the same database. A tenant that cannot be opened is said, and keeps no other from
// starting.
static maru_status start_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    struct starting *starting = context;
    struct tenant *tenant = NULL;
    char after[STORE_ID_BYTES] = "";
    maru_error why = {0};
    (void)err;
    starting->tenant = row->name;
    maru_status st = store_hold(starting->links->store, row->name, &tenant, &why);
    do {
        const struct page page = {.limit = 1, .after = after};
        starting->is_there = false;
        st = st == MARU_OK ? tenant_each_connection(tenant, &page, copy_row, starting, &why) : st;
        if (st == MARU_OK && starting->is_there) {
            memcpy(after, starting->id, sizeof after);
            open_copy(starting);
        }
    } while (st == MARU_OK && starting->is_there);
    store_release(starting->links->store, tenant);
    if (st != MARU_OK) {
        log_say(LOG_ERROR, "connections", why.text);
    }
    return MARU_OK;
}

maru_status links_start(struct store *store, const char *folders, struct links **out,
                        maru_error *err) {
    enum { MAX_SETTINGS = 1 << 22 };
    struct links *links = alloc_new(1, sizeof *links);
    if (!links) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    links->store = store;
    links->folders = folders;
    pthread_mutex_init(&links->lock, NULL);
    pthread_cond_init(&links->is_left, NULL);
    struct starting starting = {.links = links};
    text_init(&starting.name, MAX_SETTINGS);
    text_init(&starting.kind, MAX_SETTINGS);
    text_init(&starting.settings, MAX_SETTINGS);
    const maru_status st = store_visit_tenants(store, start_tenant, &starting, err);
    text_fini(&starting.name);
    text_fini(&starting.kind);
    text_fini(&starting.settings);
    if (st != MARU_OK) {
        links_stop(links);
        return st;
    }
    *out = links;
    return MARU_OK;
}

void links_stop(struct links *links) {
    if (!links) {
        return;
    }
    while (links->open) {
        struct link *next = links->open->next;
        end(links, links->open);
        links->open = next;
    }
    pthread_cond_destroy(&links->is_left);
    pthread_mutex_destroy(&links->lock);
    alloc_free(links);
}
