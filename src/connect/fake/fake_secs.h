// Fake equipment as GEM tools over HSMS, each with a connection of its own, all on one thread: tools that listen, each on
// its port, or tools that connect to one port of a host, told apart by their device ids (1, 2, ... in the order of
// the plan).
//
// All tools are of one kind, whose table fake_secs_write_profile writes: variables are the tags, events the
// changes of state and the lots that begin and end, alarms those of the tags.
#ifndef CONNECT_FAKE_SECS_H
#define CONNECT_FAKE_SECS_H

#include "base/text.h"
#include "connect/fake/fake_plan.h"
#include "maru/status.h"

enum {
    FAKE_MAX_SECS_TOOLS = 2000,
};

struct fake_secs_options {
    const char *address; // to listen at, or of the host
    int port;            // of the first tool (the next has the next one), or of the host
    bool is_active;      // tools connect to the host
    // Port of 127.0.0.1 that a tool (by its name in the plan) connects to instead, 0: none. NULL: none for all
    int (*via)(void *of, const char *tool);
    void *via_of;
    bool is_hidden; // tools listen at any free ports of 127.0.0.1: fake_secs_port tells
};

struct fake_secs_look {
    uint32_t n_tool, n_communicating;
    uint64_t n_connection, n_event, n_lost; // lost: events that could not be kept
    char problem[MARU_ERROR_TEXT_BYTES];
};

struct fake_secs;

//   memory  fake_secs_close; the plan must outlive it
//   errors  MARU_E_IO; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status fake_secs_open(const struct fake_plan *plan,
                                         const struct fake_secs_options *options,
                                         struct fake_secs **out, maru_error *err);
// Accepts NULL.
//   out     *last, unless NULL
void fake_secs_close(struct fake_secs *fake, struct fake_secs_look *last);

// The port that a tool listens at, by its number among the tools of the plan.
int fake_secs_port(const struct fake_secs *fake, uint32_t tool);

// Tell values, in the order of their times; the changes of one tool at one time together.
void fake_secs_put(struct fake_secs *fake, const struct fake_value *value, size_t n);

void fake_secs_look(struct fake_secs *fake, struct fake_secs_look *out);

// Append the table of the kind of tool for a host (docs/SECS.md), and the table of all tools.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status fake_secs_write_profile(const struct fake_plan *plan, struct text *out,
                                                  maru_error *err);
MARU_MUST_USE maru_status fake_secs_write_tools(const struct fake_plan *plan,
                                                const struct fake_secs_options *options,
                                                struct text *out, maru_error *err);

#endif
