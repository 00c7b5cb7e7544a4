// The files of the page.
#ifndef SERVE_PAGE_H
#define SERVE_PAGE_H

#include "base/text.h"

// The file of a path, "/" and what is no file being index.html.
//   out     the status of HTTP: 200 with its bytes and type; 404 where there is no page
int page_get(const char *folder, const char *path, struct text *out, const char **type);

#endif
