#include "serve/floor/models/model_keeping.h"

#include <string.h>

#include "base/binary.h"

// "MLIV", version, number of the last event heard, number of models; each model is a block: id, is_on, since, counts, windows counted and
// learned from (oldest first), for each side version and state, and how both compare.

enum { VERSION = 1, LEAST_MODEL_BYTES = 8 };

static const char its_name[4] = {'M', 'L', 'I', 'V'};

static void save_keys(const struct window_keys *keys, struct text *out) {
    const uint32_t oldest = keys->n < LIVEMODELS_KEYS ? 0 : keys->next;
    binary_add_u32(out, keys->n);
    for (uint32_t i = 0; i < keys->n; i++) {
        binary_add_u64(out, keys->key[(oldest + i) % LIVEMODELS_KEYS]);
    }
}

static void save_side(const struct model_side *side, struct text *out) {
    struct text state;
    text_init(&state, LIVING_MAX_STATE_BYTES);
    const bool is_there = side->living && living_write(side->living, &state, NULL) == MARU_OK;
    binary_add_u64(out, (uint64_t)side->version);
    binary_add_block(out, state.bytes ? state.bytes : "", is_there ? state.n_bytes : 0);
    text_fini(&state);
}

static void save_model(const struct model_live *m, struct text *out) {
    struct text bytes;
    text_init(&bytes, TENANT_MAX_ENGINE_BYTES);
    binary_add_string(&bytes, m->id);
    binary_add_u8(&bytes, m->is_on);
    binary_add_u64(&bytes, (uint64_t)m->since_ms);
    binary_add_u64(&bytes, m->n_predicted);
    binary_add_u64(&bytes, m->n_truth);
    binary_add_u64(&bytes, (uint64_t)m->last_us);
    save_keys(m->made, &bytes);
    save_keys(m->learned, &bytes);
    for (int side = 0; side < N_SIDE; side++) {
        save_side(&m->side[side], &bytes);
    }
    rivals_write(&m->rivals, &bytes);
    if (bytes.status == MARU_OK) {
        binary_add_block(out, bytes.bytes, bytes.n_bytes);
    } else {
        out->status = bytes.status;
    }
    text_fini(&bytes);
}

void model_keeping_save(const struct model_watch *watch, struct text *out) {
    text_add(out, its_name, sizeof its_name);
    binary_add_u32(out, VERSION);
    binary_add_u64(out, (uint64_t)watch->heard_event);
    binary_add_u32(out, watch->n);
    for (uint32_t i = 0; i < watch->n; i++) {
        save_model(&watch->model[i], out);
    }
}

// ---- reading

static void load_keys(struct binary *in, struct window_keys *keys) {
    const uint32_t n = binary_count(in, LIVEMODELS_KEYS, 8);
    *keys = (struct window_keys){0};
    for (uint32_t i = 0; i < n; i++) {
        window_keys_add(keys, binary_u64(in));
    }
}

// Which side of the model it is now, N_SIDE: none.
static int load_side(struct binary *in, struct model_live *m) {
    const int64_t version = (int64_t)binary_u64(in);
    size_t n = 0;
    const void *bytes = binary_block(in, &n);
    for (int side = 0; side < N_SIDE; side++) {
        const struct model_side *one = &m->side[side];
        if (bytes && one->living && one->version == version) {
            return living_read(one->living, bytes, n, NULL) == MARU_OK ? side : N_SIDE;
        }
    }
    return N_SIDE;
}

static struct model_live *find(struct model_watch *watch, const char *id) {
    for (uint32_t i = 0; i < watch->n; i++) {
        if (strcmp(watch->model[i].id, id) == 0) {
            return &watch->model[i];
        }
    }
    return NULL;
}

static void load_counts(struct binary *in, struct model_live *m) {
    const bool was_on = binary_u8(in) != 0;
    const int64_t since_ms = (int64_t)binary_u64(in);
    m->n_predicted = binary_u64(in);
    m->n_truth = binary_u64(in);
    m->last_us = (maru_time)binary_u64(in);
    load_keys(in, m->made);
    load_keys(in, m->learned);
    const int first = load_side(in, m), second = load_side(in, m);
    const struct rivals rivals = rivals_read(in);
    if (first == SIDE_CHAMPION && second == SIDE_CHALLENGER && !in->is_bad) {
        m->rivals = rivals;
    }
    if (m->is_on && (!was_on || since_ms != m->since_ms) && m->side[SIDE_CHAMPION].living) {
        living_forgive(m->side[SIDE_CHAMPION].living); // somebody has switched it on meanwhile
    }
}

static void load_model(struct model_watch *watch, const void *bytes, size_t n) {
    struct binary in = binary_of(bytes, n);
    struct arena arena;
    arena_init(&arena, 1 << 12);
    struct model_live *m = find(watch, binary_string(&in, &arena));
    if (m && !in.is_bad) {
        load_counts(&in, m);
    }
    arena_fini(&arena);
}

void model_keeping_load(struct model_watch *watch, const struct text *bytes) {
    struct binary in = binary_of(bytes->bytes ? bytes->bytes : "", bytes->n_bytes);
    if (in.left < sizeof its_name || memcmp(in.at, its_name, sizeof its_name) != 0) {
        return;
    }
    in.at += sizeof its_name;
    in.left -= sizeof its_name;
    if (binary_u32(&in) != VERSION) {
        return;
    }
    const int64_t heard_event = (int64_t)binary_u64(&in);
    const uint32_t n_model = binary_count(&in, LIVEMODELS_MAX, LEAST_MODEL_BYTES);
    if (!in.is_bad) {
        watch->heard_event = heard_event;
    }
    for (uint32_t i = 0; i < n_model && !in.is_bad; i++) {
        size_t n = 0;
        const void *model = binary_block(&in, &n);
        if (model && !in.is_bad) {
            load_model(watch, model, n);
        }
    }
}
