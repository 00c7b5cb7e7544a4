// Many variables watched at once: what is normal is learnt from normal data alone, and a sample is
// judged by how far it lies from there, in two statistics: T2 inside the space of principal components, SPE
// outside of it. Each also smoothed, so that small faults that stay are found.
//
// Processes have a memory: a sample resembles the one before. MONITOR_LAGGED puts past samples beside
// the present one (dynamic PCA); MONITOR_INNOVATIONS predicts the present sample from the past and watches
// what could not be predicted, which is nearly independent from sample to sample, so that limits learnt
// from a short period hold.
#ifndef LEARN_MONITOR_H
#define LEARN_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/status.h"

enum { MONITOR_MAX_VARIABLES = 256, MONITOR_MAX_LAG = 8, MONITOR_MAX_FEATURES = 512 };

enum monitor_dynamics { MONITOR_STATIC, MONITOR_LAGGED, MONITOR_INNOVATIONS, N_MONITOR_DYNAMICS };

enum monitor_statistic {
    MONITOR_T2,
    MONITOR_SPE,
    MONITOR_T2_SMOOTH,
    MONITOR_SPE_SMOOTH,
    N_STATISTIC
};

// Where limits come from. Theory: F distribution (T2), Jackson and Mudholkar (SPE), for values that are
// normal and independent; it has none for smoothed statistics. Held out: the data itself, judged by models
// that have not seen it, as a quantile or by a chi-square of the same mean and variance.
enum monitor_limit { LIMIT_THEORY, LIMIT_QUANTILE, LIMIT_MATCHED, N_LIMIT };

struct monitor_options {
    uint8_t dynamics;     // enum monitor_dynamics
    uint8_t limit;        // enum monitor_limit that alarms go by
    bool is_smooth_only;  // alarms by the smoothed statistics alone
    uint32_t n_lag;       // past samples looked at, 1 to MONITOR_MAX_LAG; not for MONITOR_STATIC
    uint32_t n_component; // 0: as many as explain `variance`
    double variance;      // share in (0, 1]; 1: all that have any
    double ridge;         // of the prediction, at least 0: shrinks it towards no memory at all
    double lambda;        // of the smoothing, in (0, 1]; 1: none
    double alpha;     // false alarms a sample that all statistics together may raise, in (0, 0.5]
    uint32_t n_block; // of the cross-validation that holds data out, 2 to 50
};

// Normal data: stretches of samples that follow each other.
struct monitor_part {
    const double *value; // (n_sample, n_variable); NaN: missing, stands for the mean
    size_t n_sample;
};

struct monitor_data {
    const struct monitor_part *part;
    size_t n_part;
    uint32_t n_variable;
};

// Frozen once fitted; all arrays lie in the arena.
struct monitor {
    struct monitor_options options;
    uint32_t n_variable, n_feature, n_component;
    size_t n_sample;                    // it was fitted on
    const double *mean, *sd;            // (n_variable); sd 0: never moved
    const double *prediction;           // (n_variable, n_lag * n_variable), innovations only
    const double *feature_mean;         // (n_feature)
    const double *feature_scale;        // (n_feature) 1 / sd
    const double *value;                // (n_feature), falling
    const double *vector;               // (n_feature, n_feature), row k of value[k]
    double usual[2];                    // means of T2 and SPE on data held out
    double limit[N_STATISTIC][N_LIMIT]; // NaN: there is none
    uint32_t n_active;                  // statistics that alarms go by
    bool is_active[N_STATISTIC];
};

struct monitor_state {
    uint64_t n_sample; // since the start
    double smooth[2];
    double *history; // (n_lag, n_variable), the caller's, newest first; standardised
};

struct monitor_verdict {
    bool is_ready; // enough past samples; else all else is unset
    bool is_alarm;
    uint32_t n_missing;            // values
    uint32_t n_moved;              // variables that never moved before and now have
    double statistic[N_STATISTIC]; // NaN: there is none
    bool is_over[N_STATISTIC];     // beyond the limit that alarms go by
};

// Innovations of lag 1, ridge 0.1; all components; smoothing 0.1; matched limits at 1 %; five blocks.
struct monitor_options monitor_defaults(void);

// Learn what is normal.
//   memory  *out stands in `arena` until that is reset; `scratch` may be reset afterwards
//   errors  MARU_E_RANGE: an option; MARU_E_INPUT: too few samples, or nothing moves;
//           MARU_E_LIMIT: variables or features; MARU_E_LIMIT or MARU_E_MEMORY of an arena
//   cost    n_block + 1 decompositions (eigen.h) and passes over the data
//   source  docs/QUALITY.md
MARU_MUST_USE maru_status monitor_fit(const struct monitor_options *options,
                                      const struct monitor_data *data, struct arena *arena,
                                      struct arena *scratch, struct monitor *out, maru_error *err);

// Begin to watch; also after a gap.
//   in      history: memory for (n_lag, n_variable)
void monitor_start(const struct monitor *monitor, double *history, struct monitor_state *state);

// Judge the next sample.
//   in      sample (n_variable)
//   out     *verdict; blame (2, n_variable) or NULL: what each variable contributes to T2 and to SPE
//   cost    O(n_feature^2)
void monitor_step(const struct monitor *monitor, struct monitor_state *state, const double *sample,
                  double *blame, struct monitor_verdict *verdict);

// The two halves of monitor_step, for those who need the features too: those of a sample, which then joins the history (false: the past is
// not long enough), and, only where it was, the verdict of them.
//   out     feature (n_feature); blame, verdict as monitor_step
bool monitor_features(const struct monitor *monitor, struct monitor_state *state,
                      const double *sample, double *feature);
void monitor_judge(const struct monitor *monitor, struct monitor_state *state, const double *sample,
                   const double *feature, double *blame, struct monitor_verdict *verdict);

// T2 and SPE of features.
void monitor_raw(const struct monitor *monitor, const double *feature, double statistic[2],
                 double *blame);

// By how much T2 and SPE of features fall when one feature is set to what the others let expect. What made a large statistic is told from what
// it dragged along: contributions (blame) share it out among all columns that go together, this one points at the one that left them.
//   in      weight (2, n_feature), of monitor_weights
//   out     part (2, n_feature)
//   cost    O(n_feature * n_component)
//   source  C. F. Alcala, S. J. Qin, Automatica 45 (2009) 1593-1600, eq. 12
void monitor_weights(const struct monitor *monitor, double *weight);
void monitor_reconstruct(const struct monitor *monitor, const double *feature, const double *weight,
                         double *part);

// The statistic that alarms go by which is furthest over its limit (or nearest to it), and how far: above 1 is beyond. The first one, and
// 0, where the verdict is not ready.
enum monitor_statistic monitor_worst(const struct monitor *monitor,
                                     const struct monitor_verdict *verdict);
double monitor_largest(const struct monitor *monitor, const struct monitor_verdict *verdict);

// "t2", "spe", "t2_smooth", "spe_smooth".
//   memory  static
const char *monitor_statistic_name(enum monitor_statistic statistic);

#endif
