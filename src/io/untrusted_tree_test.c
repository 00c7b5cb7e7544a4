#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/untrusted_tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Laws: nothing outside of the folder is ever opened, listed or removed, whatever stands in it.

struct scene {
    char root[64], folder[80], secret[80];
};

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void in(const struct scene *s, const char *name, char out[300]) {
    snprintf(out, 300, "%s/%s", s->folder, name);
}

static int setup(void **state) {
    static struct scene s;
    char path[300];
    snprintf(s.root, sizeof s.root, "/tmp/maru_tree_XXXXXX");
    if (!mkdtemp(s.root)) {
        return -1;
    }
    snprintf(s.folder, sizeof s.folder, "%s/job", s.root);
    snprintf(s.secret, sizeof s.secret, "%s/secret", s.root);
    mkdir(s.folder, 0700);
    write_file(s.secret, "of somebody else");
    in(&s, "a", path);
    mkdir(path, 0700);
    in(&s, "a/b", path);
    mkdir(path, 0700);
    in(&s, "a/b/model.bin", path);
    write_file(path, "12345");
    in(&s, "out.txt", path);
    write_file(path, "hello");
    in(&s, ".maru", path);
    mkdir(path, 0700);
    in(&s, ".maru/out", path);
    write_file(path, "log");
    in(&s, "link", path);
    (void)!symlink(s.secret, path);
    in(&s, "up", path);
    (void)!symlink("..", path);
    in(&s, "a/pipe", path);
    (void)mkfifo(path, 0600);
    *state = &s;
    return 0;
}

static int teardown(void **state) {
    const struct scene *s = *state;
    maru_error err = {0};
    const bool is_well = tree_remove(s->folder, &err) == MARU_OK && access(s->secret, F_OK) == 0;
    unlink(s->secret);
    return is_well && rmdir(s->root) == 0 ? 0 : -1;
}

static void test_open(void **state) {
    const struct scene *s = *state;
    static const struct {
        const char *path;
        int64_t n_bytes; // -1: refused
    } cases[] = {{"out.txt", 5},
                 {"a/b/model.bin", 5},
                 {".maru/out", 3},
                 {"/a//b/model.bin", 5},
                 {"link", -1},
                 {"up/secret", -1},
                 {"../secret", -1},
                 {"a/../../secret", -1},
                 {"a/./b/model.bin", -1},
                 {"", -1},
                 {"a", -1},
                 {"a/pipe", -1},
                 {"nothing", -1},
                 {"out.txt/x", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int file = -1;
        int64_t n_bytes = -1;
        const maru_status st = tree_open_file(s->folder, cases[i].path, &file, &n_bytes, NULL);
        if ((st == MARU_OK ? n_bytes : -1) != cases[i].n_bytes) {
            fail_msg("'%s': %lld, want %lld", cases[i].path, (long long)n_bytes,
                     (long long)cases[i].n_bytes);
        }
        if (file >= 0) {
            close(file);
        }
    }
}

static maru_status add_path(void *context, const struct tree_file *file, maru_error *err) {
    struct text *out = context;
    (void)err;
    text_addf(out, "%s:%lld ", file->path, (long long)file->n_bytes);
    return MARU_OK;
}

static void test_list(void **state) {
    const struct scene *s = *state;
    struct text out;
    bool is_all = false;
    text_init(&out, 1 << 12);
    assert_int_equal(tree_each_file(s->folder, 100, add_path, &out, &is_all, NULL), MARU_OK);
    assert_true(is_all);
    assert_int_equal(out.n_bytes, strlen("out.txt:5 a/b/model.bin:5 "));
    assert_non_null(strstr(out.bytes, "a/b/model.bin:5 "));
    assert_non_null(strstr(out.bytes, "out.txt:5 "));
    text_clear(&out);
    assert_int_equal(tree_each_file(s->folder, 1, add_path, &out, &is_all, NULL), MARU_OK);
    assert_false(is_all);
    text_fini(&out);
}

// Ten thousand folders inside of each other, far longer than any path may be.
static void test_deep(void **state) {
    const struct scene *s = *state;
    enum { DEPTH = 10000 };
    bool is_all = true;
    struct text out;
    int at = open(s->folder, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < DEPTH; i++) {
        assert_int_equal(mkdirat(at, "deep", i == DEPTH - 1 ? 0000 : 0700), 0);
        const int below = openat(at, "deep", O_RDONLY | O_DIRECTORY);
        if (below < 0) {
            break; // without its right, where this is not root
        }
        close(at);
        at = below;
    }
    close(at);
    text_init(&out, 1 << 12);
    assert_int_equal(tree_each_file(s->folder, 100, add_path, &out, &is_all, NULL), MARU_OK);
    assert_false(is_all);
    text_fini(&out);
}

static void test_nothing(void **state) {
    (void)state;
    bool is_all = false;
    assert_int_equal(tree_remove("/tmp/maru_tree_is_not_there", NULL), MARU_OK);
    assert_int_equal(
        tree_each_file("/tmp/maru_tree_is_not_there", 1, add_path, NULL, &is_all, NULL), MARU_OK);
    assert_true(is_all);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_open, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_list, setup, teardown),
                                       cmocka_unit_test_setup_teardown(test_deep, setup, teardown),
                                       cmocka_unit_test(test_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
