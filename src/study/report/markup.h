// HTML and SVG of the reports: every text in both languages, every name escaped, axes with round
// numbers.
#ifndef STUDY_MARKUP_H
#define STUDY_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "study/words/words.h"

enum { MARKUP_MAX_ARGUMENTS = 6, MARKUP_TICKS = 16 };

// ---- pages ----

// Everything up to the content: head, styles, the switch between languages. title: of the plant,
// not yet escaped.
void markup_begin(struct text *out, enum lang lang, enum word kind, const char *title);
void markup_end(struct text *out);

// A word in both languages, each in a span of its own; arguments are escaped.
void markup_words(struct text *out, enum word id, const char *const *arguments);
void markup_word(struct text *out, enum word id);

// <tag class="...">word</tag>
void markup_tag(struct text *out, const char *tag, const char *class_, enum word id);

// ---- charts ----

struct chart {
    struct text *out;
    double width, height;
    double left, top, right, bottom; // edges of the plot
    double x_low, x_high, y_low, y_high;
};

struct ticks {
    double at[MARKUP_TICKS];
    size_t n;
    int decimals;
};

// Round numbers from low to high, about `wanted` of them.
struct ticks ticks_of(double low, double high, size_t wanted);

// <figure> with its title and note (N_WORD: none) and the opening <svg>; margins around the plot.
void chart_begin(struct chart *chart, struct text *out, double width, double height,
                 enum word title, enum word note);
void chart_end(struct chart *chart);

// The <svg> alone, for charts of several parts.
void chart_open(struct chart *chart, struct text *out, double width, double height,
                enum word title);
void chart_close(struct chart *chart);

void chart_plot(struct chart *chart, double left, double top, double right, double bottom);
void chart_range(struct chart *chart, double x_low, double x_high, double y_low, double y_high);
double chart_x(const struct chart *chart, double x);
double chart_y(const struct chart *chart, double y);

// Axes: grid lines and numbers, with what they count. N_WORD: no name.
void chart_axis_x(struct chart *chart, size_t wanted, enum word name);
void chart_axis_y(struct chart *chart, size_t wanted, enum word name);

enum chart_anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };
void chart_text(struct chart *chart, double x, double y, enum chart_anchor anchor,
                const char *class_, const char *text);
void chart_word(struct chart *chart, double x, double y, enum chart_anchor anchor,
                const char *class_, enum word id, const char *const *arguments);
void chart_rect(struct chart *chart, double x, double y, double width, double height,
                const char *class_);
void chart_line(struct chart *chart, double x1, double y1, double x2, double y2,
                const char *class_);

// A key: a swatch and its word, from the left; gives the x behind it (in the language that is
// longer).
double chart_key(struct chart *chart, double x, double y, const char *class_, enum word id);

// A text cut to at most `columns` columns of a terminal, with an ellipsis.
void chart_shorten(struct text *out, const char *text, size_t columns);

#endif
