#include "base/toml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static maru_status show(void *context, const struct toml_entry *entry, maru_error *err) {
    struct text *out = context;
    (void)err;
    static const char kind[] = "tib";
    text_addf(out, "%u:%u %s %c %s", entry->row, entry->column, entry->key, kind[entry->kind],
              entry->text);
    if (entry->kind == TOML_INTEGER) {
        text_addf(out, " %lld", (long long)entry->integer);
    } else if (entry->kind == TOML_BOOL) {
        text_addf(out, " %d", entry->boolean);
    }
    text_addz(out, ";");
    return MARU_OK;
}

static void read_shown(const char *bytes, size_t n, struct text *out) {
    maru_error err = {0};
    const maru_status st = toml_read(bytes, n, show, out, &err);
    if (st != MARU_OK) {
        text_addf(out, "!%s %u:%u", maru_status_name(st), err.row, err.column);
        assert_true(err.text[0] != '\0');
    }
}

static void each_form_is_read_or_refused_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *in, *want;
    } cases[] = {
        {"", ""},
        {"\n\r\n  # only words\n\t", ""},
        {"a = 1", "1:5 a i 1 1;"},
        {"a=1#x\nb =\t-20 # y\r\n", "1:3 a i 1 1;2:5 b i -20 -20;"},
        {"on = true\noff = false", "1:6 on b true 1;2:7 off b false 0;"},
        {"zero = 0\nmore = +9223372036854775807",
         "1:8 zero i 0 0;2:8 more i +9223372036854775807 9223372036854775807;"},
        {"t = \"a\\t\\\"\\\\\\u0041\\U0001F600 # b\"", "1:5 t t a\t\"\\A\xf0\x9f\x98\x80 # b;"},
        {"t = 'a\\t\"'", "1:5 t t a\\t\";"},
        {"e = \"\"\nf=''", "1:5 e t ;2:3 f t ;"},
        {"tls-cert = \"공장.pem\"", "1:12 tls-cert t 공장.pem;"},
        {"[serve]\n", "!input 1:1"},
        {"a.b = 1", "!input 1:2"},
        {"\"a\" = 1", "!input 1:1"},
        {"= 1", "!input 1:1"},
        {"a 1", "!input 1:3"},
        {"a =", "!input 1:4"},
        {"a =\n1", "!input 1:4"},
        {"a = 1 b = 2", "!input 1:7"},
        {"a = 1\na = 2", "1:5 a i 1 1;!input 2:1"},
        {"a = 01", "!input 1:5"},
        {"a = 1_000", "!input 1:5"},
        {"a = 0x10", "!input 1:5"},
        {"a = 1.5", "!input 1:5"},
        {"a = 9223372036854775808", "!input 1:5"},
        {"a = True", "!input 1:5"},
        {"a = yes", "!input 1:5"},
        {"a = 1979-05-27T07:32:00Z", "!input 1:5"},
        {"a = [1]", "!input 1:5"},
        {"a = {b = 1}", "!input 1:5"},
        {"a = \"open", "!input 1:10"},
        {"a = \"open\nb = \"", "!input 1:10"},
        {"a = \"\"\"x\"\"\"", "!input 1:6"},
        {"a = \"\\x41\"", "!input 1:7"},
        {"a = \"\\u12\"", "!input 1:10"},
        {"a = \"\\u0000\"", "!input 1:12"},
        {"a = \"\\ud800\"", "!input 1:12"},
        {"a = \"x\\", "!input 1:8"},
        {"a = 'it''s'", "!input 1:9"},
        {"a = \"\x01\"", "!input 1:6"},
        {"# \x7f", "!input 1:3"},
        {"a = 1\rb = 2", "!input 1:6"},
        {"a = \"\xff\"", "!input 0:0"},
        {"\xef\xbb\xbf"
         "a = 1",
         "!input 1:1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out;
        text_init(&out, 1 << 12);
        read_shown(cases[i].in, strlen(cases[i].in), &out);
        const char *got = out.bytes ? out.bytes : "";
        if (strcmp(got, cases[i].want) != 0) {
            fail_msg("case %zu '%s': got %s, want %s", i, cases[i].in, got, cases[i].want);
        }
        text_fini(&out);
    }
}

static void a_zero_byte_ends_nothing(void **state) {
    (void)state;
    static const char bytes[] = "a = \"x\0y\"";
    struct text out;
    text_init(&out, 1 << 12);
    read_shown(bytes, sizeof bytes - 1, &out);
    assert_non_null(strstr(out.bytes, "1:7"));
    text_fini(&out);
}

static maru_status count(void *context, const struct toml_entry *entry, maru_error *err) {
    (void)entry, (void)err;
    ++*(size_t *)context;
    return MARU_OK;
}

static void caps_hold(void **state) {
    (void)state;
    struct text in;
    maru_error err = {0};
    size_t n = 0;
    text_init(&in, 1 << 20);
    for (int i = 0; i < TOML_MAX_ENTRIES; i++) {
        text_addf(&in, "k%d = %d\n", i, i);
    }
    assert_int_equal(toml_read(in.bytes, in.n_bytes, count, &n, &err), MARU_OK);
    assert_int_equal(n, TOML_MAX_ENTRIES);
    text_addz(&in, "one-more = 1\n");
    assert_int_equal(toml_read(in.bytes, in.n_bytes, count, &n, &err), MARU_E_LIMIT);
    assert_int_equal(err.row, TOML_MAX_ENTRIES + 1);
    for (int longer = 0; longer < 2; longer++) {
        text_clear(&in);
        text_addz(&in, "t = \"");
        for (int i = 0; i < TOML_MAX_TEXT_BYTES - 1 + longer; i++) {
            text_addz(&in, "x");
        }
        text_addz(&in, "\"");
        assert_int_equal(toml_read(in.bytes, in.n_bytes, count, &n, &err),
                         longer ? MARU_E_INPUT : MARU_OK);
    }
    text_fini(&in);
}

// Each prefix is accepted only where the whole line is there: no prefix gives an entry that the whole
// does not.
static void no_prefix_says_something_else(void **state) {
    (void)state;
    static const char whole[] = "a = \"x\\u0041y\" # z\nb = 12\nc = true\n";
    struct text all;
    text_init(&all, 1 << 12);
    read_shown(whole, sizeof whole - 1, &all);
    for (size_t n = 0; n < sizeof whole; n++) {
        struct text out;
        char *exact = malloc(n + 1); // so that a sanitizer sees one byte too far
        assert_non_null(exact);
        memcpy(exact, whole, n);
        text_init(&out, 1 << 12);
        read_shown(exact, n, &out);
        const char *got = out.bytes ? out.bytes : "";
        const size_t n_said = strcspn(got, "!");
        const bool is_cut_number = n >= 24 && n <= 25; // "b = 1" is a line of its own
        if (!is_cut_number && strncmp(got, all.bytes, n_said) != 0) {
            fail_msg("prefix %zu: %s", n, got);
        }
        text_fini(&out);
        free(exact);
    }
    text_fini(&all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_read_or_refused_with_its_place),
        cmocka_unit_test(a_zero_byte_ends_nothing),
        cmocka_unit_test(caps_hold),
        cmocka_unit_test(no_prefix_says_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
