"""What the one person is doing: their roster, how it is to be read, their run, and where they are."""

from __future__ import annotations

import glob
import os
import threading
from collections.abc import Collection, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from bulk_register.errors import BulkRegisterError, InputError
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.page.jobs import Asked, At, ReadJob, RunJob
from bulk_register.page.offers import Numbers, offers_of
from bulk_register.page.page_settings import PageSettings
from bulk_register.page.reading import read_job
from bulk_register.page.results import ResultsJob
from bulk_register.page.store import Store, Upload
from bulk_register.records import Exam, RunRecord, Test
from bulk_register.run import Observer, asked_titles, finish_run, ledger_place, register, unfinished
from bulk_register.run.exam_lookup import titled
from bulk_register.run.report import Finished
from bulk_register.settings import Settings, load_settings, settings_of_run

CHOICES = ("sheet", "header_row", "id_column", "person_columns", "encoding", "no_header")


class Workspace(PageSettings):
    """The state of the page, which any tab shows; a run on it goes on whether somebody looks or not."""

    def __init__(self, said: Mapping[str, Any], root: Path) -> None:
        super().__init__(said)
        self.upload: Upload | None = None
        self.choices: dict[str, Any] = {}
        self.reading: ReadJob | None = None
        self.run: RunJob | None = None
        self.results: ResultsJob | None = None
        self.exam: dict[str, Any] = {}  # what was said last on the form
        self.tests: tuple[Test, ...] | None = None
        self.account: Any = None  # first settings: the key that StartExam accepts
        self.closing = threading.Event()
        self._store = Store(root / self._ledgers_name())
        self._lock = threading.RLock()
        self._tidy()

    # --- the way

    def place(self) -> str:
        """Return the address of the step that the person is at."""
        if self.run is not None:
            return "/run"
        if self.upload is not None:
            return "/understood"
        return "/settings" if self.needs_account() else "/roster"

    def state(self) -> str:
        """Return a text that changes whenever another step, or another state of it, is to be shown."""
        jobs = filter(None, (self.run or self.reading, self.results))
        return " ".join(f"{id(job)}-{job.at}" for job in jobs) or "none"

    def take(self, name: str, content: BinaryIO) -> None:
        """Begin with another roster."""
        with self._lock:
            self._insist_on_idle()
            kept = self._store.take(name, content)
            self.forget()
            self.upload = kept
            self.read({})

    def read(self, choices: Mapping[str, Any]) -> None:
        """Read the roster as was chosen. Raises SettingsError where a choice is nonsense."""
        with self._lock:
            self._insist_on_idle()
            if self.upload is None:
                return
            chosen = {name: value for name, value in choices.items() if name in CHOICES and value}
            settings = load_settings(self.flags() | chosen, command="check")
            self.choices, self.run = chosen, None
            self.reading = read_job(self.upload.path, settings)
            self.reading.start()

    def begin(self, exam: Mapping[str, Any]) -> None:
        """Begin a run, which asks before it sends. Raises SettingsError."""
        with self._lock:
            self._insist_on_idle()
            if self.upload is None:
                return
            self.exam = dict(exam)
            self._plan(self.upload, {}, None)

    def agree(self, ticked: Collection[str]) -> None:
        """Say yes to what is asked, with the offers that were ticked.

        Where they aren't those that the plan was made with, it is made anew, and asked about again only if
        it comes out otherwise than it was shown. Raises SettingsError.
        """
        with self._lock:
            job = self.run
            if job is None or job.at != At.ASKING or job.plan is None:
                return
            decided = job.offers.decided(ticked) if job.offers else {}
            if self.upload is None or job.offers is None or job.offers.are_as(decided):
                job.answer(yes=True)
                job.changed += 1
                return
            agreed = job.offers.taken(job.plan, decided)
            job.answer(yes=False)
            job.join(10)
            self._plan(self.upload, decided, agreed)

    def finish(self, record: RunRecord) -> None:
        """Finish an earlier run; the button that was pressed says so, so nothing more is asked."""
        with self._lock:
            self._insist_on_idle()
            settings = settings_of_run(record.settings, self.ledger_settings())
            self.run = RunJob(partial(self._finish, record, settings))
            self.run.start()

    def ask_results(self, job: ResultsJob) -> None:
        """Ask for the results of a run, unless some are asked for already."""
        with self._lock:
            if self.results and self.results.is_under_way:
                return
            if self.results:
                self.results.close()
            self.results = job
            job.start()

    def back(self) -> None:
        """Go from a run that has ended, or that was not agreed to, back to what it was begun with."""
        with self._lock:
            if self.run and self.run.at == At.ASKING:
                self.run.answer(yes=False)
                self.run.join(10)
            if self.run and not self.run.is_under_way:
                self.run = None

    def forget(self) -> None:
        """Begin anew, without a roster."""
        with self._lock:
            self._insist_on_idle()
            if self.upload is not None:
                self._drop(self.upload)
            self.upload = self.reading = self.run = None
            self.choices = {}

    def files(self) -> list[Path]:
        """Return what the run has written, the output first; earlier lists of new links beside it too."""
        if self.run is None:
            return []
        written = list(self.run.files)
        lists = [file for file in written if self._store.owns(file) and file.name.endswith(".new.xlsx")]
        for file in lists:
            written += sorted(set(file.parent.glob(f"{glob.escape(file.stem)} (before*")) - set(written))
        return written

    def close(self, signal: int) -> None:
        """Stop what is under way, in order, and leave nothing behind that nobody needs."""
        self.closing.set()
        if self.run is not None and self.run.is_under_way:
            self.run.stop(signal)
            self.run.join()
        if self.reading is not None:
            self.reading.join(5)
        if self.results is not None:
            self.results.close()
        self.forget()

    # --- within

    def _plan(self, upload: Upload, decided: Mapping[str, bool], agreed: Numbers | None) -> None:
        folder, stem = upload.folder, upload.path.stem
        files = {"output": folder, "only_new": folder / f"{stem}.new.xlsx", "report": None}
        settings = load_settings(self.flags() | self.choices | self.exam | files | dict(decided))
        asked = Asked(partial(self._titled, settings), partial(offers_of, settings), agreed)
        self.run = RunJob(partial(self._register, upload, settings), asked)
        self.run.start()

    def _insist_on_idle(self) -> None:
        if self.run is not None and self.run.is_under_way:
            raise InputError(_("A run is under way on this page. Wait until it has ended, or stop it."))

    def _titled(self, settings: Settings, exam: Exam) -> Exam:
        """Return an exam with the titles that it was chosen by, which later runs remember."""
        titles = {test.identifier.lower(): test.title for test in self.tests or ()}
        if not all(test.lower() in titles for test in exam.tests):
            return asked_titles(settings, exam)
        with Ledger(ledger_place(settings)) as ledger:
            ledger.name_tests({test: titles[test.lower()] for test in exam.tests})
        return titled(exam, titles)

    def _register(self, upload: Upload, settings: Settings, observer: Observer) -> Finished:
        finished = register(upload.path, settings, observer)
        self._drop_done(upload.path)
        return finished

    def _finish(self, record: RunRecord, settings: Settings, observer: Observer) -> Finished:
        finished = finish_run(record, settings, observer)
        self._drop_done(Path(record.roster))
        return finished

    def _drop_done(self, roster: Path) -> None:
        """Remove a roster that came in here as soon as nobody on it lacks a link."""
        if self._store.owns(roster):
            self._drop(Upload(roster))

    def _drop(self, upload: Upload) -> None:
        with self._ledger() as ledger:
            needed = any(record.roster == str(upload.path) for record in unfinished(ledger))
            outputs = any(Path(record.output).parent == upload.folder for record in ledger.runs())
        if not needed:
            self._store.drop(upload, outputs=outputs)

    def _ledgers_name(self) -> str:
        """Return the name of a folder for this ledger's files alone: another's are not known to it."""
        try:
            ledger = str(ledger_place(self.ledger_settings()))
        except BulkRegisterError:  # it can't be told, nor is anything tidied up then
            return "unsettled"
        return sha256(os.fsencode(ledger)).hexdigest()[:16]

    def _ledger(self) -> Ledger:
        return Ledger(ledger_place(self.ledger_settings()), write=False)

    def _tidy(self) -> None:
        try:
            with self._ledger() as ledger:
                outputs = [record.output for record in ledger.runs()]
                needed = [record.roster for record in unfinished(ledger)]
        except BulkRegisterError:
            return  # what can't be told is kept
        self._store.tidy(needed, outputs)
