// Money at work: what runs is charged every minute and at its end, people are warned once, and when the credits end each job has its signal
// first and is over within seconds of the last credit. Of the dispatching thread.
//
// A tenant is on credits from its first grant on, where there are prices; without either its jobs run free. What has no price costs
// nothing. When jobs get their signal because credits end, the account that ends is held until money changes: else what has just
// been stopped would begin again for the seconds that are left.
#ifndef SERVE_PURSES_H
#define SERVE_PURSES_H

#include "store/kept_money.h"

struct compute;
struct live_job;
struct attempt_end;

struct purse;

// The prices with one more, by which a GPU that has none costs nothing; none where there are none.
//   memory  in the arena
MARU_MUST_USE maru_status purse_load_prices(struct store *store, struct arena *arena,
                                            struct prices *out, maru_error *err);

void purse_touch(struct compute *compute, const char *tenant); // its runs are others than before
void purses_touch_all(struct compute *compute);                // prices or money have changed
void purse_remove(struct compute *compute, const char *tenant);
void purses_free(struct compute *compute);

// Before anything is charged.
MARU_MUST_USE maru_status purses_read_prices(struct compute *compute, maru_error *err);
// Look at each purse whose time it is.
void purses_turn(struct compute *compute);
// Hold in the pool what is held, after a world was made anew.
void purses_hold(struct compute *compute);
// May no job of the account start?
bool purse_is_held(const struct compute *compute, const char *tenant, const char *project);
// When something is to be done, INT64_MAX: never.
int64_t purses_next_us(const struct compute *compute);

// Charge an attempt that has ended, in the transaction of its end.
//   errors  those of money_charge
MARU_MUST_USE maru_status purse_charge_end(struct compute *compute, const struct live_job *job,
                                           int64_t started_us, int64_t ended_us,
                                           struct database *database, maru_error *err);

#endif
