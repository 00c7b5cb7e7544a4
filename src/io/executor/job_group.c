#include "io/executor/job_group.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "base/status.h"
#include "io/files.h"

// source: Linux, Documentation/admin-guide/cgroup-v2.rst. A group without processes hands controllers down to groups below it; a file that
// a controller would have is not there where it was not handed down.

enum {
    GROUP_MODE = 0755,
    PERIOD_US = 100000,
    LEAST_QUOTA_US = 1000, // that the kernel takes
    WEIGHT_OF_CPU = 100,   // cpu.weight of one processor
    MAX_WEIGHT = 10000,
    LINE_BYTES = 4096,
    NAME_BYTES = 4096,
    GONE_TRIES = 200, // 10 ms each
};

static bool path_to(char path[NAME_BYTES], const char *folder, const char *id, const char *name) {
    const int n = snprintf(path, NAME_BYTES, "%s/%s/%s", folder, id, name);
    return n > 0 && n < NAME_BYTES;
}

static bool put(const char *folder, const char *id, const char *name, const char *text) {
    char path[NAME_BYTES];
    const int file =
        path_to(path, folder, id, name) ? open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    const bool is_put = file >= 0 && files_write_all(file, text, strlen(text));
    if (file >= 0) {
        close(file);
    }
    return is_put;
}

static bool get(const char *folder, const char *id, const char *name, char out[LINE_BYTES]) {
    char path[NAME_BYTES];
    const int file =
        path_to(path, folder, id, name) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    const ssize_t n = file >= 0 ? read(file, out, LINE_BYTES - 1) : -1;
    if (file >= 0) {
        close(file);
    }
    out[n > 0 ? n : 0] = '\0';
    return n > 0;
}

// The number behind a name at the beginning of a line, or of the whole for ""; -1: there is none.
static int64_t number_of(const char *text, const char *name) {
    const size_t n_name = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *at = line + n_name + (n_name > 0);
        const size_t n = strncmp(line, name, n_name) == 0 ? strspn(at, "0123456789") : 0;
        int64_t value = 0;
        if (n > 0 && number_int64(at, n, &value)) {
            return value;
        }
    }
    return -1;
}

static void put_number(const struct launch_spec *spec, const char *name, uint64_t value) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    (void)put(spec->control_group, spec->id, name, text);
}

static void limit_processors(const struct launch_spec *spec) {
    char text[48];
    const uint64_t quota = (uint64_t)spec->cpu_milli * PERIOD_US / 1000;
    const uint64_t weight = (uint64_t)spec->cpu_milli * WEIGHT_OF_CPU / 1000;
    snprintf(text, sizeof text, "%llu %d",
             (unsigned long long)(quota > LEAST_QUOTA_US ? quota : LEAST_QUOTA_US), PERIOD_US);
    (void)put(spec->control_group, spec->id, "cpu.max", text);
    put_number(spec, "cpu.weight", weight < 1 ? 1 : weight < MAX_WEIGHT ? weight : MAX_WEIGHT);
}

static void set_limits(const struct launch_spec *spec) {
    if (spec->memory_bytes > 0) {
        put_number(spec, "memory.max", spec->memory_bytes);
        put_number(spec, "memory.swap.max", 0);
        put_number(spec, "memory.oom.group", 1);
    }
    if (spec->cpu_milli > 0) {
        limit_processors(spec);
    }
    if (spec->max_processes > 0) {
        put_number(spec, "pids.max", spec->max_processes);
    }
}

maru_status job_group_make(const struct launch_spec *spec, maru_error *err) {
    char path[NAME_BYTES];
    if (!path_to(path, spec->control_group, spec->id, "") ||
        (mkdir(path, GROUP_MODE) != 0 && errno != EEXIST)) {
        char reason[128];
        return fail(err, MARU_E_IO, "a job cannot be begun: %s",
                    strerror_r(errno, reason, sizeof reason));
    }
    set_limits(spec);
    return MARU_OK;
}

void job_group_renew(const struct launch_spec *spec) {
    static const char *const limit[] = {"memory.max", "pids.max"};
    for (size_t i = 0; spec->control_group[0] && i < sizeof limit / sizeof *limit; i++) {
        char text[LINE_BYTES];
        if (get(spec->control_group, spec->id, limit[i], text) && strncmp(text, "max", 3) == 0) {
            set_limits(spec);
            return;
        }
    }
}

struct job_group_look job_group_look(const struct launch_spec *spec) {
    struct job_group_look look = {.cpu_us = -1};
    char text[LINE_BYTES];
    if (!spec->control_group[0]) {
        return look;
    }
    if (get(spec->control_group, spec->id, "cpu.stat", text)) {
        look.cpu_us = number_of(text, "usage_usec");
    }
    if (get(spec->control_group, spec->id, "memory.events", text)) {
        // by its own limit: where the machine as a whole had none left, the job was not too large
        look.was_out_of_memory = number_of(text, "oom_kill") > 0 && number_of(text, "oom") > 0;
    }
    return look;
}

void job_group_kill(const struct launch_spec *spec) {
    if (spec->control_group[0]) {
        (void)put(spec->control_group, spec->id, "cgroup.kill", "1");
    }
}

void job_group_remove(const char *folder, const char *id) {
    char path[NAME_BYTES];
    if (!folder[0] || !path_to(path, folder, id, "")) {
        return;
    }
    const struct timespec pause = {.tv_nsec = 10L * 1000 * 1000};
    for (int i = 0; i < GONE_TRIES && rmdir(path) != 0 && errno == EBUSY; i++) {
        (void)put(folder, id, "cgroup.kill", "1");
        (void)nanosleep(&pause, NULL);
    }
}
