"""Texts in encodings outside the likely ones read right, or are refused with the flag: never wrong."""

from __future__ import annotations

import pytest

from bulk_register.errors import RosterDoubtError
from bulk_register.records import Doubt, Matter, Roster
from tests.support.rosters import read

PEOPLE = {
    "mac-roman": ["Jürgen Müßig", "Änne Größe", "Özgür Weiß", "Bärbel Löwe", "Käthe Böhm", "Jörg Kühn"],
    "cp850": ["Hélène Exemple", "Benoît Forêt", "Zoé Çédille", "Anaïs Noël", "Théo Pâté", "Inès Modèle"],
    "iso8859-2": ["Łukasz Wiśniewski", "Grażyna Żółć", "Paweł Dąbrowski", "Iga Śnieg", "Ola Źrebak"],
    "cp852": ["Tomáš Příklad", "Jiří Novotný", "Žofie Šťastná", "Řehoř Ůl", "Lukáš Černý"],
    "mac-latin2": ["Tomáš Příklad", "Jiří Novotný", "Žofie Šťastná", "Řehoř Ůl", "Lukáš Černý"],
    "cp1254": ["Şükrü Öğünç", "Çağla Işık", "Gülşen Yıldız", "İpek Örnek", "Ömer Şahin", "Ali Iğdır"],
    "cp1257": ["Jonas Žukauskas", "Šarūnas Čepas", "Rūta Ąžuolaitė", "Živilė Įvadaitė", "Gražina Ūsaitė"],
    "cp1253": ["Γεώργιος Παράδειγμα", "Ελένη Δοκιμή", "Νίκος Πρότυπο", "Μαρία Ψεύτικη", "Ιωάννης Ύδρας"],
    "cp1255": ["דוד לדוגמה", "רחל מבחן", "יוסף דמה", "מרים בדיקה", "אבי כהנים", "שרה לויה"],
    "cp1256": ["محمد مثال", "فاطمة تجربة", "علي نموذج", "عائشة اختبار", "يوسف وهمي", "خالد عينة"],
    "cp949": ["김보기", "이시험", "박가상", "최예제", "정견본", "강모형", "조허구", "윤시범"],
    "cp874": ["สมชาย ตัวอย่าง", "สมหญิง ทดสอบ", "วิชัย จำลอง", "มาลี สมมุติ", "ประเสริฐ แบบร่าง"],
    "mac-cyrillic": ["Иванов Пётр", "Щукина Анна", "Егорова Ольга", "Образцова Юлия", "Жуков Яков"],
    "iso8859-5": ["Иванов Пётр", "Щукина Анна", "Егорова Ольга", "Образцова Юлия", "Жуков Яков"],
}
CERTAIN = sorted(PEOPLE.keys() - {"cp1255"})  # Hebrew reads as Russian too, in small letters or in capitals
HEADERS = {
    "cp1254": "Sicil No,Adı Soyadı", "cp1253": "Αριθμός μητρώου,Ονοματεπώνυμο", "cp1255": "מספר עובד,שם מלא",
    "cp1256": "رقم الموظف,الاسم", "cp949": "사번,이름", "cp874": "รหัสพนักงาน,ชื่อ",
    "iso8859-2": "Nr ewidencyjny,Imię",
}  # fmt: skip


def rows(encoding: str, count: int) -> list[tuple[str, str]]:
    """Identifiers with letters of the language, and names."""
    names = PEOPLE[encoding][:count]
    return [(f"{name.split()[-1][:2].upper()}-{place}", name) for place, name in enumerate(names, 101)]


def text(encoding: str, header: str, count: int) -> bytes:
    lines = "".join(f"{identifier},{name}\n" for identifier, name in rows(encoding, count))
    return f"{header}\n{lines}".encode(encoding)


def read_or_doubt(data: bytes) -> Roster | Doubt:
    try:
        return read(data)
    except RosterDoubtError as error:
        return error.doubt


@pytest.mark.parametrize("count", [1, 2, 3, 8])
@pytest.mark.parametrize("encoding", PEOPLE)
def test_letters_are_right_or_the_roster_is_refused(encoding: str, count: int) -> None:
    for header in {"Employee ID,Name", HEADERS.get(encoding, "ID,Name")}:
        found = read_or_doubt(text(encoding, header, count))
        if isinstance(found, Doubt):
            assert found.matter is Matter.ENCODING
            assert {one.setting for one in found.candidates} == {"encoding"}
        else:
            assert [tuple(line.cells) for line in found.source.lines()][1:] == rows(encoding, count)
            assert list(found.employees.identifiers) == [
                identifier for identifier, _ in rows(encoding, count)
            ]


@pytest.mark.parametrize("encoding", CERTAIN)
def test_some_names_tell_the_encoding(encoding: str) -> None:
    assert list(read(text(encoding, "Employee ID,Name", 8)).employees.identifiers) == [
        one for one, _ in rows(encoding, 8)
    ]


@pytest.mark.parametrize("encoding", HEADERS)
def test_known_headers_tell_the_encoding(encoding: str) -> None:
    roster = read(text(encoding, HEADERS[encoding], 8))
    assert roster.source.headers[0] == HEADERS[encoding].split(",")[0]


@pytest.mark.parametrize(
    ("words", "encoding"),
    [("Sean O’Neil,R&D – Lab", "cp1252"), ("Bob “Bo” Sample,100 €", "cp1252"), ("Ann,£31", "cp1252")],
)
def test_signs_of_english_are_no_letters(words: str, encoding: str) -> None:
    data = f"Employee ID,Name,Note\n00101,{words}\n".encode(encoding)
    assert list(read(data).employees.identifiers) == ["00101"]


def test_doubt_has_the_names_in_each_encoding_and_the_setting_that_decides() -> None:
    with pytest.raises(RosterDoubtError) as caught:
        read("ID,Name\n1,Niccolò Forlì\n".encode("cp1252"))
    doubt = caught.value.doubt
    assert doubt.matter is Matter.ENCODING
    assert [(one.setting, one.value, one.samples) for one in doubt.candidates][:2] == [
        ("encoding", "cp1252", ("Niccolò Forlì",)),
        ("encoding", "cp1250", ("Niccolň Forlě",)),
    ]


def test_encoding_is_named_where_it_hides_the_header() -> None:
    with pytest.raises(RosterDoubtError) as caught:
        read("Číslo zástupce;Jméno\n00101;Tomáš Příklad\n".encode("iso8859-2"))
    assert caught.value.doubt.matter is Matter.ENCODING
    assert "--encoding" in str(caught.value)
