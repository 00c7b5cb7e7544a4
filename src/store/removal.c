#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "store/jobs/gone_use.h"
#include "store/tenant.h"
#include "store/vault.h"

// Removing tenants, also from beside a running server.
//
// Only the owner of a store removes files or schemas (places.c says why). A removal is a row of its own,
// written with the one that takes tenant and tokens away: whoever owns the store carries it out, now or
// after a kill, and takes the row away last. A visitor becomes the owner where there is none, else it
// waits until the row is gone.

enum { LOOK_MS = 50, VISIT_WAIT_MS = 20000 };

// ---- carrying out

static void close_open(struct store *store, const char *name) {
    struct tenant **link = &store->open;
    while (*link && strcmp((*link)->name, name) != 0) {
        link = &(*link)->next;
    }
    if (*link) {
        struct tenant *tenant = *link;
        *link = tenant->next;
        store_close_tenant(tenant);
    }
}

static maru_status do_alone(struct store *store, const char *sql, const char *name,
                            maru_error *err) {
    const char *const text[] = {name, NULL};
    database_enter(&store->server);
    const maru_status st = query_do(&store->server, sql, text, err);
    return database_leave(&store->server, st, err);
}

static maru_status is_asked(struct store *store, const char *name, bool *is_it, maru_error *err) {
    int64_t n = 0;
    database_enter(&store->server);
    maru_status st = store_count(&store->server,
                                 "SELECT count(*) FROM removal WHERE name = ?1"
                                 " AND name NOT IN (SELECT name FROM tenant)",
                                 name, &n, err);
    st = database_leave(&store->server, st, err);
    *is_it = n > 0;
    return st;
}

// Is this ours to do now, with nobody in it? Who is asked and the sweep may both be at the same removal, and when
// one has waited, the other may be through with it and the name be somebody else's: so all is looked at
// again after each wait. With the lock held.
static maru_status wait_for_turn(struct store *store, const char *name, bool may_wait,
                                 bool *is_turn, maru_error *err) {
    bool is_it = false;
    maru_status st = is_asked(store, name, &is_it, err);
    *is_turn = false;
    while (st == MARU_OK && is_it) {
        struct tenant *tenant = store_find_open(store, name);
        *is_turn = !tenant || tenant->n_holder == 0;
        if (tenant) {
            tenant->is_going = true;
        }
        if (*is_turn || !may_wait) {
            break;
        }
        pthread_cond_wait(&store->is_free, &store->lock);
        st = is_asked(store, name, &is_it, err);
    }
    return st;
}

// What it used stays with `local`; a line in `removed` where that could not be read.
static maru_status keep_use(struct store *store, const char *name, struct text *removed,
                            maru_error *err) {
    bool is_lost = false;
    const maru_status st = gone_use_keep(store, name, &is_lost, err);
    if (is_lost) {
        text_addf(removed, "hours and charges of %s, whose database is damaged", name);
        text_addz(removed, "\n");
    }
    return st;
}

// The row goes last: cut off before, the next owner begins again.
static maru_status carry_out(struct store *store, const char *name, bool may_wait,
                             struct text *removed, maru_error *err) {
    bool is_turn = false;
    pthread_mutex_lock(&store->lock);
    maru_status st = wait_for_turn(store, name, may_wait, &is_turn, err);
    if (st == MARU_OK && is_turn) {
        close_open(store, name);
        st = keep_use(store, name, removed, err);
        st = st == MARU_OK ? place_remove_tenant(store, name, removed, err) : st;
        st = st == MARU_OK ? do_alone(store, "DELETE FROM removal WHERE name = ?", name, err) : st;
        pthread_cond_broadcast(&store->is_free);
    }
    pthread_mutex_unlock(&store->lock);
    return st;
}

// The first behind `name`, which gets it.
static maru_status next_removal(struct store *store, char name[STORE_TENANT_BYTES],
                                maru_error *err) {
    struct query query;
    char after[STORE_TENANT_BYTES];
    memcpy(after, name, sizeof after);
    name[0] = '\0';
    database_enter(&store->server);
    query_open(&query, &store->server,
               "SELECT name FROM removal WHERE name > ?"
               " AND name NOT IN (SELECT name FROM tenant) ORDER BY name LIMIT 1");
    query_bind_text(&query, after);
    if (query_row(&query) && store_is_tenant_name(query_text(&query, 0))) {
        memcpy(name, query_text(&query, 0), strlen(query_text(&query, 0)) + 1);
    }
    const maru_status st = query_close(&query, err);
    return database_leave(&store->server, st, err);
}

maru_status store_sweep(struct store *store, store_going going, void *context, maru_error *err) {
    char name[STORE_TENANT_BYTES] = "";
    maru_status st = next_removal(store, name, err);
    while (st == MARU_OK && name[0]) {
        struct text removed;
        text_init(&removed, 1 << 20);
        if (going) {
            going(context, name);
        }
        st = carry_out(store, name, false, &removed, err); // who is in it: the next time
        text_fini(&removed);
        st = st == MARU_OK ? next_removal(store, name, err) : st;
    }
    return st;
}

// ---- asking for it

static maru_status is_removed(struct store *store, const char *name, int wait_ms, bool *is_over,
                              maru_error *err) {
    for (;; wait_ms -= LOOK_MS) {
        int64_t n = 0;
        database_enter(&store->server);
        maru_status st = store_count(&store->server, "SELECT count(*) FROM removal WHERE name = ?",
                                     name, &n, err);
        st = database_leave(&store->server, st, err);
        *is_over = n == 0;
        if (st != MARU_OK || n == 0 || wait_ms <= 0) {
            return st;
        }
        usleep(LOOK_MS * 1000);
    }
}

maru_status store_make_way(struct store *store, const char *name, maru_error *err) {
    bool is_over = false, has_data = false;
    const bool is_visit = !store->is_owner;
    maru_status st = is_removed(store, name, 0, &is_over, err);
    st = st == MARU_OK ? place_has_tenant(store, name, &has_data, err) : st;
    if (st != MARU_OK || (is_over && !has_data)) {
        return st;
    }
    st = do_alone(store, // unless these files are in use
                  "INSERT INTO removal SELECT ?1 WHERE NOT EXISTS"
                  " (SELECT 1 FROM tenant WHERE name = ?1) ON CONFLICT DO NOTHING",
                  name, err);
    if (st != MARU_OK) {
        return st;
    }
    if (is_visit && store_own(store, 0, NULL) != MARU_OK) {
        return fail(err, MARU_E_RANGE, "a tenant %s is just being removed: try again in a minute",
                    name);
    }
    struct text removed;
    text_init(&removed, 1 << 20);
    st = carry_out(store, name, true, &removed, err);
    text_fini(&removed);
    if (is_visit) {
        store_disown(store);
    }
    return st;
}

// Tenant and tokens go, the removal is written down.
static maru_status begin(struct store *store, const char *name, maru_error *err) {
    const char *const text[] = {name, NULL};
    pthread_mutex_lock(&store->lock);
    maru_status st = store_has_tenant(store, name, err);
    if (st == MARU_OK) {
        database_enter(&store->server);
        st = database_begin(&store->server, err);
        st = st == MARU_OK
                 ? query_do(&store->server, "INSERT INTO removal VALUES(?) ON CONFLICT DO NOTHING",
                            text, err)
                 : st;
        st = st == MARU_OK
                 ? query_do(&store->server, "DELETE FROM tenant WHERE name = ?", text, err)
                 : st;
        st = database_leave(&store->server, st, err);
    }
    pthread_mutex_unlock(&store->lock);
    return st;
}

maru_status store_delete_tenant(struct store *store, const char *name, struct text *removed,
                                maru_error *err) {
    const bool is_visit = !store->is_owner;
    bool had_data = false;
    if (strcmp(name, "local") == 0) {
        return fail(err, MARU_E_USAGE, "tenant local stays: the server's admins belong to it");
    }
    maru_status st = place_has_tenant(store, name, &had_data, err);
    st = st == MARU_OK ? begin(store, name, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    if (!is_visit || store_own(store, 0, NULL) == MARU_OK) {
        st = carry_out(store, name, true, removed, err);
        if (is_visit) {
            store_disown(store);
        }
        if (st == MARU_OK && had_data && removed->n_bytes == 0) { // the sweep was faster
            place_say_tenant(store, name, removed);
        }
        return st;
    }
    bool is_over = false;
    text_clear(removed);
    st = place_list_backups(store, name, removed, err); // what the owner is about to remove
    st = st == MARU_OK ? is_removed(store, name, VISIT_WAIT_MS, &is_over, err) : st;
    if (st == MARU_OK && !is_over) {
        text_clear(removed);
        return fail(err, MARU_E_STOPPED,
                    "%s is no tenant any more; its files are in use and go when the server "
                    "lets go of them",
                    name);
    }
    if (st == MARU_OK && had_data) {
        place_say_tenant(store, name, removed);
    }
    return st;
}
