// Process faults as a model that knows its columns: a monitor says whether something is wrong and which variables say so, trees say which of
// the known faults it is, or that it is none of them; and what rows never seen showed of both.
//
//     sample -> fault_watch -> alarm, variables -> features of the last samples -> fault_trees -> name, probability, or unknown
//
// A model is frozen. What moves is a state, one a run, unit or tool: samples go in one after the other, so that tables and streams are
// answered in the same way.
#ifndef LEARN_FAULT_MODEL_H
#define LEARN_FAULT_MODEL_H

#include "base/text.h"
#include "learn/faults/fault_trees.h"
#include "learn/faults/fault_warning_list.h"
#include "learn/faults/fault_watch.h"

enum {
    DIAGNOSIS_MAX_BYTES = 1 << 28,
    DIAGNOSIS_MAX_FAULTS = 128,
    DIAGNOSIS_MAX_CAUSES = 5, // variables that are told of a sample
};
#define FAULT_NONE UINT32_MAX

enum fault_warning {
#define X(name, key, english, korean) FAULT_WARN_##name,
    FAULT_WARNINGS(X)
#undef X
        N_FAULT_WARNING
};

struct fault_figure {
    double value, low, high; // 95 %; NaN: not known
};

// A fault that the table names, and what rows showed of it.
struct fault_told {
    const char *name;
    uint32_t n_row, n_run; // its stretches
    uint32_t n_missed;     // of these without any alarm
    uint32_t n_tried;      // rows whose name was asked for, held out
    uint32_t taken_for;    // fault that it was taken for most often, FAULT_NONE: never for another
    bool is_learnt;        // trees know it
    bool is_by_run;        // its name was tried on whole runs held out
    double delay; // samples until the first alarm, median of its stretches; NaN: none in most
    struct fault_figure detected; // share of its rows that are alarms
    struct fault_figure named;    // share of rows held out that got its name
    double taken;                 // share of them that got the name of taken_for
    double unknown;               // share of them called unknown
    double unseen; // share of its alarms called unknown when nothing had been learnt of it
};

struct fault_model {
    struct arena arena;
    const char *const *column; // (n_column) names
    uint32_t n_column;
    const char *target,
        *normal; // the column that says the fault, its word for none; "": there is none
    const char *unit, *order;              // columns of runs and of time; "": none
    const char *title, *version;           // of the data, of the program
    struct monitor monitor;                // of the columns
    uint32_t window[TRAILING_MAX_WINDOWS]; // (n_window)
    uint32_t n_window;
    struct fault_trees trees;      // n_fault 0: no names
    const uint32_t *class_fault;   // (trees.n_fault) which of `told` a class is
    const struct fault_told *told; // (n_fault)
    uint32_t n_fault;
    const uint32_t
        *confusion; // (trees.n_fault, trees.n_fault) rows held out: true class, class that was said
    double alpha;   // share of normal samples that may be alarms
    struct fault_figure false_alarms; // of normal rows never seen
    struct fault_figure detected;     // mean over faults
    struct fault_figure named;        // mean over faults learnt
    struct fault_figure unknown;      // share of rows of known faults called unknown
    struct fault_figure unseen; // share of alarms of faults left out of learning called unknown
    uint32_t n_normal, n_normal_tried, n_run, n_left_out; // left out: rows that say nothing
    uint32_t warnings;                                    // bit of each enum fault_warning
    char data[33], fingerprint[33];                       // of the table, of the bytes
};

// Bytes: "MARUFALT", version, everything, digest.
//   errors  what sticks to `out`
MARU_MUST_USE maru_status fault_model_write(const struct fault_model *model, struct text *out,
                                            maru_error *err);

bool fault_model_is(const void *bytes, size_t n);

// Bytes are hostile: all is checked.
//   memory  fault_model_fini
//   errors  MARU_E_INPUT: none, of another version, cut off, changed or contradicting itself; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status fault_model_read(const void *bytes, size_t n, struct fault_model *out,
                                           maru_error *err);
void fault_model_fini(struct fault_model *model); // accepts an all-zero one

// ---- one run

struct fault_state {
    struct fault_watch watch;
    float *feature, *probability;
    double *share;
    void *scratch;
};

struct fault_cause {
    uint32_t column;
    double share; // as fault_watch_shares; 1 for a column that had never moved and now has
};

struct fault_answer {
    bool is_ready; // enough past samples; else all else is unset
    bool is_alarm;
    bool has_name;      // trees were asked
    double statistic;   // the largest over its limit: above 1 it is an alarm
    uint32_t n_missing; // values
    uint32_t n_cause;
    struct fault_cause cause[DIAGNOSIS_MAX_CAUSES]; // of an alarm, the largest first
    struct fault_name name;                         // its fault is one of `told`
};

// Begin a run.
//   in      model, which outlives the state
//   memory  from `arena`, until that is reset
//   errors  what the arena says
MARU_MUST_USE maru_status fault_state_init(const struct fault_model *model, struct arena *arena,
                                           struct fault_state *out, maru_error *err);

// Forget what has come: another run begins, or there was a gap.
void fault_start(struct fault_state *state);

// Take the next sample of the run and answer.
//   in      x (n_column) in the order of the model's columns; what is not finite is missing
//   cost    that of fault_watch_step and, with names, of fault_trees_ask; no memory taken
void fault_step(const struct fault_model *model, struct fault_state *state, const double *x,
                struct fault_answer *answer);

// Words of a warning.
//   memory  static
const char *fault_warning_text(enum fault_warning warning, bool is_korean);
const char *fault_warning_key(enum fault_warning warning);

#endif
