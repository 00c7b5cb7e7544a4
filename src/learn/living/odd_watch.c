#include "learn/living/odd_watch.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "learn/share.h"

// A verdict is made of the windows in the ring alone, so that the bytes keep the windows, and of the verdict only how often in a row it
// was too much and where in its cycle the watch stands; it is made again when they are read.
//
//     share odd or blind >= new_share, `hold` times in a row      much
//     share odd surely (SURE, both sides) above the promise       some

#define SURE 0.9998

static struct odd_verdict unknown(void) {
    return (struct odd_verdict){.verdict = DRIFT_UNKNOWN, .odd = (double)NAN, .blind = (double)NAN};
}

maru_status odd_watch_init(struct odd_watch *watch, const struct input_options *options,
                           double promised, uint32_t n_column, maru_error *err) {
    struct odd_watch w = {
        .options = *options, .promised = promised, .n_column = n_column, .verdict = unknown()};
    const uint32_t n = options->n_recent;
    *watch = w;
    if (n < INPUTS_LEAST_RECENT || n > INPUTS_MAX_RECENT || options->cycle < 1 ||
        options->cycle > n || options->hold < 1 || !(options->new_share > 0) ||
        !(promised >= 0 && promised <= 1)) {
        return fail(err, MARU_E_RANGE, "no watch of inputs by %u rows every %u", n, options->cycle);
    }
    arena_init(&w.arena, SIZE_MAX / 2);
    w.is_odd = arena_take(&w.arena, n, 1);
    w.is_blind = arena_take(&w.arena, n, 1);
    w.column = arena_take(&w.arena, n, sizeof *w.column);
    w.often = arena_take(&w.arena, (size_t)n_column + 1, sizeof *w.often);
    *watch = w;
    return w.is_odd && w.is_blind && w.column && w.often ? MARU_OK : arena_refusal(&w.arena, err);
}

void odd_watch_fini(struct odd_watch *watch) {
    arena_fini(&watch->arena);
    *watch = (struct odd_watch){0};
}

void odd_watch_reset(struct odd_watch *w) {
    w->n = w->next = w->in_cycle = w->n_much = 0;
    w->verdict = unknown();
}

// ---- verdicts

static void find_worst(struct odd_watch *w, struct odd_verdict *v) {
    memset(w->often, 0, w->n_column * sizeof *w->often);
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->column[i] < w->n_column) {
            w->often[w->column[i]]++;
        }
    }
    for (uint32_t c = 0; c < w->n_column; c++) {
        uint32_t at = v->n_worst;
        const double share = (double)w->often[c] / w->n;
        while (at > 0 && v->worst[at - 1].share < share) {
            at--;
        }
        if (w->often[c] > 0 && at < INPUTS_MAX_WORST) {
            v->n_worst += v->n_worst < INPUTS_MAX_WORST;
            memmove(&v->worst[at + 1], &v->worst[at], (v->n_worst - 1 - at) * sizeof *v->worst);
            v->worst[at] = (struct odd_worst){c, share};
        }
    }
}

// What the windows of the ring say, before it has to hold.
static struct odd_verdict look(struct odd_watch *w) {
    struct odd_verdict v = unknown();
    uint32_t n_odd = 0, n_blind = 0;
    v.n = w->n;
    if (2 * w->n < w->options.n_recent) {
        return v;
    }
    for (uint32_t i = 0; i < w->n; i++) {
        n_odd += w->is_odd[i];
        n_blind += w->is_blind[i];
    }
    const uint32_t oldest = w->n < w->options.n_recent ? 0 : w->next;
    const double worth = rows_worth(w->is_odd, w->n, 1, oldest);
    const struct share share = share_of_clusters(n_odd, w->n, 1 / worth, SURE);
    v.odd = (double)n_odd / w->n;
    v.blind = (double)n_blind / w->n;
    v.verdict = v.odd + v.blind >= w->options.new_share ? DRIFT_MUCH
                : share.low > w->promised               ? DRIFT_SOME
                                                        : DRIFT_NONE;
    find_worst(w, &v);
    return v;
}

static void hold(struct odd_watch *w, struct odd_verdict *v) {
    v->verdict = v->verdict == DRIFT_MUCH && w->n_much < w->options.hold ? DRIFT_SOME : v->verdict;
    w->verdict = *v;
}

static void judge(struct odd_watch *w) {
    struct odd_verdict v = look(w);
    w->in_cycle = 0;
    w->n_much = v.verdict == DRIFT_MUCH ? w->n_much + (w->n_much < w->options.hold) : 0;
    hold(w, &v);
}

// ---- windows

static void put(struct odd_watch *w, const struct odd_window *window) {
    w->is_odd[w->next] = window->is_odd;
    w->is_blind[w->next] = window->is_blind;
    w->column[w->next] = window->is_odd ? window->column : UINT32_MAX;
    w->next = (w->next + 1) % w->options.n_recent;
    w->n += w->n < w->options.n_recent;
}

bool odd_watch_step(struct odd_watch *w, const struct odd_window *window) {
    put(w, window);
    w->n_row++;
    if (++w->in_cycle < w->options.cycle) {
        return false;
    }
    judge(w);
    return true;
}

// ---- bytes: counts; windows from the oldest on; the verdict, which later windows have not changed

void odd_watch_write(const struct odd_watch *w, struct text *out) {
    const struct odd_verdict *v = &w->verdict;
    const uint32_t oldest = w->n < w->options.n_recent ? 0 : w->next;
    binary_add_u32(out, w->n);
    binary_add_u32(out, w->in_cycle);
    binary_add_u32(out, w->n_much);
    binary_add_u64(out, w->n_row);
    for (uint32_t i = 0; i < w->n; i++) {
        const uint32_t at = (oldest + i) % w->options.n_recent;
        binary_add_u8(out, (uint8_t)(w->is_odd[at] | w->is_blind[at] << 1));
        binary_add_u32(out, w->column[at]);
    }
    binary_add_u8(out, v->verdict);
    binary_add_u32(out, v->n);
    binary_add_double(out, v->odd);
    binary_add_double(out, v->blind);
    binary_add_u32(out, v->n_worst);
    for (uint32_t i = 0; i < v->n_worst; i++) {
        binary_add_u32(out, v->worst[i].column);
        binary_add_double(out, v->worst[i].share);
    }
}

static bool is_share(double value) { return value > 0 && value <= 1; }

static void read_verdict(struct odd_watch *w, struct binary *in) {
    enum { LEAST_BYTES = 12 };
    struct odd_verdict v = {.verdict = binary_u8(in)};
    v.n = binary_u32(in);
    v.odd = binary_double(in);
    v.blind = binary_double(in);
    v.n_worst = binary_count(in, INPUTS_MAX_WORST, LEAST_BYTES);
    const bool is_unknown = isnan(v.odd) && isnan(v.blind) && v.verdict == DRIFT_UNKNOWN;
    const bool is_known = v.odd >= 0 && v.odd <= 1 && v.blind >= 0 && v.blind <= 1 &&
                          v.verdict > DRIFT_UNKNOWN && v.verdict < N_DRIFT_VERDICT;
    in->is_bad = in->is_bad || v.n > w->n || (!is_unknown && !is_known);
    for (uint32_t i = 0; i < v.n_worst; i++) {
        v.worst[i].column = binary_u32(in);
        v.worst[i].share = binary_double(in);
        in->is_bad = in->is_bad || v.worst[i].column >= w->n_column || !is_share(v.worst[i].share);
    }
    w->verdict = v;
}

void odd_watch_read(struct odd_watch *w, struct binary *in) {
    enum { WINDOW_BYTES = 5 };
    odd_watch_reset(w);
    const uint32_t n = binary_count(in, w->options.n_recent, WINDOW_BYTES);
    const uint32_t in_cycle = binary_u32(in), n_much = binary_u32(in);
    w->n_row = binary_u64(in);
    in->is_bad = in->is_bad || in_cycle >= w->options.cycle || n_much > w->options.hold ||
                 n > w->n_row || in_cycle > w->n_row;
    for (uint32_t i = 0; !in->is_bad && i < n; i++) {
        const uint8_t bits = binary_u8(in);
        const struct odd_window window = {bits & 1, bits >> 1 & 1, binary_u32(in)};
        in->is_bad =
            in->is_bad || bits > 3 ||
            (window.column != UINT32_MAX && (window.column >= w->n_column || !window.is_odd));
        put(w, &window);
    }
    w->in_cycle = in_cycle;
    w->n_much = n_much;
    read_verdict(w, in);
    if (in->is_bad) {
        odd_watch_reset(w);
        w->n_row = 0;
    }
}
