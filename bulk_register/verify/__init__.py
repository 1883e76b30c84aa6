"""An output checked against the ledger, the rosters and StartExam."""
