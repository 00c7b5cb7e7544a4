// One cell of a table: text to value, with everything said that can be wrong in a cell alone.
#ifndef PLANT_CELL_H
#define PLANT_CELL_H

#include "plant/dialect/sheet.h"

// Read the cell of `column` into the row that starts with *at. An empty or bad one leaves the
// column's default.
void cell_read(struct draft *draft, struct source *at, const struct column *column,
               const struct sheet_column *where);

#endif
