// What maru round says on a terminal.
#ifndef CLI_ROUND_TOLD_H
#define CLI_ROUND_TOLD_H

#include "cli/verb.h"
#include "study/rounds/round_figures.h"

// Lead, and shares of classes and regions.
void round_tell_award(struct text *out, const struct call *call, struct round_answer *answer);
// All applications by rank, with their points.
void round_tell_ranks(struct text *out, const struct call *call, const struct round *round,
                      const uint32_t *order);
// One application.
void round_tell_one(struct text *out, const struct call *call, struct round_answer *answer,
                    uint32_t application, const struct round_trial *trial);
void round_tell_change(struct text *out, const struct call *call, const struct round_answer *before,
                       const struct round_answer *after);
void round_tell_events(struct text *out, const struct call *call, const struct round_done *done);

#endif
