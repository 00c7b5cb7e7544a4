// Options of the model as a JSON object of texts: {"rule": "cr", "load": "95"}.
#ifndef SERVE_MODEL_OPTIONS_H
#define SERVE_MODEL_OPTIONS_H

#include <stddef.h>

#include "maru/sim.h"

//   memory  the caller frees
//   errors  MARU_E_INPUT: no such object; MARU_E_USAGE: says which option and why
MARU_MUST_USE maru_status model_options_read(const char *bytes, size_t n, maru_options **out,
                                             maru_error *err);

#endif
