// The whole mutable state of a twin: arrays in one block of memory, without pointers.
//
// STATE_ARRAYS is the only list of what there is: allocating, saving, loading, forking and growing
// walk over it. Entities name each other by index, SIM_NONE is "nobody". The pointers of struct
// state are derived from the block and live outside.
#ifndef SIM_STATE_H
#define SIM_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "maru/sim.h"
#include "sim/model.h"

enum {
    SIM_N_POINT =
        256, // points of a series; when full, neighbors are merged and the interval doubles
    SIM_N_FLOW_BIN =
        2048, // bins of flow-factor histograms; when one is too high, neighbors are merged
    SIM_MAX_DONE = 1 << 16, // lots that are done and kept for the figures of a day
    SIM_FORMAT = 3,         // version of saved states
};

enum lot_flag {
    LOT_RESERVES = 1 << 0, // may hold tools
    LOT_HOLDS = 1 << 1,    // holds one now, in group `held`
    LOT_KNOWN = 1 << 2,    // its release is known, so its cycle time counts
    LOT_IN_PLANT = 1 << 3,
};

struct lot { // one cache line
    uint32_t step;
    uint32_t visit;  // steps looked at so far: counter of its random numbers
    uint32_t serial; // number of its release: stream of its random numbers
    uint32_t next;   // in the same job, or in the list of free places
    maru_time due, released;
    maru_time queue_start;              // when the queue-time limit `queue` opened
    uint32_t queue;                     // SIM_NONE: none is open
    uint32_t luck_process, luck_rework; // random words of this visit
    uint16_t class_, wafers;
    uint8_t flags, location;
    uint16_t spare;
    uint32_t held;
};

enum tool_flag {
    TOOL_READY = 1 << 0, // stands in its group's list of tools that can take a lot
    TOOL_IN_PM = 1 << 1,
    TOOL_ENTRY_TAKEN = 1 << 3, // its first place is not free yet
    TOOL_FAILURE_DUE = 1 << 2, // a failure waits for the job or the maintenance to end
    TOOL_STOPPED = 1 << 4,     // down because somebody said so
};

struct tool { // one cache line
    uint32_t setup;
    uint32_t ready_next, ready_last; // neighbors in the list of ready tools
    uint32_t job[2];                 // first lot of each job, SIM_NONE: place is free
    uint8_t n_job, n_down, flags, pm_running;
    uint32_t run_left;       // lots to go in the minimum run
    uint32_t pm_due;         // bits: maintenance of the group that waits to begin
    maru_time counted_until; // time shares are counted up to here
    maru_time setup_until;   // the present jobs set up until then
    maru_time place_free[2]; // cascade: when the two places in series get free
};

struct tool_trouble { // what is rarely needed of a tool
    maru_time paused_at;
    maru_time empty_since; // of tools with minimum runs: the end of their last job
    maru_time job_end[2];  // of the jobs that a failure has stopped, as planned then
    uint32_t failure_due;  // bits: failures that wait for maintenance to end
    uint32_t n_setup;      // counter of its random numbers
};

struct instance {           // a downtime of one tool
    uint32_t n_drawn;       // counter of its random numbers
    uint32_t wafers, limit; // processed since its last maintenance; how many make it due
    uint32_t spare;
};

struct waiting { // a lot in a waiting list: what rules need, fixed at arrival
    uint32_t lot, step;
    uint32_t setup, kept_tool;
    int32_t priority;
    uint32_t wafers;
    maru_time arrived;
    double a[RULE_MAX_SLOT], b[RULE_MAX_SLOT];
};

struct group { // a tool group's lists and running sums; what is touched most comes first
    uint32_t ready_first, ready_end, n_ready;
    uint32_t n_held;                                // reservations that have no tool yet
    uint32_t list, list_room, list_from, n_waiting; // entries list + list_from ... of the pool
    maru_time productive_us;                        // tools' time
    uint64_t n_job;
    maru_time counted_until;
    maru_time waiting_us; // integral of the list's length
    maru_time wait_us;
    int64_t work_ms;        // expected work waiting, for winq
    uint32_t n_batch_ready; // batch steps with enough wafers waiting
    uint32_t max_waiting;
    uint64_t n_more; // lots in jobs beside the first of each
    uint64_t n_setup;
    maru_time setup_us, pm_us, down_us;
};

struct done_lot {                  // a lot that is done, kept while the figures of a day need it
    maru_time done, due, released; // due: INT64_MAX: never; released: INT64_MIN: unknown
    uint32_t product, spare;
};

struct class_sum {
    uint64_t n_out, n_measured, n_due, n_on_time;
    double cycle_us, cycle_square, tardy_us;
};

struct queue_sum {
    uint64_t n_pass, n_late;
    maru_time late_us, slack_us;
};

struct step_sum {
    maru_time cycle_us;
    uint64_t n;
};

struct release_state {
    uint64_t n_done; // releases so far
    maru_time at;    // of the next, in the plant's own rate
};

struct node {    // a pending event; its number says whose it is
    int64_t key; // time * 8 + rank; INT64_MAX: not pending
    uint32_t next;
    uint16_t is_far;
    uint16_t repairs; // a failure: the event is the end of its repair
};

struct far_event {
    int64_t key;
    uint64_t order;
    uint32_t node, spare;
};

struct head { // scalars
    uint64_t format, fingerprint, seed, bytes;
    uint32_t n_lot_room, n_free;
    uint32_t free_lot, n_in_plant;
    uint64_t next_serial;
    maru_time now;
    // event calendar
    int64_t cursor;               // number of the bucket whose events come now
    uint32_t now_first, now_last; // list of its events; last: only while there is a first
    uint32_t n_far, reserved;
    uint64_t next_order;
    // pool of waiting entries
    uint32_t pool_used, spare;
    // counters
    uint64_t n_event, n_lot_step, trace[2];
    // measured since
    maru_time from, wip_until, wip_us, wip_point_us;
    uint64_t n_released, n_out, released_point, out_point;
    uint32_t max_in_plant, n_point;
    maru_time point_width, point_at; // end of the open point
    double flow_bin_width;
    // lots that are done
    uint32_t n_done, spare_done;
    maru_time done_lost_until; // one for which there was no room would be kept until then
};

// X(type, name, count)
#define STATE_ARRAYS(X)                                                                            \
    X(struct head, head, 1)                                                                        \
    X(struct group, group, m->n_group)                                                             \
    X(maru_time, group_point_us, m->n_group) /* waiting_us at the last point of the series */      \
    X(struct tool, tool, m->n_tool)                                                                \
    X(struct tool_trouble, trouble, m->n_tool)                                                     \
    X(struct instance, instance, m->n_instance)                                                    \
    X(struct release_state, release, m->n_release)                                                 \
    X(uint32_t, product_in_plant, m->plant->n_product)                                             \
    X(uint32_t, batch_wafers, m->n_batch)      /* waiting at each batch step */                    \
    X(uint32_t, bucket, m->n_bucket)           /* node put last into each, SIM_NONE: empty */      \
    X(uint64_t, bucket_used, m->n_bucket / 64) /* a bit for each bucket with events */             \
    X(struct class_sum, class_sum, m->n_class)                                                     \
    X(uint32_t, flow, (size_t)m->n_class *SIM_N_FLOW_BIN)                                          \
    X(struct done_lot, done_lot, m->n_done) /* heap: the one that is dropped next is first */      \
    X(struct queue_sum, queue_sum, m->n_queue)                                                     \
    X(struct step_sum, step_sum, m->measures_steps ? m->n_step : 0)                                \
    X(double, point_wip, SIM_N_POINT)                                                              \
    X(double, point_released, SIM_N_POINT)                                                         \
    X(double, point_done, SIM_N_POINT)                                                             \
    X(float, point_waiting, (size_t)m->n_group *SIM_N_POINT)                                       \
    X(struct node, node, state_n_node(m, n_lot)) /* lots stand last */                             \
    X(struct far_event, far, state_n_node(m, n_lot))                                               \
    X(struct lot, lot, n_lot)                                                                      \
    X(maru_time, step_done_at, m->measures_steps ? n_lot : 0)                                      \
    X(uint32_t, keep, (size_t)n_lot * m->n_keep) /* tools kept by each lot */                      \
    X(struct waiting, pool, state_n_pool(m, n_lot))

struct state {
#define X(type, name, count) type *name;
    STATE_ARRAYS(X)
#undef X
};

struct maru_sim {
    const struct maru_model *model;
    struct state s;
    void *block; // inside memory, at the start of a cache line
    void *memory;
    size_t block_bytes;
    maru_trace trace;
    void *trace_context;
};

// Numbers of the events: two jobs a tool, maintenance end a tool, a first place that gets free a
// tool, downtimes, releases, lots.
static inline uint32_t node_of_job(uint32_t tool, uint32_t place) { return 2 * tool + place; }
static inline uint32_t node_of_pm(const struct maru_model *m, uint32_t tool) {
    return m->pm_node + tool;
}
static inline uint32_t node_of_place(const struct maru_model *m, uint32_t tool) {
    return m->place_node + tool;
}
static inline uint32_t node_of_instance(const struct maru_model *m, uint32_t i) {
    return m->instance_node + i;
}
static inline uint32_t node_of_release(const struct maru_model *m, uint32_t r) {
    return m->release_node + r;
}
static inline uint32_t node_of_lot(const struct maru_model *m, uint32_t lot) {
    return m->lot_node + lot;
}
static inline size_t state_n_node(const struct maru_model *m, size_t n_lot) {
    return m->lot_node + n_lot;
}
// Lists hold at least 8 and grow by doubling, so the rooms of all lists never exceed this after
// packing.
enum { POOL_MIN_ROOM = 8 };
static inline size_t state_n_pool(const struct maru_model *m, size_t n_lot) {
    return 3 * n_lot + (size_t)2 * POOL_MIN_ROOM * m->n_group;
}

// A block for n_lot lots, all zero, with pointers set.
maru_status state_new(const struct maru_model *model, uint32_t n_lot, struct maru_sim *sim,
                      maru_error *err);
void state_free(struct maru_sim *sim);

// The same state with room for more lots.
//   errors  MARU_E_MEMORY: nothing has changed
maru_status state_grow(struct maru_sim *sim, uint32_t n_lot, maru_error *err);

#endif
