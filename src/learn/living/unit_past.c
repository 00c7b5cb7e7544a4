#include "learn/living/unit_past.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Features look at the order of rows, not at how far apart they are, so that rows are numbered as they follow each other.

size_t unit_past_bytes(const struct unit_scale *scale) {
    return sizeof(struct unit_past) + (size_t)scale->n_signal * (PAST_WINDOW + 3) * sizeof(double) +
           (size_t)scale->n_column * PAST_RECENT * sizeof(float) +
           PAST_SAID * sizeof(struct past_said);
}

maru_status unit_past_new(const struct unit_scale *scale, struct unit_past **out, maru_error *err) {
    struct unit_past *past = alloc_new(1, sizeof *past);
    if (!past) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&past->arena, SIZE_MAX / 2);
    past->n_column = scale->n_column;
    past->said = arena_take(&past->arena, PAST_SAID, sizeof *past->said);
    past->x = arena_take(&past->arena, (size_t)PAST_RECENT * scale->n_column, sizeof *past->x);
    maru_status st = past->said && past->x ? MARU_OK : arena_refusal(&past->arena, err);
    st = st == MARU_OK ? unit_history_begin(scale, &past->arena, &past->base, err) : st;
    if (st != MARU_OK) {
        unit_past_free(past);
        return st;
    }
    *out = past;
    return MARU_OK;
}

void unit_past_free(struct unit_past *past) {
    if (past) {
        arena_fini(&past->arena);
        alloc_free(past);
    }
}

// ---- rows

static float *row_of(const struct unit_past *p, uint32_t recent) {
    return p->x + (size_t)recent * p->n_column;
}

// Numbered as they follow each other, a row is always behind the one before.
static void fold(struct unit_state *state, const float *x) {
    const maru_status st = unit_history_add(state, x, (double)state->n + 1, NULL);
    (void)st;
}

static bool is_before(const struct past_said *said, maru_time at_us, uint64_t key) {
    return said->at_us < at_us || (said->at_us == at_us && said->key < key);
}

static uint32_t place_of(const struct unit_past *p, maru_time at_us, uint64_t key) {
    uint32_t place = p->n_said;
    while (place > 0 && !is_before(&p->said[place - 1], at_us, key)) {
        place--;
    }
    return place;
}

bool unit_past_is_recent(const struct unit_past *p, uint32_t place) {
    return place < p->n_said && place >= p->n_said - p->n_recent;
}

// Make room for one more row: the oldest of those that may change does not any more.
static void fold_oldest(struct unit_past *p) {
    fold(&p->base, row_of(p, 0));
    p->n_recent--;
    memmove(p->x, row_of(p, 1), (size_t)p->n_recent * p->n_column * sizeof *p->x);
}

static uint32_t insert(struct unit_past *p, uint32_t place, const struct past_said *said,
                       const float *x) {
    if (p->n_said == PAST_SAID) { // what was said first is forgotten
        p->n_said--;
        memmove(p->said, p->said + 1, p->n_said * sizeof *p->said);
        place--;
    }
    const uint32_t recent = place - (p->n_said - p->n_recent);
    memmove(row_of(p, recent + 1), row_of(p, recent),
            (size_t)(p->n_recent - recent) * p->n_column * sizeof *p->x);
    memcpy(row_of(p, recent), x, p->n_column * sizeof *p->x);
    memmove(p->said + place + 1, p->said + place, (p->n_said - place) * sizeof *p->said);
    p->said[place] = *said;
    p->n_said++;
    p->n_recent++;
    return place;
}

uint32_t unit_past_put(struct unit_past *p, maru_time at_us, uint64_t key, const float *x) {
    const double none = (double)NAN;
    const struct past_said said = {at_us, key, none, none, none, none, false};
    const uint32_t place = place_of(p, at_us, key);
    const bool is_there =
        place < p->n_said && p->said[place].at_us == at_us && p->said[place].key == key;
    if (is_there) {
        if (unit_past_is_recent(p, place)) {
            memcpy(row_of(p, place - (p->n_said - p->n_recent)), x, p->n_column * sizeof *x);
        }
        return place;
    }
    const bool is_full = p->n_recent == PAST_RECENT;
    if (place < p->n_said - p->n_recent || (is_full && place == p->n_said - p->n_recent) ||
        (p->n_said == PAST_SAID && place == 0)) {
        return UINT32_MAX;
    }
    if (is_full) {
        fold_oldest(p);
    }
    return insert(p, place, &said, x);
}

void unit_past_state(const struct unit_past *p, uint32_t place, struct unit_state *state) {
    const uint32_t n = place - (p->n_said - p->n_recent) + 1;
    unit_history_copy(&p->base, state);
    for (uint32_t i = 0; i < n && i < p->n_recent; i++) {
        fold(state, row_of(p, i));
    }
}

uint64_t unit_past_rows(const struct unit_past *p) { return p->base.n + p->n_recent; }

void unit_past_split(struct unit_past *p, maru_time at_us, struct unit_past *next) {
    uint32_t n_kept = p->n_said;
    while (n_kept > 0 && p->said[n_kept - 1].at_us > at_us) {
        n_kept--;
    }
    const uint32_t first = p->n_said - p->n_recent; // of those whose rows are there
    for (uint32_t i = n_kept > first ? n_kept : first; i < p->n_said; i++) {
        (void)insert(next, next->n_said, &p->said[i], row_of(p, i - first));
    }
    p->n_recent = n_kept > first ? n_kept - first : 0;
    p->n_said = n_kept;
}

// ---- bytes

void unit_past_write(const struct unit_past *p, struct text *out) {
    binary_add_u32(out, p->n_said);
    binary_add_u32(out, p->n_recent);
    for (uint32_t i = 0; i < p->n_said; i++) {
        const struct past_said *said = &p->said[i];
        binary_add_u64(out, (uint64_t)said->at_us);
        binary_add_u64(out, said->key);
        binary_add_double(out, said->order);
        binary_add_double(out, said->value);
        binary_add_double(out, said->low);
        binary_add_double(out, said->high);
        binary_add_u8(out, said->is_open);
    }
    for (size_t i = 0; i < (size_t)p->n_recent * p->n_column; i++) {
        binary_add_double(out, (double)p->x[i]); // NaN: missing
    }
    unit_history_keep(&p->base, out);
}

static void read_said(struct unit_past *p, struct binary *in) {
    for (uint32_t i = 0; i < p->n_said; i++) {
        struct past_said *said = &p->said[i];
        said->at_us = (maru_time)binary_u64(in);
        said->key = binary_u64(in);
        said->order = binary_double(in);
        said->value = binary_double(in);
        said->low = binary_double(in);
        said->high = binary_double(in);
        const uint8_t is_open = binary_u8(in);
        said->is_open = is_open == 1;
        in->is_bad = in->is_bad || is_open > 1 || isinf(said->value) || isinf(said->low) ||
                     isinf(said->high) || isinf(said->order) ||
                     (i > 0 && !is_before(&p->said[i - 1], said->at_us, said->key));
    }
}

void unit_past_read(struct unit_past *p, struct binary *in) {
    enum { SAID_BYTES = 49 };
    p->n_said = binary_count(in, PAST_SAID, SAID_BYTES);
    p->n_recent = binary_u32(in);
    in->is_bad = in->is_bad || p->n_recent > PAST_RECENT || p->n_recent > p->n_said;
    p->n_recent = in->is_bad ? 0 : p->n_recent;
    read_said(p, in);
    const size_t n = (size_t)p->n_recent * p->n_column;
    in->is_bad = in->is_bad || !binary_has(in, n, sizeof(double));
    for (size_t i = 0; !in->is_bad && i < n; i++) {
        const double value = binary_double(in);
        p->x[i] = (float)value;
        in->is_bad = in->is_bad || isinf(p->x[i]) || (!isnan(value) && (double)p->x[i] != value);
    }
    unit_history_take(&p->base, in);
    // rows fall out of those that may change only where there are more of them
    in->is_bad = in->is_bad || (p->n_said > p->n_recent && p->base.n == 0);
}
