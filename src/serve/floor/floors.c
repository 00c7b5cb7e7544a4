#include "serve/floor/floors.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/log.h"

// Whoever works with a floor is counted, so that one that closes is taken out of the list first, then waits until nobody is left.

struct floors {
    struct store *store;
    pthread_mutex_t lock; // the list, and n_user of each
    pthread_cond_t is_left;
    pthread_mutex_t opening; // one at a time
    struct floor *first;
    uint32_t n;
};

static struct floor *hold(struct floors *floors, const char *tenant) {
    pthread_mutex_lock(&floors->lock);
    struct floor *floor = floors->first;
    while (floor && strcmp(floor->tenant_name, tenant) != 0) {
        floor = floor->next;
    }
    if (floor) {
        floor->n_user++;
    }
    pthread_mutex_unlock(&floors->lock);
    return floor;
}

static void let_go(struct floors *floors, struct floor *floor) {
    pthread_mutex_lock(&floors->lock);
    floor->n_user--;
    pthread_cond_broadcast(&floors->is_left);
    pthread_mutex_unlock(&floors->lock);
}

struct floor *floors_enter(struct floors *floors, const char *tenant) {
    store_require_outside_query(); // the floor asks its tenant's under its lock
    struct floor *floor = hold(floors, tenant);
    if (floor) {
        floor_enter(floor);
    }
    return floor;
}

void floors_leave(struct floors *floors, struct floor *floor) {
    if (floor) {
        pthread_mutex_unlock(&floor->lock);
        let_go(floors, floor);
    }
}

void floors_close(struct floors *floors, const char *tenant) {
    store_require_outside_query();
    pthread_mutex_lock(&floors->lock);
    struct floor **link = &floors->first;
    while (*link && strcmp((*link)->tenant_name, tenant) != 0) {
        link = &(*link)->next;
    }
    struct floor *floor = *link;
    if (floor) {
        *link = floor->next;
        floors->n--;
    }
    while (floor && floor->n_user > 0) {
        pthread_cond_wait(&floors->is_left, &floors->lock);
    }
    pthread_mutex_unlock(&floors->lock);
    floor_close(floor);
}

static maru_status open_one(struct floors *floors, const char *tenant, struct floor **out,
                            maru_error *err) {
    struct floor *floor = hold(floors, tenant); // somebody else may have been first
    if (floor) {
        *out = floor;
        return MARU_OK;
    }
    maru_status st = floors->n < FLOORS_MAX ? floor_open(floors->store, tenant, &floor, err)
                                            : fail(err, MARU_E_LIMIT,
                                                   "more than %d tenants watch"
                                                   " their floors",
                                                   FLOORS_MAX);
    if (st == MARU_OK && floor) {
        pthread_mutex_lock(&floors->lock);
        floor->n_user = 1;
        floor->next = floors->first;
        floors->first = floor;
        floors->n++;
        pthread_mutex_unlock(&floors->lock);
        *out = floor;
    }
    return st;
}

maru_status floors_refresh(struct floors *floors, const char *tenant, maru_error *err) {
    store_require_outside_query();
    struct floor *floor = hold(floors, tenant);
    maru_status st = MARU_OK;
    if (!floor) {
        pthread_mutex_lock(&floors->opening);
        st = open_one(floors, tenant, &floor, err);
        pthread_mutex_unlock(&floors->opening);
    }
    if (st == MARU_OK && floor) {
        floor_refresh(floor);
        let_go(floors, floor);
    }
    return st;
}

void floors_renew(struct floors *floors, const char *tenant) {
    store_require_outside_query();
    struct floor *floor = hold(floors, tenant);
    if (floor) {
        floor_refresh(floor);
        let_go(floors, floor);
    }
}

// ---- start and stop

static maru_status see_document(void *context, const struct document_row *row, maru_error *err) {
    (void)row;
    (void)err;
    *(bool *)context = true;
    return MARU_OK;
}

static maru_status start_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    struct floors *floors = context;
    struct tenant *tenant = NULL;
    struct floor *floor = NULL;
    bool has_tables = false;
    maru_status st = store_hold(floors->store, row->name, &tenant, err);
    st = st == MARU_OK ? tenant_each_document(tenant, see_document, &has_tables, err) : st;
    store_release(floors->store, tenant);
    if (st == MARU_OK && has_tables) {
        st = open_one(floors, row->name, &floor, err);
        if (st == MARU_OK && floor) {
            let_go(floors, floor);
        }
    }
    if (st != MARU_OK) { // the others work all the same
        log_say(LOG_ERROR, "floor", err->text);
    }
    return MARU_OK;
}

maru_status floors_start(struct store *store, struct floors **out, maru_error *err) {
    struct floors *floors = alloc_new(1, sizeof *floors);
    if (!floors) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    floors->store = store;
    pthread_mutex_init(&floors->lock, NULL);
    pthread_mutex_init(&floors->opening, NULL);
    pthread_cond_init(&floors->is_left, NULL);
    const maru_status st = store_visit_tenants(store, start_tenant, floors, err);
    if (st != MARU_OK) {
        floors_stop(floors);
        return st;
    }
    *out = floors;
    return MARU_OK;
}

void floors_stop(struct floors *floors) {
    if (!floors) {
        return;
    }
    for (struct floor *floor = floors->first; floor; floor = floor->next) {
        floor_end(floor); // all at once, so that none waits for another
    }
    while (floors->first) {
        floors_close(floors, floors->first->tenant_name);
    }
    pthread_cond_destroy(&floors->is_left);
    pthread_mutex_destroy(&floors->opening);
    pthread_mutex_destroy(&floors->lock);
    alloc_free(floors);
}
