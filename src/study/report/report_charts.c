#include "study/report/report_charts.h"

#include "base/alloc.h"
#include "study/report/markup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Series of many replications are drawn as their mean with a band from the lowest to the highest;
// the heat map shows the mean. Points are put together where there are more of them than the eye
// can part.

enum {
    HALF = 480, // width of a chart
    PANEL_WIDTH = 256,
    PANEL_HEIGHT = 158,
    LINE_POINTS = 200,
    FLOW_POINTS = 60,
    HEAT_COLUMNS = 75,
    HEAT_LEVELS = 9
};
enum { TOOL_ROWS = 20, HEAT_ROWS = 20, PANELS = 12, BINS = 44, NAME_COLUMNS = 18 };

static double day_of(maru_time us) { return (double)us / (double)MARU_DAY; }

// ---- series ----

struct band { // one series over all replications, in n steps of time
    size_t n;
    double from_day, step_days;
    double *mean, *low, *high; // (n)
};

typedef const double *(*series_of)(const maru_results *results);
static const double *wip_of(const maru_results *results) { return results->wip; }
static const double *released_of(const maru_results *results) { return results->released; }
static const double *done_of(const maru_results *results) { return results->done; }

static void band_fini(struct band *band) {
    alloc_free(band->mean);
    alloc_free(band->low);
    alloc_free(band->high);
}

// The last interval is left out where it is shorter than the others: its sums say nothing.
static size_t whole_points(const maru_results *results) {
    const maru_time length = results->to_us - results->from_us;
    const size_t n = results->point_us > 0 ? (size_t)(length / results->point_us) : 0;
    return n < results->n_point ? (n > 0 ? n : results->n_point) : results->n_point;
}

static void add_series(struct band *band, const double *series, size_t per_step, size_t n_before) {
    for (size_t i = 0; i < band->n; i++) {
        double sum = 0;
        for (size_t k = 0; k < per_step; k++) {
            sum += series[i * per_step + k];
        }
        const double value = sum / (double)per_step;
        band->mean[i] += (value - band->mean[i]) / (double)(n_before + 1);
        band->low[i] = n_before == 0 || value < band->low[i] ? value : band->low[i];
        band->high[i] = n_before == 0 || value > band->high[i] ? value : band->high[i];
    }
}

static bool band_make(struct band *band, const struct study *study, series_of of, size_t most) {
    const maru_results *first = runs_first(study->run, study->n_run);
    const size_t n_point = whole_points(first),
                 per_step = n_point > most ? (n_point + most - 1) / most : 1;
    *band = (struct band){.n = n_point / per_step,
                          .from_day = day_of(first->from_us),
                          .step_days = day_of(first->point_us) * (double)per_step};
    band->mean = alloc_new(band->n, sizeof *band->mean);
    band->low = alloc_new(band->n, sizeof *band->low);
    band->high = alloc_new(band->n, sizeof *band->high);
    if (!band->mean || !band->low || !band->high) {
        band_fini(band);
        return false;
    }
    size_t n_run = 0;
    for (size_t i = 0; i < study->n_run; i++) {
        const maru_results *results = study->run[i].results;
        if (results && whole_points(results) >= band->n * per_step &&
            results->point_us == first->point_us) {
            add_series(band, of(results), per_step, n_run++);
        }
    }
    return true;
}

static double lowest(const double *values, size_t n) {
    double out = INFINITY;
    for (size_t i = 0; i < n; i++) {
        out = fmin(out, values[i]);
    }
    return out;
}

static double highest(const double *values, size_t n) {
    double out = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        out = fmax(out, values[i]);
    }
    return out;
}

// A range with air around it, from 0 where that is not far; small noise is not blown up to fill the
// chart.
static void fit_range(double *low, double *high) {
    const double middle = (*low + *high) / 2;
    const double spread = fmax(*high - *low, 0.3 * fabs(middle));
    *low = fmin(*low, middle - spread / 2) - 0.1 * spread;
    *high = fmax(*high, middle + spread / 2) + 0.12 * spread;
    if (*low < 0.45 * *high) {
        *low = 0;
    }
}

static double middle_of(const struct band *band, size_t i) {
    return band->from_day + ((double)i + 0.5) * band->step_days;
}

static void draw_line(struct chart *chart, const struct band *band, const double *values,
                      const char *class_) {
    text_addf(chart->out, "<path class=\"%s\" d=\"", class_);
    for (size_t i = 0; i < band->n; i++) {
        text_addf(chart->out, "%c%.1f %.1f", i == 0 ? 'M' : 'L', chart_x(chart, middle_of(band, i)),
                  chart_y(chart, values[i]));
    }
    text_addz(chart->out, "\"/>\n");
}

static void draw_band(struct chart *chart, const struct band *band) {
    text_addz(chart->out, "<path class=\"band\" d=\"");
    for (size_t i = 0; i < band->n; i++) {
        text_addf(chart->out, "%c%.1f %.1f", i == 0 ? 'M' : 'L', chart_x(chart, middle_of(band, i)),
                  chart_y(chart, band->high[i]));
    }
    for (size_t i = band->n; i-- > 0;) {
        text_addf(chart->out, "L%.1f %.1f", chart_x(chart, middle_of(band, i)),
                  chart_y(chart, band->low[i]));
    }
    text_addz(chart->out, "Z\"/>\n");
}

static double end_day(const struct band *band) {
    return band->from_day + (double)band->n * band->step_days;
}

void report_chart_wip(struct text *out, const struct study *study) {
    struct band band;
    if (!band_make(&band, study, wip_of, LINE_POINTS)) {
        out->status = MARU_E_MEMORY;
        return;
    }
    if (band.n > 0) {
        struct chart chart;
        double low = lowest(band.low, band.n), high = highest(band.high, band.n);
        fit_range(&low, &high);
        chart_begin(&chart, out, HALF, 262, W_CHART_WIP, N_WORD);
        chart_plot(&chart, 46, 44, 8, 40);
        chart_range(&chart, band.from_day, end_day(&band), low, high);
        chart_axis_y(&chart, 5, W_CHART_WIP_Y);
        if (study->n_run > 1) {
            draw_band(&chart, &band);
            const double x = chart_key(&chart, 180, 30, "swatch", W_LEGEND_MEAN);
            chart_key(&chart, x, 30, "band", W_LEGEND_RANGE);
        }
        draw_line(&chart, &band, band.mean, "line");
        chart_axis_x(&chart, 7, W_CHART_DAY);
        chart_end(&chart);
    }
    band_fini(&band);
}

static void scale(struct band *band, double factor) {
    for (size_t i = 0; i < band->n; i++) {
        band->mean[i] *= factor;
    }
}

void report_chart_flow(struct text *out, const struct study *study) {
    struct band in = {0}, done = {0};
    if (!band_make(&in, study, released_of, FLOW_POINTS) ||
        !band_make(&done, study, done_of, FLOW_POINTS)) {
        out->status = MARU_E_MEMORY;
    } else if (in.n > 0) {
        struct chart chart;
        const double per_day = 1 / day_of(runs_first(study->run, study->n_run)->point_us);
        scale(&in, per_day);
        scale(&done, per_day);
        double low = fmin(lowest(in.mean, in.n), lowest(done.mean, done.n));
        double high = fmax(highest(in.mean, in.n), highest(done.mean, done.n));
        fit_range(&low, &high);
        chart_begin(&chart, out, HALF, 262, W_CHART_FLOW, N_WORD);
        chart_plot(&chart, 46, 44, 8, 40);
        chart_range(&chart, in.from_day, end_day(&in), low, high);
        chart_axis_y(&chart, 5, W_CHART_FLOW_Y);
        draw_line(&chart, &in, in.mean, "line2");
        draw_line(&chart, &done, done.mean, "line");
        const double x = chart_key(&chart, 300, 30, "swatch2", W_LEGEND_IN);
        chart_key(&chart, x, 30, "swatch", W_LEGEND_OUT);
        chart_axis_x(&chart, 7, W_CHART_DAY);
        chart_end(&chart);
    }
    band_fini(&in);
    band_fini(&done);
}

// ---- histograms ----

static double count_in_bin(const struct study *study, uint32_t class_, uint32_t bin) {
    double sum = 0;
    for (size_t i = 0; i < study->n_run; i++) {
        const maru_results *results = study->run[i].results;
        sum += results && class_ < results->n_class && bin < results->n_flow_bin
                   ? results->class_[class_].flow_histogram[bin]
                   : 0;
    }
    return sum;
}

// The smallest share of bins that holds all but a few lots: [low, high) in bins.
static void find_bins(const struct study *study, const maru_results *first, const uint32_t *shown,
                      size_t n_shown, uint32_t *low, uint32_t *high) {
    *low = first->n_flow_bin;
    *high = 0;
    for (size_t k = 0; k < n_shown; k++) {
        double total = 0, seen = 0;
        for (uint32_t bin = 0; bin < first->n_flow_bin; bin++) {
            total += count_in_bin(study, shown[k], bin);
        }
        for (uint32_t bin = 0; bin < first->n_flow_bin && total > 0; bin++) {
            const double n = count_in_bin(study, shown[k], bin);
            const bool is_inside = n > 0 && seen < 0.997 * total;
            *low = is_inside && bin < *low ? bin : *low;
            *high = is_inside && bin + 1 > *high ? bin + 1 : *high;
            seen += n;
        }
    }
}

static void draw_panel(struct chart *chart, const struct study *study, const maru_results *first,
                       uint32_t class_, uint32_t low, uint32_t high) {
    const uint32_t per_bar = (high - low + BINS - 1) / BINS,
                   n_bar = (high - low + per_bar - 1) / per_bar;
    double bar[BINS] = {0}, most = 0, total = 0;
    for (uint32_t bin = low; bin < high; bin++) {
        bar[(bin - low) / per_bar] += count_in_bin(study, class_, bin);
    }
    for (uint32_t i = 0; i < n_bar; i++) {
        most = fmax(most, bar[i]);
        total += bar[i];
    }
    const double width = first->flow_bin_width;
    chart_range(chart, low * width, (low + n_bar * per_bar) * width, 0, most > 0 ? most * 1.22 : 1);
    const double step = (chart->right - chart->left) / n_bar;
    for (uint32_t i = 0; i < n_bar; i++) {
        const double y = chart_y(chart, bar[i]);
        if (bar[i] > 0) {
            chart_rect(chart, chart->left + i * step + 0.5, y, step - 1, chart->bottom - y, "bar");
        }
    }
    struct text name, short_name;
    text_init(&name, 1 << 12);
    text_init(&short_name, 1 << 12);
    for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
        text_clear(&name);
        text_clear(&short_name);
        study_add_class(&name, study, first, class_, lang);
        chart_shorten(&short_name, name.bytes ? name.bytes : "", 30);
        text_addf(chart->out, "<text x=\"%.1f\" y=\"%.1f\" class=\"strong\" lang=\"%s\">",
                  chart->left, chart->top - 9, lang == LANG_KO ? "ko" : "en");
        text_add_html(chart->out, short_name.bytes ? short_name.bytes : "");
        text_addz(chart->out, "</text>\n");
    }
    text_fini(&name);
    text_fini(&short_name);
    chart_word(chart, chart->right, chart->top - 9, ANCHOR_END, "small", W_N_LOTS,
               (const char *const[]){numeral(total, 0).text, NULL});
    const double median =
        runs_interval(study->run, study->n_run, &class_columns[CLASS_FLOW], class_).mean;
    if (isfinite(median) && median >= chart->x_low && median <= chart->x_high) {
        const double x = chart_x(chart, median);
        const bool is_left = x > chart->right - 40;
        chart_line(chart, x, chart->top, x, chart->bottom, "median");
        chart_text(chart, x + (is_left ? -5 : 5), chart->top + 10,
                   is_left ? ANCHOR_END : ANCHOR_START, "small", numeral(median, 2).text);
    }
    chart_axis_x(chart, 4, W_CHART_HISTOGRAM_X);
}

// The classes with lots, products first; only those over all products where there are too many.
static size_t choose_classes(const struct study *study, const maru_results *first,
                             uint32_t *shown) {
    for (int only_all = 0; only_all < 2; only_all++) {
        size_t n = 0;
        for (uint32_t i = 0; i < first->n_class; i++) {
            const bool is_all = first->class_[i].product == MARU_NONE;
            const bool has_lots =
                runs_interval(study->run, study->n_run, &class_columns[CLASS_MEASURED], i).mean > 0;
            if (has_lots && is_all == (only_all == 1) && n <= PANELS) {
                if (n < PANELS) {
                    shown[n] = i;
                }
                n++;
            }
        }
        if (n <= PANELS) {
            return n;
        }
    }
    return PANELS;
}

void report_chart_histograms(struct text *out, const struct study *study) {
    const maru_results *first = runs_first(study->run, study->n_run);
    uint32_t shown[PANELS], low = 0, high = 0;
    const size_t n = choose_classes(study, first, shown);
    find_bins(study, first, shown, n, &low, &high);
    if (n == 0 || high <= low) {
        text_addz(out, "<figure>");
        markup_tag(out, "h2", "", W_CHART_HISTOGRAM);
        markup_tag(out, "p", "note", W_NO_LOTS_MEASURED);
        text_addz(out, "</figure>\n");
        return;
    }
    text_addz(out, "<figure>\n");
    markup_tag(out, "h2", "", W_CHART_HISTOGRAM);
    markup_tag(out, "p", "note", W_CHART_HISTOGRAM_NOTE);
    text_addz(out, "<div class=\"panels\">\n");
    for (size_t i = 0; i < n; i++) {
        struct chart chart;
        chart_open(&chart, out, PANEL_WIDTH, PANEL_HEIGHT, W_CHART_HISTOGRAM);
        chart_plot(&chart, 1, 26, 14, 36);
        draw_panel(&chart, study, first, shown[i], low, high);
        chart_close(&chart);
    }
    text_addz(out, "</div>\n</figure>\n");
}

// ---- tools ----

static const struct {
    size_t column;
    const char *class_;
} states[] = {{GROUP_PRODUCTIVE, "busy"},         {GROUP_SETUP, "setup"},
              {GROUP_ENGINEERING, "engineering"}, {GROUP_SCHEDULED, "planned"},
              {GROUP_UNSCHEDULED, "failed"},      {GROUP_STANDBY, "idle"}};
enum { N_STATE = sizeof states / sizeof states[0] };

static double share_of(const struct study *study, size_t column, uint32_t group) {
    return runs_interval(study->run, study->n_run, &group_columns[column], group).mean;
}

static void draw_name(struct chart *chart, double x, double y, const char *name, bool is_strong) {
    struct text short_name;
    text_init(&short_name, 1 << 12);
    chart_shorten(&short_name, name, NAME_COLUMNS);
    chart_text(chart, x, y, ANCHOR_END, is_strong ? "strong" : "",
               short_name.bytes ? short_name.bytes : "");
    text_fini(&short_name);
}

static void draw_states(struct chart *chart, const struct study *study, uint32_t group, double y) {
    double at = 0;
    for (size_t k = 0; k < N_STATE; k++) {
        const double share = share_of(study, states[k].column, group);
        const double x = chart_x(chart, at), right = chart_x(chart, at + share);
        if (right - x >= 0.1) {
            chart_rect(chart, x, y, right - x, 14, states[k].class_);
        }
        at += share;
    }
}

void report_chart_tools(struct text *out, const struct study *study) {
    const maru_results *first = runs_first(study->run, study->n_run);
    uint32_t *order = NULL;
    if (!study_order_groups(study, &order)) {
        out->status = MARU_E_MEMORY;
        return;
    }
    uint32_t n = 0;
    while (n < first->n_group && n < TOOL_ROWS && !first->group[order[n]].is_delay) {
        n++;
    }
    bool has_state[N_STATE] = {false};
    for (size_t k = 0; k < N_STATE; k++) {
        for (uint32_t i = 0; i < n; i++) {
            has_state[k] = has_state[k] || share_of(study, states[k].column, order[i]) > 5e-4;
        }
    }
    struct chart chart;
    const double pitch = 21;
    chart_begin(&chart, out, HALF, 34 + n * pitch + 26, W_CHART_TOOLS, W_CHART_TOOLS_NOTE);
    chart_plot(&chart, 126, 34, 50, 26);
    chart_range(&chart, 0, 1, 0, 1);
    double x = 0;
    for (size_t k = 0; k < N_STATE; k++) {
        x = has_state[k]
                ? chart_key(&chart, x, 18, states[k].class_, group_columns[states[k].column].name)
                : x;
    }
    for (uint32_t i = 0; i < n; i++) {
        const double y = chart.top + i * pitch + 3;
        const bool is_bottleneck = order[i] == first->bottleneck;
        draw_name(&chart, chart.left - 8, y + 11.5, first->group[order[i]].name, is_bottleneck);
        draw_states(&chart, study, order[i], y);
        chart_text(&chart, HALF, y + 11.5, ANCHOR_END, is_bottleneck ? "strong" : "",
                   numeral_percent(share_of(study, GROUP_UTILIZATION, order[i]), 1).text);
    }
    for (int percent = 0; percent <= 100; percent += 25) {
        const double tick = chart_x(&chart, percent / 100.0);
        chart_line(&chart, tick, chart.bottom + 1, tick, chart.bottom + 5, "axis");
        chart_text(&chart, tick, chart.bottom + 18, ANCHOR_MIDDLE, "tick",
                   numeral_percent(percent / 100.0, 0).text);
    }
    chart_end(&chart);
    alloc_free(order);
}

// ---- queues ----

struct heat {
    size_t n_column, per_column; // points in a column
    uint32_t row[HEAT_ROWS];     // groups
    uint32_t n_row;
    double most; // lots
};

static double heat_at(const struct study *study, const struct heat *heat, uint32_t group,
                      size_t column) {
    double sum = 0, n = 0;
    for (size_t i = 0; i < study->n_run; i++) {
        const maru_results *results = study->run[i].results;
        for (size_t k = 0; results && k < heat->per_column; k++) {
            const size_t point = column * heat->per_column + k;
            if (point < results->n_point) {
                sum += results->queue_length[(size_t)group * results->n_point + point];
                n++;
            }
        }
    }
    return n > 0 ? sum / n : 0;
}

// The rows with the longest queues, longest first; delays are no queues.
static void choose_rows(const struct study *study, const maru_results *first, struct heat *heat) {
    while (heat->n_row < HEAT_ROWS) {
        uint32_t best = MARU_NONE;
        double most = 0.005;
        for (uint32_t i = 0; i < first->n_group; i++) {
            bool is_taken = first->group[i].is_delay;
            for (uint32_t k = 0; k < heat->n_row; k++) {
                is_taken = is_taken || heat->row[k] == i;
            }
            const double queue = is_taken ? 0 : share_of(study, GROUP_QUEUE, i);
            best = queue > most ? i : best;
            most = queue > most ? queue : most;
        }
        if (best == MARU_NONE) {
            return;
        }
        heat->row[heat->n_row++] = best;
    }
}

// Levels grow with the root of the queue, so that short queues can be told apart too.
static int level_of(const struct heat *heat, double lots) {
    const int level = heat->most > 0 ? (int)(sqrt(lots / heat->most) * HEAT_LEVELS + 0.5) : 0;
    return level < HEAT_LEVELS ? level : HEAT_LEVELS;
}

static void draw_heat_cell(struct chart *chart, double x, double right, double y, double height,
                           int level) {
    if (level > 0) {
        text_addf(chart->out,
                  "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"heat\" "
                  "opacity=\"%.2f\"/>",
                  x, y, right - x, height, (double)level / HEAT_LEVELS);
    }
}

static void draw_heat_row(struct chart *chart, const struct study *study, const struct heat *heat,
                          uint32_t group, double y, double height) {
    const double step = (chart->right - chart->left) / (double)heat->n_column;
    chart_rect(chart, chart->left, y, chart->right - chart->left, height, "heat-ground");
    // Neighbours of the same level are one rectangle.
    int level = -1;
    size_t begin = 0;
    for (size_t i = 0; i <= heat->n_column; i++) {
        const int here = i < heat->n_column ? level_of(heat, heat_at(study, heat, group, i)) : -2;
        if (here != level) {
            draw_heat_cell(chart, chart->left + (double)begin * step,
                           chart->left + (double)i * step, y, height, level);
            level = here;
            begin = i;
        }
    }
    text_addz(chart->out, "\n");
}

static void draw_heat_key(struct chart *chart, const struct heat *heat) {
    const double width = 22;
    double x = chart->left;
    for (int level = 0; level <= HEAT_LEVELS; level += 3) {
        const double lots = heat->most * level * level / (HEAT_LEVELS * HEAT_LEVELS);
        chart_rect(chart, x, 8, width, 11, "heat-ground");
        draw_heat_cell(chart, x, x + width, 8, 11, level);
        chart_text(chart, x + width + 5, 18, ANCHOR_START, "small",
                   numeral(lots, lots < 9.95 ? 1 : 0).text);
        x += width + 40;
    }
    chart_word(chart, x, 18, ANCHOR_START, "small", W_UNIT_LOTS, NULL);
}

void report_chart_queues(struct text *out, const struct study *study) {
    const maru_results *first = runs_first(study->run, study->n_run);
    struct heat heat = {.per_column = (first->n_point + HEAT_COLUMNS - 1) / HEAT_COLUMNS};
    heat.per_column = heat.per_column > 0 ? heat.per_column : 1;
    heat.n_column = (first->n_point + heat.per_column - 1) / heat.per_column;
    choose_rows(study, first, &heat);
    if (heat.n_row == 0 || heat.n_column == 0) {
        text_addz(out, "<figure>");
        markup_tag(out, "h2", "", W_CHART_QUEUES);
        markup_tag(out, "p", "note", W_CHART_NO_QUEUES);
        text_addz(out, "</figure>\n");
        return;
    }
    for (uint32_t i = 0; i < heat.n_row; i++) {
        for (size_t k = 0; k < heat.n_column; k++) {
            heat.most = fmax(heat.most, heat_at(study, &heat, heat.row[i], k));
        }
    }
    struct chart chart;
    const double pitch = 20;
    chart_begin(&chart, out, HALF, 34 + heat.n_row * pitch + 40, W_CHART_QUEUES,
                W_CHART_QUEUES_NOTE);
    chart_plot(&chart, 126, 34, 50, 40);
    const double from = day_of(first->from_us);
    chart_range(&chart, from,
                from + day_of(first->point_us) * (double)(heat.n_column * heat.per_column), 0, 1);
    draw_heat_key(&chart, &heat);
    for (uint32_t i = 0; i < heat.n_row; i++) {
        const double y = chart.top + i * pitch;
        const bool is_bottleneck = heat.row[i] == first->bottleneck;
        draw_name(&chart, chart.left - 8, y + 13, first->group[heat.row[i]].name, is_bottleneck);
        draw_heat_row(&chart, study, &heat, heat.row[i], y, pitch - 2);
        chart_text(&chart, HALF, y + 13, ANCHOR_END, is_bottleneck ? "strong" : "",
                   numeral(share_of(study, GROUP_QUEUE, heat.row[i]), 1).text);
    }
    chart_axis_x(&chart, 7, W_CHART_DAY);
    chart_end(&chart);
}
