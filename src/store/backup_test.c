#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/backup.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/copy.h"
#include "store/tenant.h"

// Laws: what was acknowledged before a backup began is in what is restored from it, also while others write;
// one changed bit of a file is found before anything is in place; a tenant that is removed is in no kept
// backup.

struct scene {
    char root[64];
    struct copy_path data;
    struct store *store;
};

static int setup(void **state) {
    struct scene *s = calloc(1, sizeof *s);
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    if (!s) {
        return -1;
    }
    snprintf(s->root, sizeof s->root, "/tmp/maru_backup_XXXXXX");
    if (!mkdtemp(s->root)) {
        free(s);
        return -1;
    }
    s->data = copy_at("%s/data", s->root);
    if (store_open(s->data.text, &s->store, secret, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    *state = s;
    return 0;
}

static int teardown(void **state) {
    struct scene *s = *state;
    store_close(s->store);
    copy_remove_tree(s->root);
    free(s);
    return 0;
}

static void note(struct store *store, const char *tenant, const char *what) {
    struct tenant *held = NULL;
    assert_int_equal(store_hold(store, tenant, &held, NULL), MARU_OK);
    assert_int_equal(tenant_audit(held, "tester", what, "", "", NULL), MARU_OK);
    store_release(store, held);
}

static uint64_t n_entry(struct store *store, const char *tenant) {
    struct tenant *held = NULL;
    uint64_t n = 0;
    maru_error err = {0};
    assert_int_equal(store_hold(store, tenant, &held, NULL), MARU_OK);
    if (tenant_verify_audit(held, &n, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    store_release(store, held);
    return n;
}

static uint64_t n_entry_restored(const struct scene *s, const char *backup, const char *tenant) {
    const struct copy_path place = copy_at("%s/again", s->root);
    struct backup_told told;
    struct store *store = NULL;
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    if (backup_restore(backup, place.text, &told, &err) != MARU_OK ||
        store_open(place.text, &store, secret, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(secret, ""); // the tokens are there
    const uint64_t n = n_entry(store, tenant);
    store_close(store);
    copy_remove_tree(place.text);
    return n;
}

// ---- beside writers

struct writer {
    struct store *store;
    _Atomic uint64_t n_done;
    atomic_bool is_over;
};

static void *write_on(void *context) {
    struct writer *writer = context;
    struct tenant *held = NULL;
    if (store_hold(writer->store, "local", &held, NULL) != MARU_OK) {
        return writer;
    }
    bool is_good = true;
    while (is_good && !atomic_load(&writer->is_over)) {
        is_good = tenant_audit(held, "writer", "write", "", "", NULL) == MARU_OK;
        atomic_fetch_add(&writer->n_done, is_good);
    }
    store_release(writer->store, held);
    return is_good ? NULL : writer;
}

static void a_backup_beside_writers_has_what_was_acknowledged(void **state) {
    struct scene *s = *state;
    struct writer writer = {.store = s->store};
    pthread_t thread;
    void *failed = NULL;
    assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
    for (int i = 0; i < 6; i++) {
        struct backup_told told;
        maru_error err = {0};
        const struct copy_path path = copy_at("%s/b%d%s", s->root, i, i % 2 ? ".tar.zst" : "");
        usleep(20000);
        const uint64_t before = atomic_load(&writer.n_done);
        if (backup_write(s->data.text, path.text, &told, &err) != MARU_OK) {
            fail_msg("%s", err.text);
        }
        const uint64_t after = atomic_load(&writer.n_done) + 1;
        const uint64_t n = n_entry_restored(s, path.text, "local");
        assert_true(n >= before && n <= after);
        struct stat what;
        assert_int_equal(stat(path.text, &what), 0);
        assert_int_equal(what.st_mode & 077, 0); // nobody else may read it
    }
    atomic_store(&writer.is_over, true);
    pthread_join(thread, &failed);
    assert_null(failed);
}

// ---- damage

static void flip(const char *path, off_t at, unsigned char bit) {
    unsigned char byte = 0;
    const int file = open(path, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(pread(file, &byte, 1, at), 1);
    byte ^= bit;
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    close(file);
}

static off_t size_of(const char *path) {
    struct stat what;
    assert_int_equal(stat(path, &what), 0);
    return what.st_size;
}

static void refused(const struct scene *s, const char *backup, maru_status want) {
    const struct copy_path place = copy_at("%s/again", s->root);
    struct backup_told told;
    maru_error err = {0};
    const maru_status st = backup_restore(backup, place.text, &told, &err);
    if (st != want) {
        fail_msg("%s: got %d, want %d: %s", backup, st, want, err.text);
    }
    assert_int_equal(access(place.text, F_OK), -1); // nothing is in place
}

// A tenant's file is there before its first table is: nobody was told yet that anything is in it.
static void a_file_that_is_being_made_is_left_out(void **state) {
    struct scene *s = *state;
    struct backup_told told;
    const struct copy_path folder = copy_at("%s/early", s->root);
    const struct copy_path file = copy_at("%s/tenants/local.db", s->data.text);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(file.text, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(backup_write(s->data.text, folder.text, &told, NULL), MARU_OK);
    sqlite3_close(db);
    assert_int_equal(told.n_tenant, 0);
    assert_int_equal(n_entry_restored(s, folder.text, "local"), 0);
}

static void one_changed_bit_is_found(void **state) {
    struct scene *s = *state;
    static const char *const file[] = {"server.db", "tenants/local.db", "SHA256SUMS"};
    struct backup_told told;
    note(s->store, "local", "something");
    const struct copy_path folder = copy_at("%s/b", s->root),
                           packed = copy_at("%s/b.tar.zst", s->root);
    assert_int_equal(backup_write(s->data.text, folder.text, &told, NULL), MARU_OK);
    assert_int_equal(told.n_tenant, 1);
    assert_int_equal(backup_write(s->data.text, packed.text, &told, NULL), MARU_OK);
    assert_int_equal(backup_write(s->data.text, packed.text, &told, NULL), MARU_E_USAGE);
    for (size_t i = 0; i < sizeof file / sizeof file[0]; i++) {
        const struct copy_path path = copy_at("%s/%s", folder.text, file[i]);
        const off_t n = size_of(path.text);
        for (off_t at = 0; at < n; at += n / 7 + 1) {
            flip(path.text, at, 4);
            refused(s, folder.text, MARU_E_INPUT);
            flip(path.text, at, 4);
        }
    }
    int n_refused = 0;
    const off_t n = size_of(packed.text);
    for (off_t at = 8; at < n; at += n / 20 + 1) { // before lies what zstd ignores
        const struct copy_path place = copy_at("%s/again", s->root);
        flip(packed.text, at, 16);
        if (backup_restore(packed.text, place.text, &told, NULL) != MARU_OK) {
            assert_int_equal(access(place.text, F_OK), -1);
            n_refused++;
        } // else it lies in padding: the sums of all files are right
        copy_remove_tree(place.text);
        flip(packed.text, at, 16);
    }
    assert_true(n_refused > 12);
    assert_int_equal(n_entry_restored(s, folder.text, "local"), 1);
    assert_int_equal(n_entry_restored(s, packed.text, "local"), 1);
    refused(s, s->data.text, MARU_E_INPUT); // a data folder is no backup
    const struct copy_path more = copy_at("%s/tenants/more.db", folder.text);
    close(open(more.text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    refused(s, folder.text, MARU_E_INPUT); // one more than the sums know
    unlink(more.text);
    const struct copy_path local = copy_at("%s/tenants/local.db", folder.text);
    unlink(local.text);
    refused(s, folder.text, MARU_E_INPUT); // one less
    assert_int_equal(symlink("/etc/passwd", local.text), 0);
    refused(s, folder.text, MARU_E_INPUT);
    assert_int_equal(backup_restore(packed.text, s->data.text, &told, NULL), MARU_E_USAGE);
}

// ---- tenants that go

static void a_removed_tenant_is_in_no_kept_backup(void **state) {
    struct scene *s = *state;
    struct backup_told kept, other;
    struct text removed;
    maru_error err = {0};
    text_init(&removed, 1 << 16);
    assert_int_equal(store_add_tenant(s->store, "acme", NULL), MARU_OK);
    struct token token = {.tenant = "acme", .name = "robot", .role = ROLE_ADMIN};
    char secret[STORE_SECRET_BYTES];
    assert_int_equal(store_add_token(s->store, &token, secret, NULL), MARU_OK);
    note(s->store, "acme", "something");
    note(s->store, "local", "something");
    if (backup_write(s->data.text, NULL, &kept, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    const struct copy_path outside = copy_at("%s/outside", s->root);
    assert_int_equal(backup_write(s->data.text, outside.text, &other, NULL), MARU_OK);
    assert_int_equal(store_delete_tenant(s->store, "acme", &removed, NULL), MARU_OK);
    assert_non_null(strstr(removed.bytes, "acme.db\n"));
    assert_non_null(strstr(removed.bytes, "backups/"));
    assert_int_equal(n_entry_restored(s, kept.path, "local"), 1);
    const struct copy_path server = copy_at("%s/server.db", kept.path),
                           file = copy_at("%s/tenants/acme.db", kept.path);
    assert_int_equal(access(file.text, F_OK), -1);
    const int fd = open(server.text, O_RDONLY | O_CLOEXEC);
    char bytes[1 << 19];
    const ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    assert_true(n > 0 && n < (ssize_t)sizeof bytes);
    assert_null(memmem(bytes, (size_t)n, "acme", 4)); // neither its name nor its tokens
    assert_null(memmem(bytes, (size_t)n, "robot", 5));
    assert_int_equal(n_entry_restored(s, outside.text, "acme"), 1); // others are others' affair
    text_fini(&removed);
}

// ---- visitors

static void *sweep_on(void *context) {
    struct writer *owner = context;
    while (!atomic_load(&owner->is_over)) {
        if (store_sweep(owner->store, NULL, NULL, NULL) != MARU_OK) {
            return owner;
        }
        usleep(10000);
    }
    return NULL;
}

// A second struct store on the same folder is what a second process is.
static void a_visitor_removes_with_the_help_of_the_owner(void **state) {
    struct scene *s = *state;
    struct store *visitor = NULL, *second = NULL;
    struct tenant *held = NULL;
    struct text removed;
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    text_init(&removed, 1 << 16);
    assert_int_equal(store_open(s->data.text, &second, secret, &err), MARU_E_IO); // one owner
    assert_int_equal(store_visit("/nowhere/at/all", &visitor, &err), MARU_E_INPUT);
    assert_int_equal(store_visit(s->data.text, &visitor, &err), MARU_OK);
    assert_int_equal(store_add_tenant(visitor, "acme", &err), MARU_OK);
    note(s->store, "acme", "by the owner"); // which sees it at once
    note(visitor, "acme", "by the visitor");
    assert_int_equal(store_hold(s->store, "acme", &held, NULL), MARU_OK);
    store_release(s->store, held);
    struct writer owner = {.store = s->store};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, sweep_on, &owner), 0);
    if (store_delete_tenant(visitor, "acme", &removed, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_non_null(strstr(removed.bytes, "acme.db\n"));
    assert_int_equal(access(copy_at("%s/tenants/acme.db", s->data.text).text, F_OK), -1);
    assert_int_equal(store_hold(s->store, "acme", &held, NULL), MARU_E_USAGE);
    assert_int_equal(store_add_tenant(visitor, "acme", &err), MARU_OK); // a new one of that name
    assert_int_equal(n_entry(s->store, "acme"), 0);                     // with nothing of the old
    void *failed = NULL;
    atomic_store(&owner.is_over, true);
    pthread_join(thread, &failed);
    assert_null(failed);
    store_close(visitor);
    text_fini(&removed);
}

// As after a kill between the two halves of a removal.
static void a_removal_that_was_cut_off_is_carried_out(void **state) {
    struct scene *s = *state;
    sqlite3 *db = NULL;
    char secret[STORE_SECRET_BYTES];
    const struct copy_path file = copy_at("%s/tenants/acme.db", s->data.text);
    assert_int_equal(store_add_tenant(s->store, "acme", NULL), MARU_OK);
    note(s->store, "acme", "something");
    store_close(s->store);
    assert_int_equal(sqlite3_open(copy_at("%s/server.db", s->data.text).text, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "DELETE FROM tenant WHERE name = 'acme';"
                                  "INSERT INTO removal VALUES('acme')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(access(file.text, F_OK), 0);
    assert_int_equal(store_open(s->data.text, &s->store, secret, NULL), MARU_OK);
    assert_int_equal(access(file.text, F_OK), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_backup_beside_writers_has_what_was_acknowledged, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_being_made_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(one_changed_bit_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_removed_tenant_is_in_no_kept_backup, setup, teardown),
        cmocka_unit_test_setup_teardown(a_visitor_removes_with_the_help_of_the_owner, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_removal_that_was_cut_off_is_carried_out, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
