// For the tests beside the code: the lines of a file of the recorded conversations, which are not part
// of the tree: MARU_DATA, default ../shared/data; without it the test is skipped.
#ifndef WIRE_SECS_TRIAL_LINES_H
#define WIRE_SECS_TRIAL_LINES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct trial_lines {
    char *bytes; // lines with a 0 where their line break was
    size_t n, at;
    uint32_t line; // of the one given last
    char name[64];
};

static inline void trial_open(struct trial_lines *lines, const char *name) {
    char path[1024];
    const char *data = getenv("MARU_DATA");
    snprintf(path, sizeof path, "%s/secs/%s", data ? data : "../shared/data", name);
    *lines = (struct trial_lines){0};
    snprintf(lines->name, sizeof lines->name, "%s", name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        print_message("skipped: no %s (set MARU_DATA)\n", path);
        skip();
        return;
    }
    fseek(file, 0, SEEK_END);
    const long n = ftell(file);
    rewind(file);
    lines->bytes = malloc((size_t)n + 1);
    assert_non_null(lines->bytes);
    lines->n = fread(lines->bytes, 1, (size_t)n, file);
    lines->bytes[lines->n] = '\0';
    fclose(file);
}

// The next line, or NULL.
static inline char *trial_next(struct trial_lines *lines) {
    if (lines->at >= lines->n) {
        return NULL;
    }
    char *line = lines->bytes + lines->at;
    char *end = strchr(line, '\n');
    if (end) {
        *end = '\0';
        lines->at = (size_t)(end - lines->bytes) + 1;
    } else {
        lines->at = lines->n;
    }
    lines->line++;
    return line;
}

static inline void trial_close(struct trial_lines *lines) {
    free(lines->bytes);
    *lines = (struct trial_lines){0};
}

static inline int trial_hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Hex digits up to something else, as bytes in memory of exactly that size (free it), so that a
// sanitizer sees a read behind the end.
static inline uint8_t *trial_hex(const char *hex, size_t *n) {
    size_t n_digit = 0;
    while (trial_hex_digit(hex[n_digit]) >= 0) {
        n_digit++;
    }
    *n = n_digit / 2;
    uint8_t *bytes = malloc(*n > 0 ? *n : 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < *n; i++) {
        bytes[i] = (uint8_t)(trial_hex_digit(hex[2 * i]) * 16 + trial_hex_digit(hex[2 * i + 1]));
    }
    return bytes;
}

#endif
