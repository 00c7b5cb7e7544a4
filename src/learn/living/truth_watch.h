// What became of the answers of a model: how wrong they are, whether that is more than usual, and how wide its intervals have to be.
//
// Errors are ranked among those of rows held out of training (error_watch.h). Two things make it slower than the textbook: few errors to
// compare with are themselves off by chance, by about sqrt(spell / n) deviations, so that the slack is larger by twice as much; and errors
// that follow each other may be alike, so that the bound is larger by their spell: that of training, or (1 + r) / (1 - r), r the correlation of
// neighbors now, where that is more.
#ifndef LEARN_TRUTH_WATCH_H
#define LEARN_TRUTH_WATCH_H

#include <stdbool.h>

#include "base/binary.h"
#include "learn/conformal/adaptive.h"
#include "learn/drift/error_watch.h"
#include "learn/models/fitted_model.h"

enum {
    TRUTHS_MAX_TOOLS = 64, // that get widths of their own
    TRUTHS_TOOL_BYTES = 128,
    TRUTHS_TOOL_ROWS = 50, // that a tool needs for them
    TRUTHS_MAX_RECENT = 2000,
};

struct truth_options {
    double run_length; // rows in which errors alone raise one false alarm, [10, 1e6]
    double slack;      // half of the change to be found, in standard deviations
    uint32_t
        n_recent; // errors that their mean is about, and scores that intervals are learned from
};

// 1e6, 0.5, 200.
struct truth_options truth_options_usual(void);

struct tool_width {
    char name[TRUTHS_TOOL_BYTES];
    struct adaptive scores;
};

enum error_verdict { ERRORS_UNKNOWN, ERRORS_USUAL, ERRORS_WORSE, N_ERROR_VERDICT };

struct truth_watch {
    struct truth_options options;
    const struct fitted_model *model;
    struct arena arena;
    struct error_watch errors; // its own alarm is not looked at
    bool has_reference;        // enough errors of training to compare with
    double usual;              // mean of these
    double spread;             // variance of their normal scores
    double last,
        moves; // normal score of the last error; sum of the squares of steps from one to the next
    double total, squares; // of normal scores
    uint64_t n_move;
    uint64_t n, n_interval, n_held; // truths; those with an interval; within it
    double *recent;                 // (n_recent) a ring of errors
    uint32_t n_kept, next;
    struct adaptive *all;     // NUMBER; NULL: other goals
    struct tool_width **tool; // (n_tool)
    uint32_t n_tool;
};

//   memory  truth_watch_fini, also after an error; the model stays where it is
//   errors  MARU_E_RANGE: options; MARU_E_MEMORY
MARU_MUST_USE maru_status truth_watch_init(struct truth_watch *watch,
                                           const struct fitted_model *model,
                                           const struct truth_options *options, maru_error *err);
void truth_watch_fini(struct truth_watch *watch); // accepts an all-zero one

// As if nothing had come.
MARU_MUST_USE maru_status truth_watch_clear(struct truth_watch *watch, maru_error *err);

// What an answer was, and what came.
struct living_truth {
    double value;     // YES_NO: probability; CLASS: that of the class that came; NUMBER: the answer
    double truth;     // YES_NO: 0 or 1; CLASS: 1; NUMBER: the number
    double low, high; // NUMBER: the interval that was told, NaN: none was
    const char *tool; // "": not known
};

// Learn from a truth.
//   out     *error
//   errors  MARU_E_RANGE: not finite, or no probability; all is as before
//   cost    O(n_recent)
MARU_MUST_USE maru_status truth_watch_step(struct truth_watch *watch,
                                           const struct living_truth *truth, double *error,
                                           maru_error *err);

// The interval around an answer (NUMBER): of its tool, where that has enough rows; of all; of training, while there are too few.
struct conformal_interval truth_watch_interval(const struct truth_watch *watch, const char *tool,
                                               double value);

struct error_state {
    uint8_t verdict; // enum error_verdict
    double sum, bound;
    double usual; // mean of those of training, NaN: not known
};
struct error_state truth_watch_errors(const struct truth_watch *watch);
double truth_watch_mean(const struct truth_watch *watch); // of the last errors, NaN: none yet
// The same of those since the sum was last 0: where the change began.
double truth_watch_mean_since(const struct truth_watch *watch);

// Forget what speaks for worse: the sum begins at 0.
void truth_watch_reset(struct truth_watch *watch);

void truth_watch_write(const struct truth_watch *watch, struct text *out);
// Take up what was written of a watch of the same model and options, by one that has seen nothing. Bytes are hostile: in->is_bad tells,
// and it has to be made anew then.
MARU_MUST_USE maru_status truth_watch_read(struct truth_watch *watch, struct binary *in,
                                           maru_error *err);

#endif
