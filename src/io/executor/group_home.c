#include "io/executor/group_home.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/status.h"
#include "io/files.h"

// A group that hands controllers down may have no processes of its own, so this one stands in a group beside those of the jobs; what it
// starts stands there too, and a job leaves it as its first act. Nobody may be moved between groups without the right to write to what is
// above both, so that is tried once before a job depends on it.
//
// "auto" takes what was given and nothing else: systemd marks a group that it leaves to its service, and manages all others itself. One that belongs
// to root in a container, or to a person's terminal, is no gift.
// source: Linux, Documentation/admin-guide/cgroup-v2.rst; systemd, Control Group APIs and Delegation; proc(5): mountinfo, cgroup.

enum { HOME_MODE = 0755, FILE_BYTES = 1 << 16, PATH_BYTES = GROUP_HOME_BYTES + 64 };

// No name of a launch has a point.
static const char own_name[] = "maru.server";

static bool is_v2(const char *folder) {
    struct statfs its;
    return statfs(folder, &its) == 0 && its.f_type == CGROUP2_SUPER_MAGIC;
}

static bool put(const char *folder, const char *name, const char *text) {
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    const int file = n < (int)sizeof path ? open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    const bool is_put = file >= 0 && files_write_all(file, text, strlen(text));
    if (file >= 0) {
        close(file);
    }
    return is_put;
}

static size_t get(const char *path, char *out, size_t n) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t at = 0;
    for (ssize_t got = 1; file >= 0 && got > 0 && at<n - 1; at += got> 0 ? (size_t)got : 0) {
        got = read(file, out + at, n - 1 - at);
    }
    if (file >= 0) {
        close(file);
    }
    out[at] = '\0';
    return at;
}

// ---- where this process stands

// Word `k` of a line, counted from 0; its length in *n, 0: there is none.
static const char *word_of(const char *line, int k, size_t *n) {
    for (; k > 0 && *line && *line != '\n'; line++) {
        k -= *line == ' ';
    }
    *n = strcspn(line, " \n");
    return line;
}

// Where the tree of groups is seen, and which group of it stands there ("/": all of it).
static bool find_mount(char where[GROUP_HOME_BYTES], char top[GROUP_HOME_BYTES]) {
    static char text[FILE_BYTES]; // one thread opens
    (void)get("/proc/self/mountinfo", text, sizeof text);
    for (const char *line = text; *line;) {
        const size_t n_line = strcspn(line, "\n");
        size_t n_top = 0, n_where = 0;
        const char *its_top = word_of(line, 3, &n_top), *its = word_of(line, 4, &n_where);
        const char *kind = memmem(line, n_line, " - ", 3);
        if (kind && strncmp(kind + 3, "cgroup2 ", 8) == 0 && n_top < GROUP_HOME_BYTES &&
            n_where < GROUP_HOME_BYTES && !memchr(its, '\\', n_where)) {
            snprintf(where, GROUP_HOME_BYTES, "%.*s", (int)n_where, its);
            snprintf(top, GROUP_HOME_BYTES, "%.*s", (int)n_top, its_top);
            return true;
        }
        line += n_line + (line[n_line] == '\n');
    }
    return false;
}

// The folder of the group that this process is in.
static bool find_own(char folder[GROUP_HOME_BYTES]) {
    char where[GROUP_HOME_BYTES], top[GROUP_HOME_BYTES], text[GROUP_HOME_BYTES * 2];
    (void)get("/proc/self/cgroup", text, sizeof text);
    const char *line = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");
    if (!line || !find_mount(where, top)) {
        return false;
    }
    const char *path = strchr(line, '/');
    size_t n = strcspn(path, "\n");
    const size_t n_top = strcmp(top, "/") == 0 ? 0 : strlen(top);
    if (n < n_top || strncmp(path, top, n_top) != 0 || memmem(path, n, "/..", 3)) {
        return false; // what is seen there is another part of the tree
    }
    path += n_top;
    n -= n_top;
    n -= n == 1; // "/" is the folder itself
    return snprintf(folder, GROUP_HOME_BYTES, "%s%.*s", where, (int)n, path) < GROUP_HOME_BYTES;
}

static bool is_given(const char *folder) {
    static const char *const mark[] = {"user.delegate", "trusted.delegate"};
    for (size_t i = 0; i < sizeof mark / sizeof *mark; i++) {
        char value[8];
        if (getxattr(folder, mark[i], value, sizeof value) == 1 && value[0] == '1') {
            return access(folder, W_OK) == 0;
        }
    }
    return false;
}

// ---- making it ready

// Out of the way, so that controllers can be handed down.
static bool step_aside(const char *folder) {
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%s/%s", folder, own_name);
    return n < (int)sizeof path && (mkdir(path, HOME_MODE) == 0 || errno == EEXIST) &&
           put(path, "cgroup.procs", "0");
}

// Can a child of this process be put into a group there?
static bool can_be_joined(const char *folder) {
    char path[GROUP_HOME_BYTES], procs[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/maru.trial-%d", folder, (int)getpid()) >=
            (int)sizeof path ||
        (mkdir(path, HOME_MODE) != 0 && errno != EEXIST)) {
        return false;
    }
    snprintf(procs, sizeof procs, "%s/cgroup.procs", path);
    const pid_t child = fork();
    if (child == 0) {
        const int file = open(procs, O_WRONLY | O_CLOEXEC);
        _exit(file >= 0 && write(file, "0", 1) == 1 ? 0 : 1);
    }
    int status = 1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    (void)rmdir(path);
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool prepare(const char *folder) {
    static const char *const controller[] = {"+memory", "+cpu", "+pids"};
    char own[GROUP_HOME_BYTES];
    if (find_own(own) && strcmp(own, folder) == 0 && !step_aside(folder)) {
        return false;
    }
    for (size_t i = 0; i < sizeof controller / sizeof *controller; i++) {
        (void)put(folder, "cgroup.subtree_control", controller[i]); // those that it has
    }
    return can_be_joined(folder);
}

static void open_given(char folder[GROUP_HOME_BYTES]) {
    folder[0] = '\0';
    char own[GROUP_HOME_BYTES];
    if (!find_own(own)) {
        return;
    }
    const size_t n = strlen(own), n_name = strlen(own_name);
    if (n > n_name && own[n - n_name - 1] == '/' && strcmp(own + n - n_name, own_name) == 0) {
        own[n - n_name - 1] = '\0'; // this process has opened it before
    }
    if (is_given(own) && prepare(own)) {
        snprintf(folder, GROUP_HOME_BYTES, "%s", own);
    }
}

maru_status group_home_open(const char *said, char folder[GROUP_HOME_BYTES], maru_error *err) {
    folder[0] = '\0';
    if (!said[0] || strcmp(said, "off") == 0) {
        return MARU_OK;
    }
    if (strcmp(said, "auto") == 0) {
        open_given(folder);
        return MARU_OK;
    }
    size_t n = strlen(said);
    while (n > 1 && said[n - 1] == '/') {
        n--;
    }
    char path[GROUP_HOME_BYTES];
    const bool is_path = said[0] == '/' && n < sizeof path;
    snprintf(path, sizeof path, "%.*s", is_path ? (int)n : 0, said);
    if (is_path && mkdir(path, HOME_MODE) == 0 && !is_v2(path)) {
        (void)rmdir(path); // of another file system
    }
    if (!is_path || !is_v2(path) || access(path, W_OK) != 0) {
        return fail(err, MARU_E_INPUT,
                    "%.200s is no folder of control groups (version 2) that may be written", said);
    }
    if (!prepare(path)) {
        return fail(err, MARU_E_INPUT,
                    "jobs cannot be put into groups below %.200s from where this process stands",
                    said);
    }
    snprintf(folder, GROUP_HOME_BYTES, "%s", path);
    return MARU_OK;
}

void group_home_controllers(const char *folder, char out[GROUP_CONTROLLERS_BYTES]) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%.*s/cgroup.subtree_control", GROUP_HOME_BYTES, folder);
    (void)get(path, out, GROUP_CONTROLLERS_BYTES);
    out[strcspn(out, "\n")] = '\0';
}
