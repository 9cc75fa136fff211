"""Floor 2: what a credential is: types, claims, SD-JWT, QR text, PDF attachment, status bits, report, wording.

No network, no database, no clock.
"""
