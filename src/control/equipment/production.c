#include "control/equipment/production.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/equipment/mapping.h"

// Notes in the order of time, kind and key, counts of units also of their value: a total order, so equal ones meet. Three states are kept: before the first note,
// after the last one that was counted, and after the last.

static const double most_units = 4e9, most_total = 9e15;

maru_status production_init(struct production *p, uint32_t max_notes, production_item_of item_of,
                            void *context, maru_error *err) {
    if (max_notes < YIELDS_MIN_COUNTS || max_notes > YIELDS_MAX_COUNTS / 2) {
        return fail(err, MARU_E_RANGE, "a production keeps %d to %d notes, not %u",
                    YIELDS_MIN_COUNTS, YIELDS_MAX_COUNTS / 2, max_notes);
    }
    *p = (struct production){.max = max_notes, .item_of = item_of, .context = context};
    for (int kind = 0; kind < N_PRODUCTION_KIND; kind++) {
        p->heard_us[kind] = INT64_MIN;
    }
    return yield_log_init(&p->yields, 2 * max_notes, err); // so notes that are kept have theirs
}

void production_fini(struct production *p) {
    alloc_free(p->note);
    alloc_free(p->base.total);
    alloc_free(p->counted.total);
    alloc_free(p->end.total);
    yield_log_fini(&p->yields);
    *p = (struct production){0};
}

static bool is_word(uint8_t kind) { return kind < PRODUCTION_WORDS; }
static bool is_total(uint8_t kind) { return kind >= PRODUCTION_GOOD_TOTAL; }

static int compare(const struct production_note *a, const struct production_note *b) {
    if (a->at_us != b->at_us) {
        return a->at_us < b->at_us ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    if (a->key != b->key || is_word(a->kind) || is_total(a->kind)) {
        return a->key < b->key ? -1 : a->key > b->key;
    }
    return a->value < b->value ? -1 : a->value > b->value;
}

// The first that is not before it.
static uint32_t find(const struct production *p, const struct production_note *note) {
    uint32_t low = 0, high = p->n;
    if (p->n > 0 && compare(&p->note[p->n - 1], note) < 0) {
        return p->n;
    }
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (compare(&p->note[mid], note) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

// ---- states

static struct production_note *find_total(const struct production_state *state,
                                          const struct production_note *note) {
    for (uint32_t i = 0; i < state->n_total; i++) {
        if (state->total[i].key == note->key && state->total[i].kind == note->kind) {
            return &state->total[i];
        }
    }
    return NULL;
}

static bool has_room(struct production_state *state, uint32_t n) {
    if (n > state->cap_total) {
        const uint32_t cap = 2 * n;
        struct production_note *total = alloc_resize(state->total, cap, sizeof *total);
        if (!total) {
            return false;
        }
        state->total = total;
        state->cap_total = cap;
    }
    return true;
}

static bool copy_state(struct production_state *to, const struct production_state *from) {
    if (!has_room(to, from->n_total)) {
        return false;
    }
    memcpy(to->word, from->word, sizeof to->word);
    memcpy(to->has_word, from->has_word, sizeof to->has_word);
    if (from->n_total > 0) {
        memcpy(to->total, from->total, from->n_total * sizeof *to->total);
    }
    to->n_total = from->n_total;
    return true;
}

// A note that nothing older follows. False: no memory.
static bool take(struct production_state *state, const struct production_note *note) {
    if (is_word(note->kind)) {
        state->word[note->kind] = *note;
        state->has_word[note->kind] = true;
    } else if (is_total(note->kind)) {
        struct production_note *last = find_total(state, note);
        if (!last && !has_room(state, state->n_total + 1)) {
            return false;
        }
        last = last ? last : &state->total[state->n_total++];
        *last = *note;
    }
    return true;
}

// What the same signal or, of a word, any other said last; NULL: nothing.
static const struct production_note *last_of(const struct production_state *state,
                                             const struct production_note *note) {
    if (is_word(note->kind)) {
        return state->has_word[note->kind] ? &state->word[note->kind] : NULL;
    }
    return is_total(note->kind) ? find_total(state, note) : NULL;
}

static uint32_t word_of(const struct production_state *state, enum production_kind kind) {
    return state->has_word[kind] ? (uint32_t)state->word[kind].value : 0;
}

uint32_t production_now(const struct production *p, enum production_kind kind) {
    return is_word((uint8_t)kind) ? word_of(&p->end, kind) : 0;
}

// The state before note[at].
static bool state_before(const struct production *p, uint32_t at, struct production_state *state) {
    bool is_good = copy_state(state, &p->base);
    for (uint32_t i = 0; is_good && i < at; i++) {
        is_good = take(state, &p->note[i]);
    }
    return is_good;
}

// ---- notes

// The same before note[at].
static const struct production_note *last_before(const struct production *p, uint32_t at,
                                                 const struct production_note *note) {
    if (at == p->n || !(is_word(note->kind) || is_total(note->kind))) {
        return last_of(&p->end, note);
    }
    for (uint32_t i = at; i > 0; i--) {
        const struct production_note *one = &p->note[i - 1];
        if (one->kind == note->kind && (is_word(note->kind) || one->key == note->key)) {
            return one;
        }
    }
    return last_of(&p->base, note);
}

// Lets the first quarter go. They stay counted.
static maru_status fold(struct production *p, maru_error *err) {
    const uint32_t n = p->max / 4;
    struct production_state base = {0};
    const maru_status st = production_count(p, err);
    if (st != MARU_OK || !state_before(p, n, &base)) {
        alloc_free(base.total);
        return st != MARU_OK ? st : fail(err, MARU_E_MEMORY, "no memory");
    }
    alloc_free(p->base.total);
    p->base = base;
    p->base_us = p->note[n - 1].at_us;
    p->is_folded = true;
    p->n -= n;
    p->n_counted -= n;
    memmove(p->note, p->note + n, p->n * sizeof *p->note);
    return MARU_OK;
}

static bool grow(struct production *p) {
    if (p->n < p->cap) {
        return true;
    }
    uint32_t cap = p->cap > 0 ? p->cap * 2 : YIELDS_MIN_COUNTS;
    cap = cap < p->max ? cap : p->max;
    struct production_note *note = alloc_resize(p->note, cap, sizeof *note);
    if (note) {
        p->note = note;
        p->cap = cap;
    }
    return note != NULL;
}

// All from the moment of note[at] on is counted again.
static void uncount(struct production *p, uint32_t at) {
    const maru_time at_us = p->note[at].at_us;
    if (at < p->n_counted + p->is_rewound) {
        while (at > 0 && p->note[at - 1].at_us == at_us) {
            at--;
        }
        p->n_counted = at;
        p->is_rewound = true;
    }
}

static maru_status insert(struct production *p, uint32_t at, const struct production_note *note,
                          maru_error *err) {
    const struct production_note *last = last_of(&p->end, note);
    const bool is_newest = !last || compare(note, last) > 0;
    if (!grow(p) || (is_newest && !take(&p->end, note))) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memmove(p->note + at + 1, p->note + at, (p->n - at) * sizeof *p->note);
    p->note[at] = *note;
    p->n++;
    uncount(p, at);
    return MARU_OK;
}

static void replace(struct production *p, uint32_t at, const struct production_note *note) {
    struct production_note *last =
        is_word(note->kind) ? &p->end.word[note->kind] : find_total(&p->end, note);
    p->note[at].value = note->value;
    if (last && compare(last, note) == 0) {
        last->value = note->value;
    }
    uncount(p, at);
}

static void hear(struct production *p, const struct production_note *note) {
    maru_time *heard_us = &p->heard_us[note->kind];
    *heard_us = note->at_us > *heard_us ? note->at_us : *heard_us;
}

maru_status production_put(struct production *p, const struct production_note *note,
                           uint32_t *again, maru_error *err) {
    *again = UINT32_MAX;
    const double most = is_total(note->kind) ? most_total : most_units;
    if (note->kind >= N_PRODUCTION_KIND || !(note->value >= 0.0 && note->value < most)) {
        return fail(err, MARU_E_RANGE, "no such count");
    }
    // At base_us itself it may be a repeated one that is let go, so it is late too.
    if (p->is_folded && note->at_us <= p->base_us) {
        p->n_too_late++;
        return fail(err, MARU_E_RANGE, "this is older than what is kept of the tool");
    }
    const uint32_t at = find(p, note);
    if (at < p->n && compare(&p->note[at], note) == 0) {
        if (p->note[at].value != note->value) {
            replace(p, at, note);
            *again = note->key;
        }
        return MARU_OK;
    }
    // Of two signals that say the product in turn, neither does repeat itself.
    const struct production_note *last = last_before(p, at, note);
    if (last && last->key == note->key && last->value == note->value) {
        hear(p, note);
        return MARU_OK;
    }
    if (p->n == p->max) {
        const maru_status st = fold(p, err);
        return st == MARU_OK ? production_put(p, note, again, err) : st;
    }
    const uint32_t key = last && note->at_us <= p->heard_us[note->kind] ? last->key : UINT32_MAX;
    const maru_status st = insert(p, at, note, err);
    if (st == MARU_OK) {
        *again = key;
        hear(p, note);
    }
    return st;
}

// ---- counts

static maru_status count(struct production *p, const struct production_note *note,
                         maru_error *err) {
    struct yield yield = {.at_us = note->at_us, .id = note->key};
    uint32_t units = (uint32_t)note->value;
    if (is_total(note->kind)) {
        const struct production_note *last = find_total(&p->counted, note);
        units = last ? mapping_units(last->value, note->value) : 0;
    }
    if (is_word(note->kind) || units == 0) {
        return MARU_OK;
    }
    yield.item = p->item_of(p->context, word_of(&p->counted, PRODUCTION_PRODUCT),
                            word_of(&p->counted, PRODUCTION_STEP));
    if (note->kind == PRODUCTION_GOOD || note->kind == PRODUCTION_GOOD_TOTAL) {
        yield.good = units;
    } else if (note->kind == PRODUCTION_SCRAP || note->kind == PRODUCTION_SCRAP_TOTAL) {
        yield.scrap = units;
    } else {
        yield.rework = units;
    }
    const maru_status st = yield_log_put(&p->yields, &yield, err);
    return st == MARU_E_RANGE ? MARU_OK : st; // in the sums
}

maru_status production_count(struct production *p, maru_error *err) {
    if (p->is_rewound) {
        if (!state_before(p, p->n_counted, &p->counted)) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        yield_log_cut(&p->yields, p->note[p->n_counted].at_us);
        p->is_rewound = false;
    }
    for (; p->n_counted < p->n; p->n_counted++) {
        const struct production_note *note = &p->note[p->n_counted];
        const maru_status st = count(p, note, err);
        if (st != MARU_OK) {
            return st;
        }
        if (!take(&p->counted, note)) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
    }
    return MARU_OK;
}
