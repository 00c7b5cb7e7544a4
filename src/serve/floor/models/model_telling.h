// What the models of a floor say, as events, signals and JSON.
#ifndef SERVE_MODEL_TELLING_H
#define SERVE_MODEL_TELLING_H

#include "serve/floor/models/model_watch.h"

struct model_said { // of a window, by both sides; a side without a living says nothing
    const struct window_place *place;
    const struct window_span *span;
    struct living_said of[N_SIDE];
};

// The detail of the event: what it says, and what can be learned from when its truth comes. Errors stick in `out`.
void model_telling_detail(const struct model_live *model, const struct model_said *said,
                          struct text *out);
void model_telling_event(struct model_watch *watch, const struct model_live *model,
                         const struct model_said *said, const struct text *detail);
// Value and interval as samples of signals.
//   errors  of signals_declare; MARU_E_LIMIT
MARU_MUST_USE maru_status model_telling_samples(struct model_watch *watch, struct model_live *model,
                                                const struct model_said *said, maru_error *err);
// How much its inputs have drifted, and whether it is used.
MARU_MUST_USE maru_status model_telling_state(struct model_watch *watch, struct model_live *model,
                                              maru_time at_us, maru_error *err);
// It is switched off.
void model_telling_off(struct model_watch *watch, const struct model_live *model,
                       enum living_reason reason, maru_time at_us);
const char *model_reason_name(enum living_reason reason); // "inputs", "errors"

#endif
