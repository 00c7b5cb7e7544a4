// A plant while it is being read: tables that grow, names instead of indices, and for every row
// where it came from.
//
// Both dialects fill the same rows, so that all checks are shared; a fault finds file, line and
// column again through the row's source. The life of a draft: read (sheet.h) -> resolve names ->
// check -> freeze (maru_plant).
#ifndef PLANT_DRAFT_H
#define PLANT_DRAFT_H

#include "base/csv.h"
#include "plant/plant.h"

enum {
    PLANT_MAX_FILES = 10000,
    PLANT_MAX_FILE_BYTES = 64 << 20, // one table
    PLANT_MAX_ROWS = 1000000,        // of one kind of row
    PLANT_MAX_NAME_BYTES = 255,
    PLANT_MAX_LOCATIONS = 500,
    PLANT_MAX_TOOLS = 1000000,     // of all groups
    PLANT_MAX_DOWNTIMES = 1000000, // calendars after their areas are expanded
    PLANT_MAX_LOT_WAFERS = 10000,
    PLANT_MAX_BATCH_WAFERS = 100000,
    PLANT_MAX_LOTS_EACH = 100000, // in one release
    PLANT_MAX_VALUES = 1000000,   // of one empirical file
    PLANT_MAX_PASSES = 1000,      // expected, through a step in a rework loop
    PLANT_MAX_COORDINATE_M = 100000,
    PLANT_MAX_BODY_M = 1000,  // a side of a tool
    PLANT_MAX_RAILS = 100000, // links
};
#define PLANT_MAX_DRAFT_BYTES ((size_t)1 << 30)
#define PLANT_MAX_MODEL_BYTES ((size_t)1 << 30)

// 2018-01-01 00:00:00, where no table says when time 0 is.
#define PLANT_DEFAULT_START (INT64_C(17532) * 86400 * 1000000)

// The rows and their fields. A field is what a fault can point at: one column in maru CSV, one to
// four in AutoSched.
enum draft_table {
    TABLE_PLANT,
    TABLE_PRODUCT,
    TABLE_STEP,
    TABLE_GROUP,
    TABLE_SETUP,
    TABLE_CALENDAR,
    TABLE_RELEASE,
    TABLE_STOCK,
    TABLE_MOVE,
    TABLE_RULE,
    TABLE_PLACE,
    TABLE_RAIL,
    TABLE_CYCLE,  // AutoSched only: downcal and pmcal, joined with attach to calendars
    TABLE_ATTACH, // AutoSched only
    N_DRAFT_TABLE,
};

enum plant_field { PLANT_NAME, PLANT_START, PLANT_TIME_ZONE };
enum product_field { PRODUCT_NAME, PRODUCT_ROUTE, PRODUCT_FAMILY, PRODUCT_FILE };
enum step_field {
    STEP_ROUTE,
    STEP_NUMBER,
    STEP_NAME,
    STEP_TOOLS,
    STEP_TIME,
    STEP_PER,
    STEP_INTERVAL,
    STEP_WAFER_INTERVAL, // AutoSched keeps the intervals of lots and wafers apart
    STEP_BATCH_MIN,
    STEP_BATCH_MAX,
    STEP_SETUP,
    STEP_SETUP_TIME,
    STEP_SETUP_WHEN,
    STEP_KEEP,
    STEP_KEEP_FOR,
    STEP_REWORK,
    STEP_REWORK_TO,
    STEP_REWORK_TYPE,
    STEP_SAMPLING,
    STEP_QUEUE_LIMIT,
    STEP_QUEUE_TO,
};
enum group_field {
    GROUP_NAME,
    GROUP_COUNT,
    GROUP_AREA,
    GROUP_LOCATION,
    GROUP_KIND,
    GROUP_LOAD,
    GROUP_UNLOAD,
    GROUP_CASCADE,
    GROUP_RANKING,
    GROUP_WAKE,
    GROUP_BATCH_BY,
    GROUP_BATCH_PER,
    GROUP_MIN_RUN,
    GROUP_RESERVE,
    GROUP_SETUPS,
};
enum setup_field { SETUP_TO, SETUP_FROM, SETUP_TIME, SETUP_MIN_RUN, SETUP_GROUP };
enum calendar_field {
    CALENDAR_NAME,
    CALENDAR_KIND,
    CALENDAR_AREA,
    CALENDAR_TOOLS,
    CALENDAR_RESOURCE, // AutoSched: which of the two
    CALENDAR_EVERY,
    CALENDAR_FIRST,
    CALENDAR_DURATION,
};
enum release_field {
    RELEASE_NAME,
    RELEASE_PRODUCT,
    RELEASE_EVERY,
    RELEASE_WAFERS,
    RELEASE_PRIORITY,
    RELEASE_START,
    RELEASE_COUNT,
    RELEASE_LOTS,
    RELEASE_DUE,
    RELEASE_HOT,
    RELEASE_ORDER,
};
enum stock_field {
    STOCK_NAME,
    STOCK_PRODUCT,
    STOCK_PRIORITY,
    STOCK_WAFERS,
    STOCK_STEP,
    STOCK_START,
    STOCK_DUE,
    STOCK_HOT,
    STOCK_ORDER,
};
enum move_field { MOVE_FROM, MOVE_TO, MOVE_TIME };
enum rule_field { RULE_TOOLS, RULE_TEXT };
enum place_field {
    PLACE_TOOLS,
    PLACE_NUMBER,
    PLACE_X,
    PLACE_Y,
    PLACE_HEADING,
    PLACE_WIDTH,
    PLACE_DEPTH,
    PLACE_HEIGHT,
    PLACE_ASSET,
};
enum rail_field { RAIL_X1, RAIL_Y1, RAIL_X2, RAIL_Y2 };

// Where a row was read. Every draft row starts with one.
struct source {
    uint32_t sheet; // index into draft.sheet
    uint32_t line;
    uint32_t n_cell;
    const struct csv_field *cell; // (n_cell), in draft.arena
    uint64_t given;               // bit of a field: its cell was not empty
    uint64_t bad; // bit of a field: a fault was found in it, so it is not looked at again
};

#define FIELD_BIT(field) (UINT64_C(1) << (field))

// A point in time as written: a date (us since 1970) or a span after the start of the plant.
struct moment {
    maru_time us;
    bool is_date;
};

// How often: a drawn span, or a number of wafers (constant, in dist.a).
struct cycle {
    struct dist dist;
    bool by_wafers;
};

// Names are ids of draft.names from 1 on, 0 where not set. Words (enums, yes and no) are uint32_t.
// What stands behind "resolved" is filled by draft_resolve: indices, PLANT_NONE where there is
// none.
struct draft_plant {
    struct source at;
    const char *name, *time_zone;
    struct moment start;
};

struct draft_product {
    struct source at;
    uint32_t name, route_name, file; // file: of the route (AutoSched)
    const char *family;
    uint32_t route; // resolved
};

struct draft_step {
    struct source at;
    uint32_t route_name, number, tools, setup_name;
    const char *name;
    struct dist time, setup_time;
    uint32_t per, setup_always, keeps_tool, rework_type;
    uint32_t batch_min, batch_max;
    maru_time interval, wafer_interval, queue;
    double rework, sampling;
    uint32_t keep_for, rework_to, queue_to; // step numbers, 0 = none
    uint32_t group, setup;                  // resolved
};

struct draft_group {
    struct source at;
    uint32_t name, area_name, location_name, setups;
    uint32_t n_tool;
    uint32_t is_delay, is_cascade, wakes_by_setup, batch_by_any, avoids_setup, reserves_hot;
    maru_time load, unload;
    const char *ranking;
    uint32_t area, location; // resolved
    uint32_t rule;           // resolved: the row of TABLE_RULE that overrides the ranking
};

struct draft_setup { // a change, or a minimum run, or both
    struct source at;
    uint32_t to_name, from_name, group_name, min_run;
    maru_time time;
    uint32_t to, from; // resolved
    bool is_change;    // resolved
};

struct draft_calendar {
    struct source at;
    uint32_t name, kind, area_name, tools;
    struct cycle every, first;
    struct dist duration;
    uint32_t area, group; // resolved
};

struct draft_release {
    struct source at;
    uint32_t name, product_name, wafers, lots, is_hot;
    const char *order;
    struct dist every;
    int64_t priority, count; // count 0: for ever
    struct moment start, due;
    maru_time due_after;
    uint32_t product; // resolved
};

struct draft_stock {
    struct source at;
    uint32_t name, product_name, wafers, step, is_hot;
    const char *order;
    int64_t priority;
    struct moment start, due;
    uint32_t product; // resolved
};

struct draft_move {
    struct source at;
    uint32_t from_name, to_name;
    struct dist time;
    uint32_t from, to; // resolved; PLANT_NONE: no group stands there
};

struct draft_rule {
    struct source at;
    uint32_t tools; // 0: all groups without a row of their own
    const char *text;
};

struct draft_place {
    struct source at;
    uint32_t tools, number;
    double x, y, heading, width, depth, height;
    const char *asset;
    uint32_t group; // resolved; PLANT_NONE: the row has no effect
    uint32_t tool;  // resolved: plant-wide
};

struct draft_rail {
    struct source at;
    double x1, y1, x2, y2;
    uint32_t from, to; // resolved: nodes
};

struct draft_cycle { // a row of downcal or pmcal
    struct source at;
    uint32_t name, type, kind;
    struct cycle every;
    struct dist duration;
};

enum attach_resource { ATTACH_AREA, ATTACH_GROUP };

struct draft_attach { // its fields are those of calendars
    struct source at;
    uint32_t calendar, type, resource, name; // resource: enum attach_resource
    struct cycle first;
};

// Rows of one kind; they move when one is added.
struct draft_rows {
    void *row;
    uint32_t n, cap;
};

// Texts that stand for things, each once.
struct draft_name {
    const char *text;
    uint64_t hash;
};

struct draft_names {
    struct draft_name *name; // (n), the first is no name
    uint32_t n, cap;
    uint32_t *slot; // (n_slot), a power of two: ids, 0 = free
    uint32_t n_slot;
    uint64_t seed;
};

// An entity that has no row of its own or several rows: areas, locations, setups, routes.
struct draft_entity {
    uint32_t name;
    uint32_t row;   // setup: row of TABLE_SETUP that gives the minimum run; route: first step
    uint32_t n_row; // route: number of steps
};

struct draft_list {
    struct draft_entity *item; // (n)
    uint32_t n, cap;
    uint32_t *of_name; // (names.n), PLANT_NONE where the name is none of these; in draft.arena
};

// An empirical file, read once.
struct draft_values {
    uint32_t name;
    maru_time unit_us;
    uint32_t n_value;
    const maru_time *value; // NULL: it was at fault
};

struct sheet;

struct draft {
    struct arena arena; // cells and values
    maru_faults *faults;
    const maru_file *file; // (n_file) of the caller
    size_t n_file;
    bool *is_used; // (n_file)
    struct sheet *sheet;
    uint32_t n_sheet, cap_sheet;
    struct draft_rows rows[N_DRAFT_TABLE];
    bool is_partial[N_DRAFT_TABLE]; // not all rows could be read: a name may stand in those
    struct draft_names names;
    struct draft_list area, location, setup, route;
    uint32_t *product_of_name, *group_of_name; // (names.n), in the arena
    struct plant_rail_node *rail_node;         // (n_rail_node), resolved; in the arena
    uint32_t n_rail_node;
    struct draft_values *values;
    uint32_t n_values, cap_values;
    maru_time start; // date of time 0
    // What was read is not whole, because a request for memory was refused, or a limit was reached
    // (a sentence).
    bool is_short;
    const char *limit;
    const char *limit_file; // where, NULL: the plant as a whole
    uint32_t limit_row;
    uint64_t nearest_work; // spent on looking for near names
};

void draft_init(struct draft *draft, const maru_file *files, size_t n_file, maru_faults *faults);
void draft_fini(struct draft *draft);

// The id of a name, new or known; 0 when out of memory or for no bytes. `bytes` stay where they
// are: in draft.arena.
uint32_t draft_name(struct draft *draft, const char *bytes, size_t n);

// The id of a known name, else 0.
uint32_t draft_find(const struct draft *draft, const char *bytes, size_t n);
const char *draft_text(const struct draft *draft, uint32_t name); // "" for 0

// A new row, all zero, at the end of a table; valid until the next. NULL: out of memory or
// PLANT_MAX_ROWS.
void *draft_add(struct draft *draft, enum draft_table table);
void *draft_row(const struct draft *draft, enum draft_table table, uint32_t row);

// An array of n_names ids, all PLANT_NONE, in the draft's arena; NULL when out of memory.
uint32_t *draft_ids(struct draft *draft);

// Grow an array of `size`-byte elements to hold n + 1; false when out of memory.
bool draft_grow(void **array, uint32_t n, uint32_t *cap, size_t size);

// Say that `field` of a row is wrong (-1: the row). MARU_FAULT marks it as bad.
void draft_fault(struct draft *draft, maru_severity severity, struct source *at, int field,
                 const char *right, const char *format, ...) MARU_PRINTF(6, 7);

// The same for a column of the file, 1-based, that belongs to `field`.
void draft_fault_column(struct draft *draft, struct source *at, int field, uint32_t column,
                        const char *right, const char *format, ...) MARU_PRINTF(6, 7);

// The same for a file or the whole folder (file NULL).
void draft_fault_file(struct draft *draft, maru_severity severity, const char *file, uint32_t row,
                      uint32_t column, const char *header, const char *right, const char *format,
                      ...) MARU_PRINTF(8, 9);

// A status for what was refused; MARU_OK where nothing was.
MARU_MUST_USE maru_status draft_status(const struct draft *draft, maru_error *err);

static inline bool is_given(const struct source *at, int field) {
    return (at->given >> field & 1) != 0;
}
static inline bool is_bad(const struct source *at, int field) {
    return (at->bad >> field & 1) != 0;
}

#endif
