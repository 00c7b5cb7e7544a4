// The state of alarms as bytes, and back: flat, and looked through before anything is followed.
#ifndef CONTROL_ALARMS_IMAGE_H
#define CONTROL_ALARMS_IMAGE_H

#include "control/alarms/alarms.h"

// How many bytes alarms_save writes.
size_t alarms_image_bytes(const struct alarms *alarms);

// Write the whole state.
//   in      out: alarms_image_bytes
void alarms_save(const struct alarms *alarms, unsigned char *out);

// Alarms as they were saved, with this table and these options.
//   errors  MARU_E_INPUT: not a saved state, of other definitions, or one that contradicts itself;
//           MARU_E_USAGE: the options; MARU_E_MEMORY. *alarms is untouched then
//   cost    linear
MARU_MUST_USE maru_status alarms_load(struct alarms *alarms, const struct alarm_table *table,
                                      const struct alarms_options *options,
                                      const unsigned char *bytes, size_t n, maru_error *err);

// Look through a state: does everything in it agree?
//   errors  MARU_E_INPUT: says what does not
MARU_MUST_USE maru_status alarms_check(const struct alarms *alarms, maru_error *err);

#endif
