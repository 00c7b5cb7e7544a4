// Is a plant sound, and can its tools carry its releases? Faults of the tables, faults of rankings,
// loads.
#ifndef STUDY_CHECK_H
#define STUDY_CHECK_H

#include <stddef.h>

#include "base/text.h"
#include "maru/plant.h"

struct check {
    maru_faults *faults;
    maru_plant *plant;       // NULL: there are faults
    maru_group_load *load;   // (n_load), highest first
    uint32_t n_load, n_over; // n_over: above 1
};

// Check a plant in a folder, or of tables in memory.
//   out     plant and loads where there is no fault
//   memory  check_fini frees, also after an error
//   errors  as maru_plant_open, but faults in the tables are no error: they are in `faults`
MARU_MUST_USE maru_status check_folder(struct check *check, const char *folder, maru_error *err);
MARU_MUST_USE maru_status check_files(struct check *check, const maru_file *file, size_t n_file,
                                      maru_error *err);
void check_fini(struct check *check);

// As `maru check --json` prints it (docs/OUTPUT.md); folder NULL: it is not told.
void check_add_json(struct text *out, const struct check *check, const char *folder);

#endif
