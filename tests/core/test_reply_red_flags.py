"""P05 and P06: the words that want an answer at once, in whatever language they come and whatever stands beside them.

A miss is dearer than a question too many, which one tap answers.
"""

from __future__ import annotations

import pytest

from twinge.core.reply import RED_FLAGS, Ok, Pain, Unclear, parse

FOUND = {
    "en": {
        "bladder_bowel": "I keep wetting my pants | having trouble peeing since this morning"
        " | can't tell when I need to pee | I don't feel it when I pee | lost bowel control"
        " | I peed my pants and didn't notice | cant hold it, bladder leaking | no control over my bowels"
        " | not able to pee | its hard to start peeing | I wet the bed last night"
        " | my bladder doesn't empty properly | I've lost control when I go to the loo"
        " | can't poo since the run and my back kills",
        "saddle_numb": "my crotch is numb | numbness around my genitals | it feels numb down there"
        " | no feeling in my private parts | tingling between the legs | can't feel my butt or between my legs"
        " | the inside of my thighs is numb | I have numbness in my saddle area | my balls feel numb",
        "both_legs": "both legs feel weak | numb in both legs | legs are giving way, weak | pain down both legs"
        " | both of my legs are tingling | both my legs have gone weak | my legs feel numb and heavy",
        "foot_drop": "my foot keeps slapping the ground | I drag my foot | can't lift my toes"
        " | leg is getting weaker every day | I cannot move my foot | I keep tripping over my own foot"
        " | the foot just flops",
        "no_weight": "can't stand on it | I can't bear weight | unable to walk | impossible to put weight on it"
        " | I cant put any weight on my left leg | cannot even stand | it hurts so much I can't put my foot down"
        " | I couldn't walk home",
        "fall": "fell off my bike hip hurts | I had a bad fall | crashed, back pain 9 | got hit by a car"
        " | tripped on a root and my knee is swollen | came off my bike and landed on my hip"
        " | I slipped and fell on ice",
        "fever": "temperature of 39 and my back hurts | I've got a fever and hip pain"
        " | feeling really unwell with back pain | fever of 38.5 | running a fever and my glute is hot",
        "chest_pain": "pressure on my chest | my chest hurts | tight chest | pain in the chest when I run"
        " | I can't breathe | tightness in my chest on the hills | my heart hurts",
        "faint": "I nearly fainted | passed out | blacked out for a second | I felt faint and sat down",
        "calf_swelling": "left calf swollen | swelling in my calf and out of breath | my left lower leg is swollen",
        "cancer": "I've had breast cancer before",
        "weight_loss": "lost weight without trying | I'm losing a lot of weight",
    },
    "de": {
        "bladder_bowel": "ich kann nicht pinkeln | ich merke nicht wenn ich pinkle"
        " | ich habe keine Kontrolle über meine Blase | kann den Urin nicht halten | Probleme beim Wasserlassen"
        " | habe mich eingenässt | Stuhlgang nicht unter Kontrolle | ich spüre nichts beim Pinkeln"
        " | kann mein Wasser nicht halten | ich verliere Urin | meine Blase funktioniert nicht"
        " | kann nicht mehr aufs Klo",
        "saddle_numb": "taub zwischen den Beinen | Taubheit im Genitalbereich | im Schritt ist alles taub"
        " | ich habe kein Gefühl zwischen den Beinen | zwischen den Beinen fühlt es sich taub an"
        " | Intimbereich kribbelt | Taubheitsgefühl am Damm | ich spüre im Genitalbereich nichts mehr",
        "both_legs": "beide Beine sind schwach | Schmerzen in beiden Beinen | meine Beine sind taub"
        " | kein Gefühl in den Beinen | beide Beine kribbeln | Taubheit in beiden Beinen",
        "foot_drop": "mein Fuß schleift | ich kann die Zehen nicht heben | das Bein wird immer schwächer"
        " | kann den Fuß nicht mehr bewegen | Fuß hängt runter | ich stolpere ständig weil der Fuß hängt",
        "no_weight": "ich kann nicht mehr auftreten | kann das Bein nicht belasten | kann nicht stehen"
        " | ich kann kaum gehen | ich kann mit dem Bein nicht auftreten | Gehen ist unmöglich",
        "fall": "bin gestürzt | bin hingefallen und die Hüfte schmerzt | hatte einen Unfall mit dem Rad"
        " | bin vom Rad gefallen | Fahrradsturz, Rücken tut weh | bin gestern umgefallen",
        "fever": "habe Fieber | 39 Fieber und Rückenschmerzen | Schüttelfrost | ich habe 39 Grad Fieber",
        "chest_pain": "Schmerzen in der Brust | Druck auf der Brust | Brust tut weh | Stechen in der Brust"
        " | Engegefühl in der Brust | mein Herz tut weh | Enge in der Brust",
        "faint": "mir wurde schwarz vor Augen | bin ohnmächtig geworden | bin umgekippt | war kurz bewusstlos",
        "calf_swelling": "Wade ist geschwollen | dicke Wade | die linke Wade ist ganz dick und heiß",
        "cancer": "hatte Krebs",
        "weight_loss": "Gewichtsverlust ohne Grund",
    },
    "es": {
        "bladder_bowel": "no puedo hacer pis | no siento cuando orino | he perdido el control de la vejiga"
        " | no controlo el esfínter | me cuesta orinar | me he meado encima | problemas para orinar"
        " | no consigo orinar | no me sale el pis | tengo incontinencia desde ayer",
        "saddle_numb": "tengo los genitales dormidos | no siento la entrepierna | hormigueo entre las piernas"
        " | adormecimiento en la zona íntima | no tengo sensibilidad entre las piernas"
        " | tengo dormida la zona genital",
        "both_legs": "las dos piernas débiles | me duelen las dos piernas | debilidad en ambas piernas"
        " | tengo las piernas dormidas | no siento las piernas | se me duermen las dos piernas",
        "foot_drop": "se me cae el pie | no puedo levantar el pie | la pierna cada vez más débil"
        " | no puedo mover los dedos del pie | el pie se me arrastra al andar",
        "no_weight": "no puedo apoyar la pierna | no puedo pisar | no puedo caminar | no puedo ponerme de pie"
        " | no puedo apoyar nada",
        "fall": "me caí de la bici | tuve un accidente | me he caído | me atropelló un coche"
        " | me he pegado una caída fuerte",
        "fever": "tengo fiebre | tengo escalofríos y me duele la espalda | estoy con fiebre y lumbago",
        "chest_pain": "me duele el pecho | opresión en el pecho | presión en el pecho | tengo dolor de pecho al correr",
        "faint": "me he desmayado | casi me desmayo | perdí el conocimiento",
        "calf_swelling": "la pantorrilla hinchada | tengo el gemelo hinchado | se me ha hinchado la pantorrilla",
        "cancer": "tuve cáncer",
        "weight_loss": "he perdido peso sin motivo",
    },
    "fr": {
        "bladder_bowel": "je ne peux pas uriner | je ne sens plus quand j'urine"
        " | j'ai perdu le contrôle de ma vessie | je n'arrive pas à me retenir, urine | du mal à uriner"
        " | je me suis pissé dessus | problèmes pour faire pipi | je ne contrôle plus mes selles"
        " | j'ai des fuites d'urine | je n'ai plus envie d'uriner et je ne sens rien",
        "saddle_numb": "engourdissement entre les jambes | mes parties intimes sont engourdies"
        " | je ne sens plus rien entre les jambes | périnée insensible | fourmillements entre les jambes"
        " | plus de sensation au périnée",
        "both_legs": "les deux jambes sont faibles | j'ai mal aux deux jambes | je ne sens plus mes jambes"
        " | jambes engourdies | faiblesse dans les deux jambes",
        "foot_drop": "mon pied traîne | je ne peux pas lever le pied | jambe de plus en plus faible"
        " | je n'arrive plus à bouger le pied | mon pied claque au sol",
        "no_weight": "je ne peux plus marcher | je ne peux pas m'appuyer dessus | impossible de poser le pied"
        " | je n'arrive pas à tenir debout | je ne peux plus mettre le pied par terre",
        "fall": "je suis tombé à vélo | j'ai fait une chute | accident de voiture | j'ai été renversé"
        " | chute à vélo hier",
        "fever": "j'ai de la fièvre | 39 de fièvre | frissons et mal au dos | 38,5 de fièvre depuis hier",
        "chest_pain": "mal à la poitrine | douleur dans la poitrine | oppression dans la poitrine"
        " | ça serre dans la poitrine | j'ai une douleur au cœur",
        "faint": "j'ai fait un malaise | je me suis évanoui | j'ai perdu connaissance | j'ai failli m'évanouir",
        "calf_swelling": "mollet enflé | mon mollet est gonflé | le mollet droit a gonflé",
        "cancer": "j'ai eu un cancer",
        "weight_loss": "j'ai perdu du poids sans raison",
    },
}
"""Language → flag → what was written."""

TABLE = [
    (language, flag, text)
    for language, flags in FOUND.items()
    for flag, listed in flags.items()
    for text in listed.split(" | ")
]


def flags(text: str, language: str = "en") -> tuple[str, ...]:
    answer = parse(text, language)
    return answer.flags if isinstance(answer, Pain) else ()


@pytest.mark.parametrize(("language", "flag", "text"), TABLE)
def test_a_red_flag_is_found(language: str, flag: str, text: str) -> None:
    assert flag in flags(text, language)


@pytest.mark.parametrize("reader", ["en", "de", "es", "fr", "it"])
def test_a_red_flag_is_found_whatever_language_the_athlete_chose(reader: str) -> None:
    assert [text for _, flag, text in TABLE if flag not in flags(text, reader)] == []


def test_every_red_flag_has_words_in_every_language() -> None:
    assert [set(flags) for flags in FOUND.values()] == [set(RED_FLAGS)] * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("can't feel when I pee", Pain(flags=("bladder_bowel", "numb"))),
        ("numb between my legs", Pain(flags=("saddle_numb", "numb"))),
        ("numb little toe", Pain(site="toe", flags=("numb",))),
        ("fever and back pain", Pain(site="back", flags=("fever",))),
        ("foot slaps", Pain(site="foot", flags=("foot_drop",))),
        ("tingling", Pain(flags=("tingling",))),
        ("one leg is weak", Pain(flags=("weak",))),
    ],
)
def test_the_vectors_of_p05_and_p06(text: str, expected: Pain) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ok but numb between my legs",
        "OK 👍 numb between my legs",
        "yes, numb between my legs",
        "knee better, walked 30 min. Numb between my legs",
        "cleared by my physio but numb between my legs",
        "4 numb between my legs",
        "mute L01, numb between my legs",
        "numbnes between the legs",
        "NUMB!!! Between my legs???",
        "nu\u00admb\nbetween\u00a0 my\tlegs",
    ],
)
def test_a_red_flag_prevails_over_everything_beside_it(text: str) -> None:
    assert "saddle_numb" in flags(text)


def test_words_of_two_clauses_make_no_everyday_pair() -> None:
    assert flags("both legs felt great, left knee pain 3") == ()
    assert "calf_swelling" not in flags("right calf sore, ankle swollen")
    assert "chest_pain" not in flags("new chest belt. knee pain 2")


def test_a_german_blase_is_a_bladder_or_a_blister() -> None:
    assert flags("kann meine Blase nicht kontrollieren", "de") == ("bladder_bowel",)
    assert flags("Blase an der Ferse", "de") == ("blister",)


def test_a_wish_for_silence_beside_a_red_flag_is_kept_as_a_flag() -> None:
    assert parse("stop texting me, I have a fever and back pain") == Pain(site="back", flags=("fever", "opt_out"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "no fever, no numbness between the legs"),
        ("en", "not numb between my legs"),
        ("en", "no bladder problems, no trouble peeing"),
        ("en", "never fainted, didn't have a fall"),
        ("en", "no fever or chest pain"),
        ("de", "kein Fieber und keine Taubheit zwischen den Beinen"),
        ("de", "Fieber habe ich nicht"),
        ("es", "sin fiebre"),
        ("es", "no tengo los genitales dormidos"),
        ("fr", "pas de fièvre, pas d'engourdissement entre les jambes"),
    ],
)
def test_a_red_flag_that_is_denied_is_none(language: str, text: str) -> None:
    assert not set(flags(text, language)) & set(RED_FLAGS)


def test_a_red_flag_is_denied_by_no_list_and_by_no_gone() -> None:
    assert "faint" in flags("no fever, chest pain or fainting")
    assert "saddle_numb" in flags("numb between my legs, now gone")


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("chest_pain", "don't know why my chest hurts"),
        ("chest_pain", "it won't go away, chest pain"),
        ("chest_pain", "never felt such chest pain"),
        ("chest_pain", "no sleep chest pain"),
        ("fever", "not running today fever"),
        ("fever", "didn't sleep fever all night"),
        ("fever", "no pain fever"),
        ("fever", "no cough but a fever"),
        ("saddle_numb", "no more messages numb between my legs"),
        ("bladder_bowel", "not only my back, I can't hold my urine"),
        ("chest_pain", "ich weiß nicht warum die Brust weh tut"),
        ("no_weight", "nicht nur Schmerzen, ich kann nicht auftreten"),
        ("fever", "no he dormido por la fiebre"),
        ("bladder_bowel", "no puedo dormir ni orinar"),
        ("chest_pain", "je ne sais pas pourquoi j'ai mal à la poitrine"),
    ],
)
def test_a_no_of_something_else_denies_no_red_flag(flag: str, text: str) -> None:
    assert [language for language in ("en", "de", "es", "fr") if flag not in flags(text, language)] == []


EVERYDAY = """
    en great run today, 10k easy
    en felt strong, legs a bit tired
    en can't run today, too busy
    en had to stop to pee twice
    en rain fell all day
    en fell asleep early
    en my watch crashed
    en heart rate 180 on the hill
    en my chest strap died
    en I'll be back
    en high temperature today, 30 degrees
    en race fever!
    en I can't stand these hills... kidding
    en thinking of things, cancel my workout
    de super Lauf heute
    de der Lauf hat mir sehr gefallen
    de kann morgen nicht laufen
    de Herzfrequenz war hoch, Brustgurt kaputt
    de ich fühle mich nicht gut
    de auf jeden Fall
    es este año corro mejor
    es no puedo correr mañana
    es no puedo dormir
    es camino del trabajo
    fr je ne peux pas courir demain
    fr je vais lever le pied
    fr ça marche bien
    fr je ne me sens pas bien
    fr ça tombe bien
"""


@pytest.mark.parametrize("line", EVERYDAY.strip().splitlines())
def test_everyday_talk_raises_no_red_flag(line: str) -> None:
    language, text = line.split(maxsplit=1)
    assert not set(flags(text, language)) & set(RED_FLAGS)


@pytest.mark.parametrize("text", ["sore throat", "no complaints", "how do you know?"])
def test_everyday_talk_is_no_report(text: str) -> None:
    assert isinstance(parse(text), Unclear | Ok)
