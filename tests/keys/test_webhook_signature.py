"""Signatures of webhook messages, computed a second way, and secrets that are refused."""

import base64
import hashlib
import hmac

import pytest

from keys.errors import WebhookSecretError
from keys.limits import MAX_WEBHOOK_SECRET_BYTES, MIN_WEBHOOK_SECRET_BYTES
from keys.webhook_signature import WebhookSecret, webhook_signature

BODY = '{"name": "홍"}'.encode()


def written(size: int) -> str:
    return "whsec_" + base64.b64encode(bytes(range(size))).decode()


def test_signature_is_the_mac_of_id_time_and_body() -> None:
    secret = WebhookSecret.parse(written(32))
    signature = webhook_signature(BODY, secrets=[secret], message_id="msg_1", sent_at=1_795_336_800)
    mac = hmac.new(bytes(range(32)), b"msg_1.1795336800." + BODY, hashlib.sha256).digest()
    assert signature == "v1," + base64.b64encode(mac).decode()


def test_several_secrets_give_a_signature_each() -> None:
    secrets = [WebhookSecret.parse(written(size)) for size in (24, 64)]
    both = webhook_signature(BODY, secrets=secrets, message_id="m", sent_at=1)
    alone = [webhook_signature(BODY, secrets=[secret], message_id="m", sent_at=1) for secret in secrets]
    assert both.split(" ") == alone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        written(MIN_WEBHOOK_SECRET_BYTES - 1),
        written(MAX_WEBHOOK_SECRET_BYTES + 1),
        written(32).removeprefix("whsec_"),
        written(32).replace("whsec_", "WHSEC_"),
        written(32).rstrip("="),
        written(32) + "\n",
        "whsec_" + "한" * 32,
    ],
)
def test_another_form_of_secret_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(WebhookSecretError) as refused:
        WebhookSecret.parse(text)
    assert refused.value.message == "expected whsec_ and 24 to 64 bytes in base64"


def test_secret_is_not_shown() -> None:
    assert repr(WebhookSecret(b"K" * 32)) == "WebhookSecret()"


@pytest.mark.parametrize(("message_id", "secrets"), [("a.b", [WebhookSecret(b"K" * 32)]), ("a", [])])
def test_message_that_could_be_read_in_two_ways_or_by_nobody_is_not_signed(
    message_id: str, secrets: list[WebhookSecret]
) -> None:
    with pytest.raises(ValueError, match="expected an id without a full stop"):
        webhook_signature(BODY, secrets=secrets, message_id=message_id, sent_at=1)
