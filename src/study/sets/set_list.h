// The public data sets that maru is measured on: name, function that runs it, what it is in English and Korean. One file a set,
// set_NAME.c; a function may serve several names.
#ifndef STUDY_SET_LIST_H
#define STUDY_SET_LIST_H

// clang-format off
#define SETS(X) \
    X("ai4i", set_ai4i, "AI4I 2020: which machine fails", "AI4I 2020: 어느 설비가 고장 나는가") \
    X("cmapss-fd001", set_cmapss, "C-MAPSS FD001: remaining life of engines, one condition, one fault", "C-MAPSS FD001: 엔진의 남은 수명, 운전 조건 1, 고장 1") \
    X("cmapss-fd002", set_cmapss, "C-MAPSS FD002: remaining life of engines, six conditions, one fault", "C-MAPSS FD002: 엔진의 남은 수명, 운전 조건 6, 고장 1") \
    X("cmapss-fd003", set_cmapss, "C-MAPSS FD003: remaining life of engines, one condition, two faults", "C-MAPSS FD003: 엔진의 남은 수명, 운전 조건 1, 고장 2") \
    X("cmapss-fd004", set_cmapss, "C-MAPSS FD004: remaining life of engines, six conditions, two faults", "C-MAPSS FD004: 엔진의 남은 수명, 운전 조건 6, 고장 2") \
    X("mixedwm38", set_wafer, "MixedWM38: several patterns on one wafer map", "MixedWM38: 한 웨이퍼 맵의 여러 불량 패턴") \
    X("secom", set_secom, "SECOM: which wafers fail at the end of the line", "SECOM: 어느 웨이퍼가 마지막 시험에서 불량인가") \
    X("steel", set_steel, "Steel plates: which of seven faults", "강판 결함: 일곱 가지 가운데 어느 것인가") \
    X("tep", set_tep, "Tennessee Eastman: process faults, detected and named", "테네시 이스트먼: 공정 고장의 검출과 진단") \
    X("wm811k", set_wafer, "WM-811K: the pattern of a wafer map", "WM-811K: 웨이퍼 맵의 불량 패턴")
// clang-format on

#endif
