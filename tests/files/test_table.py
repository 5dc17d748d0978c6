"""Tables as people export them: each test is one person's file and what must come out of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from twinge.files import History, Unreadable, open_history

BERLIN = ZoneInfo("Europe/Berlin")

STRAVA_EN = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Max Heart Rate,Elapsed Time,"
    "Moving Time,Distance,Elevation Gain,Average Heart Rate,Perceived Exertion\n"
    '11,"Jul 17, 2022, 10:15:52\u202fAM",,Run,2349,"5.56",171,2349.0,2276.0,5560.4,23.1,151.6,7.0\n'
    '12,"Jul 19, 2022, 6:05:00\u202fPM",,Swim,1600,"1,250",,1600.0,1500.0,1250.0,0.0,,\n'
    '13,"Jul 18, 2022, 7:00:00\u202fAM",,Weight Training,1800,0,,1800.0,1800.0,0.0,0.0,0.0,\n'
)


def read(
    tmp_path: Path, text: str, name: str = "activities.csv", encoding: str = "utf-8", **options: object
) -> History:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return open_history(path, **options)  # type: ignore[arg-type]


def test_alices_strava_export_is_utc_sorted_and_in_metres(tmp_path: Path) -> None:
    history = read(tmp_path, STRAVA_EN, zone=BERLIN)
    run, strength, swim = history.activities
    assert run.key == "strava:11"
    assert run.start == datetime(2022, 7, 17, 10, 15, 52, tzinfo=UTC)
    assert (run.sport, run.distance_m, run.moving_s, run.elapsed_s) == ("run", 5560, 2276, 2349)
    assert (run.climb_m, run.avg_hr, run.max_hr, run.rpe) == (23, 152, 171, 7)
    assert (swim.sport, swim.distance_m, swim.start.hour) == ("swim", 1250, 18)
    assert (strength.sport, strength.distance_m, strength.avg_hr, strength.rpe) == ("strength", None, None, None)
    assert history.zone == BERLIN
    assert history.problems == ()


def test_swims_stand_in_metres_in_a_column_of_kilometres(tmp_path: Path) -> None:
    text = (
        "Activity Type,Date,Title,Distance,Time,Avg HR\n"
        'Running,2022-12-12 14:38:08,"Run","9.73","01:03:58","138"\n'
        'Running,2022-12-14 14:38:08,"Run","5.66","00:41:19","--"\n'
        'Pool Swimming,2022-11-16 08:14:07,"Swim","1,000","00:26:06","128"\n'
        'Pool Swimming,2022-10-12 08:14:51,"Swim","1,225","00:30:21","130"\n'
    )
    history = read(tmp_path, text, zone=BERLIN)
    assert [a.distance_m for a in history.activities] == [1225, 1000, 9730, 5660]
    assert history.activities[0].start == datetime(2022, 10, 12, 6, 14, 51, tzinfo=UTC)  # wall time in Berlin
    assert history.activities[3].avg_hr is None
    assert "Pool Swimming in m" in history.units_note


LANGUAGES = {
    "Dutch": (
        "Activiteits-ID,Datum van activiteit,Naam activiteit,Activiteitstype,Verstreken tijd,Afstand,"
        "Verstreken tijd,Beweegtijd,Afstand,Totale stijging,Gemiddelde hartslag\n"
        '21,"8 mrt. 2023, 15:25:34",Middagloop,Hardloopsessie,3107,"9,72",3107.0,3095.0,9721.5,72.1,140.2\n'
        '22,"9 okt 2023, 18:04:35",Baantjes,Zwemmen,2519,1.500,2519.0,1836.0,1500.0,0.0,\n'
    ),
    "German": (
        "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Verstrichene Zeit,Distanz,"
        "Verstrichene Zeit,Bewegungszeit,Distanz,Höhenzunahme,Durchschnittliche Herzfrequenz\n"
        '21,"08.03.2023, 15:25:34",Lauf,Lauf,3107,"9,72",3107,3095,"9721,5","72,1","140,2"\n'
        '22,"09.10.2023, 18:04:35",Bahnen,Schwimmen,2519,1.500,2519,1836,1500,"0,0",\n'
    ),
    "Spanish": (
        "ID de actividad;Fecha de la actividad;Nombre;Tipo de actividad;Tiempo transcurrido;Distancia;"
        "Tiempo en movimiento;Desnivel positivo;Frecuencia cardiaca media\n"
        "21;8 mar 2023, 15:25:34;x;Carrera;3107;9,7215;3095;72,1;140\n"
        "22;9 oct. 2023, 6:04:35 p. m.;x;Natación;2519;1500;1836;0;\n"
    ),
    "French": (
        "ID de l'activité,Date de l'activité,Nom,Type d'activité,Temps écoulé,Distance,"
        "Durée de déplacement,Dénivelé positif,Fréquence cardiaque moyenne\n"
        '21,8 mars 2023 à 15:25:34,x,Course à pied,3107,"9,7215",3095,72,140\n'
        '22,9 oct. 2023 à 18:04:35,x,Natation,2519,"1 500",1836,0,\n'
    ),
    "Italian": (
        "ID attività,Data dell'attività,Nome,Tipo di attività,Tempo trascorso,Distanza,"
        "Tempo in movimento,Dislivello positivo,Frequenza cardiaca media\n"
        '21,"8 mar 2023, 15:25:34",x,Corsa,3107,"9,7215",3095,72,140\n'
        '22,"9 ott 2023, 18:04:35",x,Nuoto,2519,1500,1836,0,\n'
    ),
    "Portuguese": (
        "ID da atividade,Data da atividade,Nome,Tipo de atividade,Tempo decorrido,Distância,"
        "Tempo em movimento,Ganho de elevação,Frequência cardíaca média\n"
        '21,"8 de mar. de 2023, 15:25:34",x,Corrida,3107,"9,7215",3095,72,140\n'
        '22,"9 de out. de 2023, 18:04:35",x,Natação,2519,1500,1836,0,\n'
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_history_in_seven_languages_is_one_history(tmp_path: Path, language: str) -> None:
    run, swim = read(tmp_path, LANGUAGES[language]).activities
    assert run.start == datetime(2023, 3, 8, 15, 25, 34, tzinfo=UTC)
    assert swim.start == datetime(2023, 10, 9, 18, 4, 35, tzinfo=UTC)
    assert (run.key, run.sport, run.moving_s, run.elapsed_s) == ("strava:21", "run", 3095, 3107)
    assert run.distance_m in (9721, 9722)
    assert (run.climb_m, run.avg_hr) == (72, 140)
    assert (swim.sport, swim.distance_m, swim.avg_hr) == ("swim", 1500, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize(("delimiter", "end"), [(";", "\r\n"), ("\t", "\n"), (",", "\r\n\r\n")])
def test_bobs_spreadsheet_in_any_dress(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    rows = [("Datum", "Dauer (min)", "Strecke km", "Sportart", "Höhenmeter"), ("14.03.2024", "50", "9.5", "Lauf", "80")]
    text = end.join(delimiter.join(row) for row in rows) + end
    [run] = read(tmp_path, text, encoding=encoding, zone=BERLIN).activities
    assert (run.sport, run.moving_s, run.elapsed_s, run.distance_m, run.climb_m) == ("run", None, 3000, 9500, 80)
    assert run.day_only
    assert run.start == datetime(2024, 3, 14, 12, tzinfo=BERLIN)


def test_html_in_headers_twin_columns_and_a_workout_of_1991(tmp_path: Path) -> None:
    text = (
        "Activity ID,Activity Date,Activity Type,Elapsed Time,Distance,Elapsed Time.1,Moving Time,Distance.1,"
        '"<span class=""translation_missing"" title=""translation missing: x"">Type</span>"\n'
        '1,"Apr 3, 1991, 11:00:00 AM",Ride,7200,0,7200.0,7200.0,0.0,\n'
        '2,"Feb 22, 2021, 10:30:06 AM",Run,975,2.83,975.0,901.0,2831.8,\n'
        '3,"Feb 20, 2021, 10:30:06 AM",Run,1975,5.83,1975.0,1901.0,5831.8,\n'
    )
    old, earlier, later = read(tmp_path, text).activities
    assert (old.start.year, old.sport, old.distance_m) == (1991, "ride", None)
    assert (earlier.distance_m, later.distance_m) == (5832, 2832)


def test_flattened_api_rows_name_their_units_and_wrap_their_sports(tmp_path: Path) -> None:
    text = (
        "id,name,start_date,distance_km,moving_time_min,elevation_m,type\n"
        "1,,2026-08-21 06:11:49+00:00,21.557,139.18333,12.1,root='Run'\n"
        "2,,2026-08-18 17:00:00+16:00,6.4018,77.8,8.8,root='Walk'\n"
    )
    walk, run = read(tmp_path, text).activities
    assert (run.sport, run.distance_m, run.moving_s, run.climb_m) == ("run", 21557, 8351, 12)
    assert (walk.sport, walk.start) == ("walk", datetime(2026, 8, 18, 1, tzinfo=UTC))


def test_pieces_of_a_day_without_an_hour_are_one_session(tmp_path: Path) -> None:
    text = (
        "date,dist_m,mov_s,hr,load\n"
        "2022-03-29,3856.29,1200,150.0,21\n"
        "2022-03-29,1555.35,400,158.0,7\n"
        "2022-03-31,13867.66,3604,,74\n"
    )
    history = read(tmp_path, text, zone=BERLIN)
    first, second = history.activities
    assert (first.distance_m, first.moving_s, first.avg_hr) == (5411, 1600, 152)
    assert (second.distance_m, second.avg_hr) == (13868, None)
    assert (history.rows, history.skipped) == (3, 1)
    said = " ".join(map(str, history.problems))
    assert "no sport column" in said
    assert "each day was read as one session" in said


def test_what_one_piece_does_not_know_the_day_does_not_know(tmp_path: Path) -> None:
    text = "date,sport,distance_km,minutes\n2022-03-29,run,5,30\n2022-03-29,run,,20\n"
    [run] = read(tmp_path, text).activities
    assert (run.distance_m, run.elapsed_s) == (None, 3000)


def test_miles_by_header_and_miles_by_a_second_column(tmp_path: Path) -> None:
    by_header = "Date,Distance (mi),Duration,Type\n2024-05-01,5.0,00:45:00,Run\n"
    assert read(tmp_path, by_header).activities[0].distance_m == 8047
    by_ratio = (
        "Activity Date,Activity Type,Elapsed Time,Distance,Distance\n"
        '"May 1, 2024, 7:00:00 AM",Run,2700,5.00,8046.7\n'
        '"May 3, 2024, 7:00:00 AM",Run,,3.00,\n'
        '"May 4, 2024, 7:00:00 AM",Run,2700,6.00,9656.1\n'
    )
    assert [a.distance_m for a in read(tmp_path, by_ratio).activities] == [8047, 4828, 9656]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("45:30", 2730), ("0:45:30", 2730), ("45.5", 2730), ("2730", 2730), ("45m 30s", 2730), ("PT45M30S", 2730)],
)
def test_durations_as_people_write_them(tmp_path: Path, cell: str, seconds: int) -> None:
    text = f"date,sport,km,duration\n2024-05-01,Run,9,{cell}\n"
    assert read(tmp_path, text).activities[0].elapsed_s == seconds


def test_a_day_and_a_time_of_day_in_two_columns(tmp_path: Path) -> None:
    text = "date,time,sport,km,duration_min\n2024-05-01,18:30,Run,9,50\n2024-05-02,07:05,Run,5,30\n"
    first, second = read(tmp_path, text, zone=BERLIN).activities
    assert first.start == datetime(2024, 5, 1, 16, 30, tzinfo=UTC)
    assert second.start == datetime(2024, 5, 2, 5, 5, tzinfo=UTC)
    assert not first.day_only


def test_day_first_is_decided_by_the_column_not_by_the_row(tmp_path: Path) -> None:
    text = "date,sport,km,min\n03/04/2024,Run,9,50\n25/04/2024,Run,5,30\n"
    first, _ = read(tmp_path, text).activities
    assert first.start.date() == date(2024, 4, 3)
    american = "date,sport,km,min\n03/04/2024,Run,9,50\n04/25/2024,Run,5,30\n"
    first, _ = read(tmp_path, american).activities
    assert first.start.date() == date(2024, 3, 4)
    doubtful = read(tmp_path, "date,sport,km,min\n03/04/2024,Run,9,50\n05/04/2024,Run,5,30\n")
    assert any("whether the day or the month" in str(problem) for problem in doubtful.problems)


def test_a_bad_row_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = (
        "date,sport,distance_km,duration_min\n"
        "2024-05-01,Run,9,50\n"
        "yesterday,Run,9,50\n"
        "2024-05-03,Run,nine,50\n"
        "2024-05-04,Run,-9,50\n"
        "2024-05-05,Run,50,50\n"
        "1969-05-05,Run,9,50\n"
        "2024-05-07,Run,9,50,7,8\n"
        "2031-05-07,Run,9,50\n"
        "2024-05-08,,0,0\n"
    )
    history = read(tmp_path, text, now=datetime(2025, 1, 1, tzinfo=UTC))
    assert [(a.start.day, a.distance_m) for a in history.activities] == [(1, 9000), (3, None), (5, None)]
    places = {(problem.line, problem.column) for problem in history.problems}
    assert places >= {
        (3, "date"),
        (4, "distance_km"),
        (5, "distance_km"),
        (6, "distance_km"),
        (7, "date"),
        (8, None),
        (9, "date"),
    }
    assert (history.rows, history.skipped) == (9, 6)


def test_a_walk_of_a_kilometre_in_three_seconds_keeps_its_day_and_loses_its_distance(tmp_path: Path) -> None:
    text = "date,sport,distance_m,duration_s\n2024-05-01,Walk,936,3\n2024-05-02,Walk,3000,2400\n"
    history = read(tmp_path, text)
    assert [a.distance_m for a in history.activities] == [None, 3000]
    assert history.problems[-1].line == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("treadmill,25,60", "25000 m in 3600 s is too fast for “treadmill”; the distance was left out"),
        ("run,40,60", "40000 m in 3600 s is too fast for “run”; the distance was left out"),
    ],
)
def test_a_run_at_the_speed_of_a_bicycle_keeps_its_day_and_loses_its_distance(
    tmp_path: Path, row: str, said: str
) -> None:
    history = read(tmp_path, f"date,sport,km,min\n2024-05-01,run,9,50\n2024-05-02,{row}\n2024-05-03,run,9,50\n")
    assert [(a.start.day, a.distance_m, a.moving_s or a.elapsed_s) for a in history.activities] == [
        (1, 9000, 3000),
        (2, None, 3600),
        (3, 9000, 3000),
    ]
    assert (history.problems[-1].line, said in str(history.problems[-1])) == (3, True)


@pytest.mark.parametrize(("seconds", "kept"), [(2_592_000, True), (2_592_001, False)])
def test_a_workout_takes_thirty_days_at_most(tmp_path: Path, seconds: int, kept: bool) -> None:
    history = read(tmp_path, f"date,sport,duration_s\n2024-05-01,hike,3600\n2024-05-02,hike,{seconds}\n")
    assert [a.start.day for a in history.activities] == ([1, 2] if kept else [1])
    assert any("30 days" in str(problem) for problem in history.problems) is not kept


def test_the_same_id_twice_is_one_workout_the_later_text(tmp_path: Path) -> None:
    text = "id,date,sport,km,min\n7,2024-05-01T07:00:00Z,Run,9,50\n7,2024-05-01T07:00:00Z,Run,8,50\n"
    history = read(tmp_path, text)
    assert [a.distance_m for a in history.activities] == [8000]
    assert "same id as line 3" in str(history.problems[-1])


def test_the_trainer_mark_workout_types_and_zone_of_flat_api_rows(tmp_path: Path) -> None:
    text = (
        "id,type,start_date,start_date_local,timezone,distance,moving_time,trainer,workout_type\n"
        "1,Run,2024-05-01T23:30:00Z,2024-05-01T19:30:00Z,(GMT-05:00) America/New_York,5000.1,1500,True,0\n"
        "2,Run,2024-05-03T23:30:00Z,2024-05-03T19:30:00Z,(GMT-05:00) America/New_York,21097.5,6300,False,1\n"
        "3,Run,2024-05-05T23:30:00Z,2024-05-05T19:30:00Z,(GMT+01:00) Europe/Berlin,8000.0,2400,False,3\n"
    )
    history = read(tmp_path, text)
    assert history.zone.key == "America/New_York"
    assert [a.sport for a in history.activities] == ["treadmill", "run", "run"]
    assert [(a.race, a.interval) for a in history.activities] == [(False, False), (True, False), (False, True)]
    assert history.activities[0].start == datetime(2024, 5, 1, 23, 30, tzinfo=UTC)


def test_a_named_sport_where_the_file_has_none(tmp_path: Path) -> None:
    history = read(tmp_path, "date,km,hours\n2024-05-01,40,1.5\n2024-05-02,60,2.25\n", sport="ride")
    assert [(a.sport, a.elapsed_s) for a in history.activities] == [("ride", 5400), ("ride", 8100)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "empty"),
        ("a,b,c\n1,2,3\n", 1, "no header of a training history"),
        ("date,distance\n", 1, "no row below"),
        ("date,distance\nsoon,far\nlater,farther\n", 2, "no cell of this column is a date"),
        ("<?xml version='1.0'?><gpx/>", 1, "XML"),
    ],
)
def test_what_is_no_history_says_so_with_its_line(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    with pytest.raises(Unreadable, match=words) as error:
        read(tmp_path, text)
    assert error.value.line == line
    assert error.value.hint
