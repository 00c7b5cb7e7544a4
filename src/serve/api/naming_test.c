#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/api/naming.h"

#include <string.h>

#define LETTERS_50                                                                                                                               \
    "가나다라마바사아자차가나다라마바사아자차가나다라마바사아자차가나다라마바사아자차가나다라마바" \
    "사아자차"
#define LETTERS_40                                                                                 \
    "가나다라마바사아자차가나다라마바사아자차가나다라마바사아자차가나다라마바사아자차"

static void names_come_from_where_they_are(void **state) {
    (void)state;
    static const struct {
        const char *table, *csv, *file, *want;
    } cases[] = {
        {"plant.csv", "name,start\n\"Line, 1\",2024-01-01\n", "x.zip", "Line, 1"},
        {"plant.csv", "start,name\r\n2024-01-01,한빛 라인\r\n", "", "한빛 라인"},
        {"plant.csv", "\xEF\xBB\xBFname\nA", "x.zip", "A"},
        {"plant.csv", "name,start\n,2024\n", "my fab.zip", "my fab"},
        {"plant.csv", "name\n", "fab.tar.gz", "fab"},
        {"plant.csv", "", "fab.tgz", "fab"},
        {"plant.csv", "name\n\"open", "fab", "fab"},
        {"plant.csv", "name\n\xB0\xA1", "fab", "fab"},
        {"routes.csv", "name\nno\n", "models/fab 2", "fab 2"},
        {"routes.csv", "name\nno\n", ".zip", ".zip"},
        {"routes.csv", "name\nno\n", "", "plant"},
        {"routes.csv", "name\nno\n", "\xB0\xA1", "plant"},
        {"plant.csv", "name\n" LETTERS_50 "\n", "", LETTERS_40},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[STORE_NAME_BYTES];
        maru_file file = {
            .name = cases[i].table, .bytes = cases[i].csv, .n_bytes = strlen(cases[i].csv)};
        const struct tables tables = {.file = &file, .n = 1};
        naming_find(&tables, cases[i].file, name);
        if (strcmp(name, cases[i].want) != 0) {
            fail_msg("case %zu: '%s', want '%s'", i, name, cases[i].want);
        }
    }
}

// Whatever stands there, the name fits and is text.
static void any_prefix_gives_a_name(void **state) {
    (void)state;
    static const char whole[] = "name,start\n\"" LETTERS_50 "\"\"x\",2024\n";
    for (size_t n = 0; n <= sizeof whole - 1; n++) {
        char name[STORE_NAME_BYTES];
        maru_file file = {.name = "plant.csv", .bytes = whole, .n_bytes = n};
        const struct tables tables = {.file = &file, .n = 1};
        naming_find(&tables, whole, name);
        assert_true(name[0] != '\0' && strlen(name) <= STORE_NAME_BYTES - 4);
        assert_true(text_is_utf8(name, strlen(name)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_from_where_they_are),
        cmocka_unit_test(any_prefix_gives_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
