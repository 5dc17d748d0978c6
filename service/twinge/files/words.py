"""The words of history files: headers and sports in the seven languages people export in."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from twinge.core.sport import OTHER, sport

_TAG = re.compile(r"<[^>]*>")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SPLIT = re.compile(r"[\W_]+")
_TWIN = re.compile(r"\.\d{1,2}$")

FILLER = frozenset(
    word
    for line in (
        "activity activities activiteit activiteits aktivitat aktivitats actividad activite atividade attivita",
        "the of total totale totaal gesamt insgesamt summary value recorded raw in en em",
        "de la le l du des d del della dell di do da der die das van",
        "workout session sessie sesion training trainings",
    )
    for word in line.split()
)
"""Words of a header that say nothing about which field it is."""

UNITS = {
    word: unit
    for unit, line in {
        "km": "km kms kilometer kilometers kilometre kilometres kilometros chilometri quilometros",
        "m": "m mtr meter meters metre metres metros metri metern",
        "mi": "mi mile miles millas miglia milhas meilen mijl",
        "ft": "ft feet foot fuss",
        "yd": "yd yds yard yards",
        "s": "s sec secs seconds second sek sekunden seconden secondes segundos secondi seg",
        "min": "min mins minute minutes minuten minuti minutos",
        "h": "h hrs hour hours std stunden uur uren heures heure horas ore",
        "clock": "hms hh mm ss hhmmss",
        "": "bpm utc gmt w watt",
    }.items()
    for word in line.split()
}
"""Trailing word of a header → its unit. `hr` is not here: it means heart rate."""

HEADERS = {
    "id": "id|uid|uuid|key|strava id|garmin id|identifiant|identificador|external id|entry",
    "start": "date|start date|start time|start|datetime|date time|timestamp|start datetime|start date time"
    "|started at|started|begin|begin time|begin date|when|time stamp|day|date utc|start timestamp"
    "|creation date|local date|calendar date|datum|startdatum|starttijd|begintijd|tijdstip|dag"
    "|datum tijd|datum uhrzeit|aktivitatsdatum|startzeit|startzeitpunkt|beginn|tag|trainingsdatum|fecha"
    "|fecha inicio|hora inicio|fecha hora|fecha y hora|dia|date debut|heure debut|debut|jour|date heure"
    "|date et heure|data|data inizio|ora inizio|data ora|data e ora|giorno|data inicio|data hora"
    "|data e hora|inicio",
    "start_local": "start date local|start time local|local time|start local|date local|local start time"
    "|local date time|starttimelocal|startdatelocal",
    "clock": "time day|uhrzeit|hora|heure|ora|clock|clock time|start clock|tijdstip dag|time start",
    "zone": "timezone|time zone|tz|zeitzone|tijdzone|zona horaria|fuseau horaire|fuso orario|fuso horario",
    "workout_type": "workout type",
    "sport": "type|sport|sport type|sporttype|sporttyp|activiteitstype|activiteittype|activiteitentype"
    "|sportsoort|soort|aktivitatsart|aktivitatstyp|art|typ|sportart|disziplin|trainingsart|tipo|deporte"
    "|tipo deporte|type sport|discipline|tipo sport|sport tipo|esporte|modalidade|tipo esporte"
    "|disciplina|desporto|activitytype|kind|exercise|exercise type|categorie|category|activity"
    "|activiteit|aktivitat|actividad|activite|atividade|attivita|workout",
    "moving": "moving time|moving|mov|mov time|move time|active time|timer time|time moving|movingtime|beweegtijd"
    "|bewegingstijd|tijd bewogen|bewegungszeit|zeit bewegung|tiempo movimiento|temps deplacement"
    "|duree deplacement|temps mouvement|tempo movimento|moving duration|tempo di movimento",
    "elapsed": "elapsed time|elapsed|elapsedtime|duration|verstreken tijd|verstrichene zeit|tiempo transcurrido"
    "|temps ecoule|tempo trascorso|tempo decorrido|tempo transcorrido|dauer|duur|tijdsduur|duree|durata"
    "|duracao|duracion|gesamtzeit|gesamtdauer|trainingsdauer|elapsed duration|run time|time|tijd|zeit"
    "|tiempo|temps|tempo|totaltime",
    "distance": "distance|dist|distanz|afstand|distancia|distanza|strecke|mileage|distancia recorrida"
    "|distance covered|run distance|lengte|lange",
    "climb": "elevation gain|elev gain|elevation|elev|ascent|climb|climbing|altitude gain|elevgain|hohenzunahme"
    "|hm|hohenmeter|anstieg|aufstieg|positiver hohenunterschied|stijging|hoogtewinst|hoogtemeters"
    "|desnivel positivo|desnivel|ascenso|ganancia elevacion|ganancia altitud|denivele positif|denivele"
    "|ascension|gain altitude|dislivello positivo|dislivello|salita|aumento quota|guadagno quota|ascesa"
    "|ganho elevacao|ganho altitude|subida|elevacao|vert|vertical gain",
    "descent": "elevation loss|elev loss|descent|hohenverlust|negativer hohenunterschied|abstieg|daling"
    "|hoogteverlies|desnivel negativo|descenso|denivele negatif|descente|dislivello negativo|discesa"
    "|perda elevacao|descida|perdida elevacion",
    "avg_hr": "average heart rate|avg heart rate|average heartrate|avg hr|average hr|averagehr|hr avg"
    "|heart rate avg|mean hr|mean heart rate|hr|heart rate|heartrate|avg heartrate|bpm|avg bpm|hr mean"
    "|gemiddelde hartslag|gem hartslag|gem hs|gemiddelde hs|hartslag|durchschnittliche herzfrequenz"
    "|durchschnittliche hf|ø herzfrequenz|ø hf|hf|herzfrequenz|puls|ø puls|avg puls"
    "|frecuencia cardiaca media|frecuencia cardiaca promedio|fc media|fc promedio|frecuencia cardiaca"
    "|pulsaciones|frequence cardiaque moyenne|fc moyenne|fc moy|frequence cardiaque|fc"
    "|frequenza cardiaca media|frequenza cardiaca|fc med|frequencia cardiaca media|frequencia cardiaca"
    "|ritmo cardiaco medio|battito medio",
    "max_hr": "max heart rate|max heartrate|max hr|maxhr|hr max|maximum heart rate|heart rate max|max hartslag"
    "|max hs|maximale hartslag|max herzfrequenz|maximale herzfrequenz|max hf|hf max"
    "|frecuencia cardiaca maxima|frecuencia cardiaca max|fc maxima|fc max|frequence cardiaque max"
    "|frequence cardiaque maximale|fc maximale|frequenza cardiaca massima|frequenza cardiaca max"
    "|fc massima|frequencia cardiaca maxima|frequencia cardiaca max|ritmo cardiaco maximo",
    "rpe": "rpe|perceived exertion|perceived effort|rate perceived exertion|ervaren inspanning"
    "|gefuhlte anstrengung|esfuerzo percibido|effort percu|effort ressenti|effort percu par"
    "|sforzo percepito|percepcao esforco|esforco percebido|pse|borg|icu rpe|feel rpe",
    "power": "average watts|avg power|average power|avg watts|gemiddeld wattage|gemiddeld vermogen"
    "|durchschnittliche watt|durchschnittliche wattzahl|ø leistung|vatios medios|potencia media"
    "|puissance moyenne|watts moyens|potenza media|watt medi",
    "race": "race|is race|competition|wedstrijd|wettkampf|rennen|competicion|competicao|gara|prova",
    "trainer": "trainer|indoor|treadmill|is indoor",
    "title": "name|title|naam|titel|nombre|titulo|nom|titre|nome|titolo|notes",
}
"""Field → header phrases without filler and unit, the surest first."""

PHRASES = {
    phrase: (field, rank) for field, phrases in HEADERS.items() for rank, phrase in enumerate(phrases.split("|"))
}

STRAVA_DATES = frozenset(
    (
        "activity date",
        "datum van activiteit",
        "activiteitsdatum",
        "aktivitatsdatum",
        "fecha de la actividad",
        "fecha de actividad",
        "date de l activite",
        "data dell attivita",
        "data attivita",
        "data da atividade",
        "data da actividade",
    )
)
"""How Strava's bulk export calls its date, which is UTC."""


class Header(NamedTuple):
    """What one header cell means."""

    field: str
    rank: int
    """0 is the surest name of the field."""
    unit: str | None
    """km, m, mi, ft, yd, s, min, h, clock; None where the header does not say."""


def plain(text: str) -> str:
    """Lower-case words without tags, accents and punctuation: `Avg. Flow</span>` → `avg flow`."""
    text = _CAMEL.sub(" ", html.unescape(_TAG.sub(" ", text)))
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return _SPLIT.sub(" ", bare).strip()


def header(cell: str) -> Header | None:
    """The field a header names, or None; `Distance.1` is pandas for a second `Distance`."""
    phrase = plain(_TWIN.sub("", cell.strip()))
    if not phrase:
        return None
    parts = phrase.split()
    core, unit = _strip_unit(parts)
    if not core:
        return _unit_alone(unit)
    for attempt in (parts, core, [word for word in core if word not in FILLER]):
        known = PHRASES.get(" ".join(attempt))
        if known:
            return Header(*known, unit if attempt is not parts or len(core) == len(parts) else None)
    return None


def _strip_unit(words: list[str]) -> tuple[list[str], str | None]:
    end, unit = len(words), None
    while end and words[end - 1] in UNITS and words[end - 1] != "day":
        unit = UNITS[words[end - 1]] or unit
        end -= 1
    return words[:end], unit


def _unit_alone(unit: str | None) -> Header | None:
    if unit in ("km", "mi", "m"):
        return Header("distance", 50, unit)
    if unit in ("s", "min", "h"):
        return Header("elapsed", 50, unit)
    return Header("avg_hr", 50, None) if unit is None else None


SPORTS = tuple(
    (re.compile(stems), sport)
    for stems, sport in (
        (r"backcountry|skitour|tourenski|toerski|scialpin|esquidetravesia|skiderando|splitboard", "backcountry_ski"),
        (
            r"nordicski|langlauf|crosscountryski|xcski|skidefond|scidifondo|esquidefondo|esquinordico|rollerski",
            "nordic_ski",
        ),
        (r"snowboard", "snowboard"),
        (r"snowshoe|raquettes|schneeschuh|sneeuwschoen|ciaspol|raquetas|raquetesdeneve", "snowshoe"),
        (r"eislauf|skat|schaats|patin|pattin", "skate"),
        (r"jetski|waterski|wasserski", "other"),
        (r"ski|^sci(?!e)|esqui", "ski"),
        (r"treadmill|loopband|laufband|tapis|cinta|esteira|passadeira", "treadmill"),
        (r"virtu\w*(?:run|lauf|loop|carrera|cours|corsa|corrid)|virtualrun", "virtual_run"),
        (r"virtu\w*(?:ride|cycl|rad|fiets|cicl|velo|bici|pedal)|zwift", "virtual_ride"),
        (r"trail|carrerademontana|corsainmontagna", "trail_run"),
        (r"^track$|trackrun|bahnlauf|baanloop", "track"),
        (r"mountainbik|^mtb|^vtt|^btt", "mountain_bike"),
        (r"gravel|schotter", "gravel_ride"),
        (
            r"indoorcycl|indoorrid|indoorbik|indoorfiets|indoorrad|spinning|hometrainer|ciclismoindoor|bicicletaestatica",
            "indoor_ride",
        ),
        (r"swim|zwem|schwimm|natacion|natation|natacao|nuot|^nado|nadar", "swim"),
        (
            r"weight|strength|kracht|kraft|fuerza|pesas|muscu|pesi$|sollevamento|crossfit|gewicht|gym$|levantamento|halter",
            "strength",
        ),
        (r"yoga", "yoga"),
        (r"pilates|stretch|mobil|dehnen", "mobility"),
        (r"horse|reiten|reitsport|motor|sail|surf|segel", "other"),
        (r"ride|cycl|cicl|bike|biking|fiets|wielren|rad(?:fahr|tour|sport|$)|rennrad|velo|bici|pedal", "ride"),
        (r"hik|wander|randonn|senderis|escurs|excurs|trilha|bergtour", "hike"),
        (r"walk|wandel|gehen|spazier|marche|caminat|caminar|caminad|caminhad|camminat|passeggi|paseo|andar", "walk"),
        (r"rowing|^row|virtualrow|rudern|roei|^remo|canottag|aviron", "row"),
        (r"run|lauf|loop|lopen|jog|carrera|correr|corrid|cors[ae]|course|footing", "run"),
        (r"kajak|kayak|kano|canoe|canoa|piragua|paddel", "row"),
        (r"tennis|padel|paddletennis|squash|badminton", "team_sport"),
        (r"kletter|klimmen|escalad|arrampic|bouldern", "climb"),
        (r"ellips|ellipt|eliptic|crosstrain", OTHER),
        (
            r"soccer|football|fussball|futbol|voetbal|calcio|futebol|basket|handball|hockey|rugby|volley|teamsport",
            "team_sport",
        ),
    )
)
"""Stems against a label without spaces; the first that fits wins, so the particular come before the general."""


@lru_cache(maxsize=4096)
def sport_of(label: str) -> str | None:
    """The sport a label names in any of the languages, `other` for one we do not know, None for an empty one."""
    key = plain(label.replace("root=", " ")).replace(" ", "")
    if not key or key in ("nan", "none", "null"):
        return None
    known = sport(key)
    if known != OTHER:
        return known
    return next((ours for stems, ours in SPORTS if stems.search(key)), OTHER)
