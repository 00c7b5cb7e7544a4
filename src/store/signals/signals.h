// The signals of one tenant: what they are called, and their samples, durable once written.
//
//     writers -> commit.c: one transaction for all who wait -> log -> heads in memory -> settle.c -> blocks
//     readers <- reading.c <- heads, blocks
//
// A sample is known by its signal and time: what is written again replaces what was there, so that repeats do no harm and late
// samples find their place. Any number of threads may write and read.
#ifndef STORE_SIGNALS_SIGNALS_H
#define STORE_SIGNALS_SIGNALS_H

#include "signal/batch.h"
#include "signal/event.h"
#include "signal/placing.h"
#include "signal/sample.h"
#include "signal/summary.h"
#include "store/database.h"

enum {
    SIGNALS_MAX = 200000,
    SIGNALS_MAX_NAME_BYTES = 512,
    SIGNALS_MAX_NAMES_BYTES = 256 << 20,
    SIGNALS_MAX_WRITE_SAMPLES = 65536,
    SIGNALS_MAX_PENDING_BYTES = 64 << 20,
    SIGNALS_MAX_HEAD_TEXT_BYTES = 256 << 20,
    SIGNALS_MAX_COLUMNS = 10000,
};

// Times that samples may have: from 1900 to 2200.
#define SIGNALS_FROM_US (INT64_C(-2208988800) * 1000000)
#define SIGNALS_TO_US (INT64_C(7258118400) * 1000000)

struct signals;

// Take up the signals in the database of a tenant, which is open and outlives them.
//   in      writer: another connection to the same place, owned by the signals from here on
//   out     *out; the writer is closed with it, also after an error
//   errors  MARU_E_IO, MARU_E_INPUT: the log is damaged; MARU_E_MEMORY
//   cost    what the log holds is read: up to a second
MARU_MUST_USE maru_status signals_open(struct database *reader, struct database *writer,
                                       struct signals **out, maru_error *err);
void signals_close(struct signals *signals); // accepts NULL; nobody may be in it

// ---- what they are called

struct signal_row {
    int64_t id;
    const char
        *source; // the name that its source gives it, unlike any other: "line1/press2/temperature"
    const char *asset; // where it stands: "site/area/line/cell/tool", "" where nothing is known
    const char *name;  // its name there
    const char *unit;  // "" where there is none
    enum sample_type type;
};
typedef maru_status (*signals_see_row)(void *context, const struct signal_row *row,
                                       maru_error *err);

// Make those signals that are not there yet, and keep what is new of those that are (asset and name; a unit where one is said), in
// one transaction.
//   in      row (n), whose ids are not looked at
//   out     id (n), above 0
//   errors  MARU_E_LIMIT, MARU_E_INPUT: a name is empty or too long; none was made
MARU_MUST_USE maru_status signals_declare(struct signals *signals, const struct signal_row *row,
                                          size_t n, int64_t *id, maru_error *err);

// The id of a source's name, 0 where there is none.
int64_t signals_find(struct signals *signals, const char *source, size_t n);

size_t signals_count(struct signals *signals);

// Where signals stand by the rules of people, from now on: signals_each tells asset, name and unit as they say. NULL: as sources say it.
//   memory  the placing is the signals' from here on
void signals_place(struct signals *signals, struct placing *placing);

// A number that is another one after asset, name or unit of a known signal may have changed.
uint64_t signals_naming(struct signals *signals);

// In the order of their ids, those after `after`, at most `limit`.
MARU_MUST_USE maru_status signals_each(struct signals *signals, int64_t after, int64_t limit,
                                       signals_see_row see, void *context, maru_error *err);

// ---- writing (commit.c)

// Write samples of signals that are there; durable when this returns MARU_OK, and all or none of them. Samples that wait at the
// same time are written together, with one sync of the disk.
//   in      n up to SIGNALS_MAX_WRITE_SAMPLES; times from SIGNALS_FROM_US to SIGNALS_TO_US
//   errors  MARU_E_RANGE, MARU_E_USAGE: no such signal; MARU_E_LIMIT; MARU_E_IO: the disk is full, ...
MARU_MUST_USE maru_status signals_write(struct signals *signals, const struct batch_sample *sample,
                                        size_t n, maru_error *err);

// The same in two steps, for who has many batches before he must know: add them all, then wait once. What was
// added may become durable earlier, with what others write.
//   out   *ticket for signals_commit, which waits until all that was added before is durable, or tells why it is not
//   errors  as signals_write
MARU_MUST_USE maru_status signals_add(struct signals *signals, const struct batch_sample *sample,
                                      size_t n, uint64_t *ticket, maru_error *err);
MARU_MUST_USE maru_status signals_commit(struct signals *signals, uint64_t ticket, maru_error *err);

// Events wait for the same commit; a repeat replaces itself.
//   errors  as signals_add; MARU_E_INPUT, MARU_E_LIMIT: as event_check
MARU_MUST_USE maru_status signals_add_events(struct signals *signals, const struct event *event,
                                             size_t n, uint64_t *ticket, maru_error *err);

// Put all that is in memory into blocks and empty the log; what is written meanwhile may stay.
MARU_MUST_USE maru_status signals_settle(struct signals *signals, maru_error *err);

// How many days samples are kept whole, then as minutes, then as hours, each counted from now; 0: for good.
struct retention {
    double raw_days, minute_days, hour_days;
};

// Let go what is too old: samples become minutes (lowest, highest, mean, last), minutes hours, and hours nothing. What is in memory
// alone stays as it is until it is in blocks.
MARU_MUST_USE maru_status signals_retain(struct signals *signals, maru_time now_us,
                                         const struct retention *retention, maru_error *err);

// ---- reading (reading.c)

// Samples in the order of time, some thousand a call; a text is valid during the call.
typedef maru_status (*signals_see)(void *context, const struct sample *sample, size_t n,
                                   maru_error *err);

// All samples of a signal at or after `from_us` and before `to_us`.
MARU_MUST_USE maru_status signals_read(struct signals *signals, int64_t signal, maru_time from_us,
                                       maru_time to_us, signals_see see, void *context,
                                       maru_error *err);

// The same as one summary for each of n_column equal spans of the time: what a chart of this width draws, with exact
// extremes; where only minutes or hours are kept, theirs. Whole blocks count by their summaries, so that a month costs little more than a day.
//   in   n_column up to SIGNALS_MAX_COLUMNS, and no more than microseconds
//   out  column (n_column)
MARU_MUST_USE maru_status signals_draw(struct signals *signals, int64_t signal, maru_time from_us,
                                       maru_time to_us, struct summary *column, size_t n_column,
                                       maru_error *err);

// Events, the newest first: those at or after from_us and before to_us, of a kind, source and lot ("": any) and name ("" or NULL: any),
// that are older than before_us, or as old and with an id below before_id; at most `limit`.
struct event_filter {
    maru_time from_us, to_us, before_us;
    int64_t before_id, limit;
    const char *kind, *source, *lot, *name;
};
typedef maru_status (*signals_see_event)(void *context, int64_t id, const struct event *event,
                                         maru_error *err);
MARU_MUST_USE maru_status signals_each_event(struct signals *signals,
                                             const struct event_filter *filter,
                                             signals_see_event see, void *context, maru_error *err);

// Events in the order in which they became durable: those with a number above `after`, at most `limit`. Who remembers the number
// of the last one hears each event once, over restarts and kills; one that is told again with another detail has a new number.
MARU_MUST_USE maru_status signals_each_event_after(struct signals *signals, int64_t after,
                                                   int64_t limit, signals_see_event see,
                                                   void *context, maru_error *err);
// The number of the newest event, 0: there is none.
MARU_MUST_USE maru_status signals_last_event(struct signals *signals, int64_t *number,
                                             maru_error *err);

// ---- following (follow.c)

// Follow what is written from now on, as it becomes durable: one that is behind by more than SIGNALS_MAX_FOLLOW_BYTES has missed
// some, and is told.
enum { SIGNALS_MAX_FOLLOW_BYTES = 32 << 20, SIGNALS_MAX_FOLLOWERS = 64 };
struct follower;
//   memory  signals_unfollow frees; before signals_close
//   errors  MARU_E_LIMIT: too many follow; MARU_E_MEMORY
MARU_MUST_USE maru_status signals_follow(struct signals *signals, struct follower **out,
                                         maru_error *err);
void signals_unfollow(struct follower *follower); // accepts NULL

// What was written since the last call: batches of samples (batch_next) and events (event_next), instead of what `samples` and `events`
// held. Waits for it at most wait_ms.
//   out  true: some were missed before these
bool signals_take_followed(struct follower *follower, int wait_ms, struct text *samples,
                           struct text *events);

// The newest sample of a signal as far as memory knows it, without asking the database; false: nothing is known. For lists.
struct last_sample;
bool signals_known_last(struct signals *signals, int64_t signal, struct last_sample *out);

// The newest sample of each signal; quality bad and time 0 where there is none. Texts longer than SIGNALS_LAST_TEXT_BYTES - 1
// are cut.
enum { SIGNALS_LAST_TEXT_BYTES = 64 };
struct last_sample {
    struct sample sample; // its text is in `text`
    char text[SIGNALS_LAST_TEXT_BYTES];
};
MARU_MUST_USE maru_status signals_last(struct signals *signals, const int64_t *signal, size_t n,
                                       struct last_sample *out, maru_error *err);

#endif
