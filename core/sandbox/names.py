"""Invented people, companies and sentences. Nobody of these exists; all mail domains end in .example."""

FIRST = (
    "Anna Lukas Mia Jonas Emilia Finn Hannah Paul Lea Ben Sofia Elias Marie Noah Clara Felix Ida Anton Frieda Emil "
    "Mehmet Aylin Piotr Katarzyna Luca Giulia Ngoc Chen Amara Joao Inès Søren Zoë Oleksandr Iryna Maximilian Charlotte "
    "Theo Johanna Karl Greta Oskar Mathilda Jakob Luise David Nele Samuel Pauline"
).split()
LAST = (
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf "
    "Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier "
    "Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel "
    "Kowalski Nguyen Rossi Petrova O'Brien Öztürk Bianchi Dubois Novák Jansen Böhm Winkler Lorenz Baumann Franke Yılmaz"
).split()
COMPANY = (
    "Nordlicht Havelwerk Spreeform Lindenhof Tegelkraft Kupferblau Morgenrot Waldmann Zeitlos Bergsee Elbtal".split()
)
BRANCH = "GmbH|AG|Logistik GmbH|Möbel KG|Praxis|Schule|Bäckerei|Optik|Verlag|Handel GmbH & Co. KG".split("|")

AGENTS = (
    ("Lena Brandt", ("Tech",)),
    ("Tobias Keller", ("Tech",)),
    ("Aylin Demir", ("Tech",)),
    ("Marek Nowak", ("Tech",)),
    ("Sophie Lindner", ("Tech", "VIP")),
    ("Jannis Otto", ("Tech",)),
    ("Priya Raman", ("Tech",)),
    ("Carla Busch", ("Billing",)),
    ("Henrik Paulsen", ("Billing",)),
    ("Fatima El Amrani", ("Billing",)),
    ("Robert Thiele", ("Billing",)),
    ("Nina Vogt", ("Billing", "VIP")),
    ("Daniel Ackermann", ("VIP",)),
    ("Isabel Roth", ("VIP",)),
    ("Oliver Grant", ("VIP", "Tech")),
    ("Ute Siebert", ("Back office",)),
    ("Milan Horvat", ("Back office",)),
    ("Ruth Andersen", ("Back office",)),
)
"""The people at the desk with their groups; the first group of each is the home group."""

REASONS = {
    "delivery": ("Wo bleibt meine Bestellung?", "Lieferung verspätet", "Parcel status", "Wrong delivery address"),
    "invoice": ("Frage zur Rechnung", "Rechnung doppelt erhalten", "Invoice missing", "VAT number on invoice"),
    "refund": ("Erstattung noch nicht da", "Refund request", "Gutschrift fehlt"),
    "defect": ("Gerät startet nicht", "Display bleibt schwarz", "Device keeps restarting", "Akku lädt nicht"),
    "setup": ("Einrichtung klappt nicht", "How do I pair the device?", "WLAN wird nicht gefunden"),
    "account": ("Passwort zurücksetzen", "Cannot log in", "Konto löschen"),
    "order": ("Bestellung ändern", "Change of quantity", "Angebot für 20 Stück"),
    "stockout": ("Wann ist es wieder lieferbar?", "Out of stock again", "Nicht auf Lager"),
    "complaint": ("Beschwerde über den Service", "Very unhappy", "Reklamation"),
}
REASON_WEIGHT = {
    "delivery": 24.0,
    "invoice": 16.0,
    "refund": 9.0,
    "defect": 19.0,
    "setup": 14.0,
    "account": 9.0,
    "order": 6.0,
    "stockout": 2.0,
    "complaint": 3.0,
}
PRODUCTS = {"lumo_one": 40.0, "lumo_mini": 28.0, "lumo_hub": 20.0, "lumo_two": 2.0, "none": 10.0}
REASON_GROUP = {
    "delivery": "Billing",
    "invoice": "Billing",
    "refund": "Billing",
    "order": "Billing",
    "stockout": "Billing",
    "complaint": "Billing",
    "defect": "Tech",
    "setup": "Tech",
    "account": "Tech",
}
ASKED = (
    "Guten Tag, ich brauche Hilfe: {subject}. Vielen Dank!",
    "Hello, {subject} - could you please look into this?",
    "{subject}. Ich habe es schon zweimal versucht.",
    "Hi team, see subject. Order {order}.",
)
ANSWERED = (
    "Guten Tag, danke für Ihre Nachricht. Ich habe es geprüft und angestoßen.",
    "Hello, thanks for writing. I have looked into it; here is what we can do.",
    "Bitte starten Sie das Gerät neu und melden Sie sich, wenn es bleibt.",
    "Ich brauche bitte noch die Seriennummer, dann geht es weiter.",
    "Your parcel left our warehouse; the tracking link is in your account.",
)
REPLIED = (
    "Hier die Angaben.",
    "Danke, hier ist die Nummer: {order}.",
    "It still does not work.",
    "Noch eine Frage dazu:",
)
THANKS = ("Vielen Dank!", "Thank you, that worked.", "Danke, alles gut.", "Super, danke Ihnen!")
NOTES = ("Mit dem Lager geklärt.", "Asked second level, waiting for their answer.", "Kunde hat auch angerufen.")
GOOD = (
    "Schnell und freundlich.",
    "Great support, thank you!",
    "Sehr kompetent geholfen.",
    "Fast answer.",
    "Endlich jemand, der zuhört.",
)
BAD = (
    "Hat viel zu lange gedauert.",
    "Nobody called me back.",
    "Dreimal weitergereicht.",
    "Still broken.",
    "Unfreundliche Antwort.",
)
