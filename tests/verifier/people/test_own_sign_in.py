"""The second step, recovery codes and one's own password, over HTTP."""

import threading

import pytest

from keys.sign_in.passwords import PasswordCheck, Passwords
from tests.verifier.people.entrance_world import PASSWORD, QUICK, House, words_of
from verifier.people.own_sign_in import OwnChangeRefused, OwnSignIn
from verifier.people.sign_in_desk import Attempt, SignInFailed, Welcome
from verifier.store.transaction import Transaction

NEW = "another twelve red apples"


def actions(house: House) -> list[str]:
    with house.store.read() as transaction:
        return [change.action for _, change in transaction.changes.newest(100)]


def test_a_second_step_is_asked_for_from_the_next_sign_in_on(house: House) -> None:
    secret, _ = house.give_second_step("haneul")
    browser = house.browser()
    assert browser.sign_in("haneul").status_code == 403
    assert browser.sign_in("haneul", code="000000").status_code == 403
    assert browser.sign_in("haneul", code=house.code(secret)).status_code == 303
    assert "Recovery codes left: 10" in words_of(browser.get("/en/account").text)
    assert actions(house)[0] == "second_step_on"


def test_a_code_is_good_once_even_within_its_half_minute(house: House) -> None:
    secret, _ = house.give_second_step("haneul")
    code = house.code(secret)
    assert [house.browser().sign_in("haneul", code=code).status_code for _ in range(2)] == [303, 403]


def test_of_many_who_use_one_code_at_once_one_gets_in(house: House) -> None:
    secret, _ = house.give_second_step("haneul")
    code = house.code(secret)
    entered: list[Welcome | None] = []

    def sign_in(number: int) -> None:
        try:
            entered.append(house.desk.sign_in(Attempt("haneul", PASSWORD, code, network=f"192.0.2.{number}")))
        except SignInFailed:
            entered.append(None)

    threads = [threading.Thread(target=sign_in, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entered) == 6
    assert len([welcome for welcome in entered if welcome is not None]) == 1


def test_each_recovery_code_replaces_the_phone_once(house: House) -> None:
    _, codes = house.give_second_step("haneul")
    typed = codes[3].lower().replace("-", " ")
    statuses = [house.browser().sign_in("haneul", code=code).status_code for code in (typed, typed, codes[4])]
    assert statuses == [303, 403, 303]


def test_a_recovery_code_of_somebody_else_is_refused(house: House) -> None:
    house.give_second_step("haneul")
    _, codes = house.give_second_step("minji")
    assert house.browser().sign_in("haneul", code=codes[0]).status_code == 403


def test_neither_secret_nor_recovery_codes_lie_in_the_database(house: House) -> None:
    secret, codes = house.give_second_step("haneul")
    files = b"".join(path.read_bytes() for path in house.folder.glob("verifier.sqlite*"))
    assert b"haneul" in files
    for marker in (secret, PASSWORD, *codes, *(code.replace("-", "") for code in codes)):
        assert marker.encode() not in files


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "000000"}, "The digits are wrong"),
        ({"offer": "AAAA"}, "The digits are wrong"),
        ({"offer": "not base64!"}, "The digits are wrong"),
        ({"password": "not my password"}, "The present password is wrong"),
    ],
)
def test_a_second_step_is_not_turned_on_by_mistake(house: House, change: dict[str, str], said: str) -> None:
    browser = house.signed_in("haneul")
    answer = browser.post("/en/account/second-step", **({"offer": "", "code": "1", "password": PASSWORD} | change))
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert house.browser().sign_in("haneul").status_code == 303


def test_the_offer_of_one_person_is_worth_nothing_to_another(house: House) -> None:
    haneul, minji = house.signed_in("haneul"), house.signed_in("minji")
    page = haneul.get("/en/account").text
    sealed = page.split('name="offer" value="')[1].split('"')[0]
    secret = page.split('class="secret">')[1].split("<")[0].replace(" ", "")
    answer = minji.post("/en/account/second-step", offer=sealed, code=house.code(secret), password=PASSWORD)
    assert answer.status_code == 422


def test_a_second_step_is_turned_off_with_the_password(house: House) -> None:
    secret, _ = house.give_second_step("haneul")
    browser = house.browser()
    browser.sign_in("haneul", code=house.code(secret))
    browser.get("/en/account")
    assert browser.post("/en/account/second-step/off", password="wrong").status_code == 422
    assert browser.post("/en/account/second-step/off", password=PASSWORD).status_code == 200
    assert house.browser().sign_in("haneul").status_code == 303
    assert actions(house)[0] == "second_step_off"


def test_a_new_password_ends_the_other_sessions_and_is_the_one_that_counts(house: House) -> None:
    here, elsewhere = house.signed_in("haneul"), house.signed_in("haneul")
    assert here.post("/en/account/password", password=PASSWORD, new=NEW).status_code == 200
    assert (here.is_signed_in(), elsewhere.is_signed_in()) == (True, False)
    assert house.browser().sign_in("haneul").status_code == 403
    assert house.browser().sign_in("haneul", NEW).status_code == 303
    assert actions(house)[0] == "own_password"


@pytest.mark.parametrize(
    ("password", "new", "said"),
    [
        ("wrong", NEW, "The present password is wrong"),
        (PASSWORD, "too short", "too short"),
        (PASSWORD, "x" * 129, "too long"),
        (PASSWORD, "tab\tin the middle of it", "cannot be typed"),
        (PASSWORD, "passwordpassword", "others would try first"),
        (PASSWORD, "haneul cb-verifier", "hardly more than a name"),
    ],
)
def test_a_password_is_not_changed_to_a_bad_one(house: House, password: str, new: str, said: str) -> None:
    browser = house.signed_in("haneul")
    answer = browser.post("/en/account/password", password=password, new=new)
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert house.browser().sign_in("haneul").status_code == 303


@pytest.mark.parametrize("meanwhile", ["set anew", "removed"])
def test_a_password_that_the_operator_changed_meanwhile_stays(house: House, meanwhile: str) -> None:
    signed_in = house.desk.who(house.signed_in("haneul").cookies["verifier-session"])
    assert signed_in is not None
    check = house.secrets.passwords.check

    class Slow(Passwords):
        def check(self, password: str, kept: str | None) -> PasswordCheck:
            found = check(password, kept)
            if meanwhile == "removed":
                house.people.remove("haneul")
            else:
                house.people.set_password("haneul", NEW, without_second_step=False)
            return found

    object.__setattr__(house.secrets, "passwords", Slow(house.secrets.random_bytes, parameters=QUICK))
    with pytest.raises(OwnChangeRefused) as refused:
        OwnSignIn(house.desk).change_password(signed_in, password=PASSWORD, new="a thief's twelve plums")
    assert refused.value.kind == "password_wrong"
    assert "own_password" not in actions(house)


def test_who_stole_a_session_cannot_guess_the_password_for_long(house: House) -> None:
    browser = house.signed_in("haneul")
    statuses = [browser.post("/en/account/password", password="guess", new=NEW).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_when_passwords_take_all_places_a_change_is_told_to_wait(house: House) -> None:
    browser = house.signed_in("haneul")
    while house.secrets.passwords._places.acquire(blocking=False):
        pass
    assert browser.post("/en/account/password", password=PASSWORD, new=NEW).status_code == 503


def test_who_is_removed_between_question_and_answer_is_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = house.signed_in("haneul")
    first = Transaction.__init__
    opened: list[int] = []

    def removing(self: Transaction, *given: object) -> None:
        first(self, *given)  # type: ignore[arg-type] # passed on
        opened.append(1)
        if len(opened) == 2:
            monkeypatch.setattr(Transaction, "__init__", first)
            house.people.remove("haneul")

    monkeypatch.setattr(Transaction, "__init__", removing)
    assert browser.get("/account").status_code in (303, 401)


def test_the_operator_takes_a_lost_second_step_away(house: House) -> None:
    house.give_second_step("haneul")
    house.people.set_password("haneul", NEW, without_second_step=True)
    assert house.browser().sign_in("haneul", NEW).status_code == 303


def test_a_second_step_stays_when_only_the_password_is_set_anew(house: House) -> None:
    house.give_second_step("haneul")
    house.people.set_password("haneul", NEW, without_second_step=False)
    assert house.browser().sign_in("haneul", NEW).status_code == 403
