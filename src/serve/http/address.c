#include "serve/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

// Numbers only, and localhost: a name of the network would make starting wait for it.

maru_status address_read(const char *text, struct sockaddr_storage *out, bool *is_loopback,
                         maru_error *err) {
    const char *colon = strrchr(text, ':');
    char host[64];
    const size_t n = colon ? (size_t)(colon - text) : 0;
    char *end = NULL;
    const long port = colon ? strtol(colon + 1, &end, 10) : -1;
    memset(out, 0, sizeof *out);
    if (n > 0 && n < sizeof host && port >= 0 && port <= 65535 && end != colon + 1 &&
        *end == '\0') {
        struct sockaddr_in *v4 = (struct sockaddr_in *)out;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
        memcpy(host, text, n);
        host[n] = '\0';
        if (host[0] == '[' && host[n - 1] == ']') {
            host[n - 1] = '\0';
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons((uint16_t)port);
            *is_loopback = strcmp(host + 1, "::1") == 0;
            if (inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1) {
                return MARU_OK;
            }
        }
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        const char *address = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
        *is_loopback = strncmp(address, "127.", 4) == 0;
        if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
            return MARU_OK;
        }
    }
    return fail(err, MARU_E_USAGE, "'%.60s' is no address: 127.0.0.1:7070 or [::1]:7070 is wanted",
                text);
}
