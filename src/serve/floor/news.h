// Events that a floor has concluded and the store does not have yet.
#ifndef SERVE_NEWS_H
#define SERVE_NEWS_H

#include "base/text.h"
#include "store/signals/signals.h"

// Who says so, in all of them: what has this source is not listened to again.
#define NEWS_SOURCE "maru"

enum { NEWS_MAX_BYTES = 32 << 20 };

struct news {
    struct text bytes;  // event_write
    uint64_t n_dropped; // for which there was no room
};

void news_init(struct news *news);
void news_fini(struct news *news);

// One more. `detail`: a JSON object; what is too long or damaged is dropped and counted.
void news_add(struct news *news, maru_time at_us, const char *kind, const char *name,
              const char *lot, const struct text *detail);

// The same of somebody else than maru: its tool.
void news_add_event(struct news *news, const struct event *event);

// Write them, durable when this returns MARU_OK; else they stay and are tried again.
MARU_MUST_USE maru_status news_flush(struct news *news, struct signals *signals, maru_error *err);

#endif
