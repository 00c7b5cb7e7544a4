#include "serve/page.h"

#include <stdbool.h>
#include <string.h>

#include "io/files.h"

static const char *type_of(const char *path) {
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".svg", "image/svg+xml"},
                                           {".png", "image/png"},
                                           {".json", "application/json"},
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

int page_get(const char *folder, const char *path, struct text *out, const char **type) {
    if (!folder) {
        return 404;
    }
    const char *its_type = is_plain(path) ? type_of(path) : NULL;
    struct text name;
    text_init(&name, 1 << 13);
    files_join(&name, folder, its_type ? path + 1 : "index.html");
    maru_status st = name.status == MARU_OK ? files_read(name.bytes, out, NULL) : name.status;
    text_fini(&name);
    *type = its_type ? its_type : "text/html; charset=utf-8";
    return st == MARU_OK ? 200 : 404;
}
