// Tests only: launches for real in a folder of their own, with the test program itself as their shepherd (trial_shepherd).
#ifndef IO_EXECUTOR_TRIAL_LAUNCHES_H
#define IO_EXECUTOR_TRIAL_LAUNCHES_H

#include <setjmp.h>
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
#include "io/executor/local_executor.h"
#include "io/executor/shepherd.h"
#include "io/files.h"

enum { SECOND = 1000000, LONGEST_S = 90 };

static char root[] = "/tmp/maru_launch_XXXXXX";
static char state[64];
static struct executor *executor;
static struct local_settings settings = {.state = state, .nvml = ""};

static inline struct executor *open_executor(void) {
    struct executor *made = NULL;
    maru_error err = {0};
    if (local_executor_open(&settings, &made, &err) != MARU_OK) {
        fprintf(stderr, "skipped: %s\n", err.text);
        exit(77);
    }
    return made;
}

// Each launch has a folder of its own: ROOT/ID, with work in it.
struct trial_path {
    char text[192];
};
static inline struct trial_path path_of(const char *id, const char *name) {
    struct trial_path path;
    snprintf(path.text, sizeof path.text, "%s/%s/%s", root, id, name);
    return path;
}

static const struct launch_part one_part = {.node = ""};

// A launch of this command; good until the next one.
static inline struct launch usual(const char *id, const char *const *argv) {
    static struct trial_path folder;
    snprintf(folder.text, sizeof folder.text, "%s/%s", root, id);
    (void)mkdir(folder.text, 0700);
    (void)mkdir(path_of(id, "work").text, 0700);
    return (struct launch){.id = id,
                           .tenant = "t",
                           .project = "p",
                           .name = "n",
                           .folder = folder.text,
                           .argv = argv,
                           .part = &one_part,
                           .n_part = 1,
                           .cpu_milli = 1000,
                           .limit_us = 60 * (int64_t)SECOND,
                           .grace_us = 1 * (int64_t)SECOND};
}

static inline void start(const struct launch *launch) {
    maru_error err = {0};
    if (executor_start(executor, launch, &err) != MARU_OK) {
        fail_msg("%s: %s", launch->id, err.text);
    }
}

static inline void start_shell(const char *id, const char *script) {
    const char *const argv[] = {"bash", "-c", script, NULL};
    const struct launch launch = usual(id, argv);
    start(&launch);
}

static inline struct launch_look look(const char *id) {
    struct launch_look its = {0};
    maru_error err = {0};
    if (executor_look(executor, id, &its, &err) != MARU_OK) {
        fail_msg("%s: %s", id, err.text);
    }
    return its;
}

// How it ended; waits by the executor's own waiting.
static inline struct launch_look ended(const char *id) {
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

// A file of a launch, "" where there is none; good until the next call.
static inline const char *file_of(const char *id, const char *name) {
    static char bytes[1 << 16];
    struct text text;
    text_init(&text, sizeof bytes - 1);
    bytes[0] = '\0';
    if (files_read(path_of(id, name).text, &text, NULL) == MARU_OK && text.bytes) {
        snprintf(bytes, sizeof bytes, "%s", text.bytes);
    }
    text_fini(&text);
    return bytes;
}

static inline void wait_for_file(const char *id, const char *name) {
    for (int i = 0; access(path_of(id, name).text, F_OK) != 0; i++) {
        if (i > LONGEST_S * 100) {
            fail_msg("%s of %s does not come", name, id);
        }
        usleep(10000);
    }
}

// Does nothing write to it any more? True when it has not grown for a while.
static inline bool is_still(const char *id, const char *name) {
    struct stat before = {0}, after = {0};
    if (stat(path_of(id, name).text, &before) != 0) {
        return false;
    }
    usleep(200000);
    return stat(path_of(id, name).text, &after) == 0 && before.st_size == after.st_size;
}

// A command of this machine, outside of every sandbox.
static inline int command(const char *script) {
    const pid_t child = fork();
    if (child == 0) {
        execl("/bin/bash", "bash", "-c", script, (char *)NULL);
        _exit(1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static inline int make_root(void **context) {
    (void)context;
    if (!mkdtemp(root)) {
        return 1;
    }
    snprintf(state, sizeof state, "%s/state", root);
    executor = open_executor();
    return 0;
}

static inline int remove_root(void **context) {
    (void)context;
    executor_close(executor);
    char script[96];
    snprintf(script, sizeof script, "rm -rf %s", root);
    return command(script);
}

// What a test's main does first: is this process a shepherd?
static inline void trial_shepherd(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "shepherd") == 0) {
        exit(shepherd_main(argv[2]));
    }
}

#endif
