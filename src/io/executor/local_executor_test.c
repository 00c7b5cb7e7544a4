#include "io/executor/local_executor.h"

#include <signal.h>

#include "io/executor/launch_record.h"
#include "io/executor/trial_launches.h"

// Launches for real. What a sandbox keeps apart is in sandbox_test.c.

static void test_ends(void **context) {
    (void)context;
    start_shell("good", "echo hello; echo oops >&2");
    const struct launch_look good = ended("good");
    assert_int_equal(good.end, END_EXIT);
    assert_int_equal(good.exit_code, 0);
    assert_true(good.submitted_us <= good.started_us && good.started_us <= good.ended_us);
    assert_true(good.cpu_us >= 0 && good.node[0]);
    assert_string_equal(file_of("good", "out"), "hello\n");
    assert_string_equal(file_of("good", "err"), "oops\n");
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
    assert_string_equal(file_of("once", "work/once"), "x\n");
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
    assert_true(is_still("limit", "work/limit")); // nothing of it is left
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
    wait_for_file("checkpoint", "work/ready");
    assert_int_equal(executor_stop(executor, "checkpoint", 5 * (int64_t)SECOND, NULL), MARU_OK);
    const struct launch_look its = ended("checkpoint");
    assert_int_equal(its.end, END_STOPPED);
    assert_int_equal(its.exit_code, 7);
    assert_true(its.ended_us - its.started_us < 4 * (int64_t)SECOND);
    assert_string_equal(file_of("checkpoint", "work/saved"), "saved\n");
}

// The shepherd is killed: so is the job, and it is seen at once.
static void test_shepherd_killed(void **context) {
    (void)context;
    if (local_executor_is_bare(executor)) {
        skip();
    }
    start_shell("lost", "while :; do date >>lost; sleep 0.02; done");
    wait_for_file("lost", "work/lost");
    char script[256];
    snprintf(script, sizeof script,
             "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline | grep -q '[s]hepherd "
             "%s/launches/lost' "
             "&& kill -9 ${p#/proc/}; done 2>/dev/null; true",
             state);
    assert_int_equal(command(script), 0);
    const struct launch_look its = ended("lost");
    assert_int_equal(its.end, END_NODE);
    usleep(100000);
    assert_true(is_still("lost", "work/lost"));
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
    trial_shepherd(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_absent_and_forgotten),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_shepherd_killed),
        cmocka_unit_test(test_survives),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
