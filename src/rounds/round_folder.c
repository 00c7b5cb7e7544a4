#include "rounds/round_folder.h"

#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "io/charset.h"
#include "io/files.h"

// Files are read whole and written whole (io/files.h): who reads sees the old one or the new one.

maru_status round_folder_file(const char *folder, const char *name, struct text *out, bool *has,
                              maru_error *err) {
    struct text path, raw;
    struct charset_text decoded = {0};
    text_init(&path, 1 << 16);
    text_init(&raw, ROUNDS_MAX_FILE_BYTES);
    files_join(&path, folder, name);
    *has = path.status == MARU_OK && access(path.bytes, F_OK) == 0;
    maru_status st = path.status;
    if (*has) {
        st = files_read(path.bytes, &raw, err);
        st = st == MARU_OK ? charset_decode(raw.bytes, raw.n_bytes, &decoded, err) : st;
        if (st == MARU_OK) {
            text_add(out, decoded.bytes ? decoded.bytes : "", decoded.n);
            st = out->status;
        }
    }
    charset_fini(&decoded);
    text_fini(&raw);
    text_fini(&path);
    return st;
}

maru_status round_folder_write(const char *folder, const char *name, const struct text *text,
                               maru_error *err) {
    struct text path;
    text_init(&path, 1 << 16);
    files_join(&path, folder, name);
    maru_status st =
        path.status != MARU_OK || text->status != MARU_OK
            ? fail(err, MARU_E_MEMORY, "no memory")
            : files_replace(path.bytes, text->bytes ? text->bytes : "", text->n_bytes, err);
    text_fini(&path);
    return st;
}

maru_status round_folder_read(const char *folder, const char *rules, maru_faults *faults,
                              struct round_tables *out, maru_error *err) {
    struct text text[ROUND_FILES];
    struct round_bytes file[ROUND_FILES] = {{NULL, 0}};
    maru_status st = MARU_OK;
    for (int i = 0; i < ROUND_FILES; i++) {
        bool has = false;
        text_init(&text[i], ROUNDS_MAX_FILE_BYTES);
        if (st == MARU_OK && i == ROUND_FILE_RULES && rules) {
            st = files_read(rules, &text[i], err);
            has = true;
        } else if (st == MARU_OK) {
            st = round_folder_file(folder, round_file_names[i], &text[i], &has, err);
        }
        if (has) {
            file[i] = (struct round_bytes){text[i].bytes ? text[i].bytes : "", text[i].n_bytes};
        }
    }
    st = st == MARU_OK ? round_tables_read(file, faults, out, err) : st;
    for (int i = 0; i < ROUND_FILES; i++) {
        text_fini(&text[i]);
    }
    return st;
}
