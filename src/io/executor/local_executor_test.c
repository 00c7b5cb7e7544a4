#include "io/executor/local_executor.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/clock.h"
#include "io/executor/launch_record.h"
#include "io/executor/shepherd.h"
#include "io/files.h"

// Launches for real, with this program as their shepherd. What a sandbox keeps apart is in sandbox_test.c.

enum { SECOND = 1000000, LONGEST_S = 20 };

static char root[] = "/tmp/maru_local_XXXXXX";
static char state[64], folder[64], work[72];
static struct executor *executor;

static struct executor *open_executor(void) {
    const struct local_settings settings = {.state = state, .nvml = "", .allow_bare = true};
    struct executor *made = NULL;
    maru_error err = {0};
    if (local_executor_open(&settings, &made, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return made;
}

static const struct launch_part one_part = {.node = ""};

static struct launch usual(const char *id, const char *const *argv) {
    return (struct launch){.id = id,
                           .tenant = "t",
                           .project = "p",
                           .name = "n",
                           .folder = folder,
                           .argv = argv,
                           .part = &one_part,
                           .n_part = 1,
                           .cpu_milli = 1000,
                           .limit_us = 60 * (int64_t)SECOND,
                           .grace_us = 1 * (int64_t)SECOND};
}

static void start(const struct launch *launch) {
    maru_error err = {0};
    if (executor_start(executor, launch, &err) != MARU_OK) {
        fail_msg("%s: %s", launch->id, err.text);
    }
}

static void start_shell(const char *id, const char *script) {
    const char *const argv[] = {"sh", "-c", script, NULL};
    const struct launch launch = usual(id, argv);
    start(&launch);
}

static struct launch_look look(const char *id) {
    struct launch_look its = {0};
    maru_error err = {0};
    if (executor_look(executor, id, &its, &err) != MARU_OK) {
        fail_msg("%s: %s", id, err.text);
    }
    return its;
}

// How it ended; waits by the executor's own waiting.
static struct launch_look ended(const char *id) {
    const double until = clock_seconds() + LONGEST_S;
    struct launch_look its = look(id);
    while (its.state != LAUNCH_ENDED) {
        if (clock_seconds() > until) {
            fail_msg("%s has not ended, state %d", id, (int)its.state);
        }
        assert_int_equal(executor_wait(executor, SECOND / 2, NULL), MARU_OK);
        its = look(id);
    }
    return its;
}

static void read_into(const char *name, char *out, size_t n) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", work, name);
    struct text text;
    text_init(&text, 1 << 20);
    out[0] = '\0';
    if (files_read(path, &text, NULL) == MARU_OK && text.bytes) {
        snprintf(out, n, "%s", text.bytes);
    }
    text_fini(&text);
}

static void wait_for_file(const char *name) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", work, name);
    for (int i = 0; access(path, F_OK) != 0; i++) {
        if (i > LONGEST_S * 100) {
            fail_msg("%s does not come", name);
        }
        usleep(10000);
    }
}

static int make(void **context) {
    (void)context;
    if (!mkdtemp(root)) {
        return 1;
    }
    snprintf(state, sizeof state, "%s/state", root);
    snprintf(folder, sizeof folder, "%s/job", root);
    snprintf(work, sizeof work, "%s/job/work", root);
    if (mkdir(folder, 0700) != 0 || mkdir(work, 0700) != 0) {
        return 1;
    }
    executor = open_executor();
    return 0;
}

static int clean(void **context) {
    (void)context;
    executor_close(executor);
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", root);
    const pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(1);
    }
    return waitpid(child, NULL, 0) == child ? 0 : 1;
}

static void test_ends(void **context) {
    (void)context;
    start_shell("good", "echo hello; echo oops >&2");
    const struct launch_look good = ended("good");
    assert_int_equal(good.end, END_EXIT);
    assert_int_equal(good.exit_code, 0);
    assert_true(good.submitted_us <= good.started_us && good.started_us <= good.ended_us);
    assert_true(good.cpu_us >= 0 && good.node[0]);
    char said[64];
    read_into("../out", said, sizeof said);
    assert_string_equal(said, "hello\n");
    read_into("../err", said, sizeof said);
    assert_string_equal(said, "oops\n");
    start_shell("three", "exit 3");
    assert_int_equal(ended("three").exit_code, 3);
    start_shell("killed", "kill -KILL $$");
    const struct launch_look killed = ended("killed");
    assert_int_equal(killed.end, END_SIGNAL);
    assert_int_equal(killed.exit_code, SIGKILL);
    const char *const argv[] = {"no-such-program", NULL};
    const struct launch launch = usual("nosuch", argv);
    start(&launch);
    const struct launch_look nosuch = ended("nosuch");
    assert_int_equal(nosuch.end, END_FAILED);
    assert_non_null(strstr(nosuch.what, "no-such-program"));
}

// A launch happens once, however often it is asked for, by however many.
static void test_once(void **context) {
    (void)context;
    enum { N = 8 };
    pid_t child[N];
    for (int i = 0; i < N; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            const char *const argv[] = {"sh", "-c", "echo x >>once; sleep 0.2", NULL};
            const struct launch launch = usual("once", argv);
            _exit(executor_start(executor, &launch, NULL) == MARU_OK ? 0 : 1);
        }
    }
    for (int i = 0; i < N; i++) {
        int status = 1;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
    }
    (void)ended("once");
    start_shell("once", "echo y >>once"); // ended: it stays so
    char said[64];
    read_into("once", said, sizeof said);
    assert_string_equal(said, "x\n");
}

static void test_absent_and_forgotten(void **context) {
    (void)context;
    assert_int_equal(look("nobody").state, LAUNCH_ABSENT);
    assert_int_equal(executor_stop(executor, "nobody", 0, NULL), MARU_OK);
    assert_int_equal(executor_forget(executor, "nobody", NULL), MARU_OK);
    start_shell("forgotten", "sleep 30");
    assert_int_equal(executor_forget(executor, "forgotten", NULL), MARU_E_RANGE);
    assert_int_equal(executor_stop(executor, "forgotten", 0, NULL), MARU_OK);
    (void)ended("forgotten");
    assert_int_equal(executor_forget(executor, "forgotten", NULL), MARU_OK);
    assert_int_equal(look("forgotten").state, LAUNCH_ABSENT);
    char path[128];
    snprintf(path, sizeof path, "%s/launches/forgotten", state);
    assert_int_not_equal(access(path, F_OK), 0);
}

// Time is up: also for who ignores signals, forks twice and takes a session of its own.
static void test_limit(void **context) {
    (void)context;
    const char *const argv[] = {
        "sh", "-c",
        "trap '' TERM; setsid sh -c 'trap \"\" TERM; (sh -c \"trap \\\"\\\" TERM; while :; do date "
        ">>limit; sleep 0.05; done\" &) ' ; sleep 100",
        NULL};
    struct launch launch = usual("limit", argv);
    launch.limit_us = SECOND;
    launch.grace_us = SECOND / 4;
    start(&launch);
    const struct launch_look its = ended("limit");
    assert_int_equal(its.end, END_LIMIT);
    const int64_t took_us = its.ended_us - its.started_us;
    assert_true(took_us >= SECOND * 9 / 10 && took_us < SECOND * 2);
    char path[128];
    struct stat before, after;
    snprintf(path, sizeof path, "%s/limit", work);
    assert_int_equal(stat(path, &before), 0);
    usleep(200000);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size); // nothing of it is left
}

// The signal reaches the program that handles it, and not the shell that waits for it.
static void test_checkpoint(void **context) {
    (void)context;
    const char *const argv[] = {"sh", "-c",
                                "sh -c 'trap \"echo saved >saved; exit 0\" USR1; echo >ready; "
                                "while :; do sleep 0.05; done'; exit 7",
                                NULL};
    struct launch launch = usual("checkpoint", argv);
    launch.checkpoint_signal = SIGUSR1;
    start(&launch);
    wait_for_file("ready");
    assert_int_equal(executor_stop(executor, "checkpoint", 5 * (int64_t)SECOND, NULL), MARU_OK);
    const struct launch_look its = ended("checkpoint");
    assert_int_equal(its.end, END_STOPPED);
    assert_int_equal(its.exit_code, 7);
    assert_true(its.ended_us - its.started_us < 4 * (int64_t)SECOND);
    char said[64];
    read_into("saved", said, sizeof said);
    assert_string_equal(said, "saved\n");
}

// The shepherd is killed: so is the job, and it is seen at once.
static void test_shepherd_killed(void **context) {
    (void)context;
    if (local_executor_is_bare(executor)) {
        skip();
    }
    start_shell("lost", "while :; do date >>lost; sleep 0.02; done");
    wait_for_file("lost");
    char path[128];
    snprintf(path, sizeof path, "%s/launches/lost", state);
    char command[256];
    snprintf(command, sizeof command,
             "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q 'shepherd "
             "%s' && kill -9 ${p#/proc/}; done; true",
             path);
    const pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    const struct launch_look its = ended("lost");
    assert_int_equal(its.end, END_NODE);
    usleep(100000);
    char file[128];
    struct stat before, after;
    snprintf(file, sizeof file, "%s/lost", work);
    assert_int_equal(stat(file, &before), 0);
    usleep(200000);
    assert_int_equal(stat(file, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    start_shell("lost", "echo again >again"); // it is known, and does not start again
    assert_int_equal(look("lost").end, END_NODE);
}

// Who has started jobs is killed; the next finds them all, and their ends.
static void test_survives(void **context) {
    (void)context;
    for (int round = 0; round < 3; round++) {
        char id[32];
        snprintf(id, sizeof id, "survives-%d", round);
        const pid_t child = fork();
        if (child == 0) {
            const char *const argv[] = {"sh", "-c", "sleep 0.5; exit 5", NULL};
            const struct launch launch = usual(id, argv);
            struct executor *own = open_executor();
            if (executor_start(own, &launch, NULL) == MARU_OK) {
                (void)kill(getpid(), SIGKILL);
            }
            _exit(1);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(look(id).state, LAUNCH_RUNNING);
    }
    for (int round = 0; round < 3; round++) {
        char id[32];
        snprintf(id, sizeof id, "survives-%d", round);
        const struct launch_look its = ended(id);
        assert_int_equal(its.end, END_EXIT);
        assert_int_equal(its.exit_code, 5);
    }
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "shepherd") == 0) {
        return shepherd_main(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_absent_and_forgotten),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_shepherd_killed),
        cmocka_unit_test(test_survives),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
