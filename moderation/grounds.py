"""The grounds on which something may go, as they are first laid in. From then on they are rows, kept in the admin."""

from datetime import date

from moderation.models import Ground

BBS = "5 § lagen (1998:112) om ansvar för elektroniska anslagstavlor"
RULES = "Stadens regler för kommentarer"
# Since when each law reads as it is cited. What is not named has no first day.
VALID_FROM = {
    "unlawful_threat": date(2018, 1, 1),
    "privacy_breach": date(2018, 1, 1),
    "incitement": date(1998, 5, 1),
    "agitation": date(1998, 5, 1),
    "child_abuse": date(1998, 5, 1),
    "violence": date(1998, 5, 1),
    "terrorism": date(2022, 7, 1),
    "copyright": date(1998, 5, 1),
    "personal_data": date(2018, 5, 25),
}
KEEP_YEARS = {"law": 5, "house": 2}

# code, name, citation, source, whether the 24-hour clock runs, whether a copy may be a crime
GROUNDS = [
    ("unlawful_threat", "Olaga hot", f"{BBS}; 4 kap. 5 § brottsbalken", "law", True, False),
    ("privacy_breach", "Olaga integritetsintrång", f"{BBS}; 4 kap. 6 c § brottsbalken", "law", True, False),
    ("incitement", "Uppvigling", f"{BBS}; 16 kap. 5 § brottsbalken", "law", True, False),
    ("agitation", "Hets mot folkgrupp", f"{BBS}; 16 kap. 8 § brottsbalken", "law", True, False),
    ("child_abuse", "Barnpornografibrott", f"{BBS}; 16 kap. 10 a § brottsbalken", "law", True, True),
    ("violence", "Olaga våldsskildring", f"{BBS}; 16 kap. 10 c § brottsbalken", "law", True, False),
    (
        "terrorism",
        "Offentlig uppmaning till terrorism",
        f"{BBS}; 7 § terroristbrottslagen (2022:666)",
        "law",
        True,
        False,
    ),
    ("copyright", "Uppenbart intrång i upphovsrätt", BBS, "law", True, False),
    (
        "personal_data",
        "Kränkande personuppgifter",
        "Dataskyddsförordningen (EU) 2016/679",
        "law",
        True,
        False,
    ),
    ("pornography", "Pornografi", RULES, "house", True, False),
    ("party_politics", "Partipolitiskt budskap", RULES, "house", False, False),
    ("advertising", "Reklam", RULES, "house", False, False),
    ("spam", "Spam", RULES, "house", False, False),
    ("off_topic", "Hör inte till ämnet", RULES, "house", False, False),
    ("abuse", "Personangrepp och grovt språk", RULES, "house", False, False),
]


def lay_in() -> None:
    """This will store each ground whose code is not there yet."""
    Ground.objects.bulk_create(
        [
            Ground(
                code=code,
                name=name,
                citation=citation,
                source=source,
                runs_clock=clock,
                copy_is_crime=crime,
                valid_from=VALID_FROM.get(code),
                keep_years=KEEP_YEARS[source],
            )
            for code, name, citation, source, clock, crime in GROUNDS
        ],
        ignore_conflicts=True,
    )
