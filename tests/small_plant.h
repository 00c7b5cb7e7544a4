// Little plants written as tables in a test, run through the public headers alone, and watched
// event by event.
//
// Whatever test runs a twin here, the laws that hold on every run are checked on it: lots in = lots
// out + on the floor, Little's law with its edge terms, shares of tools' time adding up to 1, and
// counts against those of the trace.
#ifndef TESTS_SMALL_PLANT_H
#define TESTS_SMALL_PLANT_H

#include <maru/sim.h>

// Rows without their header, which follows from the columns of docs/PLANT.md named here. NULL: no
// such table.
struct small_plant {
    const char *products;      // product,route
    const char *routes;        // route,tools,time and the columns named in route_columns
    const char *route_columns; // such as "per,setup": behind route,tools,time
    const char *tools;         // tools,count and tool_columns
    const char *tool_columns;
    const char *setups;    // to,from,time,min_run
    const char *calendars; // name,kind,tools,every,first,duration
    const char *releases;  // stream,product,every,start,count and release_columns
    const char *release_columns;
    const char *stock; // lot,product,step,start,due,priority
    const char *moves; // from,to,time
};

// The tables read; all faults are printed when there are any, and the test fails.
maru_plant *small_plant_read(const struct small_plant *tables);

struct journal {       // what the trace said since time 0
    maru_event *event; // (n_event), only when `keeps`
    size_t n_event, n_event_room;
    bool keeps;
    maru_time *entered; // us, by lot; -1: not on the floor
    size_t n_lot_room;
    uint32_t n_stock;
    uint64_t n_in, n_out; // lots since time 0, stock included
    maru_time entered_us; // sum over the lots on the floor
    // since the statistics began
    maru_time from_us, edge_us; // edge: sum of the ages of the lots on the floor at from_us
    uint64_t n_in_before, n_out_before;
    maru_time cycle_us;
    uint64_t n_late_queue, n_setup, n_start;
};

struct small_run {
    maru_plant *plant;
    maru_model *model;
    maru_sim *sim;
    maru_results *results; // of the last small_run_until
    struct journal journal;
};

// A run at time 0. options: "name=value; name=value", or NULL. keeps: whether the journal keeps
// every event.
struct small_run small_run_new(const struct small_plant *tables, const char *options, uint64_t seed,
                               bool keeps);

// On to `until_us`, results taken and the laws checked.
void small_run_until(struct small_run *run, maru_time until_us);

// The end of the warm-up.
void small_run_reset(struct small_run *run);
void small_run_free(struct small_run *run);

// The sum over all classes of what small_run_until found, by the name of a tool group.
const maru_group_result *small_run_group(const struct small_run *run, const char *name);

// Mean cycle time over all lots measured, us.
double small_run_cycle_us(const struct small_run *run);

// The events of one kind in order, as text: "3@1:20 1@1:30" with the product's (or lot's, or
// tool's) number and h:mm[:ss].
enum label { LABEL_PRODUCT, LABEL_LOT, LABEL_TOOL, LABEL_STEP };
const char *small_run_events(const struct small_run *run, maru_event_kind kind,
                             enum label label); // valid until called again

// The test fails unless these are the events of this kind.
void small_run_expect(const struct small_run *run, maru_event_kind kind, enum label label,
                      const char *want);

// A run of so many hours with every event kept.
struct small_run small_run_hours(const struct small_plant *tables, const char *options, int hours);

// The half-width of the 99 % interval over n independent values, and their mean.
struct estimate {
    double mean, half_width;
};
struct estimate estimate_99(const double *values, size_t n);

#endif
