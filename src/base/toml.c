#include "base/toml.h"

#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "base/text.h"

// One pass over the bytes, which are looked at as UTF-8 first. `reader.at` only grows and is compared
// with what is left; a 0 byte is a control character and refused before it could end a text early. Keys
// seen are kept as places in the bytes, so that one given twice is found.

struct toml_reader {
    const char *bytes;
    size_t n, at, line_at; // where the line begins
    uint32_t row;
    struct {
        size_t at, n;
    } key[TOML_MAX_ENTRIES];
    size_t n_key;
    struct toml_entry entry;
};

static maru_status wrong(const struct toml_reader *reader, const char *what, maru_error *err) {
    return fail_at(err, MARU_E_INPUT, "", reader->row, (uint32_t)(reader->at - reader->line_at) + 1,
                   "%s", what);
}

static char look(const struct toml_reader *reader) { // '\0' behind the last
    return reader->at < reader->n ? reader->bytes[reader->at] : '\0';
}

static bool is_line_end(const struct toml_reader *reader) {
    const char c = look(reader);
    return reader->at == reader->n || c == '\n' ||
           (c == '\r' && reader->n - reader->at > 1 && reader->bytes[reader->at + 1] == '\n');
}

static bool is_control(char c) {
    const unsigned char byte = (unsigned char)c;
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

static void skip_blanks(struct toml_reader *reader) {
    while (look(reader) == ' ' || look(reader) == '\t') {
        reader->at++;
    }
}

// Blanks and a comment, then the line's end.
static maru_status end_line(struct toml_reader *reader, maru_error *err) {
    skip_blanks(reader);
    if (look(reader) == '#') {
        while (!is_line_end(reader)) {
            if (is_control(look(reader))) {
                return wrong(reader, "a control character in a comment", err);
            }
            reader->at++;
        }
    }
    if (!is_line_end(reader)) {
        return wrong(reader, "one `key = value` a line is wanted; a comment begins with #", err);
    }
    if (reader->at < reader->n) {
        reader->at += look(reader) == '\r' ? 2 : 1;
        reader->row++;
        reader->line_at = reader->at;
    }
    return MARU_OK;
}

// ---- keys

static bool is_key(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

static maru_status read_key(struct toml_reader *reader, maru_error *err) {
    const size_t start = reader->at;
    if (look(reader) == '[') {
        return wrong(reader, "tables are not known here: each line is `key = value`", err);
    }
    while (is_key(look(reader))) {
        reader->at++;
    }
    const size_t n = reader->at - start;
    if (n == 0) {
        return wrong(reader, "a key is wanted: letters, digits, - and _", err);
    }
    reader->at = start; // a refusal points at the key
    if (n >= TOML_MAX_KEY_BYTES) {
        return wrong(reader, "this key is too long", err);
    }
    for (size_t i = 0; i < reader->n_key; i++) {
        if (reader->key[i].n == n &&
            memcmp(reader->bytes + reader->key[i].at, reader->bytes + start, n) == 0) {
            return wrong(reader, "this key stands further up already", err);
        }
    }
    if (reader->n_key == TOML_MAX_ENTRIES) {
        return fail_at(err, MARU_E_LIMIT, "", reader->row, 1, "there are more than %d keys",
                       TOML_MAX_ENTRIES);
    }
    reader->key[reader->n_key].at = start;
    reader->key[reader->n_key++].n = n;
    memcpy(reader->entry.key, reader->bytes + start, n);
    reader->entry.key[n] = '\0';
    reader->at = start + n;
    return MARU_OK;
}

// ---- texts

static bool put(struct toml_entry *entry, size_t *n, char c) {
    if (*n + 1 >= sizeof entry->text) {
        return false;
    }
    entry->text[(*n)++] = c;
    entry->text[*n] = '\0';
    return true;
}

static bool put_code(struct toml_entry *entry, size_t *n, uint32_t code) {
    const size_t n_more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    bool fits = put(entry, n, (char)(lead[n_more] | (code >> (6 * n_more))));
    for (size_t i = n_more; i > 0; i--) {
        fits = fits && put(entry, n, (char)(0x80 | ((code >> (6 * (i - 1))) & 0x3f)));
    }
    return fits;
}

// The digits behind \u or \U; false: not so many, or no character (0 could not stand in a text here).
static bool read_code(struct toml_reader *reader, size_t n_digit, uint32_t *code) {
    *code = 0;
    for (size_t i = 0; i < n_digit; i++, reader->at++) {
        const char c = look(reader);
        const uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                               : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                               : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                      : 16;
        if (digit == 16) {
            return false;
        }
        *code = *code << 4 | digit;
    }
    return *code > 0 && *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff);
}

static maru_status read_escape(struct toml_reader *reader, size_t *n, maru_error *err) {
    static const char names[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
    reader->at++; // the backslash
    const char c = look(reader);
    const char *name = c ? strchr(names, c) : NULL;
    bool fits = true;
    if (name) {
        reader->at++;
        fits = put(&reader->entry, n, values[name - names]);
    } else {
        uint32_t code = 0;
        if (c != 'u' && c != 'U') {
            return wrong(reader, "no such escape: \\\\ \\\" \\b \\t \\n \\f \\r \\uXXXX are there",
                         err);
        }
        reader->at++;
        if (!read_code(reader, c == 'u' ? 4 : 8, &code)) {
            return wrong(reader,
                         "four hex digits of a character are wanted behind \\u, eight "
                         "behind \\U",
                         err);
        }
        fits = put_code(&reader->entry, n, code);
    }
    return fits ? MARU_OK : wrong(reader, "this text is too long", err);
}

static maru_status read_text(struct toml_reader *reader, maru_error *err) {
    const char quote = look(reader);
    size_t n = 0;
    reader->entry.kind = TOML_TEXT;
    reader->at++;
    if (reader->n - reader->at > 1 && reader->bytes[reader->at] == quote &&
        reader->bytes[reader->at + 1] == quote) {
        return wrong(reader, "texts over many lines are not known here", err);
    }
    for (;;) {
        const char c = look(reader);
        if (is_line_end(reader)) {
            return wrong(reader, "the text does not end on its line", err);
        }
        if (c == quote) {
            reader->at++;
            return MARU_OK;
        }
        if (is_control(c)) {
            return wrong(reader, "a control character in a text", err);
        }
        if (c == '\\' && quote == '"') {
            const maru_status st = read_escape(reader, &n, err);
            if (st != MARU_OK) {
                return st;
            }
        } else {
            if (!put(&reader->entry, &n, c)) {
                return wrong(reader, "this text is too long", err);
            }
            reader->at++;
        }
    }
}

// ---- numbers, true, false

static maru_status read_word(struct toml_reader *reader, maru_error *err) {
    struct toml_entry *entry = &reader->entry;
    const size_t start = reader->at;
    size_t n = 0;
    while (is_key(look(reader)) || look(reader) == '+' || look(reader) == '.' ||
           look(reader) == ':') {
        if (!put(entry, &n, look(reader))) {
            return wrong(reader, "this value is too long", err);
        }
        reader->at++;
    }
    reader->at = start; // a refusal points at the value
    entry->boolean = strcmp(entry->text, "true") == 0;
    entry->kind = TOML_BOOL;
    if (!entry->boolean && strcmp(entry->text, "false") != 0) {
        const char *digits = entry->text + (entry->text[0] == '+' || entry->text[0] == '-');
        entry->kind = TOML_INTEGER;
        if (n == 0 || (digits[0] == '0' && digits[1] != '\0') ||
            !number_int64(entry->text, n, &entry->integer)) {
            return wrong(reader,
                         "a value is wanted: \"text\", 'text', a whole number, true or false", err);
        }
    }
    reader->at = start + n;
    return MARU_OK;
}

static maru_status read_entry(struct toml_reader *reader, maru_error *err) {
    maru_status st = read_key(reader, err);
    if (st != MARU_OK) {
        return st;
    }
    skip_blanks(reader);
    if (look(reader) != '=') {
        return wrong(reader, "a = is wanted behind the key", err);
    }
    reader->at++;
    skip_blanks(reader);
    struct toml_entry *entry = &reader->entry;
    entry->row = reader->row;
    entry->column = (uint32_t)(reader->at - reader->line_at) + 1;
    entry->text[0] = '\0';
    entry->integer = 0;
    entry->boolean = false;
    return look(reader) == '"' || look(reader) == '\'' ? read_text(reader, err)
                                                       : read_word(reader, err);
}

maru_status toml_read(const char *bytes, size_t n, toml_see see, void *context, maru_error *err) {
    struct toml_reader reader = {.bytes = bytes, .n = n, .row = 1};
    if (n > UINT32_MAX) {
        return fail(err, MARU_E_LIMIT, "the file is too large");
    }
    if (!text_is_utf8(bytes, n)) {
        return fail(err, MARU_E_INPUT, "the file is not UTF-8");
    }
    while (reader.at < n) {
        maru_status st = MARU_OK;
        skip_blanks(&reader);
        const bool has_entry = !is_line_end(&reader) && look(&reader) != '#';
        if (has_entry) {
            st = read_entry(&reader, err);
        }
        st =
            st == MARU_OK ? end_line(&reader, err) : st; // what stands behind it is looked at first
        st = st == MARU_OK && has_entry ? see(context, &reader.entry, err) : st;
        if (st != MARU_OK) {
            return st;
        }
    }
    return MARU_OK;
}
