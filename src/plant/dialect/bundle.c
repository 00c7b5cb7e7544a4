#include "plant/dialect/bundle.h"

#include <string.h>

#include "base/status.h"

static const char mark[] = "=== ";
enum { N_MARK = sizeof mark - 1 };

static size_t line_bytes(const char *text, size_t n) {
    const char *end = n > 0 ? memchr(text, '\n', n) : NULL;
    return end ? (size_t)(end - text) + 1 : n;
}

static bool is_mark(const char *line, size_t n) {
    return n > N_MARK && memcmp(line, mark, N_MARK) == 0;
}

// A name is text up to the end of the line; NUL would end it earlier.
static char *take_name(const char *line, size_t n, struct arena *arena) {
    while (n > N_MARK && (line[n - 1] == '\n' || line[n - 1] == '\r')) {
        n--;
    }
    return arena_text(arena, line + N_MARK, n - N_MARK);
}

maru_status bundle_read(const char *text, size_t n, struct arena *arena, struct bundle *out,
                        maru_error *err) {
    out->n_file = 0;
    maru_file *file = NULL;
    while (n > 0) {
        const size_t n_line = line_bytes(text, n);
        if (is_mark(text, n_line)) {
            if (out->n_file == BUNDLE_MAX_FILES) {
                break;
            }
            const char *name = take_name(text, n_line, arena);
            if (!name) {
                return arena_refusal(arena, err);
            }
            file = &out->file[out->n_file++];
            *file = (maru_file){.name = name, .bytes = text + n_line};
        } else if (file) {
            file->n_bytes += n_line;
        }
        text += n_line;
        n -= n_line;
    }
    return MARU_OK;
}

maru_status bundle_put(void *text, const maru_file *file, maru_error *err) {
    struct text *out = text;
    text_addf(out, "%s%s\n", mark, file->name);
    text_add(out, file->bytes, file->n_bytes);
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "the text is full");
}
