"""A Report as a page shows it, the same wherever it is shown: at the employer's desk and in the holder's preview."""
