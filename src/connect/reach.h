// Sockets of TCP without surprises: a connection within a time, a port to listen on.
#ifndef CONNECT_REACH_H
#define CONNECT_REACH_H

#include <stdint.h>

#include "maru/status.h"

// A connection to a host and port within 5 s.
//   out     *file: a socket that does not block, without delay; the caller closes it
//   errors  MARU_E_IO: the sentence says why not
MARU_MUST_USE maru_status reach_connect(const char *host, int port, int *file, maru_error *err);

// Can one be made?
MARU_MUST_USE maru_status reach_probe(const char *host, int port, maru_error *err);

// Listen on an address and port, 0: any that is free.
//   out     *file: does not block; the caller closes it; *got: the port (may be NULL)
//   errors  MARU_E_IO
MARU_MUST_USE maru_status reach_listen(const char *address, int port, int *file, int *got,
                                       maru_error *err);

#endif
