// What the data of one tenant means, live: a thread that follows its signals and events, and the engines that it feeds by the
// tables that people have written.
#ifndef SERVE_LIVE_FLOOR_H
#define SERVE_LIVE_FLOOR_H

#include <pthread.h>

#include "control/assets/asset_table.h"
#include "serve/floor/alarm_watch.h"
#include "serve/floor/chart_watch.h"
#include "serve/floor/models/model_watch.h"
#include "serve/floor/tool_states.h"
#include "serve/floor/windows/window_watch.h"
#include "store/tenant.h"

enum { FLOOR_PAST_DAYS = 35, FLOOR_MAX_PAST_SAMPLES = 20000000 };

// The documents that it is made of.
#define FLOOR_ASSETS "assets"
#define FLOOR_EQUIPMENT "equipment"
#define FLOOR_IDEALS "ideals"
#define FLOOR_ALARMS "alarms"
#define FLOOR_CHARTS "charts"
#define FLOOR_SHIFTS "shifts"
#define FLOOR_WINDOWS "windows"
#define FLOOR_MODELS "models"         // an engine, and no document
#define FLOOR_FROZEN "windows_frozen" // an engine, too: what windows are judged by

struct floor_route { // where a signal goes
    uint32_t key;    // of the table of equipment, NAME_NONE
    uint32_t alarm;  // of the table of alarms, ALARM_NONE
    uint32_t chart;  // the first of them, CHART_NONE
    uint32_t window; // the first input, WINDOW_NONE
};

struct floor {
    char tenant_name[STORE_TENANT_BYTES];
    struct store *store;
    struct tenant *tenant; // held
    struct signals *signals;
    struct follower *follower;
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t lock; // everything below
    pthread_cond_t is_taken;
    uint64_t wanted, taken; // readings of the documents
    bool is_ending;
    uint32_t n_user;              // who waits for the lock, or has it
    struct asset_table *assets;   // NULL: there is no table
    int64_t assets_version;       // 0: none
    struct tool_states *tools;    // the same
    struct alarm_watch *alarms;   // the same
    struct chart_watch *charts;   // the same
    struct window_watch *windows; // the same
    struct model_watch *models;   // NULL: no windows
    struct shifts *shifts;        // the same
    struct news news;
    struct floor_route *route; // (n_route), by the number of the signal
    size_t n_route;
    int64_t known;                         // signals up to this one have their routes
    uint64_t n_behind;                     // how often it has missed some, and read them back
    maru_time ready_us, saved_us, told_us; // when it was last read, saved and told
    maru_time from_us;                     // its past begins here
    bool has_due_windows;                  // more than were made at once
    char problem[MARU_ERROR_TEXT_BYTES];   // "": none
    struct floor *next;
};

// Begin to follow; where signals stand holds when this returns, the other documents are read by the thread.
//   errors  of store_hold, tenant_open_signals and signals_follow; MARU_E_MEMORY
MARU_MUST_USE maru_status floor_open(struct store *store, const char *tenant, struct floor **out,
                                     maru_error *err);
void floor_end(struct floor *floor);   // its thread ends soon
void floor_close(struct floor *floor); // waits for the thread; accepts NULL

// Have it alone, with the documents read at least once: who asks right behind the start is told what there is. The caller unlocks it.
void floor_enter(struct floor *floor);

// Read the documents again, and wait until that is done.
void floor_refresh(struct floor *floor);

// Take in the signals that the store has and the floor has not heard of yet: its thread does so up to a tenth of a second after
// who wrote their first sample was answered. The caller has the lock.
//   cost    that of the new signals
void floor_meet_signals(struct floor *floor);

// Write what is concluded and the states of alarms, charts, models and windows, with the act of somebody; the caller has the lock.
//   in      engine: whose act it is, FLOOR_ALARMS, FLOOR_CHARTS or FLOOR_FROZEN; act NULL: nobody's
MARU_MUST_USE maru_status floor_save(struct floor *floor, const char *engine,
                                     const struct engine_act *act, maru_error *err);

#endif
