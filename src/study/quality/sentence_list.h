// The sentences of a quality report: name, English, Korean. {1} to {9} are its numbers and names.
#ifndef STUDY_SENTENCE_LIST_H
#define STUDY_SENTENCE_LIST_H

// clang-format off
#define TOLD_SECTIONS(X) \
    X(READ, "What was understood", "이렇게 읽었습니다") \
    X(COUNT, "How many are bad", "불량은 얼마나 됩니까") \
    X(CHANGES, "What changed, and when", "언제 무엇이 달라졌습니까") \
    X(CHARTS, "Control charts: out of control since when", "관리도: 언제부터 벗어났습니까") \
    X(CAPABILITY, "What the process is capable of", "공정 능력") \
    X(CAUSES, "What goes with the defects", "불량과 함께 나타나는 것") \
    X(COMMON, "Tools, lots, people", "설비·로트·사람") \
    X(NEXT, "What to check or try next", "다음에 확인하거나 해 볼 일") \
    X(DOUBT, "What these data cannot tell", "이 데이터로는 알 수 없는 것")

#define TOLD_WORDS(X) \
    X(ROWS, "{1} rows, {2} columns.", "{1}행, {2}열입니다.") \
    X(TARGET, "The verdict is in \"{1}\"; bad is {2}.", "판정은 \"{1}\" 열에 있고, {2}[이/가] 불량입니다.") \
    X(TARGET_COUNT, "Each row is many units: \"{1}\" says how many of \"{2}\" are bad.", "한 행이 여러 개입니다: \"{2}\" 가운데 \"{1}\"[이/가] 불량입니다.") \
    X(TARGET_COUNT_REST, "Each row is many units: \"{1}\" says how many are bad, \"{2}\" how many are good.", "한 행이 여러 개입니다: \"{1}\"[이/가] 불량, \"{2}\"[이/가] 양품입니다.") \
    X(TARGET_COUNT_GOOD, "Each row is many units: \"{1}\" says how many of \"{2}\" are good, and the others are bad.", "한 행이 여러 개입니다: \"{2}\" 가운데 \"{1}\"[이/가] 양품이고 나머지가 불량입니다.") \
    X(TARGET_LIMITS, "Bad is where \"{1}\" lies outside of its limits: {2}.", "\"{1}\"[이/가] 규격을 벗어나면 불량으로 보았습니다: {2}.") \
    X(TARGET_GUESSED, "The verdict is in \"{1}\". Which value is bad is not written anywhere: {2} was taken for it, since it is rarer.", "판정은 \"{1}\" 열에 있습니다. 어느 값이 불량인지 적혀 있지 않아, 더 드문 {2}[을/를] 불량으로 보았습니다.") \
    X(TARGET_NUMBER_LOW, "\"{1}\" is a number without limits; low is bad.", "\"{1}\"[은/는] 규격이 없는 수치이고, 낮을수록 나쁩니다.") \
    X(TARGET_NUMBER_HIGH, "\"{1}\" is a number without limits; high is bad.", "\"{1}\"[은/는] 규격이 없는 수치이고, 높을수록 나쁩니다.") \
    X(TARGET_NONE, "No column looks like a verdict (OK/NG, pass/fail, defects, yield). Say which one it is, or give limits for a measured column.", "판정으로 보이는 열(OK/NG, 합격/불합격, 불량수, 수율)이 없습니다. 어느 열인지 지정하거나, 측정 열의 규격을 알려 주세요.") \
    X(TITLES, "Lines above the header that were left out: {1}.", "제목줄 위의 {1}줄은 뺐습니다.") \
    X(TOTAL, "Line {1} is a total and was left out: \"{2}\".", "{1}줄은 합계여서 뺐습니다: \"{2}\".") \
    X(TOTALS, "{1} lines of totals and notes were left out, the first in line {2}: \"{3}\".", "합계와 비고 {1}줄은 뺐습니다. 처음은 {2}줄입니다: \"{3}\".") \
    X(NO_HEADER, "There is no header: columns are called by their numbers.", "제목줄이 없어 열을 번호로 부릅니다.") \
    X(DECIMAL_COMMA, "The comma is read as decimal: 3,5 is three and a half.", "쉼표를 소수점으로 읽었습니다: 3,5는 3과 반입니다.") \
    X(AMBIGUOUS_NUMBER, "1,234 could be a thousand or a little more than one; it is read as a thousand.", "1,234는 천일 수도 하나 남짓일 수도 있는데 천으로 읽었습니다.") \
    X(AMBIGUOUS_DATE, "In \"{1}\" 3/4/2025 could be March or April; month first was taken.", "\"{1}\"의 3/4/2025는 3월일 수도 4월일 수도 있는데 월을 앞으로 보았습니다.") \
    X(ODD, "{2} cells of \"{1}\" are not of its kind and count as empty, such as \"{3}\" in line {4}.", "\"{1}\"의 {2}칸은 다른 값들과 종류가 달라 빈칸으로 보았습니다. 예: {4}줄의 \"{3}\".") \
    X(TIME, "Rows are in the order of \"{1}\".", "\"{1}\" 순서로 보았습니다.") \
    X(NO_TIME, "No column has times: the order of the file is taken for that of time.", "시각이 적힌 열이 없어, 파일의 순서를 시간 순서로 보았습니다.") \
    X(LEFT_OUT, "\"{1}\" was left out: {2}.", "\"{1}\" 열은 뺐습니다. {2}.") \
    X(BAD_COUNT, "{1} of {2} units are bad: {3} (95 %: {4} to {5}).", "{2}개 중 {1}개가 불량입니다: {3} (95 %: {4}~{5}).") \
    X(KINDS, "What kinds they are: {1}.", "불량의 종류: {1}.") \
    X(MEAN, "The mean of \"{1}\" is {2} (n = {3}).", "\"{1}\"의 평균은 {2}입니다 (n = {3}).") \
    X(WORSE, "It is getting worse: {1} in the first third, {2} in the last (p {3}).", "나빠지고 있습니다: 처음 1/3은 {1}, 마지막 1/3은 {2}입니다 (p {3}).") \
    X(BETTER, "It is getting better: {1} in the first third, {2} in the last (p {3}).", "좋아지고 있습니다: 처음 1/3은 {1}, 마지막 1/3은 {2}입니다 (p {3}).") \
    X(NO_TREND, "It is neither getting worse nor better: {1} in the first third, {2} in the last; as much comes by chance (p {3}).", "나빠지지도 좋아지지도 않습니다: 처음 1/3은 {1}, 마지막 1/3은 {2}이고, 우연히도 이만큼은 다를 수 있습니다 (p {3}).") \
    X(TREND_UNKNOWN, "Too few rows to say whether it is getting worse.", "나빠지는지 말하기에는 행이 너무 적습니다.") \
    X(DISPERSED, "Some days or lots are far better than others: they differ {1} times as much as chance alone would make them. What differs between them is worth finding.", "날이나 로트에 따라 크게 다릅니다: 우연만으로 생길 차이의 {1}배입니다. 그 사이에 무엇이 다른지 찾아볼 만합니다.") \
    X(CHANGED, "\"{1}\" changed its level on {2}: {3} on average before, {4} since (p {5}).", "\"{1}\"의 수준이 {2}에 달라졌습니다: 전에는 평균 {3}, 그 뒤로는 {4}입니다 (p {5}).") \
    X(CHANGED_ROW, "\"{1}\" changed its level at row {2}: {3} on average before, {4} since (p {5}).", "\"{1}\"의 수준이 {2}행에서 달라졌습니다: 전에는 평균 {3}, 그 뒤로는 {4}입니다 (p {5}).") \
    X(MORE_CHANGED, "{1} other columns changed as well.", "그 밖에 {1}개 열도 달라졌습니다.") \
    X(STEADY, "None of {1} measured columns changed its level by more than chance.", "측정 열 {1}개 가운데 우연 이상으로 수준이 달라진 것은 없습니다.") \
    X(RATE_OUT, "The chart of bad units is out of control since {1}: {2} of {3} points lie beyond the limits of the first {4}.", "불량률 관리도가 {1}부터 관리 상태를 벗어났습니다: 점 {3}개 중 {2}개가 처음 {4}개로 정한 한계 밖에 있습니다.") \
    X(RATE_OUT_ROW, "The chart of bad units is out of control since row {1}: {2} of {3} points lie beyond the limits of the first {4}.", "불량률 관리도가 {1}행부터 관리 상태를 벗어났습니다: 점 {3}개 중 {2}개가 처음 {4}개로 정한 한계 밖에 있습니다.") \
    X(RATE_IN, "The chart of bad units is in control: none of {1} points lies beyond the limits of the first {2}.", "불량률 관리도는 관리 상태입니다: 점 {1}개 가운데 처음 {2}개로 정한 한계를 벗어난 것이 없습니다.") \
    X(CHART_OUT, "The chart of \"{1}\" is out of control since {2}: {3} of {4} points lie outside of {5} to {6}, the limits of the first {7}.", "\"{1}\" 관리도가 {2}부터 관리 상태를 벗어났습니다: 점 {4}개 중 {3}개가 처음 {7}개로 정한 한계 {5}~{6} 밖에 있습니다.") \
    X(CHART_OUT_ROW, "The chart of \"{1}\" is out of control since row {2}: {3} of {4} points lie outside of {5} to {6}, the limits of the first {7}.", "\"{1}\" 관리도가 {2}행부터 관리 상태를 벗어났습니다: 점 {4}개 중 {3}개가 처음 {7}개로 정한 한계 {5}~{6} 밖에 있습니다.") \
    X(CHARTS_IN, "The charts of {1} measured columns are in control: no point lies beyond the limits of the first {2}.", "측정 열 {1}개의 관리도는 모두 관리 상태입니다: 처음 {2}개로 정한 한계를 벗어난 점이 없습니다.") \
    X(CHARTS_MORE, "{1} other charts are out of control as well.", "그 밖에 관리도 {1}개도 관리 상태를 벗어났습니다.") \
    X(CHARTS_CHANCE, "{1} of {2} charts have a point or two beyond their limits, as chance gives among so many.", "관리도 {2}개 중 {1}개에는 한계를 살짝 벗어난 점이 있지만, 이만큼 많이 보면 우연히도 나옵니다.") \
    X(CAPABLE, "\"{1}\": Cpk {2} (95 %: {3} to {4}); {5} lie outside of the limits {6}.", "\"{1}\": Cpk {2} (95 %: {3}~{4}), {6}[을/를] 벗어난 것이 {5}입니다.") \
    X(NOT_NORMAL, "\"{1}\" is not normally distributed: its Cpk and interval are only rough.", "\"{1}\"[은/는] 정규분포가 아니어서 Cpk와 그 구간은 대략의 값입니다.") \
    X(LIMITS_READ, "Limits were read from the table: {1}.", "표에 적힌 규격을 읽었습니다: {1}.") \
    X(NO_LIMITS, "No limits are known, so there is no Cp or Cpk: say them to have it.", "규격을 몰라 Cp와 Cpk가 없습니다. 규격을 알려 주면 계산합니다.") \
    X(ABOVE, "When \"{1}\" is above {2}", "\"{1}\"[이/가] {2}보다 높으면") \
    X(AT_MOST, "When \"{1}\" is at most {2}", "\"{1}\"[이/가] {2} 이하이면") \
    X(BETWEEN, "When \"{1}\" is between {2} and {3}", "\"{1}\"[이/가] {2}에서 {3} 사이이면") \
    X(OUTSIDE, "When \"{1}\" is outside of {2} to {3}", "\"{1}\"[이/가] {2}~{3}[을/를] 벗어나면") \
    X(ONE_OF, "When \"{1}\" is {2}", "\"{1}\"[이/가] {2}이면") \
    X(NONE_OF, "When \"{1}\" is none of {2}", "\"{1}\"[이/가] {2} 이외이면") \
    X(MISSING, "When \"{1}\" is empty", "\"{1}\"[이/가] 비어 있으면") \
    X(NOT_MISSING, "When \"{1}\" is filled in", "\"{1}\"[이/가] 적혀 있으면") \
    X(SHARE_INSTEAD, "{1}, {2} are bad instead of {3} (95 %: {4} to {5} against {6} to {7}, n = {8}).", "{1} {3} 대신 {2}[이/가] 불량입니다 (95 %: {6}~{7} 대신 {4}~{5}, n = {8}).") \
    X(MEAN_INSTEAD, "{1}, the mean is {2} instead of {3} (95 %: {4} to {5} against {6} to {7}, n = {8}).", "{1} 평균이 {3} 대신 {2}입니다 (95 %: {6}~{7} 대신 {4}~{5}, n = {8}).") \
    X(HOLDS, "It holds on later data, which took no part in finding it: {1} against {2}.", "찾을 때 쓰지 않은 나중 데이터에서도 그렇습니다: {2} 대신 {1}입니다.") \
    X(TOO_FEW, "Later data are too few to say whether it holds: {1} against {2}.", "나중 데이터가 적어 여전히 그런지 말할 수 없습니다: {2}에 대해 {1}입니다.") \
    X(FAILS, "It does not hold on later data: {1} against {2}.", "나중 데이터에서는 그렇지 않습니다: {2}에 대해 {1}입니다.") \
    X(COMPANIONS, "The same is said by {1}: they move together, and these data cannot tell which of them matters.", "{1}도 같은 것을 말합니다. 함께 움직이므로 이 데이터로는 어느 것이 중요한지 가릴 수 없습니다.") \
    X(NOTHING_HOLDS, "Nothing in these columns goes with the defects in a way that holds. {1} columns and {2} cuts were tried; as much is found in data without any cause.", "이 열들에서는 나중까지 성립하는 불량 요인이 없습니다. {1}개 열을 {2}가지로 나누어 보았고, 아무 원인이 없는 데이터에서도 이만큼은 나옵니다.") \
    X(LEVEL_WORSE, "\"{1}\": {2} has {3} bad (95 %: {4} to {5}), all others together {6} (p {7}).", "\"{1}\": {2}[은/는] 불량 {3} (95 %: {4}~{5}), 나머지 전체는 {6}입니다 (p {7}).") \
    X(LEVEL_MEAN, "\"{1}\": the mean of {2} is {3} (95 %: {4} to {5}), that of all others together {6} (p {7}).", "\"{1}\": {2}의 평균은 {3} (95 %: {4}~{5}), 나머지 전체는 {6}입니다 (p {7}).") \
    X(LEVELS_ALIKE, "\"{1}\": no one is worse than the others by more than chance ({2} compared).", "\"{1}\": 우연 이상으로 나쁜 것은 없습니다 ({2}개 비교).") \
    X(NEXT_TRY, "Keep \"{1}\" on its good side for some lots, and count: if this is the cause, about {2} of the bad units would go.", "몇 로트 동안 \"{1}\"[을/를] 좋은 쪽으로 두고 세어 보세요. 이것이 원인이라면 불량의 약 {2}[이/가] 없어집니다.") \
    X(NEXT_KEEP, "Keep \"{1}\" on its good side for some lots, and look at the mean again: it differed by {2}.", "몇 로트 동안 \"{1}\"[을/를] 좋은 쪽으로 두고 평균을 다시 보세요 (차이 {2}).") \
    X(NEXT_CHECK, "Look at \"{1}\" around {2}: what was done then?", "{2} 무렵 \"{1}\"에 무슨 일이 있었는지 확인하세요.") \
    X(NEXT_CHECK_ROW, "Look at \"{1}\" around row {2}: what was done then?", "{2}행 무렵 \"{1}\"에 무슨 일이 있었는지 확인하세요.") \
    X(NEXT_MEASURE, "Write down what these data do not have: material lots, tool, settings, the weather. Then drop the file again.", "이 데이터에 없는 것(자재 로트, 설비, 설정값, 온습도)을 함께 적어 다시 올려 주세요.") \
    X(DOUBT_CAUSE, "Going together is not causing: only a trial in which one thing alone is changed tells a cause.", "함께 나타난다고 해서 원인은 아닙니다. 한 가지만 바꾸어 보는 시험만이 원인을 가립니다.") \
    X(DOUBT_SMALL, "With this many rows only differences of {1} or more would have been found (for a cut through the middle).", "이 행 수로는 (반으로 나눌 때) {1} 이상의 차이만 찾을 수 있습니다.") \
    X(DOUBT_FEW, "Only {1} bad units are known: with fewer than ten even a strong cause stays hidden.", "불량이 {1}개뿐입니다. 열 개가 안 되면 강한 원인도 드러나지 않습니다.") \
    X(DOUBT_CLUSTERED, "Units of one lot or one time are alike, so {1} rows say less than as many independent ones: intervals are widened.", "같은 로트나 같은 때의 제품은 서로 비슷해서 {1}행이 그만큼의 정보를 주지는 않습니다. 그래서 구간을 넓혔습니다.") \
    X(DOUBT_UNKNOWN, "{1} rows have no verdict and took no part.", "{1}행은 판정이 없어 쓰지 않았습니다.")
// clang-format on

#endif
