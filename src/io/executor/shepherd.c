#include "io/executor/shepherd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "base/status.h"
#include "io/clock.h"
#include "io/executor/gpu_watch.h"
#include "io/executor/job_cpus.h"
#include "io/executor/job_disk.h"
#include "io/executor/job_group.h"
#include "io/executor/job_log.h"
#include "io/executor/job_processes.h"
#include "io/executor/launch_record.h"
#include "io/executor/launch_spec.h"
#include "io/executor/sandbox.h"
#include "io/files.h"

// The order that makes a launch happen at most once, and never be forgotten:
//
//   the lock is held from before `spec` is written -> `started` is on the disk -> the job begins -> all its processes are gone
//   -> `end` is on the disk -> the lock is free
//
// It is the reaper of all that the job leaves behind (PR_SET_CHILD_SUBREAPER), so the job has ended when no child is left. In the
// sandbox it is enough to kill the first process: the kernel ends the others with it. The room for `end` is taken while the
// disk still has some.

enum {
    SPEC_BYTES = LAUNCH_MAX_SPEC_BYTES,
    FIRST_LOOK_US = 10 * 1000, // memory, processes and `stop` are looked at then,
    EARLY_LOOK_US = 20 * 1000, // so often in the first second,
    EARLY_US = 1000 * 1000,    // and after twice the time, and so on
    CROWD = 32, // so many processes that are twice those of the last look are looked at soon again
    LOOK_US = 100 * 1000, // up to this, where a look is cheap
    LOOK_SHARE = 20,      // a look takes at most one part in so many of the time
    LOOK_MOST_US = 1000 * 1000,
    SEEN_US = 5 * 1000 * 1000,
    DISK_US = 1000 * 1000, // the folder is measured so often, where that is cheap
    KILL_AGAIN_US = 20 * 1000,
    END_TRIES = 60, // a second each
    SIGNAL_OF_CODE = 128,
};

struct shepherd {
    struct arena arena;
    struct launch_spec spec;
    const char *folder; // of the launch's record
    struct launch_look look;
    struct job_log log[2];
    bool is_open[2];
    int signals, status, go;
    pid_t child,
        root; // bubblewrap, or the bare job; the first process of the sandbox, 0: not yet, -1: gone
    char told[1024]; // by bubblewrap
    uint32_t n_told;
    int child_status;
    bool is_over, has_code, has_why;
    int code;
    enum launch_end why;
    int64_t begun_us, signal_us, kill_us;             // of `since_boot_us`
    bool is_signalled;                                // it is to end, and
    bool is_told;                                     // its processes have had the signal
    int64_t look_us, seen_us, disk_us, look_every_us; // the next look
    int64_t reaped_cpu_us;
    struct job_processes processes;
    struct gpu_watch *gpus; // NULL: it has none, or nothing tells of them
};

static int64_t since_boot_us(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct launch_path path_in(const struct shepherd *s, const char *name) {
    struct launch_path path;
    snprintf(path.text, sizeof path.text, "%s/%s", s->folder, name);
    return path;
}

static maru_status refuse(maru_error *err) {
    char reason[128];
    return fail(err, MARU_E_IO, "a job cannot be begun: %s",
                strerror_r(errno, reason, sizeof reason));
}

// ---- getting ready: what fails here has started nothing

static maru_status read_spec(struct shepherd *s, maru_error *err) {
    struct text bytes;
    text_init(&bytes, SPEC_BYTES);
    const struct launch_path path = path_in(s, "spec");
    maru_status st = files_read(path.text, &bytes, err);
    if (st == MARU_OK) {
        st = launch_spec_read(bytes.bytes ? bytes.bytes : "", bytes.n_bytes, &s->arena, &s->spec,
                              err);
    }
    text_fini(&bytes);
    return st;
}

static maru_status open_logs(struct shepherd *s, int to_job[2], maru_error *err) {
    const int folder = open(s->spec.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return refuse(err);
    }
    maru_status st = MARU_OK;
    static const char *const name[] = {"out", "err"};
    for (int i = 0; st == MARU_OK && i < 2; i++) {
        st = job_log_open(&s->log[i], folder, name[i], s->spec.log_bytes, &to_job[i], err);
        s->is_open[i] = st == MARU_OK;
    }
    close(folder);
    return st;
}

static maru_status listen_to_children(struct shepherd *s, maru_error *err) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    (void)signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_SETMASK, &child, NULL) != 0 ||
        (s->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK)) < 0 ||
        prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
        return refuse(err);
    }
    return MARU_OK;
}

// Room for `end`, whatever happens to the disk later.
static maru_status take_room(const struct shepherd *s, maru_error *err) {
    static const char room[LAUNCH_RECORD_BYTES];
    const struct launch_path path = path_in(s, "room");
    return files_replace(path.text, room, sizeof room, err);
}

static maru_status say_started(struct shepherd *s, maru_error *err) {
    s->look.state = LAUNCH_RUNNING;
    s->look.submitted_us = s->spec.submitted_us;
    s->look.started_us = clock_unix_us();
    s->look.cpu_us = -1;
    s->look.max_memory_bytes = -1;
    if (gethostname(s->look.node, sizeof s->look.node - 1) != 0) {
        s->look.node[0] = '\0';
    }
    const struct launch_path path = path_in(s, "started");
    return launch_record_write(path.text, &s->look, err);
}

// ---- the end

static void kill_all(struct shepherd *s) {
    s->kill_us = since_boot_us() + KILL_AGAIN_US; // what is being made meanwhile is met by the next
    job_group_kill(&s->spec);
    if (s->spec.bwrap[0]) {
        const pid_t first = s->root > 0 ? s->root : s->child;
        if (first > 0) {
            (void)kill(first, SIGKILL);
        }
        return;
    }
    job_processes_find(&s->processes, getpid());
    for (uint32_t i = 1; i < s->processes.n; i++) {
        (void)kill(s->processes.pid[i], SIGKILL);
    }
}

static void end_it(struct shepherd *s, enum launch_end why, const char *what) {
    if (!s->has_why) {
        s->has_why = true;
        s->why = why;
        snprintf(s->look.what, sizeof s->look.what, "%s", what);
    }
    kill_all(s);
}

// The checkpoint signal. The first process is bubblewrap's (or this one), which hears none: before the job is there nobody is told, and
// the next look tries again.
static void tell_job(struct shepherd *s) {
    const int signal = s->spec.checkpoint_signal ? s->spec.checkpoint_signal : SIGTERM;
    const bool is_boxed = s->spec.bwrap[0] != '\0';
    job_processes_find(&s->processes, is_boxed ? s->root : getpid());
    if (s->processes.n > 1) {
        job_processes_tell(&s->processes, 1, signal);
        s->is_told = true;
    }
}

// Its checkpoint signal, and all its processes gone when the grace is over.
static void ask_to_end(struct shepherd *s, enum launch_end why, int64_t grace_us) {
    const int64_t now = since_boot_us();
    const int64_t until = grace_us < s->kill_us - now ? now + grace_us : s->kill_us;
    s->kill_us = until;
    if (s->is_signalled) {
        return;
    }
    s->is_signalled = true;
    if (!s->has_why) {
        s->has_why = true;
        s->why = why;
    }
    if (until > now) {
        tell_job(s);
    }
}

static bool write_end(const struct shepherd *s) {
    struct text bytes;
    text_init(&bytes, LAUNCH_RECORD_BYTES);
    const maru_status st = launch_record_pack(&bytes, &s->look, NULL);
    const struct launch_path room = path_in(s, "room"), end = path_in(s, "end");
    const int file = open(room.text, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool is_good = file >= 0 && st == MARU_OK &&
                   files_write_all(file, bytes.bytes, bytes.n_bytes) &&
                   ftruncate(file, (off_t)bytes.n_bytes) == 0 && fsync(file) == 0;
    is_good = file >= 0 && close(file) == 0 && is_good;
    is_good = is_good && rename(room.text, end.text) == 0;
    text_fini(&bytes);
    const int folder = is_good ? open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder >= 0) {
        (void)fsync(folder);
        close(folder);
    }
    return is_good;
}

static void keep_end(const struct shepherd *s) {
    for (int i = 0; i < END_TRIES && !write_end(s); i++) {
        launch_lock_touch(SHEPHERD_LOCK_FILE);
        (void)poll(NULL, 0, 1000);
    }
}

// What a launch came to when all its processes are gone.
static void conclude(struct shepherd *s) {
    struct launch_look *look = &s->look;
    look->state = LAUNCH_ENDED;
    look->ended_us = clock_unix_us();
    look->cpu_us = s->reaped_cpu_us;
    const struct job_group_look group = job_group_look(&s->spec);
    look->cpu_us = group.cpu_us > look->cpu_us ? group.cpu_us : look->cpu_us;
    if (group.was_out_of_memory) {
        const int64_t most = (int64_t)s->spec.memory_bytes;
        look->max_memory_bytes = most > look->max_memory_bytes ? most : look->max_memory_bytes;
        s->why = s->has_why ? s->why : END_MEMORY;
        s->has_why = true;
    }
    const bool is_killed = WIFSIGNALED(s->child_status);
    const int status =
        is_killed ? SIGNAL_OF_CODE + WTERMSIG(s->child_status) : WEXITSTATUS(s->child_status);
    const bool is_boxed = s->spec.bwrap[0] != '\0';
    look->exit_code = s->has_code ? s->code : status;
    if (s->has_why) {
        look->end = s->why;
        return;
    }
    if (is_boxed ? !s->has_code && !is_killed : s->n_told > 0) {
        look->end = END_FAILED;
        if (is_boxed) {
            job_log_last_line(&s->log[1], look->what, sizeof look->what);
        } else {
            snprintf(look->what, sizeof look->what, "%.80s: %.100s", s->spec.argv[0], s->told);
        }
        return;
    }
    const bool is_signal =
        look->exit_code > SIGNAL_OF_CODE && look->exit_code <= SIGNAL_OF_CODE + 64;
    look->end = is_signal ? END_SIGNAL : END_EXIT;
    look->exit_code -= is_signal ? SIGNAL_OF_CODE : 0;
}

// ---- tending

static int64_t us_of(struct timeval t) { return (int64_t)t.tv_sec * 1000000 + t.tv_usec; }

static void reap(struct shepherd *s) {
    struct signalfd_siginfo told;
    while (read(s->signals, &told, sizeof told) > 0) {
    }
    for (;;) {
        int status = 0;
        struct rusage used;
        const pid_t pid = wait4(-1, &status, WNOHANG, &used);
        if (pid <= 0) {
            s->is_over = pid < 0 && errno == ECHILD;
            return;
        }
        s->reaped_cpu_us += us_of(used.ru_utime) + us_of(used.ru_stime);
        if (pid == s->child) { // its memory was this process's before it became another program
            s->child_status = status;
            s->child = -1;
            continue;
        }
        const int64_t most = (int64_t)used.ru_maxrss * 1024;
        s->look.max_memory_bytes =
            most > s->look.max_memory_bytes ? most : s->look.max_memory_bytes;
        s->root = pid == s->root ? -1 : s->root;
    }
}

// The number behind "NAME":, -1 where it has not come.
static int64_t told_number(const struct shepherd *s, const char *name) {
    const char *at = strstr(s->told, name);
    if (!at) {
        return -1;
    }
    at += strlen(name);
    at += strspn(at, "\": ");
    int64_t value = -1;
    const size_t n = strspn(at, "0123456789");
    return n > 0 && at[n] && number_int64(at, n, &value) ? value : -1;
}

// A smaller limit of this machine's, or of the service's, stays: nobody without privileges can make it larger.
static bool limit_processes(pid_t pid, rlim_t most) {
    struct rlimit its;
    if (most == 0) {
        return true;
    }
    if (prlimit(pid, RLIMIT_NPROC, NULL, &its) != 0) {
        return false;
    }
    const rlim_t held = its.rlim_max < most ? its.rlim_max : most;
    const struct rlimit wanted = {held, held};
    return prlimit(pid, RLIMIT_NPROC, &wanted, NULL) == 0;
}

// The job may begin. The most processes and threads that it may have are those of its user namespace, so they are set when that is there, and
// before the job is; where all of this belongs to root the kernel lets it have more, and the looks end it.
static void let_go(struct shepherd *s) {
    if (!limit_processes(s->root, s->spec.max_processes)) {
        s->has_why = true;
        s->why = END_FAILED;
        snprintf(s->look.what, sizeof s->look.what, "%s", "its limits cannot be set");
        kill_all(s);
    }
    (void)!write(s->go, "", 1); // where it has ended, nobody hears
    close(s->go);
    s->go = -1;
}

static void hear_sandbox(struct shepherd *s) {
    for (;;) {
        const size_t room = sizeof s->told - 1 - s->n_told;
        const ssize_t n = read(s->status, s->told + s->n_told, room);
        if (n <= 0) {
            if (n == 0 || room == 0) {
                close(s->status);
                s->status = -1;
            }
            break;
        }
        s->n_told += (uint32_t)n;
        s->told[s->n_told] = '\0';
    }
    if (s->spec.bwrap[0]) {
        const int64_t root = told_number(s, "child-pid"), code = told_number(s, "exit-code");
        if (root > 0 && s->root == 0) {
            s->root = (pid_t)root;
            let_go(s);
        }
        s->has_code = code >= 0;
        s->code = s->has_code ? (int)code : 0;
    }
}

// Bytes of what the job has put into the file systems that are in memory.
static uint64_t memory_folders(const struct shepherd *s) {
    static const char *const where[] = {"tmp", "dev/shm"};
    for (uint32_t i = 1; i < s->processes.n; i++) {
        uint64_t sum = 0;
        bool is_known = true;
        for (size_t k = 0; is_known && k < sizeof where / sizeof *where; k++) {
            char path[96];
            struct statfs its;
            snprintf(path, sizeof path, "/proc/%d/root/%s", (int)s->processes.pid[i], where[k]);
            is_known = statfs(path, &its) == 0;
            sum += is_known ? (uint64_t)(its.f_blocks - its.f_bfree) * (uint64_t)its.f_bsize : 0;
        }
        if (is_known) {
            return sum;
        }
    }
    return 0;
}

static void look_at_memory(struct shepherd *s) {
    const uint64_t limit = s->spec.memory_bytes;
    const uint64_t folders = s->spec.bwrap[0] ? memory_folders(s) : 0;
    uint64_t bytes = folders + job_processes_resident(&s->processes, 1);
    if (limit > 0 && bytes > limit) { // pages that are shared were counted more than once
        bytes = folders + job_processes_proportional(&s->processes, 1);
    }
    if ((int64_t)bytes > s->look.max_memory_bytes) {
        s->look.max_memory_bytes = (int64_t)bytes;
    }
    if (limit > 0 && bytes > limit) {
        end_it(s, END_MEMORY, "");
    }
}

static void look_at_disk(struct shepherd *s) {
    const int64_t begin = since_boot_us();
    if (s->spec.disk_bytes == 0 || begin < s->disk_us) {
        return;
    }
    char work[LAUNCH_PATH_BYTES];
    snprintf(work, sizeof work, "%s/work", s->spec.folder);
    if (job_disk_bytes(work, s->spec.disk_bytes) > s->spec.disk_bytes) {
        end_it(s, END_FAILED, "it put more on the disk than a job may");
    }
    const int64_t now = since_boot_us();
    const int64_t least = (now - begin) * LOOK_SHARE;
    s->disk_us = now + (least > DISK_US ? least : DISK_US);
}

static void look_at_stop(struct shepherd *s) {
    int64_t grace_us = 0;
    bool is_there = false;
    const struct launch_path path = path_in(s, "stop");
    const maru_status st = launch_stop_read(path.text, &grace_us, &is_there, NULL);
    if (is_there) { // a word to stop that cannot be read is one
        ask_to_end(s, END_STOPPED, st == MARU_OK ? grace_us : s->spec.grace_us);
    }
}

static void look_around(struct shepherd *s) {
    const int64_t begin = since_boot_us();
    const bool is_boxed = s->spec.bwrap[0] != '\0';
    bool is_growing = false;
    if (!is_boxed || s->root > 0) {
        const uint32_t before = s->processes.n;
        job_processes_find(&s->processes, is_boxed ? s->root : getpid());
        is_growing = s->processes.n > CROWD && s->processes.n > before + before / 2;
        if (s->spec.max_processes > 0 &&
            (s->processes.n - 1 > s->spec.max_processes || !s->processes.is_whole)) {
            end_it(s, END_FAILED, "it had more processes than a job may have");
        } else { // dear where there are many
            look_at_memory(s);
            look_at_disk(s);
        }
        look_at_stop(s);
    }
    const int64_t now = since_boot_us();
    if (now >= s->seen_us) {
        launch_lock_touch(SHEPHERD_LOCK_FILE);
        job_group_renew(&s->spec);
        s->seen_us = now + SEEN_US;
    }
    const int64_t slowest = now < s->begun_us + EARLY_US ? EARLY_LOOK_US : LOOK_US;
    const int64_t usual = is_growing                       ? FIRST_LOOK_US
                          : s->look_every_us * 2 < slowest ? s->look_every_us * 2
                                                           : slowest;
    const int64_t least = (now - begin) * LOOK_SHARE;
    s->look_every_us = least < usual || is_growing ? usual
                       : least > LOOK_MOST_US      ? LOOK_MOST_US
                                                   : least;
    s->look_us = now + s->look_every_us;
}

static void obey_time(struct shepherd *s) {
    const int64_t now = since_boot_us();
    if (!s->is_signalled && now >= s->signal_us) {
        ask_to_end(s, END_LIMIT, s->kill_us - now);
    }
    if (now >= s->kill_us) {
        end_it(s, END_LIMIT, "");
    }
    if (now >= s->look_us) {
        look_around(s);
        if (s->is_signalled && !s->is_told) {
            tell_job(s);
        }
    }
}

static int wait_ms(const struct shepherd *s) {
    int64_t until = s->look_us < s->kill_us ? s->look_us : s->kill_us;
    until = !s->is_signalled && s->signal_us < until ? s->signal_us : until;
    const int64_t left = until - since_boot_us();
    return left <= 0 ? 0 : (int)(left / 1000 + 1);
}

static void tend(struct shepherd *s) {
    enum { N = 4 };
    while (!s->is_over) {
        struct pollfd of[N] = {{.fd = s->signals, .events = POLLIN},
                               {.fd = s->status, .events = POLLIN},
                               {.fd = s->is_open[0] ? s->log[0].pipe : -1, .events = POLLIN},
                               {.fd = s->is_open[1] ? s->log[1].pipe : -1, .events = POLLIN}};
        (void)poll(of, N, wait_ms(s));
        for (int i = 0; i < 2; i++) {
            s->is_open[i] = s->is_open[i] && (!of[2 + i].revents || job_log_take(&s->log[i]));
        }
        if (of[1].revents) {
            hear_sandbox(s);
        }
        if (of[0].revents) {
            reap(s);
        }
        obey_time(s);
    }
    if (s->status >= 0) {
        hear_sandbox(s);
    }
    for (int i = 0; i < 2; i++) { // what the last processes have said
        while (s->is_open[i] && job_log_take(&s->log[i])) {
            struct pollfd more = {.fd = s->log[i].pipe, .events = POLLIN};
            s->is_open[i] = poll(&more, 1, 0) > 0;
        }
    }
}

static void begin(struct shepherd *s, const struct sandbox_ends *ends) {
    s->begun_us = since_boot_us();
    s->kill_us = s->begun_us + s->spec.limit_us;
    const int64_t half = s->spec.limit_us / 2;
    s->signal_us = s->kill_us - (s->spec.grace_us < half ? s->spec.grace_us : half);
    s->look_every_us = FIRST_LOOK_US;
    s->look_us = s->begun_us + FIRST_LOOK_US;
    s->status = s->go = -1;
    s->processes.most = s->spec.max_processes > 0 ? s->spec.max_processes + 2 : 0;
    maru_error err = {0};
    struct sandbox_begun begun;
    if (sandbox_start(&s->spec, ends, &begun, &err) != MARU_OK) {
        s->has_why = true;
        s->why = END_FAILED;
        snprintf(s->look.what, sizeof s->look.what, "%.199s", err.text);
        s->is_over = true;
        return;
    }
    s->child = begun.pid;
    s->status = begun.status;
    s->go = begun.go;
    (void)fcntl(s->status, F_SETFL, O_NONBLOCK);
}

static void tell_starter(const char *word, size_t n) {
    if (!files_write_all(SHEPHERD_WORD_FILE, word, n)) {
        return; // who has started it is gone: nobody hears
    }
}

// Begin the job on its processors. Their marks are this process's until it ends; it stays where it was.
static void begin_on_processors(struct shepherd *s, const struct sandbox_ends *ends) {
    char path[LAUNCH_PATH_BYTES];
    cpu_set_t before;
    const int n = snprintf(path, sizeof path, "%s/processors", s->spec.state);
    const bool is_known = sched_getaffinity(0, sizeof before, &before) == 0;
    if (!s->spec.control_group[0] && is_known && n < (int)sizeof path) {
        (void)job_cpus_take(path, s->spec.cpu_milli);
    }
    begin(s, ends);
    if (is_known) {
        (void)sched_setaffinity(0, sizeof before, &before);
    }
}

static int run(struct shepherd *s) {
    maru_error err = {0};
    int to_job[2] = {-1, -1};
    maru_status st = read_spec(s, &err);
    st = st == MARU_OK ? listen_to_children(s, &err) : st;
    st = st == MARU_OK ? open_logs(s, to_job, &err) : st;
    st = st == MARU_OK ? take_room(s, &err) : st;
    st = st == MARU_OK && s->spec.control_group[0] ? job_group_make(&s->spec, &err) : st;
    st = st == MARU_OK ? say_started(s, &err) : st;
    if (st != MARU_OK) {
        // The pipe is closed behind the lock, by its number, when this process ends: who hears the end of it finds nobody here.
        tell_starter(err.text, strlen(err.text));
        return EXIT_FAILURE;
    }
    const char begun = SHEPHERD_BEGUN;
    tell_starter(&begun, 1);
    close(SHEPHERD_WORD_FILE);
    const struct sandbox_ends ends = {.out = to_job[0], .error = to_job[1]};
    begin_on_processors(s, &ends);
    close(to_job[0]);
    close(to_job[1]);
    s->gpus = s->spec.n_gpu > 0 && !s->is_over ? gpu_watch_start(s->spec.nvml, s->spec.gpus) : NULL;
    tend(s);
    const bool is_clean = gpu_watch_end(s->gpus, &s->look);
    conclude(s);
    for (int i = 0; i < 2; i++) {
        job_log_close(&s->log[i]);
    }
    job_group_remove(s->spec.control_group, s->spec.id);
    keep_end(s);
    if (!is_clean) { // a thread hangs in the driver: nothing of it is waited for
        _exit(EXIT_SUCCESS);
    }
    return EXIT_SUCCESS;
}

int shepherd_main(const char *launch_folder) {
    // nobody's child and no terminal's: what ends maru, or a session, does not end it
    if (fcntl(SHEPHERD_LOCK_FILE, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(SHEPHERD_WORD_FILE, F_SETFD, FD_CLOEXEC) != 0) {
        return EXIT_FAILURE;
    }
    (void)setsid();
    const pid_t second = fork();
    if (second != 0) {
        return second > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    struct shepherd s = {.folder = launch_folder};
    arena_init(&s.arena, SPEC_BYTES);
    const int status = run(&s);
    job_processes_fini(&s.processes);
    arena_fini(&s.arena);
    return status;
}
