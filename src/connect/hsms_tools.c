#include "connect/hsms_tools.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/number.h"
#include "base/status.h"

// The table is small and read once; a tool that connects is looked for by walking it. A row that says nothing of who the tool is
// (no address, device or model) would fit every tool, so it is refused where tools come by themselves.

enum column { COL_TOOL, COL_ADDRESS, COL_PORT, COL_DEVICE, COL_MODEL, COL_PROFILE, N_COLUMN };
static const char *const column_names[N_COLUMN] = {"tool",   "address", "port",
                                                   "device", "model",   "profile"};
static const char no_rows[] = "row,id,name,kind,unit,list,means,value,low,high\n";

// ---- addresses

bool hsms_address_read(const char *text, struct hsms_address *out) {
    struct in_addr four;
    struct in6_addr ip = IN6ADDR_ANY_INIT;
    if (inet_pton(AF_INET, text, &four) == 1) {
        ip.s6_addr[10] = ip.s6_addr[11] = 0xFF;
        memcpy(ip.s6_addr + 12, &four, sizeof four);
    } else if (inet_pton(AF_INET6, text, &ip) != 1) {
        return false;
    }
    *out = (struct hsms_address){.ip = ip, .is_given = true};
    return true;
}

void hsms_address_text(const struct in6_addr *ip, char out[HSMS_ADDRESS_BYTES]) {
    const bool is_four = IN6_IS_ADDR_V4MAPPED(ip);
    if (!inet_ntop(is_four ? AF_INET : AF_INET6, is_four ? ip->s6_addr + 12 : ip->s6_addr, out,
                   HSMS_ADDRESS_BYTES)) {
        out[0] = '\0';
    }
}

// ---- profiles

static maru_status add_profile(struct hsms_tools *tools, const char *name, const char *csv,
                               maru_error *err) {
    struct profile *profile = NULL;
    const maru_status st = profile_read(csv, strlen(csv), &profile, err);
    if (st != MARU_OK) {
        if (err) { // which of the tables
            snprintf(err->file, sizeof err->file, "/profile%s%.64s", name[0] ? "s/" : "", name);
        }
        return st;
    }
    tools->profile[tools->n_profile] = profile;
    tools->profile_name[tools->n_profile++] = name;
    return MARU_OK;
}

static const struct profile *profile_named(const struct hsms_tools *tools, const char *name) {
    for (uint32_t i = 0; i < tools->n_profile; i++) {
        if (strcmp(tools->profile_name[i], name) == 0) {
            return tools->profile[i];
        }
    }
    return NULL;
}

static maru_status read_profiles(struct hsms_tools *tools, const struct hsms_options *options,
                                 maru_error *err) {
    if (options->n_profile > HSMS_MAX_PROFILES) {
        return fail(err, MARU_E_LIMIT, "more than %d tables of tools", HSMS_MAX_PROFILES);
    }
    const size_t n = options->n_profile + 1;
    tools->profile = alloc_new(n, sizeof *tools->profile);
    tools->profile_name = arena_take(&tools->arena, n, sizeof *tools->profile_name);
    if (!tools->profile || !tools->profile_name) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < options->n_profile; i++) {
        const struct hsms_named_profile *one = &options->profiles[i];
        const size_t n_name = strlen(one->name);
        if (n_name == 0 || n_name >= HSMS_MAX_KIND_BYTES || profile_named(tools, one->name)) {
            return fail(err, MARU_E_INPUT,
                        "the table of a kind of tool has a name of its own, of up to %d bytes",
                        HSMS_MAX_KIND_BYTES - 1);
        }
        const char *name = arena_text(&tools->arena, one->name, n_name);
        st = name ? add_profile(tools, name, one->csv, err) : arena_refusal(&tools->arena, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    const bool is_table = strchr(options->profile, '\n') || strchr(options->profile, ',');
    if (options->profile[0] != '\0' && !is_table) {
        tools->usual = profile_named(tools, options->profile);
        return tools->usual ? MARU_OK
                            : fail(err, MARU_E_INPUT, "there is no table of tools of this name");
    }
    st = add_profile(tools, "", is_table ? options->profile : no_rows, err);
    tools->usual = st == MARU_OK ? tools->profile[tools->n_profile - 1] : NULL;
    return st;
}

// ---- the table of tools

struct reading {
    struct hsms_tools *tools;
    const struct hsms_options *options;
    const struct csv_row *row;
    uint32_t at[N_COLUMN]; // field of each column, UINT32_MAX: it is not there
};

static maru_status wrong(const struct reading *reading, enum column column, const char *right,
                         maru_error *err) {
    return fail_at(err, MARU_E_INPUT, "/tools", reading->row->line,
                   reading->at[column] == UINT32_MAX ? 0 : reading->at[column] + 1, "%s", right);
}

static const char *cell(const struct reading *reading, enum column column) {
    const uint32_t at = reading->at[column];
    return at < reading->row->n_field ? reading->row->field[at].bytes : "";
}

static maru_status read_head(struct reading *reading, maru_error *err) {
    for (int i = 0; i < N_COLUMN; i++) {
        reading->at[i] = UINT32_MAX;
    }
    for (uint32_t k = 0; k < reading->row->n_field; k++) {
        int i = 0;
        while (i < N_COLUMN && strcmp(reading->row->field[k].bytes, column_names[i]) != 0) {
            i++;
        }
        if (i == N_COLUMN || reading->at[i] != UINT32_MAX) {
            return fail_at(err, MARU_E_INPUT, "/tools", reading->row->line, k + 1,
                           "the columns are tool, address, port, device, model, profile");
        }
        reading->at[i] = k;
    }
    return reading->at[COL_TOOL] != UINT32_MAX
               ? MARU_OK
               : wrong(reading, COL_TOOL, "the column tool is missing", err);
}

// A name is a part of the names of signals, and of no two tools.
static maru_status read_name(const struct reading *reading, struct hsms_tool_row *out,
                             maru_error *err) {
    const char *name = cell(reading, COL_TOOL);
    if (name[0] == '\0' || strlen(name) >= HSMS_MAX_NAME_BYTES || strchr(name, '/') ||
        !text_is_utf8(name, strlen(name))) {
        return wrong(reading, COL_TOOL, "a tool has a name of up to 127 bytes without /", err);
    }
    for (uint32_t i = 0; i < reading->tools->n; i++) {
        if (strcmp(reading->tools->row[i].name, name) == 0) {
            return wrong(reading, COL_TOOL, "two tools have this name", err);
        }
    }
    out->name = arena_text(&reading->tools->arena, name, strlen(name));
    return out->name ? MARU_OK : arena_refusal(&reading->tools->arena, err);
}

static maru_status read_place(const struct reading *reading, struct hsms_tool_row *out,
                              maru_error *err) {
    const char *address = cell(reading, COL_ADDRESS);
    const char *port = cell(reading, COL_PORT);
    const char *device = cell(reading, COL_DEVICE);
    int64_t number = reading->options->port;
    if (address[0] != '\0' && !hsms_address_read(address, &out->address)) {
        return wrong(reading, COL_ADDRESS, "an address such as 10.1.7.21 is wanted", err);
    }
    if (port[0] != '\0' && !number_int64(port, strlen(port), &number)) {
        number = -1;
    }
    if (number < 0 || number > 65535) {
        return wrong(reading, COL_PORT, "a port from 1 to 65535 is wanted", err);
    }
    out->port = (int)number;
    if (device[0] != '\0' && (!number_int64(device, strlen(device), &out->device) ||
                              out->device < 0 || out->device > 32767)) {
        return wrong(reading, COL_DEVICE, "a device id from 0 to 32767 is wanted", err);
    }
    return MARU_OK;
}

static maru_status read_kind(const struct reading *reading, struct hsms_tool_row *out,
                             maru_error *err) {
    const char *model = cell(reading, COL_MODEL);
    const char *profile = cell(reading, COL_PROFILE);
    if (strlen(model) >= HSMS_MAX_MODEL_BYTES) {
        return wrong(reading, COL_MODEL, "a model (MDLN) of up to 79 bytes is wanted", err);
    }
    const char *kept = arena_text(&reading->tools->arena, model, strlen(model));
    out->profile =
        profile[0] == '\0' ? reading->tools->usual : profile_named(reading->tools, profile);
    if (!kept) {
        return arena_refusal(&reading->tools->arena, err);
    }
    out->model = kept;
    return out->profile
               ? MARU_OK
               : wrong(reading, COL_PROFILE, "there is no table of tools of this name", err);
}

static maru_status read_tool(const struct reading *reading, maru_error *err) {
    struct hsms_tools *tools = reading->tools;
    struct hsms_tool_row row = {.model = "", .device = -1};
    if (tools->n >= HSMS_MAX_TOOLS) {
        return fail(err, MARU_E_LIMIT, "more than %d tools", HSMS_MAX_TOOLS);
    }
    maru_status st = read_name(reading, &row, err);
    st = st == MARU_OK ? read_place(reading, &row, err) : st;
    st = st == MARU_OK ? read_kind(reading, &row, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    if (reading->options->is_active && (!row.address.is_given || row.port == 0)) {
        return wrong(reading, COL_ADDRESS, "a tool that we connect to has an address and a port",
                     err);
    }
    if (!row.address.is_given && row.device < 0 && row.model[0] == '\0') {
        return wrong(reading, COL_ADDRESS,
                     "which tool it is must be said by its address, device or model", err);
    }
    tools->row[tools->n++] = row;
    return MARU_OK;
}

static bool is_blank(const struct csv_row *row) {
    return row->n_field == 1 && row->field[0].n == 0;
}

static maru_status read_table(struct hsms_tools *tools, const struct hsms_options *options,
                              maru_error *err) {
    struct csv_reader reader;
    struct arena rows;
    const char *at = options->tools;
    size_t left = strlen(at);
    if (left > HSMS_MAX_TOOLS_BYTES) {
        return fail(err, MARU_E_LIMIT, "the table of the tools has more than %d bytes",
                    HSMS_MAX_TOOLS_BYTES);
    }
    csv_init(&reader, ',', true);
    arena_init(&rows, 16 * (size_t)HSMS_MAX_TOOLS_BYTES);
    struct csv_row row;
    struct reading reading = {.tools = tools, .options = options, .row = &row};
    size_t n_used = 0;
    bool is_head = true;
    maru_status st = MARU_OK;
    while (st == MARU_OK &&
           (st = csv_next(&reader, at, left, true, &rows, &row, &n_used, err)) == MARU_OK) {
        at += n_used;
        left -= n_used;
        if (!is_blank(&row)) {
            st = is_head ? read_head(&reading, err) : read_tool(&reading, err);
            is_head = false;
        }
    }
    arena_fini(&rows);
    return st == MARU_MORE ? MARU_OK : st;
}

// Without a table, and where we connect: the one tool that the settings name.
static maru_status add_the_one(struct hsms_tools *tools, const struct hsms_options *options,
                               maru_error *err) {
    struct hsms_tool_row row = {.name = "tool",
                                .model = "",
                                .port = options->port,
                                .device = options->device,
                                .profile = tools->usual};
    if (!hsms_address_read(options->host, &row.address) || row.port == 0) {
        return fail(
            err, MARU_E_USAGE,
            "who connects to tools needs their addresses and ports: a table of tools, or host "
            "and port");
    }
    tools->row[tools->n++] = row;
    return MARU_OK;
}

maru_status hsms_tools_read(const struct hsms_options *options, struct hsms_tools *out,
                            maru_error *err) {
    struct hsms_address host;
    *out = (struct hsms_tools){0};
    arena_init(&out->arena, 4 * (size_t)HSMS_MAX_TOOLS_BYTES);
    out->row = alloc_new(HSMS_MAX_TOOLS, sizeof *out->row);
    if (!out->row) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    if (options->host[0] != '\0' && !hsms_address_read(options->host, &host)) {
        return fail(err, MARU_E_USAGE, "an address such as 10.1.7.21 is wanted");
    }
    maru_status st = read_profiles(out, options, err);
    st = st == MARU_OK ? read_table(out, options, err) : st;
    if (st == MARU_OK && out->n == 0 && options->is_active) {
        st = add_the_one(out, options, err);
    }
    if (st == MARU_OK && out->n == 0 && !options->takes_unknown) {
        st = fail(err, MARU_E_USAGE, "no tool is named, and none that is not named is taken");
    }
    return st;
}

void hsms_tools_free(struct hsms_tools *tools) {
    for (uint32_t i = 0; i < tools->n_profile; i++) {
        profile_free(tools->profile[i]);
    }
    alloc_free(tools->profile);
    alloc_free(tools->row);
    arena_fini(&tools->arena);
    *tools = (struct hsms_tools){0};
}

struct profile hsms_profile_for(const struct hsms_options *options, const struct profile *of,
                                int64_t device) {
    struct profile own = *of;
    const struct hsms_times *times = &options->times;
    own.set.is_active = options->is_active;
    own.set.device = device >= 0 ? device : options->device >= 0 ? options->device : own.set.device;
    own.set.t3_us = times->t3_us >= 0 ? times->t3_us : own.set.t3_us;
    own.set.t5_us = times->t5_us >= 0 ? times->t5_us : own.set.t5_us;
    own.set.t6_us = times->t6_us >= 0 ? times->t6_us : own.set.t6_us;
    own.set.t7_us = times->t7_us >= 0 ? times->t7_us : own.set.t7_us;
    own.set.t8_us = times->t8_us >= 0 ? times->t8_us : own.set.t8_us;
    own.set.linktest_us = times->linktest_us >= 0 ? times->linktest_us : own.set.linktest_us;
    return own;
}

// ---- who is it?

uint32_t hsms_tools_match(const struct hsms_tools *tools, const struct hsms_sight *sight,
                          bool *is_sure) {
    uint32_t best = UINT32_MAX;
    int most = -1;
    *is_sure = true;
    for (uint32_t i = 0; i < tools->n; i++) {
        const struct hsms_tool_row *row = &tools->row[i];
        const bool asks_device = row->device >= 0;
        const bool asks_model = row->model[0] != '\0';
        if ((row->address.is_given &&
             memcmp(&row->address.ip, &sight->ip, sizeof sight->ip) != 0) ||
            (asks_device && sight->device >= 0 && sight->device != row->device) ||
            (asks_model && sight->model && strcmp(sight->model, row->model) != 0)) {
            continue;
        }
        const int says = 4 * row->address.is_given + 2 * asks_device + asks_model;
        if ((asks_device && sight->device < 0) || (asks_model && !sight->model)) {
            *is_sure = false; // it may be this one yet
        } else if (says > most) {
            best = i;
            most = says;
        }
    }
    return best;
}

uint32_t hsms_tools_only(const struct hsms_tools *tools, const struct in6_addr *ip) {
    uint32_t only = UINT32_MAX;
    for (uint32_t i = 0; i < tools->n; i++) {
        const struct hsms_address *address = &tools->row[i].address;
        if (address->is_given && memcmp(&address->ip, ip, sizeof *ip) == 0) {
            if (only != UINT32_MAX) {
                return UINT32_MAX;
            }
            only = i;
        }
    }
    return only;
}
