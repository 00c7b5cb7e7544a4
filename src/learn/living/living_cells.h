// Cells of windows by their names, and which of them names a unit.
#ifndef LEARN_LIVING_CELLS_H
#define LEARN_LIVING_CELLS_H

#include "learn/living/living_kind.h"

// The cell of a name, UINT32_MAX: there is none.
uint32_t living_cell_named(const char *wanted, const char *const *name, uint32_t n);

// A cell as a number: NaN where it is none.
double living_cell_number(const struct recipe_cell *cell);

// The cell that names a unit: the lot or the wafer where the model calls its unit so; UINT32_MAX: the tool.
uint32_t living_unit_cell(const char *unit, const char *const *name, uint32_t n);
// The same of an end of a life.
const char *living_unit_of_end(const char *unit, const struct living_end *end);

#endif
