// Does the plant make sense? What no single cell can tell.
#ifndef PLANT_SOUNDNESS_H
#define PLANT_SOUNDNESS_H

#include "plant/draft.h"

// Check a resolved draft; what is found goes to its faults.
void draft_check(struct draft *draft);

// Parts of it: steps and what they refer to; batches and the lots that come to them.
void draft_check_steps(struct draft *draft);
void draft_check_batches(struct draft *draft);

// Where tools stand; also numbers the tools of those rows.
void draft_check_places(struct draft *draft);

// Overhead rails; also finds their nodes. Behind draft_check_places.
void draft_check_rails(struct draft *draft);

// Check what needs the frozen model: loads, rework that hardly ends.
void draft_check_flow(struct draft *draft, const maru_plant *plant);

#endif
