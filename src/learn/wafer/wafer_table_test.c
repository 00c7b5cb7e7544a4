#include "learn/wafer/wafer_table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

enum { LOT, WAFER, X, Y, BIN, N_COLUMN };
static const struct wafer_columns columns = {LOT, WAFER, X, Y, BIN, 1};

static void make(struct frame *frame, uint32_t n_row, const double (*cell)[N_COLUMN]) {
    static const char *const names[N_COLUMN] = {"lot", "wafer", "x", "y", "bin"};
    assert_int_equal(frame_init(frame, n_row, N_COLUMN, 1 << 24, NULL), MARU_OK);
    for (uint32_t k = 0; k < N_COLUMN; k++) {
        assert_int_equal(frame_make_column(frame, k, FRAME_NUMBER, NULL), MARU_OK);
        frame->column[k].name = names[k];
        for (uint32_t row = 0; row < n_row; row++) {
            frame->column[k].number[row] = cell[row][k];
            frame->line[row] = row + 2;
        }
    }
}

static void dies_come_to_their_places(void **state) {
    (void)state;
    static const double cell[][N_COLUMN] = {
        {7, 1, -1, 10, 1}, {7, 2, 0, 10, 1}, {7, 1, 1, 11, 5},  {8, 1, 1, 10, 3}, {7, 1, 0, 10, 1},
        {7, 1, 0, 10, 4},  {7, 2, 1, 11, 0}, {7, 3, NAN, 1, 1}, {NAN, 1, 0, 0, 1}};
    struct frame frame;
    struct wafer_list list;
    make(&frame, 9, cell);
    assert_int_equal(wafer_table_read(&frame, &columns, &list, NULL), MARU_OK);
    assert_int_equal(list.n_map, 3);
    assert_true(list.height == 2 && list.width == 3);
    assert_memory_equal(list.map[0].die, "\1\2\0\0\0\2",
                        6); // 7/1; the die at (0, 10) failed when tested again
    assert_memory_equal(list.map[1].die, "\0\1\0\0\0\2", 6); // 7/2
    assert_memory_equal(list.map[2].die, "\0\0\2\0\0\0", 6); // 8/1
    assert_true(list.first_row[0] == 0 && list.first_row[1] == 1 && list.first_row[2] == 3);
    assert_true(list.n_skipped == 2 && list.n_again == 1);
    wafer_list_fini(&list);
    frame_fini(&frame);
}

// Every die of many wafers stands where it was put, in whatever order the rows came.
static void many_wafers_are_kept_apart(void **state) {
    (void)state;
    enum { N_WAFER = 60, SIDE = 7, N_ROW = N_WAFER * SIDE * SIDE };
    static double cell[N_ROW][N_COLUMN];
    const double(*const rows)[N_COLUMN] = (const double(*)[N_COLUMN])cell;
    struct frame frame;
    struct wafer_list list;
    for (uint32_t i = 0; i < N_ROW; i++) {
        const uint32_t at = i * 1009 % N_ROW, wafer = at % N_WAFER, place = at / N_WAFER;
        const double row[N_COLUMN] = {floor(wafer / 25.0), wafer % 25, place % SIDE,
                                      floor((double)place / SIDE),
                                      (wafer + place) % 3 == 0 ? 2 : 1};
        memcpy(cell[i], row, sizeof row);
    }
    make(&frame, N_ROW, rows);
    assert_int_equal(wafer_table_read(&frame, &columns, &list, NULL), MARU_OK);
    assert_int_equal(list.n_map, N_WAFER);
    for (uint32_t i = 0; i < N_WAFER; i++) {
        const double *first = cell[list.first_row[i]];
        const uint32_t wafer = (uint32_t)(first[LOT] * 25 + first[WAFER]);
        for (uint32_t place = 0; place < SIDE * SIDE; place++) {
            assert_int_equal(list.map[i].die[place],
                             (wafer + place) % 3 == 0 ? WAFER_BAD : WAFER_GOOD);
        }
    }
    wafer_list_fini(&list);
    frame_fini(&frame);
}

static void tables_without_maps_are_refused(void **state) {
    (void)state;
    static const double good[][N_COLUMN] = {{1, 1, 0, 0, 1}, {1, 1, 1, 1, 1}};
    static const struct {
        double cell[2][N_COLUMN];
        maru_status want;
        uint32_t row;
    } bad[] = {{{{1, 1, 0, 0, 1}, {1, 1, 0.5, 0, 1}}, MARU_E_INPUT, 3},
               {{{1, 1, 0, 0, 1}, {1, 1, 0, INFINITY, 1}}, MARU_E_INPUT, 3},
               {{{1, 1, 0, 0, 1}, {1, 1, 0, WAFER_MAX_SIDE, 1}}, MARU_E_LIMIT, 0},
               {{{1, NAN, 0, 0, 1}, {1, 1, 0, 0, NAN}}, MARU_E_INPUT, 0}};
    struct frame frame;
    struct wafer_list list = {0};
    maru_error err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        make(&frame, 2, bad[i].cell);
        assert_int_equal(wafer_table_read(&frame, &columns, &list, &err), bad[i].want);
        assert_int_equal(err.row, bad[i].row);
        assert_null(list.map);
        frame_fini(&frame);
    }
    make(&frame, 2, good);
    struct wafer_columns none = columns;
    none.bin = N_COLUMN;
    assert_int_equal(wafer_table_read(&frame, &none, &list, &err), MARU_E_INPUT);
    for (uint64_t n = 0; n < 4; n++) {
        alloc_fail_after(n);
        assert_int_equal(wafer_table_read(&frame, &columns, &list, &err), MARU_E_MEMORY);
    }
    alloc_fail_after(UINT64_MAX);
    none = columns;
    none.lot = WAFER_NO_COLUMN;
    assert_int_equal(wafer_table_read(&frame, &none, &list, &err), MARU_OK);
    assert_int_equal(list.n_map, 1);
    wafer_list_fini(&list);
    frame_fini(&frame);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dies_come_to_their_places),
        cmocka_unit_test(many_wafers_are_kept_apart),
        cmocka_unit_test(tables_without_maps_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
