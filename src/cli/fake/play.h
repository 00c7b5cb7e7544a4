// Fake equipment at play: a life on the clock, what is told of it handed to the protocols, faults put between.
#ifndef CLI_FAKE_PLAY_H
#define CLI_FAKE_PLAY_H

#include <stdio.h>

#include "cli/fake/cast.h"
#include "cli/fake/stage.h"
#include "cli/verb.h"
#include "live/fake/disturb.h"

#define PLAY_MAX_SPEED 1e6
#define PLAY_MAX_PERIOD MARU_HOUR
#define PLAY_MAX_PAST MARU_DAY
enum { PLAY_MAX_FLOOD = 200 * 1000 }; // samples a second of a load test

struct play_options {
    struct life *life;
    const maru_plant *plant;
    const struct stage *stage;
    double speed;
    maru_time begin_us;  // of the plant, when playing begins
    maru_time past_us;   // so much is told first: the life stands past_us x speed before begin_us
    maru_time for_us;    // how long, 0: until somebody stops it
    maru_time period_us; // between two measurements of a tool
    maru_time heartbeat_us;  // a measured value is told after this time, though it has not changed
    uint64_t flood;          // samples a second, 0: none
    bool has_plant_clock;    // times are the plant's, not the wall's
    struct disturb *disturb; // NULL: no faults of sensors and clocks
    const struct fault_table *faults;
    int64_t wall_us; // when it begins, since 1970
    struct cast *cast;
    FILE *truth; // where each tick writes how things really are; NULL: nowhere
};

struct play_counts {
    double seconds;
    maru_time plant_us; // how far the plant's time has come
    uint64_t n_event, n_change, n_measured,
        n_told;             // n_told: of those measured, after report by exception
    uint64_t n_flood_round; // each flood tag has had so many values: 1, 2, ...
};

// Play until the time is over, or somebody asks to stop.
//   out     *counts, also after an error
//   errors  as life_run; MARU_E_MEMORY
MARU_MUST_USE maru_status play(const struct call *call, const struct play_options *options,
                               struct play_counts *counts, maru_error *err);

#endif
