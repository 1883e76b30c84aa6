"""Lines that say themselves that they aren't people: page lines, totals, signatures and remarks."""

from __future__ import annotations

import re

from bulk_register.language import N_

A_TOTAL = N_("a total")

# Each begins the cell, after punctuation; what follows must not be a letter unless the word ends in "…".
_TOTALS = (
    "total totals grand_total sub_total subtotal sub-total running_total overall_total sum count "
    "head_count headcount "
    "summe gesamtsumme zwischensumme gesamt insgesamt anzahl gesamtanzahl total_général sous-total "
    "total_general totale "
    "totali suma razem ogółem łącznie итого всего итог общий_итог промежуточный_итог количество усього "
    "всього разом "
    "підсумок ergebnis gesamtergebnis gesamtdurchschnitt mittelwert durchschnitt grand_average "
    "grand_count average moyenne somme somma conteggio contagem suma_końcowa średnia среднее сумма кількість "
    "toplam genel_toplam ara_toplam ortalama celkem celkový_součet součet průměr összeg végösszeg részösszeg "
    "összesen átlag σύνολο γενικό_σύνολο μερικό_σύνολο סכום סיכום المجموع الإجمالي مجموع totaal "
    "eindtotaal subtotaal totalsumma delsumma yhteensä 합계 총합계 소계 "
    "요약 총계 集計 汇总 彙總 平均值 计数 計數 "
    "รวม tổng_cộng jumlah 合计 合計 总计 總計 小计 小計 総計 共计"
)
_REMARKS = (
    "signature signed prepared_by approved_by reviewed_by checked_by printed exported generated created_by "
    "created_on report… "
    "end_of confidential note notes remark remarks source legend date: records: unterschrift… erstellt… "
    "gedruckt… geprüft… "
    "stand: hinweis… bemerkung… ende_der vertraulich édité… imprimé… établi… fin_de fin_du fecha: firma "
    "elaborado_por "
    "impreso fuente nota notas assinatura… elaborado fonte stampato redatto podpis… sporządz… wydruk… "
    "uwaga uwagi подпись… "
    "составил… утвержд… исполнитель… дата: примечани… ответственн… отв. руководитель директор начальник "
    "сформирован… "
    "выгружен… підпис… склав… виконавець… примітк… керівник 打印… 制表… 审核… 備考… 备注… 作成… 印刷…"
)
_PAGE = re.compile(
    r"\W*(page|seite|p[aá]gina|strona|strana|стр(\.|аница)?|сторінка|лист|sheet)\s*\.?\s*\d+"
    r"(\s*(of|/|von|de|di|sur|z|из|з)\s*\d+)?\W*\Z"
    r"|\W*[-–—]\s*\d+\s*[-–—]\W*\Z"
    r"|\W*第?\s*\d+(\s*/\s*\d+)?\s*(页|頁|ページ)\W*\Z",
    re.IGNORECASE,
)


# "Sales Total"; only where nothing else follows
_TOTAL_AT_END = re.compile(
    r".*\s((sub|grand\s)?total|итог|итого|всего|summe|gesamt|разом|всього)\W*\Z", re.IGNORECASE
)


def _beginning(words: str) -> re.Pattern[str]:
    ends = [
        re.escape(word.removesuffix("…")) + ("" if word.endswith("…") else r"(?![^\W\d_])")
        for word in words.split()
    ]
    return re.compile(r"\W*(" + "|".join(ends).replace("_", r"\s+") + ")", re.IGNORECASE)


_TOTAL, _REMARK = _beginning(_TOTALS), _beginning(_REMARKS)


def label_of(text: str) -> str:
    """What a line with this text in it is: a page line, a total, a remark; "" if the text doesn't say."""
    if _PAGE.match(text):
        return N_("a page line")
    if _TOTAL.match(text) or _TOTAL_AT_END.match(text):
        return A_TOTAL
    return N_("a remark or signature") if _REMARK.match(text) else ""


def is_total(text: str) -> bool:
    """Whether the text is a word for a total and nothing else."""
    found = _TOTAL.match(text)
    return found is not None and not any(map(str.isalnum, text[found.end() :]))
