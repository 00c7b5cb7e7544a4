// Threads for requests that take longer than the network's threads may: those read and write for all
// connections, so nothing may keep them.
#ifndef SERVE_HANDS_H
#define SERVE_HANDS_H

#include <stdbool.h>

#include "maru/status.h"

enum {
    HANDS_THREADS = 4,
    HANDS_OF_TENANT = 3, // one tenant's at a time: the last is for the others
    HANDS_MAX_WAITING = 2000,
    HANDS_MAX_OF_TENANT = 500,
    HANDS_NICE = 2,
};

struct hands;
struct request;

// `done` is called on one of the threads when a request has been handled.
MARU_MUST_USE maru_status hands_start(void (*done)(struct request *request), struct hands **out,
                                      maru_error *err);
void hands_stop(struct hands *hands); // after all that wait; accepts NULL

// Let the request's route be handled, after those of tenants that have fewer in hand. False: too many
// wait, of all or of this tenant.
bool hands_take(struct hands *hands, struct request *request);

#endif
