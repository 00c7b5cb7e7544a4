#include "connect/modbus_connection.h"

#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "connect/reach.h"
#include "io/clock.h"
#include "wire/modbus/registers.h"

// The plan's reads wait for their times; the one that is due first is done. libmodbus does a read: it is handed a socket that we have
// opened, since it would wait with select, which knows no file above FD_SETSIZE.
//
// After a read that timed out or brought nonsense the socket is opened anew, so that a late answer is never taken for the next one's.
// A unit that is silent is left alone for a growing while; when all are, the connection is down.

enum {
    MAX_TABLE_ARENA_BYTES = 64 << 20,
    MAX_TEXT_ARENA_BYTES = 1 << 20,
    N_UNIT = 256,
    TCP_UNIT = 255, // a device that stands alone
    MAX_UNIT = 247,
    TICK_US = 1000000,
    QUIET_US = 60000000, // patience with a device that does not answer, at most
};
#define FIRST_UNIT_WAIT_US 1000000
#define LONGEST_UNIT_WAIT_US 30000000

enum block_state { BLOCK_UNKNOWN, BLOCK_GOOD, BLOCK_BAD };

struct unit {
    bool is_used, is_silent;
    maru_time until_us, wait_us; // it is left alone until then; and how long the next time
};

struct address {
    char host[256];
    int port;
};

struct modbus_connection {
    struct connection connection; // first
    struct address address;
    struct arena arena; // of the table and the plan
    struct register_table table;
    struct register_plan plan;
    maru_time *due_us;     // (plan.n_block)
    uint8_t *state;        // (plan.n_block) enum block_state
    struct sample *sample; // (most points of a block)
    struct unit unit[N_UNIT];
    int64_t timeout_ms;
    modbus_t *modbus;
    int socket; // -1: not open
};

static bool read_address(const char *url, struct address *out) {
    static const char scheme[] = "modbus://";
    *out = (struct address){.port = 502};
    if (strncmp(url, scheme, sizeof scheme - 1) != 0) {
        return false;
    }
    const char *at = url + sizeof scheme - 1;
    const bool is_ipv6 = at[0] == '[';
    at += is_ipv6;
    const size_t n = strcspn(at, is_ipv6 ? "]" : ":/@?");
    if (n == 0 || n >= sizeof out->host) {
        return false;
    }
    memcpy(out->host, at, n);
    at += n;
    if (is_ipv6 && *at++ != ']') {
        return false;
    }
    int64_t port = out->port;
    if (at[0] == ':') {
        const size_t n_port = strcspn(at + 1, "/");
        if (!number_int64(at + 1, n_port, &port) || port < 1 || port > 65535) {
            return false;
        }
        at += 1 + n_port;
    }
    out->port = (int)port;
    return at[0] == '\0' || (at[0] == '/' && at[1] == '\0');
}

// ---- what has failed, in words

static const char *const kind_name[] = {"coils", "discrete inputs", "holding registers",
                                        "input registers"};

static const char *reason(int problem) {
    switch (problem) {
    case EMBXILFUN:
        return "the device does not know this function: is it the right kind of register?";
    case EMBXILADD:
        return "the device has no such address: look at its manual, and count from 0";
    case EMBXILVAL:
        return "the device refuses so many at once: try fewer registers in one read";
    case EMBXSFAIL:
        return "the device has failed while it answered";
    case EMBXSBUSY:
    case EMBXACK:
        return "the device is busy";
    case EMBXGPATH:
        return "the gateway has no way to this unit";
    case EMBXGTAR:
        return "the unit behind the gateway does not answer";
    case ETIMEDOUT:
        return "no answer in time";
    case EMBBADCRC:
    case EMBBADDATA:
    case EMBBADEXC:
    case EMBUNKEXC:
    case EMBMDATA:
    case EMBBADSLAVE:
        return "an answer that is no answer to the question";
    default:
        return "the connection was closed";
    }
}

static void describe(const struct register_block *block, int problem, char *out, size_t cap) {
    snprintf(out, cap, "unit %d, %s %d to %d: %s", block->unit_id, kind_name[block->kind],
             block->address, block->address + block->n - 1, reason(problem));
}

static void tell(struct modbus_connection *modbus, const struct register_block *block,
                 const char *name, const char *sentence) {
    struct text detail;
    char source[SIGNALS_MAX_NAME_BYTES];
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addz(&detail, "{\"text\":");
    text_add_json(&detail, sentence);
    text_addz(&detail, "}");
    snprintf(source, sizeof source, "%.400s/unit %u", modbus->connection.name, block->unit_id);
    const struct event event = {.at_us = clock_unix_us(),
                                .kind = "connection",
                                .source = source,
                                .name = name,
                                .lot = "",
                                .wafer = "",
                                .recipe = "",
                                .step = "",
                                .detail = detail.status == MARU_OK ? detail.bytes : "{}"};
    connection_take_event(&modbus->connection, &event);
    text_fini(&detail);
}

// ---- one read

// All points of a block, from a read or, with both NULL, as bad.
static void take(struct modbus_connection *modbus, const struct register_block *block,
                 const uint16_t *word, const uint8_t *bit) {
    struct arena arena;
    const struct register_content content = {.word = word, .bit = bit, .at_us = clock_unix_us()};
    arena_init(&arena, MAX_TEXT_ARENA_BYTES);
    if (registers_decode(&modbus->table, &modbus->plan, block, &content, &arena, modbus->sample) !=
        MARU_OK) {
        intake_refuse(modbus->connection.intake, "no memory");
        arena_fini(&arena);
        return;
    }
    for (uint32_t i = 0; i < block->n_point; i++) {
        const struct register_point *point =
            &modbus->table.point[modbus->plan.order[block->first + i]];
        const struct intake_name name = {
            .bytes = point->name, .n = strlen(point->name), .unit = point->unit};
        connection_take_sample(&modbus->connection, &name, &modbus->sample[i]);
    }
    arena_fini(&arena);
}

// The first time that a read fails its signals become bad, and it is told; the first time that it is good again, too.
static void set_bad(struct modbus_connection *modbus, uint32_t number, const char *sentence) {
    if (modbus->state[number] != BLOCK_BAD) {
        const struct register_block *block = &modbus->plan.block[number];
        take(modbus, block, NULL, NULL);
        if (sentence) {
            intake_refuse(modbus->connection.intake, sentence);
            tell(modbus, block, "read failed", sentence);
        }
        modbus->state[number] = BLOCK_BAD;
    }
}

static void set_good(struct modbus_connection *modbus, uint32_t number, const uint16_t *word,
                     const uint8_t *bit) {
    const struct register_block *block = &modbus->plan.block[number];
    if (modbus->state[number] == BLOCK_BAD) {
        tell(modbus, block, "read works again", "");
    }
    modbus->state[number] = BLOCK_GOOD;
    modbus->unit[block->unit_id].is_silent = false;
    modbus->unit[block->unit_id].wait_us = FIRST_UNIT_WAIT_US;
    take(modbus, block, word, bit);
}

// 0, or errno as libmodbus sets it.
static int read_block(struct modbus_connection *modbus, uint32_t number) {
    const struct register_block *block = &modbus->plan.block[number];
    uint16_t word[REGISTERS_MAX_READ] = {0};
    uint8_t bit[REGISTERS_MAX_READ_BITS] = {0};
    int n = -1;
    errno = 0;
    if (modbus_set_slave(modbus->modbus, block->unit_id) != 0) {
        return errno;
    }
    switch ((enum registers_kind)block->kind) {
    case REGISTERS_COIL:
        n = modbus_read_bits(modbus->modbus, block->address, block->n, bit);
        break;
    case REGISTERS_DISCRETE:
        n = modbus_read_input_bits(modbus->modbus, block->address, block->n, bit);
        break;
    case REGISTERS_HOLDING:
        n = modbus_read_registers(modbus->modbus, block->address, block->n, word);
        break;
    case REGISTERS_INPUT:
        n = modbus_read_input_registers(modbus->modbus, block->address, block->n, word);
        break;
    default:
        break;
    }
    if (n != block->n) {
        return n >= 0 ? EMBBADDATA : errno != 0 ? errno : ECONNRESET;
    }
    const bool is_bits = block->kind == REGISTERS_COIL || block->kind == REGISTERS_DISCRETE;
    set_good(modbus, number, is_bits ? NULL : word, is_bits ? bit : NULL);
    return 0;
}

// ---- up and down

static void hang_up(struct modbus_connection *modbus) {
    if (modbus->socket >= 0) {
        close(modbus->socket);
        modbus->socket = -1;
    }
    if (modbus->modbus) {
        (void)modbus_set_socket(modbus->modbus, -1);
    }
}

static maru_status call(struct modbus_connection *modbus, maru_error *err) {
    hang_up(modbus);
    int file = -1;
    maru_status st = reach_connect(modbus->address.host, modbus->address.port, &file, err);
    if (st != MARU_OK) {
        return st;
    }
    modbus->socket = fcntl(file, F_DUPFD_CLOEXEC, 0); // the lowest that is free
    close(file);
    if (modbus->socket < 0 || modbus->socket >= FD_SETSIZE) {
        hang_up(modbus);
        return fail(err, MARU_E_IO, "no more files can be opened");
    }
    return modbus_set_socket(modbus->modbus, modbus->socket) == 0
               ? MARU_OK
               : fail(err, MARU_E_IO, "no more files can be opened");
}

static bool is_silence(int problem) { return problem == ETIMEDOUT || problem == EMBXGTAR; }

// Refused by the device, over a connection that is fine.
static bool is_exception(int problem) { return problem >= EMBXILFUN && problem <= EMBXGTAR; }

// The unit is left alone for a while, all its reads are bad. False: no unit answers any more.
static bool leave_alone(struct modbus_connection *modbus, uint8_t id, const char *sentence) {
    struct unit *unit = &modbus->unit[id];
    unit->is_silent = true;
    unit->until_us = clock_unix_us() + unit->wait_us;
    unit->wait_us =
        2 * unit->wait_us > LONGEST_UNIT_WAIT_US ? LONGEST_UNIT_WAIT_US : 2 * unit->wait_us;
    for (uint32_t i = 0; i < modbus->plan.n_block; i++) {
        if (modbus->plan.block[i].unit_id == id) {
            set_bad(modbus, i, sentence);
            sentence = NULL; // once is enough
        }
    }
    for (int i = 0; i < N_UNIT; i++) {
        if (modbus->unit[i].is_used && !modbus->unit[i].is_silent) {
            return true;
        }
    }
    return false;
}

static maru_status handle(struct modbus_connection *modbus, uint32_t number, int problem,
                          maru_error *err) {
    const struct register_block *block = &modbus->plan.block[number];
    char sentence[MARU_ERROR_TEXT_BYTES];
    describe(block, problem, sentence, sizeof sentence);
    if (is_silence(problem) && !leave_alone(modbus, block->unit_id, sentence)) {
        return fail(err, MARU_E_IO, "%s", sentence);
    }
    set_bad(modbus, number, sentence);
    if (is_exception(problem)) {
        return MARU_OK;
    }
    return problem == ETIMEDOUT || problem >= EMBBADCRC ? call(modbus, err)
                                                        : fail(err, MARU_E_IO, "%s", sentence);
}

// ---- the thread

// The read that is due first, and when.
static uint32_t next_block(const struct modbus_connection *modbus, maru_time *due_us) {
    uint32_t found = 0;
    *due_us = INT64_MAX;
    for (uint32_t i = 0; i < modbus->plan.n_block; i++) {
        const struct unit *unit = &modbus->unit[modbus->plan.block[i].unit_id];
        const maru_time at_us = unit->is_silent && unit->until_us > modbus->due_us[i]
                                    ? unit->until_us
                                    : modbus->due_us[i];
        if (at_us < *due_us) {
            *due_us = at_us;
            found = i;
        }
    }
    return found;
}

// Read what is due. What takes longer than its period loses turns, not the order of its turns.
static maru_status poll_due(struct modbus_connection *modbus, maru_time *next_us, maru_error *err) {
    maru_status st = MARU_OK;
    while (st == MARU_OK && !atomic_load(&modbus->connection.is_stopping) &&
           !intake_is_full(modbus->connection.intake)) {
        const uint32_t number = next_block(modbus, next_us);
        const maru_time now = clock_unix_us();
        if (*next_us > now) {
            break;
        }
        const maru_time period_us = modbus->plan.block[number].period_us;
        modbus->due_us[number] += period_us;
        if (modbus->due_us[number] <= now) {
            modbus->due_us[number] = now + period_us;
        }
        const int problem = read_block(modbus, number);
        st = problem == 0 ? MARU_OK : handle(modbus, number, problem, err);
    }
    return st;
}

static maru_status serve(struct modbus_connection *modbus, maru_error *err) {
    struct connection *connection = &modbus->connection;
    maru_status st = call(modbus, err);
    bool is_up = false;
    for (uint32_t i = 0; i < modbus->plan.n_block; i++) {
        modbus->due_us[i] = clock_unix_us();
    }
    for (int i = 0; i < N_UNIT; i++) {
        modbus->unit[i].is_silent = false;
        modbus->unit[i].wait_us = FIRST_UNIT_WAIT_US;
    }
    while (st == MARU_OK && !atomic_load(&connection->is_stopping)) {
        maru_time next_us = 0;
        st = poll_due(modbus, &next_us, err);
        if (st == MARU_OK && !is_up) { // it has answered
            is_up = true;
            connection_is_up(connection);
        }
        if (!connection_commit(connection)) {
            st = fail(err, MARU_E_IO, "what had come could not be kept");
        }
        const maru_time now = clock_unix_us();
        if (st == MARU_OK) {
            (void)connection_wait(connection, -1, 0,
                                  next_us < now + TICK_US ? next_us : now + TICK_US);
        }
    }
    hang_up(modbus);
    return st;
}

static void *run(void *context) {
    struct modbus_connection *modbus = context;
    while (!atomic_load(&modbus->connection.is_stopping)) {
        maru_error err = {0};
        if (serve(modbus, &err) != MARU_OK) {
            for (uint32_t i = 0; i < modbus->plan.n_block; i++) {
                set_bad(modbus, i, NULL);
            }
            (void)connection_commit(&modbus->connection);
            connection_is_down(&modbus->connection, err.text);
        }
    }
    return NULL;
}

// ---- opening

static maru_status check_units(const struct register_table *table, maru_error *err) {
    for (uint32_t i = 0; i < table->n; i++) {
        const uint8_t id = table->point[i].unit_id;
        if (id > MAX_UNIT && id != TCP_UNIT) {
            return fail_at(err, MARU_E_INPUT, NULL, i + 2, 0,
                           "units of Modbus are 0 to 247, or 255 for a device that stands alone");
        }
    }
    return table->n > 0
               ? MARU_OK
               : fail_at(err, MARU_E_INPUT, NULL, 1, 0,
                         "a table of registers is wanted, with name, kind, address and type");
}

static maru_status make_plan(const struct modbus_options *options, struct arena *arena,
                             struct register_table *table, struct register_plan *plan,
                             maru_error *err) {
    maru_status st = registers_read(options->table, strlen(options->table), arena, table, err);
    st = st == MARU_OK ? check_units(table, err) : st;
    return st == MARU_OK ? registers_plan(table, (uint16_t)options->most_words,
                                          (uint16_t)options->gap, arena, plan, err)
                         : st;
}

maru_status modbus_check(const struct modbus_options *options, maru_error *err) {
    struct register_table table;
    struct register_plan plan;
    struct address address;
    struct arena arena;
    if (!read_address(options->url, &address)) {
        return fail(err, MARU_E_USAGE, "an address such as modbus://host:502 is wanted");
    }
    arena_init(&arena, MAX_TABLE_ARENA_BYTES);
    const maru_status st = make_plan(options, &arena, &table, &plan, err);
    arena_fini(&arena);
    return st;
}

static maru_status make_room(struct modbus_connection *modbus, maru_error *err) {
    uint32_t n_most = 1;
    for (uint32_t i = 0; i < modbus->plan.n_block; i++) {
        const struct register_block *block = &modbus->plan.block[i];
        n_most = block->n_point > n_most ? block->n_point : n_most;
        modbus->unit[block->unit_id].is_used = true;
    }
    modbus->due_us = alloc_new(modbus->plan.n_block, sizeof *modbus->due_us);
    modbus->state = alloc_new(modbus->plan.n_block, sizeof *modbus->state);
    modbus->sample = alloc_new(n_most, sizeof *modbus->sample);
    modbus->modbus = modbus_new_tcp("127.0.0.1", modbus->address.port); // a socket is set later
    if (!modbus->due_us || !modbus->state || !modbus->sample || !modbus->modbus) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    (void)modbus_set_response_timeout(modbus->modbus, (uint32_t)(modbus->timeout_ms / 1000),
                                      (uint32_t)(modbus->timeout_ms % 1000 * 1000));
    return MARU_OK;
}

static maru_status prepare(struct modbus_connection *modbus, struct signals *signals,
                           const struct modbus_options *options, maru_error *err) {
    modbus->socket = -1;
    modbus->timeout_ms = options->timeout_ms;
    arena_init(&modbus->arena, MAX_TABLE_ARENA_BYTES);
    maru_status st = modbus_check(options, err);
    (void)read_address(options->url, &modbus->address);
    st =
        st == MARU_OK ? make_plan(options, &modbus->arena, &modbus->table, &modbus->plan, err) : st;
    st = st == MARU_OK ? make_room(modbus, err) : st;
    st = st == MARU_OK ? connection_init(&modbus->connection, signals, options->name, err) : st;
    modbus->connection.quiet_us = QUIET_US;
    return st;
}

static void release(struct modbus_connection *modbus) {
    connection_fini(&modbus->connection);
    if (modbus->modbus) {
        modbus_free(modbus->modbus);
    }
    arena_fini(&modbus->arena);
    alloc_free(modbus->due_us);
    alloc_free(modbus->state);
    alloc_free(modbus->sample);
    alloc_free(modbus);
}

maru_status modbus_open(struct signals *signals, const struct modbus_options *options,
                        struct modbus_connection **out, maru_error *err) {
    struct modbus_connection *modbus = alloc_new(1, sizeof *modbus);
    if (!modbus) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = prepare(modbus, signals, options, err);
    st = st == MARU_OK ? connection_start(&modbus->connection, run, modbus, err) : st;
    if (st != MARU_OK) {
        release(modbus);
        return st;
    }
    *out = modbus;
    return MARU_OK;
}

void modbus_end(struct modbus_connection *modbus) {
    if (modbus) {
        connection_stop(&modbus->connection);
        release(modbus);
    }
}

void modbus_look_at(struct modbus_connection *modbus, struct connection_look *out) {
    connection_look_at(&modbus->connection, out);
}
