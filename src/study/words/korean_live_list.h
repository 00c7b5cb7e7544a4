// Sentences of what comes from equipment, in Korean: the protocols, what they bring, and what is concluded from it. As in
// korean_list.h.
#ifndef STUDY_KOREAN_LIVE_LIST_H
#define STUDY_KOREAN_LIVE_LIST_H

// clang-format off
#define KOREAN_SIGNALS(X) \
    X("a block of samples is damaged near byte {1}", "표본 블록이 {1}번째 바이트 근처에서 손상되었습니다") \
    X("a batch of samples is damaged", "표본 묶음이 손상되었습니다") \
    X("there is no signal {1}", "신호 {1}[이/가] 없습니다") \
    X("more than {1} signals", "신호가 {1}개를 넘습니다") \
    X("more than {1} samples at once", "한 번에 표본이 {1}개를 넘습니다") \
    X("a sample has a time before 1900 or after 2199", "표본의 시각이 1900년 이전이거나 2199년 이후입니다") \
    X("a sample has a value of no type", "표본 값의 형식을 알 수 없습니다") \
    X("a text of more than {1} bytes", "글이 {1}바이트를 넘습니다") \
    X("more samples wait to be written than memory may hold; try again", "기록을 기다리는 표본이 너무 많습니다. 다시 시도하세요") \
    X("there was no memory for the newest samples: restart the server", "새 표본을 담을 메모리가 모자랐습니다. 서버를 다시 시작하세요") \
    X("the samples of signal {1} are damaged: restore the last backup", "신호 {1}의 표본이 손상되었습니다. 마지막 백업을 되살리세요") \
    X("the list of signals is damaged: restore the last backup", "신호 목록이 손상되었습니다. 마지막 백업을 되살리세요") \
    X("a name of a signal is empty, no UTF-8 or longer than {1} bytes", "신호 이름이 비었거나 UTF-8이 아니거나 {1}바이트보다 깁니다") \
    X("a chart of 1 to {1} columns, of a microsecond or more each", "그림의 열은 1개에서 {1}개까지, 열마다 1마이크로초 이상이어야 합니다") \
    /* the end of the list */

// clang-format on

#endif
