#include "io/stop.h"

#include <signal.h>
#include <stdatomic.h>

static atomic_bool asked; // lock-free, so a signal handler may set it

static void note(int signal_number) {
    (void)signal_number;
    atomic_store_explicit(&asked, true, memory_order_relaxed);
}

void stop_listen(void) {
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool stop_asked(void) { return atomic_load_explicit(&asked, memory_order_relaxed); }
