// How long units live, as a model that knows its columns: a Weibull distribution whose clock runs faster for some units than for others (Cox's
// effects), with what the lives showed: curves, effects, planned replacement.
//
//     row -> recipe -> risk = sum of coefficient * (value - mean)
//     share that reaches age t = S((t * exp(risk / shape)); scale, shape)      Weibull: hazards in proportion are clocks in proportion
//
// A model is frozen; the same lives give the same bytes.
#ifndef LEARN_SURVIVAL_MODEL_H
#define LEARN_SURVIVAL_MODEL_H

#include "base/text.h"
#include "learn/models/recipe.h"
#include "learn/survival/cox.h"
#include "learn/survival/kaplan_meier.h"
#include "learn/survival/survival_list.h"
#include "learn/survival/weibull.h"

enum {
    SURVIVAL_MAX_BYTES = 1 << 28,
    SURVIVAL_MAX_STEPS = 60, // of a curve that is kept
    SURVIVAL_MAX_CURVES = LOGRANK_MAX_GROUPS + 1,
};

enum survival_warning {
#define X(name, key, english, korean) SURVIVAL_WARN_##name,
    SURVIVAL_WARNINGS(X)
#undef X
        N_SURVIVAL_WARNING
};

struct survival_point {
    double age, surviving, low, high;
};

struct survival_curve {
    const char *name; // of the group, "": all lives
    uint32_t n, n_failed, n_point;
    struct survival_age median;
    const struct survival_point *point; // (n_point) ages rise
};

struct survival_effect {
    uint32_t feature;
    double coefficient, mean;
    double step;                // of a number: its deviation; of a word: 1
    double ratio, low, high, p; // of the hazard, for one step more
    bool changes_with_age;      // the effect of young units is surely another than that of old ones
};

// A figure from lives held out; NaN: not known.
struct survival_figure {
    double value, low, high;
};

struct survival_model {
    struct arena arena;
    const char *age, *counted_in;         // the column of ages, its unit
    const char *ended;                    // the column that says whether it failed; "": all have
    const char *group;                    // the column whose groups have curves; "": none
    struct recipe recipe;                 // n_column 0: no covariates
    const struct survival_effect *effect; // (n_effect), of features that vary
    uint32_t n_effect;
    struct weibull weibull; // of ages on each unit's own clock
    double cost_planned, cost_failure;
    struct replacement replacement;     // of a unit of risk 0
    double horizon;                     // how far ahead failures are told
    const struct survival_curve *curve; // (n_curve) all lives, then groups
    uint32_t n_curve;
    double group_p; // log-rank, held up among all columns of words; NaN: no groups
    struct survival_figure concordance; // held out; NaN without covariates
    struct survival_figure coverage;    // held out: lives that ended in the middle `level`
    double level;
    uint32_t n_life, n_failed, n_left_out; // left out: without an age above 0
    uint32_t warnings;                     // bit of each enum survival_warning
    uint64_t seed;
    const char *title, *version;    // of the data, of the program
    char data[33], fingerprint[33]; // of the table, of the bytes
};

// Bytes: "MARUSURV", version, everything, digest.
//   errors  what sticks to `out`
MARU_MUST_USE maru_status survival_model_write(const struct survival_model *model, struct text *out,
                                               maru_error *err);

bool survival_model_is(const void *bytes, size_t n);

// Bytes are hostile: all is checked.
//   memory  survival_model_fini
//   errors  MARU_E_INPUT: none, of another version, cut off, changed or contradicting itself; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status survival_model_read(const void *bytes, size_t n,
                                              struct survival_model *out, maru_error *err);
void survival_model_fini(struct survival_model *model); // accepts an all-zero one

// The logarithm of a unit's hazard over the usual one. A missing value counts as the mean.
//   in      x (recipe.n_feature); NULL where there is no recipe
double survival_risk(const struct survival_model *model, const float *x);

struct survival_answer {
    double risk;                    // hazard over the usual one
    struct weibull_value remaining; // median; the middle `level` of such units
    struct weibull_value surviving; // share that still runs `horizon` later, 95 %
    double replace_in;              // from now on, 0: it is due; +infinity: not before it fails
};

// A unit that has reached an age and runs; age at least 0 and finite.
struct survival_answer survival_ask(const struct survival_model *model, double risk, double age);

const char *survival_warning_text(enum survival_warning warning, bool is_korean);
const char *survival_warning_key(enum survival_warning warning);

#endif
