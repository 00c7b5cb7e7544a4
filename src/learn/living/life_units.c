#include "learn/living/life_units.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

void life_units_init(struct life_units *units, const struct unit_scale *scale) {
    const size_t each = 2 * unit_past_bytes(scale), n = LIFEUNITS_MAX_BYTES / each;
    *units = (struct life_units){.scale = scale,
                                 .most = n < 1               ? 1
                                         : n < LIFEUNITS_MAX ? (uint32_t)n
                                                             : LIFEUNITS_MAX};
}

static void free_unit(struct life_of_unit *unit) {
    if (unit) {
        unit_past_free(unit->now);
        unit_past_free(unit->before);
        alloc_free(unit);
    }
}

void life_units_fini(struct life_units *units) {
    for (uint32_t i = 0; i < units->n; i++) {
        free_unit(units->unit[i]);
    }
    alloc_free(units->unit);
    *units = (struct life_units){0};
}

// The first that is not before the name.
static uint32_t place_of(const struct life_units *units, const char *name) {
    uint32_t low = 0, high = units->n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (strncmp(units->unit[middle]->name, name, LIFEUNITS_NAME_BYTES - 1) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct life_units *units, uint32_t at, const char *name) {
    return at < units->n && strncmp(units->unit[at]->name, name, LIFEUNITS_NAME_BYTES - 1) == 0;
}

struct life_of_unit *life_units_find(const struct life_units *units, const char *name) {
    const uint32_t at = place_of(units, name);
    return is_at(units, at, name) ? units->unit[at] : NULL;
}

static maru_status new_unit(const struct unit_scale *scale, const char *name,
                            struct life_of_unit **out, maru_error *err) {
    struct life_of_unit *unit = alloc_new(1, sizeof *unit);
    if (!unit) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const size_t n_name = strlen(name);
    memcpy(unit->name, name, n_name < LIFEUNITS_NAME_BYTES ? n_name : LIFEUNITS_NAME_BYTES - 1);
    unit->ended_us = unit->last_us = INT64_MIN;
    unit->is_judged = true;
    const maru_status st = unit_past_new(scale, &unit->now, err);
    if (st != MARU_OK) {
        free_unit(unit);
        return st;
    }
    *out = unit;
    return MARU_OK;
}

static maru_status insert(struct life_units *units, struct life_of_unit *unit, maru_error *err) {
    struct life_of_unit **more =
        alloc_resize(units->unit, (size_t)units->n + 1, sizeof(struct life_of_unit *));
    if (!more) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    units->unit = more;
    const uint32_t at = place_of(units, unit->name);
    memmove(more + at + 1, more + at, (units->n - at) * sizeof(struct life_of_unit *));
    more[at] = unit;
    units->n++;
    return MARU_OK;
}

static void forget_oldest(struct life_units *units, maru_time before_us) {
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < units->n; i++) {
        oldest = units->unit[i]->last_us < units->unit[oldest]->last_us ? i : oldest;
    }
    if (units->unit[oldest]->last_us < before_us) {
        free_unit(units->unit[oldest]);
        units->n--;
        memmove(units->unit + oldest, units->unit + oldest + 1,
                (units->n - oldest) * sizeof(struct life_of_unit *));
    }
}

maru_status life_units_get(struct life_units *units, const char *name, maru_time at_us,
                           struct life_of_unit **out, maru_error *err) {
    struct life_of_unit *unit = life_units_find(units, name);
    if (!unit) {
        if (units->n == units->most) {
            forget_oldest(units, at_us);
        }
        if (units->n == units->most) {
            *out = NULL;
            return MARU_OK;
        }
        maru_status st = new_unit(units->scale, name, &unit, err);
        if (st == MARU_OK && (st = insert(units, unit, err)) != MARU_OK) {
            free_unit(unit);
        }
        if (st != MARU_OK) {
            return st;
        }
    }
    unit->last_us = at_us > unit->last_us ? at_us : unit->last_us;
    *out = unit;
    return MARU_OK;
}

// ---- bytes

void life_units_write(const struct life_units *units, struct text *out) {
    binary_add_u32(out, units->n);
    for (uint32_t i = 0; i < units->n; i++) {
        const struct life_of_unit *unit = units->unit[i];
        binary_add_block(out, unit->name, strlen(unit->name));
        binary_add_u64(out, (uint64_t)unit->ended_us);
        binary_add_u64(out, (uint64_t)unit->last_us);
        binary_add_u8(out, (uint8_t)(unit->is_judged | (unit->before != NULL) << 1));
        unit_past_write(unit->now, out);
        if (unit->before) {
            unit_past_write(unit->before, out);
        }
    }
}

static bool read_name(struct binary *in, char name[LIFEUNITS_NAME_BYTES]) {
    size_t n = 0;
    const char *bytes = binary_block(in, &n);
    if (in->is_bad || n >= LIFEUNITS_NAME_BYTES || (n > 0 && memchr(bytes, 0, n))) {
        return false;
    }
    memset(name, 0, LIFEUNITS_NAME_BYTES);
    if (n > 0) {
        memcpy(name, bytes, n);
    }
    return true;
}

static maru_status read_unit(struct life_units *units, struct binary *in, maru_error *err) {
    char name[LIFEUNITS_NAME_BYTES];
    struct life_of_unit *unit = NULL;
    const bool is_next =
        read_name(in, name) && (units->n == 0 || strcmp(units->unit[units->n - 1]->name, name) < 0);
    if (!is_next) {
        in->is_bad = true;
        return MARU_OK;
    }
    maru_status st = new_unit(units->scale, name, &unit, err);
    if (st == MARU_OK && (st = insert(units, unit, err)) != MARU_OK) {
        free_unit(unit);
    }
    if (st != MARU_OK) {
        return st;
    }
    unit->ended_us = (maru_time)binary_u64(in);
    unit->last_us = (maru_time)binary_u64(in);
    const uint8_t bits = binary_u8(in);
    const bool has_before = bits & 2;
    unit->is_judged = bits & 1;
    in->is_bad = in->is_bad || bits > 3 || has_before != (unit->ended_us != INT64_MIN);
    unit_past_read(unit->now, in);
    if (has_before && !in->is_bad &&
        (st = unit_past_new(units->scale, &unit->before, err)) == MARU_OK) {
        unit_past_read(unit->before, in);
    }
    return st;
}

maru_status life_units_read(struct life_units *units, struct binary *in, maru_error *err) {
    enum { LEAST_UNIT_BYTES = 41 };
    const uint32_t n = binary_count(in, units->most, LEAST_UNIT_BYTES);
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && !in->is_bad && i < n; i++) {
        st = read_unit(units, in, err);
    }
    return st;
}
