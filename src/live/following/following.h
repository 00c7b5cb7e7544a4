// A twin that follows a floor by its stored events: each is tied to the plant (tying.h) and believed
// (live/follower.h); what cannot be is kept with its reason, and how it went is kept as a series.
//
//   threads  one at a time; whoever shares one has a lock around it
#ifndef LIVE_FOLLOWING_H
#define LIVE_FOLLOWING_H

#include "live/follower.h"
#include "live/following/tying.h"

enum {
    FOLLOWING_FORMAT = 1, // of its image
    FOLLOWING_MAX_SOURCES = 16,
    FOLLOWING_MAX_UNTIED = 64,   // kept
    FOLLOWING_MAX_POINTS = 2400, // of its series: a hundred days
    FOLLOWING_MAX_LOTS = 100000, // remembered
    FOLLOWING_MAX_IMAGE_BYTES = 200 << 20,
    FOLLOWING_DOUBTED = 16, // events in a row from far ahead that are not believed
};
// The present goes on by the clock for so long, then waits.
#define FOLLOWING_MAX_SILENCE (3 * MARU_DAY)
#define FOLLOWING_FAR_AHEAD (30 * MARU_DAY) // of the floor's present: doubted at first
#define FOLLOWING_POINT MARU_HOUR           // of its series

struct following_plan {
    const maru_model *model;          // must outlive it
    const struct follow_table *table; // NULL: there is none; not used after the call
    const struct mapping *equipment;  // the same
    const char *const *source; // (n_source): only events whose source begins with one of them
    size_t n_source;           // 0: all but maru's own
    maru_time window_us;
    maru_time zero_us; // since 1970: when the plant's time was 0
    double speed;
    bool is_by_wall;             // events from later than now are refused
    maru_time every_us, span_us; // forecasts made by itself; every_us 0: none
};

struct following;

//   out     faults: rows of the table that the plant does not bear out
//   memory  the caller frees
//   errors  MARU_E_RANGE, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status following_new(const struct following_plan *plan, maru_faults *faults,
                                        struct following **out, maru_error *err);
void following_free(struct following *following); // accepts NULL

// All of it as bytes for the same program; errors stick in `out`.
void following_save(const struct following *following, struct text *out);
//   errors  as following_new; MARU_E_INPUT: of another plant, program or window, or damaged
MARU_MUST_USE maru_status following_load(const struct following_plan *plan, const void *bytes,
                                         size_t n, maru_faults *faults, struct following **out,
                                         maru_error *err);

// Listen to events with higher numbers than this alone.
void following_begin_at(struct following *following, int64_t number);

// Go on with the forecasts of `old`, which followed the same floor by other names.
void following_inherit(struct following *following, struct following *old);

// Take one event; `number` is its number in the store, now_us the time since 1970. One that cannot be
// believed is counted and kept with its reason, and that is MARU_OK.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status following_take(struct following *following, int64_t number,
                                         const struct event *event, maru_time now_us,
                                         maru_error *err);

// Time goes on, also when nothing is told.
void following_settle(struct following *following, maru_time now_us);

// The highest number that was taken: what is stored with a higher one has not been heard.
int64_t following_number(const struct following *following);

struct follower *following_follower(struct following *following);

// The floor at a moment, as a twin of its own: the present (at_us < 0), or back to a window ago.
//   memory  the caller frees; the model must outlive it
//   errors  MARU_E_RANGE: a moment that is not known; as present_new
MARU_MUST_USE maru_status following_present(struct following *following, maru_time at_us,
                                            maru_sim **out, maru_error *err);

// Add the lots that have left to a day at that moment, as maru_sim_look_at_day counts them.
//   out     (products of the plant)
void following_add_to_day(struct following *following, maru_time at_us, maru_day_now *day);

// What the floor calls lots that a look has by their numbers, "" where it is not known.
//   in      number (n), rising
//   out     name (n)
enum { FOLLOWING_NAME_BYTES = MIRROR_MAX_NAME_BYTES + 1 };
void following_names(struct following *following, const uint32_t *number, uint32_t n,
                     char (*name)[FOLLOWING_NAME_BYTES]);

// Does a forecast have to be made? Then its time is taken note of.
bool following_is_due(struct following *following);
void following_note_forecast(struct following *following, double took_s, const maru_error *err);

struct following_state {
    maru_time now_us, heard_us; // heard_us INT64_MIN: nothing yet
    maru_time heard_at_us;      // since 1970: when the last event came; 0: none yet
    maru_time age_us;           // how old it was then
    uint64_t version;           // grows with whatever changes the present
    uint32_t n_lot;
};
void following_look(struct following *following, struct following_state *out);

// ---- told (following_json.c), as docs/openapi.json has it

struct json;
// Members of one object, which the caller has opened.
void following_add_json(struct json *json, struct following *following, maru_time now_us);
void following_add_history(struct json *json, struct following *following);

// ---- for following_json.c

struct untied {
    maru_time at_us;      // since 1970, of the last one
    uint64_t times, turn; // turn: grows with each that was kept
    char kind[32], source[128], name[128], lot[MIRROR_MAX_NAME_BYTES + 1];
    char reason[MARU_ERROR_TEXT_BYTES];
};

struct following_counts {
    uint64_t n_event, n_not_needed, n_assumed, n_untied, n_ahead;
    uint64_t n_forecast;
};

struct following_point {          // of the series, at its end
    uint32_t n_lot, n_in, n_done; // on the floor; entered and done in it
};

struct following_series {
    maru_time begin_us; // of the first point
    uint32_t n_point, n_group;
    uint64_t n_in, n_done;         // so far
    struct following_point *point; // (FOLLOWING_MAX_POINTS)
    uint32_t *queue;               // (FOLLOWING_MAX_POINTS, n_group)
};

struct following_inside {
    const maru_model *model;
    struct follower *follower;
    const struct following_counts *counts;
    const struct untied *untied; // (FOLLOWING_MAX_UNTIED)
    const struct following_series *series;
    maru_time forecast_us, next_us; // INT64_MIN: none; INT64_MAX: none will be
    double took_s;                  // below 0: none yet
    const char *forecast_problem;   // "": none
};
struct following_inside following_inside(struct following *following);

#endif
