// Sentences of files of people in Korean: tables, workbooks, wafer maps, what is packed, character sets. As in korean_list.h.
#ifndef STUDY_KOREAN_SHEETS_LIST_H
#define STUDY_KOREAN_SHEETS_LIST_H

// clang-format off
#define KOREAN_SHEETS(X) \
    X("this is neither UTF-8, UTF-16 nor CP949: is it a text?", "UTF-8도 UTF-16도 CP949도 아닙니다. 텍스트 파일이 맞습니까?") \
    X("a file of measurements has at most {1} columns", "측정 파일의 열은 {1}개까지입니다") \
    X("a table has at most {1} rows and {2} columns, not {3} and {4}", "표는 {1}행 {2}열까지입니다: {3}행 {4}열입니다") \
    X("a table has at most {1} rows", "표의 행은 {1}개까지입니다") \
    X("there is no row of data below the header", "머리글 아래에 데이터 행이 없습니다") \
    X("there is one row of data alone: nothing can be compared", "데이터가 한 행뿐입니다: 비교할 것이 없습니다") \
    X("no cell of the table has a value", "표에 값이 있는 셀이 없습니다") \
    X("the file is empty", "파일이 비어 있습니다") \
    X("there is nothing in the table", "표에 아무것도 없습니다") \
    X("this is no workbook", "스프레드시트 파일이 아닙니다") \
    X("this is an .xls of before 2007: save it as .xlsx, .ods or CSV", "2007년 이전 형식의 .xls입니다: .xlsx, .ods, CSV 가운데 하나로 저장하세요") \
    X("this zip is no workbook: save it as .xlsx, .ods or CSV", "이 zip은 스프레드시트가 아닙니다: .xlsx, .ods, CSV 가운데 하나로 저장하세요") \
    X("this document is no spreadsheet", "스프레드시트가 아닌 문서입니다") \
    X("the workbook is encrypted: save it without a password", "암호가 걸린 스프레드시트 파일입니다: 암호 없이 저장하세요") \
    X("the workbook is damaged", "스프레드시트 파일이 손상되었습니다") \
    X("it is no zip", "zip이 아닙니다") \
    X("its XML is wrong", "안의 XML이 잘못되었습니다") \
    X("a workbook with a document type is not read", "문서 형식 선언(DOCTYPE)이 있는 스프레드시트 파일은 읽지 않습니다") \
    X("a part of the workbook is missing: {1}", "스프레드시트 파일에 있어야 할 부분이 없습니다: {1}") \
    X("the workbook is nested more than {1} deep", "스프레드시트 파일의 XML이 {1}단계보다 깊습니다") \
    X("a net of this shape cannot be", "이런 모양의 신경망은 만들 수 없습니다") \
    X("these bytes are no net, or a damaged one", "신경망이 아니거나 손상된 바이트입니다") \
    X("a wafer map has no rows or no columns", "웨이퍼 맵에 행이나 열이 없습니다") \
    X("a wafer map has more than {1} places on a side", "웨이퍼 맵의 한 변이 {1}칸을 넘습니다") \
    X("these bytes are no wafer map", "웨이퍼 맵이 아닌 바이트입니다") \
    X("a place of a wafer map is neither empty, good nor bad", "웨이퍼 맵의 칸이 빈 칸, 양품, 불량 중 어느 것도 아닙니다") \
    X("there is nothing to learn from: no pictures", "배울 것이 없습니다: 그림이 없습니다") \
    X("more than {1} pictures", "그림이 {1}장을 넘습니다") \
    X("more than {1} wafer maps", "웨이퍼 맵이 {1}장을 넘습니다") \
    X("an option of the wafer maps is outside its range", "웨이퍼 맵의 설정값이 범위를 벗어났습니다") \
    X("a label is above {1}", "표지 번호가 {1}보다 큽니다") \
    X("there is nothing to learn: no two kinds of wafer maps", "배울 것이 없습니다: 웨이퍼 맵의 종류가 둘이 되지 않습니다") \
    X("there is no such class", "그런 종류가 없습니다") \
    X("these bytes are no model of wafer maps, or a damaged one", "웨이퍼 맵의 모델이 아니거나 손상된 바이트입니다") \
    X("the wafer maps are cut off", "웨이퍼 맵이 중간에 끊겼습니다") \
    X("there are no wafer maps to judge by", "판정할 웨이퍼 맵이 없습니다") \
    X("the place of a die is no whole number", "칩의 위치가 정수가 아닙니다") \
    X("there is no wafer in the table", "표에 웨이퍼가 없습니다") \
    X("the table has no column for lot, wafer or bin", "표에 로트, 웨이퍼, 빈의 열이 없습니다") \
    X("the columns for the place of a die hold no numbers", "칩 위치의 열이 숫자가 아닙니다") \
    X("the gzip file is empty", "gzip 파일이 비어 있습니다") \
    X("the gzip file is cut off", "gzip 파일이 중간에 끊겼습니다") \
    X("the gzip file is damaged", "gzip 파일이 손상되었습니다") \
    X("the gzip file unpacks to more than {1} bytes", "gzip 파일이 풀면 {1}바이트를 넘습니다") \
    X("the workbook unpacks to more than {1} times its size", "스프레드시트 파일이 풀면 원래 크기의 {1}배를 넘습니다") \
    X("a workbook has at most {1} parts", "스프레드시트 파일의 부분은 {1}개까지입니다") \
    X("a workbook has at most {1} sheets", "시트는 {1}개까지입니다") \
    X("a workbook has at most {1} texts", "텍스트는 {1}개까지입니다") \
    X("a workbook has at most {1} styles", "서식은 {1}개까지입니다") \
    X("a sheet has at most {1} rows", "시트의 행은 {1}개까지입니다") \
    X("a sheet has at most {1} rows and {2} columns", "시트는 {1}행 {2}열까지입니다") \
    X("the workbook has a row without a place", "스프레드시트 파일에 위치가 잘못된 행이 있습니다") \
    X("the workbook has a cell without a place", "스프레드시트 파일에 위치가 잘못된 셀이 있습니다") \
    X("the rows of the sheet are out of order at row {1}", "시트의 {1}행에서 행 순서가 어긋납니다") \
    X("the cells of the sheet are out of order in row {1}", "시트의 {1}행에서 셀 순서가 어긋납니다") \
    X("a cell in row {1} names a text that is not there", "{1}행의 셀이 없는 텍스트를 가리킵니다") \
    X("a cell has more than {1} bytes", "셀 하나가 {1}바이트를 넘습니다") \
    X("the sheet has more than {1} bytes of text", "시트의 텍스트가 {1}바이트를 넘습니다") \
    X("the workbook has a path that is too long", "스프레드시트 파일 안의 경로가 너무 깁니다") \
    X("the workbook has no sheet '{1}'", "'{1}' 시트가 없습니다") \
    X("the sheet '{1}' has no value", "'{1}' 시트에 값이 없습니다") \
    X("no sheet of the workbook has a value", "값이 있는 시트가 없습니다") \
    X("the file says that it is UTF-8, and is not", "UTF-8이라고 표시된 파일이지만 UTF-8이 아닙니다") \
    X("this system cannot read {1}: save the file as UTF-8", "이 시스템은 {1}[을/를] 읽지 못합니다: UTF-8로 저장하세요")
// clang-format on

#endif
