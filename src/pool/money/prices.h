// What GPUs, CPUs and memory cost, from which moment on, and what a run is charged.
//
// Money is whole numbers: credits in millionths, won in thousandths. A price is of one an hour and holds from its moment until that
// of the next of its resource. Each microsecond of a run costs what held in it; shares of a GPU cost their share.
//
// Rounding: with N(t) the exact cost of a run from its start to t, what is charged for a piece from a to b is floor(N(b)) -
// floor(N(a)). So pieces add up to the whole whatever they are, and a run never costs more than it does exactly, and less by
// under one millionth of a credit and one thousandth of a won.
#ifndef POOL_PRICES_H
#define POOL_PRICES_H

#include "base/arena.h"
#include "base/text.h"

enum {
    PRICES_MAX_ROWS = 10000,
    PRICES_MAX_RESOURCES = 256,
    PRICES_MAX_NAME_BYTES = 64, // of a resource, with its 0
    PRICES_MAX_TABLE_BYTES = 8 << 20,
    CREDIT_MICRO = 1000000, // of a credit
    KRW_MILLI = 1000,       // of a won
};
// A price of one an hour; of won the same number.
#define PRICES_MAX_AMOUNT (INT64_C(1000000000) * CREDIT_MICRO)
// Of a run: 100 years.
#define PRICES_MAX_RUN_US (INT64_C(36525) * 86400 * 1000000)

struct money {
    int64_t credits_micro, krw_milli;
};

enum price_resource {
    PRICE_CPU,    // "cpu": a core an hour; costs nothing where it has no price
    PRICE_MEMORY, // "memory": a GiB an hour; the same
    PRICE_OTHER,  // "*": a GPU of a type for which no price of its own holds
    PRICE_TYPES,  // the first of those with a name: a GPU of this type
};

struct price_row {
    int64_t from_us;
    struct money an_hour;
};

struct prices {                  // frozen
    const char *const *name;     // (n_resource)
    const struct price_row *row; // (n) by resource, then by moment
    const uint32_t *first;       // (n_resource + 1) of its rows
    uint32_t n_resource, n;
};

struct price_line { // as it comes, in any order
    const char *resource;
    int64_t from_us;
    struct money an_hour;
};

// Freeze copies into the arena.
//   errors  MARU_E_INPUT: err->row is the line at fault, from 1: a name, an amount, or two prices of one moment; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status prices_make(const struct price_line *line, uint32_t n,
                                      struct arena *arena, struct prices *out, maru_error *err);

// Read a table in CSV: from, resource, credits, and krw where it is wanted; in Korean 시작, 자원, 크레딧, 원.
//   in      offset_min: of dates without an offset from UTC
//   errors  MARU_E_INPUT with row and column: what is wrong and what would be right; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status prices_read(const char *bytes, size_t n, int32_t offset_min,
                                      struct arena *arena, struct prices *out, maru_error *err);
// As a table that reads back the same. Errors stick in `out`.
void prices_write(struct text *out, const struct prices *prices, int32_t offset_min);

// The resource of a type of GPU (upper and lower case are alike), PRICE_OTHER where it has none of its own.
uint32_t prices_find(const struct prices *prices, const char *type);

// What a run holds, all parts together.
struct price_gpus {
    uint32_t resource; // prices_find
    uint64_t milli;    // thousandths of GPUs
};
struct price_use {
    const struct price_gpus *gpus; // (n_gpus)
    uint32_t n_gpus;
    uint64_t cpu_milli, memory_mib;
};

// What the piece [from, until) of a run that began at started_us costs.
//   in      started_us <= from_us <= until_us
//   errors  MARU_E_INPUT: no price of a type holds at some moment of it; MARU_E_RANGE: the times are out of order;
//           MARU_E_LIMIT: longer than PRICES_MAX_RUN_US, or dearer than 64 bits hold
//   cost    O(prices of its resources)
struct price_span {
    int64_t started_us, from_us, until_us;
};
MARU_MUST_USE maru_status prices_charge(const struct prices *prices, const struct price_use *use,
                                        const struct price_span *span, struct money *out,
                                        maru_error *err);

#endif
