#include "plant/dialect/tables.h"

#include <stdio.h>
#include <string.h>

// The columns of maru CSV, as docs/PLANT.md describes them: one column a field.

#define AT(type, member) offsetof(struct type, member)
#define COLUMNS(list) .column = list, .n_column = sizeof list / sizeof *list

static const struct sheet_style csv_text = {',', true};

static const struct word words_yes[] = {{"no", 0}, {"yes", 1}, {NULL, 0}};
static const char right_yes[] = "yes or no";

enum { MAX_PRIORITY = 1000000 };

// plant.csv

static const struct column plant_columns[] = {
    {.header = "name", CELL_TEXT, 0, PLANT_NAME, AT(draft_plant, name)},
    {.header = "start", CELL_MOMENT, 0, PLANT_START, AT(draft_plant, start)},
    {.header = "time_zone", CELL_TEXT, 0, PLANT_TIME_ZONE, AT(draft_plant, time_zone)},
};

static void finish_plant(struct draft *draft, void *row) {
    struct draft_plant *p = row;
    if (draft->rows[TABLE_PLANT].n > 1) {
        draft_fault(draft, MARU_FAULT, &p->at, -1, "one row", "a second row");
    } else if (is_given(&p->at, PLANT_START) && !p->start.is_date && !is_bad(&p->at, PLANT_START)) {
        draft_fault(draft, MARU_FAULT, &p->at, PLANT_START, "a date such as 2018-01-31 13:05:59",
                    "the start must be a date");
    } else if (is_given(&p->at, PLANT_START)) {
        draft->start = p->start.us;
    }
}

// products.csv

static const struct column product_columns[] = {
    {.header = "product", CELL_NAME, COLUMN_REQUIRED, PRODUCT_NAME, AT(draft_product, name)},
    {.header = "route", CELL_NAME, 0, PRODUCT_ROUTE, AT(draft_product, route_name)},
    {.header = "family", CELL_TEXT, 0, PRODUCT_FAMILY, AT(draft_product, family)},
};

static void finish_product(struct draft *draft, void *row) {
    (void)draft;
    struct draft_product *p = row;
    p->route_name = p->route_name > 0 ? p->route_name : p->name;
}

// routes.csv

static const struct word words_per[] = {
    {"lot", PER_LOT}, {"wafer", PER_WAFER}, {"batch", PER_BATCH}, {NULL, 0}};
static const struct word words_when[] = {{"need", 0}, {"always", 1}, {NULL, 0}};

static const struct column step_columns[] = {
    {.header = "route", CELL_NAME, COLUMN_REQUIRED, STEP_ROUTE, AT(draft_step, route_name)},
    {.header = "step",
     CELL_COUNT,
     0,
     STEP_NUMBER,
     AT(draft_step, number),
     .least = 1,
     .most = PLANT_MAX_ROWS},
    {.header = "name", CELL_TEXT, 0, STEP_NAME, AT(draft_step, name)},
    {.header = "tools", CELL_NAME, COLUMN_REQUIRED, STEP_TOOLS, AT(draft_step, tools)},
    {.header = "time", CELL_CHANCE, COLUMN_REQUIRED, STEP_TIME, AT(draft_step, time)},
    {.header = "per",
     CELL_WORD,
     0,
     STEP_PER,
     AT(draft_step, per),
     .otherwise = PER_LOT,
     .words = words_per,
     .right = "lot, wafer or batch"},
    {.header = "interval", CELL_SPAN, 0, STEP_INTERVAL, AT(draft_step, interval)},
    {.header = "batch_min",
     CELL_COUNT,
     0,
     STEP_BATCH_MIN,
     AT(draft_step, batch_min),
     .least = 1,
     .most = PLANT_MAX_BATCH_WAFERS},
    {.header = "batch_max",
     CELL_COUNT,
     0,
     STEP_BATCH_MAX,
     AT(draft_step, batch_max),
     .least = 1,
     .most = PLANT_MAX_BATCH_WAFERS},
    {.header = "setup", CELL_NAME, 0, STEP_SETUP, AT(draft_step, setup_name)},
    {.header = "setup_time", CELL_CHANCE, 0, STEP_SETUP_TIME, AT(draft_step, setup_time)},
    {.header = "setup_when",
     CELL_WORD,
     0,
     STEP_SETUP_WHEN,
     AT(draft_step, setup_always),
     .words = words_when,
     .right = "need or always"},
    {.header = "keep_tool_for",
     CELL_COUNT,
     0,
     STEP_KEEP_FOR,
     AT(draft_step, keep_for),
     .least = 1,
     .most = PLANT_MAX_ROWS},
    {.header = "rework", CELL_SHARE, 0, STEP_REWORK, AT(draft_step, rework)},
    {.header = "rework_to",
     CELL_COUNT,
     0,
     STEP_REWORK_TO,
     AT(draft_step, rework_to),
     .least = 1,
     .most = PLANT_MAX_ROWS},
    {.header = "sampling", CELL_SHARE, 0, STEP_SAMPLING, AT(draft_step, sampling), .otherwise = 1},
    {.header = "queue_limit", CELL_SPAN, 0, STEP_QUEUE_LIMIT, AT(draft_step, queue)},
    {.header = "queue_to",
     CELL_COUNT,
     0,
     STEP_QUEUE_TO,
     AT(draft_step, queue_to),
     .least = 1,
     .most = PLANT_MAX_ROWS},
};

// tools.csv

static const struct word words_kind[] = {{"tool", 0}, {"delay", 1}, {NULL, 0}};
static const struct word words_wake[] = {{"any", 0}, {"setup", 1}, {NULL, 0}};
static const struct word words_batch_by[] = {{"step", 0}, {"any", 1}, {NULL, 0}};

static const struct column group_columns[] = {
    {.header = "tools", CELL_NAME, COLUMN_REQUIRED, GROUP_NAME, AT(draft_group, name)},
    {.header = "count",
     CELL_COUNT,
     0,
     GROUP_COUNT,
     AT(draft_group, n_tool),
     .otherwise = 1,
     .least = 0,
     .most = PLANT_MAX_TOOLS},
    {.header = "area", CELL_NAME, 0, GROUP_AREA, AT(draft_group, area_name)},
    {.header = "location", CELL_NAME, 0, GROUP_LOCATION, AT(draft_group, location_name)},
    {.header = "kind",
     CELL_WORD,
     0,
     GROUP_KIND,
     AT(draft_group, is_delay),
     .words = words_kind,
     .right = "tool or delay"},
    {.header = "load", CELL_SPAN, 0, GROUP_LOAD, AT(draft_group, load)},
    {.header = "unload", CELL_SPAN, 0, GROUP_UNLOAD, AT(draft_group, unload)},
    {.header = "cascade",
     CELL_WORD,
     0,
     GROUP_CASCADE,
     AT(draft_group, is_cascade),
     .words = words_yes,
     .right = right_yes},
    {.header = "ranking", CELL_TEXT, 0, GROUP_RANKING, AT(draft_group, ranking)},
    {.header = "wake",
     CELL_WORD,
     0,
     GROUP_WAKE,
     AT(draft_group, wakes_by_setup),
     .words = words_wake,
     .right = "any or setup"},
    {.header = "batch_by",
     CELL_WORD,
     0,
     GROUP_BATCH_BY,
     AT(draft_group, batch_by_any),
     .words = words_batch_by,
     .right = "step or any"},
    {.header = "min_run",
     CELL_WORD,
     0,
     GROUP_MIN_RUN,
     AT(draft_group, avoids_setup),
     .words = words_yes,
     .right = right_yes},
    {.header = "reserve_hot",
     CELL_WORD,
     0,
     GROUP_RESERVE,
     AT(draft_group, reserves_hot),
     .words = words_yes,
     .right = right_yes},
};

// setups.csv

static const struct column setup_columns[] = {
    {.header = "to", CELL_NAME, COLUMN_REQUIRED, SETUP_TO, AT(draft_setup, to_name)},
    {.header = "from", CELL_NAME, 0, SETUP_FROM, AT(draft_setup, from_name)},
    {.header = "time", CELL_SPAN, 0, SETUP_TIME, AT(draft_setup, time)},
    {.header = "min_run",
     CELL_COUNT,
     0,
     SETUP_MIN_RUN,
     AT(draft_setup, min_run),
     .least = 0,
     .most = 1000000},
};

// calendars.csv

static const struct word words_calendar[] = {
    {"failure", DOWN_FAILURE}, {"maintenance", DOWN_MAINTENANCE}, {NULL, 0}};

static const struct column calendar_columns[] = {
    {.header = "name", CELL_NAME, 0, CALENDAR_NAME, AT(draft_calendar, name)},
    {.header = "kind",
     CELL_WORD,
     COLUMN_REQUIRED,
     CALENDAR_KIND,
     AT(draft_calendar, kind),
     .words = words_calendar,
     .right = "failure or maintenance"},
    {.header = "area", CELL_NAME, 0, CALENDAR_AREA, AT(draft_calendar, area_name)},
    {.header = "tools", CELL_NAME, 0, CALENDAR_TOOLS, AT(draft_calendar, tools)},
    {.header = "every", CELL_CYCLE, COLUMN_REQUIRED, CALENDAR_EVERY, AT(draft_calendar, every)},
    {.header = "first", CELL_CYCLE, 0, CALENDAR_FIRST, AT(draft_calendar, first)},
    {.header = "duration",
     CELL_CHANCE,
     COLUMN_REQUIRED,
     CALENDAR_DURATION,
     AT(draft_calendar, duration)},
};

static void finish_calendar(struct draft *draft, void *row) {
    struct draft_calendar *c = row;
    const bool is_bad_either = is_bad(&c->at, CALENDAR_AREA) || is_bad(&c->at, CALENDAR_TOOLS);
    if (!is_bad_either && (c->area_name > 0) == (c->tools > 0)) {
        draft_fault(draft, MARU_FAULT, &c->at, c->tools > 0 ? CALENDAR_TOOLS : CALENDAR_AREA,
                    "either an area or a tool group",
                    c->tools > 0 ? "both area and tools are given"
                                 : "neither area nor tools is given");
    }
    const bool is_bad_cycle = is_bad(&c->at, CALENDAR_EVERY) || is_bad(&c->at, CALENDAR_FIRST);
    if (!is_bad_cycle && is_given(&c->at, CALENDAR_FIRST) &&
        c->first.by_wafers != c->every.by_wafers) {
        draft_fault(draft, MARU_FAULT, &c->at, CALENDAR_FIRST,
                    c->every.by_wafers ? "a number of wafers, as in every" : "a time, as in every",
                    "first does not go with every");
    }
}

// releases.csv

static const struct column release_columns[] = {
    {.header = "stream", CELL_NAME, COLUMN_REQUIRED, RELEASE_NAME, AT(draft_release, name)},
    {.header = "product",
     CELL_NAME,
     COLUMN_REQUIRED,
     RELEASE_PRODUCT,
     AT(draft_release, product_name)},
    {.header = "every", CELL_CHANCE, 0, RELEASE_EVERY, AT(draft_release, every)},
    {.header = "wafers",
     CELL_COUNT,
     0,
     RELEASE_WAFERS,
     AT(draft_release, wafers),
     .otherwise = PLANT_LOT_WAFERS,
     .least = 1,
     .most = PLANT_MAX_LOT_WAFERS},
    {.header = "priority",
     CELL_INTEGER,
     0,
     RELEASE_PRIORITY,
     AT(draft_release, priority),
     .least = -MAX_PRIORITY,
     .most = MAX_PRIORITY},
    {.header = "start", CELL_MOMENT, 0, RELEASE_START, AT(draft_release, start)},
    {.header = "count",
     CELL_INTEGER,
     0,
     RELEASE_COUNT,
     AT(draft_release, count),
     .least = 1,
     .most = INT64_MAX},
    {.header = "lots",
     CELL_COUNT,
     0,
     RELEASE_LOTS,
     AT(draft_release, lots),
     .otherwise = 1,
     .least = 1,
     .most = PLANT_MAX_LOTS_EACH},
    {.header = "due_after", CELL_SPAN, 0, RELEASE_DUE, AT(draft_release, due_after)},
    {.header = "hot",
     CELL_WORD,
     0,
     RELEASE_HOT,
     AT(draft_release, is_hot),
     .words = words_yes,
     .right = right_yes},
    {.header = "order", CELL_TEXT, 0, RELEASE_ORDER, AT(draft_release, order)},
};

// stock.csv

static const struct column stock_columns[] = {
    {.header = "lot", CELL_NAME, COLUMN_REQUIRED, STOCK_NAME, AT(draft_stock, name)},
    {.header = "product", CELL_NAME, COLUMN_REQUIRED, STOCK_PRODUCT, AT(draft_stock, product_name)},
    {.header = "priority",
     CELL_INTEGER,
     0,
     STOCK_PRIORITY,
     AT(draft_stock, priority),
     .least = -MAX_PRIORITY,
     .most = MAX_PRIORITY},
    {.header = "wafers",
     CELL_COUNT,
     0,
     STOCK_WAFERS,
     AT(draft_stock, wafers),
     .otherwise = PLANT_LOT_WAFERS,
     .least = 1,
     .most = PLANT_MAX_LOT_WAFERS},
    {.header = "step",
     CELL_COUNT,
     COLUMN_REQUIRED,
     STOCK_STEP,
     AT(draft_stock, step),
     .least = 1,
     .most = PLANT_MAX_ROWS},
    {.header = "start", CELL_MOMENT, 0, STOCK_START, AT(draft_stock, start)},
    {.header = "due", CELL_MOMENT, 0, STOCK_DUE, AT(draft_stock, due)},
    {.header = "hot",
     CELL_WORD,
     0,
     STOCK_HOT,
     AT(draft_stock, is_hot),
     .words = words_yes,
     .right = right_yes},
    {.header = "order", CELL_TEXT, 0, STOCK_ORDER, AT(draft_stock, order)},
};

// moves.csv

static const struct column move_columns[] = {
    {.header = "from", CELL_NAME, COLUMN_REQUIRED, MOVE_FROM, AT(draft_move, from_name)},
    {.header = "to", CELL_NAME, COLUMN_REQUIRED, MOVE_TO, AT(draft_move, to_name)},
    {.header = "time", CELL_CHANCE, COLUMN_REQUIRED, MOVE_TIME, AT(draft_move, time)},
};

// rule.csv

static const struct column rule_columns[] = {
    {.header = "tools", CELL_NAME, 0, RULE_TOOLS, AT(draft_rule, tools)},
    {.header = "rule", CELL_TEXT, COLUMN_REQUIRED, RULE_TEXT, AT(draft_rule, text)},
};

static void finish_rule(struct draft *draft, void *row) {
    struct draft_rule *r = row;
    r->tools = strcmp(draft_text(draft, r->tools), "*") == 0 ? 0 : r->tools;
    if (r->text && r->text[strspn(r->text, " ")] == '\0') { // in quotes
        draft_fault(draft, MARU_FAULT, &r->at, RULE_TEXT, "a value", "the cell is empty");
    }
}

// layout.csv

static const struct column place_columns[] = {
    {.header = "tools", CELL_NAME, COLUMN_REQUIRED, PLACE_TOOLS, AT(draft_place, tools)},
    {.header = "number",
     CELL_COUNT,
     0,
     PLACE_NUMBER,
     AT(draft_place, number),
     .otherwise = 1,
     .least = 1,
     .most = PLANT_MAX_TOOLS},
    {.header = "x",
     CELL_LENGTH,
     COLUMN_REQUIRED,
     PLACE_X,
     AT(draft_place, x),
     .least = -PLANT_MAX_COORDINATE_M,
     .most = PLANT_MAX_COORDINATE_M},
    {.header = "y",
     CELL_LENGTH,
     COLUMN_REQUIRED,
     PLACE_Y,
     AT(draft_place, y),
     .least = -PLANT_MAX_COORDINATE_M,
     .most = PLANT_MAX_COORDINATE_M},
    {.header = "heading",
     CELL_DEGREES,
     0,
     PLACE_HEADING,
     AT(draft_place, heading),
     .least = -360,
     .most = 360},
    {.header = "width",
     CELL_LENGTH,
     0,
     PLACE_WIDTH,
     AT(draft_place, width),
     .most = PLANT_MAX_BODY_M},
    {.header = "depth",
     CELL_LENGTH,
     0,
     PLACE_DEPTH,
     AT(draft_place, depth),
     .most = PLANT_MAX_BODY_M},
    {.header = "height",
     CELL_LENGTH,
     0,
     PLACE_HEIGHT,
     AT(draft_place, height),
     .most = PLANT_MAX_BODY_M},
    {.header = "asset", CELL_TEXT, 0, PLACE_ASSET, AT(draft_place, asset)},
};

// rail.csv

static const struct column rail_columns[] = {
    {.header = "x1",
     CELL_LENGTH,
     COLUMN_REQUIRED,
     RAIL_X1,
     AT(draft_rail, x1),
     .least = -PLANT_MAX_COORDINATE_M,
     .most = PLANT_MAX_COORDINATE_M},
    {.header = "y1",
     CELL_LENGTH,
     COLUMN_REQUIRED,
     RAIL_Y1,
     AT(draft_rail, y1),
     .least = -PLANT_MAX_COORDINATE_M,
     .most = PLANT_MAX_COORDINATE_M},
    {.header = "x2",
     CELL_LENGTH,
     COLUMN_REQUIRED,
     RAIL_X2,
     AT(draft_rail, x2),
     .least = -PLANT_MAX_COORDINATE_M,
     .most = PLANT_MAX_COORDINATE_M},
    {.header = "y2",
     CELL_LENGTH,
     COLUMN_REQUIRED,
     RAIL_Y2,
     AT(draft_rail, y2),
     .least = -PLANT_MAX_COORDINATE_M,
     .most = PLANT_MAX_COORDINATE_M},
};

static const struct form rule_form = {"rule.csv", TABLE_RULE, COLUMNS(rule_columns),
                                      .finish = finish_rule};
static const struct form place_form = {"layout.csv", TABLE_PLACE, COLUMNS(place_columns)};
static const struct form rail_form = {"rail.csv", TABLE_RAIL, COLUMNS(rail_columns)};

const struct form tables_forms[] = {
    {"plant.csv", TABLE_PLANT, COLUMNS(plant_columns), .has_rows = true, .finish = finish_plant},
    {"routes.csv", TABLE_STEP, COLUMNS(step_columns), .has_rows = true, .is_required = true},
    {"tools.csv", TABLE_GROUP, COLUMNS(group_columns), .has_rows = true, .is_required = true},
    {"releases.csv", TABLE_RELEASE, COLUMNS(release_columns), .is_required = true},
    {"products.csv", TABLE_PRODUCT, COLUMNS(product_columns), .has_rows = true,
     .finish = finish_product},
    {"setups.csv", TABLE_SETUP, COLUMNS(setup_columns)},
    {"calendars.csv", TABLE_CALENDAR, COLUMNS(calendar_columns), .finish = finish_calendar},
    {"stock.csv", TABLE_STOCK, COLUMNS(stock_columns)},
    {"moves.csv", TABLE_MOVE, COLUMNS(move_columns)},
};
const size_t tables_n_form = sizeof tables_forms / sizeof *tables_forms;

bool tables_is(const struct draft *draft) {
    for (size_t i = 0; i < tables_n_form; i++) {
        if (sheet_find(draft, tables_forms[i].file) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

// Without products.csv every route is the product of its name.
static void products_from_routes(struct draft *draft) {
    uint32_t *of_name = draft_ids(draft);
    draft->is_partial[TABLE_PRODUCT] = draft->is_partial[TABLE_STEP];
    for (uint32_t i = 0; of_name && i < draft->rows[TABLE_STEP].n; i++) {
        const struct draft_step *step = draft_row(draft, TABLE_STEP, i);
        if (step->route_name == 0 || of_name[step->route_name] != PLANT_NONE) {
            continue;
        }
        struct draft_product *p = draft_add(draft, TABLE_PRODUCT);
        if (!p) {
            return;
        }
        of_name[step->route_name] = i;
        // A fault of the product points at the route's first row; its fields are not the product's.
        *p = (struct draft_product){
            .at = step->at, .name = step->route_name, .route_name = step->route_name};
        p->at.given = 0;
        p->at.bad = 0;
    }
}

void tables_read(struct draft *draft) {
    for (size_t i = 0; i < tables_n_form; i++) {
        const struct form *form = &tables_forms[i];
        const size_t index = sheet_find(draft, form->file);
        if (index != SIZE_MAX) {
            sheet_read(draft, index, form, &csv_text);
        } else if (form->is_required) {
            draft->is_partial[form->table] = true;
            draft_fault_file(draft, MARU_FAULT, form->file, 0, 0, NULL,
                             "routes.csv, tools.csv and releases.csv", "this table is missing");
        } else if (form->table == TABLE_PRODUCT) {
            products_from_routes(draft);
        }
    }
}

void tables_read_beside(struct draft *draft) {
    const struct form *const form[] = {&rule_form, &place_form, &rail_form};
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        const size_t index = sheet_find(draft, form[i]->file);
        if (index != SIZE_MAX) {
            sheet_read(draft, index, form[i], &csv_text);
        }
    }
}
