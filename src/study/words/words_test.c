#include "study/words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// Laws: no word lacks a language, both languages have the same places, and Korean particles follow
// the last sound.

static void no_word_lacks_a_language(void **state) {
    (void)state;
    for (enum word id = 0; id < N_WORD; id++) {
        const char *en = word(LANG_EN, id), *ko = word(LANG_KO, id);
        assert_non_null(en);
        assert_non_null(ko);
        if ((en[0] == '\0') != (ko[0] == '\0')) {
            fail_msg("word %d: '%s' and '%s'", (int)id, en, ko);
        }
        if (!text_is_utf8(en, strlen(en)) || !text_is_utf8(ko, strlen(ko))) {
            fail_msg("word %d is not UTF-8", (int)id);
        }
    }
}

// The places of a text as bits: bit n is set where it has {n}.
static unsigned places(const char *text) {
    unsigned out = 0;
    for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
        if (at[1] >= '1' && at[1] <= '9' && at[2] == '}') {
            out |= 1u << (at[1] - '0');
        }
    }
    return out;
}

static void both_languages_have_the_same_places(void **state) {
    (void)state;
    for (enum word id = 0; id < N_WORD; id++) {
        if (places(word(LANG_EN, id)) != places(word(LANG_KO, id))) {
            fail_msg("'%s' and '%s' have other places", word(LANG_EN, id), word(LANG_KO, id));
        }
    }
}

// Each "[a/b]" stands right behind a place and is closed.
static void particles_are_well_formed(void **state) {
    (void)state;
    for (enum word id = 0; id < N_WORD; id++) {
        const char *ko = word(LANG_KO, id);
        if (places(ko) == 0) {
            continue;
        }
        for (const char *at = strchr(ko, '['); at; at = strchr(at + 1, '[')) {
            const char *slash = strchr(at, '/'), *end = strchr(at, ']');
            const bool is_behind =
                at > ko && (at[-1] == '}' || (at[-1] == '\'' && at - 1 > ko && at[-2] == '}'));
            if (!is_behind || !slash || !end || slash > end) {
                fail_msg("a particle that does not fit: %s", ko);
            }
        }
    }
}

static void particles_follow_the_last_sound(void **state) {
    (void)state;
    static const struct {
        const char *argument, *want;
    } cases[] = {
        {"마루", "maru 마루로 만듦"},       {"서울", "maru 서울로 만듦"},
        {"부산항", "maru 부산항으로 만듦"}, {"0.1.0", "maru 0.1.0으로 만듦"},
        {"1.8", "maru 1.8로 만듦"},         {"2", "maru 2로 만듦"},
        {"100 %", "maru 100 %로 만듦"},     {"model", "maru model로 만듦"},
        {"Pan", "maru Pan으로 만듦"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out;
        text_init(&out, 1 << 10);
        words_add(&out, LANG_KO, W_MADE_WITH, (const char *const[]){cases[i].argument, NULL});
        assert_string_equal(out.bytes, cases[i].want);
        text_fini(&out);
    }
}

static void the_environment_chooses_the_language(void **state) {
    (void)state;
    assert_int_equal(words_language(NULL, NULL, NULL), LANG_EN);
    assert_int_equal(words_language(NULL, NULL, "ko_KR.UTF-8"), LANG_KO);
    assert_int_equal(words_language("", "", "ko"), LANG_KO);
    assert_int_equal(words_language("C", NULL, "ko_KR.UTF-8"), LANG_EN);
    assert_int_equal(words_language("ko_KR.UTF-8", "C", "C"), LANG_KO);
    assert_int_equal(words_language(NULL, "en_US.UTF-8", "ko_KR.UTF-8"), LANG_EN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_word_lacks_a_language),
        cmocka_unit_test(both_languages_have_the_same_places),
        cmocka_unit_test(particles_are_well_formed),
        cmocka_unit_test(particles_follow_the_last_sound),
        cmocka_unit_test(the_environment_chooses_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
