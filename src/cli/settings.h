// What the environment and a file of settings say, for options that the command line leaves open: the command
// line wins, then the environment, then the file.
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "cli/verb.h"

enum { SETTINGS_MAX_FILE_BYTES = 1 << 20, SETTINGS_MAX_TEXTS = 32 };

struct settings {
    char *kept[SETTINGS_MAX_TEXTS]; // texts that options point into
    size_t n_kept;
};

// Set the options of call->args that were not given. The file is that of --config or MARU_CONFIG; its keys
// are the options of `maru serve`, also where another verb reads it and knows only some of them.
//   memory  settings_fini, when the options are not used any more, also after an error
//   errors  MARU_E_INPUT with file and line; MARU_E_USAGE: a variable makes no sense; MARU_E_IO
MARU_MUST_USE maru_status settings_apply(struct settings *settings, struct call *call,
                                         maru_error *err);
void settings_fini(struct settings *settings);

#endif
