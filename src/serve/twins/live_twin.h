// A twin that follows its tenant's floor: a thread that feeds it with the events of the store, and one that makes
// its forecasts.
#ifndef SERVE_LIVE_TWIN_H
#define SERVE_LIVE_TWIN_H

#include "live/player.h"
#include "maru/sim.h"
#include "serve/twins/follows.h"
#include "store/tenant.h"

enum {
    LIVE_MAX_PAST = 2000000, // stored events that it is made of where nothing was kept
    LIVE_TWIN_SAVE_S = 20,
};

struct live_twin;

struct live_twin_plan {
    struct store *store;
    const char *tenant, *id;
    const maru_model *model; // these two must outlive it
    struct player *player;   // follows: gets the present while somebody watches
    struct follows follows;
    uint64_t seed;
};

//   memory  live_twin_close
//   errors  of store_hold and tenant_open_signals; MARU_E_MEMORY
MARU_MUST_USE maru_status live_twin_open(const struct live_twin_plan *plan, struct live_twin **out,
                                         maru_error *err);
// Keep what is believed, and end; accepts NULL.
void live_twin_close(struct live_twin *live);

const struct follows *live_twin_follows(const struct live_twin *live);

enum live_twin_stage { LIVE_TWIN_READING, LIVE_TWIN_FOLLOWING, LIVE_TWIN_FAILED };

// Have it alone until live_twin_leave. NULL while it has nothing yet; *stage and *problem say why.
struct following *live_twin_enter(struct live_twin *live, enum live_twin_stage *stage,
                                  maru_error *problem);
void live_twin_leave(struct live_twin *live);

// Why the table of names does not hold, "" where it does; within enter and leave.
const char *live_twin_table_problem(const struct live_twin *live);

// The floor at a time, as following_present.
MARU_MUST_USE maru_status live_twin_present(struct live_twin *live, maru_time at_us, maru_sim **out,
                                            maru_error *err);
// What the floor calls lots of a look, in the order of their numbers; a twin that plays (NULL) has no names.
//   out     *name: (n), NULL where there are none; the caller frees it with alloc_free
MARU_MUST_USE maru_status live_twin_names(struct live_twin *live, const maru_lot_now *lot,
                                          uint32_t n, char (**name)[FOLLOWING_NAME_BYTES],
                                          maru_error *err);
// As following_add_to_day; nothing is added where it is NULL.
void live_twin_add_to_day(struct live_twin *live, maru_time at_us, maru_day_now *day);

// What a player would say of it.
void live_twin_look(struct live_twin *live, struct player_state *out);

// The futures of its present, at the floor's pace; kept as claims where the span is short enough to be
// judged. `tell` is called with them before they go.
//   errors  as forecast_run
MARU_MUST_USE maru_status live_twin_forecast(
    struct live_twin *live, const struct futures_plan *plan,
    void (*tell)(void *context, const struct futures *futures), void *context, maru_error *err);

#endif
