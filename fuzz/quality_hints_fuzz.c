#include "target.h"

#include "study/quality/quality_hints.h"

#include <stdlib.h>
#include <string.h>

// Lines "name=value" as hints: each is taken or refused with a sentence, and one that is refused leaves nothing behind.

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

static size_t count(const struct quality_hints *hints) {
    return hints->n_role + hints->n_limit + hints->sheet.n_kind;
}

static void take(struct quality_hints *hints, char *line) {
    maru_error err = {0};
    const size_t before = count(hints);
    char *equals = strchr(line, '=');
    if (equals) {
        *equals = '\0';
    }
    const maru_status st = quality_hints_take(hints, line, equals ? equals + 1 : "", &err);
    require(st == MARU_OK || err.text[0] != '\0');
    require(st != MARU_OK || quality_hints_has(line));
    require(count(hints) <= before + (st == MARU_OK));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct quality_hints hints;
    char *text = malloc(n + 1);
    require(text != NULL);
    memcpy(text, bytes, n);
    text[n] = '\0';
    quality_hints_init(&hints);
    for (char *line = text; line < text + n;) {
        char *end = line + strcspn(line, "\n");
        *end = '\0';
        take(&hints, line);
        line = end + 1;
    }
    const struct quality_options options = quality_hints_options(&hints);
    require(options.n_limit == hints.n_limit && options.roles.n_hint == hints.n_role);
    quality_hints_fini(&hints);
    free(text);
    return 0;
}
