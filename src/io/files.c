#include "io/files.h"

#include "base/status.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A file is replaced in four steps: write NAME.XXXXXX in the same folder, flush it, rename it over
// NAME, flush the folder. Each step that fails takes the new file away again, so that the old one
// stays and nothing is left lying.

enum { READ_BYTES = 1 << 16, FOLDER_MODE = 0777, FILE_MODE = 0666 };

static maru_status refuse(maru_error *err, const char *what, const char *path) {
    char reason[128];
    return fail(err, MARU_E_IO, "%s %s: %s", what, path, strerror_r(errno, reason, sizeof reason));
}

maru_status files_read(const char *path, struct text *out, maru_error *err) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return refuse(err, "cannot open", path);
    }
    char part[READ_BYTES];
    maru_status st = MARU_OK;
    for (;;) {
        const ssize_t n = read(file, part, sizeof part);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            st = refuse(err, "cannot read", path);
        }
        if (n <= 0) {
            break;
        }
        text_add(out, part, (size_t)n);
    }
    close(file);
    if (st == MARU_OK && out->status != MARU_OK) {
        return fail(err, out->status, "%s is larger than %zu bytes", path, out->max_bytes);
    }
    return st;
}

bool files_write_all(int file, const char *bytes, size_t n) {
    while (n > 0) {
        const ssize_t done = write(file, bytes, n);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return false;
        }
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

// The folder of `path` on the disk: the new name survives a power cut. Some file systems cannot;
// that is no failure.
static void flush_folder(const char *path) {
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash) {
        const size_t n = slash == path ? 1 : (size_t)(slash - path);
        if (n >= sizeof folder) {
            return;
        }
        memcpy(folder, path, n);
        folder[n] = '\0';
    }
    const int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0) {
        (void)fsync(file);
        close(file);
    }
}

static maru_status write_through(const char *path, const void *bytes, size_t n, maru_error *err) {
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) {
        return refuse(err, "cannot write", path);
    }
    const bool done = files_write_all(file, bytes, n);
    const maru_status st = done ? MARU_OK : refuse(err, "cannot write", path);
    close(file);
    return st;
}

maru_status files_replace(const char *path, const void *bytes, size_t n, maru_error *err) {
    struct stat old;
    const bool is_there = stat(path, &old) == 0;
    if (is_there && !S_ISREG(old.st_mode)) {
        return write_through(path, bytes, n, err);
    }
    char fresh[PATH_MAX];
    const int n_fresh = snprintf(fresh, sizeof fresh, "%s.XXXXXX", path);
    if (n_fresh < 0 || (size_t)n_fresh >= sizeof fresh) {
        return fail(err, MARU_E_IO, "the name of the file is too long: %.80s...", path);
    }
    const int file = mkostemp(fresh, O_CLOEXEC);
    if (file < 0) {
        return refuse(err, "cannot write beside", path);
    }
    // The temporary file is private; the new one gets the mode of the old, or what a plain open
    // would give.
    const mode_t mask = umask(0);
    umask(mask);
    const mode_t mode = is_there ? old.st_mode & 07777 : FILE_MODE & ~mask;
    bool good = files_write_all(file, bytes, n) && fchmod(file, mode) == 0 && fsync(file) == 0;
    good = close(file) == 0 && good;
    good = good && rename(fresh, path) == 0;
    if (!good) {
        const maru_status st = refuse(err, "cannot write", path);
        unlink(fresh);
        return st;
    }
    flush_folder(path);
    return MARU_OK;
}

maru_status files_make_folder(const char *path, maru_error *err) {
    char part[PATH_MAX];
    const size_t n = strlen(path);
    if (n == 0 || n >= sizeof part) {
        return fail(err, MARU_E_IO, "the name of the folder is empty or too long");
    }
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, FOLDER_MODE) != 0 && errno != EEXIST) {
            return refuse(err, "cannot make the folder", part);
        }
    }
    struct stat made;
    if (stat(path, &made) != 0) {
        return refuse(err, "cannot make the folder", path);
    }
    if (!S_ISDIR(made.st_mode)) {
        return fail(err, MARU_E_IO, "%s is a file, not a folder", path);
    }
    return MARU_OK;
}

maru_status files_is_empty(const char *folder, bool *is_empty, maru_error *err) {
    DIR *dir = opendir(folder);
    if (!dir) {
        if (errno == ENOENT) {
            *is_empty = true;
            return MARU_OK;
        }
        return refuse(err, "cannot look into", folder);
    }
    *is_empty = true;
    // cppcheck-suppress readdirCalled; one thread has this folder
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            *is_empty = false;
            break;
        }
    }
    closedir(dir);
    return MARU_OK;
}

void files_join(struct text *out, const char *folder, const char *name) {
    text_clear(out);
    text_addz(out, folder);
    if (out->n_bytes > 0 && out->bytes[out->n_bytes - 1] != '/') {
        text_addz(out, "/");
    }
    text_addz(out, name);
}
