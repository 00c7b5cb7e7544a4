// Expected values of a plant from first principles: how often lots come by a step, how long they
// are in a tool.
#ifndef PLANT_FLOW_H
#define PLANT_FLOW_H

#include "plant/plant.h"

// Fill the derived values of all steps and products of a plant whose other values are complete.
// False: no memory.
bool flow_derive(const maru_plant *plant, struct plant_step *step, struct plant_product *product);

// Time of a lot of `wafers` in the tool, us: load, processing, unload.
double flow_process_us(const maru_plant *plant, const struct plant_step *step, uint32_t wafers);

// Time that a lot of `wafers` keeps the tool from taking the next lot (best case: full batches),
// us.
double flow_occupancy_us(const maru_plant *plant, const struct plant_step *step, uint32_t wafers);

// Lots a day that a stream of releases brings: its mean, over at least FLOW_MIN_DAYS.
enum { FLOW_MIN_DAYS = 365 };
double flow_lots_per_day(const struct plant_release *release);

#endif
