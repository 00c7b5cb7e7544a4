#include "learn/living/far_watch.h"

#include "base/status.h"

maru_status far_watch_init(struct far_watch *watch, const struct input_options *options,
                           uint32_t n_column, maru_error *err) {
    *watch = (struct far_watch){.cycle = options->cycle,
                                .far = options->far,
                                .n_column = n_column,
                                .verdict = DRIFT_UNKNOWN};
    return options->cycle >= 1 && options->far >= 1 && options->far <= FAR_WINDOWS
               ? MARU_OK
               : fail(err, MARU_E_RANGE, "no watch of inputs by %u rows every %u", FAR_WINDOWS,
                      options->cycle);
}

static uint32_t n_far(const struct far_watch *w) {
    uint32_t n = 0;
    for (uint32_t rows = w->rows; rows > 0; rows &= rows - 1) {
        n++;
    }
    return n;
}

bool far_watch_step(struct far_watch *w, uint32_t column) {
    w->rows = w->rows << 1 | (column != UINT32_MAX);
    w->column = column == UINT32_MAX ? w->column : column;
    w->n_row++;
    if (++w->in_cycle < w->cycle) {
        return false;
    }
    w->in_cycle = 0;
    w->verdict = n_far(w) >= w->far ? DRIFT_MUCH : DRIFT_NONE;
    return true;
}

uint8_t far_watch_verdict(const struct far_watch *w) { return w->verdict; }

uint64_t far_watch_windows(const struct far_watch *w) {
    return w->n_row < FAR_WINDOWS ? w->n_row : FAR_WINDOWS;
}

double far_watch_share(const struct far_watch *w) {
    const uint64_t n = far_watch_windows(w);
    return n > 0 ? (double)n_far(w) / (double)n : 0;
}

void far_watch_reset(struct far_watch *w) {
    w->rows = w->column = w->in_cycle = 0;
    w->verdict = DRIFT_UNKNOWN;
}

void far_watch_write(const struct far_watch *w, struct text *out) {
    binary_add_u32(out, w->rows);
    binary_add_u32(out, w->column);
    binary_add_u32(out, w->in_cycle);
    binary_add_u8(out, w->verdict);
    binary_add_u64(out, w->n_row);
}

void far_watch_read(struct far_watch *w, struct binary *in) {
    w->rows = binary_u32(in);
    w->column = binary_u32(in);
    w->in_cycle = binary_u32(in);
    w->verdict = binary_u8(in);
    w->n_row = binary_u64(in);
    in->is_bad =
        in->is_bad || w->column >= w->n_column || w->in_cycle >= w->cycle ||
        w->in_cycle > w->n_row ||
        (w->verdict != DRIFT_UNKNOWN && w->verdict != DRIFT_NONE && w->verdict != DRIFT_MUCH);
    if (in->is_bad) {
        far_watch_reset(w);
        w->n_row = 0;
    }
}
