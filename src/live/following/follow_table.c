#include "live/following/follow_table.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/equipment/grid.h"
#include "plant/faults.h"

// A row is found by what it is about and the floor's name, as one text. A name may have one meaning only.

enum { COLUMN_WHAT, COLUMN_NAME, COLUMN_MEANS, N_COLUMN };
enum { KEY_BYTES = FOLLOW_MAX_NAME_BYTES + 2 };

static const struct grid_column columns[N_COLUMN] = {
    {"what", "구분", true},
    {"name", "이름", true},
    {"means", "의미", true},
};

static const char *const about_words[2][N_FOLLOW_ABOUT] = {{
#define X(name, english, korean) english,
                                                               FOLLOW_ABOUT(X)
#undef X
                                                           },
                                                           {
#define X(name, english, korean) korean,
                                                               FOLLOW_ABOUT(X)
#undef X
                                                           }};

static const char *const meaning_words[2][N_FOLLOW_MEANING] = {{
#define X(name, english, korean) english,
                                                                   FOLLOW_MEANINGS(X)
#undef X
                                                               },
                                                               {
#define X(name, english, korean) korean,
                                                                   FOLLOW_MEANINGS(X)
#undef X
                                                               }};

struct draft {
    struct follow_table *table;
    uint32_t cap;
};

static bool is_word(const struct csv_field *cell, const char *word) {
    for (uint32_t i = 0; i < cell->n; i++) {
        const char c = cell->bytes[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c) != word[i]) { // ends at its 0
            return false;
        }
    }
    return word[cell->n] == '\0';
}

static bool find_word(const struct csv_field *cell, const char *const *english,
                      const char *const *korean, uint32_t n, uint8_t *out) {
    for (uint32_t i = 0; i < n; i++) {
        if (is_word(cell, english[i]) || is_word(cell, korean[i])) {
            *out = (uint8_t)i;
            return true;
        }
    }
    return false;
}

static bool names_are_good(const struct grid_row *row) {
    bool is_good = true;
    for (uint32_t i = COLUMN_NAME; i <= COLUMN_MEANS; i++) {
        const struct csv_field *cell = &row->cell[i];
        if (cell->n == 0) {
            grid_fault(row, i, "a name", "empty");
            is_good = false;
        } else if (cell->n > FOLLOW_MAX_NAME_BYTES || memchr(cell->bytes, '\n', cell->n)) {
            grid_fault(row, i, "at most 255 bytes", "the name is too long");
            is_good = false;
        }
    }
    return is_good;
}

static uint32_t make_key(char key[KEY_BYTES], uint32_t about, const char *name, size_t n) {
    key[0] = (char)('0' + about);
    memcpy(key + 1, name, n);
    return (uint32_t)n + 1;
}

static maru_status keep(struct draft *d, const struct grid_row *row, const struct follow_row *made,
                        maru_error *err) {
    struct follow_table *table = d->table;
    const struct csv_field *name = &row->cell[COLUMN_NAME], *means = &row->cell[COLUMN_MEANS];
    char key[KEY_BYTES];
    const uint32_t n_key = make_key(key, made->about, name->bytes, name->n);
    if (name_list_find(&table->keys, key, n_key) != NAME_NONE) {
        grid_fault(row, COLUMN_NAME, "one row for each name",
                   "a row above says already what this means");
        return MARU_OK;
    }
    if (table->keys.n == d->cap) {
        const uint32_t cap = d->cap > 0 ? 2 * d->cap : 64;
        struct follow_row *more = alloc_resize(table->row, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        table->row = more;
        d->cap = cap;
    }
    struct follow_row kept = *made;
    kept.line = row->line;
    kept.name = arena_text(&table->arena, name->bytes, name->n);
    kept.means = arena_text(&table->arena, means->bytes, means->n);
    const uint32_t at =
        kept.name && kept.means ? name_list_add(&table->keys, key, n_key) : NAME_NONE;
    if (at == NAME_NONE) {
        return arena_refusal(&table->arena, err);
    }
    table->row[at] = kept;
    return MARU_OK;
}

static maru_status take_row(void *context, const struct grid_row *row, maru_error *err) {
    struct follow_row made = {.meaning = N_FOLLOW_MEANING};
    const struct csv_field *cell = row->cell;
    if (!names_are_good(row)) {
        return MARU_OK;
    }
    if (!find_word(&cell[COLUMN_WHAT], about_words[0], about_words[1], N_FOLLOW_ABOUT,
                   &made.about)) {
        grid_fault(row, COLUMN_WHAT, "event, tool, step or product", "not one of these words");
        return MARU_OK;
    }
    if (made.about == FOLLOW_EVENT &&
        !find_word(&cell[COLUMN_MEANS], meaning_words[0], meaning_words[1], N_FOLLOW_MEANING,
                   &made.meaning)) {
        grid_fault(row, COLUMN_MEANS, "such as started, ended, held, down, state or nothing",
                   "not a word for what happens to lots or tools");
        return MARU_OK;
    }
    return keep(context, row, &made, err);
}

maru_status follow_table_read(const char *file, const char *bytes, size_t n, maru_faults *faults,
                              struct follow_table *out, maru_error *err) {
    const struct grid_form form = {file, columns, N_COLUMN};
    struct follow_table table = {0};
    struct draft draft = {.table = &table};
    arena_init(&table.arena, FOLLOW_MAX_TABLE_BYTES);
    name_list_init(&table.keys, &table.arena);
    maru_status st = grid_read(&form, bytes, n, faults, take_row, &draft, err);
    st = st == MARU_OK ? faults_status(faults, err) : st;
    if (st != MARU_OK) {
        follow_table_fini(&table);
        return st;
    }
    *out = table;
    out->keys.arena = &out->arena;
    return MARU_OK;
}

void follow_table_fini(struct follow_table *table) {
    name_list_fini(&table->keys);
    alloc_free(table->row);
    arena_fini(&table->arena);
    *table = (struct follow_table){0};
}

void follow_table_write_row(const struct follow_row *row, struct text *out) {
    text_addf(out, "%s,", about_words[0][row->about]);
    text_add_csv(out, row->name);
    text_addz(out, ",");
    text_add_csv(out, row->about == FOLLOW_EVENT ? meaning_words[0][row->meaning] : row->means);
    text_addz(out, "\n");
}

void follow_table_write(const struct follow_table *table, struct text *out) {
    text_addz(out, "what,name,means\n");
    for (uint32_t i = 0; i < table->keys.n; i++) {
        follow_table_write_row(&table->row[i], out);
    }
}

const struct follow_row *follow_table_find(const struct follow_table *table,
                                           enum follow_about about, const char *name) {
    char key[KEY_BYTES];
    const size_t n = strlen(name);
    if (n == 0 || n > FOLLOW_MAX_NAME_BYTES || table->keys.n == 0) {
        return NULL;
    }
    const uint32_t n_key = make_key(key, about, name, n);
    const uint32_t at = name_list_find(&table->keys, key, n_key);
    return at == NAME_NONE ? NULL : &table->row[at];
}
