"""An employer's verification rules: what must be known before a certificate counts as checked."""
