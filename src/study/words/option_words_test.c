#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "study/words/option_words.h"

#include <string.h>

static void every_option_speaks_korean(void **state) {
    (void)state;
    for (size_t i = 0; i < maru_option_count(); i++) {
        const maru_option *option = maru_option_at(i);
        const char *ko = option_meaning(option, LANG_KO);
        if (strcmp(ko, option->meaning) == 0 || (unsigned char)ko[0] < 0x20) {
            fail_msg("%s has no Korean", option->name);
        }
        assert_string_equal(option_meaning(option, LANG_EN), option->meaning);
        assert_true(option_choices(option, LANG_KO)[0] != '\0');
    }
}

static void json_tells_what_may_be_chosen(void **state) {
    (void)state;
    static const char *const want[] = {
        "{\"name\":\"rule\",\"default\":\"plant\",\"kind\":\"rule\",\"choices\":[\"plant\",\"lsu\","
        "\"fifo\",\"spt\",\"edd\",\"cr\",\"odd\",\"winq\",\"maxwork\"]",
        "{\"name\":\"queue_rule\",\"default\":\"none\",\"kind\":\"choice\",\"choices\":[\"none\","
        "\"qtcr\",\"qts\"]",
        "{\"name\":\"reserve_priority\",\"default\":\"30\",\"kind\":\"number\",\"lowest\":-1000000,"
        "\"highest\":1000000,",
    };
    struct text out;
    text_init(&out, 1 << 20);
    options_add_json(&out);
    char *to = out.bytes; // without blanks
    for (const char *at = out.bytes; *at; at++) {
        if (*at != ' ' && *at != '\n') {
            *to++ = *at;
        }
    }
    *to = '\0';
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        if (!strstr(out.bytes, want[i])) {
            fail_msg("not in it: %s\n%s", want[i], out.bytes);
        }
    }
    text_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_speaks_korean),
        cmocka_unit_test(json_tells_what_may_be_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
