"""The address book: keeping, finding, exchanging with other programs."""

from __future__ import annotations

import csv
import io

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from palabre.contacts import (
    BadEntry,
    Entry,
    add_contact,
    as_csv,
    as_vcard,
    change_contact,
    checked,
    country_of,
    entry_of,
    find_contact,
    import_contacts,
    keep_contact,
    known_addresses,
    labels_of,
    offered,
    phone_as_read,
    preview,
    read_people,
    remove_contact,
    restore_contact,
    search_contacts,
)
from palabre.contacts.cards import read_cards
from palabre.contacts.reading import decode, read_rows
from palabre.errors import NotFound, Refused
from palabre.mail import clean_line
from palabre.tenants import tenant_scope


@pytest.fixture
def database_url(either_database_url):
    return either_database_url


class Book:
    """The address book of one account, in one transaction."""

    def __init__(self, session, tenant, account, clock):
        self.session, self.clock = session, clock
        self.own = {"account_id": account.id}
        self.tenant_id = tenant.id

    def add(self, name="", email="", phone="", labels=(), notes=""):
        entry = checked(Entry(name, email, phone, tuple(labels), notes), country="FR")
        now = self.clock.now()
        return add_contact(self.session, **self.own, tenant_id=self.tenant_id, entry=entry, now=now)

    def found(self, search="", **how):
        return [one.name for one in search_contacts(self.session, **self.own, search=search, **how).contacts]

    def read(self, text):
        return preview(self.session, **self.own, people=read_people(text, country="FR"))

    def bring_in(self, text):
        return import_contacts(
            self.session,
            **self.own,
            tenant_id=self.tenant_id,
            people=read_people(text, country="FR"),
            now=self.clock.now(),
        )

    def entries(self):
        return [entry_of(one) for one in search_contacts(self.session, **self.own, per_page=1000).contacts]


@pytest.fixture
def book(application, tenant, account, clock):
    with tenant_scope(tenant), application.db.transaction() as session:
        yield Book(session, tenant, account, clock)


def test_an_entry_is_kept_as_it_is_read_everywhere(book):
    one = book.add(
        "  Amélie   Noël ", " Amelie@Example.ORG ", "06 12 34 56 78", ["Lyon, board", "lyon"], "x\r\ny\x00"
    )
    assert entry_of(one) == Entry(
        "Amélie Noël", "amelie@example.org", "+33612345678", ("board", "Lyon"), "x\ny"
    )


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        (Entry("Only a name"), {"email"}),
        (Entry(email="nobody"), {"email"}),
        (Entry(phone="12"), {"phone"}),
        (Entry(email="nobody", phone="x"), {"email", "phone"}),
        (Entry(email="a@example.org", labels=tuple(f"l{n}" for n in range(21))), {"labels"}),
        (Entry(email="a@example.org", notes="x" * 10_001), {"notes"}),
    ],
)
def test_everything_that_is_wrong_is_said_at_once(typed, fields):
    with pytest.raises(BadEntry) as bad:
        checked(typed, country="FR")
    assert set(bad.value.problems) == fields


def test_a_number_is_of_the_persons_country_unless_it_says_otherwise():
    assert country_of(time_zone="America/New_York", language="fr") == "US"
    assert country_of(time_zone="UTC", language="fr") == "FR"
    assert country_of(time_zone="UTC", language="en") is None
    assert checked(Entry(phone="+1 212 555 0100"), country="FR").phone == "+12125550100"
    assert phone_as_read("+33612345678") == "+33 6 12 34 56 78"


def test_nobody_is_there_twice(book):
    book.add("Kim", "kim@example.org")
    with pytest.raises(BadEntry, match="Kim is among your contacts"):
        book.add("Other", "KIM@example.org")
    book.add("Desk", phone="0612345678")
    with pytest.raises(BadEntry, match="Desk is among your contacts"):
        book.add("Desk 2", phone="+33612345678")
    book.add("Sam", "sam@example.org", "0612345678")  # two people may share a telephone
    other = book.add("Ana", "ana@example.org")
    with pytest.raises(BadEntry):
        change_contact(
            book.session, contact=other, entry=Entry("Ana", "kim@example.org"), now=book.clock.now()
        )


def test_who_was_removed_can_be_brought_back_unless_somebody_took_the_place(book):
    kim = book.add("Kim", "kim@example.org", labels=["board"])
    remove_contact(book.session, contact=kim, now=book.clock.now())
    assert book.found() == []
    assert labels_of(book.session, **book.own) == []
    with pytest.raises(NotFound):
        find_contact(book.session, **book.own, public_id=kim.public_id)
    restore_contact(book.session, **book.own, public_id=kim.public_id)
    assert book.found() == ["Kim"]
    remove_contact(book.session, contact=kim, now=book.clock.now())
    book.add("New Kim", "kim@example.org")
    with pytest.raises(BadEntry):
        restore_contact(book.session, **book.own, public_id=kim.public_id)


def test_searching_does_not_mind_accents_capitals_and_order(book):
    book.add("Amélie Noël", "amelie@example.org", "0612345678", ["Lyon"])
    book.add("Bob", "bob@example.com", labels=["Paris", "lyon"])
    assert book.found("NOEL ame") == ["Amélie Noël"]
    assert book.found("061234") == ["Amélie Noël"]
    assert book.found("+3361") == ["Amélie Noël"]
    assert book.found("example.com") == ["Bob"]
    assert book.found("lyon") == ["Amélie Noël", "Bob"]
    assert book.found(label="Paris") == ["Bob"]
    assert book.found("%") == []
    assert [one.email for one in offered(book.session, **book.own, typed="noe")] == ["amelie@example.org"]
    assert offered(book.session, **book.own, typed=" ") == []


def test_pages_take_the_same_number_of_queries_however_many_there_are(book):
    def queries():
        count = []
        engine = book.session.get_bind()
        listen = lambda *_arguments: count.append(1)  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        book.session.expire_all()
        book.found("example")
        event.remove(engine, "before_cursor_execute", listen)
        return len(count)

    book.add("A", "a@example.org", labels=["x"])
    few = queries()
    for number in range(120):
        book.add(f"P{number:03d}", f"p{number}@example.org", labels=[f"l{number % 7}"])
    assert queries() == few
    page = search_contacts(book.session, **book.own, page=3, per_page=50)
    assert (page.total, page.page, page.pages, len(page.contacts)) == (121, 3, 3, 21)
    assert search_contacts(book.session, **book.own, page=99, per_page=50).page == 3


def test_keeping_a_guest_twice_keeps_one(book):
    for name in ("Kim", "Somebody else"):
        how = {"tenant_id": book.tenant_id, "email": "Kim@example.org", "name": name, "now": book.clock.now()}
        keep_contact(book.session, **book.own, **how)
    assert book.found() == ["Kim"]
    assert known_addresses(book.session, **book.own, emails=["kim@example.org", "x@example.org"]) == {
        "kim@example.org"
    }


def test_a_preview_says_what_each_line_does_and_the_good_ones_are_imported(book):
    book.add("Kim", "kim@example.org", notes="old friend")
    book.add("Sam", "sam@example.org")
    text = (
        "Prénom;Nom;E-mail;Téléphone;Étiquettes\n"
        "Amélie;Noël;amelie@example.org;06 12 34 56 78;Lyon, bureau\n"
        "Kim;Lee;kim@example.org;;\n"
        ";Sam;sam@example.org;;\n"
        "Bad;Address;nowhere;;\n"
        "Double;One;AMELIE@example.org;;\n"
    )
    lines = book.read(text)
    assert [(line.number, line.what) for line in lines] == [
        (2, "new"),
        (3, "changed"),
        (4, "same"),
        (5, "bad"),
        (6, "bad"),
    ]
    assert "nowhere is not an e-mail address" in lines[3].problem
    assert "line 2" in lines[4].problem
    assert book.bring_in(text) == (1, 1)
    assert [(one.name, one.notes) for one in book.entries()] == [
        ("Amélie Noël", ""),
        ("Kim Lee", "old friend"),
        ("Sam", ""),
    ]
    assert book.bring_in(text) == (0, 0)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("name,email\nKim,kim@example.org", ("Kim", "kim@example.org", "")),
        ("kim@example.org\n", ("", "kim@example.org", "")),
        ("Kim\tkim@example.org\t+33612345678", ("Kim", "kim@example.org", "+33612345678")),
        (
            'First Name,Last Name,E-mail 1 - Value,Phone 1 - Value\n"Kim","Lee, Jr",kim@example.org,',
            ("Kim Lee, Jr", "kim@example.org", ""),
        ),
        ("Nom;Adresse de messagerie\nKim;kim@example.org", ("Kim", "kim@example.org", "")),
        (
            (
                "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lee;Kim;;;\r\nitem1.EMAIL;TYPE=INTERNET:kim@example.org\r\n"
                "TEL;TYPE=CELL:06 12 34\r\n  56 78\r\nEND:VCARD"
            ),
            ("Kim Lee", "kim@example.org", "+33612345678"),
        ),
        (
            (
                "BEGIN:VCARD\nVERSION:4.0\nFN:Kim\\, Lee\nEMAIL:kim@example.org\n"
                "TEL;VALUE=uri:tel:+33-6-12-34-56-78\nEND:VCARD"
            ),
            ("Kim, Lee", "kim@example.org", "+33612345678"),
        ),
    ],
)
def test_files_of_other_programs_are_read(book, text, read):
    [line] = book.read(text)
    assert line.what == "new", line.problem
    assert (line.entry.name, line.entry.email, line.entry.phone) == read


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Am=C3=A9lie No=C3=ABl", "Amélie Noël"),
        ("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Am=C3=\n=A9lie No=C3=\n=ABl", "Amélie Noël"),
        ("FN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Am=E9lie", "Amélie"),
        ("FN;ENCODING=QUOTED-PRINTABLE:Am=E9lie", "Amélie"),
        ("FN;CHARSET=KLINGON;ENCODING=QUOTED-PRINTABLE:Am=E9lie", "Amélie"),
        ("N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:No=C3=ABl;Am=C3=A9lie;;;", "Amélie Noël"),
        ("FN;CHARSET=IDNA;ENCODING=QUOTED-PRINTABLE:Am=E9lie", "Amélie"),
        ("FN:2+2=4", "2+2=4"),
    ],
)
def test_cards_of_old_telephones_are_read(book, written, name):
    [line] = book.read(f"BEGIN:VCARD\nVERSION:2.1\n{written}\nEMAIL;INTERNET:a@example.org\nEND:VCARD\n")
    assert (line.what, line.entry.name, line.entry.email) == ("new", name, "a@example.org")


def test_further_addresses_and_numbers_are_named(book):
    cards = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Kim\nEMAIL;TYPE=HOME:kim@example.org\nitem1.EMAIL:k.lee@work.example\n"
        "EMAIL:kim@example.org\nTEL:0612345678\nTEL:0698765432\nEND:VCARD\n"
    )
    [line] = book.read(cards)
    assert line.entry.email == "kim@example.org"
    assert line.left_out == ("k.lee@work.example", "0698765432")
    table = "Name,E-mail 1 - Value,E-mail 2 - Value\nKim,kim@example.org,k.lee@work.example\nSam,sam@example.org,\n"
    assert [line.left_out for line in book.read(table)] == [("k.lee@work.example",), ()]
    assert book.bring_in(cards) == (1, 0)
    [line] = book.read(cards)
    assert (line.what, line.left_out) == ("same", ("k.lee@work.example", "0698765432"))


def test_files_in_old_encodings_are_read():
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert decode("Nom;E-mail\nAmélie;a@example.org".encode(encoding)).endswith("Amélie;a@example.org")
    with pytest.raises(Refused) as refused:
        decode(b"x" * (2 * 1024 * 1024 + 1))
    assert refused.value.code == "too_large"


def test_thousands_are_imported_by_a_few_statements(book):
    count = []
    listen = lambda *_arguments: count.append(1)  # noqa: E731
    event.listen(book.session.get_bind(), "before_cursor_execute", listen)

    def statements(text):
        count.clear()
        told = book.bring_in(text)
        return told, len(count)

    lines = [f"Person {n},person{n}@example.org,choir" for n in range(1500)]
    table = "\n".join(["name,email,labels", *lines])
    told, new = statements(table)
    assert told == (1500, 0)
    told, changed = statements(table.replace(",choir", ",board"))
    assert told == (0, 1500)
    event.remove(book.session.get_bind(), "before_cursor_execute", listen)
    assert max(new, changed) < 20
    assert labels_of(book.session, **book.own) == [("board", 1500), ("choir", 1500)]


@pytest.mark.parametrize("text", ["", "\n\n", "name,email\n", "BEGIN:VCARD"])
def test_a_file_without_people_says_so(book, text):
    with pytest.raises(Refused) as refused:
        book.read(text)
    assert refused.value.code == "nothing_to_import"


def test_a_table_holds_no_formula():
    text = as_csv([Entry("=HYPERLINK(1)", "a@example.org", "+33612345678", ("@x",), "-1+1")])
    cells = list(csv.reader(io.StringIO(text)))[1]
    assert cells == ["'=HYPERLINK(1)", "a@example.org", "+33612345678", "'@x", "'-1+1"]


_WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30)
_LINES = st.lists(_WORDS, max_size=3).map("\n".join).map(str.strip)
_LABELS = st.lists(
    st.text(
        st.characters(exclude_categories=["C", "Z"], exclude_characters=",;*:'\\"), min_size=1, max_size=10
    ),
    max_size=3,
)


@given(st.lists(st.tuples(_WORDS, _LABELS, _LINES), max_size=5))
def test_what_is_exported_is_imported_again(people):
    entries = []
    for number, (name, labels, notes) in enumerate(people):
        typed = Entry(clean_line(name), f"p{number}@example.org", "", tuple(labels), notes)
        entries.append(checked(typed, country=None))
    for read in (read_rows(as_csv(entries)), read_cards(as_vcard(entries))):
        again = [checked(one.entry, country=None) for one in read]
        for before, after in zip(entries, again, strict=True):
            assert after.email == before.email
            assert after.labels == before.labels
            assert after.notes == before.notes
            assert after.name == before.name


def test_another_program_reads_our_cards():
    text = as_vcard(
        [Entry("Noël; Amélie, " + "é" * 60, "amelie@example.org", "+33612345678", ("a", "b"), "x\ny")]
    )
    card = vobject.readOne(text)
    assert card.fn.value == "Noël; Amélie, " + "é" * 60
    assert card.email.value == "amelie@example.org"
    assert card.note.value == "x\ny"
    assert card.categories.value == ["a", "b"]
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
