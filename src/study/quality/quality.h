// What a spreadsheet says of its defects: how many, is it getting worse, what changed, what it is capable of, what goes with it and
// holds on later data. The command, the server and the page tell the same because all of it comes from here.
//
//     frame -> roles -> order, periods -> trend, changes, capability, causes -> sentences.c -> JSON, page, terminal
#ifndef STUDY_QUALITY_H
#define STUDY_QUALITY_H

#include "control/charts/capability.h"
#include "learn/causes/causes.h"
#include "learn/periods.h"
#include "learn/roles/roles.h"
#include "learn/steadiness.h"
#include "wire/sheet/spreadsheet.h"

struct quality_limit { // of a column; NaN: none on this side
    const char *column;
    double lower, upper;
};

struct quality_options {
    struct roles_hints roles;
    const struct quality_limit *limit; // (n_limit)
    size_t n_limit;
    const struct sheet_reading
        *reading; // what was understood of the file, to be told; NULL: nothing
    double level; // of intervals, such as 0.95
    uint64_t seed;
    int32_t offset_min; // of the local clock
};

// A column of numbers.
struct quality_column {
    uint32_t column; // of the frame
    struct change change;
    bool has_capability;
    struct specification specification;
    struct capability capability;
};

// A control chart over the periods (quality_charts.h).
struct quality_chart {
    uint32_t n_reference; // periods that its limits come from, the first ones; 0: there is no chart
    uint32_t n_judged, n_beyond; // of the later ones
    uint32_t since;              // the first period beyond a limit, UINT32_MAX: none
    double center, df;           // df: that sigma is worth; 0 for shares
    double *lower, *upper;       // (periods.n)
    bool *is_beyond;             // (periods.n)
    double p;                    // that chance makes such a chart; of columns
    bool is_out; // of control: among all columns chance hardly makes one such; of columns
};

struct quality_kind { // of defects
    const char *name;
    double n;
};

struct quality {
    struct arena arena;
    const struct frame *frame;
    const struct sheet_reading *reading; // of the file, NULL: the frame is of none
    double level;
    int32_t offset_min; // of the local clock
    struct roles roles;
    const uint32_t *order; // (n_row) oldest first; the order of the file where no time is known
    bool has_time;
    struct periods periods;
    struct trend trend;
    struct quality_kind *kind; // (n_kind) most frequent first
    uint32_t n_kind;
    double n_of_kinds; // bad ones with a kind
    double *mean;      // (n_column x periods.n) of each column in each period; NaN: none
    struct quality_column *
        column; // (n_column) numbers that are possible causes or measured, then the target if it is one
    uint32_t n_column;
    struct quality_chart rate_chart;   // of bad units, or of a target that is a number
    const struct quality_chart *chart; // (n_column) of the means of `column`
    uint32_t n_chart;                  // of `chart`: that there are
    uint32_t n_chart_out;              // that are out of control
    uint32_t n_chart_weak; // that have points beyond their limits, but no more than chance gives
    struct causes causes;
};

// The usual options: 95 %, Seoul, everything guessed.
struct quality_options quality_usual(void);

// Look at a table. The same table gives the same bytes.
//   memory  quality_fini; the frame outlives it
//   errors  of roles_find, causes_find; MARU_E_INPUT: a limit of no column; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status quality_find(const struct frame *frame,
                                       const struct quality_options *options, struct quality *out,
                                       maru_error *err);
void quality_fini(struct quality *quality); // accepts an all-zero one

#endif
