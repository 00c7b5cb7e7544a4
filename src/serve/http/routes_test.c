#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/http/request.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "io/files.h"
#include "serve/api/openapi.h"

// The table of routes and docs/openapi.json tell the same, in both directions, roles included.

static json_t *document(void) {
    json_error_t why;
    json_t *json = json_loadb(openapi_json, openapi_json_bytes, JSON_REJECT_DUPLICATES, &why);
    if (!json) {
        fail_msg("docs/openapi.json:%d: %s", why.line, why.text);
    }
    return json;
}

static void lower(char *out, const char *text) {
    for (; *text; text++) {
        *out++ = (char)(*text | 0x20);
    }
    *out = '\0';
}

static void every_route_is_documented(void **state) {
    (void)state;
    json_t *json = document();
    const json_t *paths = json_object_get(json, "paths");
    for (size_t i = 0; route_at(i); i++) {
        const struct route *route = route_at(i);
        char method[16];
        lower(method, route->method);
        const json_t *its = json_object_get(json_object_get(paths, route->pattern), method);
        if (!its) {
            fail_msg("%s %s is not in docs/openapi.json", route->method, route->pattern);
        }
        const char *role = json_string_value(json_object_get(its, "x-role"));
        const bool is_public = json_array_size(json_object_get(its, "security")) == 0 &&
                               json_object_get(its, "security");
        assert_int_equal(is_public, route->is_public);
        if (!route->is_public && (!role || strcmp(role, role_name(route->role)) != 0)) {
            fail_msg("%s %s: x-role is %s, the table says %s", route->method, route->pattern,
                     role ? role : "missing", role_name(route->role));
        }
        assert_true((json_object_get(its, "requestBody") != NULL) <= (route->max_body > 0));
    }
    json_decref(json);
}

// A POST may be asked with a key.
static void every_post_tells_of_keys(void **state) {
    (void)state;
    json_t *json = document();
    for (size_t i = 0; route_at(i); i++) {
        const struct route *route = route_at(i);
        if (strcmp(route->method, "POST") != 0) {
            continue;
        }
        const json_t *post = json_object_get(
            json_object_get(json_object_get(json, "paths"), route->pattern), "post");
        const json_t *list = json_object_get(post, "parameters");
        bool has = false;
        for (size_t k = 0; k < json_array_size(list); k++) {
            const char *its = json_string_value(json_object_get(json_array_get(list, k), "$ref"));
            has = has || (its && strcmp(its, "#/components/parameters/IdempotencyKey") == 0);
        }
        if (!has) {
            fail_msg("POST %s does not tell of Idempotency-Key", route->pattern);
        }
    }
    json_decref(json);
}

// The table of docs/SERVER.md says who may what, as the table of routes does: | `METHOD path` | role | ...
static void the_manual_tells_the_roles(void **state) {
    (void)state;
    struct text manual;
    maru_error err = {0};
    text_init(&manual, 1 << 20);
    if (files_read("docs/SERVER.md", &manual, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    size_t n = 0;
    for (size_t i = 0; route_at(i); i++, n++) {
        const struct route *route = route_at(i);
        char row[256];
        snprintf(row, sizeof row, "\n| `%s %s` | %s%s |", route->method, route->pattern,
                 route->is_public ? "everybody" : role_name(route->role),
                 route->is_of_server ? " of `local`" : "");
        if (!strstr(manual.bytes, row)) {
            fail_msg("docs/SERVER.md lacks%s", row);
        }
    }
    size_t n_row = 0;
    for (const char *at = manual.bytes; (at = strstr(at, " /")) != NULL; at++) {
        const char *line = at;
        while (line > manual.bytes && line[-1] != '\n') {
            line--;
        }
        const bool is_row =
            strncmp(line, "| `GET /", 8) == 0 || strncmp(line, "| `POST /", 9) == 0 ||
            strncmp(line, "| `DELETE /", 11) == 0 || strncmp(line, "| `PUT /", 8) == 0 ||
            strncmp(line, "| `PATCH /", 10) == 0;
        n_row += is_row && at - line < 12;
    }
    assert_int_equal(n_row, n); // and no route that is none
    text_fini(&manual);
}

static void everything_documented_is_a_route(void **state) {
    (void)state;
    json_t *json = document(), *methods, *operation;
    const char *path, *method;
    json_object_foreach(json_object_get(json, "paths"), path, methods) {
        json_object_foreach(methods, method, operation) {
            bool is_there = false;
            for (size_t i = 0; route_at(i) && !is_there; i++) {
                char its[16];
                lower(its, route_at(i)->method);
                is_there = strcmp(its, method) == 0 && strcmp(route_at(i)->pattern, path) == 0;
            }
            if (!is_there) {
                fail_msg("%s %s is documented, but no route", method, path);
            }
        }
    }
    json_decref(json);
}

static void paths_find_their_routes(void **state) {
    (void)state;
    static const struct {
        const char *method, *path, *pattern; // NULL: none
        int status;
        const char *param[3];
    } cases[] = {
        {"GET", "/v1/plants", "/v1/plants", 0, {"", "", ""}},
        {"GET", "/v1/plants/abc", "/v1/plants/{plant}", 0, {"abc", "", ""}},
        {"HEAD", "/v1/plants/abc", "/v1/plants/{plant}", 0, {"abc", "", ""}},
        {"GET",
         "/v1/plants/a/versions/2/tables/x y.csv",
         "/v1/plants/{plant}/versions/{version}/tables/{table}",
         0,
         {"a", "2", "x y.csv"}},
        {"PUT", "/v1/plants", NULL, 405, {"", "", ""}},
        {"GET", "/v1/plants/", NULL, 404, {"", "", ""}},
        {"GET", "/v1//plants", NULL, 404, {"", "", ""}},
        {"GET", "/v1/plant", NULL, 404, {"", "", ""}},
        {"GET", "/v1/plantsx", NULL, 404, {"", "", ""}},
        {"GET", "", NULL, 404, {"", "", ""}},
        {"GET", "v1/plants", NULL, 404, {"", "", ""}},
        {"GET", "/v1/plants/a/versions/2/tables/x/y", NULL, 404, {"", "", ""}},
        {"GET",
         "/v1/plants/a/versions/2/tables/x%2Fy%2520.csv",
         "/v1/plants/{plant}/versions/{version}/tables/{table}",
         0,
         {"a", "2", "x/y%20.csv"}},
        {"GET",
         "/v1/twins/t/tools/%EB%85%B8%EA%B4%91%232/1",
         "/v1/twins/{twin}/tools/{group}/{number}",
         0,
         {"t", "노광#2", "1"}},
        {"GET", "/v1/p%6cants", "/v1/plants", 0, {"", "", ""}},
        {"GET", "/v1%2Fplants", NULL, 404, {"", "", ""}},
        {"GET", "/v1/plants/%00", NULL, 404, {"", "", ""}},
        {"GET", "/", NULL, 404, {"", "", ""}},
        {"GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", NULL, 404, {"", "", ""}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct request request = {0};
        int status = 0;
        memcpy(request.path, cases[i].path, strlen(cases[i].path) + 1);
        const struct route *route = route_find(&request, cases[i].method, &status);
        if (!cases[i].pattern) {
            assert_null(route);
            assert_int_equal(status, cases[i].status);
            continue;
        }
        assert_non_null(route);
        assert_string_equal(route->pattern, cases[i].pattern);
        for (size_t k = 0; k < REQUEST_MAX_PARAMS; k++) {
            assert_string_equal(request.param[k], cases[i].param[k]);
        }
    }
}

static void a_path_tells_what_is_possible(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"/v1/plants", "GET, HEAD, POST"},
        {"/v1/plants/a", "GET, HEAD, PATCH, DELETE"},
        {"/v1/twins/a/seek", "POST"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct request request = {0};
        int status = 0;
        memcpy(request.path, cases[i][0], strlen(cases[i][0]) + 1);
        assert_null(route_find(&request, "OPTIONS", &status));
        assert_int_equal(status, 405);
        assert_string_equal(request.allow, cases[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_documented),
        cmocka_unit_test(every_post_tells_of_keys),
        cmocka_unit_test(the_manual_tells_the_roles),
        cmocka_unit_test(everything_documented_is_a_route),
        cmocka_unit_test(paths_find_their_routes),
        cmocka_unit_test(a_path_tells_what_is_possible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
