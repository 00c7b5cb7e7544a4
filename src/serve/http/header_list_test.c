#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/http/header_list.h"

static void members_have_their_quality(void **state) {
    (void)state;
    static const struct {
        const char *list, *name;
        double want;
    } cases[] = {
        {"", "gzip", -1},
        {"gzip", "gzip", 1},
        {"GZip", "gzip", 1},
        {"x-gzip", "gzip", -1},
        {"gzipped", "gzip", -1},
        {"br, gzip;q=0.5", "gzip", 0.5},
        {"br ,\tgzip ; q=0.125 ,x", "gzip", 0.125},
        {"gzip;q=0", "gzip", 0},
        {"gzip;q=0.000", "gzip", 0},
        {"gzip;q=1.001", "gzip", -1},
        {"gzip;q=2", "gzip", -1},
        {"gzip;q=", "gzip", -1},
        {"gzip;q=0.1234", "gzip", -1},
        {"gzip;level=9;q=0.2", "gzip", 0.2},
        {"gzip;;q=0.2;", "gzip", 0.2},
        {"gzip;q=0.1, gzip", "gzip", 1},
        {"*;q=0.3", "*", 0.3},
        {"ko-KR,ko;q=0.9", "ko", 1},
        {"kok", "ko", -1},
        {",,ko", "ko", 1},
        {";q=0.1", "ko", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double got = header_list_quality(cases[i].list, cases[i].name);
        const double off = got - cases[i].want;
        if (off > 1e-9 || off < -1e-9) {
            fail_msg("%s in '%s': got %g, want %g", cases[i].name, cases[i].list, got,
                     cases[i].want);
        }
    }
}

static void one_is_preferred(void **state) {
    (void)state;
    static const struct {
        const char *list;
        bool want;
    } cases[] = {
        {"ko", true},         {"ko-KR,ko;q=0.9,en;q=0.8", true},
        {"en, ko", false},    {"ko, en", true},
        {"token, en", false}, {"en;q=0.5, ko;q=0.6", true},
        {"ko;q=0", false},    {"fr, ko;q=0.1", true},
        {"", false},          {"token, en, ko", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (header_list_prefers(cases[i].list, "ko", "en") != cases[i].want) {
            fail_msg("'%s': want %d", cases[i].list, cases[i].want);
        }
    }
}

static void tags_are_found(void **state) {
    (void)state;
    static const struct {
        const char *list, *tag;
        bool want;
    } cases[] = {
        {"\"a\"", "\"a\"", true},
        {"W/\"a\"", "\"a\"", true},
        {"\"b\", \"a\"", "\"a\"", true},
        {"\"b\",W/\"a\",\"c\"", "\"a\"", true},
        {" * ", "\"a\"", true},
        {"*x", "\"a\"", false},
        {"*", "", false},
        {"", "\"a\"", false},
        {"a", "\"a\"", false},
        {"\"a", "\"a\"", false},
        {"\"b,\"a\"", "\"a\"", false},
        {"\"b,\", \"a\"", "\"a\"", true},
        {"\"aa\"", "\"a\"", false},
        {"w/\"a\"", "\"a\"", false},
        {"\"b\" \"a\"", "\"a\"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (header_list_has_tag(cases[i].list, cases[i].tag) != cases[i].want) {
            fail_msg("%s in %s: want %d", cases[i].tag, cases[i].list, cases[i].want);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_have_their_quality),
        cmocka_unit_test(one_is_preferred),
        cmocka_unit_test(tags_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
