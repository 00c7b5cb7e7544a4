// The assets of a factory as people write them: a tree as in ISA-95, and which signals stand where.
//
// A row describes an asset (its level, names, tool), or says with a pattern which signals stand in it, or both. Columns, levels and
// patterns: docs/ASSETS.md.
#ifndef CONTROL_ASSET_TABLE_H
#define CONTROL_ASSET_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "control/assets/asset_list.h"
#include "control/equipment/name_list.h"
#include "maru/plant.h"
#include "signal/placing.h"

enum asset_level {
    ASSET_LEVEL_NONE, // not said
#define X(name, rank, english, korean) ASSET_LEVEL_##name,
    ASSET_LEVELS(X)
#undef X
        N_ASSET_LEVEL
};

enum { ASSET_MAX_NAME_BYTES = 255, ASSET_MAX_BYTES = 256 << 20 };

struct asset {
    const char *path;         // "ulsan/press/press-1"
    const char *name;         // "": the last level of its path
    const char *korean;       // "": as the name
    const char *tool, *group; // of the plant, "": none
    uint8_t level;            // enum asset_level
    uint32_t line;            // of the table
};

struct asset_table {
    struct arena arena;
    struct name_list paths;          // asset i has path i
    struct name_list tools;          // a tool stands in one asset
    struct asset *asset;             // (paths.n), in the order of the table
    uint32_t *of_tool;               // (tools.n), asset
    const struct placing_rule *rule; // (n_rule), in the order of the table
    uint32_t n_rule;
    struct placing *placing; // the same; who takes it away leaves NULL
};

// "site" or "사업장"; "" of ASSET_LEVEL_NONE.
//   memory  static
const char *asset_level_name(enum asset_level level, bool is_korean);
// What stands lower has a higher rank; 0 of ASSET_LEVEL_NONE.
uint32_t asset_level_rank(enum asset_level level);

// Read a table in CSV. All that is wrong is said in faults.
//   in      UTF-8
//   out     *out: asset_table_fini gives it back; set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults, err names the first; MARU_E_LIMIT,
//           MARU_E_MEMORY
MARU_MUST_USE maru_status asset_table_read(const char *file, const char *bytes, size_t n,
                                           maru_faults *faults, struct asset_table *out,
                                           maru_error *err);
void asset_table_fini(struct asset_table *table); // accepts an all-zero one

// Write it as a table that reads back the same.
void asset_table_write(const struct asset_table *table, struct text *out);

// The asset with this path, or with this tool; NULL: there is none.
const struct asset *asset_table_find(const struct asset_table *table, const char *path, size_t n);
const struct asset *asset_table_find_tool(const struct asset_table *table, const char *tool);

#endif
