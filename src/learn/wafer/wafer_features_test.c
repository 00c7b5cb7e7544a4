#include "learn/wafer/wafer_features.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/random.h"

enum { MOST = 80 };
static uint8_t die[MOST * MOST];

// A disc of good dies with a share of bad ones by chance.
static struct wafer_map disc(uint32_t side, double bad) {
    for (uint32_t i = 0; i < side * side; i++) {
        const double y = (2.0 * floor((double)i / side) + 1) / side - 1,
                     x = (2.0 * (i % side) + 1) / side - 1;
        const bool is_bad = random_at(11, side, i).word[0] < bad * 4294967296.0;
        die[i] = y * y + x * x > 1 ? WAFER_NO_DIE : is_bad ? WAFER_BAD : WAFER_GOOD;
    }
    return (struct wafer_map){side, side, 0, 0, die};
}

static void features_of(const struct wafer_map *map, float *feature) {
    assert_int_equal(wafer_features(map, feature, NULL), MARU_OK);
    for (uint32_t i = 0; i < WAFER_N_FEATURE; i++) {
        assert_true(isfinite(feature[i]));
    }
}

// The feature of a name.
static float named(const float *feature, const char *name) {
    for (uint32_t i = 0; i < WAFER_N_FEATURE; i++) {
        char word[WAFER_FEATURE_NAME_BYTES];
        wafer_feature_name(i, false, word);
        if (strcmp(word, name) == 0) {
            return feature[i];
        }
    }
    fail_msg("no feature '%s'", name);
    return 0;
}

static void names_are_different_and_whole(void **state) {
    (void)state;
    static char name[WAFER_N_FEATURE][2][WAFER_FEATURE_NAME_BYTES];
    for (uint32_t i = 0; i < WAFER_N_FEATURE; i++) {
        wafer_feature_name(i, false, name[i][0]);
        wafer_feature_name(i, true, name[i][1]);
        for (uint32_t k = 0; k < i; k++) {
            assert_string_not_equal(name[i][0], name[k][0]);
            assert_string_not_equal(name[i][1], name[k][1]);
        }
    }
}

// A quarter turn and a mirror leave every feature as it is, but for what rounding does.
static void turns_change_nothing(void **state) {
    (void)state;
    static uint8_t turned[MOST * MOST], mirrored[MOST * MOST];
    for (uint32_t side = 8; side <= 41; side += 11) {
        struct wafer_map map = disc(side, 0.06);
        for (uint32_t k = side / 4; k < side / 2; k++) {
            die[k * side + side / 2 + k / 2] = WAFER_BAD;
            die[(side / 2) * side + k] = WAFER_BAD;
        }
        for (uint32_t y = 0; y < side; y++) {
            for (uint32_t x = 0; x < side; x++) {
                turned[x * side + side - 1 - y] = die[y * side + x];
                mirrored[y * side + side - 1 - x] = die[y * side + x];
            }
        }
        float feature[3][WAFER_N_FEATURE];
        features_of(&map, feature[0]);
        map.die = turned;
        features_of(&map, feature[1]);
        map.die = mirrored;
        features_of(&map, feature[2]);
        uint32_t n_other =
            0; // a place on the very border of a sector, a ring or a strip may fall on the other side
        for (uint32_t i = 0; i < WAFER_N_FEATURE; i++) {
            for (int k = 1; k < 3; k++) {
                n_other +=
                    fabsf(feature[0][i] - feature[k][i]) > 1e-3F + 0.01F * fabsf(feature[0][i]);
            }
        }
        assert_in_range(n_other, 0, 24); // of 2 x WAFER_N_FEATURE
        assert_true(fabsf(named(feature[0], "failed region 1: its length") -
                          named(feature[1], "failed region 1: its length")) < 1e-4F);
    }
}

// Shapes with a closed form.
static void shapes_are_measured(void **state) {
    (void)state;
    float feature[WAFER_N_FEATURE];
    struct wafer_map map = disc(60, 0);
    for (uint32_t y = 20; y < 26; y++) {
        for (uint32_t x = 30; x < 42; x++) {
            die[y * 60 + x] = WAFER_BAD;
        }
    }
    features_of(&map, feature);
    // A block of 12 x 6: its standard deviations are 12 / sqrt(12) and 6 / sqrt(12); its corners have 3 bad neighbors, so all are kept.
    // The moments hold 1 / 12 of each place once.
    assert_true(fabsf(named(feature, "failed region 1: its length") - 4 * 12 / sqrtf(12) / 30) <
                2e-3F);
    assert_true(fabsf(named(feature, "failed region 1: width to length") - 0.5F) < 1e-3F);
    assert_true(named(feature, "failed region 1: its share of the failed dies") == 1);
    assert_true(fabsf(named(feature, "failed region 1: how ragged it is") - 36.0F / 72) < 1e-6F);
    assert_true(named(feature, "failed region 2: its length") == 0);
    assert_true(named(feature, "failed region: how many there are") == 1);
    assert_true(fabsf(named(feature, "share of failed dies") * named(feature, "dies on the wafer") -
                      72) < 1e-2F);
}

static void a_line_is_long_thin_and_straight(void **state) {
    (void)state;
    float straight[WAFER_N_FEATURE], bent[WAFER_N_FEATURE];
    struct wafer_map map = disc(60, 0.01);
    for (uint32_t k = 10; k < 50; k++) {
        die[k * 60 + 20 + k / 3] = WAFER_BAD;
    }
    features_of(&map, straight);
    map = disc(60, 0.01);
    for (uint32_t k = 10; k < 50; k++) {
        die[k * 60 + 20 + (k - 30) * (k - 30) / 25] = WAFER_BAD;
    }
    features_of(&map, bent);
    assert_true(named(straight, "thin line of failed dies 1: its length") > 1.3F);
    assert_true(named(straight, "thin line of failed dies 1: width to length") < 0.1F);
    assert_true(named(bent, "thin line of failed dies 1: how bent it is") >
                5 * named(straight, "thin line of failed dies 1: how bent it is"));
}

// Bad dies by chance are alike by chance only; all bad ones in one half are alike.
static void neighbors_tell_chance_from_pattern(void **state) {
    (void)state;
    float feature[WAFER_N_FEATURE];
    struct wafer_map map = disc(80, 0.2);
    features_of(&map, feature);
    assert_true(fabsf(named(feature, "how alike neighbors are at distance 1")) < 0.05F);
    assert_true(fabsf(named(feature, "pairs of failed neighbors at distance 2") - 1) < 0.1F);
    for (uint32_t i = 0; i < 80 * 80; i++) {
        die[i] = die[i] == WAFER_NO_DIE ? WAFER_NO_DIE : i % 80 < 40 ? WAFER_BAD : WAFER_GOOD;
    }
    features_of(&map, feature);
    assert_true(named(feature, "how alike neighbors are at distance 1") > 0.9F);
}

static void any_map_has_features(void **state) {
    (void)state;
    static const uint8_t kinds[3] = {WAFER_NO_DIE, WAFER_GOOD, WAFER_BAD};
    static const uint32_t sides[][2] = {{1, 1}, {1, 80}, {80, 1}, {2, 3}, {8, 8}, {80, 80}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        for (int k = 0; k < 3; k++) {
            float feature[WAFER_N_FEATURE];
            memset(die, kinds[k], sizeof die);
            const struct wafer_map map = {sides[i][0], sides[i][1], 0, 0, die};
            features_of(&map, feature);
            assert_true(named(feature, "share of failed dies") == (k == 2 ? 1 : 0));
        }
    }
}

static void no_memory_is_said(void **state) {
    (void)state;
    float feature[WAFER_N_FEATURE];
    const struct wafer_map map = disc(20, 0.1);
    for (uint64_t n = 0; n < 5; n++) {
        alloc_fail_after(n);
        assert_int_equal(wafer_features(&map, feature, NULL), MARU_E_MEMORY);
    }
    alloc_fail_after(UINT64_MAX);
    assert_int_equal(wafer_features(&map, feature, NULL), MARU_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_different_and_whole),
        cmocka_unit_test(turns_change_nothing),
        cmocka_unit_test(shapes_are_measured),
        cmocka_unit_test(a_line_is_long_thin_and_straight),
        cmocka_unit_test(neighbors_tell_chance_from_pattern),
        cmocka_unit_test(any_map_has_features),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
