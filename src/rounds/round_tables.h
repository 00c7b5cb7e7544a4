// The tables of a round, read: every fault with its file, row, column and what would be right.
//
//   round.toml          the rules (pool/round/round_rules.h)
//   types.csv           type, watts (of one GPU with its part of the server), credits_per_hour
//   sites.csv           site, pue, quarter (from which on; none: from the first), power_mw, cooling_mw (none: no limit)
//   supply.csv          site, type, quarter, gpus: what arrives then and stays
//   classes.csv         class, bonus, floor_percent, ceiling_percent
//   regions.csv         region, the same; without it each region of an application is one, without rules
//   applications.csv    application, institution, class, region, purpose, readiness, priority, site, type, from, until, gpus, least:
//                       a row a line; further rows of an application need no more than type, from, until, gpus, least
//   scores.csv          application, criterion, reviewer, points (0 to 100); may be absent
#ifndef ROUNDS_ROUND_TABLES_H
#define ROUNDS_ROUND_TABLES_H

#include "base/arena.h"
#include "plant/faults.h"
#include "pool/round/round.h"

enum round_file {
    ROUND_FILE_RULES,
    ROUND_FILE_TYPES,
    ROUND_FILE_SITES,
    ROUND_FILE_SUPPLY,
    ROUND_FILE_CLASSES,
    ROUND_FILE_REGIONS,
    ROUND_FILE_APPLICATIONS,
    ROUND_FILE_SCORES,
    ROUND_FILES
};
extern const char *const round_file_names[ROUND_FILES];

struct round_bytes {
    const char *bytes; // NULL: there is no such file
    size_t n;
};

struct round_tables {
    struct round round;
    const int64_t *
        score; // thousandths of the 100 points of a criterion, as counted (n_application, n_criterion)
    struct arena arena;
};

//   memory  round_tables_fini, after MARU_OK
//   errors  MARU_E_INPUT: all that is wrong is in the faults; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status round_tables_read(const struct round_bytes file[ROUND_FILES],
                                            maru_faults *faults, struct round_tables *out,
                                            maru_error *err);
void round_tables_fini(struct round_tables *tables);

#endif
