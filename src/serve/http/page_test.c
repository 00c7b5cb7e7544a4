#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/http/page.h"

#include <stdio.h>
#include <string.h>

// "maru" as gzip, without a time.
static const char packed[] = "\037\213\010\000\000\000\000\000\002\003\313\115\054\052\005\000"
                             "\022\317\173\234\004\000\000\000";
static const struct embedded files[] = {
    {"/assets/index-1a2b.js", packed, sizeof packed - 1, 4, true, "\"a\""},
    {"/icon.svg", "<svg/>", 6, 6, false, "\"b\""},
    {"/index.html", "<html>", 6, 6, false, "\"c\""},
};
enum { N_FILE = sizeof files / sizeof files[0] };

static void paths_find_their_files(void **state) {
    (void)state;
    static const struct {
        const char *path, *file, *type;
        int status;
        bool is_immutable;
    } cases[] = {
        {"/", "/index.html", "text/html; charset=utf-8", 200, false},
        {"/index.html", "/index.html", "text/html; charset=utf-8", 200, false},
        {"/plants/1/tables", "/index.html", "text/html; charset=utf-8", 200, false},
        {"/icon.svg", "/icon.svg", "image/svg+xml", 200, false},
        {"/assets/index-1a2b.js", "/assets/index-1a2b.js", "text/javascript; charset=utf-8", 200,
         true},
        {"/assets/index-0000.js", NULL, NULL, 404, false}, // an asset of another build
        {"/plants/1/tables/설비.csv", "/index.html", "text/html; charset=utf-8", 200, false},
        {"/../icon.svg", NULL, NULL, 404, false},
        {"", "/index.html", "text/html; charset=utf-8", 200, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct page_answer answer;
        struct text out;
        text_init(&out, 1 << 16);
        const int status = page_get(NULL, files, N_FILE, cases[i].path, LANG_EN, &out, &answer);
        const char *file = answer.file ? answer.file->path : "nothing";
        const char *want = cases[i].file ? cases[i].file : "nothing";
        if (status != cases[i].status || strcmp(file, want) != 0) {
            fail_msg("%s: %d with %s", cases[i].path, status, file);
        }
        if (cases[i].file) {
            assert_string_equal(answer.type, cases[i].type);
            assert_int_equal(answer.is_immutable, cases[i].is_immutable);
        }
        assert_int_equal(out.n_bytes, 0);
        text_fini(&out);
    }
}

static void without_a_page_it_says_how_to_build_it(void **state) {
    (void)state;
    for (int lang = LANG_EN; lang <= LANG_KO; lang++) {
        struct page_answer answer;
        struct text out;
        text_init(&out, 1 << 16);
        assert_int_equal(page_get(NULL, files, 0, "/", (enum lang)lang, &out, &answer), 404);
        assert_null(answer.file);
        assert_non_null(strstr(out.bytes, "make web"));
        assert_non_null(strstr(out.bytes, "web/dist"));
        assert_non_null(strstr(out.bytes, lang == LANG_KO ? "화면" : "page"));
        text_clear(&out);
        assert_int_equal(page_get(NULL, files, 0, "/a.js", (enum lang)lang, &out, &answer), 404);
        assert_int_equal(out.n_bytes, 0);
        text_fini(&out);
    }
}

static void what_was_packed_comes_out(void **state) {
    (void)state;
    struct text out;
    text_init(&out, 1 << 16);
    assert_int_equal(page_unpack(&files[0], &out), MARU_OK);
    assert_string_equal(out.bytes, "maru");
    text_clear(&out);
    assert_int_equal(page_unpack(&files[1], &out), MARU_OK);
    assert_string_equal(out.bytes, "<svg/>");
    for (size_t n = 0; n < sizeof packed - 1; n++) { // cut off anywhere it is refused
        struct embedded cut = files[0];
        cut.n_kept = n;
        text_clear(&out);
        assert_int_not_equal(page_unpack(&cut, &out), MARU_OK);
        assert_int_equal(out.n_bytes, 0);
    }
    text_fini(&out);
}

// Whatever is in this very program: every packed file is what it says.
static void files_of_the_program_are_whole(void **state) {
    (void)state;
    struct text out;
    text_init(&out, 1 << 24);
    for (size_t i = 0; i < page_files_n + example_files_n; i++) {
        const struct embedded *file =
            i < page_files_n ? &page_files[i] : &example_files[i - page_files_n];
        text_clear(&out);
        if (page_unpack(file, &out) != MARU_OK || out.n_bytes != file->n_whole) {
            fail_msg("%s: %zu bytes of %zu", file->path, out.n_bytes, file->n_whole);
        }
    }
    assert_true(example_files_n > 0);
    text_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_files),
        cmocka_unit_test(without_a_page_it_says_how_to_build_it),
        cmocka_unit_test(what_was_packed_comes_out),
        cmocka_unit_test(files_of_the_program_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
