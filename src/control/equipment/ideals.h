// How long one unit takes at best, by product, step and tool: what rates and OEE are judged by.
#ifndef CONTROL_IDEALS_H
#define CONTROL_IDEALS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "control/equipment/name_list.h"
#include "maru/plant.h"

enum { IDEALS_MAX_BYTES = 64 << 20 };

struct ideals {
    struct arena arena;
    struct name_list names; // product, step and tool, with line breaks between
    maru_time *ideal_us;    // (names.n)
};

// Read a table in CSV with the columns product, step, tool (제품, 공정, 호기) and ideal (이론시간, "60 s"). An empty cell means
// any. All that is wrong is said in faults.
//   out     *out: ideals_fini gives it back; set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults, err names the first; MARU_E_LIMIT,
//           MARU_E_MEMORY
MARU_MUST_USE maru_status ideals_read(const char *file, const char *bytes, size_t n,
                                      maru_faults *faults, struct ideals *out, maru_error *err);
void ideals_fini(struct ideals *ideals); // accepts an all-zero one

// us a unit; 0: not known. A row that names the product goes before one that does not, then one that names the step, then one
// that names the tool.
maru_time ideals_find(const struct ideals *ideals, const char *product, const char *step,
                      const char *tool);

#endif
