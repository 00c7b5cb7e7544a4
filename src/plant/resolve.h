// Names to indices: what a draft's rows call by name, they then know by number.
#ifndef PLANT_RESOLVE_H
#define PLANT_RESOLVE_H

#include "plant/draft.h"

// Fill everything behind "resolved" in the draft's rows, and the lists of areas, locations, setups
// and routes. Unknown and double names are faults, with the nearest known name where one is near.
void draft_resolve(struct draft *draft);

// Plant-wide index of step `number` (1-based) of a route; PLANT_NONE when the route has no such
// step.
uint32_t draft_step_at(const struct draft *draft, uint32_t route, uint32_t number);

#endif
