#include "serve/models/window_truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/number.h"
#include "base/status.h"

// The events are sorted twice: by lot, wafer and time, and by lot and time alone. A window that has a wafer looks among those of
// its wafer and among those of its lot that have none; one without a wafer takes any of its lot. Where there is no lot the tool stands in
// its place, so that each look is one binary search, however many events there are of a lot.

#define DETAIL_TREE_BYTES                                                                          \
    ((size_t)64 << 20) // of a detail, which has at most EVENT_MAX_DETAIL_BYTES

struct truth_key truth_key_of(const struct event *event) {
    return (struct truth_key){event->at_us, event->source, event->lot, event->wafer};
}

bool truth_is_wanted(const struct truth_wanted *wanted, const struct event *event) {
    return strcmp(event->kind, EVENT_MEASUREMENT) == 0 && strcmp(event->name, wanted->event) == 0 &&
           strcmp(event->source, "maru") != 0;
}

static bool is_same_place(const struct truth_key *a, const struct truth_key *b) {
    return strcmp(a->lot, b->lot) == 0 && (a->lot[0] || strcmp(a->tool, b->tool) == 0);
}

static bool is_in_time(const struct truth_wanted *wanted, maru_time window_us, maru_time event_us) {
    return event_us >= window_us && event_us - window_us <= wanted->within_us;
}

bool truth_is_of(const struct truth_wanted *wanted, const struct truth_key *window,
                 const struct truth_key *event) {
    return is_same_place(window, event) && is_in_time(wanted, window->at_us, event->at_us) &&
           (!window->wafer[0] || !event->wafer[0] || strcmp(window->wafer, event->wafer) == 0);
}

// ---- what an event says

static void add_cell(const struct json_node *node, struct text *out) {
    double number = NAN;
    if (node->kind == JSON_NUMBER && number_double(node->text, node->n_text, &number)) {
        text_add_double(out, number);
    } else if (node->kind == JSON_TEXT && node->n_text < TRUTH_MAX_VALUE_BYTES &&
               !memchr(node->text, '\0', node->n_text)) {
        text_add(out, node->text, node->n_text);
    } else if (node->kind == JSON_TRUE || node->kind == JSON_FALSE) {
        text_addz(out, node->kind == JSON_TRUE ? "true" : "false");
    }
}

bool truth_value(const struct truth_wanted *wanted, const char *detail, struct text *out) {
    const size_t n_value = strlen(wanted->value);
    struct json_tree tree;
    struct arena arena;
    text_clear(out);
    arena_init(&arena, DETAIL_TREE_BYTES);
    if (json_read(detail, strlen(detail), &arena, &tree, NULL) == MARU_OK && tree.n > 0 &&
        tree.node[0].kind == JSON_OBJECT) {
        const uint32_t values = json_member(&tree, 0, "values", 6);
        uint32_t at = json_member(&tree, 0, wanted->value, n_value);
        if (at == 0 && values > 0 && tree.node[values].kind == JSON_OBJECT) {
            at = json_member(&tree, values, wanted->value, n_value);
        }
        if (at > 0) {
            add_cell(&tree.node[at], out);
        }
    }
    arena_fini(&arena);
    return out->status == MARU_OK && out->n_bytes > 0;
}

double truth_number(const struct truth_wanted *wanted, const char *detail) {
    struct text cell;
    double number = NAN;
    text_init(&cell, TRUTH_MAX_VALUE_BYTES);
    if (truth_value(wanted, detail, &cell)) {
        (void)number_double(cell.bytes, cell.n_bytes, &number);
    }
    text_fini(&cell);
    return number;
}

// ---- which event is the truth of which window

struct sorted {
    struct truth_key key;
    uint32_t at; // in the caller's list
};

static int compare_place(const struct truth_key *a, const struct truth_key *b) {
    const int by_lot = strcmp(a->lot, b->lot);
    return by_lot != 0 || a->lot[0] ? by_lot : strcmp(a->tool, b->tool);
}

// Of two at the same moment, which one comes first.
static int compare_moment(const struct sorted *a, const struct sorted *b) {
    if (a->key.at_us != b->key.at_us) {
        return a->key.at_us < b->key.at_us ? -1 : 1;
    }
    const int by_tool = strcmp(a->key.tool, b->key.tool);
    const int by_wafer = by_tool != 0 ? by_tool : strcmp(a->key.wafer, b->key.wafer);
    return by_wafer != 0 ? by_wafer : (a->at > b->at) - (a->at < b->at);
}

static int by_place(const void *a, const void *b) {
    const struct sorted *x = a, *y = b;
    const int place = compare_place(&x->key, &y->key);
    return place != 0 ? place : compare_moment(x, y);
}

static int by_wafer(const void *a, const void *b) {
    const struct sorted *x = a, *y = b;
    const int place = compare_place(&x->key, &y->key);
    const int wafer = place != 0 ? place : strcmp(x->key.wafer, y->key.wafer);
    return wafer != 0 ? wafer : compare_moment(x, y);
}

// The first of `list` (n) that is not before this place (and wafer, NULL: any) and moment.
static uint32_t find(const struct sorted *list, uint32_t n, const struct truth_key *window,
                     const char *wafer) {
    uint32_t from = 0;
    while (n > 0) {
        const struct truth_key *key = &list[from + n / 2].key;
        int order = compare_place(key, window);
        order = order == 0 && wafer ? strcmp(key->wafer, wafer) : order;
        const bool is_before = order < 0 || (order == 0 && key->at_us < window->at_us);
        from += is_before ? n / 2 + 1 : 0;
        n = is_before ? n - n / 2 - 1 : n / 2;
    }
    return from;
}

struct joining {
    const struct truth_wanted *wanted;
    struct sorted *by_place, *by_wafer; // (n)
    uint32_t n;
};

static const struct sorted *look(const struct joining *j, const struct sorted *list,
                                 const struct truth_key *window, const char *wafer) {
    const uint32_t i = find(list, j->n, window, wafer);
    const bool is_it = i < j->n && truth_is_of(j->wanted, window, &list[i].key) &&
                       (!wafer || strcmp(list[i].key.wafer, wafer) == 0);
    return is_it ? &list[i] : NULL;
}

static uint32_t first_of(const struct joining *j, const struct truth_key *window) {
    if (!window->wafer[0]) {
        const struct sorted *any = look(j, j->by_place, window, NULL);
        return any ? any->at : UINT32_MAX;
    }
    const struct sorted *mine = look(j, j->by_wafer, window, window->wafer);
    const struct sorted *lots = look(j, j->by_wafer, window, "");
    const struct sorted *first = !lots || (mine && compare_moment(mine, lots) < 0) ? mine : lots;
    return first ? first->at : UINT32_MAX;
}

maru_status truth_join(const struct truth_wanted *wanted, const struct truth_list *windows,
                       const struct truth_list *events, uint32_t *match, maru_error *err) {
    struct joining j = {wanted, alloc_new((size_t)events->n + 1, sizeof *j.by_place),
                        alloc_new((size_t)events->n + 1, sizeof *j.by_wafer), events->n};
    const bool is_there = j.by_place && j.by_wafer;
    for (uint32_t i = 0; is_there && i < j.n; i++) {
        j.by_place[i] = j.by_wafer[i] = (struct sorted){events->key[i], i};
    }
    if (is_there) {
        qsort(j.by_place, j.n, sizeof *j.by_place, by_place);
        qsort(j.by_wafer, j.n, sizeof *j.by_wafer, by_wafer);
    }
    for (uint32_t i = 0; is_there && i < windows->n; i++) {
        match[i] = first_of(&j, &windows->key[i]);
    }
    alloc_free(j.by_place);
    alloc_free(j.by_wafer);
    return is_there ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}
