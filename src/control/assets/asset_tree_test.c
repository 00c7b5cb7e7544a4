#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/assets/asset_proposal.h"
#include "control/assets/asset_tree.h"
#include "plant/plant.h"

#include <stdio.h>
#include <string.h>

// Laws: the sum over all that stand on top, and of the signals of no asset, is the number of signals; a walk meets each asset once, behind its
// parent. A proposal reads back, and has each tool of its plant once.

static void read_table(const char *text, size_t n, struct asset_table *out) {
    maru_faults *faults = maru_faults_new();
    maru_error err = {0};
    assert_non_null(faults);
    if (asset_table_read("assets.csv", text, n, faults, out, &err) != MARU_OK) {
        fail_msg("row %u column %u: %s", err.row, err.column, err.text);
    }
    maru_faults_free(faults);
}

static void a_tree_adds_up(void **state) {
    static const char text[] = "asset,level\nulsan,site\nulsan/b/press,tool\nulsan/a,area\n";
    static const struct {
        const char *path;
        uint32_t n;
    } signals[] = {
        {"ulsan/b/press", 3}, {"ulsan/b", 1}, {"", 2},        {"/", 1},
        {"other//x/", 4},     {"ulsan", 1},   {"other/x", 1}, {"ulsan/b/press/motor", 5}};
    static const char want[] = "0 ulsan 1 10,1 ulsan/b 1 9,2 ulsan/b/press 3 8,"
                               "3 ulsan/b/press/motor 5 5,1 ulsan/a 0 0,0 other 0 5,1 other/x 5 5,";
    struct asset_table table;
    struct asset_tree tree;
    char got[500] = "";
    (void)state;
    read_table(text, sizeof text - 1, &table);
    asset_tree_init(&tree);
    assert_int_equal(asset_tree_take(&tree, &table, NULL), MARU_OK);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        for (uint32_t k = 0; k < signals[i].n; k++) {
            assert_int_equal(asset_tree_count(&tree, signals[i].path, NULL), MARU_OK);
        }
    }
    asset_tree_add_up(&tree);
    for (uint32_t at = asset_tree_next(&tree, TREE_NONE); at != TREE_NONE;
         at = asset_tree_next(&tree, at)) {
        const struct tree_asset *one = &tree.asset[at];
        const size_t n = strlen(got);
        snprintf(got + n, sizeof got - n, "%u %s %u %u,", one->depth, one->path, one->n_own,
                 one->n_all);
    }
    assert_string_equal(got, want);
    assert_int_equal(tree.n_nowhere, 3);
    const uint32_t b = asset_tree_find(&tree, "ulsan/b");
    assert_string_equal(tree.asset[asset_tree_skip(&tree, b)].path, "ulsan/a");
    assert_null(tree.asset[b].asset);
    assert_int_equal(asset_tree_find(&tree, "ulsan/c"), TREE_NONE);
    asset_tree_fini(&tree);
    asset_table_fini(&table);
}

static void a_proposal_has_each_tool_once(void **state) {
    static const char *const heard[] = {
        "line/minifab/Diffusion/Diffusion-1/State",
        "line/minifab/Diffusion/Diffusion-1/Motor/Temp",
        "plc/DIFFUSION_01/pressure",
        "plc/diffusion 2/x",
        "Diffusion-2/x",
        "plc/Diffusion-2",
        "plc/Diffusion99/x",
        "plc/*Diffusion-2/y",
    };
    maru_plant *plant = NULL;
    struct asset_proposal proposal;
    struct asset_table table;
    struct text text;
    maru_error err = {0};
    (void)state;
    if (maru_plant_open("examples/minifab", NULL, &plant, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(asset_proposal_init(&proposal, plant, NULL), MARU_OK);
    for (size_t i = 0; i < sizeof heard / sizeof heard[0]; i++) {
        assert_int_equal(asset_proposal_hear(&proposal, heard[i], NULL), MARU_OK);
    }
    text_init(&text, 1 << 22);
    asset_proposal_write(&proposal, &text);
    assert_int_equal(text.status, MARU_OK);
    read_table(text.bytes, text.n_bytes, &table);
    uint32_t n_tool = 0;
    for (uint32_t g = 0; g < plant->n_group; g++) {
        n_tool += plant->group[g].is_delay ? 0 : plant->group[g].n_tool;
    }
    assert_int_equal(table.tools.n, n_tool);
    assert_int_equal(table.n_rule, 3);
    const struct {
        const char *source, *tool;
    } want[] = {{heard[0], "Diffusion/1"},
                {heard[1], "Diffusion/1"},
                {heard[2], "Diffusion/1"},
                {heard[3], "Diffusion/2"}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct placing_room room;
        struct placed placed = {"", "own", ""};
        placing_apply(table.placing, want[i].source, strlen(want[i].source), &placed, &room);
        const struct asset *asset = asset_table_find(&table, placed.asset, strlen(placed.asset));
        if (!asset || strcmp(asset->tool, want[i].tool) != 0) {
            fail_msg("%s stands in %s", want[i].source, placed.asset);
        }
    }
    for (uint32_t i = 0; i < table.paths.n; i++) {
        assert_true(table.asset[i].level != ASSET_LEVEL_NONE);
    }
    text_fini(&text);
    asset_table_fini(&table);
    asset_proposal_fini(&proposal);
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_adds_up),
        cmocka_unit_test(a_proposal_has_each_tool_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
