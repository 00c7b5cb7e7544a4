// A thread that lets go what is too old of all tenants' signals, every now and then.
#ifndef SERVE_UPKEEP_H
#define SERVE_UPKEEP_H

#include "store/signals/signals.h"
#include "store/store.h"

struct upkeep;
// With nothing to let go no thread is started, and *out is NULL.
MARU_MUST_USE maru_status upkeep_start(struct store *store, const struct retention *retention,
                                       struct upkeep **out, maru_error *err);
void upkeep_stop(struct upkeep *upkeep); // accepts NULL

#endif
