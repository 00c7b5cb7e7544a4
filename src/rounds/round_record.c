#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/status.h"
#include "rounds/round_folder.h"

// As the audit log of the server (store/audit.c): each row has a BLAKE2b hash of its cells and of the hash before it. Who changes or
// takes out a row must redo all that follow; the newest hash, written down elsewhere, shows even that.

enum { HASH_BYTES = 32, HEX_BYTES = 2 * HASH_BYTES + 1, RECORD_COLUMNS = 6, ROW_BYTES = 1 << 20 };
enum { CELL_NUMBER, CELL_TIME, CELL_WHAT, CELL_SUBJECT, CELL_DETAIL, CELL_HASH };
static const char header[] = "number,time,what,subject,detail,hash\n";

static void hash_row(const char *before, const char *const cell[CELL_HASH], char hex[HEX_BYTES]) {
    crypto_generichash_state state;
    unsigned char hash[HASH_BYTES];
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const unsigned char *)before, strlen(before) + 1);
    for (int i = 0; i < CELL_HASH; i++) { // the 0 of each ends it
        crypto_generichash_update(&state, (const unsigned char *)cell[i], strlen(cell[i]) + 1);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(hex, HEX_BYTES, hash, sizeof hash);
}

struct record_walk {
    uint32_t n;
    char hash[HEX_BYTES]; // of the last row
    round_record_see see; // NULL: nobody
    void *context;
};

static maru_status walk_row(struct record_walk *walk, const struct csv_row *row, maru_error *err) {
    const char *cell[RECORD_COLUMNS];
    char number[32], hex[HEX_BYTES];
    if (row->n_field != RECORD_COLUMNS) {
        return fail_at(err, MARU_E_INPUT, "record.csv", row->line, 0,
                       "a row of the record has another number of cells");
    }
    for (int i = 0; i < RECORD_COLUMNS; i++) {
        cell[i] = row->field[i].bytes;
    }
    snprintf(number, sizeof number, "%u", walk->n + 1);
    hash_row(walk->hash, cell, hex);
    if (strcmp(cell[CELL_NUMBER], number) != 0 || strcmp(cell[CELL_HASH], hex) != 0) {
        return fail_at(err, MARU_E_INPUT, "record.csv", row->line, CELL_HASH + 1,
                       "a row of the record was changed, added or taken out");
    }
    walk->n++;
    memcpy(walk->hash, hex, sizeof hex);
    const struct round_record_row told = {cell[CELL_TIME], cell[CELL_WHAT], cell[CELL_SUBJECT],
                                          cell[CELL_DETAIL]};
    return walk->see ? walk->see(walk->context, &told, err) : MARU_OK;
}

static maru_status walk_all(const struct text *record, struct record_walk *walk, maru_error *err) {
    struct csv_reader reader;
    const char *bytes = record->bytes;
    size_t n = record->n_bytes;
    maru_status st = MARU_OK;
    bool is_first = true;
    csv_init(&reader, ',', true);
    while (st == MARU_OK && n > 0) {
        struct arena arena;
        struct csv_row row;
        size_t n_used = 0;
        arena_init(&arena, ROW_BYTES);
        st = csv_next(&reader, bytes, n, true, &arena, &row, &n_used, err);
        if (st == MARU_OK) {
            bytes += n_used;
            n -= n_used;
            st = is_first ? MARU_OK : walk_row(walk, &row, err);
            is_first = false;
        }
        arena_fini(&arena);
    }
    return st == MARU_MORE ? MARU_OK : st;
}

maru_status round_record_each(const struct text *record, round_record_see see, void *context,
                              maru_error *err) {
    struct record_walk walk = {.see = see, .context = context};
    return walk_all(record, &walk, err);
}

struct looking {
    const char *what, *subject, *detail;
    bool has;
};

static maru_status look(void *context, const struct round_record_row *row, maru_error *err) {
    struct looking *l = context;
    (void)err;
    l->has = l->has || (strcmp(row->what, l->what) == 0 && strcmp(row->subject, l->subject) == 0 &&
                        strcmp(row->detail, l->detail) == 0);
    return MARU_OK;
}

maru_status round_record_check(const struct text *record, const char *what, const char *subject,
                               const char *detail, bool *has, maru_error *err) {
    struct looking looking = {what, subject, detail, false};
    const maru_status st = round_record_each(record, has ? look : NULL, &looking, err);
    if (st == MARU_OK && has) {
        *has = looking.has;
    }
    return st;
}

maru_status round_record_add(struct text *record, const char *time, const char *what,
                             const char *subject, const char *detail, maru_error *err) {
    struct record_walk walk = {.n = 0};
    char number[32], hex[HEX_BYTES];
    const maru_status st = walk_all(record, &walk, err);
    if (st != MARU_OK) {
        return st;
    }
    if (record->n_bytes == 0) {
        text_addz(record, header);
    }
    snprintf(number, sizeof number, "%u", walk.n + 1);
    const char *const cell[CELL_HASH] = {number, time, what, subject, detail};
    hash_row(walk.hash, cell, hex);
    for (int i = 0; i < CELL_HASH; i++) {
        text_add_csv(record, cell[i]);
        text_addz(record, ",");
    }
    text_addf(record, "%s\n", hex);
    return record->status == MARU_OK ? MARU_OK : fail(err, record->status, "no memory");
}
