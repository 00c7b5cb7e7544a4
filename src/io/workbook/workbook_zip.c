#include <archive.h>
#include <archive_entry.h>
#include <strings.h>

#include "base/status.h"
#include "io/workbook/workbook_inside.h"

// One part of the zip that a workbook is, found by its path in the zip's directory and unpacked piece by piece; nothing is written
// anywhere, so that paths which lead elsewhere do no harm. What unpacks to far more than it was is refused while it is unpacked.
// libarchive and not a zip library of its own, since the tree stands on it already.

maru_status workbook_count_unpacked(struct workbook_job *job, size_t n, maru_error *err) {
    job->n_unpacked += n;
    const bool is_bomb =
        job->n_unpacked > WORKBOOK_FREE_BYTES && job->n_unpacked / WORKBOOK_MAX_RATIO > job->n;
    return is_bomb ? fail(err, MARU_E_LIMIT, "the workbook unpacks to more than %d times its size",
                          WORKBOOK_MAX_RATIO)
                   : MARU_OK;
}

static bool is_path(struct archive_entry *entry, const char *path) {
    const char *name = archive_entry_pathname(entry);
    return name && strcasecmp(name[0] == '/' ? name + 1 : name, path) == 0;
}

// Reads the directory on to this path.
static maru_status find_path(struct archive *archive, const char *path, bool *is_there,
                             maru_error *err) {
    struct archive_entry *entry = NULL;
    int code = ARCHIVE_OK;
    for (uint32_t n_entry = 1;
         (code = archive_read_next_header(archive, &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN;
         n_entry++) {
        if (n_entry > WORKBOOK_MAX_ENTRIES) {
            return fail(err, MARU_E_LIMIT, "a workbook has at most %d parts", WORKBOOK_MAX_ENTRIES);
        }
        if (is_path(entry, path)) {
            *is_there = true;
            return archive_entry_is_encrypted(entry)
                       ? fail(err, MARU_E_INPUT,
                              "the workbook is encrypted: save it without a password")
                       : MARU_OK;
        }
    }
    return code == ARCHIVE_EOF ? MARU_OK
                               : fail(err, MARU_E_INPUT, "the workbook is damaged: it is no zip");
}

maru_status workbook_part_open(struct workbook_job *job, const char *path, struct archive **part) {
    union {
        const char *kept;
        void *in; // older than const
    } body = {.kept = job->bytes};
    struct archive *archive = archive_read_new();
    bool is_there = false;
    *part = NULL;
    if (!archive) {
        return fail(job->err, MARU_E_MEMORY, "no memory");
    }
    archive_read_support_format_zip_seekable(archive);
    maru_status st = archive_read_open_memory(archive, body.in, job->n) == ARCHIVE_OK
                         ? find_path(archive, path, &is_there, job->err)
                         : fail(job->err, MARU_E_INPUT, "the workbook is damaged: it is no zip");
    if (st == MARU_OK && is_there) {
        *part = archive;
    } else {
        archive_read_free(archive);
    }
    return st;
}

maru_status workbook_part_read(struct workbook_job *job, struct archive *part, void *bytes,
                               size_t n, size_t *n_read, maru_error *err) {
    const la_ssize_t n_got = archive_read_data(part, bytes, n);
    if (n_got < 0) {
        return fail(err, MARU_E_INPUT, "the workbook is damaged");
    }
    *n_read = (size_t)n_got;
    return workbook_count_unpacked(job, *n_read, err);
}

void workbook_part_close(struct archive *part) {
    if (part) {
        archive_read_free(part);
    }
}
