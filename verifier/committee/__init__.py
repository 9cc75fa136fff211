"""The committee: notices with frozen criteria, applicants with verified certificates, decisions, sheets, destruction.

It verifies nothing and scores nothing itself: checks come from `verifier.jobs` and `verifier.batch`, points from
`verifier.scoring`. It keeps who decided what, when and why, and takes everything away when its day has come.
"""
