#include "study/quality/quality_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/quality/quality_bins.h"
#include "study/report/markup.h"
#include "study/words/numerals.h"

// Sentences lead, section by section; pictures stand behind the sentences that they belong to. Names of columns are hostile and are
// escaped where they are written (markup.h).

enum { MAX_PANELS = 6, MAX_BARS = 14 };

// ---- sentences

static void add_both(struct text *out, const char *const text[N_LANG]) {
    text_addz(out, "<span lang=\"en\">");
    text_add_html(out, text[LANG_EN]);
    text_addz(out, "</span><span lang=\"ko\">");
    text_add_html(out, text[LANG_KO]);
    text_addz(out, "</span>");
}

static void add_heading(struct text *out, enum told_section section) {
    const char *const text[N_LANG] = {told_heading(section, LANG_EN),
                                      told_heading(section, LANG_KO)};
    text_addz(out, "<h2>");
    add_both(out, text);
    text_addz(out, "</h2>\n");
}

static void add_sentence(struct text *out, const struct told_sentence *sentence) {
    static const char *const class_[] = {"say", "say say-good", "say say-bad", "say say-unsure"};
    text_addf(out, "<p class=\"%s\">", class_[sentence->mood]);
    add_both(out, sentence->text);
    text_addz(out, "</p>\n");
}

static bool has_any(const struct told *told, enum told_section section) {
    for (uint32_t i = 0; i < told->n; i++) {
        if (told->sentence[i].section == section) {
            return true;
        }
    }
    return false;
}

// The first answer, and the first cause or that there is none.
static void add_lead(struct text *out, const struct quality *q, const struct told *told) {
    bool has[2] = {false, false};
    for (uint32_t i = 0; i < told->n && q->roles.target.form != TARGET_NONE; i++) {
        const struct told_sentence *sentence = &told->sentence[i];
        const int which = sentence->section == TOLD_COUNT    ? 0
                          : sentence->section == TOLD_CAUSES ? 1
                                                             : 2;
        if (which < 2 && !has[which]) {
            has[which] = true;
            text_addz(out, "<p class=\"lead\">");
            add_both(out, sentence->text);
            text_addz(out, "</p>\n");
        }
    }
}

// ---- over time

static void draw_line(struct chart *chart, const double *x, const double *y, uint32_t n,
                      const char *class_) {
    bool is_open = false;
    text_addf(chart->out, "<path class=\"%s\" d=\"", class_);
    for (uint32_t i = 0; i < n; i++) {
        if (isfinite(y[i])) {
            text_addf(chart->out, "%s%.1f %.1f", is_open ? "L" : "M", chart_x(chart, x[i]),
                      chart_y(chart, y[i]));
            is_open = true;
        }
    }
    text_addz(chart->out, "\"/>\n");
}

static void draw_point(struct chart *chart, double x, double y, double radius, const char *class_) {
    text_addf(chart->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" class=\"%s\"/>\n",
              chart_x(chart, x), chart_y(chart, y), radius, class_);
}

struct band {
    double low, high;
};

// Limits of the control chart; where there is none, what chance alone would give.
static struct band band_of(const struct quality *q, const struct period *period) {
    if (q->rate_chart.n_reference > 0) {
        const size_t i = (size_t)(period - q->periods.period);
        return (struct band){q->rate_chart.lower[i], q->rate_chart.upper[i]};
    }
    const double p = q->trend.mean;
    const double dispersion = q->trend.dispersion > 1.0 ? q->trend.dispersion : 1.0;
    const double sigma = sqrt(p * (1.0 - p) / period->n * dispersion);
    return (struct band){p - 3 * sigma > 0 ? p - 3 * sigma : 0, p + 3 * sigma};
}

static void draw_band(struct chart *chart, const struct quality *q) {
    text_addz(chart->out, "<path class=\"band\" d=\"");
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t k = 0; k < q->periods.n; k++) {
            const uint32_t i = pass == 0 ? k : q->periods.n - 1 - k;
            if (q->periods.period[i].n > 0) {
                const struct band band = band_of(q, &q->periods.period[i]);
                text_addf(chart->out, "%s%.1f %.1f", pass == 0 && k == 0 ? "M" : "L",
                          chart_x(chart, i),
                          chart_y(chart, 100 * (pass == 0 ? band.high : band.low)));
            }
        }
    }
    text_addz(chart->out, "Z\"/>\n");
}

static void draw_rate(struct text *out, const struct quality *q) {
    const bool is_share = q->roles.target.form != TARGET_NUMBER;
    const double scale = is_share ? 100 : 1;
    struct chart chart;
    double x[PERIODS_MOST + 1], y[PERIODS_MOST + 1];
    double low = is_share ? 0 : (double)INFINITY, high = is_share ? 0 : -(double)INFINITY;
    for (uint32_t i = 0; i < q->periods.n; i++) {
        const struct period *period = &q->periods.period[i];
        x[i] = i;
        y[i] = period->n > 0 ? scale * period->bad / period->n : (double)NAN;
        const double top = is_share && period->n > 0 ? 100 * band_of(q, period).high : y[i];
        high = y[i] > high ? y[i] : high;
        high = top > high && top < 3 * scale * q->trend.mean + 1 ? top : high;
        low = y[i] < low ? y[i] : low;
    }
    chart_begin(&chart, out, 1040, 260, W_QUALITY_RATE,
                !is_share                       ? W_QUALITY_MEAN_NOTE
                : q->rate_chart.n_reference > 0 ? W_QUALITY_LIMITS_NOTE
                                                : W_QUALITY_RATE_NOTE);
    chart_plot(&chart, 52, 16, 12, 38);
    chart_range(&chart, -0.5, q->periods.n - 0.5, low, high * 1.05);
    chart_axis_y(&chart, 5, N_WORD);
    if (is_share) {
        draw_band(&chart, q);
    }
    chart_line(&chart, chart.left, chart.bottom, chart.right, chart.bottom, "axis");
    draw_line(&chart, x, y, q->periods.n, "line");
    for (uint32_t i = 0; i < q->periods.n; i++) {
        if (isfinite(y[i])) {
            const struct band band =
                is_share ? band_of(q, &q->periods.period[i]) : (struct band){-INFINITY, INFINITY};
            const bool is_beyond = q->rate_chart.n_reference > 0
                                       ? q->rate_chart.is_beyond[i]
                                       : y[i] > 100 * band.high || y[i] < 100 * band.low;
            draw_point(&chart, x[i], y[i], is_beyond ? 4.5 : 2.5, is_beyond ? "bad" : "swatch");
        }
    }
    for (uint32_t i = 0; i<q->periods.n; i += q->periods.n> 12 ? q->periods.n / 8 : 1) {
        char when[CLOCK_TEXT_BYTES];
        told_when(q, i, when);
        chart_text(&chart, chart_x(&chart, i), chart.bottom + 17, ANCHOR_MIDDLE, "tick", when);
    }
    chart_end(&chart);
}

// ---- levels

static void draw_change(struct chart *chart, const struct change *change) {
    const double at = chart_x(chart, change->at - 0.5);
    chart_line(chart, chart->left, chart_y(chart, change->before), at,
               chart_y(chart, change->before), "median");
    chart_line(chart, at, chart_y(chart, change->after), chart->right,
               chart_y(chart, change->after), "median");
}

static void draw_limits(struct chart *chart, const struct quality *q, uint32_t number) {
    const struct quality_chart *control = &q->chart[number];
    const double *mean = q->mean + (size_t)number * q->periods.n;
    chart_line(chart, chart->left, chart_y(chart, control->lower[0]), chart->right,
               chart_y(chart, control->lower[0]), "line2");
    chart_line(chart, chart->left, chart_y(chart, control->upper[0]), chart->right,
               chart_y(chart, control->upper[0]), "line2");
    for (uint32_t i = 0; i < q->periods.n; i++) {
        if (control->is_beyond[i]) {
            draw_point(chart, i, mean[i], 4, "bad");
        }
    }
}

// Means of a column: with its levels where it changed, or with the limits of its control chart.
static void draw_level(struct text *out, const struct quality *q, uint32_t number,
                       bool is_control) {
    const struct quality_column *column = &q->column[number];
    const struct quality_chart *control = &q->chart[number];
    const double *mean = q->mean + (size_t)number * q->periods.n;
    const uint32_t at = is_control ? control->since : column->change.at;
    struct chart chart;
    struct text name;
    double x[PERIODS_MOST + 1];
    double low = is_control ? control->lower[0] : (double)INFINITY;
    double high = is_control ? control->upper[0] : -(double)INFINITY;
    for (uint32_t i = 0; i < q->periods.n; i++) {
        x[i] = i;
        low = mean[i] < low ? mean[i] : low;
        high = mean[i] > high ? mean[i] : high;
    }
    text_init(&name, 1 << 12);
    chart_shorten(&name, q->frame->column[column->column].name, 40);
    chart_open(&chart, out, 330, 170, W_QUALITY_LEVEL);
    chart_plot(&chart, 52, 30, 8, 24);
    chart_range(&chart, -0.5, q->periods.n - 0.5, low, high);
    chart_axis_y(&chart, 4, N_WORD);
    chart_text(&chart, 0, 14, ANCHOR_START, "strong", name.bytes ? name.bytes : "");
    draw_line(&chart, x, mean, q->periods.n, "line");
    if (is_control) {
        draw_limits(&chart, q, number);
    } else {
        draw_change(&chart, &column->change);
    }
    char when[CLOCK_TEXT_BYTES];
    told_when(q, at, when);
    chart_text(&chart, chart_x(&chart, at - 0.5), chart.bottom + 17, ANCHOR_MIDDLE, "tick", when);
    chart_close(&chart);
    text_fini(&name);
}

static void draw_levels(struct text *out, const struct quality *q, const struct told *told,
                        enum told_section section) {
    const bool is_control = section == TOLD_CHARTS;
    uint32_t n = 0;
    for (uint32_t i = 0; i < told->n && n < MAX_PANELS; i++) {
        for (uint32_t k = 0; told->sentence[i].section == section && k < q->n_column; k++) {
            if (q->column[k].column != told->sentence[i].column) {
                continue;
            }
            if (n++ == 0) {
                text_addz(out, "<figure>\n");
                markup_tag(out, "p", "note",
                           is_control ? W_QUALITY_CONTROL_NOTE : W_QUALITY_LEVEL_NOTE);
                text_addz(out, "<div class=\"panels pair\">\n");
            }
            draw_level(out, q, k, is_control);
        }
    }
    if (n > 0) {
        text_addz(out, "</div>\n</figure>\n");
    }
}

// ---- by value

static void draw_bars(struct text *out, const struct quality *q, const struct cause *cause) {
    struct quality_bin bar[QUALITY_BINS];
    struct chart chart;
    struct text name;
    const uint32_t n = quality_bins(q, cause->column, bar);
    double high = 0;
    if (n == 0) {
        return;
    }
    for (uint32_t k = 0; k < n; k++) {
        high = bar[k].share.high > high && bar[k].share.n >= 5 ? bar[k].share.high : high;
    }
    text_init(&name, 1 << 12);
    chart_shorten(&name, q->frame->column[cause->column].name, 40);
    chart_open(&chart, out, 330, 190, W_QUALITY_BINS);
    chart_plot(&chart, 40, 30, 10, 26);
    chart_range(&chart, bar[0].low, bar[n - 1].high, 0, 100 * high);
    chart_axis_y(&chart, 4, N_WORD);
    chart_axis_x(&chart, 4, N_WORD);
    chart_text(&chart, 0, 14, ANCHOR_START, "strong", name.bytes ? name.bytes : "");
    for (uint32_t k = 0; k < n; k++) {
        const double x1 = chart_x(&chart, bar[k].low), x2 = chart_x(&chart, bar[k].high);
        const double y = chart_y(&chart, 100 * bar[k].share.value);
        if (bar[k].share.n > 0) {
            chart_rect(&chart, x1 + 0.5, y, x2 - x1 > 2 ? x2 - x1 - 1 : 1, chart.bottom - y, "bar");
            chart_line(&chart, (x1 + x2) / 2, chart_y(&chart, 100 * bar[k].share.low),
                       (x1 + x2) / 2, chart_y(&chart, 100 * fmin(bar[k].share.high, high)), "axis");
        }
    }
    const double cut[2] = {cause->low, cause->high};
    for (int i = 0; i < 2; i++) {
        if (isfinite(cut[i]) && cut[i] > bar[0].low && cut[i] < bar[n - 1].high) {
            chart_line(&chart, chart_x(&chart, cut[i]), chart.top, chart_x(&chart, cut[i]),
                       chart.bottom, "median");
        }
    }
    chart_close(&chart);
    text_fini(&name);
}

static void draw_causes(struct text *out, const struct quality *q) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < q->causes.n_cause && n < MAX_PANELS; i++) {
        const struct cause *cause = &q->causes.cause[i];
        if (q->frame->column[cause->column].kind == FRAME_NUMBER &&
            q->roles.target.form != TARGET_NUMBER && q->roles.target.form != TARGET_COUNT) {
            if (n++ == 0) {
                text_addz(out, "<figure>\n");
                markup_tag(out, "p", "note", W_QUALITY_BINS_NOTE);
                text_addz(out, "<div class=\"panels pair\">\n");
            }
            draw_bars(out, q, cause);
        }
    }
    if (n > 0) {
        text_addz(out, "</div>\n</figure>\n");
    }
}

// ---- one by one

static void draw_common(struct text *out, const struct quality *q,
                        const struct cause_common *common) {
    const uint32_t n = common->n_level < MAX_BARS ? common->n_level : MAX_BARS;
    struct chart chart;
    double high = 0;
    for (uint32_t k = 0; k < n; k++) {
        high = common->level[k].early.high > high ? common->level[k].early.high : high;
    }
    if (n < 2 || !(high > 0)) {
        return;
    }
    const struct frame_column *column = &q->frame->column[common->column];
    chart_open(&chart, out, 330, 40 + 20.0 * n, W_QUALITY_LEVELS);
    chart_plot(&chart, 110, 24, 10, 4);
    chart_range(&chart, 0, high, 0, n);
    struct text name;
    text_init(&name, 1 << 14);
    chart_shorten(&name, column->name, 40);
    chart_text(&chart, 0, 14, ANCHOR_START, "strong", name.bytes ? name.bytes : "");
    for (uint32_t k = 0; k < n; k++) {
        const struct cause_level *level = &common->level[k];
        const double y = chart.top + 20.0 * k + 4;
        text_clear(&name);
        chart_shorten(&name, column->words.name[level->word], 14);
        chart_text(&chart, 104, y + 10, ANCHOR_END, "tick", name.bytes ? name.bytes : "");
        chart_rect(&chart, chart.left, y, chart_x(&chart, level->early.value) - chart.left, 12,
                   level->is_worse && level->p <= 0.05 ? "bad" : "bar");
        chart_line(&chart, chart_x(&chart, level->early.low), y + 6,
                   chart_x(&chart, level->early.high), y + 6, "axis");
    }
    chart_close(&chart);
    text_fini(&name);
}

static void draw_commons(struct text *out, const struct quality *q) {
    if (q->causes.n_common == 0 || q->roles.target.form == TARGET_NUMBER) {
        return;
    }
    text_addz(out, "<figure>\n<div class=\"panels pair\">\n");
    for (uint32_t i = 0; i < q->causes.n_common && i < MAX_PANELS; i++) {
        draw_common(out, q, &q->causes.common[i]);
    }
    text_addz(out, "</div>\n</figure>\n");
}

// ---- kinds

// Pareto's chart: each kind as a bar, the line is what it and those above it make together.
static void draw_kinds(struct text *out, const struct quality *q) {
    const uint32_t n = q->n_kind < MAX_BARS ? q->n_kind : MAX_BARS;
    struct chart chart;
    struct text name;
    double together = 0;
    if (n == 0) {
        return;
    }
    text_init(&name, 1 << 14);
    text_addz(out, "<figure>\n");
    markup_tag(out, "p", "note", W_QUALITY_KINDS);
    text_addz(out, "<div class=\"panels pair\">\n");
    chart_open(&chart, out, 330, 16 + 20.0 * n, W_QUALITY_KINDS);
    chart_plot(&chart, 110, 4, 46, 4);
    chart_range(&chart, 0, 1, 0, n);
    for (uint32_t k = 0; k < n; k++) {
        const double y = chart.top + 20.0 * k + 4, share = q->kind[k].n / q->n_of_kinds;
        const double before = together;
        together += share;
        text_clear(&name);
        chart_shorten(&name, q->kind[k].name, 14);
        chart_text(&chart, 104, y + 10, ANCHOR_END, "tick", name.bytes ? name.bytes : "");
        chart_rect(&chart, chart.left, y, chart_x(&chart, share) - chart.left, 12, "bar");
        chart_text(&chart, chart.right + 42, y + 10, ANCHOR_END, "tick", told_share(share).text);
        if (k > 0) {
            chart_line(&chart, chart_x(&chart, before), y - 14, chart_x(&chart, together), y + 6,
                       "median");
        }
    }
    chart_close(&chart);
    text_addz(out, "</div>\n</figure>\n");
    text_fini(&name);
}

// ---- columns

static void add_columns(struct text *out, const struct quality *q) {
    static const enum word head[] = {W_QUALITY_COLUMN, W_QUALITY_ROLE, W_QUALITY_WHY,
                                     W_QUALITY_MISSING};
    text_addz(out, "<figure class=\"long\">\n");
    markup_tag(out, "h2", "", W_QUALITY_COLUMNS);
    text_addz(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
        markup_tag(out, "th", i < 3 ? "l" : "", head[i]);
    }
    text_addz(out, "</tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < q->frame->n_column; i++) {
        const struct column_role *role = &q->roles.column[i];
        const enum role is = (enum role)role->role;
        const enum role_reason why = (enum role_reason)role->reason;
        const char *const name[N_LANG] = {column_role_name(is, false), column_role_name(is, true)};
        const char *const reason[N_LANG] = {role_reason_text(why, false),
                                            role_reason_text(why, true)};
        text_addz(out, "<tr><td>");
        text_add_html(out, q->frame->column[i].name);
        text_addz(out, "</td><td class=\"l\">");
        add_both(out, name);
        text_addz(out, "</td><td class=\"l wrap\">");
        add_both(out, reason);
        text_addf(out, "</td><td>%s</td></tr>\n",
                  numeral_count(q->frame->column[i].n_missing).text);
    }
    text_addz(out, "</tbody></table></div>\n</figure>\n");
}

static void add_section(struct text *out, const struct quality *q, const struct told *told,
                        enum told_section section) {
    if (!has_any(told, section)) {
        return;
    }
    text_addz(out, "<section>\n");
    add_heading(out, section);
    for (uint32_t i = 0; i < told->n; i++) {
        if (told->sentence[i].section == section) {
            add_sentence(out, &told->sentence[i]);
        }
    }
    if (section == TOLD_COUNT) {
        draw_rate(out, q);
        draw_kinds(out, q);
    } else if (section == TOLD_CHANGES || section == TOLD_CHARTS) {
        draw_levels(out, q, told, section);
    } else if (section == TOLD_CAUSES) {
        draw_causes(out, q);
    } else if (section == TOLD_COMMON) {
        draw_commons(out, q);
    } else if (section == TOLD_READ) {
        add_columns(out, q);
    }
    text_addz(out, "</section>\n");
}

void quality_page(struct text *out, const struct quality *quality, const struct told *told,
                  const char *title, enum lang lang) {
    static const enum told_section order[] = {TOLD_COUNT,      TOLD_CHANGES, TOLD_CHARTS,
                                              TOLD_CAPABILITY, TOLD_CAUSES,  TOLD_COMMON,
                                              TOLD_NEXT,       TOLD_DOUBT,   TOLD_READ};
    markup_begin(out, lang, W_QUALITY_KIND, title);
    markup_tag(out, "p", "kind", W_QUALITY_KIND);
    text_addz(out, "<h1>");
    text_add_html(out, title);
    text_addz(out, "</h1>\n");
    add_lead(out, quality, told);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        add_section(out, quality, told, order[i]);
    }
    markup_end(out);
}
