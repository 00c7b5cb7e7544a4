// What making a backup and restoring one share: paths, sums, files of SQLite that nobody else has open.
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include <sqlite3.h>
#include <sys/types.h>

#include "store/backup.h"

struct copy_path {
    char text[BACKUP_PATH_BYTES];
};

// A path; "" where it is too long, which no system call takes.
struct copy_path copy_at(const char *format, ...) MARU_PRINTF(1, 2);
maru_status copy_refuse(maru_error *err, const char *what, const char *path); // with errno

// The lines of SHA256SUMS for what stands in the folder, in their order: server.db, then the tenants
// by name. Counts them in `told`.
//   errors  MARU_E_INPUT: there is something that no backup has
MARU_MUST_USE maru_status copy_sums(const char *folder, struct text *out, struct backup_told *told,
                                    maru_error *err);

// Open a file that is alone: no log beside it, and what is deleted is overwritten.
MARU_MUST_USE maru_status copy_open(const char *path, sqlite3 **db, maru_error *err);
// Does SQLite find it whole? pragma: quick_check or integrity_check.
MARU_MUST_USE maru_status copy_check(const char *path, const char *pragma, maru_error *err);
// Which migrations it has seen; 0: none, there is no table in it.
MARU_MUST_USE maru_status copy_version(const char *path, int64_t *version, maru_error *err);

void copy_remove_tree(const char *folder);
// Give the folder of a backup and what is in it to somebody else.
MARU_MUST_USE maru_status copy_give(const char *folder, uid_t user, gid_t group, maru_error *err);
// A new private folder beside `path`.
MARU_MUST_USE maru_status copy_make_beside(const char *path, struct copy_path *out,
                                           maru_error *err);
void copy_flush(const char *path); // a folder onto the disk

#endif
