#include "serve/api/upload.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/charset.h"
#include "io/folder.h"
#include "serve/api/form.h"

// Archives are libarchive's: zip, tar, and tar inside gzip, zstd, xz or bzip2, nothing else. An entry is a
// name and bytes; nothing is ever written to a disk, so no path can lead anywhere. Sizes are counted as
// they come out, not as the archive claims them.

static const char *plain_name(const char *path) {
    const char *slash = strrchr(path, '/'), *back = strrchr(path, '\\');
    const char *name = slash ? slash + 1 : path;
    return back && back + 1 > name ? back + 1 : name;
}

static bool is_table(const char *name) {
    static const char *const ending[] = {".csv", ".txt", ".1l"};
    const size_t n = strlen(name);
    for (size_t i = 0; name[0] != '.' && i < sizeof ending / sizeof ending[0]; i++) {
        const size_t n_ending = strlen(ending[i]);
        if (n > n_ending && n < 120 && strcmp(name + n - n_ending, ending[i]) == 0) {
            return text_is_utf8(name, n);
        }
    }
    return false;
}

static size_t all_bytes(const struct tables *tables) {
    size_t n = 0;
    for (size_t i = 0; i < tables->n; i++) {
        n += tables->file[i].n_bytes;
    }
    return n;
}

// Take over `bytes` as a table, if it is one more that may be.
static maru_status add_table(struct tables *tables, const char *name, char *bytes, size_t n,
                             maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; i < tables->n; i++) {
        if (strcmp(tables->file[i].name, name) == 0) {
            st = fail_at(err, MARU_E_INPUT, name, 0, 0, "the table %.80s comes twice", name);
        }
    }
    if (st == MARU_OK && tables->n == UPLOAD_MAX_TABLES) {
        st = fail(err, MARU_E_LIMIT, "at most %d tables are possible", UPLOAD_MAX_TABLES);
    }
    if (st == MARU_OK && all_bytes(tables) + n > UPLOAD_MAX_BYTES) {
        st = fail(err, MARU_E_LIMIT, "the tables have more than %d bytes", UPLOAD_MAX_BYTES);
    }
    if (st != MARU_OK) {
        alloc_free(bytes);
        return st;
    }
    return tables_add(tables, name, bytes, n, err);
}

// ---- archives

static maru_status read_entry(struct archive *archive, const char *name, struct tables *out,
                              maru_error *err) {
    struct text bytes;
    char block[16 << 10];
    la_ssize_t n = 0;
    text_init(&bytes, UPLOAD_MAX_TABLE_BYTES);
    text_add(&bytes, "", 0);
    while (bytes.status == MARU_OK && (n = archive_read_data(archive, block, sizeof block)) > 0) {
        text_add(&bytes, block, (size_t)n);
    }
    maru_status st = MARU_OK;
    if (bytes.status == MARU_E_LIMIT) {
        st = fail_at(err, MARU_E_LIMIT, name, 0, 0, "a table has at most %d bytes",
                     UPLOAD_MAX_TABLE_BYTES);
    } else if (n < 0) {
        st = fail_at(err, MARU_E_INPUT, name, 0, 0, "the archive is damaged here");
    } else if (bytes.status != MARU_OK) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st == MARU_OK && !bytes.bytes) {
        bytes.bytes = alloc_new(1, 1);
        st = bytes.bytes ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st != MARU_OK) {
        text_fini(&bytes);
        return st;
    }
    return add_table(out, name, bytes.bytes, bytes.n_bytes, err);
}

// Pass over an entry that is no table. What it unpacks to is counted as well: a small archive may unpack to days of work.
static maru_status skip_entry(struct archive *archive, uint64_t *n_skipped, maru_error *err) {
    const void *block = NULL;
    size_t n = 0;
    la_int64_t offset = 0;
    int code = ARCHIVE_OK;
    while (*n_skipped <= UPLOAD_MAX_SKIPPED_BYTES &&
           (code = archive_read_data_block(archive, &block, &n, &offset)) == ARCHIVE_OK) {
        *n_skipped += n;
    }
    if (code == ARCHIVE_OK) {
        return fail(err, MARU_E_LIMIT, "an archive has at most %d bytes that are no tables",
                    UPLOAD_MAX_SKIPPED_BYTES);
    }
    return MARU_OK; // what is damaged in it is of no use, or seen at the next entry
}

maru_status upload_read_archive(const void *bytes, size_t n, struct tables *out, maru_error *err) {
    struct archive *archive = archive_read_new();
    if (!archive) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    archive_read_support_format_zip(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_bzip2(archive);
    union {
        const void *kept;
        void *in; // older than const
    } body = {.kept = bytes};
    maru_status st = archive_read_open_memory(archive, body.in, n) == ARCHIVE_OK
                         ? MARU_OK
                         : fail(err, MARU_E_INPUT, "this is neither a zip nor a tar");
    struct archive_entry *entry = NULL;
    int code = ARCHIVE_OK;
    size_t n_entry = 0;
    uint64_t n_skipped = 0;
    while (st == MARU_OK && (code = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
        const char *path = archive_entry_pathname(entry);
        const char *name = path ? plain_name(path) : "";
        if (++n_entry > UPLOAD_MAX_ENTRIES) {
            st = fail(err, MARU_E_LIMIT, "an archive has at most %d entries", UPLOAD_MAX_ENTRIES);
        } else if (archive_entry_filetype(entry) == AE_IFREG && is_table(name)) {
            char own[128];
            snprintf(own, sizeof own, "%s", name);
            st = read_entry(archive, own, out, err);
        } else {
            st = skip_entry(archive, &n_skipped, err);
        }
    }
    if (st == MARU_OK && code != ARCHIVE_EOF) {
        st = fail(err, MARU_E_INPUT, "the archive is damaged, or neither a zip nor a tar");
    }
    archive_read_free(archive);
    return st;
}

// ---- forms

static maru_status see_part(void *context, const struct form_part *part, maru_error *err) {
    const char *name = plain_name(part->file);
    if (!is_table(name)) {
        return MARU_OK;
    }
    if (part->n > UPLOAD_MAX_TABLE_BYTES) {
        return fail_at(err, MARU_E_LIMIT, name, 0, 0, "a table has at most %d bytes",
                       UPLOAD_MAX_TABLE_BYTES);
    }
    char *bytes = alloc_new(part->n + 1, 1);
    if (!bytes) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(bytes, part->bytes, part->n);
    return add_table(context, name, bytes, part->n, err);
}

maru_status upload_read_form(const char *bytes, size_t n, const char *boundary, struct tables *out,
                             maru_error *err) {
    return form_each(bytes, n, boundary, see_part, out, err);
}

// ---- both

maru_status upload_read(struct request *request, struct tables *out, maru_error *err) {
    const char *type = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_TYPE);
    const char *bytes = request->body.bytes ? request->body.bytes : "";
    maru_status st = MARU_OK;
    *out = (struct tables){0};
    if (type && strncasecmp(type, "multipart/form-data", 19) == 0) {
        char boundary[FORM_BOUNDARY_BYTES];
        form_find_boundary(type, boundary);
        st = upload_read_form(bytes, request->body.n_bytes, boundary, out, err);
    } else {
        st = upload_read_archive(bytes, request->body.n_bytes, out, err);
    }
    return st == MARU_OK && out->n == 0
               ? fail(err, MARU_E_INPUT,
                      "there is no table in it: files that end in .csv, .txt or .1l are wanted")
               : st;
}

maru_status upload_to_utf8(const struct tables *tables, struct tables *out, maru_error *err) {
    maru_status st = MARU_OK;
    *out = (struct tables){0};
    for (size_t i = 0; st == MARU_OK && i < tables->n; i++) {
        const maru_file *file = &tables->file[i];
        struct charset_text text = {0};
        if (charset_decode(file->bytes, file->n_bytes, &text, NULL) == MARU_OK && text.own) {
            st = add_table(out, file->name, text.own, text.n, err);
            continue;
        }
        char *bytes = alloc_new(file->n_bytes + 1, 1);
        if (!bytes) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        memcpy(bytes, file->bytes, file->n_bytes);
        st = add_table(out, file->name, bytes, file->n_bytes, err);
    }
    return st;
}

// ---- out

static la_ssize_t write_some(struct archive *archive, void *context, const void *bytes, size_t n) {
    (void)archive;
    struct text *out = context;
    text_add(out, bytes, n);
    return out->status == MARU_OK ? (la_ssize_t)n : -1;
}

maru_status upload_open_plant(struct tenant *tenant, const char *plant, int64_t version,
                              maru_plant **out, maru_error *err) {
    struct tables tables = {0}, utf8 = {0};
    maru_status st = tenant_get_tables(tenant, plant, version, NULL, &tables, err);
    st = st == MARU_OK ? upload_to_utf8(&tables, &utf8, err) : st;
    st = st == MARU_OK ? maru_plant_read(utf8.file, utf8.n, NULL, out, err) : st;
    tables_fini(&tables);
    tables_fini(&utf8);
    return st;
}

maru_status upload_write_zip(const struct tables *tables, struct text *out, maru_error *err) {
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    bool is_good = archive && entry && archive_write_set_format_zip(archive) == ARCHIVE_OK &&
                   archive_write_open(archive, out, NULL, write_some, NULL) == ARCHIVE_OK;
    for (size_t i = 0; is_good && i < tables->n; i++) {
        archive_entry_clear(entry);
        archive_entry_set_pathname_utf8(entry, tables->file[i].name);
        archive_entry_set_size(entry, (la_int64_t)tables->file[i].n_bytes);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        is_good = archive_write_header(archive, entry) == ARCHIVE_OK &&
                  archive_write_data(archive, tables->file[i].bytes, tables->file[i].n_bytes) ==
                      (la_ssize_t)tables->file[i].n_bytes;
    }
    is_good = is_good && archive_write_close(archive) == ARCHIVE_OK;
    archive_entry_free(entry);
    archive_write_free(archive);
    return is_good ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory for the archive");
}
