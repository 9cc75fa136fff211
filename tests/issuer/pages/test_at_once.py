"""Two presses, two tabs, two persons at the same moment: one of each, and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor

from issuer.holders.errors import SignInNameTaken
from issuer.holders.local_sign_ins import Attempt
from tests.issuer.pages.page_world import PASSWORD, Browser, PageWorld


def test_a_name_that_many_want_at_once_goes_to_one(pages: PageWorld) -> None:
    def try_it(number: int) -> bool:
        try:
            pages.desk.sign_in.sign_up(Attempt("haneul", PASSWORD, network=str(number)))
        except SignInNameTaken:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(try_it, range(6))) == 1
    with pages.bank.store.read() as transaction:
        assert len(transaction.accounts.accounts()) == 1


def test_a_double_press_records_each_consent_once(pages: PageWorld) -> None:
    holder = pages.holder(agrees=False)
    token = holder.token()
    fields = {"form_token": token, "source": ["hrdnet_training", "military"]}
    tabs = [Browser(pages, dict(holder.jar)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda tab: tab.post("/account/sources", fields).status, tabs))
    assert answers == [303] * 4
    with pages.bank.store.read() as transaction:
        assert len(transaction.accounts.consents(holder.account, "collection")) == 2


def test_closing_twice_closes_once(pages: PageWorld, holder: Browser) -> None:
    account, other = holder.account, Browser(pages, dict(holder.jar))
    fields = {"form_token": holder.token(), "confirmed": "yes"}
    assert holder.post("/privacy/close", fields).status == 200
    late = other.post("/privacy/close", fields)
    assert late.status == 401
    assert pages.actions(account).count("account_closed") == 1


def test_the_back_button_after_signing_out_shows_nothing(pages: PageWorld, holder: Browser) -> None:
    left_behind = Browser(pages, dict(holder.jar))
    holder.send("/sign-out")
    assert left_behind.get("/account").status == 303
    assert left_behind.get("/account").headers["cache-control"] == "no-store"
