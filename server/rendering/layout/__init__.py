"""Layouts: what stands where on an invoice's pages, one file for each part of the page."""
