"""Who does the chunks, and the processes that render."""
