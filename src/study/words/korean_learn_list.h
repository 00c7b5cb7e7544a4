// Sentences of spreadsheets, models and public data sets, in Korean. As in korean_list.h.
#ifndef STUDY_KOREAN_LEARN_LIST_H
#define STUDY_KOREAN_LEARN_LIST_H

#include "study/words/korean_doubt_list.h"
#include "study/words/korean_kinds_list.h"
#include "study/words/korean_life_list.h"
#include "study/words/korean_maps_list.h"
#include "study/words/korean_odd_list.h"
#include "study/words/korean_registry_list.h"

// clang-format off
#define KOREAN_CAUSES(X) \
    X("targets are moved along 200 to {1} times, not {2}", "목표값을 옮겨 보는 횟수는 {2}[이/가] 아니라 200부터 {1}까지여야 합니다") \
    X("there is no column {1} in a table of {2}", "열이 {2}개인 표에 {1}번 열은 없습니다") \
    X("a target must be 0 for good or 1 for bad, not {1}", "목표값은 {1}[이/가] 아니라 양품 0 또는 불량 1이어야 합니다") \
    X("a target must be a finite number, not {1}", "목표값은 {1}[이/가] 아니라 유한한 수여야 합니다") \
    X("the order of the rows names row {1} twice or has no such row", "행의 순서에 {1}번 행이 두 번 있거나 그런 행이 없습니다") \
    X("lot {1} of a row is not one of {2}", "행의 {1}번 로트는 {2}개 로트 가운데 없습니다")

#define KOREAN_MODELS(X) \
    X("no column of numbers or words has two values to learn from", "배울 만큼 값이 다른 수치 열이나 낱말 열이 없습니다") \
    X("more than {1} columns and words to learn from", "배울 열과 낱말이 {1}개를 넘습니다") \
    X("the table has none of the columns of the model, such as \"{1}\"", "표에 \"{1}\" 같은 모델의 열이 하나도 없습니다") \
    X("column {1} of the model is damaged", "모델의 {1}번째 열이 손상되었습니다") \
    X("the model has {1} columns and words", "모델의 열과 낱말이 {1}개입니다") \
    X("a kind of model that is not known here", "여기서 모르는 종류의 모델입니다") \
    X("the model is damaged", "모델이 손상되었습니다") \
    X("the model contradicts itself", "모델의 내용이 서로 어긋납니다") \
    X("the file is no model", "모델 파일이 아닙니다") \
    X("a model of version {1}, and this program reads {2}", "{1}판 모델인데 이 프로그램은 {2}판을 읽습니다") \
    X("the model was changed or cut off", "모델이 바뀌었거나 잘렸습니다") \
    X("{1} settings to try, 1 to {2} can be", "시도할 설정이 {1}개인데 1개부터 {2}개까지 됩니다") \
    X("a fold without rows to learn from", "배울 행이 없는 묶음이 있습니다") \
    X("no row was left to learn from how sure answers are", "답이 얼마나 확실한지 배울 행이 남지 않았습니다") \
    X("costs of a miss and of a false alarm are numbers from 0 on, not both 0", "놓침과 거짓 알람의 비용은 0 이상이고 둘 다 0일 수는 없습니다") \
    X("trees: depth {1}, {2} rounds", "트리: 깊이 {1}, {2}라운드") \
    X("more than {1} combinations", "열 조합이 {1}개보다 많습니다") \
    X("combination {1} of the model is damaged", "모델의 열 조합 {1}번이 손상되었습니다") \
    X("the combinations of the model are damaged", "모델의 열 조합이 손상되었습니다") \
    X("combined", "열 조합") \
    X("other trainings have the memory that this one needs", "다른 학습이 메모리를 쓰고 있어 기다립니다") \
    X("reading the table", "표를 읽는 중") \
    X("training", "학습 중") \
    X("fitting on all rows of training", "학습할 모든 행에 맞추는 중") \
    X("judging on the rows kept apart", "따로 둔 행으로 평가하는 중") \
    X("combinations", "열 조합을 찾는 중") \
    X("net", "신경망") \
    X("figures", "성적을 내는 중") \
    X("linear: penalty {1}, screened, no trend", "선형: 벌점 {1}, 열 선별, 추세 제외") \
    X("linear: penalty {1}, screened", "선형: 벌점 {1}, 열 선별") \
    X("linear: penalty {1}", "선형: 벌점 {1}") \
    X("the model does not carry what explains it", "모델에 답을 설명할 자료가 들어 있지 않습니다") \
    X("what explains the model is of another one", "설명 자료가 다른 모델의 것입니다") \
    X("remaining life needs --unit and --order", "남은 수명을 배우려면 --unit과 --order가 필요합니다") \
    X("the unit of a row is missing: column \"{1}\"", "행에 개체가 비어 있습니다: \"{1}\" 열") \
    X("the order of a row is missing: column \"{1}\"", "행의 순서 값이 비어 있습니다: \"{1}\" 열") \
    X("\"{1}\" has neither numbers nor times that order rows", "\"{1}\" 열에는 행을 줄 세울 수도 시각도 없습니다") \
    X("there is no such goal", "그런 목적은 없습니다") \
    X("more than {1} classes", "클래스가 {1}개를 넘습니다") \
    X("\"{1}\" has fewer than two classes of {2} rows", "\"{1}\" 열에는 {2}행이 넘는 클래스가 둘도 없습니다") \
    X("classes are words, and \"{1}\" has none", "클래스는 낱말인데 \"{1}\" 열에는 낱말이 없습니다") \
    X("\"{1}\" is no column of numbers", "\"{1}\"[은/는] 수치 열이 아닙니다") \
    X("\"{1}\" does not say yes or no: give limits, or ask for a number", "\"{1}\" 열은 양불을 말하지 않습니다. 규격을 주거나 수치로 예측하게 하세요") \
    X("\"{1}\" cannot name units or lots", "\"{1}\" 열은 개체나 로트의 이름이 될 수 없습니다") \
    X("{1} rows have a target, and fewer than {2} say nothing", "대상 값이 있는 행이 {1}행입니다. {2}행보다 적으면 아무것도 말할 수 없습니다") \
    X("{1} of {2} rows are bad: of either side at least {3} are needed", "{2}행 가운데 불량이 {1}행입니다. 양쪽 다 {3}행 이상 있어야 합니다") \
    X("the target is the same in all {1} rows", "{1}행 모두 대상 값이 같습니다") \
    X("no column looks like a target: say which one it is", "예측할 대상으로 보이는 열이 없습니다. 어느 열인지 알려 주세요") \
    X("no column names units or lots: say which one does", "개체나 로트를 나타내는 열이 없습니다. 어느 열인지 알려 주세요") \
    X("{1} rows to learn from and {2} to be tried on are too few", "배울 행 {1}개와 시험할 행 {2}개로는 너무 적습니다") \
    X("the earlier rows are all good or all bad: nothing can be learnt from them", "앞선 행이 모두 양품이거나 모두 불량이라 배울 것이 없습니다") \
    X("the level of intervals lies between 0 and 1", "구간의 신뢰 수준은 0과 1 사이입니다") \
    X("\"{1}\" is none of the choices", "\"{1}\"[은/는] 고를 수 있는 것이 아닙니다") \
    X("there is no kind of model called \"{1}\"", "\"{1}\"[이라는/라는] 종류의 모델은 없습니다") \
    X("the card is too large", "카드가 너무 큽니다")

#define KOREAN_QUALITY(X) \
    X("limits are written COLUMN=LOW..HIGH, not \"{1}\"", "규격은 열=하한..상한으로 씁니다. \"{1}\"[은/는] 아닙니다") \
    X("there is no hint \"{1}\"", "\"{1}\"[이라는/라는] 지정 항목은 없습니다") \
    X("at most {1} hints are possible", "지정은 {1}개까지 할 수 있습니다") \
    X("a kind is written COLUMN=number, word, text, time or none, not \"{1}\"", "열의 종류는 열=number, word, text, time, none 가운데 하나로 씁니다. \"{1}\"[은/는] 아닙니다") \
    X("a separator is comma, semicolon, tab, bar or blank, not \"{1}\"", "칸 사이의 기호는 comma, semicolon, tab, bar, blank 가운데 하나입니다. \"{1}\"[은/는] 아닙니다") \
    X("the decimal sign is . or , but not \"{1}\"", "소수점은 . 또는 ,입니다. \"{1}\"[은/는] 아닙니다") \
    X("dates are ymd, mdy, dmy, yy, excel, s, ms, us or ns, not \"{1}\"", "날짜 꼴은 ymd, mdy, dmy, yy, excel, s, ms, us, ns 가운데 하나입니다. \"{1}\"[은/는] 아닙니다") \
    X("the first line with data is a whole number from 1, not \"{1}\"", "데이터가 시작하는 줄은 1부터의 정수입니다. \"{1}\"[은/는] 아닙니다") \
    X("keep-totals is true or false, not \"{1}\"", "keep-totals는 true 또는 false입니다. \"{1}\"[은/는] 아닙니다") \
    X("a seed is a whole number from 0, not \"{1}\"", "시드는 0부터의 정수입니다. \"{1}\"[은/는] 아닙니다") \
    X("one file is wanted", "파일 하나만 올려 주세요") \
    X("a hint has a zero byte", "지정한 값에 0바이트가 있습니다") \
    X("a spreadsheet is wanted: a CSV, an .xlsx or an .ods", "스프레드시트(CSV, .xlsx, .ods)를 올려 주세요") \
    X("format: json or html is wanted", "format은 json 또는 html입니다") \
    X("only an .xlsx or .ods has sheets", "시트는 .xlsx와 .ods에만 있습니다") \
    X("the report is too large", "보고서가 너무 큽니다") \
    X("no value of \"{1}\" is \"{2}\"", "\"{1}\" 열에 \"{2}\" 값이 없습니다") \
    X("there is no column \"{1}\"", "\"{1}\" 열이 없습니다") \
    X("\"{1}\" has neither words nor numbers", "\"{1}\" 열에는 낱말도 수도 없습니다") \
    X("none of {1} units is bad by \"{2}\"", "\"{2}\" 열로는 {1}개 가운데 불량이 하나도 없습니다") \
    X("all of {1} units are bad by \"{2}\"", "\"{2}\" 열로는 {1}개가 모두 불량입니다") \
    X("a table of {1} rows says nothing", "{1}행짜리 표로는 아무것도 말할 수 없습니다") \
    X("{1} to {2} shuffles, not {3}", "섞는 횟수는 {1}~{2}번입니다. {3}번은 안 됩니다") \
    X("limits of \"{1}\": {2}", "\"{1}\"의 규격: {2}") \
    X("\"{1}\" is no column of numbers that has limits", "\"{1}\"[은/는] 규격을 둘 수 있는 수치 열이 아닙니다")

#define KOREAN_SETS(X) \
    X("the predictions are too many", "예측이 너무 많습니다")

#define KOREAN_TREES(X) \
    X("XGBoost refuses: {1}", "XGBoost가 거부했습니다: {1}") \
    X("an option of the trees is outside its range", "트리 설정값이 범위를 벗어났습니다") \
    X("the number of rounds is from 1 to {1}", "라운드 수는 1부터 {1}까지입니다") \
    X("the depth of trees is from 1 to {1}", "트리 깊이는 1부터 {1}까지입니다") \
    X("the number of classes is from 2 to {1}", "클래스 수는 2부터 {1}까지입니다") \
    X("the number of threads is from 1 to {1}", "스레드 수는 1부터 {1}까지입니다") \
    X("there is nothing to learn from: no rows or no columns", "학습할 행이나 열이 없습니다") \
    X("more than {1} rows or {2} columns", "행이 {1}개 또는 열이 {2}개를 넘습니다") \
    X("a value is infinite", "값이 무한대입니다") \
    X("what is to be predicted is missing, or is none of its classes", "예측할 값이 비어 있거나 정해진 클래스가 아닙니다") \
    X("a weight is not above 0", "가중치는 0보다 커야 합니다") \
    X("the loss on the judging rows is no number: the trees run away", "평가용 행의 손실이 수가 아닙니다: 학습이 발산했습니다") \
    X("the judging rows have other columns", "평가용 행의 열이 다릅니다") \
    X("no room for the bytes of the trees", "트리 모델을 담을 자리가 모자랍니다") \
    X("the trees know {1} columns, the row has {2}", "트리는 열 {1}개로 학습했는데 행에는 {2}개가 있습니다") \
    X("XGBoost answers in another shape", "XGBoost의 답이 예상한 모양이 아닙니다") \
    X("more than {1} trees", "트리가 {1}개를 넘습니다") \
    X("trees with more than {1} nodes", "트리의 노드가 {1}개를 넘습니다") \
    X("trees that take more than {1} bytes", "트리가 차지하는 메모리가 {1}바이트를 넘습니다") \
    X("trees for {1} classes", "클래스가 {1}개인 트리입니다") \
    X("trees know 1 to {1} columns, these {2}", "트리가 아는 열은 1개부터 {1}개까지인데 {2}개입니다") \
    X("a model without trees", "트리가 없는 모델입니다") \
    X("trees begin with no number", "트리의 시작값이 수가 아닙니다") \
    X("a tree holds a number that is none", "트리에 수가 아닌 값이 있습니다") \
    X("a tree asks column {1}, the model knows {2}", "트리가 {1}번 열을 묻는데 모델이 아는 열은 {2}개입니다") \
    X("a tree deeper than {1}", "트리 깊이가 {1}[을/를] 넘습니다") \
    X("a tree whose nodes are missing", "트리에 노드가 모자랍니다") \
    X("a tree for class {1} of {2}", "클래스 {2}개 가운데 {1}번을 위한 트리입니다") \
    X("nodes that belong to no tree", "어느 트리에도 속하지 않는 노드가 있습니다") \
    X("these bytes are no model of trees", "트리 모델이 아닙니다") \
    X("a model of trees of another version", "다른 버전의 트리 모델입니다") \
    X("a model of trees that is cut off, or has too much", "트리 모델이 잘렸거나 남는 바이트가 있습니다") \
    X("a model of trees that has changed on its way", "트리 모델이 옮겨지는 동안 바뀌었습니다") \
    X("the model of trees has something else where an object is wanted", "트리 모델에서 객체가 있어야 할 자리에 다른 것이 있습니다") \
    X("the model of trees has something else where a number is wanted", "트리 모델에서 수가 있어야 할 자리에 다른 것이 있습니다") \
    X("the model of trees has something else where numbers are wanted", "트리 모델에서 수의 목록이 있어야 할 자리에 다른 것이 있습니다") \
    X("the model of trees has something else where a list is wanted", "트리 모델에서 목록이 있어야 할 자리에 다른 것이 있습니다") \
    X("the model of trees says the same twice", "트리 모델에 같은 항목이 두 번 있습니다") \
    X("the model of trees lacks a part", "트리 모델에 빠진 부분이 있습니다") \
    X("a tree lacks one of its lists", "트리에 빠진 목록이 있습니다") \
    X("the lists of a tree differ in length", "트리의 목록 길이가 서로 다릅니다") \
    X("a tree without nodes", "노드가 없는 트리입니다") \
    X("a node of a tree is not there", "트리의 노드가 가리키는 노드가 없습니다") \
    X("two nodes of a tree go on at the same one", "트리의 두 노드가 같은 노드를 가리킵니다") \
    X("a node of a tree with one child", "자식이 하나뿐인 노드가 있습니다") \
    X("a tree asks for categories: only numbers are known here", "트리가 범주를 묻습니다: 여기서는 수만 다룹니다") \
    X("a tree asks a column that cannot be", "트리가 있을 수 없는 열을 묻습니다") \
    X("a tree for a class that is not there", "없는 클래스를 위한 트리입니다") \
    X("the model is none of plain trees (gbtree)", "일반 트리 모델(gbtree)이 아닙니다") \
    X("a model that predicts several things at once", "여러 값을 한꺼번에 예측하는 모델입니다") \
    X("the model is for something that is not known here", "여기서 다루지 않는 목적의 모델입니다") \
    X("the model begins with no probability", "모델의 시작값이 확률이 아닙니다") \
    X("a model with more than {1} classes or {2} columns", "모델의 클래스가 {1}개 또는 열이 {2}개를 넘습니다") \
    X("a model with too many bytes", "모델의 바이트가 너무 많습니다")

#define KOREAN_LINEAR(X) \
    X("this row has {1} cells, the first one {2}", "이 행의 칸은 {1}개인데 첫 행은 {2}개입니다") \
    X("the files of the set have {1} and {2} rows", "데이터 세트의 두 파일이 {1}행과 {2}행입니다") \
    X("the file of the set is empty", "데이터 세트의 파일이 비어 있습니다") \
    X("the file of the set has no column \"{1}\"", "데이터 세트의 파일에 \"{1}\" 열이 없습니다") \
    X("the number of cuts is from 2 to {1}, or 0", "자를 자리 수는 2부터 {1}까지이거나 0입니다") \
    X("the number of forests is from 1 to {1}", "포레스트 수는 1부터 {1}까지입니다") \
    X("there is nothing to combine: no rows or no columns", "조합할 행이나 열이 없습니다") \
    X("combinations are searched in up to {1} rows and {2} columns", "조합은 행 {1}개, 열 {2}개까지에서 찾습니다") \
    X("a search without combinations, or with too many shuffles", "찾을 조합이 없거나 섞는 횟수가 너무 많습니다") \
    X("at most {1} combinations are kept", "조합은 {1}개까지 남깁니다") \
    X("an option of the linear model is outside its range", "선형 모델 설정값이 범위를 벗어났습니다") \
    X("the number of penalties is from 1 to {1}", "벌점 수는 1부터 {1}까지입니다") \
    X("a penalty is outside its range", "벌점이 범위를 벗어났습니다") \
    X("the columns have no principal axes in doubles", "열의 주축을 계산할 수 없습니다") \
    X("a linear model with more than {1} unknowns", "선형 모델의 미지수가 {1}개를 넘습니다") \
    X("rows times columns are more than {1}", "행과 열의 곱이 {1}[을/를] 넘습니다") \
    X("the equations of the linear model have no solution", "선형 모델의 방정식을 풀 수 없습니다") \
    X("the linear model runs beyond all numbers", "선형 모델이 수의 범위를 벗어나 발산했습니다") \
    X("there is nothing to choose from, or too much", "고를 것이 없거나 너무 많습니다") \
    X("a choice between models for different goals", "목적이 다른 모델 사이에서는 고를 수 없습니다") \
    X("the folds are those of other rows", "나눈 묶음이 다른 행의 것입니다") \
    X("no fold says which model is better", "어느 모델이 나은지 알려 주는 묶음이 없습니다") \
    X("a linear model that contradicts itself", "앞뒤가 맞지 않는 선형 모델입니다") \
    X("a linear model knows 1 to {1} columns, this one {2}", "선형 모델이 아는 열은 1개부터 {1}개까지인데 {2}개입니다") \
    X("no room for the bytes of the linear model", "선형 모델을 담을 자리가 모자랍니다") \
    X("a linear model that is cut off, or has too much", "선형 모델이 잘렸거나 남는 바이트가 있습니다")

#define KOREAN_LEARN(X) KOREAN_CAUSES(X) KOREAN_DOUBT(X) KOREAN_KINDS(X) KOREAN_LIFE(X) KOREAN_LINEAR(X) KOREAN_MAPS(X) KOREAN_MODELS(X) KOREAN_ODD(X) KOREAN_QUALITY(X) KOREAN_REGISTRY(X) KOREAN_SETS(X) KOREAN_TREES(X)
// clang-format on

#endif
