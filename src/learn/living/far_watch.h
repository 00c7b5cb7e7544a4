// Do most of the last windows lie far away from all of training? That does not happen without a cause, and there is nothing to wait for.
#ifndef LEARN_FAR_WATCH_H
#define LEARN_FAR_WATCH_H

#include "learn/living/input_watch.h"

enum { FAR_WINDOWS = 32 };

struct far_watch {
    uint32_t cycle, far; // windows from one verdict to the next; that have to be far of the last 32
    uint32_t n_column;
    uint32_t rows, column; // bits, the newest lowest; the column of the last one that was far
    uint32_t in_cycle;
    uint8_t verdict; // enum drift_verdict: UNKNOWN, NONE or MUCH
    uint64_t n_row;
};

//   errors  MARU_E_RANGE: options
MARU_MUST_USE maru_status far_watch_init(struct far_watch *watch,
                                         const struct input_options *options, uint32_t n_column,
                                         maru_error *err);

// The next window.
//   in      column that is far, UINT32_MAX: none
//   out     true: a cycle has ended
bool far_watch_step(struct far_watch *watch, uint32_t column);

uint8_t far_watch_verdict(const struct far_watch *watch);
uint64_t far_watch_windows(const struct far_watch *watch); // that the verdict is about
double far_watch_share(const struct far_watch *watch);     // of the last windows that are far
void far_watch_reset(struct far_watch *watch);

void far_watch_write(const struct far_watch *watch, struct text *out);
// Bytes are hostile: in->is_bad tells, and the watch is reset then.
void far_watch_read(struct far_watch *watch, struct binary *in);

#endif
