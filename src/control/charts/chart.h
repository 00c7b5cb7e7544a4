// A control chart that runs (Phase II): points come one by one and are judged by frozen limits.
#ifndef CONTROL_CHARTS_CHART_H
#define CONTROL_CHARTS_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "control/charts/control_limits.h"
#include "control/charts/rules.h"

// What a chart remembers: no pointers, may be saved as bytes.
struct chart_state {
    uint64_t n_point; // that had a value
    double previous;  // I-MR: the value before, NaN behind a gap
    double ewma;
    double ewma_rest;         // (1 - lambda)^(2 n): how much of the start is left in its variance
    double cusum[2];          // up and down, in standard errors, both at least 0
    uint32_t n_since_zero[2]; // points since each sum was 0: a change probably began then
    struct rule_state rules;
};

struct chart_verdict {
    uint8_t severity;       // enum severity: the gravest
    bool is_missing;        // the point had no value and changed nothing but the runs
    uint32_t rules;         // bits 1 << enum rule
    double value;           // what is charted: mean, share, EWMA ...; CUSUM: the sum up
    double value_down;      // CUSUM: the sum down, at most 0; else NaN
    struct chart_line line; // for this point
    double spread;          // range, standard deviation, moving range; NaN where there is none
    struct chart_line spread_line;
};

// Begin, and begin again: after limits were estimated anew, or a cause was found and removed.
void chart_start(const struct chart_limits *limits, struct chart_state *state);

// Take in one point and judge it. A point without a level, or that no point of this chart can be (more
// bad units than units, a size of 0), is missing: it ends runs and moving ranges and changes no sum.
// A signal does not reset the chart. EWMA and CUSUM are judged by their limits alone, as their points
// are not independent.
//   cost    below 100 ns
void chart_add(const struct chart_limits *limits, const struct rule_set *rules,
               struct chart_state *state, const struct subgroup *point, struct chart_verdict *out);

#endif
