#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// One table of names, and one place where a maru_error is written.
//
// A sentence or file name that is too long is cut, at the end of a character, so that what is shown
// is still UTF-8. The old content of the record may be among the arguments (a caller that adds a
// place to an error passes err->text), so the sentence is put together aside and copied last.

const char *maru_status_name(maru_status status) {
    switch (status) {
    case MARU_OK:
        return "ok";
    case MARU_MORE:
        return "more";
    case MARU_E_USAGE:
        return "usage";
    case MARU_E_INPUT:
        return "input";
    case MARU_E_RANGE:
        return "range";
    case MARU_E_LIMIT:
        return "limit";
    case MARU_E_MEMORY:
        return "memory";
    case MARU_E_IO:
        return "io";
    case MARU_E_STOPPED:
        return "stopped";
    }
    return "unknown";
}

const char *maru_version(void) { return MARU_VERSION; }

// Cuts the last character of n > 0 bytes when its tail is missing; gives the new length.
static size_t whole_characters(const char *bytes, size_t n) {
    size_t start = n;
    do {
        start--;
    } while (start > 0 && n - start < 4 && ((unsigned char)bytes[start] & 0xC0) == 0x80);
    const unsigned char lead = (unsigned char)bytes[start];
    size_t n_character = 1;
    n_character = lead >= 0xC0 ? 2 : n_character;
    n_character = lead >= 0xE0 ? 3 : n_character;
    n_character = lead >= 0xF0 ? 4 : n_character;
    return n - start < n_character ? start : n;
}

static void copy_cut(char *to, size_t size, const char *from) {
    size_t n = strlen(from);
    n = n < size ? n : whole_characters(from, size - 1);
    memmove(to, from, n);
    to[n] = '\0';
}

static void write_error(maru_error *err, maru_error *place, const char *format, va_list args)
    MARU_PRINTF(3, 0);

static void write_error(maru_error *err, maru_error *place, const char *format, va_list args) {
    if (!err) {
        return;
    }
    char sentence[MARU_ERROR_TEXT_BYTES + 1]; // one more, to see that it is too long
    vsnprintf(sentence, sizeof sentence, format, args);
    copy_cut(place->text, sizeof place->text, sentence);
    *err = *place;
}

maru_status(fail)(maru_error *err, maru_status code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    write_error(err, &(maru_error){.code = code}, format, args);
    va_end(args);
    return code;
}

maru_status fail_at(maru_error *err, maru_status code, const char *file, uint32_t row,
                    uint32_t column, const char *format, ...) {
    va_list args;
    va_start(args, format);
    maru_error place = {.code = code, .row = row, .column = column};
    copy_cut(place.file, sizeof place.file, file ? file : "");
    write_error(err, &place, format, args);
    va_end(args);
    return code;
}
