// The futures of a twin: copies of its state run ahead, each with other luck, and what they have in common.
#ifndef LIVE_FUTURES_H
#define LIVE_FUTURES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "live/history.h"

enum {
    FUTURES_MAX = 1000,
    FUTURES_N_BAND = 5,
    FUTURES_MAX_VALUES = 200 * 1000 * 1000, // over all futures: lots, and queues at each point
};
#define FUTURES_BANDS                                                                              \
    { 0.05, 0.25, 0.50, 0.75, 0.95 }
#define FUTURES_MAX_SPAN (400 * MARU_DAY)

struct futures_lot;
struct futures_plan {
    const struct moment *now;
    // how each future begins, at the time of `now` and of its model, on any thread; NULL: as `now`
    maru_status (*begin)(void *watcher, uint64_t seed, maru_sim **out, maru_error *err);
    // all that the futures say of a lot and of a product (MARU_NONE: of all), on the thread of
    // futures_run; values are sorted, rising, and valid during the call; may be NULL.
    //   in      done_us (n): when it is done; done (n_rep): how many are done in the span
    void (*see_lot)(void *watcher, const struct futures_lot *lot, const double *done_us, size_t n);
    void (*see_product)(void *watcher, uint32_t product, const double *done, size_t n);
    const struct acts *acts; // those after now: tools that will be mended
    uint64_t seed;           // other futures with another
    size_t n_rep, n_thread;
    maru_time span_us;
    // asked between two points, on any thread; may be NULL
    bool (*is_stopped)(void *watcher);
    // how far it is, 0 to 1, ten times a second on the thread of futures_run; may be NULL
    void (*look)(void *watcher, double share);
    void *watcher;
};

struct futures_lot {
    uint32_t lot, product, step;
    int32_t priority;
    maru_time due_us;              // INT64_MAX: never
    double p10_us, p50_us, p90_us; // when it will be done; NaN: nobody can say
    double late;                   // share of futures, NaN: without a due date
    bool is_extrapolated; // most futures end before it is done: reckoned on at its product's pace
};

struct futures_bottleneck {
    uint32_t group;
    double chance;  // share of futures in which the most work waits for it at the end, a tool
    double from_us; // median time since when, of these
};

struct futures_product { // lots done in the span
    double p10, p50, p90;
};

struct futures {
    const maru_plant *plant;
    maru_time now_us, span_us, point_us;
    size_t n_rep, n_point;   // points: now, and the end of each interval
    double *wip, *out;       // (FUTURES_N_BAND, n_point); out: lots done since now
    double *queue;           // lots that wait (n_group, FUTURES_N_BAND, n_point)
    struct futures_lot *lot; // on the floor now, by number (n_lot)
    uint32_t n_lot, n_group;
    struct futures_product *product; // (products of the plant)
    struct futures_product all;
    struct futures_bottleneck *bottleneck; // the likeliest first (n_bottleneck)
    size_t n_bottleneck;
};

//   memory  futures_fini frees, also after an error
//   errors  MARU_E_RANGE: span or number; MARU_E_STOPPED; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status futures_run(const struct futures_plan *plan, struct futures *out,
                                      maru_error *err);
void futures_fini(struct futures *futures);

// ---- told (forecast.c)

// Append the members of one JSON object, which the caller has opened.
struct json;
void futures_add_json(struct json *json, const struct futures *futures);
void futures_add_sentence(struct text *out, const struct futures *futures, bool in_korean);

#endif
