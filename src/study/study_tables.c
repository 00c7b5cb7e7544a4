// A study for a terminal: the sentence, the figures, the lots, the busiest tool groups, the limits.

#include "base/alloc.h"
#include "plant/plant.h"
#include "study/study.h"
#include "study/table.h"

#include <math.h>
#include <stdio.h>

enum { GROUPS_SHOWN = 15, HOT_PERCENT = 90 };

static const size_t class_shown[] = {CLASS_OUT, CLASS_CYCLE, CLASS_SD,      CLASS_MEDIAN,
                                     CLASS_95,  CLASS_FLOW,  CLASS_ON_TIME, CLASS_TARDINESS};
static const size_t group_shown[] = {
    GROUP_UTILIZATION, GROUP_PRODUCTIVE,  GROUP_SETUP, GROUP_STANDBY,   GROUP_ENGINEERING,
    GROUP_SCHEDULED,   GROUP_UNSCHEDULED, GROUP_QUEUE, GROUP_QUEUE_MAX, GROUP_WAIT};
enum {
    N_CLASS_SHOWN = sizeof class_shown / sizeof class_shown[0],
    N_GROUP_SHOWN = sizeof group_shown / sizeof group_shown[0],
};

static void add_heading(struct text *out, struct look look, const char *title) {
    text_addz(out, "\n");
    table_styled(out, look, STYLE_STRONG, title);
    text_addz(out, "\n");
}

// "cycle time, days"
static void add_column(struct table *table, const struct study *study, enum lang lang,
                       const struct column *column) {
    char title[128];
    const char *unit = word(lang, unit_word(runs_unit(study->run, study->n_run, column->unit)));
    snprintf(title, sizeof title, "%s%s%s", word(lang, column->name), unit[0] ? ", " : "", unit);
    table_column(table, ALIGN_RIGHT, title);
}

static void add_cell(struct table *table, const struct study *study, const struct column *column,
                     size_t index, enum table_style style) {
    const struct interval interval = runs_interval(study->run, study->n_run, column, index);
    table_add(table, style,
              unit_interval(runs_unit(study->run, study->n_run, column->unit), interval).text);
}

static void note_doubt(struct text *out, enum lang lang, bool is_left_out) {
    if (is_left_out) {
        text_addf(out, "  %s\n", word(lang, W_DOUBT_LEFT_OUT));
    }
}

void study_add_heading(struct text *out, const maru_plant *plant, const char *folder,
                       struct look look) {
    struct text title, safe;
    text_init(&title, 1 << 14);
    text_init(&safe, 1 << 14);
    study_add_title(&title, plant, folder);
    table_add_safe(&safe, title.bytes ? title.bytes : "");
    table_styled(out, look, STYLE_STRONG, safe.bytes ? safe.bytes : "");
    text_fini(&title);
    text_fini(&safe);
}

static void add_headline(struct text *out, const struct study *study, enum lang lang,
                         struct look look) {
    study_add_heading(out, study->plant, study->folder, look);
    const double days = (double)study->until_us / (double)MARU_DAY;
    const double warmup = (double)study->warmup_us / (double)MARU_DAY;
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)study->seed);
    text_addz(out, " · ");
    words_add(out, lang, study->warmup_us > 0 ? W_HEADLINE_WARM : W_HEADLINE,
              (const char *const[]){numeral(days, days == floor(days) ? 0 : 2).text, seed,
                                    numeral(warmup, warmup == floor(warmup) ? 0 : 2).text, NULL});
    if (study->n_run > 1) {
        text_addz(out, " · ");
        words_add(out, lang, W_HEADLINE_RUNS,
                  (const char *const[]){numeral_count(study->n_run).text, NULL});
    }
    for (size_t i = 0; i < study->n_setting; i++) {
        text_addf(out, " · %s = %s", study->setting[i].name, study->setting[i].value);
    }
    text_addz(out, "\n");
}

static void add_figures(struct text *out, const struct study *study, enum lang lang,
                        struct look look) {
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_FIGURE));
    table_column(&table, ALIGN_RIGHT, word(lang, study->n_run > 1 ? W_MEAN_95 : W_VALUE));
    table_column(&table, ALIGN_LEFT, word(lang, W_UNIT));
    for (size_t i = 0; i < N_FIGURE; i++) {
        const struct interval interval =
            runs_interval(study->run, study->n_run, &figure_columns[i], 0);
        if (interval.n == 0) {
            continue; // nothing of the kind in this plant
        }
        table_add(&table, STYLE_PLAIN, word(lang, figure_columns[i].name));
        const enum column_unit unit = runs_unit(study->run, study->n_run, figure_columns[i].unit);
        table_add(&table, STYLE_PLAIN, unit_interval(unit, interval).text);
        table_add(&table, STYLE_DIM, word(lang, unit_word(unit)));
    }
    add_heading(out, look, word(lang, W_OVERALL));
    table_print(&table, look, out);
    table_fini(&table);
}

static void add_classes(struct text *out, const struct study *study, const maru_results *first,
                        enum lang lang, struct look look) {
    struct table table;
    struct text name;
    table_init(&table);
    text_init(&name, 1 << 12);
    table_column(&table, ALIGN_LEFT, word(lang, W_CLASS));
    for (size_t k = 0; k < N_CLASS_SHOWN; k++) {
        add_column(&table, study, lang, &class_columns[class_shown[k]]);
    }
    for (uint32_t i = 0; i < first->n_class; i++) {
        const enum table_style style =
            first->class_[i].product == MARU_NONE ? STYLE_STRONG : STYLE_PLAIN;
        text_clear(&name);
        study_add_class(&name, study, first, i, lang);
        table_add(&table, style, name.bytes ? name.bytes : "");
        for (size_t k = 0; k < N_CLASS_SHOWN; k++) {
            add_cell(&table, study, &class_columns[class_shown[k]], i, style);
        }
    }
    add_heading(out, look, word(lang, W_LOTS_TITLE));
    note_doubt(out, lang, table_print(&table, look, out));
    text_fini(&name);
    table_fini(&table);
}

static bool is_shown_column(const struct study *study, const maru_results *first, size_t column) {
    if (column != GROUP_ENGINEERING) {
        return true;
    }
    for (uint32_t i = 0; i < first->n_group; i++) {
        if (runs_interval(study->run, study->n_run, &group_columns[column], i).mean > 0) {
            return true;
        }
    }
    return false;
}

static void add_group_row(struct table *table, const struct study *study, const maru_results *first,
                          uint32_t i, const bool *is_shown) {
    const maru_group_result *group = &first->group[i];
    const struct interval busy =
        runs_interval(study->run, study->n_run, &group_columns[GROUP_UTILIZATION], i);
    const enum table_style style = i == first->bottleneck          ? STYLE_STRONG
                                   : busy.mean * 100 > HOT_PERCENT ? STYLE_WARN
                                                                   : STYLE_PLAIN;
    table_add(table, style, group->name);
    table_add(table, STYLE_DIM, group->area);
    table_add(table, STYLE_PLAIN, numeral_count(group->n_tool).text);
    for (size_t k = 0; k < N_GROUP_SHOWN; k++) {
        if (is_shown[k]) {
            add_cell(table, study, &group_columns[group_shown[k]], i, k == 0 ? style : STYLE_PLAIN);
        }
    }
}

static void add_groups(struct text *out, const struct study *study, const maru_results *first,
                       enum lang lang, bool all, struct look look) {
    uint32_t *order = NULL;
    if (!study_order_groups(study, &order)) {
        out->status = MARU_E_MEMORY;
        return;
    }
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_GROUP));
    table_column(&table, ALIGN_LEFT, word(lang, W_AREA));
    table_column(&table, ALIGN_RIGHT, word(lang, W_TOOLS));
    bool is_shown[N_GROUP_SHOWN];
    for (size_t k = 0; k < N_GROUP_SHOWN; k++) {
        is_shown[k] = is_shown_column(study, first, group_shown[k]);
        if (is_shown[k]) {
            add_column(&table, study, lang, &group_columns[group_shown[k]]);
        }
    }
    const uint32_t n_shown = all || first->n_group < GROUPS_SHOWN ? first->n_group : GROUPS_SHOWN;
    for (uint32_t i = 0; i < n_shown; i++) {
        add_group_row(&table, study, first, order[i], is_shown);
    }
    add_heading(out, look, word(lang, W_GROUPS_TITLE));
    note_doubt(out, lang, table_print(&table, look, out));
    if (n_shown < first->n_group) {
        text_addz(out, "  ");
        words_add(out, lang, W_AND_MORE,
                  (const char *const[]){numeral_count(first->n_group - n_shown).text, NULL});
        text_addz(out, "\n");
    }
    table_fini(&table);
    alloc_free(order);
}

static void add_limits(struct text *out, const struct study *study, const maru_results *first,
                       enum lang lang, bool all, struct look look) {
    if (first->n_queue == 0) {
        return;
    }
    add_heading(out, look, word(lang, W_LIMITS_TITLE));
    const struct interval late =
        runs_interval(study->run, study->n_run, &figure_columns[FIGURE_LATE], 0);
    text_addz(out, "  ");
    words_add(out, lang, W_LIMITS_SENTENCE,
              (const char *const[]){numeral_count(first->n_queue).text,
                                    unit_interval(UNIT_SHARE, late).text, NULL});
    text_addz(out, "\n");
    if (!all) {
        return;
    }
    struct table table;
    struct text name;
    table_init(&table);
    text_init(&name, 1 << 12);
    table_column(&table, ALIGN_LEFT, word(lang, W_LIMIT));
    table_column(&table, ALIGN_RIGHT, word(lang, W_LIMIT_H));
    for (size_t k = 0; k < N_LIMIT_COLUMN; k++) {
        add_column(&table, study, lang, &limit_columns[k]);
    }
    for (uint32_t i = 0; i < first->n_queue; i++) {
        text_clear(&name);
        study_add_limit(&name, study, &first->queue[i]);
        table_add(&table, STYLE_PLAIN, name.bytes ? name.bytes : "");
        table_add(&table, STYLE_PLAIN,
                  numeral((double)first->queue[i].limit_us / (double)MARU_HOUR, 2).text);
        for (size_t k = 0; k < N_LIMIT_COLUMN; k++) {
            add_cell(&table, study, &limit_columns[k], i, STYLE_PLAIN);
        }
    }
    table_print(&table, look, out);
    text_fini(&name);
    table_fini(&table);
}

static void add_footer(struct text *out, const struct study *study, enum lang lang,
                       struct look look) {
    double events = 0, lot_steps = 0, days = 0;
    for (size_t i = 0; i < study->n_run; i++) {
        const maru_results *results = study->run[i].results;
        events += results ? (double)results->n_event : 0;
        lot_steps += results ? (double)results->n_lot_step : 0;
        days += results ? (double)study->run[i].now_us / (double)MARU_DAY : 0;
    }
    const double seconds = study->seconds > 1e-9 ? study->seconds : 1e-9;
    text_addz(out, "\n");
    words_add(out, lang, W_SPEED,
              (const char *const[]){numeral_short(lot_steps).text, numeral_short(events).text,
                                    numeral(seconds, 2).text,
                                    numeral_short(lot_steps / seconds).text,
                                    numeral_short(days / seconds).text, NULL});
    text_addz(out, "\n");
    const maru_results *first = runs_first(study->run, study->n_run);
    text_addf(out, "%s ", word(lang, W_DIGEST));
    table_styled(out, look, STYLE_DIM, first->digest);
    text_addz(out, study->n_run > 1 ? word(lang, W_DIGEST_FIRST) : "");
    text_addz(out, "\n");
}

void study_add_tables(struct text *out, const struct study *study, enum lang lang, bool all,
                      struct look look) {
    const maru_results *first = runs_first(study->run, study->n_run);
    if (!first) {
        return;
    }
    add_headline(out, study, lang, look);
    text_addz(out, "\n");
    study_add_sentence(out, study, lang);
    text_addz(out, "\n");
    add_figures(out, study, lang, look);
    add_classes(out, study, first, lang, look);
    add_groups(out, study, first, lang, all, look);
    add_limits(out, study, first, lang, all, look);
    add_footer(out, study, lang, look);
}
