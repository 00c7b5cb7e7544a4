#include "cli/written.h"

#include "base/status.h"
#include "io/files.h"
#include "study/json_writer.h"
#include "study/table.h"
#include "study/words/numerals.h"

#include <stdio.h>
#include <string.h>

maru_status written_begin(struct written *written, bool force, maru_error *err) {
    bool is_empty = false;
    const maru_status st = files_is_empty(written->folder, &is_empty, err);
    if (st != MARU_OK) {
        return st;
    }
    if (!is_empty && !force) {
        return fail(err, MARU_E_USAGE,
                    "%s has files in it: give --force to write among them, or another folder",
                    written->folder);
    }
    return files_make_folder(written->folder, err);
}

static size_t count_rows(const char *bytes, size_t n) {
    size_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        rows += bytes[i] == '\n';
    }
    return rows > 0 ? rows - 1 : 0;
}

maru_status written_put(void *context, const maru_file *file, maru_error *err) {
    struct written *written = context;
    if (written->n_file == WRITTEN_MAX_FILES) {
        return fail(err, MARU_E_LIMIT, "more than %d tables", WRITTEN_MAX_FILES);
    }
    struct text path;
    text_init(&path, 1 << 16);
    files_join(&path, written->folder, file->name);
    maru_status st = path.status;
    if (st == MARU_OK) {
        st = files_replace(path.bytes, file->bytes, file->n_bytes, err);
    }
    text_fini(&path);
    if (st == MARU_OK) {
        const size_t i = written->n_file++;
        snprintf(written->file[i].name, sizeof written->file[i].name, "%s", file->name);
        written->file[i].n_bytes = file->n_bytes;
        written->file[i].n_row = count_rows(file->bytes, file->n_bytes);
    }
    return st;
}

static void add_json(struct text *out, const struct written *written) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "folder", written->folder);
    json_open_list(&json, "files");
    for (size_t i = 0; i < written->n_file; i++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "name", written->file[i].name);
        json_add_count(&json, "rows", written->file[i].n_row);
        json_add_count(&json, "bytes", written->file[i].n_bytes);
        json_close(&json);
    }
    json_close(&json);
    if (written->hall) {
        json_open_object(&json, "hall");
        json_add_count(&json, "rows", written->hall->n_row);
        json_add_count(&json, "placed", written->hall->placed);
        json_add_count(&json, "unknown_group", written->hall->alien);
        json_add_count(&json, "more_than_the_plant_has", written->hall->spare);
        json_add_count(&json, "tools_without_a_row", written->hall->homeless);
        if (written->hall->has_rails) {
            json_add_count(&json, "rails", written->hall->n_link);
            json_add_count(&json, "useless_rails", written->hall->useless);
        }
        json_close(&json);
    }
    json_close(&json);
}

static void add_hall(struct text *out, const struct written *written, const struct call *call) {
    const struct smat_told *hall = written->hall;
    words_add(out, call->lang, W_HALL_PLACED,
              (const char *const[]){numeral_count(hall->placed).text,
                                    numeral_count(hall->n_row).text, NULL});
    text_addz(out, "\n");
    const struct {
        uint32_t n;
        enum word word;
    } rest[] = {{hall->alien, W_HALL_ALIEN},
                {hall->spare, W_HALL_SPARE},
                {hall->homeless, W_HALL_HOMELESS},
                {hall->n_link, W_HALL_RAILS},
                {hall->useless, W_HALL_USELESS}};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        if (rest[i].n > 0) {
            words_add(out, call->lang, rest[i].word,
                      (const char *const[]){numeral_count(rest[i].n).text, NULL});
            text_addz(out, "\n");
        }
    }
}

static void add_table(struct text *out, const struct written *written, const struct call *call) {
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_FILE));
    table_column(&table, ALIGN_RIGHT, word(call->lang, W_ROWS));
    for (size_t i = 0; i < written->n_file; i++) {
        table_add(&table, STYLE_PLAIN, written->file[i].name);
        table_add(&table, STYLE_PLAIN, numeral_count(written->file[i].n_row).text);
    }
    table_print(&table, call->look, out);
    text_addz(out, "\n");
    words_add(out, call->lang, W_WRITTEN, (const char *const[]){written->folder, NULL});
    text_addz(out, "\n");
    table_fini(&table);
    if (written->hall) {
        add_hall(out, written, call);
    }
}

int written_tell(const struct written *written, const struct call *call) {
    struct text out;
    text_init(&out, 1 << 20);
    if (call->json) {
        add_json(&out, written);
    } else if (!call->quiet) {
        add_table(&out, written, call);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}
