#include "learn/living/input_watch.h"

#include <math.h>
#include <string.h>

#include "base/distribution.h"
#include "base/status.h"
#include "learn/drift/many_tests.h"

// A row is a byte for each feature: its bin. Of the features, n_feature / cycle are judged with each row, so that no row pays for all.
//
// Three tests of a feature, all of them adjusted for each other. Two of them may say `much`: that its level strays (level_watch.h), and that bins hold more
// than any part of training could give which has the products of the last rows, or half of training where they are more. Both need rows that
// lie beyond: of the last rows BEYOND at least are such as half of training, or that part, cannot have had. The third, that bins differ at all,
// is told.
//
// A word that the recipe does not know was rare in training, or is the one that all zeros stand for. It counts as never seen only in columns
// where that was so in at most OTHERS of the rows.
//
// Shares of bins need many rows. Where most of the last rows have a value that lies farther away from all of training than training is wide, in a
// number that the model relies on for FAR_WEIGHT at least, there is nothing to wait for: it does not happen without a cause.

enum {
    LEAST_SPELLS = 8, // in the ring, for its bins to be judged
    N_TEST = 3, // of a column: its level, bins beyond a part of training, bins that differ at all
};
#define OTHERS 0.05
#define HALF 0.5   // of training, that may come alone
#define BEYOND 0.1 // of the last rows
#define FAR_WEIGHT 0.02

struct input_options input_options_usual(void) {
    return (struct input_options){.n_recent = 200,
                                  .cycle = 20,
                                  .chance = 1e-3,
                                  .share = 0.25,
                                  .hold = 5,
                                  .new_share = 0.5,
                                  .far = 20};
}

static bool is_right(const struct input_options *o) {
    return o->n_recent >= INPUTS_LEAST_RECENT && o->n_recent <= INPUTS_MAX_RECENT &&
           o->cycle >= 1 && o->cycle <= o->n_recent && o->hold >= 1 && o->chance > 0.0 &&
           o->chance <= 1.0 && o->share > 0.0 && o->share <= 1.0 && o->new_share > 0.0 &&
           o->new_share <= 1.0 && o->far >= 1 && o->far <= 32;
}

// Rows of training in which a word stood.
static uint64_t rows_with(const struct drift_reference *r) {
    const uint32_t one = drift_bin_of_number(r, 1.0);
    return one == drift_bin_of_number(r, 0.0) ? 0 : r->count[one];
}

static void find_closed(struct input_watch *w) {
    const struct recipe *recipe = &w->model->recipe;
    for (uint32_t c = 0, f = 0; c < recipe->n_column; c++) {
        const uint32_t n_word = recipe->column[c].n_word;
        uint64_t n_known = 0;
        for (uint32_t i = 0; i < n_word; i++) {
            n_known += rows_with(&w->model->reference[f + i]);
        }
        if (n_word > 0) {
            const struct drift_reference *r = &w->model->reference[f];
            const uint64_t n = r->n - r->count[drift_bins_of(r) - 1];
            w->is_closed[c] = n > 0 && (double)n_known >= (1.0 - OTHERS) * (double)n;
        }
        f += n_word > 0 ? n_word : 1;
    }
}

static bool has_new_word(const struct input_watch *w, const float *x) {
    const struct recipe *recipe = &w->model->recipe;
    for (uint32_t c = 0; c < recipe->n_column; c++) {
        const uint32_t n_word = recipe->column[c].n_word;
        uint32_t n_zero = 0;
        for (uint32_t i = 0; w->is_closed[c] && i < n_word; i++) {
            n_zero += x[i] == 0.0F;
        }
        if (n_word > 0 && n_zero == n_word) {
            return true;
        }
        x += n_word > 0 ? n_word : 1;
    }
    return false;
}

// The first feature that lies far away; UINT32_MAX: none does.
static uint32_t far_feature(const struct input_watch *w, const float *x) {
    const struct recipe *recipe = &w->model->recipe;
    for (uint32_t f = 0; f < recipe->n_feature; f++) {
        const struct drift_reference *r = &w->model->reference[f];
        const double wide = r->most - r->least; // NaN of words
        if (recipe->feature[f].form != FEATURE_WORD && w->weight[f] >= FAR_WEIGHT && wide > 0.0 &&
            ((double)x[f] > r->most + wide || (double)x[f] < r->least - wide)) {
            return f;
        }
    }
    return UINT32_MAX;
}

static struct input_verdict unknown_verdict(void) {
    return (struct input_verdict){.verdict = DRIFT_UNKNOWN, .largest = (double)NAN};
}

maru_status input_watch_init(struct input_watch *watch, const struct fitted_model *model,
                             const struct input_options *options, maru_error *err) {
    const uint32_t n = model->recipe.n_feature;
    struct input_watch w = {.options = *options, .model = model, .verdict = unknown_verdict()};
    *watch = w;
    if (!is_right(options)) {
        return fail(err, MARU_E_RANGE, "no watch of inputs by %u rows every %u", options->n_recent,
                    options->cycle);
    }
    arena_init(&w.arena, SIZE_MAX / 2);
    w.first = arena_take(&w.arena, (size_t)n + 1, sizeof *w.first);
    for (uint32_t f = 0; w.first && f < n; f++) {
        w.first[f + 1] = w.first[f] + drift_bins_of(&model->reference[f]);
    }
    w.count = w.first ? arena_take(&w.arena, (size_t)w.first[n] + 1, sizeof *w.count) : NULL;
    w.weight = arena_take(&w.arena, (size_t)n + 1, sizeof *w.weight);
    w.p = arena_take(&w.arena, N_TEST * (size_t)n + 1, sizeof *w.p);
    w.beyond = arena_take(&w.arena, 2 * (size_t)n + 1, sizeof *w.beyond);
    w.index = arena_take(&w.arena, (size_t)n + 1, sizeof *w.index);
    w.bin = arena_take(&w.arena, (size_t)n * options->n_recent + 1, 1);
    w.is_new = arena_take(&w.arena, options->n_recent, sizeof *w.is_new);
    w.is_closed = arena_take(&w.arena, (size_t)model->recipe.n_column + 1, sizeof *w.is_closed);
    *watch = w;
    if (!w.count || !w.weight || !w.p || !w.index || !w.beyond || !w.bin || !w.is_new ||
        !w.is_closed) {
        return arena_refusal(&w.arena, err);
    }
    fitted_model_weigh(model, watch->weight);
    find_closed(watch);
    const struct level_input levels = {model->reference, &model->wander, n, watch->first};
    return level_watch_init(&watch->levels, &levels, &watch->arena, err);
}

void input_watch_fini(struct input_watch *watch) {
    arena_fini(&watch->arena);
    *watch = (struct input_watch){0};
}

void input_watch_reset(struct input_watch *w) {
    const uint32_t n = w->model->recipe.n_feature;
    memset(w->count, 0, w->first[n] * sizeof *w->count);
    w->n = w->next = w->n_new = w->in_cycle = w->at = w->n_much = w->far_rows = 0;
    w->verdict = unknown_verdict();
    level_watch_reset(&w->levels);
}

// ---- verdicts

// The share of training that had the products of the last rows, those that make up a twentieth at least; 1 where there is but one.
static double share_of_products(const struct input_watch *w) {
    const struct wander *wander = &w->model->wander;
    double seen = 0, all = 0, left = w->n;
    for (uint32_t i = 0; i <= wander->n_word; i++) {
        const struct drift_reference *r = &w->model->reference[wander->first + i];
        const uint32_t one = i < wander->n_word ? drift_bin_of_number(r, 1.0) : 0;
        const double n =
            i < wander->n_word ? (double)w->count[w->first[wander->first + i] + one] : left;
        left -= i < wander->n_word ? n : 0.0;
        seen += n >= w->n / 20.0 ? (double)wander->n_row[i] : 0.0;
        all += (double)wander->n_row[i];
    }
    return seen > 0.0 ? seen / all : 1.0;
}

// Of a chi-square; where it is below its mean, 1.
static double chance_of(double chi_square, double freedom) {
    return chi_square > freedom && freedom >= 1.0 ? chi_square_above(chi_square, freedom) : 1.0;
}

struct beyond { // what the last rows have and a part of training, a share of it, could not
    double
        rows; // share of rows: of each bin what is above the bin's share / share, by more than the standard errors of both
    double p; // that bins are above that as far by chance, where all of them lie at their bounds
};

static struct beyond beyond(const struct input_watch *w, uint32_t f, double share, double spell) {
    const struct drift_reference *r = &w->model->reference[f];
    const uint64_t *count = w->count + w->first[f];
    const double now = spell / w->n, then = spell / (share * (double)r->n);
    struct beyond out = {0};
    double sum = 0;
    uint32_t n_bin = 0;
    for (uint32_t i = 0; i < drift_bins_of(r); i++) {
        const double p = fmin(((double)r->count[i] + 0.5) / ((double)r->n + 1.0) / share, 1.0);
        const double off = (double)count[i] / w->n - p;
        n_bin += r->count[i] + count[i] > 0;
        if (off > 0.0) {
            const double variance = p * (1.0 - p);
            out.rows += fmax(off - sqrt(variance * now) - sqrt(variance * then), 0.0);
            sum += off * off / (variance * (now + then));
        }
    }
    out.p = chance_of(sum, n_bin);
    return out;
}

static void judge_feature(struct input_watch *w, uint32_t f) {
    const uint32_t n_feature = w->model->recipe.n_feature;
    double *by_bins = w->p + n_feature, *differs = by_bins + n_feature;
    w->p[f] = by_bins[f] = differs[f] = w->index[f] = (double)NAN;
    w->beyond[f] = w->beyond[n_feature + f] = 0;
    if (2 * w->n < w->options.n_recent || w->model->reference[f].n == 0) {
        return;
    }
    const struct drift d = drift_of(&w->model->reference[f], w->count + w->first[f]);
    const double spell = level_watch_spell(&w->levels, f);
    const bool is_number = w->model->recipe.feature[f].form != FEATURE_WORD;
    const struct beyond half = beyond(w, f, HALF, spell);
    const double share = fmin(share_of_products(w), HALF);
    const struct beyond products = share == HALF ? half : beyond(w, f, share, spell);
    w->index[f] = fmax(d.index - d.by_chance * spell, 0.0);
    w->p[f] = is_number ? level_watch_p(&w->levels, f, spell) : (double)NAN;
    if (w->n >= LEAST_SPELLS * spell) {
        by_bins[f] = products.p;
        differs[f] = chance_of(d.chi_square / spell, d.freedom);
    }
    w->beyond[f] = half.rows;
    w->beyond[n_feature + f] = products.rows;
}

static uint8_t size_of(const struct input_watch *w, uint32_t f, const double *adjusted) {
    const uint32_t n = w->model->recipe.n_feature;
    const double chance = w->options.chance;
    const bool has_level = adjusted[f] <= chance, has_bins = adjusted[n + f] <= chance;
    const bool differs = has_level || has_bins || adjusted[2 * n + f] <= chance;
    return (has_level && w->beyond[f] >= BEYOND) || (has_bins && w->beyond[n + f] >= BEYOND)
               ? DRIFT_MUCH
           : differs && w->index[f] >= 0.1 ? DRIFT_SOME
                                           : DRIFT_NONE;
}

static void keep_worst(struct input_verdict *v, uint32_t feature, double index, uint8_t size) {
    uint32_t at = v->n_worst;
    while (at > 0 && v->worst[at - 1].index < index) {
        at--;
    }
    if (at == INPUTS_MAX_WORST || !(index > 0.0)) {
        return;
    }
    v->n_worst += v->n_worst < INPUTS_MAX_WORST;
    for (uint32_t i = v->n_worst - 1; i > at; i--) {
        v->worst[i] = v->worst[i - 1];
    }
    v->worst[at] = (struct input_worst){feature, index, size};
}

// What all columns say together. Which words come how often depends on what is made just now: their columns are told, and stop nothing.
static struct input_verdict sum_up(const struct input_watch *w, const double *adjusted) {
    struct input_verdict v = {.verdict = DRIFT_NONE, .n = w->n, .largest = (double)NAN};
    v.unknown = (double)w->n_new / w->n;
    for (uint32_t f = 0; f < w->model->recipe.n_feature; f++) {
        const uint8_t size = size_of(w, f, adjusted);
        const bool is_number = w->model->recipe.feature[f].form != FEATURE_WORD;
        v.largest = fmax(v.largest, w->index[f]);
        v.verdict = size >= DRIFT_SOME ? DRIFT_SOME : v.verdict;
        v.changed += size == DRIFT_MUCH && is_number ? w->weight[f] : 0.0;
        keep_worst(&v, f, w->index[f], size);
    }
    if (v.changed >= w->options.share || v.unknown >= w->options.new_share) {
        v.verdict = DRIFT_MUCH;
    }
    return v;
}

static uint32_t n_far(const struct input_watch *w) {
    uint32_t n = 0;
    for (uint32_t rows = w->far_rows; rows > 0; rows &= rows - 1) {
        n++;
    }
    return n;
}

// The feature that lies far away comes first, whatever shares of bins say of it yet.
static void say_far(struct input_watch *w) {
    struct input_verdict *v = &w->verdict;
    uint32_t at = 0;
    while (at < v->n_worst && v->worst[at].feature != w->far) {
        at++;
    }
    const double index = at < v->n_worst ? v->worst[at].index : 0.0;
    v->n_worst += at == v->n_worst && at < INPUTS_MAX_WORST;
    for (uint32_t i = at < INPUTS_MAX_WORST ? at : INPUTS_MAX_WORST - 1; i > 0; i--) {
        v->worst[i] = v->worst[i - 1];
    }
    v->worst[0] = (struct input_worst){w->far, index, DRIFT_MUCH};
    v->verdict = DRIFT_MUCH;
    v->changed = fmax(v->changed, fmin(w->weight[w->far], 1.0));
    w->n_much = w->options.hold;
}

static maru_status judge_all(struct input_watch *w, maru_error *err) {
    const uint32_t n = w->model->recipe.n_feature;
    const bool is_far = n_far(w) >= w->options.far;
    struct arena arena;
    w->in_cycle = w->at = 0;
    w->n_judged++;
    if (2 * w->n < w->options.n_recent) {
        w->verdict = unknown_verdict();
        w->verdict.n = w->n;
        if (is_far) {
            say_far(w);
        }
        return MARU_OK;
    }
    arena_init(&arena, SIZE_MAX / 2);
    double *adjusted = arena_take(&arena, N_TEST * (size_t)n, sizeof *adjusted);
    maru_status st = adjusted ? many_tests_bh(w->p, N_TEST * n, &arena, adjusted, err)
                              : arena_refusal(&arena, err);
    if (st == MARU_OK) {
        w->verdict = sum_up(w, adjusted);
        const bool is_much = w->verdict.verdict == DRIFT_MUCH;
        w->n_much = is_much ? w->n_much + (w->n_much < w->options.hold) : 0;
        w->verdict.verdict =
            is_much && w->n_much < w->options.hold ? DRIFT_SOME : w->verdict.verdict;
        if (is_far) {
            say_far(w);
        }
    }
    arena_fini(&arena);
    return st;
}

// ---- rows

static void take_out(struct input_watch *w, const uint8_t *bin) {
    for (uint32_t f = 0; f < w->model->recipe.n_feature; f++) {
        w->count[w->first[f] + bin[f]]--;
    }
}

static void put_in(struct input_watch *w, const uint8_t *bin, bool has_new) {
    for (uint32_t f = 0; f < w->model->recipe.n_feature; f++) {
        w->count[w->first[f] + bin[f]]++;
    }
    w->is_new[w->next] = has_new;
    w->n_new += has_new;
    w->next = (w->next + 1) % w->options.n_recent;
}

maru_status input_watch_step(struct input_watch *w, const float *x, bool *is_judged,
                             maru_error *err) {
    const uint32_t n_feature = w->model->recipe.n_feature;
    uint8_t *bin = w->bin + (size_t)w->next * n_feature;
    if (w->n == w->options.n_recent) {
        take_out(w, bin);
        w->n_new -= w->is_new[w->next];
        w->n--;
    }
    for (uint32_t f = 0; f < n_feature; f++) {
        bin[f] = (uint8_t)drift_bin_of_number(&w->model->reference[f], (double)x[f]);
    }
    put_in(w, bin, has_new_word(w, x));
    level_watch_step(&w->levels, bin, x);
    const uint32_t far = far_feature(w, x);
    w->far_rows = w->far_rows << 1 | (far != UINT32_MAX);
    w->far = far == UINT32_MAX ? w->far : far;
    w->n++;
    w->n_row++;
    w->in_cycle++;
    const uint32_t until = (uint32_t)((uint64_t)n_feature * w->in_cycle / w->options.cycle);
    for (; w->at < until; w->at++) {
        judge_feature(w, w->at);
    }
    *is_judged = w->in_cycle == w->options.cycle;
    return *is_judged ? judge_all(w, err) : MARU_OK;
}

// ---- bytes: counts, rows from the oldest on (has_new, bins), what the cycle has judged, the verdict

static void write_verdict(const struct input_verdict *v, struct text *out) {
    binary_add_u8(out, v->verdict);
    binary_add_u32(out, v->n);
    binary_add_double(out, v->largest);
    binary_add_double(out, v->changed);
    binary_add_double(out, v->unknown);
    binary_add_u32(out, v->n_worst);
    for (uint32_t i = 0; i < v->n_worst; i++) {
        binary_add_u32(out, v->worst[i].feature);
        binary_add_double(out, v->worst[i].index);
        binary_add_u8(out, v->worst[i].verdict);
    }
}

void input_watch_write(const struct input_watch *w, struct text *out) {
    const uint32_t n_feature = w->model->recipe.n_feature;
    const uint32_t oldest = w->n < w->options.n_recent ? 0 : w->next;
    binary_add_u32(out, w->options.n_recent);
    binary_add_u32(out, w->options.cycle);
    binary_add_u32(out, w->n);
    binary_add_u32(out, w->in_cycle);
    binary_add_u32(out, w->n_much);
    binary_add_u32(out, w->far_rows);
    binary_add_u32(out, w->far);
    binary_add_u64(out, w->n_row);
    binary_add_u64(out, w->n_judged);
    for (uint32_t i = 0; i < w->n; i++) {
        const uint32_t at = (oldest + i) % w->options.n_recent;
        binary_add_u8(out, w->is_new[at]);
        binary_add_block(out, w->bin + (size_t)at * n_feature, n_feature);
    }
    for (uint32_t f = 0; f < w->at; f++) {
        binary_add_double(out, w->index[f]);
        binary_add_double(out, w->p[f]);
        binary_add_double(out, w->p[n_feature + f]);
        binary_add_double(out, w->p[2 * n_feature + f]);
        binary_add_double(out, w->beyond[f]);
        binary_add_double(out, w->beyond[n_feature + f]);
    }
    level_watch_write(&w->levels, out);
    write_verdict(&w->verdict, out);
}

static void read_row(struct input_watch *w, struct binary *in) {
    const uint32_t n_feature = w->model->recipe.n_feature;
    size_t n;
    const uint8_t is_new = binary_u8(in);
    const uint8_t *bin = binary_block(in, &n);
    in->is_bad = in->is_bad || !bin || n != n_feature || is_new > 1;
    for (uint32_t f = 0; !in->is_bad && f < n_feature; f++) {
        in->is_bad = bin[f] >= drift_bins_of(&w->model->reference[f]);
    }
    if (!in->is_bad) {
        memcpy(w->bin + (size_t)w->next * n_feature, bin, n_feature);
        put_in(w, bin, is_new != 0);
        w->n++;
    }
}

static bool is_share(double value) { return value >= 0.0 && value <= 1.0 + 1e-9; }

static void read_verdict(struct input_watch *w, struct binary *in) {
    enum { LEAST_WORST_BYTES = 13 };
    struct input_verdict v = {.verdict = binary_u8(in)};
    v.n = binary_u32(in);
    v.largest = binary_double(in);
    v.changed = binary_double(in);
    v.unknown = binary_double(in);
    v.n_worst = binary_count(in, INPUTS_MAX_WORST, LEAST_WORST_BYTES);
    for (uint32_t i = 0; i < v.n_worst; i++) {
        struct input_worst *one = &v.worst[i];
        one->feature = binary_u32(in);
        one->index = binary_double(in);
        one->verdict = binary_u8(in);
        in->is_bad = in->is_bad || one->feature >= w->model->recipe.n_feature ||
                     !isfinite(one->index) || one->verdict >= N_DRIFT_VERDICT;
    }
    in->is_bad = in->is_bad || v.verdict >= N_DRIFT_VERDICT || v.n > w->options.n_recent ||
                 isinf(v.largest) || !is_share(v.changed) || !is_share(v.unknown);
    w->verdict = v;
}

static void read_judged(struct input_watch *w, uint32_t f, struct binary *in) {
    const uint32_t n_feature = w->model->recipe.n_feature;
    double *const place[] = {&w->index[f],         &w->p[f],
                             &w->p[n_feature + f], &w->p[2 * n_feature + f],
                             &w->beyond[f],        &w->beyond[n_feature + f]};
    for (int i = 0; i < 6; i++) {
        const double value = *place[i] = binary_double(in);
        in->is_bad = in->is_bad || value < 0.0 || (i > 0 && value > 1.0) || isinf(value);
    }
}

void input_watch_read(struct input_watch *w, struct binary *in) {
    input_watch_reset(w);
    const uint32_t n_feature = w->model->recipe.n_feature;
    in->is_bad =
        in->is_bad || binary_u32(in) != w->options.n_recent || binary_u32(in) != w->options.cycle;
    const uint32_t n = binary_count(in, w->options.n_recent, (size_t)n_feature + 9);
    const uint32_t in_cycle = binary_u32(in), n_much = binary_u32(in);
    const uint32_t far_rows = binary_u32(in), far = binary_u32(in);
    w->n_row = binary_u64(in);
    w->n_judged = binary_u64(in);
    in->is_bad = in->is_bad || in_cycle >= w->options.cycle || n > w->n_row ||
                 n_much > w->options.hold || far >= n_feature;
    for (uint32_t i = 0; !in->is_bad && i < n; i++) {
        read_row(w, in);
    }
    const uint64_t at = in->is_bad ? 0 : (uint64_t)n_feature * in_cycle / w->options.cycle;
    w->in_cycle = in->is_bad ? 0 : in_cycle;
    for (w->at = 0; w->at < at && !in->is_bad; w->at++) {
        read_judged(w, w->at, in);
    }
    level_watch_read(&w->levels, in);
    w->n_much = n_much;
    w->far_rows = in->is_bad ? 0 : far_rows;
    w->far = in->is_bad ? 0 : far;
    read_verdict(w, in);
    if (in->is_bad) {
        input_watch_reset(w);
        w->n_row = w->n_judged = 0;
    }
}
