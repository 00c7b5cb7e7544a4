#include "serve/models/window_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/floor/windows/window_past.h"
#include "serve/models/kept_truths.h"

// Windows come as their tools are looked through, are kept until all are there, and sorted, so that the bytes do not depend on the order in
// which signals became known. Only then truths are read, from the end of the first window on.

static const char *const context_name[] = {"time", "tool", "recipe", "step", "lot", "wafer"};

struct kept_window {
    maru_time from_us, until_us;
    const char *tool, *text[N_SPAN_TEXT];
    const double *value; // (window_def_values)
};

struct gathering {
    const struct window_rows_asked *asked;
    uint32_t n_value;
    struct arena arena;
    struct kept_window *window; // (n, cap)
    uint32_t n, cap;
};

// ---- cells

static void add_moment(struct text *out, maru_time at_us) {
    const maru_time second = window_floor(at_us, 1000000) / 1000000;
    const time_t seconds = (time_t)second;
    struct tm tm;
    char text[64];
    if (gmtime_r(&seconds, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm) > 0) {
        text_addf(out, "%s.%06dZ", text, (int)(at_us - second * 1000000));
    }
}

static void add_value_name(struct text *out, const struct window_def *def, uint32_t i) {
    struct text name;
    text_init(&name, 1024);
    window_def_value_name(def, i, &name);
    text_add_csv(out, name.bytes ? name.bytes : "");
    text_fini(&name);
}

static bool is_taken(const struct window_def *def, const char *name) {
    struct text value;
    bool is = false;
    for (size_t i = 0; i < sizeof context_name / sizeof *context_name; i++) {
        is = is || strcmp(context_name[i], name) == 0;
    }
    text_init(&value, 1024);
    for (uint32_t i = 0; !is && i < window_def_values(def); i++) {
        text_clear(&value);
        window_def_value_name(def, i, &value);
        is = value.bytes && strcmp(value.bytes, name) == 0;
    }
    text_fini(&value);
    return is;
}

static void add_truth_name(struct text *out, const struct window_def *def,
                           const struct truth_wanted *truth) {
    struct text name;
    text_init(&name, (size_t)2 * EVENT_MAX_TEXT_BYTES);
    if (is_taken(def, truth->value)) {
        text_addf(&name, "%s.", truth->event);
    }
    text_addz(&name, truth->value);
    text_addz(out, ",");
    text_add_csv(out, name.bytes ? name.bytes : "");
    text_fini(&name);
}

void window_rows_head(const struct window_def *def, const struct truth_wanted *truth,
                      struct text *out) {
    for (size_t i = 0; i < sizeof context_name / sizeof *context_name; i++) {
        text_addf(out, i > 0 ? ",%s" : "%s", context_name[i]);
    }
    for (uint32_t i = 0; i < window_def_values(def); i++) {
        text_addz(out, ",");
        add_value_name(out, def, i);
    }
    if (truth) {
        add_truth_name(out, def, truth);
    }
    text_addz(out, "\n");
}

static void add_row(const struct kept_window *window, uint32_t n_value, const char *truth,
                    struct text *out) {
    static const int order[] = {SPAN_RECIPE, SPAN_STEP, SPAN_LOT, SPAN_WAFER};
    add_moment(out, window->until_us);
    text_addz(out, ",");
    text_add_csv(out, window->tool);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        text_addz(out, ",");
        text_add_csv(out, window->text[order[i]]);
    }
    for (uint32_t i = 0; i < n_value; i++) {
        text_addz(out, ",");
        if (isfinite(window->value[i])) {
            text_add_double(out, window->value[i]);
        }
    }
    if (truth) {
        text_addz(out, ",");
        text_add_csv(out, truth);
    }
    text_addz(out, "\n");
}

static struct kept_window window_of_span(const char *tool, const struct window_span *span,
                                         const double *value) {
    struct kept_window window = {
        .from_us = span->from_us, .until_us = span->until_us, .tool = tool, .value = value};
    for (int i = 0; i < N_SPAN_TEXT; i++) {
        window.text[i] = window_span_text(span, i);
    }
    return window;
}

void window_rows_add(const struct window_def *def, const char *tool, const struct window_span *span,
                     const double *value, const char *truth, struct text *out) {
    const struct kept_window window = window_of_span(tool, span, value);
    add_row(&window, window_def_values(def), truth, out);
}

// ---- windows are kept

static maru_status grow(struct gathering *g, maru_error *err) {
    const uint32_t cap = g->cap > 0 ? 2 * g->cap : 256;
    struct kept_window *window = alloc_resize(g->window, cap, sizeof *window);
    if (!window) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    g->window = window;
    g->cap = cap;
    return MARU_OK;
}

static maru_status gather(void *context, const struct window_place *place,
                          const struct window_span *span, const double *value, maru_error *err) {
    struct gathering *g = context;
    if (span->from_us < g->asked->from_us || span->until_us > g->asked->to_us) {
        return MARU_OK;
    }
    const maru_status st = g->n == g->cap ? grow(g, err) : MARU_OK;
    if (st != MARU_OK) {
        return st;
    }
    struct kept_window *window = &g->window[g->n];
    double *values = arena_take(&g->arena, g->n_value, sizeof *values);
    bool is_whole = values != NULL;
    *window = window_of_span(place->tool, span, values);
    for (int i = 0; i < N_SPAN_TEXT; i++) {
        window->text[i] = arena_text(&g->arena, window->text[i], strlen(window->text[i]));
        is_whole = is_whole && window->text[i];
    }
    if (!is_whole) {
        return arena_refusal(&g->arena, err);
    }
    memcpy(values, value, g->n_value * sizeof *values);
    g->n++;
    return MARU_OK;
}

static int compare_time(maru_time a, maru_time b) { return (a > b) - (a < b); }

static int by_end(const void *a, const void *b) {
    const struct kept_window *x = a, *y = b;
    int order = compare_time(x->until_us, y->until_us);
    order = order != 0 ? order : strcmp(x->tool, y->tool);
    order = order != 0 ? order : compare_time(x->from_us, y->from_us);
    order = order != 0 ? order : strcmp(x->text[SPAN_LOT], y->text[SPAN_LOT]);
    order = order != 0 ? order : strcmp(x->text[SPAN_WAFER], y->text[SPAN_WAFER]);
    order = order != 0 ? order : strcmp(x->text[SPAN_RECIPE], y->text[SPAN_RECIPE]);
    return order != 0 ? order : strcmp(x->text[SPAN_STEP], y->text[SPAN_STEP]);
}

// ---- with their truths

// match (n): UINT32_MAX where none has come, or none is wanted.
static maru_status find_truths(const struct gathering *g, struct signals *signals,
                               struct kept_truths *truths, uint32_t *match, maru_error *err) {
    const struct truth_wanted *wanted = g->asked->truth;
    const maru_time span[2] = {g->window[0].until_us,
                               g->window[g->n - 1].until_us + (wanted ? wanted->within_us : 0) + 1};
    struct truth_key *key = alloc_new(g->n, sizeof *key);
    const struct truth_list windows = {key, g->n};
    if (!key) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < g->n; i++) {
        const struct kept_window *window = &g->window[i];
        key[i] = (struct truth_key){window->until_us, window->tool, window->text[SPAN_LOT],
                                    window->text[SPAN_WAFER]};
        match[i] = UINT32_MAX;
    }
    maru_status st = MARU_OK;
    if (wanted) {
        st = kept_truths_add(truths, signals, wanted, span, "", "", err);
        st = st == MARU_OK ? kept_truths_join(truths, wanted, &windows, match, err) : st;
    }
    alloc_free(key);
    return st;
}

static maru_status write_all(const struct gathering *g, const struct window_def *def,
                             struct signals *signals, struct window_rows_found *found,
                             struct text *out, maru_error *err) {
    struct kept_truths truths;
    uint32_t *match = alloc_new(g->n, sizeof *match);
    kept_truths_init(&truths);
    maru_status st = match ? find_truths(g, signals, &truths, match, err)
                           : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        window_rows_head(def, g->asked->truth, out);
        found->n_row = g->n;
        found->n_truth = 0;
    }
    for (uint32_t i = 0; st == MARU_OK && i < g->n; i++) {
        const bool has_truth = match[i] != UINT32_MAX;
        add_row(&g->window[i], g->n_value,
                has_truth         ? truths.cell[match[i]]
                : g->asked->truth ? ""
                                  : NULL,
                out);
        found->n_truth += has_truth;
    }
    if (st == MARU_OK && out->status != MARU_OK) {
        st = fail(err, out->status, "the windows are more than %d MB: ask for a shorter time",
                  WINDOW_MAX_ROWS_BYTES >> 20);
    }
    kept_truths_fini(&truths);
    alloc_free(match);
    return st;
}

maru_status window_rows_read(struct window_watch *watch, struct signals *signals,
                             const struct window_rows_asked *asked, struct window_rows_found *found,
                             struct text *out, maru_error *err) {
    const struct window_def *def = &watch->table.window[asked->row];
    const maru_time span[2] = {asked->from_us, asked->to_us};
    struct gathering g = {.asked = asked, .n_value = window_def_values(def)};
    arena_init(&g.arena, WINDOW_MAX_ROWS_KEPT_BYTES);
    watch->see = gather;
    watch->context = &g; // cppcheck-suppress autoVariables; the watch is this call's own
    maru_status st = window_past_gather(watch, asked->row, signals, span, err);
    if (st == MARU_OK && g.n == 0) {
        st = fail(err, MARU_E_INPUT, "no window lies in that time");
    }
    if (st == MARU_OK) {
        qsort(g.window, g.n, sizeof *g.window, by_end);
        st = write_all(&g, def, signals, found, out, err);
    }
    watch->see = NULL;
    watch->context = NULL;
    alloc_free(g.window);
    arena_fini(&g.arena);
    return st;
}
