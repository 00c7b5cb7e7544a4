// The frozen model of a factory: what was read, checked and can no longer change.
//
// One arena owns everything; after plant_freeze the whole is const and shared by all threads.
// Entities are rows of arrays and name each other by index; PLANT_NONE stands for "not set". Times
// are microseconds (us). Both dialects of tables end here, and nothing behind this header knows
// which one it was.
#ifndef PLANT_PLANT_H
#define PLANT_PLANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/plant.h"

#define PLANT_NONE UINT32_MAX

enum { PLANT_LOT_WAFERS = 25 }; // the ordinary lot, where a mean time needs one

// How a span of time is drawn. All of a, b, c are us and >= 0.
enum dist_kind {
    DIST_NONE,        // not given
    DIST_CONSTANT,    // a
    DIST_UNIFORM,     // a to b
    DIST_EXPONENTIAL, // mean a
    DIST_LOGNORMAL,   // mean a, standard deviation b (of the span itself, not of its logarithm)
    DIST_TRIANGULAR,  // lowest a, most likely b, highest c
    DIST_EMPIRICAL,   // the n_value spans from value[], each as likely as the other
};

struct dist {
    enum dist_kind kind;
    maru_time a, b, c;
    uint32_t n_value;
    const maru_time *value; // us (n_value), sorted
    const char *file;       // where value[] came from: for writing the tables again
};

struct plant_area {
    const char *name;
};

struct plant_location {
    const char *name;
};

// The cell that a text was read from, for faults that only those who use it can find.
struct plant_cell {
    const char *file, *header;
    uint32_t row, column; // 1-based
};

// A ranking is a comma-separated list of criteria in the language of rules ("priority desc, setup,
// fifo"); it is kept as text here and compiled by the twin.
struct plant_group { // identical tools
    const char *name;
    uint32_t area, location;
    uint32_t n_tool, first_tool; // tools are numbered group by group
    uint32_t n_tool_before;      // in the plant that this is a change of; elsewhere n_tool
    maru_time load_us, unload_us;
    bool is_delay;       // a place to wait, not a tool: left out of utilisation and tool counts
    bool is_cascade;     // two places in series: the next lot enters while the last is still inside
    bool wakes_by_setup; // of several idle tools, take the one with the least setup
    bool batch_by_step;  // only lots of the same route and step go together
    bool avoids_setup;   // minimum runs of its setups hold (AutoSched: rule_LSSU)
    bool reserves_hot;   // a hot lot on its way holds a tool (AutoSched: rule_HotLotFIRST)
    const char *ranking; // NULL: first in, first out
    struct plant_cell ranking_at; // where there is a ranking
    uint32_t row;                 // of tools.csv or tool.txt: where faults point
};

struct plant_setup {
    const char *name;
    uint32_t min_run; // lots to be processed after a change before the next; 0 = none
    uint32_t change_first, n_change; // range of plant.change: changes INTO this setup
};

struct plant_change {
    uint32_t from; // setup, PLANT_NONE = from any
    maru_time time_us;
};

struct plant_product {
    const char *name, *family; // family: NULL where not given
    uint32_t route;
    // derived, us: what an ordinary lot takes without waiting; expected load, processing, unload
    // and transport, sampling and rework included
    double raw_process_us;
};

struct plant_route {
    const char *name;
    const char *file; // for faults
    uint32_t first_step, n_step;
};

enum step_per { PER_LOT, PER_WAFER, PER_BATCH };

struct plant_step {
    const char *name;
    uint32_t route, group;
    enum step_per per;
    struct dist time; // of one lot, wafer or batch
    // Cascade: from the start of one lot (PER_LOT) or wafer (PER_WAFER) to the next; 0 = none.
    maru_time interval_us;
    uint32_t batch_min, batch_max; // wafers; 0 = no batch
    uint32_t setup;                // setup needed
    bool setup_always;             // set up again even where it is already there
    struct dist setup_time;        // DIST_NONE: look in the changes of the setup
    uint32_t keep_for;             // step (plant-wide index) that must use the tool used here
    uint32_t kept_from;            // derived: the step whose tool must be used here
    uint32_t rework_to;            // step (plant-wide index) to go back to
    double rework;                 // probability [0, 1]
    double sampling;               // probability that a lot does this step [0, 1]
    // Queue-time limit: from the end of this step to the start of step queue_to at most queue_us.
    uint32_t queue_to;
    maru_time queue_us;
    uint32_t queue_from; // derived: the step whose limit ends here (the first where several do)
    uint32_t row;        // of its file
    // derived, expected values for an ordinary lot (PLANT_LOT_WAFERS), us:
    // process_us    in the tool: load, processing, unload; without setup and waiting
    // remaining_us  from this step to the end of the route, weighted by sampling, without transport
    //               and rework
    // passes        how often a lot comes by, rework included; it does the step passes * sampling
    //               times
    double process_us, remaining_us, passes;
};

enum downtime_kind { DOWN_FAILURE, DOWN_MAINTENANCE };

struct plant_downtime { // one row a tool group: areas are expanded when frozen
    const char *name;
    uint32_t group;
    enum downtime_kind kind;
    bool by_wafers;           // counts wafers processed by the tool, else calendar time
    struct dist every, first; // us; with by_wafers the a of DIST_CONSTANT is a number of wafers
    struct dist duration;
    uint32_t calendar; // row of plant.calendar it was expanded from
};

struct plant_calendar { // as written: on an area or on a tool group
    const char *name;
    uint32_t area, group; // one of them set
    enum downtime_kind kind;
    bool by_wafers;
    struct dist every, first, duration;
};

struct plant_release { // a stream of lots
    const char *name, *order;
    uint32_t product;
    int32_t priority; // higher goes first
    uint32_t wafers;
    maru_time start_us; // of the first release
    struct dist every;
    uint64_t n_release; // how often; UINT64_MAX = for ever
    uint32_t lots_each;
    maru_time due_after_us; // flow allowance of every lot; INT64_MAX: never late
    bool is_hot;            // may reserve tools
};

struct plant_stock { // a lot on the floor at time 0
    const char *name, *order;
    uint32_t product;
    int32_t priority;
    uint32_t wafers;
    uint32_t step;      // plant-wide index: the step it waits for
    bool start_known;   // false: its cycle time says nothing (AutoSched's WIP files give time 0)
    maru_time start_us; // when it was released, <= 0
    maru_time due_us;   // INT64_MAX: never late
    bool is_hot;
};

// Where a tool stands, as the tables say. Heading 0 looks towards -y, and turns counterclockwise.
struct plant_place {
    uint32_t tool;
    double x_m, y_m; // of its centre
    double heading_deg;
    double width_m, depth_m, height_m; // at heading 0 along x, y and up; 0: not given
    const char *asset;                 // the user's own model of it, NULL: none
};

// Overhead rails that carriers run on: links that are passed one way, between nodes.
struct plant_rail_node {
    double x_m, y_m;
};
struct plant_rail {
    uint32_t from, to; // nodes, two different ones
};

struct plant_values { // a file of observed times
    const char *file;
    uint32_t n_value;
    const maru_time *value; // us (n_value), sorted
};

struct maru_plant {
    struct arena arena;
    const char *name, *start, *time_zone; // start: ISO 8601 local date and time of time 0
    maru_time start_date;   // the same, us since 1970-01-01 00:00:00 without regard to zones
    const char *tools_file; // where plant_group.row counts lines: for faults
    uint32_t n_area, n_location, n_group, n_tool, n_setup, n_change, n_product, n_route, n_step;
    uint32_t n_calendar, n_downtime, n_release, n_stock, n_values, n_place;
    uint32_t n_rail_node, n_rail;
    const struct plant_area *area;
    const struct plant_location *location;
    const struct dist *move; // (n_location from, n_location to); DIST_NONE = no time
    const struct plant_group *group;
    const uint32_t *tool_group; // (n_tool)
    const struct plant_setup *setup;
    const struct plant_change *change;
    const struct plant_product *product;
    const struct plant_route *route;
    const struct plant_step *step; // (n_step), route by route
    const struct plant_calendar *calendar;
    const struct plant_downtime *downtime; // sorted by group, then by calendar
    const struct plant_release *release;
    const struct plant_stock *stock;
    const struct plant_place *place; // (n_place), sorted by tool; no run depends on them
    const struct plant_rail_node *rail_node;
    const struct plant_rail *rail;     // (n_rail), in the order of rail.csv; no run depends on them
    const struct plant_values *values; // what the value[] of drawn spans point into
};

// Expected value of a drawn span, us. 0 for DIST_NONE.
double dist_mean(const struct dist *dist);

#endif
