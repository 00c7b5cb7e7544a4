// Tables of a round on their way into its folder: an example to begin with, and applications that are handed in.
#ifndef STUDY_ROUND_FILLING_H
#define STUDY_ROUND_FILLING_H

#include "rounds/round_folder.h"

// An example (round_examples.h; NULL: the small one) as the tables of a folder.
//   errors  MARU_E_INPUT: there is something in the folder; MARU_E_USAGE: there is no such example; MARU_E_IO
MARU_MUST_USE maru_status round_new_folder(const char *folder, const char *example, bool force,
                                           maru_error *err);

// Add the applications of a table to those of the folder; all of it or nothing.
//   out     n_added, n_all: applications
//   errors  MARU_E_INPUT: a fault (all are in the faults), another first line, or an application that is there already
struct round_applied {
    uint32_t n_added, n_all;
};
MARU_MUST_USE maru_status round_apply_folder(const char *folder, const char *file,
                                             maru_faults *faults, struct round_applied *out,
                                             maru_error *err);

#endif
