// The rules of a round as a file: `key = value` lines (base/toml.h), each with its standard.
//
//     title = "National round 2026"        seed = 20260303               first_quarter = "2026Q2"   last_quarter = "2027Q1"
//     weight_impact = 40                   weight_readiness = 20         least_points = 60
//     institution_percent = 10             site = "prefer" or "only"     site_bonus = 5
//     idle_percent = 5                     warn_days = 14                reclaim_days = 14          nodes = 20000
#ifndef POOL_ROUND_RULES_H
#define POOL_ROUND_RULES_H

#include "base/text.h"
#include "pool/round/round.h"

enum { ROUND_MAX_POINTS = 1000, ROUND_MAX_WEIGHT = 1000, ROUND_MAX_NODES = 10000000 };

void round_rules_default(struct round_rules *rules);
//   errors  MARU_E_INPUT with row and column: what is wrong and what would be right; the rules are of no use then
MARU_MUST_USE maru_status round_rules_read(struct round_rules *rules, const char *bytes, size_t n,
                                           maru_error *err);
// As a file that reads back the same.
void round_rules_write(struct text *out, const struct round_rules *rules);

// 2026Q3; false: it is none, or before 2000 or after 2199.
//   out     quarters since the year 0
bool round_quarter_read(const char *bytes, size_t n, uint32_t *out);
// "2026Q3" of a quarter of the round.
void round_quarter_write(struct text *out, const struct round_rules *rules, uint32_t quarter);
// Days since 1970-01-01 of its first day; of n_quarter, the day behind the last.
int32_t round_quarter_day(const struct round_rules *rules, uint32_t quarter);

#endif
