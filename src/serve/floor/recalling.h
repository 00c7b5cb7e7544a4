// What a floor remembers when it begins, or has missed some: its tables, the state that was kept, and the past that is stored.
#ifndef SERVE_RECALLING_H
#define SERVE_RECALLING_H

#include "serve/floor/live_floor.h"

// Make the table of assets as it is kept now, where it is another one than before, and let signals stand where it says. One that
// cannot be read leaves all as it was.
MARU_MUST_USE maru_status recalling_read_assets(struct floor *floor, maru_error *err);

// Make the engines of the documents as they are kept now. An engine whose document is gone is gone; one whose document cannot be
// read stays as it was.
MARU_MUST_USE maru_status recalling_read_documents(struct floor *floor, maru_error *err);

// Feed the engines what is stored and they have not heard; routes have been found. The newest FLOOR_PAST_DAYS, or as much of them
// as has FLOOR_MAX_PAST_SAMPLES.
MARU_MUST_USE maru_status recalling_read_past(struct floor *floor, maru_error *err);

#endif
