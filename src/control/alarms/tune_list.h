// What a proposal says of itself, in English and Korean.
#ifndef CONTROL_TUNE_LIST_H
#define CONTROL_TUNE_LIST_H

// clang-format off
// X(name, English, Korean)
#define TUNE_STATEMENTS(X) \
    X(NO_STOPS, \
        "No stop is labelled in this history: it shows which alarms would not have come, but not whether one of them was needed.", \
        "이 이력에는 실제 정지가 표시되어 있지 않습니다. 어느 경보가 오지 않았을지는 알 수 있지만, 그 경보가 필요했는지는 알 수 없습니다.") \
    X(NONE_MISSED, \
        "Every labelled stop that an alarm came before would still have had one, in this history.", \
        "이 이력에서 경보가 먼저 온 정지에는 모두 여전히 경보가 먼저 옵니다.") \
    X(TOO_SHORT, \
        "The history is shorter than a day: rates an hour say little.", \
        "이력이 하루보다 짧아서 시간당 횟수를 믿기 어렵습니다.")
// clang-format on

#endif
