#include "scene/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "scene/trial_hall.h"
#include "scene/usdz.h"

static void writes_short_numbers(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},           {-0.0, "0"},
        {1, "1"},           {-2.5, "-2.5"},
        {0.1, "0.1"},       {1.0 / 3, "0.3333333"},
        {-1e-9, "0"},       {1e-7, "0.0000001"},
        {100000, "100000"}, {12.30000001, "12.3"},
        {-0.05, "-0.05"},   {0.99999999, "1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out;
        text_init(&out, 64);
        scene_add_number(&out, cases[i].value);
        assert_string_equal(out.bytes, cases[i].text);
        text_fini(&out);
    }
}

static maru_status keep(void *context, const maru_file *file, maru_error *err) {
    (void)err;
    struct text *out = context;
    text_add(out, file->bytes, file->n_bytes);
    return out->status;
}

static void write_trial(maru_scene_format format, bool has_places, struct text *out) {
    maru_plant *plant = trial_plant(has_places);
    maru_layout *layout = NULL;
    assert_int_equal(maru_layout_new(plant, &layout, NULL), MARU_OK);
    text_init(out, 1 << 24);
    assert_int_equal(maru_scene_write(layout, format, NULL, keep, out, NULL), MARU_OK);
    maru_layout_free(layout);
    maru_plant_free(plant);
}

static uint32_t count(const char *text, const char *part) {
    uint32_t n = 0;
    for (const char *p = strstr(text, part); p; p = strstr(p + 1, part)) {
        n++;
    }
    return n;
}

static void names_and_quotes(void **state) {
    (void)state;
    struct text out;
    write_trial(MARU_SCENE_USDA, true, &out);
    assert_int_equal(count(out.bytes, "instanceable = true"), 9 + 1);
    assert_int_equal(count(out.bytes, "displayName = \"Hall \\\"A\\\", 마루\""), 1);
    assert_int_equal(count(out.bytes, "def Xform \"G2\" ("), 1); // no ASCII letter in its name
    assert_int_equal(count(out.bytes, "displayName = \"노광기 4\""), 1);
    assert_int_equal(count(out.bytes, "@@@models/a@b \"c\".usd@@@"), 1);
    assert_int_equal(count(out.bytes, "(10, 20, 0)"), 1);
    assert_int_equal(count(out.bytes, "rotateZ = 30"), 1);
    assert_int_equal(count(out.bytes, "{\n"), count(out.bytes, "}\n"));
    text_fini(&out);
}

// A package holds what the plain file does, where a reader can map it, and refers to nothing else.
static void packs_in_place(void **state) {
    (void)state;
    struct text plain, packed;
    write_trial(MARU_SCENE_USDA, false, &plain);
    write_trial(MARU_SCENE_USDZ, false, &packed);
    enum { START = 64 }; // 30 + "scene.usda" + 4 fit below it
    assert_true(packed.n_bytes > START + plain.n_bytes);
    assert_memory_equal(packed.bytes + START, plain.bytes, plain.n_bytes);
    text_fini(&plain);
    text_fini(&packed);
    write_trial(MARU_SCENE_USDZ, true, &packed);
    packed.bytes[3] = ' '; // the only zeros that matter to strstr stand before the text
    assert_int_equal(count(packed.bytes + START, "references = @"), 0);
    text_fini(&packed);
}

// The check value of CRC-32, and every length of name up to a whole alignment.
static void aligns_any_name(void **state) {
    (void)state;
    char name[80] = "";
    for (size_t n = 1; n < 70; n++) {
        name[n - 1] = 'a';
        struct text in, out;
        text_init(&in, 64);
        text_init(&out, 1 << 12);
        text_addz(&in, "123456789");
        usdz_pack(&out, name, &in);
        assert_memory_equal(out.bytes + 14, "\x26\x39\xF4\xCB", 4);
        const size_t start = 30 + n + (unsigned char)out.bytes[28];
        assert_int_equal(start % 64, 0);
        assert_memory_equal(out.bytes + start, "123456789", 9);
        text_fini(&in);
        text_fini(&out);
    }
}

static void survives_without_memory(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(true);
    maru_layout *layout = NULL;
    assert_int_equal(maru_layout_new(plant, &layout, NULL), MARU_OK);
    for (int format = MARU_SCENE_USDA; format <= MARU_SCENE_GLB; format++) {
        struct text whole;
        write_trial((maru_scene_format)format, true, &whole);
        for (uint64_t k = 0;; k++) {
            struct text out;
            text_init(&out, 1 << 24);
            alloc_fail_after(k);
            const maru_status st =
                maru_scene_write(layout, (maru_scene_format)format, NULL, keep, &out, NULL);
            alloc_fail_after(UINT64_MAX);
            const bool is_whole = out.n_bytes == whole.n_bytes;
            text_fini(&out);
            if (st == MARU_OK) { // never OK and less than whole
                assert_true(is_whole && k > 3);
                break;
            }
            assert_int_equal(st, MARU_E_MEMORY);
        }
        text_fini(&whole);
    }
    maru_layout_free(layout);
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_short_numbers),    cmocka_unit_test(names_and_quotes),
        cmocka_unit_test(packs_in_place),          cmocka_unit_test(aligns_any_name),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
