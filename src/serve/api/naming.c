#include "serve/api/naming.h"

#include <stdio.h>
#include <string.h>

#include "base/csv.h"

// plant.csv is read by itself, not by the reader of plants: a plant with faults is no plant yet, but people
// want to find it again under its name while they mend it.

enum { NAMING_ROW_BYTES = 1 << 16 };

// At most the bytes that a name may have, none of them half a letter.
static void cut(char name[STORE_NAME_BYTES], const char *from) {
    size_t n = strlen(from);
    if (n > STORE_NAME_BYTES - 4) {
        n = STORE_NAME_BYTES - 4;
        while (n > 0 && ((unsigned char)from[n] & 0xC0) == 0x80) {
            n--;
        }
    }
    memcpy(name, from, n);
    name[n] = '\0';
}

// The cell below the header "name".
static void find_in_table(const maru_file *file, char name[STORE_NAME_BYTES]) {
    struct arena arena;
    struct csv_reader reader;
    struct csv_row header, row;
    size_t n_header = 0, n_row = 0;
    arena_init(&arena, NAMING_ROW_BYTES);
    csv_init(&reader, ',', true);
    if (csv_next(&reader, file->bytes, file->n_bytes, true, &arena, &header, &n_header, NULL) ==
            MARU_OK &&
        csv_next(&reader, (const char *)file->bytes + n_header, file->n_bytes - n_header, true,
                 &arena, &row, &n_row, NULL) == MARU_OK) {
        for (uint32_t k = 0; k < header.n_field && k < row.n_field; k++) {
            if (strcmp(header.field[k].bytes, "name") == 0 && row.field[k].n > 0) {
                cut(name, row.field[k].bytes);
            }
        }
    }
    arena_fini(&arena);
}

static void find_in_file_name(const char *file, char name[STORE_NAME_BYTES]) {
    static const char *const ending[] = {".zst", ".xz", ".bz2", ".gz", ".tgz", ".tar", ".zip"};
    char text[STORE_NAME_BYTES * 2];
    const char *slash = strrchr(file, '/');
    snprintf(text, sizeof text, "%s", slash && slash[1] ? slash + 1 : file);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        const size_t n = strlen(text), n_ending = strlen(ending[i]);
        if (n > n_ending && strcmp(text + n - n_ending, ending[i]) == 0) {
            text[n - n_ending] = '\0';
        }
    }
    if (text_is_utf8(text, strlen(text))) {
        cut(name, text);
    }
}

void naming_find(const struct tables *utf8, const char *file, char name[STORE_NAME_BYTES]) {
    name[0] = '\0';
    for (size_t i = 0; i < utf8->n && !name[0]; i++) {
        if (strcmp(utf8->file[i].name, "plant.csv") == 0 &&
            text_is_utf8(utf8->file[i].bytes, utf8->file[i].n_bytes)) {
            find_in_table(&utf8->file[i], name);
        }
    }
    if (!name[0]) {
        find_in_file_name(file, name);
    }
    if (!name[0]) {
        cut(name, "plant");
    }
}
