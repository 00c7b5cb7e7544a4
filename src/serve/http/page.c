#include "serve/http/page.h"

#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "io/files.h"

// The page is a handful of static files. The build packs them (tools/embed_files); nearly every browser takes
// them so, and for who does not they are unpacked on demand. Names of assets hold a hash of their bytes.

static const char *type_of(const char *path) {
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".svg", "image/svg+xml"},
                                           {".png", "image/png"},
                                           {".json", "application/json"},
                                           {".wasm", "application/wasm"},
                                           {".woff2", "font/woff2"},
                                           {".ico", "image/x-icon"}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(dot, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return NULL;
}

// Names as a build makes them; nothing that leads out of the folder, no hidden file.
static bool is_plain(const char *path) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
    return path[0] == '/' && strspn(path, allowed) == strlen(path) && !strstr(path, "..") &&
           !strstr(path, "/.");
}

static int get_from_folder(const char *folder, const char *path, struct text *out) {
    struct text name;
    text_init(&name, 1 << 13);
    files_join(&name, folder, path + 1);
    maru_status st = name.status == MARU_OK ? files_read(name.bytes, out, NULL) : name.status;
    text_fini(&name);
    return st == MARU_OK ? 200 : 404;
}

// There is no page at all: where it would be, and how it comes there.
static int say_how(enum lang lang, struct text *out) {
    static const enum word line[] = {W_NO_PAGE_WHERE, W_NO_PAGE_HOW, W_NO_PAGE_API};
    text_addf(
        out, "<!doctype html>\n<html lang=\"%s\">\n<meta charset=\"utf-8\">\n<title>maru</title>\n",
        lang == LANG_KO ? "ko" : "en");
    text_addf(out, "<h1>%s</h1>\n", word(lang, W_NO_PAGE));
    for (size_t i = 0; i < sizeof line / sizeof line[0]; i++) {
        text_addf(out, "<p>%s</p>\n", word(lang, line[i]));
    }
    return 404;
}

int page_get(const char *folder, const struct embedded *files, size_t n, const char *path,
             enum lang lang, struct text *out, struct page_answer *answer) {
    const char *its_type = is_plain(path) ? type_of(path) : NULL;
    const char *name = its_type ? path : "/index.html";
    *answer = (struct page_answer){.type = its_type ? its_type : "text/html; charset=utf-8",
                                   .is_immutable = strncmp(name, "/assets/", 8) == 0};
    if (strstr(path, "..")) {
        return 404; // no room of the page has such a name
    }
    if (folder) {
        return get_from_folder(folder, name, out);
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(files[i].path, name) == 0) {
            answer->file = &files[i];
            return 200;
        }
    }
    return n == 0 && !its_type ? say_how(lang, out) : 404;
}

maru_status page_unpack(const struct embedded *file, struct text *out) {
    if (!file->is_packed) {
        text_add(out, file->bytes, file->n_kept);
        return out->status;
    }
    char *whole = alloc_new(file->n_whole + 1, 1);
    z_stream z = {0};
    if (!whole || inflateInit2(&z, 15 + 16) != Z_OK) {
        alloc_free(whole);
        return MARU_E_MEMORY;
    }
    union {
        const char *text;
        unsigned char *in; // zlib is older than const
    } in = {.text = file->bytes};
    z.next_in = in.in;
    z.avail_in = (uInt)file->n_kept;
    z.next_out = (unsigned char *)whole;
    z.avail_out = (uInt)file->n_whole;
    const int code = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    if (code == Z_STREAM_END) {
        text_add(out, whole, file->n_whole);
    }
    alloc_free(whole);
    return code == Z_STREAM_END ? out->status : MARU_E_MEMORY;
}
