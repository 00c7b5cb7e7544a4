#include "io/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is_there(void) { return isatty(STDOUT_FILENO) == 1; }

size_t terminal_columns(void) {
    struct winsize size = {0};
    return terminal_is_there() && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
