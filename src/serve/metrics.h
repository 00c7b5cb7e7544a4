// How many requests there were and how long they took, by route, for GET /metrics.
#ifndef SERVE_METRICS_H
#define SERVE_METRICS_H

#include <stdbool.h>

#include "maru/status.h"
#include "serve/http/request.h"

struct metrics;

MARU_MUST_USE maru_status metrics_new(struct metrics **out, maru_error *err);
void metrics_free(struct metrics *metrics); // accepts NULL

// A request has ended. is_timed: it was no stream, so its time says something.
void metrics_count(struct metrics *metrics, const struct route *route, int status, double seconds,
                   bool is_timed);
void metrics_count_cut(struct metrics *metrics, uint64_t n);

#endif
