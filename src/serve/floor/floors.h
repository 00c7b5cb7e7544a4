// The floors of all tenants that have tables of assets, equipment, alarms or charts: each a thread for as long as the server runs.
#ifndef SERVE_FLOORS_H
#define SERVE_FLOORS_H

#include "serve/floor/live_floor.h"

enum { FLOORS_MAX = 1000 };

struct floors;

// Begin with all tenants that have tables. One that cannot be is logged.
MARU_MUST_USE maru_status floors_start(struct store *store, struct floors **out, maru_error *err);
void floors_stop(struct floors *floors); // accepts NULL

// A table of this tenant has changed: it holds when this returns.
//   errors  MARU_E_LIMIT, of floor_open
MARU_MUST_USE maru_status floors_refresh(struct floors *floors, const char *tenant,
                                         maru_error *err);
// The same for what is no table, such as a model: a tenant without a floor gets none.
void floors_renew(struct floors *floors, const char *tenant);
void floors_close(struct floors *floors, const char *tenant);

// Have the floor of a tenant alone, until floors_leave; NULL: it has none.
struct floor *floors_enter(struct floors *floors, const char *tenant);
void floors_leave(struct floors *floors, struct floor *floor); // accepts NULL

#endif
