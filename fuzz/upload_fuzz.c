#include "target.h"

#include "serve/api/upload.h"

#include <stdlib.h>
#include <string.h>

// Bytes as an archive (first byte even) or as a form: tables or a refusal. Every table has a plain
// name of its own and is within its limit, and what was read can be written as a zip and read again.

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

static void check(const struct tables *tables) {
    size_t n_bytes = 0;
    require(tables->n <= UPLOAD_MAX_TABLES);
    for (size_t i = 0; i < tables->n; i++) {
        const char *name = tables->file[i].name;
        require(name[0] != '\0' && name[0] != '.' && !strpbrk(name, "/\\"));
        n_bytes += tables->file[i].n_bytes;
        for (size_t k = 0; k < i; k++) {
            require(strcmp(name, tables->file[k].name) != 0);
        }
    }
    require(n_bytes <= 2 * (size_t)UPLOAD_MAX_BYTES);
}

static void write_and_read(const struct tables *tables) {
    struct tables again = {0};
    struct text zip;
    text_init(&zip, 1 << 28);
    require(upload_write_zip(tables, &zip, NULL) == MARU_OK);
    require(upload_read_archive(zip.bytes, zip.n_bytes, &again, NULL) == MARU_OK);
    require(again.n == tables->n);
    for (size_t i = 0; i < again.n; i++) {
        require(strcmp(again.file[i].name, tables->file[i].name) == 0);
    }
    tables_fini(&again);
    text_fini(&zip);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct tables tables = {0};
    maru_error err = {0};
    if (n < 1) {
        return 0;
    }
    const maru_status st =
        bytes[0] % 2 == 0 ? upload_read_archive(bytes + 1, n - 1, &tables, &err)
                          : upload_read_form((const char *)bytes + 1, n - 1, "XyZ", &tables, &err);
    require(st == MARU_OK || err.text[0] != '\0');
    check(&tables);
    if (st == MARU_OK && tables.n > 0) {
        write_and_read(&tables);
    }
    tables_fini(&tables);
    return 0;
}
