#include "base/status.h"
#include "wire/modbus/registers.h"

// Points are sorted by what may share a read (period, unit, kind) and then by address; one walk over
// them opens a new block wherever the next point would be too far behind or make the block too long.
// Sorting is by merging, so equal points keep the order of the table.

static int compare(const struct register_point *a, const struct register_point *b) {
    if (a->period_us != b->period_us) {
        return a->period_us < b->period_us ? -1 : 1;
    }
    if (a->unit_id != b->unit_id) {
        return a->unit_id < b->unit_id ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    return (a->address > b->address) - (a->address < b->address);
}

// Merges two sorted runs next to each other.
static void merge(const struct register_table *table, const uint32_t *from, uint32_t n_left,
                  uint32_t n, uint32_t *to) {
    uint32_t left = 0;
    uint32_t right = n_left;
    for (uint32_t i = 0; i < n; i++) {
        const bool is_left =
            left < n_left &&
            (right == n || compare(&table->point[from[left]], &table->point[from[right]]) <= 0);
        to[i] = from[is_left ? left++ : right++];
    }
}

static uint32_t *sort(const struct register_table *table, uint32_t *order, uint32_t *spare) {
    for (uint32_t i = 0; i < table->n; i++) {
        order[i] = i;
    }
    for (uint32_t run = 1; run < table->n; run *= 2) {
        for (uint32_t at = 0; at < table->n; at += 2 * run) {
            const uint32_t left = table->n - at;
            const uint32_t n = left < 2 * run ? left : 2 * run;
            merge(table, order + at, n < run ? n : run, n, spare + at);
        }
        uint32_t *sorted = spare;
        spare = order;
        order = sorted;
    }
    return order;
}

struct planning {
    uint16_t most_words, gap;
};

// Does the point fit into the block?
static bool fits(const struct planning *planning, const struct register_block *block,
                 const struct register_point *point) {
    const bool is_bits = point->kind == REGISTERS_COIL || point->kind == REGISTERS_DISCRETE;
    const uint32_t most = is_bits ? REGISTERS_MAX_READ_BITS : planning->most_words;
    const uint32_t end = (uint32_t)block->address + block->n;
    return block->period_us == point->period_us && block->unit_id == point->unit_id &&
           block->kind == point->kind && point->address <= end + planning->gap &&
           (uint32_t)point->address + point->n_word - block->address <= most;
}

static void add_point(struct register_block *block, const struct register_point *point) {
    const uint32_t end = (uint32_t)point->address + point->n_word - block->address;
    block->n = end > block->n ? (uint16_t)end : block->n;
    block->n_point++;
}

maru_status registers_plan(const struct register_table *table, uint16_t most_words, uint16_t gap,
                           struct arena *arena, struct register_plan *plan, maru_error *err) {
    const struct planning planning = {most_words, gap};
    if (most_words == 0 || most_words > REGISTERS_MAX_READ) {
        return fail(err, MARU_E_USAGE, "a read has 1 to %d registers", REGISTERS_MAX_READ);
    }
    uint32_t *order = arena_take(arena, (size_t)table->n + 1, sizeof *order);
    uint32_t *spare = arena_take(arena, (size_t)table->n + 1, sizeof *spare);
    struct register_block *block = arena_take(arena, (size_t)table->n + 1, sizeof *block);
    if (!order || !spare || !block) {
        return arena_refusal(arena, err);
    }
    const uint32_t *sorted = sort(table, order, spare);
    uint32_t n_block = 0;
    for (uint32_t i = 0; i < table->n; i++) {
        const struct register_point *point = &table->point[sorted[i]];
        const bool is_bits = point->kind == REGISTERS_COIL || point->kind == REGISTERS_DISCRETE;
        if (!is_bits && point->n_word > most_words) {
            return fail(err, MARU_E_USAGE, "%s has more registers than one read", point->name);
        }
        if (n_block == 0 || !fits(&planning, &block[n_block - 1], point)) {
            block[n_block++] = (struct register_block){.unit_id = point->unit_id,
                                                       .kind = point->kind,
                                                       .address = point->address,
                                                       .period_us = point->period_us,
                                                       .first = i};
        }
        add_point(&block[n_block - 1], point);
    }
    *plan = (struct register_plan){n_block, table->n, block, sorted};
    return MARU_OK;
}
