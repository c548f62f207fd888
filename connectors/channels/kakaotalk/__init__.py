"""KakaoTalk channels by a chatbot's skill (Korea)."""
