#include "serve/api/examples.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/api/naming.h"
#include "serve/http/embedded.h"
#include "serve/http/request.h"
#include "study/json_writer.h"

// An example is a folder of examples/, put into the program with its files (tools/embed_files). So a server
// without a single plant of its own has something to show.

static const struct example {
    const char *id;
    enum word about;
} examples[] = {{"line", W_EXAMPLE_LINE}, {"minifab", W_EXAMPLE_MINIFAB}};

enum { N_EXAMPLE = sizeof examples / sizeof examples[0] };

// The name of a table of the example in a path such as "/line/routes.csv"; NULL: it is none.
static const char *table_of(const char *id, const char *path) {
    const size_t n = strlen(id);
    const char *dot = strrchr(path, '.');
    const bool is_its = strncmp(path + 1, id, n) == 0 && path[1 + n] == '/';
    return is_its && dot && strcmp(dot, ".csv") == 0 ? path + n + 2 : NULL;
}

maru_status examples_get(const char *id, struct tables *out, maru_error *err) {
    maru_status st = MARU_OK;
    *out = (struct tables){0};
    for (size_t i = 0; st == MARU_OK && i < example_files_n; i++) {
        const struct embedded *file = &example_files[i];
        const char *name = table_of(id, file->path);
        if (!name) {
            continue;
        }
        char *bytes = alloc_new(file->n_whole + 1, 1);
        if (!bytes) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        memcpy(bytes, file->bytes, file->n_whole);
        st = tables_add(out, name, bytes, file->n_whole, err);
    }
    return st == MARU_OK && out->n == 0
               ? fail_at(err, MARU_E_INPUT, "/example", 0, 0,
                         "there is no example '%.40s': GET /v1/examples lists them", id)
               : st;
}

static maru_status add_example(struct json *json, const struct example *example, maru_error *err) {
    struct tables tables;
    char name[STORE_NAME_BYTES];
    const maru_status st = examples_get(example->id, &tables, err);
    if (st == MARU_OK) {
        naming_find(&tables, example->id, name);
        json_open_object(json, NULL);
        json_add_string(json, "id", example->id);
        json_add_string(json, "name", name);
        json_open_object(json, "about");
        json_add_string(json, "ko", word(LANG_KO, example->about));
        json_add_string(json, "en", word(LANG_EN, example->about));
        json_close(json);
        json_open_list(json, "tables");
        for (size_t i = 0; i < tables.n; i++) {
            json_open_object(json, NULL);
            json_add_string(json, "name", tables.file[i].name);
            json_add_count(json, "bytes", tables.file[i].n_bytes);
            json_close(json);
        }
        json_close(json);
        json_close(json);
    }
    tables_fini(&tables);
    return st;
}

maru_status api_list_examples(struct request *request, maru_error *err) {
    struct json json;
    maru_status st = MARU_OK;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    for (size_t i = 0; st == MARU_OK && i < N_EXAMPLE; i++) {
        st = add_example(&json, &examples[i], err);
    }
    json_close(&json);
    json_close(&json);
    return st;
}
