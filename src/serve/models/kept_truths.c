#include "serve/models/kept_truths.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// An event that says nothing of the value is none of them, so that a later one that does may be the truth.

#define SLICE_US INT64_C(86400000000)

struct adding {
    struct kept_truths *truths;
    const struct truth_wanted *wanted;
    struct text *cell;
};

void kept_truths_init(struct kept_truths *truths) {
    *truths = (struct kept_truths){0};
    arena_init(&truths->arena, TRUTHS_MAX_BYTES);
}

void kept_truths_fini(struct kept_truths *truths) {
    arena_fini(&truths->arena);
    alloc_free(truths->key);
    alloc_free(truths->cell);
    *truths = (struct kept_truths){0};
}

static maru_status grow(struct kept_truths *truths, maru_error *err) {
    const uint32_t cap = truths->cap > 0 ? 2 * truths->cap : 256;
    if (truths->n == TRUTHS_MAX) {
        return fail(err, MARU_E_LIMIT, "more than %d measured values: ask for a shorter time",
                    TRUTHS_MAX);
    }
    struct truth_key *key = alloc_resize(truths->key, cap, sizeof *key);
    truths->key = key ? key : truths->key;
    const char **cell = key ? alloc_resize(truths->cell, cap, sizeof *cell) : NULL;
    truths->cell = cell ? cell : truths->cell;
    truths->cap = cell ? cap : truths->cap;
    return cell ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

static const char *keep(struct kept_truths *truths, const char *text, bool *is_whole) {
    const char *copy = arena_text(&truths->arena, text, strlen(text));
    *is_whole = *is_whole && copy;
    return copy;
}

static maru_status see(void *context, int64_t id, const struct event *event, maru_error *err) {
    const struct adding *adding = context;
    struct kept_truths *truths = adding->truths;
    (void)id;
    if (!truth_is_wanted(adding->wanted, event) ||
        !truth_value(adding->wanted, event->detail, adding->cell)) {
        return MARU_OK;
    }
    const maru_status st = truths->n == truths->cap ? grow(truths, err) : MARU_OK;
    if (st != MARU_OK) {
        return st;
    }
    bool is_whole = true;
    truths->key[truths->n] = (struct truth_key){
        event->at_us, keep(truths, event->source, &is_whole), keep(truths, event->lot, &is_whole),
        keep(truths, event->wafer, &is_whole)};
    truths->cell[truths->n] = keep(truths, adding->cell->bytes, &is_whole);
    truths->n += is_whole;
    return is_whole ? MARU_OK : arena_refusal(&truths->arena, err);
}

maru_status kept_truths_add(struct kept_truths *truths, struct signals *signals,
                            const struct truth_wanted *wanted, const maru_time span[2],
                            const char *lot, const char *tool, maru_error *err) {
    struct text cell;
    struct adding adding = {truths, wanted, &cell};
    maru_time to_us = span[1] < SIGNALS_TO_US ? span[1] : SIGNALS_TO_US;
    const maru_time from_us = span[0] > SIGNALS_FROM_US ? span[0] : SIGNALS_FROM_US;
    maru_status st = MARU_OK;
    text_init(&cell, TRUTH_MAX_VALUE_BYTES);
    while (st == MARU_OK && from_us < to_us) {
        const maru_time slice_us = to_us - from_us > SLICE_US ? to_us - SLICE_US : from_us;
        const struct event_filter filter = {.from_us = lot[0] ? from_us : slice_us,
                                            .to_us = to_us,
                                            .before_us = INT64_MAX,
                                            .limit = TRUTHS_MAX + 1,
                                            .kind = EVENT_MEASUREMENT,
                                            .source = tool,
                                            .lot = lot,
                                            .name = wanted->event};
        st = signals_each_event(signals, &filter, see, &adding, err);
        to_us = filter.from_us;
    }
    text_fini(&cell);
    return st;
}

maru_status kept_truths_join(const struct kept_truths *truths, const struct truth_wanted *wanted,
                             const struct truth_list *windows, uint32_t *match, maru_error *err) {
    const struct truth_list events = {truths->key, truths->n};
    return truth_join(wanted, windows, &events, match, err);
}
