"""The bank's pages as markup: frame, parts of forms, and one module for each page; no web framework is known here."""
