#include "serve/compute/job_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "io/files.h"

// Files are copied into the folder before the first attempt. Once a job has had `work` nothing here writes into it: it may hold links to
// anywhere.

enum { PATH_BYTES = 4096, COPY_BYTES = 1 << 16, MEASURED_FILES = 500000 };

static void join(struct text *out, const char *root, const char *tenant, const char *a,
                 const char *b) {
    text_clear(out);
    text_addf(out, "%s/%s/%s", root, tenant, a);
    if (b) {
        text_addf(out, "/%s", b);
    }
}

void job_folder_path(struct text *out, const char *root, const char *tenant, const char *id,
                     const char *name) {
    join(out, root, tenant, id, name);
}

// ---- what was sent

static bool is_plain(const char *name) {
    const size_t n = strlen(name);
    if (n == 0 || n > JOB_MAX_FILE_NAME || name[0] == '.' || !text_is_utf8(name, n)) {
        return false;
    }
    for (const char *at = name; *at; at++) {
        if (*at == '/' || (unsigned char)*at < ' ' || *at == 0x7f) {
            return false;
        }
    }
    return true;
}

maru_status job_folder_keep_files(const char *root, const char *tenant, const char *batch,
                                  const struct job_file *file, size_t n, maru_error *err) {
    struct text folder, path;
    maru_status st = n <= JOB_MAX_FILES
                         ? MARU_OK
                         : fail(err, MARU_E_LIMIT, "at most %d files go with a job", JOB_MAX_FILES);
    text_init(&folder, PATH_BYTES);
    text_init(&path, PATH_BYTES);
    join(&folder, root, tenant, "in", batch);
    st = st == MARU_OK && n > 0 ? files_make_folder(folder.bytes, err) : st;
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        if (!is_plain(file[i].name)) {
            st = fail(err, MARU_E_INPUT,
                      "'%.100s': the name of a file has no / and no point at its beginning",
                      file[i].name);
            break;
        }
        files_join(&path, folder.bytes, file[i].name);
        st = files_replace(path.bytes, file[i].bytes, file[i].n, err);
    }
    text_fini(&path);
    text_fini(&folder);
    if (st != MARU_OK) {
        job_folder_drop_files(root, tenant, batch);
    }
    return st;
}

void job_folder_drop_files(const char *root, const char *tenant, const char *batch) {
    struct text folder;
    text_init(&folder, PATH_BYTES);
    join(&folder, root, tenant, "in", batch);
    if (folder.status == MARU_OK) {
        (void)!tree_remove(folder.bytes, NULL);
    }
    text_fini(&folder);
}

// ---- ready for an attempt

static maru_status copy_bytes(int from, int to, const char *name, maru_error *err) {
    char buffer[COPY_BYTES];
    ssize_t n = read(from, buffer, sizeof buffer);
    while (n > 0 && files_write_all(to, buffer, (size_t)n)) {
        n = read(from, buffer, sizeof buffer);
    }
    return n == 0 ? MARU_OK : fail(err, MARU_E_IO, "%s: %s", name, strerror(errno));
}

static maru_status copy_file(int from_folder, int to_folder, const char *name, maru_error *err) {
    const int from = openat(from_folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const int to =
        openat(to_folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    maru_status st = from >= 0 && to >= 0 ? copy_bytes(from, to, name, err)
                                          : fail(err, MARU_E_IO, "%s: %s", name, strerror(errno));
    if (from >= 0) {
        close(from);
    }
    if (to >= 0 && close(to) != 0 && st == MARU_OK) {
        st = fail(err, MARU_E_IO, "%s: %s", name, strerror(errno));
    }
    return st;
}

static maru_status copy_all(const char *from, const char *to, maru_error *err) {
    DIR *dir = opendir(from);
    if (!dir) {
        return errno == ENOENT ? MARU_OK : fail(err, MARU_E_IO, "%s: %s", from, strerror(errno));
    }
    const int to_folder = open(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    maru_status st = to_folder >= 0 ? MARU_OK : fail(err, MARU_E_IO, "%s: %s", to, strerror(errno));
    for (const struct dirent *entry = readdir(dir); entry && st == MARU_OK; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            st = copy_file(dirfd(dir), to_folder, entry->d_name, err);
        }
    }
    if (to_folder >= 0) {
        close(to_folder);
    }
    closedir(dir);
    return st;
}

static maru_status write_script(const char *path, const char *script, maru_error *err) {
    const maru_status st = files_replace(path, script, strlen(script), err);
    return st == MARU_OK && chmod(path, 0700) != 0
               ? fail(err, MARU_E_IO, "%s: %s", path, strerror(errno))
               : st;
}

maru_status job_folder_prepare(const char *root, const char *tenant, const char *id,
                               const char *batch, const struct job_request *request,
                               maru_error *err) {
    struct text work, path;
    text_init(&work, PATH_BYTES);
    text_init(&path, PATH_BYTES);
    join(&work, root, tenant, id, "work");
    maru_status st = files_make_folder(work.bytes, err);
    join(&path, root, tenant, "in", batch);
    st = st == MARU_OK ? copy_all(path.bytes, work.bytes, err) : st;
    join(&path, root, tenant, id, "script");
    if (st == MARU_OK && request->script[0]) {
        st = write_script(path.bytes, request->script, err);
    }
    text_fini(&path);
    text_fini(&work);
    return st;
}

// ---- removal

maru_status job_folder_remove(const char *root, const char *tenant, const char *id,
                              const char *batch, maru_error *err) {
    struct text folder;
    text_init(&folder, PATH_BYTES);
    join(&folder, root, tenant, id, NULL);
    const maru_status st = tree_remove(folder.bytes, err);
    text_fini(&folder);
    if (st == MARU_OK && batch) {
        job_folder_drop_files(root, tenant, batch);
    }
    return st;
}

uint64_t job_folder_measure(const char *root, const char *tenant) {
    struct text path;
    text_init(&path, PATH_BYTES);
    files_join(&path, root, tenant);
    const uint64_t n = path.status == MARU_OK ? tree_measure(path.bytes, MEASURED_FILES) : 0;
    text_fini(&path);
    return n;
}

maru_status job_folder_remove_tenant(const char *root, const char *tenant, maru_error *err) {
    struct text folder;
    text_init(&folder, PATH_BYTES);
    files_join(&folder, root, tenant);
    const maru_status st = tree_remove(folder.bytes, err);
    text_fini(&folder);
    return st;
}
