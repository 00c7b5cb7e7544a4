// The accounts of a pool as a table that people keep: what each tenant and project has, and leases, which hold for a time.
//
//   account,weight,guarantee,limit,job_max_gpus,job_max_hours,max_running,lease,from,until
//   vision,2,h100:8 a100:4,h100:16,8,48,,,,
//   vision/training,1,h100:4,,,,,,,
//   vision,,h100:32,,,,,2026-1,2026-07-01,2027-01-01
//
// In Korean 계정, 가중치, 보장, 한도, 작업GPU, 작업시간, 동시작업, 임대, 시작, 끝. An account has one row of its own at most, and rows with a lease,
// each of which adds to its guarantee while it holds. From a table, the accounts that are in use and a moment comes the tree that
// the scheduler goes by, whatever the cluster has then: what is guaranteed beyond it is cut in proportion, and told.
#ifndef POOL_ACCOUNTS_TABLE_H
#define POOL_ACCOUNTS_TABLE_H

#include "base/text.h"
#include "pool/accounts.h"
#include "pool/trace/pool_sheet.h"

enum {
    ACCOUNTS_MAX_ROWS = 20000, // of a table
    ACCOUNTS_MAX_TABLE_BYTES = 8 << 20,
    ACCOUNTS_MAX_NAME = 31,       // bytes of a tenant or a project
    ACCOUNTS_MAX_LEASE = 63,      // bytes of a lease's name
    ACCOUNTS_MAX_GPUS = 10000000, // of a type
};
#define ACCOUNTS_ALWAYS INT64_MIN // a beginning
#define ACCOUNTS_NEVER INT64_MAX  // an end

struct account_gpus {
    const char *type;
    uint32_t n;
};
struct account_line {
    const char *name;                             // "vision" or "vision/training"
    const char *lease;                            // "": the account's own row
    uint32_t weight;                              // thousandths; 0: as if nothing were said, 1000
    const struct account_gpus *guarantee, *limit; // (n_guarantee), (n_limit), each type once
    uint32_t n_guarantee, n_limit;
    uint32_t job_max_gpus, max_running; // 0: no limit
    int64_t job_max_us;                 // the same
    int64_t from_us, until_us;          // of a lease; else ACCOUNTS_ALWAYS and ACCOUNTS_NEVER
};
struct accounts_table {              // frozen
    const struct account_line *line; // (n) by name, then by lease
    uint32_t n;
};

// "vision" or "vision/training": lower case letters, digits and -.
bool accounts_is_name(const char *name);

// Freeze copies into the arena.
//   errors  MARU_E_INPUT: err->row is the line at fault, from 1; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status accounts_table_make(const struct account_line *line, uint32_t n,
                                              struct arena *arena, struct accounts_table *out,
                                              maru_error *err);

//   in      offset_min: of dates without an offset from UTC
//   errors  MARU_E_INPUT with row and column of the first fault, all in `faults`; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status accounts_table_read(const char *bytes, size_t n, int32_t offset_min,
                                              struct arena *arena, struct accounts_table *out,
                                              struct sheet_faults *faults, maru_error *err);
// As a table that reads back the same. Errors stick in `out`.
void accounts_table_write(struct text *out, const struct accounts_table *table, int32_t offset_min);

// The table with these lines in it, each instead of the one of the same account and lease. One that guarantees and limits nothing
// takes that one away, where it is a lease.
//   errors  as accounts_table_make
MARU_MUST_USE maru_status accounts_table_change(const struct accounts_table *table,
                                                const struct account_line *line, uint32_t n,
                                                struct arena *arena, struct accounts_table *out,
                                                maru_error *err);

// The next moment behind at_us at which a lease begins or ends, ACCOUNTS_NEVER: none.
int64_t accounts_table_next(const struct accounts_table *table, int64_t at_us);

struct account_member {           // somebody who uses the pool, whether the table has him or not
    const char *tenant, *project; // project "": the tenant alone
};
struct accounts_asked {
    const struct accounts_table *table;
    const struct account_member *member; // (n_member)
    uint32_t n_member;
    const struct cluster *cluster;
    int64_t at_us;
};
struct accounts_told {
    uint32_t promised,
        cut_type; // of the first type of which more is guaranteed than the cluster has
    bool is_cut;
    const char *
        unknown; // the first type that is guaranteed and that the cluster does not have, NULL: none
};
// The accounts of this moment. Row 0 is all; then by name, so the same for the same, whoever came first. An account whose parts are
// guaranteed more than it is guaranteed that much.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
//   cost    O(n log n)
MARU_MUST_USE maru_status accounts_table_at(const struct accounts_asked *asked, struct arena *arena,
                                            struct accounts *out, struct accounts_told *told,
                                            maru_error *err);
// The row of an account among those of accounts_table_at, ACCOUNTS_MAX: there is none.
uint32_t accounts_table_find(const struct accounts *accounts, const char *name);

#endif
