"""An afternoon's script for the same job, as one would honestly write it: pandas, openpyxl and requests.

It has no ledger, no retries and no checks, and its workbook has the roster's values only.
Arguments: roster, output, base URL, account, secret key, center, test.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pandas as pd
import requests

PATH = "/v2/employees-participants"
BATCH = 500


def main(roster: str, output: str, url: str, account: str, key: str, center: str, test: str) -> None:
    """Register everybody on the roster, one request after the other."""
    read = pd.read_excel if roster.endswith(".xlsx") else pd.read_csv
    table = read(roster, dtype={"Employee ID": str})
    employees = table["Employee ID"].drop_duplicates().tolist()
    now = datetime.now(UTC)
    session = requests.Session()
    found: list[str] = []
    for start in range(0, len(employees), BATCH):
        some = employees[start : start + BATCH]
        body = json.dumps(
            {
                "center": center,
                "validFrom": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "validTill": (now + timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "proctoring": False,
                "doNotCreateIfExist": True,
                "tests": [test],
                "employees": [{"id": employee} for employee in some],
            }
        ).encode()
        date = formatdate(usegmt=True)
        text = f"POST {PATH} {date} {len(body)}"
        signature = base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
        headers = {
            "Date": date,
            "Authorization": f"SharedKey {account}:{signature}",
            "Content-Type": "application/json; charset=utf-8",
        }
        response = session.post(url + PATH, data=body, headers=headers, timeout=60)
        response.raise_for_status()
        found += response.json()["participantIds"]
    links = pd.DataFrame({"Employee ID": employees, "Participant ID": found})
    links["Exam Link"] = f"https://go.startexam.com/{center}#participant/" + links["Participant ID"]
    result = table.merge(links, on="Employee ID", how="left")
    if output.endswith(".xlsx"):
        result.to_excel(output, index=False)
    else:
        result.to_csv(output, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
