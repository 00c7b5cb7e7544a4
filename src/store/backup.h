// Backups of a data folder, made beside the running server, and the way back.
//
// A backup is a folder: `server.db`, `tenants/NAME.db` and `SHA256SUMS`, which sha256sum -c reads; or
// the same as one file (tar in zstd). Each file is a copy of one moment. Backups that maru keeps itself
// stand in DATA/backups; a tenant that is removed is taken out of these too.
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum { BACKUP_PATH_BYTES = 1024 };

struct backup_told {
    char path[BACKUP_PATH_BYTES];
    size_t n_tenant; // with a file
    uint64_t n_bytes;
};

// Copy the data folder into `path`: a file where it ends in .tar.zst, else a folder; it must not be there
// yet. NULL: a new folder in DATA/backups. It is there whole or not at all, and nobody else may read it.
//   errors  MARU_E_INPUT: a file is damaged; MARU_E_USAGE: `path` is there; MARU_E_IO
MARU_MUST_USE maru_status backup_write(const char *data, const char *path, struct backup_told *told,
                                       maru_error *err);

// Make the data folder, which must be missing or empty, from a backup; all of it is looked at first:
// its sums, that SQLite finds every file whole, and that this maru knows its versions. The files get the
// owner of the folder where that is there.
//   errors  MARU_E_INPUT: the backup is damaged or none; MARU_E_USAGE: the folder is not empty;
//           MARU_E_IO. Nothing is in place then.
MARU_MUST_USE maru_status backup_restore(const char *path, const char *data,
                                         struct backup_told *told, maru_error *err);

// Take a tenant out of the backups in DATA/backups; a line in `removed` for each file.
MARU_MUST_USE maru_status backup_forget(const char *data, const char *tenant, struct text *removed,
                                        maru_error *err);
// The lines alone.
MARU_MUST_USE maru_status backup_list(const char *data, const char *tenant, struct text *removed,
                                      maru_error *err);

#endif
