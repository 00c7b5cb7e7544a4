#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "base/status.h"
#include "io/files.h"
#include "store/backup.h"
#include "store/copy.h"
#include "store/tenant.h"
#include "store/vault.h"

// A backup is laid out in a private folder beside the place, looked at there, and put in place by one rename.
// A folder and a file of a backup are read by the same calls of libarchive. Of an archive only the names
// that a backup has are taken, so no path can lead anywhere.

enum { SUMS_BYTES = 2 << 20 };

static bool is_wanted(const char *name) {
    char tenant[STORE_TENANT_BYTES];
    static const char start[] = "tenants/", end[] = ".db";
    const size_t n = strlen(name), n_start = sizeof start - 1, n_end = sizeof end - 1;
    if (strcmp(name, "server.db") == 0 || strcmp(name, "SHA256SUMS") == 0) {
        return true;
    }
    if (n <= n_start + n_end || strncmp(name, start, n_start) != 0 ||
        strcmp(name + n - n_end, end) != 0 || n - n_start - n_end >= sizeof tenant) {
        return false;
    }
    memcpy(tenant, name + n_start, n - n_start - n_end);
    tenant[n - n_start - n_end] = '\0';
    return store_is_tenant_name(tenant);
}

static maru_status lay_out_one(struct archive *archive, const char *folder, const char *name,
                               maru_error *err) {
    enum { PART_BYTES = 1 << 16 };
    const struct copy_path path = copy_at("%s/%s", folder, name);
    const int file = open(path.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return copy_refuse(err, "cannot write", path.text);
    }
    char part[PART_BYTES];
    ssize_t n = 0;
    maru_status st = MARU_OK;
    while (st == MARU_OK && (n = archive_read_data(archive, part, sizeof part)) > 0) {
        st = files_write_all(file, part, (size_t)n) ? MARU_OK
                                                    : copy_refuse(err, "cannot write", path.text);
    }
    if (n < 0) {
        st = fail(err, MARU_E_INPUT, "%.60s cannot be taken out of the backup: %.120s", name,
                  archive_error_string(archive));
    }
    if (st == MARU_OK && fsync(file) != 0) {
        st = copy_refuse(err, "cannot write", path.text);
    }
    close(file);
    return st;
}

static maru_status lay_out(struct archive *archive, size_t n_skip, const char *folder,
                           maru_error *err) {
    struct archive_entry *entry = NULL;
    maru_status st = MARU_OK;
    int code = ARCHIVE_OK;
    while (st == MARU_OK && (code = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
        const char *path = archive_entry_pathname(entry);
        const char *name = path && strlen(path) > n_skip ? path + n_skip : "";
        if (archive_entry_filetype(entry) == AE_IFDIR) {
            if (archive_read_disk_can_descend(archive)) {
                archive_read_disk_descend(archive);
            }
        } else if (archive_entry_filetype(entry) == AE_IFREG && is_wanted(name)) {
            st = lay_out_one(archive, folder, name, err);
        } else {
            st = fail(err, MARU_E_INPUT, "this is no backup of maru: there is a '%.60s' in it",
                      name);
        }
    }
    return st == MARU_OK && code != ARCHIVE_EOF
               ? fail(err, MARU_E_INPUT, "the backup cannot be read: %.150s",
                      archive_error_string(archive))
               : st;
}

static maru_status take_out(const char *path, const char *folder, maru_error *err) {
    enum { BLOCK_BYTES = 1 << 16 };
    struct stat what;
    if (stat(path, &what) != 0) {
        return copy_refuse(err, "cannot open", path);
    }
    if (mkdir(copy_at("%s/tenants", folder).text, 0700) != 0) {
        return copy_refuse(err, "cannot make a folder in", folder);
    }
    const bool is_folder = S_ISDIR(what.st_mode);
    struct archive *archive = is_folder ? archive_read_disk_new() : archive_read_new();
    if (!archive) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    int code = ARCHIVE_OK;
    if (is_folder) {
        archive_read_disk_set_symlink_physical(archive);
        code = archive_read_disk_open(archive, path);
    } else {
        archive_read_support_format_tar(archive);
        archive_read_support_filter_zstd(archive);
        code = archive_read_open_filename(archive, path, BLOCK_BYTES);
    }
    const bool has_slash = path[strlen(path) - 1] == '/';
    const maru_status st =
        code == ARCHIVE_OK
            ? lay_out(archive, is_folder ? strlen(path) + !has_slash : 0, folder, err)
            : fail(err, MARU_E_INPUT, "this is no backup of maru: %.150s",
                   archive_error_string(archive));
    archive_read_free(archive);
    return st;
}

// ---- looking

// Say the first file whose line is not in the sums that came along.
static maru_status compare_sums(const struct text *made, const struct text *kept, maru_error *err) {
    enum { HASH_COLUMNS = 66 };
    const char *line = made->bytes;
    for (const char *end; line && (end = strchr(line, '\n')); line = end + 1) {
        const struct copy_path its = copy_at("%.*s", (int)(end - line + 1), line);
        if (!strstr(kept->bytes ? kept->bytes : "", its.text)) {
            return fail(err, MARU_E_INPUT, "%.*s is not as it was backed up: its sum differs",
                        (int)(end - line) - HASH_COLUMNS, line + HASH_COLUMNS);
        }
    }
    return made->n_bytes == kept->n_bytes
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "the backup lacks a file that its SHA256SUMS names");
}

static maru_status look_at(const char *folder, const char *name, size_t n_migration,
                           maru_error *err) {
    const struct copy_path path = copy_at("%s/%s", folder, name);
    int64_t version = -1;
    maru_status st = copy_check(path.text, "integrity_check", err);
    st = st == MARU_OK ? copy_version(path.text, &version, err) : st;
    if (st != MARU_OK) {
        return st == MARU_E_INPUT ? fail(err, st, "%.100s in the backup is damaged", name) : st;
    }
    return version >= 1 && (uint64_t)version <= n_migration
               ? MARU_OK
               : fail(
                     err, MARU_E_INPUT,
                     "%.100s is of version %lld, this maru knows 1 to %zu: take one not older than "
                     "the backup",
                     name, (long long)version, n_migration);
}

static maru_status look_at_all(const char *folder, struct backup_told *told, maru_error *err) {
    enum { HASH_COLUMNS = 66 };
    struct text made, kept;
    text_init(&made, SUMS_BYTES);
    text_init(&kept, SUMS_BYTES);
    maru_status st = files_read(copy_at("%s/SHA256SUMS", folder).text, &kept, NULL);
    if (st != MARU_OK) {
        st = fail(err, MARU_E_INPUT, "this is no backup of maru: it has no SHA256SUMS");
    }
    st = st == MARU_OK ? copy_sums(folder, &made, told, err) : st;
    st = st == MARU_OK ? compare_sums(&made, &kept, err) : st;
    char *line = made.bytes;
    for (char *end; st == MARU_OK && line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        const char *name = line + HASH_COLUMNS;
        st = look_at(folder, name,
                     strcmp(name, "server.db") == 0 ? store_n_migration : tenant_n_migration, err);
    }
    text_fini(&made);
    text_fini(&kept);
    return st;
}

// ---- putting in place

static maru_status put_in_place(const char *folder, const char *data, maru_error *err) {
    struct stat old;
    (void)unlink(copy_at("%s/SHA256SUMS", folder).text);
    if (stat(data, &old) == 0 && old.st_uid != geteuid()) {
        const maru_status st = copy_give(folder, old.st_uid, old.st_gid, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    copy_flush(copy_at("%s/tenants", folder).text);
    copy_flush(folder);
    if (rename(folder, data) != 0) { // over an empty folder too
        return errno == EBUSY || errno == EXDEV
                   ? fail(err, MARU_E_IO, "%.150s is a mount point: name a folder in it", data)
                   : copy_refuse(err, "cannot put in place", data);
    }
    copy_flush(copy_at("%s/..", data).text);
    return MARU_OK;
}

maru_status backup_restore(const char *path, const char *data, struct backup_told *told,
                           maru_error *err) {
    struct copy_path folder = {""};
    bool is_empty = false;
    *told = (struct backup_told){.n_tenant = 0};
    snprintf(told->path, sizeof told->path, "%s", data);
    if (!path[0] || !data[0]) {
        return fail(err, MARU_E_USAGE, "a backup and a folder are wanted");
    }
    maru_status st = files_is_empty(data, &is_empty, err);
    if (st == MARU_OK && !is_empty) {
        st =
            fail(err, MARU_E_USAGE,
                 "%.150s is not empty: a backup is restored into a new folder, then the two change "
                 "places",
                 data);
    }
    st = st == MARU_OK ? copy_make_beside(data, &folder, err) : st;
    st = st == MARU_OK ? take_out(path, folder.text, err) : st;
    st = st == MARU_OK ? look_at_all(folder.text, told, err) : st;
    st = st == MARU_OK ? put_in_place(folder.text, data, err) : st;
    if (st != MARU_OK) {
        copy_remove_tree(folder.text);
    }
    return st;
}
