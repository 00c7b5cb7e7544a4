#include "io/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/charset.h"

// Each table is opened relative to the folder, without following links and without waiting (a pipe
// among the files must not stop us), looked at through its descriptor, and read up to the limits. A
// table that grows while it is read is cut at the size it had.

static bool ends_with(const char *name, const char *end) {
    const size_t n = strlen(name);
    const size_t n_end = strlen(end);
    return n > n_end && strcasecmp(name + n - n_end, end) == 0;
}

static bool is_table(const char *name) {
    return name[0] != '.' &&
           (ends_with(name, ".csv") || ends_with(name, ".txt") || ends_with(name, ".1l"));
}

// strerror without its shared buffer.
static const char *reason(int error) {
    const char *text = strerrordesc_np(error);
    return text ? text : "unknown error";
}

struct folder_table {
    char *name, *bytes; // bytes NULL: not read
    size_t n_bytes;
    const char *note;
};

// A table that is not UTF-8 becomes so where it can; else it stays, and the reader says where it is
// wrong.
static maru_status convert(struct folder_table *file) {
    if (!ends_with(file->name, ".csv")) {
        return MARU_OK;
    }
    struct charset_text made = {0};
    const maru_status st = charset_decode(file->bytes, file->n_bytes, &made, NULL);
    if (st == MARU_OK && made.own) {
        alloc_free(file->bytes);
        file->bytes = made.own;
        file->n_bytes = made.n;
        file->note = made.was == CHARSET_CP949
                         ? "read as CP949: save it as UTF-8 to be sure of every letter"
                         : NULL;
    }
    return st == MARU_E_MEMORY ? st : MARU_OK;
}

static maru_status read_all(int fd, char *bytes, size_t n, size_t *n_read) {
    size_t at = 0;
    while (at < n) {
        const ssize_t got = read(fd, bytes + at, n - at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return MARU_E_IO;
        }
        if (got == 0) {
            break;
        }
        at += (size_t)got;
    }
    *n_read = at;
    return MARU_OK;
}

// *is_file is false for what is no regular file.
static maru_status read_table(int fd, size_t n_so_far, struct folder_table *file, bool *is_file,
                              maru_error *err) {
    const char *name = file->name;
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return fail_at(err, MARU_E_IO, name, 0, 0, "cannot be looked at: %s", reason(errno));
    }
    *is_file = S_ISREG(info.st_mode);
    if (!*is_file) {
        return MARU_OK;
    }
    if (info.st_size > FOLDER_MAX_FILE_BYTES) {
        return fail_at(err, MARU_E_LIMIT, name, 0, 0, "a table has more than 64 MiB");
    }
    const size_t n = (size_t)info.st_size;
    if (n > FOLDER_MAX_BYTES - n_so_far) {
        return fail_at(err, MARU_E_LIMIT, name, 0, 0, "the tables have more than 256 MiB together");
    }
    char *bytes = alloc_new(n + 1, 1);
    if (!bytes) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    const maru_status st = read_all(fd, bytes, n, &file->n_bytes);
    if (st != MARU_OK) {
        alloc_free(bytes);
        return fail_at(err, st, name, 0, 0, "cannot be read: %s", reason(errno));
    }
    file->bytes = bytes;
    return MARU_OK;
}

static struct folder_table *add_table(struct folder *folder, const char *name) {
    if (folder->n_table == folder->cap) {
        const size_t cap = folder->cap > 0 ? folder->cap * 2 : 32;
        struct folder_table *grown = alloc_resize(folder->table, cap, sizeof *grown);
        if (!grown) {
            return NULL;
        }
        folder->table = grown;
        folder->cap = cap;
    }
    char *copy = alloc_new(strlen(name) + 1, 1);
    if (!copy) {
        return NULL;
    }
    memcpy(copy, name, strlen(name));
    struct folder_table *table = &folder->table[folder->n_table++];
    *table = (struct folder_table){.name = copy};
    return table;
}

static void drop_last(struct folder *folder) { alloc_free(folder->table[--folder->n_table].name); }

static maru_status take_entry(struct folder *folder, int dir, const char *name, size_t *n_so_far,
                              maru_error *err) {
    if (folder->n_table >= FOLDER_MAX_FILES) {
        return fail(err, MARU_E_LIMIT, "the folder has more than 10000 tables");
    }
    struct folder_table *file = add_table(folder, name);
    if (!file) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    const int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ELOOP) {
        file->note = "a link: it is not followed";
        return MARU_OK;
    }
    if (fd < 0 && (errno == ENXIO || errno == ENODEV)) { // a socket, a device
        drop_last(folder);
        return MARU_OK;
    }
    if (fd < 0) {
        return fail_at(err, MARU_E_IO, name, 0, 0, "cannot be opened: %s", reason(errno));
    }
    bool is_file = false;
    maru_status st = read_table(fd, *n_so_far, file, &is_file, err);
    close(fd);
    if (st == MARU_OK && !is_file) {
        drop_last(folder);
    } else if (st == MARU_OK) {
        *n_so_far += file->n_bytes;
        st = convert(file);
        st = st == MARU_OK ? st : fail(err, st, "out of memory");
    }
    return st;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct folder_table *)a)->name, ((const struct folder_table *)b)->name);
}

// Sort the tables, and show them as files.
static maru_status show(struct folder *folder, maru_error *err) {
    folder->file = alloc_new(folder->n_table + 1, sizeof *folder->file);
    if (!folder->file) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    if (folder->n_table > 0) {
        qsort(folder->table, folder->n_table, sizeof *folder->table, by_name);
    }
    for (size_t i = 0; i < folder->n_table; i++) {
        const struct folder_table *t = &folder->table[i];
        folder->file[i] = (maru_file){t->name, t->bytes, t->n_bytes, t->note};
    }
    folder->n_file = folder->n_table;
    return MARU_OK;
}

maru_status folder_open(struct folder *folder, const char *path, maru_error *err) {
    *folder = (struct folder){0};
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail(err, MARU_E_IO, "%s: cannot be opened as a folder: %s", path, reason(errno));
    }
    DIR *dir = fdopendir(fd);
    if (!dir) {
        const int error = errno;
        close(fd);
        return fail(err, MARU_E_IO, "%s: %s", path, reason(error));
    }
    maru_status st = MARU_OK;
    size_t n_so_far = 0;
    errno = 0;
    for (const struct dirent *e = readdir(dir); st == MARU_OK && e; e = readdir(dir)) {
        if (is_table(e->d_name)) {
            st = take_entry(folder, fd, e->d_name, &n_so_far, err);
        }
        errno = 0;
    }
    if (st == MARU_OK && errno != 0) {
        st = fail(err, MARU_E_IO, "%s: %s", path, reason(errno));
    }
    closedir(dir);
    return st == MARU_OK ? show(folder, err) : st;
}

void folder_close(struct folder *folder) {
    for (size_t i = 0; i < folder->n_table; i++) {
        alloc_free(folder->table[i].name);
        alloc_free(folder->table[i].bytes);
    }
    alloc_free(folder->table);
    alloc_free(folder->file);
    *folder = (struct folder){0};
}

maru_status maru_plant_open(const char *path, maru_faults *faults, maru_plant **out,
                            maru_error *err) {
    struct folder folder;
    maru_status st = folder_open(&folder, path, err);
    if (st == MARU_OK) {
        st = maru_plant_read(folder.file, folder.n_file, faults, out, err);
    }
    folder_close(&folder);
    return st;
}
