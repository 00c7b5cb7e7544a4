#include "plant/dialect/autosched.h"

#include <stdio.h>
#include <string.h>

#include "plant/dialect/timespec.h"

// The columns of AutoSched's tables. One field of a draft row may take up to four columns:
// distribution, mean, half-width and unit. Columns that only steer AutoSched's own machinery
// (action lists, tracing) are known and ignored.

#define AT(type, member) offsetof(struct type, member)
#define COLUMNS(list) .column = list, .n_column = sizeof list / sizeof *list

static const struct word words_yes[] = {{"no", 0}, {"yes", 1}, {NULL, 0}};

// part.txt

static const struct column part_columns[] = {
    {.header = "PART", CELL_NAME, COLUMN_REQUIRED, PRODUCT_NAME, AT(draft_product, name)},
    {.header = "PARTFAM", CELL_TEXT, 0, PRODUCT_FAMILY, AT(draft_product, family)},
    {.header = "ROUTE", CELL_NAME, COLUMN_REQUIRED, PRODUCT_ROUTE, AT(draft_product, route_name)},
    {.header = "ROUTEFILE", CELL_NAME, COLUMN_REQUIRED, PRODUCT_FILE, AT(draft_product, file)},
    {.header = "PARTGRP", CELL_IGNORED},
    {.header = "IGNORE", CELL_IGNORED},
};

// route_N.txt

static const struct word words_per[] = {
    {"per_lot", PER_LOT}, {"per_piece", PER_WAFER}, {"per_batch", PER_BATCH}, {NULL, 0}};
static const struct word words_when[] = {{"need", 0}, {"always", 1}, {NULL, 0}};
static const struct word words_rework[] = {{"lot", 1}, {NULL, 0}};

static const struct column route_columns[] = {
    {.header = "ROUTE", CELL_NAME, COLUMN_REQUIRED, STEP_ROUTE, AT(draft_step, route_name)},
    {.header = "STEP",
     CELL_COUNT,
     COLUMN_REQUIRED,
     STEP_NUMBER,
     AT(draft_step, number),
     .least = 1,
     .most = PLANT_MAX_ROWS},
    {.header = "DESC", CELL_TEXT, 0, STEP_NAME, AT(draft_step, name)},
    {.header = "STNFAM", CELL_NAME, COLUMN_REQUIRED, STEP_TOOLS, AT(draft_step, tools)},
    {.header = "PTIME",
     CELL_CHANCE,
     COLUMN_REQUIRED | COLUMN_PARTS,
     STEP_TIME,
     AT(draft_step, time),
     .dist = "PDIST",
     .second = "PTIME2",
     .unit = "PTUNITS"},
    {.header = "PTPER",
     CELL_WORD,
     0,
     STEP_PER,
     AT(draft_step, per),
     .otherwise = PER_LOT,
     .words = words_per,
     .right = "per_lot, per_piece or per_batch"},
    {.header = "BATCHMN",
     CELL_COUNT,
     0,
     STEP_BATCH_MIN,
     AT(draft_step, batch_min),
     .least = 1,
     .most = PLANT_MAX_BATCH_WAFERS},
    {.header = "BATCHMX",
     CELL_COUNT,
     0,
     STEP_BATCH_MAX,
     AT(draft_step, batch_max),
     .least = 1,
     .most = PLANT_MAX_BATCH_WAFERS},
    {.header = "SETUP", CELL_NAME, 0, STEP_SETUP, AT(draft_step, setup_name)},
    {.header = "WHEN",
     CELL_WORD,
     0,
     STEP_SETUP_WHEN,
     AT(draft_step, setup_always),
     .words = words_when,
     .right = "need or always"},
    {.header = "STIME",
     CELL_CHANCE,
     COLUMN_PARTS,
     STEP_SETUP_TIME,
     AT(draft_step, setup_time),
     .dist = "SDIST",
     .second = "STIME2",
     .unit = "STUNITS"},
    {.header = "SVESTN",
     CELL_WORD,
     0,
     STEP_KEEP,
     AT(draft_step, keeps_tool),
     .words = words_yes,
     .right = "yes or no"},
    {.header = "FORSTEP",
     CELL_COUNT,
     0,
     STEP_KEEP_FOR,
     AT(draft_step, keep_for),
     .least = 1,
     .most = PLANT_MAX_ROWS},
    {.header = "BatchInterval",
     CELL_SPAN,
     COLUMN_PARTS,
     STEP_INTERVAL,
     AT(draft_step, interval),
     .unit = "BatchIntUnits"},
    {.header = "PartInterval",
     CELL_SPAN,
     COLUMN_PARTS,
     STEP_WAFER_INTERVAL,
     AT(draft_step, wafer_interval),
     .unit = "PartIntUnits"},
    {.header = "RWKSTEP",
     CELL_COUNT,
     0,
     STEP_REWORK_TO,
     AT(draft_step, rework_to),
     .least = 1,
     .most = PLANT_MAX_ROWS},
    {.header = "REWORK", CELL_PERCENT, 0, STEP_REWORK, AT(draft_step, rework)},
    {.header = "RWKTYPE",
     CELL_WORD,
     0,
     STEP_REWORK_TYPE,
     AT(draft_step, rework_type),
     .words = words_rework,
     .right = "lot: only whole lots go back"},
    {.header = "StepPercent",
     CELL_PERCENT,
     0,
     STEP_SAMPLING,
     AT(draft_step, sampling),
     .otherwise = 1},
    {.header = "STEP_CQT",
     CELL_COUNT,
     0,
     STEP_QUEUE_TO,
     AT(draft_step, queue_to),
     .least = 1,
     .most = PLANT_MAX_ROWS},
    {.header = "CQT",
     CELL_SPAN,
     COLUMN_PARTS,
     STEP_QUEUE_LIMIT,
     AT(draft_step, queue),
     .unit = "CQTUNITS"},
    {.header = "IGNORE", CELL_IGNORED},
};

// The interval of wafers belongs to per_piece steps, that of lots to the others.
static void finish_step(struct draft *draft, void *row) {
    struct draft_step *s = row;
    const bool is_wafer = s->per == PER_WAFER;
    const int wrong = is_wafer ? STEP_INTERVAL : STEP_WAFER_INTERVAL;
    if (is_given(&s->at, wrong)) {
        draft_fault(draft, MARU_FAULT, &s->at, wrong,
                    is_wafer ? "PartInterval on a per_piece step"
                             : "BatchInterval on a per_lot step",
                    "the interval does not go with PTPER");
    }
    if (is_wafer) {
        s->interval = s->wafer_interval;
    }
    if (s->keeps_tool == 0 && is_given(&s->at, STEP_KEEP_FOR) && !is_bad(&s->at, STEP_KEEP)) {
        draft_fault(draft, MARU_WARNING, &s->at, STEP_KEEP_FOR, "SVESTN yes, or no FORSTEP",
                    "the step is named, but SVESTN is not yes: the tool is not kept");
        s->keep_for = 0;
    } else if (s->keeps_tool == 1 && !is_given(&s->at, STEP_KEEP_FOR)) {
        draft_fault(draft, MARU_FAULT, &s->at, STEP_KEEP, "the number of a later step in FORSTEP",
                    "SVESTN is yes, but FORSTEP is empty");
    }
}

// tool.txt.1l

enum { RULE_HOT = 1, RULE_LSSU = 2 };

static const struct word words_rule[] = {
    {"rule_HotLotFIRST", RULE_HOT}, {"rule_LSSU", RULE_LSSU}, {"rule_FIRST", 0}, {NULL, 0}};
static const struct word words_wake[] = {{"wake_LeastSetupTime", 1}, {NULL, 0}};
static const struct word words_criterion[] = {{"crit_sameroutestep", 0}, {NULL, 0}};
static const struct word words_batch_per[] = {{"piece", 0}, {NULL, 0}};

static const struct column tool_columns[] = {
    {.header = "STNFAM", CELL_NAME, COLUMN_REQUIRED, GROUP_NAME, AT(draft_group, name)},
    {.header = "RULE",
     CELL_WORD,
     0,
     GROUP_MIN_RUN,
     AT(draft_group, avoids_setup),
     .words = words_rule,
     .right = "rule_HotLotFIRST, rule_LSSU, rule_FIRST or empty"},
    {.header = "FWLRANK", CELL_TEXT, 0, GROUP_RANKING, AT(draft_group, ranking)},
    {.header = "WAKERESRANK",
     CELL_WORD,
     0,
     GROUP_WAKE,
     AT(draft_group, wakes_by_setup),
     .words = words_wake,
     .right = "wake_LeastSetupTime or empty"},
    {.header = "BATCHCRITF",
     CELL_WORD,
     0,
     GROUP_BATCH_BY,
     AT(draft_group, batch_by_any),
     .words = words_criterion,
     .right = "crit_sameroutestep or empty"},
    {.header = "BATCHPER",
     CELL_WORD,
     0,
     GROUP_BATCH_PER,
     AT(draft_group, batch_by_any),
     .words = words_batch_per,
     .right = "piece: batch sizes are in wafers"},
    {.header = "LTIME",
     CELL_SPAN,
     COLUMN_PARTS,
     GROUP_LOAD,
     AT(draft_group, load),
     .unit = "LTUNITS"},
    {.header = "ULTIME",
     CELL_SPAN,
     COLUMN_PARTS,
     GROUP_UNLOAD,
     AT(draft_group, unload),
     .unit = "ULTUNITS"},
    {.header = "STNCAP",
     CELL_COUNT,
     0,
     GROUP_CASCADE,
     AT(draft_group, is_cascade),
     .otherwise = 1,
     .least = 1,
     .most = 2},
    {.header = "STNQTY",
     CELL_COUNT,
     0,
     GROUP_COUNT,
     AT(draft_group, n_tool),
     .otherwise = 1,
     .least = 0,
     .most = PLANT_MAX_TOOLS},
    {.header = "STNGRP", CELL_NAME, 0, GROUP_AREA, AT(draft_group, area_name)},
    {.header = "STNFAMLOC", CELL_NAME, 0, GROUP_LOCATION, AT(draft_group, location_name)},
    {.header = "SETUPGRP", CELL_NAME, 0, GROUP_SETUPS, AT(draft_group, setups)},
    {.header = "STN", CELL_IGNORED},
    {.header = "STNFAMSTEP_ACTLIST", CELL_IGNORED},
    {.header = "PRERULERWL", CELL_IGNORED},
    {.header = "IGNORE", CELL_IGNORED},
};

struct rank {
    const char *autosched, *criterion;
};

static const struct rank ranks[] = {
    {"rank_HP", "priority desc"}, {"rank_RSETUP", "setup"},
    {"rank_FIFO", "fifo"},        {"rank_CR", "cr"},
    {"rank_EDD", "edd"},          {"rank_SPT", "spt"},
};

static const char *criterion_of(const char *bytes, size_t n) {
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        if (word_is(bytes, n, ranks[i].autosched)) {
            return ranks[i].criterion;
        }
    }
    return NULL;
}

// `rank_HP;rank_RSETUP;rank_FIFO` becomes `priority desc, setup, fifo`.
static void translate_ranking(struct draft *draft, struct draft_group *g) {
    char out[160] = "";
    size_t n_out = 0;
    for (const char *p = g->ranking; *p != '\0';) {
        const size_t n = strcspn(p, ";");
        const char *criterion = criterion_of(p, n);
        const size_t room = sizeof out - n_out;
        if (!criterion || strlen(criterion) + 3 > room) {
            draft_fault(
                draft, MARU_FAULT, &g->at, GROUP_RANKING,
                "rank_HP, rank_RSETUP, rank_FIFO, rank_CR, rank_EDD, rank_SPT, with ; between",
                criterion ? "the ranking is too long" : "unknown ranking '%.*s'", (int)n, p);
            return;
        }
        n_out += (size_t)snprintf(out + n_out, room, "%s%s", n_out > 0 ? ", " : "", criterion);
        p += n;
        p += *p == ';' ? 1 : 0;
    }
    g->ranking = arena_text(&draft->arena, out, n_out);
    draft->is_short = draft->is_short || !g->ranking;
}

static void finish_tool(struct draft *draft, void *row) {
    struct draft_group *g = row;
    g->reserves_hot = g->avoids_setup == RULE_HOT;
    g->avoids_setup = g->avoids_setup == RULE_LSSU;
    g->is_cascade = g->is_cascade == 2;
    const char *location = draft_text(draft, g->location_name);
    g->is_delay = word_is(location, strlen(location), "Delay");
    if (g->ranking) {
        translate_ranking(draft, g);
    }
}

// setup.txt, setupgrp.txt

static const struct column setup_columns[] = {
    {.header = "NEWSETUP", CELL_NAME, COLUMN_REQUIRED, SETUP_TO, AT(draft_setup, to_name)},
    {.header = "CURSETUP", CELL_NAME, 0, SETUP_FROM, AT(draft_setup, from_name)},
    {.header = "STIME",
     CELL_SPAN,
     COLUMN_REQUIRED | COLUMN_PARTS,
     SETUP_TIME,
     AT(draft_setup, time),
     .unit = "STUNITS"},
    {.header = "IGNORE", CELL_IGNORED},
};

static const struct column setupgrp_columns[] = {
    {.header = "SETUP", CELL_NAME, COLUMN_REQUIRED, SETUP_TO, AT(draft_setup, to_name)},
    {.header = "MINRUN",
     CELL_COUNT,
     0,
     SETUP_MIN_RUN,
     AT(draft_setup, min_run),
     .least = 0,
     .most = 1000000},
    {.header = "SETUPGRP", CELL_NAME, 0, SETUP_GROUP, AT(draft_setup, group_name)},
    {.header = "IGNORE", CELL_IGNORED},
};

// downcal.txt, pmcal.txt, attach.txt

enum { BY_CALENDAR, BY_WAFERS };

static const struct word words_down[] = {{"mttf_by_cal", BY_CALENDAR}, {NULL, 0}};
static const struct word words_pm[] = {
    {"mtbpm_by_cal", BY_CALENDAR}, {"mtbpm_by_pieces", BY_WAFERS}, {NULL, 0}};

static const struct column downcal_columns[] = {
    {.header = "DOWNCALNAME", CELL_NAME, COLUMN_REQUIRED, CALENDAR_NAME, AT(draft_cycle, name)},
    {.header = "DOWNCALTYPE",
     CELL_WORD,
     COLUMN_REQUIRED,
     CALENDAR_KIND,
     AT(draft_cycle, type),
     .words = words_down,
     .right = "mttf_by_cal"},
    {.header = "MTTF",
     CELL_CYCLE,
     COLUMN_REQUIRED | COLUMN_PARTS,
     CALENDAR_EVERY,
     AT(draft_cycle, every),
     .dist = "MTTFDIST",
     .second = "MTTF2",
     .unit = "MTTFUNITS"},
    {.header = "MTTR",
     CELL_CHANCE,
     COLUMN_REQUIRED | COLUMN_PARTS,
     CALENDAR_DURATION,
     AT(draft_cycle, duration),
     .dist = "MTTRDIST",
     .second = "MTTR2",
     .unit = "MTTRUNITS"},
    {.header = "IGNORE", CELL_IGNORED},
};

static const struct column pmcal_columns[] = {
    {.header = "PMCALNAME", CELL_NAME, COLUMN_REQUIRED, CALENDAR_NAME, AT(draft_cycle, name)},
    {.header = "PMCALTYPE",
     CELL_WORD,
     COLUMN_REQUIRED,
     CALENDAR_KIND,
     AT(draft_cycle, type),
     .words = words_pm,
     .right = "mtbpm_by_cal or mtbpm_by_pieces"},
    {.header = "MTBPM",
     CELL_CYCLE,
     COLUMN_REQUIRED | COLUMN_PARTS,
     CALENDAR_EVERY,
     AT(draft_cycle, every),
     .dist = "MTBPMDIST",
     .second = "MTBPM2",
     .unit = "MTBPMUNITS"},
    {.header = "MTTR",
     CELL_CHANCE,
     COLUMN_REQUIRED | COLUMN_PARTS,
     CALENDAR_DURATION,
     AT(draft_cycle, duration),
     .dist = "MTTRDIST",
     .second = "MTTR2",
     .unit = "MTTRUNITS"},
    {.header = "IGNORE", CELL_IGNORED},
};

static void finish_cycle(struct draft *draft, struct draft_cycle *c, uint32_t kind) {
    c->kind = kind;
    const bool both = !is_bad(&c->at, CALENDAR_EVERY) && !is_bad(&c->at, CALENDAR_KIND);
    if (both && c->every.by_wafers != (c->type == BY_WAFERS)) {
        draft_fault(draft, MARU_FAULT, &c->at, CALENDAR_EVERY,
                    "pieces with mtbpm_by_pieces, a time with a calendar",
                    "the unit does not go with the type of the calendar");
    }
}

static void finish_down(struct draft *draft, void *row) { finish_cycle(draft, row, DOWN_FAILURE); }

static void finish_pm(struct draft *draft, void *row) {
    finish_cycle(draft, row, DOWN_MAINTENANCE);
}

static const struct word words_attach[] = {
    {"down", DOWN_FAILURE}, {"pm", DOWN_MAINTENANCE}, {NULL, 0}};
static const struct word words_resource[] = {
    {"stngrp", ATTACH_AREA}, {"stnfam", ATTACH_GROUP}, {NULL, 0}};

static const struct column attach_columns[] = {
    {.header = "CALNAME", CELL_NAME, COLUMN_REQUIRED, CALENDAR_NAME, AT(draft_attach, calendar)},
    {.header = "CALTYPE",
     CELL_WORD,
     COLUMN_REQUIRED,
     CALENDAR_KIND,
     AT(draft_attach, type),
     .words = words_attach,
     .right = "down or pm"},
    {.header = "RESTYPE",
     CELL_WORD,
     COLUMN_REQUIRED,
     CALENDAR_RESOURCE,
     AT(draft_attach, resource),
     .words = words_resource,
     .right = "stngrp (an area) or stnfam (a tool group)"},
    // One cell, two fields: which of them it is, RESTYPE says.
    {.header = "RESNAME", CELL_NAME, COLUMN_REQUIRED, CALENDAR_TOOLS, AT(draft_attach, name)},
    {.header = "RESNAME", CELL_NAME, 0, CALENDAR_AREA, AT(draft_attach, name)},
    {.header = "FOA",
     CELL_CYCLE,
     COLUMN_PARTS,
     CALENDAR_FIRST,
     AT(draft_attach, first),
     .dist = "FOADIST",
     .second = "FOA2",
     .unit = "FOAUNITS"},
    {.header = "IGNORE", CELL_IGNORED},
};

// fromto.txt

static const struct column fromto_columns[] = {
    {.header = "FROMLOC", CELL_NAME, COLUMN_REQUIRED, MOVE_FROM, AT(draft_move, from_name)},
    {.header = "TOLOC", CELL_NAME, COLUMN_REQUIRED, MOVE_TO, AT(draft_move, to_name)},
    {.header = "DTIME",
     CELL_CHANCE,
     COLUMN_REQUIRED | COLUMN_PARTS,
     MOVE_TIME,
     AT(draft_move, time),
     .dist = "DDIST",
     .second = "DTIME2",
     .unit = "DUNITS"},
    {.header = "IGNORE", CELL_IGNORED},
};

// order.txt

static const struct column order_columns[] = {
    {.header = "LOT", CELL_NAME, COLUMN_REQUIRED, RELEASE_NAME, AT(draft_release, name)},
    {.header = "PART",
     CELL_NAME,
     COLUMN_REQUIRED,
     RELEASE_PRODUCT,
     AT(draft_release, product_name)},
    {.header = "PRIOR",
     CELL_INTEGER,
     0,
     RELEASE_PRIORITY,
     AT(draft_release, priority),
     .least = -1000000,
     .most = 1000000},
    {.header = "PIECES",
     CELL_COUNT,
     0,
     RELEASE_WAFERS,
     AT(draft_release, wafers),
     .otherwise = PLANT_LOT_WAFERS,
     .least = 1,
     .most = PLANT_MAX_LOT_WAFERS},
    {.header = "START",
     CELL_MOMENT,
     COLUMN_REQUIRED | COLUMN_PARTS,
     RELEASE_START,
     AT(draft_release, start)},
    {.header = "REPEAT",
     CELL_CHANCE,
     COLUMN_PARTS,
     RELEASE_EVERY,
     AT(draft_release, every),
     .dist = "RDIST",
     .second = "REPEAT2",
     .unit = "RUNITS"},
    {.header = "RPT#",
     CELL_INTEGER,
     0,
     RELEASE_COUNT,
     AT(draft_release, count),
     .otherwise = 0,
     .least = 1,
     .most = INT64_MAX},
    {.header = "LOTSPERRPT",
     CELL_COUNT,
     0,
     RELEASE_LOTS,
     AT(draft_release, lots),
     .otherwise = 1,
     .least = 1,
     .most = PLANT_MAX_LOTS_EACH},
    {.header = "DUE", CELL_MOMENT, COLUMN_PARTS, RELEASE_DUE, AT(draft_release, due)},
    {.header = "ORDER", CELL_TEXT, 0, RELEASE_ORDER, AT(draft_release, order)},
    {.header = "HOTLOT",
     CELL_WORD,
     0,
     RELEASE_HOT,
     AT(draft_release, is_hot),
     .words = words_yes,
     .right = "yes or no"},
    {.header = "IGNORE", CELL_IGNORED},
};

// WIP.txt

static const struct column wip_columns[] = {
    {.header = "LOT", CELL_NAME, COLUMN_REQUIRED, STOCK_NAME, AT(draft_stock, name)},
    {.header = "PART", CELL_NAME, COLUMN_REQUIRED, STOCK_PRODUCT, AT(draft_stock, product_name)},
    {.header = "PRIOR",
     CELL_INTEGER,
     0,
     STOCK_PRIORITY,
     AT(draft_stock, priority),
     .least = -1000000,
     .most = 1000000},
    {.header = "PIECES",
     CELL_COUNT,
     0,
     STOCK_WAFERS,
     AT(draft_stock, wafers),
     .otherwise = PLANT_LOT_WAFERS,
     .least = 1,
     .most = PLANT_MAX_LOT_WAFERS},
    {.header = "START", CELL_MOMENT, COLUMN_PARTS, STOCK_START, AT(draft_stock, start)},
    {.header = "CURSTEP",
     CELL_COUNT,
     COLUMN_REQUIRED,
     STOCK_STEP,
     AT(draft_stock, step),
     .least = 1,
     .most = PLANT_MAX_ROWS},
    {.header = "DUE", CELL_MOMENT, COLUMN_PARTS, STOCK_DUE, AT(draft_stock, due)},
    {.header = "ORDER", CELL_TEXT, 0, STOCK_ORDER, AT(draft_stock, order)},
    {.header = "HOTLOT",
     CELL_WORD,
     0,
     STOCK_HOT,
     AT(draft_stock, is_hot),
     .words = words_yes,
     .right = "yes or no"},
    {.header = "TRACE", CELL_IGNORED},
    {.header = "IGNORE", CELL_IGNORED},
};

const struct form autosched_route = {NULL, TABLE_STEP, COLUMNS(route_columns), .has_rows = true,
                                     .finish = finish_step};

const struct form autosched_forms[] = {
    {"part.txt", TABLE_PRODUCT, COLUMNS(part_columns), .is_required = true, .has_rows = true},
    {"tool.txt.1l", TABLE_GROUP, COLUMNS(tool_columns), .is_required = true, .has_rows = true,
     .finish = finish_tool},
    {"order.txt", TABLE_RELEASE, COLUMNS(order_columns), .is_required = true},
    {"setup.txt", TABLE_SETUP, COLUMNS(setup_columns)},
    {"setupgrp.txt", TABLE_SETUP, COLUMNS(setupgrp_columns)},
    {"downcal.txt", TABLE_CYCLE, COLUMNS(downcal_columns), .finish = finish_down},
    {"pmcal.txt", TABLE_CYCLE, COLUMNS(pmcal_columns), .finish = finish_pm},
    {"attach.txt", TABLE_ATTACH, COLUMNS(attach_columns)},
    {"fromto.txt", TABLE_MOVE, COLUMNS(fromto_columns)},
    {"WIP.txt", TABLE_STOCK, COLUMNS(wip_columns)},
};
const size_t autosched_n_form = sizeof autosched_forms / sizeof *autosched_forms;
