#include "connect/mqtt_address.h"

#include <string.h>

#include "base/number.h"
#include "base/percent.h"
#include "base/status.h"

// One pass from the left: scheme, user and password up to an @, host or [address of IPv6], port. What user
// and password may not have in a URL stands there as %41.

static bool cut_to(const char *from, size_t n, char *to, size_t cap) {
    if (n >= cap) {
        return false;
    }
    memcpy(to, from, n);
    to[n] = '\0';
    return percent_decode(to);
}

static bool read_url(const char *url, struct mqtt_address *out) {
    *out = (struct mqtt_address){.port = 1883};
    if (strncmp(url, "mqtts://", 8) == 0) {
        out->is_tls = true;
        out->port = 8883;
    } else if (strncmp(url, "mqtt://", 7) != 0) {
        return false;
    }
    const char *at = strstr(url, "://") + 3;
    const char *end = at + strcspn(at, "/");
    if (end[0] == '/' && end[1] != '\0') {
        return false;
    }
    const char *login_end = memchr(at, '@', (size_t)(end - at));
    if (login_end) {
        const char *colon = memchr(at, ':', (size_t)(login_end - at));
        const char *user_end = colon ? colon : login_end;
        if (!cut_to(at, (size_t)(user_end - at), out->user, sizeof out->user) ||
            (colon && !cut_to(colon + 1, (size_t)(login_end - colon - 1), out->password,
                              sizeof out->password))) {
            return false;
        }
        at = login_end + 1;
    }
    const char *host_end = memchr(at, ':', (size_t)(end - at));
    if (at[0] == '[') { // an address of IPv6
        const char *close = memchr(at, ']', (size_t)(end - at));
        if (!close) {
            return false;
        }
        host_end = close[1] == ':' ? close + 1 : NULL;
        if (!cut_to(at + 1, (size_t)(close - at - 1), out->host, sizeof out->host)) {
            return false;
        }
    } else if (!cut_to(at, (size_t)((host_end ? host_end : end) - at), out->host,
                       sizeof out->host)) {
        return false;
    }
    int64_t port = out->port;
    if (host_end && (!number_int64(host_end + 1, (size_t)(end - host_end - 1), &port) || port < 1 ||
                     port > 65535)) {
        return false;
    }
    out->port = (int)port;
    return out->host[0] != '\0';
}

maru_status mqtt_address_read(const char *url, struct mqtt_address *out, maru_error *err) {
    return read_url(url, out) ? MARU_OK
                              : fail(err, MARU_E_USAGE,
                                     "an address such as mqtt://user:password@host:1883 or "
                                     "mqtts://host is wanted");
}
