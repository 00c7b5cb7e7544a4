// The alarms of one tenant, live, by its table: samples in, changes of state out as events; what people do; and their state as
// bytes, so that a restart announces nothing twice. One caller at a time.
#ifndef SERVE_ALARM_WATCH_H
#define SERVE_ALARM_WATCH_H

#include "base/names.h"
#include "control/alarms/alarms.h"
#include "serve/floor/news.h"

enum {
    WATCH_MAX_WHO_BYTES = 128,
    WATCH_MAX_NOTE_BYTES = 500,
    ALARM_WATCH_HEARD_US =
        500000, // what was measured so long ago has come, as far as delays and silences go
};

struct alarm_note { // what is told of an alarm besides its state
    maru_time since_us, told_us;
    maru_time person_us; // when somebody did something to it; 0: nobody has
    char who[WATCH_MAX_WHO_BYTES];
    char what[WATCH_MAX_NOTE_BYTES + 1]; // why, in his words
    uint8_t state;                       // that was told
};

struct alarm_watch {
    struct alarm_table table;
    struct alarms alarms;
    int64_t version;          // of the table
    struct names by_name;     // (table.n_alarm)
    struct names by_signal;   // (table.n_signal)
    struct alarm_note *note;  // (table.n_alarm)
    maru_time *flood_told_us; // (table.n_operator)
    int64_t *signal;          // (table.n_signal), id; 0: there is none yet
    struct news *news;        // NULL: nobody is told
    const char *who, *what;   // of whom acts, while he does
    bool is_changed;          // since it was saved
};

enum alarm_act {
    ALARM_ACT_ACKNOWLEDGE,
    ALARM_ACT_SHELVE,
    ALARM_ACT_UNSHELVE,
    ALARM_ACT_REMOVE,
    ALARM_ACT_RETURN
};

// From the table as it is kept; all alarms are normal at now_us.
//   memory  alarm_watch_free; the text is not needed any more
//   errors  of alarm_table_read
MARU_MUST_USE maru_status alarm_watch_new(const struct text *table, int64_t version,
                                          maru_time now_us, struct alarm_watch **out,
                                          maru_error *err);
void alarm_watch_free(struct alarm_watch *watch); // accepts NULL

// From here on changes are told; NULL: they are not.
void alarm_watch_listen(struct alarm_watch *watch, struct news *news);

// The signal of the table that this one is, ALARM_NONE: the table does not look at it. From then on it is known.
uint32_t alarm_watch_signal(struct alarm_watch *watch, const struct signal_row *row);

// The same for all signals that there are.
MARU_MUST_USE maru_status alarm_watch_find_signals(struct alarm_watch *watch,
                                                   struct signals *signals, maru_error *err);

// Take a sample. What comes from more than a minute ahead of now_us counts as of now: a clock that is wrong must not make
// everything behind it late.
void alarm_watch_sample(struct alarm_watch *watch, uint32_t signal, const struct sample *sample,
                        maru_time now_us);
// Everything before until_us has been heard.
void alarm_watch_advance(struct alarm_watch *watch, maru_time until_us);

// Somebody does something to an alarm.
//   in      who, what: why, in his words; until_us: of a shelf
//   errors  MARU_E_RANGE: no such alarm; MARU_E_USAGE: of alarms_ack and so on
MARU_MUST_USE maru_status alarm_watch_act(struct alarm_watch *watch, const char *alarm,
                                          enum alarm_act act, maru_time at_us, maru_time until_us,
                                          const char *who, const char *what, maru_error *err);

// Take over what people have done, and what was told, from alarms of an older table: by name.
void alarm_watch_inherit(struct alarm_watch *watch, const struct alarm_watch *old,
                         maru_time now_us);

// Its state as bytes and back; of another version of the table it is refused.
//   errors  MARU_E_INPUT: these are not its bytes, or of another version; MARU_E_MEMORY
void alarm_watch_save(const struct alarm_watch *watch, struct text *out);
MARU_MUST_USE maru_status alarm_watch_load(struct alarm_watch *watch, const struct text *bytes,
                                           maru_error *err);
// The version that such bytes are of, 0: they are none.
int64_t alarm_watch_version_of(const struct text *bytes);

#endif
