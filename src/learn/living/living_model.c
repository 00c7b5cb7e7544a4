// Kinds side by side, one row each. What no kind claims goes to the first one, which refuses it in words.

#include "learn/living/living_model.h"

#include <math.h>

#include "base/alloc.h"
#include "base/status.h"

struct living {
    const struct living_kind *kind;
    void *model;
};

static const struct living_kind *const kinds[] = {&living_kind_rows, &living_kind_odd,
                                                  &living_kind_life, &living_kind_survival};
enum { N_KIND = sizeof kinds / sizeof *kinds };

struct living_options living_options_usual(void) {
    return (struct living_options){input_options_usual(), truth_options_usual()};
}

struct living_said living_said_nothing(void) {
    const double none = (double)NAN;
    return (struct living_said){.value = none,
                                .low = none,
                                .high = none,
                                .score = none,
                                .limit = none,
                                .age = none,
                                .replace_in = none,
                                .surviving = none,
                                .within = none};
}

struct living_state living_state_unknown(void) {
    const double none = (double)NAN;
    return (struct living_state){
        .inputs = {.verdict = DRIFT_UNKNOWN, .largest = none, .odd = none, .promised = none},
        .errors = {.verdict = ERRORS_UNKNOWN,
                   .sum = none,
                   .bound = none,
                   .mean = none,
                   .mean_since = none,
                   .usual = none},
        .level = none};
}

maru_status living_new(const void *bytes, size_t n, const struct living_options *options,
                       struct living **out, maru_error *err) {
    struct living *l = alloc_new(1, sizeof *l);
    if (!l) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    l->kind = kinds[0];
    for (size_t i = 0; i < N_KIND; i++) {
        l->kind = kinds[i]->is(bytes, n) ? kinds[i] : l->kind;
    }
    const maru_status st = l->kind->open(bytes, n, options, &l->model, err);
    if (st != MARU_OK) {
        alloc_free(l);
        return st;
    }
    *out = l;
    return MARU_OK;
}

void living_free(struct living *l) {
    if (l) {
        l->kind->close(l->model);
        alloc_free(l);
    }
}

maru_status living_bind(struct living *l, const char *const *name, uint32_t n, maru_error *err) {
    return l->kind->bind(l->model, name, n, err);
}

maru_status living_answer(struct living *l, const struct living_window *window,
                          struct living_said *said, maru_error *err) {
    *said = living_said_nothing();
    return l->kind->answer(l->model, window, said, err);
}

maru_status living_count(struct living *l, bool *is_judged, maru_error *err) {
    return l->kind->count(l->model, is_judged, err);
}

bool living_has_lives(const struct living *l) { return l->kind->end != NULL; }

maru_status living_end(struct living *l, const struct living_end *end, maru_error *err) {
    return l->kind->end ? l->kind->end(l->model, end, err) : MARU_OK;
}

double living_truth_of(const struct living *l, const char *cell) {
    return l->kind->truth_of ? l->kind->truth_of(l->model, cell) : (double)NAN;
}

maru_status living_learn(struct living *l, const struct living_truth *truth, double *error,
                         maru_error *err) {
    return l->kind->learn ? l->kind->learn(l->model, truth, error, err)
                          : fail(err, MARU_E_RANGE, "no truth for an answer of this kind");
}

double living_share(const struct living *l, double error) {
    return l->kind->share ? l->kind->share(l->model, error) : (double)NAN;
}

enum living_reason living_reason(const struct living *l) { return l->kind->reason(l->model); }

void living_forgive(struct living *l) { l->kind->forgive(l->model); }

struct living_state living_state_of(const struct living *l) {
    struct living_state out = living_state_unknown();
    l->kind->state(l->model, &out);
    return out;
}

uint32_t living_units(const struct living *l) {
    return l->kind->n_unit ? l->kind->n_unit(l->model) : 0;
}

void living_unit_of(const struct living *l, uint32_t unit, struct living_unit *out) {
    *out = (struct living_unit){
        .name = "", .value = (double)NAN, .low = (double)NAN, .high = (double)NAN};
    if (unit < living_units(l)) {
        l->kind->unit(l->model, unit, out);
    }
}

maru_status living_write(const struct living *l, struct text *out, maru_error *err) {
    return living_bytes_write(l->kind, l->model, out, err);
}

maru_status living_read(struct living *l, const void *bytes, size_t n, maru_error *err) {
    return living_bytes_read(l->kind, l->model, bytes, n, err);
}
