// What one connection brings, by its source's names, on the way into the tenant's signals: names become numbers, new ones are
// declared, and all of it becomes durable with one commit.
//
// Used by one thread, the connection's; its counts may be read by any.
#ifndef CONNECT_INTAKE_H
#define CONNECT_INTAKE_H

#include "store/signals/signals.h"

enum { INTAKE_MAX_SAMPLES = 50000, INTAKE_MAX_TEXT_BYTES = 64 << 20 };

struct intake_counts {
    uint64_t n_sample, n_event; // that are durable
    uint64_t n_refused;         // samples with a time or name that cannot be
    maru_time last_us;          // when it brought a sample that is not bad last; 0: never
    maru_time skew_us;          // how far its clock is ahead, about; 0 where nothing is known
    char refused[MARU_ERROR_TEXT_BYTES]; // why the last one was refused
};

struct intake;

// What comes by `connection`, the first part of its signals' names.
//   memory  intake_free; the signals outlive it
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status intake_new(struct signals *signals, const char *connection,
                                     struct intake **out, maru_error *err);
void intake_free(struct intake *intake); // accepts NULL; what is not committed is forgotten

struct intake_name {
    const char *bytes;
    size_t n;
    size_t n_asset;   // bytes of it that say where the signal stands, 0: up to its last '/'
    const char *unit; // "" where nothing is known
};

// Put in one sample; its text is copied. One that cannot be is counted as refused.
//   errors  MARU_E_MEMORY; MARU_E_LIMIT: commit first
MARU_MUST_USE maru_status intake_sample(struct intake *intake, const struct intake_name *name,
                                        const struct sample *sample, maru_time now,
                                        maru_error *err);

// Put in one event. One that cannot be is counted as refused.
MARU_MUST_USE maru_status intake_event(struct intake *intake, const struct event *event,
                                       maru_error *err);

// Count something that could not be taken.
void intake_refuse(struct intake *intake, const char *why);

// Does anything wait to be committed? Is it time to, because it is much?
bool intake_waits(const struct intake *intake);
bool intake_is_full(const struct intake *intake);

// Make all of it durable; nothing is kept of it here when this fails with anything but MARU_E_IO, which may be tried again.
//   errors  MARU_E_IO: the store refused, all is still here; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status intake_commit(struct intake *intake, maru_error *err);

void intake_count(struct intake *intake, struct intake_counts *out);

#endif
