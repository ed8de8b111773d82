"""Who does the chunks, and the processes in which that happens."""
