// A twin that follows a floor: a mirror of it, its pace, and forecasts of it with how well they held.
//
//   threads  one at a time; whoever shares one has a lock around it
#ifndef LIVE_FOLLOWER_H
#define LIVE_FOLLOWER_H

#include "live/futures.h"
#include "sim/follow/floor_pace.h"
#include "sim/follow/mirror.h"
#include "sim/follow/validity.h"

struct follower;

// As mirror_new; lots that are gone must be remembered for the longest forecast and two windows.
//   memory  the caller frees; the model must outlive it
//   errors  MARU_E_RANGE, MARU_E_MEMORY
MARU_MUST_USE maru_status follower_new(const maru_model *model,
                                       const struct mirror_options *options, struct follower **out,
                                       maru_error *err);
void follower_free(struct follower *follower); // accepts NULL

// All of it as bytes, and a follower that goes on from them.
//   errors  as mirror_load, validity_load
void follower_save(const struct follower *follower, struct text *out);
MARU_MUST_USE maru_status follower_load(const maru_model *model,
                                        const struct mirror_options *options, const void *bytes,
                                        size_t n, struct follower **out, maru_error *err);

// Go on with how the forecasts of `old` have held, whose floor was the same; its open ones are lost.
void follower_inherit(struct follower *follower, struct follower *old);

// The mirror, to feed it and to look at it.
struct mirror *follower_mirror(struct follower *follower);

// The present as a twin of its own, of the plant at its pace where `is_paced`.
//   memory  the caller frees; its model lives until the next forecast or call of this
//   errors  as present_new, paced_init
MARU_MUST_USE maru_status follower_present(struct follower *follower, bool is_paced, uint64_t seed,
                                           maru_sim **out, maru_error *err);

struct follower_plan {
    uint64_t seed;
    size_t n_rep, n_thread; // futures; at most VALIDITY_MAX_VALUES
    maru_time span_us;
    bool is_paced;  // with what was learned of the floor's times
    bool is_judged; // keep it as claims, to be judged when its time has come
    // as those of futures_plan; may be NULL
    bool (*is_stopped)(void *watcher);
    void (*look)(void *watcher, double share);
    void *watcher;
};

// Futures of the present, which is as long ago as events are late (mirror_lag). Lots are named by their number in the belief (struct belief_lot).
//   memory  futures_fini frees, also after an error; its plant lives until the next forecast
//   errors  as follower_present, futures_run, validity_claim
MARU_MUST_USE maru_status follower_forecast(struct follower *follower,
                                            const struct follower_plan *plan, struct futures *out,
                                            maru_error *err);

// The same in three parts, so that the follower can be fed while the futures run: what it believes is
// copied, the futures of that are run with nothing of the follower in use, and they become claims.
//     follower_begin_forecast -> forecast_run -> follower_end_forecast -> forecast_free
struct forecast;
//   memory  forecast_free frees; the follower's model must outlive it
MARU_MUST_USE maru_status follower_begin_forecast(struct follower *follower,
                                                  const struct follower_plan *plan,
                                                  struct forecast **out, maru_error *err);
//   memory  futures_fini frees *out, also after an error, before forecast_free
MARU_MUST_USE maru_status forecast_run(struct forecast *forecast, struct futures *out,
                                       maru_error *err);
MARU_MUST_USE maru_status follower_end_forecast(struct follower *follower,
                                                struct forecast *forecast, maru_error *err);
void forecast_free(struct forecast *forecast); // accepts NULL

// Judge the forecasts whose time has come, and a window more; how all of them held.
struct validity_result follower_judge(struct follower *follower);

#endif
