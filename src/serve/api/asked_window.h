// A row of the table of windows that somebody names in a request.
#ifndef SERVE_ASKED_WINDOW_H
#define SERVE_ASKED_WINDOW_H

#include "serve/floor/floors.h"
#include "serve/http/request.h"

// The row of this name; UINT32_MAX: there is none, or no floor.
uint32_t asked_window_row(const struct floor *floor, const char *name);

// A watch of its own for the table as the floor has it now, to look at what is past.
//   memory  window_watch_free
//   errors  MARU_E_USAGE: no such window, which is 404
MARU_MUST_USE maru_status asked_window_watch(struct request *request, const char *name,
                                             struct window_watch **out, uint32_t *row,
                                             maru_error *err);

// 404: there is no such window.
maru_status asked_window_refuse(struct request *request, const char *name, maru_error *err);

#endif
