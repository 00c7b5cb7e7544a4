// A model of survival at work. The age of a unit is what its column says, where windows have that; else the time since the event that its life
// before has ended. Before the first such event nobody knows its age, and nothing is said. What was known of the unit is what its window says.
//
// An end may be a failure or a replacement that was planned, and does not say which: so what was said is not judged by it.

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/living/living_cells.h"
#include "learn/living/living_kind.h"
#include "learn/survival/survival_model.h"

enum {
    SURVIVAL_MAX_UNITS = 5000, // that are remembered
    SURVIVAL_UNIT_BYTES = 512, // with its end; longer names are cut
};

struct aged_unit {
    char name[SURVIVAL_UNIT_BYTES];
    maru_time ended_us[2]; // the last end, and the one before; INT64_MIN: none
    maru_time last_us;     // of the last window that was answered, INT64_MIN: none
    double value, low, high;
};

struct living_survival {
    struct survival_model model;
    struct arena bound, room;
    struct recipe_row row;
    float *x;
    uint32_t age_cell; // UINT32_MAX: the time since the last end
    double us_per_unit;
    struct aged_unit *unit; // (n) names rise
    uint32_t n;
    uint64_t n_row;
};

static void close_survival(void *its) {
    struct living_survival *l = its;
    arena_fini(&l->bound);
    arena_fini(&l->room);
    survival_model_fini(&l->model);
    alloc_free(l->unit);
    alloc_free(l);
}

static maru_status open_survival(const void *bytes, size_t n, const struct living_options *options,
                                 void **out, maru_error *err) {
    struct living_survival *l = alloc_new(1, sizeof *l);
    (void)options;
    if (!l) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&l->room, SIZE_MAX / 2);
    maru_status st = survival_model_read(bytes, n, &l->model, err);
    if (st == MARU_OK) {
        l->x = arena_take(&l->room, (size_t)l->model.recipe.n_feature + 1, sizeof *l->x);
        st = l->x ? MARU_OK : arena_refusal(&l->room, err);
    }
    if (st != MARU_OK) {
        close_survival(l);
        return st;
    }
    *out = l;
    return MARU_OK;
}

static const char *fingerprint_of(const void *its) {
    return ((const struct living_survival *)its)->model.fingerprint;
}

// 0: no unit of time.
static double us_per(const char *unit) {
    static const struct {
        const char *name;
        double us;
    } known[] = {{"s", 1e6},        {"min", 6e7}, {"h", 3.6e9},    {"hours", 3.6e9}, {"d", 8.64e10},
                 {"days", 8.64e10}, {"분", 6e7},  {"시간", 3.6e9}, {"일", 8.64e10}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(unit, known[i].name) == 0) {
            return known[i].us;
        }
    }
    return 0;
}

static maru_status bind_survival(void *its, const char *const *name, uint32_t n, maru_error *err) {
    struct living_survival *l = its;
    arena_fini(&l->bound);
    arena_init(&l->bound, 1 << 24);
    l->row = (struct recipe_row){0};
    l->age_cell = living_cell_named(l->model.age, name, n);
    l->us_per_unit = us_per(l->model.counted_in);
    if (l->age_cell == UINT32_MAX && l->us_per_unit == 0) {
        return fail(err, MARU_E_INPUT,
                    "windows do not say the age of a unit, \"%s\", and it is not counted in hours",
                    l->model.age);
    }
    return l->model.n_effect > 0
               ? recipe_row_bind(&l->model.recipe, name, n, &l->bound, &l->row, err)
               : MARU_OK;
}

// ---- units

static uint32_t place_of(const struct living_survival *l, const char *name) {
    uint32_t low = 0, high = l->n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (strncmp(l->unit[middle].name, name, SURVIVAL_UNIT_BYTES - 1) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct aged_unit *find(const struct living_survival *l, const char *name) {
    const uint32_t at = place_of(l, name);
    const bool is_there =
        at < l->n && strncmp(l->unit[at].name, name, SURVIVAL_UNIT_BYTES - 1) == 0;
    return is_there ? &l->unit[at] : NULL;
}

static maru_time heard_us(const struct aged_unit *unit) {
    return unit->last_us > unit->ended_us[0] ? unit->last_us : unit->ended_us[0];
}

static void forget_oldest(struct living_survival *l) {
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < l->n; i++) {
        oldest = heard_us(&l->unit[i]) < heard_us(&l->unit[oldest]) ? i : oldest;
    }
    l->n--;
    memmove(l->unit + oldest, l->unit + oldest + 1, (l->n - oldest) * sizeof *l->unit);
}

// The unit of a name, made where it is not there.
static maru_status get(struct living_survival *l, const char *name, struct aged_unit **out,
                       maru_error *err) {
    *out = find(l, name);
    if (*out) {
        return MARU_OK;
    }
    if (l->n == SURVIVAL_MAX_UNITS) {
        forget_oldest(l);
    }
    struct aged_unit *more = alloc_resize(l->unit, (size_t)l->n + 1, sizeof *more);
    if (!more) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    l->unit = more;
    const uint32_t at = place_of(l, name);
    memmove(more + at + 1, more + at, (l->n - at) * sizeof *more);
    l->n++;
    const double none = (double)NAN;
    more[at] = (struct aged_unit){.ended_us = {INT64_MIN, INT64_MIN},
                                  .last_us = INT64_MIN,
                                  .value = none,
                                  .low = none,
                                  .high = none};
    const size_t n_name = strlen(name);
    memcpy(more[at].name, name, n_name < SURVIVAL_UNIT_BYTES ? n_name : SURVIVAL_UNIT_BYTES - 1);
    *out = &more[at];
    return MARU_OK;
}

static maru_status end(void *its, const struct living_end *what, maru_error *err) {
    struct living_survival *l = its;
    struct aged_unit *unit = NULL;
    const maru_status st = get(l, what->tool, &unit, err);
    if (st == MARU_OK && what->at_us > unit->ended_us[0]) {
        unit->ended_us[1] = unit->ended_us[0];
        unit->ended_us[0] = what->at_us;
    }
    return st;
}

// ---- windows

// NaN: nobody knows.
static double age_of(const struct living_survival *l, const struct aged_unit *unit,
                     const struct living_window *window) {
    if (l->age_cell != UINT32_MAX) {
        return living_cell_number(&window->cell[l->age_cell]);
    }
    const maru_time began =
        window->at_us > unit->ended_us[0] ? unit->ended_us[0] : unit->ended_us[1];
    return began == INT64_MIN || window->at_us < began
               ? (double)NAN
               : (double)(window->at_us - began) / l->us_per_unit;
}

static maru_status answer(void *its, const struct living_window *window, struct living_said *said,
                          maru_error *err) {
    struct living_survival *l = its;
    struct aged_unit *unit = NULL;
    const maru_status st = get(l, window->tool, &unit, err);
    const double age = st == MARU_OK ? age_of(l, unit, window) : (double)NAN;
    if (!(age >= 0 && isfinite(age))) {
        return st;
    }
    if (l->model.n_effect > 0) {
        (void)recipe_row_fill(&l->row, window->cell, l->x);
    }
    const struct survival_answer a = survival_ask(&l->model, survival_risk(&l->model, l->x), age);
    said->is_there = true;
    said->age = age;
    said->value = a.remaining.value;
    said->low = a.remaining.low;
    said->high = a.remaining.high;
    said->surviving = a.surviving.value;
    said->within = l->model.horizon;
    said->replace_in = a.replace_in;
    if (window->at_us >= unit->last_us) {
        unit->last_us = window->at_us;
        unit->value = said->value;
        unit->low = said->low;
        unit->high = said->high;
    }
    return MARU_OK;
}

static maru_status count(void *its, bool *is_judged, maru_error *err) {
    (void)err;
    ((struct living_survival *)its)->n_row++;
    *is_judged = false;
    return MARU_OK;
}

// ---- how it does

static enum living_reason reason_of(const void *its) {
    (void)its;
    return LIVING_FINE;
}

static void forgive(void *its) { (void)its; }

static void state_of(const void *its, struct living_state *out) {
    out->inputs.n = ((const struct living_survival *)its)->n_row;
}

static uint32_t n_unit(const void *its) { return ((const struct living_survival *)its)->n; }

static void unit_told(const void *its, uint32_t i, struct living_unit *out) {
    const struct aged_unit *unit = &((const struct living_survival *)its)->unit[i];
    out->name = unit->name;
    out->at_us = unit->last_us;
    out->is_ended = unit->last_us <= unit->ended_us[0];
    out->value = unit->value;
    out->low = unit->low;
    out->high = unit->high;
}

// ---- bytes

static void write_state(const void *its, struct text *out) {
    const struct living_survival *l = its;
    binary_add_u64(out, l->n_row);
    binary_add_u32(out, l->n);
    for (uint32_t i = 0; i < l->n; i++) {
        const struct aged_unit *unit = &l->unit[i];
        binary_add_block(out, unit->name, strlen(unit->name));
        binary_add_u64(out, (uint64_t)unit->ended_us[0]);
        binary_add_u64(out, (uint64_t)unit->ended_us[1]);
        binary_add_u64(out, (uint64_t)unit->last_us);
        binary_add_double(out, unit->value);
        binary_add_double(out, unit->low);
        binary_add_double(out, unit->high);
    }
}

static maru_status clear(void *its, maru_error *err) {
    struct living_survival *l = its;
    (void)err;
    l->n = 0;
    l->n_row = 0;
    return MARU_OK;
}

static maru_status read_unit(struct living_survival *l, struct binary *in, maru_error *err) {
    char name[SURVIVAL_UNIT_BYTES] = {0};
    struct aged_unit *unit = NULL;
    size_t n = 0;
    const char *bytes = binary_block(in, &n);
    if (in->is_bad || n >= sizeof name || (n > 0 && memchr(bytes, 0, n))) {
        in->is_bad = true;
        return MARU_OK;
    }
    if (n > 0) {
        memcpy(name, bytes, n);
    }
    if (l->n > 0 && strcmp(l->unit[l->n - 1].name, name) >= 0) {
        in->is_bad = true;
        return MARU_OK;
    }
    const maru_status st = get(l, name, &unit, err);
    if (st == MARU_OK) {
        unit->ended_us[0] = (maru_time)binary_u64(in);
        unit->ended_us[1] = (maru_time)binary_u64(in);
        unit->last_us = (maru_time)binary_u64(in);
        unit->value = binary_double(in);
        unit->low = binary_double(in);
        unit->high = binary_double(in);
        const bool is_none = unit->ended_us[0] == INT64_MIN && unit->ended_us[1] == INT64_MIN;
        in->is_bad = in->is_bad || (!is_none && unit->ended_us[1] >= unit->ended_us[0]);
    }
    return st;
}

static maru_status read_state(void *its, struct binary *in, maru_error *err) {
    enum { LEAST_UNIT_BYTES = 56 };
    struct living_survival *l = its;
    maru_status st = MARU_OK;
    l->n_row = binary_u64(in);
    const uint32_t n = binary_count(in, SURVIVAL_MAX_UNITS, LEAST_UNIT_BYTES);
    for (uint32_t i = 0; st == MARU_OK && !in->is_bad && i < n; i++) {
        st = read_unit(l, in, err);
    }
    return st;
}

const struct living_kind living_kind_survival = {
    .is = survival_model_is,
    .open = open_survival,
    .close = close_survival,
    .fingerprint = fingerprint_of,
    .bind = bind_survival,
    .answer = answer,
    .count = count,
    .end = end,
    .reason = reason_of,
    .forgive = forgive,
    .state = state_of,
    .n_unit = n_unit,
    .unit = unit_told,
    .write = write_state,
    .clear = clear,
    .read = read_state,
};
