"""German. Write umlauts; the spelling without them is known too."""

from typing import Final

FILLERS: Final = (
    "der die das den dem des ein eine einen einem einer mein meine meinen meinem meiner meines dein deine diese "
    "diesen mir mich ganz sehr"
)

LONG: Final = (
    "schmerzt zerrung verkrampft umgeknickt knieschmerzen rückenschmerzen hüftschmerzen wadenschmerzen "
    "gesäßschmerzen fersenschmerzen leistenschmerzen brustschmerzen herzschmerzen schmerzfrei ausstrahlung "
    "ausstrahlt ischias kribbeln kribbelt ameisenlaufen taubheit taubheitsgefühl taubheitsgefühle gefühllos "
    "kraftlos lähmung humpeln humpelt muskelkater verspannt seitenstechen pobacke piriformis hüftgelenk hüftbeuger "
    "adduktor adduktoren quadrizeps kniescheibe kniekehle kniegelenk schienbein achillessehne achilles knöchel "
    "sprunggelenk fußgelenk lendenwirbelsäule steißbein wirbelsäule oberschenkel unterschenkel inkontinent "
    "inkontinenz harnverhalt stuhlgang genitalien genitalbereich intimbereich schüttelfrost herzinfarkt ohnmächtig "
    "ohnmacht bewusstlos geschwollen schwellung angeschwollen physiotherapeut krankenhaus"
)

CARRIER: Final = {
    "stop": "stopp|stoppen|abmelden|abbestellen|austragen|aufhören|hör auf|hört auf",
    "help": "hilfe",
    "polite": "bitte|danke|hallo",
    "opt_out": "keine nachrichten mehr|keine nachricht mehr|keine sms mehr|keine weiteren nachrichten"
    "|keine weiteren sms|hör auf zu schreiben|hört auf zu schreiben|hör auf mir zu schreiben"
    "|hört auf mir zu schreiben|hören sie auf mir|hör auf mit den nachrichten|hört auf mit den nachrichten"
    "|hört auf mit diesen nachrichten|schreib mir nicht mehr|schreibt mir nicht mehr|schreiben sie mir nicht"
    "|schick mir nichts mehr|schickt mir nichts mehr|schick mir keine|schickt mir keine|schicken sie mir keine"
    "|nicht mehr anschreiben|nicht mehr kontaktieren|lass mich in ruhe|lasst mich in ruhe|melde mich ab"
    "|meldet mich ab|meld mich ab|möchte mich abmelden|will mich abmelden|nachrichten abbestellen|sms abbestellen"
    "|nachrichten stoppen|sms stoppen|stopp die nachrichten|stoppt die nachrichten|stopp mit den nachrichten"
    "|trag mich aus|tragt mich aus|lösch meine nummer|löscht meine nummer|will keine nachrichten"
    "|möchte keine nachrichten|keine benachrichtigungen mehr",
    "limit": "nachts|bis|vor|nach|heute|morgen|woche|wochenende|monat|so viele|so oft|während|wenn|rennen|wettkampf"
    "|lauf|uhr|abends|sonntags",
    "": "nicht aufhören|nicht abmelden|melde mich ab und zu|melde mich ab und an|nicht stoppen",
}

COMMANDS: Final = {
    "ok": "okay|danke|dankeschön|vielen dank|alles klar|klar|verstanden|passt|passt schon|jo|gut|sehr gut|super"
    "|prima|mach ich|geht klar|in ordnung|kein problem|einverstanden|gerne|perfekt|top|okey dokey|habs gelesen"
    "|gelesen",
    "why": "warum|wieso|weshalb|wieso das|warum das|warum denn|grund|erklär|erkläre|erklärung",
    "status": "status|stand|mein stand|übersicht|wie stehe ich|wie ist mein stand",
    "mute": "stumm|stummschalten|stumm schalten|stumm stellen|stummstellen|mute",
    "unmute": "unmute|nicht mehr stumm|stumm aus|entstummen|wieder an|laut",
    "snooze": "pause|pausieren|pausiere|schlummern|snooze|pausier",
    "cleared": "freigegeben|ich bin freigegeben|bin freigegeben|freigabe",
    "day": "t|tag|tage|tagen|tg",
    "week": "woche|wochen|wo",
    "month": "monat|monate|monaten",
    "hour": "std|stunde|stunden",
    "polite": "bitte|hallo|hi|für|mal|ein|eine|einen|die|das|den|nachrichten|regel|dir|euch|sehr|dann|mach"
    "|bitte mal|schön|lang|lange",
}

NUMBERS: Final = {
    "0": "null",
    "article": "ein|eine|einen|einem|einer",
    "1": "eins",
    "2": "zwei|zwo",
    "3": "drei",
    "4": "vier",
    "5": "fünf",
    "6": "sechs",
    "7": "sieben",
    "8": "acht",
    "9": "neun",
    "10": "zehn",
    "of": "von|auf|aus",
    "now": "jetzt|heute|aktuell|gerade|noch|momentan",
    "unit": "km|kilometer|kilometern|m|meter|metern|sek|sekunden|jahr|jahre|jahren|uhr|mal|kg|kilo|prozent|läufe"
    "|runden|wdh|wiederholungen|schritte|einheiten|hm|höhenmeter|te|ter",
    "minute": "min|minute|minuten",
    "hour": "h|std|stunde|stunden",
    "day": "tag|tage|tagen|nächte",
    "week": "woche|wochen",
    "month": "monat|monate|monaten",
    "counted": "km|kilometer|tag|woche|stufe|phase|zone|größe|nach|seit|vor|bei|ab|für|lief|gelaufen|letzten|jeden"
    "|um|bis|monat",
    "aside": "nur|wieder|ist|es|eine|ein|ca|circa|ungefähr|etwa|vielleicht|und|oder|würde|sagen|sage|ich|so|im|am"
    "|in|an|der|die|das|dem|den|meine|mein|meinem|meiner|bitte|danke|stufe|so|glaub|glaube|also|hier|da|zum|bei"
    "|eher|innen|außen|vorne|hinten|okay|seite|viel|etwas|bisschen|wird|schon|es|geht|deutlich|sehr|wieder|mir",
}

_STEMS: Final = {
    "knee": "knie",
    "back": "rücken|kreuz",
    "hip": "hüft|hüften",
    "calf": "waden",
    "buttock": "gesäß|po",
    "heel": "fersen",
    "groin": "leisten",
    "foot": "fuß",
    "shin": "schienbein",
    "thigh": "oberschenkel",
    "achilles": "achillessehnen",
    "toe": "zehen",
    "ankle": "knöchel",
    "leg": "bein",
    "chest": "brust|herz",
    "vague_other": "kopf|bauch|schulter|nacken|arm",
    "sore": "muskel",
}
"""Knieschmerzen is knee and pain."""


def _aching(stems: str) -> str:
    return "|".join(f"{stem}{ache}" for stem in stems.split("|") for ache in ("schmerz", "schmerzen", "weh"))


STORY: Final = {
    # --- pain, and how it goes ---
    "pain": "schmerz|schmerzen|schmerzt|schmerzte|schmerzhaft|schmertz|schmertzen|schmerzn|schmerze|schmezen|weh"
    "|wehgetan|wehtut|zwickt|zwicken|gezwickt|sticht|stechen|stechend|brennt|brennen|pocht|pochen|ziehen|zieht"
    "|gezogen|aua|autsch|zerrung|gezerrt|verletzt|verletzung|krampf|krämpfe|verkrampft|beschwerden|verdreht"
    "|umgeknickt|geprellt|prellung|pikst|druckempfindlich|drückt|gelenkschmerzen|schwacher schmerz"
    "|schwache schmerzen|leichte schmerzen|" + _aching("|".join(_STEMS.values())),
    "painless": "schmerzfrei|schmerzlos|beschwerdefrei|spüre keine schmerzen|fühle keine schmerzen|ohne schmerzen"
    "|ohne beschwerden",
    "gone": "weg|verschwunden|vorbei|nicht mehr da|hat aufgehört|aufgehört|abgeklungen|verheilt|ausgeheilt"
    "|auskuriert|überstanden|tut nicht mehr weh|verflogen",
    "fine": "gut|okay|ok|super|prima|bestens|in ordnung|keine probleme|kein problem|normal|top|wieder fit|unauffällig",
    "better": "besser|verbessert|weniger schmerzen|weniger|nachgelassen|lässt nach|leichter|gebessert|erträglicher"
    "|nicht mehr so|geht bergauf",
    "worse": "schlimmer|schlechter|stärker|mehr schmerzen|verschlimmert|verschlechtert|am schlimmsten|heftiger",
    "longer": "je länger|je weiter|je mehr ich laufe|mit jedem kilometer|desto länger|beim weiterlaufen"
    "|mit zunehmender",
    "during": "beim laufen|beim joggen|während|während des laufs|beim lauf|unterwegs|bei km|bei kilometer|ab km"
    "|ab kilometer|beim rennen|wenn ich laufe|beim training",
    "after": "nach dem lauf|nach dem laufen|nach dem training|nach dem joggen|nach dem rennen|danach|nachher"
    "|hinterher|nach lauf",
    "next_morning": "am nächsten morgen|heute morgen|am nächsten tag|nächsten tag|tag danach|tag nach|morgens"
    "|aufgewacht|heute früh|beim aufstehen|am morgen danach",
    # --- what goes with it ---
    "radiating": "strahlt aus|strahlt|ausstrahlt|ausstrahlend|ausstrahlung|ausstrahlungen|ausstrahlen"
    "|zieht ins bein|zieht runter|zieht bis|zieht in den fuß|zieht in die wade|ins bein|ins linke bein"
    "|ins rechte bein|bis in den fuß|bis in die wade|bis in die zehen|bis zum fuß|bis ins bein|bis ins knie"
    "|bein runter|bein hinunter|bein hinab|ischias|schießt ein|schießt ins|schießt",
    "tingling": "kribbeln|kribbelt|kribbelig|gekribbelt|kribbelgefühl|ameisenlaufen|ameisen|prickeln|prickelt"
    "|stromschlag|stromschläge|elektrisch|elektrisiert",
    "numb": "taub|taube|taubes|tauber|tauben|taubheit|taubheitsgefühl|taubheitsgefühle|gefühllos|gefühllosigkeit"
    "|kein gefühl|keinerlei gefühl|ohne gefühl|gefühl verloren|fuß eingeschlafen|bein eingeschlafen"
    "|fuß ist eingeschlafen|bein ist eingeschlafen|bein schläft ein|fuß schläft ein|beine schlafen ein"
    "|eingeschlafenes bein|pelzig|wie betäubt|betäubt|gefühl ist weg|gefühl weg",
    "feel": "spüre|spür|spürt|spüren|fühle|fühl|merke",
    "weak": "schwach|schwache|schwaches|schwacher|schwäche|schwächegefühl|kraftlos|kraftlosigkeit|keine kraft"
    "|kraftverlust|knickt weg|knickt ein|sackt weg|sackt ein|gibt nach|lähmung|gelähmt|weggeknickt|weggesackt",
    "limp": "humpeln|humple|humpel|humpelt|humpelnd|gehumpelt|hinken|hinke|hinkt|hinkend|gehinkt|humpele",
    "walking": "gehen|gehe|beim gehen|spazieren|spazierengehen|alltag",
    "walked": "gegangen|spaziert|spazieren gegangen|marschiert|gewalkt|spaziergang|gewandert",
    "sitting": "sitzen|sitze|sitzt|gesessen|autofahren|schreibtisch|hinsetzen",
    "stairs": "treppe|treppen|treppensteigen|stufen|stiegen|treppauf|treppab",
    "night": "nachts|nacht|nächtlich|nächtliche|ruheschmerz|ruheschmerzen|in ruhe|weckt mich|im bett|im liegen"
    "|beim liegen|wache auf|nicht schlafen",
    "spot": "ein punkt|einem punkt|einen punkt|punktuell|punktförmig|druckpunkt|eine stelle|einer stelle"
    "|fingerkuppe|fingerspitze|knochenschmerz|am knochen|auf dem knochen|druckschmerz|beim draufdrücken"
    "|genau eine stelle|kleinen stelle|bestimmten stelle",
    "sore": "muskelkater|steif|steifheit|verspannt|verspannung|müde beine|schwere beine|beine schwer"
    "|beine sind schwer|beine müde|beine sind müde|verhärtet|" + _aching(_STEMS["sore"]),
    "stitch": "seitenstechen|seitenstiche|seitenstich",
    "blister": "blase|blasen|wasserblase|fußblase|blutblase",
    # --- where ---
    "buttock": "gesäß|gesäss|gesäßmuskel|gesäßhälfte|po|pobacke|pobacken|hintern|popo|arsch|sitzbein|sitzbeinhöcker"
    "|piriformis|glutaeus|gluteus|hinterteil|" + _aching(_STEMS["buttock"]),
    "hip": "hüfte|hüften|hüftgelenk|hüftbeuger|" + _aching(_STEMS["hip"]),
    "groin": "leiste|leisten|leistengegend|adduktor|adduktoren|" + _aching(_STEMS["groin"]),
    "hamstring": "oberschenkelrückseite|hinterer oberschenkel|hinteren oberschenkel|hintere oberschenkel"
    "|oberschenkel hinten|beinbeuger|beinbizeps|rückseite oberschenkel|oberschenkelbeuger",
    "quad": "quadrizeps|quadriceps|vorderer oberschenkel|vorderen oberschenkel|oberschenkel vorne"
    "|oberschenkelvorderseite",
    "knee": "knie|knien|kniescheibe|kniekehle|kniegelenk|" + _aching(_STEMS["knee"]),
    "calf": "wade|waden|wadenmuskel|unterschenkel|wadenkrampf|" + _aching(_STEMS["calf"]),
    "shin": "schienbein|schienbeine|schienbeinkante|" + _aching(_STEMS["shin"]),
    "achilles": "achillessehne|achillessehnen|achilles|achillesferse|" + _aching(_STEMS["achilles"]),
    "ankle": "knöchel|sprunggelenk|fußgelenk|fußknöchel|sprunggelenke|" + _aching(_STEMS["ankle"]),
    "heel": "ferse|fersen|fersensporn|" + _aching(_STEMS["heel"]),
    "foot": "fuß|füße|füßen|fußsohle|vorfuß|mittelfuß|fußballen|spann|rist|fußgewölbe|fußspitze|"
    + _aching(_STEMS["foot"]),
    "toe": "zeh|zehe|zehen|großzeh|großer zeh|kleiner zeh|zehennagel|" + _aching(_STEMS["toe"]),
    "back": "rücken|kreuz|lendenwirbel|lendenwirbelsäule|lws|steißbein|wirbelsäule|isg|" + _aching(_STEMS["back"]),
    "thigh": "oberschenkel|" + _aching(_STEMS["thigh"]),
    "vague_other": "schulter|nacken|arm|ellbogen|handgelenk|hand|finger|rippe|rippen|bauch|kopf|hals|kiefer|tractus"
    "|" + _aching(_STEMS["vague_other"]),
    "left": "links|ins linke bein|linke|linker|linkes|linken|linkem|li",
    "right": "rechts|ins rechte bein|rechte|rechter|rechtes|rechten|rechtem",
    "both": "beide|beiden|beider|beidseitig|beidseits",
    "leg": "bein|" + _aching(_STEMS["leg"]),
    "legs": "beine|beinen",
    "both_legged": "beide beine|beiden beinen|beide füße|beiden füßen|beiden beine",
    # --- red flags, and what makes one together ---
    "bladder_bowel": "inkontinent|inkontinenz|in die hose gemacht|in die hose gepinkelt|in die hose|eingenässt"
    "|einnässen|harnverhalt|stuhlinkontinenz|kann kein wasser lassen|wasser nicht halten|wasser nicht mehr halten"
    "|blasenschwäche|blasenstörung|blasenkontrolle|kontrolle über blase",
    "bladder": "blase|harn|harnblase|urin|pinkeln|pinkle|pissen|pieseln|wasserlassen|wasser lassen|urinieren|stuhl"
    "|stuhlgang|darm|aufs klo|auf klo|pipi|kacken|harndrang|schließmuskel|pullern",
    "toilet": "toilette|klo",
    "lost": "kontrolle verloren|verliere die kontrolle|verliere|verloren|keine kontrolle|nicht kontrollieren"
    "|nicht mehr kontrollieren|nicht halten|nicht mehr halten|kontrollverlust|läuft aus|tröpfelt|undicht"
    "|nicht mehr unter kontrolle|nicht unter kontrolle",
    "trouble": "funktioniert nicht|funktionieren nicht|läuft nicht|klappt nicht|nicht leeren|problem|probleme"
    "|schwierigkeiten|störung|komisch|verändert|geht nicht",
    "can": "kann|konnte|kannst|könnte|können",
    "cannot": "unmöglich|kann kaum|konnte kaum|kaum noch|unfähig|nicht in der lage",
    "stand": "auftreten|auftrete|stehen|belasten|aufstehen|abstützen|stellen",
    "no_weight": "nicht auftreten|nicht belasten|nicht mehr auftreten|nicht mehr belasten|kaum auftreten"
    "|kaum belasten|kaum gehen|nicht mehr gehen|nicht mehr stehen",
    "lift_foot": "fuß heben|fuß anheben|fuß bewegen|zehen bewegen|zehen heben|bein bewegen|beine bewegen|bein heben",
    "saddle": "zwischen den beinen|zwischen meinen beinen|zwischen beinen|zwischen die beine|genitalien"
    "|genitalbereich|genital|intimbereich|im schritt|schrittbereich|damm|dammbereich|anus|afterbereich|reithose"
    "|reithosenbereich|penis|scheide|vagina|hoden|sattel|oberschenkelinnenseite",
    "slap": "klatscht|platscht|schlappt|schleift|schleifen|hängt",
    "foot_drop": "fallfuß|fußheber|fußheberschwäche|fuß nicht heben|fuß nicht anheben|fuß nicht mehr heben"
    "|zehen nicht heben|fuß nicht bewegen|fuß nicht mehr bewegen|bein nicht bewegen|bein nicht mehr bewegen"
    "|beine nicht bewegen|beine nicht mehr bewegen|immer schwächer|wird schwächer|zunehmend schwächer"
    "|werden schwächer",
    "fall": "gestürzt|sturz|fahrradsturz|radsturz|umgefallen|stürzte|hingefallen|bin gefallen|gefallen und"
    "|runtergefallen|rad gefallen|fahrrad gefallen|treppe gefallen|hüfte gefallen|rücken gefallen|knie gefallen"
    "|unfall|angefahren|hingeflogen|gestolpert",
    "fever": "fieber|fiebrig|schüttelfrost|erhöhte temperatur|fieberhaft",
    "unwell": "sehr krank|richtig krank|krank|elend|grippe|grippig|sehr unwohl",
    "chest": "brust|brustkorb|brustbein|herz|brustbereich|" + _aching(_STEMS["chest"]),
    "pressure": "druck|enge|eng|engegefühl|beklemmung",
    "chest_pain": "herzinfarkt|herzstechen|bruststechen|brustenge|kriege keine luft|bekomme keine luft|keine luft mehr",
    "faint": "ohnmächtig|ohnmacht|bewusstlos|umgekippt|kollabiert|zusammengebrochen|weggetreten|schwarz vor augen",
    "swollen": "geschwollen|schwellung|schwillt|angeschwollen|dick|dicke",
    "cancer": "krebs|krebserkrankung|tumor|tumore|chemo|chemotherapie|metastasen|krebspatient|brustkrebs|prostatakrebs",
    "weight_loss": "gewichtsverlust|ungewollt abgenommen|gewicht verloren|stark abgenommen|viel abgenommen|nehme ab",
    # --- who looks after it ---
    "care": "war beim|war bei|bin bei|bin beim|bei meinem|bei meiner|bei einem|bei einer|beim|in behandlung"
    "|gehe zum|gehe zur|termin|sagt|sagte|gesagt|meint|behandelt|untersucht",
    "clinician": "arzt|ärztin|doktor|hausarzt|hausärztin|doc|physio|physiotherapeut|physiotherapeutin"
    "|physiotherapie|orthopäde|orthopädin|krankenhaus|notaufnahme|klinik|therapeut|therapeutin|osteopath|sportarzt"
    "|spezialist|krankengymnastik",
    "coach": "trainer|trainerin|coach",
    "allowed": "freigegeben|freigabe|grünes licht|darf wieder laufen|darf laufen|darf ich laufen"
    "|darf ich wieder laufen|darf wieder|laufen darf|okay vom|ok vom|entwarnung|gesundgeschrieben"
    "|gesund geschrieben",
    "cleared": "bin freigegeben|wurde freigegeben|darf wieder laufen|grünes licht bekommen",
    "seen": "in behandlung|werde behandelt|unter behandlung",
    # --- grammar ---
    "no": "kein|keine|keinen|keinem|keiner|keinerlei|weder|kein bisschen",
    "not": "nicht|nichts|nie|niemals|nix|ned|net",
    "without": "ohne",
    "nay": "nein|nö|nee",
    "light": "der|die|das|den|dem|ein|eine|einen|mein|meine|meinem|meiner|mehr|im|in|am|an|bei|beim|mit|habe|hab"
    "|hat|hatte|haben|gehabt|ist|sind|war|es|ich|mir|mich|wirklich|richtig|richtige|richtigen|richtiges|starke"
    "|starken|akuten|anzeichen|von|tut|tun|auch|dabei|irgendwelche|irgendein|besonderen|sonstigen|im moment|bisher"
    "|bis jetzt|zu|so|da|jemals|dieses|diese|anderen",
    "and": "und|sowie|dann|außerdem|sondern",
    "or": "oder|noch|weder",
    "but": "aber|jedoch|obwohl|weil|doch|nur|trotzdem|dafür",
    "": "nicht nur|nicht so|nicht sehr|nicht besonders|nicht sicher|nicht ganz|nicht allzu|nicht zu|keine ahnung"
    "|keine frage|keine veränderung|nicht anders|warum nicht|fühle mich|fühl mich|fühle mich nicht|fühlt sich"
    "|auf dem weg|der weg|den weg|weg von|gefallen hat|hat mir gefallen|mir gefallen|schöner lauf|gute nacht"
    "|heute nacht|auf dem stuhl|vom stuhl|bürostuhl|auf jeden fall|brustgurt|von herzen|dicke beine|nerven verloren"
    "|schritt zurück|nicht laufen|nach hause|schlafen gehen|laufen gehen|joggen gehen|arbeit gehen|es geht"
    "|gehen gut|geht gut|linksrum",
}
