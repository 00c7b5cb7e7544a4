#include "serve/twins/live_twin.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/equipment/mapping.h"
#include "io/clock.h"
#include "plant/faults.h"
#include "plant/plant.h"
#include "serve/log.h"

// The feeder asks the store a few times a second for events with a number above the last one that it has: none is
// missed, none comes twice, and after a kill it goes on from what was kept of it. What was kept does not fit
// another table of names: then it is made again of the newest events that are stored.
//
// The forecaster copies what is believed under the lock and runs the futures without it, so that the floor
// is heard meanwhile.

#define EQUIPMENT "equipment" // document: serve/floor

enum { WAIT_MS = 100, AT_ONCE = 1000, LOOK_S = 2, FORECAST_NICE = 10, PUT_S = 5 };

struct live_twin {
    struct live_twin_plan plan;
    char tenant_name[STORE_TENANT_BYTES], engine[STORE_ID_BYTES + 8];
    struct tenant *tenant; // held
    struct signals *signals;
    pthread_t feeder, forecaster;
    bool has_feeder, has_forecaster;
    atomic_bool is_ending;

    pthread_mutex_t lock; // everything below
    pthread_cond_t has_work;
    struct following *following;
    enum live_twin_stage stage;
    maru_error problem;
    char table_problem[MARU_ERROR_TEXT_BYTES];
    int64_t table, equipment; // versions of the documents
    bool wants_forecast;
    int64_t saved_number;
    double saved_s, looked_s, put_s;
    uint64_t put_version;
    maru_time put_us;

    // For whoever looks from within a query of the tenant.
    pthread_mutex_t look_lock; // of what follows, and nothing is waited for while it is held
    struct player_state shown;
};

// Events and tables are read with the lock: who waits for it has no database for himself.
static void enter(struct live_twin *live) {
    store_require_outside_query();
    pthread_mutex_lock(&live->lock);
}

static void leave(struct live_twin *live) { pthread_mutex_unlock(&live->lock); }

// ---- tables

static maru_status see_number(void *context, const struct document_row *row, maru_error *err) {
    (void)err;
    *(int64_t *)context = row->number;
    return MARU_OK;
}

// The newest version of a document, empty and number 0 where there is none.
static maru_status read_document(struct live_twin *live, const char *name, struct text *out,
                                 int64_t *number, maru_error *err) {
    *number = 0;
    const maru_status st = tenant_get_document(live->tenant, name, 0, out, see_number, number, err);
    return st == MARU_E_USAGE ? MARU_OK : st;
}

struct name_tables {
    struct follow_table table;
    struct mapping equipment;
    bool has_table, has_equipment;
    int64_t table_number, equipment_number;
};

static void fini_tables(struct name_tables *tables) {
    follow_table_fini(&tables->table);
    if (tables->has_equipment) {
        mapping_fini(&tables->equipment);
    }
}

// A table that cannot be read is left out, and said.
static maru_status read_tables(struct live_twin *live, struct name_tables *out, char *problem,
                               maru_error *err) {
    struct text text;
    maru_error why = {0};
    maru_faults *faults = maru_faults_new();
    *out = (struct name_tables){0};
    problem[0] = '\0';
    text_init(&text, TENANT_MAX_DOCUMENT_BYTES);
    maru_status st =
        faults ? read_document(live, live->plan.follows.table, &text, &out->table_number, err)
               : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK && out->table_number > 0) {
        out->has_table = follow_table_read("follow.csv", text.bytes ? text.bytes : "", text.n_bytes,
                                           faults, &out->table, &why) == MARU_OK;
        snprintf(problem, MARU_ERROR_TEXT_BYTES, "%s", out->has_table ? "" : why.text);
    }
    text_clear(&text);
    st = st == MARU_OK ? read_document(live, EQUIPMENT, &text, &out->equipment_number, err) : st;
    if (st == MARU_OK && out->equipment_number > 0) {
        out->has_equipment =
            mapping_read("equipment.csv", text.bytes ? text.bytes : "", text.n_bytes, NULL, faults,
                         &out->equipment, NULL) == MARU_OK;
    }
    text_fini(&text);
    maru_faults_free(faults);
    return st;
}

static struct following_plan plan_of(const struct live_twin *live, const struct name_tables *tables,
                                     const char *source[FOLLOWING_MAX_SOURCES]) {
    const struct follows *f = &live->plan.follows;
    for (size_t i = 0; i < f->n_source; i++) {
        source[i] = f->source[i];
    }
    return (struct following_plan){
        .model = live->plan.model,
        .table = tables->has_table ? &tables->table : NULL,
        .equipment = tables->has_equipment ? &tables->equipment : NULL,
        .source = source,
        .n_source = f->n_source,
        .window_us = f->window_us,
        .zero_us = f->has_zero ? f->zero_us : maru_model_plant(live->plan.model)->start_date,
        .speed = f->speed,
        .is_by_wall = f->is_by_wall,
        .every_us = f->every_us,
        .span_us = f->span_us};
}

// ---- what is kept: the versions of the tables that it was made with, then the image

struct kept_head {
    int64_t table, equipment;
};

static maru_status load(struct live_twin *live, const struct following_plan *plan,
                        const struct name_tables *tables, maru_faults *faults,
                        struct following **out, maru_error *err) {
    struct text kept;
    struct kept_head head;
    text_init(&kept, TENANT_MAX_ENGINE_BYTES);
    maru_status st = tenant_get_engine(live->tenant, live->engine, &kept, err);
    if (st == MARU_OK && kept.n_bytes < sizeof head) {
        st = fail(err, MARU_E_INPUT, "what was kept of this floor is damaged");
    }
    if (st == MARU_OK) {
        memcpy(&head, kept.bytes, sizeof head);
        const bool is_same =
            head.table == tables->table_number && head.equipment == tables->equipment_number;
        st = is_same ? following_load(plan, kept.bytes + sizeof head, kept.n_bytes - sizeof head,
                                      faults, out, err)
                     : fail(err, MARU_E_INPUT, "what names mean has changed");
    }
    text_fini(&kept);
    return st;
}

// With the lock, but for the disk.
static void save(struct live_twin *live) {
    struct text image;
    const struct kept_head head = {live->table, live->equipment};
    const int64_t number = following_number(live->following);
    maru_error err = {0};
    text_init(&image, FOLLOWING_MAX_IMAGE_BYTES);
    text_add(&image, (const char *)&head, sizeof head);
    following_save(live->following, &image);
    leave(live);
    maru_status st =
        image.status == MARU_OK
            ? tenant_keep_engine(live->tenant, live->engine, image.bytes, image.n_bytes, NULL, &err)
            : fail(&err, MARU_E_LIMIT, "what is believed of the floor is too large to be kept");
    text_fini(&image);
    enter(live);
    live->saved_s = clock_seconds();
    if (st == MARU_OK) {
        live->saved_number = number;
    } else { // it is made of what is stored at the next start
        log_say(LOG_ERROR, "twin", err.text);
    }
}

// ---- beginning

static maru_status begin_with(struct live_twin *live, const struct name_tables *tables,
                              struct following **out, maru_error *err) {
    const char *source[FOLLOWING_MAX_SOURCES];
    const struct following_plan plan = plan_of(live, tables, source);
    maru_faults *faults = maru_faults_new();
    int64_t last = 0;
    maru_error why = {0};
    maru_status st = faults ? load(live, &plan, tables, faults, out, &why)
                            : fail(err, MARU_E_MEMORY, "no memory");
    if (faults && st != MARU_OK) { // of the newest events that there are
        maru_faults_free(faults);
        faults = maru_faults_new();
        st = faults ? signals_last_event(live->signals, &last, err)
                    : fail(err, MARU_E_MEMORY, "no memory");
        st = st == MARU_OK ? following_new(&plan, faults, out, err) : st;
        if (st == MARU_OK) {
            following_begin_at(*out, last > LIVE_MAX_PAST ? last - LIVE_MAX_PAST : 0);
        }
    }
    if (st == MARU_OK && maru_faults_count(faults, MARU_FAULT) > 0) {
        const maru_fault *fault = maru_faults_get(faults, 0);
        snprintf(live->table_problem, sizeof live->table_problem, "%.60s: %.200s", fault->value,
                 fault->wrong);
    }
    maru_faults_free(faults);
    return st;
}

// Make it, or make it again by other tables.
static maru_status begin(struct live_twin *live, maru_error *err) {
    struct name_tables tables;
    struct following *made = NULL;
    char problem[MARU_ERROR_TEXT_BYTES];
    maru_status st = read_tables(live, &tables, problem, err);
    enter(live);
    memcpy(live->table_problem, problem, sizeof problem);
    st = st == MARU_OK ? begin_with(live, &tables, &made, err) : st;
    if (st == MARU_OK) {
        if (live->following) {
            following_inherit(made, live->following);
        }
        following_free(live->following);
        live->following = made;
        live->table = tables.table_number;
        live->equipment = tables.equipment_number;
        live->stage = LIVE_TWIN_READING;
        live->put_version = 0;
        live->saved_number = -1;
    }
    leave(live);
    fini_tables(&tables);
    return st;
}

struct versions { // of the tables, now
    const char *name;
    int64_t table, equipment;
};

static maru_status see_version(void *context, const struct document_row *row, maru_error *err) {
    struct versions *now = context;
    (void)err;
    now->table = strcmp(row->name, now->name) == 0 ? row->number : now->table;
    now->equipment = strcmp(row->name, EQUIPMENT) == 0 ? row->number : now->equipment;
    return MARU_OK;
}

static bool have_tables_changed(struct live_twin *live) {
    struct versions now = {.name = live->plan.follows.table};
    return tenant_each_document(live->tenant, see_version, &now, NULL) == MARU_OK &&
           (now.table != live->table || now.equipment != live->equipment);
}

// ---- the feeder

struct hearing {
    struct live_twin *live;
    size_t n;
    maru_time now_us;
};

static maru_status hear(void *context, int64_t number, const struct event *event, maru_error *err) {
    struct hearing *hearing = context;
    hearing->n++;
    return following_take(hearing->live->following, number, event, hearing->now_us, err);
}

// With the lock. True: there may be more.
static bool take_events(struct live_twin *live) {
    struct hearing hearing = {live, 0, clock_unix_us()};
    maru_error err = {0};
    const maru_status st = signals_each_event_after(
        live->signals, following_number(live->following), AT_ONCE, hear, &hearing, &err);
    if (st != MARU_OK && strcmp(live->problem.text, err.text) != 0) { // once
        log_say(LOG_ERROR, "twin", err.text);
    }
    live->problem = err;
    if (st == MARU_OK && hearing.n < AT_ONCE) {
        live->stage = LIVE_TWIN_FOLLOWING;
        following_settle(live->following, hearing.now_us);
    }
    return st == MARU_OK && hearing.n == AT_ONCE;
}

// With the lock: show the present to those who watch, and every few seconds to nobody.
static void put_present(struct live_twin *live) {
    struct following_state state;
    maru_sim *sim = NULL;
    const double now_s = clock_seconds();
    following_look(live->following, &state);
    const bool has_changed = state.version != live->put_version || state.now_us != live->put_us;
    if (!has_changed || (!player_is_watched(live->plan.player) && now_s - live->put_s < PUT_S)) {
        return;
    }
    if (following_present(live->following, -1, &sim, NULL) == MARU_OK) {
        player_put(live->plan.player, sim);
        live->put_version = state.version;
        live->put_us = state.now_us;
        live->put_s = now_s;
    }
}

// With the lock.
static void tend(struct live_twin *live) {
    const double now_s = clock_seconds();
    put_present(live);
    if (live->stage == LIVE_TWIN_FOLLOWING && following_is_due(live->following)) {
        live->wants_forecast = true;
        pthread_cond_broadcast(&live->has_work);
    }
    if (now_s - live->saved_s >= LIVE_TWIN_SAVE_S &&
        following_number(live->following) != live->saved_number) {
        save(live);
    }
}

// With the lock: what live_twin_look tells until the next time.
static void show(struct live_twin *live) {
    struct following_state state = {0};
    if (live->following) {
        following_look(live->following, &state);
    }
    const maru_time begin_us = state.now_us - live->plan.follows.window_us;
    pthread_mutex_lock(&live->look_lock);
    live->shown = (struct player_state){.mode = live->stage == LIVE_TWIN_FAILED ? PLAYER_FAILED
                                                                                : PLAYER_FOLLOWING,
                                        .is_playing = true,
                                        .speed = live->plan.follows.speed,
                                        .rate = live->plan.follows.speed,
                                        .begin_us = begin_us > 0 ? begin_us : 0,
                                        .time_us = state.now_us,
                                        .end_us = state.now_us,
                                        .n_lot = state.n_lot,
                                        .err = live->problem};
    pthread_mutex_unlock(&live->look_lock);
}

static void *feed(void *context) {
    struct live_twin *live = context;
    maru_error err = {0};
    maru_status st = MARU_OK;
    while (st == MARU_OK && !atomic_load(&live->is_ending)) {
        if (clock_seconds() - live->looked_s >= LOOK_S) {
            live->looked_s = clock_seconds();
            st = have_tables_changed(live) ? begin(live, &err) : MARU_OK;
        }
        enter(live);
        const bool has_more = st == MARU_OK && take_events(live);
        show(live);
        if (st == MARU_OK) {
            tend(live);
        }
        leave(live);
        if (!has_more) {
            const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
            nanosleep(&pause, NULL);
        }
    }
    enter(live);
    if (st != MARU_OK) {
        live->stage = LIVE_TWIN_FAILED;
        live->problem = err;
        show(live);
        log_say(LOG_ERROR, "twin", err.text);
    } else if (following_number(live->following) != live->saved_number) {
        save(live);
    }
    leave(live);
    return NULL;
}

// ---- the forecaster

static bool is_stopped(void *watcher) {
    struct live_twin *live = watcher;
    return atomic_load(&live->is_ending);
}

// The part with the lock; the follower may be another one afterwards.
static maru_status copy_belief(struct live_twin *live, const struct follower_plan *plan,
                               struct forecast **out, struct following **of, maru_error *err) {
    enter(live);
    *of = live->following;
    const maru_status st =
        *of ? follower_begin_forecast(following_follower(*of), plan, out, err)
            : fail(err, MARU_E_RANGE, "the twin is still reading what is stored of its floor");
    leave(live);
    return st;
}

static maru_status keep_claims(struct live_twin *live, struct following *of,
                               struct forecast *forecast, maru_error *err) {
    maru_status st = MARU_OK;
    enter(live);
    if (live->following == of) {
        st = follower_end_forecast(following_follower(of), forecast, err);
    }
    leave(live);
    return st;
}

static maru_status forecast(struct live_twin *live, const struct follower_plan *plan,
                            void (*tell)(void *context, const struct futures *futures),
                            void *context, maru_error *err) {
    struct forecast *made = NULL;
    struct following *of = NULL;
    struct futures futures = {0};
    maru_status st = copy_belief(live, plan, &made, &of, err);
    st = st == MARU_OK && made ? forecast_run(made, &futures, err) : st;
    st = st == MARU_OK && made ? keep_claims(live, of, made, err) : st;
    if (st == MARU_OK && tell) {
        tell(context, &futures);
    }
    futures_fini(&futures);
    forecast_free(made);
    return st;
}

static void forecast_by_itself(struct live_twin *live) {
    const struct follower_plan plan = {.seed = live->plan.seed + (uint64_t)clock_unix_us(),
                                       .n_rep = live->plan.follows.n_rep,
                                       .n_thread = 1,
                                       .span_us = live->plan.follows.span_us,
                                       .is_paced = true,
                                       .is_judged = true,
                                       .is_stopped = is_stopped,
                                       .watcher = live};
    maru_error err = {0};
    const double start_s = clock_seconds();
    const maru_status st = forecast(live, &plan, NULL, NULL, &err);
    enter(live);
    if (live->following && !atomic_load(&live->is_ending)) {
        following_note_forecast(live->following, clock_seconds() - start_s,
                                st == MARU_OK ? NULL : &err);
        (void)follower_judge(following_follower(live->following));
    }
    leave(live);
}

static void *foresee(void *context) {
    struct live_twin *live = context;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), FORECAST_NICE);
    enter(live);
    while (!atomic_load(&live->is_ending)) {
        if (!live->wants_forecast) {
            pthread_cond_wait(&live->has_work, &live->lock);
            continue;
        }
        live->wants_forecast = false;
        leave(live);
        forecast_by_itself(live);
        enter(live);
    }
    leave(live);
    return NULL;
}

// ---- from outside

maru_status live_twin_open(const struct live_twin_plan *plan, struct live_twin **out,
                           maru_error *err) {
    struct live_twin *live = alloc_new(1, sizeof *live);
    if (!live) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    live->plan = *plan;
    live->saved_number = -1;
    live->saved_s = clock_seconds();
    snprintf(live->tenant_name, sizeof live->tenant_name, "%s", plan->tenant);
    twin_engine_name(plan->id, live->engine);
    pthread_mutex_init(&live->lock, NULL);
    pthread_mutex_init(&live->look_lock, NULL);
    pthread_cond_init(&live->has_work, NULL);
    maru_status st = store_hold(plan->store, live->tenant_name, &live->tenant, err);
    st = st == MARU_OK ? tenant_open_signals(plan->store, live->tenant, &live->signals, err) : st;
    st = st == MARU_OK ? begin(live, err) : st;
    if (st == MARU_OK) {
        show(live);
        live->has_feeder = pthread_create(&live->feeder, NULL, feed, live) == 0;
        live->has_forecaster =
            live->has_feeder && pthread_create(&live->forecaster, NULL, foresee, live) == 0;
        st = live->has_forecaster ? MARU_OK : fail(err, MARU_E_MEMORY, "no thread can be started");
    }
    if (st != MARU_OK) {
        live_twin_close(live);
        return st;
    }
    *out = live;
    return MARU_OK;
}

void live_twin_close(struct live_twin *live) {
    if (!live) {
        return;
    }
    enter(live);
    atomic_store(&live->is_ending, true);
    pthread_cond_broadcast(&live->has_work);
    leave(live);
    if (live->has_forecaster) {
        pthread_join(live->forecaster, NULL);
    }
    if (live->has_feeder) {
        pthread_join(live->feeder, NULL);
    }
    following_free(live->following);
    store_release(live->plan.store, live->tenant);
    pthread_cond_destroy(&live->has_work);
    pthread_mutex_destroy(&live->look_lock);
    pthread_mutex_destroy(&live->lock);
    alloc_free(live);
}

const struct follows *live_twin_follows(const struct live_twin *live) {
    return &live->plan.follows;
}

struct following *live_twin_enter(struct live_twin *live, enum live_twin_stage *stage,
                                  maru_error *problem) {
    enter(live);
    *stage = live->stage;
    *problem = live->problem;
    return live->following;
}

void live_twin_leave(struct live_twin *live) { leave(live); }

const char *live_twin_table_problem(const struct live_twin *live) { return live->table_problem; }

maru_status live_twin_present(struct live_twin *live, maru_time at_us, maru_sim **out,
                              maru_error *err) {
    enter(live);
    const maru_status st =
        live->following
            ? following_present(live->following, at_us, out, err)
            : fail(err, MARU_E_RANGE, "the twin is still reading what is stored of its floor");
    leave(live);
    return st;
}

maru_status live_twin_names(struct live_twin *live, const maru_lot_now *lot, uint32_t n,
                            char (**name)[FOLLOWING_NAME_BYTES], maru_error *err) {
    *name = NULL;
    if (!live) {
        return MARU_OK;
    }
    uint32_t *number = alloc_new((size_t)n + 1, sizeof *number);
    *name = alloc_new((size_t)n + 1, sizeof **name);
    if (!number || !*name) {
        alloc_free(number);
        alloc_free(*name);
        *name = NULL;
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < n; i++) {
        number[i] = lot[i].lot;
    }
    enter(live);
    if (live->following) {
        following_names(live->following, number, n, *name);
    }
    leave(live);
    alloc_free(number);
    return MARU_OK;
}

void live_twin_add_to_day(struct live_twin *live, maru_time at_us, maru_day_now *day) {
    if (!live) {
        return;
    }
    enter(live);
    if (live->following) {
        following_add_to_day(live->following, at_us, day);
    }
    leave(live);
}

void live_twin_look(struct live_twin *live, struct player_state *out) {
    pthread_mutex_lock(&live->look_lock);
    *out = live->shown;
    pthread_mutex_unlock(&live->look_lock);
}

maru_status live_twin_forecast(struct live_twin *live, const struct futures_plan *plan,
                               void (*tell)(void *context, const struct futures *futures),
                               void *context, maru_error *err) {
    const struct follower_plan its = {.seed = plan->seed,
                                      .n_rep = plan->n_rep,
                                      .n_thread = plan->n_thread,
                                      .span_us = plan->span_us,
                                      .is_paced = true,
                                      .is_judged = plan->span_us <= live->plan.follows.span_us,
                                      .is_stopped = plan->is_stopped,
                                      .look = plan->look,
                                      .watcher = plan->watcher};
    return forecast(live, &its, tell, context, err);
}
