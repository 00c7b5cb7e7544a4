#include "store/backup.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/status.h"
#include "io/files.h"
#include "store/copy.h"
#include "store/store.h"

// SQLite's backup API copies each file in one step, inside one read transaction: a copy of one moment, while
// the server goes on writing. All copies are made in a private folder beside the place and renamed
// when they are whole. A tenant whose removal begins meanwhile is taken out afterwards: whoever removes
// it looks at what is in place by then, and what came into place later is looked at here.

enum { BUSY_MS = 30000, SUMS_BYTES = 2 << 20 };

// ---- one file

static maru_status make_private(const char *path, maru_error *err) {
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return copy_refuse(err, "cannot make", path);
    }
    close(file);
    return MARU_OK;
}

static int copy_pages(sqlite3 *from, sqlite3 *to) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup) {
        return sqlite3_errcode(to);
    }
    int code = SQLITE_OK;
    for (int waited_ms = 0; waited_ms < BUSY_MS; waited_ms += 50) {
        code = sqlite3_backup_step(backup, -1);
        if (code != SQLITE_BUSY && code != SQLITE_LOCKED) {
            break;
        }
        sqlite3_sleep(50);
    }
    const int finished = sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? finished : code;
}

static maru_status copy_database(const char *from, const char *to, maru_error *err) {
    sqlite3 *live = NULL, *copy = NULL;
    maru_status st = make_private(to, err);
    if (st != MARU_OK) {
        return st;
    }
    int code = sqlite3_open_v2(from, &live, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_busy_timeout(live, BUSY_MS);
    code = code == SQLITE_OK ? sqlite3_open_v2(to, &copy, SQLITE_OPEN_READWRITE, NULL) : code;
    code = code == SQLITE_OK ? copy_pages(live, copy) : code;
    sqlite3_close(copy);
    sqlite3_close(live);
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
        return fail(err, MARU_E_INPUT, "%.150s is damaged: its last good backup is needed", from);
    }
    if (code != SQLITE_OK) {
        return fail(err, MARU_E_IO, "%.150s cannot be copied: %s", from, sqlite3_errstr(code));
    }
    return copy_check(to, "quick_check", err); // leaves it without a log beside it
}

// ---- all files

static int see_exists(void *context, int n, char **value, char **name) {
    (void)n, (void)value, (void)name;
    *(bool *)context = true;
    return 0;
}

static bool is_tenant(sqlite3 *db, const char *name) { // `name` is plain letters
    bool is_there = false;
    const struct copy_path sql = copy_at("SELECT 1 FROM tenant WHERE name = '%s'", name);
    return sqlite3_exec(db, sql.text, see_exists, &is_there, NULL) != SQLITE_OK || is_there;
}

static maru_status copy_tenants(const char *data, const char *folder, maru_error *err) {
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    maru_status st = copy_open(copy_at("%s/server.db", folder).text, &db, err);
    if (st != MARU_OK) {
        return st;
    }
    sqlite3_prepare_v2(db, "SELECT name FROM tenant ORDER BY name", -1, &statement, NULL);
    int code = SQLITE_OK;
    while (st == MARU_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        if (!name || !store_is_tenant_name(name)) {
            st = fail(err, MARU_E_INPUT, "server.db names a tenant that cannot be");
            break;
        }
        const struct copy_path from = copy_at("%s/tenants/%s.db", data, name);
        const struct copy_path to = copy_at("%s/tenants/%s.db", folder, name);
        int64_t version = 0;
        if (access(from.text, F_OK) != 0) {
            continue; // nobody ever used it
        }
        st = copy_database(from.text, to.text, err);
        st = st == MARU_OK ? copy_version(to.text, &version, err) : st;
        if (st == MARU_OK && version == 0) { // it is being made: there is no table in it yet
            unlink(to.text);
        }
    }
    if (st == MARU_OK && code != SQLITE_DONE) {
        st = fail(err, MARU_E_INPUT, "server.db is damaged");
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return st;
}

static maru_status write_sums(const char *folder, struct backup_told *told, maru_error *err) {
    struct text sums;
    text_init(&sums, SUMS_BYTES);
    maru_status st = copy_sums(folder, &sums, told, err);
    if (st == MARU_OK) {
        st = files_replace(copy_at("%s/SHA256SUMS", folder).text, sums.bytes, sums.n_bytes, err);
    }
    text_fini(&sums);
    return st;
}

static maru_status copy_all(const char *data, const char *folder, struct backup_told *told,
                            maru_error *err) {
    if (mkdir(copy_at("%s/tenants", folder).text, 0700) != 0) {
        return copy_refuse(err, "cannot make a folder in", folder);
    }
    maru_status st = copy_database(copy_at("%s/server.db", data).text,
                                   copy_at("%s/server.db", folder).text, err);
    st = st == MARU_OK ? copy_tenants(data, folder, err) : st;
    st = st == MARU_OK ? write_sums(folder, told, err) : st;
    copy_flush(copy_at("%s/tenants", folder).text);
    copy_flush(folder);
    return st;
}

// ---- tenants that are removed

// Is there anything of the tenant in this backup?
static bool has_tenant(const char *folder, const char *name) {
    sqlite3 *db = NULL;
    bool has = access(copy_at("%s/tenants/%s.db", folder, name).text, F_OK) == 0;
    if (!has && copy_open(copy_at("%s/server.db", folder).text, &db, NULL) == MARU_OK) {
        has = is_tenant(db, name);
        sqlite3_close(db);
    }
    return has;
}

static maru_status forget_in(const char *folder, const char *name, maru_error *err) {
    sqlite3 *db = NULL;
    struct backup_told told = {.n_tenant = 0};
    const struct copy_path file = copy_at("%s/tenants/%s.db", folder, name);
    if (unlink(file.text) != 0 && errno != ENOENT) {
        return copy_refuse(err, "cannot remove", file.text);
    }
    maru_status st = copy_open(copy_at("%s/server.db", folder).text, &db, err);
    if (st == MARU_OK) {
        const struct copy_path sql = copy_at("DELETE FROM tenant WHERE name = '%s'", name);
        if (sqlite3_exec(db, sql.text, NULL, NULL, NULL) != SQLITE_OK) {
            st = fail(err, MARU_E_IO, "%.100s/server.db: %s", folder, sqlite3_errmsg(db));
        }
        sqlite3_close(db);
    }
    return st == MARU_OK ? write_sums(folder, &told, err) : st;
}

typedef maru_status (*for_backup)(const char *folder, const char *name, maru_error *err);

static maru_status each_backup_of(const char *data, const char *tenant, for_backup act,
                                  struct text *removed, maru_error *err) {
    const struct copy_path backups = copy_at("%s/backups", data);
    DIR *dir = opendir(backups.text);
    maru_status st = MARU_OK;
    if (!dir) {
        return errno == ENOENT ? MARU_OK : copy_refuse(err, "cannot look into", backups.text);
    }
    // cppcheck-suppress readdirCalled; one thread has this folder
    for (const struct dirent *entry = readdir(dir); entry && st == MARU_OK; entry = readdir(dir)) {
        // one that is being made is not in place yet, and has another name
        const struct copy_path folder = copy_at("%s/%s", backups.text, entry->d_name);
        if (strchr(entry->d_name, '.') == NULL && has_tenant(folder.text, tenant)) {
            st = act ? act(folder.text, tenant, err) : MARU_OK;
            text_addf(removed, "backups/%s/tenants/%s.db\n", entry->d_name, tenant);
        }
    }
    closedir(dir);
    return st;
}

maru_status backup_forget(const char *data, const char *tenant, struct text *removed,
                          maru_error *err) {
    return each_backup_of(data, tenant, forget_in, removed, err);
}

maru_status backup_list(const char *data, const char *tenant, struct text *removed,
                        maru_error *err) {
    return each_backup_of(data, tenant, NULL, removed, err);
}

// What was removed while the backup was made.
static maru_status forget_gone(const char *data, const char *folder, maru_error *err) {
    sqlite3 *live = NULL;
    struct dirent **entry = NULL;
    maru_status st = MARU_OK;
    const int n = scandir(copy_at("%s/tenants", folder).text, &entry, NULL, alphasort);
    sqlite3_open_v2(copy_at("%s/server.db", data).text, &live, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_busy_timeout(live, BUSY_MS);
    for (int i = 0; i < n; i++) {
        char name[STORE_TENANT_BYTES];
        const size_t n_name = strcspn(entry[i]->d_name, ".");
        if (n_name > 0 && n_name < sizeof name) {
            memcpy(name, entry[i]->d_name, n_name);
            name[n_name] = '\0';
            if (st == MARU_OK && !is_tenant(live, name)) {
                st = forget_in(folder, name, err);
            }
        }
        free(entry[i]); // scandir's
    }
    free(entry);
    sqlite3_close(live);
    return st;
}

// ---- one file for all

static maru_status pack_file(struct archive *archive, const char *folder, const char *name,
                             maru_error *err) {
    enum { PART_BYTES = 1 << 16 };
    const struct copy_path path = copy_at("%s/%s", folder, name);
    struct stat what;
    const int file = open(path.text, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &what) != 0) {
        const maru_status st = copy_refuse(err, "cannot read", path.text);
        if (file >= 0) {
            close(file);
        }
        return st;
    }
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, what.st_size);
    archive_entry_set_mtime(entry, what.st_mtime, 0);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    bool is_good = archive_write_header(archive, entry) == ARCHIVE_OK;
    char part[PART_BYTES];
    ssize_t n = 0;
    while (is_good && (n = read(file, part, sizeof part)) > 0) {
        is_good = archive_write_data(archive, part, (size_t)n) == n;
    }
    archive_entry_free(entry);
    close(file);
    return is_good && n == 0 ? MARU_OK
                             : fail(err, MARU_E_IO, "cannot pack %.100s: %.100s", name,
                                    archive_error_string(archive));
}

static maru_status pack_all(struct archive *archive, const char *folder, maru_error *err) {
    struct text sums;
    text_init(&sums, SUMS_BYTES);
    maru_status st = files_read(copy_at("%s/SHA256SUMS", folder).text, &sums, err);
    st = st == MARU_OK ? pack_file(archive, folder, "SHA256SUMS", err) : st;
    char *line = sums.bytes;
    for (char *end; st == MARU_OK && line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0'; // "hash  name", as written here
        st = pack_file(archive, folder, line + (size_t)2 * crypto_hash_sha256_BYTES + 2, err);
    }
    text_fini(&sums);
    return st;
}

static maru_status pack(const char *folder, const char *path, maru_error *err) {
    const struct copy_path fresh = copy_at("%s/packed", folder);
    const int file = open(fresh.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return copy_refuse(err, "cannot write", fresh.text);
    }
    struct archive *archive = archive_write_new();
    maru_status st = archive ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        archive_write_add_filter_zstd(archive);
        archive_write_set_format_pax_restricted(archive);
        if (archive_write_open_fd(archive, file) != ARCHIVE_OK) {
            st = fail(err, MARU_E_IO, "cannot pack: %.100s", archive_error_string(archive));
        }
        st = st == MARU_OK ? pack_all(archive, folder, err) : st;
        if (archive_write_close(archive) != ARCHIVE_OK && st == MARU_OK) {
            st = fail(err, MARU_E_IO, "cannot pack: %.100s", archive_error_string(archive));
        }
        archive_write_free(archive);
    }
    if (st == MARU_OK && fsync(file) != 0) {
        st = copy_refuse(err, "cannot write", path);
    }
    close(file);
    if (st == MARU_OK && link(fresh.text, path) != 0) { // unlike rename it replaces nothing
        st = copy_refuse(err, "cannot write", path);
    }
    return st;
}

// ---- the whole

static maru_status name_kept(const char *data, struct copy_path *out, maru_error *err) {
    char stamp[32];
    struct tm tm;
    const time_t now = time(NULL);
    gmtime_r(&now, &tm);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H-%M-%SZ", &tm);
    const struct copy_path backups = copy_at("%s/backups", data);
    if (mkdir(backups.text, 0700) != 0 && errno != EEXIST) {
        return copy_refuse(err, "cannot make", backups.text);
    }
    *out = copy_at("%s/%s", backups.text, stamp);
    return MARU_OK;
}

static bool is_packed_name(const char *path) {
    static const char ending[] = ".tar.zst";
    const size_t n = strlen(path), n_ending = sizeof ending - 1;
    return n > n_ending && strcmp(path + n - n_ending, ending) == 0;
}

maru_status backup_write(const char *data, const char *path, struct backup_told *told,
                         maru_error *err) {
    struct copy_path place = {""}, folder = {""};
    maru_status st = MARU_OK;
    if (path) {
        place = copy_at("%s", path);
    } else {
        st = name_kept(data, &place, err);
    }
    *told = (struct backup_told){.n_tenant = 0};
    if (st == MARU_OK && !place.text[0]) {
        st = fail(err, MARU_E_USAGE, "the name of the backup is empty or too long");
    } else if (st == MARU_OK && access(place.text, F_OK) == 0) {
        st = fail(err, MARU_E_USAGE, "%.150s is there already: a backup replaces nothing",
                  place.text);
    }
    st = st == MARU_OK ? copy_make_beside(place.text, &folder, err) : st;
    st = st == MARU_OK ? copy_all(data, folder.text, told, err) : st;
    if (st == MARU_OK && is_packed_name(place.text)) {
        st = pack(folder.text, place.text, err);
        copy_remove_tree(folder.text);
    } else if (st == MARU_OK && rename(folder.text, place.text) != 0) {
        st = copy_refuse(err, "cannot write", place.text);
    } else if (st == MARU_OK) {
        copy_flush(copy_at("%s/..", place.text).text);
        st = path ? MARU_OK : forget_gone(data, place.text, err);
    }
    if (st != MARU_OK) {
        copy_remove_tree(folder.text);
    }
    snprintf(told->path, sizeof told->path, "%s", place.text);
    return st;
}
