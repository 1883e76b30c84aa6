"""Links that are over, renewed: new registrations for exactly those employees, never asked for twice."""

from __future__ import annotations

import json
from dataclasses import replace

from bulk_register.ledger import Ledger
from bulk_register.records import Outcome, Scope, Submission, Tell
from bulk_register.run.context import RunContext
from bulk_register.run.earlier_run import lost_in
from bulk_register.sending import SendOptions, send


def lost_renewals(ledger: Ledger, scope: Scope) -> frozenset[str]:
    """Return whose renewal was asked for in some run without our ever learning of it, nor of a later link.

    StartExam may have made it, so they are asked about without one.
    """
    known = ledger.known(scope)
    run_of = dict(zip(known.employees.tolist(), known.runs.tolist(), strict=True))
    lost: set[str] = set()
    for record in ledger.runs():
        if record.scope == scope and json.loads(record.settings).get("renew_expired"):
            names = lost_in(ledger, record, ledger.planned(record.id))
            lost.update(name for name in names if run_of.get(name, record.id) < record.id)
    return frozenset(lost)


def send_plan(submission: Submission, context: RunContext, options: SendOptions, tell: Tell) -> Outcome:
    """Send a plan that the ledger holds, and then its renewals; see `send`."""
    outcome = send(submission, context.ledger, context.client, options, tell)
    renewals = submission.plan.renewals
    if not renewals or outcome.stopped or outcome.signal or options.interruption.times:
        return outcome
    context.client.gate.stopping.clear()
    anew = replace(outcome.plan, exam=replace(outcome.plan.exam, reregister=True), batches=renewals)
    ended = send(replace(submission, plan=anew), context.ledger, context.client, options, tell)
    if ended.plan is anew:
        return replace(ended, plan=outcome.plan)
    return replace(ended, plan=replace(outcome.plan, exam=replace(ended.plan.exam, reregister=False)))
