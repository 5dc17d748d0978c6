"""Stories about a body, as runners text them, in four languages."""

from __future__ import annotations

import pytest

from twinge.core.reply import SIDES, Answer, Better, Cleared, Pain, Seen, Unclear, Walked, parse


def pain(
    score: int | None = None, where: str = "", *flags: str, onset: str | None = None, better: bool | None = None
) -> Pain:
    """A report: pain(4, "left buttock", "radiating")."""
    words = where.split()
    side = next((word for word in words if word in SIDES), None)
    site = next((word for word in words if word not in SIDES), None)
    return Pain(score, site, side, flags, onset, better)


ENGLISH: list[tuple[str, Answer]] = [
    ("PAIN", pain()),
    ("PAIN 4", pain(4)),
    ("pain 4 left buttock", pain(4, "left buttock")),
    ("4 left buttock", pain(4, "left buttock")),
    ("4, left buttock", pain(4, "left buttock")),
    ("knee hurts", pain(None, "knee")),
    ("L knee 3", pain(3, "left knee")),
    ("R hip 5 out of 10", pain(5, "right hip")),
    ("left knee 3/10 during run", pain(3, "left knee", onset="during")),
    ("my left knee is killing me 7", pain(7, "left knee")),
    ("2/10 new buttock pain at km 4", pain(2, "buttock", onset="during")),
    ("both thighs sore 2/10 the day after hills", pain(2, "both thigh", "sore", onset="next_morning")),
    ("DOMS in quads", pain(None, "quad", "sore")),
    ("got a stitch at mile 3", pain(None, "side_stitch", "stitch", onset="during")),
    ("blister on my heel", pain(None, "heel", "blister")),
    ("blister", pain(None, "blister", "blister")),
    ("pain 4-5 right calf", pain(5, "right calf")),
    ("went from 2 to 5, hip", pain(5, "hip")),
    ("6 yesterday 3 today knee", pain(3, "knee")),
    ("it hurts 4 now, was 6", pain(4)),
    ("2.5 left shin", pain(3, "left shin")),
    ("ran 10 today, knee hurts 3", pain(3, "knee")),
    ("ran 10k knee hurts", pain(None, "knee")),
    ("right now pain 3", pain(3)),
    ("pace 5:30, ankle hurts 2", pain(2, "ankle")),
    ("hurts since 3 weeks left achilles", pain(None, "left achilles")),
    ("pain 11", pain()),
    ("knee 0", pain(0, "knee")),
    ("0/10 left knee", pain(0, "left knee")),
    ("pain 3 left knee, right ankle fine", pain(3, "left knee")),
    ("left knee ok, right hip 4", pain(4, "right hip")),
    ("not my knee, hip hurts", pain(None, "hip")),
    ("glutes tight, 2", pain(2, "buttock", "sore")),
    ("back", pain(None, "back")),
    ("back hurts", pain(None, "back")),
    ("left knee", pain(None, "left knee")),
    ("in my lower back", pain(None, "back")),
    ("shoulder pain", pain(None, "other")),
    ("buttok hurts 3", pain(3, "buttock")),
    ("hamstrng pain", pain(None, "hamstring")),
    ("achillies 4", pain(4, "achilles")),
    ("pian 5 nee", pain(5)),
    ("pain down the left leg", pain(None, "left", "radiating")),
    ("shooting pain down the leg", pain(None, "", "radiating")),
    ("tingling in foot", pain(None, "foot", "tingling")),
    ("pins and needles in my toes", pain(None, "toe", "tingling")),
    ("numb little toe", pain(None, "toe", "numb")),
    ("cant feel my foot", pain(None, "foot", "numb")),
    ("my ankle gives way", pain(None, "ankle", "weak")),
    ("limping a bit, 3", pain(3, "", "limp")),
    ("hurts walking and on the stairs", pain(None, "", "walking", "stairs")),
    ("pain worse when sitting", pain(None, "", "sitting", better=False)),
    ("shin hurts at night", pain(None, "shin", "night")),
    ("one spot on my shin, worse the longer I run", pain(None, "shin", "spot", "worse_longer")),
    ("hip sore this morning", pain(None, "hip", "sore", onset="next_morning")),
    ("achilles hurts after the run", pain(None, "achilles", onset="after")),
    ("lower back pain shooting down right leg", pain(None, "right back", "radiating")),
    ("glute 4 when sitting, tingling in toes", pain(4, "buttock", "tingling", "sitting")),
    ("no pain in hip but left knee 2", pain(2, "left knee")),
    ("much better, only 1 now", pain(1, better=True)),
    ("worse", pain(better=False)),
    ("not better", pain(better=False)),
    ("better, 2 today", pain(2, better=True)),
    ("knee still hurts but better", pain(None, "knee", better=True)),
    ("seeing a physio, pain still 4", pain(4, "", "seen")),
    ("no it hurts", pain()),
    ("not too painful", pain()),
    ("pain gone", Better()),
    ("no pain", Better()),
    ("no pain at all today!", Better()),
    ("it doesn't hurt anymore", Better()),
    ("no pain walking, sitting or on stairs", Better()),
    ("pain free", Better()),
    ("can't feel any pain", Better()),
    ("pain cleared up", Better()),
    ("left knee feels fine", Better(True, "knee", "left")),
    ("better", Better(gone=False)),
    ("feeling much better today", Better(gone=False)),
    ("knee is better", Better(False, "knee")),
    ("numbness gone", Better(gone=False)),
    ("seeing someone", Seen()),
    ("saw a doctor", Seen()),
    ("already with a physio", Seen()),
    ("doctor says I can't run", Seen()),
    ("cleared by my physio", Cleared()),
    ("doctor says I can run", Cleared()),
    ("walked 30 min", Walked(30)),
    ("walked for 30 minutes, no pain", Walked(30, 0)),
    ("brisk walk 30 min 0/10", Walked(30, 0)),
    ("walked 1 hour", Walked(60)),
    ("walk done", Walked()),
    ("walked 30 min pain 2", pain(2, "", "walking")),
]

GERMAN: list[tuple[str, Answer]] = [
    ("tut weh", pain()),
    ("schmerz 4 links gesäß", pain(4, "left buttock")),
    ("Schmerz 4 links Gesaess", pain(4, "left buttock")),
    ("Knieschmerzen links 3", pain(3, "left knee")),
    ("mein linkes Knie schmerzt 5/10", pain(5, "left knee")),
    ("Wade rechts 2 von 10", pain(2, "right calf")),
    ("Huefte tut weh", pain(None, "hip")),
    ("seit zwei Tagen Schmerzen im rechten Knie", pain(None, "right knee")),
    ("Achillessehne rechts zwickt 2", pain(2, "right achilles")),
    ("Muskelkater in beiden Oberschenkeln", pain(None, "both thigh", "sore")),
    ("Seitenstechen", pain(None, "side_stitch", "stitch")),
    ("Blase am Fuß", pain(None, "foot", "blister")),
    ("strahlt ins Bein aus", pain(None, "", "radiating")),
    ("Kribbeln im Fuß", pain(None, "foot", "tingling")),
    ("ich spüre meinen Fuß nicht", pain(None, "foot", "numb")),
    ("humple, 4", pain(4, "", "limp")),
    ("je länger ich laufe, desto schlimmer", pain(None, "", "worse_longer")),
    ("nachts Schmerzen am Schienbein", pain(None, "shin", "night")),
    ("nein es tut noch weh", pain()),
    ("Knie 3 beim Laufen", pain(3, "knee", onset="during")),
    ("schlimmer", pain(better=False)),
    ("keine Schmerzen", Better()),
    ("schmerzfrei", Better()),
    ("tut nicht mehr weh", Better()),
    ("Schmerzen sind weg", Better()),
    ("kann wieder laufen keine Schmerzen", Better()),
    ("besser", Better(gone=False)),
    ("war beim Arzt", Seen()),
    ("bin in Behandlung", Seen()),
    ("Physio hat mich freigegeben", Cleared()),
    ("30 Minuten spaziert ohne Schmerzen", Walked(30, 0)),
    ("knee hurts 3", pain(3, "knee")),
]

SPANISH: list[tuple[str, Answer]] = [
    ("me duele la rodilla izquierda 5", pain(5, "left knee")),
    ("me duele el glúteo izquierdo", pain(None, "left buttock")),
    ("gemelo derecho 2 de 10", pain(2, "right calf")),
    ("rodila 3", pain(3, "knee")),
    ("agujetas en los cuádriceps", pain(None, "quad", "sore")),
    ("me duelen los dos muslos", pain(None, "both thigh")),
    ("flato", pain(None, "side_stitch", "stitch")),
    ("ampolla en el talón", pain(None, "heel", "blister")),
    ("baja por la pierna", pain(None, "", "radiating")),
    ("hormigueo en el pie", pain(None, "foot", "tingling")),
    ("no siento el pie", pain(None, "foot", "numb")),
    ("este año me duele el pie", pain(None, "foot")),
    ("cojeo", pain(None, "", "limp")),
    ("dolor en la nalga derecha que baja por la pierna 6", pain(6, "right buttock", "radiating")),
    ("hoy mejor, un 2", pain(2, better=True)),
    ("me duele por la noche", pain(None, "", "night")),
    ("desde hace 3 días me duele el tobillo derecho", pain(None, "right ankle")),
    ("peor", pain(better=False)),
    ("ya no me duele", Better()),
    ("sin dolor", Better()),
    ("no siento dolor", Better()),
    ("el dolor se fue", Better()),
    ("duele menos", Better(gone=False)),
    ("ya estoy con un fisio", Seen()),
    ("fui al médico", Seen()),
    ("el fisio dice que puedo correr", Cleared()),
    ("me dieron el alta", Cleared()),
    ("caminé 30 min sin dolor", Walked(30, 0)),
]

FRENCH: list[tuple[str, Answer]] = [
    ("mal au genou gauche 3", pain(3, "left knee")),
    ("j'ai mal au genou droit", pain(None, "right knee")),
    ("mal au dos", pain(None, "back")),
    ("dos 3", pain(3, "back")),
    ("fesse gauche 4", pain(4, "left buttock")),
    ("l'aine 3", pain(3, "groin")),
    ("mollet gauche 2 sur 10", pain(2, "left calf")),
    ("depuis 3 jours mal à la cheville droite", pain(None, "right ankle")),
    ("courbatures aux cuisses", pain(None, "thigh", "sore")),
    ("point de côté", pain(None, "side_stitch", "stitch")),
    ("descend dans la jambe", pain(None, "", "radiating")),
    ("fourmillements dans le pied", pain(None, "foot", "tingling")),
    ("je ne sens plus mon pied", pain(None, "foot", "numb")),
    ("je boite", pain(None, "", "limp")),
    ("non ça fait mal", pain()),
    ("ça va mieux, 1 aujourd'hui", pain(1, better=True)),
    ("mal la nuit", pain(None, "", "night")),
    ("pire", pain(better=False)),
    ("pas de douleur", Better()),
    ("je n'ai plus mal", Better()),
    ("je n'ai pas mal", Better()),
    ("la douleur a disparu", Better()),
    ("genou va bien", Better(True, "knee")),
    ("mieux", Better(gone=False)),
    ("suivi par un kiné", Seen()),
    ("feu vert du kiné", Cleared()),
    ("marché 30 min sans douleur", Walked(30, 0)),
]

SAID = {"en": ENGLISH, "de": GERMAN, "es": SPANISH, "fr": FRENCH}
TABLE = [(language, text, answer) for language, said in SAID.items() for text, answer in said]


@pytest.mark.parametrize(("language", "text", "answer"), TABLE)
def test_stories(language: str, text: str, answer: Answer) -> None:
    assert parse(text, language) == answer


@pytest.mark.parametrize(
    ("language", "text", "flags"),
    [
        ("en", "pain 3, no numbness", ()),
        ("en", "pain 3 no numbness no tingling", ()),
        ("en", "pain 3, not numb, no limp", ()),
        ("en", "pain 3, no numbness, tingling or limp", ()),
        ("en", "pain 3, no numbness or tingling", ()),
        ("en", "pain 3, numbness: no", ()),
        ("en", "pain 3, numbness gone", ()),
        ("en", "pain 3, no limp and tingling", ("tingling",)),
        ("en", "pain 3, no limp but tingling", ("tingling",)),
        ("en", "pain 3, no limp, tingling", ("tingling",)),
        ("en", "pain 3, not only numb", ("numb",)),
        ("en", "pain 3, don't know why my foot is numb", ("numb",)),
        ("en", "pain 3, can't feel my toes", ("numb",)),
        ("en", "pain 3, no feeling in my toes", ("numb",)),
        ("de", "Schmerz 3, kein Taubheitsgefühl", ()),
        ("de", "Schmerz 3, Taubheit habe ich nicht", ()),
        ("de", "Schmerz 3, keine Taubheit, Kribbeln oder Humpeln", ()),
        ("de", "Schmerz 3, kein Kribbeln aber taub", ("numb",)),
        ("de", "Schmerz 3, kein Gefühl im Fuß", ("numb",)),
        ("es", "dolor 3 sin entumecimiento", ()),
        ("es", "dolor 3, no tengo hormigueo", ()),
        ("es", "dolor 3, sin hormigueo, entumecimiento ni debilidad", ()),
        ("es", "dolor 3, no siento los dedos del pie", ("numb",)),
        ("fr", "douleur 3, pas d'engourdissement", ()),
        ("fr", "douleur 3 sans fourmillements", ()),
        ("fr", "douleur 3, je ne boite pas", ()),
        ("fr", "douleur 3, je ne sens pas mon pied", ("numb",)),
    ],
)
def test_a_no_holds_within_its_clause_and_not_feeling_is_no_no(
    language: str, text: str, flags: tuple[str, ...]
) -> None:
    told = parse(text, language)
    assert isinstance(told, Pain)
    assert (told.score, told.flags) == (3, flags)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "no numbness"),
        ("en", "I haven't seen a doctor"),
        ("en", "should I see a doctor?"),
        ("en", "not cleared by my physio yet"),
        ("en", "hope the weather gets better"),
        ("en", "ran with my new knee brace"),
        ("en", "good run, left knee brace on"),
        ("en", "I walked the dog"),
        ("en", "sore throat"),
        ("de", "noch nicht beim Arzt gewesen"),
        ("de", "der Lauf hat mir gefallen"),
        ("es", "no he ido al médico"),
        ("fr", "je n'ai pas vu de médecin"),
        ("fr", "je vais lever le pied cette semaine"),
    ],
)
def test_what_only_sounds_like_a_story(language: str, text: str) -> None:
    assert parse(text, language) == Unclear()


def test_a_word_of_two_languages_is_read_in_the_athlete_s() -> None:
    assert parse("dos 3", "fr") == pain(3, "back")
    assert parse("rodilla dos", "es") == pain(2, "knee")
    assert parse("taub", "de") == pain(None, "", "numb")
    assert parse("taub", "en") == Unclear()
