// Which tools there are, and what each is like: the tables in the settings of a connection of kind hsms.
//
//     tool,address,port,device,model,profile
//     ETCH-01,10.1.7.21,,,,etch
//     CMP-03,10.1.7.40,,3,,cmp
//     LITHO-02,,,,NXT-2000,
//
// A tool that connects is the one whose row fits in all that the row says (address, device id, MDLN); where several fit, the one that
// says most.
#ifndef CONNECT_HSMS_TOOLS_H
#define CONNECT_HSMS_TOOLS_H

#include <netinet/in.h>

#include "base/arena.h"
#include "wire/secs/profile.h"

enum {
    HSMS_MAX_TOOLS = 2000,
    HSMS_MAX_PROFILES = 100,
    HSMS_MAX_TOOLS_BYTES = 1 << 20, // of the table
    HSMS_MAX_NAME_BYTES = 128,      // of a tool's name
    HSMS_MAX_MODEL_BYTES = 80,      // of its MDLN
    HSMS_MAX_KIND_BYTES = 64,       // of a profile's name
};

struct hsms_times { // us, -1: as the profile has it
    int64_t t3_us, t5_us, t6_us, t7_us, t8_us, linktest_us;
};

struct hsms_named_profile {
    const char *name, *csv; // docs/SECS.md: the table of a tool
};

struct hsms_options {
    const char *name;   // of the connection, the first part of its signals' names
    bool is_active;     // we connect to the tools
    bool takes_unknown; // passive: keep what a tool says that no row fits, under its address
    const char *
        host; // passive: the address of ours to listen at, "": all; active, without tools: the one tool's
    int port; // passive: to listen at, 0: any that is free; active: of tools whose row has none
    int64_t device;    // of tools whose row has none; -1: as the profile has it
    const char *tools; // the table, "": none
    const char
        *profile; // of tools whose row names none: a table, or the name of one; "": an empty one
    const struct hsms_named_profile *profiles; // (n_profile)
    size_t n_profile;
    struct hsms_times times;
};

struct hsms_address {
    struct in6_addr ip; // of IPv4 too, mapped
    bool is_given;
};

struct hsms_tool_row {
    const char *name, *model; // model "": any
    struct hsms_address address;
    int port;       // active
    int64_t device; // -1: any
    const struct profile *profile;
};

struct hsms_tools {
    struct arena arena;
    uint32_t n;
    struct hsms_tool_row *row; // (n)
    uint32_t n_profile;
    struct profile **profile;    // (n_profile), the usual one first
    const char **profile_name;   // (n_profile), "" of the first where the settings hold its table
    const struct profile *usual; // of tools that no row names one for
};

// Read the settings.
//   memory  *out is the caller's, hsms_tools_free, also after an error
//   errors  MARU_E_INPUT with row and field of the table at fault, MARU_E_LIMIT, MARU_E_MEMORY, MARU_E_USAGE
MARU_MUST_USE maru_status hsms_tools_read(const struct hsms_options *options,
                                          struct hsms_tools *out, maru_error *err);
void hsms_tools_free(struct hsms_tools *tools); // accepts an all-zero one

// A profile with the settings of the connection in place of its own: its tables are those of the other.
struct profile hsms_profile_for(const struct hsms_options *options, const struct profile *of,
                                int64_t device);

// An address as text.
//   out  false where it is none; names are not looked up
bool hsms_address_read(const char *text, struct hsms_address *out);
enum { HSMS_ADDRESS_BYTES = 64 };
void hsms_address_text(const struct in6_addr *ip, char out[HSMS_ADDRESS_BYTES]);

// What is known of a tool that has connected.
struct hsms_sight {
    struct in6_addr ip;
    int64_t device;    // -1: not known yet
    const char *model; // NULL: not known yet
};

// The row that fits; UINT32_MAX: none. With `is_sure`: whatever else becomes known, it stays this one.
uint32_t hsms_tools_match(const struct hsms_tools *tools, const struct hsms_sight *sight,
                          bool *is_sure);

// The row that alone has this address: likely the one, so that it can be spoken to by its device id at once. UINT32_MAX: none has, or more
// than one.
uint32_t hsms_tools_only(const struct hsms_tools *tools, const struct in6_addr *ip);

#endif
