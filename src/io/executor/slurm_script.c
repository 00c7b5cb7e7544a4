#include "io/executor/slurm_script.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"

// Two scripts of bash. What people have chosen (words of the command, variables, paths) stands in them between single quotes, in which
// bash reads nothing but the closing quote; it never stands in a command line that ps shows, but for the command's own.
//
//   the job's:  enter the folder -> claim -> logs, clock -> run the part (by srun where there are several) -> end as it ended
//   a part's:   environment -> sandbox -> the command; checkpoint signals go on to it
//
// Slurm's own limit of time counts in minutes; it stands behind the script's, a minute later.

enum {
    MINUTE_S = 60,
    SLURM_MAX_GRACE_S = 65535,
    ACCOUNT_BYTES = 128,
    COMMENT_BYTES = 200,
    TASK_BYTES = 11
};

static int64_t seconds_up(int64_t us) { return us / 1000000 + (us % 1000000 > 0); }

// Seconds between the signal and the end: at most half of what the launch may take, as on one machine (shepherd.c).
static int64_t grace_of(const struct launch *launch) {
    const int64_t grace = seconds_up(launch->grace_us), half = seconds_up(launch->limit_us) / 2;
    return launch->limit_us > 0 && grace > half ? half : grace;
}

static int signal_of(const struct launch *launch) {
    return launch->checkpoint_signal != 0 ? launch->checkpoint_signal : SIGTERM;
}

bool slurm_job_name(const char *mark, const char *id, char *out, size_t cap) {
    const int n = snprintf(out, cap, "%s.%s", mark, id);
    return n > 0 && (size_t)n < cap;
}

// The words of an account's name are those that Slurm and maru both allow; capitals become small, as in Slurm.
static bool add_account_word(const char *word, char *out, size_t cap, size_t *n) {
    for (; *word != '\0'; word++) {
        const char byte = *word >= 'A' && *word <= 'Z' ? (char)(*word - 'A' + 'a') : *word;
        if (*n + 1 >= cap || !strchr("abcdefghijklmnopqrstuvwxyz0123456789-", byte)) {
            return false;
        }
        out[(*n)++] = byte;
    }
    out[*n] = '\0';
    return true;
}

bool slurm_account_name(const char *mark, const char *tenant, const char *project, char *out,
                        size_t cap) {
    const char *const word[] = {tenant, project ? project : ""};
    size_t n = 0;
    bool fits = tenant[0] != '\0' && add_account_word(mark, out, cap, &n);
    for (size_t i = 0; i < 2 && fits; i++) {
        fits = n + 1 < cap;
        if (fits && word[i][0] != '\0') {
            out[n++] = '_';
            fits = add_account_word(word[i], out, cap, &n);
        }
    }
    return fits;
}

void slurm_borrow_name(const char *mark, char out[LAUNCH_QOS_BYTES]) {
    snprintf(out, LAUNCH_QOS_BYTES, "%.*s-borrow", SLURM_MARK_BYTES, mark);
}

static bool is_word_of(const char *text, const char *more) {
    for (; text && *text != '\0'; text++) {
        if (!(*text >= 'a' && *text <= 'z') && !(*text >= 'A' && *text <= 'Z') &&
            !(*text >= '0' && *text <= '9') && !strchr(more, *text)) {
            return false;
        }
    }
    return text != NULL;
}

static maru_status check_parts(const struct launch *launch, maru_error *err) {
    if (launch->n_part == 0 || launch->n_part > LAUNCH_MAX_PARTS || !launch->part) {
        return fail(err, MARU_E_INPUT, "a job has 1 to %d parts", LAUNCH_MAX_PARTS);
    }
    for (size_t i = 0; i < launch->n_part; i++) {
        const struct launch_part *part = &launch->part[i];
        if (part->n_gpu != launch->part[0].n_gpu) {
            return fail(err, MARU_E_INPUT, "on Slurm all parts of a job have as many GPUs");
        }
        if (part->n_gpu > 0 && part->gpu_milli != 1000 && part->gpu_milli != 0) {
            return fail(err, MARU_E_INPUT, "on Slurm a job has whole GPUs, no shares of one");
        }
    }
    return MARU_OK;
}

maru_status slurm_check(const struct launch *launch, const struct slurm_shape *shape,
                        maru_error *err) {
    char name[ACCOUNT_BYTES];
    if (!launch->id || !launch->id[0] || strlen(launch->id) >= LAUNCH_ID_BYTES ||
        !is_word_of(launch->id, "-")) {
        return fail(err, MARU_E_INPUT, "the id of a launch has letters, digits and -");
    }
    if (launch->tenant && launch->tenant[0] &&
        !slurm_account_name(shape->mark, launch->tenant, launch->project, name, sizeof name)) {
        return fail(err, MARU_E_INPUT,
                    "Slurm has no account for tenant %.60s, project %.60s: letters, digits and - "
                    "are possible",
                    launch->tenant, launch->project ? launch->project : "");
    }
    if (!is_word_of(launch->gpu_type ? launch->gpu_type : "", "-_.") ||
        !is_word_of(launch->qos ? launch->qos : "", "-_.")) {
        return fail(err, MARU_E_INPUT, "not a type of GPU or a QOS of Slurm: %.60s, %.60s",
                    launch->gpu_type, launch->qos ? launch->qos : "");
    }
    if (!launch->argv || !launch->argv[0] || !launch->argv[0][0] || !launch->folder ||
        launch->folder[0] != '/' || strchr(launch->folder, '\n')) {
        return fail(err, MARU_E_INPUT, "a job has a command and the absolute path of a folder");
    }
    for (size_t i = 0; launch->env && launch->env[i]; i++) {
        const char *equals = strchr(launch->env[i], '=');
        const size_t n = equals ? strcspn(launch->env[i], "=") : 0;
        if (n == 0 || (launch->env[i][0] >= '0' && launch->env[i][0] <= '9') ||
            strspn(launch->env[i],
                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") < n) {
            return fail(err, MARU_E_INPUT, "NAME=VALUE is asked, not %.80s", launch->env[i]);
        }
    }
    return check_parts(launch, err);
}

// One more word of the command line.
static void MARU_PRINTF(2, 3) add_word(struct slurm_options *options, const char *format, ...) {
    if (options->n + 1 >= SLURM_OPTIONS || options->n_bytes >= sizeof options->bytes) {
        options->n_bytes = sizeof options->bytes;
        return;
    }
    char *to = options->bytes + options->n_bytes;
    const size_t left = sizeof options->bytes - options->n_bytes;
    va_list list;
    va_start(list, format);
    const int n = vsnprintf(to, left, format, list);
    va_end(list);
    if (n < 0 || (size_t)n >= left) {
        options->n_bytes = sizeof options->bytes;
        return;
    }
    options->word[options->n++] = to;
    options->word[options->n] = NULL;
    options->n_bytes += (size_t)n + 1;
}

// For people who look into the queue: what it is called, without what would end a line.
static void add_comment(struct slurm_options *options, const char *name) {
    char comment[COMMENT_BYTES];
    size_t n = 0;
    for (; name && name[n] != '\0' && n + 1 < sizeof comment; n++) {
        comment[n] = (unsigned char)name[n] < ' ' || name[n] == '|' ? ' ' : name[n];
    }
    comment[n] = '\0';
    if (n > 0) {
        add_word(options, "--comment=%s", comment);
    }
}

static void add_resources(struct slurm_options *options, const struct launch *launch) {
    const unsigned n_gpu = launch->part[0].n_gpu;
    add_word(options, "--nodes=%zu", launch->n_part);
    add_word(options, "--ntasks=%zu", launch->n_part);
    add_word(options, "--ntasks-per-node=1");
    if (launch->cpu_milli > 0) {
        add_word(options, "--cpus-per-task=%u", (launch->cpu_milli - 1) / 1000 + 1);
    }
    if (launch->memory_mib > 0) {
        add_word(options, "--mem=%uM", launch->memory_mib);
    }
    if (n_gpu > 0 && launch->gpu_type && launch->gpu_type[0]) {
        add_word(options, "--gres=gpu:%s:%u", launch->gpu_type, n_gpu);
    } else if (n_gpu > 0) {
        add_word(options, "--gres=gpu:%u", n_gpu);
    }
    if (launch->limit_us > 0) {
        add_word(options, "--time=%lld",
                 (long long)seconds_up(launch->limit_us) / MINUTE_S + 2); // minutes
        const int64_t grace = grace_of(launch);
        add_word(options, "--signal=B:%d@%lld", signal_of(launch),
                 (long long)(grace < SLURM_MAX_GRACE_S ? grace : SLURM_MAX_GRACE_S));
    }
}

// What a launch asks of Slurm, whatever it is called and wherever it is.
static void add_asked(struct slurm_options *out, const struct launch *launch,
                      const struct slurm_shape *shape) {
    char name[ACCOUNT_BYTES];
    add_comment(out, launch->name);
    add_word(out, "--open-mode=append");
    if (launch->tenant && launch->tenant[0] &&
        slurm_account_name(shape->mark, launch->tenant, launch->project, name, sizeof name)) {
        add_word(out, "--account=%s", name);
    }
    if (launch->qos && launch->qos[0]) {
        add_word(out, "--qos=%s", launch->qos);
    }
    if (shape->partition && shape->partition[0]) {
        add_word(out, "--partition=%s", shape->partition);
    }
    if (launch->priority != 0) { // a nice job is one that lets others go first
        add_word(out, "--nice=%lld", -(long long)launch->priority);
    }
    add_resources(out, launch);
}

static void add_head(struct slurm_options *out, const char *mark, const char *name,
                     const char *folder) {
    *out = (struct slurm_options){.n = 0};
    add_word(out, "sbatch");
    add_word(out, "--parsable");
    add_word(out,
             "--no-requeue"); // whether it is tried again is for others to say, under another id
    add_word(out, "--job-name=%s.%s", mark, name);
    add_word(out, "--chdir=%s", folder);
}

static maru_status has_room(const struct slurm_options *out, maru_error *err) {
    return out->n_bytes < sizeof out->bytes
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "the command line for Slurm is longer than %d bytes",
                      SLURM_OPTION_BYTES);
}

maru_status slurm_options_of(const struct launch *launch, const struct slurm_shape *shape,
                             struct slurm_options *out, maru_error *err) {
    add_head(out, shape->mark, launch->id, launch->folder);
    add_word(out, "--output=.maru/slurm");
    add_asked(out, launch, shape);
    return has_room(out, err);
}

// "3-7,9": neighbors in the order that is given are a range.
static void add_tasks(struct slurm_options *out, const struct slurm_array *array) {
    char list[SLURM_MAX_TASKS * TASK_BYTES + 1] = "";
    size_t n = 0;
    for (size_t i = 0, to = 0; i < array->n && n < sizeof list; i = to) {
        for (to = i + 1; to < array->n && array->task[to] == array->task[to - 1] + 1; to++) {
        }
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%d", i > 0 ? "," : "",
                              (int)array->task[i]);
        if (to > i + 1 && n < sizeof list) {
            n += (size_t)snprintf(list + n, sizeof list - n, "-%d", (int)array->task[to - 1]);
        }
    }
    add_word(out, "--array=%s", list);
}

maru_status slurm_array_options(const struct slurm_array *array, const struct slurm_shape *shape,
                                struct slurm_options *out, maru_error *err) {
    add_head(out, shape->mark, array->name, array->folder);
    add_word(out, "--output=/dev/null"); // each task has its own
    add_tasks(out, array);
    add_asked(out, array->launch[0], shape);
    return has_room(out, err);
}

static bool is_same_text(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "") == 0;
}

bool slurm_is_same(const struct launch *a, const struct launch *b) {
    return is_same_text(a->array, b->array) && is_same_text(a->tenant, b->tenant) &&
           is_same_text(a->project, b->project) && is_same_text(a->name, b->name) &&
           is_same_text(a->gpu_type, b->gpu_type) && is_same_text(a->qos, b->qos) &&
           a->n_part == b->n_part && a->part[0].n_gpu == b->part[0].n_gpu &&
           a->cpu_milli == b->cpu_milli && a->memory_mib == b->memory_mib &&
           a->limit_us == b->limit_us && a->grace_us == b->grace_us &&
           a->checkpoint_signal == b->checkpoint_signal && a->priority == b->priority;
}

// Between single quotes; a quote inside is '\''.
static void add_quoted(struct text *out, const char *text) {
    text_addz(out, "'");
    for (;;) {
        const size_t n = strcspn(text, "'");
        text_add(out, text, n);
        if (text[n] == '\0') {
            break;
        }
        text_addz(out, "'\\''");
        text += n + 1;
    }
    text_addz(out, "'");
}

static void add_setting(struct text *out, const char *name, const char *value) {
    text_addf(out, "%s=", name);
    add_quoted(out, value);
    text_addz(out, "\n");
}

static maru_status done(const struct text *out, maru_error *err) {
    return out->status == MARU_OK ? MARU_OK
                                  : fail(err, out->status, "the script of a job is too long");
}

// The job's script, behind its settings.
static const char job_claim[] =
    "end() { # SIGNAL: Slurm keeps it. Nothing that comes now is to end this otherwise.\n"
    "    trap '' 36 37 38 TERM; trap - \"$1\"\n"
    "    leave s$1; kill -\"$1\" $$; sleep 9; exit 1\n"
    "}\n"
    "leave() { # HOW: by itself, and when; it stands beside the claim\n"
    "    [ -z \"$me\" ] || printf '%s %(%s)T %s\\n' \"$me\" -1 \"$1\" >\".maru/end-$id\"\n"
    "    [ -z \"$clocks\" ] || kill -9 -- $clocks 2>/dev/null\n"
    "}\n"
    "ulimit -c 0\n"
    "clocks= me=\n"
    "[ -n \"$id\" ] || end 41\n"
    "job=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID} # with its task, an array's number says which job "
    "this is\n"
    "cd -- \"$folder\" 2>/dev/null && mkdir -p .maru 2>/dev/null || end 41\n"
    "[ -z \"$SLURM_ARRAY_TASK_ID\" ] || exec >>.maru/slurm 2>&1\n"
    "token=\"${HOSTNAME:-node}.$$.$(date +%s%N)\" # of this run: a controller that was killed "
    "may "
    "run a job again as if never\n"
    "run=\"$job $token\"\n"
    "mine=\".maru/claim-$id.$job.$token\"\n"
    "echo \"$run\" 2>/dev/null >\"$mine\" || end 41\n"
    "ln \"$mine\" \".maru/claim-$id\" 2>/dev/null # one link of a name: whoever comes later "
    "fails\n"
    "held=; read -r held 2>/dev/null <\".maru/claim-$id\"; rm -f \"$mine\"\n"
    "[ -n \"$held\" ] || end 41\n"
    "[ \"${held% *}\" = \"$job\" ] || end 40\n"
    "[ \"$held\" = \"$run\" ] || end 43\n"
    "me=$run\n";
static const char job_logs[] =
    "keep() { # FILE: what comes, up to the cap; it ends when all who write have ended\n"
    "    trap '' TERM\n"
    "    left=$((cap - 100 - $(stat -c %s \"$1\" 2>/dev/null || echo 0)))\n"
    "    [ $left -le 0 ] || stdbuf -o0 head -c $left >>\"$1\"\n"
    "    more=$(wc -c)\n"
    "    [ \"$more\" = 0 ] || printf '\\n[...+%s bytes]\\n' \"$more\" >>\"$1\"\n"
    "}\n"
    "for f in out err; do # a file of its own, whatever stands there\n"
    "    [ -f $f ] && [ ! -L $f ] || rm -rf -- ./$f\n"
    "done\n"
    "exec {o}> >(keep out); ko=$!\n"
    "exec {e}> >(keep err); ke=$!\n";
static const char job_run[] =
    "why= hit= child= left=50\n"
    "set -m # what follows are process groups, so that all of one can be ended\n"
    "clock() { # SECONDS SIGNAL: one that Slurm ends with all of the job is no end of time\n"
    "    (sleep \"$1\" && kill -\"$2\" $$) >/dev/null 2>&1 {o}>&- {e}>&- & "
    "clocks=\"$clocks "
    "-$!\"; }\n"
    "ask() { # END SECONDS: the checkpoint signal now, an end after the grace\n"
    "    hit=1\n"
    "    [ -z \"$why\" ] || return\n"
    "    why=$1\n"
    "    kill -\"$signal\" $child\n"
    "    clock \"$2\" 37\n"
    "}\n"
    "stop_grace() { local s=$grace; read -r s 2>/dev/null <\".maru/stop-$id\"; echo "
    "\"${s:-$grace}\"; }\n"
    "told() { # by Slurm: of what is borrowed the end; what somebody sends to others by hand goes "
    "on to them\n"
    "    hit=1\n"
    "    case $SLURM_JOB_QOS in # the description, in Slurm 22.05\n"
    "    \"$borrow\"|*:\"$borrow\") ask 44 \"$grace\" ;;\n"
    "    *) kill -\"$signal\" $child ;;\n"
    "    esac\n"
    "}\n"
    "trap told \"$signal\" TERM\n"
    "trap 'ask 42 \"$grace\"' 36\n"
    "trap 'hit=1 left=5; kill -9 -- -$child' 37\n"
    "trap 'ask 38 \"$(stop_grace)\"' 38\n"
    "if [ \"$parts\" = 1 ]; then\n"
    "    bash \".maru/part-$id\" >&$o 2>&$e </dev/null & child=$!\n"
    "else\n"
    "    [ -z \"$SLURM_CPUS_PER_TASK\" ] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK\n"
    "    srun --kill-on-bad-exit=1 bash \".maru/part-$id\" >&$o 2>&$e </dev/null & child=$!\n"
    "fi\n"
    "[ \"$before\" = - ] || clock \"$before\" 36\n"
    "exec {o}>&- {e}>&-\n"
    "while :; do\n"
    "    hit=\n"
    "    wait $child; code=$?\n"
    "    [ -n \"$hit\" ] || break\n"
    "    kill -0 $child 2>/dev/null && continue\n"
    "    wait $child 2>/dev/null; again=$?\n"
    "    [ $again = 127 ] || code=$again\n"
    "    break\n"
    "done\n"
    "for ((i = 0; i < left; i++)); do # a program left behind may keep a log open\n"
    "    kill -0 $ko 2>/dev/null || kill -0 $ke 2>/dev/null || break\n"
    "    sleep 0.1\n"
    "done\n"
    "[ \"$why\" != 42 ] && [ \"$why\" != 44 ] || end \"$why\"\n"
    "# Of parts that end apart the first to fail says how: srun ends the others, and has its "
    "own "
    "code.\n"
    "[ $code = 0 ] || [ \"$parts\" = 1 ] || read -r code 2>/dev/null <\".maru/code-$id\"\n"
    "[ $code = 173 ] && end 45\n"
    "[ $code -gt 128 ] && [ $code -lt 162 ] && end $((code - 128))\n"
    "leave c$code; exit $code\n";

static void add_settings(struct text *out, const struct launch *launch,
                         const struct slurm_shape *shape) {
    const int64_t limit = seconds_up(launch->limit_us), grace = grace_of(launch);
    text_addf(out, "parts=%zu signal=%d grace=%lld cap=%llu\n", launch->n_part, signal_of(launch),
              (long long)grace, (unsigned long long)shape->log_bytes);
    if (limit > 0) {
        text_addf(out, "before=%lld\n", (long long)(limit - grace));
    } else {
        text_addz(out, "before=-\n");
    }
    char borrow[LAUNCH_QOS_BYTES];
    slurm_borrow_name(shape->mark, borrow);
    add_setting(out, "borrow", borrow);
}

static maru_status add_work(struct text *out, maru_error *err) {
    text_addz(out, job_claim);
    text_addz(out, job_logs);
    text_addz(out, job_run);
    return done(out, err);
}

maru_status slurm_write_script(const struct launch *launch, const struct slurm_shape *shape,
                               struct text *out, maru_error *err) {
    text_addz(out, "#!/bin/bash\n# A launch of maru: runs once, ends on time, tells how.\n");
    text_addf(out, "id=%s\n", launch->id);
    add_settings(out, launch, shape);
    add_setting(out, "folder", launch->folder);
    return add_work(out, err);
}

static const char table_begin[] = "<<'TASKS'\n", table_end[] = "\nTASKS\n";

// A folder has no line break in it (slurm_check), and a row of the table begins with a digit: bash reads nothing in it.
maru_status slurm_write_array(const struct slurm_array *array, const struct slurm_shape *shape,
                              struct text *out, maru_error *err) {
    text_addz(out, "#!/bin/bash\n# Launches of maru, each a task: runs once, ends on time, tells "
                   "how.\n");
    add_settings(out, array->launch[0], shape);
    text_addz(out, "id= folder=\n"
                   "while IFS= read -r row; do # TASK LAUNCH FOLDER\n"
                   "    [ \"${row%% *}\" = \"$SLURM_ARRAY_TASK_ID\" ] || continue\n"
                   "    row=${row#* } id=${row%% *} folder=${row#* }\n"
                   "    break\n"
                   "done ");
    text_addz(out, table_begin);
    for (size_t i = 0; i < array->n; i++) {
        text_addf(out, "%d %s %s\n", (int)array->task[i], array->launch[i]->id,
                  array->launch[i]->folder);
    }
    text_addz(out, table_end + 1);
    return add_work(out, err);
}

bool slurm_find_task(const char *script, size_t n, int32_t task, struct slurm_tasked *out) {
    char wanted[TASK_BYTES + 2];
    const size_t n_wanted = (size_t)snprintf(wanted, sizeof wanted, "%d ", (int)task);
    const char *const end = script + n;
    const char *row = memmem(script, n, table_begin, sizeof table_begin - 1);
    row = row ? row + sizeof table_begin - 1 : end;
    while (row < end && *row != 'T') {
        const char *const next = memchr(row, '\n', (size_t)(end - row));
        if (!next) {
            return false;
        }
        const char *const id = row + n_wanted;
        const char *const blank = id < next && memcmp(row, wanted, n_wanted) == 0
                                      ? memchr(id, ' ', (size_t)(next - id))
                                      : NULL;
        if (blank) {
            *out = (struct slurm_tasked){id, blank + 1, (size_t)(blank - id),
                                         (size_t)(next - blank - 1)};
            return true;
        }
        row = next + 1;
    }
    return false;
}

// The same view that a job has on one machine (sandbox.c): work/ as /work, its files in /in, its script, programs of the node, no more.
// An old bubblewrap cannot forbid further namespaces, nor limit a file system in memory; then it is done without.
static void add_sandbox(struct text *out, const struct launch *launch,
                        const struct slurm_shape *shape) {
    static const char view[] =
        "exec 8<<<$'root:x:0:0::/:/usr/sbin/nologin\\nmaru:x:1000:1000::/work:/bin/sh'\n"
        "exec 9<<<$'root:x:0:\\nmaru:x:1000:'\n"
        "inside=(--unshare-user --uid 1000 --gid 1000 --unshare-pid --unshare-ipc "
        "--unshare-uts\n"
        "    --hostname \"$id\" --unshare-cgroup-try --die-with-parent --cap-drop ALL)\n"
        "case $(\"$bwrap\" --help 2>&1) in *--disable-userns*) inside+=(--disable-userns); "
        "sized=1 ;; esac\n"
        "inside+=(--proc /proc --dev /dev --ro-bind /usr /usr --ro-bind-try /opt /opt "
        "--ro-bind-try /sys /sys)\n"
        "for d in /tmp /dev/shm; do\n"
        "    [ -z \"$sized\" ] || [ $memory = 0 ] || inside+=(--size $((memory << 20)))\n"
        "    inside+=(--tmpfs $d)\n"
        "done\n"
        "for d in bin sbin lib lib32 lib64 libx32; do\n"
        "    if [ -L /$d ]; then inside+=(--symlink \"$(readlink /$d)\" /$d)\n"
        "    elif [ -d /$d ]; then inside+=(--ro-bind /$d /$d); fi\n"
        "done\n"
        "for f in alternatives ca-certificates ld.so.cache ld.so.conf ld.so.conf.d localtime "
        "nsswitch.conf \\\n"
        "    OpenCL os-release protocols services ssl/certs ssl/openssl.cnf pki timezone $net; do\n"
        "    inside+=(--ro-bind-try /etc/$f /etc/$f)\n"
        "done\n"
        "inside+=(--ro-bind-data 8 /etc/passwd --ro-bind-data 9 /etc/group)\n"
        "for d in /dev/nvidia* /dev/dri /dev/kfd; do # those of others are closed by Slurm "
        "(ConstrainDevices)\n"
        "    [ ! -e $d ] || inside+=(--dev-bind $d $d)\n"
        "done\n"
        "inside+=(--ro-bind-try \"$folder/script\" /job/script --bind \"$folder/work\" /work "
        "--chdir /work)\n";
    text_addz(out, "bwrap=");
    add_quoted(out, shape->bwrap);
    text_addz(out,
              launch->has_network ? " net='gai.conf host.conf hosts resolv.conf'\n" : " net=\n");
    text_addz(out, view);
    if (!launch->has_network) {
        text_addz(out, "inside+=(--unshare-net)\n");
    }
    for (size_t i = 0; i < launch->n_file; i++) {
        text_addz(out, "inside+=(--ro-bind ");
        add_quoted(out, launch->file[i].path);
        text_addz(out, " /in/");
        add_quoted(out, launch->file[i].name);
        text_addz(out, ")\n");
    }
    if (shape->program && shape->program[0]) { // so that a job can be work of maru's own
        text_addz(out, "inside+=(--ro-bind-try \"$programs/maru\" /job/bin/maru)\n");
    }
    text_addz(out, "home=/work in=/in\n");
}

static void add_bare(struct text *out, const struct launch *launch) {
    text_addz(out, "inside=() home=$folder/work in=$folder/.maru/in\n");
    for (size_t i = 0; i < launch->n_file; i++) {
        text_addz(out, "mkdir -p \"$in\"; ln -sfn -- ");
        add_quoted(out, launch->file[i].path);
        text_addz(out, " \"$in\"/");
        add_quoted(out, launch->file[i].name);
        text_addz(out, "\n");
    }
}

// What the tenant has chosen never becomes bubblewrap's own environment, nor bash's: LD_PRELOAD in it would run outside.
static void add_environment(struct text *out, const struct launch *launch,
                            const struct slurm_shape *shape) {
    const bool is_inside = shape->bwrap && shape->bwrap[0];
    text_addz(out,
              "for v in $(compgen -e); do\n"
              "    case $v in SLURM_*|CUDA_VISIBLE_DEVICES|ROCR_VISIBLE_DEVICES) ;; *) unset "
              "\"$v\" ;; esac\n"
              "done\n"
              "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=$home "
              "MARU_IN=$in MARU_PART=${SLURM_PROCID:-0}\n");
    text_addf(out, "[ -z \"$programs\" ] || PATH=%s:$PATH\n", is_inside ? "/job/bin" : "$programs");
    text_addf(out, "export MARU_JOB=%s MARU_PARTS=%zu MARU_GPUS=%u\n", launch->id, launch->n_part,
              (unsigned)launch->part[0].n_gpu);
    text_addz(out, is_inside ? "" : "own=(env)\n");
    for (size_t i = 0; launch->env && launch->env[i]; i++) {
        const size_t n = strcspn(launch->env[i], "=");
        text_addz(out, is_inside ? "inside+=(--setenv " : "own+=(");
        text_add(out, launch->env[i], is_inside ? n : n + 1);
        text_addz(out, is_inside ? " " : "");
        add_quoted(out, launch->env[i] + n + 1);
        text_addz(out, ")\n");
    }
    // Options of bubblewrap go through a file: everybody can read a command line.
    text_addz(out, is_inside ? "exec 7< <(printf '%s\\0' \"${inside[@]}\")\n"
                               "own=(\"$bwrap\" --args 7 --)\n"
                             : "");
}

maru_status slurm_write_part(const struct launch *launch, const struct slurm_shape *shape,
                             struct text *out, maru_error *err) {
    // Below bwrap stands the first process of the namespace, below that the command: signals go to it.
    static const char wait[] =
        "target() {\n"
        "    local at=$child down next\n"
        "    [ ${#inside[@]} -gt 0 ] || { echo $at; return; }\n"
        "    for down in 1 2; do # the list ends without a line break, at which read says no\n"
        "        next=; read -r next _ 2>/dev/null <\"/proc/$at/task/$at/children\"\n"
        "        [ -n \"$next\" ] || return\n"
        "        at=$next\n"
        "    done\n"
        "    echo $at\n"
        "}\n"
        "hit=\n"
        "trap 'hit=1; t=$(target); [ -z \"$t\" ] || kill -$signal $t' \"$signal\" TERM\n"
        "( trap - \"$signal\" TERM; exec \"${own[@]}\" \"${command[@]}\" ) & child=$!\n"
        "while :; do\n"
        "    hit=\n"
        "    wait $child; code=$?\n"
        "    [ -n \"$hit\" ] || break\n"
        "    kill -0 $child 2>/dev/null && continue\n"
        "    wait $child 2>/dev/null; again=$?\n"
        "    [ $again = 127 ] || code=$again\n"
        "    break\n"
        "done\n"
        "[ $code = 0 ] || (set -C; echo $code >\"$folder/.maru/code-$id\") 2>/dev/null\n"
        "if [ $code -gt 128 ] && [ $code -lt 162 ]; then trap - \"$signal\" TERM; kill -$((code - "
        "128)) $$; fi\n"
        "exit $code\n";
    text_addz(out, "#!/bin/bash\nulimit -c 0\n");
    text_addf(out, "id=%s signal=%d memory=%u sized=\n", launch->id, signal_of(launch),
              launch->memory_mib);
    add_setting(out, "folder", launch->folder);
    add_setting(out, "programs", shape->program ? shape->program : "");
    text_addz(out, "cd -- \"$folder/work\" || exit 1\n");
    if (shape->bwrap && shape->bwrap[0]) {
        add_sandbox(out, launch, shape);
    } else {
        add_bare(out, launch);
    }
    add_environment(out, launch, shape);
    text_addz(out, "command=(");
    for (size_t i = 0; launch->argv[i]; i++) {
        text_addz(out, i > 0 ? " " : "");
        add_quoted(out, launch->argv[i]);
    }
    text_addz(out, ")\n");
    text_addz(out, "[ ${#inside[@]} -gt 0 ] || [ \"${command[0]}\" != /job/script ] || "
                   "command[0]=$folder/script\n");
    text_addz(out, "case ${command[0]} in */*) ;; *)\n"
                   "    PATH=${programs:+$programs:}$PATH type -P -- \"${command[0]}\" >/dev/null "
                   "|| { echo \"no such program: "
                   "${command[0]}\" >&2; kill -45 $$; }\n"
                   "esac\n");
    text_addz(out, wait);
    return done(out, err);
}
