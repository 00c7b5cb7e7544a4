// How often forecasts hold: bands are noted when they are made, and compared when their jobs start.
#ifndef POOL_FORECAST_MARKS_H
#define POOL_FORECAST_MARKS_H

#include "pool/forecast/start_forecast.h"

struct forecast_marks {
    uint64_t n;                       // forecasts whose jobs have started
    uint64_t n_before, n_in, n_after; // before the band, in it, behind it
    double wait_s, miss_s,
        width_s;     // sums: from the forecast to the start; |start - middle|; of bands with an end
    uint64_t n_open; // bands without an end
    uint64_t n_silent;          // forecasts that said nothing, counted nowhere else
    struct forecast_mark *mark; // (cap): those that are open
    uint32_t n_mark, cap;
};
struct forecast_mark {
    uint64_t tag;
    int64_t at_us;
    struct forecast_band band;
};

void forecast_marks_init(struct forecast_marks *marks);
void forecast_marks_fini(struct forecast_marks *marks); // accepts an all-zero one
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status forecast_marks_note(struct forecast_marks *marks, uint64_t tag,
                                              int64_t now_us, const struct forecast_band *band,
                                              maru_error *err);
// A job with this tag starts: all that was foretold of it is judged.
void forecast_marks_start(struct forecast_marks *marks, uint64_t tag, int64_t now_us);

#endif
