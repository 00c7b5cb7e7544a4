// What was used, waited for, left idle, charged and drawn, by account and month, from rows of usage: those of the server, or of a trace.
//
// What an account used counts for all above it, too. Two kinds of idleness are told apart: GPUs that were guaranteed and stood free,
// and GPUs that were held and did nothing.
#ifndef POOL_USAGE_H
#define POOL_USAGE_H

#include "pool/accounts.h"
#include "pool/money/owned_cost.h"
#include "pool/money/prices.h"

enum {
    USAGE_MAX_CELLS = 4 << 20, // accounts x months
    USAGE_MAX_ROWS = 500000000,
    USAGE_MAX_GUARANTEES = 1 << 24,
    USAGE_MAX_GPU_MILLI = 1000000000, // of a row: a million GPUs
    USAGE_BUSY_UNKNOWN = UINT16_MAX,
};

enum usage_end {
    USAGE_RUNS,
    USAGE_DONE,
    USAGE_FAILED,
    USAGE_CANCELLED,
    USAGE_TIMEOUT,
    USAGE_STOPPED, // for others, for power, or for its node; it goes on in another row
    USAGE_NO_CREDITS,
    USAGE_ENDS
};
extern const char *const usage_end_names[USAGE_ENDS];

// A run of an attempt, on one type of GPU. A gang on two types has two rows.
struct usage_row {
    uint64_t job;
    uint32_t attempt, account;
    uint8_t type;        // of the cluster; CLUSTER_NO_TYPE: no GPU
    uint8_t end;         // enum usage_end
    uint16_t busy_milli; // of its GPUs in the mean, 0 to 1000, or USAGE_BUSY_UNKNOWN
    uint64_t gpu_milli;  // all parts together
    uint64_t cpu_milli, memory_mib;
    int64_t waited_us;         // before this run
    int64_t from_us, until_us; // INT64_MAX: it runs
    struct owned_power power;  // of one of its GPUs; busy_mw 0: as usage_asked has it
    bool is_measured;          // power is what they drew
};

// So many GPUs of a type an account is guaranteed from then on, with all that its parts are.
struct usage_guarantee {
    int64_t at_us;
    uint32_t account, n;
    uint8_t type;
};

struct usage_cell {
    int64_t used_ms;    // of one GPU, held by jobs
    int64_t idle_ms;    // of these: held, and nothing done, as far as is known
    int64_t unknown_ms; // of these: nobody measured
    int64_t guaranteed_ms,
        unused_ms; // guaranteed, and of that neither used by the account nor by those below it
    int64_t waited_us;
    int64_t energy_j;   // of what was held
    int64_t measured_j; // of that: what the cards told, the rest follows from what such GPUs draw
    struct money charged;
    uint64_t n_run;             // that began in the month
    uint64_t n_end[USAGE_ENDS]; // that ended in it, by how
};

struct usage_asked {
    const struct usage_row *row; // (n_row)
    uint32_t n_row, n_type;
    const struct accounts *accounts;
    const struct prices *prices;     // NULL: nothing is charged
    const uint32_t *resource;        // (n_type) of the prices, of each type of the cluster
    const struct owned_power *power; // (n_type), NULL: energy is not known
    int64_t first_month;             // civil_month
    uint32_t n_month;
    int32_t offset_min; // of the months
    int64_t now_us;     // what runs has run up to then, and later months have not come
    const struct usage_guarantee
        *guarantee; // (n_guarantee); NULL: as accounts have it, all the time
    uint32_t n_guarantee;
};

struct usage {
    struct usage_cell *cell; // (n_account x n_month), by account
    uint32_t n_account, n_month;
    int64_t first_month;
    int32_t offset_min;
};

//   memory  usage_fini
//   errors  MARU_E_RANGE: a row or a guarantee whose account or type is not there, or that ends before it begins: err->row, from 1;
//           those of prices_charge; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    O(n_row log n_row x depth)
MARU_MUST_USE maru_status usage_make(const struct usage_asked *asked, struct usage *out,
                                     maru_error *err);
void usage_fini(struct usage *usage); // accepts an all-zero one

// All months of an account together.
struct usage_cell usage_total(const struct usage *usage, uint32_t account);

#endif
