#include <math.h>

#include "plant/flow.h"

// Load of a group: what its releases ask of its tools over what is left of them after failures and
// maintenance.
//
//     processing = sum over streams and steps of visits a day * occupancy / (tools * day)
//     down       = sum of MTTR / (MTTF + MTTR)           failures: MTTF from the end of repair
//                + sum of duration / every               maintenance: start to start
//                + sum of duration * wafers/day / every  maintenance by wafers
//     load       = (processing + setup) / (1 - down)
//
// Setup counts where a step demands one every time; what else is set up depends on dispatching.
// While the sums are built, `load` of a group holds its wafers a day.

static const double us_per_day = 86400e6;

// Lots a day of a product and step, by any stream of releases.
static void add_step(const maru_plant *plant, const struct plant_step *step, double lots_per_day,
                     uint32_t wafers, maru_group_load *load) {
    const struct plant_group *group = &plant->group[step->group];
    if (group->n_tool == 0) {
        return;
    }
    const double visits = lots_per_day * step->passes * step->sampling;
    const double tool_day = group->n_tool * us_per_day;
    maru_group_load *out = &load[step->group];
    out->visits_per_day += visits;
    out->processing += visits * flow_occupancy_us(plant, step, wafers) / tool_day;
    if (step->setup != PLANT_NONE && step->setup_always) {
        const uint32_t lots = step->batch_max / wafers;
        out->setup += visits * dist_mean(&step->setup_time) / (lots > 1 ? lots : 1) / tool_day;
    }
    out->load += visits * wafers;
}

static double down_share(const struct plant_downtime *down, double wafers_per_tool_day) {
    const double duration = dist_mean(&down->duration);
    const double every = dist_mean(&down->every);
    if (down->by_wafers) {
        return duration * wafers_per_tool_day / every / us_per_day;
    }
    return down->kind == DOWN_FAILURE ? duration / (every + duration) : duration / every;
}

static void add_downtimes(const maru_plant *plant, maru_group_load *load) {
    for (uint32_t i = 0; i < plant->n_downtime; i++) {
        const struct plant_downtime *down = &plant->downtime[i];
        const uint32_t n_tool = plant->group[down->group].n_tool;
        if (n_tool > 0) {
            maru_group_load *out = &load[down->group];
            out->down += down_share(down, out->load / n_tool);
        }
    }
}

void maru_plant_load(const maru_plant *plant, maru_group_load *load) {
    for (uint32_t g = 0; g < plant->n_group; g++) {
        const struct plant_group *group = &plant->group[g];
        load[g] = (maru_group_load){
            .group = group->name, .area = plant->area[group->area].name, .n_tool = group->n_tool};
    }
    for (uint32_t i = 0; i < plant->n_release; i++) {
        const struct plant_release *r = &plant->release[i];
        const struct plant_route *route = &plant->route[plant->product[r->product].route];
        const double lots = flow_lots_per_day(r);
        for (uint32_t k = 0; k < route->n_step; k++) {
            add_step(plant, &plant->step[route->first_step + k], lots, r->wafers, load);
        }
    }
    add_downtimes(plant, load);
    for (uint32_t g = 0; g < plant->n_group; g++) {
        const double asked = load[g].processing + load[g].setup;
        const double left = 1 - load[g].down;
        load[g].load = left > 0 ? asked / left : asked > 0 ? INFINITY : 0;
    }
}
