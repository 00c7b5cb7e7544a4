// How long a chart runs until it signals, on average: what its limits and rules cost when the process is
// good, and how soon they find a shift.
#ifndef CONTROL_CHARTS_RUN_LENGTH_H
#define CONTROL_CHARTS_RUN_LENGTH_H

#include <stdint.h>

#include "base/arena.h"
#include "control/charts/rules.h"
#include "maru/status.h"

enum { RUNLENGTH_MAX_PANELS = 64, RUNLENGTH_MAX_STATES = 1024 };

// Average run length of a Shewhart chart with limits at `width` standard errors, when the mean lies `shift`
// standard errors from the center. Exact.
double run_length_shewhart(double width, double shift);

// The same with runs rules: those that `rules` does not ignore.
//   in      zones are thirds of the width
//   errors  MARU_E_USAGE: no rule that counts, or a trend or zigzag rule, whose states are endless;
//           MARU_E_RANGE: width or shift; MARU_E_LIMIT: more than RUNLENGTH_MAX_STATES states;
//           MARU_E_LIMIT or MARU_E_MEMORY of scratch (8 MiB suffice)
//   source  C. W. Champ, W. H. Woodall: Exact results for Shewhart control charts with supplementary runs
//           rules. Technometrics 29 (1987) 393-399
MARU_MUST_USE maru_status run_length_rules(const struct rule_set *rules, double width, double shift,
                                           struct arena *scratch, double *out, maru_error *err);

// Average run length of a two-sided CUSUM, both sums beginning at `start`.
//   in      k in [0, 10], h in (0, 64], start in [0, h], shift in standard errors
//   out     relative error below 1e-6
//   errors  MARU_E_RANGE; of scratch (4 MiB suffice)
//   source  integral equation of E. S. Page, Biometrika 41 (1954) 100-115; both sides together: J. M.
//           Lucas, R. B. Crosier, Technometrics 24 (1982) 199-205
MARU_MUST_USE maru_status run_length_cusum(double k, double h, double start, double shift,
                                           struct arena *scratch, double *out, maru_error *err);

// Average run length of an EWMA that begins at the target, with its final limits.
//   in      lambda in (0, 1] and width above 0 with width / sqrt(lambda (2 - lambda)) at most 32
//   out     relative error below 1e-6
//   errors  as above
//   source  integral equation of S. V. Crowder, Technometrics 29 (1987) 401-407
MARU_MUST_USE maru_status run_length_ewma(double lambda, double width, double shift,
                                          struct arena *scratch, double *out, maru_error *err);

#endif
