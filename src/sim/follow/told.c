#include "sim/follow/told.h"

#include "base/status.h"
#include "sim/model.h"

// The order of events: by time, then as the teller numbers them, then by what can follow what. The
// rest only makes the order whole, so that it does not depend on which came in first.

static int compare(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

int told_compare(const struct told *a, const struct told *b) {
    if (a->at_us != b->at_us) {
        return a->at_us < b->at_us ? -1 : 1;
    }
    const uint64_t x[] = {a->order, a->kind, a->tie, a->lot, a->step, a->tool};
    const uint64_t y[] = {b->order, b->kind, b->tie, b->lot, b->step, b->tool};
    int order = 0;
    for (size_t i = 0; order == 0 && i < sizeof x / sizeof x[0]; i++) {
        order = compare(x[i], y[i]);
    }
    return order;
}

static bool needs_step(enum told_kind kind) {
    return kind == TOLD_ENDED || kind == TOLD_REWORK || kind == TOLD_SKIPPED || kind == TOLD_SENT ||
           kind == TOLD_ARRIVED || kind == TOLD_SETUP || kind == TOLD_STARTED;
}

static bool is_known(uint32_t number, uint32_t n) { return number == MARU_NONE || number < n; }

maru_status told_check(const maru_model *m, const struct told *told, maru_error *err) {
    if ((uint32_t)told->kind >= N_TOLD) {
        return fail(err, MARU_E_INPUT, "an event of the floor is of no known kind");
    }
    if (told->at_us < -TOLD_MAX_TIME || told->at_us > TOLD_MAX_TIME) {
        return fail(err, MARU_E_RANGE, "the time of an event of the floor is out of range");
    }
    if (!is_known(told->tool, m->n_tool) || !is_known(told->step, m->n_step) ||
        !is_known(told->product, m->plant->n_product) ||
        !is_known(told->downtime, m->plant->n_downtime) || told->wafers > UINT16_MAX ||
        (told->due_us < -TOLD_MAX_TIME && told->due_us != INT64_MIN)) {
        return fail(err, MARU_E_RANGE, "an event of the floor names what the plant does not have");
    }
    const bool lacks = (told_is_of_lot(told->kind) ? told->lot : told->tool) == MARU_NONE ||
                       (needs_step(told->kind) && told->step == MARU_NONE) ||
                       (told->kind == TOLD_RELEASED && told->product == MARU_NONE);
    return lacks
               ? fail(err, MARU_E_INPUT, "an event of the floor does not say whose it is, or where")
               : MARU_OK;
}
