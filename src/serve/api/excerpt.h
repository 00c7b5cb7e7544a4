// A result without all of its replications, for who draws it.
#ifndef SERVE_EXCERPT_H
#define SERVE_EXCERPT_H

#include "base/text.h"

// Append a JSON object of ours with at most `most` items in its list "replications"; all else as it is, byte
// for byte. What has no such list comes whole.
void excerpt_add(struct text *out, const char *json, size_t most);

#endif
