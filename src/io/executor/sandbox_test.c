#include "io/executor/sandbox.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "io/executor/trial_launches.h"

// What one job can do to others and to the machine, tried by jobs that want to.

enum { MEGABYTE = 1 << 20 };

// B's secret: in his folder, in the environment of his processes, in the state of the executor, in a file of the machine.
#define SECRET "the-secret-of-b"

static void start_b(const char *id) {
    const char *const argv[] = {"bash", "-c",
                                "echo $WORD >secret; exec -a " SECRET "-program sleep 300", NULL};
    const char *const env[] = {"WORD=" SECRET, NULL};
    struct launch launch = usual(id, argv);
    launch.env = env;
    start(&launch);
    wait_for_file(id, "work/secret");
    assert_string_equal(file_of(id, "work/secret"), SECRET "\n");
}

static void stop_b(const char *id) {
    assert_int_equal(executor_stop(executor, id, 0, NULL), MARU_OK);
    assert_int_equal(ended(id).end, END_STOPPED);
}

// A tries all paths that he can guess, from inside and through other processes, and reads all of /proc and what can be named.
static void test_files_and_processes(void **context) {
    (void)context;
    start_b("b");
    char script[2048];
    snprintf(script, sizeof script,
             "for r in '' /proc/1/root /proc/2/root /proc/self/root /work/.. /proc/1/cwd/..; do\n"
             "  cat $r%s/b/work/secret $r%s/b/out $r%s/launches/b/spec $r/etc/shadow "
             "$r/root/.bashrc; ls -R $r%s $r/home $r/root $r/run\n"
             "done\n"
             "ln -s %s/b/work/secret link; cat link\n"
             "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'\n"
             "grep -rs 'the-secret-of[-]b'"
             " /work /tmp /in /job /etc /dev/shm /var /home /root /run /srv /mnt --exclude=out\n"
             "echo processes: $(ls -d /proc/[0-9]* | wc -l)\n"
             "echo >/tmp/left; echo >/dev/shm/left; touch /etc/x /usr/x /x /dev/x /in/x && echo "
             "written\n"
             "echo end",
             root, root, state, root, root);
    const char *const argv[] = {"bash", "/job/script", NULL};
    const struct launch launch = usual("a", argv);
    const struct trial_path path =
        path_of("a", "script"); // its own words are not among what it finds
    assert_int_equal(files_replace(path.text, script, strlen(script), NULL), MARU_OK);
    start(&launch);
    assert_int_equal(ended("a").exit_code, 0);
    const char *said = file_of("a", "out");
    assert_non_null(strstr(said, "\nend\n"));
    assert_null(strstr(said, SECRET));
    assert_null(strstr(said, "written"));
    const char *count = strstr(said, "processes: ");
    assert_non_null(count);
    assert_true(strtol(count + strlen("processes: "), NULL, 10) < 8);
    stop_b("b");
    start_shell("next", "ls /tmp /dev/shm"); // nothing stays for the next one
    assert_int_equal(ended("next").exit_code, 0);
    assert_null(strstr(file_of("next", "out"), "left"));
}

static void test_signals_do_not_leave(void **context) {
    (void)context;
    start_b("b-two");
    start_shell("killer", "trap '' TERM KILL HUP; kill -9 -1; for p in $(seq 3 65536); do kill -9 "
                          "$p; done 2>/dev/null; echo done");
    (void)ended("killer");
    assert_int_equal(look("b-two").state, LAUNCH_RUNNING);
    stop_b("b-two");
}

// Is somebody listening on the machine's loopback? A job may connect where it may use the network, and else not.
static int listen_on_loopback(uint16_t *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(file >= 0 && bind(file, (struct sockaddr *)&at, n) == 0 && listen(file, 8) == 0);
    assert_int_equal(getsockname(file, (struct sockaddr *)&at, &n), 0);
    *port = ntohs(at.sin_port);
    return file;
}

static void test_network(void **context) {
    (void)context;
    uint16_t port = 0;
    const int listening = listen_on_loopback(&port);
    char script[512];
    snprintf(script, sizeof script,
             "(exec 3<>/dev/tcp/127.0.0.1/%u) 2>/dev/null && echo connected; "
             "(exec 3<>/dev/udp/192.0.2.1/9; echo x >&3) 2>/dev/null && echo sent; "
             "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | tr '\\n' ' '",
             port);
    const char *const argv[] = {"bash", "-c", script, NULL};
    struct launch launch = usual("denied", argv);
    start(&launch);
    assert_int_equal(ended("denied").end, END_EXIT);
    assert_string_equal(file_of("denied", "out"), "lo ");
    launch = usual("allowed", argv);
    launch.has_network = true;
    start(&launch);
    assert_int_equal(ended("allowed").end, END_EXIT);
    assert_non_null(strstr(file_of("allowed", "out"), "connected\n"));
    close(listening);
}

static void test_privileges(void **context) {
    (void)context;
    start_shell(
        "rights",
        "grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\n'; "
        "id -u; unshare -Ur true 2>/dev/null && echo namespace; "
        "perl -e 'print syscall(250, 0, 0, 0, 0, 0), \" \", $!+0, \"\\n\"'; " // keyctl
        "mount -t tmpfs none /tmp 2>/dev/null && echo mounted; ls -l /proc/self/fd | wc -l");
    assert_int_equal(ended("rights").end, END_EXIT);
#ifdef __x86_64__
    assert_string_equal(
        file_of("rights", "out"),
        "CapPrm:\t0000000000000000CapEff:\t0000000000000000CapBnd:\t0000000000000000"
        "NoNewPrivs:\t1Seccomp:\t21000\n-1 1\n5\n");
#endif
}

static void test_environment(void **context) {
    (void)context;
    (void)setenv("MARU_TRIAL_SECRET", SECRET, 1);
    const char *const argv[] = {"env", NULL};
    const char *const env[] = {"MINE=a b=c", "EMPTY=", "LD_PRELOAD=/work/none.so", "HOME=/nowhere",
                               NULL};
    struct launch launch = usual("env", argv);
    launch.env = env;
    start(&launch);
    assert_int_equal(ended("env").exit_code, 0);
    char sorted[512];
    snprintf(sorted, sizeof sorted, "sort %s | tr '\\n' '|' >%s", path_of("env", "out").text,
             path_of("env", "sorted").text);
    assert_int_equal(command(sorted), 0);
    assert_string_equal(file_of("env", "sorted"),
                        "CUDA_VISIBLE_DEVICES=|EMPTY=|HOME=/nowhere|LD_PRELOAD=/work/"
                        "none.so|MARU_GPUS=0|MARU_JOB=env|MINE=a b=c|"
                        "PATH=/job/bin:/usr/local/bin:/usr/bin:/bin|PWD=/work|");
    // bubblewrap itself, outside, did not load it: the only complaint is the job's own
    const char *complaint = strstr(file_of("env", "err"), "none.so");
    assert_non_null(complaint);
    assert_null(strstr(complaint + 1, "none.so"));
}

static void test_files_in(void **context) {
    (void)context;
    const char *const argv[] = {"bash", "-c", "cat '/in/odd name' && ! echo x >>'/in/odd name'",
                                NULL};
    struct launch launch = usual("files", argv);
    const struct trial_path path = path_of("files", "given");
    assert_int_equal(files_replace(path.text, "given\n", 6, NULL), MARU_OK);
    const struct launch_file file = {.name = "odd name", .path = path.text};
    launch.file = &file;
    launch.n_file = 1;
    start(&launch);
    assert_int_equal(ended("files").exit_code, 0);
    assert_string_equal(file_of("files", "out"), "given\n");
    assert_string_equal(file_of("files", "given"), "given\n");
}

// The program that tends it is a command of the job, and only to be read.
static void test_program(void **context) {
    (void)context;
    start_shell("program",
                "command -v maru; ! touch /job/bin/maru 2>/dev/null && rm -f /job/bin/maru "
                "2>/dev/null; cksum </job/bin/maru");
    assert_int_equal(ended("program").exit_code, 0);
    char script[256];
    snprintf(script, sizeof script, "(echo /job/bin/maru; cksum </proc/%d/exe) | cmp - %s",
             (int)getpid(), path_of("program", "out").text);
    assert_int_equal(command(script), 0);
}

// ---- limits

static enum launch_end ends_with(const char *id, const char *script, uint32_t memory_mib) {
    const char *const argv[] = {"bash", "-c", script, NULL};
    struct launch launch = usual(id, argv);
    launch.memory_mib = memory_mib;
    launch.limit_us = 15 * (int64_t)SECOND;
    start(&launch);
    return ended(id).end;
}

// Fill a folder with so many pieces of 10 MB (no file may be as large as the disk may have).
#define FILL "fill() { for i in $(seq $2); do head -c 10M /dev/zero >$1/$i; done; }; "

static void test_memory(void **context) {
    (void)context;
    enum { LIMIT = 100 };
    assert_int_equal(ends_with("one", "tail /dev/zero", LIMIT), END_MEMORY);
    assert_int_equal(ends_with("many",
                               "for i in 1 2 3 4 5 6; do (head -c 30M /dev/zero; sleep 10) | "
                               "tail -c 30M & done; wait",
                               LIMIT),
                     END_MEMORY);
}

// Both folders in memory count, together with processes, and neither holds more than the limit.
static void test_memory_folders(void **context) {
    (void)context;
    enum { LIMIT = 100 };
    assert_int_equal(ends_with("both", FILL "fill /tmp 6; fill /dev/shm 6; sleep 10", LIMIT),
                     END_MEMORY);
    assert_int_equal(ends_with("full", FILL "fill /tmp 11; sleep 10", LIMIT), END_MEMORY);
    assert_int_equal(ends_with("modest", FILL "fill /tmp 4; sleep 0.5", LIMIT), END_EXIT);
    const int64_t most = look("modest").max_memory_bytes;
    assert_true(most >= INT64_C(40) * MEGABYTE && most <= INT64_C(1) * LIMIT * MEGABYTE);
}

// Pages that processes share are theirs once: eight that were forked with 30 MB take little more than 30 MB.
static void test_memory_shared(void **context) {
    (void)context;
    assert_int_equal(
        ends_with(
            "shared",
            "perl -e '$x = \"a\" x 30e6; for (1..8) { fork or do { sleep 1; exit } } sleep 1'",
            120),
        END_EXIT);
}

static void test_many_processes(void **context) {
    (void)context;
    // in a line: what doubles itself is tried where the kernel bounds it (crowd_test)
    assert_int_equal(ends_with("sleepers", "for i in $(seq 3000); do sleep 100 & done; wait", 0),
                     getuid() == 0 ? END_FAILED : END_EXIT);
    assert_true(getuid() != 0 || strstr(look("sleepers").what, "processes"));
    assert_int_equal(ends_with("few", "for i in $(seq 20); do sleep 0.3 & done; wait", 0),
                     END_EXIT);
}

static void test_disk(void **context) {
    (void)context;
    assert_int_equal(
        ends_with(
            "disk",
            "mkdir -p a/b; for i in $(seq 40); do head -c 1M /dev/zero >a/b/$i; done; sleep 10", 0),
        END_FAILED);
    assert_non_null(strstr(look("disk").what, "disk"));
    assert_int_equal(ends_with("onefile", "head -c 40M /dev/zero >a; sleep 10", 0) != END_EXIT ||
                         look("onefile").exit_code != 0,
                     true);
}

static void test_log_cap(void **context) {
    (void)context;
    assert_int_equal(ends_with("talker", "seq 1 2000000; echo last >&2", 0), END_EXIT);
    struct stat its;
    assert_int_equal(stat(path_of("talker", "out").text, &its), 0);
    assert_true(its.st_size <= MEGABYTE && its.st_size > MEGABYTE - 200);
    char script[256];
    snprintf(script, sizeof script, "tail -n1 %s | grep -q '^\\[...+[0-9]* bytes\\]$'",
             path_of("talker", "out").text);
    assert_int_equal(command(script), 0);
    assert_string_equal(file_of("talker", "err"), "last\n");
}

int main(int argc, char **argv) {
    trial_shepherd(argc, argv);
    settings.max_processes = 60;
    settings.log_bytes = MEGABYTE;
    settings.disk_bytes = UINT64_C(20) * MEGABYTE;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_and_processes),
        cmocka_unit_test(test_signals_do_not_leave),
        cmocka_unit_test(test_network),
        cmocka_unit_test(test_privileges),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_files_in),
        cmocka_unit_test(test_program),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_memory_folders),
        cmocka_unit_test(test_memory_shared),
        cmocka_unit_test(test_many_processes),
        cmocka_unit_test(test_disk),
        cmocka_unit_test(test_log_cap),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
