// What is told of a run, one table for all that tell it: terminal, JSON, CSV, report and
// comparison.
//
// A column gives one number of the i-th class, group or limit of some results, in the unit of its
// key.
#ifndef STUDY_COLUMNS_H
#define STUDY_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "maru/sim.h"
#include "study/words/numerals.h"
#include "study/words/words.h"

enum column_unit {
    UNIT_COUNT,
    UNIT_LOTS,
    UNIT_PER_DAY,
    UNIT_DAYS,
    UNIT_DAYS_AS_HOURS,
    UNIT_HOURS,
    UNIT_SHARE,
    UNIT_FACTOR
};

struct column {
    const char *key; // stable: of JSON, CSV and --of
    enum word name;
    enum column_unit unit;
    int better; // 1: more is better, -1: less is, 0: neither
    double (*of)(const maru_results *results, size_t index);
};

enum { N_FIGURE = 10, N_CLASS_COLUMN = 13, N_GROUP_COLUMN = 14, N_LIMIT_COLUMN = 5 };
extern const struct column figure_columns[N_FIGURE]; // of the run as a whole; the index is not used
extern const struct column class_columns[N_CLASS_COLUMN];
extern const struct column group_columns[N_GROUP_COLUMN];
extern const struct column limit_columns[N_LIMIT_COLUMN];

enum { // places in the tables above that the code names
    FIGURE_CYCLE,
    FIGURE_CYCLE_MEDIAN,
    FIGURE_CYCLE_95,
    FIGURE_FLOW,
    FIGURE_WIP,
    FIGURE_OUT,
    FIGURE_ON_TIME,
    FIGURE_TARDINESS,
    FIGURE_LATE,
    FIGURE_SETUP,
};
enum {
    CLASS_OUT,
    CLASS_MEASURED,
    CLASS_CYCLE,
    CLASS_SD,
    CLASS_MEDIAN,
    CLASS_5,
    CLASS_95,
    CLASS_FLOW_MEAN,
    CLASS_FLOW,
    CLASS_FLOW_5,
    CLASS_FLOW_95,
    CLASS_ON_TIME,
    CLASS_TARDINESS,
};
enum {
    GROUP_TOOLS,
    GROUP_UTILIZATION,
    GROUP_PRODUCTIVE,
    GROUP_SETUP,
    GROUP_STANDBY,
    GROUP_ENGINEERING,
    GROUP_SCHEDULED,
    GROUP_UNSCHEDULED,
    GROUP_QUEUE,
    GROUP_QUEUE_MAX,
    GROUP_WAIT,
    GROUP_JOBS,
    GROUP_LOTS,
    GROUP_SETUPS,
};
enum { LIMIT_PASS, LIMIT_LATE, LIMIT_SHARE, LIMIT_LATE_BY, LIMIT_SLACK };

// The figure with this key, or N_FIGURE.
size_t figure_find(const char *key);

// The class that stands for ordinary lots: all products of the lowest priority. MARU_NONE when
// there is none.
uint32_t regular_class(const maru_results *results);

// Measured time in days.
double results_days(const maru_results *results);

// A number of this unit for people: "39.01", "93.4 %", without the name of the unit.
struct numeral unit_text(enum column_unit unit, double value);
struct numeral unit_interval(enum column_unit unit, struct interval interval);
double unit_scale(enum column_unit unit); // shares are shown as percent
int unit_decimals(enum column_unit unit);
enum word unit_word(enum column_unit unit);

#endif
