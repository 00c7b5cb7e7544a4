// The files of the page: those in the program, or those of a folder.
#ifndef SERVE_PAGE_H
#define SERVE_PAGE_H

#include "base/text.h"
#include "serve/http/embedded.h"
#include "study/words/words.h"

struct page_answer {
    const char *type;
    const struct embedded *file; // from the program; NULL: the bytes are in the text
    bool is_immutable;           // its name changes with its bytes
};

// The file of a path, "/" and what is no file being index.html. folder NULL: of `files`, the (n) files in
// the program.
//   out     the status of HTTP: 200 with a file or bytes; 404 with nothing where there is no such file,
//           and with a small page in `lang` that says how to build it where there is no page at all
int page_get(const char *folder, const struct embedded *files, size_t n, const char *path,
             enum lang lang, struct text *out, struct page_answer *answer);

// Append the bytes of a file as they were before they were packed.
//   errors  MARU_E_MEMORY, MARU_E_LIMIT
MARU_MUST_USE maru_status page_unpack(const struct embedded *file, struct text *out);

#endif
