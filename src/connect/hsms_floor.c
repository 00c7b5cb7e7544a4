#include "connect/hsms_inside.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "wire/secs/item_text.h"

// Which tool it is, is known at the latest when it names itself in S1F13 or S1F14; its host then goes on with the table of its kind. A tool
// that is connected already and connects again from the same address has lost its first connection without our noticing: the new one
// counts. From another address it is somebody else, and kept apart.
//
// A tool that has taken its set-up once is not told to forget it when it comes back: between forgetting and defining anew its events would
// be lost. Where it has forgotten by itself, what it is told defines all of it again.
//
// A gap of a tool begins with the last bytes of it before its link breaks, and ends when its set-up is through again: then what it spooled is on its way.
//
// Each message has a time of its own, a microsecond after the one before at least: samples are known by signal and time, and two reports
// of one variable that come in one packet are two samples.

static const maru_time longest_wait_us = 60000000;

maru_time hsms_now(struct hsms_connection *hsms) {
    static const maru_time patience_us = 1000000;
    const maru_time now = clock_unix_us();
    if (now < hsms->now_us - patience_us) {
        hsms->is_clock_back = true;
        hsms->now_us = now;
    }
    hsms->now_us = now > hsms->now_us ? now : hsms->now_us;
    return hsms->now_us;
}

// ---- tools

struct hsms_tool *hsms_find_tool(struct hsms_connection *hsms, const char *name) {
    for (uint32_t i = 0; i < hsms->n_tool; i++) {
        if (strcmp(hsms->tool[i]->name, name) == 0) {
            return hsms->tool[i];
        }
    }
    return NULL;
}

struct hsms_tool *hsms_add_tool(struct hsms_connection *hsms, const char *name,
                                const struct hsms_tool_row *row) {
    struct hsms_tool *tool = alloc_new(1, sizeof *tool);
    if (!tool) {
        return NULL;
    }
    snprintf(tool->name, sizeof tool->name, "%s", name);
    tool->row = row;
    tool->kind = row ? row->profile : hsms->tools.usual;
    tool->lost_us = row ? hsms->now_us : 0;
    tool->since_us = hsms->now_us;
    taking_init(&tool->taking, &hsms->connection, name, tool->kind);
    pthread_mutex_lock(&hsms->connection.lock);
    hsms->tool[hsms->n_tool++] = tool;
    pthread_mutex_unlock(&hsms->connection.lock);
    return tool;
}

// ---- before this program ran

static void take_last_word(struct hsms_tool *tool, maru_time at_us) {
    if (tool->lost_us != 0 && (!tool->is_recalled || at_us > tool->lost_us)) {
        tool->lost_us = at_us;
        tool->is_recalled = true;
    }
}

void hsms_recall_sample(void *context, const char *name, size_t n, maru_time at_us) {
    struct hsms_connection *hsms = context;
    const char *slash = memchr(name, '/', n);
    const size_t n_tool = slash ? (size_t)(slash - name) : n;
    for (uint32_t i = 0; i < hsms->n_tool; i++) {
        const char *own = hsms->tool[i]->name;
        if (strncmp(own, name, n_tool) == 0 && own[n_tool] == '\0') {
            take_last_word(hsms->tool[i], at_us);
            return;
        }
    }
}

static maru_status recall_event(void *context, int64_t id, const struct event *event,
                                maru_error *err) {
    struct hsms_connection *hsms = context;
    (void)id;
    (void)err;
    for (uint32_t i = 0; i < hsms->n_tool; i++) {
        if (strcmp(hsms->tool[i]->taking.source, event->source) == 0) {
            take_last_word(hsms->tool[i], event->at_us);
            return MARU_OK;
        }
    }
    return MARU_OK;
}

void hsms_recall_events(struct hsms_connection *hsms) {
    enum { NEWEST = 20000 };
    const struct event_filter newest = {.from_us = SIGNALS_FROM_US,
                                        .to_us = hsms->now_us,
                                        .before_us = hsms->now_us,
                                        .limit = NEWEST,
                                        .kind = "",
                                        .source = "",
                                        .lot = ""};
    maru_error err = {0};
    if (signals_each_event(hsms->connection.signals, &newest, recall_event, hsms, &err) !=
        MARU_OK) {
        connection_show(&hsms->connection, CONNECTION_TRYING, err.text);
    }
}

static double chance(struct connection *connection) { // xorshift64*
    uint64_t x = connection->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    connection->random = x;
    return (double)(x * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

void hsms_try_later(struct hsms_connection *hsms, struct hsms_tool *tool) {
    const struct profile own = hsms_profile_for(&hsms->options, tool->kind, -1);
    const maru_time most = own.set.t5_us > longest_wait_us ? own.set.t5_us : longest_wait_us;
    const maru_time wait_us = tool->wait_us > 0 ? tool->wait_us : own.set.t5_us;
    tool->wait_us = 2 * wait_us > most ? most : 2 * wait_us;
    tool->try_us =
        hsms->now_us + wait_us + (maru_time)(0.25 * chance(&hsms->connection) * (double)wait_us);
}

// ---- up and down

void hsms_tool_is_down(struct hsms_connection *hsms, struct hsms_tool *tool, const char *why) {
    if (!tool) {
        return;
    }
    if (tool->lost_us == 0) { // a cable that is pulled is noticed late
        const bool is_heard = tool->heard_us != 0 && tool->heard_us < hsms->now_us;
        tool->lost_us = is_heard ? tool->heard_us : hsms->now_us;
    }
    pthread_mutex_lock(&hsms->connection.lock);
    tool->since_us = tool->is_ready ? hsms->now_us : tool->since_us;
    tool->is_connected = tool->is_ready = false;
    tool->control = GEM_CONTROL_UNKNOWN;
    snprintf(tool->problem, sizeof tool->problem, "%s", why);
    pthread_mutex_unlock(&hsms->connection.lock);
}

static void tool_is_ready(struct hsms_connection *hsms, struct hsms_tool *tool,
                          const struct gem_output *o) {
    char detail[64];
    const bool was_ready = tool->is_ready;
    if (tool->lost_us != 0) {
        const maru_time from_us = tool->lost_us < o->at_us ? tool->lost_us : o->at_us;
        const enum gap_code code = tool->problem[0]    ? GAP_PROBLEM
                                   : tool->is_recalled ? GAP_NOT_RUNNING
                                                       : GAP_NOT_BEFORE;
        connection_add_gap(&hsms->connection,
                           &(struct connection_gap){
                               .source = tool->taking.source,
                               .from_us = from_us,
                               .until_us = o->at_us,
                               .code = code,
                               .cause = tool->problem[0] ? tool->problem : gap_code_text(code),
                           });
        tool->n_gap++;
        tool->lost_us = 0;
    }
    tool->wait_us = 0;
    snprintf(detail, sizeof detail, "{\"refused\":%d}", (int)o->code);
    taking_tell(&tool->taking, o->at_us, EVENT_CONNECTION, "ready", detail);
    pthread_mutex_lock(&hsms->connection.lock);
    tool->is_ready = true;
    tool->is_set_up = o->code == 0;
    tool->n_refused = (uint32_t)(o->code > 0 ? o->code : 0);
    tool->since_us = was_ready ? tool->since_us : o->at_us;
    pthread_mutex_unlock(&hsms->connection.lock);
}

void hsms_show_state(struct hsms_connection *hsms) {
    char text[MARU_ERROR_TEXT_BYTES];
    uint32_t n_ready = 0;
    for (uint32_t i = 0; i < hsms->n_tool; i++) {
        n_ready += hsms->tool[i]->is_ready;
    }
    const bool is_up = n_ready > 0;
    if (hsms->options.is_active) {
        snprintf(text, sizeof text, "none of the tools answers yet");
    } else {
        snprintf(text, sizeof text, "no tool has connected to port %d yet",
                 atomic_load(&hsms->port));
    }
    connection_show(&hsms->connection, is_up ? CONNECTION_UP : CONNECTION_TRYING,
                    is_up ? NULL : text);
}

// ---- who is it?

// The tool of an address that no row fits; a second one from there at the same time is another.
static struct hsms_tool *stranger_of(struct hsms_connection *hsms, const struct hsms_peer *peer) {
    char address[HSMS_ADDRESS_BYTES], name[HSMS_MAX_NAME_BYTES];
    hsms_address_text(&peer->ip, address);
    for (uint32_t k = 1; k <= HSMS_MAX_UNKNOWN; k++) {
        snprintf(name, sizeof name, k == 1 ? "%s" : "%s #%u", address, (unsigned)k);
        struct hsms_tool *tool = hsms_find_tool(hsms, name);
        if (tool && tool->peer && tool->peer != peer) {
            continue;
        }
        if (!tool && hsms->n_tool < hsms->tools.n + HSMS_MAX_UNKNOWN) {
            tool = hsms_add_tool(hsms, name, NULL);
        }
        return tool && !tool->row ? tool : NULL;
    }
    return NULL;
}

static struct hsms_tool *tool_of(struct hsms_connection *hsms, struct hsms_peer *peer,
                                 const char *model) {
    const struct hsms_sight sight = {.ip = peer->ip,
                                     .device = hsms_session_device(gem_host_session(peer->host)),
                                     .model = model};
    bool is_sure = false;
    const uint32_t row = hsms_tools_match(&hsms->tools, &sight, &is_sure);
    struct hsms_tool *tool = row != UINT32_MAX ? hsms->tool[row] : NULL;
    peer->is_sure = is_sure || model;
    if (tool && tool->peer && tool->peer != peer) {
        struct hsms_peer *old = tool->peer;
        if (memcmp(&old->ip, &peer->ip, sizeof old->ip) != 0) {
            tool = NULL; // another one with the same name
        } else {
            hsms_tool_is_down(hsms, tool, "the tool connected anew");
            old->tool = NULL;
            old->state = PEER_ENDING;
        }
    }
    return tool ? tool : hsms->options.takes_unknown ? stranger_of(hsms, peer) : NULL;
}

// It is this tool from here on. False: it is nobody that we take.
static bool settle_who(struct hsms_connection *hsms, struct hsms_peer *peer, const char *model) {
    if (peer->tool && peer->is_sure) {
        return true;
    }
    struct hsms_tool *tool = tool_of(hsms, peer, model);
    if (peer->tool && peer->tool != tool) {
        hsms_tool_is_down(hsms, peer->tool, "the tool has told its name");
        peer->tool->peer = NULL;
    }
    peer->tool = tool;
    if (!tool) {
        intake_refuse(hsms->connection.intake, "a tool that is not in the table has connected");
        peer->state = PEER_ENDING;
        return false;
    }
    tool->peer = peer;
    pthread_mutex_lock(&hsms->connection.lock);
    hsms_address_text(&peer->ip, tool->address);
    pthread_mutex_unlock(&hsms->connection.lock);
    return true;
}

// Communications are established, and nothing that depends on the tool's table has been sent.
static void on_communication(struct hsms_connection *hsms, struct hsms_peer *peer,
                             const struct gem_output *o) {
    if (!settle_who(hsms, peer, o->name)) {
        return;
    }
    struct hsms_tool *tool = peer->tool;
    struct profile own =
        hsms_profile_for(&hsms->options, tool->kind, tool->row ? tool->row->device : -1);
    const int64_t most_open = peer->profile.set.max_open; // of the session
    own.set.max_open = own.set.max_open < most_open ? own.set.max_open : most_open;
    own.set.does_clear = own.set.does_clear && !tool->is_set_up;
    peer->profile = own;
    pthread_mutex_lock(&hsms->connection.lock);
    snprintf(tool->model, sizeof tool->model, "%s", o->name);
    snprintf(tool->version, sizeof tool->version, "%s", o->id);
    tool->is_connected = true;
    tool->n_try++;
    pthread_mutex_unlock(&hsms->connection.lock);
    if (gem_host_become(peer->host, &peer->profile, NULL) != MARU_OK) {
        peer->state = PEER_ENDING; // settings out of range: hsms_check lets none in
    }
}

// ---- requests

static void add_item_text(struct text *detail, const struct secs_item *item) {
    struct text text;
    text_init(&text, EVENT_MAX_DETAIL_BYTES / 2);
    if (item) {
        secs_print(item, true, &text);
    }
    text_addz(detail, ",\"item\":");
    text_add_json(detail, text.status == MARU_OK && text.bytes ? text.bytes : "");
    text_addz(detail, "}");
    text_fini(&text);
}

static void tell_command(struct hsms_tool *tool, maru_time at_us, uint8_t stream, uint8_t function,
                         struct text *detail) {
    char name[16];
    snprintf(name, sizeof name, "S%uF%u", (unsigned)stream, (unsigned)function);
    taking_tell(&tool->taking, at_us, EVENT_COMMAND, name,
                detail->status == MARU_OK ? detail->bytes : "{}");
}

static const char *const outcome_words[] = {
    [GEM_ANSWERED] = "answered",     [GEM_ABORTED] = "aborted", [GEM_NOT_REPLIED] = "not replied",
    [GEM_NOT_TAKEN] = "rejected",    [GEM_REFUSED] = "refused", [GEM_LOST] = "lost",
    [GEM_UNREADABLE] = "unreadable",
};

static void on_reply(struct hsms_connection *hsms, struct hsms_tool *tool,
                     const struct gem_output *o) {
    struct text detail;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES - 1);
    text_addf(&detail, "{\"outcome\":\"%s\",\"code\":%d,\"text\":", outcome_words[o->outcome],
              (int)o->code);
    text_add_json(&detail, o->text);
    add_item_text(&detail, o->item);
    tell_command(tool, o->at_us, o->stream, o->function, &detail);
    text_fini(&detail);
    requests_answer(hsms->requests, o->token, o);
}

static void ask(struct hsms_connection *hsms, struct hsms_tool *tool,
                const struct request_taken *taken) {
    struct arena arena;
    const struct secs_item *item = NULL;
    maru_error err = {0};
    arena_init(&arena, GEM_MAX_MESSAGE_BYTES);
    if (secs_decode((const uint8_t *)taken->body.bytes, taken->body.n_bytes, &arena, &item, &err) !=
            MARU_OK ||
        gem_host_ask(tool->peer->host, taken->stream, taken->function, &taken->body, taken->token,
                     &err) != MARU_OK) {
        requests_refuse(hsms->requests, taken->token, GEM_LOST, err.text);
    } else {
        struct text detail;
        text_init(&detail, EVENT_MAX_DETAIL_BYTES - 1);
        text_addz(&detail, "{\"outcome\":\"asked\"");
        add_item_text(&detail, item);
        tell_command(tool, hsms->now_us, taken->stream, taken->function, &detail);
        text_fini(&detail);
    }
    arena_fini(&arena);
}

void hsms_take_requests(struct hsms_connection *hsms) {
    struct request_taken taken;
    while (requests_take(hsms->requests, &taken)) {
        struct hsms_tool *tool = hsms_find_tool(hsms, taken.tool);
        const bool is_there = tool && tool->peer && tool->peer->state == PEER_OPEN &&
                              gem_host_is_communicating(tool->peer->host);
        if (is_there) {
            ask(hsms, tool, &taken);
            hsms_pull(hsms, tool->peer);
        } else {
            requests_refuse(hsms->requests, taken.token, GEM_LOST, "the tool is not connected");
        }
        text_fini(&taken.body);
    }
}

// ---- what a host says

static void on_data(struct hsms_connection *hsms, struct hsms_peer *peer,
                    const struct gem_output *o) {
    if (!peer->tool && o->kind == GEM_PROBLEM) { // nobody yet, and perhaps nothing of a tool's
        intake_refuse(hsms->connection.intake, o->text);
        return;
    }
    if (!settle_who(hsms, peer, NULL)) {
        return;
    }
    struct hsms_tool *tool = peer->tool;
    taking_take(&tool->taking, o);
    if (o->kind != GEM_SAMPLE) {
        pthread_mutex_lock(&hsms->connection.lock);
        tool->control = o->kind == GEM_CONTROL ? (enum gem_control)o->code : tool->control;
        tool->n_event = tool->taking.n_event;
        tool->n_problem = tool->taking.n_problem;
        pthread_mutex_unlock(&hsms->connection.lock);
    }
}

static void take_output(struct hsms_connection *hsms, struct hsms_peer *peer,
                        const struct gem_output *o) {
    switch (o->kind) {
    case GEM_CONNECT:
        return; // it is
    case GEM_CLOSED:
        hsms_tool_is_down(hsms, peer->tool, o->text);
        peer->state = PEER_ENDING;
        return;
    case GEM_COMMUNICATION:
        if (o->code == 1) {
            on_communication(hsms, peer, o);
        }
        return;
    case GEM_READY:
        if (peer->tool) {
            tool_is_ready(hsms, peer->tool, o);
        }
        return;
    case GEM_GAP:
        if (o->code == 1) {
            hsms_tool_is_down(hsms, peer->tool, o->text);
        }
        return;
    case GEM_REPLY:
        if (peer->tool) {
            on_reply(hsms, peer->tool, o);
        }
        return;
    case GEM_CONTROL:
        if (peer->tool && (enum gem_control)o->code != GEM_CONTROL_UNKNOWN) {
            on_data(hsms, peer, o);
        }
        return;
    case GEM_PROBLEM:
    case GEM_SAMPLE:
    case GEM_EVENT:
    case GEM_ALARM:
    case GEM_TERMINAL:
    case GEM_PROGRAM:
    case GEM_MESSAGE:
        on_data(hsms, peer, o);
        return;
    }
}

void hsms_pull(struct hsms_connection *hsms, struct hsms_peer *peer) {
    struct gem_output output;
    peer->now_us = hsms->now_us > peer->now_us ? hsms->now_us : peer->now_us + 1;
    while (peer->state != PEER_ENDING && gem_host_next(peer->host, peer->now_us, &output)) {
        take_output(hsms, peer, &output);
        peer->now_us++;
    }
}
