"""UN/CEFACT Cross Industry Invoice, one file per block."""
