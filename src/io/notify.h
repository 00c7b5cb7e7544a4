// Telling the service manager (systemd, Type=notify) how the server is. Does nothing without one.
#ifndef IO_NOTIFY_H
#define IO_NOTIFY_H

#include <stdbool.h>

// One datagram of lines such as "READY=1" to the socket that $NOTIFY_SOCKET names.
//   source  sd_notify(3)
bool notify_send(const char *state);

// Seconds between two signs of life ("WATCHDOG=1") that the manager asks of this process, 0: none. Half of
// $WATCHDOG_USEC, as sd_watchdog_enabled(3) advises.
double notify_watchdog_s(void);

#endif
