#include "io/executor/slurm_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/status.h"
#include "io/clock.h"

// A command is a process group of its own, so that all of it can be ended. Its output is read as it comes and thrown away above the cap.
// Slurm's clients try again for long where the controller is down; after its time a command is killed, and what it said is not used.

enum { READ_BYTES = 1 << 16, POLL_MS = 10, CODE_OF_SIGNAL = 128 };
static const char plain_path[] =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void slurm_said_init(struct slurm_said *said, size_t max_bytes) {
    text_init(&said->out, max_bytes);
    text_init(&said->err, max_bytes);
    said->code = 0;
    said->is_late = false;
}

void slurm_said_fini(struct slurm_said *said) {
    text_fini(&said->out);
    text_fini(&said->err);
}

struct start { // of one process
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t group;
    char program[2 * SLURM_PATH_BYTES], path[SLURM_PATH_BYTES + sizeof plain_path];
    char conf[SLURM_PATH_BYTES + 16], *env[8];
};

// The folder of the programs comes first in PATH: Slurm's programs find each other there.
static void set_environment(struct start *start, const struct slurm_host *host) {
    static char utc[] = "TZ=UTC", language[] = "LC_ALL=C", home[] = "HOME=/";
    const char *folder = host->folder;
    snprintf(start->path, sizeof start->path, "PATH=%s%s%s", folder, folder[0] ? ":" : "",
             plain_path + 5);
    size_t n = 0;
    start->env[n++] = start->path;
    start->env[n++] = utc;
    start->env[n++] = language;
    start->env[n++] = home;
    if (host->conf[0]) {
        snprintf(start->conf, sizeof start->conf, "SLURM_CONF=%s", host->conf);
        start->env[n++] = start->conf;
    }
    start->env[n] = NULL;
}

static void find_program(struct start *start, const struct slurm_host *host, const char *name) {
    static const char *const folders[] = {"/usr/bin", "/usr/local/bin", "/opt/slurm/bin"};
    if (host->folder[0]) {
        snprintf(start->program, sizeof start->program, "%s/%s", host->folder, name);
        return;
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        snprintf(start->program, sizeof start->program, "%s/%s", folders[i], name);
        if (access(start->program, X_OK) == 0) {
            return;
        }
    }
    snprintf(start->program, sizeof start->program, "%s", name);
}

static maru_status begin(const struct slurm_host *host, const char *const word[],
                         struct slurm_streams streams, pid_t *child, maru_error *err) {
    struct start start;
    set_environment(&start, host);
    find_program(&start, host, word[0]);
    posix_spawn_file_actions_init(&start.actions);
    posix_spawn_file_actions_adddup2(&start.actions, streams.in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&start.actions, streams.out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&start.actions, streams.err, STDERR_FILENO);
    if (streams.held >= 0) { // a number that nothing else has, open in the child
        posix_spawn_file_actions_adddup2(&start.actions, streams.held, STDERR_FILENO + 1);
    }
    posix_spawnattr_init(&start.group);
    sigset_t none, usual;
    sigemptyset(&none);
    sigfillset(&usual);
    posix_spawnattr_setsigmask(&start.group, &none);
    posix_spawnattr_setsigdefault(&start.group, &usual);
    posix_spawnattr_setflags(&start.group, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                               POSIX_SPAWN_SETSIGDEF);
    union { // posix_spawn changes no word, and says so nowhere
        const char *const *given;
        char *const *taken;
    } words = {.given = word};
    const int code =
        posix_spawnp(child, start.program, &start.actions, &start.group, words.taken, start.env);
    posix_spawnattr_destroy(&start.group);
    posix_spawn_file_actions_destroy(&start.actions);
    char reason[128];
    return code == 0 ? MARU_OK
                     : fail(err, MARU_E_IO, "cannot run %s: %s", start.program,
                            strerror_r(code, reason, sizeof reason));
}

static int code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : CODE_OF_SIGNAL + WTERMSIG(status);
}

static int64_t now_us(void) { return (int64_t)(clock_seconds() * 1e6); }

// Its status when it has ended, or when it was ended because its time is up.
static int end_of(pid_t child, int64_t until_us, bool *is_late) {
    int status = 0;
    for (;;) {
        const pid_t got = waitpid(child, &status, *is_late ? 0 : WNOHANG);
        if (got == child) {
            return code_of(status);
        }
        if (got < 0 && errno != EINTR) {
            return CODE_OF_SIGNAL;
        }
        if (!*is_late && now_us() >= until_us) {
            *is_late = true;
            kill(-child, SIGKILL);
        } else if (got == 0) {
            poll(NULL, 0, POLL_MS);
        }
    }
}

maru_status slurm_run_with(const struct slurm_host *host, const char *const word[],
                           struct slurm_streams streams, int *code, bool *is_late,
                           maru_error *err) {
    const int64_t until_us = now_us() + host->timeout_us;
    pid_t child = 0;
    const maru_status st = begin(host, word, streams, &child, err);
    if (st == MARU_OK) {
        *is_late = false;
        *code = end_of(child, until_us, is_late);
    }
    return st;
}

// Read both pipes until both have ended or the time is up.
static void collect(int out, int error, int64_t until_us, struct slurm_said *said) {
    struct pollfd pipes[2] = {{.fd = out, .events = POLLIN}, {.fd = error, .events = POLLIN}};
    struct text *const into[2] = {&said->out, &said->err};
    char bytes[READ_BYTES];
    while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
        const int64_t left = until_us - now_us();
        const int ready = left > 0 ? poll(pipes, 2, (int)(left / 1000 + 1)) : 0;
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0) {
            return;
        }
        for (size_t i = 0; i < 2; i++) {
            if (pipes[i].fd < 0 || pipes[i].revents == 0) {
                continue;
            }
            const ssize_t n = read(pipes[i].fd, bytes, sizeof bytes);
            if (n > 0) {
                text_add(into[i], bytes, (size_t)n);
            } else if (n == 0 || errno != EINTR) {
                pipes[i].fd = -1;
            }
        }
    }
}

// The first line of what it said, for the sentence of an error.
static maru_status said_no(const char *name, const struct slurm_said *said, maru_error *err) {
    const char *text = said->err.n_bytes > 0   ? said->err.bytes
                       : said->out.n_bytes > 0 ? said->out.bytes
                                               : "nothing";
    if (said->is_late) {
        return fail(err, MARU_E_IO, "%s does not answer in time", name);
    }
    return fail(err, MARU_E_IO, "%s ended with %d: %.*s", name, said->code,
                (int)strcspn(text, "\n"), text);
}

maru_status slurm_run(const struct slurm_host *host, const char *const word[],
                      struct slurm_said *said, maru_error *err) {
    const int64_t until_us = now_us() + host->timeout_us;
    int out[2] = {-1, -1}, error[2] = {-1, -1}, none = -1;
    char reason[128];
    maru_status st = MARU_OK;
    pid_t child = 0;
    text_clear(&said->out);
    text_clear(&said->err);
    none = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (none < 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0) {
        st = fail(err, MARU_E_IO, "cannot run %s: %s", word[0],
                  strerror_r(errno, reason, sizeof reason));
        goto done;
    }
    st = begin(host, word, (struct slurm_streams){none, out[1], error[1], -1}, &child, err);
    if (st != MARU_OK) {
        goto done;
    }
    close(out[1]);
    close(error[1]);
    out[1] = error[1] = -1;
    collect(out[0], error[0], until_us, said);
    said->is_late = false;
    said->code = end_of(child, until_us, &said->is_late);
    if (said->code != 0 || said->is_late) {
        st = said_no(word[0], said, err);
    } else if (said->out.status != MARU_OK) {
        st = fail(err, said->out.status, "%s says more than %zu bytes", word[0],
                  said->out.max_bytes);
    }
done:
    for (size_t i = 0; i < 2; i++) {
        if (out[i] >= 0) {
            close(out[i]);
        }
        if (error[i] >= 0) {
            close(error[i]);
        }
    }
    if (none >= 0) {
        close(none);
    }
    return st;
}
