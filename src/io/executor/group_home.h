// The folder of control groups (version 2) in which jobs get groups of their own: one that is named, or the one that systemd gave this service
// to manage (Delegate=).
#ifndef IO_EXECUTOR_GROUP_HOME_H
#define IO_EXECUTOR_GROUP_HOME_H

#include "maru/status.h"

enum { GROUP_HOME_BYTES = 2048, GROUP_CONTROLLERS_BYTES = 200 };

// Make it ready: its controllers are handed down, and this process, where it stands in that folder itself, goes one below.
//   in      said: "auto", "off" or "", or an absolute path, made where it is missing
//   out     folder: "" where there is none to have
//   errors  MARU_E_INPUT: what is named is no such folder, or no process can be put below it from here; never with "auto"
MARU_MUST_USE maru_status group_home_open(const char *said, char folder[GROUP_HOME_BYTES],
                                          maru_error *err);

// What jobs in it are bounded by: "cpu memory pids", or fewer, or "".
void group_home_controllers(const char *folder, char out[GROUP_CONTROLLERS_BYTES]);

#endif
