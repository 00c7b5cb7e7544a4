#include "sim/follow/mirror.h"

#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/names.h"
#include "base/status.h"

// Two beliefs and a sorted list:
//
//     firm  --- pending, up to a window back, in the order of told_compare --->  latest
//
// An event behind all that wait is put there and applied to `latest` at once. Any other goes to its
// place in the list, and `latest` is made anew when somebody looks. Events become firm from the front
// of the list. A lot gets its place in both beliefs with the first event that names it; names are
// numbers for ever, so when most of them are of forgotten lots the table is made anew.

enum { MIRROR_N_DELAY = 4 * 18, MIRROR_MANY_DELAYS = 20000 };

struct mirror {
    const maru_model *model;
    struct mirror_options options;
    struct names names;
    uint32_t *lot_of_name; // (names.cap) place of the lot, MARU_NONE: forgotten
    uint32_t *name_of_lot; // (n_room)
    uint32_t *free_lot;    // (n_room) a stack
    uint32_t n_name_room, n_room, n_free;
    uint32_t n_numbered;
    struct belief firm, latest;
    bool is_stale;
    struct told *pending; // in order
    size_t n_pending, n_pending_room;
    maru_time now, firm_until, swept;
    struct mirror_counts counts;
    uint32_t delay[MIRROR_N_DELAY]; // events by how late they were told: see bucket_of_delay
    uint32_t n_delay;
};

static size_t names_bytes(uint32_t max_lot) {
    return ((size_t)max_lot + 1024) * 4 * (MIRROR_MAX_NAME_BYTES + 32);
}

maru_status mirror_new(const maru_model *model, const struct mirror_options *options,
                       struct mirror **out, maru_error *err) {
    if (options->window_us < 0 || options->window_us > MIRROR_MAX_WINDOW ||
        options->keep_us < options->window_us || options->keep_us > TOLD_MAX_TIME ||
        options->max_lot < 1 || options->max_lot > (uint32_t)model->options.max_lot) {
        return fail(err, MARU_E_RANGE,
                    "a floor cannot be followed with such a window or so many lots");
    }
    struct mirror *m = alloc_new(1, sizeof *m);
    if (!m) {
        return fail(err, MARU_E_MEMORY, "no memory to follow a floor");
    }
    m->model = model;
    m->options = *options;
    m->now = m->firm_until = m->swept = -TOLD_MAX_TIME;
    names_init(&m->names, names_bytes(options->max_lot));
    maru_status st = belief_init(&m->firm, model, 0, err);
    st = st == MARU_OK ? belief_init(&m->latest, model, 0, err) : st;
    if (st != MARU_OK) {
        mirror_free(m);
        return st;
    }
    *out = m;
    return MARU_OK;
}

void mirror_free(struct mirror *m) {
    if (m) {
        names_fini(&m->names);
        belief_fini(&m->firm);
        belief_fini(&m->latest);
        alloc_free(m->lot_of_name);
        alloc_free(m->name_of_lot);
        alloc_free(m->free_lot);
        alloc_free(m->pending);
        alloc_free(m);
    }
}

// ---- lots and their names

static maru_status no_memory(maru_error *err) {
    return fail(err, MARU_E_MEMORY, "no memory to follow a floor");
}

static maru_status grow_lots(struct mirror *m, maru_error *err) {
    const uint32_t most = m->options.max_lot;
    uint32_t n = m->n_room < MIRROR_FIRST_LOTS / 2 ? MIRROR_FIRST_LOTS : 2 * m->n_room;
    n = n < most ? n : most;
    if (n == m->n_room) {
        return fail(err, MARU_E_LIMIT, "%u lots of the floor are remembered, and no more can be",
                    most);
    }
    uint32_t *name = alloc_resize(m->name_of_lot, n, sizeof *name);
    m->name_of_lot = name ? name : m->name_of_lot;
    uint32_t *free_lot = alloc_resize(m->free_lot, n, sizeof *free_lot);
    m->free_lot = free_lot ? free_lot : m->free_lot;
    if (!name || !free_lot) {
        return no_memory(err);
    }
    maru_status st = m->firm.head->n_lot_room < n ? belief_grow(&m->firm, n, err) : MARU_OK;
    st = st == MARU_OK ? belief_grow(&m->latest, n, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t i = n; i > m->n_room; i--) {
        m->free_lot[m->n_free++] = i - 1;
    }
    m->n_room = n;
    return MARU_OK;
}

// Names without those of forgotten lots.
static maru_status renew_names(struct mirror *m, maru_error *err) {
    struct names fresh;
    names_init(&fresh, names_bytes(m->options.max_lot));
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < m->names.n; i++) {
        uint32_t number;
        if (m->lot_of_name[i] != MARU_NONE) {
            st = names_add(&fresh, m->names.name[i], m->names.n_byte[i], &number, err);
        }
    }
    if (st != MARU_OK) {
        names_fini(&fresh);
        return st;
    }
    uint32_t n = 0; // they keep their order, so each moves to the left
    for (uint32_t i = 0; i < m->names.n; i++) {
        const uint32_t lot = m->lot_of_name[i];
        if (lot != MARU_NONE) {
            m->lot_of_name[n] = lot;
            m->name_of_lot[lot] = n++;
        }
    }
    names_fini(&m->names);
    m->names = fresh;
    return MARU_OK;
}

static maru_status grow_name_room(struct mirror *m, maru_error *err) {
    if (m->names.n < m->n_name_room) {
        return MARU_OK;
    }
    const uint32_t n = m->n_name_room == 0 ? MIRROR_FIRST_LOTS : 2 * m->n_name_room;
    uint32_t *larger = alloc_resize(m->lot_of_name, n, sizeof *larger);
    if (!larger) {
        return no_memory(err);
    }
    m->lot_of_name = larger;
    m->n_name_room = n;
    return MARU_OK;
}

static maru_status find_or_add(struct mirror *m, const char *name, size_t n_bytes, uint32_t *lot,
                               maru_error *err) {
    const uint32_t known = names_find(&m->names, name, n_bytes);
    if (known != UINT32_MAX && m->lot_of_name[known] != MARU_NONE) {
        *lot = m->lot_of_name[known];
        return MARU_OK;
    }
    const uint32_t n_live = m->n_room - m->n_free;
    maru_status st =
        m->names.n > 2 * (uint64_t)n_live + MIRROR_FIRST_LOTS ? renew_names(m, err) : MARU_OK;
    st = st == MARU_OK && m->n_free == 0 ? grow_lots(m, err) : st;
    st = st == MARU_OK ? grow_name_room(m, err) : st;
    uint32_t number = 0;
    st = st == MARU_OK ? names_add(&m->names, name, n_bytes, &number, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    *lot = m->free_lot[--m->n_free];
    m->lot_of_name[number] = *lot;
    m->name_of_lot[*lot] = number;
    belief_clear_lot(&m->firm, *lot, m->n_numbered);
    belief_clear_lot(&m->latest, *lot, m->n_numbered++);
    return MARU_OK;
}

static bool is_waited_for(const struct mirror *m, uint32_t lot) {
    for (size_t i = 0; i < m->n_pending; i++) {
        if (m->pending[i].lot == lot) {
            return true;
        }
    }
    return false;
}

static bool is_used(const struct mirror *m, uint32_t lot) {
    return m->name_of_lot[lot] < m->names.n && m->lot_of_name[m->name_of_lot[lot]] == lot;
}

// Forget lots that have been gone for long, and those of which nothing could be made.
static void sweep(struct mirror *m) {
    for (uint32_t lot = 0; lot < m->n_room; lot++) {
        const struct belief_lot *l = &m->firm.lot[lot];
        const bool is_over = l->place == PLACE_GONE && l->since_us < m->now - m->options.keep_us &&
                             l->heard_us < m->now - m->options.keep_us;
        if ((is_over || l->place == PLACE_UNHEARD) && l->heard_us <= m->firm_until &&
            is_used(m, lot) && !is_waited_for(m, lot)) {
            m->lot_of_name[m->name_of_lot[lot]] = MARU_NONE;
            m->free_lot[m->n_free++] = lot;
            belief_clear_lot(&m->firm, lot, 0);
            belief_clear_lot(&m->latest, lot, 0);
        }
    }
    m->swept = m->now;
}

uint32_t mirror_find(const struct mirror *m, const char *lot, size_t n_bytes) {
    const uint32_t known = names_find(&m->names, lot, n_bytes);
    return known == UINT32_MAX ? MARU_NONE : m->lot_of_name[known];
}

const char *mirror_name(const struct mirror *m, uint32_t lot) {
    return m->names.name[m->name_of_lot[lot]];
}

// ---- events

static maru_status grow_pending(struct mirror *m, maru_error *err) {
    if (m->n_pending < m->n_pending_room) {
        return MARU_OK;
    }
    const size_t n = m->n_pending_room == 0 ? 64 : 2 * m->n_pending_room;
    struct told *larger = alloc_resize(m->pending, n, sizeof *larger);
    if (!larger) {
        return no_memory(err);
    }
    m->pending = larger;
    m->n_pending_room = n;
    return MARU_OK;
}

static void make_firm(struct mirror *m, size_t n) {
    for (size_t i = 0; i < n; i++) {
        belief_apply(&m->firm, &m->pending[i]);
    }
    m->n_pending -= n;
    memmove(m->pending, m->pending + n, m->n_pending * sizeof *m->pending);
}

void mirror_settle(struct mirror *m, maru_time now) {
    if (now <= m->now || now > TOLD_MAX_TIME) {
        return;
    }
    m->now = now;
    m->firm_until = now - m->options.window_us;
    size_t n = 0;
    while (n < m->n_pending && m->pending[n].at_us <= m->firm_until) {
        n++;
    }
    if (n > 0) {
        make_firm(m, n);
    }
    if (now - m->swept > m->options.keep_us / 8) {
        sweep(m);
    }
}

// Where an event belongs among those that wait: behind the last that is not after it.
static size_t find_place(const struct mirror *m, const struct told *told) {
    size_t low = 0, high = m->n_pending;
    if (high > 0 && told_compare(&m->pending[high - 1], told) < 0) {
        return high;
    }
    while (low < high) {
        const size_t mid = (low + high) / 2;
        if (told_compare(&m->pending[mid], told) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static maru_status put(struct mirror *m, const struct told *told, maru_error *err) {
    if (told->at_us <= m->firm_until) { // too late for its place: it counts if it is still news
        belief_apply(&m->firm, told);
        m->is_stale = true;
        return MARU_OK;
    }
    const size_t at = find_place(m, told);
    if (at < m->n_pending && told_compare(&m->pending[at], told) == 0) {
        m->counts.n_repeat++;
        return MARU_OK;
    }
    if (m->n_pending == MIRROR_MAX_PENDING) {
        return fail(err, MARU_E_LIMIT,
                    "%d events of the floor wait for their time, and no more can",
                    MIRROR_MAX_PENDING);
    }
    const maru_status st = grow_pending(m, err);
    if (st != MARU_OK) {
        return st;
    }
    if (at == m->n_pending && !m->is_stale) {
        belief_apply(&m->latest, told);
    } else {
        m->is_stale = true;
    }
    memmove(&m->pending[at + 1], &m->pending[at], (m->n_pending - at) * sizeof *m->pending);
    m->pending[at] = *told;
    m->n_pending++;
    return MARU_OK;
}

// ---- how late events are told

// Seconds in a quarter of an octave each: 1 to 4 by one, then 5, 6, 7, 8, 10, 12, 14, 16, 20 ...
static maru_time end_of_delay(uint32_t bucket) {
    return bucket < 4 ? (bucket + 1) * MARU_SECOND
                      : (maru_time)(5 + bucket % 4) * (MARU_SECOND << (bucket / 4 - 1));
}

static void count_delay(struct mirror *m, maru_time delay) {
    uint32_t bucket = 0;
    while (bucket + 1 < MIRROR_N_DELAY && end_of_delay(bucket) < delay) {
        bucket++;
    }
    m->delay[bucket]++;
    if (++m->n_delay == MIRROR_MANY_DELAYS) { // old ones fade
        m->n_delay = 0;
        for (uint32_t i = 0; i < MIRROR_N_DELAY; i++) {
            m->delay[i] /= 2;
            m->n_delay += m->delay[i];
        }
    }
}

maru_time mirror_lag(const struct mirror *m) {
    uint32_t n = 0, bucket = 0;
    while (bucket < MIRROR_N_DELAY &&
           (uint64_t)(n + m->delay[bucket]) * 100 < (uint64_t)m->n_delay * 99) {
        n += m->delay[bucket++];
    }
    if (bucket == 0) {
        return 0; // told at once
    }
    const maru_time lag = end_of_delay(bucket < MIRROR_N_DELAY ? bucket : MIRROR_N_DELAY - 1);
    return lag < m->options.window_us ? lag : m->options.window_us;
}

static uint64_t hash_of(const char *name, size_t n_bytes) {
    struct digest d;
    digest_init(&d);
    digest_bytes(&d, name, n_bytes);
    return d.lane[0];
}

const char *mirror_name_of(const struct mirror *m, const struct told *told) {
    if (told->lot >= m->n_room || !is_used(m, told->lot)) {
        return "";
    }
    const uint32_t name = m->name_of_lot[told->lot];
    return hash_of(m->names.name[name], m->names.n_byte[name]) == told->tie ? m->names.name[name]
                                                                            : "";
}

maru_status mirror_take(struct mirror *m, const char *lot, size_t n_bytes, const struct told *told,
                        maru_time now, maru_error *err) {
    struct told event = *told;
    const bool is_of_lot = (uint32_t)told->kind < N_TOLD && told_is_of_lot(told->kind);
    event.lot = is_of_lot ? 0 : MARU_NONE;
    maru_status st = told_check(m->model, &event, err);
    if (st == MARU_OK && is_of_lot && (!lot || n_bytes < 1 || n_bytes > MIRROR_MAX_NAME_BYTES)) {
        st = fail(err, MARU_E_INPUT, "the name of a lot has from 1 to %d bytes",
                  MIRROR_MAX_NAME_BYTES);
    }
    if (st != MARU_OK) {
        return st;
    }
    mirror_settle(m, now);
    if (event.at_us > m->now + m->options.window_us) {
        m->counts.n_ahead++;
        return fail(err, MARU_E_RANGE,
                    "an event of the floor comes from the future: look at its clock");
    }
    if (event.at_us < m->now - m->options.keep_us) {
        m->counts.n_ancient++;
        return MARU_OK;
    }
    st = is_of_lot ? find_or_add(m, lot, n_bytes, &event.lot, err) : MARU_OK;
    event.tie = is_of_lot ? hash_of(lot, n_bytes) : 0;
    count_delay(m, m->now - event.at_us);
    return st == MARU_OK ? put(m, &event, err) : st;
}

const struct belief *mirror_look(struct mirror *m) {
    if (m->is_stale) {
        belief_copy(&m->firm, &m->latest);
        for (size_t i = 0; i < m->n_pending; i++) {
            belief_apply(&m->latest, &m->pending[i]);
        }
        m->is_stale = false;
        m->counts.n_rebuilt++;
    }
    return &m->latest;
}

const struct belief *mirror_look_at(struct mirror *m, maru_time at) {
    if (at >= m->now) {
        return mirror_look(m);
    }
    belief_copy(&m->firm, &m->latest);
    for (size_t i = 0; i < m->n_pending && m->pending[i].at_us <= at; i++) {
        belief_apply(&m->latest, &m->pending[i]);
    }
    m->is_stale = true;
    return &m->latest;
}

maru_time mirror_now(const struct mirror *m) { return m->now; }

struct mirror_counts mirror_count(const struct mirror *m) {
    struct mirror_counts counts = m->counts;
    counts.n_pending = (uint32_t)m->n_pending;
    counts.n_lot = m->n_room - m->n_free;
    return counts;
}

// ---- the digest

static void digest_lot(struct digest *d, const struct mirror *m, uint32_t lot) {
    const struct belief *b = &m->latest;
    const struct belief_lot *l = &b->lot[lot];
    const uint32_t name = m->name_of_lot[lot];
    const int64_t value[] = {l->heard_us, l->since_us,       l->released_us, l->due_us,
                             l->setup_us, l->place,          l->flags,       l->step,
                             l->queue,    l->tool,           l->class_,      l->wafers,
                             l->location, l->queue_start_us, l->done_step};
    digest_bytes(d, m->names.name[name], m->names.n_byte[name]);
    for (size_t i = 0; i < sizeof value / sizeof value[0]; i++) {
        digest_i64(d, value[i]);
    }
    for (uint32_t k = 0; k < m->model->n_keep; k++) {
        digest_u64(d, b->keep[(size_t)lot * m->model->n_keep + k]);
    }
}

static void digest_tool(struct digest *d, const struct belief_tool *tool) {
    const int64_t value[] = {tool->heard_us,  tool->since_us, tool->start_us, tool->end_us,
                             tool->mended_us, tool->setup,    tool->n_lot,    tool->downtime,
                             tool->n_started, tool->n_ended,  tool->state,    tool->is_end_told};
    for (size_t i = 0; i < sizeof value / sizeof value[0]; i++) {
        digest_i64(d, value[i]);
    }
}

void mirror_digest(struct mirror *m, char out[33]) {
    const struct belief *b = mirror_look(m);
    struct digest all;
    digest_init(&all);
    uint64_t sum[2] = {0, 0}; // of the lots, in no order
    for (uint32_t lot = 0; lot < m->n_room; lot++) {
        const uint8_t place = b->lot[lot].place;
        if (is_used(m, lot) && place != PLACE_GONE && place != PLACE_UNHEARD) {
            struct digest d;
            digest_init(&d);
            digest_lot(&d, m, lot);
            sum[0] += d.lane[0];
            sum[1] += d.lane[1];
        }
    }
    digest_u64(&all, sum[0]);
    digest_u64(&all, sum[1]);
    for (uint32_t i = 0; i < m->model->n_tool; i++) {
        digest_tool(&all, &b->tool[i]);
    }
    for (uint32_t i = 0; i < m->model->n_group; i++) {
        const struct belief_pace *pace = &b->pace[i];
        const double value[] = {pace->process.n,  pace->process.sum, pace->repair.n,
                                pace->repair.sum, pace->n_failure,   pace->expected};
        for (size_t k = 0; k < sizeof value / sizeof value[0]; k++) {
            digest_double(&all, value[k]);
        }
    }
    for (uint32_t i = 0; i < m->model->n_release; i++) {
        digest_u64(&all, b->release[i].n_done);
        digest_i64(&all, b->release[i].last_us);
    }
    for (uint32_t k = 0; k < N_DISCREPANCY; k++) {
        digest_u64(&all, b->head->n_discrepancy[k]);
    }
    digest_u64(&all, b->head->n_live);
    digest_hex(&all, out);
}

// ---- the image
//
// A head, then room for the firm belief, the numbers of lots, the events that wait, and the names, each
// with its length before it. It is read by the program that wrote it: what another build lays out in
// another way is refused by its sizes.

struct image_head {
    uint64_t format, sizes, fingerprint, lane[2]; // digest of what is behind the head
    uint64_t n_belief_bytes, n_pending;
    struct mirror_options options;
    uint32_t n_room, n_free, n_name, n_numbered;
    maru_time now, firm_until, swept;
    struct mirror_counts counts;
    uint32_t delay[MIRROR_N_DELAY], n_delay;
};

static uint64_t sizes_of_image(void) {
    const uint64_t size[] = {sizeof(struct image_head),      sizeof(struct told),
                             sizeof(struct belief_head),     sizeof(struct belief_tool),
                             sizeof(struct belief_instance), sizeof(struct belief_release),
                             sizeof(struct belief_pace),     sizeof(struct belief_lot)};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        sum = sum * 8191 + size[i];
    }
    return sum;
}

static void add_bytes(struct text *out, const void *bytes, size_t n) {
    text_add(out, n > 0 ? bytes : "", n);
}

void mirror_save(const struct mirror *m, struct text *out) {
    struct image_head head;
    memset(&head, 0, sizeof head);
    head.format = MIRROR_FORMAT;
    head.sizes = sizes_of_image();
    head.fingerprint = m->model->fingerprint;
    head.n_belief_bytes = m->firm.block_bytes;
    head.n_pending = m->n_pending;
    head.options = m->options;
    head.n_room = m->n_room;
    head.n_free = m->n_free;
    head.n_name = m->names.n;
    head.n_numbered = m->n_numbered;
    head.now = m->now;
    head.firm_until = m->firm_until;
    head.swept = m->swept;
    head.counts = m->counts;
    memcpy(head.delay, m->delay, sizeof head.delay);
    head.n_delay = m->n_delay;
    const size_t start = out->n_bytes;
    add_bytes(out, &head, sizeof head);
    add_bytes(out, m->firm.block, m->firm.block_bytes);
    add_bytes(out, m->name_of_lot, m->n_room * sizeof *m->name_of_lot);
    add_bytes(out, m->free_lot, m->n_free * sizeof *m->free_lot);
    add_bytes(out, m->lot_of_name, m->names.n * sizeof *m->lot_of_name);
    add_bytes(out, m->pending, m->n_pending * sizeof *m->pending);
    for (uint32_t i = 0; i < m->names.n; i++) {
        add_bytes(out, &m->names.n_byte[i], sizeof m->names.n_byte[i]);
        add_bytes(out, m->names.name[i], m->names.n_byte[i]);
    }
    if (out->status == MARU_OK) {
        struct digest d;
        digest_init(&d);
        digest_bytes(&d, out->bytes + start + sizeof head, out->n_bytes - start - sizeof head);
        memcpy(head.lane, d.lane, sizeof head.lane);
        memcpy(out->bytes + start, &head, sizeof head);
    }
}

struct image { // what is left to be read
    const char *at;
    size_t n_left;
};

static bool take_bytes(struct image *image, void *to, size_t n) {
    if (n > image->n_left) {
        return false;
    }
    if (n > 0) {
        memcpy(to, image->at, n);
    }
    image->at += n;
    image->n_left -= n;
    return true;
}

static bool take_array(struct image *image, void **to, size_t n, size_t size) {
    if (n > image->n_left / size) {
        return false;
    }
    *to = alloc_new(n + 1, size);
    return *to && take_bytes(image, *to, n * size);
}

static bool is_head_good(const struct mirror *m, const struct image_head *head,
                         const struct image *rest) {
    struct digest d;
    digest_init(&d);
    digest_bytes(&d, rest->at, rest->n_left);
    return head->format == MIRROR_FORMAT && head->sizes == sizes_of_image() &&
           head->fingerprint == m->model->fingerprint &&
           memcmp(head->lane, d.lane, sizeof d.lane) == 0 && head->n_free <= head->n_room &&
           head->n_room <= m->options.max_lot && head->n_pending <= MIRROR_MAX_PENDING &&
           head->options.keep_us == m->options.keep_us &&
           head->options.window_us == m->options.window_us;
}

static bool are_numbers_good(const struct mirror *m) {
    bool is_good = true;
    for (uint32_t i = 0; i < m->n_free; i++) {
        is_good = is_good && m->free_lot[i] < m->n_room;
    }
    for (uint32_t i = 0; i < m->names.n; i++) {
        is_good = is_good && (m->lot_of_name[i] == MARU_NONE || m->lot_of_name[i] < m->n_room);
    }
    for (size_t i = 0; i < m->n_pending; i++) {
        const struct told *told = &m->pending[i];
        is_good = is_good && told_check(m->model, told, NULL) == MARU_OK &&
                  (told_is_of_lot(told->kind) ? told->lot < m->n_room : told->lot == MARU_NONE);
    }
    return is_good;
}

static bool take_names(struct mirror *m, struct image *image, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        char name[MIRROR_MAX_NAME_BYTES];
        uint32_t n_bytes = 0, number = 0;
        if (!take_bytes(image, &n_bytes, sizeof n_bytes) || n_bytes > sizeof name ||
            !take_bytes(image, name, n_bytes) ||
            names_add(&m->names, name, n_bytes, &number, NULL) != MARU_OK || number != i) {
            return false;
        }
    }
    return image->n_left == 0;
}

static bool take_image(struct mirror *m, const struct image_head *head, struct image *image) {
    void *names = NULL, *free_lots = NULL, *lots = NULL, *pending = NULL;
    if (belief_grow(&m->firm, head->n_room, NULL) != MARU_OK ||
        belief_grow(&m->latest, head->n_room, NULL) != MARU_OK ||
        head->n_belief_bytes != m->firm.block_bytes ||
        !take_bytes(image, m->firm.block, m->firm.block_bytes)) {
        return false;
    }
    m->n_room = head->n_room;
    m->n_free = head->n_free;
    bool is_whole = take_array(image, &names, head->n_room, sizeof *m->name_of_lot);
    m->name_of_lot = names;
    is_whole = is_whole && take_array(image, &free_lots, head->n_free, sizeof *m->free_lot);
    uint32_t *room =
        is_whole ? alloc_resize(free_lots, (size_t)head->n_room + 1, sizeof *room) : NULL;
    m->free_lot = room ? room : free_lots;
    is_whole = is_whole && room && take_array(image, &lots, head->n_name, sizeof *m->lot_of_name);
    m->lot_of_name = lots;
    m->n_name_room = is_whole ? head->n_name : 0;
    is_whole = is_whole && take_array(image, &pending, head->n_pending, sizeof *m->pending);
    m->pending = pending;
    m->n_pending = m->n_pending_room = is_whole ? head->n_pending : 0;
    return is_whole && take_names(m, image, head->n_name);
}

maru_status mirror_load(const maru_model *model, const struct mirror_options *options,
                        const void *bytes, size_t n, struct mirror **out, maru_error *err) {
    struct image image = {bytes, n};
    struct image_head head;
    struct mirror *m = NULL;
    const maru_status st = mirror_new(model, options, &m, err);
    if (st != MARU_OK || !m) {
        return st;
    }
    if (!take_bytes(&image, &head, sizeof head) || !is_head_good(m, &head, &image) ||
        !take_image(m, &head, &image) || !are_numbers_good(m) || !belief_is_sound(&m->firm)) {
        mirror_free(m);
        return fail(err, MARU_E_INPUT,
                    "what was kept of this floor is of another plant or program");
    }
    m->n_numbered = head.n_numbered;
    m->now = head.now;
    m->firm_until = head.firm_until;
    m->swept = head.swept;
    m->counts = head.counts;
    memcpy(m->delay, head.delay, sizeof m->delay);
    m->n_delay = head.n_delay;
    m->is_stale = true;
    *out = m;
    return MARU_OK;
}
