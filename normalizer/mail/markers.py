"""Classes and ids that mail programs give to the quoted past and to signatures.

Only these survive sanitising, so that the past can be found, and folded where a mail is shown.
"""

QUOTE_MARKS = (
    "gmail_quote",
    "gmail_quote_container",
    "gmail_extra",
    "yahoo_quoted",
    "yahooQuoted",
    "ymail_android_quote",
    "protonmail_quote",
    "tutanota_quote",
    "moz-cite-prefix",
    "zmail_extra",
    "hc_quote",
    "front-blockquote",
    "superhuman-quote",
    "WLEmailQuote",
    "quotedtext",
    "divRplyFwdMsg",
    "x_divRplyFwdMsg",
    "OLK_SRC_BODY_SECTION",
    "appendonsend",
    "mail-editor-reference-message-container",
    "reply-intro",
    "replySplit",
    "isReplyContent",
    "ms-outlook-mobile-body-separator-line",
)
SIGNATURE_MARKS = (
    "gmail_signature",
    "moz-signature",
    "protonmail_signature_block",
    "Signature",
    "x_Signature",
    "AppleMailSignature",
    "ms-outlook-mobile-signature",
    "yahoo-signature",
)
