#include "study/rounds/round_report.h"

#include <stdio.h>

#include "base/alloc.h"
#include "pool/round/round_rules.h"
#include "study/report/markup.h"
#include "study/rounds/round_figures.h"
#include "study/words/numerals.h"

// Sentences first, then charts, then tables. Colors mean the same in every chart: grey what is asked for, pale what is there, yellow what
// can be run, blue what is awarded.

enum { HALF = 480, WIDE = 1060, PART_BYTES = 1 << 16, LIMITS_TOLD = 8, NAME_COLUMNS = 16 };

struct page {
    struct text *out;
    struct round_answer *answer;
    const struct round *round;
    const struct round_figures *figures;
};

static void add_quarter(struct text *out, const struct round *round, uint32_t quarter) {
    round_quarter_write(out, &round->rules, quarter);
}

static struct numeral count_of(int64_t value) {
    return numeral_count(value > 0 ? (uint64_t)value : 0);
}

// ---- what leads

static void say_lead(void *context, enum word id, const char *const *arguments) {
    struct text *out = context;
    text_addz(out, "<p class=\"lead\">");
    markup_words(out, id, arguments);
    text_addz(out, "</p>\n");
}

static void add_kpi(struct text *out, enum word name, int64_t value, int64_t of) {
    text_addz(out, "<div class=\"kpi\"><dt>");
    markup_word(out, name);
    text_addf(out, "</dt><dd>%s <small>/ ", count_of(value).text);
    text_addf(out, "%s</small></dd></div>\n", count_of(of).text);
}

static void add_kpis(const struct page *page) {
    const struct round_figures *f = page->figures;
    text_addz(page->out, "<dl class=\"kpis\">\n");
    add_kpi(page->out, W_ROUND_KPI_APPLICATIONS, f->n_awarded, page->round->n_application);
    add_kpi(page->out, W_ROUND_KPI_GPUS, (int64_t)f->gpus_awarded, (int64_t)f->gpus_asked);
    add_kpi(page->out, W_ROUND_KPI_QUARTERS, f->awarded, f->offered);
    text_addz(page->out, "</dl>\n");
}

// ---- quarters

struct quarter_sum {
    int64_t asked, there, runnable, awarded;
};

static struct quarter_sum sum_of(const struct page *page, uint32_t quarter) {
    const struct round *round = page->round;
    struct quarter_sum sum = {0, 0, 0, 0};
    for (uint32_t i = 0; i < round->n_line; i++) {
        const struct round_line *line = &round->line[i];
        sum.asked += line->from <= quarter && quarter <= line->last ? line->gpus : 0;
    }
    for (uint32_t s = 0; s < round->n_site; s++) {
        const struct round_moment *moment =
            &page->figures->moment[round_site_at(round, s, quarter)];
        sum.there += moment->arrived;
        sum.runnable += moment->runnable;
        sum.awarded += moment->awarded;
    }
    return sum;
}

// Names below the quarters, as many as there is room for.
static void label_quarters(struct chart *chart, const struct round *round, uint32_t most) {
    const uint32_t n = round->rules.n_quarter, step = (n + most - 1) / most;
    for (uint32_t q = 0; q < n; q += step) {
        struct text name;
        text_init(&name, 64);
        add_quarter(&name, round, q);
        chart_text(chart, chart_x(chart, q + 0.5), chart->bottom + 18, ANCHOR_MIDDLE, "tick",
                   name.bytes ? name.bytes : "");
        text_fini(&name);
    }
}

static void draw_bar(struct chart *chart, double from, double to, double value,
                     const char *class_) {
    const double x = chart_x(chart, from), y = chart_y(chart, value);
    if (value > 0) {
        chart_rect(chart, x, y, chart_x(chart, to) - x, chart->bottom - y, class_);
    }
}

static void chart_quarters(const struct page *page) {
    const uint32_t n = page->round->rules.n_quarter;
    struct chart chart;
    double most = 1;
    for (uint32_t q = 0; q < n; q++) {
        const struct quarter_sum sum = sum_of(page, q);
        const int64_t high = sum.asked > sum.there ? sum.asked : sum.there;
        most = (double)high > most ? (double)high : most;
    }
    chart_begin(&chart, page->out, WIDE, 300, W_ROUND_BY_QUARTER, W_ROUND_BY_QUARTER_NOTE);
    double x = chart_key(&chart, 62, 10, "swatch2", W_ROUND_ASKED);
    x = chart_key(&chart, x, 10, "planned", W_ROUND_ARRIVED);
    x = chart_key(&chart, x, 10, "setup", W_ROUND_RUNNABLE);
    (void)chart_key(&chart, x, 10, "busy", W_ROUND_AWARDED);
    chart_plot(&chart, 62, 30, 8, 34);
    chart_range(&chart, 0, n, 0, most * 1.05);
    chart_axis_y(&chart, 5, N_WORD);
    for (uint32_t q = 0; q < n; q++) {
        const struct quarter_sum sum = sum_of(page, q);
        draw_bar(&chart, q + 0.10, q + 0.29, (double)sum.asked, "swatch2");
        draw_bar(&chart, q + 0.31, q + 0.49, (double)sum.there, "planned");
        draw_bar(&chart, q + 0.51, q + 0.69, (double)sum.runnable, "setup");
        draw_bar(&chart, q + 0.71, q + 0.90, (double)sum.awarded, "busy");
    }
    label_quarters(&chart, page->round, 16);
    chart_end(&chart);
}

// ---- classes and regions

static void chart_shares(const struct page *page, enum word title, const struct round_group *group,
                         uint32_t n, const struct round_share *share) {
    enum { ROW = 40 };
    struct chart chart;
    double most = 1;
    for (uint32_t i = 0; i < n; i++) {
        most = (double)share[i].asked > most ? (double)share[i].asked : most;
    }
    chart_begin(&chart, page->out, HALF, 36 + ROW * n + 24, title, W_ROUND_GPU_QUARTERS_NOTE);
    const double x = chart_key(&chart, 112, 10, "swatch2", W_ROUND_ASKED);
    (void)chart_key(&chart, x, 10, "busy", W_ROUND_AWARDED);
    chart_plot(&chart, 112, 26, 20, 24);
    chart_range(&chart, 0, most * 1.02, 0, 1);
    chart_axis_x(&chart, 4, N_WORD);
    for (uint32_t i = 0; i < n; i++) {
        const double y = 32 + ROW * i;
        struct text name;
        text_init(&name, PART_BYTES);
        chart_shorten(&name, group[i].name, NAME_COLUMNS);
        chart_text(&chart, 104, y + 18, ANCHOR_END, "name", name.bytes ? name.bytes : "");
        chart_rect(&chart, 112, y, chart_x(&chart, (double)share[i].asked) - 112, 13, "swatch2");
        chart_rect(&chart, 112, y + 14, chart_x(&chart, (double)share[i].awarded) - 112, 13,
                   "busy");
        text_fini(&name);
    }
    chart_end(&chart);
}

// ---- sites

static void chart_site(const struct page *page, uint32_t site) {
    enum { WIDTH = 330, HEIGHT = 190 };
    const struct round *round = page->round;
    const uint32_t n = round->rules.n_quarter;
    const struct round_moment *moment = &page->figures->moment[round_site_at(round, site, 0)];
    struct chart chart;
    double most = 0.001;
    for (uint32_t q = 0; q < n; q++) {
        const int64_t cap = moment[q].cap_watts == ROUND_NO_CAP ? 0 : moment[q].cap_watts;
        const int64_t high = cap > moment[q].used_watts ? cap : moment[q].used_watts;
        most = (double)high * 1e-6 > most ? (double)high * 1e-6 : most;
    }
    text_addz(page->out, "<div>");
    chart_open(&chart, page->out, WIDTH, HEIGHT, W_ROUND_POWER);
    chart_text(&chart, 0, 13, ANCHOR_START, "strong", round->site[site].name);
    chart_plot(&chart, 44, 26, 6, 26);
    chart_range(&chart, 0, n, 0, most * 1.06);
    chart_axis_y(&chart, 4, N_WORD);
    for (uint32_t q = 0; q < n; q++) {
        draw_bar(&chart, q + 0.14, q + 0.86, (double)moment[q].used_watts * 1e-6, "busy");
        if (moment[q].cap_watts != ROUND_NO_CAP) {
            const double y = chart_y(&chart, (double)moment[q].cap_watts * 1e-6);
            chart_line(&chart, chart_x(&chart, q), y, chart_x(&chart, q + 1), y, "median");
        }
    }
    label_quarters(&chart, round, 4);
    chart_close(&chart);
    text_addz(page->out, "</div>\n");
}

static void chart_sites(const struct page *page) {
    text_addz(page->out, "<section><h2>");
    markup_word(page->out, W_ROUND_SITE_POWER);
    text_addz(page->out, "</h2><p class=\"note\">");
    markup_word(page->out, W_ROUND_SITE_POWER_NOTE);
    text_addz(page->out, "</p><div class=\"panels pair\">\n");
    for (uint32_t s = 0; s < page->round->n_site; s++) {
        chart_site(page, s);
    }
    text_addz(page->out, "</div></section>\n");
}

// ---- tables

static void begin_table(struct text *out, enum word title, enum word note, const enum word *head,
                        const bool *is_left, size_t n) {
    text_addz(out, "<section><h2>");
    markup_word(out, title);
    text_addz(out, "</h2>\n");
    if (note != N_WORD) {
        markup_tag(out, "p", "note", note);
    }
    text_addz(out, "<div class=\"scroll\"><table><thead><tr>");
    for (size_t i = 0; i < n; i++) {
        markup_tag(out, "th", is_left[i] ? "l" : "", head[i]);
    }
    text_addz(out, "</tr></thead><tbody>\n");
}

static void end_table(struct text *out) { text_addz(out, "</tbody></table></div></section>\n"); }

static void add_left(struct text *out, const char *value) {
    text_addz(out, "<td class=\"l\">");
    text_add_html(out, value);
    text_addz(out, "</td>");
}

static void add_right(struct text *out, const char *value) { text_addf(out, "<td>%s</td>", value); }

// A text in both languages, each in a span of its own.
static void add_both(struct text *out, const struct text said[N_LANG]) {
    for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
        text_addf(out, "<span lang=\"%s\">", lang == LANG_KO ? "ko" : "en");
        text_add_html(out, said[lang].bytes ? said[lang].bytes : "");
        text_addz(out, "</span>");
    }
}

static void table_shares(const struct page *page, enum word title, enum word name,
                         const struct round_group *group, uint32_t n,
                         const struct round_share *share) {
    const enum word head[] = {name,          W_ROUND_N,       W_ROUND_N_AWARDED,
                              W_ROUND_ASKED, W_ROUND_AWARDED, W_ROUND_SHARE,
                              W_ROUND_FLOOR, W_ROUND_CEILING};
    const bool is_left[] = {true, false, false, false, false, false, false, false};
    const double offered = page->figures->offered > 0 ? (double)page->figures->offered : 1;
    begin_table(page->out, title, W_ROUND_GPU_QUARTERS_NOTE, head, is_left, 8);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t floor_ = group[i].floor_milli, ceiling = group[i].ceiling_milli;
        text_addz(page->out, "<tr>");
        add_left(page->out, group[i].name);
        add_right(page->out, count_of(share[i].n).text);
        add_right(page->out, count_of(share[i].n_awarded).text);
        add_right(page->out, count_of(share[i].asked).text);
        add_right(page->out, count_of(share[i].awarded).text);
        add_right(page->out, numeral_percent((double)share[i].awarded / offered, 1).text);
        add_right(page->out, floor_ > 0 ? numeral_percent(floor_ / 1000.0, 1).text : "");
        add_right(page->out,
                  ceiling < ROUND_WHOLE ? numeral_percent(ceiling / 1000.0, 1).text : "");
        text_addz(page->out, "</tr>\n");
    }
    end_table(page->out);
}

static void table_limits(const struct page *page) {
    const enum word head[] = {W_ROUND_LIMIT, W_ROUND_N};
    const bool is_left[] = {true, false};
    uint32_t row[LIMITS_TOLD];
    const uint32_t n = round_most_in_way(page->answer, row, LIMITS_TOLD);
    if (n == 0) {
        return;
    }
    begin_table(page->out, W_ROUND_BINDS, W_ROUND_BINDS_NOTE, head, is_left, 2);
    for (uint32_t i = 0; i < n; i++) {
        const struct round_row what = round_row_at(page->round, row[i]);
        const bool has_site = what.kind <= ROW_COOLING;
        static const enum word kinds[ROW_KINDS] = {W_ROUND_ROW_STOCK,   W_ROUND_ROW_POWER,
                                                   W_ROUND_ROW_COOLING, W_ROUND_ROW_CLASS,
                                                   W_ROUND_ROW_REGION,  W_ROUND_ROW_INSTITUTION};
        const char *const name = has_site                  ? page->round->site[what.site].name
                                 : what.kind == ROW_CLASS  ? page->round->class_[what.group].name
                                 : what.kind == ROW_REGION ? page->round->region[what.group].name
                                                           : page->round->institution[what.group];
        const char *type = what.kind == ROW_STOCK ? page->round->type[what.type].name : "";
        struct text quarter;
        text_init(&quarter, 64);
        if (has_site) {
            add_quarter(&quarter, page->round, what.quarter);
        }
        text_addz(page->out, "<tr><td class=\"l\">");
        markup_words(page->out, kinds[what.kind],
                     (const char *const[]){name, quarter.bytes ? quarter.bytes : "", type, NULL});
        text_addf(page->out, "</td><td>%s</td></tr>\n",
                  count_of(page->answer->in_way[row[i]]).text);
        text_fini(&quarter);
    }
    end_table(page->out);
}

static void add_decision(const struct page *page, const struct round_told *told, uint32_t a) {
    const struct round *round = page->round;
    const struct round_application *it = &round->application[a];
    const uint32_t site = told->award->site[a];
    struct text said[N_LANG];
    struct round_why why;
    round_why(&page->answer->reasons, a, &why);
    text_addz(page->out, "<tr>");
    text_addf(page->out, "<td>%s</td>", why.rank > 0 ? count_of(why.rank).text : "-");
    add_left(page->out, it->id);
    add_left(page->out, round->institution[it->institution]);
    add_left(page->out, round->class_[it->class_].name);
    add_left(page->out, round->region[it->region].name);
    add_left(page->out, site == ROUND_NONE ? "" : round->site[site].name);
    add_right(page->out, numeral((double)it->points_milli / ROUND_WHOLE, 2).text);
    add_right(page->out, count_of(round_peak(round, NULL, a)).text);
    add_right(page->out, count_of(round_peak(round, told->award->gpus, a)).text);
    for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
        text_init(&said[lang], PART_BYTES);
        round_sentence(&said[lang], lang, told, a, &why);
    }
    text_addz(page->out, "<td class=\"l wrap\">");
    add_both(page->out, said);
    text_addz(page->out, "</td></tr>\n");
    for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
        text_fini(&said[lang]);
    }
}

// In the order of their rank.
static void table_decisions(const struct page *page) {
    const enum word head[] = {
        W_ROUND_RANKED, W_ROUND_APPLICATION, W_ROUND_INSTITUTION, W_ROUND_CLASS,   W_ROUND_REGION,
        W_ROUND_SITE,   W_ROUND_POINTS,      W_ROUND_ASKED,       W_ROUND_AWARDED, W_ROUND_WHY};
    const bool is_left[] = {true, true, true, true, true, true, false, false, false, true};
    const struct round_told told = round_answer_told(page->answer);
    uint32_t *order = alloc_new((size_t)page->round->n_application + 1, sizeof *order);
    if (!order || round_rank(page->round, order, NULL) != MARU_OK) {
        page->out->status = MARU_E_MEMORY;
        alloc_free(order);
        return;
    }
    begin_table(page->out, W_ROUND_DECISIONS, N_WORD, head, is_left, 10);
    for (uint32_t i = 0; i < page->round->n_application; i++) {
        add_decision(page, &told, order[i]);
    }
    end_table(page->out);
    alloc_free(order);
}

void round_report(struct text *out, struct round_answer *answer, enum lang lang) {
    struct round_figures *figures = alloc_new(1, sizeof *figures);
    const struct round *round = &answer->tables.round;
    const struct page page = {out, answer, round, figures};
    if (!figures) {
        out->status = MARU_E_MEMORY;
        return;
    }
    round_figures(round, &answer->award, figures);
    const char *const title = round->rules.title[0] ? round->rules.title : "maru";
    markup_begin(out, lang, W_ROUND_KIND, title);
    markup_tag(out, "p", "kind", W_ROUND_KIND);
    text_addz(out, "<h1>");
    text_add_html(out, title);
    text_addz(out, "</h1>\n");
    round_lead(answer, figures, say_lead, out);
    add_kpis(&page);
    text_addz(out, "<div class=\"charts\"><div class=\"wide\">\n");
    chart_quarters(&page);
    text_addz(out, "</div><div>\n");
    chart_shares(&page, W_ROUND_BY_CLASS, round->class_, round->n_class, figures->class_);
    text_addz(out, "</div><div>\n");
    chart_shares(&page, W_ROUND_BY_REGION, round->region, round->n_region, figures->region);
    text_addz(out, "</div></div>\n");
    chart_sites(&page);
    table_shares(&page, W_ROUND_CLASSES, W_ROUND_CLASS, round->class_, round->n_class,
                 figures->class_);
    table_shares(&page, W_ROUND_REGIONS, W_ROUND_REGION, round->region, round->n_region,
                 figures->region);
    table_limits(&page);
    table_decisions(&page);
    markup_end(out);
    alloc_free(figures);
}
