#include "study/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void widths_are_those_of_a_terminal(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {{"", 0},  {"abc", 3}, {"가나", 4},      {"WIP 재공", 8},
                 {"±", 1}, {"█▌", 2},  {"e\xCC\x81", 1}, {"\xFF", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(table_width(cases[i].text), cases[i].width);
    }
}

// Law: every line of a table is equally wide up to its last cell, whatever the cells hold.
static void columns_stand_under_each_other(void **state) {
    (void)state;
    struct table table;
    struct text out;
    table_init(&table);
    text_init(&out, 1 << 16);
    table_column(&table, ALIGN_LEFT, "설비");
    table_column(&table, ALIGN_RIGHT, "%");
    static const char *const cells[] = {"a", "1", "고속 마운터", "99.4", "x\ty\033[2J", "−3",
                                        "",  "–"};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        table_add(&table, STYLE_PLAIN, cells[i]);
    }
    assert_false(table_print(&table, (struct look){0}, &out));
    assert_int_equal(out.status, MARU_OK);
    size_t first = 0;
    for (char *line = out.bytes; *line;) {
        char *end = strchr(line, '\n');
        *end = '\0';
        first = first > 0 ? first : table_width(line);
        assert_int_equal(table_width(line), first);
        assert_null(strchr(line, '\033'));
        assert_null(strchr(line, '\t'));
        line = end + 1;
    }
    table_fini(&table);
    text_fini(&out);
}

static void what_is_too_wide_loses_its_doubt(void **state) {
    (void)state;
    struct table table;
    struct text out;
    table_init(&table);
    text_init(&out, 1 << 16);
    table_column(&table, ALIGN_LEFT, "group");
    table_column(&table, ALIGN_RIGHT, "busy");
    table_add(&table, STYLE_PLAIN, "a");
    table_add(&table, STYLE_PLAIN, "97.2 ± 0.4");
    assert_false(table_print(&table, (struct look){.columns = 40}, &out));
    assert_non_null(strstr(out.bytes, "97.2 ± 0.4\n"));
    text_clear(&out);
    assert_true(table_print(&table, (struct look){.columns = 15}, &out));
    assert_non_null(strstr(out.bytes, "97.2\n"));
    assert_null(strstr(out.bytes, "±"));
    table_fini(&table);
    text_fini(&out);
}

static void long_names_are_cut(void **state) {
    (void)state;
    struct text out;
    text_init(&out, 1 << 16);
    for (int i = 0; i < 40; i++) {
        text_addz(&out, "가");
    }
    struct text cut;
    text_init(&cut, 1 << 16);
    table_add_safe(&cut, out.bytes);
    assert_true(table_width(cut.bytes) <= TABLE_MAX_WIDTH);
    assert_true(text_is_utf8(cut.bytes, cut.n_bytes));
    text_fini(&out);
    text_fini(&cut);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_those_of_a_terminal),
        cmocka_unit_test(columns_stand_under_each_other),
        cmocka_unit_test(what_is_too_wide_loses_its_doubt),
        cmocka_unit_test(long_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
