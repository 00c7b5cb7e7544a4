// What the signals of a tenant hold of a connection from before: when each of its signals had its newest sample.
#ifndef CONNECT_LAST_WORDS_H
#define CONNECT_LAST_WORDS_H

#include <stdbool.h>

#include "store/signals/signals.h"

// A signal's name behind that of the connection. False: enough.
typedef bool (*last_words_see)(void *of, const char *name, size_t n, maru_time at_us);

// Each signal of `connection` that has a sample; a time after now_us counts as now_us.
//   errors  MARU_E_IO, MARU_E_MEMORY: some were not told
//   cost    a look at the newest block of each signal, about 20 us
MARU_MUST_USE maru_status last_words(struct signals *signals, const char *connection,
                                     maru_time now_us, last_words_see see, void *of,
                                     maru_error *err);

#endif
