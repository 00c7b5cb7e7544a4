#include "io/executor/job_group.h"

#include <fcntl.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "io/executor/trial_launches.h"

// Jobs in control groups of their own, in a folder that this test makes where it may; and, without groups, on processors of their own. Which
// controllers a machine hands down differs: a limit is only asked for where its file is there. tests/control_groups.sh runs this test on a
// kernel that has them all, and says so (MARU_ALL_CONTROLLERS): then none may be missing.

static char groups[256];

// A folder of control groups that may be written: false where there is none.
static bool make_groups(void) {
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    bool is_made = false;
    for (const struct mntent *m = getmntent(mounts); !is_made && m; m = getmntent(mounts)) {
        if (strcmp(m->mnt_type, "cgroup2") == 0) {
            snprintf(groups, sizeof groups, "%.200s/maru-test-%d", m->mnt_dir, (int)getpid());
            is_made = mkdir(groups, 0755) == 0;
        }
    }
    endmntent(mounts);
    return is_made;
}

static bool has_file(const char *id, const char *name) {
    char path[400];
    snprintf(path, sizeof path, "%s/%s/%s", groups, id, name);
    return access(path, F_OK) == 0;
}

// Is it handed down to groups of jobs?
static bool has_controller(const char *name) {
    char path[400], text[200] = "";
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", groups);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = file >= 0 ? read(file, text, sizeof text - 1) : 0;
    text[n > 0 ? n : 0] = '\0';
    close(file);
    return strstr(text, name) != NULL;
}

static bool wants(const char *controller) {
    if (!has_controller(controller) && getenv("MARU_ALL_CONTROLLERS")) {
        fail_msg("no %s here", controller);
    }
    return has_controller(controller);
}

static const char *line_of(const char *id, const char *name) {
    static char text[256];
    char path[400];
    snprintf(path, sizeof path, "%s/%s/%s", groups, id, name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = file >= 0 ? read(file, text, sizeof text - 1) : 0;
    text[n > 0 ? n : 0] = '\0';
    close(file);
    return text;
}

static void limits_are_the_group_s(void **context) {
    (void)context;
    const char *const argv[] = {
        "sh", "-c", "echo >ready; i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 0.5",
        NULL};
    struct launch launch = usual("grouped", argv);
    launch.memory_mib = 64;
    launch.cpu_milli = 1500;
    start(&launch);
    wait_for_file("grouped", "work/ready");
    assert_true(strtol(line_of("grouped", "cgroup.procs"), NULL, 10) > 0);
    static const struct {
        const char *name, *want;
    } limit[] = {
        {"memory.max", "67108864\n"}, {"cpu.max", "150000 100000\n"}, {"pids.max", "100\n"}};
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++) {
        char controller[16];
        snprintf(controller, sizeof controller, "%.*s", (int)strcspn(limit[i].name, "."),
                 limit[i].name);
        if (wants(controller)) {
            assert_string_equal(line_of("grouped", limit[i].name), limit[i].want);
        } else {
            print_message("no %s here\n", controller);
        }
    }
    const struct launch_look its = ended("grouped");
    assert_int_equal(its.end, END_EXIT);
    assert_true(its.cpu_us > 0);
    assert_false(has_file("grouped", "cgroup.procs")); // it is gone with the job
}

static void memory_ends_the_job(void **context) {
    (void)context;
    const char *const argv[] = {"tail", "/dev/zero", NULL};
    struct launch launch = usual("greedy", argv);
    launch.memory_mib = 50;
    start(&launch);
    const struct launch_look its = ended("greedy");
    assert_int_equal(its.end, END_MEMORY);
    if (wants("memory")) { // not for a moment more: nobody has to look
        assert_in_range(its.max_memory_bytes, 50 << 20, 58 << 20); // and the pages of programs
    }
}

// Of many processes, in a file system in memory, and in a mapping that no process has for itself alone: it is one sum.
static void all_memory_is_one_sum(void **context) {
    (void)context;
    static const struct {
        const char *id, *argv[4];
    } way[] = {
        {"many",
         {"bash", "-c",
          "for i in 1 2 3 4; do (head -c 20M /dev/zero; sleep 50) | tail -c 20M & done; wait"}},
        {"folder",
         {"bash", "-c",
          "for i in 1 2 3; do head -c 20M /dev/zero >/dev/shm/$i; done; exec sleep 50"}},
        {"map", {"/job/bin/maru", "map", "60000000"}},
    };
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        struct launch launch = usual(way[i].id, way[i].argv);
        launch.memory_mib = 32;
        start(&launch);
        const struct launch_look its = ended(way[i].id);
        print_message("%s: %.1f s, %.1f MiB\n", way[i].id,
                      (double)(its.ended_us - its.started_us) / SECOND,
                      (double)its.max_memory_bytes / (1 << 20));
        assert_int_equal(its.end, END_MEMORY);
        if (wants("memory")) {
            assert_in_range(its.max_memory_bytes, 32 << 20, 40 << 20);
        }
    }
}

// What the test program does as a job: it holds shared memory.
static int hold(const char *bytes) {
    const size_t n = strtoul(bytes, NULL, 10);
    char *at = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        return 1;
    }
    memset(at, 1, n);
    sleep(50);
    return 0;
}

static void processors_are_held(void **context) {
    (void)context;
    if (!wants("cpu")) {
        skip();
    }
    const char *const argv[] = {"timeout", "3", "sh", "-c", "while :; do :; done", NULL};
    struct launch launch = usual("busy", argv);
    launch.cpu_milli = 200;
    start(&launch);
    const struct launch_look its = ended("busy");
    const int64_t took_us = its.ended_us - its.started_us;
    assert_true(took_us >= INT64_C(3) * SECOND);
    assert_in_range(its.cpu_us, took_us / 20, took_us / 4); // a fifth, and a period more
}

// Each process makes two as fast as it can. Only where the kernel holds it: nothing that looks is as quick.
static void a_storm_is_held(void **context) {
    (void)context;
    if (!wants("pids")) {
        skip();
    }
    const char *const argv[] = {
        "python3", "-c",
        "import os\nopen('ready', 'w')\nwhile True:\n  try: os.fork()\n  except OSError: pass",
        NULL};
    struct launch launch = usual("storm", argv);
    launch.grace_us = 0;
    start(&launch);
    wait_for_file("storm", "work/ready");
    int64_t most = 0;
    bool was_refused = false;
    while (look("storm").state == LAUNCH_RUNNING && !(was_refused && most >= 90)) {
        const int64_t now = strtol(line_of("storm", "pids.current"), NULL, 10);
        most = now > most ? now : most;
        was_refused = was_refused || strtol(line_of("storm", "pids.events") + 4, NULL, 10) > 0;
        usleep(20000);
    }
    assert_int_equal(executor_stop(executor, "storm", 0, NULL), MARU_OK);
    assert_int_equal(ended("storm").end, END_STOPPED);
    assert_true(was_refused);
    assert_in_range(most, 90, 100);
    assert_false(has_file("storm", "cgroup.procs"));
}

// A new start of the server takes controllers away for a moment; the limits are there again soon.
static void limits_come_back(void **context) {
    (void)context;
    if (!wants("memory")) {
        skip();
    }
    char script[1024];
    const char *const argv[] = {"sh", "-c", "echo >ready; sleep 60", NULL};
    struct launch launch = usual("renewed", argv);
    launch.memory_mib = 64;
    start(&launch);
    wait_for_file("renewed", "work/ready");
    snprintf(script, sizeof script,
             "echo -memory >%s/cgroup.subtree_control && echo +memory >%s/cgroup.subtree_control",
             groups, groups);
    assert_int_equal(command(script), 0);
    assert_string_equal(line_of("renewed", "memory.max"), "max\n"); // or this proves nothing
    for (int i = 0; i < 2000 && strcmp(line_of("renewed", "memory.max"), "67108864\n") != 0; i++) {
        usleep(10000);
    }
    assert_string_equal(line_of("renewed", "memory.max"), "67108864\n");
    assert_int_equal(executor_stop(executor, "renewed", 0, NULL), MARU_OK);
    assert_int_equal(ended("renewed").end, END_STOPPED);
}

// What leaves the job's processes, its session and its parents is still in its group.
static void nothing_is_left(void **context) {
    (void)context;
    start_shell("daemon", "setsid sh -c 'trap \"\" TERM HUP; (while :; do date >>beat; sleep 0.05; "
                          "done) &' & sleep 0.4");
    assert_int_equal(ended("daemon").end, END_EXIT);
    assert_true(is_still("daemon", "work/beat"));
    assert_false(has_file("daemon", "cgroup.procs"));
}

// A group that a killed shepherd left goes when its launch is forgotten.
static void a_lost_group_goes(void **context) {
    (void)context;
    char path[400], script[512];
    start_shell("lost", "echo >ready; sleep 60");
    wait_for_file("lost", "work/ready");
    snprintf(script, sizeof script,
             "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline | grep -q '[s]hepherd "
             "%s/launches/lost' && kill -9 ${p#/proc/}; done 2>/dev/null; true",
             state);
    assert_int_equal(command(script), 0);
    assert_int_equal(ended("lost").end, END_NODE);
    usleep(200000);
    assert_int_equal(executor_forget(executor, "lost", NULL), MARU_OK);
    snprintf(path, sizeof path, "%s/lost", groups);
    assert_int_not_equal(access(path, F_OK), 0);
}

// Without a sandbox what is left of a job whose shepherd was killed would go on for ever: its group ends it.
static void a_daemon_of_a_lost_job_ends(void **context) {
    (void)context;
    char script[512];
    struct local_settings bare = settings;
    bare.bwrap = "/no/bwrap";
    bare.allow_bare = true;
    executor_close(executor);
    assert_int_equal(local_executor_open(&bare, &executor, NULL), MARU_OK);
    assert_true(local_executor_is_bare(executor));
    start_shell("left",
                "(setsid sh -c 'trap \"\" TERM HUP; while :; do date >>beat; sleep 0.05; done' &); "
                "sleep 0.2; echo >ready; sleep 60");
    wait_for_file("left", "work/ready");
    snprintf(script, sizeof script,
             "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline | grep -q '[s]hepherd "
             "%s/launches/left' && kill -9 ${p#/proc/}; done 2>/dev/null; true",
             state);
    assert_int_equal(command(script), 0);
    assert_int_equal(ended("left").end, END_NODE);
    assert_false(is_still("left", "work/beat")); // or this proves nothing
    assert_int_equal(executor_forget(executor, "left", NULL), MARU_OK);
    assert_true(is_still("left", "work/beat"));
    assert_false(has_file("left", "cgroup.procs"));
    executor_close(executor);
    executor = open_executor();
}

static void other_folders_are_refused(void **context) {
    (void)context;
    static const char *const wrong[] = {"/tmp", "relative", "/no/such", "/proc"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct local_settings other = settings;
        struct executor *made = NULL;
        other.control_group = wrong[i];
        assert_int_equal(local_executor_open(&other, &made, NULL), MARU_E_INPUT);
    }
}

// ---- without groups: whole processors are a job's own, parts are shared, and where too few are free nobody is held to any

static void processors_are_taken(void **context) {
    (void)context;
    cpu_set_t all;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    if (CPU_COUNT(&all) < 2) {
        skip();
    }
    executor_close(executor);
    settings.control_group = NULL;
    executor = open_executor();
    const char *const argv[] = {
        "sh", "-c", "grep Cpus_allowed_list /proc/self/status | cut -f2 >cpus; sleep 1", NULL};
    const int n = CPU_COUNT(&all);
    char id[16], first[16][64];
    for (int i = 0; i < n && i < 16; i++) {
        snprintf(id, sizeof id, "cpu-%d", i);
        struct launch launch = usual(id, argv); // of one processor
        start(&launch);
    }
    for (int i = 0; i < n && i < 16; i++) {
        snprintf(id, sizeof id, "cpu-%d", i);
        (void)ended(id);
        snprintf(first[i], sizeof first[i], "%s", file_of(id, "work/cpus"));
        assert_null(strpbrk(first[i], ",-")); // one
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(first[i], first[k]);
        }
    }
    struct launch launch = usual("all", argv);
    launch.cpu_milli = (uint32_t)n * 1000;
    start(&launch);
    (void)ended("all");
    assert_non_null(strpbrk(file_of("all", "work/cpus"), ",-"));
}

static int remove_all(void **context) {
    (void)remove_root(context);
    return rmdir(groups);
}

int main(int argc, char **argv) {
    trial_shepherd(argc, argv);
    if (argc == 3 && strcmp(argv[1], "map") == 0) {
        return hold(argv[2]);
    }
    settings.max_processes = 100;
    const struct CMUnitTest without[] = {cmocka_unit_test(processors_are_taken)};
    if (!make_groups()) {
        fprintf(stderr, "skipped: no folder of control groups (version 2) may be written here\n");
        return cmocka_run_group_tests(without, make_root, remove_root) == 0 ? 77 : 1;
    }
    settings.control_group = groups;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_the_group_s),
        cmocka_unit_test(memory_ends_the_job),
        cmocka_unit_test(all_memory_is_one_sum),
        cmocka_unit_test(processors_are_held),
        cmocka_unit_test(a_storm_is_held),
        cmocka_unit_test(limits_come_back),
        cmocka_unit_test(nothing_is_left),
        cmocka_unit_test(a_lost_group_goes),
        cmocka_unit_test(a_daemon_of_a_lost_job_ends),
        cmocka_unit_test(other_folders_are_refused),
        cmocka_unit_test(processors_are_taken),
    };
    return cmocka_run_group_tests(tests, make_root, remove_all);
}
