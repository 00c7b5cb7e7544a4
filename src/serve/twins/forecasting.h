// A forecast as a run: what is asked of a twin, as the store keeps it, and the whole answer.
#ifndef SERVE_FORECASTING_H
#define SERVE_FORECASTING_H

#include "live/futures.h"
#include "serve/twins/twins.h"
#include "study/enquiry.h"

struct forecasting {
    char twin[STORE_ID_BYTES];
    maru_time time_us, span_us;
    size_t n_rep;
};

void forecasting_write(const struct forecasting *forecasting, struct text *out);
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status forecasting_read(struct forecasting *forecasting, const char *bytes,
                                           size_t n, maru_error *err);

// `plan` says threads and who looks on.
//   memory  answer_fini frees, also after an error
//   errors  as player_moment, futures_run
MARU_MUST_USE maru_status forecasting_do(const struct forecasting *forecasting, struct twin *twin,
                                         const struct futures_plan *plan, struct answer *answer,
                                         maru_error *err);

#endif
