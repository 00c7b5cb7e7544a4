#include "learn/splits/splits.h"

#include <string.h>

#include "base/random.h"
#include "base/status.h"

// Rows are sorted by (key, random, row), heap sort on whole keys, and then cut. By time a cut falls only between two times: the rows that
// are left are shared out among the folds that are left, and a fold takes times as long as that brings it nearer to its part. Groups go from
// the largest to the smallest, each into the fold with the fewest rows so far.

struct entry {
    int64_t key;
    uint64_t luck;
    uint32_t row;
};

static bool is_before(const struct entry *a, const struct entry *b) {
    if (a->key != b->key) {
        return a->key < b->key;
    }
    return a->luck != b->luck ? a->luck < b->luck : a->row < b->row;
}

static void sift(struct entry *e, uint32_t from, uint32_t n) {
    for (uint64_t at = from, child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && is_before(&e[child], &e[child + 1])) {
            child++;
        }
        if (!is_before(&e[at], &e[child])) {
            return;
        }
        const struct entry swap = e[at];
        e[at] = e[child];
        e[child] = swap;
        at = child;
    }
}

static void sort(struct entry *e, uint32_t n) {
    for (uint32_t i = n / 2; i > 0; i--) {
        sift(e, i - 1, n);
    }
    for (uint32_t i = n; i > 1; i--) {
        const struct entry swap = e[0];
        e[0] = e[i - 1];
        e[i - 1] = swap;
        sift(e, 0, i - 1);
    }
}

static uint64_t luck_of(uint64_t seed, uint64_t stream, uint32_t i) {
    const struct random_block r = random_at(seed, stream, i);
    return r.word[0] | (uint64_t)r.word[1] << 32;
}

static int64_t time_of(const struct splits *s, uint32_t row) {
    return s->time ? s->time[row] : (int64_t)row;
}

static bool is_by_time(uint8_t kind) { return kind == SPLITS_EXPANDING || kind == SPLITS_BLOCKS; }

static maru_status check(const struct splits_input *in, maru_error *err) {
    const uint32_t least = in->kind == SPLITS_EXPANDING ? 1 : 2;
    if (in->kind >= N_SPLITS_KIND || in->n_fold < least || in->n_fold > SPLITS_MAX_FOLDS) {
        return fail(err, MARU_E_RANGE, "%u folds, can be %u to %d", in->n_fold, least,
                    SPLITS_MAX_FOLDS);
    }
    if (in->gap < 0 || (!is_by_time(in->kind) && (in->time || in->gap > 0))) {
        return fail(err, MARU_E_RANGE, "a time or gap where it has no meaning");
    }
    if ((in->kind == SPLITS_GROUPS && !in->group) || (in->kind == SPLITS_RANDOM && in->group)) {
        return fail(err, MARU_E_RANGE,
                    in->group ? "rows by chance tear groups apart"
                              : "there are no groups to go by");
    }
    if (in->stratum && in->kind != SPLITS_RANDOM) {
        return fail(err, MARU_E_RANGE, "strata are for rows by chance alone");
    }
    for (uint32_t i = 0; in->group && i < in->n_row; i++) {
        if (in->group[i] >= in->n_group) {
            return fail(err, MARU_E_RANGE, "row %u is in group %u, there are %u", i + 1,
                        in->group[i], in->n_group);
        }
    }
    return MARU_OK;
}

// How many entries from `at` on have its key.
static uint32_t equal_from(const struct entry *e, uint32_t at, uint32_t n) {
    uint32_t end = at + 1;
    while (end < n && e[end].key == e[at].key) {
        end++;
    }
    return end - at;
}

static maru_status by_time(const struct splits_input *in, struct entry *e, uint8_t *fold,
                           maru_error *err) {
    for (uint32_t i = 0; i < in->n_row; i++) {
        e[i] = (struct entry){in->time ? in->time[i] : (int64_t)i, 0, i};
    }
    sort(e, in->n_row);
    const uint32_t n_fold = in->n_fold + (in->kind == SPLITS_EXPANDING ? 1 : 0);
    uint32_t n_time = 0;
    for (uint32_t at = 0; at < in->n_row; at += equal_from(e, at, in->n_row)) {
        n_time++;
    }
    if (n_time < n_fold) {
        return fail(err, MARU_E_RANGE, "%u folds need as many times, there are %u", n_fold, n_time);
    }
    uint32_t at = 0;
    for (uint32_t k = 0; k < n_fold; k++) {
        const uint32_t left = in->n_row - at, want = left / (n_fold - k);
        uint32_t taken = 0;
        do { // at least one time, and one must be left for each fold to come
            const uint32_t more = equal_from(e, at, in->n_row);
            if (taken > 0 && k + 1 < n_fold &&
                (n_time <= n_fold - 1 - k || taken >= want || taken + more > 2 * want - taken)) {
                break;
            }
            for (uint32_t i = 0; i < more; i++) {
                fold[e[at + i].row] = (uint8_t)k;
            }
            at += more;
            taken += more;
            n_time--;
        } while (at < in->n_row);
    }
    return MARU_OK;
}

static maru_status by_group(const struct splits_input *in, struct entry *e, uint8_t *fold,
                            uint8_t *fold_of, maru_error *err) {
    for (uint32_t g = 0; g < in->n_group; g++) {
        e[g] = (struct entry){0, luck_of(in->seed, 0, g), g};
    }
    for (uint32_t i = 0; i < in->n_row; i++) {
        e[in->group[i]].key--; // the largest first
    }
    sort(e, in->n_group);
    uint64_t size[SPLITS_MAX_FOLDS] = {0};
    uint32_t n_used = 0;
    for (uint32_t i = 0; i < in->n_group && e[i].key < 0; i++) {
        uint32_t least = 0;
        for (uint32_t k = 1; k < in->n_fold; k++) {
            least = size[k] < size[least] ? k : least;
        }
        fold_of[e[i].row] = (uint8_t)least;
        size[least] += (uint64_t)-e[i].key;
        n_used++;
    }
    if (n_used < in->n_fold) {
        return fail(err, MARU_E_RANGE, "%u folds need as many groups, there are %u", in->n_fold,
                    n_used);
    }
    for (uint32_t i = 0; i < in->n_row; i++) {
        fold[i] = fold_of[in->group[i]];
    }
    return MARU_OK;
}

// Sorted by stratum and luck, rows are dealt out in turn; where one stratum ends the next goes on with the fold after.
static maru_status by_chance(const struct splits_input *in, struct entry *e, uint8_t *fold,
                             maru_error *err) {
    if (in->n_row < in->n_fold) {
        return fail(err, MARU_E_RANGE, "%u folds of %u rows", in->n_fold, in->n_row);
    }
    for (uint32_t i = 0; i < in->n_row; i++) {
        e[i] =
            (struct entry){in->stratum ? (int64_t)in->stratum[i] : 0, luck_of(in->seed, 1, i), i};
    }
    sort(e, in->n_row);
    for (uint32_t i = 0; i < in->n_row; i++) {
        fold[e[i].row] = (uint8_t)(i % in->n_fold);
    }
    return MARU_OK;
}

static void note_spans(const struct splits *s, int64_t *begin, int64_t *end) {
    for (uint32_t k = 0; k < s->first + s->n_fold; k++) {
        begin[k] = INT64_MAX;
        end[k] = INT64_MIN;
    }
    for (uint32_t i = 0; i < s->n_row; i++) {
        const int64_t t = time_of(s, i);
        begin[s->fold[i]] = t < begin[s->fold[i]] ? t : begin[s->fold[i]];
        end[s->fold[i]] = t > end[s->fold[i]] ? t : end[s->fold[i]];
    }
}

maru_status splits_make(const struct splits_input *in, struct arena *arena, struct splits *out,
                        maru_error *err) {
    const maru_status checked = check(in, err);
    if (checked != MARU_OK) {
        return checked;
    }
    const uint32_t n_group = in->group ? in->n_group : 0;
    const uint32_t n_entry = in->kind == SPLITS_GROUPS ? n_group : in->n_row;
    uint8_t *fold = arena_take(arena, in->n_row, sizeof *fold);
    uint8_t *fold_of = arena_take(arena, n_group, sizeof *fold_of);
    uint64_t *group_folds = arena_take(arena, n_group, sizeof *group_folds);
    int64_t *span = arena_take(arena, 2 * ((size_t)SPLITS_MAX_FOLDS + 1), sizeof *span);
    struct entry *e = arena_take(arena, n_entry, sizeof *e);
    if (!fold || !fold_of || !group_folds || !span || !e) {
        return arena_refusal(arena, err);
    }
    const maru_status st = is_by_time(in->kind)        ? by_time(in, e, fold, err)
                           : in->kind == SPLITS_GROUPS ? by_group(in, e, fold, fold_of, err)
                                                       : by_chance(in, e, fold, err);
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t i = 0; in->group && i < in->n_row; i++) {
        group_folds[in->group[i]] |= UINT64_C(1) << fold[i];
    }
    struct splits s = {.fold = fold,
                       .n_row = in->n_row,
                       .n_fold = in->n_fold,
                       .first = in->kind == SPLITS_EXPANDING ? 1 : 0,
                       .is_optimistic = in->kind == SPLITS_RANDOM,
                       .kind = in->kind,
                       .time = in->time,
                       .gap = in->gap,
                       .group = in->group,
                       .group_folds = in->group ? group_folds : NULL};
    if (is_by_time(in->kind)) {
        note_spans(&s, span, span + SPLITS_MAX_FOLDS + 1);
        s.begin = span;
        s.end = span + SPLITS_MAX_FOLDS + 1;
    }
    *out = s;
    return MARU_OK;
}

// b - a of times, which may lie further apart than int64 holds; a <= b.
static uint64_t apart(int64_t a, int64_t b) { return (uint64_t)b - (uint64_t)a; }

static bool is_too_near(const struct splits *s, int64_t t, uint32_t k) {
    const uint64_t gap = (uint64_t)s->gap;
    if (t < s->begin[k]) {
        return apart(t, s->begin[k]) < gap;
    }
    return t > s->end[k] && apart(s->end[k], t) < gap;
}

enum splits_side splits_side_of(const struct splits *s, uint32_t row, uint32_t k) {
    if (s->fold[row] == k) {
        return SPLITS_TEST;
    }
    if (s->kind == SPLITS_EXPANDING && s->fold[row] > k) {
        return SPLITS_UNUSED;
    }
    if (s->begin && is_too_near(s, time_of(s, row), k)) {
        return SPLITS_UNUSED;
    }
    const bool is_torn = s->group && (s->group_folds[s->group[row]] >> k & 1) != 0;
    return is_torn ? SPLITS_UNUSED : SPLITS_TRAIN;
}

uint32_t splits_rows(const struct splits *s, uint32_t k, enum splits_side side, uint32_t *row) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_row; i++) {
        if (splits_side_of(s, i, k) == side) {
            row[n++] = i;
        }
    }
    return n;
}
