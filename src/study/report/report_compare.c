#include "base/status.h"
#include "study/report/markup.h"
#include "study/report/report.h"

#include <math.h>
#include <stdio.h>

// The page of a comparison: a sentence a variant, its differences as intervals around 0, then all
// of them as a table.
//
// Figures of different units share one axis, percent of A. What goes beyond the axis is drawn as an
// arrow at its end.

enum { FOREST_WIDTH = 760, ROW_PITCH = 24, NAME_COLUMNS = 34, PERCENT_MAX = 100 };

static const char *const verdict_class[] = {"none", "good", "bad", "other"};
static const enum word verdict_word[] = {W_VERDICT_NONE, W_VERDICT_BETTER, W_VERDICT_WORSE,
                                         W_VERDICT_DIFFERENT};

struct percent { // a difference on the axis of the chart
    double mean, low, high;
};

static struct percent percent_of(const struct difference *difference) {
    const double scale = 100 / fabs(difference->a.mean);
    return (struct percent){difference->paired.mean * scale,
                            (difference->paired.mean - difference->paired.half_width) * scale,
                            (difference->paired.mean + difference->paired.half_width) * scale};
}

static bool is_drawn(const struct difference *difference) {
    return fabs(difference->a.mean) > 1e-9 && isfinite(difference->paired.half_width);
}

// Half of the axis: as far as the farthest interval, but not beyond PERCENT_MAX.
static double axis_half(const struct comparison *comparison, size_t v) {
    double most = 1;
    for (size_t i = 0; i < comparison->n_row; i++) {
        const struct difference difference = comparison_of(comparison, &comparison->row[i], v);
        if (is_drawn(&difference)) {
            const struct percent percent = percent_of(&difference);
            most = fmax(most, fmax(fabs(percent.low), fabs(percent.high)));
        }
    }
    return most * 1.05 < PERCENT_MAX ? most * 1.05 : PERCENT_MAX;
}

static void add_row_label(struct chart *chart, const struct comparison *comparison,
                          const struct comparison_row *row, double y) {
    struct text name, short_name;
    text_init(&name, 1 << 14);
    text_init(&short_name, 1 << 14);
    for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
        text_clear(&name);
        text_clear(&short_name);
        comparison_add_row_name(&name, comparison, row, lang);
        chart_shorten(&short_name, name.bytes ? name.bytes : "", NAME_COLUMNS);
        text_addf(chart->out, "<text x=\"0\" y=\"%.1f\"%s lang=\"%s\">", y,
                  row->kind == ROW_FIGURE ? " class=\"strong\"" : "",
                  lang == LANG_KO ? "ko" : "en");
        text_add_html(chart->out, short_name.bytes ? short_name.bytes : "");
        text_addz(chart->out, "</text>\n");
    }
    text_fini(&name);
    text_fini(&short_name);
}

static double clamp(double value, double half) {
    return value < -half ? -half : value > half ? half : value;
}

static void draw_interval(struct chart *chart, const struct difference *difference, double half,
                          double y) {
    const struct percent percent = percent_of(difference);
    const char *const class_ = verdict_class[difference->verdict];
    if (fabs(percent.mean) > half) {
        const double tip = chart_x(chart, percent.mean > 0 ? half : -half),
                     back = percent.mean > 0 ? -10 : 10;
        text_addf(chart->out, "<path class=\"%s\" d=\"M%.1f %.1fl%.1f -5v10z\"/>\n", class_, tip, y,
                  back);
        return;
    }
    text_addf(chart->out,
              "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"whisker %s\"/>\n",
              chart_x(chart, clamp(percent.low, half)), y,
              chart_x(chart, clamp(percent.high, half)), y, class_);
    text_addf(chart->out,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" stroke-width=\"1.8\" class=\"%s\"/>\n",
              chart_x(chart, percent.mean), y, class_);
}

static void draw_numbers(struct chart *chart, const struct comparison *comparison,
                         const struct comparison_row *row, const struct difference *difference,
                         double y) {
    const enum column_unit unit = comparison_unit(comparison, row);
    char text[192];
    snprintf(text, sizeof text, "%s ± %s",
             numeral_signed(difference->paired.mean * unit_scale(unit), unit_decimals(unit)).text,
             numeral(difference->paired.half_width * unit_scale(unit), unit_decimals(unit)).text);
    chart_text(chart, FOREST_WIDTH - 56, y, ANCHOR_END, verdict_class[difference->verdict], text);
    chart_word(chart, FOREST_WIDTH - 50, y, ANCHOR_START, "small",
               unit == UNIT_SHARE ? W_UNIT_POINTS : unit_word(unit), NULL);
}

static void add_forest(struct text *out, const struct comparison *comparison, size_t v) {
    struct chart chart;
    size_t n = 0;
    for (size_t i = 0; i < comparison->n_row; i++) {
        const struct difference difference = comparison_of(comparison, &comparison->row[i], v);
        n += is_drawn(&difference);
    }
    text_addz(out, "<figure class=\"forest\">\n<h2>");
    markup_words(out, W_CHART_FOREST, (const char *const[]){comparison->variant[v].name, NULL});
    text_addz(out, "</h2>\n");
    markup_tag(out, "p", "note", W_CHART_FOREST_NOTE);
    chart_open(&chart, out, FOREST_WIDTH, (double)n * ROW_PITCH + 54, W_REPORT_COMPARE);
    chart_plot(&chart, 236, 10, 190, 44);
    const double half = axis_half(comparison, v);
    chart_range(&chart, -half, half, 0, 1);
    const struct ticks ticks = ticks_of(-half, half, 5);
    for (size_t i = 0; i < ticks.n; i++) {
        const double x = chart_x(&chart, ticks.at[i]);
        chart_line(&chart, x, chart.top, x, chart.bottom,
                   fabs(ticks.at[i]) < 1e-9 ? "zero" : "grid");
        chart_text(&chart, x, chart.bottom + 16, ANCHOR_MIDDLE, "tick",
                   numeral_signed(ticks.at[i], ticks.decimals).text);
    }
    chart_word(&chart, chart_x(&chart, 0), chart.bottom + 34, ANCHOR_MIDDLE, "name",
               W_CHART_FOREST_X, NULL);
    size_t line = 0;
    for (size_t i = 0; i < comparison->n_row; i++) {
        const struct difference difference = comparison_of(comparison, &comparison->row[i], v);
        if (is_drawn(&difference)) {
            const double y = chart.top + ((double)line++ + 0.5) * ROW_PITCH;
            add_row_label(&chart, comparison, &comparison->row[i], y + 4);
            draw_interval(&chart, &difference, half, y);
            draw_numbers(&chart, comparison, &comparison->row[i], &difference, y + 4);
        }
    }
    chart_end(&chart);
}

// ---- table ----

static void add_table_head(struct text *out, const struct comparison *comparison) {
    text_addz(out, "<section>\n");
    markup_tag(out, "h2", "", W_TABLE_DIFFERENCES);
    text_addz(out, "<div class=\"scroll\"><table>\n<thead><tr><th class=\"l\">");
    markup_word(out, W_FIGURE);
    text_addz(out, "</th><th class=\"l\">");
    markup_word(out, W_UNIT);
    text_addz(out, "</th><th>A</th>");
    for (size_t v = 1; v < comparison->n_variant; v++) {
        text_addf(out, "<th>%s</th><th>%s − A<small>95 %%</small></th><th>",
                  comparison->variant[v].name, comparison->variant[v].name);
        markup_word(out, W_CHANGE);
        text_addz(out, "</th><th class=\"l\"></th>");
    }
    text_addz(out, "</tr></thead>\n<tbody>\n");
}

static void add_table_cells(struct text *out, const struct comparison *comparison,
                            const struct comparison_row *row, size_t v) {
    const struct difference difference = comparison_of(comparison, row, v);
    const enum column_unit unit = comparison_unit(comparison, row);
    const double scale = unit_scale(unit);
    const int decimals = unit_decimals(unit);
    const char *const class_ = verdict_class[difference.verdict];
    text_addf(out,
              "<td>%s</td><td class=\"%s\">%s <small>± %s</small></td><td class=\"%s\">%s</td><td "
              "class=\"l %s\">",
              numeral(difference.b.mean * scale, decimals).text, class_,
              numeral_signed(difference.paired.mean * scale, decimals).text,
              numeral(difference.paired.half_width * scale, decimals).text, class_,
              comparison_change(difference, true).text, class_);
    markup_word(out, verdict_word[difference.verdict]);
    text_addz(out, "</td>");
}

static void add_table(struct text *out, const struct comparison *comparison) {
    struct text name;
    text_init(&name, 1 << 14);
    add_table_head(out, comparison);
    for (size_t i = 0; i < comparison->n_row; i++) {
        const struct comparison_row *row = &comparison->row[i];
        const enum column_unit unit = comparison_unit(comparison, row);
        text_addz(out, "<tr><td>");
        for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
            text_clear(&name);
            comparison_add_row_name(&name, comparison, row, lang);
            text_addf(out, "<span lang=\"%s\">", lang == LANG_KO ? "ko" : "en");
            text_add_html(out, name.bytes ? name.bytes : "");
            text_addz(out, "</span>");
        }
        text_addz(out, "</td><td class=\"l\"><small>");
        markup_word(out, unit_word(unit));
        text_addf(out, "</small></td><td>%s</td>",
                  numeral(comparison_of(comparison, row, 0).a.mean * unit_scale(unit),
                          unit_decimals(unit))
                      .text);
        for (size_t v = 1; v < comparison->n_variant; v++) {
            add_table_cells(out, comparison, row, v);
        }
        text_addz(out, "</tr>\n");
    }
    text_addz(out, "</tbody></table></div>\n</section>\n");
    text_fini(&name);
}

// ---- page ----

static void add_sentences(struct text *out, const struct comparison *comparison) {
    struct text sentence;
    text_init(&sentence, 1 << 14);
    for (size_t v = 1; v < comparison->n_variant; v++) {
        text_addz(out, "<p class=\"lead\">");
        for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
            text_clear(&sentence);
            comparison_add_sentence(&sentence, comparison, v, lang);
            text_addf(out, "<span lang=\"%s\">", lang == LANG_KO ? "ko" : "en");
            text_add_html(out, sentence.bytes ? sentence.bytes : "");
            text_addz(out, "</span>");
        }
        text_addz(out, "</p>\n");
    }
    text_fini(&sentence);
}

maru_status report_add_comparison(struct text *out, const struct comparison *comparison,
                                  enum lang lang, maru_error *err) {
    static const enum word terms[] = {W_TERM_PAIRED, W_TERM_INTERVAL, W_TERM_REGULAR, W_TERM_CYCLE};
    const maru_results *first =
        runs_first(comparison->run, comparison->n_rep * comparison->n_variant);
    report_begin(out, comparison->plant, comparison->folder, W_REPORT_COMPARE, lang);
    report_add_facts(out, comparison->plant, comparison->warmup_us, comparison->until_us,
                     comparison->seed, comparison->n_rep);
    text_addz(out, "</ul>\n<ul class=\"facts\">\n");
    for (size_t v = 0; v < comparison->n_variant; v++) {
        text_addf(out, "<li>%s <b>", comparison->variant[v].name);
        if (comparison->variant[v].text[0]) {
            text_add_html(out, comparison->variant[v].text);
        } else {
            markup_word(out, W_VARIANT_AS_IS);
        }
        text_addz(out, "</b></li>\n");
    }
    text_addz(out, "</ul>\n");
    const struct run *worst =
        runs_worst(comparison->run, comparison->n_rep * comparison->n_variant);
    if (worst) {
        text_addz(out, "<p class=\"warn\">");
        markup_words(out, W_REPORT_INCOMPLETE, (const char *const[]){worst->err.text, NULL});
        text_addz(out, "</p>\n");
    }
    add_sentences(out, comparison);
    text_addz(out, "<div class=\"charts\">\n");
    for (size_t v = 1; v < comparison->n_variant; v++) {
        text_addz(out, "<div class=\"wide\">");
        add_forest(out, comparison, v);
        text_addz(out, "</div>\n");
    }
    text_addz(out, "</div>\n");
    add_table(out, comparison);
    report_add_terms(out, terms, sizeof terms / sizeof terms[0]);
    report_add_foot(out, first ? first->digest : "");
    markup_end(out);
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "no memory for the report");
}
