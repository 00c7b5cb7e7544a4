#include "control/fdc/context.h"

#include "base/interval.h"
#include "base/status.h"

#include <math.h>
#include <string.h>

// Contexts stand in a hash table by the bytes of their names, each name with its 0, so that ("a", "bc") and
// ("ab", "c") differ. Moments run on one by one (B. P. Welford, Technometrics 4 (1962) 419-420); nothing is
// kept of single windows. The table only grows, at half full, and nothing in a result depends on its order.

struct context_entry {
    uint64_t hash;
    const char *name; // recipe 0 step 0 tool 0
    size_t n_name;
    struct context_feature *feature; // (n_feature)
};

struct name {
    char bytes[3 * CONTEXT_MAX_NAME_BYTES];
    size_t n;
    uint64_t hash;
};

static bool append(struct name *name, const char *text) {
    const char *end = memchr(text, '\0', CONTEXT_MAX_NAME_BYTES);
    if (!end) {
        return false;
    }
    const size_t n = (size_t)(end - text) + 1;
    memcpy(name->bytes + name->n, text, n);
    name->n += n;
    return true;
}

static bool name_of(const struct context_key *key, bool is_all_tools, struct name *name) {
    name->n = 0;
    if (!append(name, key->recipe) || !append(name, key->step) ||
        !append(name, is_all_tools ? "" : key->tool)) {
        return false;
    }
    name->hash = UINT64_C(0xcbf29ce484222325); // FNV-1a
    for (size_t i = 0; i < name->n; i++) {
        name->hash = (name->hash ^ (unsigned char)name->bytes[i]) * UINT64_C(0x100000001b3);
    }
    name->hash ^= name->hash >> 29;
    return true;
}

maru_status context_init(struct context_table *table, const struct context_options *options,
                         size_t cap_bytes, maru_error *err) {
    if (options->n_feature < 1 || options->n_feature > CONTEXT_MAX_FEATURES ||
        !(options->alpha > 0.0 && options->alpha <= 0.5) || options->n_least < 2) {
        return fail(err, MARU_E_RANGE,
                    "%u features, false alarms %g and at least %u windows make no limits",
                    options->n_feature, options->alpha, options->n_least);
    }
    *table = (struct context_table){.options = *options};
    arena_init(&table->arena, cap_bytes);
    return MARU_OK;
}

void context_fini(struct context_table *table) {
    arena_fini(&table->arena);
    *table = (struct context_table){0};
}

// Where the name stands, or would stand.
static size_t place_of(const struct context_table *table, const struct name *name) {
    size_t at = (size_t)name->hash & (table->n_slot - 1);
    for (;; at = (at + 1) & (table->n_slot - 1)) {
        const struct context_entry *entry = table->slot[at];
        if (!entry || (entry->hash == name->hash && entry->n_name == name->n &&
                       memcmp(entry->name, name->bytes, name->n) == 0)) {
            return at;
        }
    }
}

static const struct context_entry *find(const struct context_table *table,
                                        const struct context_key *key, bool is_all_tools) {
    struct name name;
    if (table->n_slot == 0 || !name_of(key, is_all_tools, &name)) {
        return NULL;
    }
    return table->slot[place_of(table, &name)];
}

static maru_status grow(struct context_table *table, maru_error *err) {
    const size_t n_slot = table->n_slot ? 2 * table->n_slot : 64;
    struct context_entry **slot = arena_take(&table->arena, n_slot, sizeof *slot);
    if (!slot) {
        return arena_refusal(&table->arena, err);
    }
    for (size_t i = 0; i < table->n_slot; i++) {
        if (table->slot[i]) {
            size_t at = (size_t)table->slot[i]->hash & (n_slot - 1);
            while (slot[at]) {
                at = (at + 1) & (n_slot - 1);
            }
            slot[at] = table->slot[i];
        }
    }
    table->slot = slot;
    table->n_slot = n_slot;
    return MARU_OK;
}

static maru_status get(struct context_table *table, const struct context_key *key,
                       bool is_all_tools, struct context_entry **out, maru_error *err) {
    struct name name;
    if (!name_of(key, is_all_tools, &name)) {
        return fail(err, MARU_E_INPUT, "the name of a recipe, step or tool has %d bytes or more",
                    CONTEXT_MAX_NAME_BYTES);
    }
    if (2 * (table->n_context + 1) > table->n_slot) {
        const maru_status st = grow(table, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    const size_t at = place_of(table, &name);
    if (!table->slot[at]) {
        if (table->n_context == CONTEXT_MAX) {
            return fail(err, MARU_E_LIMIT, "at most %d recipes, steps and tools", CONTEXT_MAX);
        }
        struct context_entry *entry = arena_take(&table->arena, 1, sizeof *entry);
        char *bytes = arena_take(&table->arena, name.n, 1);
        struct context_feature *feature =
            arena_take(&table->arena, table->options.n_feature, sizeof *feature);
        if (!entry || !bytes || !feature) {
            return arena_refusal(&table->arena, err);
        }
        memcpy(bytes, name.bytes, name.n);
        *entry = (struct context_entry){name.hash, bytes, name.n, feature};
        table->slot[at] = entry;
        table->n_context++;
    }
    *out = table->slot[at];
    return MARU_OK;
}

static void count(struct context_entry *entry, const double *feature, uint32_t n_feature) {
    for (uint32_t i = 0; i < n_feature; i++) {
        if (isfinite(feature[i])) {
            struct context_feature *f = &entry->feature[i];
            const double d = feature[i] - f->mean;
            f->n++;
            f->mean += d / (double)f->n;
            f->squares += d * (feature[i] - f->mean);
        }
    }
}

maru_status context_learn(struct context_table *table, const struct context_key *key,
                          const double *feature, maru_error *err) {
    struct context_entry *own = NULL;
    struct context_entry *all = NULL;
    maru_status st = get(table, key, false, &own, err);
    if (st == MARU_OK) {
        st = get(table, key, true, &all, err);
    }
    if (st == MARU_OK && own && all) {
        count(own, feature, table->options.n_feature);
        if (all != own) {
            count(all, feature, table->options.n_feature);
        }
    }
    return st;
}

static struct context_limit limit_from(const struct context_entry *entry,
                                       enum context_source source, uint32_t feature, double alpha) {
    const struct context_feature *f = &entry->feature[feature];
    const double n = (double)f->n;
    const double sd = sqrt(fmax(f->squares, 0.0) / (n - 1.0));
    const double reach =
        sd > 0.0 ? -student_quantile(0.5 * alpha, n - 1.0) * sd * sqrt(1.0 + 1.0 / n) : 0.0;
    return (struct context_limit){(uint8_t)source, f->n, f->mean - reach, f->mean, f->mean + reach};
}

struct context_limit context_limit_of(const struct context_table *table,
                                      const struct context_key *key, uint32_t feature) {
    for (int source = CONTEXT_OWN; source <= CONTEXT_ALL_TOOLS; source++) {
        const struct context_entry *entry = find(table, key, source == CONTEXT_ALL_TOOLS);
        if (entry && entry->feature[feature].n >= table->options.n_least) {
            return limit_from(entry, (enum context_source)source, feature, table->options.alpha);
        }
    }
    return (struct context_limit){CONTEXT_NONE, 0, NAN, NAN, NAN};
}

uint32_t context_judge(const struct context_table *table, const struct context_key *key,
                       const double *feature, bool *is_outside) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < table->options.n_feature; i++) {
        const struct context_limit limit = context_limit_of(table, key, i);
        is_outside[i] =
            isfinite(feature[i]) && (feature[i] < limit.lower || feature[i] > limit.upper);
        n += is_outside[i] ? 1 : 0;
    }
    return n;
}
