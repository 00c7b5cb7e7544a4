#include "io/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/number.h"

bool notify_send(const char *state) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const size_t n = path ? strlen(path) : 0;
    if (n < 2 || n >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@')) {
        return false;
    }
    memcpy(address.sun_path, path, n);
    if (path[0] == '@') {
        address.sun_path[0] = '\0'; // a name that is no file
    }
    const int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (file < 0) {
        return false;
    }
    const socklen_t n_address = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    const ssize_t n_sent = sendto(file, state, strlen(state), MSG_NOSIGNAL,
                                  (const struct sockaddr *)&address, n_address);
    close(file);
    return n_sent == (ssize_t)strlen(state);
}

static bool read_variable(const char *name, int64_t *out) {
    const char *text = getenv(name);
    return text && number_int64(text, strlen(text), out);
}

double notify_watchdog_s(void) {
    int64_t us = 0, pid = 0;
    if (!read_variable("WATCHDOG_USEC", &us) || us <= 0 ||
        (read_variable("WATCHDOG_PID", &pid) && pid != getpid())) {
        return 0;
    }
    return (double)us * 1e-6 / 2;
}
