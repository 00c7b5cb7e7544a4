#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/transfer.h"

#include <stdlib.h>

#include "store/tenant.h"
#include "store/trial_place.h"

// Laws: a tenant that went there and back has the digest that it began with; what did not go through whole is not
// there at all. With MARU_POSTGRES one of the two places is there, so both ways are gone.

struct scene {
    struct trial_place here, there, back;
    struct store *store;
    char secret[STORE_SECRET_BYTES], plant[STORE_ID_BYTES];
};

// Bytes that are no text, a run without a plant, a version with its model.
static void fill_models(struct tenant *tenant) {
    static const char bytes[] = "\0\xff\x80 bytes";
    const struct dataset_row dataset = {.name = "표 'A'.csv",
                                        .by = "tester",
                                        .n_bytes = sizeof bytes,
                                        .source = "upload",
                                        .made_from = ""};
    const struct new_version version = {.row = {.goal = "number",
                                                .target = "두께",
                                                .unit = "mm",
                                                .kind = "trees",
                                                .program = "0",
                                                .fingerprint = "ab",
                                                .data = "cd",
                                                .facts = "{}",
                                                .by = "tester",
                                                .dataset = "",
                                                .run = "",
                                                .n_bytes = sizeof bytes},
                                        .bytes = bytes,
                                        .may_lead = true};
    const struct model_row model = {.name = "모델", .by = "tester", .feed = ""};
    const struct run_row run = {.name = "", .kind = "train", .by = "tester", .request = "{}"};
    char id[2][STORE_ID_BYTES];
    bool is_new = false;
    assert_int_equal(tenant_add_dataset(tenant, &dataset, bytes, id[0], &is_new, NULL), MARU_OK);
    assert_int_equal(tenant_add_model(tenant, &model, &run, &version, id, NULL), MARU_OK);
}

static void fill(struct scene *s, const char *name) {
    struct tenant *tenant = NULL;
    struct token token = {.name = "robot 1", .role = ROLE_ENGINEER};
    char id[STORE_ID_BYTES];
    char content[20000];
    memset(content, 'x', sizeof content);
    snprintf(token.tenant, sizeof token.tenant, "%s", name);
    assert_int_equal(store_add_tenant(s->store, name, NULL), MARU_OK);
    assert_int_equal(store_add_token(s->store, &token, s->secret, NULL), MARU_OK);
    assert_int_equal(store_hold(s->store, name, &tenant, NULL), MARU_OK);
    const struct version_facts facts = {.is_sound = true, .size = "{}", .check = "{}"};
    for (int i = 0; i < 40; i++) {
        snprintf(content, sizeof content, "마루 %d", i); // and then zeros and letters
        const maru_file file = {
            .name = i % 2 ? "Tools.csv" : "a_b.csv", .bytes = content, .n_bytes = sizeof content};
        int64_t number = 0;
        s->plant[0] = '\0';
        assert_int_equal(tenant_add_version(tenant, s->plant, "공장 'A'", "tester", &file, 1,
                                            &facts, &number, NULL),
                         MARU_OK);
    }
    const struct run_row run = {.name = "n",
                                .plant = s->plant,
                                .version = 1,
                                .kind = "simulate",
                                .by = "tester",
                                .request = "{}"};
    assert_int_equal(tenant_add_run(tenant, &run, id, NULL), MARU_OK); // with nulls
    const struct run_end end = {.state = RUN_DONE,
                                .progress = 0.1,
                                .sentence_ko = "",
                                .sentence_en = "",
                                .problem = "",
                                .figures = "{}"};
    assert_int_equal(tenant_end_run(tenant, id, &end, NULL), MARU_OK);
    const struct twin_row twin = {.name = "t",
                                  .plant = s->plant,
                                  .by = "tester",
                                  .version = 1,
                                  .options = "{}",
                                  .seed = UINT64_MAX,
                                  .origin = "",
                                  .speed = 1e-300};
    assert_int_equal(tenant_add_twin(tenant, &twin, id, NULL), MARU_OK);
    const struct act_row act = {
        .kind = KEPT_STOP, .tool = 3, .at_us = 5, .seed = 1ULL << 63, .by = "tester"};
    assert_int_equal(tenant_add_act(tenant, id, &act, NULL), MARU_OK);
    fill_models(tenant);
    store_release(s->store, tenant);
}

static int setup(void **state) {
    struct scene *s = calloc(1, sizeof *s);
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    if (!s || !trial_place_make_folder(&s->here) || !trial_place_make(&s->there) ||
        !trial_place_make_folder(&s->back)) {
        return -1;
    }
    if (store_open(s->here.text, &s->store, secret, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    fill(s, "acme-2");
    store_close(s->store);
    s->store = NULL;
    *state = s;
    return 0;
}

static int teardown(void **state) {
    struct scene *s = *state;
    trial_place_remove(&s->here);
    trial_place_remove(&s->there);
    trial_place_remove(&s->back);
    free(s);
    return 0;
}

static void see(void *context, const char *tenant, double share) {
    double *last = context;
    assert_string_equal(tenant, "acme-2");
    assert_true(share >= *last && share <= 1);
    *last = share;
}

static maru_status copy(const struct trial_place *from, const struct trial_place *to,
                        struct transfer_told *told, maru_error *err) {
    struct store *source = NULL, *target = NULL;
    double share = 0;
    maru_status st = transfer_open_source(from->text, &source, err);
    st = st == MARU_OK ? transfer_open_target(to->text, &target, err) : st;
    st = st == MARU_OK ? transfer_tenant(source, target, "acme-2", "tester", see, &share, told, err)
                       : st;
    store_close(source);
    store_close(target);
    return st;
}

static void good(maru_status st, const maru_error *err) {
    if (st != MARU_OK) {
        fail_msg("%s", err->text);
    }
}

static void a_tenant_goes_there_and_back(void **state) {
    struct scene *s = *state;
    struct transfer_told first = {.n_row = 0}, second = {.n_row = 0};
    maru_error err = {0};
    good(copy(&s->here, &s->there, &first, &err), &err);
    assert_int_equal(first.n_token, 1);
    assert_int_equal(first.n_entry, 47);
    assert_true(first.n_row > 120 && first.n_table >= 8);
    assert_int_equal(copy(&s->here, &s->there, &second, &err), MARU_E_USAGE); // it is there already
    assert_non_null(strstr(err.text, "already a tenant"));
    // what this copy has written down is one entry; taken away, all is as it was
    assert_true(trial_meddle(
        &s->there, "acme-2",
        s->there.name[0] ? "DROP TRIGGER audit_stays ON audit; DELETE FROM audit WHERE number = 48"
                         : "DROP TRIGGER audit_stays; DELETE FROM audit WHERE number = 48"));
    good(copy(&s->there, &s->back, &second, &err), &err);
    assert_string_equal(first.digest, second.digest);
    assert_int_equal(first.n_row, second.n_row);
    struct store *store = NULL;
    struct token token = {.id = ""};
    struct tenant *tenant = NULL;
    struct tables tables = {.n = 0};
    char head[STORE_HASH_BYTES];
    uint64_t n = 0;
    good(store_visit(s->back.text, &store, &err), &err);
    assert_int_equal(store_n_tenant(store), 1); // and no `local` that nobody asked for
    good(store_find_token(store, s->secret, &token, &err), &err);
    assert_string_equal(token.tenant, "acme-2");
    assert_string_equal(token.name, "robot 1");
    good(store_hold(store, "acme-2", &tenant, &err), &err);
    good(tenant_verify_audit(tenant, &n, &err), &err);
    assert_int_equal(n, 48);
    good(tenant_audit_head(tenant, NULL, head, &err), &err);
    good(tenant_get_tables(tenant, s->plant, 1, NULL, &tables, &err), &err);
    assert_int_equal(tables.n, 1);
    assert_int_equal(tables.file[0].n_bytes, 20000);
    assert_string_equal(tables.file[0].bytes, "마루 39");
    tables_fini(&tables);
    store_release(store, tenant);
    store_close(store);
}

static void nothing_is_there(const struct trial_place *place) {
    struct store *store = NULL;
    struct tenant *tenant = NULL;
    maru_error err = {0};
    good(store_visit(place->text, &store, &err), &err);
    assert_int_equal(store_n_tenant(store), 0);
    assert_int_equal(store_hold(store, "acme-2", &tenant, &err), MARU_E_USAGE);
    store_close(store);
}

static void what_does_not_fit_is_not_there_at_all(void **state) {
    struct scene *s = *state;
    struct transfer_told told;
    maru_error err = {0};
    assert_true(
        trial_meddle(&s->here, "acme-2",
                     "DROP TRIGGER audit_is; UPDATE audit SET who = 'eve' WHERE number = 7"));
    assert_int_equal(copy(&s->here, &s->there, &told, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "does not follow"));
    nothing_is_there(&s->there);
    assert_true(
        trial_meddle(&s->here, "acme-2", "UPDATE audit SET who = 'tester' WHERE number = 7"));
    if (s->there.name[0]) {
        assert_true(
            trial_meddle(&s->here, "acme-2", "UPDATE run SET name = CAST(x'ff41' AS TEXT)"));
        assert_int_equal(copy(&s->here, &s->there, &told, &err), MARU_E_INPUT);
        nothing_is_there(&s->there);
        assert_true(trial_meddle(&s->here, "acme-2", "UPDATE run SET name = 'good'"));
    }
    good(copy(&s->here, &s->there, &told, &err), &err);
    if (s->there.name[0]) { // SQLite keeps no such number
        assert_true(trial_meddle(&s->there, "acme-2", "UPDATE run SET progress = 'NaN'"));
        assert_int_equal(copy(&s->there, &s->back, &told, &err), MARU_E_INPUT);
        nothing_is_there(&s->back);
    }
}

static void who_works_there_is_not_disturbed(void **state) {
    struct scene *s = *state;
    struct store *owner = NULL;
    struct transfer_told told;
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    good(store_open(s->here.text, &owner, secret, &err), &err);
    assert_int_equal(copy(&s->here, &s->there, &told, &err), MARU_E_IO);
    assert_non_null(strstr(err.text, "another maru works"));
    store_close(owner);
    good(store_open(s->there.text, &owner, secret, &err),
         &err); // but one may come to where others are
    good(copy(&s->here, &s->there, &told, &err), &err);
    struct tenant *tenant = NULL;
    good(store_hold(owner, "acme-2", &tenant, &err), &err);
    store_release(owner, tenant);
    store_close(owner);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH(a_tenant_goes_there_and_back),
        WITH(what_does_not_fit_is_not_there_at_all),
        WITH(who_works_there_is_not_disturbed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
