#include "rounds/round_tables.h"

#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "base/number.h"
#include "base/status.h"
#include "control/equipment/grid.h"
#include "pool/round/round_rules.h"

// Tables are read in an order in which each finds the names that it uses: rules, types, sites, supply, groups, applications, scores.
// Where a name is missing a fault says so and reading goes on, so that all faults come at once; nothing that was read is of use then.

#define TABLES_BYTES ((size_t)1 << 30)
enum { NAMES_BYTES = 64 << 20, PUE_HIGHEST = 5, MEGAWATT = 1000000 };

const char *const round_file_names[ROUND_FILES] = {"round.toml",       "types.csv",   "sites.csv",
                                                   "supply.csv",       "classes.csv", "regions.csv",
                                                   "applications.csv", "scores.csv"};

struct score_sum {
    int64_t milli;
    uint32_t n;
};

struct draft {
    struct round *round;
    struct arena *arena;
    maru_faults *faults;
    struct names type, site, class_, region, institution, application;
    struct round_type *types;
    struct round_site *sites;
    bool *has_pue; // (ROUND_MAX_SITES)
    struct round_group *classes, *regions;
    bool regions_are_open; // there is no table of them
    struct round_application *applications;
    struct round_line *lines, *sorted;
    int64_t *stock, *cap, *cooling;
    struct score_sum *score; // (n_application, n_criterion)
    int64_t *counted;        // the same
    maru_status status;      // of memory, where a name could not be kept
};

static void *take(struct draft *d, size_t n, size_t size) {
    void *const block = arena_take(d->arena, n, size);
    d->status = block ? d->status : MARU_E_MEMORY;
    return block;
}

// ---- cells

static bool read_count(const struct grid_row *row, uint32_t column, uint32_t lowest,
                       uint32_t highest, uint32_t standard, uint32_t *out) {
    const struct csv_field *cell = &row->cell[column];
    int64_t value = standard;
    if (cell->n > 0 &&
        (!number_int64(cell->bytes, cell->n, &value) || value < lowest || value > highest)) {
        char right[80];
        snprintf(right, sizeof right, "a whole number from %u to %u", lowest, highest);
        grid_fault(row, column, right, "this is no such number");
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

// A number with up to 3 digits behind the point, times `unit`.
static bool read_scaled(const struct grid_row *row, uint32_t column, int64_t unit, int64_t highest,
                        int64_t standard, int64_t *out) {
    const struct csv_field *cell = &row->cell[column];
    int64_t value = standard;
    if (cell->n > 0 && (!number_scaled(cell->bytes, cell->n, unit, &value) || value < 0 ||
                        value > highest * unit)) {
        char right[80];
        snprintf(right, sizeof right, "a number from 0 to %lld", (long long)highest);
        grid_fault(row, column, right, "this is no such number");
        return false;
    }
    *out = value;
    return true;
}

static bool read_quarter(struct draft *d, const struct grid_row *row, uint32_t column,
                         uint32_t standard, uint32_t *out) {
    const struct csv_field *cell = &row->cell[column];
    const struct round_rules *rules = &d->round->rules;
    uint32_t quarter = 0;
    if (cell->n == 0) {
        *out = standard;
        return true;
    }
    if (!round_quarter_read(cell->bytes, cell->n, &quarter)) {
        grid_fault(row, column, "a quarter such as 2026Q3", "this is no quarter");
        return false;
    }
    const uint32_t first = 4 * rules->first_year + rules->first_quarter - 1;
    if (quarter < first || quarter - first >= rules->n_quarter) {
        grid_fault(row, column, "a quarter of the round (round.toml)", "it is not in the round");
        return false;
    }
    *out = quarter - first;
    return true;
}

static bool is_name(const struct grid_row *row, uint32_t column) {
    const struct csv_field *cell = &row->cell[column];
    bool is_good = cell->n > 0 && cell->n < ROUND_MAX_NAME_BYTES;
    for (uint32_t i = 0; is_good && i < cell->n; i++) {
        is_good = (unsigned char)cell->bytes[i] >= 0x20 && cell->bytes[i] != 0x7F;
    }
    if (!is_good) {
        grid_fault(row, column, "a name of 1 to 127 bytes", "this is no name");
    }
    return is_good;
}

// The number of a new name; ROUND_NONE: a fault was said.
static uint32_t add_name(struct draft *d, const struct grid_row *row, uint32_t column,
                         struct names *names, uint32_t most) {
    const struct csv_field *cell = &row->cell[column];
    uint32_t number = ROUND_NONE;
    if (!is_name(row, column)) {
        return ROUND_NONE;
    }
    if (names_find(names, cell->bytes, cell->n) == UINT32_MAX && names->n >= most) {
        char right[80];
        snprintf(right, sizeof right, "at most %u different names", most);
        grid_fault(row, column, right, "there are too many");
        return ROUND_NONE;
    }
    const maru_status st = names_add(names, cell->bytes, cell->n, &number, NULL);
    d->status = st != MARU_OK ? st : d->status;
    return st == MARU_OK ? number : ROUND_NONE;
}

static uint32_t find_name(const struct grid_row *row, uint32_t column, const struct names *names,
                          const char *file) {
    const struct csv_field *cell = &row->cell[column];
    const uint32_t number = names_find(names, cell->bytes, cell->n);
    if (number == UINT32_MAX) {
        char right[80];
        snprintf(right, sizeof right, "a name of %s", file);
        grid_fault(row, column, right, "there is no such name");
    }
    return number;
}

static const char *text_of(struct draft *d, const struct csv_field *cell) {
    const char *text = arena_text(d->arena, cell->bytes, cell->n);
    d->status = text ? d->status : MARU_E_MEMORY;
    return text ? text : "";
}

// ---- types, sites, supply

enum { TYPE_NAME, TYPE_WATTS, TYPE_CREDITS, TYPE_COLUMNS };
static const struct grid_column type_columns[TYPE_COLUMNS] = {
    {"type", "종류", true},
    {"watts", "전력 W", true},
    {"credits_per_hour", "시간당 크레딧", false}};

static maru_status take_type(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    uint32_t watts = 0;
    int64_t credits = 0;
    (void)err;
    const uint32_t before = d->type.n;
    const bool is_good =
        (int)read_count(row, TYPE_WATTS, 1, ROUND_MAX_WATTS, 0, &watts) &
        read_scaled(row, TYPE_CREDITS, ROUND_WHOLE, 1000000, ROUND_WHOLE, &credits);
    const uint32_t number = add_name(d, row, TYPE_NAME, &d->type, ROUND_MAX_TYPES);
    if (number != ROUND_NONE && number < before) {
        grid_fault(row, TYPE_NAME, "each type once", "it stands above already");
    } else if (is_good && number != ROUND_NONE) {
        d->types[number] = (struct round_type){text_of(d, &row->cell[TYPE_NAME]), watts, credits};
    }
    return d->status;
}

enum { SITE_NAME, SITE_PUE, SITE_QUARTER, SITE_POWER, SITE_COOLING, SITE_COLUMNS };
static const struct grid_column site_columns[SITE_COLUMNS] = {{"site", "사이트", true},
                                                              {"pue", "PUE", false},
                                                              {"quarter", "분기", false},
                                                              {"power_mw", "전력 MW", false},
                                                              {"cooling_mw", "냉각 MW", false}};

static int64_t cap_of(const struct grid_row *row, uint32_t column, int64_t watts) {
    return row->cell[column].n > 0 ? watts : ROUND_NO_CAP;
}

static maru_status take_site(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    int64_t pue = 0, power = 0, cooling = 0;
    uint32_t quarter = 0;
    (void)err;
    const bool is_good =
        (int)read_scaled(row, SITE_PUE, ROUND_WHOLE, PUE_HIGHEST, ROUND_WHOLE, &pue) &
        read_quarter(d, row, SITE_QUARTER, 0, &quarter) &
        read_scaled(row, SITE_POWER, MEGAWATT, ROUND_MAX_SITE_MW, 0, &power) &
        read_scaled(row, SITE_COOLING, MEGAWATT, ROUND_MAX_SITE_MW, 0, &cooling);
    const uint32_t number = add_name(d, row, SITE_NAME, &d->site, ROUND_MAX_SITES);
    if (!is_good || number == ROUND_NONE) {
        return d->status;
    }
    if (pue < ROUND_WHOLE) {
        grid_fault(row, SITE_PUE, "1 or more: power at the meter over power of the servers",
                   "no site has such a PUE");
    } else if (d->has_pue[number] && row->cell[SITE_PUE].n > 0 &&
               d->sites[number].pue_milli != pue) {
        grid_fault(row, SITE_PUE, "one PUE a site, or nothing", "a row above says another one");
    } else if (!d->has_pue[number]) {
        d->sites[number] = (struct round_site){text_of(d, &row->cell[SITE_NAME]), (uint32_t)pue};
        d->has_pue[number] = true;
    }
    for (uint32_t q = quarter; q < d->round->rules.n_quarter; q++) {
        const size_t at = (size_t)number * d->round->rules.n_quarter + q;
        d->cap[at] = cap_of(row, SITE_POWER, power);
        d->cooling[at] = cap_of(row, SITE_COOLING, cooling);
    }
    return d->status;
}

enum { SUPPLY_SITE, SUPPLY_TYPE, SUPPLY_QUARTER, SUPPLY_GPUS, SUPPLY_COLUMNS };
static const struct grid_column supply_columns[SUPPLY_COLUMNS] = {{"site", "사이트", true},
                                                                  {"type", "종류", true},
                                                                  {"quarter", "분기", false},
                                                                  {"gpus", "GPU", true}};

static maru_status take_supply(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    uint32_t quarter = 0, gpus = 0;
    (void)err;
    const uint32_t site = find_name(row, SUPPLY_SITE, &d->site, "sites.csv");
    const uint32_t type = find_name(row, SUPPLY_TYPE, &d->type, "types.csv");
    const bool is_good = (int)read_quarter(d, row, SUPPLY_QUARTER, 0, &quarter) &
                         read_count(row, SUPPLY_GPUS, 0, ROUND_MAX_GPUS, 0, &gpus);
    if (!is_good || site == UINT32_MAX || type == UINT32_MAX) {
        return d->status;
    }
    const uint32_t n_quarter = d->round->rules.n_quarter;
    int64_t *stock = d->stock + ((size_t)site * d->round->n_type + type) * n_quarter;
    if (stock[n_quarter - 1] + gpus > ROUND_MAX_GPUS) {
        grid_fault(row, SUPPLY_GPUS, "at most 10000000 GPUs of a type at a site",
                   "with the rows above there are more");
        return d->status;
    }
    for (uint32_t q = quarter; q < n_quarter; q++) {
        stock[q] += gpus;
    }
    return d->status;
}

// ---- classes and regions

enum { GROUP_NAME, GROUP_BONUS, GROUP_FLOOR, GROUP_CEILING, GROUP_COLUMNS };
#define GROUP_RULES                                                                                \
    {"bonus", "가점", false}, {"floor_percent", "하한 %", false}, {                                \
        "ceiling_percent", "상한 %", false                                                         \
    }
static const struct grid_column class_columns[GROUP_COLUMNS] = {{"class", "구분", true},
                                                                GROUP_RULES};
static const struct grid_column region_columns[GROUP_COLUMNS] = {{"region", "지역", true},
                                                                 GROUP_RULES};

static void take_group(struct draft *d, const struct grid_row *row, struct names *names,
                       struct round_group *group) {
    int64_t bonus = 0, floor = 0, ceiling = 0;
    const uint32_t before = names->n;
    const bool is_good =
        (int)read_scaled(row, GROUP_BONUS, ROUND_WHOLE, ROUND_MAX_POINTS, 0, &bonus) &
        read_scaled(row, GROUP_FLOOR, ROUND_WHOLE / 100, 100, 0, &floor) &
        read_scaled(row, GROUP_CEILING, ROUND_WHOLE / 100, 100, ROUND_WHOLE, &ceiling);
    const uint32_t number = add_name(d, row, GROUP_NAME, names, ROUND_MAX_GROUPS);
    if (number == ROUND_NONE || !is_good) {
        return;
    }
    if (number < before) {
        grid_fault(row, GROUP_NAME, "each name once", "it stands above already");
    } else if (floor > ceiling) {
        grid_fault(row, GROUP_FLOOR, "a floor that is not above the ceiling",
                   "no award could be between them");
    } else {
        group[number] = (struct round_group){text_of(d, &row->cell[GROUP_NAME]), (int32_t)bonus,
                                             (uint32_t)floor, (uint32_t)ceiling};
    }
}

static maru_status take_class(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    (void)err;
    take_group(d, row, &d->class_, d->classes);
    return d->status;
}

static maru_status take_region(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    (void)err;
    take_group(d, row, &d->region, d->regions);
    return d->status;
}

// ---- applications

enum {
    COLUMN_ID,
    COLUMN_INSTITUTION,
    COLUMN_CLASS,
    COLUMN_REGION,
    COLUMN_PURPOSE,
    COLUMN_READINESS,
    COLUMN_PRIORITY,
    COLUMN_SITE,
    COLUMN_TYPE,
    COLUMN_FROM,
    COLUMN_UNTIL,
    COLUMN_GPUS,
    COLUMN_LEAST,
    APPLICATION_COLUMNS
};
static const struct grid_column application_columns[APPLICATION_COLUMNS] = {
    {"application", "신청", true},   {"institution", "기관", false}, {"class", "구분", false},
    {"region", "지역", false},       {"purpose", "목적", false},     {"readiness", "준비도", false},
    {"priority", "우선순위", false}, {"site", "희망 사이트", false}, {"type", "종류", true},
    {"from", "시작", false},         {"until", "끝", false},         {"gpus", "GPU", true},
    {"least", "최소 GPU", false}};

static uint32_t region_of(struct draft *d, const struct grid_row *row) {
    if (!d->regions_are_open) {
        return find_name(row, COLUMN_REGION, &d->region, "regions.csv");
    }
    const uint32_t before = d->region.n;
    const uint32_t number = add_name(d, row, COLUMN_REGION, &d->region, ROUND_MAX_GROUPS);
    if (number != ROUND_NONE && number == before) {
        d->regions[number] =
            (struct round_group){text_of(d, &row->cell[COLUMN_REGION]), 0, 0, ROUND_WHOLE};
    }
    return number;
}

// The cells that say who applies, of its first row.
static bool read_head(struct draft *d, const struct grid_row *row, struct round_application *it) {
    const uint32_t institution =
        add_name(d, row, COLUMN_INSTITUTION, &d->institution, ROUND_MAX_APPLICATIONS);
    const uint32_t class_ = find_name(row, COLUMN_CLASS, &d->class_, "classes.csv");
    const uint32_t region = region_of(d, row);
    const uint32_t site = row->cell[COLUMN_SITE].n > 0
                              ? find_name(row, COLUMN_SITE, &d->site, "sites.csv")
                              : ROUND_NONE;
    *it = (struct round_application){.id = text_of(d, &row->cell[COLUMN_ID]),
                                     .purpose = text_of(d, &row->cell[COLUMN_PURPOSE]),
                                     .institution = institution,
                                     .class_ = class_,
                                     .region = region,
                                     .site = site};
    return (int)read_count(row, COLUMN_READINESS, 0, 5, 0, &it->readiness) &
           read_count(row, COLUMN_PRIORITY, 0, 5, 0, &it->priority) & (institution != ROUND_NONE) &
           (class_ != UINT32_MAX) & (region != UINT32_MAX) &
           (row->cell[COLUMN_SITE].n == 0 || site != UINT32_MAX);
}

// A further row may say the same again, or nothing.
static void check_head(const struct draft *d, const struct grid_row *row,
                       const struct round_application *it) {
    const struct {
        uint32_t column, number;
        const struct names *names;
    } part[] = {{COLUMN_INSTITUTION, it->institution, &d->institution},
                {COLUMN_CLASS, it->class_, &d->class_},
                {COLUMN_REGION, it->region, &d->region},
                {COLUMN_SITE, it->site, &d->site}};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        const struct csv_field *cell = &row->cell[part[i].column];
        if (cell->n > 0 && names_find(part[i].names, cell->bytes, cell->n) != part[i].number) {
            grid_fault(row, part[i].column,
                       "nothing, or what the first row of the application says",
                       "it says something else");
        }
    }
}

static void take_line(struct draft *d, const struct grid_row *row, uint32_t application) {
    struct round *round = d->round;
    struct round_line line = {.application = application};
    line.type = find_name(row, COLUMN_TYPE, &d->type, "types.csv");
    const bool is_good =
        (int)read_quarter(d, row, COLUMN_FROM, 0, &line.from) &
        read_quarter(d, row, COLUMN_UNTIL, round->rules.n_quarter - 1, &line.last) &
        read_count(row, COLUMN_GPUS, 1, ROUND_MAX_GPUS, 0, &line.gpus) &
        read_count(row, COLUMN_LEAST, 0, ROUND_MAX_GPUS, 1, &line.least);
    if (!is_good || line.type == UINT32_MAX) {
        return;
    }
    if (line.last < line.from) {
        grid_fault(row, COLUMN_UNTIL, "a quarter that is not before the first",
                   "it ends too early");
    } else if (line.least > line.gpus) {
        grid_fault(row, COLUMN_LEAST, "at most what is asked for", "it is more than 'gpus'");
    } else if (round->n_line == ROUND_MAX_LINES) {
        grid_fault(row, COLUMN_ID, "at most 200000 rows", "there are too many");
    } else {
        d->lines[round->n_line++] = line;
        d->applications[application].n_line++;
    }
}

static maru_status take_application(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    (void)err;
    const uint32_t before = d->application.n;
    const uint32_t a = add_name(d, row, COLUMN_ID, &d->application, ROUND_MAX_APPLICATIONS);
    if (a != ROUND_NONE && a < before) {
        check_head(d, row, &d->applications[a]);
    } else if (a != ROUND_NONE) {
        (void)read_head(d, row, &d->applications[a]);
    }
    if (a != ROUND_NONE) {
        take_line(d, row, a);
    }
    return d->status;
}

// Lines of an application together, in their order.
static void sort_lines(struct draft *d) {
    struct round *round = d->round;
    uint32_t at = 0;
    for (uint32_t a = 0; a < round->n_application; a++) {
        d->applications[a].first_line = at;
        at += d->applications[a].n_line;
        d->applications[a].n_line = 0;
    }
    for (uint32_t i = 0; i < round->n_line; i++) {
        struct round_application *it = &d->applications[d->lines[i].application];
        d->sorted[it->first_line + it->n_line++] = d->lines[i];
    }
}

// ---- scores

enum { SCORE_APPLICATION, SCORE_CRITERION, SCORE_REVIEWER, SCORE_POINTS, SCORE_COLUMNS };
static const struct grid_column score_columns[SCORE_COLUMNS] = {{"application", "신청", true},
                                                                {"criterion", "평가 항목", true},
                                                                {"reviewer", "평가자", false},
                                                                {"points", "점수", true}};

static maru_status take_score(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    const struct round_rules *rules = &d->round->rules;
    const struct csv_field *name = &row->cell[SCORE_CRITERION];
    int64_t points = 0;
    uint32_t criterion = 0;
    (void)err;
    while (criterion < rules->n_criterion &&
           (strlen(rules->criterion[criterion].name) != name->n ||
            memcmp(rules->criterion[criterion].name, name->bytes, name->n) != 0)) {
        criterion++;
    }
    if (criterion == rules->n_criterion) {
        grid_fault(row, SCORE_CRITERION, "a criterion of round.toml: weight_NAME = ...",
                   "there is no such criterion");
    }
    const uint32_t a = find_name(row, SCORE_APPLICATION, &d->application, "applications.csv");
    const bool is_good = read_scaled(row, SCORE_POINTS, ROUND_WHOLE, 100, 0, &points);
    if (is_good && a != UINT32_MAX && criterion < rules->n_criterion) {
        struct score_sum *sum = &d->score[(size_t)a * rules->n_criterion + criterion];
        sum->milli += points;
        sum->n++;
    }
    return d->status;
}

// The mean of what reviewers gave; readiness and priority say it themselves where nobody did.
static int64_t criterion_points(const struct round_application *it,
                                const struct round_criterion *criterion,
                                const struct score_sum *sum) {
    if (sum->n > 0) {
        return (sum->milli + sum->n / 2) / sum->n;
    }
    return strcmp(criterion->name, "readiness") == 0  ? (int64_t)it->readiness * 20 * ROUND_WHOLE
           : strcmp(criterion->name, "priority") == 0 ? (int64_t)it->priority * 20 * ROUND_WHOLE
                                                      : 0;
}

static void count_points(struct draft *d) {
    const struct round_rules *rules = &d->round->rules;
    int64_t *counted =
        take(d, (size_t)d->round->n_application * rules->n_criterion + 1, sizeof *counted);
    d->counted = counted;
    for (uint32_t a = 0; a < d->round->n_application; a++) {
        struct round_application *it = &d->applications[a];
        int64_t sum = 0, weights = 0;
        for (uint32_t i = 0; i < rules->n_criterion; i++) {
            const size_t at = (size_t)a * rules->n_criterion + i;
            const int64_t weight = rules->criterion[i].weight;
            const int64_t points = criterion_points(it, &rules->criterion[i], &d->score[at]);
            sum += weight * points;
            weights += weight;
            if (counted) {
                counted[at] = points;
            }
        }
        it->points_milli = (weights > 0 ? (sum + weights / 2) / weights : 0) +
                           d->classes[it->class_].bonus_milli + d->regions[it->region].bonus_milli;
    }
}

// ---- all

static void say(struct draft *d, enum round_file file, uint32_t row, uint32_t column,
                const char *right, const char *format, ...) MARU_PRINTF(6, 7);

static void say(struct draft *d, enum round_file file, uint32_t row, uint32_t column,
                const char *right, const char *format, ...) {
    const struct fault_place place = {.file = round_file_names[file], .row = row, .column = column};
    va_list args;
    va_start(args, format);
    faults_add(d->faults, MARU_FAULT, &place, right, format, args);
    va_end(args);
}

static maru_status read_rules(struct draft *d, const struct round_bytes *file, maru_error *err) {
    maru_error why = {0};
    if (!file->bytes) {
        say(d, ROUND_FILE_RULES, 0, 0, "this file, as maru round new writes it",
            "the file is missing");
        return MARU_OK;
    }
    const maru_status st = round_rules_read(&d->round->rules, file->bytes, file->n, &why);
    if (st == MARU_E_INPUT) {
        say(d, ROUND_FILE_RULES, why.row, why.column, "keys and values as docs/POOL.md has them",
            "%s", why.text);
        return MARU_OK;
    }
    return st == MARU_OK ? st : fail(err, st, "%s", why.text);
}

static bool make_room(struct draft *d) {
    const size_t n_place = (size_t)ROUND_MAX_SITES * d->round->rules.n_quarter;
    d->types = take(d, ROUND_MAX_TYPES, sizeof *d->types);
    d->sites = take(d, ROUND_MAX_SITES, sizeof *d->sites);
    d->has_pue = take(d, ROUND_MAX_SITES, sizeof *d->has_pue);
    d->classes = take(d, ROUND_MAX_GROUPS, sizeof *d->classes);
    d->regions = take(d, ROUND_MAX_GROUPS, sizeof *d->regions);
    d->applications = take(d, ROUND_MAX_APPLICATIONS, sizeof *d->applications);
    d->lines = take(d, ROUND_MAX_LINES, sizeof *d->lines);
    d->sorted = take(d, ROUND_MAX_LINES, sizeof *d->sorted);
    d->cap = take(d, n_place, sizeof *d->cap);
    d->cooling = take(d, n_place, sizeof *d->cooling);
    for (size_t i = 0; d->status == MARU_OK && i < n_place; i++) {
        d->cap[i] = d->cooling[i] = ROUND_NO_CAP;
    }
    return d->status == MARU_OK;
}

static maru_status read_table(struct draft *d, const struct round_bytes *files,
                              enum round_file file, const struct grid_column *column,
                              uint32_t n_column, grid_take see, maru_error *err) {
    const struct grid_form form = {round_file_names[file], column, n_column};
    if (files[file].bytes) {
        return grid_read(&form, files[file].bytes, files[file].n, d->faults, see, d, err);
    }
    if (file != ROUND_FILE_REGIONS && file != ROUND_FILE_SCORES) {
        say(d, file, 0, 0, "this file, as maru round new writes it", "the file is missing");
    }
    return MARU_OK;
}

static maru_status read_all(struct draft *d, const struct round_bytes *file, maru_error *err) {
    struct round *round = d->round;
    maru_status st =
        read_table(d, file, ROUND_FILE_TYPES, type_columns, TYPE_COLUMNS, take_type, err);
    st = st == MARU_OK
             ? read_table(d, file, ROUND_FILE_SITES, site_columns, SITE_COLUMNS, take_site, err)
             : st;
    round->n_type = d->type.n;
    round->n_site = d->site.n;
    d->stock = take(d, (size_t)round->n_type * round->n_site * round->rules.n_quarter + 1,
                    sizeof *d->stock);
    st = st == MARU_OK ? d->status : st;
    st = st == MARU_OK ? read_table(d, file, ROUND_FILE_SUPPLY, supply_columns, SUPPLY_COLUMNS,
                                    take_supply, err)
                       : st;
    st = st == MARU_OK ? read_table(d, file, ROUND_FILE_CLASSES, class_columns, GROUP_COLUMNS,
                                    take_class, err)
                       : st;
    d->regions_are_open = !file[ROUND_FILE_REGIONS].bytes;
    st = st == MARU_OK ? read_table(d, file, ROUND_FILE_REGIONS, region_columns, GROUP_COLUMNS,
                                    take_region, err)
                       : st;
    st = st == MARU_OK ? read_table(d, file, ROUND_FILE_APPLICATIONS, application_columns,
                                    APPLICATION_COLUMNS, take_application, err)
                       : st;
    round->n_application = d->application.n;
    d->score =
        take(d, (size_t)round->n_application * round->rules.n_criterion + 1, sizeof *d->score);
    st = st == MARU_OK ? d->status : st;
    return st == MARU_OK ? read_table(d, file, ROUND_FILE_SCORES, score_columns, SCORE_COLUMNS,
                                      take_score, err)
                         : st;
}

static maru_status freeze(struct draft *d) {
    struct round *round = d->round;
    const char **institution = take(d, (size_t)d->institution.n + 1, sizeof *institution);
    for (uint32_t i = 0; institution && i < d->institution.n; i++) {
        institution[i] = arena_text(d->arena, d->institution.name[i], d->institution.n_byte[i]);
        d->status = institution[i] ? d->status : MARU_E_MEMORY;
    }
    round->n_class = d->class_.n;
    round->n_region = d->region.n;
    round->n_institution = d->institution.n;
    round->type = d->types;
    round->site = d->sites;
    round->class_ = d->classes;
    round->region = d->regions;
    round->institution = institution;
    round->application = d->applications;
    round->line = d->sorted;
    round->stock = d->stock;
    round->cap_watts = d->cap;
    round->cooling_watts = d->cooling;
    sort_lines(d);
    count_points(d);
    return d->status;
}

maru_status round_tables_read(const struct round_bytes file[ROUND_FILES], maru_faults *faults,
                              struct round_tables *out, maru_error *err) {
    struct round_tables tables = {.round = {.n_type = 0}};
    arena_init(&tables.arena, TABLES_BYTES);
    struct draft d = {.round = &tables.round, .arena = &tables.arena, .faults = faults};
    struct names *const all[] = {&d.type,   &d.site,        &d.class_,
                                 &d.region, &d.institution, &d.application};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        names_init(all[i], NAMES_BYTES);
    }
    round_rules_default(&tables.round.rules);
    maru_status st = read_rules(&d, &file[ROUND_FILE_RULES], err);
    if (st == MARU_OK && faults_status(faults, err) != MARU_OK) {
        st = MARU_E_INPUT; // no quarter of a table means anything without them
    }
    if (st == MARU_OK) {
        st = make_room(&d) ? read_all(&d, file, err) : MARU_E_MEMORY;
    }
    st = st == MARU_OK ? faults_status(faults, err) : st;
    st = st == MARU_OK ? freeze(&d) : st;
    if (st != MARU_OK && d.status == st) {
        st = fail(err, d.status, "no memory");
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        names_fini(all[i]);
    }
    if (st != MARU_OK) {
        arena_fini(&tables.arena);
        return st;
    }
    *out = tables;
    out->score = d.counted;
    return MARU_OK;
}

void round_tables_fini(struct round_tables *tables) {
    arena_fini(&tables->arena);
    *tables = (struct round_tables){.round = {.n_type = 0}};
}
