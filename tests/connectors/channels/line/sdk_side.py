"""LINE's own SDK, in an environment of its own: ``sdk_side.py push URL TOKEN TO TEXT`` sends as a
bot does; ``sdk_side.py parse SECRET SIGNATURE`` reads a webhook's body and prints its events.
"""

import json
import sys

from linebot.v3 import WebhookParser
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    MessagingApi,
    PushMessageRequest,
    TextMessage,
)


def push(url: str, token: str, to: str, text: str) -> None:
    with ApiClient(Configuration(host=url, access_token=token)) as client:
        said = PushMessageRequest(to=to, messages=[TextMessage(text=text)])
        MessagingApi(client).push_message(said)


def parse(secret: str, signature: str) -> None:
    try:
        events = WebhookParser(secret).parse(sys.stdin.read(), signature)
    except InvalidSignatureError:
        print("null")
        return
    seen = [
        {
            "sender": event.source.user_id,
            "id": event.message.id,
            "text": event.message.text,
            "at": event.timestamp,
        }
        for event in events
    ]
    print(json.dumps(seen))


{"push": push, "parse": parse}[sys.argv[1]](*sys.argv[2:])
