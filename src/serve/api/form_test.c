#include "serve/api/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// Parts come out as they went in, any cut is refused, and names are never longer than their room.

static const char form[] =
    "--B\r\nContent-Disposition: form-data; name=\"limits\"\r\n\r\nx=1..2\r\n"
    "--B\r\nContent-Disposition: form-data; name=\"file\"; "
    "filename=\"C:\\\\a.csv\"\r\nContent-Type: text/csv\r\n\r\na,b\r\n--C\r\n"
    "\r\n--B\r\nContent-Disposition: form-data; filename=\"x\"\r\n\r\n\r\n"
    "--B--\r\n";

static maru_status see(void *context, const struct form_part *part, maru_error *err) {
    char *out = context;
    const size_t n = strlen(out);
    (void)err;
    snprintf(out + n, 400 - n, "[%s|%s|%.*s]", part->name, part->file, (int)part->n, part->bytes);
    return MARU_OK;
}

static void parts_come_out(void **state) {
    (void)state;
    char out[400] = "";
    assert_int_equal(form_each(form, sizeof form - 1, "B", see, out, NULL), MARU_OK);
    assert_string_equal(out, "[limits||x=1..2][file|C:\\\\a.csv|a,b\r\n--C\r\n][|x|]");
}

static void a_cut_is_refused(void **state) {
    (void)state;
    for (size_t n = 0; n < sizeof form - 3; n++) { // the last line break may be missing
        char out[400] = "";
        maru_error err = {0};
        if (form_each(form, n, "B", see, out, &err) != MARU_E_INPUT || !err.text[0]) {
            fail_msg("%zu bytes are taken", n);
        }
    }
    char out[400] = "";
    assert_int_equal(form_each(form, sizeof form - 1, "", see, out, NULL), MARU_E_INPUT);
    assert_int_equal(form_each(form, sizeof form - 1, "C", see, out, NULL), MARU_E_INPUT);
    assert_string_equal(out, "");
}

static void long_names_are_none(void **state) {
    (void)state;
    char bytes[1200], out[400] = "", name[FORM_FILE_BYTES + 1];
    memset(name, 'a', FORM_FILE_BYTES);
    name[FORM_FILE_BYTES] = '\0';
    const int n = snprintf(bytes, sizeof bytes,
                           "--B\r\n name=\"%.80s\"; filename=\"%s\"\r\n\r\n1\r\n--B--", name, name);
    assert_int_equal(form_each(bytes, (size_t)n, "B", see, out, NULL), MARU_OK);
    assert_string_equal(out, "[||1]");
}

static void boundaries_are_found(void **state) {
    (void)state;
    static const char *const cases[][2] = {{"multipart/form-data; boundary=XyZ", "XyZ"},
                                           {"multipart/form-data; BOUNDARY=\"a b\"; q=1", "a"},
                                           {"multipart/form-data", ""},
                                           {"boundary=", ""}};
    char out[FORM_BOUNDARY_BYTES], type[200] = "boundary=";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        form_find_boundary(cases[i][0], out);
        assert_string_equal(out, cases[i][1]);
    }
    memset(type + 9, 'x', 100);
    form_find_boundary(type, out);
    assert_string_equal(out, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_out),
        cmocka_unit_test(a_cut_is_refused),
        cmocka_unit_test(long_names_are_none),
        cmocka_unit_test(boundaries_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
