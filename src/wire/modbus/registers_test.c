#include "wire/modbus/registers.h"

#include "base/random.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#define HEAD "name,unit_id,kind,address,type,order,scale,offset,unit,period_ms\n"

static void read_table(const char *text, struct arena *arena, struct register_table *table) {
    maru_error err = {0};
    arena_init(arena, 1 << 26);
    if (registers_read(text, strlen(text), arena, table, &err) != MARU_OK) {
        fail_msg("%u:%u %s", err.row, err.column, err.text);
    }
}

// One value in four registers at most: what the same bytes mean in each order.
static void test_values_of_each_type_and_order(void **state) {
    (void)state;
    static const struct {
        const char *row;
        uint16_t word[4];
        const char *want;
    } cases[] = {
        {"a,1,holding,0,u16,,,,,\n", {65535}, "65535i"},
        {"a,1,holding,0,i16,,,,,\n", {65535}, "-1i"},
        {"a,1,holding,0,i16,BADC,,,,\n", {0x0100}, "1i"},
        {"a,1,holding,0,u32,,,,,\n", {0x1234, 0x5678}, "305419896i"},
        {"a,1,holding,0,u32,CDAB,,,,\n", {0x5678, 0x1234}, "305419896i"},
        {"a,1,holding,0,u32,BADC,,,,\n", {0x3412, 0x7856}, "305419896i"},
        {"a,1,holding,0,u32,DCBA,,,,\n", {0x7856, 0x3412}, "305419896i"},
        {"a,1,holding,0,i32,,,,,\n", {0xFFFF, 0xFFFE}, "-2i"},
        {"a,1,input,0,i64,,,,,\n", {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF}, "-1i"},
        {"a,1,input,0,u64,CDAB,,,,\n", {4, 3, 2, 1}, "281483566841860i"},
        {"a,1,input,0,u64,,,,,\n", {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF}, "18446744073709552000"},
        {"a,1,input,0,f32,,,,,\n", {0x41A9, 0x999A}, "21.200000762939453"},
        {"a,1,input,0,f32,CDAB,,,,\n", {0x999A, 0x41A9}, "21.200000762939453"},
        {"a,1,input,0,f64,,,,,\n", {0x3FB9, 0x9999, 0x9999, 0x999A}, "0.1"},
        {"a,1,input,0,f32,,,,,\n", {0x7FC0, 0}, "null bad"},
        {"a,1,input,0,f32,,,,,\n", {0x7F80, 0}, "null bad"},
        {"a,1,input,0,i16,,0.1,-40,,\n", {615}, "21.5"},
        {"a,1,holding,0,bit 3,,,,,\n", {8}, "1b"},
        {"a,1,holding,0,bit 3,,,,,\n", {0xFFF7}, "0b"},
        {"a,1,holding,0,bool,,,,,\n", {2}, "1b"},
        {"a,1,holding,0,string 5,,,,,\n", {0x4142, 0x4344, 0x4546}, "'ABCDE'"},
        {"a,1,holding,0,string 6,BADC,,,,\n", {0x4241, 0x2043, 0x0020}, "'ABC'"},
        {"a,1,holding,0,string 4,,,,,\n", {0xFF41, 0}, "'' bad"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char file[300];
        (void)snprintf(file, sizeof file, "%s%s", HEAD, cases[i].row);
        struct arena arena;
        struct register_table table;
        struct register_plan plan;
        read_table(file, &arena, &table);
        assert_int_equal(registers_plan(&table, 125, 0, &arena, &plan, NULL), MARU_OK);
        const struct register_content content = {.word = cases[i].word, .at_us = 5};
        struct sample s = {0};
        assert_int_equal(registers_decode(&table, &plan, plan.block, &content, &arena, &s),
                         MARU_OK);
        struct text out;
        text_init(&out, 1000);
        if (s.type == SAMPLE_TEXT) {
            text_addf(&out, "'%.*s'", (int)s.n_text, s.value.text);
        } else {
            if (s.type == SAMPLE_INTEGER) {
                text_addf(&out, "%lld", (long long)s.value.integer);
            } else {
                text_add_double(&out, sample_number(&s));
            }
            text_addz(&out, s.type == SAMPLE_INTEGER ? "i" : s.type == SAMPLE_BOOL ? "b" : "");
        }
        text_addz(&out, s.quality == QUALITY_GOOD ? "" : " bad");
        if (strcmp(out.bytes, cases[i].want) != 0 || s.at_us != 5) {
            fail_msg("row %zu: %s, want %s", i, out.bytes, cases[i].want);
        }
        text_fini(&out);
        // Written back it is the same; a text has lost the blanks behind it.
        uint16_t back[4] = {0};
        if (s.quality == QUALITY_GOOD && s.type == SAMPLE_TEXT) {
            assert_int_equal(registers_encode(table.point, &s, back, NULL), MARU_OK);
        } else if (s.quality == QUALITY_GOOD && table.point->type != REGISTERS_BOOL &&
                   table.point->type != REGISTERS_BIT && sample_number(&s) < 1e19) {
            assert_int_equal(registers_encode(table.point, &s, back, NULL), MARU_OK);
            assert_memory_equal(back, cases[i].word, (size_t)2 * table.point->n_word);
        }
        arena_fini(&arena);
    }
}

static void test_what_does_not_fit_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *row;
        struct sample sample;
        maru_status want;
    } cases[] = {
        {"a,1,holding,0,u16,,,,,\n",
         {.type = SAMPLE_INTEGER, .value.integer = 65536},
         MARU_E_RANGE},
        {"a,1,holding,0,u16,,,,,\n", {.type = SAMPLE_INTEGER, .value.integer = -1}, MARU_E_RANGE},
        {"a,1,holding,0,i16,,,,,\n",
         {.type = SAMPLE_DOUBLE, .value.number = 32767.6},
         MARU_E_RANGE},
        {"a,1,holding,0,i16,,,,,\n", {.type = SAMPLE_DOUBLE, .value.number = 32767.4}, MARU_OK},
        {"a,1,holding,0,u64,,,,,\n",
         {.type = SAMPLE_DOUBLE, .value.number = 18446744073709551616.0},
         MARU_E_RANGE},
        {"a,1,holding,0,u64,,,,,\n", {.type = SAMPLE_DOUBLE, .value.number = 1e19}, MARU_OK},
        {"a,1,holding,0,i64,,,,,\n",
         {.type = SAMPLE_DOUBLE, .value.number = (double)NAN},
         MARU_E_RANGE},
        {"a,1,holding,0,f32,,,,,\n", {.type = SAMPLE_DOUBLE, .value.number = 1e300}, MARU_E_RANGE},
        {"a,1,holding,0,f32,,,,,\n", {.type = SAMPLE_TEXT, .value.text = ""}, MARU_E_USAGE},
        {"a,1,holding,0,string 2,,,,,\n", {.type = SAMPLE_DOUBLE}, MARU_E_USAGE},
        {"a,1,holding,0,string 2,,,,,\n",
         {.type = SAMPLE_TEXT, .n_text = 3, .value.text = "abc"},
         MARU_E_RANGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char file[300];
        (void)snprintf(file, sizeof file, "%s%s", HEAD, cases[i].row);
        struct arena arena;
        struct register_table table;
        read_table(file, &arena, &table);
        uint16_t word[4] = {0};
        const maru_status st = registers_encode(table.point, &cases[i].sample, word, NULL);
        if (st != cases[i].want) {
            fail_msg("row %zu: %s", i, maru_status_name(st));
        }
        arena_fini(&arena);
    }
    struct arena arena;
    struct register_table table;
    read_table(HEAD "a,1,holding,0,bit 3,,,,,\nb,1,holding,0,bit 3,BADC,,,,\n", &arena, &table);
    const struct sample on = {.type = SAMPLE_BOOL, .value.integer = 1};
    const struct sample off = {.type = SAMPLE_BOOL, .value.integer = 0};
    uint16_t word = 0x8001;
    assert_int_equal(registers_encode(&table.point[0], &on, &word, NULL), MARU_OK);
    assert_int_equal(word, 0x8009); // the other bits stay
    assert_int_equal(registers_encode(&table.point[1], &on, &word, NULL), MARU_OK);
    assert_int_equal(word, 0x8809);
    assert_int_equal(registers_encode(&table.point[0], &off, &word, NULL), MARU_OK);
    assert_int_equal(word, 0x8801);
    arena_fini(&arena);
}

static void show_plan(const struct register_plan *plan, struct text *out) {
    for (uint32_t i = 0; i < plan->n_block; i++) {
        const struct register_block *b = &plan->block[i];
        text_addf(out, "%u/%u:%u+%u(%u) ", b->unit_id, b->kind, b->address, b->n, b->n_point);
    }
}

static void test_plans(void **state) {
    (void)state;
    static const struct {
        const char *rows;
        uint16_t most, gap;
        const char *want;
    } cases[] = {
        {"", 125, 8, ""},
        {"a,1,holding,10,u16,,,,,\nb,1,holding,11,u32,,,,,\nc,1,holding,13,u16,,,,,\n", 125, 0,
         "1/2:10+4(3) "},
        {"a,1,holding,10,u16,,,,,\nb,1,holding,19,u16,,,,,\n", 125, 8, "1/2:10+10(2) "},
        {"a,1,holding,10,u16,,,,,\nb,1,holding,19,u16,,,,,\n", 125, 7, "1/2:10+1(1) 1/2:19+1(1) "},
        {"a,1,holding,0,u16,,,,,\nb,1,holding,124,u32,,,,,\n", 125, 200,
         "1/2:0+1(1) 1/2:124+2(1) "},
        {"a,1,holding,0,u16,,,,,\nb,1,holding,123,u32,,,,,\n", 125, 200, "1/2:0+125(2) "},
        {"a,1,holding,5,bit 1,,,,,\nb,1,holding,5,bit 2,,,,,\nc,1,holding,4,u32,,,,,\n", 125, 0,
         "1/2:4+2(3) "},
        {"a,2,holding,0,u16,,,,,\nb,1,holding,1,u16,,,,,\nc,1,input,2,u16,,,,,\nd,1,input,3,u16,,,,"
         ",500\n",
         125, 8, "1/3:3+1(1) 1/2:1+1(1) 1/3:2+1(1) 2/2:0+1(1) "},
        {"a,1,coil,0,bool,,,,,\nb,1,coil,1999,bool,,,,,\nc,1,coil,2000,bool,,,,,\n", 10, 2000,
         "1/0:0+2000(2) 1/0:2000+1(1) "},
        {"a,1,input,65535,u16,,,,,\nb,1,input,65532,u32,,,,,\n", 125, 8, "1/3:65532+4(2) "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char file[600];
        (void)snprintf(file, sizeof file, "%s%s", HEAD, cases[i].rows);
        struct arena arena;
        struct register_table table;
        struct register_plan plan;
        struct text out;
        text_init(&out, 1000);
        text_addz(&out, "");
        read_table(file, &arena, &table);
        assert_int_equal(registers_plan(&table, cases[i].most, cases[i].gap, &arena, &plan, NULL),
                         MARU_OK);
        show_plan(&plan, &out);
        if (strcmp(out.bytes ? out.bytes : "", cases[i].want) != 0) {
            fail_msg("row %zu: %s, want %s", i, out.bytes, cases[i].want);
        }
        text_fini(&out);
        arena_fini(&arena);
    }
}

// A law: with any table every point is read exactly once, whole, in a block within the limits.
static void test_every_point_is_in_one_block(void **state) {
    (void)state;
    static const char *const types[] = {"u16", "u32", "f64", "string 30", "bit 5"};
    uint64_t counter = 0;
    for (int round = 0; round < 50; round++) {
        struct text file;
        text_init(&file, 1 << 20);
        text_addz(&file, HEAD);
        for (int i = 0; i < 200; i++) {
            const struct random_block r = random_at(9, 1, counter++);
            text_addf(&file, "p%d,%u,%s,%u,%s,,,,,%u\n", i, 1 + r.word[0] % 2,
                      r.word[0] & 64 ? "holding" : "input", r.word[1] % 600, types[r.word[2] % 5],
                      r.word[3] & 1 ? 500U : 1000U);
        }
        struct arena arena;
        struct register_table table;
        struct register_plan plan;
        read_table(file.bytes, &arena, &table);
        const uint16_t most = (uint16_t)(15 + 5 * (round % 20));
        assert_int_equal(registers_plan(&table, most, (uint16_t)(round % 9), &arena, &plan, NULL),
                         MARU_OK);
        bool is_seen[200] = {0};
        for (uint32_t b = 0; b < plan.n_block; b++) {
            const struct register_block *block = &plan.block[b];
            assert_true(block->n >= 1 && block->n <= most);
            for (uint32_t i = 0; i < block->n_point; i++) {
                const uint32_t p = plan.order[block->first + i];
                const struct register_point *point = &table.point[p];
                assert_false(is_seen[p]);
                is_seen[p] = true;
                assert_true(point->unit_id == block->unit_id && point->kind == block->kind &&
                            point->period_us == block->period_us);
                assert_true(point->address >= block->address &&
                            point->address + point->n_word <= block->address + block->n);
            }
        }
        for (int i = 0; i < 200; i++) {
            assert_true(is_seen[i]);
        }
        text_fini(&file);
        arena_fini(&arena);
    }
}

static void test_a_read_that_failed_is_bad(void **state) {
    (void)state;
    struct arena arena;
    struct register_table table;
    struct register_plan plan;
    read_table(HEAD "a,1,holding,0,u16,,,,,\nb,1,holding,1,f32,,,,,\nc,1,holding,3,string 2,,,,,\n"
                    "d,1,holding,4,bool,,,,,\n",
               &arena, &table);
    assert_int_equal(registers_plan(&table, 125, 0, &arena, &plan, NULL), MARU_OK);
    struct sample sample[4];
    const struct register_content none = {.at_us = 9};
    assert_int_equal(registers_decode(&table, &plan, plan.block, &none, &arena, sample), MARU_OK);
    static const uint8_t types[] = {SAMPLE_INTEGER, SAMPLE_DOUBLE, SAMPLE_TEXT, SAMPLE_BOOL};
    for (int i = 0; i < 4; i++) {
        assert_true(sample[i].type == types[i] && sample[i].quality == QUALITY_BAD &&
                    sample[i].at_us == 9);
    }
    arena_fini(&arena);
}

static void test_tables_refused(void **state) {
    (void)state;
    static const struct {
        const char *rows;
        uint32_t row, column;
    } bad[] = {
        {"", 0, 0},
        {"name,kind,address\n", 1, 0},
        {"name,kind,address,type,what\n", 1, 5},
        {HEAD ",1,holding,0,u16,,,,,\n", 2, 1},
        {HEAD "a,256,holding,0,u16,,,,,\n", 2, 2},
        {HEAD "a,1,register,0,u16,,,,,\n", 2, 3},
        {HEAD "a,1,holding,,u16,,,,,\n", 2, 4},
        {HEAD "a,1,holding,65536,u16,,,,,\n", 2, 4},
        {HEAD "a,1,holding,65535,u32,,,,,\n", 2, 4},
        {HEAD "a,1,holding,0,int,,,,,\n", 2, 5},
        {HEAD "a,1,holding,0,bit 16,,,,,\n", 2, 5},
        {HEAD "a,1,holding,0,bit,,,,,\n", 2, 5},
        {HEAD "a,1,holding,0,string 0,,,,,\n", 2, 5},
        {HEAD "a,1,holding,0,string 251,,,,,\n", 2, 5},
        {HEAD "a,1,coil,0,u16,,,,,\n", 2, 5},
        {HEAD "a,1,holding,0,u32,DACB,,,,\n", 2, 6},
        {HEAD "a,1,holding,0,u16,,0,,,\n", 2, 7},
        {HEAD "a,1,holding,0,u16,,x,,,\n", 2, 7},
        {HEAD "a,1,holding,0,u16,,,x,,\n", 2, 8},
        {HEAD "a,1,holding,0,u16,,,,,0\n", 2, 10},
        {HEAD "a,1,holding,0,u16,,,,\xFF,\n", 0, 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 24);
        struct register_table table;
        maru_error err = {0};
        const maru_status st =
            registers_read(bad[i].rows, strlen(bad[i].rows), &arena, &table, &err);
        if (st != MARU_E_INPUT || err.row != bad[i].row || err.column != bad[i].column ||
            !err.text[0]) {
            fail_msg("row %zu: %s %u:%u %s", i, maru_status_name(st), err.row, err.column,
                     err.text);
        }
        arena_fini(&arena);
    }
    struct arena arena;
    struct register_table table;
    struct register_plan plan;
    read_table(HEAD "a,1,holding,0,string 40,,,,,\n", &arena, &table);
    assert_int_equal(registers_plan(&table, 19, 0, &arena, &plan, NULL), MARU_E_USAGE);
    assert_int_equal(registers_plan(&table, 126, 0, &arena, &plan, NULL), MARU_E_USAGE);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_each_type_and_order),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
        cmocka_unit_test(test_plans),
        cmocka_unit_test(test_every_point_is_in_one_block),
        cmocka_unit_test(test_a_read_that_failed_is_bad),
        cmocka_unit_test(test_tables_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
