// Empirical distributions: one observed time a line, in a file beside the tables.
#ifndef PLANT_VALUES_H
#define PLANT_VALUES_H

#include "plant/dialect/timespec.h"
#include "plant/draft.h"

// Load the file that chance names into chance->dist, sorted; each file is read once.
//   memory  the values stay in the draft's arena
//   errors  false with *why for the cell that names the file; what is wrong inside the file is said
//           at its place there
bool values_load(struct draft *draft, struct chance *chance, struct complaint *why);

#endif
