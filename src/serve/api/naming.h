// What to call a plant that was uploaded.
#ifndef SERVE_NAMING_H
#define SERVE_NAMING_H

#include "store/tenant.h"

// The name that plant.csv gives, also where other tables have faults; else `file`, the file or folder that
// was chosen, without what comes before its last slash and without endings of archives; else "plant".
// Longer ones are cut at a letter.
void naming_find(const struct tables *utf8, const char *file, char name[STORE_NAME_BYTES]);

#endif
