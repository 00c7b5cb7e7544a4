// Sentences about a row that was judged without anybody having said what odd is: English, Korean.
#ifndef STUDY_ODD_LIST_H
#define STUDY_ODD_LIST_H

// clang-format off
#define ODD_SENTENCES(X) \
    X(NOTHING, "Nothing of this row is known.", "이 행에는 판단할 값이 없습니다.") \
    X(LIKE_OTHERS, "This row is like others: {1} of {2} known rows lie as far off.", "이 행은 다른 행과 비슷합니다. 알려진 {2}행 가운데 {1}행이 이만큼 벗어나 있습니다.") \
    X(RARE, "This row is odd: only {1} of {2} known rows lie as far off.", "이 행은 이상합니다. 알려진 {2}행 가운데 {1}행만 이만큼 벗어나 있습니다.") \
    X(RAREST, "This row is odd: none of {1} known rows lies as far off.", "이 행은 이상합니다. 알려진 {1}행 가운데 이만큼 벗어난 행이 없습니다.") \
    X(FEW, "None of {1} known rows lies as far off, but {1} are too few to call it odd.", "알려진 {1}행 가운데 이만큼 벗어난 행이 없지만, {1}행으로는 이상하다고 하기에 모자랍니다.") \
    X(CHANGED, "This row is odd: a value has changed that never changed before.", "이 행은 이상합니다. 한 번도 변하지 않던 값이 변했습니다.") \
    X(EXPECTED, "{1} is {2}; by the other columns it should be {3}, give or take {4}.", "{1}: {2}. 다른 열로 미루어 보면 {3} ± {4}[이/가] 맞습니다.") \
    X(ALWAYS, "{1} is {2}, and was always {3}.", "{1}: {2}. 그동안은 늘 {3} 한 값이었습니다.") \
    X(NEVER, "{1} is {2}, and never had a value before.", "{1}: {2}. 그동안은 값이 없었습니다.")
// clang-format on

#endif
