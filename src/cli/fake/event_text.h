// An event of a life as the JSON object that the floor tells: docs/FAKE.md has its members.
#ifndef CLI_FAKE_EVENT_TEXT_H
#define CLI_FAKE_EVENT_TEXT_H

#include "base/text.h"
#include "live/fake/life.h"

// Append it. n: how manieth it is; at_us: when, since 1970; due_us: the same, of a lot that is released.
void event_text_add(struct text *out, const maru_plant *plant, const struct life_event *event,
                    uint64_t n, maru_time at_us, maru_time due_us);

#endif
