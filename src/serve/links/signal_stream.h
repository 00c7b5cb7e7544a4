// Those who follow some signals over HTTP: the newest samples, a few times a second.
#ifndef SERVE_SIGNAL_STREAM_H
#define SERVE_SIGNAL_STREAM_H

#include "serve/http/request.h"

enum { STREAM_MAX_SIGNALS = 2000 };

struct signal_streams; // of the server
MARU_MUST_USE maru_status signal_streams_new(struct signal_streams **out, maru_error *err);
void signal_streams_free(struct signal_streams *streams); // when none is left; accepts NULL

// Answer with a stream of these signals.
//   errors  MARU_E_USAGE: there is no such signal, or too many streams
MARU_MUST_USE maru_status signal_stream_follow(struct request *request, const int64_t *signal,
                                               size_t n, maru_error *err);

// To be called a few times a second: tells what is new. With `is_ending` all streams end.
void signal_streams_tell(struct signal_streams *streams, bool is_ending);

#endif
