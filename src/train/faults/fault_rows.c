// A table becomes samples of runs: which class each row is of, which run, in which order; what is set aside.
//
// Set aside of a fault are whole runs, the last quarter of them, where it has two or more, else the last quarter of its rows, after a gap as long
// as the longest window; of the normal rows the last quarter of the runs where there are four or more, else the last quarter of each run.

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "learn/faults/run_order.h"
#include "learn/measures/row_order.h"
#include "learn/roles/role_words.h"
#include "train/faults/fault_inside.h"

enum {
    FAULTY_WINDOW = 40, // samples of the longest window
    LEAST_WINDOW = 4,
    WINDOWS_A_STRETCH = 12, // a stretch of a fault is at least so many of the longest window
    NAME_BYTES = 64,
};

// Which class each row of the frame is of.
struct classes {
    uint32_t *of; // (frame->n_row) FAULT_NOT_SAID: none
    const char **name;
    double *value; // of a column of numbers
    uint32_t n;
};

// ---- classes

static bool is_word(const struct frame_column *column) {
    return column->kind == FRAME_WORD || column->kind == FRAME_TEXT;
}

static maru_status class_words(struct fault_work *w, const struct frame_column *column,
                               struct classes *out, maru_error *err) {
    uint32_t *number = arena_take(w->arena, (size_t)column->words.n + 1, sizeof *number);
    out->name = arena_take(w->arena, (size_t)column->words.n + 1, sizeof *out->name);
    if (!number || !out->name) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t i = 0; i < w->in->frame->n_row; i++) {
        const uint32_t word = column->word[i];
        if (word != FRAME_NO_WORD && number[word] == 0) {
            out->name[out->n++] = column->words.name[word];
            number[word] = out->n;
        }
        out->of[i] = word == FRAME_NO_WORD ? FAULT_NOT_SAID : number[word] - 1;
    }
    return MARU_OK;
}

// Numbers in rising order.
static maru_status class_numbers(struct fault_work *w, const struct frame_column *column,
                                 struct classes *out, maru_error *err) {
    const uint32_t n_row = w->in->frame->n_row;
    uint32_t *order = arena_take(w->arena, (size_t)n_row + 1, sizeof *order);
    uint32_t *spare = arena_take(w->arena, (size_t)n_row + 1, sizeof *spare);
    out->name = arena_take(w->arena, DIAGNOSIS_MAX_FAULTS + 1, sizeof *out->name);
    out->value = arena_take(w->arena, DIAGNOSIS_MAX_FAULTS + 1, sizeof *out->value);
    if (!order || !spare || !out->name || !out->value) {
        return arena_refusal(w->arena, err);
    }
    row_order(column->number, n_row, order, spare);
    for (uint32_t i = 0; i < n_row; i++) {
        const double value = column->number[order[i]];
        out->of[order[i]] = FAULT_NOT_SAID;
        if (!isfinite(value)) {
            continue;
        }
        if (out->n == 0 || value > out->value[out->n - 1]) {
            struct text name;
            if (out->n > DIAGNOSIS_MAX_FAULTS) {
                return fail(err, MARU_E_LIMIT, "more than %d faults", DIAGNOSIS_MAX_FAULTS);
            }
            text_init(&name, NAME_BYTES);
            text_add_double(&name, value);
            out->name[out->n] = arena_text(w->arena, name.bytes ? name.bytes : "", name.n_bytes);
            text_fini(&name);
            if (!out->name[out->n]) {
                return arena_refusal(w->arena, err);
            }
            out->value[out->n++] = value;
        }
        out->of[order[i]] = out->n - 1;
    }
    return MARU_OK;
}

static bool means_normal(const char *name) {
    static const char *const words[] = {"normal",  "none",     "no fault", "fault free",
                                        "healthy", "no_fault", "이상 무",  "고장 없음"};
    bool does = words_is(WORDS_GOOD, name) || strcmp(name, "0") == 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = 0;
        while (words[i][n] &&
               words[i][n] == (name[n] >= 'A' && name[n] <= 'Z' ? name[n] + 32 : name[n])) {
            n++;
        }
        does = does || (!words[i][n] && !name[n]);
    }
    return does;
}

static bool is_said(const struct classes *c, uint32_t class, const char *normal) {
    double value;
    return strcmp(c->name[class], normal) == 0 ||
           (c->value && number_double(normal, strlen(normal), &value) && value == c->value[class]);
}

// The class that is normal; of several that may be, the one with most rows.
static maru_status find_normal(const struct fault_work *w, const struct classes *c, uint32_t *out,
                               maru_error *err) {
    const char *target = w->in->frame->column[w->in->target].name;
    uint64_t most = 0;
    *out = FAULT_NOT_SAID;
    for (uint32_t k = 0; k < c->n; k++) {
        uint64_t n = 0;
        if (w->in->normal ? !is_said(c, k, w->in->normal) : !means_normal(c->name[k])) {
            continue;
        }
        for (uint32_t i = 0; i < w->in->frame->n_row; i++) {
            n += c->of[i] == k ? 1 : 0;
        }
        *out = n > most ? k : *out;
        most = n > most ? n : most;
    }
    if (*out != FAULT_NOT_SAID) {
        return MARU_OK;
    }
    return w->in->normal
               ? fail(err, MARU_E_INPUT, "no row of \"%.80s\" is \"%.80s\"", target, w->in->normal)
               : fail(err, MARU_E_INPUT,
                      "no word of \"%.80s\" is known to mean normal: say which (--normal)", target);
}

// The normal class comes first.
static maru_status find_classes(struct fault_work *w, struct classes *out, maru_error *err) {
    const struct frame *frame = w->in->frame;
    uint32_t normal = 0;
    maru_status st = MARU_OK;
    out->of = arena_take(w->arena, (size_t)frame->n_row + 1, sizeof *out->of);
    if (!out->of) {
        return arena_refusal(w->arena, err);
    }
    if (w->in->target == UINT32_MAX) {
        out->name = arena_take(w->arena, 1, sizeof *out->name);
        if (!out->name) {
            return arena_refusal(w->arena, err);
        }
        out->name[0] = "";
        out->n = 1;
        return MARU_OK;
    }
    const struct frame_column *column = &frame->column[w->in->target];
    st = is_word(column) ? class_words(w, column, out, err)
         : column->kind == FRAME_NUMBER
             ? class_numbers(w, column, out, err)
             : fail(err, MARU_E_INPUT, "\"%.80s\" has neither words nor numbers", column->name);
    st = st == MARU_OK ? find_normal(w, out, &normal, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    if (out->n > DIAGNOSIS_MAX_FAULTS + 1) {
        return fail(err, MARU_E_LIMIT, "more than %d faults", DIAGNOSIS_MAX_FAULTS);
    }
    const char *name = out->name[normal];
    memmove(out->name + 1, out->name, normal * sizeof *out->name);
    out->name[0] = name;
    for (uint32_t i = 0; i < frame->n_row; i++) {
        const uint32_t class = out->of[i];
        out->of[i] = class == FAULT_NOT_SAID ? class
                     : class == normal       ? 0
                                             : class + (class < normal ? 1 : 0);
    }
    return MARU_OK;
}

// ---- samples

static maru_status take_samples(struct fault_work *w, const struct classes *classes,
                                maru_error *err) {
    const struct frame *frame = w->in->frame;
    const uint32_t p = w->in->n_column;
    struct run_order order = {0};
    const maru_status st = run_order_find(frame, w->in->unit, w->in->order, w->arena, &order, err);
    if (st != MARU_OK) {
        return st;
    }
    double *x = arena_take(w->arena, (size_t)order.n * p + 1, sizeof *x);
    uint32_t *run = arena_take(w->arena, (size_t)order.n + 1, sizeof *run);
    uint32_t *fault = arena_take(w->arena, (size_t)order.n + 1, sizeof *fault);
    if (!x || !run || !fault) {
        return arena_refusal(w->arena, err);
    }
    uint32_t n = 0, last = UINT32_MAX;
    for (uint32_t i = 0; i < order.n; i++) {
        const uint32_t row = order.row[i];
        if (classes->of[row] == FAULT_NOT_SAID) {
            continue;
        }
        w->model.n_run += order.run[i] != last ? 1 : 0;
        last = order.run[i];
        run[n] = w->model.n_run - 1;
        fault[n] = classes->of[row];
        w->model.n_normal += fault[n] == FAULT_NORMAL ? 1 : 0;
        for (uint32_t c = 0; c < p; c++) {
            x[(size_t)n * p + c] = frame->column[w->in->column[c]].number[row];
        }
        n++;
    }
    w->samples = (struct fault_samples){x, run, fault, n, p, classes->n - 1};
    w->name = classes->name;
    w->model.n_left_out = frame->n_row - n;
    return MARU_OK;
}

// ---- windows and sides

// Stretches of a fault in a run: its rows that follow each other.
static bool begins_stretch(const struct fault_samples *s, uint32_t i) {
    return i == 0 || s->run[i] != s->run[i - 1] || s->fault[i] != s->fault[i - 1];
}

// The longest window is a twelfth of the usual stretch of a fault, 4 to 40 samples; a quarter of it is the other.
static maru_status choose_windows(struct fault_work *w, maru_error *err) {
    const struct fault_samples *s = &w->samples;
    double *length = arena_take(w->arena, (size_t)s->n_row + 1, sizeof *length);
    uint32_t *order = arena_take(w->arena, (size_t)s->n_row + 1, sizeof *order);
    uint32_t *spare = arena_take(w->arena, (size_t)s->n_row + 1, sizeof *spare);
    uint32_t n = 0, longest = FAULTY_WINDOW;
    if (!length || !order || !spare) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t i = 0; i < s->n_row; i++) {
        if (s->fault[i] != FAULT_NORMAL) {
            n += begins_stretch(s, i) ? 1 : 0;
            length[n - 1] += 1.0;
        }
    }
    if (n > 0) {
        row_order(length, n, order, spare);
        const double share = length[order[n / 2]] / WINDOWS_A_STRETCH;
        longest = share > FAULTY_WINDOW  ? FAULTY_WINDOW
                  : share < LEAST_WINDOW ? LEAST_WINDOW
                                         : (uint32_t)share;
    }
    const bool has_two = longest >= 2 * LEAST_WINDOW;
    w->options.n_window = has_two ? 2 : 1;
    w->options.window[0] = has_two ? longest / 4 : longest;
    w->options.window[1] = has_two ? longest : 0;
    return MARU_OK;
}

// Rows of a class: how many each run has, and the runs that have any.
struct of_class {
    uint32_t *n; // (n_run)
    uint32_t n_run;
};

static void count_runs(const struct fault_work *w, uint32_t class, struct of_class *out) {
    memset(out->n, 0, (size_t)w->model.n_run * sizeof *out->n);
    out->n_run = 0;
    for (uint32_t i = 0; i < w->samples.n_row; i++) {
        if (w->samples.fault[i] == class) {
            out->n_run += out->n[w->samples.run[i]]++ == 0 ? 1 : 0;
        }
    }
}

static void set_aside(struct fault_work *w, uint32_t class, const struct of_class *of) {
    const struct fault_samples *s = &w->samples;
    const bool is_by_run = of->n_run >= (class == FAULT_NORMAL ? FAULT_PARTS : 2);
    const uint32_t n_test = (of->n_run + FAULT_PARTS - 1) / FAULT_PARTS;
    const uint32_t gap = class == FAULT_NORMAL ? 0 : w->options.window[w->options.n_window - 1];
    uint32_t rank = 0, at = 0, last = UINT32_MAX;
    for (uint32_t i = 0; i < s->n_row; i++) {
        if (s->fault[i] != class) {
            continue;
        }
        rank += s->run[i] != last ? 1 : 0;
        at = s->run[i] != last ? 0 : at + 1;
        last = s->run[i];
        const uint32_t n = of->n[last], n_train = n - n / FAULT_PARTS;
        if (is_by_run) {
            w->side[i] = rank + n_test > of->n_run ? FAULT_TEST : FAULT_TRAIN;
        } else {
            w->side[i] = at >= n_train ? FAULT_TEST : at + gap >= n_train ? FAULT_GAP : FAULT_TRAIN;
        }
    }
}

static maru_status set_aside_all(struct fault_work *w, maru_error *err) {
    struct of_class of = {arena_take(w->arena, (size_t)w->model.n_run + 1, sizeof *of.n), 0};
    w->side = arena_take(w->arena, (size_t)w->samples.n_row + 1, sizeof *w->side);
    w->n_run_of = arena_take(w->arena, (size_t)w->samples.n_fault + 1, sizeof *w->n_run_of);
    if (!of.n || !w->side || !w->n_run_of) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t k = 0; k <= w->samples.n_fault; k++) {
        count_runs(w, k, &of);
        set_aside(w, k, &of);
        w->n_run_of[k] = of.n_run;
    }
    return MARU_OK;
}

// ---- the whole

maru_status fault_find_rows(struct fault_work *w, maru_error *err) {
    struct classes classes = {0};
    if (w->in->n_column == 0) {
        return fail(err, MARU_E_INPUT, "there is no column of numbers to watch");
    }
    if (w->in->n_column > MONITOR_MAX_VARIABLES) {
        return fail(err, MARU_E_LIMIT, "more than %d columns to watch: leave some out",
                    MONITOR_MAX_VARIABLES);
    }
    maru_status st = find_classes(w, &classes, err);
    st = st == MARU_OK ? take_samples(w, &classes, err) : st;
    if (st == MARU_OK && w->model.n_normal < FAULT_LEAST_NORMAL) {
        return fail(err, MARU_E_INPUT, "%u normal rows, and fewer than %d say nothing",
                    w->model.n_normal, FAULT_LEAST_NORMAL);
    }
    st = st == MARU_OK ? choose_windows(w, err) : st;
    return st == MARU_OK ? set_aside_all(w, err) : st;
}
