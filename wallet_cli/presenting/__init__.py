"""Present what is held: choose, show exactly what would leave, and let it go only after that.

To a verifier that asks (OpenID4VP 1.0), to one that speaks no protocol (`by_hand`), or to the issuer itself, which
makes a paper copy or an export of it (`to_issuer`).
"""
