// Tables that come in one body: a zip, a tar, or a form of files.
#ifndef SERVE_UPLOAD_H
#define SERVE_UPLOAD_H

#include "serve/http/request.h"

enum {
    UPLOAD_MAX_TABLES = 512,
    UPLOAD_MAX_TABLE_BYTES = 16 << 20,
    UPLOAD_MAX_BYTES = 128 << 20,         // of all tables, unpacked
    UPLOAD_MAX_SKIPPED_BYTES = 256 << 20, // of what is no table in an archive, unpacked
    UPLOAD_MAX_ENTRIES = 4096,            // of an archive, folders and the rest included
};

// Read the tables of the request's body by its Content-Type. Folders are left out of names; what is no
// table (.csv, .txt, .1l) is passed over. Bytes stay as they are.
//   memory  tables_fini frees, also after an error
//   errors  MARU_E_INPUT: it is not what it says, two tables have one name, or there is none;
//           MARU_E_LIMIT: too many, or too large
MARU_MUST_USE maru_status upload_read(struct request *request, struct tables *out, maru_error *err);

// Read an archive.
MARU_MUST_USE maru_status upload_read_archive(const void *bytes, size_t n, struct tables *out,
                                              maru_error *err);
// Read a form with this boundary.
MARU_MUST_USE maru_status upload_read_form(const char *bytes, size_t n, const char *boundary,
                                           struct tables *out, maru_error *err);

// A copy in which CP949 and UTF-16 have become UTF-8: what checks and runs read.
//   memory  tables_fini frees, also after an error
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status upload_to_utf8(const struct tables *tables, struct tables *out,
                                         maru_error *err);

// The plant that is kept as a version.
//   memory  the caller frees
//   errors  MARU_E_USAGE: there is no such version; MARU_E_INPUT: it has faults
MARU_MUST_USE maru_status upload_open_plant(struct tenant *tenant, const char *plant,
                                            int64_t version, maru_plant **out, maru_error *err);

// The tables as a zip.
MARU_MUST_USE maru_status upload_write_zip(const struct tables *tables, struct text *out,
                                           maru_error *err);

#endif
