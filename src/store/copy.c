#include "store/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "store/store.h"

// The sums are a text that follows from the files alone, so a restore makes it anew and compares: nothing
// of a backup is parsed.

struct copy_path copy_at(const char *format, ...) {
    struct copy_path path;
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(path.text, sizeof path.text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof path.text) {
        path.text[0] = '\0';
    }
    return path;
}

maru_status copy_refuse(maru_error *err, const char *what, const char *path) {
    char reason[128];
    return fail(err, MARU_E_IO, "%s %.150s: %s", what, path,
                strerror_r(errno, reason, sizeof reason));
}

// ---- sums

static maru_status add_sum(const char *folder, const char *name, struct text *out,
                           struct backup_told *told, maru_error *err) {
    enum { PART_BYTES = 1 << 16 };
    const struct copy_path path = copy_at("%s/%s", folder, name);
    const int file = open(path.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) {
        return copy_refuse(err, "cannot open", path.text);
    }
    crypto_hash_sha256_state state;
    unsigned char part[PART_BYTES], hash[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof hash + 1];
    ssize_t n = 0;
    crypto_hash_sha256_init(&state);
    while ((n = read(file, part, sizeof part)) > 0) {
        crypto_hash_sha256_update(&state, part, (size_t)n);
        told->n_bytes += (uint64_t)n;
    }
    const maru_status st = n < 0 ? copy_refuse(err, "cannot read", path.text) : MARU_OK;
    close(file);
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    text_addf(out, "%s  %s\n", hex, name);
    return st;
}

// NAME.db of a tenant that can be.
static bool is_tenant_file(const char *file) {
    char name[STORE_TENANT_BYTES];
    const size_t n = strlen(file);
    if (n < 4 || n - 3 >= sizeof name || strcmp(file + n - 3, ".db") != 0) {
        return false;
    }
    memcpy(name, file, n - 3);
    name[n - 3] = '\0';
    return store_is_tenant_name(name);
}

static int choose(const struct dirent *entry) {
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { // in every locale
    return strcmp((*a)->d_name, (*b)->d_name);
}

maru_status copy_sums(const char *folder, struct text *out, struct backup_told *told,
                      maru_error *err) {
    struct dirent **entry = NULL;
    const struct copy_path tenants = copy_at("%s/tenants", folder);
    maru_status st = add_sum(folder, "server.db", out, told, err);
    const int n = scandir(tenants.text, &entry, choose, by_bytes);
    if (n < 0) {
        return st != MARU_OK ? st : copy_refuse(err, "cannot look into", tenants.text);
    }
    for (int i = 0; i < n; i++) {
        const struct copy_path name = copy_at("tenants/%s", entry[i]->d_name);
        if (st == MARU_OK && !is_tenant_file(entry[i]->d_name)) {
            st = fail(err, MARU_E_INPUT, "%.100s is nothing that a backup has", name.text);
        }
        if (st == MARU_OK) {
            st = add_sum(folder, name.text, out, told, err);
            told->n_tenant++;
        }
        free(entry[i]); // scandir's
    }
    free(entry);
    return st == MARU_OK && out->status != MARU_OK ? fail(err, out->status, "no memory") : st;
}

// ---- files of SQLite

static maru_status refuse_code(sqlite3 *db, const char *path, maru_error *err) {
    const int code = sqlite3_errcode(db);
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB
               ? fail(err, MARU_E_INPUT, "%.150s is damaged", path)
               : fail(err, MARU_E_IO, "%.150s: %s", path, sqlite3_errmsg(db));
}

maru_status copy_open(const char *path, sqlite3 **db, maru_error *err) {
    maru_status st = MARU_OK;
    if (sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(*db,
                     "PRAGMA trusted_schema = OFF; PRAGMA journal_mode = DELETE;"
                     "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON",
                     NULL, NULL, NULL) != SQLITE_OK) {
        st = refuse_code(*db, path, err);
        sqlite3_close(*db);
        *db = NULL;
    }
    return st;
}

maru_status copy_check(const char *path, const char *pragma, maru_error *err) {
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    maru_status st = copy_open(path, &db, err);
    if (st != MARU_OK) {
        return st;
    }
    const struct copy_path sql = copy_at("PRAGMA %s(1)", pragma);
    bool is_whole = false;
    if (sqlite3_prepare_v2(db, sql.text, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const unsigned char *said = sqlite3_column_text(statement, 0);
        is_whole = said && strcmp((const char *)said, "ok") == 0;
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return is_whole ? MARU_OK : fail(err, MARU_E_INPUT, "%.150s is damaged", path);
}

maru_status copy_version(const char *path, int64_t *version, maru_error *err) {
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    const maru_status st = copy_open(path, &db, err);
    if (st != MARU_OK) {
        return st;
    }
    sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL);
    const bool is_read = sqlite3_step(statement) == SQLITE_ROW;
    *version = is_read ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return is_read ? MARU_OK : fail(err, MARU_E_INPUT, "%.150s is damaged", path);
}

// ---- folders

static int remove_one(const char *path, const struct stat *what, int kind, struct FTW *where) {
    (void)what, (void)kind, (void)where;
    return remove(path);
}

void copy_remove_tree(const char *folder) {
    enum { N_OPEN = 8 };
    if (folder[0]) {
        (void)nftw(folder, remove_one, N_OPEN, FTW_DEPTH | FTW_PHYS);
    }
}

maru_status copy_give(const char *folder, uid_t user, gid_t group, maru_error *err) {
    static const char *const part[] = {"", "/tenants"};
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < sizeof part / sizeof part[0]; i++) {
        struct dirent **entry = NULL;
        const struct copy_path path = copy_at("%s%s", folder, part[i]);
        const int n = scandir(path.text, &entry, choose, by_bytes);
        st = n < 0 || lchown(path.text, user, group) != 0
                 ? copy_refuse(err, "cannot give to its new owner", path.text)
                 : MARU_OK;
        for (int k = 0; k < n; k++) {
            const struct copy_path file = copy_at("%s/%s", path.text, entry[k]->d_name);
            if (st == MARU_OK && lchown(file.text, user, group) != 0) {
                st = copy_refuse(err, "cannot give to its new owner", file.text);
            }
            free(entry[k]); // scandir's
        }
        free(entry);
    }
    return st;
}

maru_status copy_make_beside(const char *path, struct copy_path *out, maru_error *err) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') {
        n--;
    }
    *out = copy_at("%.*s.XXXXXX", (int)(n < BACKUP_PATH_BYTES ? n : BACKUP_PATH_BYTES), path);
    if (!out->text[0]) {
        return fail(err, MARU_E_IO, "the name is too long");
    }
    if (!mkdtemp(out->text)) {
        out->text[0] = '\0';
        return copy_refuse(err, "cannot write beside", path);
    }
    return MARU_OK;
}

void copy_flush(const char *path) {
    const int file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0) {
        (void)fsync(file);
        close(file);
    }
}
