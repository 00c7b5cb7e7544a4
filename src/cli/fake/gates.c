#include "cli/fake/gates.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Rows of the table are in the time since the fake began; a relay has the wall's.

static const enum fake_harm harm_of[] = {[FAULT_DROP] = FAKE_HARM_DROP,
                                         [FAULT_DELAY] = FAKE_HARM_DELAY,
                                         [FAULT_REPEAT] = FAKE_HARM_REPEAT,
                                         [FAULT_REORDER] = FAKE_HARM_REORDER,
                                         [FAULT_MALFORMED] = FAKE_HARM_MALFORMED};

maru_status gates_open(struct gates *gates, const struct fault_table *table, enum fault_link link,
                       enum fake_framing framing, int64_t begin_us, maru_error *err) {
    *gates = (struct gates){0};
    if (!fault_table_has_link(table, link)) {
        return MARU_OK;
    }
    gates->fault = alloc_new(table->n_row, sizeof *gates->fault);
    gates->gate = alloc_new(GATES_MAX_GATES, sizeof *gates->gate);
    if (!gates->fault || !gates->gate) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < table->n_row; i++) {
        const struct fault_row *row = &table->row[i];
        if (fault_of(row->kind) == FAULT_OF_LINK && row->link == link) {
            const bool is_open = row->until_us == INT64_MAX;
            gates->fault[n++] =
                (struct fake_link_fault){.harm = harm_of[row->kind],
                                         .part = row->part,
                                         .from_us = begin_us + row->at_us,
                                         .until_us = is_open ? INT64_MAX : begin_us + row->until_us,
                                         .delay_us = row->span_us,
                                         .share = row->share};
        }
    }
    const struct fake_relay_options options = {
        .framing = framing, .fault = gates->fault, .n_fault = n, .seed = (uint64_t)begin_us};
    return fake_relay_open(&options, &gates->relay, err);
}

maru_status gates_add(struct gates *gates, const struct fake_gate *gate, int *port,
                      maru_error *err) {
    const maru_status st = fake_relay_add(gates->relay, gate, port, err);
    if (st == MARU_OK) {
        snprintf(gates->gate[gates->n_gate].part, sizeof gates->gate[0].part, "%s", gate->part);
        gates->gate[gates->n_gate++].port = *port;
    }
    return st;
}

int gates_port(void *of, const char *part) {
    const struct gates *gates = of;
    for (uint32_t i = 0; i < gates->n_gate; i++) {
        if (strcmp(gates->gate[i].part, part) == 0) {
            return gates->gate[i].port;
        }
    }
    return 0;
}

void gates_close(struct gates *gates, struct fake_relay_look *last) {
    fake_relay_close(gates->relay, last);
    alloc_free(gates->fault);
    alloc_free(gates->gate);
    *gates = (struct gates){0};
}
