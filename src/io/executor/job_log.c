#include "io/executor/job_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"
#include "io/files.h"

enum { LOG_MODE = 0644, READ_BYTES = 1 << 16, LAST_LINE_BYTES = 100 };

static maru_status refuse(maru_error *err, const char *what, const char *name) {
    char reason[128];
    return fail(err, MARU_E_IO, "%s %s: %s", what, name, strerror_r(errno, reason, sizeof reason));
}

// A regular file that nothing else names; what else is there goes away first.
static int open_own(int folder, const char *name, uint64_t *n_bytes) {
    for (int i = 0; i < 2; i++) {
        const int file =
            openat(folder, name,
                   O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, LOG_MODE);
        struct stat its;
        if (file >= 0 && fstat(file, &its) == 0 && S_ISREG(its.st_mode) && its.st_nlink == 1) {
            *n_bytes = (uint64_t)its.st_size;
            return file;
        }
        if (file >= 0) {
            close(file);
        }
        if (unlinkat(folder, name, 0) != 0) {
            return -1;
        }
    }
    errno = EEXIST;
    return -1;
}

maru_status job_log_open(struct job_log *log, int folder, const char *name, uint64_t max_bytes,
                         int *to_job, maru_error *err) {
    uint64_t n_bytes = 0;
    const int file = open_own(folder, name, &n_bytes);
    if (file < 0) {
        return refuse(err, "cannot write", name);
    }
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        const maru_status st = refuse(err, "cannot make a pipe for", name);
        close(file);
        return st;
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    const uint64_t kept = n_bytes + LAST_LINE_BYTES;
    *log = (struct job_log){
        .pipe = ends[0], .file = file, .left_bytes = max_bytes > kept ? max_bytes - kept : 0};
    *to_job = ends[1];
    return MARU_OK;
}

static void remember(struct job_log *log, const char *bytes, size_t n) {
    if (n >= sizeof log->tail) {
        memcpy(log->tail, bytes + n - sizeof log->tail, sizeof log->tail);
        log->n_tail = sizeof log->tail;
        return;
    }
    const size_t room = sizeof log->tail - log->n_tail;
    if (n > room) {
        memmove(log->tail, log->tail + (n - room), log->n_tail - (n - room));
        log->n_tail -= (uint32_t)(n - room);
    }
    memcpy(log->tail + log->n_tail, bytes, n);
    log->n_tail += (uint32_t)n;
}

static void keep(struct job_log *log, const char *bytes, size_t n) {
    size_t fits = n < log->left_bytes ? n : (size_t)log->left_bytes;
    if (log->cut_bytes > 0 || !files_write_all(log->file, bytes, fits)) { // nothing behind a gap
        fits = 0;
    }
    log->left_bytes -= fits;
    log->cut_bytes += n - fits;
}

bool job_log_take(struct job_log *log) {
    char part[READ_BYTES];
    const ssize_t n = read(log->pipe, part, sizeof part);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    if (n > 0) {
        remember(log, part, (size_t)n);
        keep(log, part, (size_t)n);
    }
    return n > 0;
}

// How much is not kept; where the disk is full, not even that.
static bool say_cut(const struct job_log *log) {
    char line[LAST_LINE_BYTES];
    const int n = snprintf(line, sizeof line, "\n[...+%" PRIu64 " bytes]\n", log->cut_bytes);
    return files_write_all(log->file, line, (size_t)n);
}

void job_log_close(struct job_log *log) {
    log->left_bytes = log->cut_bytes > 0 && !say_cut(log) ? 0 : log->left_bytes;
    close(log->pipe);
    close(log->file);
}

void job_log_last_line(const struct job_log *log, char *out, uint32_t n) {
    uint32_t end = log->n_tail;
    while (end > 0 && (unsigned char)log->tail[end - 1] <= ' ') {
        end--;
    }
    uint32_t from = end;
    while (from > 0 && log->tail[from - 1] != '\n') {
        from--;
    }
    const uint32_t n_line = end - from < n - 1 ? end - from : n - 1;
    memcpy(out, log->tail + from, n_line);
    out[n_line] = '\0';
    if (!text_is_utf8(out, n_line)) {
        out[0] = '\0';
    }
}
