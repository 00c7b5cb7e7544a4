#include "pool/forecast/forecast_marks.h"

#include "base/alloc.h"
#include "base/status.h"

// Open marks are few (of jobs that wait, now and then one), so they are a list without order.

void forecast_marks_init(struct forecast_marks *marks) { *marks = (struct forecast_marks){0}; }

void forecast_marks_fini(struct forecast_marks *marks) {
    alloc_free(marks->mark);
    *marks = (struct forecast_marks){0};
}

maru_status forecast_marks_note(struct forecast_marks *marks, uint64_t tag, int64_t now_us,
                                const struct forecast_band *band, maru_error *err) {
    if (marks->n_mark == marks->cap) {
        const uint32_t cap = marks->cap * 2 + 16;
        struct forecast_mark *const more = alloc_resize(marks->mark, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory to look ahead");
        }
        marks->mark = more;
        marks->cap = cap;
    }
    marks->mark[marks->n_mark++] = (struct forecast_mark){tag, now_us, *band};
    return MARU_OK;
}

static double seconds(int64_t from_us, int64_t to_us) {
    return ((double)to_us - (double)from_us) * 1e-6;
}

static void judge(struct forecast_marks *marks, const struct forecast_mark *mark, int64_t now_us) {
    const struct forecast_band *band = &mark->band;
    const double miss_s = seconds(band->p50_us, now_us);
    if (band->p50_us == INT64_MAX) {
        marks->n_silent++;
        return;
    }
    marks->n++;
    marks->n_before += now_us < band->p10_us;
    marks->n_after += now_us > band->p90_us;
    marks->n_in += now_us >= band->p10_us && now_us <= band->p90_us;
    marks->wait_s += seconds(mark->at_us, now_us);
    marks->miss_s += miss_s < 0 ? -miss_s : miss_s;
    if (band->p90_us == INT64_MAX) {
        marks->n_open++;
    } else {
        marks->width_s += seconds(band->p10_us, band->p90_us);
    }
}

void forecast_marks_start(struct forecast_marks *marks, uint64_t tag, int64_t now_us) {
    for (uint32_t i = 0; i < marks->n_mark;) {
        if (marks->mark[i].tag == tag) {
            judge(marks, &marks->mark[i], now_us);
            marks->mark[i] = marks->mark[--marks->n_mark];
        } else {
            i++;
        }
    }
}
