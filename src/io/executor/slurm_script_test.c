#include "io/executor/slurm_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define S INT64_C(1000000)

static const struct launch_part part[] = {{.n_gpu = 2, .gpu_milli = 1000},
                                          {.n_gpu = 2, .gpu_milli = 1000}};
static const struct slurm_shape bare = {
    .mark = "maru", .partition = "", .bwrap = "", .log_bytes = 1 << 20};
static const char *const nasty_argv[] = {"sh", "-c", "echo 'a b' \"$X\" `id` $(id) \\ \n;", NULL};
static const char *const nasty_env[] = {"X=it's; $(touch x)`touch y`\n\"\\",
                                        "LD_PRELOAD=/work/x.so", NULL};

static struct launch usual(void) {
    return (struct launch){.id = "a-1",
                           .tenant = "vision",
                           .project = "base",
                           .name = "a name|with\na line",
                           .folder = "/tmp/it's here",
                           .argv = nasty_argv,
                           .env = nasty_env,
                           .part = part,
                           .n_part = 1,
                           .gpu_type = "h100",
                           .cpu_milli = 1500,
                           .memory_mib = 100,
                           .limit_us = 61 * S,
                           .grace_us = 10 * S,
                           .qos = ""};
}

static bool has_word(const struct slurm_options *options, const char *word) {
    for (size_t i = 0; i < options->n; i++) {
        if (strcmp(options->word[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static void options_of_a_launch(void **state) {
    static const char *const want[] = {
        "--parsable", "--no-requeue",     "--job-name=maru.a-1", "--account=maru_vision_base",
        "--nodes=1",  "--ntasks=1",       "--cpus-per-task=2",   "--mem=100M",
        "--time=3",   "--signal=B:15@10", "--gres=gpu:h100:2",   "--comment=a name with a line"};
    struct slurm_options options;
    const struct launch launch = usual();
    maru_error err = {0};
    (void)state;
    assert_int_equal(slurm_check(&launch, &bare, &err), MARU_OK);
    assert_int_equal(slurm_options_of(&launch, &bare, &options, &err), MARU_OK);
    assert_null(options.word[options.n]);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        if (!has_word(&options, want[i])) {
            fail_msg("no %s", want[i]);
        }
    }
    for (size_t i = 0; i < options.n; i++) {
        assert_null(strchr(options.word[i], '\n'));
    }
}

// What Slurm would have to treat otherwise is no task of the same array.
static void arrays_are_of_one_kind(void **state) {
    const struct launch_part other_part = {.n_gpu = 1, .gpu_milli = 1000};
    const struct launch one = usual();
    struct launch other[9];
    (void)state;
    for (size_t i = 0; i < 9; i++) {
        other[i] = one;
    }
    other[0].limit_us++;
    other[1].grace_us++;
    other[2].memory_mib++;
    other[3].cpu_milli++;
    other[4].priority++;
    other[5].project = "side";
    other[6].array = "b-1";
    other[7].part = &other_part;
    other[8].n_part = 2;
    assert_true(slurm_is_same(&one, &one));
    for (size_t i = 0; i < 9; i++) {
        if (slurm_is_same(&one, &other[i]) || slurm_is_same(&other[i], &one)) {
            fail_msg("case %zu", i);
        }
    }
}

static void names_of_accounts(void **state) {
    char name[64], other[64], little[12];
    (void)state;
    assert_true(slurm_account_name("maru", "Vision", "a-b", name, sizeof name));
    assert_string_equal(name, "maru_vision_a-b");
    assert_true(slurm_account_name("maru", "a-b", "c", name, sizeof name));
    assert_true(slurm_account_name("maru", "a", "b-c", other, sizeof other));
    assert_string_not_equal(name, other); // two tenants never have one account
    assert_true(slurm_account_name("maru", "a", NULL, name, sizeof name));
    assert_string_equal(name, "maru_a");
    static const char *const bad[] = {"", "a_b", "a b", "a;b", "가", "a/b", "a=b"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(slurm_account_name("maru", bad[i], "p", name, sizeof name));
    }
    assert_false(slurm_account_name("maru", "abcdefgh", "p", little, sizeof little));
}

static void what_slurm_cannot_run(void **state) {
    static const struct launch_part mixed[] = {{.n_gpu = 2, .gpu_milli = 1000},
                                               {.n_gpu = 1, .gpu_milli = 1000}},
                                    share[] = {{.n_gpu = 1, .gpu_milli = 500}};
    static const char *const bad_env[] = {"1X=2", NULL};
    struct launch launch[6];
    maru_error err = {0};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        launch[i] = usual();
    }
    launch[0].part = mixed;
    launch[0].n_part = 2;
    launch[1].part = share;
    launch[2].env = bad_env;
    launch[3].gpu_type = "h100 --wrap=x";
    launch[4].tenant = "a b";
    launch[5].id = "a;b";
    for (size_t i = 0; i < 6; i++) {
        if (slurm_check(&launch[i], &bare, &err) != MARU_E_INPUT || err.text[0] == '\0') {
            fail_msg("launch %zu may run", i);
        }
    }
}

// What bash makes of a script: its exit status, and what it prints.
static int run(const char *option, const struct text *script, char *out, size_t cap) {
    char path[] = "/tmp/maru_script_XXXXXX";
    int ends[2] = {-1, -1}, status = 0;
    const int file = mkstemp(path);
    assert_true(file >= 0 && pipe(ends) == 0 &&
                write(file, script->bytes, script->n_bytes) == (ssize_t)script->n_bytes);
    close(file);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        execlp("bash", "bash", option, path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    size_t n = 0;
    for (ssize_t got = 1; got > 0 && n + 1 < cap; n += (size_t)(got > 0 ? got : 0)) {
        got = read(ends[0], out + n, cap - 1 - n);
    }
    out[n] = '\0';
    close(ends[0]);
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    unlink(path);
    return WEXITSTATUS(status);
}

// Both scripts are good bash, whatever words people chose, bare and in a sandbox.
static void scripts_are_bash(void **state) {
    const struct slurm_shape shapes[] = {bare,
                                         {"maru", "", "/usr/bin/bw'rap", "/a folder's", 4096}};
    char said[4096];
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct launch launch = usual();
        struct text script, its_part;
        maru_error err = {0};
        launch.n_part = 1 + i / 2;
        text_init(&script, 1 << 20);
        text_init(&its_part, 1 << 20);
        assert_int_equal(slurm_write_script(&launch, &shapes[i % 2], &script, &err), MARU_OK);
        assert_int_equal(slurm_write_part(&launch, &shapes[i % 2], &its_part, &err), MARU_OK);
        assert_int_equal(run("-n", &script, said, sizeof said), 0);
        assert_string_equal(said, "");
        assert_int_equal(run("-n", &its_part, said, sizeof said), 0);
        assert_string_equal(said, "");
        // A tenant's variables reach the command alone.
        assert_null(strstr(its_part.bytes, "export LD_PRELOAD"));
        text_fini(&script);
        text_fini(&its_part);
    }
}

// Each task finds its launch and its folder in the script of its array, whatever the folder is called, and bash reads the same.
static void tasks_of_an_array(void **state) {
    static const char *const folder[] = {"/tmp/it's here", "/tmp/ends with blanks  ",
                                         "/tmp/$(x)`y`\\", "/tmp/TASKS"};
    static const int32_t task[] = {0, 1, 2, 17};
    struct launch launch[4];
    const struct launch *list[4];
    char id[4][LAUNCH_ID_BYTES];
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        launch[i] = usual();
        snprintf(id[i], sizeof id[i], "b%zu-1", i);
        launch[i].id = id[i];
        launch[i].folder = folder[i];
        list[i] = &launch[i];
        assert_true(slurm_is_same(&launch[0], &launch[i]));
    }
    const struct slurm_array array = {"b-1", "/tmp", list, task, 4};
    struct slurm_options options;
    struct slurm_tasked tasked;
    struct text text;
    maru_error err = {0};
    assert_int_equal(slurm_array_options(&array, &bare, &options, &err), MARU_OK);
    assert_true(has_word(&options, "--array=0-2,17") && has_word(&options, "--chdir=/tmp") &&
                has_word(&options, "--job-name=maru.b-1") &&
                has_word(&options, "--output=/dev/null"));
    text_init(&text, 1 << 20);
    assert_int_equal(slurm_write_array(&array, &bare, &text, &err), MARU_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_true(slurm_find_task(text.bytes, text.n_bytes, task[i], &tasked));
        assert_int_equal(tasked.n_id, strlen(id[i]));
        assert_memory_equal(tasked.id, id[i], tasked.n_id);
        assert_int_equal(tasked.n_folder, strlen(folder[i]));
        assert_memory_equal(tasked.folder, folder[i], tasked.n_folder);
    }
    assert_false(slurm_find_task(text.bytes, text.n_bytes, 3, &tasked));
    for (size_t n = 0; n < text.n_bytes; n++) { // of no part of it more than is there
        if (slurm_find_task(text.bytes, n, 17, &tasked)) {
            assert_true(tasked.folder + tasked.n_folder <= text.bytes + n);
        }
    }
    // Up to the table, as bash reads it.
    char *const end = strstr(text.bytes, "\nTASKS\n");
    assert_non_null(end);
    for (size_t i = 0; i < 4; i++) {
        struct text script;
        text_init(&script, 1 << 20);
        text_addf(&script,
                  "SLURM_ARRAY_TASK_ID=%d\n%.*s\nTASKS\nprintf '%%s|%%s|\\n' \"$id\" \"$folder\"",
                  (int)task[i], (int)(end - text.bytes), text.bytes);
        char said[512], want[512];
        assert_int_equal(run("--", &script, said, sizeof said), 0);
        snprintf(want, sizeof want, "%s|%s|\n", id[i], folder[i]);
        assert_string_equal(said, want);
        text_fini(&script);
    }
    text_fini(&text);
}

// What a part hands to its command is what was asked, byte by byte.
static void words_arrive_whole(void **state) {
    static const char *const argv[] = {"printf",          "<%s>", "it's", "a b",
                                       "$HOME `id` \"\\", "",     NULL};
    char folder[] = "/tmp/maru_part_XXXXXX", said[4096], work[64], inner[64];
    struct launch launch = usual();
    struct text script;
    maru_error err = {0};
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(work, sizeof work, "%s/work", folder);
    snprintf(inner, sizeof inner, "%s/.maru", folder);
    assert_true(mkdir(work, 0700) == 0 && mkdir(inner, 0700) == 0);
    launch.folder = folder;
    launch.argv = argv;
    launch.env = (const char *const[]){"GREETING=it's \"quoted\"", NULL};
    text_init(&script, 1 << 20);
    assert_int_equal(slurm_write_part(&launch, &bare, &script, &err), MARU_OK);
    assert_int_equal(run("--", &script, said, sizeof said), 0);
    assert_string_equal(said, "<it's><a b><$HOME `id` \"\\><>");
    text_fini(&script);
    // maru is found where the server has put it, before that of the node.
    struct slurm_shape shape = bare;
    char program[64];
    shape.program = folder;
    snprintf(program, sizeof program, "%s/maru", folder);
    assert_int_equal(symlink("/bin/echo", program), 0);
    launch.argv = (const char *const[]){"maru", "it", "is", NULL};
    text_init(&script, 1 << 20);
    assert_int_equal(slurm_write_part(&launch, &shape, &script, &err), MARU_OK);
    assert_int_equal(run("--", &script, said, sizeof said), 0);
    assert_string_equal(said, "it is\n");
    text_fini(&script);
    assert_int_equal(unlink(program), 0);
    assert_true(rmdir(work) == 0 && rmdir(inner) == 0 && rmdir(folder) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_of_a_launch),    cmocka_unit_test(tasks_of_an_array),
        cmocka_unit_test(arrays_are_of_one_kind), cmocka_unit_test(names_of_accounts),
        cmocka_unit_test(what_slurm_cannot_run),  cmocka_unit_test(scripts_are_bash),
        cmocka_unit_test(words_arrive_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
