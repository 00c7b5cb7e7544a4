#include "target.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "base/csv.h"
#include "io/workbook/workbook.h"

// A workbook. The first byte tells how the rest is meant: even, the bytes of the file as they are; odd, five parts with a line of
// "----" between them (workbook, relations, strings, styles, sheet), which are put in a zip here: in a zip of its own hardly any
// change passes its checksums; 3 more than a multiple of 4, the content of an .ods alone.
//
// Properties: the text that comes out is UTF-8 and reads as CSV, line by line; asking for the chosen sheet by its name gives the same.

enum { MAX_TEXT_BYTES = 1 << 24, N_PART = 5 };

static la_ssize_t write_some(struct archive *archive, void *context, const void *bytes, size_t n) {
    (void)archive;
    text_add(context, bytes, n);
    return (la_ssize_t)n;
}

static void add_part(struct archive *archive, const char *path, const char *bytes, size_t n) {
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, path);
    archive_entry_set_size(entry, (la_int64_t)n);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    must(archive_write_header(archive, entry) == ARCHIVE_OK);
    (void)archive_write_data(archive, bytes, n);
    archive_entry_free(entry);
}

static struct archive *begin_zip(struct text *out) {
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    archive_write_zip_set_compression_store(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    must(archive_write_open(archive, out, NULL, write_some, NULL) == ARCHIVE_OK);
    return archive;
}

static void make_opendocument(const char *bytes, size_t n, struct text *out) {
    static const char type[] = "application/vnd.oasis.opendocument.spreadsheet";
    struct archive *archive = begin_zip(out);
    add_part(archive, "mimetype", type, sizeof type - 1);
    add_part(archive, "content.xml", bytes, n);
    archive_write_close(archive);
    archive_write_free(archive);
}

static void make_zip(const char *bytes, size_t n, struct text *out) {
    static const char *const path[N_PART] = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                             "xl/sharedStrings.xml", "xl/styles.xml",
                                             "xl/worksheets/sheet1.xml"};
    static const char between[] = "\n----\n";
    struct archive *archive = begin_zip(out);
    for (size_t i = 0; i < N_PART && n > 0; i++) {
        const char *end = memmem(bytes, n, between, sizeof between - 1);
        const size_t n_part = end && i + 1 < N_PART ? (size_t)(end - bytes) : n;
        add_part(archive, path[i], bytes, n_part);
        const size_t n_used = n_part < n ? n_part + sizeof between - 1 : n;
        bytes += n_used;
        n -= n_used;
    }
    archive_write_close(archive);
    archive_write_free(archive);
}

static void check_text(const struct workbook *book) {
    struct csv_reader reader;
    struct csv_row row;
    struct arena arena;
    size_t at = 0;
    size_t n_used = 0;
    maru_status st = MARU_OK;
    must(text_is_utf8(book->csv.bytes, book->csv.n_bytes));
    csv_init(&reader, ',', true);
    arena_init(&arena, (size_t)1 << 30);
    while (st == MARU_OK) {
        st = csv_next(&reader, book->csv.bytes + at, book->csv.n_bytes - at, true, &arena, &row,
                      &n_used, NULL);
        at += st == MARU_OK ? n_used : 0;
        must(st != MARU_OK || row.n_field <= WORKBOOK_MAX_COLUMNS);
    }
    must(st == MARU_MORE || st == MARU_E_LIMIT);
    must(st != MARU_MORE || at == book->csv.n_bytes);
    must(reader.line <= WORKBOOK_MAX_ROWS + 1);
    arena_fini(&arena);
}

static bool is_first_of_name(const struct workbook *book) {
    for (uint32_t i = 0; i < book->chosen; i++) {
        if (strcmp(book->sheet[i].name, book->sheet[book->chosen].name) == 0) {
            return false;
        }
    }
    return true;
}

static void check(const char *bytes, size_t n) {
    struct workbook book = {0};
    struct workbook again = {0};
    maru_error err = {0};
    if (workbook_read(bytes, n, NULL, MAX_TEXT_BYTES, &book, &err) != MARU_OK) {
        must(err.text[0] != '\0' && !book.sheet);
        return;
    }
    must(book.chosen < book.n_sheet && book.n_cell > 0);
    check_text(&book);
    if (is_first_of_name(&book)) {
        must(workbook_read(bytes, n, book.sheet[book.chosen].name, MAX_TEXT_BYTES, &again, NULL) ==
             MARU_OK);
        must(again.csv.n_bytes == book.csv.n_bytes);
        must(memcmp(again.csv.bytes, book.csv.bytes, book.csv.n_bytes) == 0);
    }
    workbook_fini(&again);
    workbook_fini(&book);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    if (bytes[0] % 2 == 0) {
        check((const char *)bytes + 1, n - 1);
        return 0;
    }
    struct text zip;
    text_init(&zip, MAX_TEXT_BYTES);
    if (bytes[0] % 4 == 3) {
        make_opendocument((const char *)bytes + 1, n - 1, &zip);
    } else {
        make_zip((const char *)bytes + 1, n - 1, &zip);
    }
    if (zip.status == MARU_OK && zip.n_bytes > 0) {
        check(zip.bytes, zip.n_bytes);
    }
    text_fini(&zip);
    return 0;
}
