// Runs rules: is a chart's course too regular for chance, though no point lies beyond the limits?
//
// Western Electric's four and Nelson's eight, nine different ones together. Each has its own severity,
// because all of them at once call a process unstable that is not: a stable chart is stopped every 92
// points by Western Electric's four alone, every 370 by the limits (run_length.h).
#ifndef CONTROL_CHARTS_RULES_H
#define CONTROL_CHARTS_RULES_H

#include <stdbool.h>
#include <stdint.h>

enum rule {
    RULE_BEYOND,    // a point beyond a limit: Western Electric 1, Nelson 1
    RULE_SPREAD,    // the range, standard deviation or moving range beyond a limit of its own
    RULE_NINE,      // nine in a row on one side of the center: Nelson 2
    RULE_TREND,     // six in a row rising, or falling: Nelson 3
    RULE_ZIGZAG,    // fourteen in a row up and down by turns: Nelson 4
    RULE_TWO,       // two of three beyond two sigmas on one side: Western Electric 2, Nelson 5
    RULE_FOUR,      // four of five beyond one sigma on one side: Western Electric 3, Nelson 6
    RULE_QUIET,     // fifteen in a row within one sigma: Nelson 7
    RULE_AVOIDANCE, // eight in a row beyond one sigma on either side: Nelson 8
    RULE_EIGHT,     // eight in a row on one side of the center: Western Electric 4
    N_RULE
};

enum severity { SEVERITY_IGNORE, SEVERITY_WARNING, SEVERITY_VIOLATION, N_SEVERITY };

struct rule_set {
    uint8_t severity[N_RULE]; // enum severity
};

// What is remembered of the points before: counts that stop at 15, and bits of the last five points.
struct rule_state {
    double last;     // z of the last point
    uint8_t n_upper; // in a row above the center, and so on
    uint8_t n_lower;
    uint8_t n_rising; // points of the run that the last one ends: 1 for the first
    uint8_t n_falling;
    uint8_t n_zigzag;
    uint8_t n_inside;
    uint8_t n_outside;
    uint8_t far_upper,
        far_lower; // bit 0: the last point lay beyond two sigmas; bit 1: that before it
    uint8_t near_upper, near_lower; // the same for one sigma
    uint8_t is_rising;              // how zigzag came to its last point: 0 none, 1 up, 2 down
};

// The sets that people know. RULES_DEFAULT: limits are violations, nine in a row and two of three
// warn; the others are ignored.
enum rules { RULES_DEFAULT, RULES_LIMITS, RULES_WESTERN_ELECTRIC, RULES_NELSON, N_RULES };
struct rule_set rule_set_of(enum rules rules);

// A name for settings and JSON, such as "two".
//   memory  static
const char *rule_name(enum rule rule);

// No points yet; also after a gap, and when a cause was found and removed.
void rule_start(struct rule_state *state);

// Take one point in: z is its distance from the center in thirds of that to the limit, is_beyond says
// whether it lies beyond a limit. Rules that count runs do so on points; a point that is not a number
// ends all runs.
//   out     bits 1 << rule of the rules that the point completes, ignored ones left out; never
//           RULE_SPREAD
//   cost    some nanoseconds
uint32_t rule_step(const struct rule_set *set, struct rule_state *state, double z, bool is_beyond);

// The rules of `bits` that are not ignored.
//   in      bits below 1 << N_RULE, here and below
uint32_t rule_heeded(const struct rule_set *set, uint32_t bits);

// The gravest severity among the rules of `bits`.
enum severity rule_severity(const struct rule_set *set, uint32_t bits);

#endif
