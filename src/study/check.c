#include "study/check.h"

#include "base/alloc.h"
#include "base/status.h"
#include "plant/faults.h"
#include "plant/plant.h"
#include "sim/model.h"
#include "study/json_writer.h"
#include "study/words/korean.h"

#include <stdlib.h>
#include <string.h>

static int by_load(const void *left, const void *right) {
    const maru_group_load *a = left, *b = right;
    if (a->load != b->load) {
        return a->load < b->load ? 1 : -1;
    }
    return strcmp(a->group, b->group);
}

static bool find_loads(struct check *check) {
    check->n_load = maru_plant_sizes(check->plant).n_group;
    check->load = alloc_new(check->n_load, sizeof *check->load);
    if (!check->load) {
        return false;
    }
    maru_plant_load(check->plant, check->load);
    qsort(check->load, check->n_load, sizeof *check->load, by_load);
    while (check->n_over < check->n_load && check->load[check->n_over].load > 1) {
        check->n_over++;
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

// ---- checking

// What reading has left: rankings and loads are still to be looked at.
static maru_status finish(struct check *check, maru_status st, maru_error *err) {
    if (st == MARU_OK) {
        check_rankings(check->plant, check->faults);
    }
    if (maru_faults_count(check->faults, MARU_FAULT) > 0) {
        maru_plant_free(check->plant);
        check->plant = NULL;
        return st == MARU_E_INPUT ? MARU_OK : st;
    }
    if (st == MARU_OK && !find_loads(check)) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    }
    return st;
}

static maru_status begin(struct check *check, maru_error *err) {
    *check = (struct check){.faults = maru_faults_new()};
    return check->faults ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

maru_status check_folder(struct check *check, const char *folder, maru_error *err) {
    const maru_status st = begin(check, err);
    return st != MARU_OK
               ? st
               : finish(check, maru_plant_open(folder, check->faults, &check->plant, err), err);
}

maru_status check_files(struct check *check, const maru_file *file, size_t n_file,
                        maru_error *err) {
    const maru_status st = begin(check, err);
    return st != MARU_OK
               ? st
               : finish(check, maru_plant_read(file, n_file, check->faults, &check->plant, err),
                        err);
}

void check_fini(struct check *check) {
    alloc_free(check->load);
    maru_plant_free(check->plant);
    maru_faults_free(check->faults);
    *check = (struct check){0};
}

// ---- JSON

static void add_korean(struct json *json, const char *key, const char *sentence) {
    struct text text;
    text_init(&text, 1 << 13);
    korean_add(&text, sentence);
    json_add_string(json, key, text.bytes ? text.bytes : "");
    text_fini(&text);
}

static void add_json_faults(struct json *json, const maru_faults *faults) {
    static const char *const severity[] = {"note", "warning", "fault"};
    json_open_object(json, "counts");
    json_add_count(json, "faults", maru_faults_count(faults, MARU_FAULT));
    json_add_count(json, "warnings", maru_faults_count(faults, MARU_WARNING));
    json_add_count(json, "notes", maru_faults_count(faults, MARU_NOTE));
    json_close(json);
    json_open_list(json, "faults");
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        const maru_fault *fault = maru_faults_get(faults, i);
        json_open_object(json, NULL);
        json_add_string(json, "severity", severity[fault->severity]);
        json_add_string(json, "file", fault->file);
        json_add_count(json, "row", fault->row);
        json_add_count(json, "column", fault->column);
        json_add_string(json, "header", fault->header);
        json_add_string(json, "value", fault->value);
        json_add_string(json, "wrong", fault->wrong);
        json_add_string(json, "right", fault->right);
        add_korean(json, "wrong_ko", fault->wrong);
        add_korean(json, "right_ko", fault->right);
        json_close(json);
    }
    json_close(json);
}

static void add_json_size(struct json *json, const maru_plant *plant) {
    const maru_plant_size size = maru_plant_sizes(plant);
    json_open_object(json, "plant");
    json_add_string(json, "name", maru_plant_name(plant));
    json_add_count(json, "products", size.n_product);
    json_add_count(json, "routes", size.n_route);
    json_add_count(json, "steps", size.n_step);
    json_add_count(json, "areas", size.n_area);
    json_add_count(json, "groups", size.n_group);
    json_add_count(json, "tools", size.n_tool);
    json_add_count(json, "setups", size.n_setup);
    json_add_count(json, "releases", size.n_release);
    json_add_count(json, "stock", size.n_stock);
    json_add_count(json, "calendars", size.n_calendar);
    json_close(json);
}

void check_add_json(struct text *out, const struct check *check, const char *folder) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    if (folder) {
        json_add_string(&json, "folder", folder);
    }
    json_add_bool(&json, "sound", check->plant && check->n_over == 0);
    add_json_faults(&json, check->faults);
    if (check->plant) {
        add_json_size(&json, check->plant);
        json_add_count(&json, "groups_over_100_percent", check->n_over);
        json_open_list(&json, "loads");
        for (uint32_t i = 0; i < check->n_load; i++) {
            const maru_group_load *load = &check->load[i];
            json_open_object(&json, NULL);
            json_add_string(&json, "group", load->group);
            json_add_string(&json, "area", load->area);
            json_add_count(&json, "tools", load->n_tool);
            json_add_number(&json, "visits_per_day", load->visits_per_day);
            json_add_number(&json, "processing", load->processing);
            json_add_number(&json, "setup", load->setup);
            json_add_number(&json, "down", load->down);
            json_add_number(&json, "load", load->load);
            json_close(&json);
        }
        json_close(&json);
    }
    json_close(&json);
}
