#include "control/alarms/alarms_image.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/status.h"
#include "control/alarms/alarm_timers.h"

// header | all arrays, as they lie | digest of both
//
// The digest tells damage, not intent: so each index, flag, time and timer is checked before alarms.c
// would follow it, and against what it is a function of. A digest of the definitions keeps a state from
// being read with others. Bytes are little endian words of the machine that wrote them; magic tells.

#define IMAGE_MAGIC UINT64_C(0x314D52414C41524D)
#define IMAGE_LONGEST (INT64_MAX / 2)

struct header {
    uint64_t magic, table[2];
    int64_t now_us;
    uint64_t n_heap, n_sample, n_late, block_bytes;
};

static void digest_table(const struct alarm_table *t, uint64_t out[2]) {
    struct digest digest;
    digest_init(&digest);
    for (uint32_t i = 0; i < t->n_alarm; i++) {
        const struct alarm_def *def = &t->alarm[i];
        digest_bytes(&digest, def->name, strlen(def->name));
        digest_i64(&digest, def->on_us);
        digest_i64(&digest, def->off_us);
        digest_i64(&digest, def->dead_us);
        digest_i64(&digest, def->escalate_us);
        digest_u64(&digest, def->cause);
        digest_bytes(&digest, t->operator_[def->operator_], strlen(t->operator_[def->operator_]));
        digest_u64(&digest, def->priority);
        digest_u64(&digest, def->needs_ack);
        digest_bytes(&digest, t->code + def->first_code, def->n_code);
        digest_u64(&digest, def->n_leaf);
    }
    for (uint32_t i = 0; i < t->n_leaf; i++) {
        const struct condition_leaf *leaf = &t->leaf[i];
        digest_bytes(&digest, t->signal[leaf->signal], strlen(t->signal[leaf->signal]));
        digest_u64(&digest, leaf->kind);
        digest_double(&digest, leaf->low);
        digest_double(&digest, leaf->high);
        digest_double(&digest, leaf->deadband);
        digest_i64(&digest, leaf->span_us);
    }
    out[0] = digest.lane[0];
    out[1] = digest.lane[1];
}

static void digest_image(const unsigned char *bytes, size_t n, uint64_t out[2]) {
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, bytes, n);
    out[0] = digest.lane[0];
    out[1] = digest.lane[1];
}

size_t alarms_image_bytes(const struct alarms *alarms) {
    return sizeof(struct header) + alarms->block_bytes + 2 * sizeof(uint64_t);
}

void alarms_save(const struct alarms *alarms, unsigned char *out) {
    struct header header = {.magic = IMAGE_MAGIC,
                            .now_us = alarms->now_us,
                            .n_heap = alarms->n_heap,
                            .n_sample = alarms->n_sample,
                            .n_late = alarms->n_late,
                            .block_bytes = alarms->block_bytes};
    uint64_t sum[2];
    digest_table(alarms->table, header.table);
    memcpy(out, &header, sizeof header);
    memcpy(out + sizeof header, alarms->block, alarms->block_bytes);
    digest_image(out, sizeof header + alarms->block_bytes, sum);
    memcpy(out + sizeof header + alarms->block_bytes, sum, sizeof sum);
}

// ---- checking

static maru_status bad(maru_error *err, const char *what, uint32_t at) {
    return fail(err, MARU_E_INPUT, "the saved alarms contradict themselves: %s %u", what, at);
}

static bool is_time(int64_t t) { return t >= -ALARMS_MAX_TIME && t <= ALARMS_MAX_TIME; }

// A time of the past, or none.
static bool is_past(int64_t t) { return t == INT64_MIN / 2 || is_time(t); }

static bool is_ring(const int64_t *ring, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (!is_past(ring[i]) || (i > 0 && ring[i] > ring[i - 1])) {
            return false;
        }
    }
    return true;
}

static maru_status check_heap(const struct alarms *a, maru_error *err) {
    uint32_t n_running = 0;
    for (uint32_t i = 0; i < a->n_timer; i++) {
        n_running += a->timer_at[i] != ALARM_NONE;
        if (a->timer_at[i] != ALARM_NONE &&
            (a->timer_at[i] >= a->n_heap || a->heap[a->timer_at[i]] != i)) {
            return bad(err, "timer", i);
        }
        if (a->timer_at[i] != ALARM_NONE &&
            (a->due_us[i] < -IMAGE_LONGEST || a->due_us[i] > IMAGE_LONGEST)) {
            return bad(err, "timer", i);
        }
    }
    if (n_running != a->n_heap) {
        return bad(err, "timers", n_running);
    }
    for (uint32_t i = 1; i < a->n_heap; i++) {
        if (alarm_timer_is_before(a, a->heap[i], a->heap[(i - 1) / 2])) {
            return bad(err, "due timer", a->heap[i]);
        }
    }
    return MARU_OK;
}

static bool runs(const struct alarms *a, uint32_t timer) {
    return a->timer_at[timer] != ALARM_NONE;
}

static maru_status check_signals(const struct alarms *a, maru_error *err) {
    for (uint32_t i = 0; i < a->n_signal; i++) {
        if (!is_time(a->signal_us[i])) {
            return bad(err, "signal", i);
        }
    }
    for (uint32_t i = 0; i < a->n_leaf; i++) {
        const uint32_t alarm = a->table->leaf_alarm[i];
        const bool is_true = (a->leaves[alarm] >> (i - a->table->alarm[alarm].first_leaf) & 1) != 0;
        const bool is_silence = a->table->leaf[i].kind == CONDITION_SILENT;
        if ((a->leaf_us[i] != INT64_MIN && !is_time(a->leaf_us[i])) || isnan(a->leaf_value[i]) ||
            runs(a, alarm_timer_of_leaf(a, i)) != (is_silence && !is_true)) {
            return bad(err, "test", i);
        }
    }
    return MARU_OK;
}

static uint32_t causes_above(const struct alarms *a, uint32_t alarm) {
    uint32_t n = 0;
    for (uint32_t k = a->table->alarm[alarm].cause; k != ALARM_NONE; k = a->table->alarm[k].cause) {
        n += (a->flags[k] & (ALARM_IS_ACTIVE | ALARM_IS_OUT)) == ALARM_IS_ACTIVE;
    }
    return n;
}

static bool timers_agree(const struct alarms *a, uint32_t i) {
    const uint8_t f = a->flags[i];
    const uint32_t shelf = alarm_timer_of(a, TIMER_SHELF, i);
    const bool is_waiting = ((f & ALARM_IS_TRUE) != 0) != ((f & ALARM_IS_ACTIVE) != 0);
    return runs(a, alarm_timer_of(a, TIMER_DELAY, i)) == is_waiting &&
           runs(a, shelf) == (a->shelf_us[i] != 0) &&
           (a->shelf_us[i] == 0 || a->due_us[shelf] == a->shelf_us[i]) &&
           runs(a, alarm_timer_of(a, TIMER_CHATTER, i)) == ((f & ALARM_IS_CHATTERING) != 0) &&
           (!runs(a, alarm_timer_of(a, TIMER_STANDING, i)) || (f & ALARM_IS_TOLD)) &&
           (!runs(a, alarm_timer_of(a, TIMER_ESCALATE, i)) ||
            ((f & ALARM_IS_OPEN) && a->table->alarm[i].escalate_us > 0 &&
             a->level[i] < ALARMS_MAX_LEVEL));
}

static bool flags_agree(const struct alarms *a, uint32_t i) {
    const struct alarm_def *def = &a->table->alarm[i];
    const uint8_t f = a->flags[i], shown = a->shown[i];
    const bool is_true =
        condition_is_true(a->table->code + def->first_code, def->n_code, a->leaves[i]);
    const bool is_told = shown == ALARM_ACKED || shown == ALARM_UNACKED;
    const bool may_be_open = shown == ALARM_UNACKED || shown == ALARM_RETURNED;
    return f < ALARM_N_FLAGS && is_true == ((f & ALARM_IS_TRUE) != 0) &&
           shown == alarms_state_of(a, i) && is_told == ((f & ALARM_IS_TOLD) != 0) &&
           (!(f & ALARM_IS_OPEN) || (may_be_open && def->needs_ack)) &&
           (!(f & ALARM_IS_FLOODED) || ((f & ALARM_IS_ACTIVE) && a->in_flood[def->operator_]));
}

maru_status alarms_check(const struct alarms *alarms, maru_error *err) {
    const struct alarms *a = alarms;
    maru_status st = is_time(a->now_us) ? MARU_OK : bad(err, "clock", 0);
    st = st == MARU_OK ? check_heap(a, err) : st;
    st = st == MARU_OK ? check_signals(a, err) : st;
    for (uint32_t i = 0; st == MARU_OK && i < a->n_operator; i++) {
        const int64_t *ring = a->flood_us + (size_t)i * (ALARMS_MAX_FLOOD + 1);
        if (a->in_flood[i] > 1 || !is_ring(ring, ALARMS_MAX_FLOOD + 1) ||
            runs(a, alarm_timer_of_operator(a, i)) != (a->in_flood[i] != 0)) {
            st = bad(err, "operator", i);
        }
    }
    for (uint32_t i = 0; st == MARU_OK && i < a->n_alarm; i++) {
        const uint32_t n_leaf = a->table->alarm[i].n_leaf;
        const bool is_good =
            is_past(a->went_us[i]) && (a->shelf_us[i] == 0 || is_time(a->shelf_us[i])) &&
            is_ring(a->came_us + 3 * (size_t)i, ALARMS_CHATTER) &&
            (n_leaf == 32 || a->leaves[i] >> n_leaf == 0) && a->level[i] <= ALARMS_MAX_LEVEL &&
            a->n_above[i] == causes_above(a, i) && flags_agree(a, i) && timers_agree(a, i);
        st = is_good ? MARU_OK : bad(err, "alarm", i);
    }
    return st;
}

// ---- loading

static maru_status check_header(const struct header *header, const struct alarms *fresh,
                                const unsigned char *bytes, maru_error *err) {
    uint64_t table[2], sum[2], written[2];
    digest_table(fresh->table, table);
    const size_t n = sizeof *header + fresh->block_bytes;
    if (header->magic != IMAGE_MAGIC) {
        return fail(err, MARU_E_INPUT, "these are no saved alarms");
    }
    if (memcmp(header->table, table, sizeof table) != 0 ||
        header->block_bytes != fresh->block_bytes || header->n_heap > fresh->n_timer) {
        return fail(err, MARU_E_INPUT, "the saved alarms are of other definitions");
    }
    digest_image(bytes, n, sum);
    memcpy(written, bytes + n, sizeof written);
    if (memcmp(sum, written, sizeof sum) != 0) {
        return fail(err, MARU_E_INPUT, "the saved alarms are damaged");
    }
    return MARU_OK;
}

maru_status alarms_load(struct alarms *alarms, const struct alarm_table *table,
                        const struct alarms_options *options, const unsigned char *bytes, size_t n,
                        maru_error *err) {
    struct alarms a;
    struct header header;
    maru_status st = alarms_init(&a, table, options, 0, err);
    if (st != MARU_OK) {
        return st;
    }
    if (n != alarms_image_bytes(&a)) {
        st = fail(err, MARU_E_INPUT, "the saved alarms are of other definitions");
        goto done;
    }
    memcpy(&header, bytes, sizeof header);
    st = check_header(&header, &a, bytes, err);
    if (st == MARU_OK) {
        memcpy(a.block, bytes + sizeof header, a.block_bytes);
        a.now_us = header.now_us;
        a.n_heap = (uint32_t)header.n_heap;
        a.n_sample = header.n_sample;
        a.n_late = header.n_late;
        st = alarms_check(&a, err);
    }
done:
    if (st == MARU_OK) {
        *alarms = a;
    } else {
        alarms_fini(&a);
    }
    return st;
}
