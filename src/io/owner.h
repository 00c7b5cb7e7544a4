// Whom a folder belongs to: an administrator who works in the folder of a service leaves nothing there
// that the service cannot read.
#ifndef IO_OWNER_H
#define IO_OWNER_H

#include <stddef.h>

#include "maru/status.h"

// Where this process is root and the folder is somebody else's, become him for good. Does nothing where
// there is no such folder.
MARU_MUST_USE maru_status owner_become(const char *folder, maru_error *err);

// The name of the user who started the program, for logs; his number where he has none.
void owner_name(char *out, size_t n);

#endif
