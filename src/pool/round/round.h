// An allocation round as tables: who asks for which GPUs and when, what there is, and the rules. Frozen once read.
//
// A line of an application asks for one number of GPUs of one type over whole quarters. An application stands at one site,
// and is given all its lines, each between its least useful amount and what it asks for, or nothing at all. Whatever is
// counted here is an integer, so that the same tables give the same award on every machine.
#ifndef POOL_ROUND_H
#define POOL_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum {
    ROUND_MAX_TYPES = 32,
    ROUND_MAX_QUARTERS = 40,
    ROUND_MAX_SITES = 64,
    ROUND_MAX_GROUPS = 64, // classes of institutions, and regions: each
    ROUND_MAX_CRITERIA = 16,
    ROUND_MAX_APPLICATIONS = 100000,
    ROUND_MAX_LINES = 200000,
    ROUND_MAX_GPUS = 10000000, // of a line, and of a row of supply
    ROUND_MAX_WATTS = 100000,  // of one GPU with its part of the server
    ROUND_MAX_SITE_MW = 100000,
    ROUND_MAX_NAME_BYTES = 128,
};
#define ROUND_NONE UINT32_MAX
#define ROUND_NO_CAP INT64_MAX

enum { ROUND_WHOLE = 1000 }; // shares and points are counted in thousandths

struct round_type {
    const char *name;
    uint32_t watts;          // of one GPU, busy, with its part of the server
    int64_t credits_milli_h; // of one GPU and hour, in thousandths of a credit
};

struct round_site {
    const char *name;
    uint32_t pue_milli; // 1000 and more
};

// A class of institutions, or a region.
struct round_group {
    const char *name;
    int32_t bonus_milli;    // points on top
    uint32_t floor_milli;   // of all GPU quarters that are offered; 0: none
    uint32_t ceiling_milli; // the same; ROUND_WHOLE: none
};

struct round_line {
    uint32_t application;
    uint32_t type;
    uint32_t from, last;  // quarters, both included
    uint32_t gpus, least; // what is asked for, and below what it is useless
};

struct round_application {
    const char *id, *purpose;
    uint32_t institution, class_, region;
    uint32_t site;                // wished for; ROUND_NONE: any
    uint32_t readiness, priority; // 0 to 5; of priority 5 is first
    uint32_t first_line, n_line;
    int64_t points_milli; // all criteria and bonuses, without that of the site
};

struct round_criterion {
    char name[ROUND_MAX_NAME_BYTES];
    uint32_t weight;
};

struct round_rules {
    char title[ROUND_MAX_NAME_BYTES];
    uint64_t seed;                      // of the lot, published
    uint32_t first_year, first_quarter; // of quarter 0; first_quarter is 1 to 4
    uint32_t n_quarter;
    uint32_t
        institution_milli; // no institution gets more of all that is offered; ROUND_WHOLE: no rule
    uint32_t site_bonus_milli;  // points where the site is the one wished for
    bool is_site_binding;       // or nowhere else
    int64_t least_points_milli; // below that nothing is awarded
    uint32_t idle_milli;        // a day below this share of the lease is idle
    uint32_t warn_days,
        reclaim_days; // idle days in a row up to the warning, and from there up to the reclaim
    uint32_t nodes;   // of the search, at most
    struct round_criterion criterion[ROUND_MAX_CRITERIA];
    uint32_t n_criterion;
};

struct round {
    struct round_rules rules;
    const struct round_type *type;               // (n_type)
    const struct round_site *site;               // (n_site)
    const struct round_group *class_, *region;   // (n_class), (n_region)
    const char *const *institution;              // (n_institution)
    const struct round_application *application; // (n_application)
    const struct round_line *line;               // (n_line), those of an application together
    const int64_t *stock;     // GPUs there (n_site, n_type, n_quarter): what has arrived by then
    const int64_t *cap_watts; // at the meter (n_site, n_quarter); ROUND_NO_CAP: none
    const int64_t *cooling_watts; // of heat from GPUs (n_site, n_quarter); the same
    uint32_t n_type, n_site, n_class, n_region, n_institution, n_application, n_line;
};

// Quarters of a line.
static inline uint32_t round_span(const struct round_line *line) {
    return line->last - line->from + 1;
}

static inline size_t round_stock_at(const struct round *round, uint32_t site, uint32_t type,
                                    uint32_t quarter) {
    return ((size_t)site * round->n_type + type) * round->rules.n_quarter + quarter;
}

static inline size_t round_site_at(const struct round *round, uint32_t site, uint32_t quarter) {
    return (size_t)site * round->rules.n_quarter + quarter;
}

// Points of an application at a site, and what one GPU quarter of it is worth there: at least 1, so that nothing stays unused.
int64_t round_points(const struct round *round, const struct round_application *application,
                     uint32_t site);
int64_t round_worth(const struct round *round, const struct round_application *application,
                    uint32_t site);
bool round_is_eligible(const struct round *round, const struct round_application *application);
// May it stand at the site by the rules? Whether there is room is another question.
bool round_may_stand(const struct round *round, const struct round_application *application,
                     uint32_t site);

// GPU quarters: those that can be run (power and cooling regarded, the types that draw least first) at one site in one
// quarter, and of the whole round; those that an application asks for.
//   out     by_type (n_type) or NULL
int64_t round_runnable(const struct round *round, uint32_t site, uint32_t quarter,
                       int64_t *by_type);
int64_t round_offered(const struct round *round);
int64_t round_asked(const struct round *round, const struct round_application *application);

// The watts at the meter that GPUs of a type draw at a site, in thousandths.
int64_t round_milliwatts(const struct round *round, uint32_t site, uint32_t type, int64_t gpus);

// The lot of an application: a number that belongs to (seed, id), so neither the order of the tables nor who else applies moves
// it. Lower is first.
uint64_t round_lot(const struct round *round, const struct round_application *application);

// Applications by points, the lot where they are alike.
//   out     order (n_application)
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status round_rank(const struct round *round, uint32_t *order, maru_error *err);

// Sort numbers by keys, lowest first; alike ones stay in their order. `key` is indexed by what stands in `number`.
//   errors  MARU_E_MEMORY
struct round_key {
    int64_t first;
    uint64_t second;
};
MARU_MUST_USE maru_status round_sort(uint32_t *number, uint32_t n, const struct round_key *key,
                                     maru_error *err);

#endif
