// AutoSched AP tables (tab separated text, as the SMT2020 testbed has them) into a draft.
//
// Source: SMT2020 testbed, release 1.0 (doi 10.1109/TSM.2020.3001933); the columns and their
// meaning stand in autosched_forms.c.
#ifndef PLANT_AUTOSCHED_H
#define PLANT_AUTOSCHED_H

#include "plant/dialect/sheet.h"

// Do these files look like an AutoSched model?
bool autosched_is(const struct draft *draft);

// Read all tables. What is wrong is in the draft's faults and status.
void autosched_read(struct draft *draft);

// The forms of the tables, in the order in which they are read; routes stand in files that part.txt
// names.
extern const struct form autosched_forms[]; // (autosched_n_form)
extern const size_t autosched_n_form;
extern const struct form autosched_route;

#endif
