#include "sim/state.h"

#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/status.h"
#include "sim/calendar.h"
#include "sim/state_check.h"

// One block: every array of STATE_ARRAYS behind the other, each aligned to a cache line. Saving is
// the block as it is with a check sum in front; loading checks that sum, the version and the
// model's fingerprint, and every size follows from them.

enum { ALIGN = 64, STATE_MAX_BYTES_LOG2 = 34 };

static size_t layout(const struct maru_model *m, size_t n_lot, void *block, struct state *s) {
    size_t at = 0;
#define X(type, name, count)                                                                       \
    s->name = block ? (type *)(void *)((char *)block + at) : NULL;                                 \
    at += (sizeof(type) * (size_t)(count) + ALIGN - 1) / ALIGN * ALIGN;
    STATE_ARRAYS(X)
#undef X
    return at;
}

static maru_status take_block(struct maru_sim *sim, size_t n_bytes, maru_error *err) {
    sim->memory = n_bytes >> STATE_MAX_BYTES_LOG2 ? NULL : alloc_new(n_bytes / ALIGN + 2, ALIGN);
    if (!sim->memory) {
        return fail(err, MARU_E_MEMORY, "no memory for a state of %zu bytes", n_bytes);
    }
    const uintptr_t at = (uintptr_t)sim->memory;
    sim->block = (char *)sim->memory + (ALIGN - at % ALIGN) % ALIGN;
    sim->block_bytes = n_bytes;
    return MARU_OK;
}

maru_status state_new(const struct maru_model *m, uint32_t n_lot, struct maru_sim *sim,
                      maru_error *err) {
    struct state s;
    const size_t n_bytes = layout(m, n_lot, NULL, &s);
    const maru_status st = take_block(sim, n_bytes, err);
    if (st != MARU_OK) {
        return st;
    }
    layout(m, n_lot, sim->block, &sim->s);
    sim->model = m;
    sim->s.head->format = SIM_FORMAT;
    sim->s.head->fingerprint = m->fingerprint;
    sim->s.head->bytes = n_bytes;
    sim->s.head->n_lot_room = n_lot;
    return MARU_OK;
}

void state_free(struct maru_sim *sim) { alloc_free(sim->memory); }

maru_status state_grow(struct maru_sim *sim, uint32_t n_lot, maru_error *err) {
    const struct maru_model *m = sim->model;
    struct maru_sim larger = *sim;
    const maru_status st = state_new(m, n_lot, &larger, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t n_old = sim->s.head->n_lot_room;
    calendar_init(m, &larger.s, state_n_node(m, n_lot));
    {
        // sizes of the old state: the same list with the old number of lots
        const uint32_t n_new = n_lot;
        n_lot = n_old;
#define X(type, name, count) memcpy(larger.s.name, sim->s.name, sizeof(type) * (size_t)(count));
        STATE_ARRAYS(X)
#undef X
        n_lot = n_new;
    }
    larger.s.head->n_lot_room = n_lot;
    larger.s.head->bytes = larger.block_bytes;
    uint32_t *end = &larger.s.head->free_lot; // new places come after those that were there
    while (*end != SIM_NONE) {
        end = &larger.s.lot[*end].next;
    }
    for (uint32_t i = n_old; i < n_lot; i++) {
        *end = i;
        end = &larger.s.lot[i].next;
    }
    *end = SIM_NONE;
    larger.s.head->n_free += n_lot - n_old;
    state_free(sim);
    *sim = larger;
    return MARU_OK;
}

// ---- saving, loading, forking ----

struct saved { // stands in front of the block
    char magic[8];
    uint64_t n_bytes, fingerprint, digest[2];
};

static const char MAGIC[8] = {'m', 'a', 'r', 'u', 's', 'i', 'm', '1'};

size_t maru_sim_bytes(const maru_sim *sim) { return sizeof(struct saved) + sim->block_bytes; }

static void seal(const void *block, size_t n_bytes, uint64_t fingerprint, struct saved *out) {
    struct digest d;
    digest_init(&d);
    digest_bytes(&d, block, n_bytes);
    memset(out, 0, sizeof *out);
    memcpy(out->magic, MAGIC, sizeof MAGIC);
    out->n_bytes = n_bytes;
    out->fingerprint = fingerprint;
    out->digest[0] = d.lane[0];
    out->digest[1] = d.lane[1];
}

void maru_sim_save(const maru_sim *sim, void *out) {
    struct saved saved;
    seal(sim->block, sim->block_bytes, sim->model->fingerprint, &saved);
    memcpy(out, &saved, sizeof saved);
    memcpy((char *)out + sizeof saved, sim->block, sim->block_bytes);
}

static maru_status check_saved(const struct maru_model *m, const void *bytes, size_t n_bytes,
                               uint32_t *n_lot, maru_error *err) {
    struct saved saved, sealed;
    struct head head;
    if (n_bytes < sizeof saved + sizeof head) {
        return fail(err, MARU_E_INPUT, "this is not a saved state: only %zu bytes", n_bytes);
    }
    memcpy(&saved, bytes, sizeof saved);
    if (memcmp(saved.magic, MAGIC, sizeof MAGIC) != 0) {
        return fail(err, MARU_E_INPUT, "this is not a saved state, or one of another version");
    }
    if (saved.fingerprint != m->fingerprint) {
        return fail(err, MARU_E_INPUT,
                    "the state was saved with another plant or other options; use the same");
    }
    const char *block = (const char *)bytes + sizeof saved;
    seal(block, n_bytes - sizeof saved, saved.fingerprint, &sealed);
    if (memcmp(&saved, &sealed, sizeof saved) != 0) {
        return fail(err, MARU_E_INPUT, "the saved state is damaged: its check sum does not match");
    }
    memcpy(&head, block, sizeof head);
    struct state s;
    if (head.format != SIM_FORMAT || head.fingerprint != m->fingerprint ||
        head.n_lot_room > m->options.max_lot ||
        layout(m, head.n_lot_room, NULL, &s) != n_bytes - sizeof saved) {
        return fail(err, MARU_E_INPUT, "the saved state does not fit this plant");
    }
    *n_lot = head.n_lot_room;
    return MARU_OK;
}

maru_status maru_sim_load(const maru_model *model, const void *bytes, size_t n_bytes,
                          maru_sim **out, maru_error *err) {
    uint32_t n_lot = 0;
    maru_status st = check_saved(model, bytes, n_bytes, &n_lot, err);
    if (st != MARU_OK) {
        return st;
    }
    maru_sim *sim = alloc_new(1, sizeof *sim);
    if (!sim) {
        return fail(err, MARU_E_MEMORY, "no memory for a twin");
    }
    st = state_new(model, n_lot, sim, err);
    if (st != MARU_OK) {
        alloc_free(sim);
        return st;
    }
    memcpy(sim->block, (const char *)bytes + sizeof(struct saved), sim->block_bytes);
    st = state_check(sim, err);
    if (st != MARU_OK) {
        maru_sim_free(sim);
        return st;
    }
    *out = sim;
    return MARU_OK;
}

maru_status maru_sim_fork(const maru_sim *sim, maru_sim *fork, maru_error *err) {
    if (fork->model != sim->model) {
        return fail(err, MARU_E_USAGE, "a fork must be of the same model");
    }
    if (fork->block_bytes != sim->block_bytes) {
        struct maru_sim other = *fork;
        const maru_status st = state_new(sim->model, sim->s.head->n_lot_room, &other, err);
        if (st != MARU_OK) {
            return st;
        }
        state_free(fork);
        *fork = other;
    }
    memcpy(fork->block, sim->block, sim->block_bytes);
    return MARU_OK;
}

maru_status maru_sim_copy(const maru_sim *sim, maru_sim **out, maru_error *err) {
    maru_sim *copy = alloc_new(1, sizeof *copy);
    if (!copy) {
        return fail(err, MARU_E_MEMORY, "no memory for a twin");
    }
    const maru_status st = state_new(sim->model, sim->s.head->n_lot_room, copy, err);
    if (st != MARU_OK) {
        alloc_free(copy);
        return st;
    }
    memcpy(copy->block, sim->block, sim->block_bytes);
    *out = copy;
    return MARU_OK;
}

void maru_sim_reseed(maru_sim *sim, uint64_t seed) { sim->s.head->seed = seed; }
