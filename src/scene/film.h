// A film as its writers see it: the looks of each tool and the visits of each lot, in order of time.
#ifndef SCENE_FILM_H
#define SCENE_FILM_H

#include "maru/scene.h"

enum { FILM_MAX_KEYS = 20000000 };

enum look { LOOK_STANDBY, LOOK_PRODUCTIVE, LOOK_SETUP, LOOK_MAINTENANCE, LOOK_FAILED, N_LOOK };

struct film_key {
    maru_time at_us;
    uint32_t subject;      // a tool, or a lot
    uint32_t value;        // a look, or a tool
    maru_film_event event; // of a lot
};

struct film_keys {
    struct film_key *key; // (n), when the film has ended sorted by subject, then as they came
    uint32_t n, cap;
    uint32_t n_subject;
    uint32_t *first; // (n_subject + 1): keys of subject i are key[first[i]] up to key[first[i + 1]]
};

struct maru_film {
    const maru_layout *layout;
    maru_time to_us;
    maru_status status;
    struct film_keys look, visit;
    struct film_tool {
        uint32_t n_inside;   // lots
        maru_time setup_us;  // when its setup ends; 0: there is none
        maru_time paused_us; // since when it is down
        uint8_t down;        // LOOK_MAINTENANCE, LOOK_FAILED, or 0
        uint8_t look;
    } * tool; // (n_tool)
};

// A point of a carrier's way.
struct film_point {
    maru_time at_us;
    double x_m, y_m;
    bool is_on_rails;
};

// Points from one visit to the next: from the port of `from` when it leaves, to that of `to` when
// it gets there. Gives how many, at most film_way_points.
uint32_t film_way(maru_ways *ways, const struct film_key *from, const struct film_key *to,
                  struct film_point *point);

static inline uint32_t film_way_points(const maru_layout *layout) {
    return layout->n_rail_node + 8;
}

#endif
