// Files that the build has put into the program: tables made by tools/embed_files.
#ifndef SERVE_EMBEDDED_H
#define SERVE_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>

struct embedded {
    const char *path;  // from '/': "/assets/index-1a2b.js"
    const char *bytes; // as they are kept
    size_t n_kept, n_whole;
    bool is_packed; // kept as gzip
    const char *etag;
};

// Each ends with an all-zero row behind its last.
extern const struct embedded page_files[]; // of web/dist; none where the page was not built
extern const size_t page_files_n;
extern const struct embedded example_files[]; // "/line/routes.csv", not packed
extern const size_t example_files_n;

#endif
