#include "connect/mqtt_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

// Good addresses are taken apart, bad ones refused.

struct good {
    const char *url, *user, *password, *host;
    int port;
    bool is_tls;
};

static void good_ones(void **state) {
    (void)state;
    const struct good good[] = {
        {"mqtt://host", "", "", "host", 1883, false},
        {"mqtt://host/", "", "", "host", 1883, false},
        {"mqtts://host", "", "", "host", 8883, true},
        {"mqtt://host:1", "", "", "host", 1, false},
        {"mqtts://a:b@host:65535", "a", "b", "host", 65535, true},
        {"mqtt://a%40b:c%3Ad@10.0.0.1:99", "a@b", "c:d", "10.0.0.1", 99, false},
        {"mqtt://only@host", "only", "", "host", 1883, false},
        {"mqtt://[::1]:1884", "", "", "::1", 1884, false},
        {"mqtt://[fe80::1]", "", "", "fe80::1", 1883, false},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct mqtt_address got;
        assert_int_equal(mqtt_address_read(good[i].url, &got, NULL), MARU_OK);
        assert_string_equal(got.user, good[i].user);
        assert_string_equal(got.password, good[i].password);
        assert_string_equal(got.host, good[i].host);
        assert_int_equal(got.port, good[i].port);
        assert_int_equal(got.is_tls, good[i].is_tls);
    }
}

static void bad_ones(void **state) {
    (void)state;
    static char long_host[600] = "mqtt://";
    memset(long_host + 7, 'h', sizeof long_host - 8);
    const char *const bad[] = {"",
                               "host",
                               "http://host",
                               "mqtt://",
                               "mqtt://:1",
                               "mqtt://host:0",
                               "mqtt://host:x",
                               "mqtt://host:65536",
                               "mqtt://[::1",
                               "mqtt://host/path",
                               "mqtt://a:b@",
                               "mqtt://%00@host",
                               "mqtt:/host",
                               "mqtt://host:",
                               long_host};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct mqtt_address got;
        maru_error err = {0};
        if (mqtt_address_read(bad[i], &got, &err) != MARU_E_USAGE) {
            fail_msg("%s is taken", bad[i]);
        }
        assert_true(err.text[0] != '\0');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(good_ones), cmocka_unit_test(bad_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
