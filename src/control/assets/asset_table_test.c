#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/assets/asset_table.h"

#include <stdio.h>
#include <string.h>

// Laws: what is written reads back the same; each fault is told with its place; no prefix of a table does harm.

static const char good[] = "asset,parent,level,name,korean,tool,group,signals,as,unit\n"
                           "hanbit,,enterprise,Hanbit,한빛정밀,,,,,\n"
                           "hanbit/ulsan,,site,,울산공장,,,,,\n"
                           "press shop,hanbit/ulsan,구역,Press shop,프레스동,,,,,\n"
                           "hanbit/ulsan/press shop/line 1,,line,,1라인,,Press,,,\n"
                           "press-1,hanbit/ulsan/press shop/line 1,tool,,,Press/1,Press,"
                           "mqtt/line1/press/**,,\n"
                           "hanbit/ulsan/ovens/{1},,,,,,,mqtt/*/oven/*,온도 {2},\n"
                           ",,,,,,,**/temp,,°C\n"
                           "\n"
                           "\"hanbit/ulsan/a, b\",,area,\"A, B\",,,,,,\n";

static maru_status read_table(const char *text, size_t n, struct asset_table *out,
                              maru_faults **faults, maru_error *err) {
    *faults = maru_faults_new();
    assert_non_null(*faults);
    return asset_table_read("assets.csv", text, n, *faults, out, err);
}

static void a_table_is_assets_and_rules(void **state) {
    struct asset_table table;
    maru_faults *faults = NULL;
    maru_error err = {0};
    (void)state;
    if (read_table(good, sizeof good - 1, &table, &faults, &err) != MARU_OK) {
        fail_msg("row %u column %u: %s", err.row, err.column, err.text);
    }
    assert_int_equal(table.paths.n, 6);
    assert_int_equal(table.n_rule, 3);
    assert_int_equal(placing_count(table.placing), 3);
    const struct asset *press = asset_table_find_tool(&table, "Press/1");
    assert_non_null(press);
    assert_string_equal(press->path, "hanbit/ulsan/press shop/line 1/press-1");
    assert_int_equal(press->level, ASSET_LEVEL_TOOL);
    assert_string_equal(press->group, "Press");
    const struct asset *shop = asset_table_find(&table, "hanbit/ulsan/press shop", 23);
    assert_non_null(shop);
    assert_int_equal(shop->level, ASSET_LEVEL_AREA);
    assert_string_equal(shop->korean, "프레스동");
    assert_null(asset_table_find_tool(&table, ""));
    assert_null(asset_table_find_tool(&table, "Press/2"));
    struct placing_room room;
    struct placed placed = {"own", "temp", "K"};
    placing_apply(table.placing, "mqtt/line1/press/motor/temp", 27, &placed, &room);
    assert_string_equal(placed.asset, "hanbit/ulsan/press shop/line 1/press-1");
    assert_string_equal(placed.name, "motor/temp");
    assert_string_equal(placed.unit, "°C");
    asset_table_fini(&table);
    maru_faults_free(faults);
}

static void what_is_written_reads_back_the_same(void **state) {
    struct asset_table table, again;
    struct text once, twice;
    maru_faults *faults = NULL;
    (void)state;
    text_init(&once, 1 << 20);
    text_init(&twice, 1 << 20);
    assert_int_equal(read_table(good, sizeof good - 1, &table, &faults, NULL), MARU_OK);
    maru_faults_free(faults);
    asset_table_write(&table, &once);
    assert_int_equal(read_table(once.bytes, once.n_bytes, &again, &faults, NULL), MARU_OK);
    assert_int_equal(maru_faults_kept(faults), 0);
    maru_faults_free(faults);
    asset_table_write(&again, &twice);
    assert_string_equal(once.bytes, twice.bytes);
    assert_int_equal(again.paths.n, table.paths.n);
    asset_table_fini(&table);
    asset_table_fini(&again);
    text_fini(&once);
    text_fini(&twice);
}

static void faults_have_their_place(void **state) {
    static const struct {
        const char *text, *want;
        uint32_t row, column;
    } cases[] = {
        {"", "the table is empty", 0, 0},
        {"asset,level\na,plant\n", "this level is not known", 2, 2},
        {"asset,level\na/b,site\na/b,area\n", "row 2 describes this asset already", 3, 1},
        {"asset,tool\na,E/1\nb,E/1\n", "row 2 has this tool already", 3, 2},
        {"asset,level\na,line\na/b,site\n", "it stands in a line (row 2)", 3, 0},
        {"asset,level\na/b/c,cell\na,tool\n", "it stands in a tool (row 3)", 2, 0},
        {"asset,level\na,cell\na/b,unit\n", "it stands in a cell (row 2)", 3, 0},
        {"asset,level\na//b,site\n", "a level of the path is empty", 2, 1},
        {"asset,level\n/a,site\n", "a level of the path is empty", 2, 1},
        {"asset,parent,level\n,a,site\n", "a parent of nothing", 2, 2},
        {"asset,level\n,site\n", "a row without an asset", 2, 1},
        {"asset,signals\na,x**\n", "** stands for whole levels, between slashes", 2, 2},
        {"asset,signals\na/{2},*/b\n", "the pattern has fewer stars than this number", 2, 1},
        {"asset,signals,as\na,*/b,{1\n", "braces are for the number of a star, from 1 to 9", 2, 3},
        {"asset,signals,unit\na,b,{1}\n", "the pattern has fewer stars than this number", 2, 3},
        {"asset,signals\n,x\n", "signals of which nothing is said", 2, 2},
        {"asset,unit\na,K\n", "a name or unit of no signal", 2, 2},
        {"asset,signals,tool\na/{1},*,E/1\n", "an asset that signals make up cannot be described",
         2, 1},
        {"asset,level\n\"a\nb\",site\n", "a line break or tab inside the text", 2, 1},
        {"asset,asset\na,b\n", "column 1 has the same name", 1, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asset_table table;
        maru_faults *faults = NULL;
        maru_error err = {0};
        const maru_status st =
            read_table(cases[i].text, strlen(cases[i].text), &table, &faults, &err);
        if (st != MARU_E_INPUT || !strstr(err.text, cases[i].want) || err.row != cases[i].row ||
            err.column != cases[i].column) {
            fail_msg("case %zu: %d, row %u column %u: %s", i, (int)st, err.row, err.column,
                     err.text);
        }
        maru_faults_free(faults);
    }
}

// A longer prefix has the assets of a shorter one, or is refused with its row.
static void every_prefix_is_read_or_refused(void **state) {
    uint32_t n_before = 0;
    (void)state;
    for (size_t n = 0; n < sizeof good; n++) {
        struct asset_table table;
        maru_faults *faults = NULL;
        maru_error err = {0};
        const maru_status st = read_table(good, n, &table, &faults, &err);
        if (st == MARU_OK) {
            assert_true(table.paths.n >= n_before);
            n_before = n > 0 && good[n - 1] == '\n' ? table.paths.n : n_before;
            asset_table_fini(&table);
        } else {
            assert_int_equal(st, MARU_E_INPUT);
            assert_true(err.text[0] != '\0');
        }
        maru_faults_free(faults);
    }
    assert_int_equal(n_before, 6);
}

static void levels_have_names_and_ranks(void **state) {
    (void)state;
    assert_string_equal(asset_level_name(ASSET_LEVEL_SITE, false), "site");
    assert_string_equal(asset_level_name(ASSET_LEVEL_SITE, true), "사업장");
    assert_string_equal(asset_level_name(ASSET_LEVEL_NONE, true), "");
    for (uint32_t i = 1; i + 1 < N_ASSET_LEVEL; i++) {
        assert_true(asset_level_rank((enum asset_level)i) <=
                    asset_level_rank((enum asset_level)(i + 1)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_assets_and_rules),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(faults_have_their_place),
        cmocka_unit_test(every_prefix_is_read_or_refused),
        cmocka_unit_test(levels_have_names_and_ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
