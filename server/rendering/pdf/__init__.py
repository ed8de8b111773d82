"""The file: pages as a pen draws them, in a PDF that archives accept (PDF/A-3b)."""
