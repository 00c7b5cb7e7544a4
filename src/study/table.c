#include "study/table.h"

#include "base/alloc.h"

#include <stdint.h>
#include <string.h>

static const char *const escape[] = {"",         "\033[1m",  "\033[2m",
                                     "\033[32m", "\033[33m", "\033[1;31m"};

void table_init(struct table *table) {
    *table = (struct table){0};
    text_init(&table->text, SIZE_MAX / 4);
}

void table_fini(struct table *table) {
    text_fini(&table->text);
    alloc_free(table->cell);
    *table = (struct table){0};
}

// One character of UTF-8 at `text`: its length and code. Bytes that are none count alone.
static size_t next_code(const char *text, uint32_t *code) {
    const unsigned char *at = (const unsigned char *)text;
    const size_t n = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t value = n == 1 ? at[0] : at[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            *code = 0xFFFD;
            return 1;
        }
        value = value << 6 | (at[i] & 0x3Fu);
    }
    *code = value;
    return n;
}

static bool is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

static size_t code_width(uint32_t code) {
    static const struct {
        uint32_t first, last;
        size_t width;
    } range[] = {{0x0300, 0x036F, 0},   {0x1100, 0x115F, 2},  {0x1160, 0x11FF, 0},
                 {0x2E80, 0x303E, 2},   {0x3041, 0xA4CF, 2},  {0xA960, 0xA97C, 2},
                 {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},  {0xFE00, 0xFE0F, 0},
                 {0xFE30, 0xFE6F, 2},   {0xFF00, 0xFF60, 2},  {0xFFE0, 0xFFE6, 2},
                 {0x1F300, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2}};
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++) {
        if (code >= range[i].first && code <= range[i].last) {
            return range[i].width;
        }
    }
    return 1;
}

size_t table_width(const char *text) {
    size_t width = 0;
    while (*text) {
        uint32_t code = 0;
        text += next_code(text, &code);
        width += is_control(code) ? 1 : code_width(code);
    }
    return width;
}

void table_add_safe(struct text *out, const char *text) {
    const bool is_long = table_width(text) > TABLE_MAX_WIDTH;
    size_t width = 0;
    while (*text) {
        uint32_t code = 0;
        const size_t n = next_code(text, &code);
        width += is_control(code) ? 1 : code_width(code);
        if (is_long && width > TABLE_MAX_WIDTH - 1) {
            text_addz(out, "…");
            return;
        }
        if (is_control(code)) {
            text_addz(out, "?");
        } else {
            text_add(out, text, n);
        }
        text += n;
    }
}

void table_add(struct table *table, enum table_style style, const char *cell) {
    if (table->n_cell == table->cap_cell) {
        const size_t cap = table->cap_cell ? table->cap_cell * 2 : 64;
        struct table_cell *grown = alloc_resize(table->cell, cap, sizeof *grown);
        if (!grown) {
            table->text.status = MARU_E_MEMORY;
            return;
        }
        table->cell = grown;
        table->cap_cell = cap;
    }
    const size_t at = table->text.n_bytes;
    table_add_safe(&table->text, cell);
    text_add(&table->text, "", 1);
    if (table->text.status == MARU_OK) {
        table->cell[table->n_cell++] = (struct table_cell){at, style};
    }
}

void table_column(struct table *table, enum table_align align, const char *title) {
    if (table->n_column < TABLE_MAX_COLUMNS) {
        table->align[table->n_column++] = align;
        table_add(table, STYLE_STRONG, title);
    }
}

void table_styled(struct text *out, struct look look, enum table_style style, const char *text) {
    const bool is_marked = look.colors && style != STYLE_PLAIN;
    text_addz(out, is_marked ? escape[style] : "");
    text_addz(out, text);
    text_addz(out, is_marked ? "\033[0m" : "");
}

static void add_blanks(struct text *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        text_add(out, " ", 1);
    }
}

// Bytes of a cell that are shown.
static size_t shown_bytes(const char *text, bool is_short) {
    const char *doubt = is_short ? strstr(text, " ±") : NULL;
    return doubt ? (size_t)(doubt - text) : strlen(text);
}

static size_t shown_width(const char *text, bool is_short) {
    const char *doubt = is_short ? strstr(text, " ±") : NULL;
    return table_width(text) - (doubt ? table_width(doubt) : 0);
}

struct layout {
    bool is_short;
    size_t width[TABLE_MAX_COLUMNS];
};

// Gives the width of the whole.
static size_t lay_out(const struct table *table, bool is_short, struct layout *layout) {
    *layout = (struct layout){.is_short = is_short};
    for (size_t i = 0; i < table->n_cell; i++) {
        const size_t n = shown_width(table->text.bytes + table->cell[i].at, is_short);
        size_t *width = &layout->width[i % table->n_column];
        *width = n > *width ? n : *width;
    }
    size_t sum = 0;
    for (size_t i = 0; i < table->n_column; i++) {
        sum += layout->width[i] + 2;
    }
    return sum;
}

static void print_row(const struct table *table, size_t row, const struct layout *layout,
                      struct look look, struct text *out) {
    text_addz(out, "  ");
    for (size_t i = 0; i < table->n_column; i++) {
        const struct table_cell *cell = &table->cell[row * table->n_column + i];
        const char *text = table->text.bytes + cell->at;
        const size_t gap = layout->width[i] - shown_width(text, layout->is_short);
        const bool is_marked = look.colors && cell->style != STYLE_PLAIN;
        add_blanks(out, table->align[i] == ALIGN_RIGHT ? gap : 0);
        text_addz(out, is_marked ? escape[cell->style] : "");
        text_add(out, text, shown_bytes(text, layout->is_short));
        text_addz(out, is_marked ? "\033[0m" : "");
        // No blanks at the end of a line.
        if (i + 1 < table->n_column) {
            add_blanks(out, (table->align[i] == ALIGN_LEFT ? gap : 0) + 2);
        }
    }
    text_addz(out, "\n");
}

bool table_print(const struct table *table, struct look look, struct text *out) {
    if (table->text.status != MARU_OK || table->n_column == 0) {
        out->status = out->status == MARU_OK ? table->text.status : out->status;
        return false;
    }
    struct layout layout;
    size_t width = lay_out(table, false, &layout);
    const bool is_short = look.columns > 0 && width > look.columns;
    width = is_short ? lay_out(table, true, &layout) : width;
    print_row(table, 0, &layout, look, out);
    text_addz(out, "  ");
    for (size_t k = 2; k < width; k++) {
        text_addz(out, "─");
    }
    text_addz(out, "\n");
    for (size_t row = 1; row < table->n_cell / table->n_column; row++) {
        print_row(table, row, &layout, look, out);
    }
    return is_short;
}
