// maru check PLANT: every fault of a plant, then what its releases ask of its tools.
//
// Exit status 0: sound; 1: a tool group cannot carry its releases; 3: faults.

#include "base/alloc.h"
#include "cli/json_writer.h"
#include "cli/numerals.h"
#include "cli/study.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "plant/faults.h"
#include "plant/plant.h"
#include "sim/model.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOADS_SHOWN = 20, FAULTS_SHOWN = 50, BAR_CELLS = 20 };

struct check_values {
    struct common common;
    bool all;
};

struct checked {
    const char *folder;
    maru_faults *faults;
    maru_plant *plant;     // NULL: faults
    maru_group_load *load; // (n_load), highest first
    uint32_t n_load, n_over;
};

static int by_load(const void *left, const void *right) {
    const maru_group_load *a = left, *b = right;
    if (a->load != b->load) {
        return a->load < b->load ? 1 : -1;
    }
    return strcmp(a->group, b->group);
}

static bool find_loads(struct checked *checked) {
    checked->n_load = maru_plant_sizes(checked->plant).n_group;
    checked->load = alloc_new(checked->n_load, sizeof *checked->load);
    if (!checked->load) {
        return false;
    }
    maru_plant_load(checked->plant, checked->load);
    qsort(checked->load, checked->n_load, sizeof *checked->load, by_load);
    while (checked->n_over < checked->n_load && checked->load[checked->n_over].load > 1) {
        checked->n_over++;
    }
    return true;
}

// ---- rankings: text to the plant, so only the twin can tell that one is no rule

MARU_PRINTF(4, 5)
static void add_ranking_fault(maru_faults *faults, const struct plant_group *group,
                              const char *right, const char *format, ...) {
    const struct plant_cell *at = &group->ranking_at;
    const struct fault_place place = {.file = at->file,
                                      .row = at->row,
                                      .column = at->column,
                                      .header = at->header,
                                      .value = group->ranking};
    va_list args;
    va_start(args, format);
    faults_add(faults, MARU_FAULT, &place, right, format, args);
    va_end(args);
}

// One row of rule.csv may be the ranking of many groups: it is said once.
static bool is_said(const maru_faults *faults, const struct plant_cell *at) {
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        const maru_fault *f = maru_faults_get(faults, i);
        if (f->severity == MARU_FAULT && f->row == at->row && strcmp(f->file, at->file) == 0) {
            return true;
        }
    }
    return false;
}

// A refusal at a place of the text says what is wrong, a colon, and what would be right.
static void check_rankings(const maru_plant *plant, maru_faults *faults) {
    for (uint32_t g = 0; g < plant->n_group; g++) {
        const struct plant_group *group = &plant->group[g];
        maru_error err = {0};
        if (!group->ranking || model_try_rule(group->ranking, &err) == MARU_OK ||
            is_said(faults, &group->ranking_at)) {
            continue;
        }
        char *colon = err.column > 0 ? strstr(err.text, ": ") : NULL;
        const char *right = colon ? colon + 2 : "a rule of docs/RULES.md";
        if (colon) {
            *colon = '\0';
        }
        if (err.column > 0) {
            add_ranking_fault(faults, group, right, "%s (character %u)", err.text, err.column);
        } else {
            add_ranking_fault(faults, group, right, "%s", err.text);
        }
    }
}

// ---- JSON

static void add_json_faults(struct json *json, const maru_faults *faults) {
    static const char *const severity[] = {"note", "warning", "fault"};
    json_object(json, "counts");
    json_count(json, "faults", maru_faults_count(faults, MARU_FAULT));
    json_count(json, "warnings", maru_faults_count(faults, MARU_WARNING));
    json_count(json, "notes", maru_faults_count(faults, MARU_NOTE));
    json_end(json);
    json_list(json, "faults");
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        const maru_fault *fault = maru_faults_get(faults, i);
        json_object(json, NULL);
        json_string(json, "severity", severity[fault->severity]);
        json_string(json, "file", fault->file);
        json_count(json, "row", fault->row);
        json_count(json, "column", fault->column);
        json_string(json, "header", fault->header);
        json_string(json, "value", fault->value);
        json_string(json, "wrong", fault->wrong);
        json_string(json, "right", fault->right);
        json_end(json);
    }
    json_end(json);
}

static void add_json_size(struct json *json, const maru_plant *plant) {
    const maru_plant_size size = maru_plant_sizes(plant);
    json_object(json, "plant");
    json_string(json, "name", maru_plant_name(plant));
    json_count(json, "products", size.n_product);
    json_count(json, "routes", size.n_route);
    json_count(json, "steps", size.n_step);
    json_count(json, "areas", size.n_area);
    json_count(json, "groups", size.n_group);
    json_count(json, "tools", size.n_tool);
    json_count(json, "setups", size.n_setup);
    json_count(json, "releases", size.n_release);
    json_count(json, "stock", size.n_stock);
    json_count(json, "calendars", size.n_calendar);
    json_end(json);
}

static void add_json(struct text *out, const struct checked *checked) {
    struct json json;
    json_init(&json, out);
    json_object(&json, NULL);
    json_string(&json, "folder", checked->folder);
    json_bool(&json, "sound", checked->plant && checked->n_over == 0);
    add_json_faults(&json, checked->faults);
    if (checked->plant) {
        add_json_size(&json, checked->plant);
        json_count(&json, "groups_over_100_percent", checked->n_over);
        json_list(&json, "loads");
        for (uint32_t i = 0; i < checked->n_load; i++) {
            const maru_group_load *load = &checked->load[i];
            json_object(&json, NULL);
            json_string(&json, "group", load->group);
            json_string(&json, "area", load->area);
            json_count(&json, "tools", load->n_tool);
            json_number(&json, "visits_per_day", load->visits_per_day);
            json_number(&json, "processing", load->processing);
            json_number(&json, "setup", load->setup);
            json_number(&json, "down", load->down);
            json_number(&json, "load", load->load);
            json_end(&json);
        }
        json_end(&json);
    }
    json_end(&json);
}

// ---- terminal

// One line a fault, as compilers write it, so that editors can jump there.
static void add_fault(struct text *out, const struct call *call, const maru_fault *fault) {
    static const enum table_style style[] = {STYLE_DIM, STYLE_WARN, STYLE_BAD};
    static const enum word name[] = {W_NOTE, W_WARNING, W_FAULT};
    text_addf(out, "%s%s", fault->file, fault->file[0] ? ":" : "");
    if (fault->row > 0) {
        text_addf(out, "%u:", fault->row);
    }
    if (fault->column > 0) {
        text_addf(out, "%u:", fault->column);
    }
    text_addz(out, fault->file[0] ? " " : "");
    table_styled(out, call->look, style[fault->severity], word(call->lang, name[fault->severity]));
    text_addz(out, ": ");
    if (fault->header[0]) {
        text_addf(out, "%s ", fault->header);
    }
    if (fault->value[0]) {
        text_addz(out, "'");
        table_add_safe(out, fault->value);
        text_addz(out, "' ");
    }
    text_addz(out, fault->wrong);
    if (fault->right[0]) {
        text_addz(out, " → ");
        table_styled(out, call->look, STYLE_GOOD, fault->right);
    }
    text_addz(out, "\n");
}

static void add_faults(struct text *out, const struct call *call, const maru_faults *faults,
                       bool all) {
    const size_t n = maru_faults_kept(faults);
    const size_t n_shown = all || n < FAULTS_SHOWN ? n : FAULTS_SHOWN;
    for (size_t i = 0; i < n_shown; i++) {
        add_fault(out, call, maru_faults_get(faults, i));
    }
    const size_t n_all = maru_faults_count(faults, MARU_FAULT) +
                         maru_faults_count(faults, MARU_WARNING) +
                         maru_faults_count(faults, MARU_NOTE);
    if (n_all > n_shown) {
        words_add(out, call->lang, W_AND_MORE,
                  (const char *const[]){numeral_count(n_all - n_shown).text, NULL});
        text_addz(out, "\n");
    }
    words_add(out, call->lang, W_FAULT_COUNTS,
              (const char *const[]){numeral_count(maru_faults_count(faults, MARU_FAULT)).text,
                                    numeral_count(maru_faults_count(faults, MARU_WARNING)).text,
                                    numeral_count(maru_faults_count(faults, MARU_NOTE)).text,
                                    NULL});
    text_addz(out, "\n");
}

// A bar of BAR_CELLS for 100 %, by eighths of a cell; what is above goes on with another mark.
static void add_bar(struct text *out, double load) {
    static const char *const part[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const double shown = load < 2 ? load : 2;
    const int eighths = (int)(shown * BAR_CELLS * 8 + 0.5);
    for (int i = 0; i < eighths / 8; i++) {
        text_addz(out, i < BAR_CELLS ? "█" : "▓");
    }
    text_addz(out, eighths < BAR_CELLS * 8 ? part[eighths % 8] : "");
}

static void add_loads(struct text *out, const struct call *call, const struct checked *checked,
                      bool all) {
    struct table table;
    struct text bar;
    table_init(&table);
    text_init(&bar, 1 << 10);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_GROUP));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_AREA));
    static const enum word title[] = {W_TOOLS,      W_VISITS,    W_LOAD_PROCESS,
                                      W_LOAD_SETUP, W_LOAD_DOWN, W_LOAD};
    for (size_t k = 0; k < sizeof title / sizeof title[0]; k++) {
        table_column(&table, ALIGN_RIGHT, word(call->lang, title[k]));
    }
    table_column(&table, ALIGN_LEFT, "");
    const uint32_t n_shown = all || checked->n_load < LOADS_SHOWN ? checked->n_load : LOADS_SHOWN;
    for (uint32_t i = 0; i < n_shown; i++) {
        const maru_group_load *load = &checked->load[i];
        const enum table_style style = load->load > 1      ? STYLE_BAD
                                       : load->load > 0.95 ? STYLE_WARN
                                                           : STYLE_PLAIN;
        table_add(&table, style, load->group);
        table_add(&table, STYLE_DIM, load->area);
        table_add(&table, STYLE_PLAIN, numeral_count(load->n_tool).text);
        table_add(&table, STYLE_PLAIN, numeral(load->visits_per_day, 1).text);
        table_add(&table, STYLE_PLAIN, numeral_percent(load->processing, 1).text);
        table_add(&table, STYLE_PLAIN, numeral_percent(load->setup, 1).text);
        table_add(&table, STYLE_PLAIN, numeral_percent(load->down, 1).text);
        table_add(&table, style, numeral_percent(load->load, 1).text);
        text_clear(&bar);
        add_bar(&bar, load->load);
        text_addf(&bar, "%s%s", load->load > 1 ? " ◀ " : "",
                  load->load > 1 ? word(call->lang, W_OVER) : "");
        table_add(&table, style, bar.bytes ? bar.bytes : "");
    }
    table_print(&table, call->look, out);
    if (n_shown < checked->n_load) {
        text_addz(out, "  ");
        words_add(out, call->lang, W_AND_MORE,
                  (const char *const[]){numeral_count(checked->n_load - n_shown).text, NULL});
        text_addz(out, "\n");
    }
    text_fini(&bar);
    table_fini(&table);
}

static void add_text(struct text *out, const struct call *call, const struct checked *checked,
                     bool all) {
    add_faults(out, call, checked->faults, all);
    if (!checked->plant) {
        return;
    }
    const maru_plant_size size = maru_plant_sizes(checked->plant);
    text_addz(out, "\n");
    study_add_heading(out, checked->plant, checked->folder, call->look);
    text_addz(out, ": ");
    words_add(out, call->lang, W_PLANT_SIZE,
              (const char *const[]){
                  numeral_count(size.n_product).text, numeral_count(size.n_step).text,
                  numeral_count(size.n_group).text,
                  numeral_count(study_tools(checked->plant, false)).text,
                  numeral_count(size.n_release).text, numeral_count(size.n_stock).text, NULL});
    text_addz(out, "\n\n");
    table_styled(out, call->look, STYLE_STRONG, word(call->lang, W_LOADS_TITLE));
    text_addz(out, "\n");
    add_loads(out, call, checked, all);
    text_addz(out, "\n");
    if (checked->n_over > 0) {
        words_add(out, call->lang, W_CANNOT_CARRY,
                  (const char *const[]){numeral_count(checked->n_over).text, checked->load[0].group,
                                        numeral_percent(checked->load[0].load, 1).text, NULL});
    } else if (checked->n_load > 0) {
        words_add(out, call->lang, W_CAN_CARRY,
                  (const char *const[]){checked->load[0].group,
                                        numeral_percent(checked->load[0].load, 1).text, NULL});
    }
    text_addz(out, "\n");
    if (size.n_setup > 0) {
        text_addf(out, "%s\n", word(call->lang, W_SETUPS_EXTRA));
    }
}

static int run_check(struct call *call) {
    const struct check_values *values = call->args.values;
    struct checked checked = {.folder = call->args.word[0], .faults = maru_faults_new()};
    maru_error err = {0};
    struct text out;
    int status = EXIT_GOOD;
    text_init(&out, INT32_MAX);
    maru_status st = checked.faults ? MARU_OK : MARU_E_MEMORY;
    if (st == MARU_OK) {
        st = maru_plant_open(checked.folder, checked.faults, &checked.plant, &err);
    }
    if (st == MARU_OK) {
        check_rankings(checked.plant, checked.faults);
        st = faults_status(checked.faults, &err);
    }
    const bool has_faults = checked.faults && maru_faults_count(checked.faults, MARU_FAULT) > 0;
    if (has_faults) {
        maru_plant_free(checked.plant);
        checked.plant = NULL;
    }
    if (st == MARU_OK && !find_loads(&checked)) {
        st = MARU_E_MEMORY;
    }
    if (st != MARU_OK && !(st == MARU_E_INPUT && has_faults)) {
        err = err.code != MARU_OK ? err : (maru_error){.code = st, .text = "no memory"};
        status = verb_refuse(call, &err);
        goto done;
    }
    if (call->json) {
        add_json(&out, &checked);
    } else {
        add_text(&out, call, &checked, values->all);
    }
    status = verb_print(call, &out,
                        has_faults           ? EXIT_INPUT
                        : checked.n_over > 0 ? EXIT_NO
                                             : EXIT_GOOD);
done:
    text_fini(&out);
    alloc_free(checked.load);
    maru_plant_free(checked.plant);
    maru_faults_free(checked.faults);
    return status;
}

static const struct option options[] = {
    {"all", 'a', OPTION_FLAG, offsetof(struct check_values, all), NULL, NULL, W_HELP_ALL_GROUPS, 0,
     0},
};
static const char *const examples[] = {"maru check examples/minifab",
                                       "maru check my-fab --all --json", NULL};

const struct verb verb_check = {.name = "check",
                                .synopsis = "PLANT [--all]",
                                .purpose = W_CHECK_PURPOSE,
                                .option = options,
                                .n_option = sizeof options / sizeof options[0],
                                .n_value_bytes = sizeof(struct check_values),
                                .min_words = 1,
                                .max_words = 1,
                                .example = examples,
                                .run = run_check};
