#include "study/report/report.h"

#include "base/alloc.h"
#include "base/status.h"
#include "io/files.h"
#include "plant/plant.h"
#include "study/report/markup.h"
#include "study/report/report_charts.h"

#include <math.h>
#include <stdio.h>

// A page from the question down to the detail: one sentence, six numbers, five charts, then the
// tables they come from.

enum { TABLE_ROWS_MAX = 400 };

static void add_fact(struct text *out, enum word name, const char *value) {
    text_addz(out, "<li>");
    markup_word(out, name);
    text_addz(out, " <b>");
    text_add_html(out, value);
    text_addz(out, "</b></li>\n");
}

void report_begin(struct text *out, const maru_plant *plant, const char *folder, enum word kind,
                  enum lang lang) {
    struct text title;
    text_init(&title, 1 << 14);
    study_add_title(&title, plant, folder);
    markup_begin(out, lang, kind, title.bytes ? title.bytes : "");
    markup_tag(out, "p", "kind", kind);
    text_addz(out, "<h1>");
    text_add_html(out, title.bytes ? title.bytes : "");
    text_addz(out, "</h1>\n");
    text_fini(&title);
}

void report_add_facts(struct text *out, const maru_plant *plant, maru_time warmup_us,
                      maru_time until_us, uint64_t seed, size_t n_rep) {
    const maru_plant_size size = maru_plant_sizes(plant);
    const double days = (double)until_us / (double)MARU_DAY,
                 warmup = (double)warmup_us / (double)MARU_DAY;
    char number[24];
    text_addz(out, "<ul class=\"facts\">\n<li>");
    markup_word(out, W_SIMULATED);
    text_addz(out, " <b>");
    markup_words(out, W_DAYS_LONG,
                 (const char *const[]){numeral(days, days == floor(days) ? 0 : 2).text, NULL});
    text_addz(out, "</b>");
    if (warmup_us > 0) {
        text_addz(out, ", ");
        markup_words(
            out, W_MEASURED_FROM,
            (const char *const[]){numeral(warmup, warmup == floor(warmup) ? 0 : 2).text, NULL});
    }
    text_addz(out, "</li>\n");
    add_fact(out, W_REPLICATIONS, numeral_count(n_rep).text);
    snprintf(number, sizeof number, "%llu", (unsigned long long)seed);
    add_fact(out, W_SEED, number);
    text_addz(out, "<li><b>");
    markup_words(out, W_SIZE_SHORT,
                 (const char *const[]){numeral_count(size.n_product).text,
                                       numeral_count(size.n_step).text,
                                       numeral_count(study_tools(plant, false)).text,
                                       numeral_count(size.n_group).text, NULL});
    text_addz(out, "</b></li>\n");
}

static void add_settings(struct text *out, const struct study *study) {
    for (size_t i = 0; i < study->n_setting; i++) {
        text_addz(out, "<li>");
        text_add_html(out, study->setting[i].name);
        text_addz(out, " <b>");
        text_add_html(out, study->setting[i].value);
        text_addz(out, "</b></li>\n");
    }
    text_addz(out, "</ul>\n");
}

static void add_sentence(struct text *out, const struct study *study) {
    struct text sentence;
    text_init(&sentence, 1 << 14);
    text_addz(out, "<p class=\"lead\">");
    for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
        text_clear(&sentence);
        study_add_sentence(&sentence, study, lang);
        text_addf(out, "<span lang=\"%s\">", lang == LANG_KO ? "ko" : "en");
        text_add_html(out, sentence.bytes ? sentence.bytes : "");
        text_addz(out, "</span>");
    }
    text_addz(out, "</p>\n");
    text_fini(&sentence);
}

static void add_kpi(struct text *out, const struct study *study, size_t figure, enum word name,
                    bool is_regular) {
    const struct interval interval =
        runs_interval(study->run, study->n_run, &figure_columns[figure], 0);
    if (interval.n == 0) {
        return;
    }
    const enum column_unit unit = runs_unit(study->run, study->n_run, figure_columns[figure].unit);
    text_addz(out, "<div class=\"kpi\"><dt>");
    markup_word(out, name);
    text_addf(out, "</dt><dd>%s <small>", unit_text(unit, interval.mean).text);
    markup_word(out, unit_word(unit));
    text_addz(out, "</small><span class=\"doubt\">");
    if (isfinite(interval.half_width)) {
        text_addf(out, "± %s", unit_text(unit, interval.half_width).text);
    }
    if (is_regular) {
        text_addz(out, isfinite(interval.half_width) ? " · " : "");
        markup_word(out, W_KPI_REGULAR);
    }
    text_addz(out, "&nbsp;</span></dd></div>\n");
}

static void add_kpis(struct text *out, const struct study *study) {
    text_addz(out, "<dl class=\"kpis\">\n");
    add_kpi(out, study, FIGURE_CYCLE, W_KPI_CYCLE, true);
    add_kpi(out, study, FIGURE_FLOW, W_KPI_FLOW, true);
    add_kpi(out, study, FIGURE_WIP, W_KPI_WIP, false);
    add_kpi(out, study, FIGURE_OUT, W_KPI_OUT, false);
    add_kpi(out, study, FIGURE_ON_TIME, W_KPI_ON_TIME, true);
    add_kpi(out, study, FIGURE_LATE, W_KPI_LATE, false);
    text_addz(out, "</dl>\n");
}

static void add_charts(struct text *out, const struct study *study) {
    text_addz(out, "<div class=\"charts\">\n<div>");
    report_chart_wip(out, study);
    text_addz(out, "</div>\n<div>");
    report_chart_flow(out, study);
    text_addz(out, "</div>\n<div class=\"wide\">");
    report_chart_histograms(out, study);
    text_addz(out, "</div>\n<div>");
    report_chart_tools(out, study);
    text_addz(out, "</div>\n<div>");
    report_chart_queues(out, study);
    text_addz(out, "</div>\n</div>\n");
}

// ---- tables ----

static void add_column_head(struct text *out, const struct study *study,
                            const struct column *column) {
    text_addz(out, "<th>");
    markup_word(out, column->name);
    const enum word unit = unit_word(runs_unit(study->run, study->n_run, column->unit));
    text_addz(out, "<small>");
    markup_word(out, unit);
    text_addz(out, "</small></th>");
}

static void add_cell(struct text *out, const struct study *study, const struct column *column,
                     size_t index) {
    const struct interval interval = runs_interval(study->run, study->n_run, column, index);
    const enum column_unit unit = runs_unit(study->run, study->n_run, column->unit);
    text_addf(out, "<td>%s", unit_text(unit, interval.mean).text);
    if (isfinite(interval.half_width)) {
        text_addf(out, " <small>± %s</small>", unit_text(unit, interval.half_width).text);
    }
    text_addz(out, "</td>");
}

static void begin_table(struct text *out, enum word title, const enum word *left, size_t n_left) {
    text_addz(out, "<section>\n");
    markup_tag(out, "h2", "", title);
    text_addz(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (size_t i = 0; i < n_left; i++) {
        text_addz(out, "<th class=\"l\">");
        markup_word(out, left[i]);
        text_addz(out, "</th>");
    }
}

static void end_table(struct text *out) { text_addz(out, "</tbody></table></div>\n</section>\n"); }

static void add_class_table(struct text *out, const struct study *study,
                            const maru_results *first) {
    static const enum word left[] = {W_CLASS};
    static const size_t shown[] = {CLASS_OUT,  CLASS_CYCLE,   CLASS_SD,
                                   CLASS_5,    CLASS_MEDIAN,  CLASS_95,
                                   CLASS_FLOW, CLASS_ON_TIME, CLASS_TARDINESS};
    begin_table(out, W_TABLE_CLASSES, left, 1);
    for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++) {
        add_column_head(out, study, &class_columns[shown[k]]);
    }
    text_addz(out, "</tr></thead>\n<tbody>\n");
    struct text name;
    text_init(&name, 1 << 14);
    for (uint32_t i = 0; i < first->n_class; i++) {
        text_addz(out,
                  first->class_[i].product == MARU_NONE ? "<tr class=\"all\"><td>" : "<tr><td>");
        for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
            text_clear(&name);
            study_add_class(&name, study, first, i, lang);
            text_addf(out, "<span lang=\"%s\">", lang == LANG_KO ? "ko" : "en");
            text_add_html(out, name.bytes ? name.bytes : "");
            text_addz(out, "</span>");
        }
        text_addz(out, "</td>");
        for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++) {
            add_cell(out, study, &class_columns[shown[k]], i);
        }
        text_addz(out, "</tr>\n");
    }
    text_fini(&name);
    end_table(out);
}

static void add_group_table(struct text *out, const struct study *study,
                            const maru_results *first) {
    static const enum word left[] = {W_GROUP, W_AREA};
    static const size_t shown[] = {GROUP_TOOLS,   GROUP_UTILIZATION, GROUP_PRODUCTIVE,  GROUP_SETUP,
                                   GROUP_STANDBY, GROUP_SCHEDULED,   GROUP_UNSCHEDULED, GROUP_QUEUE,
                                   GROUP_WAIT,    GROUP_LOTS,        GROUP_SETUPS};
    uint32_t *order = NULL;
    if (!study_order_groups(study, &order)) {
        out->status = MARU_E_MEMORY;
        return;
    }
    begin_table(out, W_TABLE_GROUPS, left, 2);
    for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++) {
        add_column_head(out, study, &group_columns[shown[k]]);
    }
    text_addz(out, "</tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < first->n_group && i < TABLE_ROWS_MAX; i++) {
        const maru_group_result *group = &first->group[order[i]];
        text_addz(out, order[i] == first->bottleneck ? "<tr class=\"all\"><td>" : "<tr><td>");
        text_add_html(out, group->name);
        text_addz(out, "</td><td class=\"l\">");
        text_add_html(out, group->area);
        text_addz(out, "</td>");
        for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++) {
            const struct interval mean =
                runs_interval(study->run, study->n_run, &group_columns[shown[k]], order[i]);
            text_addf(out, "<td>%s</td>", unit_text(group_columns[shown[k]].unit, mean.mean).text);
        }
        text_addz(out, "</tr>\n");
    }
    end_table(out);
    alloc_free(order);
}

static void add_limit_table(struct text *out, const struct study *study,
                            const maru_results *first) {
    static const enum word left[] = {W_LIMIT};
    if (first->n_queue == 0) {
        return;
    }
    begin_table(out, W_TABLE_LIMITS, left, 1);
    text_addz(out, "<th>");
    markup_word(out, W_LIMIT_H);
    text_addz(out, "</th>");
    for (size_t k = 0; k < N_LIMIT_COLUMN; k++) {
        add_column_head(out, study, &limit_columns[k]);
    }
    text_addz(out, "</tr></thead>\n<tbody>\n");
    struct text name;
    text_init(&name, 1 << 14);
    for (uint32_t i = 0; i < first->n_queue && i < TABLE_ROWS_MAX; i++) {
        text_clear(&name);
        study_add_limit(&name, study, &first->queue[i]);
        text_addz(out, "<tr><td>");
        text_add_html(out, name.bytes ? name.bytes : "");
        text_addf(out, "</td><td>%s</td>",
                  numeral((double)first->queue[i].limit_us / (double)MARU_HOUR, 2).text);
        for (size_t k = 0; k < N_LIMIT_COLUMN; k++) {
            add_cell(out, study, &limit_columns[k], i);
        }
        text_addz(out, "</tr>\n");
    }
    text_fini(&name);
    end_table(out);
}

void report_add_terms(struct text *out, const enum word *term, size_t n) {
    text_addz(out, "<div class=\"terms\">");
    markup_tag(out, "h2", "", W_TERMS);
    text_addz(out, "<ul>\n");
    for (size_t i = 0; i < n; i++) {
        markup_tag(out, "li", "", term[i]);
    }
    text_addz(out, "</ul></div>\n");
}

void report_add_foot(struct text *out, const char *digest) {
    text_addz(out, "<footer>");
    markup_words(out, W_MADE_WITH, (const char *const[]){maru_version(), NULL});
    text_addz(out, " · ");
    markup_word(out, W_DIGEST);
    text_addz(out, " <code>");
    text_add_html(out, digest);
    text_addz(out, "</code></footer>\n");
}

maru_status report_add(struct text *out, const struct study *study, enum lang lang,
                       maru_error *err) {
    static const enum word terms[] = {W_TERM_INTERVAL, W_TERM_REGULAR, W_TERM_CYCLE, W_TERM_BUSY,
                                      W_TERM_DIGEST};
    const maru_results *first = runs_first(study->run, study->n_run);
    if (!first) {
        return fail(err, MARU_E_STOPPED, "there are no results to report");
    }
    report_begin(out, study->plant, study->folder, W_REPORT_SIM, lang);
    report_add_facts(out, study->plant, study->warmup_us, study->until_us, study->seed,
                     study->n_run);
    add_settings(out, study);
    const struct run *worst = runs_worst(study->run, study->n_run);
    if (worst) {
        text_addz(out, "<p class=\"warn\">");
        markup_words(out, W_REPORT_INCOMPLETE, (const char *const[]){worst->err.text, NULL});
        text_addz(out, "</p>\n");
    }
    add_sentence(out, study);
    add_kpis(out, study);
    add_charts(out, study);
    add_class_table(out, study, first);
    add_group_table(out, study, first);
    add_limit_table(out, study, first);
    report_add_terms(out, terms, sizeof terms / sizeof terms[0]);
    report_add_foot(out, first->digest);
    markup_end(out);
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "no memory for the report");
}

static maru_status put(const struct text *page, maru_status st, const char *path, maru_error *err) {
    return st == MARU_OK ? files_replace(path, page->bytes, page->n_bytes, err) : st;
}

maru_status report_write(const struct study *study, const char *path, enum lang lang,
                         maru_error *err) {
    struct text page;
    text_init(&page, REPORT_MAX_BYTES);
    const maru_status st = put(&page, report_add(&page, study, lang, err), path, err);
    text_fini(&page);
    return st;
}

maru_status report_write_comparison(const struct comparison *comparison, const char *path,
                                    enum lang lang, maru_error *err) {
    struct text page;
    text_init(&page, REPORT_MAX_BYTES);
    const maru_status st =
        put(&page, report_add_comparison(&page, comparison, lang, err), path, err);
    text_fini(&page);
    return st;
}
