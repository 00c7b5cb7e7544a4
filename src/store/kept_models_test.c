#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/tenant.h"

#include <stdio.h>
#include <string.h>

#include "store/trial_place.h"

// Laws: bytes come back as they went in, and once however often they come; a model has at most one champion and one challenger whatever is
// done to it; going back retraces the way; a run and its version are kept together or not at all.

struct scene {
    struct trial_place place;
    struct store *store;
    struct tenant *local;
    char model[2][STORE_ID_BYTES];
};

static int setup(void **state) {
    static struct scene scene;
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    scene = (struct scene){0};
    if (!trial_place_make(&scene.place) ||
        store_open(scene.place.text, &scene.store, secret, &err) != MARU_OK ||
        store_hold(scene.store, "local", &scene.local, &err) != MARU_OK) {
        return -1;
    }
    *state = &scene;
    return 0;
}

static int teardown(void **state) {
    struct scene *s = *state;
    store_release(s->store, s->local);
    store_close(s->store);
    trial_place_remove(&s->place);
    return 0;
}

// ---- datasets

static maru_status add_dataset(struct scene *s, const char *name, const char *bytes, size_t n,
                               char id[STORE_ID_BYTES], bool *is_new) {
    const struct dataset_row row = {.name = name,
                                    .by = "kim",
                                    .n_bytes = (int64_t)n,
                                    .n_row = 3,
                                    .source = "upload",
                                    .made_from = ""};
    return tenant_add_dataset(s->local, &row, bytes, id, is_new, NULL);
}

static maru_status list_dataset(void *context, const struct dataset_row *row, maru_error *err) {
    struct text *out = context;
    (void)err;
    text_addf(out, "%s %s %lld %lld %s %zu;", row->name, row->by, (long long)row->n_bytes,
              (long long)row->n_row, row->source, strlen(row->fingerprint));
    return MARU_OK;
}

static void the_same_bytes_are_the_same_dataset(void **state) {
    struct scene *s = *state;
    static const char bytes[] = "a,b\n1,2\n\0\xff";
    char id[3][STORE_ID_BYTES];
    bool is_new[3];
    struct text told;
    text_init(&told, 1 << 12);
    assert_int_equal(add_dataset(s, "one", bytes, sizeof bytes, id[0], &is_new[0]), MARU_OK);
    assert_int_equal(add_dataset(s, "again", bytes, sizeof bytes, id[1], &is_new[1]), MARU_OK);
    assert_int_equal(add_dataset(s, "two", bytes, sizeof bytes - 1, id[2], &is_new[2]), MARU_OK);
    assert_true(is_new[0] && !is_new[1] && is_new[2]);
    assert_string_equal(id[0], id[1]);
    assert_string_not_equal(id[0], id[2]);
    assert_int_equal(tenant_get_dataset(s->local, id[0], &told, NULL), MARU_OK);
    assert_int_equal(told.n_bytes, sizeof bytes);
    assert_memory_equal(told.bytes, bytes, sizeof bytes);
    text_clear(&told);
    assert_int_equal(tenant_see_one_dataset(s->local, id[0], list_dataset, &told, NULL), MARU_OK);
    assert_string_equal(told.bytes, "one kim 11 3 upload 64;");
    assert_int_equal(tenant_delete_dataset(s->local, id[0], "kim", NULL), MARU_OK);
    assert_int_equal(tenant_delete_dataset(s->local, id[0], "kim", NULL), MARU_E_USAGE);
    assert_int_equal(tenant_get_dataset(s->local, id[0], &told, NULL), MARU_E_USAGE);
    text_clear(&told);
    const struct page page = {.limit = 10, .after = ""};
    assert_int_equal(tenant_each_dataset(s->local, &page, list_dataset, &told, NULL), MARU_OK);
    assert_string_equal(told.bytes, "two kim 10 3 upload 64;");
    assert_int_equal(add_dataset(s, "none", bytes, 0, id[0], is_new), MARU_E_LIMIT);
    text_fini(&told);
}

// ---- models

static struct new_version version_of(const char *bytes, bool may_lead) {
    return (struct new_version){.row = {.goal = "number",
                                        .target = "thickness",
                                        .unit = "mm",
                                        .kind = "linear",
                                        .program = "0",
                                        .fingerprint = "ab",
                                        .data = "cd",
                                        .facts = "{}",
                                        .by = "kim",
                                        .dataset = "",
                                        .run = "",
                                        .n_bytes = (int64_t)strlen(bytes)},
                                .bytes = bytes,
                                .may_lead = may_lead};
}

static maru_status add_model(struct scene *s, const char *name, const struct run_row *run,
                             const struct new_version *version) {
    const struct model_row row = {.name = name, .by = "kim", .feed = ""};
    return tenant_add_model(s->local, &row, run, version, s->model, NULL);
}

static maru_status add_version(struct scene *s, const char *bytes, bool may_lead, int64_t *number) {
    const struct new_version version = version_of(bytes, may_lead);
    return tenant_add_model_version(s->local, s->model[0], &version, number, NULL);
}

static maru_status see_model(void *context, const struct model_row *row, maru_error *err) {
    struct text *out = context;
    (void)err;
    text_addf(out, "%s %s champion %lld challenger %lld %s%s;", row->name, row->goal,
              (long long)row->champion, (long long)row->challenger, row->is_on ? "on" : "off ",
              row->reason);
    return MARU_OK;
}

static maru_status see_version(void *context, const struct model_version_row *row,
                               maru_error *err) {
    struct text *out = context;
    (void)err;
    text_addf(out, "%lld %s;", (long long)row->number, model_role_name(row->role));
    return MARU_OK;
}

static void expect(struct scene *s, const char *model, const char *versions) {
    struct text told;
    text_init(&told, 1 << 12);
    assert_int_equal(tenant_see_one_model(s->local, s->model[0], see_model, &told, NULL), MARU_OK);
    assert_string_equal(told.bytes, model);
    text_clear(&told);
    assert_int_equal(tenant_each_model_version(s->local, s->model[0], see_version, &told, NULL),
                     MARU_OK);
    assert_string_equal(told.bytes ? told.bytes : "", versions);
    text_fini(&told);
}

static maru_status promote(struct scene *s, int64_t number, enum model_role role) {
    return tenant_promote_model(s->local, s->model[0], number, role, "lee", NULL);
}

static maru_status roll_back(struct scene *s) {
    return tenant_roll_back_model(s->local, s->model[0], "lee", NULL);
}

static void one_champion_and_the_way_back(void **state) {
    struct scene *s = *state;
    int64_t number = 0;
    assert_int_equal(add_model(s, "m", NULL, NULL), MARU_OK);
    expect(s, "m  champion 0 challenger 0 on;", "");
    assert_int_equal(roll_back(s), MARU_E_RANGE);
    assert_int_equal(add_version(s, "one", true, &number), MARU_OK);
    assert_int_equal(add_version(s, "two", true, &number), MARU_OK);
    assert_int_equal(add_version(s, "three", true, &number), MARU_OK);
    assert_int_equal(number, 3);
    expect(s, "m number champion 1 challenger 0 on;", "3 candidate;2 candidate;1 champion;");
    assert_int_equal(roll_back(s), MARU_E_RANGE); // there was none before it
    assert_int_equal(promote(s, 2, AS_CHALLENGER), MARU_OK);
    assert_int_equal(promote(s, 3, AS_CHALLENGER), MARU_OK);
    expect(s, "m number champion 1 challenger 3 on;", "3 challenger;2 candidate;1 champion;");
    assert_int_equal(promote(s, 3, AS_CHAMPION), MARU_OK);
    assert_int_equal(promote(s, 3, AS_CHAMPION), MARU_OK); // it is: nothing happens
    assert_int_equal(promote(s, 2, AS_CHAMPION), MARU_OK);
    expect(s, "m number champion 2 challenger 0 on;", "3 retired;2 champion;1 retired;");
    assert_int_equal(promote(s, 4, AS_CHAMPION), MARU_E_USAGE);
    expect(s, "m number champion 2 challenger 0 on;", "3 retired;2 champion;1 retired;");
    assert_int_equal(roll_back(s), MARU_OK);
    expect(s, "m number champion 3 challenger 0 on;", "3 champion;2 retired;1 retired;");
    assert_int_equal(roll_back(s), MARU_OK);
    expect(s, "m number champion 1 challenger 0 on;", "3 retired;2 retired;1 champion;");
    assert_int_equal(roll_back(s), MARU_E_RANGE);
    assert_int_equal(promote(s, 1, AS_RETIRED), MARU_OK);
    expect(s, "m number champion 0 challenger 0 on;", "3 retired;2 retired;1 retired;");
}

static void a_poor_first_version_does_not_lead(void **state) {
    struct scene *s = *state;
    const struct new_version poor = version_of("poor", false);
    int64_t number = 0;
    assert_int_equal(add_model(s, "poor", NULL, &poor), MARU_OK);
    assert_int_equal(add_version(s, "good", true, &number), MARU_OK);
    expect(s, "poor number champion 0 challenger 0 on;", "2 candidate;1 candidate;");
}

static void bytes_come_back(void **state) {
    struct scene *s = *state;
    const struct new_version version = version_of("\xff\x01 bytes", true),
                             none = version_of("", true);
    struct text out;
    text_init(&out, 1 << 12);
    assert_int_equal(add_model(s, "bytes", NULL, &none), MARU_E_LIMIT);
    assert_int_equal(add_model(s, "bytes", NULL, &version), MARU_OK);
    assert_int_equal(tenant_get_model_version(s->local, s->model[0], 1, &out, NULL), MARU_OK);
    assert_string_equal(out.bytes, "\xff\x01 bytes");
    assert_int_equal(tenant_get_model_version(s->local, s->model[0], 2, &out, NULL), MARU_E_USAGE);
    text_fini(&out);
}

static void switched_off_until_somebody_promotes(void **state) {
    struct scene *s = *state;
    int64_t number = 0;
    assert_int_equal(add_model(s, "off", NULL, NULL), MARU_OK);
    assert_int_equal(add_version(s, "one", true, &number), MARU_OK);
    assert_int_equal(add_version(s, "two", true, &number), MARU_OK);
    const struct model_row off = {
        .id = s->model[0], .is_on = false, .reason = "inputs", .set_by = "maru"};
    const struct model_row nobody = {
        .id = "none", .is_on = false, .reason = "inputs", .set_by = "maru"};
    assert_int_equal(tenant_use_model(s->local, &off, NULL), MARU_OK);
    assert_int_equal(tenant_use_model(s->local, &off, NULL), MARU_OK);
    assert_int_equal(tenant_use_model(s->local, &nobody, NULL), MARU_E_USAGE);
    expect(s, "off number champion 1 challenger 0 off inputs;", "2 candidate;1 champion;");
    assert_int_equal(promote(s, 2, AS_CHAMPION), MARU_OK);
    expect(s, "off number champion 2 challenger 0 on;", "2 champion;1 retired;");
}

static void names_are_taken_once(void **state) {
    struct scene *s = *state;
    assert_int_equal(add_model(s, "a", NULL, NULL), MARU_OK);
    assert_int_equal(add_model(s, "a", NULL, NULL), MARU_E_RANGE);
    assert_int_equal(add_model(s, "b", NULL, NULL), MARU_OK);
    struct model_row row = {.id = s->model[0], .name = "a", .feed = "{}", .by = "kim"};
    assert_int_equal(tenant_change_model(s->local, &row, NULL), MARU_E_RANGE);
    row.name = "c";
    assert_int_equal(tenant_change_model(s->local, &row, NULL), MARU_OK);
    row.id = "none";
    row.name = "d";
    assert_int_equal(tenant_change_model(s->local, &row, NULL), MARU_E_USAGE);
}

// ---- trainings

static maru_status count_run(void *context, const struct run_row *row, maru_error *err) {
    (void)err;
    if (strcmp(row->kind, "train") == 0) {
        assert_string_equal(row->plant, "");
        ++*(int *)context;
    }
    return MARU_OK;
}

static int n_open(struct scene *s) {
    int n = 0;
    assert_int_equal(tenant_each_open_run(s->local, count_run, &n, NULL), MARU_OK);
    return n;
}

static void a_run_ends_with_its_version(void **state) {
    struct scene *s = *state;
    const struct run_row run = {.name = "", .kind = "train", .by = "kim", .request = "{}"};
    const struct new_version version = version_of("fitted", true);
    const struct run_end end = {.state = RUN_DONE,
                                .progress = 1,
                                .sentence_ko = "",
                                .sentence_en = "",
                                .problem = "",
                                .figures = "",
                                .version = &version};
    const struct run_row nowhere = {
        .name = "", .kind = "train", .by = "kim", .request = "{}", .model = "none"};
    char id[STORE_ID_BYTES];
    assert_int_equal(add_model(s, "trained", &run, NULL), MARU_OK);
    assert_int_equal(n_open(s), 1);
    assert_int_equal(tenant_add_run(s->local, &nowhere, id, NULL), MARU_E_USAGE);
    assert_int_equal(tenant_end_run(s->local, s->model[1], &end, NULL), MARU_OK);
    expect(s, "trained number champion 1 challenger 0 on;", "1 champion;");
    assert_int_equal(n_open(s), 0);
    const struct page page = {.limit = 9, .after = ""};
    struct run_filter filter = {.plant = "", .kind = "", .state = "", .model = s->model[0]};
    int n_its = 0, n_other = 0;
    assert_int_equal(tenant_each_run(s->local, &filter, &page, count_run, &n_its, NULL), MARU_OK);
    filter.model = "other";
    assert_int_equal(tenant_each_run(s->local, &filter, &page, count_run, &n_other, NULL), MARU_OK);
    assert_int_equal(n_its, 1);
    assert_int_equal(n_other, 0);
    struct run_row second = run; // which is removed before it ends: there is no version of it
    second.model = s->model[0];
    assert_int_equal(tenant_add_run(s->local, &second, id, NULL), MARU_OK);
    assert_int_equal(tenant_delete_run(s->local, id, "kim", NULL), MARU_OK);
    assert_int_equal(tenant_end_run(s->local, id, &end, NULL), MARU_OK);
    expect(s, "trained number champion 1 challenger 0 on;", "1 champion;");
    assert_int_equal(tenant_add_run(s->local, &second, id, NULL), MARU_OK);
    assert_int_equal(tenant_delete_model(s->local, s->model[0], "kim", NULL), MARU_OK);
    assert_int_equal(n_open(s), 0); // runs go with their model
    assert_int_equal(tenant_end_run(s->local, id, &end, NULL), MARU_OK);
    assert_int_equal(tenant_delete_model(s->local, s->model[0], "kim", NULL), MARU_E_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_bytes_are_the_same_dataset, setup, teardown),
        cmocka_unit_test_setup_teardown(one_champion_and_the_way_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_poor_first_version_does_not_lead, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(switched_off_until_somebody_promotes, setup, teardown),
        cmocka_unit_test_setup_teardown(names_are_taken_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_ends_with_its_version, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
