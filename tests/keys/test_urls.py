"""The one plain form of URLs."""

import pytest

from keys.errors import UrlError
from keys.limits import MAX_URL_CHARACTERS
from keys.urls import parse_origin, parse_url


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://bank.example", "https://bank.example"),
        ("https://bank.example:443/a?b=c", "https://bank.example"),
        ("https://BANK.example:8443/", "https://bank.example:8443"),
        ("https://xn--o39a.example/", "https://xn--o39a.example"),
        ("https://203.0.113.7/", "https://203.0.113.7"),
        ("https://1bank.example/", "https://1bank.example"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443"),
    ],
)
def test_an_https_url_is_read_with_its_origin(text: str, origin: str) -> None:
    assert parse_url(text, allow_loopback=False).origin == origin


@pytest.mark.parametrize(
    "text",
    ["http://localhost:8080/a", "http://127.0.0.1", "http://[::1]:1", "https://bank.localhost", "http://127.9.9.9"],
)
def test_this_machine_is_accepted_only_in_development(text: str) -> None:
    assert parse_url(text, allow_loopback=True).loopback
    with pytest.raises(UrlError, match="which only development allows"):
        parse_url(text, allow_loopback=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("http://bank.example/", "expected https, found http", id="http"),
        pytest.param("ftp://bank.example/", "absolute https URL", id="another scheme"),
        pytest.param("file:///etc/passwd", "absolute https URL", id="file"),
        pytest.param("//bank.example/", "absolute https URL", id="no scheme"),
        pytest.param("bank.example", "absolute https URL", id="no slashes"),
        pytest.param("https:///a", "absolute https URL", id="no host"),
        pytest.param("https://bank.example:0/", "absolute https URL", id="port zero"),
        pytest.param("https://bank.example:99999/", "valid host and port", id="port too large"),
        pytest.param("https://[::1/", "valid host and port", id="open bracket"),
        pytest.param("https://user@bank.example/", "without user name", id="user"),
        pytest.param("https://bank.example/#a", "fragment", id="fragment"),
        pytest.param("https://bank.example\\@evil.example/", "plain ASCII", id="backslash"),
        pytest.param("https://bank.example/a b", "plain ASCII", id="space"),
        pytest.param("https://bank.example/\n", "plain ASCII", id="line end"),
        pytest.param("https://은행.example/", "plain ASCII", id="not ASCII"),
        pytest.param("https://bank.example/" + "a" * 2048, "plain ASCII", id="too long"),
        pytest.param("", "plain ASCII", id="empty"),
        pytest.param("https://bank..example/", "host name", id="empty label"),
        pytest.param("https://bank.example./", "host name", id="dot at the end"),
        pytest.param("https://ba_nk.example/", "host name", id="underscore"),
        pytest.param("https://2130706433/", "host name", id="address as one number"),
        pytest.param("https://0x7f.1/", "host name", id="address in short form"),
        pytest.param("https://127.0.0.010/", "host name", id="address with leading zero"),
        pytest.param("https://bank.1a/", "host name", id="last label begins with a digit"),
    ],
)
def test_a_url_of_another_form_is_refused(text: str, message: str) -> None:
    with pytest.raises(UrlError, match=message):
        parse_url(text, allow_loopback=True)


@pytest.mark.parametrize("text", ["https://bank.example", "https://bank.example/", "https://BANK.example:443"])
def test_an_origin_is_brought_to_one_form(text: str) -> None:
    assert parse_origin(text, allow_loopback=False) == "https://bank.example"


def test_the_longest_url_is_read_and_kept_as_it_was_given() -> None:
    text = "https://Bank.example/" + "a" * (MAX_URL_CHARACTERS - 21)
    assert parse_url(text, allow_loopback=False).text == text


def test_an_origin_on_this_machine_is_read_only_in_development() -> None:
    assert parse_origin("http://localhost:8080/", allow_loopback=True) == "http://localhost:8080"
    with pytest.raises(UrlError, match="which only development allows"):
        parse_origin("http://localhost:8080/", allow_loopback=False)


@pytest.mark.parametrize("text", ["https://bank.example/a", "https://bank.example?", "https://bank.example//"])
def test_an_origin_with_more_than_an_origin_is_refused(text: str) -> None:
    with pytest.raises(UrlError, match="scheme, host and port only"):
        parse_origin(text, allow_loopback=False)
