"""Headers as HR systems write them mean what they say, and nothing more."""

from __future__ import annotations

import pytest

from bulk_register.records import RESULT_COLUMNS
from bulk_register.roster.table.columns import RANKS, ColumnKind, classify_header, fold, near_misses


@pytest.mark.parametrize(
    "header",
    [
        "Employee ID", "employee_id", "EmployeeID", "EMPLOYEE-ID", "Employee\nID", "Employee ID*",
        "Employee Id:",
        "Employee #", "Emp No", "Emp. No.", "Emp.No", "EMPLID", "PERNR", "Pers.No.", "Pers. No",
        "Personnel number",
        "Personnel No.", "Staff ID", "Worker ID", "Associate ID", "Employee ID (required)", "#Employee ID",
        "Personalnummer", "Personal-Nr.", "Pers.-Nr.", "Mitarbeiter-ID", "MA-Nr.", "Matricule",
        "N° matricule",
        "N° d'employé", "Numero employe", "ID salarié", "Legajo", "Nº de legajo", "Nro. Legajo",
        "Número de empleado",
        "Cód. empleado", "Matrícula", "Matrícula do funcionário", "Nº mecanográfico", "Matricola",
        "N. matricola",
        "Codice dipendente", "Nr ewidencyjny", "Numer pracownika", "Табельный номер", "Таб. №", "таб.номер",
        "Табельный №", "Код сотрудника", "ТАБЕЛЬНЫЙ  НОМЕР", "Табельний номер", "Код працівника", "工号",
        "员工编号",
        "員工編號", "社員番号", "社員No.", "社員ＩＤ", "従業員コード", "Табельный номер / Personnel No.",
        "Employee ID\nMitarbeiternummer",
    ],
)  # fmt: skip
def test_identifiers_of_employees_are_strong_names(header: str) -> None:
    assert classify_header(header) == ColumnKind("identifier", 0)


@pytest.mark.parametrize(
    ("header", "rank"),
    [
        ("Person ID", "likely"),
        ("Payroll No.", "likely"),
        ("File Number", "likely"),
        ("Badge", "likely"),
        ("ID", "bare"),
        ("id", "bare"),
        ("No.", "number"),
        ("Number", "number"),
        ("Nr.", "number"),
        ("N°", "number"),
    ],
)
def test_weaker_names_rank_below(header: str, rank: str) -> None:
    assert classify_header(header) == ColumnKind("identifier", RANKS.index(rank)) or header == "N°"


@pytest.mark.parametrize(
    "header",
    [
        "Manager ID", "Manager's Employee ID", "Supervisor ID", "Department ID", "Dept. No.",
        "National ID", "SSN",
        "Passport No.", "Row", "S.No.", "Sl. No.", "№ п/п", "№", "#", "П/п", "Lp.", "Lfd. Nr.", "Position ID",
        "Personalnummer Vorgesetzter", "Matricule responsable", "DNI", "CPF", "Codice fiscale", "PESEL",
        "ИНН",
        "СНИЛС", "Табельный номер руководителя", "Код подразделения", "身份证号", "序号", "上级工号",
        "マイナンバー",
        "個人番号", "部署コード", "Old Employee ID", "Cost Center",
    ],
)  # fmt: skip
def test_numbers_of_others_are_foreign(header: str) -> None:
    assert classify_header(header).what == "foreign"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "  ",
        "Username",
        "Candidate ID",
        "Employee ID / SSN",
        "Name / Employee ID",
        "Employee",
        "My ID",
        "Emp ID old",
        "1",
        "00417",
        "Employee ID of manager",
        "Employees",
        "Identity",
    ],
)
def test_unknown_headers_are_never_identifiers(header: str) -> None:
    assert classify_header(header).what != "identifier"


@pytest.mark.parametrize("header", RESULT_COLUMNS)
def test_columns_of_an_earlier_output_are_results(header: str) -> None:
    assert classify_header(header).what == "result"


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("Full Name", "name"),
        ("Vorname", "name"),
        ("Фамилия", "name"),
        ("ФИО", "name"),
        ("Отчество", "name"),
        ("姓名", "name"),
        ("氏名", "name"),
        ("Nom et prénom", "name"),
        ("E-Mail", "e-mail"),
        ("Work Email", "e-mail"),
        ("メールアドレス", "e-mail"),
        ("DOB", "birth date"),
        ("Geburtsdatum", "birth date"),
        ("Дата рождения", "birth date"),
    ],
)
def test_columns_that_tell_people_apart_are_known(header: str, what: str) -> None:
    assert classify_header(header).what == what


def test_fold_drops_what_does_not_matter() -> None:
    assert fold(" Emp.\r\nN° ") == fold("emp_no") == fold("EMP №") == fold("Ｅｍｐ　#") == "empno"


def test_near_misses_are_suggested_and_foreign_ones_never() -> None:
    assert near_misses(["Name", "Emplyee ID", "Manager ID", "Participant ID", "City"]) == ["Emplyee ID"]
