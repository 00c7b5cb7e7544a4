// A plant compiled with options: the const tables that the hot loop reads, laid out for it.
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/sim.h"
#include "plant/plant.h"
#include "sim/options.h"
#include "sim/rule/rule.h"

#define SIM_NONE UINT32_MAX

enum hop_flag {
    HOP_SAMPLED = 1 << 0,      // not every lot does it (1: lots.c)
    HOP_REWORK = 1 << 1,       // some lots go back afterwards
    HOP_KEEP = 1 << 2,         // its tool is kept for a later step
    HOP_KEPT = 1 << 3,         // needs the tool of an earlier step
    HOP_QUEUE_START = 1 << 4,  // a queue-time limit opens at its end
    HOP_QUEUE_END = 1 << 5,    // a queue-time limit ends at its start
    HOP_BATCH = 1 << 6,        // done in batches
    HOP_PER_WAFER = 1 << 7,    // its time is for one wafer
    HOP_CASCADE = 1 << 8,      // its tools have two places in series
    HOP_ALWAYS_SETUP = 1 << 9, // set up even where the setup is there
    HOP_ODD_TIME = 1 << 10,    // time is neither constant nor uniform: see plant
    HOP_LAST = 1 << 11,        // last step of its route
    HOP_COUNTS = 1 << 12,      // its wafers count towards maintenance
};

struct hop { // what the loop needs of a step: one cache line
    uint32_t group, setup;
    uint16_t flags;
    uint8_t location;           // row of the table of moves; location 0 is "none"
    uint8_t keep;               // memory of a lot that holds the kept tool
    uint32_t sample;            // of 2^32
    maru_time time_us, span_us; // uniform: from time_us over span_us; constant: span 0
    maru_time interval_us;
    uint32_t rework, rework_to; // of 2^32; step
    uint32_t queue;             // the limit that opens (SIM_NONE) ...
    uint32_t queue_end;         // ... and the first limit that ends here
    uint32_t batch;             // number among the batch steps
    uint32_t work_ms;           // expected time in the tool
};

struct queue_limit {
    uint32_t from, to; // steps
    maru_time limit_us;
    double work_us; // expected processing from the step after `from` to `to`, both lots' own and
                    // weighted by sampling
};

struct batch_step {
    uint32_t step, group, min_wafers, max_wafers;
};

struct group_plan { // what the loop needs of a tool group
    maru_time load_us, unload_us;
    uint32_t first_tool, n_tool;
    uint32_t first_downtime, n_downtime; // rows of plant.downtime
    uint32_t first_instance;             // of its first tool; each tool has n_downtime
    uint32_t rule;
    bool is_delay, cascade, batch, wakes_by_setup, min_run, reserves;
    bool plans_entry;              // cascade: that its first place gets free is an event
    bool all_alike;                // any tool may take any waiting lot
    bool plain;                    // ... and the first is the best
    bool any_tool;                 // a lot goes to the first ready tool, whatever it is
    bool ranks_setup;              // setup times can make a difference in the ranking
    bool has_keep;                 // some of its steps needs a kept tool
    bool mixes_batches;            // batch steps and others come here
    uint32_t wafer_downtimes;      // bits: downtimes that count wafers
    uint32_t n_step, n_batch_step; // how many steps come here
};

// How the entries of a waiting list are compared. A criterion with a slot has its numbers fixed at
// arrival.
enum { SLOT_NONE = 255, RULE_MAX_SLOT = 2 };
struct group_rule {
    struct rule rule;
    bool leads_by_priority;           // the list is kept in order of priority, then arrival
    uint8_t slot[RULE_MAX_CRITERION]; // where the criterion's numbers stand in the entry
    uint32_t n_slot;
    uint32_t n_left; // criteria after the leading priority that are not "arrival"
    bool by_number; // only one is left: the entry's first numbers, a * b or, if it falls with time,
    bool falls;     // (a - now) * b, the least first
};

struct maru_model {
    const maru_plant *plant;
    maru_options options;
    struct arena arena;
    maru_choose choose;
    uint32_t n_step, n_group, n_tool, n_class, n_queue, n_batch, n_instance, n_release, n_keep,
        n_setup;
    uint32_t n_location;             // with "none" in front
    const struct hop *hop;           // (n_step)
    const struct group_plan *group;  // (n_group)
    const struct group_rule *rule;   // (...)
    const uint32_t *tool_group;      // (n_tool)
    const uint32_t *instance_tool;   // (n_instance)
    const uint32_t *tool_luck;       // whose luck a tool has (n_tool): see build_luck
    const uint32_t *instance_luck;   // (n_instance)
    const struct dist *move;         // (n_location, n_location)
    const struct queue_limit *queue; // (n_queue)
    const struct batch_step *batch;  // (n_batch)
    // classes: product x priority
    const uint32_t *class_product; // (n_class)
    const int32_t *class_priority; // (n_class)
    const uint32_t *release_class; // (n_release)
    const uint32_t *stock_class;   // (n_stock)
    const double *raw_us;          // (n_product) mean raw process time
    const double *per_remaining; // 1/us (n_step): 1 / expected processing from the step to the end
    const double *flow_factor;   // (n_step) of each step for QTS, NULL elsewhere
    const uint64_t *
        setup_products; // (n_setup, n_product_words) products that need the setup, for minimum runs
    uint32_t n_product_words;
    int32_t lowest_priority;
    // first event of each kind: see state.h
    uint32_t pm_node, place_node, instance_node, release_node, lot_node;
    bool measures_steps; // pilot run for QTS
    // event calendar
    uint32_t bucket_shift, n_bucket;
    uint32_t n_lot_start; // lots to make room for at first
    uint32_t n_done;      // lots to keep when they are done, for the figures of a day
    uint64_t fingerprint; // of plant and options: saved states must match
};

// The first downtime instance of a tool.
static inline uint32_t model_instance(const struct maru_model *m, uint32_t tool) {
    const struct group_plan *plan = &m->group[m->tool_group[tool]];
    return plan->first_instance + (tool - plan->first_tool) * plan->n_downtime;
}

// Time to change from setup `from` (SIM_NONE: none yet) to what `step` needs, us, expected; 0 when
// nothing is to be done. `routes_too`: also where the route and not the table of changes says the
// time.
maru_time model_setup_us(const struct maru_model *model, uint32_t step, uint32_t from,
                         bool routes_too);

// Could a tool group work by `text`? err says why not.
//   errors  as rule_compile
MARU_MUST_USE maru_status model_try_rule(const char *text, maru_error *err);

// Draw a span from 64 random bits, us, >= 0.
maru_time dist_draw(const struct dist *dist, uint64_t bits);

// Mean flow factor of each step, from a run of a model that measures steps (run.c).
//   out     flow_factor (n_step)
//   errors  as maru_sim_run
maru_status model_pilot(const struct maru_model *model, double *flow_factor, maru_error *err);

#endif
