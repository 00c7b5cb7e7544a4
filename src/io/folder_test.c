#include "io/folder.h"

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

#include "base/alloc.h"

// A folder with all that may lie in one: tables in two character sets, other files, a link, a pipe,
// a folder.

static char root[] = "/tmp/maru_folder_XXXXXX";

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void put(const char *name, const char *text) {
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

// "공정" in CP949.
#define CP949_NAME "\xB0\xF8\xC1\xA4"

static int make(void **state) {
    (void)state;
    if (!mkdtemp(root)) {
        return 1;
    }
    put("routes.csv", "route,tools,time\n" CP949_NAME "," CP949_NAME ",10 min\n");
    put("tools.csv", "tools,count\n공정,2\n");
    put("releases.csv", "stream,product,every\ns,공정,30 min\n");
    put("README.md", "not a table");
    put(".hidden.csv", "not a table");
    put("notes.txt", "not read");
    if (symlink("tools.csv", path_of("moves.csv")) != 0 || mkfifo(path_of("pipe.csv"), 0600) != 0) {
        return 1;
    }
    return mkdir(path_of("folder.csv"), 0700);
}

static int clean(void **state) {
    (void)state;
    const char *const name[] = {"routes.csv",  "tools.csv", "releases.csv", "README.md",
                                ".hidden.csv", "notes.txt", "moves.csv",    "pipe.csv"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        unlink(path_of(name[i]));
    }
    rmdir(path_of("folder.csv"));
    return rmdir(root);
}

static const maru_fault *note_of(const maru_faults *faults, const char *file) {
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        if (strcmp(maru_faults_get(faults, i)->file, file) == 0) {
            return maru_faults_get(faults, i);
        }
    }
    fail_msg("nothing is said about %s", file);
    return NULL;
}

static void reads_a_plant(void **state) {
    (void)state;
    maru_faults *faults = maru_faults_new();
    maru_plant *plant = NULL;
    maru_error err = {0};
    if (maru_plant_open(root, faults, &plant, &err) != MARU_OK) {
        fail_msg("%s:%u: %s", err.file, err.row, err.text);
    }
    assert_int_equal(maru_plant_sizes(plant).n_tool, 2);
    assert_int_equal(maru_faults_kept(faults), 3);
    assert_non_null(strstr(note_of(faults, "routes.csv")->wrong, "CP949"));
    assert_non_null(strstr(note_of(faults, "moves.csv")->wrong, "link"));
    assert_non_null(strstr(note_of(faults, "notes.txt")->wrong, "unknown file"));
    maru_plant_free(plant);
    maru_faults_free(faults);
}

static void reads_tables_by_name(void **state) {
    (void)state;
    struct folder folder;
    assert_int_equal(folder_open(&folder, root, NULL), MARU_OK);
    assert_int_equal(folder.n_file, 5);
    for (size_t i = 1; i < folder.n_file; i++) {
        assert_true(strcmp(folder.file[i - 1].name, folder.file[i].name) < 0);
    }
    folder_close(&folder);
}

static void refuses_what_is_no_folder(void **state) {
    (void)state;
    maru_error err = {0};
    maru_plant *plant = NULL;
    assert_int_equal(maru_plant_open(path_of("nowhere"), NULL, &plant, &err), MARU_E_IO);
    assert_non_null(strstr(err.text, "nowhere"));
    assert_int_equal(maru_plant_open(path_of("tools.csv"), NULL, &plant, &err), MARU_E_IO);
    assert_null(plant);
}

static void survives_without_memory(void **state) {
    (void)state;
    for (uint64_t k = 0;; k++) {
        maru_plant *plant = NULL;
        alloc_fail_after(k);
        const maru_status st = maru_plant_open(root, NULL, &plant, NULL);
        alloc_fail_after(UINT64_MAX);
        maru_plant_free(plant);
        if (st == MARU_OK) {
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_plant),
        cmocka_unit_test(reads_tables_by_name),
        cmocka_unit_test(refuses_what_is_no_folder),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
