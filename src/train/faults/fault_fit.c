#include "train/faults/fault_fit.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Folds. Samples of a run resemble each other, so a row is tried by trees that learned from other runs of its fault where there are any: its
// runs are dealt out to the folds in turn. The one run of another fault is cut into as many blocks, and rows nearer to the tried block
// than the longest window are not learned from. Both are one split by blocks (learn/splits): a row's time is where it stands in its block, as
// far from the block's end as it is; rows that are held out by runs stand in the middle of a block, from where no gap reaches another.

#define DIAGNOSIS_MAX_FIT_BYTES ((size_t)8 << 30)

static bool is_used(const struct fault_samples *s, const struct fault_fit_options *o,
                    uint32_t row) {
    const uint32_t fault = s->fault[row];
    const bool is_known = fault != FAULT_NOT_SAID && !(o->is_left_out && o->is_left_out[fault]);
    return is_known && (!o->is_used || o->is_used[row]);
}

// ---- the monitor

// Stretches of normal rows that follow each other.
static size_t find_parts(const struct fault_samples *s, const struct fault_fit_options *o,
                         struct monitor_part *part) {
    size_t n = 0;
    bool is_on = false;
    for (uint32_t i = 0; i < s->n_row; i++) {
        const bool is_normal = s->fault[i] == FAULT_NORMAL && is_used(s, o, i);
        if (is_normal && !(is_on && s->run[i] == s->run[i - 1])) {
            part[n++] = (struct monitor_part){s->x + (size_t)i * s->n_column, 0};
        }
        if (is_normal) {
            part[n - 1].n_sample++;
        }
        is_on = is_normal;
    }
    return n;
}

maru_status fault_fit_monitor(const struct fault_samples *samples,
                              const struct fault_fit_options *options, struct arena *arena,
                              struct monitor *out, maru_error *err) {
    struct monitor_options o = monitor_defaults();
    o.alpha = options->alpha;
    struct monitor_part *part = alloc_new((size_t)samples->n_row + 1, sizeof *part);
    if (!part) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    struct arena scratch;
    arena_init(&scratch, DIAGNOSIS_MAX_FIT_BYTES);
    const struct monitor_data data = {part, find_parts(samples, options, part), samples->n_column};
    const maru_status st = data.n_part == 0 ? fail(err, MARU_E_INPUT, "no row is normal")
                                            : monitor_fit(&o, &data, arena, &scratch, out, err);
    arena_fini(&scratch);
    alloc_free(part);
    return st;
}

// ---- rows whose names are learnt

struct lesson {
    struct arena arena;
    struct diagnosis_rows rows;
    struct splits splits;
    float *x;
    uint32_t *row, *fault; // (n_row) of the samples; class
    uint32_t *class_of;    // (n_fault + 1) FAULT_NONE: not learnt
    uint32_t *n_of;        // (n_fault + 1) rows that are used
    uint32_t n_row;
};

// Every how many-th row of a fault is learned from: as asked for, or fewer where there are too many.
static uint32_t step_of(const struct fault_fit_options *o, uint32_t n_row, uint32_t n_class,
                        uint32_t n_feature) {
    const uint32_t most = DIAGNOSIS_MAX_VALUES / n_feature / n_class + 1;
    const uint32_t step = n_row / most + 1;
    return step > o->every ? step : o->every;
}

static maru_status choose_classes(const struct fault_samples *s, const struct fault_fit_options *o,
                                  struct lesson *l, uint32_t *class_fault, maru_error *err) {
    l->class_of = arena_take(&l->arena, (size_t)s->n_fault + 1, sizeof *l->class_of);
    l->n_of = arena_take(&l->arena, (size_t)s->n_fault + 1, sizeof *l->n_of);
    if (!l->class_of || !l->n_of) {
        return arena_refusal(&l->arena, err);
    }
    for (uint32_t i = 0; i < s->n_row; i++) {
        if (is_used(s, o, i)) {
            l->n_of[s->fault[i]]++;
        }
    }
    l->class_of[FAULT_NORMAL] = FAULT_NONE;
    for (uint32_t k = 1; k <= s->n_fault; k++) {
        const bool is_learnt = l->n_of[k] >= FAULT_FIT_LEAST_ROWS;
        l->class_of[k] = is_learnt ? l->rows.n_fault : FAULT_NONE;
        if (is_learnt) {
            class_fault[l->rows.n_fault++] = k;
        }
    }
    return MARU_OK;
}

// The rows that are learned from, each so many-th of its stretch.
static maru_status choose_rows(const struct fault_samples *s, const struct fault_fit_options *o,
                               struct lesson *l, maru_error *err) {
    l->row = arena_take(&l->arena, (size_t)s->n_row + 1, sizeof *l->row);
    l->fault = arena_take(&l->arena, (size_t)s->n_row + 1, sizeof *l->fault);
    if (!l->row || !l->fault) {
        return arena_refusal(&l->arena, err);
    }
    uint32_t begin = 0;
    for (uint32_t i = 0; i < s->n_row; i++) {
        begin = i == 0 || s->run[i] != s->run[i - 1] || s->fault[i] != s->fault[i - 1] ? i : begin;
        const uint32_t class = is_used(s, o, i) ? l->class_of[s->fault[i]] : FAULT_NONE;
        if (class != FAULT_NONE &&
            (i - begin) % step_of(o, l->n_of[s->fault[i]], l->rows.n_fault, l->rows.n_feature) ==
                0) {
            l->row[l->n_row] = i;
            l->fault[l->n_row++] = class;
        }
    }
    return MARU_OK;
}

static maru_status make_features(const struct fault_samples *s, const struct fault_fit_options *o,
                                 const struct monitor *monitor, struct lesson *l, maru_error *err) {
    struct fault_watch watch;
    maru_status st = fault_watch_init(monitor, o->window, o->n_window, &l->arena, &watch, err);
    if (st != MARU_OK) {
        return st;
    }
    l->x = arena_take(&l->arena, (size_t)l->n_row * watch.n_feature + 1, sizeof *l->x);
    float *spare = arena_take(&l->arena, watch.n_feature, sizeof *spare);
    if (!l->x || !spare) {
        return arena_refusal(&l->arena, err);
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < s->n_row && at < l->n_row; i++) {
        struct monitor_verdict verdict;
        if (i == 0 || s->run[i] != s->run[i - 1]) {
            fault_watch_start(&watch);
        }
        const bool is_kept = l->row[at] == i;
        float *to = is_kept ? l->x + (size_t)at * watch.n_feature : spare;
        fault_watch_step(&watch, s->x + (size_t)i * s->n_column, &verdict, to);
        at += is_kept ? 1 : 0;
    }
    return MARU_OK;
}

// ---- folds

struct dealing {
    uint32_t *n_run;    // (n_class) runs with rows of the class
    uint32_t *run_rank; // (n_row) which of its class's runs a row is in
    uint32_t *at;       // (n_row) where its sample stands in its class's stretch of the run
    uint32_t *length;   // (n_row) samples of this stretch
};

// Where rows stand: among the samples of their class in their run.
static maru_status find_places(const struct fault_samples *s, struct lesson *l, struct dealing *d,
                               maru_error *err) {
    const uint32_t n = l->n_row, n_class = l->rows.n_fault;
    d->n_run = arena_take(&l->arena, n_class, sizeof *d->n_run);
    d->run_rank = arena_take(&l->arena, (size_t)n + 1, sizeof *d->run_rank);
    d->at = arena_take(&l->arena, (size_t)n + 1, sizeof *d->at);
    d->length = arena_take(&l->arena, (size_t)n + 1, sizeof *d->length);
    uint32_t *last_run = arena_take(&l->arena, n_class, sizeof *last_run);
    uint32_t *first = arena_take(&l->arena, n_class, sizeof *first);
    if (!d->n_run || !d->run_rank || !d->at || !d->length || !last_run || !first) {
        return arena_refusal(&l->arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t class = l->fault[i], run = s->run[l->row[i]];
        if (d->n_run[class] == 0 || last_run[class] != run) {
            d->n_run[class]++;
            last_run[class] = run;
            first[class] = l->row[i];
        }
        d->run_rank[i] = d->n_run[class] - 1;
        d->at[i] = l->row[i] - first[class];
    }
    // Backwards, so that the last row of a stretch tells its length to the others.
    for (uint32_t k = 0; k < n_class; k++) {
        last_run[k] = UINT32_MAX;
    }
    uint32_t *length = first;
    for (uint32_t i = n; i-- > 0;) {
        const uint32_t class = l->fault[i], run = s->run[l->row[i]];
        if (last_run[class] != run) {
            uint32_t end = l->row[i];
            while (end + 1 < s->n_row && s->run[end + 1] == run &&
                   s->fault[end + 1] == s->fault[l->row[i]]) {
                end++;
            }
            length[class] = end - l->row[i] + d->at[i] + 1;
            last_run[class] = run;
        }
        d->length[i] = length[class];
    }
    return MARU_OK;
}

// Blocks of a stretch: fewer where it is short, so that the middle of a block is far from both neighbors.
static uint32_t blocks_of(uint32_t length, uint32_t n_fold, uint32_t gap) {
    const uint32_t n = gap > 0 ? length / (2 * gap) : n_fold;
    return n < 2 ? 2 : n > n_fold ? n_fold : n;
}

// A row's fold and its time: block b of a stretch is [b width, (b + 1) width).
static void deal(const struct dealing *d, const struct lesson *l, uint32_t n_fold, uint32_t gap,
                 int64_t width, uint8_t *fold, int64_t *time) {
    for (uint32_t i = 0; i < l->n_row; i++) {
        if (d->n_run[l->fault[i]] > 1) {
            fold[i] = (uint8_t)(d->run_rank[i] % n_fold);
            time[i] = fold[i] * width + width / 2;
            continue;
        }
        const uint64_t n = d->length[i], k = blocks_of(d->length[i], n_fold, gap),
                       b = d->at[i] * k / n;
        const uint64_t from = (b * n + k - 1) / k, until = ((b + 1) * n + k - 1) / k;
        const int64_t in = (int64_t)(d->at[i] - from), left = (int64_t)(until - d->at[i]);
        fold[i] = (uint8_t)b;
        time[i] = (int64_t)b * width + (in < left ? in : width - left);
    }
}

static maru_status make_folds(const struct fault_samples *s, const struct fault_fit_options *o,
                              struct lesson *l, maru_error *err) {
    struct dealing dealing = {0};
    maru_status st = find_places(s, l, &dealing, err);
    uint8_t *fold = arena_take(&l->arena, (size_t)l->n_row + 1, sizeof *fold);
    int64_t *time = arena_take(&l->arena, (size_t)l->n_row + 1, sizeof *time);
    int64_t *begin = arena_take(&l->arena, o->n_fold, sizeof *begin);
    int64_t *end = arena_take(&l->arena, o->n_fold, sizeof *end);
    if (st != MARU_OK || !fold || !time || !begin || !end) {
        return st != MARU_OK ? st : arena_refusal(&l->arena, err);
    }
    const uint32_t gap = o->n_window > 0 ? o->window[o->n_window - 1] : 0;
    int64_t width = 2 * (int64_t)gap + 2;
    for (uint32_t i = 0; i < l->n_row; i++) {
        const int64_t longest =
            dealing.length[i] / blocks_of(dealing.length[i], o->n_fold, gap) + 1;
        width = longest > width ? longest : width;
    }
    deal(&dealing, l, o->n_fold, gap, width, fold, time);
    for (uint32_t k = 0; k < o->n_fold; k++) {
        begin[k] = k * width;
        end[k] = (k + 1) * width - 1;
    }
    l->splits = (struct splits){.fold = fold,
                                .n_row = l->n_row,
                                .n_fold = o->n_fold,
                                .begin = begin,
                                .end = end,
                                .time = time,
                                .gap = gap,
                                .kind = SPLITS_BLOCKS};
    return MARU_OK;
}

// ---- the whole

maru_status fault_fit_names(const struct fault_samples *samples,
                            const struct fault_fit_options *options, const struct monitor *monitor,
                            struct fault_trees *out, uint32_t *class_fault, maru_error *err) {
    struct lesson l = {0};
    arena_init(&l.arena, DIAGNOSIS_MAX_FIT_BYTES);
    if (options->n_fold < 2 || options->n_fold > SPLITS_MAX_FOLDS || options->every < 1) {
        return fail(err, MARU_E_RANGE, "%u folds, can be %u to %d", options->n_fold, 2,
                    SPLITS_MAX_FOLDS);
    }
    l.rows.n_feature = 2 * monitor->n_variable * (1 + N_TRAILING_KIND * options->n_window);
    maru_status st = choose_classes(samples, options, &l, class_fault, err);
    if (st == MARU_OK && l.rows.n_fault < 2) {
        *out = (struct fault_trees){0};
        arena_fini(&l.arena);
        return MARU_OK;
    }
    st = st == MARU_OK ? choose_rows(samples, options, &l, err) : st;
    st = st == MARU_OK ? make_features(samples, options, monitor, &l, err) : st;
    st = st == MARU_OK ? make_folds(samples, options, &l, err) : st;
    if (st == MARU_OK) {
        l.rows.x = l.x;
        l.rows.fault = l.fault;
        l.rows.n_row = l.n_row;
        st = diagnosis_fit(&l.rows, &l.splits, &options->names, out, err);
    }
    arena_fini(&l.arena);
    return st;
}
