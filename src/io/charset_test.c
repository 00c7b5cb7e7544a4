#include "io/charset.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/text.h"

#define TEXT(bytes) (bytes), sizeof(bytes) - 1

static const struct {
    const char *bytes;
    size_t n;
    enum charset was; // N_CHARSET: refused
    bool has_mark;
    const char *utf8;
} cases[] = {
    {TEXT(""), CHARSET_UTF8, false, ""},
    {TEXT("a,b\n1,2\n"), CHARSET_UTF8, false, "a,b\n1,2\n"},
    {TEXT("\xEF\xBB\xBF공정,1"), CHARSET_UTF8, true, "공정,1"},
    {TEXT("공정"), CHARSET_UTF8, false, "공정"},
    {TEXT("\xB0\xF8\xC1\xA4,1"), CHARSET_CP949, false, "공정,1"},
    {TEXT("\x8C\x63,\xB0\xA1"), CHARSET_CP949, false, "똠,가"}, // outside of EUC-KR
    {TEXT("\xFF\xFE\xF5\xAC,\0"), CHARSET_UTF16_LE, true, "공,"},
    {TEXT("\xFE\xFF\xAC\xF5\0,"), CHARSET_UTF16_BE, true, "공,"},
    {TEXT("a\0,\0\x35\xAC\n\0"), CHARSET_UTF16_LE, false, "a,갵\n"},
    {TEXT("\0a\0,\xAC\x35\0\n"), CHARSET_UTF16_BE, false, "a,갵\n"},
    {TEXT("\0\xAC,\0"
          "1\0\n\0"
          "2\0"),
     CHARSET_UTF16_LE, false, "가,1\n2"}, // U+AC00 has a zero, too
    {TEXT("\xEF\xBB\xBF\xB0\xF8"), N_CHARSET, false, ""},
    {TEXT("a\n\xFF\xFF"), N_CHARSET, false, ""},
    {TEXT("\xB0"), N_CHARSET, false, ""},
    {TEXT("\xFF\xFE\x00\xD8,\0"), N_CHARSET, false, ""}, // half of a pair
    {TEXT("\xFF\xFE,\0a"), N_CHARSET, false, ""},        // half of a letter
};

static void tells_and_converts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct charset_text text = {0};
        maru_error err = {0};
        const maru_status st = charset_decode(cases[i].bytes, cases[i].n, &text, &err);
        if (cases[i].was == N_CHARSET) {
            assert_int_equal(st, MARU_E_INPUT);
            assert_true(err.text[0] != '\0' && !text.own);
            continue;
        }
        if (st != MARU_OK || text.was != cases[i].was || text.n != strlen(cases[i].utf8) ||
            memcmp(text.bytes, cases[i].utf8, text.n) != 0 || text.has_mark != cases[i].has_mark) {
            fail_msg("case %zu: %d %s '%.*s'", i, (int)st, charset_name(text.was), (int)text.n,
                     text.bytes ? text.bytes : "");
        }
        assert_true(!text.own == (text.was == CHARSET_UTF8)); // no copy where none is needed
        charset_fini(&text);
    }
}

static void names_the_line(void **state) {
    (void)state;
    struct charset_text text;
    maru_error err = {0};
    assert_int_equal(charset_decode(TEXT("a\n\xB0\xF8\n\xFF\xFF\n"), &text, &err), MARU_E_INPUT);
    assert_int_equal(err.row, 3);
}

// Every letter of the basic plane that a character set has comes back as itself.
static void reads_what_is_written(void **state) {
    (void)state;
    static const enum charset kinds[] = {CHARSET_UTF16_LE, CHARSET_UTF16_BE, CHARSET_CP949};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const iconv_t cd = iconv_open(charset_name(kinds[k]), "UTF-8");
        uint32_t n_letter = 0;
        for (uint32_t letter = 0xAC00; letter < 0xD7A4; letter++) { // all syllables of Korean
            char utf8[16] = "1,\n3,가"; // one letter alone may look like UTF-8
            char written[32];
            const char last[4] = {(char)(0xE0 | letter >> 12), (char)(0x80 | (letter >> 6 & 0x3F)),
                                  (char)(0x80 | (letter & 0x3F)), '\n'};
            memcpy(utf8 + 8, last, sizeof last);
            char *in = utf8, *to = written;
            size_t left = 12, room = sizeof written;
            assert_true(iconv(cd, &in, &left, &to, &room) != (size_t)-1);
            struct charset_text text;
            assert_int_equal(charset_decode(written, sizeof written - room, &text, NULL), MARU_OK);
            assert_int_equal(text.was, kinds[k]);
            assert_int_equal(text.n, 12);
            assert_memory_equal(text.bytes, utf8, 12);
            charset_fini(&text);
            n_letter++;
        }
        iconv_close(cd);
        assert_int_equal(n_letter, 11172);
    }
}

static void survives_no_memory(void **state) {
    (void)state;
    struct charset_text text = {0};
    alloc_fail_after(0);
    assert_int_equal(charset_decode("\xB0\xF8", 2, &text, NULL), MARU_E_MEMORY);
    alloc_fail_after(UINT64_MAX);
    assert_null(text.own);
}

// An empty file has no bytes to point to.
static void nothing(void **state) {
    struct charset_text text;
    (void)state;
    assert_int_equal(charset_decode(NULL, 0, &text, NULL), MARU_OK);
    assert_int_equal(text.was, CHARSET_UTF8);
    assert_int_equal(text.n, 0);
    assert_non_null(text.bytes);
    charset_fini(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(tells_and_converts),
        cmocka_unit_test(names_the_line),
        cmocka_unit_test(reads_what_is_written),
        cmocka_unit_test(survives_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
