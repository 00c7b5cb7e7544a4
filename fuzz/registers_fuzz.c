#include "target.h"

#include "wire/modbus/registers.h"

#include <math.h>
#include <string.h>

// A table of registers, a 0, and what the registers hold. Properties: each point of a table that was read
// stands whole in one block of the plan, within the limits; a sample that was decoded and encoded decodes
// to the same again.

enum { MAX_ARENA_BYTES = 1 << 26, MAX_POINTS = 64 };

static bool is_near(const struct sample *a, const struct sample *b,
                    const struct register_point *point) {
    if (a->type != SAMPLE_DOUBLE || b->type != SAMPLE_DOUBLE) {
        return sample_is_same_value(a, b);
    }
    const double step = point->type == REGISTERS_F32 ? fabs(a->value.number - point->offset) * 1e-6
                                                     : fabs(point->scale);
    const double size = fabs(a->value.number) + fabs(point->offset);
    return fabs(a->value.number - b->value.number) <= step + size * 1e-9;
}

static void check_block(const struct register_table *table, const struct register_plan *plan,
                        const struct register_block *block, const uint8_t *fill, size_t n_fill) {
    uint16_t word[REGISTERS_MAX_READ] = {0};
    uint8_t bit[REGISTERS_MAX_READ_BITS] = {0};
    const bool is_bits = block->kind == REGISTERS_COIL || block->kind == REGISTERS_DISCRETE;
    must(block->n >= 1 && block->n <= (is_bits ? REGISTERS_MAX_READ_BITS : REGISTERS_MAX_READ));
    for (uint32_t i = 0; n_fill > 0 && i < block->n; i++) {
        const uint8_t byte = fill[i % n_fill];
        bit[i] = byte & 1;
        if (!is_bits) {
            word[i] = (uint16_t)(byte << 8 | fill[(i + 1) % n_fill]);
        }
    }
    const struct register_content content = {is_bits ? NULL : word, is_bits ? bit : NULL, 3};
    struct arena arena;
    arena_init(&arena, MAX_ARENA_BYTES);
    struct sample sample[MAX_POINTS];
    must(registers_decode(table, plan, block, &content, &arena, sample) == MARU_OK);
    for (uint32_t i = 0; i < block->n_point; i++) {
        const uint32_t p = plan->order[block->first + i];
        const struct register_point *point = &table->point[p];
        must(point->address >= block->address &&
             point->address + point->n_word <= block->address + block->n);
        uint16_t back[REGISTERS_MAX_READ] = {0};
        if (sample[i].quality != QUALITY_GOOD || is_bits ||
            registers_encode(point, &sample[i], back, NULL) != MARU_OK) {
            continue;
        }
        const struct register_table one = {1, point};
        const uint32_t first = 0;
        const struct register_plan own = {1, 1, NULL, &first};
        const struct register_block alone = {
            .address = point->address, .n = point->n_word, .n_point = 1};
        const struct register_content again = {back, NULL, 3};
        struct sample other;
        must(registers_decode(&one, &own, &alone, &again, &arena, &other) == MARU_OK);
        must(is_near(&sample[i], &other, point));
    }
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const uint8_t *end = n > 0 ? memchr(bytes, 0, n) : NULL;
    const size_t n_table = end ? (size_t)(end - bytes) : n;
    struct arena arena;
    arena_init(&arena, MAX_ARENA_BYTES);
    struct register_table table;
    struct register_plan plan;
    maru_error err = {0};
    const maru_status st = registers_read((const char *)bytes, n_table, &arena, &table, &err);
    must(st == MARU_OK || err.text[0] != '\0');
    if (st == MARU_OK && table.n <= MAX_POINTS &&
        registers_plan(&table, REGISTERS_MAX_READ, (uint16_t)(n % 20), &arena, &plan, &err) ==
            MARU_OK) {
        uint32_t n_point = 0;
        for (uint32_t i = 0; i < plan.n_block; i++) {
            must(plan.block[i].first == n_point);
            n_point += plan.block[i].n_point;
            check_block(&table, &plan, &plan.block[i], end ? end + 1 : bytes,
                        end ? n - n_table - 1 : 0);
        }
        must(n_point == table.n);
    }
    arena_fini(&arena);
    return 0;
}
