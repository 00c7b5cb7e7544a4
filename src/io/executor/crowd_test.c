#include <dirent.h>
#include <grp.h>

#include "io/executor/trial_launches.h"

// Processes that make processes, bounded by the kernel: the limit is that of the job's own user namespace, so it holds where the
// executor is not root. As root this test becomes nobody first; what doubles itself is only begun where a line of sleepers was bounded.

enum { MOST = 60, NOBODY = 65534 };

static bool is_bounded;

static struct launch_look run(const char *id, const char *script) {
    const char *const argv[] = {"bash", "-c", script, NULL};
    struct launch launch = usual(id, argv);
    launch.limit_us = 3 * (int64_t)SECOND;
    launch.grace_us = SECOND / 10;
    start(&launch);
    return ended(id);
}

static void the_kernel_bounds_them(void **context) {
    (void)context;
    (void)run("limit", "ulimit -Hu; ulimit -u 100000 2>/dev/null && echo raised");
    assert_string_equal(file_of("limit", "out"), "60\n");
    const char *const argv[] = {
        "perl", "-e",
        "for (1 .. 200) { my $p = fork; if (!defined $p) { print $_; last } "
        "if (!$p) { sleep 5; exit } }",
        NULL};
    struct launch launch = usual("line", argv);
    launch.limit_us = 3 * (int64_t)SECOND;
    start(&launch);
    (void)ended("line");
    const long refused = strtol(file_of("line", "out"), NULL, 10); // the first that was not made
    assert_true(refused > 10 && refused <= MOST);
    is_bounded = true;
}

// Processes of this user.
static int count_own(void) {
    DIR *proc = opendir("/proc");
    int n = 0;
    assert_non_null(proc);
    for (const struct dirent *e = readdir(proc); e; e = readdir(proc)) {
        char path[300];
        struct stat its;
        snprintf(path, sizeof path, "/proc/%s", e->d_name);
        n += e->d_name[0] >= '1' && e->d_name[0] <= '9' && stat(path, &its) == 0 &&
             its.st_uid == getuid();
    }
    closedir(proc);
    return n;
}

static void a_bomb_stays_small(void **context) {
    (void)context;
    enum { AROUND = 8, LOOKS = 20 }; // its shepherd, its sandbox, and what else begins meanwhile
    if (!is_bounded) {
        fail_msg("there is no bound, so this is not begun");
    }
    const int before = count_own();
    const char *const argv[] = {"bash", "-c", "b() { b | b & }; b 2>/dev/null; sleep 10", NULL};
    struct launch launch = usual("bomb", argv);
    launch.limit_us = 2 * (int64_t)SECOND;
    launch.grace_us = SECOND / 10;
    start(&launch);
    for (int i = 0; i < LOOKS; i++) {
        assert_true(count_own() <= before + MOST + AROUND);
        usleep(50000);
    }
    (void)ended("bomb");
    assert_true(count_own() <= before);
    start_shell("after", "echo well");
    assert_int_equal(ended("after").exit_code, 0);
}

int main(int argc, char **argv) {
    trial_shepherd(argc, argv);
    if (getuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) {
        fprintf(stderr, "skipped: this process cannot become nobody\n");
        return 77;
    }
    settings.max_processes = MOST;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_bounds_them),
        cmocka_unit_test(a_bomb_stays_small),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
