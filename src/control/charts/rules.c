#include "control/charts/rules.h"

#include <math.h>

// Western Electric Company: Statistical Quality Control Handbook, 1956, pages 23 to 28. L. S. Nelson: The
// Shewhart control chart, tests for special causes. Journal of Quality Technology 16 (1984) 237-239.
//
// Each rule is told from a few counts and bits, so that a point costs the same after a million others.
// A rule of the kind "k of m" asks that the point itself is one of the k: a chart does not go on to ring
// on points that are good. A run that goes on rings on each of its further points.

enum { MANY = 15 }; // the longest run that a rule asks for

static const struct rule_set sets[N_RULES] = {
    [RULES_DEFAULT] = {{[RULE_BEYOND] = SEVERITY_VIOLATION,
                        [RULE_SPREAD] = SEVERITY_VIOLATION,
                        [RULE_NINE] = SEVERITY_WARNING,
                        [RULE_TWO] = SEVERITY_WARNING}},
    [RULES_LIMITS] = {{[RULE_BEYOND] = SEVERITY_VIOLATION, [RULE_SPREAD] = SEVERITY_VIOLATION}},
    [RULES_WESTERN_ELECTRIC] = {{[RULE_BEYOND] = SEVERITY_VIOLATION,
                                 [RULE_SPREAD] = SEVERITY_VIOLATION,
                                 [RULE_TWO] = SEVERITY_VIOLATION,
                                 [RULE_FOUR] = SEVERITY_VIOLATION,
                                 [RULE_EIGHT] = SEVERITY_VIOLATION}},
    [RULES_NELSON] = {{[RULE_BEYOND] = SEVERITY_VIOLATION,
                       [RULE_SPREAD] = SEVERITY_VIOLATION,
                       [RULE_NINE] = SEVERITY_VIOLATION,
                       [RULE_TREND] = SEVERITY_VIOLATION,
                       [RULE_ZIGZAG] = SEVERITY_VIOLATION,
                       [RULE_TWO] = SEVERITY_VIOLATION,
                       [RULE_FOUR] = SEVERITY_VIOLATION,
                       [RULE_QUIET] = SEVERITY_VIOLATION,
                       [RULE_AVOIDANCE] = SEVERITY_VIOLATION}},
};

struct rule_set rule_set_of(enum rules rules) {
    return sets[rules];
}

const char *rule_name(enum rule rule) {
    static const char *const names[N_RULE] = {"beyond", "spread", "nine",  "trend",     "zigzag",
                                              "two",    "four",   "quiet", "avoidance", "eight"};
    return names[rule];
}

void rule_start(struct rule_state *state) { *state = (struct rule_state){.last = NAN}; }

static uint8_t counted(uint8_t n, bool goes_on) {
    return !goes_on ? 0 : n < MANY ? (uint8_t)(n + 1) : MANY;
}

// Rising, falling and zigzag runs are counted in points, so they start at 1.
static void count_steps(struct rule_state *s, double z) {
    const bool up = z > s->last;
    const bool down = z < s->last;
    s->n_rising = up ? counted(s->n_rising, true) : 1;
    s->n_falling = down ? counted(s->n_falling, true) : 1;
    const uint8_t way = up ? 1 : down ? 2 : 0;
    if (way == 0) {
        s->n_zigzag = 1;
    } else if (s->is_rising != 0 && way != s->is_rising) {
        s->n_zigzag = counted(s->n_zigzag, true);
    } else {
        s->n_zigzag = 2;
    }
    s->is_rising = way;
    s->last = z;
}

static void count_places(struct rule_state *s, double z) {
    s->n_upper = counted(s->n_upper, z > 0.0);
    s->n_lower = counted(s->n_lower, z < 0.0);
    s->n_inside = counted(s->n_inside, fabs(z) < 1.0);
    s->n_outside = counted(s->n_outside, fabs(z) > 1.0);
    s->far_upper = (uint8_t)((s->far_upper << 1 | (z > 2.0)) & 7);
    s->far_lower = (uint8_t)((s->far_lower << 1 | (z < -2.0)) & 7);
    s->near_upper = (uint8_t)((s->near_upper << 1 | (z > 1.0)) & 31);
    s->near_lower = (uint8_t)((s->near_lower << 1 | (z < -1.0)) & 31);
}

// Is the last point one of at least k among those of `bits`?
static bool is_k_of(uint8_t bits, int k) {
    static const uint8_t n_bits[32] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
                                       1, 2, 2, 3, 2, 3, 3, 4, 2, 3, 3, 4, 3, 4, 4, 5};
    return (bits & 1) && n_bits[bits] >= k;
}

static uint32_t if_so(bool is, enum rule rule) { return (uint32_t)is << rule; }

uint32_t rule_heeded(const struct rule_set *set, uint32_t bits) {
    for (uint32_t rule = 0; bits >> rule; rule++) {
        if (set->severity[rule] == SEVERITY_IGNORE) {
            bits &= ~(1u << rule);
        }
    }
    return bits;
}

uint32_t rule_step(const struct rule_set *set, struct rule_state *state, double z, bool is_beyond) {
    struct rule_state *s = state;
    if (isnan(z)) {
        rule_start(s);
        return 0;
    }
    count_steps(s, z);
    count_places(s, z);
    const uint32_t bits =
        if_so(is_beyond, RULE_BEYOND) | if_so(s->n_upper >= 9 || s->n_lower >= 9, RULE_NINE) |
        if_so(s->n_rising >= 6 || s->n_falling >= 6, RULE_TREND) |
        if_so(s->n_zigzag >= 14, RULE_ZIGZAG) |
        if_so(is_k_of(s->far_upper, 2) || is_k_of(s->far_lower, 2), RULE_TWO) |
        if_so(is_k_of(s->near_upper, 4) || is_k_of(s->near_lower, 4), RULE_FOUR) |
        if_so(s->n_inside >= 15, RULE_QUIET) | if_so(s->n_outside >= 8, RULE_AVOIDANCE) |
        if_so(s->n_upper >= 8 || s->n_lower >= 8, RULE_EIGHT);
    return rule_heeded(set, bits);
}

enum severity rule_severity(const struct rule_set *set, uint32_t bits) {
    uint8_t gravest = SEVERITY_IGNORE;
    for (uint32_t rule = 0; bits >> rule; rule++) {
        if (bits >> rule & 1 && set->severity[rule] > gravest) {
            gravest = set->severity[rule];
        }
    }
    return (enum severity)gravest;
}
