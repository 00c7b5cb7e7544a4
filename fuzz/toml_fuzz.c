#include "target.h"

#include "base/text.h"
#include "base/toml.h"

#include <string.h>

// A file of settings: what is accepted is read the same again after our own writing of it, and what is
// refused has a place inside the file.

enum { MAX_BYTES = 1 << 22 };

static maru_status write_entry(void *context, const struct toml_entry *entry, maru_error *err) {
    struct text *out = context;
    (void)err;
    must(entry->key[0] && strlen(entry->key) < TOML_MAX_KEY_BYTES);
    must(text_is_utf8(entry->text, strlen(entry->text)));
    text_addf(out, "%s = ", entry->key);
    if (entry->kind == TOML_TEXT) {
        text_addz(out, "\"");
        for (const char *c = entry->text; *c; c++) {
            const unsigned char byte = (unsigned char)*c;
            if (byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\') {
                text_addf(out, "\\u%04x", byte);
            } else {
                text_add(out, c, 1);
            }
        }
        text_addz(out, "\"");
    } else if (entry->kind == TOML_INTEGER) {
        text_addf(out, "%lld", (long long)entry->integer);
    } else {
        text_addz(out, entry->boolean ? "true" : "false");
    }
    text_addz(out, "\n");
    return MARU_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct text once, twice;
    maru_error err = {0};
    text_init(&once, MAX_BYTES);
    text_init(&twice, MAX_BYTES);
    if (toml_read((const char *)bytes, n, write_entry, &once, &err) == MARU_OK) {
        const char *again = once.bytes ? once.bytes : "";
        must(toml_read(again, once.n_bytes, write_entry, &twice, &err) == MARU_OK);
        must(once.n_bytes == twice.n_bytes &&
             memcmp(again, twice.bytes ? twice.bytes : "", once.n_bytes) == 0);
    } else {
        size_t n_line = 1;
        for (size_t i = 0; i < n; i++) {
            n_line += bytes[i] == '\n';
        }
        must(err.text[0] && err.row <= n_line && err.column <= n + 1);
    }
    text_fini(&once);
    text_fini(&twice);
    return 0;
}
