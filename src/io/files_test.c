#include "io/files.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/snapshot.h"

static char folder[] = "/tmp/maru-files-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void what_is_written_is_read(void **state) {
    (void)state;
    struct text got;
    text_init(&got, 1 << 20);
    assert_int_equal(files_replace(path_of("a"), "first", 5, NULL), MARU_OK);
    assert_int_equal(chmod(path_of("a"), 0640), 0);
    assert_int_equal(files_replace(path_of("a"), "second", 6, NULL), MARU_OK);
    assert_int_equal(files_read(path_of("a"), &got, NULL), MARU_OK);
    assert_string_equal(got.bytes, "second");
    struct stat now;
    assert_int_equal(stat(path_of("a"), &now), 0);
    assert_int_equal(now.st_mode & 0777, 0640); // the mode of the old file stays
    text_fini(&got);
}

static void nothing_is_left_of_a_failed_write(void **state) {
    (void)state;
    maru_error err = {0};
    bool is_empty = false;
    assert_int_equal(files_make_folder(path_of("b/c"), NULL), MARU_OK);
    assert_int_equal(files_replace(path_of("b/missing/x"), "1", 1, &err), MARU_E_IO);
    assert_true(strlen(err.text) > 0);
    assert_int_equal(files_is_empty(path_of("b/c"), &is_empty, NULL), MARU_OK);
    assert_true(is_empty);
    assert_int_equal(files_is_empty(path_of("b"), &is_empty, NULL), MARU_OK);
    assert_false(is_empty);
    assert_int_equal(files_is_empty(path_of("nowhere"), &is_empty, NULL), MARU_OK);
    assert_true(is_empty);
    assert_int_equal(files_make_folder(path_of("a/under-a-file"), &err), MARU_E_IO);
    assert_int_equal(files_make_folder(path_of("a"), &err), MARU_E_IO);
    assert_int_equal(files_replace(path_of("b"), "1", 1, &err), MARU_E_IO); // a folder
}

static void limits_hold(void **state) {
    (void)state;
    struct text got;
    maru_error err = {0};
    text_init(&got, 3);
    assert_int_equal(files_replace(path_of("four"), "1234", 4, NULL), MARU_OK);
    assert_int_equal(files_read(path_of("four"), &got, &err), MARU_E_LIMIT);
    text_fini(&got);
    text_init(&got, 100);
    assert_int_equal(files_read(path_of("no-such-file"), &got, &err), MARU_E_IO);
    text_fini(&got);
}

// Law: a snapshot comes back as it was; one byte changed, one lost or one more is told.
static void snapshots_are_whole_or_refused(void **state) {
    (void)state;
    unsigned char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * 7);
    }
    struct text got, file;
    text_init(&got, 1 << 20);
    text_init(&file, 1 << 20);
    assert_int_equal(snapshot_write(path_of("s"), bytes, sizeof bytes, NULL), MARU_OK);
    assert_int_equal(snapshot_read(path_of("s"), &got, NULL), MARU_OK);
    assert_int_equal(got.n_bytes, sizeof bytes);
    assert_memory_equal(got.bytes, bytes, sizeof bytes);
    assert_int_equal(files_read(path_of("s"), &file, NULL), MARU_OK);
    for (size_t i = 0; i < file.n_bytes; i++) {
        maru_error err = {0};
        file.bytes[i] = (char)(file.bytes[i] ^ 0x10);
        assert_int_equal(files_replace(path_of("t"), file.bytes, file.n_bytes, NULL), MARU_OK);
        file.bytes[i] = (char)(file.bytes[i] ^ 0x10);
        text_clear(&got);
        if (snapshot_read(path_of("t"), &got, &err) != MARU_E_INPUT || err.text[0] == '\0') {
            fail_msg("byte %zu may be changed", i);
        }
    }
    for (size_t n = 0; n < file.n_bytes; n += 13) { // each prefix is refused
        assert_int_equal(files_replace(path_of("t"), file.bytes, n, NULL), MARU_OK);
        text_clear(&got);
        assert_int_equal(snapshot_read(path_of("t"), &got, NULL), MARU_E_INPUT);
    }
    text_fini(&got);
    text_fini(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(nothing_is_left_of_a_failed_write),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(snapshots_are_whole_or_refused),
    };
    const int failed = cmocka_run_group_tests(tests, make_folder, NULL);
    static const char *const left[] = {"a", "four", "s", "t"};
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        unlink(path_of(left[i]));
    }
    rmdir(path_of("b/c"));
    rmdir(path_of("b"));
    rmdir(folder);
    return failed;
}
