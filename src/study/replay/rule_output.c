#include <math.h>
#include <stdio.h>

#include "base/status.h"
#include "study/replay/rule_trial.h"
#include "study/report/markup.h"
#include "study/words/numerals.h"

// What a trial of rules says. Rules stand by how many GPUs they leave idle, fewest first.

static void order_rules(const struct rule_trial *trial, uint32_t order[PLACEMENT_RULES]) {
    order[0] = 0;
    for (uint32_t r = 1; r < PLACEMENT_RULES; r++) {
        uint32_t at = r;
        for (; at > 0 && trial->rule[order[at - 1]].idle.mean > trial->rule[r].idle.mean; at--) {
            order[at] = order[at - 1];
        }
        order[at] = r;
    }
}

// A half width that is not known (of one draw) is 0.
static double half_of(struct interval interval) {
    return isfinite(interval.half_width) ? interval.half_width : 0;
}

void rule_trial_lead(const struct rule_ask *ask, const struct rule_trial *trial, rule_say say,
                     void *context) {
    const uint32_t other = rule_trial_best_other(trial);
    const bool by_supply =
        trial->rule[PLACEMENT_FGD_SUPPLY].idle.mean < trial->rule[PLACEMENT_FGD].idle.mean;
    const uint32_t ours = by_supply ? PLACEMENT_FGD_SUPPLY : PLACEMENT_FGD;
    const struct interval more =
        by_supply ? trial->rule[other].more_than_supply : trial->rule[other].more;
    uint32_t order[PLACEMENT_RULES];
    order_rules(trial, order);
    const uint32_t last = order[PLACEMENT_RULES - 1];
    say(context, W_RULES_LEAD,
        (const char *const[]){
            numeral_count(trial->percent).text, numeral(trial->n_gpu, 0).text,
            placement_rule_names[ours], numeral(trial->rule[ours].idle.mean, 0).text,
            placement_rule_names[other], numeral(trial->rule[other].idle.mean, 0).text,
            placement_rule_names[last], numeral(trial->rule[last].idle.mean, 0).text,
            numeral_count(ask->n_seed).text, NULL});
    const double low = more.mean - half_of(more);
    const double high = more.mean + half_of(more);
    const bool is_fewer = low > 0;
    const bool is_more = high < 0;
    const double turn = is_more ? -1 : 1;
    say(context,
        is_fewer  ? W_RULES_FEWER
        : is_more ? W_RULES_MORE
                  : W_RULES_EVEN,
        (const char *const[]){numeral(turn * more.mean, 0).text, placement_rule_names[ours],
                              placement_rule_names[other], numeral(is_more ? -high : low, 0).text,
                              numeral(is_more ? -low : high, 0).text, NULL});
}

// ---- terminal, JSON, CSV

static const enum word titles[] = {W_RULES_RULE,      W_RULES_IDLE, W_RULES_SHARE,
                                   W_RULES_MORE_THAN, W_RULES_LOST, W_RULES_FRAGMENTED};
enum { N_TITLE = sizeof titles / sizeof *titles };

struct cells {
    char text[N_TITLE][96];
};

static struct cells cells_of(const struct rule_trial *trial, uint32_t rule) {
    const struct rule_result *const it = &trial->rule[rule];
    struct cells cells;
    snprintf(cells.text[0], sizeof cells.text[0], "%s", placement_rule_names[rule]);
    snprintf(cells.text[1], sizeof cells.text[1], "%s", numeral_interval(it->idle, 1, 0).text);
    snprintf(cells.text[2], sizeof cells.text[2], "%s",
             numeral_percent(it->idle.mean / trial->n_gpu, 1).text);
    snprintf(cells.text[3], sizeof cells.text[3], "%s",
             rule == PLACEMENT_FGD ? "" : numeral_interval(it->more, 1, 0).text);
    snprintf(cells.text[4], sizeof cells.text[4], "%s", numeral_percent(it->lost, 1).text);
    snprintf(cells.text[5], sizeof cells.text[5], "%s",
             numeral(it->fragmented_at[trial->percent], 0).text);
    return cells;
}

void rule_trial_add_table(struct text *out, const struct rule_trial *trial, enum lang lang,
                          struct look look) {
    uint32_t order[PLACEMENT_RULES];
    struct table table;
    order_rules(trial, order);
    table_init(&table);
    for (uint32_t i = 0; i < N_TITLE; i++) {
        table_column(&table, i == 0 ? ALIGN_LEFT : ALIGN_RIGHT, word(lang, titles[i]));
    }
    for (uint32_t r = 0; r < PLACEMENT_RULES; r++) {
        const struct cells cells = cells_of(trial, order[r]);
        for (uint32_t i = 0; i < N_TITLE; i++) {
            table_add(&table, STYLE_PLAIN, cells.text[i]);
        }
    }
    text_addz(out, "\n");
    (void)table_print(&table, look, out);
    table_fini(&table);
}

static void add_curve_json(struct json *json, const char *key, const double *value, uint32_t n) {
    json_open_list(json, key);
    for (uint32_t p = 0; p <= n; p++) {
        json_add_number(json, NULL, value[p]);
    }
    json_close(json);
}

void rule_trial_add_json(struct json *json, const struct rule_ask *ask,
                         const struct rule_trial *trial) {
    json_add_string(json, "trace", ask->title);
    json_add_number(json, "gpus", trial->n_gpu);
    json_add_count(json, "percent", trial->percent);
    json_add_count(json, "draws", trial->n_seed);
    json_add_string(json, "ties", ask->ties == PLACEMENT_TIES_RANDOM ? "random" : "lowest");
    json_open_list(json, "rules");
    for (uint32_t r = 0; r < PLACEMENT_RULES; r++) {
        const struct rule_result *const it = &trial->rule[r];
        json_open_object(json, NULL);
        json_add_string(json, "rule", placement_rule_names[r]);
        json_add_number(json, "idle_gpus", it->idle.mean);
        json_add_number(json, "idle_half_width", it->idle.half_width);
        json_add_number(json, "more_than_fgd", it->more.mean);
        json_add_number(json, "more_half_width", it->more.half_width);
        json_add_number(json, "lost", it->lost);
        add_curve_json(json, "idle_at", it->idle_at, trial->percent);
        add_curve_json(json, "fragmented_at", it->fragmented_at, trial->percent);
        json_close(json);
    }
    json_close(json);
}

void rule_trial_add_csv(struct text *out, const struct rule_trial *trial) {
    text_addz(out, "rule,percent,idle_gpus,fragmented_gpus\n");
    for (uint32_t r = 0; r < PLACEMENT_RULES; r++) {
        for (uint32_t p = 0; p <= trial->percent; p++) {
            text_addf(out, "%s,%u,", placement_rule_names[r], p);
            text_add_fixed(out, trial->rule[r].idle_at[p], 3);
            text_addz(out, ",");
            text_add_fixed(out, trial->rule[r].fragmented_at[p], 3);
            text_addz(out, "\n");
        }
    }
}

// ---- page

enum { WIDE = 860, PITCH = 28, CURVE_HEIGHT = 330 };

static const char *const line_class[PLACEMENT_RULES] = {"p1", "p2", "p3", "p4",
                                                        "p6", "p7", "p5", "p7"};
static const char *const fill_class[PLACEMENT_RULES] = {"f1", "f2", "f3", "f4",
                                                        "f6", "f7", "f5", "f7"};

static void chart_bars(struct text *out, const struct rule_trial *trial,
                       const uint32_t order[PLACEMENT_RULES]) {
    struct chart chart;
    const double most = trial->rule[order[PLACEMENT_RULES - 1]].idle.mean;
    chart_begin(&chart, out, WIDE, PLACEMENT_RULES * PITCH + 44, W_RULES_CHART, N_WORD);
    chart_plot(&chart, 110, 6, 80, 38);
    chart_range(&chart, 0, most > 0 ? most * 1.02 : 1, 0, 1);
    for (uint32_t i = 0; i < PLACEMENT_RULES; i++) {
        const struct rule_result *const it = &trial->rule[order[i]];
        const double y = chart.top + i * PITCH;
        const double x = chart_x(&chart, it->idle.mean);
        chart_text(&chart, chart.left - 8, y + 17, ANCHOR_END,
                   order[i] == PLACEMENT_FGD || order[i] == PLACEMENT_FGD_SUPPLY ? "strong" : "",
                   placement_rule_names[order[i]]);
        chart_rect(&chart, chart.left, y + 4, x - chart.left, PITCH - 9, fill_class[order[i]]);
        chart_text(&chart, x + 8, y + 17, ANCHOR_START, "", numeral_interval(it->idle, 1, 0).text);
    }
    chart_axis_x(&chart, 6, W_REPLAY_GPUS);
    chart_end(&chart);
}

// From where the curves begin to part: the last third of what is asked for.
static void chart_curves(struct text *out, const struct rule_trial *trial,
                         const uint32_t order[PLACEMENT_RULES]) {
    struct chart chart;
    const uint32_t from = trial->percent * 2 / 3;
    chart_begin(&chart, out, WIDE, CURVE_HEIGHT, W_RULES_CURVE, N_WORD);
    chart_plot(&chart, 52, 14, 110, 40);
    chart_range(&chart, from, trial->percent, 0,
                trial->rule[order[PLACEMENT_RULES - 1]].idle_at[from] * 1.03);
    chart_axis_y(&chart, 6, N_WORD);
    chart_axis_x(&chart, 7, W_RULES_CURVE_X);
    double label = -1e9;
    for (uint32_t i = PLACEMENT_RULES; i-- > 0;) { // the most idle first: its label is highest
        const double *const idle = trial->rule[order[i]].idle_at;
        text_addf(out, "<path class=\"%s\" d=\"", line_class[order[i]]);
        for (uint32_t p = from; p <= trial->percent; p++) {
            text_addf(out, "%c%.1f %.1f", p == from ? 'M' : 'L', chart_x(&chart, p),
                      chart_y(&chart, idle[p]));
        }
        text_addz(out, "\"/>\n");
        label = fmax(label + 15, chart_y(&chart, idle[trial->percent]) + 4);
        chart_text(&chart, chart.right + 8, label, ANCHOR_START, "small",
                   placement_rule_names[order[i]]);
    }
    chart_end(&chart);
}

static void say(void *context, enum word id, const char *const *arguments) {
    struct text one;
    text_addz(context, "<p class=\"lead\">");
    for (enum lang lang = LANG_EN; lang < N_LANG; lang++) { // nothing of it is a name of the trace
        text_init(&one, 1 << 14);
        words_add(&one, lang, id, arguments);
        text_addf(context, "<span lang=\"%s\">", lang == LANG_KO ? "ko" : "en");
        text_add_html(context, one.bytes ? one.bytes : "");
        text_addz(context, "</span>");
        text_fini(&one);
    }
    text_addz(context, "</p>\n");
}

static void add_table(struct text *out, const struct rule_trial *trial,
                      const uint32_t order[PLACEMENT_RULES]) {
    text_addz(out, "<section>\n");
    markup_tag(out, "h2", "", W_RULES_TABLE);
    text_addz(out, "<div class=\"scroll\"><table class=\"fold\">\n<thead><tr>");
    for (uint32_t i = 0; i < N_TITLE; i++) {
        markup_tag(out, "th", "", titles[i]);
    }
    text_addz(out, "</tr></thead>\n<tbody>\n");
    for (uint32_t r = 0; r < PLACEMENT_RULES; r++) {
        const struct cells cells = cells_of(trial, order[r]);
        text_addz(out, "<tr>");
        for (uint32_t i = 0; i < N_TITLE; i++) {
            text_addf(out, "<td>%s</td>", cells.text[i]);
        }
        text_addz(out, "</tr>\n");
    }
    text_addz(out, "</tbody></table></div>\n</section>\n");
}

maru_status rule_trial_add_report(struct text *out, const struct rule_ask *ask,
                                  const struct rule_trial *trial, enum lang lang, maru_error *err) {
    uint32_t order[PLACEMENT_RULES];
    order_rules(trial, order);
    markup_begin(out, lang, W_RULES_TITLE, ask->title);
    markup_tag(out, "p", "kind", W_RULES_TITLE);
    text_addz(out, "<h1>");
    text_add_html(out, ask->title);
    text_addz(out, "</h1>\n");
    rule_trial_lead(ask, trial, say, out);
    text_addz(out, "<div class=\"charts\">\n<div class=\"wide\">");
    chart_bars(out, trial, order);
    text_addz(out, "</div>\n<div class=\"wide\">");
    chart_curves(out, trial, order);
    text_addz(out, "</div>\n</div>\n");
    add_table(out, trial, order);
    text_addz(out, "<div class=\"terms\"><ul>\n");
    markup_tag(out, "li", "", W_RULES_TERM_DRAW);
    text_addz(out, "<li>");
    markup_words(
        out, W_RULES_TERM_TIES,
        (const char *const[]){ask->ties == PLACEMENT_TIES_RANDOM ? "random" : "lowest", NULL});
    text_addz(out, "</li>\n");
    markup_tag(out, "li", "", W_RULES_TERM_SUPPLY);
    text_addz(out, "</ul></div>\n<footer>");
    markup_word(out, W_RULES_FOOT);
    text_addz(out, "</footer>\n");
    markup_end(out);
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "no memory for the report");
}
