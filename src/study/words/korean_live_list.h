// Sentences of what comes from equipment, in Korean: the protocols, what they bring, and what is concluded from it. As in
// korean_list.h.
#ifndef STUDY_KOREAN_LIVE_LIST_H
#define STUDY_KOREAN_LIVE_LIST_H

// clang-format off
#define KOREAN_SIGNALS(X) \
    X("a block of samples is damaged near byte {1}", "표본 블록이 {1}번째 바이트 근처에서 손상되었습니다") \
    X("a batch of samples is damaged", "표본 묶음이 손상되었습니다") \
    /* the end of the list */

// clang-format on

#endif
