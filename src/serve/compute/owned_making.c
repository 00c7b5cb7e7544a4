#include "serve/compute/owned_making.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"
#include "pool/money/civil_date.h"

// The time that is asked for is cut where a month begins or the pool changes. In a piece there are so many GPUs of each type; what of them was
// used follows from the runs, and each piece has a bill of its own.

enum { MOST_PIECES = 200000, PAGE_VERSIONS = 1000 };

struct piece {
    int64_t from_us, until_us;
    uint32_t month;
    int64_t energy_j;
};
struct billing {
    const struct owned_asked *asked;
    struct pool_owned *out;
    struct owned_cost *cost; // (n_month)
    struct piece *piece;     // (n_piece) in the order of time
    size_t n_piece;
    int64_t *used_ms; // (n_piece x n_type)
};

// ---- the document

static maru_status try_cost(void *context, const struct text *text, maru_error *err) {
    return owned_cost_read(text->bytes ? text->bytes : "", text->n_bytes, context, err);
}

maru_status pool_owned_load(struct store *store, struct owned_cost *out, struct document_told *told,
                            maru_error *err) {
    *out = (struct owned_cost){0};
    return pool_document_load(store, pool_owned_document, try_cost, out, told, err);
}

struct choosing { // versions for months, from the newest on
    const struct owned_asked *asked;
    int64_t *number; // (n_month) 0: none yet
    int64_t oldest;
    size_t n;
};

static maru_status see_version(void *context, const struct document_row *row, maru_error *err) {
    struct choosing *choosing = context;
    (void)err;
    choosing->n++;
    choosing->oldest = row->number;
    for (uint32_t i = 0; i < choosing->asked->n_month; i++) {
        const int64_t end_us =
            civil_month_start(choosing->asked->first_month + i + 1, CIVIL_SEOUL_MIN);
        if (choosing->number[i] == 0 && row->created_ms < end_us / 1000) {
            choosing->number[i] = row->number;
        }
    }
    return MARU_OK;
}

static maru_status choose(struct tenant *local, struct choosing *choosing, maru_error *err) {
    maru_status st = MARU_OK;
    do {
        char after[32];
        snprintf(after, sizeof after, "%lld", (long long)choosing->oldest);
        const struct page page = {PAGE_VERSIONS, choosing->oldest ? after : ""};
        choosing->n = 0;
        st = tenant_each_document_version(local, pool_owned_document, &page, see_version, choosing,
                                          err);
    } while (st == MARU_OK && choosing->n == PAGE_VERSIONS && choosing->number[0] == 0);
    for (uint32_t i = 0; st == MARU_OK && i < choosing->asked->n_month; i++) {
        choosing->number[i] = choosing->number[i] ? choosing->number[i] : choosing->oldest;
    }
    return st;
}

// One that cannot be read any more leaves the month to the one that holds.
static maru_status read_cost(struct tenant *local, int64_t number, struct owned_cost *cost,
                             maru_error *err) {
    struct text text;
    struct owned_cost read;
    text_init(&text, TENANT_MAX_DOCUMENT_BYTES);
    const maru_status st =
        tenant_get_document(local, pool_owned_document, number, &text, NULL, NULL, err);
    if (st == MARU_OK && try_cost(&read, &text, NULL) == MARU_OK) {
        *cost = read;
    }
    text_fini(&text);
    return st;
}

static maru_status take_costs(struct billing *b, const struct owned_cost *holds,
                              struct arena *arena, maru_error *err) {
    const uint32_t n = b->asked->n_month;
    struct tenant *local = NULL;
    struct choosing choosing = {.asked = b->asked,
                                .number = arena_take(arena, n, sizeof *choosing.number)};
    b->cost = arena_take(arena, n, sizeof *b->cost);
    if (!b->cost || !choosing.number) {
        return arena_refusal(arena, err);
    }
    memset(choosing.number, 0, n * sizeof *choosing.number);
    maru_status st = store_hold(b->asked->store, "local", &local, err);
    st = st == MARU_OK ? choose(local, &choosing, err) : st;
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        const bool is_next = i == 0 || choosing.number[i] != choosing.number[i - 1];
        b->cost[i] = is_next ? *holds : b->cost[i - 1];
        st = is_next ? read_cost(local, choosing.number[i], &b->cost[i], err) : st;
    }
    store_release(b->asked->store, local);
    return st;
}

// ---- pieces

static int64_t next_cut(const struct owned_asked *asked, size_t *change, int64_t at_us) {
    const int64_t month =
        civil_month_start(civil_month(at_us, CIVIL_SEOUL_MIN) + 1, CIVIL_SEOUL_MIN);
    int64_t next = month < asked->now_us ? month : asked->now_us;
    while (*change < asked->n_there && asked->there[*change].at_us <= at_us) {
        ++*change;
    }
    if (*change < asked->n_there && asked->there[*change].at_us < next) {
        next = asked->there[*change].at_us;
    }
    return next;
}

static maru_status cut(struct billing *b, maru_error *err) {
    const struct owned_asked *asked = b->asked;
    const int64_t first_us = civil_month_start(asked->first_month, CIVIL_SEOUL_MIN);
    const size_t most = asked->n_month + asked->n_there + 1;
    size_t change = 0;
    if (asked->n_there > MOST_PIECES) {
        return fail(err, MARU_E_LIMIT, "more than %d changes of the pool", MOST_PIECES);
    }
    b->piece = alloc_new(most, sizeof *b->piece);
    b->used_ms = alloc_new(most * asked->cluster->n_type + 1, sizeof *b->used_ms);
    if (!b->piece || !b->used_ms) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    b->out->since_us = asked->n_there > 0 ? asked->there[0].at_us : asked->now_us;
    int64_t at_us = b->out->since_us > first_us ? b->out->since_us : first_us;
    while (at_us < asked->now_us && b->n_piece < most) {
        const int64_t next_us = next_cut(asked, &change, at_us);
        b->piece[b->n_piece++] = (struct piece){
            .from_us = at_us,
            .until_us = next_us,
            .month = (uint32_t)(civil_month(at_us, CIVIL_SEOUL_MIN) - asked->first_month)};
        at_us = next_us;
    }
    return MARU_OK;
}

// The first piece that ends behind a moment.
static size_t piece_at(const struct billing *b, int64_t at_us) {
    size_t low = 0, high = b->n_piece;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (b->piece[middle].until_us <= at_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void add_run(struct billing *b, const struct usage_row *row) {
    for (size_t i = piece_at(b, row->from_us);
         i < b->n_piece && b->piece[i].from_us < row->until_us; i++) {
        struct piece *piece = &b->piece[i];
        const int64_t from = row->from_us > piece->from_us ? row->from_us : piece->from_us;
        const int64_t until = row->until_us < piece->until_us ? row->until_us : piece->until_us;
        if (until > from) {
            const wide_u128 milli_us = (wide_u128)row->gpu_milli * (uint64_t)(until - from);
            b->used_ms[i * b->asked->cluster->n_type + row->type] += (int64_t)(milli_us / 1000000);
            piece->energy_j +=
                owned_energy_j(&row->power, row->gpu_milli, row->busy_milli, until - from);
        }
    }
}

// ---- bills

static maru_status add_bill(struct billing *b, const struct owned_fleet *fleet, size_t i,
                            maru_error *err) {
    const struct piece *piece = &b->piece[i];
    const uint32_t n_type = b->asked->cluster->n_type;
    const struct owned_use use = {piece->from_us, piece->until_us, &b->used_ms[i * n_type],
                                  piece->energy_j};
    struct owned_bill all, type[CLUSTER_MAX_TYPES];
    const maru_status st =
        owned_bill_of(&b->cost[piece->month], fleet, n_type, &use, &all, type, err);
    if (st == MARU_OK) {
        owned_bill_add(&b->out->month[piece->month], &all);
        owned_bill_add(&b->out->all, &all);
        b->out->co2_g[piece->month] += owned_co2_g(&b->cost[piece->month], all.energy_j);
    }
    for (uint32_t t = 0; st == MARU_OK && t < n_type; t++) {
        owned_bill_add(&b->out->type[t], &type[t]);
    }
    return st;
}

static maru_status add_bills(struct billing *b, maru_error *err) {
    const struct owned_asked *asked = b->asked;
    struct owned_fleet fleet[CLUSTER_MAX_TYPES] = {0};
    maru_status st = MARU_OK;
    size_t change = 0;
    for (uint32_t t = 0; t < asked->cluster->n_type; t++) {
        fleet[t].type = asked->cluster->type[t].name;
    }
    for (size_t i = 0; st == MARU_OK && i < b->n_piece; i++) {
        for (; change < asked->n_there && asked->there[change].at_us <= b->piece[i].from_us;
             change++) {
            const struct owned_change *there = &asked->there[change];
            fleet[there->type].n_gpu = there->n_gpu;
            fleet[there->type].power = there->power;
        }
        st = add_bill(b, fleet, i, err);
    }
    return st;
}

static maru_status make_room(struct billing *b, struct arena *arena, maru_error *err) {
    const uint32_t n_month = b->asked->n_month, n_type = b->asked->cluster->n_type;
    struct pool_owned *out = arena_take(arena, 1, sizeof *out);
    if (!out) {
        return arena_refusal(arena, err);
    }
    *out = (struct pool_owned){.month = arena_take(arena, n_month, sizeof *out->month),
                               .type = arena_take(arena, (size_t)n_type + 1, sizeof *out->type),
                               .co2_g = arena_take(arena, n_month, sizeof *out->co2_g)};
    if (!out->month || !out->type || !out->co2_g) {
        return arena_refusal(arena, err);
    }
    memset(out->month, 0, n_month * sizeof *out->month);
    memset(out->type, 0, n_type * sizeof *out->type);
    memset(out->co2_g, 0, n_month * sizeof *out->co2_g);
    b->out = out;
    return MARU_OK;
}

maru_status pool_owned_make(const struct owned_asked *asked, struct arena *arena,
                            struct pool_owned **out, maru_error *err) {
    struct billing b = {.asked = asked};
    struct owned_cost holds;
    struct document_told told = {0};
    *out = NULL;
    maru_status st = pool_owned_load(asked->store, &holds, &told, err);
    if (st != MARU_OK || told.holds == 0) {
        return st;
    }
    st = make_room(&b, arena, err);
    st = st == MARU_OK ? take_costs(&b, &holds, arena, err) : st;
    st = st == MARU_OK ? cut(&b, err) : st;
    for (size_t i = 0; st == MARU_OK && i < asked->n_row; i++) {
        if (asked->row[i].type != CLUSTER_NO_TYPE) {
            add_run(&b, &asked->row[i]);
        }
    }
    st = st == MARU_OK ? add_bills(&b, err) : st;
    alloc_free(b.piece);
    alloc_free(b.used_ms);
    if (st == MARU_OK) {
        b.out->told = told;
        *out = b.out;
    }
    return st;
}
