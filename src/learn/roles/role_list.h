// The roles of columns, and why a column got one, in English and Korean.
#ifndef LEARN_ROLE_LIST_H
#define LEARN_ROLE_LIST_H

// clang-format off
#define ROLES(X) \
    X(INPUT, "possible cause", "원인 후보") \
    X(TARGET, "verdict", "판정") \
    X(TIME, "time", "시각") \
    X(LOT, "lot", "로트") \
    X(TOOL, "tool or place", "설비·장소") \
    X(IDENTIFIER, "identifier", "식별자") \
    X(LEAK, "consequence of the verdict", "판정의 결과") \
    X(LIMIT, "limit", "규격") \
    X(AMOUNT, "amount", "수량") \
    X(REMARK, "remark", "비고") \
    X(CONSTANT, "always the same", "값이 하나뿐") \
    X(EMPTY, "empty", "빈 열")

#define ROLE_REASONS(X) \
    X(NONE, "", "") \
    X(SAID, "you said so", "직접 지정했습니다") \
    X(NAME, "its name says so", "열 이름이 그렇게 말합니다") \
    X(VALUES, "its values say so", "값이 그렇게 말합니다") \
    X(NAME_AND_VALUES, "its name and its values say so", "열 이름과 값이 그렇게 말합니다") \
    X(ALL_DIFFERENT, "nearly every row has another value", "거의 모든 행의 값이 다릅니다") \
    X(COUNTS_ROWS, "it counts the rows", "행 번호입니다") \
    X(ONE_VALUE, "all values are the same", "모든 값이 같습니다") \
    X(NO_VALUE, "it has no values", "값이 없습니다") \
    X(FILLED_WHEN_BAD, "it is filled in for bad units alone", "불량일 때만 입력되어 있습니다") \
    X(SAME_WHEN_GOOD, "it is always the same for good units and another for bad ones", "양품이면 늘 같은 값이고 불량이면 다른 값입니다") \
    X(SAYS_IT_ALL, "it tells good from bad without a single error: the verdict is made from it, or it was written afterwards", "이 열만으로 양불이 한 건도 틀리지 않고 나뉩니다. 판정의 근거이거나 판정 뒤에 적은 값입니다") \
    X(PART_OF, "it never says more than the number of bad ones: it counts a kind of them", "불량 수보다 큰 적이 없습니다. 불량의 한 종류를 센 것입니다") \
    X(COMPUTED, "it follows the verdict almost exactly: one of them is computed from the other", "판정과 거의 똑같이 움직입니다. 둘 중 하나는 다른 것에서 계산한 값입니다") \
    X(WRITTEN_AFTER, "its name says that it is written after the verdict", "이름으로 보아 판정 뒤에 적는 값입니다")
// clang-format on

#endif
