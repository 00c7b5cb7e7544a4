#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/api/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

// Archives and forms: what goes in comes out, any cut is refused, and nothing is larger than it may be.

static const maru_file files[] = {{.name = "routes.csv", .bytes = "a,b\r\n1,2\r\n", .n_bytes = 10},
                                  {.name = "tools.csv", .bytes = "", .n_bytes = 0},
                                  {.name = "order.txt", .bytes = "x\ty\n", .n_bytes = 4}};

static struct text zip_of(const maru_file *file, size_t n) {
    struct text zip;
    union {
        const maru_file *kept;
        maru_file *file;
    } all = {.kept = file};
    const struct tables tables = {.file = all.file, .n = n};
    text_init(&zip, 1 << 26);
    assert_int_equal(upload_write_zip(&tables, &zip, NULL), MARU_OK);
    return zip;
}

static void assert_files(const struct tables *tables) {
    assert_int_equal(tables->n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(tables->file[i].name, files[i].name);
        assert_int_equal(tables->file[i].n_bytes, files[i].n_bytes);
        assert_memory_equal(tables->file[i].bytes, files[i].bytes, files[i].n_bytes);
    }
}

static void a_zip_comes_out_as_it_went_in(void **state) {
    (void)state;
    struct text zip = zip_of(files, 3);
    struct tables tables = {0};
    assert_int_equal(upload_read_archive(zip.bytes, zip.n_bytes, &tables, NULL), MARU_OK);
    assert_files(&tables);
    tables_fini(&tables);
    for (size_t n = 0; n < zip.n_bytes; n++) { // a zip that is cut off gives no wrong table
        maru_error err = {0};
        const maru_status st = upload_read_archive(zip.bytes, n, &tables, &err);
        for (size_t i = 0; st == MARU_OK && i < tables.n; i++) {
            assert_int_equal(tables.file[i].n_bytes, files[i].n_bytes);
        }
        assert_true(st == MARU_OK || st == MARU_E_INPUT);
        tables_fini(&tables);
    }
    text_fini(&zip);
}

static void folders_are_left_out_and_the_rest_is_passed_over(void **state) {
    (void)state;
    static const maru_file odd[] = {
        {.name = "../../etc/routes.csv", .bytes = "r", .n_bytes = 1},
        {.name = "a/b\\tools.csv", .bytes = "t", .n_bytes = 1},
        {.name = "__MACOSX/._tools.csv", .bytes = "m", .n_bytes = 1},
        {.name = "readme.md", .bytes = "x", .n_bytes = 1},
        {.name = ".csv", .bytes = "x", .n_bytes = 1},
    };
    struct text zip = zip_of(odd, sizeof odd / sizeof odd[0]);
    struct tables tables = {0};
    assert_int_equal(upload_read_archive(zip.bytes, zip.n_bytes, &tables, NULL), MARU_OK);
    assert_int_equal(tables.n, 2);
    assert_string_equal(tables.file[0].name, "routes.csv");
    assert_string_equal(tables.file[1].name, "tools.csv");
    tables_fini(&tables);
    text_fini(&zip);
    static const maru_file twice[] = {{.name = "a/x.csv", .bytes = "1", .n_bytes = 1},
                                      {.name = "b/x.csv", .bytes = "2", .n_bytes = 1}};
    zip = zip_of(twice, 2);
    assert_int_equal(upload_read_archive(zip.bytes, zip.n_bytes, &tables, NULL), MARU_E_INPUT);
    tables_fini(&tables);
    text_fini(&zip);
}

static void a_bomb_does_not_go_off(void **state) {
    (void)state;
    const size_t n = (size_t)UPLOAD_MAX_TABLE_BYTES + 1;
    char *zeros = calloc(n, 1);
    assert_non_null(zeros);
    maru_file bomb[] = {{.name = "a.csv", .bytes = zeros, .n_bytes = n}};
    struct text zip = zip_of(bomb, 1);
    struct tables tables = {0};
    assert_true(zip.n_bytes < n / 100);
    assert_int_equal(upload_read_archive(zip.bytes, zip.n_bytes, &tables, NULL), MARU_E_LIMIT);
    tables_fini(&tables);
    text_fini(&zip);
    maru_file many[9]; // each is small enough, all together are not
    char name[9][8];
    for (size_t i = 0; i < 9; i++) {
        snprintf(name[i], sizeof name[i], "%zu.csv", i);
        many[i] = (maru_file){.name = name[i], .bytes = zeros, .n_bytes = n - 1};
    }
    zip = zip_of(many, 9);
    assert_int_equal(upload_read_archive(zip.bytes, zip.n_bytes, &tables, NULL), MARU_E_LIMIT);
    tables_fini(&tables);
    text_fini(&zip);
    free(zeros);
}

static void a_form_comes_out_as_it_went_in(void **state) {
    (void)state;
    struct text form;
    struct tables tables = {0};
    text_init(&form, 1 << 20);
    for (size_t i = 0; i < 3; i++) {
        text_addf(&form,
                  "--XyZ\r\nContent-Disposition: form-data; name=\"tables\"; "
                  "filename=\"plant/%s\"\r\nContent-Type: text/csv\r\n\r\n",
                  files[i].name);
        text_add(&form, files[i].bytes, files[i].n_bytes);
        text_addz(&form, "\r\n");
    }
    text_addz(&form, "--XyZ\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n");
    text_addz(&form, "--XyZ--\r\n");
    assert_int_equal(upload_read_form(form.bytes, form.n_bytes, "XyZ", &tables, NULL), MARU_OK);
    assert_files(&tables);
    tables_fini(&tables);
    for (size_t n = 0; n + 2 < form.n_bytes; n++) { // the last line break may be missing
        assert_int_equal(upload_read_form(form.bytes, n, "XyZ", &tables, NULL), MARU_E_INPUT);
        tables_fini(&tables);
    }
    assert_int_equal(upload_read_form(form.bytes, form.n_bytes, "", &tables, NULL), MARU_E_INPUT);
    assert_int_equal(upload_read_form(form.bytes, form.n_bytes, "Xy", &tables, NULL), MARU_E_INPUT);
    tables_fini(&tables);
    text_fini(&form);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zip_comes_out_as_it_went_in),
        cmocka_unit_test(folders_are_left_out_and_the_rest_is_passed_over),
        cmocka_unit_test(a_bomb_does_not_go_off),
        cmocka_unit_test(a_form_comes_out_as_it_went_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
