// What a life is made of: for life.c and its tests.
#ifndef LIVE_FAKE_LIFE_INSIDE_H
#define LIVE_FAKE_LIFE_INSIDE_H

#include "live/fake/life.h"

enum {
    LIFE_LOTS_NAMED = 64, // of the lots in a tool; more are counted
    LIFE_ANNOUNCED_PERCENT = 70,
    LIFE_STREAM_TROUBLE = 11, // of random numbers; process.c has 1 and 2
    LIFE_STREAM_SCRAP = 12,
    LIFE_STREAM_WEAR = 13,
};
#define LIFE_AHEAD_US (2 * MARU_HOUR)         // how far failures are known before
#define LIFE_LEAST_RISE_US (20 * MARU_MINUTE) // how long one that is announced shows at least
#define LIFE_USUAL_WEAR_US (7 * MARU_DAY)     // of tools without maintenance by the calendar
#define LIFE_WEAR_MAINTAINED 0.0              // what maintenance and repair leave of it
#define LIFE_WEAR_REPAIRED 0.5
#define LIFE_SCRAP 0.004
#define LIFE_SCRAP_BY_WEAR 0.006
#define LIFE_SCRAP_BY_RISE 0.08

struct life_lot {
    maru_time due_us;
    uint32_t product, wafers;
    int32_t priority;
    bool is_unseen; // it was in a tool when all began, and is still
};

struct life_doing { // of a tool, after its last event
    maru_time setup_until;
    bool is_down, is_maintained, has_job;
};

struct life_tool {
    struct process process;
    struct life_doing doing;
    maru_tool_state state; // that was told
    enum process_mode mode;
    uint32_t run_step; // whose recipe runs, MARU_NONE: none
    uint32_t step, n_lot, lot[LIFE_LOTS_NAMED];
    int64_t good, scrap;
    int alarm;
    bool is_touched, has_trouble;
    struct process_trouble trouble;  // the next failure, where has_trouble
    maru_time warn_us;               // when it is warned of, INT64_MAX: never
    maru_time due_us;                // the next moment that it waits for
    uint64_t told[LIFE_TAG_PROCESS]; // hashes of the values that were told, 0: none
};

struct life_coming { // a failure ahead
    maru_time at_us;
    uint32_t tool;
};

struct life {
    const maru_plant *plant;
    uint64_t seed;
    struct moment now, ahead;
    struct acts acts;
    const struct life_sink *sink; // during a call
    struct life_tool *tool;       // (plant.n_tool)
    maru_time *wear_us;           // (plant.n_group)
    uint32_t *touched;            // (n_touched) tools that something happened to at touched_us
    uint32_t n_touched;
    maru_time touched_us;
    maru_time due_us;     // the first of the tools'
    struct life_lot *lot; // (lot_room) by number
    uint32_t lot_room;
    struct life_coming *coming; // (n_coming) in the order of time
    size_t n_coming, coming_room;
    uint64_t n_done, n_event;
    maru_status status; // what went wrong inside the twin's trace
    maru_error err;
};

#endif
