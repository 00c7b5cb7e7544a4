// An address to listen on, as it is written: "127.0.0.1:7070", "[::1]:7070", "localhost:0".
#ifndef SERVE_ADDRESS_H
#define SERVE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "maru/status.h"

//   out     *is_loopback: only this machine can reach it
//   errors  MARU_E_USAGE: it is none
MARU_MUST_USE maru_status address_read(const char *text, struct sockaddr_storage *out,
                                       bool *is_loopback, maru_error *err);

#endif
