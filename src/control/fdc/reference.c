#include "control/fdc/reference.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/status.h"

// The values are kept as they were measured, and everything else is worked out from them: limits as windows are added, a monitor when
// its context is first judged. So what is loaded judges as what was frozen did, bit for bit, and a better monitor of a later version
// of the program needs no new reference. Fitted monitors are let go together where they would take too much memory.

enum { NAMES_BYTES = 64 << 20, CONTEXTS_BYTES = 1 << 29, SCRATCH_BYTES = 1 << 29 };

struct fitted {
    struct arena arena;
    struct monitor monitor;
    bool is_tried, is_good;
};

struct own { // a context, by the number of its name
    struct context_key key;
    double *value; // (n, n_value)
    uint32_t n, cap;
    uint32_t group;    // of the same recipe and step
    uint32_t previous; // of the group, UINT32_MAX: it is the first
    struct fitted fitted;
};

struct group {
    uint32_t last; // context
    uint32_t n, n_context;
    struct fitted fitted;
};

struct place_of_window {
    uint32_t own, row;
};

struct reference {
    struct reference_options options;
    struct context_table limits;
    struct names own_names, group_names;
    struct own *own;                // (own_names.n, cap_own)
    struct group *group;            // (group_names.n, cap_group)
    struct place_of_window *window; // (n_window, cap_window)
    uint32_t cap_own, cap_group, cap_window;
    uint32_t n_window;
    size_t n_fitted_bytes;
};

maru_status reference_new(const struct reference_options *options, struct reference **out,
                          maru_error *err) {
    struct reference *r = alloc_new(1, sizeof *r);
    if (!r) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const double share = options->n_value > 1 ? 0.5 : 1.0;
    const struct context_options of_limits = {
        options->n_value, share * options->false_alarms / (double)options->n_value,
        options->n_least};
    r->options = *options;
    names_init(&r->own_names, NAMES_BYTES);
    names_init(&r->group_names, NAMES_BYTES);
    const maru_status st = context_init(&r->limits, &of_limits, CONTEXTS_BYTES, err);
    if (st != MARU_OK) {
        reference_free(r);
        return st;
    }
    *out = r;
    return MARU_OK;
}

static void forget(struct fitted *fitted) {
    arena_fini(&fitted->arena);
    *fitted = (struct fitted){0};
}

static void forget_all(struct reference *r) {
    for (uint32_t i = 0; r->own && i < r->own_names.n; i++) {
        forget(&r->own[i].fitted);
    }
    for (uint32_t i = 0; r->group && i < r->group_names.n; i++) {
        forget(&r->group[i].fitted);
    }
    r->n_fitted_bytes = 0;
}

void reference_free(struct reference *r) {
    if (r) {
        forget_all(r);
        for (uint32_t i = 0; i < r->own_names.n; i++) {
            alloc_free(r->own[i].value);
        }
        names_fini(&r->own_names);
        names_fini(&r->group_names);
        context_fini(&r->limits);
        alloc_free(r->own);
        alloc_free(r->group);
        alloc_free(r->window);
        alloc_free(r);
    }
}

// ---- contexts by their names

enum { KEY_BYTES = 3 * CONTEXT_MAX_NAME_BYTES };

// recipe 0 step 0 tool 0; n_group: without the tool. 0: a name is too long.
static size_t key_bytes(const struct context_key *key, char bytes[KEY_BYTES], size_t *n_group) {
    const char *const text[] = {key->recipe, key->step, key->tool};
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        const size_t n_text = strlen(text[i]) + 1;
        if (n_text > CONTEXT_MAX_NAME_BYTES) {
            return 0;
        }
        *n_group = n;
        memcpy(bytes + n, text[i], n_text);
        n += n_text;
    }
    return n;
}

static void *make_room(void *old, uint32_t n, uint32_t *cap, size_t size) {
    if (n < *cap) {
        return old;
    }
    const uint32_t wanted = *cap < 16 ? 16 : 2 * *cap;
    void *more = alloc_resize(old, wanted, size);
    *cap = more ? wanted : *cap;
    return more;
}

// The context of a name, made where it is not there.
static maru_status get(struct reference *r, const struct context_key *key, struct own **out,
                       maru_error *err) {
    char bytes[KEY_BYTES];
    size_t n_group = 0;
    const size_t n = key_bytes(key, bytes, &n_group);
    struct own *own = make_room(r->own, r->own_names.n, &r->cap_own, sizeof *own);
    r->own = own ? own : r->own;
    struct group *group = make_room(r->group, r->group_names.n, &r->cap_group, sizeof *group);
    r->group = group ? group : r->group;
    if (n == 0 || !own || !group) {
        return n == 0 ? fail(err, MARU_E_INPUT,
                             "the name of a recipe, step or tool has %d bytes or more",
                             CONTEXT_MAX_NAME_BYTES)
                      : fail(err, MARU_E_MEMORY, "no memory");
    }
    const uint32_t n_group_before = r->group_names.n, n_before = r->own_names.n;
    uint32_t g = 0, i = 0;
    maru_status st = names_add(&r->group_names, bytes, n_group, &g, err);
    if (st != MARU_OK) {
        return st;
    }
    if (g == n_group_before) {
        group[g] = (struct group){.last = UINT32_MAX};
    }
    st = names_add(&r->own_names, bytes, n, &i, err);
    if (st != MARU_OK) {
        return st;
    }
    if (i == n_before) {
        const char *name = r->own_names.name[i];
        const char *step = name + strlen(name) + 1;
        own[i] = (struct own){
            .key = {name, step, step + strlen(step) + 1}, .group = g, .previous = group[g].last};
        group[g].last = i;
        group[g].n_context++;
    }
    *out = &own[i];
    return MARU_OK;
}

maru_status reference_add(struct reference *r, const struct context_key *key, const double *value,
                          maru_error *err) {
    const uint32_t n_value = r->options.n_value;
    struct own *own = NULL;
    if ((r->n_window + UINT64_C(1)) * n_value > REFERENCE_MAX_VALUES) {
        return fail(err, MARU_E_LIMIT, "more than %d values of windows: ask for a shorter time",
                    REFERENCE_MAX_VALUES);
    }
    struct place_of_window *window =
        make_room(r->window, r->n_window, &r->cap_window, sizeof *window);
    if (!window) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    r->window = window;
    maru_status st = get(r, key, &own, err);
    st = st == MARU_OK ? context_learn(&r->limits, key, value, err) : st;
    if (st != MARU_OK || !own) {
        return st;
    }
    double *more = make_room(own->value, own->n, &own->cap, n_value * sizeof *more);
    if (!more) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    own->value = more;
    memcpy(more + (size_t)own->n * n_value, value, n_value * sizeof *value);
    window[r->n_window] = (struct place_of_window){(uint32_t)(own - r->own), own->n};
    own->n++;
    r->group[own->group].n++;
    r->n_window++;
    forget(&own->fitted);
    forget(&r->group[own->group].fitted);
    return MARU_OK;
}

uint32_t reference_windows(const struct reference *r) { return r->n_window; }

uint32_t reference_contexts(const struct reference *r) { return r->own_names.n; }

struct reference_context reference_context(const struct reference *r, uint32_t i) {
    return (struct reference_context){r->own[i].key, r->own[i].value, r->own[i].n};
}

struct reference_context reference_window(const struct reference *r, uint32_t i) {
    const struct own *own = &r->own[r->window[i].own];
    return (struct reference_context){
        own->key, own->value + (size_t)r->window[i].row * r->options.n_value, 1};
}

struct context_limit reference_limit(const struct reference *r, const struct context_key *key,
                                     uint32_t value) {
    return context_limit_of(&r->limits, key, value);
}

// ---- monitors

static struct monitor_options options_of(const struct reference *r) {
    struct monitor_options options = monitor_defaults();
    options.dynamics = MONITOR_STATIC;
    options.n_lag = 0;
    options.limit = LIMIT_MATCHED;
    options.variance = 0.99; // of what is left, which nearly never moves, SPE is the watch
    options.lambda = 1.0;
    options.alpha = 0.5 * r->options.false_alarms;
    return options;
}

static uint32_t least_windows(const struct reference *r) {
    const uint32_t n = 2 * r->options.n_value;
    const uint32_t least = n > r->options.n_least ? n : r->options.n_least;
    return least > REFERENCE_LEAST_WINDOWS ? least : REFERENCE_LEAST_WINDOWS;
}

static maru_status fit(struct reference *r, const struct monitor_part *part, size_t n_part,
                       struct fitted *fitted, maru_error *err) {
    const struct monitor_options options = options_of(r);
    const struct monitor_data data = {part, n_part, r->options.n_value};
    struct arena scratch;
    if (r->n_fitted_bytes > REFERENCE_MAX_MONITOR_BYTES) {
        forget_all(r);
    }
    arena_init(&fitted->arena, SCRATCH_BYTES);
    arena_init(&scratch, SCRATCH_BYTES);
    const maru_status st =
        monitor_fit(&options, &data, &fitted->arena, &scratch, &fitted->monitor, err);
    arena_fini(&scratch);
    if (st != MARU_OK) {
        arena_fini(&fitted->arena);
    }
    r->n_fitted_bytes += fitted->arena.used_bytes;
    fitted->is_good = st == MARU_OK;
    fitted->is_tried = st == MARU_OK || st == MARU_E_INPUT; // nothing moves: there is none
    return fitted->is_tried ? MARU_OK : st;
}

static maru_status fit_group(struct reference *r, struct group *group, maru_error *err) {
    struct monitor_part *part = alloc_new(group->n_context, sizeof *part);
    size_t n = 0;
    if (!part) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = group->last; r->own && i != UINT32_MAX; i = r->own[i].previous) {
        part[n++] = (struct monitor_part){r->own[i].value, r->own[i].n};
    }
    const maru_status st = fit(r, part, n, &group->fitted, err);
    alloc_free(part);
    return st;
}

// *out NULL: there is no monitor for this context.
static maru_status monitor_of(struct reference *r, const struct context_key *key,
                              const struct monitor **out, maru_error *err) {
    char bytes[KEY_BYTES];
    size_t n_group = 0;
    const size_t n = key_bytes(key, bytes, &n_group);
    maru_status st = MARU_OK;
    *out = NULL;
    if (n == 0 || r->options.n_value < 2) {
        return MARU_OK;
    }
    const uint32_t i = names_find(&r->own_names, bytes, n);
    const uint32_t g = names_find(&r->group_names, bytes, n_group);
    struct own *own = i != UINT32_MAX ? &r->own[i] : NULL;
    struct group *group = g != UINT32_MAX ? &r->group[g] : NULL;
    if (own && own->n >= least_windows(r)) {
        const struct monitor_part part = {own->value, own->n};
        st = own->fitted.is_tried ? MARU_OK : fit(r, &part, 1, &own->fitted, err);
        *out = own->fitted.is_good ? &own->fitted.monitor : NULL;
    } else if (group && group->n >= least_windows(r)) {
        st = group->fitted.is_tried ? MARU_OK : fit_group(r, group, err);
        *out = group->fitted.is_good ? &group->fitted.monitor : NULL;
    }
    return st;
}

maru_status reference_fit(struct reference *r, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < r->own_names.n; i++) {
        const struct monitor *monitor = NULL;
        if (r->n_fitted_bytes > REFERENCE_MAX_MONITOR_BYTES / 2) {
            break; // the others when they are needed
        }
        st = monitor_of(r, &r->own[i].key, &monitor, err);
    }
    return st;
}

static double limit_of(const struct monitor *monitor, enum monitor_statistic statistic) {
    const double limit = monitor->limit[statistic][monitor->options.limit];
    return monitor->is_active[statistic] ? limit : NAN;
}

maru_status reference_limits(struct reference *r, const struct context_key *key, double limit[2],
                             maru_error *err) {
    const struct monitor *monitor = NULL;
    const maru_status st = monitor_of(r, key, &monitor, err);
    limit[0] = monitor ? limit_of(monitor, MONITOR_T2) : NAN;
    limit[1] = monitor ? limit_of(monitor, MONITOR_SPE) : NAN;
    return st;
}

// ---- judging

static bool has_limits(const struct reference *r, const struct context_key *key) {
    for (uint32_t i = 0; i < r->options.n_value; i++) {
        if (context_limit_of(&r->limits, key, i).source != CONTEXT_NONE) {
            return true;
        }
    }
    return false;
}

static bool is_beyond(const struct monitor *monitor, const double *value,
                      struct window_verdict *verdict) {
    struct monitor_state state;
    struct monitor_verdict of_monitor;
    double history = 0.0; // no past samples are looked at
    monitor_start(monitor, &history, &state);
    monitor_step(monitor, &state, value, verdict->blame, &of_monitor);
    verdict->statistic[0] = of_monitor.statistic[MONITOR_T2];
    verdict->statistic[1] = of_monitor.statistic[MONITOR_SPE];
    verdict->limit[0] = limit_of(monitor, MONITOR_T2);
    verdict->limit[1] = limit_of(monitor, MONITOR_SPE);
    return of_monitor.is_alarm;
}

maru_status reference_judge(struct reference *r, const struct context_key *key, const double *value,
                            struct window_verdict *verdict, maru_error *err) {
    const struct monitor *monitor = NULL;
    struct window_verdict v = {
        .severity = WINDOW_UNJUDGED, .statistic = {NAN, NAN}, .limit = {NAN, NAN}};
    const maru_status st = monitor_of(r, key, &monitor, err);
    if (st != MARU_OK) {
        return st;
    }
    v.n_outside = context_judge(&r->limits, key, value, v.is_outside);
    const bool is_fault = v.n_outside > 0;
    const bool is_alarm = monitor && is_beyond(monitor, value, &v);
    if (is_fault || is_alarm || monitor || has_limits(r, key)) {
        v.severity = is_fault || is_alarm ? WINDOW_FAULTY : WINDOW_GOOD;
    }
    *verdict = v;
    return MARU_OK;
}

// How much a value has to do with a verdict; 0: nothing.
static double weight_of(const struct window_verdict *v, uint32_t n_value, uint32_t i) {
    double most = 0.0;
    for (uint32_t k = 0; k < 2; k++) {
        const double share = v->limit[k] > 0.0 ? v->blame[k * n_value + i] / v->limit[k] : 0.0;
        most = share > most ? share : most;
    }
    return v->is_outside[i] ? 1e9 + most : most;
}

uint32_t window_verdict_blame(const struct window_verdict *verdict, uint32_t n_value,
                              uint32_t first[REFERENCE_MAX_BLAMED]) {
    double weight[REFERENCE_MAX_BLAMED];
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_value; i++) {
        const double own = weight_of(verdict, n_value, i);
        uint32_t at = n;
        while (at > 0 && weight[at - 1] < own) {
            at--;
        }
        if (!(own > 0.0) || at == REFERENCE_MAX_BLAMED) {
            continue;
        }
        n += n < REFERENCE_MAX_BLAMED;
        for (uint32_t k = n - 1; k > at; k--) {
            weight[k] = weight[k - 1];
            first[k] = first[k - 1];
        }
        weight[at] = own;
        first[at] = i;
    }
    return n;
}
