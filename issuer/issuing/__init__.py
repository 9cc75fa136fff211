"""Issuing: what is asked for, the claims made of it, a preview, the certificate itself, and its record.

Whatever carries a credential, it begins with `claims` and ends with `recording`: `making` issues the sealed PDF, `once`
the same for whoever may ask twice, and `openid4vci/` what goes to a wallet.
"""
