"""The invented city of the demo: Åvinge and everybody in it do not exist."""

from __future__ import annotations

DOMAIN = "avinge.example"

# name, responsible chief, communications chief
UNITS = [
    ("Stadsledningskontoret", "Margareta Ek", "Henrik Sandell"),
    ("Parkförvaltningen", "Karin Lindvall", "Henrik Sandell"),
    ("Kulturförvaltningen", "Jonas Wiberg", "Petra Alm"),
    ("Fritidsförvaltningen", "Lena Norrby", "Petra Alm"),
    ("Miljöförvaltningen", "Mats Hedin", "Henrik Sandell"),
    ("Grundskoleförvaltningen", "Sofia Brandt", "Petra Alm"),
    ("Åvinge vatten och avfall AB", "Per Holmgren", "Åsa Tell"),
]

# name, unit, what else: the roles that are no place in a team
PEOPLE = [
    ("Margareta Ek", "Stadsledningskontoret", ""),
    ("Henrik Sandell", "Stadsledningskontoret", ""),
    ("Karin Lindvall", "Parkförvaltningen", ""),
    ("Jonas Wiberg", "Kulturförvaltningen", ""),
    ("Petra Alm", "Kulturförvaltningen", ""),
    ("Lena Norrby", "Fritidsförvaltningen", ""),
    ("Mats Hedin", "Miljöförvaltningen", ""),
    ("Sofia Brandt", "Grundskoleförvaltningen", ""),
    ("Per Holmgren", "Åvinge vatten och avfall AB", ""),
    ("Åsa Tell", "Åvinge vatten och avfall AB", ""),
    ("Anna Berg", "Parkförvaltningen", ""),
    ("Erik Sund", "Stadsledningskontoret", ""),
    ("Sara Nyqvist", "Parkförvaltningen", ""),
    ("Amina Farah", "Miljöförvaltningen", ""),
    ("David Öst", "Kulturförvaltningen", ""),
    ("Elin Kvist", "Kulturförvaltningen", ""),
    ("Farid Rahimi", "Fritidsförvaltningen", ""),
    ("Gun Ahlström", "Grundskoleförvaltningen", ""),
    ("Olle Torp", "Åvinge vatten och avfall AB", ""),
    ("Vera Lund", "Åvinge vatten och avfall AB", ""),
    ("Tove Grip", "Stadsledningskontoret", "web_strategist"),
    ("Rut Dahl", "Stadsledningskontoret", "records_officer"),
    ("Nils Admin", "Stadsledningskontoret", "administrator"),
    ("Ida Vik", "Grundskoleförvaltningen", ""),
]

# code, name, hosts, longest text
PLATFORMS = [
    ("facebook", "Facebook", ["facebook.com", "fb.com"], 63206),
    ("instagram", "Instagram", ["instagram.com"], 2200),
    ("x", "X", ["x.com", "twitter.com"], 280),
    ("linkedin", "LinkedIn", ["linkedin.com"], 3000),
    ("youtube", "YouTube", ["youtube.com", "youtu.be"], 5000),
    ("tiktok", "TikTok", ["tiktok.com"], 2200),
]

# name, platform, handle, address, unit, comments, purpose
CHANNELS = [
    (
        "Åvinge stad",
        "facebook",
        "avingestad",
        "https://www.facebook.com/avingestad-demo",
        "Stadsledningskontoret",
        "open",
        "Nyheter och service från hela staden.",
    ),
    (
        "Åvinge stad",
        "instagram",
        "avingestad",
        "https://www.instagram.com/avingestad-demo",
        "Stadsledningskontoret",
        "open",
        "Vardagen i Åvinge i bilder.",
    ),
    (
        "Åvinge stad",
        "x",
        "avingestad",
        "https://x.com/avingestad_demo",
        "Stadsledningskontoret",
        "open",
        "Korta besked och driftinformation.",
    ),
    (
        "Jobba i Åvinge",
        "linkedin",
        "avinge-stad",
        "https://www.linkedin.com/company/avinge-stad-demo",
        "Stadsledningskontoret",
        "open",
        "Lediga jobb och möten med medarbetare.",
    ),
    (
        "Åvinge parker",
        "facebook",
        "avingeparker",
        "https://www.facebook.com/avingeparker-demo",
        "Parkförvaltningen",
        "open",
        "Det som växer, blommar och byggs i parkerna.",
    ),
    (
        "Åvinge parker",
        "instagram",
        "avingeparker",
        "https://www.instagram.com/avingeparker-demo",
        "Parkförvaltningen",
        "open",
        "Årstiderna i stadens parker.",
    ),
    (
        "Klimatsmart i Åvinge",
        "instagram",
        "klimatsmartavinge",
        "https://www.instagram.com/klimatsmartavinge-demo",
        "Miljöförvaltningen",
        "open",
        "Små steg som gör skillnad.",
    ),
    (
        "Stadsbiblioteket i Åvinge",
        "facebook",
        "avingebibliotek",
        "https://www.facebook.com/avingebibliotek-demo",
        "Kulturförvaltningen",
        "open",
        "Boktips, sagostunder och öppettider.",
    ),
    (
        "Stadsbiblioteket i Åvinge",
        "tiktok",
        "avingebibliotek",
        "https://www.tiktok.com/@avingebibliotek-demo",
        "Kulturförvaltningen",
        "open",
        "Boktips för unga, av unga.",
    ),
    (
        "Kultur Åvinge",
        "youtube",
        "kulturavinge",
        "https://www.youtube.com/@kulturavinge-demo",
        "Kulturförvaltningen",
        "off",
        "Film från scener och verkstäder.",
    ),
    (
        "Åvinge ishall",
        "facebook",
        "avingeishall",
        "https://www.facebook.com/avingeishall-demo",
        "Fritidsförvaltningen",
        "open",
        "Isens tider. Vilar när isen är borta.",
    ),
    (
        "Vatten och avfall",
        "facebook",
        "avingevatten",
        "https://www.facebook.com/avingevatten-demo",
        "Åvinge vatten och avfall AB",
        "open",
        "Driftstopp, sopsortering och kranvatten.",
    ),
    (
        "Åvinge fritid",
        "x",
        "avingefritid",
        "https://x.com/avingefritid_demo",
        "Fritidsförvaltningen",
        "off",
        "Har inte skrivit något på länge.",
    ),
]

# Channels that nothing has gone out on for long, or that rest.
SILENT = {"avingefritid", "avingeishall"}

# name, unit, members with role, channels by (name, platform)
TEAMS = [
    (
        "Stadens redaktion",
        "Stadsledningskontoret",
        {
            "Erik Sund": "editor",
            "Petra Alm": "editor",
            "Anna Berg": "communicator",
            "Gun Ahlström": "communicator",
            "Ida Vik": "communicator",
        },
        [
            ("Åvinge stad", "facebook"),
            ("Åvinge stad", "instagram"),
            ("Åvinge stad", "x"),
            ("Jobba i Åvinge", "linkedin"),
            ("Åvinge fritid", "x"),
        ],
    ),
    (
        "Park och miljö",
        "Parkförvaltningen",
        {
            "Erik Sund": "editor",
            "Sara Nyqvist": "editor",
            "Anna Berg": "communicator",
            "Amina Farah": "communicator",
        },
        [
            ("Åvinge parker", "facebook"),
            ("Åvinge parker", "instagram"),
            ("Klimatsmart i Åvinge", "instagram"),
        ],
    ),
    (
        "Kultur och fritid",
        "Kulturförvaltningen",
        {"David Öst": "editor", "Elin Kvist": "communicator", "Farid Rahimi": "communicator"},
        [
            ("Stadsbiblioteket i Åvinge", "facebook"),
            ("Stadsbiblioteket i Åvinge", "tiktok"),
            ("Kultur Åvinge", "youtube"),
            ("Åvinge ishall", "facebook"),
        ],
    ),
    (
        "Vatten och avfall",
        "Åvinge vatten och avfall AB",
        {"Vera Lund": "editor", "Olle Torp": "communicator"},
        [("Vatten och avfall", "facebook")],
    ),
]

# months in which it fits, team, kind, title, text
POSTS = [
    (
        (1, 2),
        "Park och miljö",
        "Visste du att",
        "Träden vilar inte",
        "Visste du att träden i Slottsängen förbereder våren redan i januari? Knopparna bildades i höstas och väntar bara på ljuset. Gå nära och titta nästa gång du passerar.",
    ),
    (
        (1, 2, 3, 11, 12),
        "Stadens redaktion",
        "Driftinformation",
        "Så plogar vi",
        "I natt kommer det snö. Vi börjar med gångvägar, cykelvägar och bussgator. Bostadsgatorna kommer därefter. Ser du något vi har missat? Felanmäl på webben, så når det rätt person direkt.",
    ),
    (
        (2, 3),
        "Kultur och fritid",
        "Lov",
        "Sportlov för nyfikna",
        "Skapa en egen serietidning, prova på improvisation eller bygg en marionett. Sportlovet på Kulturhuset är gratis för alla mellan 7 och 15 år. Ingen anmälan behövs.",
    ),
    (
        (3, 4),
        "Park och miljö",
        "Månadens klimathjälte",
        "Månadens klimathjälte: Rosendalsskolan",
        "Köket på Rosendalsskolan har halverat sitt matsvinn på ett år. Knepet? Eleverna får smaka först och ta sedan. Vem är din klimathjälte?",
    ),
    (
        (3, 4, 5),
        "Park och miljö",
        "Årstid",
        "Nu planterar vi penséer",
        "9 000 penséer är på väg ut i stadens urnor. I år går de i vitt och gult. Var ser du de första?",
    ),
    (
        (4, 5),
        "Stadens redaktion",
        "Trafik",
        "Cykelbron öppnar",
        "På lördag öppnar den nya cykelbron över ån. Den gör vägen mellan Norrtull och stationen tre minuter kortare. Välkommen på en första tur klockan 11.",
    ),
    (
        (4, 5, 9, 10),
        "Stadens redaktion",
        "Frukostmöte",
        "Frukostmöte för företagare",
        "Hur blir det lättare att driva företag i Åvinge? Kom på frukost i stadshuset på torsdag klockan 7.30. Vi bjuder på kaffe, du på frågorna.",
    ),
    (
        (5, 6),
        "Kultur och fritid",
        "Boktips",
        "Böcker för hängmattan",
        "Bibliotekets Elin har valt fem böcker som håller hela semestern. Alla finns att låna, även som ljudbok. Vilken läser du först?",
    ),
    (
        (6, 7, 8),
        "Park och miljö",
        "Årstid",
        "Vattna ett träd",
        "Det är torrt i marken. Har du ett nyplanterat gatuträd utanför porten? En hink vatten i veckan gör stor skillnad. Tack för hjälpen.",
    ),
    (
        (6, 7, 8),
        "Kultur och fritid",
        "Sommar",
        "Bad med utsikt",
        "Badplatsen vid Sandviken är öppen och vattnet är provtaget. I dag är det 19 grader. Livräddare finns på plats mellan klockan 10 och 18.",
    ),
    (
        (8, 9),
        "Stadens redaktion",
        "Skola",
        "Första skoldagen",
        "I dag börjar 812 sexåringar skolan i Åvinge. Kör extra lugnt vid skolorna och håll utkik efter små ryggsäckar i rörelse.",
    ),
    (
        (9, 10),
        "Park och miljö",
        "Månadens klimathjälte",
        "Månadens klimathjälte: Cykelköket",
        "På Cykelköket har 300 cyklar fått nytt liv i år. Alla får låna verktyg och lära sig laga. Nästa öppna kväll är på tisdag.",
    ),
    (
        (10, 11),
        "Park och miljö",
        "Visste du att",
        "Löven får ligga",
        "Visste du att vi låter löven ligga under buskarna? De blir vinterbo åt igelkottar och jord åt våren. Gör gärna likadant hemma.",
    ),
    (
        (10, 11),
        "Kultur och fritid",
        "Boktips",
        "Läslov med spöken",
        "På läslovet blir biblioteket ett spökhus, lagom läskigt för alla från 6 år. Sagostund varje dag klockan 14.",
    ),
    (
        (11, 12),
        "Vatten och avfall",
        "Visste du att",
        "Fett hör inte hemma i vasken",
        "Julskinkans fett stelnar i rören och blir till propp. Torka ur stekpannan med papper och lägg det i matavfallet. Ledningarna tackar dig.",
    ),
    (
        (11, 12),
        "Stadens redaktion",
        "Jul",
        "Granen tänds på torget",
        "På söndag klockan 16 tänder vi granen på Stortorget. Åvinge gosskör sjunger och scouterna säljer glögg. Välkommen.",
    ),
    (
        (1, 4, 7, 10),
        "Vatten och avfall",
        "Driftinformation",
        "Vi spolar ledningarna",
        "Under veckan spolar vi vattenledningarna i Västra staden. Vattnet kan bli missfärgat en stund. Låt kranen rinna tills det är klart igen.",
    ),
    (
        (2, 5, 8, 11),
        "Stadens redaktion",
        "Lediga jobb",
        "Bli en av oss",
        "Vi söker undersköterskor, lärare och en trädgårdsmästare. Du får kollegor som bryr sig och ett jobb som märks i vardagen. Läs mer och sök på webben.",
    ),
    (
        (3, 6, 9, 12),
        "Kultur och fritid",
        "Scen",
        "Öppen scen på fredag",
        "Sjung, läs eller spela. På fredag är scenen i Kulturhuset öppen för alla. Anmäl dig på plats från klockan 18.",
    ),
]

# kind, author, text, what happened around it
COMMENTS = [
    ("question", "Maja L", "Hur länge är bron avstängd för bilar?", "Under inlägget om cykelbron."),
    (
        "question",
        "Bengt i Norrtull",
        "När töms returpapper på Norra vägen? Det är fullt sedan i fredags.",
        "Under inlägget om sopsortering.",
    ),
    ("question", "Hanna", "Går det att låna ljudböcker utan lånekort?", "Under boktipset."),
    ("praise", "Kerstin W", "Så fint ni har gjort det vid ån. Tack.", "Under inlägget om penséerna."),
    ("praise", "Ali", "Barnen vill gå till biblioteket varje dag nu.", "Under inlägget om läslovet."),
    (
        "criticism",
        "Trött cyklist",
        "Ni plogar alltid cykelvägen sist, hur svårt kan det vara?",
        "Under inlägget om plogning.",
    ),
    (
        "criticism",
        "Förälder i Väster",
        "Skolmaten är kall när ettorna kommer fram. Har påtalat det flera gånger.",
        "Under inlägget om klimathjälten.",
    ),
    (
        "unsuitable",
        "Klipp & Trim",
        "Besök oss för 20 % på din nästa klippning. Länk i profilen.",
        "Reklam under inlägget om frukostmötet.",
    ),
    (
        "unsuitable",
        "Valvinnaren",
        "Rösta på vårt parti så blir det ordning på torget.",
        "Partipolitik under inlägget om granen.",
    ),
    (
        "unsuitable",
        "win-prize-01",
        "You have won. Click here. Click here. Click here.",
        "Samma text under fem inlägg på en timme.",
    ),
    (
        "illegal",
        "Okänd profil",
        "[påhittat hot] Jag vet var du jobbar, hon i receptionen. Vänta bara.",
        "Svar till en kollega som namngavs i inlägget.",
    ),
    (
        "illegal",
        "Sanningen nu",
        "[påhittat] Alla i den gruppen borde köras ut ur stan.",
        "Under inlägget om skolstarten, i en lång tråd.",
    ),
    (
        "illegal",
        "Grannen",
        "[påhittade uppgifter] Han på trean har fått sin diagnos på papper, fråga på hans jobb.",
        "Svar på en fråga om tvättstugor.",
    ),
    (
        "illegal",
        "Anonym",
        "[påhittad uppmaning] Träffas på torget i kväll och slå sönder bron.",
        "Under inlägget om cykelbron.",
    ),
]

# index in COMMENTS, ground, state, hours since discovery
CASES = [
    (10, "unlawful_threat", "found", 2),
    (11, "agitation", "gathering", 9),
    (12, "personal_data", "sealed", 19),
    (13, "incitement", "removal_ordered", 22),
    (10, "unlawful_threat", "removal_failed", 30),
    (12, "personal_data", "gone", 12),
    (11, "agitation", "removed", 200),
    (13, "incitement", "kept", 400),
    (7, "advertising", "removed", 300),
    (8, "party_politics", "found", 5),
]
