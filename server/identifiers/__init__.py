"""Who knows how identifiers are built: VAT ids and IBANs with their check digits."""
