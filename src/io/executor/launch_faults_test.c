#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "io/executor/job_processes.h"
#include "io/executor/trial_launches.h"

// Launches on a disk that is full to any page, and many of them: what is refused has started nothing and starts later, what ran has its end,
// and nothing stays. MARU_LAUNCHES says how many (100).

enum { DISK_BYTES = 1 << 20, PAGE = 4096, MOST_PAGES = 14, AT_ONCE = 10, USUAL_LAUNCHES = 100 };

static bool has_disk; // the root is a small disk of its own

// Fill it up to so many pages.
static void fill(int n_left) {
    static const char page[PAGE] = {1};
    char path[96];
    snprintf(path, sizeof path, "%s/filler", root);
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    off_t n = 0;
    while (write(file, page, sizeof page) == (ssize_t)sizeof page) {
        n += PAGE;
    }
    const off_t left = (off_t)n_left * PAGE;
    assert_int_equal(ftruncate(file, n > left ? n - left : 0), 0);
    close(file);
}

static void empty(void) {
    char path[96];
    snprintf(path, sizeof path, "%s/filler", root);
    assert_int_equal(unlink(path), 0);
}

static void remove_launch(const char *id) {
    char script[160];
    assert_int_equal(executor_forget(executor, id, NULL), MARU_OK);
    snprintf(script, sizeof script, "rm -rf %s/%s", root, id);
    assert_int_equal(command(script), 0);
}

static void a_full_disk(void **context) {
    (void)context;
    if (!has_disk) {
        skip();
    }
    int n_refused = 0, n_run = 0;
    for (int n_left = 0; n_left < MOST_PAGES; n_left++) {
        char id[16];
        snprintf(id, sizeof id, "full-%d", n_left);
        const char *const argv[] = {
            "sh", "-c", "echo x >>/work/ran || exit 4; head -c 2M /dev/zero >>/work/ran; exit 3",
            NULL};
        const struct launch launch = usual(id, argv);
        fill(n_left);
        maru_error err = {0};
        const maru_status st = executor_start(executor, &launch, &err);
        if (st != MARU_OK) { // nothing was started, and it says why
            assert_int_equal(st, MARU_E_IO);
            assert_non_null(strstr(err.text, "No space left"));
            assert_int_equal(look(id).state, LAUNCH_ABSENT);
            assert_string_equal(file_of(id, "work/ran"), "");
            n_refused++;
            empty();
            start(&launch);
        } else { // the job itself fills what is left; its end has its room
            const struct launch_look its = ended(id);
            assert_int_equal(its.end, END_EXIT);
            assert_true(its.exit_code == 3 || its.exit_code == 4);
            n_run++;
            empty();
        }
        const struct launch_look its = ended(id);
        assert_int_equal(its.end, END_EXIT);
        assert_true(its.exit_code == 3 || its.exit_code == 4);
        remove_launch(id);
    }
    assert_true(n_refused > 0 && n_run > 0);
}

static int count_files(const char *folder) {
    DIR *dir = opendir(folder);
    int n = 0;
    assert_non_null(dir);
    for (const struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        n += e->d_name[0] != '.';
    }
    closedir(dir);
    return n;
}

static int count_in(const char *name) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", state, name);
    return count_files(path);
}

static void many_leave_nothing(void **context) {
    (void)context;
    const char *asked = getenv("MARU_LAUNCHES");
    const int n = asked ? (int)strtol(asked, NULL, 10) : USUAL_LAUNCHES;
    const int n_file = count_files("/proc/self/fd");
    const int n_launch = count_in("launches"), n_lock = count_in("locks");
    const char *const argv[] = {"true", NULL};
    const double begin = clock_seconds();
    char id[32];
    for (int i = 0; i < n + AT_ONCE; i++) {
        if (i < n) {
            snprintf(id, sizeof id, "many-%d", i);
            const struct launch launch = usual(id, argv);
            start(&launch);
        }
        if (i >= AT_ONCE) {
            snprintf(id, sizeof id, "many-%d", i - AT_ONCE);
            assert_int_equal(ended(id).exit_code, 0);
            remove_launch(id);
        }
    }
    print_message("%.1f ms a launch, of %d\n", (clock_seconds() - begin) * 1000 / n, n);
    assert_int_equal(count_files("/proc/self/fd"), n_file);
    assert_int_equal(count_in("launches"), n_launch);
    assert_int_equal(count_in("locks"), n_lock);
    struct job_processes own = {0};
    job_processes_find(&own, getpid());
    assert_int_equal(own.n, 1); // no child
    job_processes_fini(&own);
    char script[160];
    snprintf(script, sizeof script,
             "! cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -q '[s]hepherd %s'",
             state);
    assert_int_equal(command(script), 0);
}

// A small disk over the root, in a mount namespace of this process.
static int make_disk(void **context) {
    if (!mkdtemp(root)) {
        return 1;
    }
    char size[48];
    snprintf(size, sizeof size, "size=%d", DISK_BYTES);
    has_disk = unshare(CLONE_NEWNS) == 0 &&
               mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
               mount("tmpfs", root, "tmpfs", 0, size) == 0;
    (void)context;
    snprintf(state, sizeof state, "%s/state", root);
    executor = open_executor();
    return 0;
}

static int leave_disk(void **context) {
    executor_close(executor);
    executor = NULL;
    if (has_disk) {
        (void)umount2(root, MNT_DETACH);
    }
    return remove_root(context);
}

int main(int argc, char **argv) {
    trial_shepherd(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(many_leave_nothing),
    };
    return cmocka_run_group_tests(tests, make_disk, leave_disk);
}
