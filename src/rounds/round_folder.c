#include "rounds/round_folder.h"

#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "io/charset.h"
#include "io/files.h"

// Files are read whole and written whole (io/files.h): who reads sees the old one or the new one.

const char *const round_kept_names[ROUND_KEPT_FILES] = {
    "round.toml",  "types.csv",        "sites.csv",  "supply.csv", "classes.csv",
    "regions.csv", "applications.csv", "scores.csv", "awards.csv", "decisions.csv",
    "leases.csv",  "usage.csv",        "record.csv"};

uint32_t round_kept_find(const char *name) {
    uint32_t i = 0;
    while (i < ROUND_KEPT_FILES && strcmp(round_kept_names[i], name) != 0) {
        i++;
    }
    return i;
}

void round_memory_init(struct round_memory *memory) {
    for (uint32_t i = 0; i < ROUND_KEPT_FILES; i++) {
        text_init(&memory->file[i], ROUNDS_MAX_FILE_BYTES);
        memory->has[i] = false;
    }
}

void round_memory_fini(struct round_memory *memory) {
    for (uint32_t i = 0; i < ROUND_KEPT_FILES; i++) {
        text_fini(&memory->file[i]);
    }
}

// What is there, in whatever characters.
static maru_status read_raw(const struct round_place *place, const char *name, struct text *raw,
                            bool *has, maru_error *err) {
    if (place->memory) {
        const uint32_t i = round_kept_find(name);
        *has = i < ROUND_KEPT_FILES && place->memory->has[i];
        if (*has) {
            text_add(raw, place->memory->file[i].bytes ? place->memory->file[i].bytes : "",
                     place->memory->file[i].n_bytes);
        }
        return raw->status == MARU_OK ? MARU_OK : fail(err, raw->status, "no memory");
    }
    struct text path;
    text_init(&path, 1 << 16);
    files_join(&path, place->folder, name);
    *has = path.status == MARU_OK && access(path.bytes, F_OK) == 0;
    const maru_status st = *has ? files_read(path.bytes, raw, err) : path.status;
    text_fini(&path);
    return st;
}

maru_status round_folder_file(const struct round_place *place, const char *name, struct text *out,
                              bool *has, maru_error *err) {
    struct text raw;
    struct charset_text decoded = {0};
    text_init(&raw, ROUNDS_MAX_FILE_BYTES);
    maru_status st = read_raw(place, name, &raw, has, err);
    if (st == MARU_OK && *has) {
        st = charset_decode(raw.bytes ? raw.bytes : "", raw.n_bytes, &decoded, err);
        if (st == MARU_OK) {
            text_add(out, decoded.bytes ? decoded.bytes : "", decoded.n);
            st = out->status;
        }
    }
    charset_fini(&decoded);
    text_fini(&raw);
    return st;
}

maru_status round_folder_write(const struct round_place *place, const char *name,
                               const struct text *text, maru_error *err) {
    if (text->status != MARU_OK) {
        return fail(err, text->status, "no memory");
    }
    if (place->memory) {
        const uint32_t i = round_kept_find(name);
        struct text *file = &place->memory->file[i];
        text_clear(file);
        text_add(file, text->bytes ? text->bytes : "", text->n_bytes);
        place->memory->has[i] = true;
        return file->status == MARU_OK ? MARU_OK : fail(err, file->status, "no memory");
    }
    struct text path;
    text_init(&path, 1 << 16);
    files_join(&path, place->folder, name);
    const maru_status st =
        path.status != MARU_OK
            ? fail(err, MARU_E_MEMORY, "no memory")
            : files_replace(path.bytes, text->bytes ? text->bytes : "", text->n_bytes, err);
    text_fini(&path);
    return st;
}

maru_status round_folder_read(const struct round_place *place, const char *rules,
                              maru_faults *faults, struct round_tables *out, maru_error *err) {
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
            st = round_folder_file(place, round_file_names[i], &text[i], &has, err);
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
