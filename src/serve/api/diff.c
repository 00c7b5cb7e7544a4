#include "serve/api/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/json_writer.h"

// Lines are compared as a multiset: a line is removed or added as often as one side has it more often.
// Order alone is no change, which is what tables mean; a row that was edited is one removed and one added.

struct line {
    const char *bytes;
    uint32_t n, row;
};

struct lines {
    struct line *line; // (n)
    size_t n;
};

static int compare(const struct line *a, const struct line *b) {
    const uint32_t n = a->n < b->n ? a->n : b->n;
    const int order = n > 0 ? memcmp(a->bytes, b->bytes, n) : 0;
    return order != 0 ? order : (a->n > b->n) - (a->n < b->n);
}

static int by_row(const void *left, const void *right) {
    const struct line *a = left, *b = right;
    return (a->row > b->row) - (a->row < b->row);
}

static int by_text(const void *left, const void *right) {
    const int order = compare(left, right);
    return order != 0 ? order : by_row(left, right);
}

static bool split(const maru_file *file, struct lines *out) {
    const char *at = file->bytes, *end = at + file->n_bytes;
    size_t n = 1;
    for (const char *c = at; c < end; c++) {
        n += *c == '\n';
    }
    out->line = alloc_new(n, sizeof *out->line);
    out->n = 0;
    while (out->line && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *last = stop ? stop : end;
        size_t length = (size_t)(last - at);
        length -= length > 0 && at[length - 1] == '\r';
        out->line[out->n] =
            (struct line){.bytes = at, .n = (uint32_t)length, .row = (uint32_t)out->n + 1};
        out->n++;
        at = stop ? stop + 1 : end;
    }
    return out->line != NULL;
}

// Leave in each only what the other has not.
static void take_same_out(struct lines *a, struct lines *b) {
    qsort(a->line, a->n, sizeof *a->line, by_text);
    qsort(b->line, b->n, sizeof *b->line, by_text);
    size_t i = 0, k = 0, n_a = 0, n_b = 0;
    while (i < a->n && k < b->n) {
        const int order = compare(&a->line[i], &b->line[k]);
        if (order == 0) {
            i++;
            k++;
        } else if (order < 0) {
            a->line[n_a++] = a->line[i++];
        } else {
            b->line[n_b++] = b->line[k++];
        }
    }
    while (i < a->n) {
        a->line[n_a++] = a->line[i++];
    }
    while (k < b->n) {
        b->line[n_b++] = b->line[k++];
    }
    a->n = n_a;
    b->n = n_b;
    qsort(a->line, a->n, sizeof *a->line, by_row);
    qsort(b->line, b->n, sizeof *b->line, by_row);
}

static bool add_lines(struct json *json, const char *key, const struct lines *lines) {
    json_open_list(json, key);
    for (size_t i = 0; i < lines->n && i < DIFF_MAX_LINES; i++) {
        const struct line *line = &lines->line[i];
        char *text = alloc_new((size_t)line->n + 1, 1);
        if (!text) {
            return false;
        }
        memcpy(text, line->bytes, line->n);
        json_open_object(json, NULL);
        json_add_count(json, "row", line->row);
        json_add_string(json, "text", text);
        json_close(json);
        alloc_free(text);
    }
    json_close(json);
    return true;
}

static bool add_change(struct json *json, const maru_file *old, const maru_file *new) {
    struct lines removed = {0}, added = {0};
    bool is_good = split(old, &removed) && split(new, &added);
    if (is_good) {
        take_same_out(&removed, &added);
        json_open_object(json, NULL);
        json_add_string(json, "name", new->name);
        json_add_string(json, "change", "changed");
        is_good = add_lines(json, "removed", &removed) && add_lines(json, "added", &added);
        const size_t more = (removed.n > DIFF_MAX_LINES ? removed.n - DIFF_MAX_LINES : 0) +
                            (added.n > DIFF_MAX_LINES ? added.n - DIFF_MAX_LINES : 0);
        if (more > 0) {
            json_add_count(json, "more", more);
        }
        json_close(json);
    }
    alloc_free(removed.line);
    alloc_free(added.line);
    return is_good;
}

static const maru_file *find(const struct tables *tables, const char *name) {
    for (size_t i = 0; i < tables->n; i++) {
        if (strcmp(tables->file[i].name, name) == 0) {
            return &tables->file[i];
        }
    }
    return NULL;
}

static void add_whole(struct json *json, const char *name, const char *change) {
    json_open_object(json, NULL);
    json_add_string(json, "name", name);
    json_add_string(json, "change", change);
    json_close(json);
}

maru_status diff_add_json(struct text *out, int64_t from, const struct tables *old, int64_t to,
                          const struct tables *new, maru_error *err) {
    struct json json;
    bool is_good = true;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_integer(&json, "from", from);
    json_add_integer(&json, "to", to);
    json_open_list(&json, "tables");
    for (size_t i = 0; i < old->n; i++) {
        if (!find(new, old->file[i].name)) {
            add_whole(&json, old->file[i].name, "removed");
        }
    }
    for (size_t i = 0; is_good && i < new->n; i++) {
        const maru_file *file = &new->file[i], *before = find(old, file->name);
        if (!before) {
            add_whole(&json, file->name, "added");
        } else if (before->n_bytes != file->n_bytes ||
                   memcmp(before->bytes, file->bytes, file->n_bytes) != 0) {
            is_good = add_change(&json, before, file);
        }
    }
    json_close(&json);
    json_close(&json);
    return is_good ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}
