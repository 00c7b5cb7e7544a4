// The example plants that are in the program.
#ifndef SERVE_EXAMPLES_H
#define SERVE_EXAMPLES_H

#include "store/tenant.h"

// The tables of an example.
//   memory  tables_fini frees, also after an error
//   errors  MARU_E_INPUT: there is no such example; MARU_E_MEMORY
MARU_MUST_USE maru_status examples_get(const char *id, struct tables *out, maru_error *err);

#endif
