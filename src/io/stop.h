// Ctrl-C and kill: asked once, the work stops at the next good moment; asked twice, at once.
#ifndef IO_STOP_H
#define IO_STOP_H

#include <stdbool.h>

// From now on SIGINT and SIGTERM are noted instead of ending the program; a second one ends it.
void stop_listen(void);

// True when somebody has asked. Any thread.
bool stop_asked(void);

#endif
