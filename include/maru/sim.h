// The twin: a discrete-event model of a plant that runs, is measured, saved, forked and asked.
//
// A maru_model is a plant compiled with options: const, shared by any number of twins and threads.
// A maru_sim is one run on it; its whole mutable state is one block of memory without pointers, so
// that save, load and fork are one copy each. The same model, seed and calls give the same results
// on every machine.
#ifndef MARU_SIM_H
#define MARU_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/plant.h"
#include "maru/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MARU_SECOND ((maru_time)1000000)
#define MARU_MINUTE (60 * MARU_SECOND)
#define MARU_HOUR (60 * MARU_MINUTE)
#define MARU_DAY (24 * MARU_HOUR)
#define MARU_NONE UINT32_MAX

typedef struct maru_model maru_model;
typedef struct maru_sim maru_sim;

// ---- options: the rule and every assumption that the tables leave open (docs/MODEL.md)
// ---------------------------------

typedef struct maru_option { // one entry of the table of options
    const char *name;        // "rule", "queue_rule", "pm_first", ...
    const char *value;       // its default
    const char *choices;     // "stagger | together", or what kind of value
    const char *meaning;     // one sentence
} maru_option;

MARU_API size_t maru_option_count(void);
MARU_API const maru_option *maru_option_at(size_t index); // static

typedef struct maru_options maru_options;

// All defaults. The caller frees; NULL when there is no memory.
MARU_API maru_options *maru_options_new(void);
MARU_API void maru_options_free(maru_options *options);

// Set one option by name, such as ("rule", "priority desc, setup, due - now").
//   errors  MARU_E_USAGE: no such option or value, err says what would be right
MARU_MUST_USE MARU_API maru_status maru_options_set(maru_options *options, const char *name,
                                                    const char *value, maru_error *err);

// ---- models
// -------------------------------------------------------------------------------------------------------------

// Compile a plant. The plant must outlive the model. options may be NULL: all defaults.
//   errors  MARU_E_USAGE (a rule that does not compile), MARU_E_INPUT (a ranking of the plant that
//           does not), MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE MARU_API maru_status maru_model_new(const maru_plant *plant,
                                                  const maru_options *options, maru_model **out,
                                                  maru_error *err);
MARU_API void maru_model_free(maru_model *model);
MARU_API const maru_plant *maru_model_plant(const maru_model *model);

// A user's own rule in C: return the index of the lot to take next, n for "none of them now".
//   in      candidates of one tool, in the order of their arrival, at most the first 256; const
//           data only, no state of its own
typedef struct maru_candidate {
    uint32_t lot, step; // step: plant-wide index
    uint32_t product;
    int32_t priority;
    uint32_t wafers;
    maru_time arrived_us;   // at this queue
    maru_time released_us;  // INT64_MIN: unknown
    maru_time due_us;       // INT64_MAX: never
    maru_time queue_end_us; // when its queue-time limit runs out, INT64_MAX: none
    maru_time setup_us;     // expected setup if taken by this tool now
    double process_us;      // expected, at this step
    double remaining_us;    // expected processing to the end of its route, this step included
} maru_candidate;
typedef struct maru_view {
    maru_time now_us;
    uint32_t group, tool;
    const maru_model *model;
} maru_view;
typedef uint32_t (*maru_choose)(const maru_view *view, const maru_candidate *candidates,
                                uint32_t n);
MARU_API void maru_model_set_choose(maru_model *model, maru_choose choose);

// ---- twins
// ----------------------------------------------------------------------------------------------------------------

// A twin at time 0 with the plant's stock on the floor.
//   memory  the caller frees; the model must outlive it
//   errors  MARU_E_MEMORY, MARU_E_LIMIT
MARU_MUST_USE MARU_API maru_status maru_sim_new(const maru_model *model, uint64_t seed,
                                                maru_sim **out, maru_error *err);
MARU_API void maru_sim_free(maru_sim *sim);

// Fire every event at or before `until_us`.
//   errors  MARU_E_LIMIT when max_lot is passed, MARU_E_MEMORY when there is none to grow: the
//           state is that before the release at fault, and the run can go on later
//   memory  allocates nothing, unless the lots on the floor outgrow the room made for them at first
//   cost    about 140 ns an event on SMT2020 (docs/PERFORMANCE.md)
MARU_MUST_USE MARU_API maru_status maru_sim_run(maru_sim *sim, maru_time until_us, maru_error *err);
MARU_API maru_time maru_sim_now(const maru_sim *sim);
MARU_API const maru_model *maru_sim_model(const maru_sim *sim);

// Forget all statistics and start them anew now: the end of the warm-up.
MARU_API void maru_sim_reset_statistics(maru_sim *sim);

// The state as bytes: n_bytes of it are written to `out`, which must have room for maru_sim_bytes.
MARU_API size_t maru_sim_bytes(const maru_sim *sim);
MARU_API void maru_sim_save(const maru_sim *sim, void *out);

// A twin from saved bytes: they must be of the same model (plant and options) and version.
//   errors  MARU_E_INPUT (of another model, damaged), MARU_E_RANGE, MARU_E_MEMORY
MARU_MUST_USE MARU_API maru_status maru_sim_load(const maru_model *model, const void *bytes,
                                                 size_t n_bytes, maru_sim **out, maru_error *err);

// Make `fork` (made for the same model) a copy of `sim`: one memcpy. With a new seed its future is
// another one.
//   errors  MARU_E_MEMORY when fork is smaller and cannot grow
MARU_MUST_USE MARU_API maru_status maru_sim_fork(const maru_sim *sim, maru_sim *fork,
                                                 maru_error *err);
MARU_API void maru_sim_reseed(maru_sim *sim, uint64_t seed);
// The same with a twin made for it.
//   memory  the caller frees
//   errors  MARU_E_MEMORY
MARU_MUST_USE MARU_API maru_status maru_sim_copy(const maru_sim *sim, maru_sim **out,
                                                 maru_error *err);

// A tool goes down now because somebody says so, until it is mended: it takes no more lots, and the
// work inside goes on when it is up again. Nothing happens to one that is stopped already.
MARU_API void maru_sim_stop_tool(maru_sim *sim, uint32_t tool);
// A tool is up again now, whatever it was down for unscheduled; its next failures are drawn as
// after any repair.
MARU_API void maru_sim_mend_tool(maru_sim *sim, uint32_t tool);

// ---- what stands where now

typedef enum maru_tool_state { // SEMI E10
    MARU_TOOL_STANDBY,
    MARU_TOOL_PRODUCTIVE,
    MARU_TOOL_SETUP,
    MARU_TOOL_ENGINEERING, // the tables have no such time
    MARU_TOOL_SCHEDULED_DOWN,
    MARU_TOOL_UNSCHEDULED_DOWN,
    MARU_TOOL_NONSCHEDULED, // the same
} maru_tool_state;

typedef struct maru_tool_now {
    maru_time until_us;       // planned end of what it does, INT64_MAX: nothing is planned
    maru_time maintenance_us; // when the next one by the calendar falls due, INT64_MAX: none
    uint32_t maintenance;     // which, of the downtimes of the plant, MARU_NONE: none
    uint32_t setup;           // MARU_NONE: none
    maru_tool_state state;
    bool is_stopped; // by maru_sim_stop_tool
} maru_tool_now;

typedef enum maru_lot_where {
    MARU_LOT_MOVING,  // to `group`
    MARU_LOT_WAITING, // at `group`
    MARU_LOT_IN_TOOL,
} maru_lot_where;

typedef struct maru_lot_now {
    uint32_t lot; // number of its release
    uint32_t product, step, wafers;
    int32_t priority;
    maru_lot_where where;
    uint32_t group, tool;   // tool: MARU_NONE unless it is in one
    maru_time since_us;     // it waits, INT64_MIN: it does not wait
    maru_time until_us;     // planned arrival, or end of the job, INT64_MAX: none
    maru_time released_us;  // INT64_MIN: unknown
    maru_time due_us;       // INT64_MAX: never
    maru_time queue_end_us; // when its queue-time limit runs out, INT64_MAX: none is open
} maru_lot_now;

// How many tools, and lots on the floor, the next two tell of.
MARU_API uint32_t maru_sim_tool_count(const maru_sim *sim);
MARU_API uint32_t maru_sim_lot_count(const maru_sim *sim);
// Each tool by its number, each lot in no order.
//   out     (maru_sim_tool_count), (maru_sim_lot_count)
MARU_API void maru_sim_look_at_tools(const maru_sim *sim, maru_tool_now *out);
MARU_API void maru_sim_look_at_lots(const maru_sim *sim, maru_lot_now *out);

// What a tool group has done since the beginning of the measured time.
typedef struct maru_group_now {
    uint32_t n_waiting;
    uint64_t n_lot, n_setup;
    maru_time productive_us, setup_us, scheduled_down_us, unscheduled_down_us; // of all its tools
    maru_time waiting_us; // integral of the lots waiting
    maru_time work_us;    // expected processing of those that wait now
} maru_group_now;
//   out     (groups of the plant)
MARU_API void maru_sim_look_at_groups(const maru_sim *sim, maru_group_now *out);
// How a product did in the last 24 hours, or since time 0, against what the tables plan.
typedef struct maru_day_now {
    uint64_t n_released, n_planned; // lots released; planned: if every interval were the mean one
    uint64_t n_done;
    uint64_t n_due,
        n_on_time;   // lots whose due date fell into it and has passed; of these, done by it
    uint32_t n_late; // lots on the floor now whose due date has passed
} maru_day_now;
//   out     (products of the plant)
//   returns false: there was no room to keep every lot that was done, so all but n_planned and n_late
//           are too small
//   cost    O(lots on the floor and done)
MARU_API bool maru_sim_look_at_day(const maru_sim *sim, maru_day_now *out);
// Lots done since the beginning of the measured time.
MARU_API uint64_t maru_sim_out_count(const maru_sim *sim);

// Every event as it happens.
typedef enum maru_event_kind {
    MARU_EV_RELEASE,     // lot enters the plant
    MARU_EV_ARRIVE,      // lot joins the queue of a step
    MARU_EV_START,       // tool takes lot (setup and load begin)
    MARU_EV_END,         // lot leaves the tool
    MARU_EV_SKIP,        // step not done: sampling
    MARU_EV_REWORK,      // lot goes back
    MARU_EV_FINISH,      // lot leaves the plant
    MARU_EV_SETUP,       // tool begins to change its setup
    MARU_EV_FAIL,        // tool goes down unscheduled
    MARU_EV_MAINTENANCE, // tool goes down scheduled
    MARU_EV_UP,          // tool is up again
    MARU_EV_LATE_QUEUE,  // lot starts after its queue-time limit
} maru_event_kind;
typedef struct maru_event {
    maru_time time_us;
    maru_event_kind kind;
    uint32_t lot, tool, step; // MARU_NONE where it has no meaning; step: plant-wide index
    uint32_t product;
} maru_event;
typedef void (*maru_trace)(void *context, const maru_event *event);
MARU_API const char *maru_event_name(maru_event_kind kind);
MARU_API void maru_sim_set_trace(maru_sim *sim, maru_trace trace,
                                 void *context); // not part of the state

// ---- results
// --------------------------------------------------------------------------------------------------------------

enum { MARU_N_QUANTILE = 7 };
#define MARU_QUANTILES                                                                             \
    { 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95 }

typedef struct maru_class_result { // lots of one product and priority, or of one priority over all
                                   // products
    uint32_t product;              // MARU_NONE: all products of this priority
    int32_t priority;
    uint64_t n_out;      // lots done in the measured time
    uint64_t n_measured; // of these, lots whose release is known and after time 0
    double cycle_mean_us, cycle_sd_us;
    double cycle_q_us[MARU_N_QUANTILE];
    double flow_mean; // flow factor: cycle time / mean raw process time of the product
    double flow_q[MARU_N_QUANTILE];
    double on_time;           // share of n_out that was done by its due date; NaN without due dates
    double tardiness_mean_us; // over those with a due date
    const uint32_t *flow_histogram; // (n_flow_bin) of the results: lots by flow factor
} maru_class_result;

typedef struct maru_group_result {
    const char *name, *area;
    uint32_t n_tool;
    bool is_delay;
    uint64_t n_job, n_lot, n_setup;
    // shares of the tools' time, SEMI E10; they add up to 1
    double productive, setup, standby, engineering, scheduled_down, unscheduled_down;
    double utilization; // productive + setup, of the time that the tools were not down
    double queue_mean;  // lots waiting
    double queue_max;
    double wait_mean_us; // a lot, from joining the queue to being taken
} maru_group_result;

typedef struct maru_queue_result { // one queue-time limit
    uint32_t step, to_step;        // plant-wide indices
    maru_time limit_us;
    uint64_t n_pass, n_late;
    double late_mean_us;  // of those late: by how much
    double slack_mean_us; // of those in time: what was left
} maru_queue_result;

typedef struct maru_results {
    maru_time from_us, to_us;           // the measured time
    uint64_t seed, n_event, n_lot_step; // n_event, n_lot_step: since time 0
    uint64_t n_released, n_out;         // lots in the measured time
    double wip_mean;
    uint32_t wip_now, wip_max;
    uint32_t n_class;
    const maru_class_result
        *class_; // (n_class) each product and priority, then all products of each priority
    uint32_t n_flow_bin;
    double flow_bin_width; // bin i holds flow factors from i * width
    uint32_t n_group;
    const maru_group_result *group; // (n_group)
    uint32_t n_queue;
    const maru_queue_result *queue; // (n_queue)
    // series over the measured time in equal intervals; the last may be incomplete
    uint32_t n_point;
    maru_time point_us;            // length of one interval
    const double *wip;             // mean lots on the floor (n_point)
    const double *released, *done; // lots (n_point)
    const double *queue_length;    // mean lots waiting (n_group, n_point)
    uint32_t bottleneck;           // group
    char bottleneck_why[160];
    char digest[33]; // over everything above and the trace of all events
} maru_results;

// What was measured so far.
//   memory  the caller frees with maru_results_free
MARU_MUST_USE MARU_API maru_status maru_sim_results(const maru_sim *sim, maru_results **out,
                                                    maru_error *err);
MARU_API void maru_results_free(maru_results *results);

#ifdef __cplusplus
}
#endif

#endif
