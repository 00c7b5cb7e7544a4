#include "base/csv.h"

#include "base/status.h"

#include <assert.h>
#include <string.h>

// Two passes over a row. The first walks the bytes, checks them and notes where each field lies; it
// touches neither the arena nor the reader, so that "more bytes, please" costs nothing to take
// back. The second copies the fields into one block of the arena:
//
//     [ field 0 | field 1 | ... ][ bytes 0 \0 bytes 1 \0 ... ]        one arena_take a row
//
// The grammar, with B blanks (space, and tab where it is not the separator):
//
//     row    field (separator field)* (LF | CRLF | end of input)
//     field  B* plain B*  |  B* '"' (any | '""' | LF | CRLF)* '"' B*
//
// Whether a row is good never depends on how the input was cut: every decision is taken on bytes
// that are there, and where the next byte matters (CR, a quote in quotes, a byte order mark) and is
// not there, the answer is MORE. A row with its line break may have CSV_MAX_ROW_BYTES; only these
// are looked at, so that a file without line breaks costs no more than that a call. The table of spans is 160 KB of stack, of
// which a row touches what it has fields for.

struct span {
    uint32_t begin; // within the row, without blanks around it or its quotes
    uint32_t n : 31;
    uint32_t is_quoted : 1;
};

struct scan {
    const struct csv_reader *reader;
    const unsigned char *bytes; // of the row, behind a byte order mark
    size_t n;                   // bytes to look at
    bool is_over;               // there are more, beyond CSV_MAX_ROW_BYTES
    bool is_last;
    size_t at;
    uint32_t line; // at `at`
    uint32_t n_field;
    maru_error *err;
    struct span span[CSV_MAX_FIELDS];
};

void csv_init(struct csv_reader *reader, char separator, bool quotes) {
    assert(separator != '"' && separator != '\r' && separator != '\n' && separator != '\0');
    *reader = (struct csv_reader){separator, quotes, true, 1};
}

static bool is_separator(const struct scan *s, unsigned char c) {
    return c == (unsigned char)s->reader->separator;
}

static bool is_blank(const struct scan *s, unsigned char c) {
    return (c == ' ' || c == '\t') && !is_separator(s, c);
}

static bool is_text(unsigned char c) { return (c >= 0x20 && c != 0x7F) || c == '\t'; }

static bool is_quote(const struct scan *s, unsigned char c) {
    return c == '"' && s->reader->quotes;
}

// The bytes ran out: OK when the input ends here.
static maru_status at_end(const struct scan *s) {
    if (s->is_over) {
        return fail_at(s->err, MARU_E_LIMIT, NULL, s->reader->line, s->n_field + 1,
                       "the row has more than %d bytes", CSV_MAX_ROW_BYTES);
    }
    return s->is_last ? MARU_OK : MARU_MORE;
}

static maru_status fail_byte(const struct scan *s) {
    const unsigned char c = s->bytes[s->at];
    if (is_quote(s, c)) {
        return fail_at(s->err, MARU_E_INPUT, NULL, s->line, s->n_field + 1,
                       "a quote inside a field that does not begin with one; put the field in "
                       "quotes and write \"\" for each quote in it");
    }
    return fail_at(s->err, MARU_E_INPUT, NULL, s->line, s->n_field + 1,
                   "the byte 0x%02X has no place in text", (unsigned)c);
}

// The length of the line break at `at`, where a byte is; 0 when there is none.
static maru_status break_here(const struct scan *s, size_t *n_break) {
    *n_break = s->bytes[s->at] == '\n';
    if (s->bytes[s->at] != '\r') {
        return MARU_OK;
    }
    if (s->at + 1 == s->n) {
        const maru_status st = at_end(s);
        return st == MARU_OK ? fail_byte(s) : st;
    }
    if (s->bytes[s->at + 1] != '\n') {
        return fail_byte(s);
    }
    *n_break = 2;
    return MARU_OK;
}

static void skip_blanks(struct scan *s) {
    while (s->at < s->n && is_blank(s, s->bytes[s->at])) {
        s->at++;
    }
}

static void add_span(struct scan *s, size_t begin, size_t end, bool is_quoted) {
    s->span[s->n_field++] =
        (struct span){(uint32_t)begin, (uint32_t)(end - begin) & 0x7FFFFFFF, is_quoted};
}

// After a field: a separator, a line break or the end must be here.
static maru_status check_field_end(const struct scan *s) {
    if (s->at == s->n) {
        return at_end(s);
    }
    if (is_separator(s, s->bytes[s->at])) {
        return MARU_OK;
    }
    size_t n_break = 0;
    const maru_status st = break_here(s, &n_break);
    return st == MARU_OK && n_break == 0 ? fail_byte(s) : st;
}

static maru_status scan_plain(struct scan *s) {
    const size_t begin = s->at;
    // In locals, since most of all bytes go through this loop.
    const unsigned char *const bytes = s->bytes;
    const unsigned char separator = (unsigned char)s->reader->separator;
    const unsigned char quote = s->reader->quotes ? '"' : '\n'; // a line break ends it anyhow
    const size_t n = s->n;
    size_t at = begin;
    while (at < n && bytes[at] != separator && bytes[at] != quote && is_text(bytes[at])) {
        at++;
    }
    s->at = at;
    const maru_status st = check_field_end(s);
    if (st != MARU_OK) {
        return st;
    }
    size_t end = s->at;
    while (end > begin && is_blank(s, s->bytes[end - 1])) {
        end--;
    }
    add_span(s, begin, end, false);
    return MARU_OK;
}

// Moves to the quote that closes the field whose text begins at `at`.
static maru_status find_close(struct scan *s) {
    const uint32_t open_line = s->line;
    while (s->at < s->n) {
        const unsigned char c = s->bytes[s->at];
        if (c == '"') {
            if (s->at + 1 == s->n) {
                return at_end(s);
            }
            if (s->bytes[s->at + 1] != '"') {
                return MARU_OK;
            }
            s->at += 2;
        } else if (is_text(c)) {
            s->at++;
        } else {
            size_t n_break = 0;
            const maru_status st = break_here(s, &n_break);
            if (st != MARU_OK || n_break == 0) {
                return st != MARU_OK ? st : fail_byte(s);
            }
            s->at += n_break;
            s->line++;
        }
    }
    const maru_status st = at_end(s);
    return st != MARU_OK ? st
                         : fail_at(s->err, MARU_E_INPUT, NULL, open_line, s->n_field + 1,
                                   "the quote that opens this field is never closed");
}

static maru_status scan_quoted(struct scan *s) {
    s->at++;
    const size_t begin = s->at;
    maru_status st = find_close(s);
    if (st != MARU_OK) {
        return st;
    }
    const size_t end = s->at;
    s->at++;
    skip_blanks(s);
    const bool is_text_behind = s->at < s->n && is_text(s->bytes[s->at]);
    if (is_text_behind && !is_separator(s, s->bytes[s->at])) {
        return fail_at(s->err, MARU_E_INPUT, NULL, s->line, s->n_field + 1,
                       "text behind the quote that closes the field; write \"\" for a quote in it");
    }
    st = check_field_end(s);
    if (st == MARU_OK) {
        add_span(s, begin, end, true);
    }
    return st;
}

// Finds all fields of the row and leaves `at` at its line break or end.
static maru_status scan_row(struct scan *s) {
    for (;;) {
        skip_blanks(s);
        const bool opens = s->at < s->n && is_quote(s, s->bytes[s->at]);
        const maru_status st = opens ? scan_quoted(s) : scan_plain(s);
        if (st != MARU_OK) {
            return st;
        }
        if (s->at == s->n || !is_separator(s, s->bytes[s->at])) {
            return MARU_OK;
        }
        if (s->n_field == CSV_MAX_FIELDS) {
            return fail_at(s->err, MARU_E_LIMIT, NULL, s->line, s->n_field + 1,
                           "the row has more than %d fields", CSV_MAX_FIELDS);
        }
        s->at++;
    }
}

// Copies a field, "" as ", and a 0; gives its length.
static uint32_t copy_field(const struct scan *s, const struct span *span, char *to) {
    const char *from = (const char *)s->bytes + span->begin;
    size_t left = span->n;
    size_t n = 0;
    const char *quote = span->is_quoted && left > 0 ? memchr(from, '"', left) : NULL;
    while (quote) {
        const size_t n_part = (size_t)(quote - from) + 1;
        memcpy(to + n, from, n_part);
        n += n_part;
        from += n_part + 1;
        left -= n_part + 1;
        quote = left > 0 ? memchr(from, '"', left) : NULL;
    }
    memcpy(to + n, from, left);
    to[n + left] = '\0';
    return (uint32_t)(n + left);
}

static maru_status copy_row(const struct scan *s, struct arena *arena, struct csv_row *row) {
    // Each field ends in one byte of input (separator or end), which pays for its 0.
    const size_t n_header = s->n_field * sizeof(struct csv_field);
    struct csv_field *field = arena_take(arena, n_header + s->at + 1, 1);
    if (!field) {
        const maru_status st = arena_refusal(arena, s->err);
        if (s->err) {
            s->err->row = s->reader->line;
        }
        return st;
    }
    char *to = (char *)field + n_header;
    for (uint32_t i = 0; i < s->n_field; i++) {
        field[i].bytes = to;
        field[i].n = copy_field(s, &s->span[i], to);
        to += field[i].n + 1;
    }
    *row = (struct csv_row){s->reader->line, s->n_field, field};
    return MARU_OK;
}

// Bytes of a byte order mark at the start of the input; MORE when it may be half here.
static maru_status mark_bytes(const char *bytes, size_t n, bool is_last, size_t *n_mark) {
    static const char mark[3] = "\xEF\xBB\xBF";
    const size_t n_seen = n < sizeof mark ? n : sizeof mark;
    *n_mark = 0;
    if (n_seen > 0 && memcmp(bytes, mark, n_seen) != 0) {
        return MARU_OK;
    }
    if (n_seen < sizeof mark) {
        return is_last && n_seen > 0 ? MARU_OK : MARU_MORE;
    }
    *n_mark = sizeof mark;
    return MARU_OK;
}

maru_status csv_next(struct csv_reader *reader, const char *bytes, size_t n, bool is_last,
                     struct arena *arena, struct csv_row *row, size_t *n_used, maru_error *err) {
    size_t n_mark = 0;
    maru_status st = reader->at_start ? mark_bytes(bytes, n, is_last, &n_mark) : MARU_OK;
    if (st != MARU_OK || n == n_mark) {
        return MARU_MORE;
    }
    struct scan s; // not zeroed as a whole: its table of spans is large, and filled as it is used
    s.reader = reader;
    s.bytes = (const unsigned char *)bytes + n_mark;
    s.is_over = n - n_mark > CSV_MAX_ROW_BYTES;
    s.n = s.is_over ? CSV_MAX_ROW_BYTES : n - n_mark;
    s.is_last = is_last;
    s.at = 0;
    s.line = reader->line;
    s.n_field = 0;
    s.err = err;
    st = scan_row(&s);
    if (st == MARU_OK) {
        st = copy_row(&s, arena, row);
    }
    if (st != MARU_OK) {
        return st;
    }
    size_t n_break = 0;
    if (s.at < s.n) {
        n_break = s.bytes[s.at] == '\r' ? 2 : 1;
    }
    *n_used = n_mark + s.at + n_break;
    reader->line = s.line + (n_break > 0 ? 1 : 0);
    reader->at_start = false;
    return MARU_OK;
}
