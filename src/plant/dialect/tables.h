// maru CSV tables (docs/PLANT.md) into a draft.
#ifndef PLANT_TABLES_H
#define PLANT_TABLES_H

#include "plant/dialect/sheet.h"

// Do these files look like maru CSV tables?
bool tables_is(const struct draft *draft);

// Read all tables but rule.csv, layout.csv and rail.csv. What is wrong is in the draft's faults and status.
void tables_read(struct draft *draft);

// Read rule.csv, layout.csv and rail.csv where they are: they may stand beside the tables of either
// dialect.
void tables_read_beside(struct draft *draft);

// The forms of the tables, in the order in which they are read.
extern const struct form tables_forms[]; // (tables_n_form)
extern const size_t tables_n_form;

#endif
