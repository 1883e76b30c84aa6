"""Facts of StartExam's API that several rooms go by."""

from __future__ import annotations

import re

DEFAULT_URL = "https://api.startexam.com"
MAX_BATCH = 500  # employees in a request; page "Register Employees"
MAX_IDENTIFIER = 250  # characters; page "Register Employees"
MAX_TESTS = 10  # tests in a request; page "Register Employees"
CLOCK_TOLERANCE_SECONDS = 15 * 60  # how far a request's date may be off; page "Authorization"

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
