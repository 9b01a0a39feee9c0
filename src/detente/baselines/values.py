"""Normalised values: dates in the form of TIMEX3 against the article's date, plain numbers for quantities.

Only what a few plain patterns of English settle; everything else has no value.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORDS = dict(
    zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True)
) | {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
DAYS = {"today": 0, "tonight": 0, "yesterday": -1, "previous day": -1, "tomorrow": 1}
SHIFTS = {"last": -1, "previous": -1, "this": 0, "current": 0, "next": 1, "coming": 1}

_MONTH = "(?P<month>" + "|".join(MONTHS) + ")"
DAY_MONTH = re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? (?P<year>\d{{4}}))?$")
MONTH_DAY = re.compile(rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?$")
MONTH_YEAR = re.compile(rf"(?:last |next )?{_MONTH}(?: (?P<year>\d{{4}}))?$")
YEAR = re.compile(r"(?P<year>(?:1[5-9]|20)\d\d)$")
UNIT = re.compile(r"(?:the )?(?P<shift>" + "|".join(SHIFTS) + r") (?P<unit>day|week|month|year)$")
WEEKDAY = re.compile(r"(?:the )?(?P<shift>last |next |this )?(?P<weekday>" + "|".join(WEEKDAYS) + ")$")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def normalised(text: str, published: str) -> str | None:
    """The value of a time or quantity expression, or None where no pattern fits.

    `published` is the article's ISO date; without it, or with one that cannot be read, deictic times have no value.
    A date without a year is taken in the article's year.
    """
    phrase = " ".join(text.lower().split())
    try:
        today = date.fromisoformat(published[:10])
    except ValueError:
        today = None
    return _absolute(phrase, today) or (_deictic(phrase, today) if today else None) or _quantity(phrase)


def _absolute(phrase: str, today: date | None) -> str | None:
    for pattern in (DAY_MONTH, MONTH_DAY, MONTH_YEAR):
        if match := pattern.match(phrase):
            parts = match.groupdict()
            year = int(parts["year"]) if parts["year"] else today.year if today else None
            month = MONTHS.index(parts["month"]) + 1
            if "day" not in parts:
                return None if year is None else f"{year:04}-{month:02}"
            if not 1 <= int(parts["day"]) <= 31:
                return None
            return f"{'XXXX' if year is None else f'{year:04}'}-{month:02}-{int(parts['day']):02}"
    if match := YEAR.match(phrase):
        return match["year"]
    return None


def _deictic(phrase: str, today: date) -> str | None:
    days = DAYS.get(phrase.removeprefix("the "))
    if days is not None:
        return _shifted_day(today, days)
    if match := UNIT.match(phrase):
        return _shifted_unit(today, SHIFTS[match["shift"]], match["unit"])
    if match := WEEKDAY.match(phrase):
        back = (today.weekday() - WEEKDAYS.index(match["weekday"])) % 7
        return _shifted_day(today, 7 - back if (match["shift"] or "").strip() == "next" else -back)
    return None


def _shifted_day(today: date, days: int) -> str | None:
    try:
        return (today + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def _shifted_unit(today: date, shift: int, unit: str) -> str | None:
    if unit == "day":
        return _shifted_day(today, shift)
    if unit == "month":
        years, month = divmod(today.year * 12 + today.month - 1 + shift, 12)
        return f"{years:04}-{month + 1:02}"
    if unit == "year":
        return f"{today.year + shift:04}"
    try:
        year, week, _ = (today + timedelta(weeks=shift)).isocalendar()
    except OverflowError:
        return None
    return f"{year:04}-W{week:02}"


def _quantity(phrase: str) -> str | None:
    numbers = NUMBER.findall(phrase)
    words = re.findall(r"[a-z]+", phrase)
    if len(numbers) > 1:
        return None
    value = float(numbers[0].replace(",", "")) if numbers else None
    for word in words:
        if word in WORDS:
            factor = WORDS[word]
            value = factor if value is None else value * factor if factor >= 12 else value
    if value is None:
        return None
    return str(int(value)) if value == int(value) else f"{value:g}"
