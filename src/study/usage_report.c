#include "study/usage_report.h"

#include <string.h>

#include "pool/money/civil_date.h"
#include "study/report/markup.h"
#include "study/words/numerals.h"

// A sentence, a chart of the months, and a table of the accounts for all months together and for each. The page is about the account that is
// above all others which the reader may see: the whole pool, or his tenant.

enum { WIDTH = 1060, HEIGHT = 260 };

static double hours(int64_t ms) { return (double)ms / 3600e3; }

// The first account that may be seen; accounts.n: none.
static uint32_t top_of(const struct usage_page *page) {
    uint32_t i = 0;
    while (i < page->accounts->n && !page->sees(page->context, i)) {
        i++;
    }
    return i;
}

static void add_numeral(struct text *out, struct numeral value) {
    text_addf(out, "<td>%s</td>", value.text);
}

// In a month, or in all of them where month is n_month.
static struct money charged_in(const struct usage_page *page, uint32_t account, uint32_t month) {
    const uint32_t n = page->usage->n_month;
    const struct money *charged = &page->charged[(size_t)account * n];
    struct money sum = {0};
    for (uint32_t m = 0; m < n; m++) {
        sum.credits_micro += month == n || month == m ? charged[m].credits_micro : 0;
        sum.krw_milli += month == n || month == m ? charged[m].krw_milli : 0;
    }
    return sum;
}

static void add_row(const struct usage_page *page, struct text *out, uint32_t account,
                    const struct usage_cell *cell, uint32_t month) {
    const struct money charged = charged_in(page, account, month);
    const struct account *row = &page->accounts->row[account];
    text_addz(out, "<tr><td class=\"l\">");
    if (account == 0) {
        markup_word(out, W_USAGE_ALL);
    } else {
        text_add_html(out, row->name);
    }
    text_addz(out, "</td>");
    add_numeral(out, numeral(hours(cell->used_ms), 1));
    add_numeral(out, numeral(hours(cell->idle_ms), 1));
    add_numeral(out, numeral(hours(cell->guaranteed_ms), 1));
    add_numeral(out, numeral(hours(cell->unused_ms), 1));
    add_numeral(out, numeral((double)cell->waited_us / 3600e6, 1));
    add_numeral(out, numeral((double)cell->energy_j / 3.6e6, 1));
    if (page->has_prices) {
        add_numeral(out, numeral((double)charged.credits_micro * 1e-6, 2));
        add_numeral(out, numeral((double)charged.krw_milli * 1e-3, 0));
        add_numeral(out, numeral((double)cell->charged.krw_milli * 1e-3, 0));
    }
    add_numeral(out, numeral_count(cell->n_run));
    add_numeral(out, numeral_count(cell->n_end[USAGE_DONE]));
    add_numeral(out, numeral_count(cell->n_end[USAGE_FAILED] + cell->n_end[USAGE_TIMEOUT]));
    text_addz(out, "</tr>\n");
}

static void begin_table(const struct usage_page *page, struct text *out) {
    static const enum word head[] = {
        W_USAGE_ACCOUNT, W_USAGE_USED,    W_USAGE_IDLE,    W_USAGE_GUARANTEED, W_USAGE_UNUSED,
        W_USAGE_WAITED,  W_USAGE_ENERGY,  W_USAGE_CREDITS, W_USAGE_KRW,        W_USAGE_PRICED,
        W_USAGE_RUNS,    W_USAGE_SUCCESS, W_USAGE_FAILED};
    text_addz(out, "<div class=\"scroll\"><table><thead><tr>");
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        if (page->has_prices || head[i] < W_USAGE_CREDITS || head[i] > W_USAGE_PRICED) {
            markup_tag(out, "th", i == 0 ? "l" : "", head[i]);
        }
    }
    text_addz(out, "</tr></thead><tbody>\n");
}

static void end_table(struct text *out) { text_addz(out, "</tbody></table></div>\n"); }

static void add_month_name(struct text *out, const struct usage *usage, uint32_t month) {
    civil_add_month(out, usage->first_month + month);
}

static void add_tables(const struct usage_page *page, struct text *out) {
    const struct usage *usage = page->usage;
    markup_tag(out, "h2", "", W_USAGE_ALL_MONTHS);
    begin_table(page, out);
    for (uint32_t i = 0; i < page->accounts->n; i++) {
        if (page->sees(page->context, i)) {
            const struct usage_cell total = usage_total(usage, i);
            add_row(page, out, i, &total, usage->n_month);
        }
    }
    end_table(out);
    for (uint32_t m = usage->n_month; m-- > 0;) {
        text_addz(out, "<h2>");
        add_month_name(out, usage, m);
        text_addz(out, "</h2>\n");
        begin_table(page, out);
        for (uint32_t i = 0; i < page->accounts->n; i++) {
            const struct usage_cell *cell = &usage->cell[(size_t)i * usage->n_month + m];
            if (page->sees(page->context, i) && (cell->n_run > 0 || cell->used_ms > 0)) {
                add_row(page, out, i, cell, m);
            }
        }
        end_table(out);
    }
}

// ---- what the pool cost its owner

static void add_bill(struct text *out, const char *name, const struct owned_bill *bill,
                     int64_t charged_milli) {
    const int64_t part[] = {bill->capital, bill->people, bill->space,
                            bill->other,   bill->power,  bill->total};
    text_addz(out, "<tr><td class=\"l\">");
    if (name) {
        text_addz(out, name);
    } else {
        markup_word(out, W_USAGE_ALL_MONTHS);
    }
    text_addz(out, "</td>");
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        add_numeral(out, numeral((double)part[i] * 1e-3, 0));
    }
    add_numeral(out, numeral(hours(bill->owned_ms), 1));
    add_numeral(out, numeral((double)bill->an_hour_owned * 1e-3, 0));
    add_numeral(out, numeral((double)bill->an_hour_used * 1e-3, 0));
    add_numeral(out, numeral((double)charged_milli * 1e-3, 0));
    text_addz(out, "</tr>\n");
}

static void add_owned(const struct usage_page *page, struct text *out) {
    static const enum word head[] = {W_USAGE_MONTH,        W_OWNED_CAPITAL, W_OWNED_PEOPLE,
                                     W_OWNED_SPACE,        W_OWNED_OTHER,   W_OWNED_POWER,
                                     W_OWNED_TOTAL,        W_OWNED_HOURS,   W_OWNED_AN_HOUR,
                                     W_OWNED_AN_HOUR_USED, W_USAGE_KRW};
    const struct usage *usage = page->usage;
    markup_tag(out, "h2", "", W_OWNED_TITLE);
    markup_tag(out, "p", "note", W_OWNED_NOTE);
    text_addz(out, "<div class=\"scroll\"><table><thead><tr>");
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        markup_tag(out, "th", i == 0 ? "l" : "", head[i]);
    }
    text_addz(out, "</tr></thead><tbody>\n");
    for (uint32_t m = usage->n_month; m-- > 0;) {
        struct text name;
        text_init(&name, 64);
        add_month_name(&name, usage, m);
        if (page->owned[m].total > 0) {
            add_bill(out, name.bytes, &page->owned[m], charged_in(page, 0, m).krw_milli);
        }
        text_fini(&name);
    }
    add_bill(out, NULL, page->owned_all, charged_in(page, 0, usage->n_month).krw_milli);
    end_table(out);
}

// Used and, above it, guaranteed and not used, month by month.
static void add_chart(const struct usage_page *page, struct text *out, uint32_t top) {
    const struct usage *usage = page->usage;
    struct chart chart;
    double most = 1;
    for (uint32_t m = 0; m < usage->n_month; m++) {
        const struct usage_cell *cell = &usage->cell[(size_t)top * usage->n_month + m];
        const double both = hours(cell->used_ms) + hours(cell->unused_ms);
        most = both > most ? both : most;
    }
    chart_begin(&chart, out, WIDTH, HEIGHT, W_USAGE_CHART, N_WORD);
    chart_plot(&chart, 70, 40, 20, 34);
    chart_range(&chart, 0, usage->n_month, 0, most * 1.05);
    chart_axis_y(&chart, 5, N_WORD);
    for (uint32_t m = 0; m < usage->n_month; m++) {
        const struct usage_cell *cell = &usage->cell[(size_t)top * usage->n_month + m];
        const double x = chart_x(&chart, m + 0.2), wide = chart_x(&chart, m + 0.8) - x,
                     used = hours(cell->used_ms), unused = hours(cell->unused_ms);
        struct text name;
        chart_rect(&chart, x, chart_y(&chart, used), wide,
                   chart_y(&chart, 0) - chart_y(&chart, used), "swatch");
        chart_rect(&chart, x, chart_y(&chart, used + unused), wide,
                   chart_y(&chart, used) - chart_y(&chart, used + unused), "swatch2");
        text_init(&name, 64);
        add_month_name(&name, usage, m);
        chart_text(&chart, chart_x(&chart, m + 0.5), HEIGHT - 12, ANCHOR_MIDDLE, "", name.bytes);
        text_fini(&name);
    }
    const double x = chart_key(&chart, 70, 18, "swatch", W_USAGE_KEY_USED);
    chart_key(&chart, x + 20, 18, "swatch2", W_USAGE_KEY_UNUSED);
    chart_end(&chart);
}

void usage_report_add(struct text *out, const struct usage_page *page) {
    const uint32_t top = top_of(page);
    const char *const title =
        top < page->accounts->n && top > 0 ? page->accounts->row[top].name : "maru";
    markup_begin(out, page->lang, W_USAGE_KIND, title);
    markup_tag(out, "p", "kind", W_USAGE_KIND);
    text_addz(out, "<h1>");
    text_add_html(out, title);
    text_addz(out, "</h1>\n<p class=\"lead\">");
    if (top == page->accounts->n) {
        markup_word(out, W_USAGE_NOTHING);
        text_addz(out, "</p>\n");
        markup_end(out);
        return;
    }
    const struct usage_cell total = usage_total(page->usage, top);
    markup_words(out, W_USAGE_LEAD,
                 (const char *const[]){numeral(hours(total.used_ms), 1).text,
                                       numeral_count(total.n_run).text,
                                       numeral(hours(total.unused_ms), 1).text, NULL});
    text_addz(out, "</p>\n<div class=\"charts\">");
    text_addz(out, "<div class=\"wide\">\n");
    add_chart(page, out, top);
    text_addz(out, "</div></div>\n");
    markup_tag(out, "p", "note", W_USAGE_NOTE);
    if (total.energy_j > 0) {
        const double percent = 100.0 * (double)total.measured_j / (double)total.energy_j;
        text_addz(out, "<p class=\"note\">");
        markup_words(out, W_USAGE_MEASURED, (const char *const[]){numeral(percent, 0).text, NULL});
        text_addz(out, "</p>\n");
    }
    if (page->owned && top == 0) {
        add_owned(page, out);
    }
    add_tables(page, out);
    markup_end(out);
}
