"""Emoji by the names that work chats give them (``thumbsup``); the rest stays a name."""

NAMES = {
    "+1": "👍",
    "thumbsup": "👍",
    "thumbs_up": "👍",
    "-1": "👎",
    "thumbsdown": "👎",
    "thumbs_down": "👎",
    "heart": "❤️",
    "eyes": "👀",
    "check": "✅",
    "white_check_mark": "✅",
    "tada": "🎉",
    "pray": "🙏",
    "joy": "😂",
    "smile": "😄",
    "slightly_smiling_face": "🙂",
    "fire": "🔥",
    "ok_hand": "👌",
    "raised_hands": "🙌",
    "rocket": "🚀",
}


def emoji_of(name: str) -> str:
    """``+1`` -> 👍, ``acme`` -> ``:acme:``."""
    return NAMES.get(name) or (f":{name}:" if name else "")


# As Slack and Mattermost take them.
NAMES_OUT = {
    "👍": "thumbsup",
    "👎": "thumbsdown",
    "❤️": "heart",
    "🎉": "tada",
    "🙏": "pray",
    "👀": "eyes",
    "🔥": "fire",
    "👌": "ok_hand",
}
