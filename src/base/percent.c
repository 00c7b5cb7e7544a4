#include "base/percent.h"

#include <string.h>

// One meaning for each text: decoding never fails but for the 0 byte, which no name has, and encoding writes each % anew,
// so that a name such as "50%3B" comes through as well.

static int hex_of(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool percent_decode(char *text) {
    if (strstr(text, "%00")) { // the only way to write it
        return false;
    }
    char *to = text;
    for (const char *at = text; *at; at++) {
        const int high = *at == '%' ? hex_of(at[1]) : -1;
        const int low = high >= 0 ? hex_of(at[2]) : -1;
        if (low >= 0) {
            *to++ = (char)(high << 4 | low);
            at += 2;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
    return true;
}

void percent_add(struct text *out, const char *text, const char *reserved) {
    for (const char *at = text; *at; at++) {
        const bool is_end = at == text || at[1] == '\0';
        if (*at == '%' || strchr(reserved, *at) || (*at == ' ' && is_end)) {
            text_addf(out, "%%%02X", (unsigned)(unsigned char)*at);
        } else {
            text_add(out, at, 1);
        }
    }
}
