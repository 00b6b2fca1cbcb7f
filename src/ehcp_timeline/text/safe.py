"""Text from a case file made safe to show: nothing in it can steer a screen or hide from its reader."""

import re

# Unicode Cc, Cf, Zl, Zp and Cs, written out because asking `unicodedata` about every character is slow.
_HIDDEN = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_SURROGATES = "\ud800-\udfff"
HIDDEN_IN_A_FRAME = f"[{_HIDDEN.replace(_SURROGATES, '')}]"  # a data frame's text has no surrogates
_HIDDEN_CHARACTER = re.compile(f"[{_HIDDEN}]")
_HIDDEN_BUT_NEWLINE = re.compile(f"(?!\n)[{_HIDDEN}]")


def visible(text: str) -> str:
    r"""Return `text` with every control, formatting and line-breaking character spelled out.

    >>> visible("A\x1b[2J7")
    'A\\u{1b}[2J7'
    """
    return _HIDDEN_CHARACTER.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)


def visible_lines(text: str) -> str:
    """Return `text` as `visible` does, but with its line breaks kept."""
    return _HIDDEN_BUT_NEWLINE.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)


def escaped_json(text: str) -> str:
    r"""Return JSON in which hidden characters stand as escapes: the same value, safe on a screen.

    >>> escaped_json('"\u202eA"')
    '"\\u202eA"'
    """
    return _HIDDEN_BUT_NEWLINE.sub(lambda match: _escape(ord(match[0])), text)


def _escape(code: int) -> str:
    """Return the escape of one character, as a surrogate pair beyond the sixteen-bit range."""
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
