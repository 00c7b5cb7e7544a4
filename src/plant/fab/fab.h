// A made-up semiconductor fab of any size, in the likeness of SMT2020: for benchmarks, and for
// people without the testbed.
//
// The same specification gives the same tables, byte for byte.
#ifndef PLANT_FAB_H
#define PLANT_FAB_H

#include <stdbool.h>
#include <stdint.h>

#include "maru/plant.h"

enum {
    FAB_MIN_TOOLS = 5,
    FAB_MAX_TOOLS = 20000,
    FAB_MAX_PRODUCTS = 100,
    FAB_MIN_STEPS = 10,
    FAB_MAX_STEPS = 2000
};

struct fab_spec {
    uint32_t n_tool; // delays not counted
    uint32_t n_product;
    uint32_t n_step; // of each product
    uint64_t seed;
    double load; // of the busiest groups, above 0, below 1
};

// Make the fab and hand its maru CSV tables to `put`, one call a table.
//   errors  MARU_E_RANGE (a number outside the limits above), MARU_E_MEMORY, what put returns
MARU_MUST_USE maru_status fab_make(const struct fab_spec *spec, maru_put_file put, void *context,
                                   maru_error *err);

// ---- what fab.c plans and fab_tables.c writes ----

enum fab_area {
    FAB_LITHO,
    FAB_DRY,
    FAB_WET,
    FAB_DIFFUSION,
    FAB_TF,
    FAB_IMPLANT,
    FAB_LITHO_MET,
    FAB_DEF_MET,
    FAB_PLANAR,
    FAB_DIELECTRIC,
    FAB_TF_MET,
    FAB_DELAY,
    FAB_N_AREA
};

enum fab_setup { FAB_NO_SETUP, FAB_RETICLE, FAB_GAS, FAB_RECIPE }; // what a group's setups are

enum { FAB_N_VARIANT = 4 }; // different setups on one group

struct fab_kind { // what the groups of an area have in common
    const char *name;
    bool per_wafer, is_batch, is_sampled;
    double low_min, high_min; // mean time of a lot, wafer or batch
    double interval; // share of the time after which the next may follow; 0: one job at a time
    double repair_h; // mean
};
extern const struct fab_kind fab_kinds[FAB_N_AREA];

struct fab_group {
    enum fab_area area;
    bool is_back;    // back end of the line
    uint32_t number; // in its name
    uint32_t n_tool;
    enum fab_setup setup;
    double time_min;               // mean of its steps' times
    uint32_t batch_min, batch_max; // lots
    bool has_weekly, by_wafers, has_min_run;
    double weekly_h, monthly_h, quarterly_h; // mean length of maintenance
    double up; // share of time that is neither failure nor maintenance
    // for one lot a day of all products together:
    double visits, tool_min, setup_min;
    double wait_min; // expected, at the planned rate
};

struct fab_step {
    uint32_t group;
    double time_min;
    double sampling, passes;
    uint32_t setup;                         // variant, UINT32_MAX: none
    uint32_t rework_to, keep_for, queue_to; // step in the route, UINT32_MAX: none
    double rework, queue_h;
};

struct fab {
    struct fab_spec spec;
    uint32_t n_group, n_delay;
    struct fab_group *group; // (n_group), the delay last
    struct fab_step *step;   // (n_product, n_step)
    double *cycle_min;       // expected cycle time (n_product)
    double lots_per_day;     // of all products together
};

// Time that a lot is in the tool, and that it keeps the tool from others; minutes.
double fab_process_min(const struct fab *fab, const struct fab_step *step);
double fab_occupancy_min(const struct fab *fab, const struct fab_step *step);

// A number from [low, high): the counter-th of a stream of the fab's seed.
double fab_draw(const struct fab *fab, uint64_t stream, uint64_t counter, double low, double high);

MARU_MUST_USE maru_status fab_write(const struct fab *fab, maru_put_file put, void *context,
                                    maru_error *err);

#endif
