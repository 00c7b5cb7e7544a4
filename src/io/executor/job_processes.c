#include "io/executor/job_processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/number.h"

// Children are listed by the thread that made them (/proc/PID/task/TID/children), so each thread of each process is asked. Processes
// come and go while this looks; one that ends between two files counts as nothing. source: proc(5).

enum { PATH_BYTES = 96, FILE_BYTES = 1 << 16 };

// A file of /proc; the number of its bytes, 0 where there is none. A 0 is behind them.
static size_t read_file(const char *path, char *out, size_t n) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    size_t at = 0;
    for (ssize_t got = 1; got > 0 && at<n - 1; at += got> 0 ? (size_t)got : 0) {
        got = read(file, out + at, n - 1 - at);
    }
    close(file);
    out[at] = '\0';
    return at;
}

static void add(struct job_processes *p, pid_t pid) {
    if (p->most > 0 && p->n >= p->most) {
        p->is_whole = false;
        return;
    }
    if (p->n == p->cap) {
        const uint32_t cap = p->cap ? p->cap * 2 : 64;
        pid_t *grown = p->n < JOB_MAX_LOOKED_AT ? alloc_resize(p->pid, cap, sizeof *grown) : NULL;
        if (!grown) {
            p->is_whole = false;
            return;
        }
        p->pid = grown;
        p->cap = cap;
    }
    p->pid[p->n++] = pid;
}

static void add_children_of_thread(struct job_processes *p, pid_t pid, const char *thread) {
    char path[PATH_BYTES];
    static char text[FILE_BYTES]; // one thread of a shepherd looks
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", (int)pid, thread);
    const size_t n = read_file(path, text, sizeof text);
    for (size_t at = 0; at < n;) {
        const size_t n_digit = strspn(text + at, "0123456789");
        int64_t child = 0;
        if (n_digit > 0 && number_int64(text + at, n_digit, &child)) {
            add(p, (pid_t)child);
        }
        at += n_digit + 1;
    }
}

static void add_children(struct job_processes *p, pid_t pid) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    if (!threads) {
        return;
    }
    // cppcheck-suppress readdirCalled; one thread has this folder
    for (const struct dirent *e = readdir(threads); e; e = readdir(threads)) {
        if (e->d_name[0] != '.') {
            add_children_of_thread(p, pid, e->d_name);
        }
    }
    closedir(threads);
}

void job_processes_find(struct job_processes *processes, pid_t root) {
    processes->n = 0;
    processes->is_whole = true;
    add(processes, root);
    for (uint32_t i = 0; i < processes->n && processes->is_whole; i++) {
        add_children(processes, processes->pid[i]);
    }
}

void job_processes_fini(struct job_processes *processes) {
    alloc_free(processes->pid);
    *processes = (struct job_processes){0};
}

// The number behind `skip` spaces of a line; 0 where there is none.
static uint64_t field(const char *line, int skip) {
    while (skip > 0 && *line) {
        skip -= *line++ == ' ';
    }
    const size_t n = strspn(line, "0123456789");
    int64_t value = 0;
    return n > 0 && number_int64(line, n, &value) ? (uint64_t)value : 0;
}

uint64_t job_processes_resident(const struct job_processes *processes, uint32_t from) {
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t n_page = 0;
    for (uint32_t i = from; i < processes->n; i++) {
        char path[PATH_BYTES], text[256];
        snprintf(path, sizeof path, "/proc/%d/statm", (int)processes->pid[i]);
        n_page += read_file(path, text, sizeof text) > 0 ? field(text, 1) : 0;
    }
    return n_page * page;
}

uint64_t job_processes_proportional(const struct job_processes *processes, uint32_t from) {
    enum { KIB = 1024 };
    uint64_t sum = 0;
    for (uint32_t i = from; i < processes->n; i++) {
        char path[PATH_BYTES], text[4096];
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)processes->pid[i]);
        const char *pss = read_file(path, text, sizeof text) > 0 ? strstr(text, "\nPss:") : NULL;
        if (pss) {
            pss += strlen("\nPss:");
            sum += field(pss + strspn(pss, " "), 0) * KIB;
        } else { // its memory is not for us to look into: as if it shared nothing
            struct job_processes one = {.pid = &processes->pid[i], .n = 1};
            sum += job_processes_resident(&one, 0);
        }
    }
    return sum;
}

static bool has_handler(pid_t pid, int signal) {
    char path[PATH_BYTES], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    const char *caught =
        read_file(path, text, sizeof text) > 0 ? strstr(text, "\nSigCgt:\t") : NULL;
    if (!caught || signal < 1 || signal > 64) {
        return false;
    }
    const uint64_t mask = strtoull(caught + strlen("\nSigCgt:\t"), NULL, 16);
    return (mask >> (signal - 1) & 1) != 0;
}

void job_processes_tell(const struct job_processes *processes, uint32_t from, int signal) {
    uint32_t n_told = 0;
    for (uint32_t i = from; i < processes->n; i++) {
        if (has_handler(processes->pid[i], signal)) {
            n_told += kill(processes->pid[i], signal) == 0;
        }
    }
    for (uint32_t i = from; n_told == 0 && i < processes->n; i++) {
        (void)kill(processes->pid[i], signal);
    }
}
