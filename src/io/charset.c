#include "io/charset.h"

#include <iconv.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/text.h"

// Text files do not say what they are written in, but seldom leave a doubt. A byte order mark is an answer. UTF-16 without one shows
// in its zeros: digits, separators and line breaks have one as their high byte, and no other text has zeros at all; Korean letters
// have zeros as low bytes at times (U+AC00), so one side must have far more of them than the other. What is valid UTF-8 and not
// plain ASCII is hardly ever anything else; the rest is CP949, which Korean Windows writes.
//
// Source: The Unicode Standard 15.0, chapter 3.10 (encoding schemes) and 23.8 (byte order mark).

enum { GROWTH = 2, LOOK_BYTES = 1 << 16 }; // two bytes become at most three, one becomes one

const char *charset_name(enum charset charset) {
    static const char *const name[N_CHARSET] = {"UTF-8", "UTF-16LE", "UTF-16BE", "CP949"};
    return charset < N_CHARSET ? name[charset] : "";
}

static bool begins_with(const char *bytes, size_t n, const char *mark, size_t n_mark) {
    return n >= n_mark && memcmp(bytes, mark, n_mark) == 0;
}

// The bytes of the mark; 0 where there is none.
static size_t read_mark(const char *bytes, size_t n, enum charset *charset) {
    if (begins_with(bytes, n, "\xEF\xBB\xBF", 3)) {
        *charset = CHARSET_UTF8;
        return 3;
    }
    if (begins_with(bytes, n, "\xFF\xFE", 2)) {
        *charset = CHARSET_UTF16_LE;
        return 2;
    }
    if (begins_with(bytes, n, "\xFE\xFF", 2)) {
        *charset = CHARSET_UTF16_BE;
        return 2;
    }
    return 0;
}

// N_CHARSET: it is no UTF-16.
static enum charset look_for_zeros(const char *bytes, size_t n) {
    size_t n_zero[2] = {0};
    const size_t n_look = n < LOOK_BYTES ? n : LOOK_BYTES;
    for (size_t i = 0; i < n_look; i++) {
        n_zero[i % 2] += bytes[i] == '\0';
    }
    if (n_zero[1] > 2 * n_zero[0] && 20 * n_zero[1] >= n_look) {
        return CHARSET_UTF16_LE;
    }
    if (n_zero[0] > 2 * n_zero[1] && 20 * n_zero[0] >= n_look) {
        return CHARSET_UTF16_BE;
    }
    return N_CHARSET;
}

static uint32_t count_lines(const char *bytes, size_t n) {
    uint32_t n_line = 1;
    for (size_t i = 0; i < n; i++) {
        n_line += bytes[i] == '\n';
    }
    return n_line;
}

static maru_status convert(const char *bytes, size_t n, struct charset_text *made,
                           maru_error *err) {
    union {
        const char *kept;
        char *in; // iconv is older than const
    } from = {.kept = bytes};
    const iconv_t cd = iconv_open("UTF-8", charset_name(made->was));
    if (cd == (iconv_t)-1) { // NOLINT(performance-no-int-to-ptr): POSIX says so
        return fail(err, MARU_E_INPUT, "this system cannot read %s: save the file as UTF-8",
                    charset_name(made->was));
    }
    char *const own = alloc_new(n + 1, GROWTH);
    char *to = own;
    size_t left = n;
    size_t room = (n + 1) * GROWTH;
    maru_status st = own ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    if (own && iconv(cd, &from.in, &left, &to, &room) == (size_t)-1) {
        st = fail_at(err, MARU_E_INPUT, NULL, count_lines(own, (size_t)(to - own)), 0,
                     "this is neither UTF-8, UTF-16 nor CP949: is it a text?");
    }
    iconv_close(cd);
    if (st == MARU_OK) {
        made->own = own;
        made->bytes = own;
        made->n = (size_t)(to - own);
    } else {
        alloc_free(own);
    }
    return st;
}

maru_status charset_decode(const char *bytes, size_t n, struct charset_text *text,
                           maru_error *err) {
    struct charset_text made = {.was = CHARSET_CP949};
    bytes = bytes ? bytes : ""; // of an empty file
    const size_t n_mark = read_mark(bytes, n, &made.was);
    const enum charset by_zeros = n_mark > 0 ? N_CHARSET : look_for_zeros(bytes, n);
    made.has_mark = n_mark > 0;
    made.bytes = bytes + n_mark;
    made.n = n - n_mark;
    if (by_zeros != N_CHARSET) {
        made.was = by_zeros;
    } else if (made.was == CHARSET_CP949 && text_is_utf8(bytes, n)) {
        made.was = CHARSET_UTF8;
    }
    maru_status st = MARU_OK;
    if (made.was != CHARSET_UTF8) {
        st = convert(made.bytes, made.n, &made, err);
    } else if (made.has_mark && !text_is_utf8(made.bytes, made.n)) {
        st = fail(err, MARU_E_INPUT, "the file says that it is UTF-8, and is not");
    }
    if (st == MARU_OK) {
        *text = made;
    }
    return st;
}

void charset_fini(struct charset_text *text) {
    alloc_free(text->own);
    *text = (struct charset_text){0};
}
