"""Universal Business Language 2.1, Invoice and CreditNote, one file per block."""
