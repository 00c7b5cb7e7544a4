#include "study/rounds/round_filling.h"

#include <string.h>

#include "base/status.h"
#include "io/charset.h"
#include "io/files.h"
#include "study/rounds/round_examples.h"

// What is handed in is read as a part of the whole round first, so that each fault is found before anything is written.

maru_status round_new_folder(const char *folder, const char *example, bool force, maru_error *err) {
    const struct round_place place = {folder, NULL};
    struct text file[ROUND_FILES];
    bool is_empty = false;
    for (int i = 0; i < ROUND_FILES; i++) {
        text_init(&file[i], ROUNDS_MAX_FILE_BYTES);
    }
    maru_status st = round_example(example ? example : "small", file, err);
    st = st == MARU_OK ? files_is_empty(folder, &is_empty, err) : st;
    if (st == MARU_OK && !is_empty && !force) {
        st = fail(err, MARU_E_INPUT, "there is something in this folder already");
    }
    st = st == MARU_OK ? files_make_folder(folder, err) : st;
    for (int i = 0; st == MARU_OK && i < ROUND_FILES; i++) {
        st = file[i].n_bytes > 0 ? round_folder_write(&place, round_file_names[i], &file[i], err)
                                 : MARU_OK;
    }
    for (int i = 0; i < ROUND_FILES; i++) {
        text_fini(&file[i]);
    }
    return st;
}

static size_t first_line(const struct text *text) {
    const char *bytes = text->bytes ? text->bytes : "", *end = memchr(bytes, '\n', text->n_bytes);
    const size_t n = end ? (size_t)(end - bytes) : text->n_bytes;
    return n > 0 && bytes[n - 1] == '\r' ? n - 1 : n;
}

// Both tables as one: the second without its first line.
static maru_status join(struct text *all, const struct text *more, maru_error *err) {
    const size_t n = first_line(more);
    if (all->n_bytes > 0 &&
        (n != first_line(all) || n == 0 || memcmp(all->bytes, more->bytes, n) != 0)) {
        return fail(err, MARU_E_INPUT, "the first line has to be that of applications.csv");
    }
    if (all->n_bytes > 0 && all->bytes[all->n_bytes - 1] != '\n') {
        text_addz(all, "\n");
    }
    const char *rest = memchr(more->bytes, '\n', more->n_bytes);
    const char *from = all->n_bytes == 0 ? more->bytes
                       : rest            ? rest + 1
                                         : more->bytes + more->n_bytes;
    text_add(all, from, (size_t)(more->bytes + more->n_bytes - from));
    return all->status == MARU_OK ? MARU_OK : fail(err, all->status, "no memory");
}

// How many applications there are with these ones.
static maru_status count(const struct round_place *place, const struct text *applications,
                         maru_faults *faults, uint32_t *n, maru_error *err) {
    struct text text[ROUND_FILES];
    struct round_bytes file[ROUND_FILES] = {{NULL, 0}};
    struct round_tables tables;
    maru_status st = MARU_OK;
    for (int i = 0; i < ROUND_FILES; i++) {
        bool has = i == ROUND_FILE_APPLICATIONS;
        text_init(&text[i], ROUNDS_MAX_FILE_BYTES);
        if (st == MARU_OK && i != ROUND_FILE_APPLICATIONS && i != ROUND_FILE_SCORES) {
            st = round_folder_file(place, round_file_names[i], &text[i], &has, err);
        }
        const struct text *from = i == ROUND_FILE_APPLICATIONS ? applications : &text[i];
        if (has) {
            file[i] = (struct round_bytes){from->bytes ? from->bytes : "", from->n_bytes};
        }
    }
    st = st == MARU_OK ? round_tables_read(file, faults, &tables, err) : st;
    if (st == MARU_OK) {
        *n = tables.round.n_application;
        round_tables_fini(&tables);
    }
    for (int i = 0; i < ROUND_FILES; i++) {
        text_fini(&text[i]);
    }
    return st;
}

// A file that somebody hands in, in whatever characters.
static maru_status read_decoded(const char *file, struct text *out, maru_error *err) {
    struct charset_text decoded = {0};
    struct text raw;
    text_init(&raw, ROUNDS_MAX_FILE_BYTES);
    maru_status st = files_read(file, &raw, err);
    st =
        st == MARU_OK ? charset_decode(raw.bytes ? raw.bytes : "", raw.n_bytes, &decoded, err) : st;
    if (st == MARU_OK) {
        text_add(out, decoded.bytes ? decoded.bytes : "", decoded.n);
        st = out->status == MARU_OK ? MARU_OK : fail(err, out->status, "no memory");
    }
    charset_fini(&decoded);
    text_fini(&raw);
    return st;
}

maru_status round_apply_folder(const char *folder, const char *file, maru_faults *faults,
                               struct round_applied *out, maru_error *err) {
    const struct round_place at = {folder, NULL}, *const place = &at;
    struct text all, more;
    bool has = false;
    uint32_t n_before = 0, n_added = 0, n_all = 0;
    text_init(&all, ROUNDS_MAX_FILE_BYTES);
    text_init(&more, ROUNDS_MAX_FILE_BYTES);
    const char *name = round_file_names[ROUND_FILE_APPLICATIONS];
    maru_status st = round_folder_file(place, name, &all, &has, err);
    st = st == MARU_OK ? read_decoded(file, &more, err) : st;
    st = st == MARU_OK ? count(place, &more, faults, &n_added, err) : st;
    st = st == MARU_OK && has ? count(place, &all, faults, &n_before, err) : st;
    st = st == MARU_OK ? join(&all, &more, err) : st;
    st = st == MARU_OK ? count(place, &all, faults, &n_all, err) : st;
    if (st == MARU_OK && n_all != n_before + n_added) {
        st = fail(err, MARU_E_INPUT, "an application of this file is there already");
    }
    st = st == MARU_OK ? round_folder_write(place, name, &all, err) : st;
    if (st == MARU_OK) {
        *out = (struct round_applied){n_added, n_all};
    }
    text_fini(&all);
    text_fini(&more);
    return st;
}
