#include "study/replay/replay_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/replay/replay_sums.h"
#include "study/report/markup.h"
#include "study/words/numerals.h"

// From the answer down to the detail: sentences, figures of the first policy, charts with a line a policy, tables. Policies keep
// their color throughout; the first is the one that others are measured against.

enum { HALF = 480, HEIGHT = 262, TENANT_ROWS = 200, KEY_COLUMNS = 16, LINE_POINTS = 200 };

static const char *const line_class[REPLAY_MAX_POLICIES] = {"p1", "p2", "p3", "p4"};
static const char *const fill_class[REPLAY_MAX_POLICIES] = {"f1", "f2", "f3", "f4"};

// ---- charts

// A swatch and the name of each policy, above the plot from the right.
static void add_keys(struct chart *chart, const struct replay_study *study) {
    struct text name;
    text_init(&name, 1 << 12);
    double x = chart->right;
    for (uint32_t p = study->n_policy; p-- > 0;) {
        text_clear(&name);
        chart_shorten(&name, study->policy[p].name, KEY_COLUMNS);
        x -= 30 + 6.6 * (double)table_width(name.bytes ? name.bytes : "");
        chart_rect(chart, x, chart->top - 27, 11, 11, fill_class[p]);
        chart_text(chart, x + 16, chart->top - 17, ANCHOR_START, "key",
                   name.bytes ? name.bytes : "");
    }
    text_fini(&name);
}

// How many stretches are put together, so that LINE_POINTS are drawn at most.
static uint32_t points_together(const struct replay *replay) {
    return (replay->n_point + LINE_POINTS - 1) / LINE_POINTS;
}

// GPUs that nobody can have, under the first policy: where GPUs are drawn from the top down, where jobs are as bands, the darker the
// more of them.
static void draw_out(struct chart *chart, const struct replay_study *study, bool is_busy) {
    const struct replay *const replay = &study->policy[0].replay;
    const double all = (double)study->cluster.n_gpu_all;
    const uint32_t per = points_together(replay);
    for (uint32_t i = 0; i < replay->n_point; i += per) {
        const uint32_t end = i + per < replay->n_point ? i + per : replay->n_point;
        double sum = 0;
        for (uint32_t k = i; k < end; k++) {
            sum += replay->out_at[k];
        }
        if (sum > 0) {
            const double mean = sum / (end - i);
            const double x = chart_x(chart, i * replay->point_hours);
            const double top = is_busy ? chart_y(chart, all) : chart->top;
            text_addf(chart->out,
                      "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                      "class=\"out\" fill-opacity=\"%.2f\"/>\n",
                      x, top, chart_x(chart, end * replay->point_hours) - x + 0.4,
                      (is_busy ? chart_y(chart, all - mean) : chart->bottom) - top,
                      is_busy ? 1 : fmin(1, 0.1 + mean / fmax(1, all)));
        }
    }
    chart_word(chart, chart->left, chart->bottom + 33, ANCHOR_START, "name", W_REPLAY_CHART_OUT,
               NULL);
}

// A curve of means over equal stretches, put together to LINE_POINTS at most.
static void draw_curve(struct chart *chart, const struct replay *replay, const double *value,
                       const char *class_) {
    const uint32_t per = points_together(replay);
    text_addf(chart->out, "<path class=\"%s\" d=\"", class_);
    for (uint32_t i = 0; i < replay->n_point; i += per) {
        const uint32_t end = i + per < replay->n_point ? i + per : replay->n_point;
        double sum = 0;
        for (uint32_t k = i; k < end; k++) {
            sum += value[k];
        }
        text_addf(chart->out, "%c%.1f %.1f", i == 0 ? 'M' : 'L',
                  chart_x(chart, (i + end) * 0.5 * replay->point_hours),
                  chart_y(chart, sum / (end - i)));
    }
    text_addz(chart->out, "\"/>\n");
}

static const double *series_of(const struct replay *replay, bool is_busy) {
    return is_busy ? replay->used_at : replay->waiting_at;
}

static void chart_series(struct text *out, const struct replay_study *study, bool is_busy) {
    struct chart chart;
    double hours = 1;
    double most = 1;
    for (uint32_t p = 0; p < study->n_policy; p++) {
        const struct replay *const replay = &study->policy[p].replay;
        hours = fmax(hours, replay->hours);
        most = is_busy && study->has_outages ? fmax(most, (double)study->cluster.n_gpu_all) : most;
        for (uint32_t i = 0; i < replay->n_point; i++) {
            most = fmax(most, series_of(replay, is_busy)[i]);
        }
    }
    chart_begin(&chart, out, HALF, HEIGHT, is_busy ? W_REPLAY_CHART_BUSY : W_REPLAY_CHART_WAITING,
                N_WORD);
    chart_plot(&chart, 52, 44, 8, 40);
    chart_range(&chart, 0, hours, 0, most * 1.05);
    chart_axis_y(&chart, 5, N_WORD);
    const bool is_long = hours > 72;
    if (study->has_outages) {
        draw_out(&chart, study, is_busy);
    }
    for (uint32_t p = 0; p < study->n_policy; p++) {
        draw_curve(&chart, &study->policy[p].replay, series_of(&study->policy[p].replay, is_busy),
                   line_class[p]);
    }
    chart_range(&chart, 0, is_long ? hours / 24 : hours, 0, most * 1.05);
    chart_axis_x(&chart, 7, is_long ? W_REPLAY_DAYS : W_REPLAY_HOURS);
    add_keys(&chart, study);
    chart_end(&chart);
}

#define SHORTEST -2.0 // of waits that are told apart: 36 s, as a power of ten of hours

// Of n rising waits, the share that is longer than each moment of the axis.
static void draw_waits(struct chart *chart, const double *hours, uint32_t n, const char *class_) {
    uint32_t at = 0;
    text_addf(chart->out, "<path class=\"%s\" d=\"", class_);
    for (uint32_t i = 0; i <= LINE_POINTS; i++) {
        const double x = SHORTEST + i * (chart->x_high - SHORTEST) / LINE_POINTS;
        while (at < n && hours[at] <= pow(10, x)) {
            at++;
        }
        text_addf(chart->out, "%c%.1f %.1f", i == 0 ? 'M' : 'L', chart_x(chart, x),
                  chart_y(chart, 100.0 * (n - at) / n));
    }
    text_addz(chart->out, "\"/>\n");
}

static uint32_t sort_waits(const struct replay *replay, double *hours) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < replay->n_wait; i++) {
        if (replay->wait_us[i] != TRACE_NEVER) {
            hours[n++] = (double)replay->wait_us[i] / REPLAY_HOUR_US;
        }
    }
    qsort(hours, n, sizeof *hours, replay_by_value);
    return n;
}

// Percent of n rising waits that are longer than the shortest one drawn.
static double share_drawn(const double *hours, uint32_t n) {
    uint32_t at = 0;
    while (at < n && hours[at] <= pow(10, SHORTEST)) {
        at++;
    }
    return n > 0 ? 100.0 * (n - at) / n : 0;
}

static void decades(struct chart *chart) {
    for (int d = (int)SHORTEST; d <= (int)chart->x_high; d++) {
        const double x = chart_x(chart, d);
        chart_line(chart, x, chart->bottom, x, chart->bottom + 4, "axis");
        chart_text(chart, x, chart->bottom + 17, ANCHOR_MIDDLE, "tick",
                   numeral(pow(10, d), d < 0 ? -d : 0).text);
    }
    chart_line(chart, chart->left, chart->bottom, chart->right, chart->bottom, "axis");
    chart_word(chart, chart->right, chart->bottom + 33, ANCHOR_END, "name", W_REPLAY_CHART_WAITS_X,
               NULL);
}

static void chart_waits(struct text *out, const struct replay_study *study) {
    struct chart chart;
    double share = 1;
    double most = 10;
    double *const hours = alloc_new((size_t)study->trace.n + 1, sizeof *hours);
    if (!hours) {
        out->status = MARU_E_MEMORY;
        return;
    }
    for (uint32_t p = 0; p < study->n_policy; p++) {
        const uint32_t n = sort_waits(&study->policy[p].replay, hours);
        share = fmax(share, share_drawn(hours, n));
        most = fmax(most, study->policy[p].replay.waits.most);
    }
    chart_begin(&chart, out, HALF, HEIGHT, W_REPLAY_CHART_WAITS, N_WORD);
    chart_plot(&chart, 52, 44, 22, 40);
    chart_range(&chart, SHORTEST, ceil(log10(most)), 0, fmin(share * 1.05, 100));
    chart_axis_y(&chart, 5, W_REPLAY_PERCENT);
    decades(&chart);
    for (uint32_t p = 0; p < study->n_policy; p++) {
        const uint32_t n = sort_waits(&study->policy[p].replay, hours);
        draw_waits(&chart, hours, n > 0 ? n : 1, line_class[p]);
    }
    add_keys(&chart, study);
    chart_end(&chart);
    alloc_free(hours);
}

static void size_name(struct chart *chart, double x, uint32_t size) {
    if (size == 0) {
        chart_word(chart, x, chart->bottom + 17, ANCHOR_MIDDLE, "tick", W_REPLAY_SIZE_CPU, NULL);
    } else {
        chart_text(chart, x, chart->bottom + 17, ANCHOR_MIDDLE, "tick", replay_size_names[size]);
    }
}

static void chart_sizes(struct text *out, const struct replay_study *study) {
    struct chart chart;
    double most = 0;
    for (uint32_t p = 0; p < study->n_policy; p++) {
        for (uint32_t s = 0; s < REPLAY_SIZES; s++) {
            most = fmax(most, study->policy[p].replay.by_size[s].mean);
        }
    }
    chart_begin(&chart, out, HALF, HEIGHT, W_REPLAY_CHART_SIZES, N_WORD);
    chart_plot(&chart, 52, 44, 8, 40);
    chart_range(&chart, 0, REPLAY_SIZES, 0, most > 0 ? most * 1.05 : 1);
    chart_axis_y(&chart, 5, W_REPLAY_HOURS);
    const double width = (chart.right - chart.left) / REPLAY_SIZES * 0.8 / study->n_policy;
    for (uint32_t s = 0; s < REPLAY_SIZES; s++) {
        for (uint32_t p = 0; p < study->n_policy; p++) {
            const double top = chart_y(&chart, study->policy[p].replay.by_size[s].mean);
            chart_rect(&chart, chart_x(&chart, s + 0.1) + p * width, top, width * 0.92,
                       chart.bottom - top, fill_class[p]);
        }
        size_name(&chart, chart_x(&chart, s + 0.5), s);
    }
    chart_line(&chart, chart.left, chart.bottom, chart.right, chart.bottom, "axis");
    chart_word(&chart, chart.right, chart.bottom + 33, ANCHOR_END, "name", W_REPLAY_SIZE, NULL);
    add_keys(&chart, study);
    chart_end(&chart);
}

enum { FOREST = 760, PITCH = 30 };

static void draw_difference(struct chart *chart, const struct replay_case *it, double y) {
    const struct replay_difference *const d = &it->difference;
    const char *const verdict = d->high < 0 ? "good" : d->low > 0 ? "bad" : "none";
    struct text name;
    char text[256];
    text_init(&name, 1 << 12);
    chart_shorten(&name, it->name, 20);
    chart_text(chart, 0, y + 4, ANCHOR_START, "strong", name.bytes ? name.bytes : "");
    text_fini(&name);
    text_addf(chart->out,
              "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"whisker %s\"/>\n",
              chart_x(chart, d->low), y, chart_x(chart, d->high), y, verdict);
    text_addf(chart->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" class=\"%s\"/>\n",
              chart_x(chart, d->mean), y, verdict);
    snprintf(text, sizeof text, "%s (%s ~ %s)", numeral_signed(d->mean, 2).text,
             numeral_signed(d->low, 2).text, numeral_signed(d->high, 2).text);
    chart_text(chart, FOREST, y + 4, ANCHOR_END, verdict, text);
}

// Each policy against the first, on one axis of hours around 0.
static void chart_differences(struct text *out, const struct replay_study *study) {
    struct chart chart;
    double half = 0;
    for (uint32_t p = 1; p < study->n_policy; p++) {
        const struct replay_difference *const d = &study->policy[p].difference;
        half = fmax(half, fmax(fabs(d->low), fabs(d->high)));
    }
    half = half > 0 ? half * 1.08 : 1;
    text_addz(out, "<figure class=\"forest\">\n");
    markup_tag(out, "h2", "", W_REPLAY_DIFFERENCES);
    markup_tag(out, "p", "note", W_REPLAY_DIFFERENCES_NOTE);
    chart_open(&chart, out, FOREST, (study->n_policy - 1) * PITCH + 50, W_REPLAY_DIFFERENCES);
    chart_plot(&chart, 150, 10, 210, 40);
    chart_range(&chart, -half, half, 0, 1);
    const struct ticks ticks = ticks_of(-half, half, 5);
    for (size_t i = 0; i < ticks.n; i++) {
        const double x = chart_x(&chart, ticks.at[i]);
        chart_line(&chart, x, chart.top, x, chart.bottom,
                   fabs(ticks.at[i]) < 1e-9 ? "zero" : "grid");
        chart_text(&chart, x, chart.bottom + 16, ANCHOR_MIDDLE, "tick",
                   numeral_signed(ticks.at[i], ticks.decimals).text);
    }
    for (uint32_t p = 1; p < study->n_policy; p++) {
        draw_difference(&chart, &study->policy[p], chart.top + (p - 0.5) * PITCH);
    }
    chart_end(&chart);
}

// ---- words and figures

// What answers the question leads; what it was asked of, and what goes with an answer, is smaller.
static void say(void *context, enum word id, const char *const *arguments) {
    const bool is_lead = id == W_REPLAY_ALONE || id == W_REPLAY_SHORTER || id == W_REPLAY_LONGER ||
                         id == W_REPLAY_UNSURE || id == W_REPLAY_SAME;
    text_addz(context, is_lead ? "<p class=\"lead\">" : "<p class=\"note\">");
    markup_words(context, id, arguments);
    text_addz(context, "</p>\n");
}

// Whose the large and the small figures are.
static void add_kpi_note(struct text *out, const struct replay_study *study) {
    struct text names;
    text_init(&names, 1 << 12);
    for (uint32_t p = 1; p < study->n_policy; p++) {
        text_addf(&names, "%s%s", p > 1 ? " · " : "", study->policy[p].name);
    }
    if (study->n_policy > 1) {
        text_addz(out, "<p class=\"note\">");
        markup_words(out, W_REPLAY_KPI_NOTE,
                     (const char *const[]){study->policy[0].name, names.bytes, NULL});
        text_addz(out, "</p>\n");
    }
    text_fini(&names);
}

static void add_kpis(struct text *out, const struct replay_study *study) {
    struct replay_column column;
    text_addz(out, "<dl class=\"kpis\">\n");
    for (uint32_t c = 0; replay_column(study, c, &column); c++) {
        if (column.title == W_REPLAY_P50 || column.title == W_REPLAY_P99 ||
            column.title == W_REPLAY_BACKFILLED) {
            continue;
        }
        text_addz(out, "<div class=\"kpi\"><dt>");
        markup_word(out, column.title);
        text_addf(out, "</dt><dd>%s<span class=\"doubt\">",
                  replay_cell(&column, &study->policy[0].replay).text);
        for (uint32_t p = 1; p < study->n_policy; p++) {
            text_addf(out, "%s%s", p > 1 ? " · " : "",
                      replay_cell(&column, &study->policy[p].replay).text);
        }
        text_addz(out, "&nbsp;</span></dd></div>\n");
    }
    text_addz(out, "</dl>\n");
    add_kpi_note(out, study);
}

static void begin_table(struct text *out, enum word title) {
    text_addz(out, "<section>\n");
    markup_tag(out, "h2", "", title);
    text_addz(out, "<div class=\"scroll\"><table class=\"fold\">\n<thead><tr>");
}

static void add_head(struct text *out, enum word id) {
    text_addz(out, "<th>");
    markup_word(out, id);
    text_addz(out, "</th>");
}

static void end_table(struct text *out) { text_addz(out, "</tbody></table></div>\n</section>\n"); }

static void add_policies(struct text *out, const struct replay_study *study) {
    struct replay_column column;
    begin_table(out, W_REPLAY_ALL);
    add_head(out, W_REPLAY_POLICY);
    for (uint32_t c = 0; replay_column(study, c, &column); c++) {
        add_head(out, column.title);
    }
    text_addz(out, "</tr></thead>\n<tbody>\n");
    for (uint32_t p = 0; p < study->n_policy; p++) {
        text_addz(out, "<tr><td>");
        text_add_html(out, study->policy[p].name);
        text_addz(out, "</td>");
        for (uint32_t c = 0; replay_column(study, c, &column); c++) {
            text_addf(out, "<td>%s</td>", replay_cell(&column, &study->policy[p].replay).text);
        }
        text_addz(out, "</tr>\n");
    }
    end_table(out);
}

static void see_rule(void *context, const char *key, const char *const *value) {
    struct text *const out = context;
    text_addz(out, "<tr><td>");
    text_add_html(out, key);
    text_addz(out, "</td>");
    for (uint32_t p = 0; p < REPLAY_MAX_POLICIES && value[p]; p++) {
        text_addz(out, "<td>");
        text_add_html(out, value[p]);
        text_addz(out, "</td>");
    }
    text_addz(out, "</tr>\n");
}

static void add_names(struct text *out, const struct replay_study *study) {
    for (uint32_t p = 0; p < study->n_policy; p++) {
        text_addz(out, "<th>");
        text_add_html(out, study->policy[p].name);
        text_addz(out, "</th>");
    }
    text_addz(out, "</tr></thead>\n<tbody>\n");
}

// The same, each with its four figures of waits.
static void add_wait_names(struct text *out, const struct replay_study *study) {
    static const enum word figures[] = {W_REPLAY_MEAN, W_REPLAY_P50, W_REPLAY_P95, W_REPLAY_P99};
    for (uint32_t p = 0; p < study->n_policy; p++) {
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
            text_addz(out, "<th>");
            text_add_html(out, i == 0 ? study->policy[p].name : "");
            text_addz(out, "<small>");
            markup_word(out, figures[i]);
            text_addz(out, "</small></th>");
        }
    }
    text_addz(out, "</tr></thead>\n<tbody>\n");
}

static void add_rules(struct text *out, const struct replay_study *study) {
    if (study->n_policy > 1) {
        begin_table(out, W_REPLAY_RULES);
        add_head(out, W_REPLAY_RULE);
        add_names(out, study);
        replay_each_rule(study, see_rule, out);
        end_table(out);
    }
}

static void add_waits(struct text *out, const struct replay_waits *waits) {
    const double figures[] = {waits->mean, waits->p50, waits->p95, waits->p99};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        text_addf(out, "<td>%s</td>", waits->n > 0 ? numeral(figures[i], 2).text : "-");
    }
}

static void add_sizes(struct text *out, const struct replay_study *study) {
    begin_table(out, W_REPLAY_BY_SIZE);
    add_head(out, W_REPLAY_SIZE);
    add_head(out, W_REPLAY_JOBS);
    add_wait_names(out, study);
    for (uint32_t s = 0; s < REPLAY_SIZES; s++) {
        const uint32_t n = study->policy[0].replay.by_size[s].n;
        if (n == 0) {
            continue;
        }
        text_addz(out, "<tr><td>");
        if (s == 0) {
            markup_word(out, W_REPLAY_SIZE_CPU);
        } else {
            text_add_html(out, replay_size_names[s]);
        }
        text_addf(out, "</td><td>%s</td>", numeral_count(n).text);
        for (uint32_t p = 0; p < study->n_policy; p++) {
            add_waits(out, &study->policy[p].replay.by_size[s]);
        }
        text_addz(out, "</tr>\n");
    }
    end_table(out);
}

static void add_tenant(struct text *out, const struct replay_study *study, uint32_t k) {
    const struct replay_account *const first = &study->policy[0].replay.by_account[k];
    text_addz(out, "<tr><td>");
    text_add_html(out, study->trace.account.name[k]);
    text_addf(out, "</td><td>%s</td>", numeral_count(first->waits.n).text);
    text_addf(out, "<td>%s</td>", numeral(first->gpu_hours, 0).text);
    text_addf(out, "<td>%s</td>", numeral_percent(first->share, 1).text);
    for (uint32_t p = 0; p < study->n_policy; p++) {
        add_waits(out, &study->policy[p].replay.by_account[k].waits);
    }
    text_addz(out, "</tr>\n");
}

static void add_tenants(struct text *out, const struct replay_study *study) {
    uint32_t *const order = alloc_new((size_t)study->trace.account.n + 1, sizeof *order);
    if (!order) {
        out->status = MARU_E_MEMORY;
        return;
    }
    replay_order_accounts(study, order);
    begin_table(out, W_REPLAY_BY_TENANT);
    add_head(out, W_REPLAY_TENANT);
    add_head(out, W_REPLAY_JOBS);
    add_head(out, W_REPLAY_GPU_HOURS);
    add_head(out, W_REPLAY_DOMINANT);
    add_wait_names(out, study);
    for (uint32_t i = 0; i < study->trace.account.n && i < TENANT_ROWS; i++) {
        add_tenant(out, study, order[i]);
    }
    end_table(out);
    alloc_free(order);
}

static void add_terms(struct text *out, const struct replay_study *study) {
    static const enum word terms[] = {
        W_REPLAY_TERM_WAIT,   W_REPLAY_TERM_LIMIT,  W_REPLAY_TERM_FREE,  W_REPLAY_TERM_JAIN,
        W_REPLAY_TERM_ENERGY, W_REPLAY_TERM_OUTAGE, W_REPLAY_TERM_PEOPLE};
    text_addz(out, "<div class=\"terms\"><ul>\n");
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        if (terms[i] != W_REPLAY_TERM_OUTAGE || study->has_outages) {
            markup_tag(out, "li", "", terms[i]);
        }
    }
    text_addz(out, "</ul></div>\n<footer>");
    markup_word(out, W_REPLAY_FOOT);
    text_addz(out, "</footer>\n");
}

maru_status replay_add_report(struct text *out, const struct replay_study *study, enum lang lang,
                              maru_error *err) {
    markup_begin(out, lang, W_REPLAY_TITLE, study->title);
    markup_tag(out, "p", "kind", W_REPLAY_TITLE);
    text_addz(out, "<h1>");
    text_add_html(out, study->title);
    text_addz(out, "</h1>\n");
    replay_lead(study, say, out);
    add_kpis(out, study);
    if (study->n_policy > 1) {
        text_addz(out, "<div class=\"charts\">\n<div class=\"wide\">");
        chart_differences(out, study);
        text_addz(out, "</div>\n<div>");
    } else {
        text_addz(out, "<div class=\"charts\">\n<div>");
    }
    chart_series(out, study, false);
    text_addz(out, "</div>\n<div>");
    chart_waits(out, study);
    text_addz(out, "</div>\n<div>");
    chart_series(out, study, true);
    text_addz(out, "</div>\n<div>");
    chart_sizes(out, study);
    text_addz(out, "</div>\n</div>\n");
    add_policies(out, study);
    add_rules(out, study);
    add_sizes(out, study);
    add_tenants(out, study);
    add_terms(out, study);
    markup_end(out);
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "no memory for the report");
}
