#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/tenant.h"
#include "store/trial_place.h"

// A store of its own for each test. Laws: what was acknowledged is there after the
// process was killed; tenants never meet; the audit log shows every edit.

struct scene {
    struct trial_place place;
    struct store *store;
    struct tenant *local;
    char secret[STORE_SECRET_BYTES];
};

static void open_scene(struct scene *s) {
    maru_error err = {0};
    if (store_open(s->place.text, &s->store, s->secret, &err) != MARU_OK ||
        store_hold(s->store, "local", &s->local, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static void close_scene(struct scene *s) {
    store_release(s->store, s->local);
    store_close(s->store);
}

static int setup(void **state) {
    struct scene *s = calloc(1, sizeof *s);
    if (!s) {
        return -1;
    }
    if (!trial_place_make(&s->place)) {
        free(s);
        return -1;
    }
    open_scene(s);
    *state = s;
    return 0;
}

static int teardown(void **state) {
    struct scene *s = *state;
    close_scene(s);
    trial_place_remove(&s->place);
    free(s);
    return 0;
}

static const struct version_facts sound = {
    .is_sound = true, .n_note = 2, .size = "{\"tools\":5}", .check = "{\"sound\":true}"};

static maru_status add_plant(struct tenant *tenant, const char *content, char id[STORE_ID_BYTES]) {
    const maru_file file[] = {{.name = "routes.csv", .bytes = content, .n_bytes = strlen(content)},
                              {.name = "tools.csv", .bytes = "", .n_bytes = 0}};
    int64_t number = 0;
    id[0] = '\0';
    return tenant_add_version(tenant, id, "plant", "tester", file, 2, &sound, &number, NULL);
}

// ---- tokens

static void a_secret_opens_its_tenant_and_only_that(void **state) {
    struct scene *s = *state;
    struct token token = {.tenant = "acme", .name = "robot", .role = ROLE_ENGINEER};
    struct token found;
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    assert_true(strlen(s->secret) > 64); // the first admin's
    assert_int_equal(store_find_token(s->store, s->secret, &found, &err), MARU_OK);
    assert_string_equal(found.tenant, "local");
    assert_int_equal(found.role, ROLE_ADMIN);
    assert_int_equal(store_add_token(s->store, &token, secret, &err),
                     MARU_E_USAGE); // no tenant yet
    assert_int_equal(store_add_tenant(s->store, "acme", &err), MARU_OK);
    assert_int_equal(store_add_tenant(s->store, "acme", &err), MARU_E_USAGE);
    assert_int_equal(store_add_token(s->store, &token, secret, &err), MARU_OK);
    assert_int_equal(store_find_token(s->store, secret, &found, &err), MARU_OK);
    assert_string_equal(found.tenant, "acme");
    assert_string_equal(found.name, "robot");
    for (size_t i = 0; i < strlen(secret); i++) { // one changed character opens nothing
        char wrong[STORE_SECRET_BYTES];
        memcpy(wrong, secret, sizeof wrong);
        wrong[i] = wrong[i] == '0' ? '1' : '0';
        assert_int_equal(store_find_token(s->store, wrong, &found, NULL), MARU_E_USAGE);
    }
    assert_int_equal(store_find_token(s->store, "", &found, NULL), MARU_E_USAGE);
    assert_int_equal(store_delete_token(s->store, "local", token.id, &err), MARU_E_USAGE);
    assert_int_equal(store_delete_token(s->store, "acme", token.id, &err), MARU_OK);
    assert_int_equal(store_find_token(s->store, secret, &found, &err), MARU_E_USAGE);
    token.expires_ms = 1000; // long ago
    assert_int_equal(store_add_token(s->store, &token, secret, &err), MARU_OK);
    assert_int_equal(store_find_token(s->store, secret, &found, &err), MARU_E_USAGE);
}

static bool file_has(const char *path, const char *text) {
    FILE *file = fopen(path, "rb");
    bool has = false;
    if (!file) {
        return false;
    }
    fseek(file, 0, SEEK_END);
    const size_t n = (size_t)ftell(file);
    char *bytes = calloc(n + 1, 1);
    rewind(file);
    if (bytes && fread(bytes, 1, n, file) == n) {
        has = memmem(bytes, n, text, strlen(text)) != NULL;
    }
    free(bytes);
    fclose(file);
    return has;
}

static void no_file_knows_a_secret(void **state) {
    struct scene *s = *state;
    static const char *const name[] = {"server.db", "server.db-wal"};
    if (s->place.name[0]) { // then no row does
        char sql[256], n[16];
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM maru_server.token t WHERE t::text LIKE '%%%s%%'",
                 s->secret + 28);
        assert_true(trial_sql(s->place.text, sql, n, sizeof n));
        assert_string_equal(n, "0");
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", s->place.folder, name[i]);
        assert_false(file_has(path, s->secret + 28)); // behind the id
    }
    struct stat info;
    assert_int_equal(stat(s->place.folder, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
}

// ---- plants

static maru_status see_version(void *context, const struct version_row *row, maru_error *err) {
    (void)err;
    int64_t *seen = context;
    seen[0]++;
    seen[1] = row->number;
    assert_string_equal(row->by, "tester");
    assert_string_equal(row->facts.size, sound.size);
    return MARU_OK;
}

static maru_status see_plant(void *context, const struct plant_row *row, maru_error *err) {
    (void)err;
    int64_t *seen = context;
    seen[0]++;
    seen[1] = row->n_version;
    return MARU_OK;
}

static void versions_keep_their_tables(void **state) {
    struct scene *s = *state;
    char id[STORE_ID_BYTES];
    int64_t number = 0, seen[2] = {0};
    maru_error err = {0};
    const maru_file next = {.name = "routes.csv", .bytes = "second", .n_bytes = 6};
    assert_int_equal(add_plant(s->local, "first", id), MARU_OK);
    assert_int_equal(
        tenant_add_version(s->local, id, "", "tester", &next, 1, &sound, &number, &err), MARU_OK);
    assert_int_equal(number, 2);
    number = 1; // the version that was edited is not the newest any more
    assert_int_equal(
        tenant_add_version(s->local, id, "", "tester", &next, 1, &sound, &number, &err),
        MARU_E_RANGE);
    assert_int_equal(number, 1);
    assert_int_equal(tenant_rename_plant(s->local, id, "first", "tester", &err), MARU_OK);
    assert_int_equal(tenant_rename_plant(s->local, "none", "x", "tester", &err), MARU_E_USAGE);
    static const struct {
        int64_t number;
        const char *text;
    } want[] = {{1, "first"}, {2, "second"}, {0, "second"}};
    for (size_t i = 0; i < 3; i++) {
        struct tables tables;
        assert_int_equal(
            tenant_get_tables(s->local, id, want[i].number, "routes.csv", &tables, &err), MARU_OK);
        assert_int_equal(tables.n, 1);
        assert_int_equal(tables.file[0].n_bytes, strlen(want[i].text));
        assert_memory_equal(tables.file[0].bytes, want[i].text, strlen(want[i].text));
        tables_fini(&tables);
    }
    struct tables tables;
    assert_int_equal(tenant_get_tables(s->local, id, 1, NULL, &tables, &err), MARU_OK);
    assert_int_equal(tables.n, 2); // the empty one too
    tables_fini(&tables);
    assert_int_equal(tenant_get_tables(s->local, id, 3, NULL, &tables, &err), MARU_E_USAGE);
    tables_fini(&tables);
    assert_int_equal(tenant_get_tables(s->local, id, 1, "x.csv", &tables, &err), MARU_E_USAGE);
    tables_fini(&tables);
    const struct page all = {.limit = 10, .after = ""}, older = {.limit = 10, .after = "2"};
    assert_int_equal(tenant_each_version(s->local, id, &all, see_version, seen, &err), MARU_OK);
    assert_int_equal(seen[0], 2);
    assert_int_equal(tenant_each_version(s->local, id, &older, see_version, seen, &err), MARU_OK);
    assert_int_equal(seen[0], 3);
    assert_int_equal(seen[1], 1);
    assert_int_equal(tenant_see_one_plant(s->local, id, see_plant, seen, &err), MARU_OK);
    assert_int_equal(seen[1], 2);
    struct text check;
    text_init(&check, 1 << 20);
    assert_int_equal(tenant_get_check(s->local, id, 0, &check, &err), MARU_OK);
    assert_string_equal(check.bytes, sound.check);
    text_fini(&check);
    assert_int_equal(tenant_delete_plant(s->local, id, "tester", &err), MARU_OK);
    assert_int_equal(tenant_delete_plant(s->local, id, "tester", &err), MARU_E_USAGE);
    assert_int_equal(tenant_get_tables(s->local, id, 1, NULL, &tables, &err), MARU_E_USAGE);
    tables_fini(&tables);
}

// ---- runs

static maru_status see_run(void *context, const struct run_row *row, maru_error *err) {
    (void)err;
    int64_t *seen = context;
    seen[0]++;
    seen[1] = row->state;
    assert_string_equal(row->request, "{\"days\":3}");
    assert_string_equal(row->plant_name, "plant");
    assert_string_equal(row->figures, row->state == RUN_DONE ? "{}" : "");
    return MARU_OK;
}

static void a_run_goes_from_asked_to_done(void **state) {
    struct scene *s = *state;
    char plant[STORE_ID_BYTES], id[STORE_ID_BYTES];
    int64_t seen[2] = {0};
    maru_error err = {0};
    struct text result, got;
    text_init(&result, 1 << 20);
    text_init(&got, 1 << 20);
    text_addz(&result, "{\"answer\":42}");
    struct run_row row = {.name = "n",
                          .plant = "nothing",
                          .version = 1,
                          .kind = "simulate",
                          .by = "tester",
                          .request = "{\"days\":3}"};
    assert_int_equal(tenant_add_run(s->local, &row, id, &err), MARU_E_USAGE);
    assert_int_equal(add_plant(s->local, "first", plant), MARU_OK);
    row.plant = plant;
    assert_int_equal(tenant_add_run(s->local, &row, id, &err), MARU_OK);
    assert_int_equal(tenant_each_open_run(s->local, see_run, seen, &err), MARU_OK);
    assert_int_equal(seen[0], 1);
    assert_int_equal(seen[1], RUN_WAITING);
    assert_int_equal(tenant_begin_run(s->local, id, &err), MARU_OK);
    assert_int_equal(tenant_get_output(s->local, id, RUN_RESULT, &got, &err), MARU_E_RANGE);
    const struct run_end end = {.state = RUN_DONE,
                                .progress = 1,
                                .sentence_ko = "",
                                .problem = "",
                                .figures = "{}",
                                .sentence_en = "Good.",
                                .result = &result};
    assert_int_equal(tenant_end_run(s->local, id, &end, &err), MARU_OK);
    assert_int_equal(tenant_see_one_run(s->local, id, see_run, seen, &err), MARU_OK);
    assert_int_equal(seen[1], RUN_DONE);
    assert_int_equal(tenant_get_output(s->local, id, RUN_RESULT, &got, &err), MARU_OK);
    assert_string_equal(got.bytes, result.bytes);
    assert_int_equal(tenant_get_output(s->local, id, RUN_REPORT_KO, &got, &err), MARU_E_RANGE);
    static const struct {
        struct run_filter filter;
        int64_t n;
    } cases[] = {
        {{"", "", ""}, 1},       {{"", "simulate", "done"}, 1}, {{"", "compare", ""}, 0},
        {{"", "", "failed"}, 0}, {{"", "", "nonsense"}, 0},     {{"other", "", ""}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct page page = {.limit = 9, .after = ""};
        seen[0] = 0;
        assert_int_equal(tenant_each_run(s->local, &cases[i].filter, &page, see_run, seen, &err),
                         MARU_OK);
        assert_int_equal(seen[0], cases[i].n);
    }
    assert_int_equal(tenant_rename_run(s->local, id, "new", "tester", &err), MARU_OK);
    assert_int_equal(tenant_rename_run(s->local, "none", "new", "tester", &err), MARU_E_USAGE);
    seen[0] = 0;
    assert_int_equal(tenant_each_open_run(s->local, see_run, seen, &err), MARU_OK);
    assert_int_equal(seen[0], 0);
    assert_int_equal(tenant_delete_run(s->local, id, "tester", &err), MARU_OK);
    assert_int_equal(tenant_get_output(s->local, id, RUN_RESULT, &got, &err), MARU_E_USAGE);
    text_fini(&result);
    text_fini(&got);
}

// ---- tenants

static void tenants_never_meet(void **state) {
    struct scene *s = *state;
    struct tenant *acme = NULL;
    char id[STORE_ID_BYTES];
    int64_t seen[2] = {0};
    maru_error err = {0};
    assert_int_equal(add_plant(s->local, "ours", id), MARU_OK);
    assert_int_equal(store_add_tenant(s->store, "acme", &err), MARU_OK);
    assert_int_equal(store_hold(s->store, "acme", &acme, &err), MARU_OK);
    assert_int_equal(tenant_see_one_plant(acme, id, see_plant, seen, &err), MARU_E_USAGE);
    assert_int_equal(tenant_delete_plant(acme, id, "thief", &err), MARU_E_USAGE);
    assert_int_equal(add_plant(acme, "theirs", id), MARU_OK);
    assert_int_equal(tenant_see_one_plant(s->local, id, see_plant, seen, &err), MARU_E_USAGE);
    store_release(s->store, acme);
    struct text removed;
    text_init(&removed, 1 << 10);
    assert_int_equal(store_delete_tenant(s->store, "acme", &removed, &err), MARU_OK);
    assert_non_null(strstr(removed.bytes, s->place.name[0] ? "maru_t_acme" : "acme.db"));
    text_fini(&removed);
    assert_int_equal(store_hold(s->store, "acme", &acme, &err), MARU_E_USAGE);
    assert_int_equal(store_add_tenant(s->store, "acme", &err), MARU_OK); // a new one knows nothing
    assert_int_equal(store_hold(s->store, "acme", &acme, &err), MARU_OK);
    assert_int_equal(tenant_see_one_plant(acme, id, see_plant, seen, &err), MARU_E_USAGE);
    store_release(s->store, acme);
    static const char *const bad[] = {"",   "Acme", "1a", "a/b",
                                      "..", "a.b",  "-a", "a123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(store_add_tenant(s->store, bad[i], &err), MARU_E_USAGE);
        assert_int_equal(store_hold(s->store, bad[i], &acme, &err), MARU_E_USAGE);
    }
    text_init(&removed, 1 << 10);
    assert_int_equal(store_delete_tenant(s->store, "local", &removed, &err), MARU_E_USAGE);
    text_fini(&removed);
}

// ---- audit

static void meddle(const struct scene *s, const char *sql) {
    assert_true(trial_meddle(&s->place, "local", sql));
}

static void every_edit_of_the_log_is_found(void **state) {
    struct scene *s = *state;
    uint64_t n = 0;
    maru_error err = {0};
    for (int i = 0; i < 10; i++) {
        assert_int_equal(tenant_audit(s->local, "who", "what", "whom", "why", &err), MARU_OK);
    }
    assert_int_equal(tenant_verify_audit(s->local, &n, &err), MARU_OK);
    assert_int_equal(n, 10);
    static const struct {
        const char *edit, *undo;
        uint32_t row;
    } edits[] = {
        {"UPDATE audit SET who='eve' WHERE number=4", "UPDATE audit SET who='who' WHERE number=4",
         4},
        {"UPDATE audit SET detail='' WHERE number=1",
         "UPDATE audit SET detail='why' WHERE number=1", 1},
        {"UPDATE audit SET at_ms=at_ms+1 WHERE number=10",
         "UPDATE audit SET at_ms=at_ms-1 WHERE number=10", 10},
        {"UPDATE audit SET who='whow',action='hat' WHERE number=2",
         "UPDATE audit SET who='who',action='what' WHERE number=2", 2},
        {"DELETE FROM audit WHERE number=7", NULL, 7},
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) { // the program itself cannot
        assert_false(trial_meddle(&s->place, "local", edits[i].edit));
    }
    meddle(s, s->place.name[0] ? "DROP TRIGGER audit_stays ON audit; DROP TRIGGER audit_is ON audit"
                               : "DROP TRIGGER audit_stays; DROP TRIGGER audit_is");
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        meddle(s, edits[i].edit);
        assert_int_equal(tenant_verify_audit(s->local, &n, &err), MARU_E_INPUT);
        assert_int_equal(err.row, edits[i].row);
        if (edits[i].undo) {
            meddle(s, edits[i].undo);
            assert_int_equal(tenant_verify_audit(s->local, &n, &err), MARU_OK);
        }
    }
}

// ---- hard days

// A child adds plants and says each id when it is acknowledged, until it is killed. All that it said
// must be there.
static void what_was_acknowledged_survives_a_kill(void **state) {
    struct scene *s = *state;
    enum { N_KILL = 12 };
    close_scene(s);
    for (int k = 0; k < N_KILL; k++) {
        int pipes[2];
        assert_int_equal(pipe(pipes), 0);
        const pid_t pid = fork();
        if (pid == 0) {
            open_scene(s);
            for (int i = 0;; i++) {
                char id[STORE_ID_BYTES], content[32];
                snprintf(content, sizeof content, "%d %d", k, i);
                if (add_plant(s->local, content, id) != MARU_OK ||
                    write(pipes[1], id, sizeof id) != sizeof id) {
                    _exit(1);
                }
            }
        }
        close(pipes[1]);
        usleep(30000 + (unsigned)k * 7000);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        open_scene(s);
        char id[STORE_ID_BYTES];
        size_t n = 0;
        while (read(pipes[0], id, sizeof id) == (ssize_t)sizeof id) {
            struct tables tables;
            assert_int_equal(tenant_get_tables(s->local, id, 1, NULL, &tables, NULL), MARU_OK);
            assert_int_equal(tables.n, 2);
            tables_fini(&tables);
            n++;
        }
        uint64_t n_entry = 0;
        assert_int_equal(tenant_verify_audit(s->local, &n_entry, NULL), MARU_OK);
        assert_true(n_entry >= n);
        close(pipes[0]);
        close_scene(s);
    }
    open_scene(s);
}

static void a_damaged_file_says_what_to_do(void **state) {
    struct scene *s = *state;
    char id[STORE_ID_BYTES], path[128];
    maru_error err = {0};
    if (s->place.name[0]) {
        skip(); // of files of SQLite
    }
    for (int i = 0; i < 40; i++) {
        assert_int_equal(add_plant(s->local, "content", id), MARU_OK);
    }
    close_scene(s);
    snprintf(path, sizeof path, "%s/tenants/local.db", s->place.folder);
    const int fd = open(path, O_RDWR);
    char noise[4096];
    memset(noise, 0x5a, sizeof noise);
    for (off_t page = 1; page < 8; page++) {
        assert_int_equal(pwrite(fd, noise, sizeof noise, page * 4096), sizeof noise);
    }
    close(fd);
    assert_int_equal(store_open(s->place.text, &s->store, s->secret, &err), MARU_OK);
    assert_int_equal(store_hold(s->store, "local", &s->local, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "last backup"));
    unlink(path);
    store_close(s->store);
    open_scene(s);
}

static void *work(void *context) {
    struct scene *s = context;
    for (int i = 0; i < 20; i++) {
        char id[STORE_ID_BYTES];
        struct tables tables;
        struct tenant *tenant = NULL;
        maru_status st = store_hold(s->store, "local", &tenant, NULL);
        st = st == MARU_OK ? add_plant(tenant, "shared", id) : st;
        st = st == MARU_OK ? tenant_get_tables(tenant, id, 0, NULL, &tables, NULL) : st;
        if (st != MARU_OK) {
            return s;
        }
        tables_fini(&tables);
        store_release(s->store, tenant);
    }
    return NULL;
}

static void threads_share_a_store(void **state) {
    struct scene *s = *state;
    pthread_t thread[4];
    uint64_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&thread[i], NULL, work, s), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(thread[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(tenant_verify_audit(s->local, &n, NULL), MARU_OK);
    assert_int_equal(n, 80);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_secret_opens_its_tenant_and_only_that, setup, teardown),
        cmocka_unit_test_setup_teardown(no_file_knows_a_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(versions_keep_their_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_goes_from_asked_to_done, setup, teardown),
        cmocka_unit_test_setup_teardown(tenants_never_meet, setup, teardown),
        cmocka_unit_test_setup_teardown(every_edit_of_the_log_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_acknowledged_survives_a_kill, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_file_says_what_to_do, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_share_a_store, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
