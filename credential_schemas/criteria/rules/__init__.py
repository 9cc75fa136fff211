"""The kinds of rules, one module each: `apply(rule, case)` gives a `Finding`."""
