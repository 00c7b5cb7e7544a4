// How many of the windows that come are odd, beside what training promised. Odd is what is unlike most: where most windows are odd the word
// has lost its meaning, and the model speaks of another world. Fewer than that is what the model is there to tell, and ends nothing.
//
// Odd windows come in rows: a fault lasts. So a share counts as surely above the promise only for as many windows as these are worth
// (rows_worth).
#ifndef LEARN_ODD_WATCH_H
#define LEARN_ODD_WATCH_H

#include "base/binary.h"
#include "learn/living/input_watch.h"

struct odd_window {
    bool is_odd, is_blind; // blind: nothing of it is known
    uint32_t column;       // the one that makes it odd, UINT32_MAX: none
};

struct odd_worst {
    uint32_t column;
    double share; // of the windows, those that it made odd
};

struct odd_verdict {
    uint8_t verdict;   // enum drift_verdict: UNKNOWN while there are fewer than half of the windows
    uint32_t n;        // windows that it is about
    double odd, blind; // shares of them
    struct odd_worst worst[INPUTS_MAX_WORST]; // (n_worst) most often first
    uint32_t n_worst;
};

struct odd_watch {
    struct input_options options; // n_recent, cycle, hold, and new_share: what is too much
    double promised;              // share of windows that may be odd
    uint32_t n_column;
    struct arena arena;
    uint8_t *is_odd, *is_blind; // (n_recent) rings
    uint32_t *column;           // (n_recent)
    uint32_t *often;            // (n_column) of a judgement
    uint32_t n, next, in_cycle, n_much;
    uint64_t n_row; // since the beginning
    struct odd_verdict verdict;
};

// A watch that has seen nothing.
//   memory  odd_watch_fini, also after an error
//   errors  MARU_E_RANGE: options, or a promise that is no share; MARU_E_MEMORY
MARU_MUST_USE maru_status odd_watch_init(struct odd_watch *watch,
                                         const struct input_options *options, double promised,
                                         uint32_t n_column, maru_error *err);
void odd_watch_fini(struct odd_watch *watch); // accepts an all-zero one

// The next window. True: a cycle has ended, there is a new verdict.
//   cost    O(1), and O(n_recent + n_column) at the end of a cycle
bool odd_watch_step(struct odd_watch *watch, const struct odd_window *window);

// Forget the windows: the verdict is unknown again.
void odd_watch_reset(struct odd_watch *watch);

void odd_watch_write(const struct odd_watch *watch, struct text *out);
// Take up what was written of a watch of the same model and options. Bytes are hostile: in->is_bad tells, and the watch is reset then.
void odd_watch_read(struct odd_watch *watch, struct binary *in);

#endif
