"""What is kept of applications, and for how long (LR-07).

Drafts nobody went on with: one year. Applications that were taken back or refused: three years. Recognised ones: files,
findings, decisions and notes until five years after the recognition ends; the courses stay on the list for good,
because completions and certificates name them.
"""

from datetime import datetime

from issuer.bank import Bank
from issuer.times import korean_day_of


def forget_due_cases(bank: Bank, *, now: datetime) -> int:
    """Destroy what is due; answer of how many applications."""
    with bank.store.write() as transaction:
        return transaction.recognition.forget_due(korean_day_of(now).isoformat())
