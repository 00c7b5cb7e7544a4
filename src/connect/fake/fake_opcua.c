#include "connect/fake/fake_opcua.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/text.h"
#include "io/clock.h"

// The child's stdin is one end of a pair of sockets, so that writing to one that has died is an error and no
// signal. Values of integers beyond 32 bits are cut off: OPC UA clients read Int32 everywhere.

enum { UP_MS = 120000, END_MS = 5000, LINE_BYTES = 4096 };

extern char **environ;

struct fake_opcua {
    const struct fake_plan *plan;
    pid_t child; // 0: none
    int in, out; // its stdin and stdout, from here
    struct text waiting;
    size_t n_sent; // of what waits
    struct fake_opcua_look look;
};

// ---- what it is told

static void add_plan(const struct fake_plan *plan, const struct fake_opcua_options *options,
                     struct text *out) {
    text_addz(out, "{\"plant\":");
    text_add_json(out, plan->plant);
    text_addz(out, ",\"host\":");
    text_add_json(out, options->address);
    text_addf(out, ",\"port\":%d,\"told\":%d,\"devices\":[", options->port, options->told);
    for (uint32_t i = 0; i < plan->n_device; i++) {
        const struct fake_device *device = &plan->device[i];
        text_addz(out, i > 0 ? ",{\"node\":" : "{\"node\":");
        text_add_json(out, device->node);
        text_addz(out, ",\"device\":");
        text_add_json(out, device->name);
        text_addz(out, ",\"tags\":[");
        for (uint32_t t = 0; t < device->n_tag; t++) {
            const struct fake_tag *tag = &plan->tag[device->first_tag + t];
            text_addz(out, t > 0 ? ",{\"name\":" : "{\"name\":");
            text_add_json(out, tag->name);
            text_addf(out, ",\"type\":\"%s\"}", sample_type_name((enum sample_type)tag->type));
        }
        text_addz(out, "]}");
    }
    text_addz(out, "]}\n");
}

static void add_text(struct text *out, const struct sample *sample) {
    char *copy = alloc_new((size_t)sample->n_text + 1, 1);
    if (copy && sample->n_text > 0) {
        memcpy(copy, sample->value.text, sample->n_text);
    }
    text_add_json(out, copy ? copy : "");
    alloc_free(copy);
}

static void add_value(struct text *out, const struct fake_value *value) {
    const struct sample *sample = &value->sample;
    text_addf(out, "[%u,%lld,", value->tag, (long long)sample->at_us);
    if (sample->type == SAMPLE_DOUBLE) {
        text_add_double(out, sample->value.number);
    } else if (sample->type == SAMPLE_TEXT) {
        add_text(out, sample);
    } else if (sample->type == SAMPLE_BOOL) {
        text_addz(out, sample->value.integer ? "true" : "false");
    } else {
        const int64_t whole = sample->value.integer;
        text_addf(out, "%d",
                  (int)(whole > INT32_MAX   ? INT32_MAX
                        : whole < INT32_MIN ? INT32_MIN
                                            : whole));
    }
    text_addz(out, "]");
}

// Send what waits, as much as the child takes now.
static void send_some(struct fake_opcua *fake) {
    while (fake->n_sent < fake->waiting.n_bytes) {
        const ssize_t n = send(fake->in, fake->waiting.bytes + fake->n_sent,
                               fake->waiting.n_bytes - fake->n_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n <= 0) {
            return;
        }
        fake->n_sent += (size_t)n;
    }
    text_clear(&fake->waiting);
    fake->n_sent = 0;
}

void fake_opcua_put(struct fake_opcua *fake, const struct fake_value *value, size_t n) {
    char said[LINE_BYTES];
    while (read(fake->out, said, sizeof said) > 0) { // so that it never waits for us to listen
    }
    send_some(fake);
    if (n == 0) {
        return;
    }
    if (fake->waiting.n_bytes > FAKE_MAX_OPCUA_BYTES / 2) {
        fake->look.n_dropped += n;
        return;
    }
    text_addz(&fake->waiting, "[");
    for (size_t i = 0; i < n; i++) {
        text_addz(&fake->waiting, i > 0 ? "," : "");
        add_value(&fake->waiting, &value[i]);
    }
    text_addz(&fake->waiting, "]\n");
    fake->look.n_value += n;
    send_some(fake);
}

// ---- the child

static maru_status start(struct fake_opcua *fake, const char *program, maru_error *err) {
    int in[2], out[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0) {
        return fail(err, MARU_E_IO, "no more files can be opened");
    }
    fake->in = in[0];
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[1]);
        return fail(err, MARU_E_IO, "no more files can be opened");
    }
    fake->out = out[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t
        own_group; // so that Ctrl-C ends this program first, and this program the child
    posix_spawnattr_init(&own_group);
    posix_spawnattr_setflags(&own_group, POSIX_SPAWN_SETPGROUP);
    char node[] = "node", path[LINE_BYTES];
    snprintf(path, sizeof path, "%s", program);
    char *const argv[] = {node, path, NULL};
    const int code = posix_spawnp(&fake->child, node, &actions, &own_group, argv, environ);
    posix_spawnattr_destroy(&own_group);
    posix_spawn_file_actions_destroy(&actions);
    close(in[1]);
    close(out[1]);
    if (code != 0) {
        fake->child = 0;
        return fail(err, MARU_E_IO,
                    "OPC UA needs Node.js, which is not here: apt-get install nodejs");
    }
    return MARU_OK;
}

// The next line that it says, up to a time. False: it says nothing, or has ended.
static bool next_line(struct fake_opcua *fake, int64_t until, char line[LINE_BYTES]) {
    size_t n = 0;
    while (n + 1 < LINE_BYTES && clock_unix_us() < until) {
        struct pollfd file = {.fd = fake->out, .events = POLLIN};
        send_some(fake);
        if (poll(&file, 1, 100) <= 0) {
            continue;
        }
        const ssize_t got = read(fake->out, line + n, 1);
        if (got <= 0) {
            return false;
        }
        if (line[n] == '\n') {
            line[n] = '\0';
            return true;
        }
        n++;
    }
    return false;
}

static maru_status wait_until_up(struct fake_opcua *fake, maru_error *err) {
    const int64_t until = clock_unix_us() + (int64_t)UP_MS * 1000;
    char line[LINE_BYTES];
    while (next_line(fake, until, line)) {
        if (strncmp(line, "{\"up\":", 6) == 0) {
            (void)fcntl(fake->out, F_SETFL, O_NONBLOCK);
            return MARU_OK;
        }
        if (strncmp(line, "{\"error\":", 9) == 0) {
            return fail(err, MARU_E_IO, "the OPC UA server does not start: %.300s", line);
        }
    } // other lines are what its library has to say
    return fail(err, MARU_E_IO, "the OPC UA server of gateway/opcua does not start");
}

maru_status fake_opcua_open(const struct fake_plan *plan, const struct fake_opcua_options *options,
                            struct fake_opcua **out, maru_error *err) {
    char program[LINE_BYTES];
    snprintf(program, sizeof program, "%.3000s/dist/src/fake_plant.js", options->folder);
    if (access(program, R_OK) != 0) {
        return fail(err, MARU_E_IO,
                    "OPC UA needs the gateway, which is not built: tools/gateway builds %.300s",
                    program);
    }
    struct fake_opcua *fake = alloc_new(1, sizeof *fake);
    if (!fake) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    *fake = (struct fake_opcua){.plan = plan, .in = -1, .out = -1};
    text_init(&fake->waiting, FAKE_MAX_OPCUA_BYTES);
    add_plan(plan, options, &fake->waiting);
    maru_status st =
        fake->waiting.status == MARU_OK ? MARU_OK : fail(err, fake->waiting.status, "no memory");
    st = st == MARU_OK ? start(fake, program, err) : st;
    st = st == MARU_OK ? wait_until_up(fake, err) : st;
    if (st != MARU_OK) {
        fake_opcua_close(fake, NULL);
        return st;
    }
    *out = fake;
    return MARU_OK;
}

static void end_child(pid_t child) {
    const int64_t until = clock_unix_us() + (int64_t)END_MS * 1000;
    while (waitpid(child, NULL, WNOHANG) == 0) {
        if (clock_unix_us() > until) {
            kill(child, SIGKILL);
            waitpid(child, NULL, 0);
            return;
        }
        (void)poll(NULL, 0, 20);
    }
}

void fake_opcua_close(struct fake_opcua *fake, struct fake_opcua_look *last) {
    if (!fake) {
        return;
    }
    if (fake->in >= 0) {
        send_some(fake);
        close(fake->in); // it ends by this
    }
    if (fake->child > 0) {
        end_child(fake->child);
    }
    if (fake->out >= 0) {
        close(fake->out);
    }
    if (last) {
        *last = fake->look;
    }
    text_fini(&fake->waiting);
    alloc_free(fake);
}
