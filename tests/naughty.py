"""Strings that break careless software, by what they break, each to be shown just as it was typed."""

import re

WORDS_OF_PROGRAMS = [
    "undefined null NaN None true 0",
    "nil",
    "NULL",
    "(null)",
    "-0",
    "1E+02",
    "0x7f",
    "1/0",
    "007",
    "Infinity",
    "1.000,00",
]
SIGNS = [
    ",./;'[]\\-= <>?:\"{}|_+ !@#$%^&*()`~",
    "Ω≈ç√∫ ∂ƒ©∆ ™£¢∞§ ¹²³ ₀₁ ½⅓",
    "“citat” ‘enkla’ «gås» „låg‟ …—–‐−",
    "Åsa Öberg älskar räksmörgås",
    "a\u0308o\u0308a\u030a som lösa tecken",
]
OTHER_WRITING = [
    "田中さんにあげて下さい 社會科學院語學研究所 찦차를 타고",
    "Ёлки и кони, 𐐜𐐔 𐐢",
    "اللغة العربية ⁧ rtl ⁦ ltr",
    "שלום עולם ‮baklänges‬ och rätt",
    "𝕿𝖍𝖊 𝖖𝖚𝖎𝖈𝖐 ｆｕｌｌ ｗｉｄｔｈ ʇxǝʇ",
    "ﬁ ﬂ ① ２ Ⅳ İı ẞß ſ",
    "Z͑ͫ̓ͪ̂ͫ̽a̴l̷g̸o",
    "👩‍👩‍👧‍👦🏳️‍🌈🇸🇪 1️⃣ 👩🏽‍🚒",
    "(╯°□°)╯︵ ┻━┻ ¯\\_(ツ)_/¯",
]
UNSEEN = [
    "​﻿⁠zero width",
    "mjukt\u00adbindestreck hårt\u00a0mellanslag\u3000brett",
    "osyn\u200blig\u200d \ufeffmärke",
    "line\u2028separator and \x85 next\x0bline\x1cend",
    "två\nrader\r\noch\ttabb",
    "  both ends  ",
    "\x1b[31mröd\x1b[0m \x07",
]
MARKUP = [
    "<script>alert('x')</script>",
    "</title></textarea></style><script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)> <a href=javascript:alert(1)>x</a>",
    "<!-- kommentar -- ]]> <![CDATA[ x",
    "&lt;redan&gt; &amp; &#39;flydd&#39;",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>",
]
CODE = [
    "{{ 7*7 }}{% csrf_token %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "%(title)s %s %d {0} {title}",
    "' OR 1=1; DROP TABLE calendar_app_slot; --",
    "$(touch x) `id` ; reboot | reboot",
    "../../../etc/passwd%00",
    "C:\\Windows\\CON aux.txt NUL",
    "http://a/%%30%30",
    "\\n \\N \\0 \\x00 \\u0000",
]
SPREADSHEETS_AND_CALENDARS = [
    "=1+1",
    "'=1+1",
    "+46 31 365 00 00",
    "-2+3",
    "@SUM(A1:A9)",
    "=cmd|' /C calc'!A0",
    "a;b,c\"d'e\\f|g",
    "BEGIN:VEVENT\nEND:VCALENDAR",
]
LONG = ["X" * 60, "å" * 60]

NAUGHTY = [
    *WORDS_OF_PROGRAMS,
    *SIGNS,
    *OTHER_WRITING,
    *UNSEEN,
    *MARKUP,
    *CODE,
    *SPREADSHEETS_AND_CALENDARS,
    *LONG,
]

UNSEEN_MARK = re.compile(r'<mark class="unseen"[^>]*><span class="hidden">[^<]*</span>U\+([0-9A-F]+)</mark>')


def as_typed(page: str) -> str:
    """This will put the signs that cannot be seen back where a page names them instead."""
    return UNSEEN_MARK.sub(lambda found: chr(int(found[1], 16)), page)
