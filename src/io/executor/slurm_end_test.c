#include "io/executor/slurm_end.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/executor/slurm_script.h"

// What Slurm's accounting says of a job beside how the launch ended.
static void each_end(void **state) {
    static const struct {
        enum slurm_state state;
        int code, signal;
        bool is_stopped, has_begun, has_left, has_started;
        enum launch_end end;
        int says;
    } cases[] = {
        {SLURM_COMPLETED, 0, 0, false, false, true, true, END_EXIT, 0},
        {SLURM_FAILED, 3, 0, false, false, true, true, END_EXIT, 3},
        {SLURM_FAILED, 1, 0, false, false, true, true, END_EXIT, 1},
        // Ended by a controller that did not hear of its begin: the script said no word of its own end.
        {SLURM_FAILED, 1, 0, false, true, false, true, END_NODE, 1},
        {SLURM_FAILED, 1, 0, false, false, false, false, END_NODE, 1},
        {SLURM_FAILED, 0, 11, false, false, true, true, END_SIGNAL, 11},
        {SLURM_FAILED, 0, SLURM_ENDED_LIMIT, false, false, true, true, END_LIMIT, 137},
        {SLURM_FAILED, 0, SLURM_ENDED_LIMIT, true, false, true, true, END_LIMIT, 137},
        {SLURM_FAILED, 0, SLURM_ENDED_AGAIN, false, false, false, true, END_NODE, 43},
        {SLURM_FAILED, 0, SLURM_ENDED_PROGRAM, false, false, true, true, END_FAILED, 45},
        {SLURM_FAILED, 0, SLURM_ENDED_FOLDER, false, false, false, true, END_FAILED, 41},
        // What Slurm knows of node and time wins over any code.
        {SLURM_NODE_GONE, 1, 0, false, false, false, true, END_NODE, 1},
        {SLURM_NODE_GONE, 0, 15, false, false, true, true, END_NODE, 15},
        // Taken for another, by Slurm at the end of its grace or by itself before; what was to stop anyway was stopped.
        {SLURM_TAKEN, 0, 15, false, false, false, true, END_TAKEN, 137},
        {SLURM_TAKEN, 0, 15, true, false, false, true, END_STOPPED, 137},
        {SLURM_FAILED, 0, SLURM_ENDED_TAKEN, false, false, true, true, END_TAKEN, 137},
        {SLURM_FAILED, 0, SLURM_ENDED_TAKEN, true, false, true, true, END_STOPPED, 137},
        {SLURM_CANCELLED, 0, SLURM_ENDED_TAKEN, false, false, true, true, END_STOPPED, 137},
        {SLURM_TIMED_OUT, 1, 0, false, false, true, true, END_LIMIT, 137},
        {SLURM_TIMED_OUT, 0, 15, false, false, false, true, END_LIMIT, 137},
        {SLURM_NO_MEMORY, 0, 125, false, false, true, true, END_MEMORY, 125},
        {SLURM_CANCELLED, 0, 15, false, false, false, true, END_STOPPED, 143},
        {SLURM_CANCELLED, 0, 0, true, false, false, false, END_STOPPED, 0},
        {SLURM_CANCELLED, 0, 0, false, true, false, false, END_NODE, 0}, // ran, put back, taken out
        {SLURM_FAILED, 0, 10, true, false, true, true, END_STOPPED, 138},
        {SLURM_FAILED, 2, 0, false, false, false, false, END_FAILED, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct slurm_job job = {.which = {1, SLURM_NO_TASK},
                                      .state = cases[i].state,
                                      .exit_code = cases[i].code,
                                      .exit_signal = cases[i].signal,
                                      .submitted_us = 1,
                                      .started_us = cases[i].has_started ? 2 : 0,
                                      .ended_us = 3,
                                      .cpu_us = -1,
                                      .max_memory_bytes = -1};
        const struct slurm_asked asked = {.is_stopped = cases[i].is_stopped,
                                          .has_begun = cases[i].has_begun,
                                          .has_left = cases[i].has_left};
        struct launch_look look;
        slurm_end_of(&job, 1, asked, &look);
        if (look.end != cases[i].end || look.exit_code != cases[i].says) {
            fail_msg("case %zu: end %d, code %d", i, (int)look.end, look.exit_code);
        }
        assert_int_equal(look.state, LAUNCH_ENDED);
        assert_true(look.submitted_us == 1 && look.ended_us == 3);
    }
}

// Given up long after its script has ended: what the script said is true. Cancelled while it ran: it was stopped.
static void given_up(void **state) {
    struct slurm_job job = {.state = SLURM_NODE_GONE,
                            .exit_code = 1,
                            .started_us = 1,
                            .ended_us = 2 * SLURM_GIVEN_UP_US};
    struct slurm_asked asked = {.has_left = true, .left_us = 5, .left_code = 0};
    struct launch_look look;
    (void)state;
    slurm_end_of(&job, 1, asked, &look);
    assert_true(look.end == END_EXIT && look.exit_code == 0);
    asked.left_code = 7;
    job.state = SLURM_CANCELLED;
    slurm_end_of(&job, 1, asked, &look);
    assert_true(look.end == END_EXIT && look.exit_code == 7);
    asked.left_us = job.ended_us - SLURM_GIVEN_UP_US;
    slurm_end_of(&job, 1, asked, &look);
    assert_int_equal(look.end, END_STOPPED);
    job.state = SLURM_NODE_GONE;
    slurm_end_of(&job, 1, asked, &look);
    assert_int_equal(look.end, END_NODE);
}

// More than it may, and killed: memory, also where Slurm calls it a failure.
static void memory(void **state) {
    struct slurm_job job = {.state = SLURM_FAILED,
                            .exit_signal = 9,
                            .started_us = 1,
                            .ended_us = 2,
                            .max_memory_bytes = (INT64_C(100) << 20) + 1};
    struct launch_look look;
    (void)state;
    slurm_end_of(&job, 1, (struct slurm_asked){.memory_mib = 100, .has_left = true}, &look);
    assert_int_equal(look.end, END_MEMORY);
    job.max_memory_bytes--;
    slurm_end_of(&job, 1, (struct slurm_asked){.memory_mib = 100, .has_left = true}, &look);
    assert_int_equal(look.end, END_SIGNAL);
}

// Put back into the queue: the run that it had counts, and its times.
static void put_back(void **state) {
    const struct slurm_job row[] = {
        {.state = SLURM_NODE_GONE, .submitted_us = 1, .started_us = 2, .ended_us = 5, .node = "a"},
        {.state = SLURM_FAILED,
         .exit_signal = SLURM_ENDED_AGAIN,
         .submitted_us = 5,
         .started_us = 7,
         .ended_us = 8,
         .node = "b"},
    };
    struct launch_look look;
    (void)state;
    slurm_end_of(row, 2, (struct slurm_asked){.memory_mib = 0}, &look);
    assert_int_equal(look.end, END_NODE);
    assert_true(look.submitted_us == 1 && look.started_us == 2 && look.ended_us == 5);
    assert_string_equal(look.node, "a");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end),
        cmocka_unit_test(given_up),
        cmocka_unit_test(memory),
        cmocka_unit_test(put_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
