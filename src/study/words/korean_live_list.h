// Sentences of what comes from equipment, in Korean: the protocols, what they bring, and what is concluded from it. As in
// korean_list.h.
#ifndef STUDY_KOREAN_LIVE_LIST_H
#define STUDY_KOREAN_LIVE_LIST_H

// clang-format off
#define KOREAN_CHARTS(X) \
    X("single values are subgroups of 1, not {1}", "개별값 관리도의 부분군 크기는 {1}[이/가] 아니라 1이어야 합니다") \
    X("ranges are of 2 to {1} values, not {2}", "범위 관리도의 부분군 크기는 {2}[이/가] 아니라 2부터 {1}까지여야 합니다") \
    X("standard deviations are of 2 to {1} values, not {2}", "표준편차 관리도의 부분군 크기는 {2}[이/가] 아니라 2부터 {1}까지여야 합니다") \
    X("subgroups are of 1 to {1} values, not {2}", "부분군 크기는 {2}[이/가] 아니라 1부터 {1}까지여야 합니다") \
    X("there is no chart of kind {1}", "{1}번 관리도는 없습니다") \
    X("limits at {1} standard errors, must be above 0 and at most 10", "관리한계가 표준오차의 {1}배입니다. 0보다 크고 10 이하여야 합니다") \
    X("lambda is {1}, must be above 0 and at most 1", "람다가 {1}입니다. 0보다 크고 1 이하여야 합니다") \
    X("k is {1}, from 0 to 10; h is {2}, above 0 and at most 100", "k가 {1}이고 h가 {2}입니다. k는 0부터 10까지, h는 0보다 크고 100 이하여야 합니다") \
    X("point {1} has {2} values", "{1}번째 점에 값이 {2}개 있습니다") \
    X("point {1} has {2} values, at most {3} are allowed", "{1}번째 점에 값이 {2}개 있습니다. {3}개까지 쓸 수 있습니다") \
    X("point {1} was found among {2} units", "{1}번째 점의 검사 단위 수가 {2}입니다") \
    X("point {1} counts {2}, which is no number of things", "{1}번째 점의 개수 {2}[은/는] 셀 수 있는 수가 아닙니다") \
    X("point {1} has {2} bad units among {3}", "{1}번째 점은 {3}개 가운데 불량이 {2}개입니다") \
    X("{1} bad or defective per unit leave no limits: take a longer period", "단위당 불량 또는 결점이 {1}[이라/라] 관리한계를 낼 수 없습니다. 기준 기간을 늘리세요") \
    X("{1} points are left to estimate from, at least 2 are needed", "추정할 점이 {1}개 남았습니다. 2개 이상 필요합니다") \
    X("the points show no spread that limits could be made from", "점들에 산포가 없어 관리한계를 낼 수 없습니다") \
    X("center {1} and sigma {2}: finite, and sigma above 0", "중심 {1}, 시그마 {2}: 유한한 수여야 하고 시그마는 0보다 커야 합니다") \
    X("a specification needs a lower or an upper limit", "규격에는 하한이나 상한이 있어야 합니다") \
    X("specification from {1} to {2}: finite, and the upper one larger", "규격 {1}부터 {2}까지: 유한한 수여야 하고 상한이 더 커야 합니다") \
    X("the level of intervals is {1}, must lie between 0 and 1", "구간의 신뢰수준이 {1}입니다. 0과 1 사이여야 합니다") \
    X("{1} values are left, capability needs at least 2", "값이 {1}개 남았습니다. 공정능력에는 2개 이상 필요합니다") \
    X("the values show no spread that capability could be told from", "값에 산포가 없어 공정능력을 낼 수 없습니다") \
    /* the end of the list */

#define KOREAN_SECS(X) \
    X("{1} bytes wanted at {2}, {3} there", "{2}번째 바이트부터 {1}바이트가 있어야 하는데 {3}바이트뿐입니다") \
    X("an item is wanted at {1}, where the bytes end", "{1}번째 바이트에 항목이 있어야 하는데 데이터가 끝났습니다") \
    X("the format code 0o{1} at {2} is not defined", "{2}번째 바이트의 형식 코드 0o{1}[은/는] 정해지지 않은 코드입니다") \
    X("the format byte at {1} says that no length follows", "{1}번째 형식 바이트에 길이 바이트 수가 0으로 적혀 있습니다") \
    X("a list of {1} items at {2}, but only {3} bytes follow", "{2}번째 바이트의 목록은 항목이 {1}개라는데 뒤에 {3}바이트뿐입니다") \
    X("more than {1} lists inside each other, at {2}", "{2}번째 바이트에서 목록이 {1}겹을 넘었습니다") \
    X("more than {1} items in one message", "메시지 하나에 항목이 {1}개를 넘습니다") \
    X("{1} bytes at {2} are no whole number of {3}", "{2}번째 바이트의 길이 {1}바이트는 {3} 값의 크기로 나누어떨어지지 않습니다") \
    X("{1} bytes behind the item, at {2}", "항목이 끝난 {2}번째 바이트 뒤에 {1}바이트가 더 있습니다") \
    X("the message is too long", "메시지가 너무 깁니다") \
    X("a byte as 0x and two hex digits is wanted", "0x와 16진수 두 자리로 된 바이트가 있어야 합니다") \
    X("bytes 20 to 7E and a closing quote are wanted; others stand outside as 0xNN", "따옴표 안에는 20~7E 바이트만 쓰고 따옴표를 닫아야 합니다. 다른 바이트는 밖에 0xNN으로 적으세요") \
    X("this number does not fit its kind", "이 형식에 들어가지 않는 수입니다") \
    X("a whole number that fits its kind is wanted", "형식에 맞는 정수가 있어야 합니다") \
    X("a number that fits its kind, inf, -inf or nan is wanted", "형식에 맞는 수, inf, -inf, nan 가운데 하나가 있어야 합니다") \
    X("TRUE or FALSE is wanted", "TRUE나 FALSE가 있어야 합니다") \
    X("the item is longer than three length bytes can say", "길이 바이트 세 개로 나타낼 수 없을 만큼 항목이 깁니다") \
    X("the count of a list is wanted: [3]", "목록의 개수를 [3]처럼 적어야 합니다") \
    X("more than {1} lists inside each other", "목록이 {1}겹을 넘었습니다") \
    X("the item is never closed with >", "항목을 닫는 >가 없습니다") \
    X("an item is wanted, such as <U4 1>", "<U4 1> 같은 항목이 있어야 합니다") \
    X("the kind of an item is wanted: L B BOOLEAN A J C2 I1 I2 I4 I8 U1 U2 U4 U8 F4 F8", "항목의 형식이 있어야 합니다: L B BOOLEAN A J C2 I1 I2 I4 I8 U1 U2 U4 U8 F4 F8") \
    X("the list says [{1}] and holds {2} items", "목록에 [{1}]이라고 적혀 있는데 항목은 {2}개입니다") \
    X("text behind the item", "항목 뒤에 글자가 더 있습니다") \
    X("the message is too long, or there is no memory for it", "메시지가 너무 길거나 메모리가 모자랍니다") \
    X("a frame of {1} bytes, which is shorter than its header", "헤더보다 짧은 {1}바이트짜리 프레임입니다") \
    X("a frame of {1} bytes, {2} are allowed", "프레임이 {1}바이트입니다. {2}바이트까지 됩니다") \
    X("a setting of HSMS is out of range: T3 to T8 from 1 ms to 1 day, frames of 10 bytes to 64 MiB, 1 to {1} open transactions", "HSMS 설정이 범위를 벗어났습니다. T3~T8은 1 ms~1일, 프레임은 10바이트~64 MiB, 열린 트랜잭션은 1~{1}개입니다") \
    X("more bytes than a session takes at once", "한 번에 받을 수 있는 양을 넘었습니다") \
    X("there is no selected connection to the equipment", "설비와 선택된(SELECTED) 연결이 없습니다") \
    X("the message is too long, or too much waits to be sent", "메시지가 너무 길거나 보내지 못한 데이터가 너무 많습니다") \
    X("{1} transactions are open, no more are allowed", "응답을 기다리는 트랜잭션이 {1}개라 더 열 수 없습니다") \
    X("closed by the equipment", "설비가 연결을 닫았습니다") \
    X("separated by the equipment", "설비가 연결을 끊었습니다(Separate)") \
    X("separated by us", "이쪽에서 연결을 끊었습니다(Separate)") \
    X("no answer to a control message (T6)", "제어 메시지에 응답이 없습니다(T6)") \
    X("not selected in time (T7)", "제때 선택되지 않았습니다(T7)") \
    X("a frame stopped half way (T8)", "프레임이 중간에 끊겼습니다(T8)") \
    X("a frame shorter than its header", "헤더보다 짧은 프레임입니다") \
    X("a frame that is too long", "너무 긴 프레임입니다") \
    X("out of step", "양쪽의 연결 상태가 어긋났습니다") \
    X("too much unsent", "보내지 못한 데이터가 너무 많습니다") \
    /* the end of the list */

#define KOREAN_SIGNALS(X) \
    X("a block of samples is damaged near byte {1}", "표본 블록이 {1}번째 바이트 근처에서 손상되었습니다") \
    X("a batch of samples is damaged", "표본 묶음이 손상되었습니다") \
    X("{1} of an event has more than {2} bytes", "이벤트의 {1}[이/가] {2}바이트를 넘습니다") \
    X("{1} of an event is no UTF-8", "이벤트의 {1}[이/가] UTF-8이 아닙니다") \
    X("an event needs its {1}", "이벤트에 {1}[이/가] 있어야 합니다") \
    X("a list of events is damaged", "이벤트 목록이 손상되었습니다") \
    X("an event has a time before 1900 or after 2199", "이벤트의 시각이 1900년 이전이거나 2199년 이후입니다") \
    X("more events wait to be written than memory may hold; try again", "기록을 기다리는 이벤트가 너무 많습니다. 다시 시도하세요") \
    X("more than {1} follow these signals", "이 신호들을 지켜보는 곳이 {1}개를 넘습니다") \
    X("there is no signal {1}", "신호 {1}[이/가] 없습니다") \
    X("more than {1} signals", "신호가 {1}개를 넘습니다") \
    X("more than {1} samples at once", "한 번에 표본이 {1}개를 넘습니다") \
    X("a sample has a time before 1900 or after 2199", "표본의 시각이 1900년 이전이거나 2199년 이후입니다") \
    X("a sample has a value of no type", "표본 값의 형식을 알 수 없습니다") \
    X("more samples wait to be written than memory may hold; try again", "기록을 기다리는 표본이 너무 많습니다. 다시 시도하세요") \
    X("there was no memory for the newest samples: restart the server", "새 표본을 담을 메모리가 모자랐습니다. 서버를 다시 시작하세요") \
    X("the samples of signal {1} are damaged: restore the last backup", "신호 {1}의 표본이 손상되었습니다. 마지막 백업을 되살리세요") \
    X("the list of signals is damaged: restore the last backup", "신호 목록이 손상되었습니다. 마지막 백업을 되살리세요") \
    X("a name of a signal is empty, no UTF-8 or longer than {1} bytes", "신호 이름이 비었거나 UTF-8이 아니거나 {1}바이트보다 깁니다") \
    X("a chart of 1 to {1} columns, of a microsecond or more each", "그림의 열은 1개에서 {1}개까지, 열마다 1마이크로초 이상이어야 합니다") \
    /* the end of the list */

#define KOREAN_LIVE(X) KOREAN_CHARTS(X) KOREAN_SECS(X) KOREAN_SIGNALS(X)
// clang-format on

#endif
