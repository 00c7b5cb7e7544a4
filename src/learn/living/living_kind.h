// What every kind of model at work has in common: what comes, what is said of it, how the model does, and the row of functions that a kind
// gives. A kind is one file living_NAME.c and one row in living_model.c.
#ifndef LEARN_LIVING_KIND_H
#define LEARN_LIVING_KIND_H

#include "learn/living/input_watch.h"
#include "learn/living/truth_watch.h"
#include "learn/models/recipe_row.h"

enum {
    LIVING_VERSION = 3, // of the bytes of what it has seen
    LIVING_MAX_STATE_BYTES = 64 << 20,
    LIVING_MAX_NAMES_BYTES = 1 << 28, // of features
    LIVING_MAX_CAUSES = 5,
    LIVING_MAX_TOLD_VALUES = 32, // of a unit, its last answers
};

struct living_options {
    struct input_options inputs;
    struct truth_options truths;
};
struct living_options living_options_usual(void);

// A window that was made. One that is made again has the same end and key.
struct living_window {
    const struct recipe_cell *cell; // as bound
    const char *tool;               // "": not known
    maru_time at_us;                // its end
    uint64_t key;
};

// The life of a unit has ended, and another one begins.
struct living_end {
    const char *tool, *lot, *wafer; // what it happened to, "": not known
    maru_time at_us;
};

struct living_cause { // why a row is odd
    const char *column;
    double value, expected, sd; // expected of what the other columns say, give or take sd
};

// What is said of a window. Numbers that have no meaning for the kind are NaN, texts NULL; texts and lists last until the next answer.
struct living_said {
    bool is_there; // false: nothing is said
    bool has_alarm, is_alarm;
    bool is_open; // high is as far as it sees: that or more
    double value, low, high;
    double score, limit;    // odd rows: it is odd above the limit
    double age, replace_in; // survival: of the unit; until it is best replaced, +infinity: never
    double surviving;       // survival: share of such units that still run `within` later
    double within;
    const char *class_name;
    const double *probability; // (n_class)
    uint32_t n_class;
    const char *outside; // the first column outside of what the model has seen
    struct living_cause cause[LIVING_MAX_CAUSES];
    uint32_t n_cause;
};
struct living_said living_said_nothing(void);

enum living_reason { LIVING_FINE, LIVING_INPUTS, LIVING_ERRORS };

struct living_worst {
    const char *name;
    double index; // the larger the more it has changed; NaN: not measured
    uint8_t verdict;
};

// How a model does. What it does not watch is unknown, NaN or 0.
struct living_state {
    struct {
        uint8_t verdict;      // enum drift_verdict
        uint64_t n;           // windows that it is about
        double largest;       // one number of it all, NaN: unknown
        double odd, promised; // shares of windows called odd: of these, and by training
        struct living_worst worst[INPUTS_MAX_WORST];
        uint32_t n_worst;
    } inputs;
    struct {
        uint8_t verdict;  // enum error_verdict
        uint64_t n;       // truths
        uint64_t n_life;  // lives that these are of
        bool is_coverage; // it is judged by how often intervals hold
        double sum, bound, mean, mean_since, usual;
    } errors;
    double level; // of intervals, NaN: there are none
    uint64_t n_interval, n_held;
};
struct living_state living_state_unknown(void);

// A unit whose life is told.
struct living_unit {
    const char *name;
    maru_time at_us; // of its last window
    uint64_t n;      // windows of this life
    bool is_ended;   // it has ended, and no window of the next life has come
    bool is_open;
    double value, low, high;               // said of the last window
    double recent[LIVING_MAX_TOLD_VALUES]; // (n_recent) values that were said, oldest first
    uint32_t n_recent;
};

// Functions take the model that `open` made. What may be NULL says what the kind has not.
struct living_kind {
    bool (*is)(const void *bytes, size_t n);
    // errors: of reading the model; MARU_E_MEMORY
    maru_status (*open)(const void *bytes, size_t n, const struct living_options *options,
                        void **out, maru_error *err);
    void (*close)(void *model);
    const char *(*fingerprint)(const void *model);
    maru_status (*bind)(void *model, const char *const *name, uint32_t n, maru_error *err);
    maru_status (*answer)(void *model, const struct living_window *window, struct living_said *said,
                          maru_error *err);
    maru_status (*count)(void *model, bool *is_judged, maru_error *err);
    maru_status (*end)(void *model, const struct living_end *end, maru_error *err); // or NULL
    double (*truth_of)(const void *model, const char *cell);                        // or NULL
    maru_status (*learn)(void *model, const struct living_truth *truth, double *error,
                         maru_error *err);            // with truth_of
    double (*share)(const void *model, double error); // with truth_of
    enum living_reason (*reason)(const void *model);
    void (*forgive)(void *model);
    void (*state)(const void *model, struct living_state *out);
    uint32_t (*n_unit)(const void *model);                                   // or NULL
    void (*unit)(const void *model, uint32_t unit, struct living_unit *out); // with n_unit
    void (*write)(const void *model, struct text *out);
    // as if nothing had come
    maru_status (*clear)(void *model, maru_error *err);
    // by one that has seen nothing; bytes are hostile: in->is_bad tells, and it is cleared then
    maru_status (*read)(void *model, struct binary *in, maru_error *err);
};

extern const struct living_kind living_kind_rows, living_kind_odd, living_kind_life,
    living_kind_survival;

// What a model has seen as bytes, the same on every machine: `MARULIVE`, version, fingerprint of the model, its kind's state, digest.
//   errors  what sticks to `out`
MARU_MUST_USE maru_status living_bytes_write(const struct living_kind *kind, const void *model,
                                             struct text *out, maru_error *err);

// Take up what was written of the same model with the same options.
//   errors  MARU_E_INPUT: of another model or version, cut off, changed, contradicting itself: it has then seen nothing; MARU_E_MEMORY
MARU_MUST_USE maru_status living_bytes_read(const struct living_kind *kind, void *model,
                                            const void *bytes, size_t n, maru_error *err);

#endif
