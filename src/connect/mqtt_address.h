// Where a broker of MQTT is, and who comes.
#ifndef CONNECT_MQTT_ADDRESS_H
#define CONNECT_MQTT_ADDRESS_H

#include <stdbool.h>

#include "maru/status.h"

struct mqtt_address {
    char user[128], password[256], host[256]; // "" where there is none
    int port;
    bool is_tls;
};

// Read mqtt://[user:password@]host[:1883] or mqtts://...[:8883].
//   errors  MARU_E_USAGE: *out is as it happens
MARU_MUST_USE maru_status mqtt_address_read(const char *url, struct mqtt_address *out,
                                            maru_error *err);

#endif
