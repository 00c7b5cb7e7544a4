#include "target.h"

#include "base/alloc.h"
#include "base/percent.h"
#include "study/comparison.h"

#include <stdlib.h>
#include <string.h>

// The text of a variant is cut into settings or refused. Names are never empty; written again with
// semicolons between them, the settings are read back the same.

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    char *text = malloc(n + 1);
    if (!text) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        text[i] = bytes[i] != 0 ? (char)bytes[i] : ' ';
    }
    text[n] = '\0';
    struct variant first = {.name = "A", .text = text};
    maru_error err = {0};
    if (variant_parse(&first, &err) == MARU_OK) {
        struct text again;
        text_init(&again, 1 << 20);
        for (size_t i = 0; i < first.n_setting; i++) {
            require(first.setting[i].name[0] != '\0');
            text_addz(&again, i > 0 ? ";" : "");
            percent_add(&again, first.setting[i].name, ";=");
            text_addf(&again, "= %s", first.setting[i].value);
        }
        struct variant second = {.name = "A", .text = again.bytes ? again.bytes : ""};
        require(variant_parse(&second, &err) == MARU_OK && second.n_setting == first.n_setting);
        for (size_t i = 0; i < first.n_setting; i++) {
            require(strcmp(first.setting[i].name, second.setting[i].name) == 0);
            require(strcmp(first.setting[i].value, second.setting[i].value) == 0);
        }
        alloc_free(second.pairs);
        text_fini(&again);
    } else {
        require(err.text[0] != '\0');
    }
    alloc_free(first.pairs);
    free(text);
    return 0;
}
