"""Text as the page needs it: fonts, widths, lines that fit their column, every script."""
