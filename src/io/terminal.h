// What stdout is.
#ifndef IO_TERMINAL_H
#define IO_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

// True when stdout is a terminal.
bool terminal_is_there(void);

// Its width in columns, 0 where it is no terminal or does not say.
size_t terminal_columns(void);

#endif
