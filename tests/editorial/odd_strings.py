"""Strings that people, keyboards and other programs really send, gathered for these tests. Each is one line, trimmed.

One or a few of each class: words that languages keep for themselves, numbers and what looks like them, every kind of
letter and sign, letters that run the other way, that pile up or cannot be seen, markup and script, queries, templates,
commands, files and devices, formulas, entities, terminals, addresses, and words that filters stumble on.
"""

NAUGHTY = [
    "0",
    "None",
    "null",
    "undefined",
    "NaN",
    "-1e309",
    "007",
    "1/0",
    "Ångström Öhman Ærø",
    "a\u0308o\u0308a\u030a som lösa tecken",
    "ﬁ ﬂ ① ２ Ⅳ",
    "ıİ ẞß ſ",
    "Ԁⅽ еxаmрlе",
    "مرحبا بالعالم",
    "שלום עולם",
    "‮baklänges‬ och rätt",
    "⁦isolerad⁩ text",
    "田中さんにあげて下さい",
    "𝒻𝓇𝒶𝓀𝓉𝓊𝓇 𝟙𝟚𝟛",
    "👨‍👩‍👧‍👦 👩🏽‍🚒 🏳️‍🌈 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇸🇪 1️⃣",
    "Z̷̧̛a̴͚͝l̵͉̒g̶̣̀o̸̖͐",
    "osyn\u200blig\u200d \u2060och \ufeffBOM",
    "hårt\u00a0mellanslag\u202fsmalt\u3000brett",
    "mjukt\u00adbindestreck",
    "tab\tmitt i",
    "<b>fet</b> & <i>kursiv</i>",
    "<script>alert('naughty')</script>",
    "</textarea><script>alert('naughty')</script>",
    "\"><img src=x onerror=alert('naughty')>",
    "' onmouseover='alert(1)",
    "<!-- kommentar",
    "&lt;redan&gt; &amp; &#39;flydd&#39;",
    "javascript:alert('naughty')",
    "{{ 7 * 7 }} {% load i18n %} {# borta #}",
    "%s %d %(name)s %% %n",
    "{0} {name} ${x} #{y}",
    "'; DROP TABLE editorial_post; --",
    "\\' OR 1=1 --",
    "../../../../etc/passwd",
    "C:\\Windows\\System32\\con",
    "$(reboot) `reboot` | reboot ; reboot",
    "=1+1",
    "+46-31-000 00 00",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "#hashtag ##dubbel #1 #",
    "https://exempel.se/å?q=ä&x=<y>#ö",
    "mailto:anna@exempel.se?subject=hej%0d%0aBcc:x",
    "“citat” ‘enkla’ «gås» „tyska‟",
    "…—–‐−",
    "\\n \\0 \\x00 \\u0000",
    "]]> <![CDATA[ x ]]>",
    "x" * 60,
    "undef nil (null) true hasOwnProperty __proto__ constructor",
    "1_000,00 0x7fffffff 1e400 -0 ,5 1/0",
    "١٢٣ ४५६ ⒈⒉ ₀₁₂ ⁰⁴⁵ ⅛⅜",
    "ʇɥʇǝu ɐuuɐ ʇǝʞsᴉuɐs",
    "Ⓐⓥⓘⓝⓖⓔ 🅰🆅 ᴀᴠɪɴɢᴇ",
    "ヽ(°〇°)ﾉ ¯\\_(ツ)_/¯ ʕ•ᴥ•ʔ",
    "﷽ لُلُصّبُلُلصّبُررً ॣ ॣh ॣ ॣ 冗",
    "ก็็็็็็็็็็ ส้้้้้้้้้้",
    "rad\u2028skild stycke\u2029skilt nästa\x85rad",
    "\x1b[31mröd\x1b[0m \x07\x08 \x7f",
    "<svg/onload=alert('naughty')>",
    "<a href=\"java\tscript:alert('naughty')\">klicka</a>",
    "<style>*{display:none}</style><base href=//exempel.se>",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>",
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "1' UNION SELECT * FROM core_user -- /* */",
    "{{ ''.__class__.__mro__ }} {% debug %} <%= 7 * 7 %> #{7 * 7}",
    "() { :; }; echo sårbar && ping -c 1 127.0.0.1 ${jndi:ldap://127.0.0.1/a}",
    "CON PRN AUX NUL COM1 LPT1.txt",
    "BEGIN:VEVENT SUMMARY;X=1:hej\\, och\\; \\N",
    "Scunthorpe Ekkuken analys Fittja Kukelöv",
    "%E5%E4%F6 %2e%2e%2f %00 &#0; &#x202e;",
    "\N{BLACK HEART} \\u00e5 \\xe5 å",
]


def packed(limit: int) -> list[str]:
    """This will return all of them: those that programs keep for themselves alone, the others as many as fit together."""
    alone, rest = NAUGHTY[:8], NAUGHTY[8:]
    packs = [""]
    for text in rest:
        if len(packs[-1]) + 1 + len(text) > limit:
            packs.append("")
        packs[-1] = f"{packs[-1]} {text}".strip()
    return alone + packs
