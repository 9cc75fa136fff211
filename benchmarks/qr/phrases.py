"""Phrases for the draft of a vocabulary that stand in no catalogue: ministries, purposes, common words of titles."""

# The commonest in generated credentials.
HOT_FRAMES = (
    '{"typ":"dc+sd-jwt","alg":"ES256","kid":"{0A}"}{00}{"iss":"https://',
    '","vct":"{16}/vct/competency-certificate/1","iat":{09},"exp":{09},"status":{"status_list":{"idx":{0D},"uri":"{16}/status/',
    '1"}},"certificate":{"number":"CB-{0B}-{0F}","kind":"competency","edition":"standard","purpose":"job',
    '1"}},"certificate":{"number":"CB-{0B}-{0F}","kind":"competency","edition":"standard","purpose":"job","recipient":"',
    '],"_sd_alg":"sha-256"}{00}"name","',
    '"{00}"name_en","',
    '"{00}"birth_date","{04}"{00}{"type":"national_technical_qualification","title":"',
    '{00}{"type":"national_technical_qualification","title":"',
    '"},"certificate_number":"{12}',
    '","acquired_date":"{04}","exam_body":"hrdk","competent_ministry":"',
    '","as_of":"{04}","idx":{0D}}',
    '","as_of":"{06}","idx":{0D}}',
    '"{00}"birth_date","{04}"{00}{"type":"vocational_training","title":"',
    '","issuing_body":"keis","course_id":"AIG{15}","session":',
    ',"provider_id":"{13}","provider_name":"',
    ',{"...":"{01}"}',
)

PHRASES = (
    (
        "채용_지원 입사_지원 제출용 확인용 "
        "승진_심사 학점_인정 한국교통안전공단 한국산업인력공단 대한상공회의소 "
        "과학기술정보통신부 국토교통부 산업통상자원부 고용노동부 "
        "환경부 보건복지부 농림축산식품부 해양수산부 문화체육관광부 "
        "행정안전부 산림청 식품의약품안전처 기획재정부 "
        "교육부 국방부 국가보훈부 중소벤처기업부 원자력안전위원회 "
        "2년제학위 전문기술 하이테크 주식회사 (주) 유한회사 "
        "기술사 기능장 산업기사 기사 기능사 1급 2급 3급 단일등급 국가기술자격 국가전문자격 "
        "정보통신업 제조업 건설업 도매_및_소매업 "
        "전문서비스업 서비스업 운수업 금융_및_보험업 자동차_수리업 "
        "산업경영과 컴퓨터과 컴퓨터공학과 기계시스템과 기계공학과 전기과 "
        "전기공학과 전자공학과 경영학과 건축학과 토목공학과 화학공학과 "
        "직업전문학교 아이티학원 평생교육원 원격평생교육원 "
        "공공훈련센터 직업학교 평생학습관 미래기술학원 인력개발원 "
        "대학교 대학 학원 캠퍼스 교육원 센터 과정 양성과정 원격과정 향상과정 "
        "실무 입문 심화 기초 활용 응용 설계 제도 제어 실습 실무자 "
        "데이터_분석 인공지능 빅데이터 클라우드 정보보안 소프트웨어 "
        "프로그래밍 시스템 네트워크 데이터베이스 웹 모바일 "
        "회계 세무 인사 총무 무역 물류 마케팅 경영 관리 운영 정비 진단 검사 "
        "품질 안전 환경 에너지 설비 가공 용접 전기 전자 기계 자동차 건축 토목 "
    )
    .replace(" ", "\n")
    .replace("_", " ")
    .split("\n")
)
