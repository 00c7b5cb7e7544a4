#include "serve/twins/twins.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/api/upload.h"
#include "serve/runs/model_options.h"
#include "serve/twins/live_twin.h"

// Twins are opened when somebody asks for them; a thread opens those that were playing when the server
// ended, keeps every few seconds where each one is, and closes those that stand still and that nobody
// holds. Opening reads tables, so it is done without the lock: the place in the list is taken first, and
// who else wants the same twin waits for it.

enum { KEEP_S = 5 };

struct open_twin {
    struct twin twin; // first: the outside knows only this
    enum { TWIN_OPENING, TWIN_OPEN, TWIN_BROKEN } stage;
    size_t n_holder;
    atomic_bool is_closed;   // taken out of the list; the last holder frees it
    _Atomic int64_t kept_us; // what the store has of its time
    double used_s;
    maru_error err;
    struct open_twin *next;
};

struct twins {
    struct store *store;
    pthread_mutex_t lock;
    pthread_cond_t has_changed, has_end;
    struct open_twin *first;
    struct open_twin *left; // closed, and let go from within a query: the keeper frees them
    atomic_bool is_ending;
    pthread_t keeper;
    bool has_keeper;
};

// ---- with the lock held

static struct open_twin *find(struct twins *twins, const char *tenant, const char *id) {
    struct open_twin *open = twins->first;
    while (open && (strcmp(open->twin.id, id) != 0 || strcmp(open->twin.tenant, tenant) != 0)) {
        open = open->next;
    }
    return open;
}

static void take_out(struct twins *twins, struct open_twin *open) {
    struct open_twin **link = &twins->first;
    while (*link != open) {
        link = &(*link)->next;
    }
    *link = open->next;
    atomic_store(&open->is_closed, true);
}

static maru_status have_room(const struct twins *twins, const char *tenant, maru_error *err) {
    size_t n = 0, n_of_tenant = 0;
    for (const struct open_twin *open = twins->first; open; open = open->next) {
        n++;
        n_of_tenant += strcmp(open->twin.tenant, tenant) == 0;
    }
    if (n_of_tenant >= TWINS_MAX_OPEN_OF_TENANT) {
        return fail(err, MARU_E_LIMIT,
                    "%d twins of yours are open already: pause or delete some, or wait until idle "
                    "ones close",
                    TWINS_MAX_OPEN_OF_TENANT);
    }
    return n >= TWINS_MAX_OPEN
               ? fail(err, MARU_E_LIMIT, "the server has as many twins open as it can: try later")
               : MARU_OK;
}

// ---- opening and closing

static void free_twin(struct open_twin *open) {
    store_require_outside_query(); // threads that ask one are waited for
    live_twin_close(open->twin.live);
    player_free(open->twin.player);
    maru_model_free(open->twin.model);
    maru_plant_free(open->twin.plant);
    alloc_free(open);
}

static maru_status add_act(void *context, const struct act_row *row, maru_error *err) {
    struct acts *acts = context;
    switch (row->kind) {
    case KEPT_STOP:
        return acts_stop(acts, row->tool, row->at_us, row->for_us, err);
    case KEPT_MEND:
        return acts_mend(acts, row->tool, row->at_us, err);
    case KEPT_RESEED:
        break;
    }
    const struct act reseed = {.at_us = row->at_us, .seed = row->seed, .kind = ACT_RESEED};
    return acts_add(acts, reseed, err);
}

struct kept { // what the store says of a twin
    struct open_twin *open;
    struct text options, state, follows;
    struct player_config config;
};

static maru_status keep_row(void *context, const struct twin_row *row, maru_error *err) {
    struct kept *kept = context;
    struct twin *twin = &kept->open->twin;
    snprintf(twin->plant_id, sizeof twin->plant_id, "%s", row->plant);
    twin->version = row->version;
    atomic_store(&kept->open->kept_us, row->time_us);
    twin->seed = row->seed;
    kept->config = (struct player_config){.time_us = row->time_us,
                                          .end_us = row->end_us,
                                          .speed = row->speed,
                                          .is_playing = row->is_playing};
    text_addz(&kept->options, row->options);
    text_addz(&kept->follows, row->follows);
    return kept->options.status == MARU_OK && kept->follows.status == MARU_OK
               ? MARU_OK
               : fail(err, MARU_E_MEMORY, "no memory");
}

maru_status twins_begin(const maru_model *model, uint64_t seed, const void *state, size_t n_state,
                        maru_sim **out, maru_error *err) {
    return n_state > 0 ? maru_sim_load(model, state, n_state, out, err)
                       : maru_sim_new(model, seed, out, err);
}

// Once its player is there.
static maru_status begin_to_follow(struct twins *twins, struct twin *twin, const char *follows,
                                   maru_error *err) {
    struct live_twin_plan plan = {.store = twins->store,
                                  .tenant = twin->tenant,
                                  .id = twin->id,
                                  .model = twin->model,
                                  .player = twin->player,
                                  .seed = twin->seed};
    const maru_status st = follows_parse(&plan.follows, follows, err);
    return st == MARU_OK ? live_twin_open(&plan, &twin->live, err) : st;
}

static maru_status open_it(struct twins *twins, struct open_twin *open, struct tenant *tenant,
                           maru_error *err) {
    struct twin *twin = &open->twin;
    struct kept kept = {.open = open};
    struct acts acts = {0};
    maru_options *options = NULL;
    maru_sim *first = NULL;
    text_init(&kept.options, 1 << 16);
    text_init(&kept.follows, 1 << 16);
    text_init(&kept.state, TWINS_MAX_STATE_BYTES);
    maru_status st = tenant_see_one_twin(tenant, twin->id, keep_row, &kept, err);
    st = st == MARU_OK ? tenant_each_act(tenant, twin->id, add_act, &acts, err) : st;
    st = st == MARU_OK ? tenant_get_state(tenant, twin->id, &kept.state, err) : st;
    if (st == MARU_OK) {
        st = upload_open_plant(tenant, twin->plant_id, twin->version, &twin->plant, err);
    }
    if (st == MARU_OK) {
        st = model_options_read(kept.options.bytes, kept.options.n_bytes, &options, err);
    }
    st = st == MARU_OK ? maru_model_new(twin->plant, options, &twin->model, err) : st;
    if (st == MARU_OK) {
        st =
            twins_begin(twin->model, twin->seed, kept.state.bytes, kept.state.n_bytes, &first, err);
    }
    if (st == MARU_OK) {
        kept.config.model = twin->model;
        kept.config.first = first;
        kept.config.acts = &acts;
        kept.config.is_following = kept.follows.n_bytes > 0;
        st = player_start(&kept.config, &twin->player, err);
    }
    if (st == MARU_OK && kept.config.is_following) {
        st = begin_to_follow(twins, twin, kept.follows.bytes, err);
    }
    maru_sim_free(first);
    maru_options_free(options);
    acts_fini(&acts);
    text_fini(&kept.options);
    text_fini(&kept.follows);
    text_fini(&kept.state);
    return st;
}

maru_status twins_hold(struct twins *twins, struct tenant *tenant, const char *id,
                       struct twin **out, maru_error *err) {
    const char *name = tenant_name(tenant);
    bool is_mine = false;
    maru_status st = MARU_OK;
    store_require_outside_query(); // who opens it asks one
    pthread_mutex_lock(&twins->lock);
    struct open_twin *open = find(twins, name, id);
    if (!open) {
        st = have_room(twins, name, err);
        open = st == MARU_OK ? alloc_new(1, sizeof *open) : NULL;
        if (!open) {
            pthread_mutex_unlock(&twins->lock);
            return st != MARU_OK ? st : fail(err, MARU_E_MEMORY, "no memory");
        }
        snprintf(open->twin.tenant, sizeof open->twin.tenant, "%s", name);
        snprintf(open->twin.id, sizeof open->twin.id, "%s", id);
        open->next = twins->first;
        twins->first = open;
        is_mine = true;
    }
    open->n_holder++;
    if (is_mine) {
        pthread_mutex_unlock(&twins->lock);
        st = open_it(twins, open, tenant, &open->err);
        pthread_mutex_lock(&twins->lock);
        open->stage = st == MARU_OK ? TWIN_OPEN : TWIN_BROKEN;
        open->used_s = clock_seconds();
        if (st != MARU_OK && !atomic_load(&open->is_closed)) {
            take_out(twins, open);
        }
        pthread_cond_broadcast(&twins->has_changed);
    }
    while (open->stage == TWIN_OPENING) {
        pthread_cond_wait(&twins->has_changed, &twins->lock);
    }
    pthread_mutex_unlock(&twins->lock);
    if (open->stage == TWIN_BROKEN) {
        st = open->err.code;
        if (err) {
            *err = open->err;
        }
        twins_release(twins, &open->twin);
        return st;
    }
    *out = &open->twin;
    return MARU_OK;
}

void twins_release(struct twins *twins, struct twin *twin) {
    struct open_twin *open = (struct open_twin *)twin;
    if (!open) {
        return;
    }
    pthread_mutex_lock(&twins->lock);
    open->used_s = clock_seconds();
    const bool is_last = --open->n_holder == 0 && atomic_load(&open->is_closed);
    pthread_mutex_unlock(&twins->lock);
    if (is_last) {
        free_twin(open);
    }
}

void twin_look(const struct twin *twin, struct player_state *out) {
    if (twin->live) {
        live_twin_look(twin->live, out);
    } else {
        player_look(twin->player, out);
    }
}

// As twins_release, and nothing is waited for: lists of twins are told row by row of a query.
static void let_go(struct twins *twins, struct open_twin *open) {
    pthread_mutex_lock(&twins->lock);
    if (--open->n_holder == 0 && atomic_load(&open->is_closed)) {
        open->next = twins->left;
        twins->left = open;
        pthread_cond_broadcast(&twins->has_end);
    }
    pthread_mutex_unlock(&twins->lock);
}

static void free_left(struct twins *twins) {
    pthread_mutex_lock(&twins->lock);
    struct open_twin *left = twins->left;
    twins->left = NULL;
    pthread_mutex_unlock(&twins->lock);
    while (left) {
        struct open_twin *next = left->next;
        free_twin(left);
        left = next;
    }
}

bool twins_look(struct twins *twins, const char *tenant, const char *id, struct player_state *out) {
    pthread_mutex_lock(&twins->lock);
    struct open_twin *open = find(twins, tenant, id);
    const bool is_open = open && open->stage == TWIN_OPEN;
    open = is_open ? open : NULL;
    if (open) {
        open->n_holder++;
    }
    pthread_mutex_unlock(&twins->lock);
    if (open) {
        twin_look(&open->twin, out);
        let_go(twins, open);
    }
    return is_open;
}

static void wake_streams(struct open_twin *open) {
    if (open->stage == TWIN_OPEN) {
        player_wake_all(open->twin.player);
    }
}

void twins_close(struct twins *twins, const char *tenant, const char *id, const char *plant) {
    struct open_twin *unheld = NULL;
    pthread_mutex_lock(&twins->lock);
    for (struct open_twin *open = twins->first, *next = NULL; open; open = next) {
        next = open->next;
        if (strcmp(open->twin.tenant, tenant) != 0 || (id[0] && strcmp(open->twin.id, id) != 0) ||
            (plant[0] && strcmp(open->twin.plant_id, plant) != 0)) {
            continue;
        }
        take_out(twins, open);
        if (open->n_holder == 0) {
            open->next = unheld;
            unheld = open;
        } else {
            wake_streams(open);
        }
    }
    pthread_mutex_unlock(&twins->lock);
    while (unheld) {
        struct open_twin *next = unheld->next;
        free_twin(unheld);
        unheld = next;
    }
}

bool twins_is_ending(struct twins *twins, const struct twin *twin) {
    const struct open_twin *open = (const struct open_twin *)twin;
    return atomic_load(&twins->is_ending) || atomic_load(&open->is_closed);
}

void twins_end_streams(struct twins *twins) {
    pthread_mutex_lock(&twins->lock);
    atomic_store(&twins->is_ending, true);
    pthread_cond_broadcast(&twins->has_end);
    for (struct open_twin *open = twins->first; open; open = open->next) {
        wake_streams(open);
    }
    pthread_mutex_unlock(&twins->lock);
}

size_t twins_count(struct twins *twins) {
    size_t n = 0;
    pthread_mutex_lock(&twins->lock);
    for (const struct open_twin *open = twins->first; open; open = open->next) {
        n++;
    }
    pthread_mutex_unlock(&twins->lock);
    return n;
}

// ---- keeping

maru_status twins_keep(struct twin *twin, struct tenant *tenant, const char *action, const char *by,
                       maru_error *err) {
    struct player_state state;
    player_look(twin->player, &state);
    const struct twin_row row = {.id = twin->id,
                                 .speed = state.speed,
                                 .is_playing = state.is_playing,
                                 .time_us = state.time_us,
                                 .end_us = state.end_us};
    const maru_status st = tenant_set_twin(tenant, &row, action, by, err);
    if (st == MARU_OK) {
        atomic_store(&((struct open_twin *)twin)->kept_us, state.time_us);
    }
    return st;
}

static void keep_one(struct twins *twins, struct open_twin *open) {
    struct tenant *tenant = NULL;
    struct player_state state;
    if (open->twin.live) {
        return; // it keeps itself
    }
    player_look(open->twin.player, &state);
    if (state.time_us != atomic_load(&open->kept_us) &&
        store_hold(twins->store, open->twin.tenant, &tenant, NULL) == MARU_OK) {
        // what a full disk does not take is kept the next time: after a kill it is only played again
        (void)!twins_keep(&open->twin, tenant, NULL, "", NULL);
        store_release(twins->store, tenant);
    }
}

// Each open twin in turn, held meanwhile.
static void keep_all(struct twins *twins) {
    struct open_twin *held[TWINS_MAX_OPEN];
    size_t n = 0;
    pthread_mutex_lock(&twins->lock);
    for (struct open_twin *open = twins->first; open && n < TWINS_MAX_OPEN; open = open->next) {
        if (open->stage == TWIN_OPEN) {
            open->n_holder++;
            held[n++] = open;
        }
    }
    pthread_mutex_unlock(&twins->lock);
    for (size_t i = 0; i < n; i++) {
        keep_one(twins, held[i]);
        pthread_mutex_lock(&twins->lock);
        const bool is_last = --held[i]->n_holder == 0 && atomic_load(&held[i]->is_closed);
        pthread_mutex_unlock(&twins->lock);
        if (is_last) {
            free_twin(held[i]);
        }
    }
}

static void close_idle(struct twins *twins) {
    struct open_twin *idle = NULL;
    pthread_mutex_lock(&twins->lock);
    for (struct open_twin *open = twins->first; open && !idle; open = open->next) {
        struct player_state state;
        if (open->stage == TWIN_OPEN && open->n_holder == 0 &&
            clock_seconds() - open->used_s > TWINS_IDLE_S) {
            player_look(open->twin.player, &state);
            idle = state.mode == PLAYER_PAUSED ? open : NULL;
        }
    }
    if (idle) {
        take_out(twins, idle);
    }
    pthread_mutex_unlock(&twins->lock);
    if (idle) {
        free_twin(idle);
    }
}

struct playing { // ids of a tenant's twins that play
    char id[TENANT_MAX_TWINS][STORE_ID_BYTES];
    size_t n;
};

static maru_status keep_playing(void *context, const struct twin_row *row, maru_error *err) {
    (void)err;
    struct playing *playing = context;
    if (row->is_playing && playing->n < TENANT_MAX_TWINS) {
        snprintf(playing->id[playing->n++], STORE_ID_BYTES, "%s", row->id);
    }
    return MARU_OK;
}

static maru_status open_playing(void *context, const struct tenant_row *row, maru_error *err) {
    struct twins *twins = context;
    struct tenant *tenant = NULL;
    struct playing playing = {.n = 0};
    const struct page all = {.limit = TENANT_MAX_TWINS, .after = ""};
    (void)err; // one that does not open says so when it is asked for
    if (store_hold(twins->store, row->name, &tenant, NULL) != MARU_OK) {
        return MARU_OK;
    }
    if (tenant_each_twin(tenant, "", &all, keep_playing, &playing, NULL) == MARU_OK) {
        for (size_t i = 0; i < playing.n && !atomic_load(&twins->is_ending); i++) {
            struct twin *twin = NULL;
            if (twins_hold(twins, tenant, playing.id[i], &twin, NULL) == MARU_OK) {
                twins_release(twins, twin);
            }
        }
    }
    store_release(twins->store, tenant);
    return MARU_OK;
}

static void *keep(void *context) {
    struct twins *twins = context;
    (void)!store_visit_tenants(twins->store, open_playing, twins, NULL);
    while (!atomic_load(&twins->is_ending)) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += KEEP_S;
        pthread_mutex_lock(&twins->lock);
        if (!atomic_load(&twins->is_ending) && !twins->left) {
            pthread_cond_timedwait(&twins->has_end, &twins->lock, &until);
        }
        pthread_mutex_unlock(&twins->lock);
        free_left(twins);
        keep_all(twins);
        close_idle(twins);
    }
    return NULL;
}

maru_status twins_start(struct store *store, struct twins **out, maru_error *err) {
    struct twins *twins = alloc_new(1, sizeof *twins);
    if (!twins) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    twins->store = store;
    pthread_mutex_init(&twins->lock, NULL);
    pthread_cond_init(&twins->has_changed, NULL);
    pthread_cond_init(&twins->has_end, NULL);
    if (pthread_create(&twins->keeper, NULL, keep, twins) != 0) {
        twins_stop(twins);
        return fail(err, MARU_E_MEMORY, "no thread can be started");
    }
    twins->has_keeper = true;
    *out = twins;
    return MARU_OK;
}

void twins_stop(struct twins *twins) {
    if (!twins) {
        return;
    }
    twins_end_streams(twins);
    if (twins->has_keeper) {
        pthread_join(twins->keeper, NULL); // its last round has kept all
    }
    free_left(twins);
    while (twins->first) {
        struct open_twin *open = twins->first;
        take_out(twins, open);
        free_twin(open);
    }
    pthread_cond_destroy(&twins->has_changed);
    pthread_cond_destroy(&twins->has_end);
    pthread_mutex_destroy(&twins->lock);
    alloc_free(twins);
}
