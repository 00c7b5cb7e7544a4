// Reads stdin; exit status 0 when it is one JSON document and nothing else (RFC 8259), 1 with the
// place when it is not.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

static const char *begin, *at, *end;

static bool refuse(const char *why) {
    fprintf(stderr, "byte %td: %s\n", at - begin, why);
    return false;
}

static void skip_blanks(void) {
    while (at < end && strchr(" \t\r\n", *at) && *at) {
        at++;
    }
}

static bool take(char c) {
    skip_blanks();
    if (at < end && *at == c) {
        at++;
        return true;
    }
    return false;
}

static bool read_string(void) {
    if (!take('"')) {
        return refuse("a string is wanted");
    }
    for (; at < end && *at != '"'; at++) {
        if ((unsigned char)*at < 0x20) {
            return refuse("a control character in a string");
        }
        if (*at == '\\') {
            at++;
            if (at < end && *at == 'u') {
                for (int i = 0; i < 4; i++) {
                    at++;
                    if (at >= end || !strchr("0123456789abcdefABCDEF", *at) || !*at) {
                        return refuse("four hex digits are wanted");
                    }
                }
            } else if (at >= end || !strchr("\"\\/bfnrt", *at) || !*at) {
                return refuse("no such escape");
            }
        }
    }
    return take('"') || refuse("an open string");
}

static bool read_digits(void) {
    const char *from = at;
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    return at > from || refuse("a digit is wanted");
}

static bool read_number(void) {
    at += *at == '-';
    const bool is_zero = at < end && *at == '0';
    if (!read_digits()) {
        return false;
    }
    if (is_zero && at[-1] != '0') {
        return refuse("a number begins with 0");
    }
    if (at < end && *at == '.') {
        at++;
        if (!read_digits()) {
            return false;
        }
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        return read_digits();
    }
    return true;
}

static bool read_word(const char *word) {
    const size_t n = strlen(word);
    if ((size_t)(end - at) < n || strncmp(at, word, n) != 0) {
        return refuse("a value is wanted");
    }
    at += n;
    return true;
}

static bool read_value(int depth) {
    if (depth > MAX_DEPTH) {
        return refuse("too deep");
    }
    skip_blanks();
    if (at >= end) {
        return refuse("a value is wanted");
    }
    if (*at == '{' || *at == '[') {
        const bool is_object = *at == '{';
        const char close = is_object ? '}' : ']';
        at++;
        if (take(close)) {
            return true;
        }
        do {
            if (is_object && (!read_string() || !(take(':') || refuse("a colon is wanted")))) {
                return false;
            }
            if (!read_value(depth + 1)) {
                return false;
            }
        } while (take(','));
        return take(close) || refuse("a comma or the end is wanted");
    }
    switch (*at) {
    case '"':
        return read_string();
    case 't':
        return read_word("true");
    case 'f':
        return read_word("false");
    case 'n':
        return read_word("null");
    default:
        return read_number();
    }
}

int main(void) {
    size_t n = 0, room = 1 << 16;
    char *bytes = malloc(room);
    if (!bytes) {
        return 1;
    }
    for (size_t got = 1; got > 0; n += got) {
        if (n == room) {
            char *grown = realloc(bytes, room *= 2);
            if (!grown) {
                free(bytes);
                return 1;
            }
            bytes = grown;
        }
        got = fread(bytes + n, 1, room - n, stdin);
    }
    begin = at = bytes;
    end = bytes + n;
    bool good = read_value(0);
    skip_blanks();
    if (good && at < end) {
        good = refuse("something behind the document");
    }
    free(bytes);
    return good ? 0 : 1;
}
