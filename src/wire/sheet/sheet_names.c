#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "wire/sheet/sheet_inside.h"

// A column's name is what stands over it, from above to below, joined with a slash. A merged cell of an upper row keeps its text in
// its first column and stands over those on its right up to the next text, but only where it has parts: "LOT" over an empty
// cell is merged downwards and stands over itself alone. Units are cut off where they stand in brackets, or come from a row of
// their own. Each name is given once: a second "x" is "x#2".

struct naming {
    const struct sheet_look *look;
    struct arena *arena;
    struct names taken;
    uint32_t *n_taken; // (names) how often; in the look's arena
    struct text text;
    maru_error *err;
};

static bool has_part_below(const struct sheet_look *look, uint32_t head, uint32_t column) {
    for (uint32_t i = head + 1; i < look->n_head; i++) {
        if (look->head[i] != look->unit_row &&
            sheet_cell(&look->row[look->head[i]], column)->n > 0) {
            return true;
        }
    }
    return false;
}

// For each row of the header: the column whose text stands over this one. Goes from left to right with the columns.
static void step(const struct sheet_look *look, uint32_t column,
                 uint32_t over[SHEET_MAX_HEAD_ROWS]) {
    for (uint32_t i = 0; i < look->n_head; i++) {
        const struct csv_row *row = &look->row[look->head[i]];
        const bool is_merged = over[i] != UINT32_MAX && sheet_cell(row, column)->n == 0 &&
                               has_part_below(look, i, column) && has_part_below(look, i, over[i]);
        if (sheet_cell(row, column)->n > 0) {
            over[i] = column;
            for (uint32_t k = i + 1; k < look->n_head; k++) {
                over[k] = UINT32_MAX; // parts end with what they are parts of
            }
        } else if (!is_merged) {
            over[i] = UINT32_MAX;
        }
    }
}

// The text of a cell on one line, each run of blanks and breaks as one blank.
static void add_line(struct text *name, const struct csv_field *cell) {
    bool is_gap = false;
    for (uint32_t i = 0; i < cell->n && name->n_bytes < SHEET_MAX_NAME_BYTES; i++) {
        const unsigned char c = (unsigned char)cell->bytes[i];
        if (c <= ' ') {
            is_gap = true;
            continue;
        }
        if (is_gap && name->n_bytes > 0) {
            text_add(name, " ", 1);
        }
        is_gap = false;
        text_add(name, (const char *)&c, 1);
    }
}

// A sentence for a name is cut, between two letters.
static void cut(struct text *name) {
    if (name->n_bytes >= SHEET_MAX_NAME_BYTES) {
        size_t n = SHEET_MAX_NAME_BYTES - 1;
        while (n > 0 && ((unsigned char)name->bytes[n] & 0xC0) == 0x80) {
            n--;
        }
        name->n_bytes = n;
    }
}

// What stands in the brackets at the end: a unit, where it is known, or short and neither a number nor Korean.
static bool find_unit(const char *name, size_t n, size_t *begin, size_t *end) {
    const char close = n > 0 ? name[n - 1] : '\0';
    if (close != ')' && close != ']') {
        return false;
    }
    size_t at = n - 1;
    const char open = close == ')' ? '(' : '[';
    while (at > 0 && name[at] != open) {
        at--;
    }
    bool is_number = true;
    bool may_be_unit = n - at - 2 <= 16;
    for (size_t i = at + 1; i < n - 1; i++) {
        is_number = is_number && name[i] >= '0' && name[i] <= '9';
        // The syllables of Korean are U+AC00 to U+D7A3; a sign such as the one for kg/cm2 is below.
        may_be_unit =
            may_be_unit && ((unsigned char)name[i] < 0xEA || (unsigned char)name[i] > 0xED);
    }
    *begin = at + 1;
    *end = n - 1;
    return at > 0 && ((may_be_unit && !is_number) || sheet_is_unit(name + at + 1, n - at - 2));
}

static maru_status take_unit(struct naming *naming, const char *bytes, size_t n,
                             const char **unit) {
    *unit = arena_text(naming->arena, bytes, n);
    return *unit ? MARU_OK : arena_refusal(naming->arena, naming->err);
}

static maru_status read_unit_cell(struct naming *naming, const struct csv_field *cell,
                                  const char **unit) {
    if (cell_is_missing(cell->bytes, cell->n)) {
        return MARU_OK;
    }
    const bool is_bracketed = cell_is_bracketed(cell->bytes, cell->n);
    if (!is_bracketed && !sheet_is_unit(cell->bytes, cell->n)) {
        return MARU_OK;
    }
    return is_bracketed ? take_unit(naming, cell->bytes + 1, cell->n - 2, unit)
                        : take_unit(naming, cell->bytes, cell->n, unit);
}

// The second of a name is called name#2; the number goes on from the last one given, so that many are no quarrel.
static maru_status make_single(struct naming *naming) {
    const size_t n = naming->text.n_bytes;
    uint32_t base = 0;
    const uint32_t n_before = naming->taken.n;
    maru_status st = names_add(&naming->taken, naming->text.bytes, n, &base, naming->err);
    while (st == MARU_OK && naming->taken.n == n_before) {
        naming->text.n_bytes = n;
        text_addf(&naming->text, "#%u", ++naming->n_taken[base] + 1);
        uint32_t made = 0;
        st = naming->text.status != MARU_OK ? naming->text.status
                                            : names_add(&naming->taken, naming->text.bytes,
                                                        naming->text.n_bytes, &made, naming->err);
    }
    return st;
}

// What stands over a column in one row of the header, without its unit, which is kept.
static maru_status add_part(struct naming *naming, const struct csv_field *cell,
                            const char **unit) {
    struct text *text = &naming->text;
    if (text->n_bytes > 0) {
        text_addz(text, "/");
    }
    const size_t from = text->n_bytes;
    add_line(text, cell);
    cut(text);
    size_t begin = 0;
    size_t end = 0;
    if (text->n_bytes <= from ||
        !find_unit(text->bytes + from, text->n_bytes - from, &begin, &end)) {
        return MARU_OK;
    }
    const maru_status st = take_unit(naming, text->bytes + from + begin, end - begin, unit);
    text->n_bytes = from + begin - 1;
    while (text->n_bytes > from && text->bytes[text->n_bytes - 1] == ' ') {
        text->n_bytes--;
    }
    return st;
}

static maru_status name_column(struct naming *naming, uint32_t column,
                               const uint32_t over[SHEET_MAX_HEAD_ROWS], struct sheet_name *made) {
    const struct sheet_look *look = naming->look;
    struct text *text = &naming->text;
    maru_status st = MARU_OK;
    text_clear(text);
    *made = (struct sheet_name){"", "", false};
    for (uint32_t i = 0; i < look->n_head && st == MARU_OK; i++) {
        const struct csv_row *row = &look->row[look->head[i]];
        if (look->head[i] == look->unit_row) {
            st = read_unit_cell(naming, sheet_cell(row, column), &made->unit);
        } else if (over[i] != UINT32_MAX && sheet_cell(row, over[i])->n > 0) {
            st = add_part(naming, sheet_cell(row, over[i]), &made->unit);
        }
    }
    made->is_named = text->n_bytes > 0;
    if (text->n_bytes == 0) {
        text_clear(text);
        text_addf(text, "column %u", column + 1);
    }
    st = st == MARU_OK && text->status == MARU_OK ? make_single(naming) : st;
    if (text->status != MARU_OK) {
        return fail(naming->err, text->status, "no memory");
    }
    made->name = st == MARU_OK ? arena_text(naming->arena, text->bytes, text->n_bytes) : "";
    return made->name || st != MARU_OK ? st : arena_refusal(naming->arena, naming->err);
}

maru_status sheet_make_names(const struct sheet_look *look, struct arena *arena,
                             struct sheet_name *name, maru_error *err) {
    struct naming naming = {.look = look, .arena = arena, .err = err};
    uint32_t over[SHEET_MAX_HEAD_ROWS] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    struct arena counts;
    arena_init(&counts, (size_t)CSV_MAX_FIELDS * 8);
    naming.n_taken = arena_take(&counts, (size_t)look->n_column + 1, sizeof *naming.n_taken);
    names_init(&naming.taken, (size_t)64 << 20);
    text_init(&naming.text, (size_t)4 * SHEET_MAX_NAME_BYTES); // names are cut before
    maru_status st = naming.n_taken ? MARU_OK : arena_refusal(&counts, err);
    for (uint32_t i = 0; st == MARU_OK && i < look->n_column; i++) {
        step(look, i, over);
        st = name_column(&naming, i, over, &name[i]);
    }
    text_fini(&naming.text);
    names_fini(&naming.taken);
    arena_fini(&counts);
    return st;
}
