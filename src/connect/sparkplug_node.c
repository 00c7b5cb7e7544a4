#include "connect/sparkplug_node.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/text.h"
#include "wire/sparkplug/payload.h"
#include "wire/sparkplug/topic.h"

// Metrics are added in the order of the signals' ids and never taken away one by one: when names change, all is made anew and told by
// one rebirth. Two signals of one name in one device are told apart by the name of the second one's source.

enum { AT_ONCE = 1000 };

// ---- which are given away

static bool is_within(const char *asset, const char *wanted) {
    const size_t n = strlen(wanted);
    return n == 0 || (strncmp(asset, wanted, n) == 0 && (asset[n] == '\0' || asset[n] == '/'));
}

static bool is_wanted(const struct sparkplug_node *node, const struct signal_row *row) {
    const size_t n_own = strlen(node->own);
    bool is_named = false;
    for (size_t i = 0; i < node->n_asset; i++) {
        is_named = is_named || is_within(row->asset, node->asset[i]);
    }
    for (size_t i = 0; i < node->n_prefix; i++) {
        is_named = is_named || strncmp(row->source, node->prefix[i], strlen(node->prefix[i])) == 0;
    }
    return is_named && (strncmp(row->source, node->own, n_own) != 0 || row->source[n_own] != '/');
}

// ---- devices and names

static uint32_t type_of(uint8_t type) {
    switch ((enum sample_type)type) {
    case SAMPLE_INTEGER:
        return PAYLOAD_INT64;
    case SAMPLE_BOOL:
        return PAYLOAD_BOOLEAN;
    case SAMPLE_TEXT:
        return PAYLOAD_STRING;
    case SAMPLE_DOUBLE:
    case N_SAMPLE_TYPE:
        break;
    }
    return PAYLOAD_DOUBLE;
}

// A path as the name of a device; false: it would be too long.
static bool name_device(const char *path, char out[TOPIC_MAX_NAME_BYTES + 1]) {
    const size_t n = strlen(path);
    if (n > TOPIC_MAX_NAME_BYTES) {
        return false;
    }
    for (size_t i = 0; i <= n; i++) {
        const unsigned char c = (unsigned char)path[i];
        const bool is_odd = (c < 0x20 && c != 0) || c == 0x7F || c == '+' || c == '#';
        out[i] = (char)(c == '/' ? ':' : is_odd ? '_' : c);
    }
    return true;
}

static bool make_device_room(struct sparkplug_node *node) {
    if (node->devices.n < node->cap_device) {
        return true;
    }
    const uint32_t cap = node->cap_device < 64 ? 64 : 2 * node->cap_device;
    uint32_t *device = alloc_resize(node->device, cap, sizeof *device);
    if (device) {
        node->device = device;
        node->cap_device = cap;
    }
    return device != NULL;
}

// The device of an asset: 0 where it has none, or there are as many as can be, and its path belongs to the metric's name.
static maru_status find_device(struct sparkplug_node *node, const char *path, uint32_t *device,
                               maru_error *err) {
    char name[TOPIC_MAX_NAME_BYTES + 1];
    uint32_t number = 0;
    *device = 0;
    if (path[0] == '\0' || !name_device(path, name)) {
        return MARU_OK;
    }
    const uint32_t n_before = node->devices.n;
    if (!make_device_room(node)) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = names_add(&node->devices, name, strlen(name), &number, err);
    if (st == MARU_OK && number == n_before) {
        const maru_status added = edge_add_device(node->edge, name, &node->device[number], err);
        node->device[number] = added == MARU_OK ? node->device[number] : 0;
        st = added == MARU_E_LIMIT ? MARU_OK : added;
    }
    *device = st == MARU_OK ? node->device[number] : 0;
    return st;
}

static bool is_reserved(const char *name) {
    return strcmp(name, "bdSeq") == 0 || strncmp(name, "Node Control/", 13) == 0 ||
           strncmp(name, "Device Control/", 15) == 0;
}

// A name that no other metric of the device has.
static maru_status name_metric(struct sparkplug_node *node, uint32_t device,
                               const struct signal_row *row, char out[PAYLOAD_MAX_NAME_BYTES],
                               maru_error *err) {
    const bool has_path = device == 0 && row->asset[0];
    for (int is_second = 0; is_second < 2; is_second++) {
        char key[PAYLOAD_MAX_NAME_BYTES + 16];
        uint32_t number = 0;
        const uint32_t n_before = node->metrics.n;
        snprintf(out, PAYLOAD_MAX_NAME_BYTES, "%.511s%s%.480s", has_path ? row->asset : "",
                 has_path ? "/" : "", row->name);
        if (is_second) {
            snprintf(out, PAYLOAD_MAX_NAME_BYTES, "%.480s (%.511s)", row->name, row->source);
        } else if (is_reserved(out)) {
            continue;
        }
        const int n = snprintf(key, sizeof key, "%u\n%s", device, out);
        const maru_status st = names_add(&node->metrics, key, (size_t)n, &number, err);
        if (st != MARU_OK || node->metrics.n > n_before) {
            return st;
        }
    }
    return fail(err, MARU_E_INPUT, "two metrics of one name");
}

// ---- learning

static bool make_room(struct sparkplug_node *node, int64_t id) {
    if ((size_t)id < node->n_signal) {
        return true;
    }
    const size_t n = (size_t)id + AT_ONCE;
    struct node_signal *signal = alloc_resize(node->signal, n, sizeof *signal);
    if (signal) {
        memset(signal + node->n_signal, 0, (n - node->n_signal) * sizeof *signal);
        node->signal = signal;
        node->n_signal = n;
    }
    return signal != NULL;
}

static maru_status add_metric(struct sparkplug_node *node, const struct signal_row *row,
                              maru_error *err) {
    char name[PAYLOAD_MAX_NAME_BYTES];
    struct node_signal *signal = &node->signal[row->id];
    uint32_t device = 0;
    maru_status st = find_device(node, row->asset, &device, err);
    st = st == MARU_OK ? name_metric(node, device, row, name, err) : st;
    st = st == MARU_OK ? edge_add_metric(node->edge, device, name, type_of((uint8_t)row->type),
                                         &signal->metric, err)
                       : st;
    if (st == MARU_OK && row->unit[0]) {
        (void)edge_set_unit(node->edge, signal->metric, row->unit,
                            NULL); // one that is too long is not told
    }
    if (st == MARU_OK) {
        signal->type = (uint8_t)row->type;
        signal->is_given = true;
        node->n_given++;
        node->needs_birth = true;
    }
    return st;
}

struct learning {
    struct sparkplug_node *node;
    size_t n;
};

static maru_status learn(void *of, const struct signal_row *row, maru_error *err) {
    struct learning *learning = of;
    struct sparkplug_node *node = learning->node;
    maru_status st = make_room(node, row->id) ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK && is_wanted(node, row)) {
        st = add_metric(node, row, err);
        st = st == MARU_E_INPUT || st == MARU_E_USAGE ? MARU_OK : st; // a name that cannot be
    }
    if (st == MARU_OK) {
        node->last_id = row->id;
        learning->n++;
    }
    return st;
}

static void forget(struct sparkplug_node *node) {
    edge_clear(node->edge);
    names_fini(&node->devices);
    names_fini(&node->metrics);
    names_init(&node->devices, NODE_MAX_NAMES_BYTES);
    names_init(&node->metrics, NODE_MAX_NAMES_BYTES);
    if (node->n_signal > 0) {
        memset(node->signal, 0, node->n_signal * sizeof *node->signal);
    }
    node->last_id = 0;
    node->n_given = 0;
    node->needs_birth = true;
}

maru_status sparkplug_node_learn(struct sparkplug_node *node, maru_error *err) {
    const uint64_t naming = signals_naming(node->signals);
    struct learning learning = {.node = node};
    maru_status st = MARU_OK;
    if (naming != node->naming) {
        forget(node);
        node->naming = naming;
    }
    do {
        learning.n = 0;
        st = signals_each(node->signals, node->last_id, AT_ONCE, learn, &learning, err);
    } while (st == MARU_OK && learning.n == AT_ONCE);
    return st;
}

// ---- values

const struct node_signal *sparkplug_node_find(const struct sparkplug_node *node, int64_t signal) {
    return signal > 0 && (size_t)signal < node->n_signal && node->signal[signal].is_given
               ? &node->signal[signal]
               : NULL;
}

// The type that has values of both.
static uint8_t widen(uint8_t a, uint8_t b) {
    return a == b ? a : a == SAMPLE_TEXT || b == SAMPLE_TEXT ? SAMPLE_TEXT : SAMPLE_DOUBLE;
}

static bool write_number(const struct sample *sample, struct arena *arena, struct sample *out) {
    struct text text;
    text_init(&text, 64);
    if (sample->type == SAMPLE_BOOL) {
        text_addz(&text, sample->value.integer ? "true" : "false");
    } else if (sample->type == SAMPLE_INTEGER) {
        text_addf(&text, "%lld", (long long)sample->value.integer);
    } else {
        text_add_double(&text, sample->value.number);
    }
    const char *kept = text.status == MARU_OK ? arena_text(arena, text.bytes, text.n_bytes) : NULL;
    out->type = SAMPLE_TEXT;
    out->n_text = (uint32_t)text.n_bytes;
    out->value.text = kept;
    text_fini(&text);
    return kept != NULL;
}

bool sparkplug_node_fit(struct sparkplug_node *node, int64_t signal, const struct sample *sample,
                        struct arena *arena, struct edge_value *out) {
    struct node_signal *its = &node->signal[signal];
    const uint8_t type = widen(its->type, sample->type);
    *out = (struct edge_value){its->metric, *sample};
    if (type != its->type) {
        if (edge_set_type(node->edge, its->metric, type_of(type), NULL) == MARU_OK) {
            its->type = type;
            node->needs_birth = true;
        }
        return false;
    }
    if (type == sample->type) {
        return true;
    }
    if (type == SAMPLE_TEXT) {
        return write_number(sample, arena, &out->sample);
    }
    out->sample.type = SAMPLE_DOUBLE;
    out->sample.value.number = sample_number(sample);
    return true;
}

// Where the newest value widens its metric, the second try has it.
static bool fit_newest(struct sparkplug_node *node, int64_t id, const struct sample *sample,
                       struct arena *arena, struct edge_value *out) {
    bool is_fit = false;
    for (int i = 0; i < 2 && !is_fit; i++) {
        is_fit = sparkplug_node_fit(node, id, sample, arena, out);
    }
    return is_fit;
}

static maru_status refresh_some(struct sparkplug_node *node, const int64_t *id, size_t n,
                                struct last_sample *last, maru_error *err) {
    struct arena arena;
    maru_status st = signals_last(node->signals, id, n, last, err);
    arena_init(&arena, NODE_MAX_NAMES_BYTES);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        struct sample sample = last[i].sample;
        struct edge_value value;
        if (sample.type == SAMPLE_TEXT) {
            sample.value.text = last[i].text;
        }
        if (sample.at_us != 0 && fit_newest(node, id[i], &sample, &arena, &value)) {
            st = edge_keep(node->edge, &value, 1, err);
            st = st == MARU_E_RANGE || st == MARU_E_USAGE ? MARU_OK : st;
        }
    }
    arena_fini(&arena);
    return st;
}

maru_status sparkplug_node_refresh(struct sparkplug_node *node, maru_error *err) {
    int64_t *id = alloc_new(AT_ONCE, sizeof *id);
    struct last_sample *last = alloc_new(AT_ONCE, sizeof *last);
    const bool has_room = id && last;
    maru_status st = has_room ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    size_t n = 0;
    for (int64_t i = 1; has_room && st == MARU_OK && i <= node->last_id; i++) {
        if (sparkplug_node_find(node, i)) {
            id[n++] = i;
        }
        if (n == AT_ONCE || (n > 0 && i == node->last_id)) {
            st = refresh_some(node, id, n, last, err);
            n = 0;
        }
    }
    alloc_free(id);
    alloc_free(last);
    return st;
}

// ---- beginning and end

maru_status sparkplug_node_init(struct sparkplug_node *node, const struct edge_options *options,
                                struct edge_sink sink, maru_error *err) {
    names_init(&node->devices, NODE_MAX_NAMES_BYTES);
    names_init(&node->metrics, NODE_MAX_NAMES_BYTES);
    node->naming = signals_naming(node->signals);
    return edge_new(options, sink, &node->edge, err);
}

void sparkplug_node_fini(struct sparkplug_node *node) {
    edge_free(node->edge);
    names_fini(&node->devices);
    names_fini(&node->metrics);
    alloc_free(node->device);
    alloc_free(node->signal);
    node->edge = NULL;
    node->device = NULL;
    node->signal = NULL;
}
