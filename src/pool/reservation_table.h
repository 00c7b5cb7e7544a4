// Reservations of a pool as a table that people keep: nodes that are free for the jobs of one account from one moment to another.
//
//   name,account,nodes,from,until
//   lecture,uni-a/course,node01 node02,2026-12-01T09:00:00+09:00,2026-12-01T18:00:00+09:00
//
// In Korean 이름, 계정, 노드, 시작, 끝.
#ifndef POOL_RESERVATION_TABLE_H
#define POOL_RESERVATION_TABLE_H

#include "base/text.h"
#include "pool/pool.h"
#include "pool/trace/pool_sheet.h"

enum {
    RESERVATIONS_MAX = POOL_MAX_CALENDAR,
    RESERVATION_MAX_NAME = 31, // bytes
    RESERVATION_MAX_NODES = 10000,
    RESERVATION_MAX_NODE_NAME = 63, // bytes
    RESERVATIONS_MAX_TABLE_BYTES = 8 << 20,
};

struct reservation {
    const char *name;        // its own among all
    const char *account;     // "vision": with all its projects; "vision/training"
    const char *const *node; // (n_node) names, each once
    uint32_t n_node;
    int64_t from_us, until_us;
};
struct reservation_table {         // frozen
    const struct reservation *row; // (n) by name
    uint32_t n;
};

// Freeze copies into the arena.
//   errors  MARU_E_INPUT: err->row is the row at fault, from 1: a name, times out of order, or a node that another has in that
//           time; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    O(nodes log nodes)
MARU_MUST_USE maru_status reservation_table_make(const struct reservation *row, uint32_t n,
                                                 struct arena *arena, struct reservation_table *out,
                                                 maru_error *err);
//   in      offset_min: of dates without an offset from UTC
//   errors  MARU_E_INPUT with row and column of the first fault; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status reservation_table_read(const char *bytes, size_t n, int32_t offset_min,
                                                 struct arena *arena, struct reservation_table *out,
                                                 maru_error *err);
// As a table that reads back the same. Errors stick in `out`.
void reservation_table_write(struct text *out, const struct reservation_table *table,
                             int32_t offset_min);

// NULL: there is none of this name.
const struct reservation *reservation_table_find(const struct reservation_table *table,
                                                 const char *name);
// May a job of the tenant's project use it?
bool reservation_is_for(const struct reservation *reservation, const char *tenant,
                        const char *project);
// The next moment behind at_us at which one ends, INT64_MAX: none.
int64_t reservation_table_next_end(const struct reservation_table *table, int64_t at_us);

#endif
