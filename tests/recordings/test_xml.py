"""GPX and TCX: as many exporters write them, and as bombs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recordings.maker import START, gpx, lap, point, tcx, trackpoint
from recordings.test_fit import read
from twinge.plugin import Rejected


def test_a_gpx_run_is_measured_from_point_to_point() -> None:
    [run] = read(gpx(point(n) for n in range(600)))
    assert (run.sport, run.start, run.elapsed_s, run.moving_s) == ("run", START, 599, 599)
    assert run.distance_m == pytest.approx(1798, abs=2)  # 599 steps of 0.000027 degrees of a meridian
    assert (run.avg_hr, run.max_hr, run.shape.hr_seconds) == (140, 140, ((140, 600),))
    assert run.shape.run_s == 599


def test_points_in_odd_order_make_the_same_run() -> None:
    points = [point(n) for n in range(600)]
    mixed = points[300:] + points[:300]
    assert read(gpx(mixed))[0].distance_m == read(gpx(points))[0].distance_m


def test_what_lies_between_two_segments_was_not_run() -> None:
    far = "</trkseg><trkseg>"
    [run] = read(gpx([*(point(n) for n in range(100)), far, *(point(n) for n in range(1000, 1100))]))
    assert run.distance_m == pytest.approx(594, abs=2)
    assert (run.elapsed_s, run.moving_s) == (1099, 198)


def test_two_tracks_are_two_workouts() -> None:
    second = "</trkseg></trk><trk><type>hiking</type><trkseg>"
    run, hike = read(gpx([*(point(n) for n in range(100)), second, *(point(n) for n in range(9000, 9100))]))
    assert (run.sport, hike.sport, hike.start) == ("run", "hike", START + timedelta(seconds=9000))


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("<type>9</type>", "run"),
        ("<type>Trail Running</type>", "trail_run"),
        ("<type>cycling</type>", "ride"),
        ("<type>1</type>", "other"),
        ("", "other"),
    ],
)
def test_the_type_of_a_track_is_its_sport(kind: str, ours: str) -> None:
    assert read(gpx([point(n) for n in range(60)], kind=kind))[0].sport == ours


@pytest.mark.parametrize(
    ("when", "offset"),
    [
        ("2026-05-04T07:30:00Z", 0),
        ("2026-05-04T07:30:00.000Z", 0),
        ("2026-05-04T09:30:00+02:00", 2),
        ("2026-05-04T09:30:00.123+0200", 2),
        ("2026-05-03T20:30:00-11:00", -11),
        ("2026-05-04T07:30:00", 0),
    ],
)
def test_times_in_any_zone_are_one_instant(when: str, offset: int) -> None:
    [run] = read(gpx([point(0, when=when), *(point(n) for n in range(1, 60))]))
    assert run.start.replace(microsecond=0) == START
    assert run.start.utcoffset() == timedelta(hours=offset)


def test_namespaces_do_not_matter() -> None:
    plain = gpx(point(n) for n in range(60))
    default = plain.replace(b"gpxtpx:", b"ns7:").replace(b"xmlns:gpxtpx", b"xmlns:ns7")
    bare = plain.replace(b"gpxtpx:", b"").replace(b' xmlns="http://www.topografix.com/GPX/1/1"', b"")
    prefixed = plain.replace(b"<trk", b"<g:trk").replace(b"</trk", b"</g:trk").replace(b"<gpx ", b'<gpx xmlns:g="x" ')
    wanted = [(one.distance_m, one.avg_hr) for one in read(plain)]
    for body in (default, bare, prefixed):
        assert [(one.distance_m, one.avg_hr) for one in read(body)] == wanted


def test_other_encodings_and_a_comment_in_front_are_read() -> None:
    plain = gpx(point(n) for n in range(60)).decode()
    wide = plain.replace("UTF-8", "UTF-16").encode("utf-16")
    latin = plain.replace("UTF-8", "ISO-8859-1").replace("Morning", "Süd").encode("latin-1")
    noted = plain.replace("<gpx ", "<!-- made > by hand -->\n<gpx ")
    marked = b"\xef\xbb\xbf" + plain.encode()
    assert [len(read(body)) for body in (wide, latin, noted.encode(), marked)] == [1, 1, 1, 1]


def test_a_title_is_read_for_its_words_and_not_kept() -> None:
    [run] = read(gpx(point(n) for n in range(60)).replace(b"Morning", b"8x400m with Charlie"))
    assert run.interval
    assert "Charlie" not in repr(run)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (gpx([]), "no track with two points"),
        (gpx(['<trkpt lat="50" lon="8"/>'] * 9), "a planned route"),
        (gpx(['<trkpt lat="50" lon="8"><time>yesterday</time></trkpt>'] * 9), "a planned route"),
        (b"<gpx></gpx>", "no track"),
        (gpx([point(0)]), "no track with two points"),
        (gpx(point(n) for n in range(60))[:-30], "breaks off"),
        (tcx(""), "no activity"),
        (b"<TrainingCenterDatabase><Courses><Course/></Courses></TrainingCenterDatabase>", "a course"),
        (b"<html><body>Please log in</body></html>", "no FIT, TCX or GPX"),
        (b"<!DOCTYPE html><html><body>Please log in</body></html>", "no FIT, TCX or GPX"),
        (b'<?xml version="1.0" encoding="klingon"?><gpx/>', "no FIT, TCX or GPX"),
        (b"<", "no FIT, TCX or GPX"),
        (b"<!--", "no FIT, TCX or GPX"),
        (b"<gpx" + b" " * 70_000, "no FIT, TCX or GPX"),
        (b"<gpx>" + b"<a>" * 100_000, "nested too deeply"),
        (gpx([point(0), point(0)]), "neither a time nor a distance"),
    ],
)
def test_what_is_no_workout_says_so(body: bytes, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        read(body)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "head",
    [
        f'<!DOCTYPE gpx [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE gpx SYSTEM "http://127.0.0.1:1/x.dtd">',
        "<!DOCTYPE gpx>",
    ],
)
def test_a_document_type_is_refused_before_anything_in_it_is_believed(head: str) -> None:
    with pytest.raises(Rejected, match="DOCTYPE"):
        read(gpx([point(n) for n in range(60)], head=head))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "", "twelve", "9" * 50, "1_0", "0x10"])
def test_a_number_that_is_none_is_not_known(value: str) -> None:
    body = gpx(point(n) for n in range(60)).replace(b"<ele>100.0</ele>", f"<ele>{value}</ele>".encode())
    [run] = read(body)
    assert run.shape.climb_m in {None, 0}


@pytest.mark.parametrize("place", ['lat="91" lon="8"', 'lat="x" lon="8"', 'lat="0" lon="0"', ""])
def test_a_place_that_is_none_is_left_out(place: str) -> None:
    broken = point(30).replace('lat="50.0008100" lon="8.0"', place)
    assert broken != point(30)
    [run] = read(gpx([*(point(n) for n in range(30)), broken, *(point(n) for n in range(31, 60))]))
    assert run.distance_m == pytest.approx(177, abs=1)


def test_a_tcx_run_of_two_laps() -> None:
    first = lap(300, 900, "".join(trackpoint(n) for n in range(300)), bpm=130)
    second = lap(600, 1800, "".join(trackpoint(n) for n in range(300, 900)), bpm=145, start="2026-05-04T07:35:00Z")
    [run] = read(tcx(first + second))
    assert (run.sport, run.start, run.elapsed_s, run.moving_s, run.distance_m) == ("run", START, 900, 900, 2700)
    assert (run.avg_hr, run.max_hr) == (140, 165)
    assert run.shape.hr_seconds == ((140, 900),)
    assert run.shape.run_s == 899


def test_a_tcx_without_points_is_its_laps() -> None:
    [ride] = read(tcx(lap(3600, 30_000), sport="Biking"))
    assert (ride.sport, ride.moving_s, ride.distance_m, ride.avg_hr) == ("ride", 3600, 30_000, 140)


def test_a_tcx_of_a_multisport_day_is_several_workouts() -> None:
    one = (
        '<Activity Sport="Biking"><Id>2026-05-04T06:00:00Z</Id>'
        + lap(60, 500, start="2026-05-04T06:00:00Z")
        + "</Activity>"
    )
    body = tcx(lap(300, 900)).replace(
        b"<Activity ", f"<MultiSportSession>{one}</MultiSportSession><Activity ".encode(), 1
    )
    assert [(one.sport, one.distance_m) for one in read(body)] == [("ride", 500), ("run", 900)]
