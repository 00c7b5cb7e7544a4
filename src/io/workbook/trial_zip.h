// Zips for the tests of workbooks.
#ifndef IO_WORKBOOK_TRIAL_ZIP_H
#define IO_WORKBOOK_TRIAL_ZIP_H

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

enum { CAP_BYTES = 1 << 28 };

struct part {
    const char *path, *text;
};

static la_ssize_t write_some(struct archive *archive, void *context, const void *bytes, size_t n) {
    (void)archive;
    text_add(context, bytes, n);
    return (la_ssize_t)n;
}

// A zip of these parts, as a spreadsheet program writes it.
static void zip(const struct part *part, struct text *out) {
    struct archive *archive = archive_write_new();
    text_init(out, CAP_BYTES);
    archive_write_set_format_zip(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    assert_int_equal(archive_write_open(archive, out, NULL, write_some, NULL), ARCHIVE_OK);
    for (; part->path; part++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, part->path);
        archive_entry_set_size(entry, (la_int64_t)strlen(part->text));
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        archive_write_data(archive, part->text, strlen(part->text));
        archive_entry_free(entry);
    }
    archive_write_close(archive);
    archive_write_free(archive);
    assert_int_equal(out->status, MARU_OK);
}

#endif
