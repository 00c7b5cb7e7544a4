#include "target.h"

#include "base/percent.h"

#include <stdlib.h>
#include <string.h>

// Any text is taken apart or left as it was, and grows no longer; what is written of any name is read back as that name.

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    char *text = malloc(n + 1), *as_given = malloc(n + 1);
    struct text written;
    text_init(&written, 1 << 24);
    if (text && as_given) {
        for (size_t i = 0; i < n; i++) {
            text[i] = bytes[i] != 0 ? (char)bytes[i] : '%';
        }
        text[n] = '\0';
        memcpy(as_given, text, n + 1);
        if (percent_decode(text)) {
            must(strlen(text) <= n);
        } else {
            must(strcmp(text, as_given) == 0 && strstr(text, "%00"));
        }
        percent_add(&written, as_given, ";=/");
        if (written.bytes) {
            must(!strpbrk(written.bytes, ";=/") && percent_decode(written.bytes));
        }
        must(strcmp(written.bytes ? written.bytes : "", as_given) == 0);
    }
    text_fini(&written);
    free(as_given);
    free(text);
    return 0;
}
