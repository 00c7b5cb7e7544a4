#include "learn/living/truth_watch.h"

#include <math.h>
#include <string.h>

#include "base/status.h"

// Scores of intervals begin with the errors of training, which are sorted: they go in with a stride, so that those that leave first are
// not the smallest. A tool's own scores begin with nothing.
//
// Neighbors: for scores of variance v that do not know each other, a step from one to the next has 2 v on average, wherever their
// mean is; what it has less is their correlation. PRIOR steps are counted as if nothing had been seen.

enum { PRIOR = 50 };
#define MOST_ALIKE 0.9

struct truth_options truth_options_usual(void) {
    return (struct truth_options){.run_length = 1e6, .slack = 0.5, .n_recent = 200};
}

// ---- making

static maru_status begin_errors(struct truth_watch *w, maru_error *err) {
    const struct model_errors *known = &w->model->errors;
    double mean = 0, square = 0;
    w->usual = (double)NAN;
    if (known->n < ERROR_WATCH_LEAST) {
        return MARU_OK;
    }
    maru_status st = error_watch_init(&w->errors, known->sorted, known->n, w->options.slack,
                                      w->options.run_length, err);
    if (st != MARU_OK) {
        return st;
    }
    w->usual = 0;
    for (uint32_t i = 0; i < known->n; i++) {
        (void)error_watch_step(&w->errors, known->sorted[i]);
        w->usual += known->sorted[i] / known->n;
        mean += w->errors.last / known->n;
        square += w->errors.last * w->errors.last / known->n;
    }
    error_watch_reset(&w->errors);
    w->errors.n_step = 0;
    w->errors.slack += 2.0 * sqrt(known->spell / known->n_row);
    w->spread = square - mean * mean;
    w->has_reference = w->spread > 0.0;
    return MARU_OK;
}

static uint32_t common_divisor(uint32_t a, uint32_t b) {
    while (b > 0) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// About 0.382 of n, without a divisor in common with it.
static uint32_t stride_of(uint32_t n) {
    uint32_t stride = (uint32_t)(0.382 * n) + 1;
    while (common_divisor(n, stride) > 1) {
        stride++;
    }
    return stride;
}

// From the errors of training alone.
static maru_status begin_scores(struct truth_watch *w, maru_error *err) {
    const struct model_errors *known = &w->model->errors;
    const struct adaptive_options options = {.level = fmin(fmax(w->model->level, 0.5), 0.99),
                                             .window = w->options.n_recent};
    const uint32_t n = known->n < options.window ? known->n : options.window;
    double score[MODEL_MAX_ERRORS];
    w->all = w->all ? w->all : arena_take(&w->arena, 1, sizeof *w->all);
    if (!w->all) {
        return arena_refusal(&w->arena, err);
    }
    for (uint32_t i = 0, at = 0; n > 0 && i < n; i++) {
        score[i] = known->sorted[(2 * (uint64_t)at + 1) * known->n / (2 * (uint64_t)n)];
        at = (at + stride_of(n)) % n;
    }
    return adaptive_init(w->all, &options, score, n, err);
}

maru_status truth_watch_init(struct truth_watch *watch, const struct fitted_model *model,
                             const struct truth_options *options, maru_error *err) {
    *watch = (struct truth_watch){.options = *options, .model = model};
    if (options->n_recent < ADAPTIVE_LEAST_WINDOW || options->n_recent > TRUTHS_MAX_RECENT) {
        return fail(err, MARU_E_RANGE, "no watch of errors by %u rows", options->n_recent);
    }
    arena_init(&watch->arena, SIZE_MAX / 2);
    watch->recent = arena_take(&watch->arena, options->n_recent, sizeof *watch->recent);
    watch->tool = arena_take(&watch->arena, TRUTHS_MAX_TOOLS, sizeof *watch->tool);
    maru_status st = watch->recent && watch->tool ? MARU_OK : arena_refusal(&watch->arena, err);
    st = st == MARU_OK ? begin_errors(watch, err) : st;
    return st == MARU_OK && model->goal == MODEL_NUMBER ? begin_scores(watch, err) : st;
}

maru_status truth_watch_clear(struct truth_watch *w, maru_error *err) {
    error_watch_reset(&w->errors);
    w->errors.n_step = w->n_move = w->n = w->n_interval = w->n_held = 0;
    w->last = w->moves = w->total = w->squares = 0;
    w->n_kept = w->next = w->n_tool = 0;
    return w->all ? begin_scores(w, err) : MARU_OK;
}

void truth_watch_fini(struct truth_watch *watch) {
    arena_fini(&watch->arena);
    *watch = (struct truth_watch){0};
}

// ---- tools

static struct tool_width *find_tool(const struct truth_watch *w, const char *name) {
    for (uint32_t i = 0; i < w->n_tool; i++) {
        if (strcmp(w->tool[i]->name, name) == 0) {
            return w->tool[i];
        }
    }
    return NULL;
}

// NULL: there is no room for another one, or its name is none.
static struct tool_width *meet_tool(struct truth_watch *w, const char *name) {
    const size_t n = strlen(name);
    struct tool_width *tool = find_tool(w, name);
    if (tool || n == 0 || n >= TRUTHS_TOOL_BYTES || w->n_tool == TRUTHS_MAX_TOOLS) {
        return tool;
    }
    const struct adaptive_options options = {.level = w->all->level, .window = w->options.n_recent};
    tool = w->tool[w->n_tool]; // one that was cleared
    tool = w->tool[w->n_tool] = tool ? tool : arena_take(&w->arena, 1, sizeof *tool);
    if (!tool || adaptive_init(&tool->scores, &options, NULL, 0, NULL) != MARU_OK) {
        return NULL;
    }
    memcpy(tool->name, name, n + 1);
    w->n_tool++;
    return tool;
}

struct conformal_interval truth_watch_interval(const struct truth_watch *w, const char *tool,
                                               double value) {
    const struct tool_width *own = find_tool(w, tool);
    const bool is_own = own && own->scores.n >= TRUTHS_TOOL_ROWS;
    const double width = w->all ? adaptive_width(is_own ? &own->scores : w->all) : (double)INFINITY;
    const struct conformal_interval learned =
        conformal_around(&w->model->conformal, value, value, 1, UINT32_MAX);
    return isfinite(width) ? (struct conformal_interval){value - width, value + width} : learned;
}

// ---- truths

static bool is_truth(const struct truth_watch *w, const struct living_truth *t) {
    const bool is_share = w->model->goal == MODEL_NUMBER ||
                          (t->value >= 0 && t->value <= 1 && t->truth >= 0 && t->truth <= 1);
    return isfinite(t->value) && isfinite(t->truth) && isfinite(t->truth - t->value) && is_share;
}

static void watch_error(struct truth_watch *w, double error) {
    if (w->has_reference) {
        (void)error_watch_step(&w->errors, error);
        if (w->errors.n_step > 1) {
            const double move = w->errors.last - w->last;
            w->moves += move * move;
            w->n_move++;
        }
        w->last = w->errors.last;
        w->total += w->last;
        w->squares += w->last * w->last;
    }
    w->recent[w->next] = error;
    w->next = (w->next + 1) % w->options.n_recent;
    w->n_kept += w->n_kept < w->options.n_recent;
}

maru_status truth_watch_step(struct truth_watch *w, const struct living_truth *truth, double *error,
                             maru_error *err) {
    if (!is_truth(w, truth)) {
        return fail(err, MARU_E_RANGE, "no truth for an answer of this kind");
    }
    const double off = model_error((enum model_goal)w->model->goal, truth->value, truth->truth);
    maru_status st = MARU_OK;
    if (w->all) {
        struct tool_width *tool = meet_tool(w, truth->tool);
        st = adaptive_step(w->all, off, err);
        st = st == MARU_OK && tool ? adaptive_step(&tool->scores, off, err) : st;
    }
    if (st != MARU_OK) {
        return st;
    }
    if (w->all && !isnan(truth->low) && !isnan(truth->high)) {
        w->n_interval++;
        w->n_held += truth->low <= truth->truth && truth->truth <= truth->high;
    }
    watch_error(w, off);
    w->n++;
    *error = off;
    return MARU_OK;
}

// Where errors are less different than those of training, their own variance counts; where they are more so, their mean may have moved.
static double alike(const struct truth_watch *w) {
    const double n = (double)w->errors.n_step + PRIOR, mean = w->total / n;
    const double own = (w->squares + PRIOR * w->spread) / n - mean * mean;
    const double usual = 2.0 * fmin(w->spread, own);
    const double step = (w->moves + PRIOR * usual) / ((double)w->n_move + PRIOR);
    return usual > 0.0 ? fmin(fmax(1.0 - step / usual, 0.0), MOST_ALIKE) : MOST_ALIKE;
}

struct error_state truth_watch_errors(const struct truth_watch *w) {
    struct error_state s = {.usual = w->usual};
    if (w->has_reference) {
        const double r = alike(w);
        s.sum = w->errors.sum;
        s.bound = w->errors.bound * (1.0 + r) / (1.0 - r);
        s.verdict = w->errors.n_step == 0 ? ERRORS_UNKNOWN
                    : s.sum > s.bound     ? ERRORS_WORSE
                                          : ERRORS_USUAL;
    }
    return s;
}

// The mean of the last n errors, n at most n_kept.
static double mean_of(const struct truth_watch *w, uint32_t n) {
    double mean = n > 0 ? 0.0 : (double)NAN;
    uint32_t at = (w->next + w->options.n_recent - n) % w->options.n_recent;
    for (uint32_t i = 0; i < n; i++) {
        mean += w->recent[at] / n;
        at = at + 1 < w->options.n_recent ? at + 1 : 0;
    }
    return mean;
}

double truth_watch_mean(const struct truth_watch *w) { return mean_of(w, w->n_kept); }

double truth_watch_mean_since(const struct truth_watch *w) {
    return mean_of(w, w->errors.since < w->n_kept ? (uint32_t)w->errors.since : w->n_kept);
}

void truth_watch_reset(struct truth_watch *w) { error_watch_reset(&w->errors); }

// ---- bytes

static void write_scores(const struct adaptive *scores, struct text *out) {
    struct text own;
    text_init(&own, 1 << 20);
    if (adaptive_write(scores, &own, NULL) == MARU_OK) {
        binary_add_block(out, own.bytes, own.n_bytes);
    } else {
        out->status = MARU_E_MEMORY;
    }
    text_fini(&own);
}

void truth_watch_write(const struct truth_watch *w, struct text *out) {
    const uint32_t oldest = w->n_kept < w->options.n_recent ? 0 : w->next;
    binary_add_u32(out, w->options.n_recent);
    binary_add_u64(out, w->n);
    binary_add_u64(out, w->n_interval);
    binary_add_u64(out, w->n_held);
    binary_add_double(out, w->errors.sum);
    binary_add_u64(out, w->errors.n_step);
    binary_add_u64(out, w->errors.since);
    binary_add_double(out, w->last);
    binary_add_double(out, w->moves);
    binary_add_double(out, w->total);
    binary_add_double(out, w->squares);
    binary_add_u64(out, w->n_move);
    binary_add_u32(out, w->n_kept);
    for (uint32_t i = 0; i < w->n_kept; i++) {
        binary_add_double(out, w->recent[(oldest + i) % w->options.n_recent]);
    }
    binary_add_u8(out, w->all != NULL);
    if (w->all) {
        write_scores(w->all, out);
    }
    binary_add_u32(out, w->n_tool);
    for (uint32_t i = 0; i < w->n_tool; i++) {
        binary_add_string(out, w->tool[i]->name);
        write_scores(&w->tool[i]->scores, out);
    }
}

// Scores of the same kind as those that are there.
static void read_scores(struct binary *in, struct adaptive *scores) {
    const double level = scores->level, speed = scores->speed;
    const uint32_t window = scores->window;
    size_t n = 0;
    const void *bytes = binary_block(in, &n);
    in->is_bad = in->is_bad || !bytes || adaptive_read(bytes, n, scores, NULL) != MARU_OK ||
                 scores->level != level || scores->window != window || scores->speed != speed;
}

static void read_sums(struct truth_watch *w, struct binary *in) {
    in->is_bad = in->is_bad || binary_u32(in) != w->options.n_recent;
    w->n = binary_u64(in);
    w->n_interval = binary_u64(in);
    w->n_held = binary_u64(in);
    w->errors.sum = binary_double(in);
    w->errors.n_step = binary_u64(in);
    w->errors.since = binary_u64(in);
    w->last = binary_double(in);
    w->moves = binary_double(in);
    w->total = binary_double(in);
    w->squares = binary_double(in);
    w->n_move = binary_u64(in);
    in->is_bad = in->is_bad || w->n_interval > w->n || w->n_held > w->n_interval ||
                 !(w->errors.sum >= 0) || isinf(w->errors.sum) || w->errors.n_step > w->n ||
                 w->errors.since > w->errors.n_step || !isfinite(w->last) || !(w->moves >= 0) ||
                 isinf(w->moves) || !isfinite(w->total) || !(w->squares >= 0) ||
                 isinf(w->squares) || w->n_move > w->n;
}

static void read_recent(struct truth_watch *w, struct binary *in) {
    w->n_kept = binary_count(in, w->options.n_recent, 8);
    for (uint32_t i = 0; i < w->n_kept; i++) {
        w->recent[i] = binary_double(in);
        in->is_bad = in->is_bad || !(w->recent[i] >= 0) || isinf(w->recent[i]);
    }
    w->next = w->n_kept % w->options.n_recent;
    in->is_bad = in->is_bad || w->n_kept > w->n;
}

static maru_status read_tools(struct truth_watch *w, struct binary *in, maru_error *err) {
    const uint32_t n = binary_count(in, TRUTHS_MAX_TOOLS, 16);
    struct arena names;
    arena_init(&names, 1 << 20);
    in->is_bad = in->is_bad || (n > 0 && !w->all);
    for (uint32_t i = 0; i < n && !in->is_bad; i++) {
        struct tool_width *tool = meet_tool(w, binary_string(in, &names));
        in->is_bad = in->is_bad || w->n_tool != i + 1; // twice, or without a name
        if (tool && !in->is_bad) {
            read_scores(in, &tool->scores);
        }
    }
    const maru_status st = names.is_full ? arena_refusal(&names, err) : MARU_OK;
    arena_fini(&names);
    return st;
}

maru_status truth_watch_read(struct truth_watch *w, struct binary *in, maru_error *err) {
    read_sums(w, in);
    read_recent(w, in);
    const uint8_t has_scores = binary_u8(in);
    in->is_bad = in->is_bad || has_scores > 1 || (has_scores != 0) != (w->all != NULL);
    if (w->all && !in->is_bad) {
        read_scores(in, w->all);
    }
    return in->is_bad ? MARU_OK : read_tools(w, in, err);
}
