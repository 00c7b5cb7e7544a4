// What a tool said, as samples and events of its own: lots, wafers, E10 states, alarms, texts, with the values that came with them.
#ifndef CONNECT_HSMS_TAKING_H
#define CONNECT_HSMS_TAKING_H

#include "connect/connection.h"
#include "wire/secs/gem.h"

// Kinds beside those of signal/event.h.
#define EVENT_WAFER "wafer" // name: started, finished, moved
#define EVENT_EVENT "event" // name: of a collection event that has no meaning in the table
#define EVENT_CONNECTION "connection" // name: ready, problem, ...
#define EVENT_MESSAGE "message"       // name: S6F3, ...; detail: the item as text
#define EVENT_TERMINAL "terminal"     // name: text; detail: terminal, text
#define EVENT_RECIPE "recipe"         // name: sent; recipe: its name; detail: bytes

enum { TAKING_MAX_VALUE_BYTES = 4000, TAKING_MAX_VALUES = 64, N_TAKING_PROBLEM = 8 };

// A problem that comes with each message is told once a minute.
struct taking_problem {
    uint64_t key;
    maru_time told_us;
    uint32_t n_more; // since
};

struct taking { // of one tool
    struct connection *connection;
    char tool[SIGNALS_MAX_NAME_BYTES], source[SIGNALS_MAX_NAME_BYTES]; // source: connection/tool
    const struct profile *profile;
    struct text detail;        // scratch
    char e10[32], control[16]; // the states that were said last, "" for none
    struct taking_problem problem[N_TAKING_PROBLEM];
    uint64_t n_event, n_problem;
};

void taking_init(struct taking *taking, struct connection *connection, const char *tool,
                 const struct profile *profile);
void taking_fini(struct taking *taking); // accepts an all-zero one

// Put in what has a place among samples and events: GEM_SAMPLE, GEM_EVENT, GEM_ALARM, GEM_CONTROL, GEM_TERMINAL, GEM_PROGRAM,
// GEM_MESSAGE, GEM_PROBLEM. Others are not looked at.
void taking_take(struct taking *taking, const struct gem_output *output);

// An event of the connection with this tool. The detail is a JSON object.
void taking_tell(struct taking *taking, maru_time at_us, const char *kind, const char *name,
                 const char *detail);

// An item as JSON: numbers, true and false, texts, lists; more than TAKING_MAX_VALUES of a list are counted.
void taking_add_item(struct text *out, const struct secs_item *item);

#endif
