"""``explain`` shows what ingest and delivery would do, and reaches no network."""

from connectors.explain import explain_send, explain_webhook
from connectors.registry import Registry

REGISTRY = Registry.load()
TEXT = {
    "url": "/hooks/twilio_sms/i1",
    "content_type": "application/x-www-form-urlencoded",
    "body": "MessageSid=SM1&From=%2B14155550123&To=%2B14155550100&Body=Hi",
}


def test_without_a_secret_nothing_is_said_about_the_signature():
    seen = explain_webhook(REGISTRY, "twilio_sms", {}, TEXT)
    assert (seen.verified, seen.status) == (None, 200)
    assert seen.events[0].text == "Hi"


def test_a_wrong_signature_is_shown_with_what_it_would_have_been():
    seen = explain_webhook(REGISTRY, "twilio_sms", {}, TEXT | {"secret": "12345"})
    assert (seen.verified, seen.status) == (False, 401)
    assert seen.events[0].text == "Hi"
    assert "missing" in seen.warnings[0]


def test_an_old_record_is_verified_at_its_own_time():
    case = {
        "headers": {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        "content_type": "application/json",
        "body": '{"test": 2432232314}',
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }
    seen = explain_webhook(REGISTRY, "api", {}, case)
    assert seen.verified is True
    assert "too far from now" in seen.warnings[0]
    assert seen.quarantined == ("sender is missing: give an id, an email or a phone",)


def test_settings_may_stand_in_the_case_or_be_given():
    case = TEXT | {"secret": {"auth_token": "x"}}
    assert explain_webhook(REGISTRY, "twilio_sms", {}, case).verified is False
    assert explain_webhook(REGISTRY, "twilio_sms", {"auth_token": "y"}, TEXT).verified is False


async def test_a_reply_is_shown_as_requests_with_placeholders():
    case = {
        "message": {"recipient": "tel:+14155550123", "text": "Hi"},
        "replies": [
            {"url": "*/nothing", "status": 500},
            {"url": "https://api.twilio.com/*/Messages.json", "body": '{"sid": "SM1"}'},
        ],
    }
    seen = await explain_send(REGISTRY, "twilio_sms", {}, case)
    assert "placeholder-account_sid" in seen.requests[0].url
    assert seen.outcome.state == "sent"
    assert seen.outcome.native_ids == ("SM1",)


async def test_when_the_answers_run_out_it_says_so():
    case = {"message": {"recipient": "tel:+14155550123", "text": "Hi"}}
    seen = await explain_send(REGISTRY, "twilio_sms", {}, case)
    assert (seen.outcome.state, seen.outcome.reason) == ("retry", "the case has no reply left")
