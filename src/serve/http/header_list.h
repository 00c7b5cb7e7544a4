// Values of headers that are lists: "gzip;q=0.5, br", "ko-KR, en;q=0.8", "\"a\", W/\"b\"" (RFC 9110, 5.6.1, 12.4, 13.1.2).
#ifndef SERVE_HEADER_LIST_H
#define SERVE_HEADER_LIST_H

#include <stdbool.h>

// The quality, 0 to 1, of a member of the list, case aside; a member "name-..." counts as well. Negative: it is not there.
double header_list_quality(const char *list, const char *name);

// Is one wanted, and more than the other, or as much and named before it?
bool header_list_prefers(const char *list, const char *name, const char *other);

// Does a list of tags, or *, have this one? Weak ones are the same here: what is sent again is the whole.
bool header_list_has_tag(const char *list, const char *tag);

#endif
