"""A second printer is a configuration: a run goes out in its form, and a printing house that reads that form takes it.

And locked with its OpenPGP key, in either form.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid4

import pytest
from pysequoia import Cert, Tsk, decrypt

from adapters import connect
from adapters.remote_print.forms import OURS, SAMPLE, FormFault, load_form
from adapters.remote_print.mailer import RemotePrintMailer
from adapters.remote_print.openpgp import Lock, load_lock
from adapters.remote_print.run import Packing
from adapters.remote_print.sftp import Missing, NotDone, Printer
from outbound import clock
from outbound.letter import Accepted, CannotSay, Channel, NotTaken, Taken
from outbound.ports import Misconfigured, OutcomeUnknown, Unavailable
from outbound.settings import HOME, Settings, SettingsFault
from tests.adapters.conftest import settings_of
from tests.adapters.outside import Simulator, Supplier, a_consignment, a_dispatch, simulated
from tests.adapters.test_remote_print import House, a_run, access_of
from tests.adapters.test_remote_print import started_sshd as started_sshd
from tests.waiting import wait_for

BREVHUSET = HOME / "config" / "print" / "brevhuset"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulated("remote_print", tmp_path_factory.mktemp("brevhuset"), form="brevhuset") as simulator:
        yield simulator


@pytest.fixture
def brevhuset(started: Simulator) -> Simulator:
    started.mood()
    return started


def folder_of(simulator: Simulator) -> Path:
    return Path(simulator.env["OUTBOUND_PRINT_SFTP_KEY_FILE"]).parent


def keys_of(simulator: Simulator) -> Path:
    return folder_of(simulator) / "openpgp_key.pub.asc"


@pytest.fixture(params=[False, True], ids=["open", "locked"])
def second(request: pytest.FixtureRequest, settings: Settings, brevhuset: Simulator) -> Iterator[Supplier]:
    """The second printer, chosen by settings alone."""
    named = {name.removeprefix("OUTBOUND_").lower(): value for name, value in brevhuset.env.items()}
    chosen = {
        **named,
        "print_form": "brevhuset",
        "print_openpgp_keys_file": keys_of(brevhuset) if request.param else None,
    }
    outside = connect(Settings(**{**settings.model_dump(), **chosen}))
    mailer = outside.mailers[Channel.PRINT]
    yield Supplier(mailer, brevhuset, next(one for one in outside.sources if one.provider == mailer.provider))
    mailer._printer.close()  # type: ignore[attr-defined]


def test_a_second_printer_takes_a_run_in_its_own_form(second: Supplier) -> None:
    first = a_dispatch("well", 1, cost_centre='Borgerservice; "Øst" & <Vest> i Holbæk')
    shared = a_dispatch("well", 2, envelope_of=first.id, letter_class="quick")
    run = a_consignment(Channel.PRINT, first, shared, a_dispatch("well", 3, letter_class="registered", colour=True))
    assert [type(answer) for answer in second.mailer.hand_over(run)] == [Accepted] * 3
    assert second.is_taken(run)
    assert second.simulator.taken(run) == 3
    takings = [one for one in second.simulator.takings() if one["consignment"] == str(run.id)]
    assert len({one["detail"]["envelope"] for one in takings}) == 2
    wait_for(lambda: {r.dispatch for r in second.read(run)} >= {d.id for d in run.dispatches}, "its receipts")


def test_in_a_second_form_too_a_run_is_resumed_and_taken_once(second: Supplier) -> None:
    run = second.consignment("well", "well")
    for mood, outcome, asked in (
        ({"break_after_bytes": {"bytes": 500}}, Unavailable, NotTaken(resume=True)),
        ({"disk_full": {"bytes": 500}}, Unavailable, CannotSay()),  # we have removed our half
        ({"break_before_rename": {"next": 1}}, OutcomeUnknown, NotTaken(resume=True)),
        ({"break_after_rename": {"next": 1}, "pace": {"pick_up": 3600}}, OutcomeUnknown, Taken(str(run.id))),
    ):
        second.simulator.mood(**mood)
        with pytest.raises(outcome):
            list(second.mailer.hand_over(replace(run, fence=uuid4().hex)))
        assert second.mailer.ask(run) == asked
    assert len(list(second.mailer.hand_over(run))) == 2  # it is there, and is known to be ours
    second.simulator.mood()
    assert second.is_taken(run)
    assert second.simulator.taken(run) == 2
    lying = folder_of(second.simulator) / "sftp" / "incoming"
    assert [one.name for one in lying.iterdir() if str(run.id) in one.name] == []


def test_a_proof_run_is_one_in_a_second_form_too(second: Supplier) -> None:
    run = replace(second.consignment(), proof=True)
    list(second.mailer.hand_over(run))
    assert second.is_taken(run)
    assert [one["detail"]["proof"] for one in second.simulator.takings() if one["consignment"] == str(run.id)] == [True]


@pytest.mark.sshd
def test_a_folder_is_renamed_whole_never_over_another_and_known_to_be_ours(started_sshd: House) -> None:
    incoming, run = started_sshd.files / "incoming", a_run()
    with closing(Printer(started_sshd.access)) as printer:
        loose = replace(OURS, run="{run}", loose=True)
        mailer = RemotePrintMailer(printer, "print", 500, 3_000_000, False, packing=Packing(loose))
        printer.make_folder(f"incoming/{run.id}.stalled.tmp")
        printer.write(f"incoming/{run.id}.stalled.tmp/manifest.xml", [b"half"])
        for _ in range(2):
            assert len(list(mailer.hand_over(run))) == 2
        assert [path.name for path in incoming.glob(f"*{run.id}*")] == [str(run.id)]
        printer.make_folder(f"incoming/{run.id}.late.tmp")
        with pytest.raises(NotDone):
            printer.rename(f"incoming/{run.id}.late.tmp", f"incoming/{run.id}")
        (incoming / str(run.id) / "manifest.xml").write_bytes(b"another")
        with pytest.raises(OutcomeUnknown):
            list(mailer.hand_over(run))


@pytest.mark.sshd
def test_a_slow_worker_never_gives_an_emptied_folder_the_runs_name(
    started_sshd: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run()
    half, final = f"incoming/{run.id}.slow.tmp", f"incoming/{run.id}"
    with closing(Printer(started_sshd.access)) as slow, closing(Printer(started_sshd.access)) as printer:
        slow.make_folder(half)
        slow.write(f"{half}/manifest.xml", [b"whole"])
        removing = printer.remove_folder

        def meanwhile(path: str) -> None:
            """The slow one wakes in the middle of the removing."""
            for name in printer.names(path):
                printer.remove(f"{path}/{name}")
            with pytest.raises(Missing):
                slow.rename(half, final)
            removing(path)

        monkeypatch.setattr(printer, "remove_folder", meanwhile)
        packing = Packing(replace(OURS, run="{run}", loose=True))
        mailer = RemotePrintMailer(printer, "print", 500, 3_000_000, False, packing=packing)
        assert len(list(mailer.hand_over(run))) == 2
        assert len(printer.names(final)) == 4


# what can be wrong with a form


USUAL = 'run = "{run}"\nletter = "{number}.pdf"\nlayout = "zip"\n'


def form(folder: Path, text: str = "", ticket: str = "<a>{{ run.id }}</a>") -> Path:
    made = folder / "second"
    made.mkdir()
    (made / "form.toml").write_text((text or USUAL) + '[[ticket]]\nfile = "t.xml"\ntemplate = "t.xml.j2"\n')
    (made / "t.xml.j2").write_text(ticket)
    return made


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('run = "{run_hex:.12}"\nletter = "{number}.pdf"\nlayout = "zip"\n', "run: the name of a run must carry"),
        ('run = "run"\nletter = "{number}.pdf"\nlayout = "zip"\n', "run: the name of a run must carry"),
        (
            'run = "{run.int}"\nletter = "{number}.pdf"\nlayout = "zip"\n',
            "run: a name here is made of {run}, {run_hex}",
        ),
        ('run = "{run}/x"\nletter = "{number}.pdf"\nlayout = "zip"\n', "run: a name has at most 120"),
        ('run = "{run}.tmp"\nletter = "{number}.pdf"\nlayout = "zip"\n', "run: a name has at most 120"),
        ('run = "{run:d}"\nletter = "{number}.pdf"\nlayout = "zip"\n', "run: this makes no name"),
        (
            'run = "{run}"\nletter = "{job_hex:.8}.pdf"\nlayout = "zip"\n',
            "letter: the name of a letter must be its own",
        ),
        ('run = "{run}"\nletter = "{number:.1s}.pdf"\nlayout = "zip"\n', "letter: this makes no name"),
        ('run = "{run}"\nletter = "{number}.pdf"\nlayout = "heap"\n', "layout: Input should be 'zip' or 'folder'"),
        ('run = "{run}"\nletter = "{number}.pdf"\nlayout = "zip"\ncut = 0\n', "cut: Input should be greater"),
        ('run = "{run}"\nletter = "{number}.pdf"\nlayout = "zip"\ncolour = 1\n', "colour: Extra inputs"),
        ('letter = "{number}.pdf"\nlayout = "zip"\nencrypt = "most"\n', "run: Field required"),
        ('run = "{run}"\nletter = "{number}.xml"\nlayout = "zip"\n', "letter: the name of a letter ends in .pdf"),
        (
            USUAL + '[[ticket]]\nfile = "1.pdf"\ntemplate = "t.xml.j2"\n',
            "ticket.0.file: a ticket's name does not end in .pdf",
        ),
        ("run = \n", "is no TOML"),
    ],
)
def test_a_form_that_cannot_be_is_told_by_its_file_and_word(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FormFault) as fault:
        load_form(form(tmp_path, text))
    assert "config/print/second/form.toml" in str(fault.value)
    assert told in str(fault.value)


@pytest.mark.parametrize(
    ("ticket", "told"),
    [
        ("<a>{{ run.name }}</a>", "has no attribute 'name'"),
        ("<a>\n{% for x in run.letters %}</a>", "line 2: Unexpected end of template"),
        ("<a>{{ run.letters[0].job.__class__.__mro__ }}</a>", "is unsafe"),
        ("<a>{{ run.pages / 0 }}</a>", "it cannot be written (ZeroDivisionError)"),
        ("<a>{{ run.id }}", "what it writes is no XML"),
        ('{% include "../../outbound.toml" %}', "is missing"),
    ],
)
def test_a_template_that_goes_wrong_is_told_by_its_file(tmp_path: Path, ticket: str, told: str) -> None:
    with pytest.raises(FormFault) as fault:
        load_form(form(tmp_path, ticket=ticket))
    assert str(fault.value).startswith("config/print/second/t.xml.j2: ")
    assert told in str(fault.value)


def test_faults_of_form_and_keys_are_told_with_all_others(settings: Settings, tmp_path: Path) -> None:
    form(tmp_path, ticket="<a>{{ run.name }}</a>").rename(tmp_path / "moved")
    (tmp_path / "print").mkdir()
    (tmp_path / "moved").rename(tmp_path / "print" / "second")
    changes = {"config_dir": tmp_path, "print_form": "second", "print_openpgp_keys_file": tmp_path / "none"}
    with pytest.raises(SettingsFault) as fault:
        connect(settings.model_copy(update=changes | {"print_sftp_host": ""}))
    for told in ("PRINT_SFTP_HOST is missing", "second/t.xml.j2: ", "PRINT_OPENPGP_KEYS_FILE names no OpenPGP"):
        assert told in str(fault.value)
    assert connect(settings.model_copy(update=changes | {"print_form": "", "print_openpgp_keys_file": None})).mailers


def test_a_folder_that_is_not_there_is_named(settings: Settings) -> None:
    with pytest.raises(SettingsFault, match=r"config/print/nobody/form.toml is missing; OUTBOUND_PRINT_FORM names"):
        connect(settings.model_copy(update={"print_form": "nobody"}))


def test_a_run_that_a_template_does_not_know_is_misconfigured_and_nothing_is_taken(second: Supplier) -> None:
    run = second.consignment(letter_class="by-balloon")
    with pytest.raises(Misconfigured) as fault:
        list(second.mailer.hand_over(run))
    assert (fault.value.code, fault.value.__context__) == ("print-form", None)
    assert not second.is_taken(run)


def test_values_are_cut_and_escaped(tmp_path: Path) -> None:
    made = load_form(BREVHUSET)
    (_, ticket), (_, table) = made.tickets(SAMPLE)
    assert b'account="A &amp; &#34;B&#34;; &lt;C&gt;"' in ticket
    assert b'"A & ""B""; <C>"' in table
    assert (made.cut, made.letter_name(a_dispatch(), 7)) == (20, "00007.pdf")
    assert made.run_name(UUID(SAMPLE.id)) == "BH_7f3c6a1e4f0c4c8e9f570d6c4a6c2b11"


# locked


NO_PART_LEFT = """-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEZeEagBYJKwYBBAHaRw8BAQdA8AdUy6h7kjhtO+LCHHhc0HL8cWt+rY26Nsi5
8IDGdgS0HlByw7h2ZSA8cHJpbnRAcHJpbnRlci5leGFtcGxlPoiQBBMWCAA4FiEE
1hLj7gC0+x8CxInL+NWA8kQjKmMFAmXhGoACGwEFCwkIBwIGFQoJCAsCBBYCAwEC
HgECF4AACgkQ+NWA8kQjKmPsvgD/cVPFn3MN5TBDa2n3VIw9tGuOVBYmjLVrJW6m
itNbiqMBAN2wUMnTKvbI7ruLxs5zHlqqab+Pz5jON2CCpp5H8fsKuDgEZeEagBIK
KwYBBAGXVQEFAQEHQPIFA8V3qdc9MUVSjzvMSkprrxgHnTp5BwIGuhaFOJFJAwEI
B4h4BCgWCAAgFiEE1hLj7gC0+x8CxInL+NWA8kQjKmMFAmXibAACHQAACgkQ+NWA
8kQjKmNDxgD/eQicxGsmLQtpukAMpg9Ns+EH3FTUkoO3/W0gBfwb7jUA/08Lk/qc
j1BNo6UFOkLl7lajqcJ336ERpqgpg37EZnICiHgEGBYIACAWIQTWEuPuALT7HwLE
icv41YDyRCMqYwUCZeEagAIbDAAKCRD41YDyRCMqYzb4APsEmHGdtOdSoMHPwucr
5BMmkR+sz4gGR0GySXYOCvE9zwEA/e50s9P5P00aGDVwXvpOhs7E5VB9/n7aqt9D
vu8MjgA=
=o2Mz
-----END PGP PUBLIC KEY BLOCK-----
"""  # made with GnuPG: its part for encryption was revoked, the key itself was not


def a_key(**words: object) -> Tsk:
    return Tsk.generate(user_id="Prøve <print@printer.example>", **words)  # type: ignore[arg-type]


def public(*keys: Tsk) -> bytes:
    return b"".join(str(key.extract_certificate()).encode() for key in keys)


def test_a_locked_run_is_the_same_run_inside_and_each_key_opens_it(tmp_path: Path) -> None:
    keys, run = [a_key(), a_key()], a_run()
    (tmp_path / "keys").write_bytes(public(*keys))
    packing = Packing(lock=load_lock(tmp_path / "keys"))
    plain, once, again = (b"".join(one.pieces(run)) for one in (Packing(), packing, packing))
    assert packing.name(run.id) == f"{run.id}.zip.pgp"
    assert once != again
    assert abs(len(once) - len(again)) <= packing.slack
    for key in keys:
        assert decrypt(decryptor=key.decryptor(), bytes=once).bytes == plain
    assert b"manifest" not in once
    assert b"PDF" not in once


def test_only_the_letters_are_locked_where_the_provider_wants_it_so(tmp_path: Path) -> None:
    key, run = a_key(), a_run()
    (tmp_path / "keys").write_bytes(public(key))
    packing = Packing(replace(OURS, encrypt="letters"), load_lock(tmp_path / "keys"))
    assert packing.name(run.id) == f"{run.id}.zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(packing.pieces(run)))) as packed:
        for dispatch in run.dispatches:
            inside = decrypt(decryptor=key.decryptor(), bytes=packed.read(f"{dispatch.id}.pdf.pgp")).bytes
            assert inside == dispatch.document.pdf
            assert f"{dispatch.id}.pdf.pgp" in packed.read("manifest.xml").decode()
    loose = replace(packing, form=replace(OURS, loose=True))
    assert [name for name, _ in loose.files(run)][:2] == ["manifest.xml.pgp", "manifest.csv.pgp"]


@pytest.fixture
def locked(settings: Settings, remote_print: Simulator) -> Iterator[Supplier]:
    outside = connect(settings.model_copy(update={"print_openpgp_keys_file": keys_of(remote_print)}))
    mailer = outside.mailers[Channel.PRINT]
    yield Supplier(mailer, remote_print, next(one for one in outside.sources if one.provider == mailer.provider))
    mailer._printer.close()  # type: ignore[attr-defined]


def test_the_printing_house_opens_a_locked_run_with_its_own_key(locked: Supplier) -> None:
    run = locked.consignment("well", "well")
    assert len(list(locked.mailer.hand_over(run))) == 2
    assert locked.is_taken(run)
    assert locked.simulator.taken(run) == 2


def test_a_locked_run_that_lies_there_is_known_and_a_half_of_it_is_brought_anew(locked: Supplier) -> None:
    locked.simulator.mood(break_after_bytes={"bytes": 700, "next": 1}, pace={"pick_up": 3600})
    run = locked.consignment("well", "well")
    with pytest.raises(Unavailable):
        list(locked.mailer.hand_over(run))
    assert locked.mailer.ask(run) == NotTaken(resume=True)
    for _ in range(2):
        assert len(list(locked.mailer.hand_over(replace(run, fence=uuid4().hex)))) == 2
    lying = folder_of(locked.simulator) / "sftp" / "incoming"
    assert [one.name for one in lying.iterdir() if one.name.startswith(str(run.id))] == [f"{run.id}.zip.pgp"]
    locked.simulator.mood()
    assert locked.is_taken(run)
    assert locked.simulator.taken(run) == 2


def test_a_run_that_went_out_open_is_not_sent_locked_as_well(locked: Supplier, printer: Supplier) -> None:
    """The key came between two tries: what lies there is the run, in whatever form."""
    printer.simulator.mood(pace={"pick_up": 3600})
    run = printer.consignment()
    list(printer.mailer.hand_over(run))
    assert locked.mailer.ask(run) == Taken(str(run.id))
    with pytest.raises(OutcomeUnknown):
        list(locked.mailer.hand_over(run))
    printer.simulator.mood()
    assert printer.is_taken(run)
    assert printer.simulator.taken(run) == 1


def test_a_key_that_has_ended_since_the_start_is_misconfigured_and_nothing_is_taken(
    locked: Supplier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keys").write_bytes(public(a_key(validity_seconds=3600)))
    with closing(Printer(access_of(locked.simulator))) as printer:
        packing = Packing(lock=load_lock(tmp_path / "keys"))
        mailer = RemotePrintMailer(printer, "print", 500, 3_000_000, False, packing=packing)
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
        with pytest.raises(Misconfigured) as fault:
            list(mailer.hand_over(run := locked.consignment()))
        locked.simulator.mood(pace={"pick_up": 3600})
        list(locked.mailer.hand_over(there := locked.consignment()))
        with pytest.raises(OutcomeUnknown):  # it lies there: nobody may say that nothing was taken
            list(mailer.hand_over(there))
    locked.simulator.mood()
    assert (fault.value.code, fault.value.__context__) == ("print-key", None)
    assert locked.is_taken(there)
    assert locked.simulator.taken(run) == 0


@pytest.mark.parametrize("encrypt", ["all", "letters"])
def test_a_key_that_sequoia_will_not_encrypt_to_is_misconfigured_and_nothing_is_left(
    locked: Supplier, encrypt: Literal["all", "letters"]
) -> None:
    run, form = locked.consignment("well", "well"), replace(OURS, encrypt=encrypt)
    with closing(Printer(access_of(locked.simulator))) as printer:
        packing = Packing(form, Lock(Cert.split_bytes(NO_PART_LEFT.encode())))
        mailer = RemotePrintMailer(printer, "print", 500, 3_000_000, False, packing=packing)
        with pytest.raises(Misconfigured) as fault:
            list(mailer.hand_over(run))
        assert [name for name in printer.names("incoming") if str(run.id) in name] == []
    assert (fault.value.code, fault.value.__context__) == ("print-key", None)


def revoked(key: Tsk) -> bytes:
    certificate = key.extract_certificate()
    return bytes(certificate) + bytes(certificate.revoke(key.certifier()))


def ended_as_a_whole(key: Tsk) -> bytes:
    """Only its main part has a last day; the part for encryption has none."""
    soon = clock.now() + timedelta(seconds=2)
    return bytes(key.extract_certificate().set_expiration(soon, key.certifier()))


def signing_only(key: Tsk) -> bytes:
    from pysequoia.packet import PacketPile

    return bytes(Cert.from_packets(list(PacketPile.from_bytes(bytes(key.extract_certificate())))[:6]))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: b"", "names no OpenPGP public keys"),
        (lambda: b"secret words", "names no OpenPGP public keys"),
        (lambda: str(a_key()).encode(), "holds a private key"),
        (lambda: bytes(a_key()), "holds a private key"),
        (lambda: public(a_key()) + str(a_key()).encode(), "holds a private key"),
        (lambda: revoked(a_key()), "nothing can be encrypted to the key"),
        (NO_PART_LEFT.encode, "nothing can be encrypted to the key d612e3ee00b4fb1f02c489cbf8d580f244232a63"),
        (lambda: public(a_key()) + NO_PART_LEFT.encode(), "nothing can be encrypted to the key d612"),
        (lambda: signing_only(a_key()), "nothing can be encrypted to the key"),
        (lambda: ended_as_a_whole(a_key()), "nothing can be encrypted to the key"),
        (lambda: public(a_key(validity_seconds=1)), "nothing can be encrypted to the key"),
        (lambda: public(a_key(), a_key(validity_seconds=1)), "nothing can be encrypted to the key"),
    ],
    ids=[
        "empty",
        "words",
        "private",
        "private-binary",
        "private-behind",
        "revoked",
        "part-revoked",
        "one-part-revoked",
        "signing",
        "ended-whole",
        "ended",
        "one-ended",
    ],
)
def test_keys_that_cannot_be_used_are_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: object, told: str
) -> None:
    (tmp_path / "keys").write_bytes(make())  # type: ignore[operator]
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=5))
    with pytest.raises(ValueError, match=told) as fault:
        load_lock(tmp_path / "keys")
    assert "OUTBOUND_PRINT_OPENPGP_KEYS_FILE" in str(fault.value)
    assert "secret" not in str(fault.value)
    assert "Stack" not in str(fault.value)


def test_keys_may_come_binary_or_armoured(tmp_path: Path) -> None:
    one, two = a_key(), a_key()
    (tmp_path / "keys").write_bytes(bytes(one.extract_certificate()) + bytes(two.extract_certificate()))
    assert load_lock(tmp_path / "keys").slack == 32
    assert settings_of({"OUTBOUND_PRINT_OPENPGP_KEYS_FILE": str(tmp_path)}).print_openpgp_keys_file == tmp_path
