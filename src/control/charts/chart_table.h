// The control charts of a factory, read from a table: which signal, which kind of chart, how many values make a point.
#ifndef CONTROL_CHART_TABLE_H
#define CONTROL_CHART_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "control/charts/capability.h"
#include "control/charts/chart.h"
#include "maru/plant.h"

enum { CHARTS_MAX = 10000, CHARTS_MAX_NAME_BYTES = 255, CHARTS_MAX_TABLE_BYTES = 64 << 20 };

struct chart_def {
    const char *name, *signal;
    struct chart_options options;
    uint32_t size; // values that make a point; p, np, c and u: 1
    double units;  // p, np and u: units that a count is of
    struct rule_set rules;
    struct specification specification; // that values have to keep; NaN where there is none
};

struct chart_table {
    struct arena arena;
    struct chart_def *chart; // (n), in the order of the table
    uint32_t n;
};

// Read a table in CSV: chart, signal, kind (required), size, rules, target, lower, upper; in Korean 관리도, 신호, 종류, 크기, 규칙,
// 목표, 규격하한, 규격상한.
//   out     *out: chart_table_fini gives it back; set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults, err names the first; MARU_E_LIMIT,
//           MARU_E_MEMORY
MARU_MUST_USE maru_status chart_table_read(const char *file, const char *bytes, size_t n,
                                           maru_faults *faults, struct chart_table *out,
                                           maru_error *err);
void chart_table_fini(struct chart_table *table); // accepts an all-zero one

// "i-mr", "xbar-r", ...
//   memory  static
const char *chart_kind_name(enum chart_kind kind);

#endif
