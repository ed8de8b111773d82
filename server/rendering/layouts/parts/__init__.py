"""Parts of a page that layouts share: each makes blocks, or draws what is the same on each page."""
