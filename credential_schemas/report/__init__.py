"""The answer of every verification: outcomes, checks, reasons, sentences and the Report that holds them."""
