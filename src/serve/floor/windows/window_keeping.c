#include "serve/floor/windows/window_keeping.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Numbers are varints, texts have their length in front, values are doubles as they lie in memory:
//
//     state   "MW1" heard saved rows, each: name definition counts last places, each: tool heard met value runs spans, each: is_made ...
//     frozen  "MF1" rows, each: name definition version from to at by values contexts windows, each: context values
//
// A row is looked for by its name and by the text of its definition but for how it is judged.

enum { DEFINITION_BYTES = 1 << 20, LATE_AGAIN_US = 60000000 };
#define TIME_REACH_US (INT64_MAX / 4)

// ---- writing

static void put_count(struct text *out, uint64_t value) {
    uint8_t bytes[10];
    text_add(out, (const char *)bytes, varint_write(bytes, value));
}

static void put_time(struct text *out, maru_time at_us) {
    uint8_t bytes[10];
    text_add(out, (const char *)bytes, svarint_write(bytes, at_us));
}

static void put_text(struct text *out, const char *text) {
    const size_t n = strlen(text);
    put_count(out, n);
    text_add(out, text, n);
}

static void put_row(struct text *out, const struct window_def *def) {
    struct text definition;
    text_init(&definition, DEFINITION_BYTES);
    window_def_write(def, &definition);
    put_text(out, def->name);
    put_text(out, definition.bytes ? definition.bytes : "");
    text_fini(&definition);
}

static void put_span(struct text *out, const struct window_span *span, bool is_made) {
    put_count(out,
              (uint64_t)is_made | (uint64_t)span->was_fault << 1 | (uint64_t)span->is_told << 2);
    put_time(out, span->from_us);
    put_time(out, span->until_us);
    for (int i = 0; i < N_SPAN_TEXT; i++) {
        put_text(out, window_span_text(span, i));
    }
}

static void put_runs(struct text *out, const struct window_runs *runs) {
    const uint32_t n = runs ? runs->n : 0;
    put_count(out, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct window_run *run = &runs->run[(runs->at + i) % n];
        put_time(out, run->from_us);
        put_time(out, run->until_us);
        for (int k = 0; k < N_RUN_TEXT; k++) {
            put_text(out, run->text[k]);
        }
    }
}

static void put_place(struct text *out, const struct window_place *place) {
    put_text(out, place->tool);
    put_time(out, place->heard_us);
    put_count(out, place->is_met);
    put_count(out, place->value != NULL);
    put_text(out, place->value ? place->value : "");
    put_runs(out, place->runs);
    put_count(out, place->n_span - place->n_gone + place->n_made);
    for (uint32_t i = 0; i < place->n_made; i++) {
        put_span(out, &place->made[(place->made_at + i) % place->n_made], true);
    }
    for (uint32_t i = 0; i < place->n_span; i++) {
        if (!place->span[i].is_gone) {
            put_span(out, &place->span[i], false);
        }
    }
}

static void put_live(struct text *out, const struct window_live *live) {
    const uint64_t count[] = {live->n_measured, live->n_fault, live->n_unended, live->n_late,
                              live->n_dropped};
    for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
        put_count(out, count[i]);
    }
    put_time(out, live->last.at_us);
    put_count(out, live->last.severity);
    put_text(out, live->last.tool);
    put_text(out, live->last.recipe);
    put_text(out, live->last.step);
}

void window_keeping_save(const struct window_watch *w, maru_time now_us, struct text *out) {
    text_addz(out, "MW1");
    put_count(out, (uint64_t)w->heard_event);
    put_time(out, now_us);
    put_count(out, w->table.n);
    for (uint32_t row = 0; row < w->table.n; row++) {
        uint64_t n = 0;
        put_row(out, &w->table.window[row]);
        put_live(out, &w->live[row]);
        for (uint32_t i = 0; i < w->by_place.n; i++) {
            n += w->place[i].row == row;
        }
        put_count(out, n);
        for (uint32_t i = 0; i < w->by_place.n; i++) {
            if (w->place[i].row == row) {
                put_place(out, &w->place[i]);
            }
        }
    }
}

// ---- reading

struct loading {
    struct packed_bytes from;
    struct arena arena; // texts
    bool is_good;
};

static uint64_t get_count(struct loading *l) {
    uint64_t value = 0;
    l->is_good = l->is_good && varint_read(&l->from, &value);
    return l->is_good ? value : 0;
}

// A time within reach of any clock, so that sums with it cannot overflow; or exactly other.
static maru_time get_time_or(struct loading *l, maru_time other) {
    int64_t value = 0;
    l->is_good = l->is_good && svarint_read(&l->from, &value) &&
                 (value == other || (value > -TIME_REACH_US && value < TIME_REACH_US));
    return l->is_good ? value : 0;
}

static maru_time get_time(struct loading *l) { return get_time_or(l, 0); }

static const char *get_text(struct loading *l) {
    const uint64_t n = get_count(l);
    l->is_good = l->is_good && n <= (uint64_t)(l->from.end - l->from.at);
    const char *text =
        l->is_good ? arena_text(&l->arena, (const char *)l->from.at, (size_t)n) : NULL;
    l->is_good = text != NULL;
    l->from.at += text ? n : 0;
    return text ? text : "";
}

static bool has_head(struct loading *l, const char *head) {
    const size_t n = strlen(head);
    if (!l->from.at || (size_t)(l->from.end - l->from.at) < n || memcmp(l->from.at, head, n) != 0) {
        return false;
    }
    l->from.at += n;
    return true;
}

// The row of the table that makes the same windows, WINDOW_NONE: there is none any more.
static uint32_t get_row(struct loading *l, const struct window_watch *w) {
    const char *name = get_text(l), *definition = get_text(l);
    const uint32_t row = names_find(&w->by_name, name, strlen(name));
    struct text now;
    if (!l->is_good || row == UINT32_MAX) {
        return WINDOW_NONE;
    }
    text_init(&now, DEFINITION_BYTES);
    window_def_write(&w->table.window[row], &now);
    const bool is_same = now.bytes && strcmp(now.bytes, definition) == 0;
    text_fini(&now);
    return is_same ? row : WINDOW_NONE;
}

static void get_span(struct loading *l, struct window_watch *w, uint32_t at, maru_time now_us,
                     maru_time saved_us) {
    const uint64_t flags = get_count(l);
    struct window_span span = {.was_fault = flags >> 1 & 1, .is_told = flags >> 2 & 1};
    const char *text[N_SPAN_TEXT];
    span.from_us = get_time(l);
    span.until_us = get_time_or(l, WINDOW_OPEN);
    for (int i = 0; i < N_SPAN_TEXT; i++) {
        text[i] = get_text(l);
    }
    if (!l->is_good || at == WINDOW_NONE || span.until_us <= span.from_us) {
        return;
    }
    const bool is_open = span.until_us == WINDOW_OPEN;
    const maru_time settled_us = span.until_us > now_us ? span.until_us : now_us;
    span.due_us = is_open ? WINDOW_OPEN : settled_us + WINDOW_SETTLE_US;
    span.text = window_span_join(text);
    if (span.text) { // what came for the newest ones after this was kept was not heard
        const bool is_made = (flags & 1) && span.until_us < saved_us - LATE_AGAIN_US;
        window_watch_put(w, at, &span, is_made);
    }
}

static void get_runs(struct loading *l, struct window_place *place) {
    for (uint64_t n = get_count(l); l->is_good && n > 0; n--) {
        struct event event = {.name = "", .step = ""};
        event.at_us = get_time(l);
        const maru_time until_us = get_time_or(l, WINDOW_OPEN);
        event.lot = get_text(l);
        event.wafer = get_text(l);
        event.recipe = get_text(l);
        if (l->is_good && place) {
            window_runs_begin(&place->runs, &event);
            event.at_us = until_us;
            window_runs_end(until_us < WINDOW_OPEN ? place->runs : NULL, &event);
        }
    }
}

static void get_place(struct loading *l, struct window_watch *w, uint32_t row, maru_time now_us,
                      maru_time saved_us) {
    const char *tool = get_text(l);
    const maru_time heard_us = get_time_or(l, INT64_MIN);
    const bool is_met = get_count(l) != 0, has_value = get_count(l) != 0;
    const char *value = get_text(l);
    const uint32_t at = l->is_good && row != WINDOW_NONE
                            ? window_watch_place(w, row, tool, strlen(tool))
                            : WINDOW_NONE;
    if (at != WINDOW_NONE) {
        struct window_place *place = &w->place[at];
        place->heard_us = heard_us;
        place->is_met = is_met;
        alloc_free(place->value); // damaged bytes may tell of a tool twice
        place->value = has_value ? alloc_new(strlen(value) + 1, 1) : NULL;
        if (place->value) {
            memcpy(place->value, value, strlen(value) + 1);
        }
    }
    get_runs(l, at != WINDOW_NONE ? &w->place[at] : NULL);
    for (uint64_t n = get_count(l); l->is_good && n > 0; n--) {
        get_span(l, w, at, now_us, saved_us);
    }
}

static void get_live(struct loading *l, struct window_live *live) {
    uint64_t *const count[] = {&live->n_measured, &live->n_fault, &live->n_unended, &live->n_late,
                               &live->n_dropped};
    for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
        *count[i] = get_count(l);
    }
    live->last.at_us = get_time(l);
    live->last.severity = (uint8_t)get_count(l);
    snprintf(live->last.tool, sizeof live->last.tool, "%s", get_text(l));
    snprintf(live->last.recipe, sizeof live->last.recipe, "%s", get_text(l));
    snprintf(live->last.step, sizeof live->last.step, "%s", get_text(l));
    live->is_new = false;
}

void window_keeping_load(struct window_watch *w, const struct text *bytes, maru_time now_us) {
    struct loading l = {.from = packed_text(bytes), .is_good = true};
    struct window_live unused;
    arena_init(&l.arena, TENANT_MAX_ENGINE_BYTES);
    if (has_head(&l, "MW1")) {
        const int64_t heard = (int64_t)get_count(&l);
        const maru_time saved_us = get_time(&l);
        w->heard_event = heard;
        for (uint64_t n = get_count(&l); l.is_good && n > 0; n--) {
            const uint32_t row = get_row(&l, w);
            unused = (struct window_live){0};
            get_live(&l, l.is_good && row != WINDOW_NONE ? &w->live[row] : &unused);
            for (uint64_t k = get_count(&l); l.is_good && k > 0; k--) {
                get_place(&l, w, row, now_us, saved_us);
            }
        }
    }
    arena_fini(&l.arena);
}

// ---- references

static uint32_t context_number(struct names *names, const struct context_key *key) {
    char bytes[3 * CONTEXT_MAX_NAME_BYTES + 3];
    uint32_t number = 0;
    const int n =
        snprintf(bytes, sizeof bytes, "%s%c%s%c%s", key->recipe, '\n', key->step, '\n', key->tool);
    return names_add(names, bytes, (size_t)n, &number, NULL) == MARU_OK ? number : UINT32_MAX;
}

static void put_reference(struct text *out, const struct reference *reference, uint32_t n_value) {
    struct names names;
    names_init(&names, WINDOW_MAX_NAMES_BYTES);
    put_count(out, n_value);
    put_count(out, reference_contexts(reference));
    for (uint32_t i = 0; i < reference_contexts(reference); i++) {
        const struct context_key key = reference_context(reference, i).key;
        put_text(out, key.recipe);
        put_text(out, key.step);
        put_text(out, key.tool);
        (void)context_number(&names, &key);
    }
    put_count(out, reference_windows(reference));
    for (uint32_t i = 0; i < reference_windows(reference); i++) {
        const struct reference_context one = reference_window(reference, i);
        put_count(out, context_number(&names, &one.key));
        text_add(out, (const char *)one.value, n_value * sizeof *one.value);
    }
    names_fini(&names);
}

void window_keeping_save_frozen(const struct window_watch *w, struct text *out) {
    uint64_t n = 0;
    for (uint32_t i = 0; i < w->table.n; i++) {
        n += w->live[i].reference != NULL;
    }
    text_addz(out, "MF1");
    put_count(out, n);
    for (uint32_t i = 0; i < w->table.n; i++) {
        const struct window_live *live = &w->live[i];
        if (live->reference) {
            put_row(out, &w->table.window[i]);
            put_count(out, live->frozen.version);
            put_time(out, live->frozen.from_us);
            put_time(out, live->frozen.to_us);
            put_time(out, live->frozen.at_us);
            put_text(out, live->frozen.by);
            put_reference(out, live->reference, window_def_values(&w->table.window[i]));
        }
    }
}

// NULL: the bytes are damaged, or there is no memory.
static struct reference *get_reference(struct loading *l, const struct window_def *def) {
    const uint64_t n_value = get_count(l), n_context = get_count(l);
    struct reference *reference = NULL;
    struct context_key *key = NULL;
    if (l->is_good && n_value > 0 && n_value <= CONTEXT_MAX_FEATURES && n_context <= CONTEXT_MAX) {
        key = alloc_new((size_t)n_context + 1, sizeof *key);
    }
    l->is_good = key != NULL;
    for (uint64_t i = 0; l->is_good && i < n_context; i++) {
        key[i].recipe = get_text(l);
        key[i].step = get_text(l);
        key[i].tool = get_text(l);
    }
    const struct reference_options options = {def ? def->false_alarms : 0.01, (uint32_t)n_value,
                                              def ? def->n_least : 2};
    l->is_good = l->is_good && reference_new(&options, &reference, NULL) == MARU_OK;
    for (uint64_t n = get_count(l); l->is_good && n > 0; n--) {
        double value[CONTEXT_MAX_FEATURES];
        const size_t n_bytes = (size_t)n_value * sizeof *value;
        const uint64_t context = get_count(l);
        l->is_good =
            l->is_good && context < n_context && (size_t)(l->from.end - l->from.at) >= n_bytes;
        if (l->is_good) {
            memcpy(value, l->from.at, n_bytes);
            l->from.at += n_bytes;
            l->is_good = !def || reference_add(reference, &key[context], value, NULL) == MARU_OK;
        }
    }
    alloc_free(key);
    if (!l->is_good || !def || n_value != window_def_values(def)) {
        reference_free(reference);
        return NULL;
    }
    return reference;
}

void window_keeping_load_frozen(struct window_watch *w, const struct text *bytes) {
    struct loading l = {.from = packed_text(bytes), .is_good = true};
    arena_init(&l.arena, TENANT_MAX_ENGINE_BYTES);
    if (has_head(&l, "MF1")) {
        for (uint64_t n = get_count(&l); l.is_good && n > 0; n--) {
            const uint32_t row = get_row(&l, w);
            struct window_frozen frozen = {.version = (uint32_t)get_count(&l)};
            frozen.from_us = get_time(&l);
            frozen.to_us = get_time(&l);
            frozen.at_us = get_time(&l);
            snprintf(frozen.by, sizeof frozen.by, "%s", get_text(&l));
            struct reference *reference =
                get_reference(&l, row != WINDOW_NONE ? &w->table.window[row] : NULL);
            if (reference) {
                frozen.n_context = reference_contexts(reference);
                frozen.n_window = reference_windows(reference);
                reference_free(w->live[row].reference);
                w->live[row].reference = reference;
                w->live[row].frozen = frozen;
            }
        }
    }
    arena_fini(&l.arena);
}
