#include "study/report/markup.h"

#include "maru/status.h"
#include "study/report/report_style.h"
#include "study/table.h"
#include "study/words/numerals.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// The page holds both languages; two radio buttons in front of it say which one is shown, by style
// alone. So the page needs no script, and what is printed is the language that was chosen.

enum { ESCAPED_BYTES = 1 << 16 };

void markup_begin(struct text *out, enum lang lang, enum word kind, const char *title) {
    text_addf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
              lang == LANG_KO ? "ko" : "en");
    text_addz(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    text_add_html(out, title);
    text_addf(out, " · %s</title>\n<style>\n", word(lang, kind));
    for (size_t i = 0; report_style[i]; i++) {
        text_addz(out, report_style[i]);
    }
    text_addz(out, "</style>\n</head>\n<body>\n");
    for (enum lang i = LANG_EN; i < N_LANG; i++) {
        text_addf(out, "<input type=\"radio\" name=\"lang\" id=\"%s\"%s>\n",
                  i == LANG_KO ? "lang-ko" : "lang-en", i == lang ? " checked" : "");
    }
    text_addz(out,
              "<div class=\"page\">\n<nav><span class=\"mark\">maru</span><span class=\"switch\">"
              "<label for=\"lang-ko\">한국어</label><label "
              "for=\"lang-en\">English</label></span></nav>\n");
}

void markup_end(struct text *out) { text_addz(out, "</div>\n</body>\n</html>\n"); }

void markup_words(struct text *out, enum word id, const char *const *arguments) {
    struct text escaped;
    size_t at[MARKUP_MAX_ARGUMENTS];
    const char *safe[MARKUP_MAX_ARGUMENTS + 1] = {NULL};
    size_t n = 0;
    text_init(&escaped, ESCAPED_BYTES);
    for (; arguments && arguments[n] && n < MARKUP_MAX_ARGUMENTS; n++) {
        at[n] = escaped.n_bytes;
        text_add_html(&escaped, arguments[n]);
        text_add(&escaped, "", 1);
    }
    for (size_t i = 0; i < n && escaped.status == MARU_OK; i++) {
        safe[i] = escaped.bytes + at[i];
    }
    if (escaped.status != MARU_OK) {
        out->status = escaped.status;
    } else {
        text_addz(out, "<span lang=\"en\">");
        words_add(out, LANG_EN, id, safe);
        text_addz(out, "</span><span lang=\"ko\">");
        words_add(out, LANG_KO, id, safe);
        text_addz(out, "</span>");
    }
    text_fini(&escaped);
}

void markup_word(struct text *out, enum word id) {
    if (strcmp(word(LANG_EN, id), word(LANG_KO, id)) == 0) {
        text_addz(out, word(LANG_EN, id));
    } else {
        markup_words(out, id, NULL);
    }
}

void markup_tag(struct text *out, const char *tag, const char *class_, enum word id) {
    text_addf(out, "<%s%s%s%s>", tag, class_[0] ? " class=\"" : "", class_, class_[0] ? "\"" : "");
    markup_word(out, id);
    text_addf(out, "</%s>\n", tag);
}

// ---- charts ----

struct ticks ticks_of(double low, double high, size_t wanted) {
    struct ticks ticks = {.n = 0};
    if (!(high > low) || !isfinite(high - low)) {
        ticks.at[0] = low;
        ticks.n = 1;
        return ticks;
    }
    const double rough = (high - low) / (double)(wanted > 1 ? wanted : 1);
    double power = 1;
    while (power > rough) {
        power /= 10;
        ticks.decimals++;
    }
    while (power * 10 <= rough) {
        power *= 10;
        ticks.decimals -= ticks.decimals > 0;
    }
    const double part = rough / power;
    const double step = power * (part <= 1.01 ? 1 : part <= 2.01 ? 2 : part <= 5.01 ? 5 : 10);
    ticks.decimals -= part > 5.01 && ticks.decimals > 0; // 0.1 has become 1
    for (double i = ceil(low / step - 1e-9);
         i * step <= high + 1e-9 * step && ticks.n < MARKUP_TICKS; i++) {
        ticks.at[ticks.n++] = i * step;
    }
    return ticks;
}

void chart_open(struct chart *chart, struct text *out, double width, double height,
                enum word title) {
    *chart = (struct chart){.out = out, .width = width, .height = height};
    text_addf(out, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\">", width, height);
    text_addf(out, "<title>%s / %s</title>\n", word(LANG_EN, title), word(LANG_KO, title));
}

void chart_close(struct chart *chart) { text_addz(chart->out, "</svg>\n"); }

void chart_begin(struct chart *chart, struct text *out, double width, double height,
                 enum word title, enum word note) {
    text_addz(out, "<figure>\n");
    markup_tag(out, "h2", "", title);
    if (note != N_WORD) {
        markup_tag(out, "p", "note", note);
    }
    chart_open(chart, out, width, height, title);
}

void chart_end(struct chart *chart) {
    chart_close(chart);
    text_addz(chart->out, "</figure>\n");
}

void chart_plot(struct chart *chart, double left, double top, double right, double bottom) {
    chart->left = left;
    chart->top = top;
    chart->right = chart->width - right;
    chart->bottom = chart->height - bottom;
}

void chart_range(struct chart *chart, double x_low, double x_high, double y_low, double y_high) {
    chart->x_low = x_low;
    chart->x_high = x_high > x_low ? x_high : x_low + 1;
    chart->y_low = y_low;
    chart->y_high = y_high > y_low ? y_high : y_low + 1;
}

double chart_x(const struct chart *chart, double x) {
    return chart->left +
           (x - chart->x_low) / (chart->x_high - chart->x_low) * (chart->right - chart->left);
}

double chart_y(const struct chart *chart, double y) {
    return chart->bottom -
           (y - chart->y_low) / (chart->y_high - chart->y_low) * (chart->bottom - chart->top);
}

static const char *const anchors[] = {"start", "middle", "end"};

static void open_text(struct chart *chart, double x, double y, enum chart_anchor anchor,
                      const char *class_, const char *lang) {
    text_addf(chart->out, "<text x=\"%.1f\" y=\"%.1f\"", x, y);
    if (anchor != ANCHOR_START) {
        text_addf(chart->out, " text-anchor=\"%s\"", anchors[anchor]);
    }
    text_addf(chart->out, "%s%s%s", class_[0] ? " class=\"" : "", class_, class_[0] ? "\"" : "");
    text_addf(chart->out, "%s%s%s>", lang[0] ? " lang=\"" : "", lang, lang[0] ? "\"" : "");
}

void chart_text(struct chart *chart, double x, double y, enum chart_anchor anchor,
                const char *class_, const char *text) {
    open_text(chart, x, y, anchor, class_, "");
    text_add_html(chart->out, text);
    text_addz(chart->out, "</text>\n");
}

void chart_word(struct chart *chart, double x, double y, enum chart_anchor anchor,
                const char *class_, enum word id, const char *const *arguments) {
    struct text said;
    text_init(&said, ESCAPED_BYTES);
    for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
        text_clear(&said);
        words_add(&said, lang, id, arguments);
        open_text(chart, x, y, anchor, class_, lang == LANG_KO ? "ko" : "en");
        text_add_html(chart->out, said.bytes ? said.bytes : "");
        text_addz(chart->out, "</text>\n");
    }
    text_fini(&said);
}

void chart_rect(struct chart *chart, double x, double y, double width, double height,
                const char *class_) {
    text_addf(chart->out,
              "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>\n", x, y,
              width, height, class_);
}

void chart_line(struct chart *chart, double x1, double y1, double x2, double y2,
                const char *class_) {
    text_addf(chart->out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n",
              x1, y1, x2, y2, class_);
}

void chart_axis_x(struct chart *chart, size_t wanted, enum word name) {
    const struct ticks ticks = ticks_of(chart->x_low, chart->x_high, wanted);
    chart_line(chart, chart->left, chart->bottom, chart->right, chart->bottom, "axis");
    for (size_t i = 0; i < ticks.n; i++) {
        const double x = chart_x(chart, ticks.at[i]);
        chart_line(chart, x, chart->bottom, x, chart->bottom + 4, "axis");
        chart_text(chart, x, chart->bottom + 17, ANCHOR_MIDDLE, "tick",
                   numeral(ticks.at[i], ticks.decimals).text);
    }
    if (name != N_WORD) {
        chart_word(chart, chart->right, chart->bottom + 33, ANCHOR_END, "name", name, NULL);
    }
}

void chart_axis_y(struct chart *chart, size_t wanted, enum word name) {
    const struct ticks ticks = ticks_of(chart->y_low, chart->y_high, wanted);
    for (size_t i = 0; i < ticks.n; i++) {
        const double y = chart_y(chart, ticks.at[i]);
        chart_line(chart, chart->left, y, chart->right, y, "grid");
        chart_text(chart, chart->left - 7, y + 4, ANCHOR_END, "tick",
                   numeral(ticks.at[i], ticks.decimals).text);
    }
    if (name != N_WORD) {
        chart_word(chart, 0, chart->top - 14, ANCHOR_START, "name", name, NULL);
    }
}

double chart_key(struct chart *chart, double x, double y, const char *class_, enum word id) {
    chart_rect(chart, x, y - 9, 11, 11, class_);
    chart_word(chart, x + 16, y, ANCHOR_START, "key", id, NULL);
    const size_t en = table_width(word(LANG_EN, id)), ko = table_width(word(LANG_KO, id));
    return x + 16 + (double)(en > ko ? en : ko) * 6.4 + 16;
}

void chart_shorten(struct text *out, const char *text, size_t columns) {
    if (table_width(text) <= columns) {
        text_addz(out, text);
        return;
    }
    size_t n = 0;
    while (text[n]) {
        size_t next = n + 1;
        while ((text[next] & 0xC0) == 0x80) {
            next++;
        }
        char head[256];
        if (next >= sizeof head) {
            break;
        }
        memcpy(head, text, next);
        head[next] = '\0';
        if (table_width(head) > columns - 1) {
            break;
        }
        n = next;
    }
    text_add(out, text, n);
    text_addz(out, "…");
}
