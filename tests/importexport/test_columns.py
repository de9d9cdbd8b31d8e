"""R-IO-1: columns are guessed from headings in six languages and from the exports of common tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from importexport import columns
from importexport.files import table

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize(
    ("name", "mapping"),
    [
        (
            "clienti_it.csv",
            {
                "Nome": "first_name", "Cognome": "last_name", "E-mail": "email", "Cellulare": "phone", "Tag": "tags",
                "Data di nascita": "birthday", "Lingua": "language", "Newsletter": "marketing_consent", "Note": "notes",
            },
        ),
        (
            "clients_fr_ca.xlsx",
            {
                "Prénom": "first_name", "Nom de famille": "last_name", "Courriel": "email", "Téléphone": "phone",
                "Langue": "language", "Date d'anniversaire": "birthday", "Étiquettes": "tags", "Commentaires": "notes",
                "Statut du consentement": "marketing_consent", "Nombre de visites": "visit_count",
            },
        ),
        (
            "baza_klientow_pl.csv",
            {
                "Data utworzenia konta": "registered_at", "Imię": "first_name", "Nazwisko": "last_name",
                "Adres e-mail": "email", "Telefon": "phone", "Zgoda na kontakt marketingowy": "marketing_consent",
                "Liczba zamówień": "order_count", "Wartość zamówień": "spend",
            },
        ),
        (
            "google_contacts.csv",
            {
                "First Name": "first_name", "Last Name": "last_name", "Nickname": "nickname", "Birthday": "birthday",
                "Organization Name": "company", "Notes": "notes", "Labels": "tags", "E-mail 1 - Value": "email",
                "Phone 1 - Value": "phone",
            },
        ),
    ],
)  # fmt: skip
def test_the_headings_of_the_samples_are_understood(name, mapping):
    found = table.inspect(SAMPLES / name)

    assert columns.guess(found.headings, found.sample) == mapping


@pytest.mark.parametrize("language", ["it", "fr", "pl", "es", "de", "en"])
@pytest.mark.parametrize("column", columns.COLUMNS, ids=lambda column: column.key)
def test_every_field_is_understood_in_six_languages(column, language):
    heading = column.heading(language)
    beside = columns.BY_KEY["last_name" if column.key == "first_name" else "phone"].heading(language)

    assert columns.guess([heading, beside])[heading] == column.key
    assert columns.guess([heading.upper() + " *", beside])[heading.upper() + " *"] == column.key


@pytest.mark.parametrize(
    ("headings", "mapping"),
    [
        (["Nome", "Email"], {"Nome": "full_name", "Email": "email"}),
        (["Nom", "Prénom"], {"Nom": "last_name", "Prénom": "first_name"}),
        (["Nom", "Courriel"], {"Nom": "full_name", "Courriel": "email"}),
        (["Nombre", "Apellidos"], {"Nombre": "first_name", "Apellidos": "last_name"}),
        (["Name", "First name", "Last name"], {"First name": "first_name", "Last name": "last_name"}),
        (["Email Address", "FNAME", "LNAME", "OPTIN_TIME", "MEMBER_RATING"],
         {"Email Address": "email", "FNAME": "first_name", "LNAME": "last_name", "OPTIN_TIME": "consent_date"}),
        (["First Name", "Last Name", "E-mail Address", "Home Street", "Home City", "Home Postal Code", "Company"],
         {"First Name": "first_name", "Last Name": "last_name", "E-mail Address": "email", "Home Street": "address",
          "Home City": "city", "Home Postal Code": "postcode", "Company": "company"}),
        (["Indirizzo e-mail del cliente", "Consenso e-mail"],
         {"Indirizzo e-mail del cliente": "email", "Consenso e-mail": "email_consent"}),
        (["E-mail 1 - Label", "E-mail 1 - Value"], {"E-mail 1 - Value": "email"}),
        (["Telefono (obbligatorio senza e-mail)"], {"Telefono (obbligatorio senza e-mail)": "phone"}),
        (["Fax", "Telefono ufficio"], {"Telefono ufficio": "phone"}),
        (["Colore preferito", "Codice"], {}),
        (["Coperto: reason", "email"], {"email": "email"}),
    ],
)  # fmt: skip
def test_headings_of_other_tools_are_understood(headings, mapping):
    assert columns.guess(headings) == mapping


def test_of_two_columns_for_one_field_the_one_with_data_is_taken():
    assert columns.guess(["Mobile Phone", "Home Phone"], [["", "1"], ["", "2"]]) == {"Home Phone": "phone"}
    assert columns.guess(["Home Phone", "Mobile Phone"], [["1", "2"]]) == {"Mobile Phone": "phone"}


def test_several_columns_may_fill_tags_and_notes():
    assert columns.guess(["Tag", "Categoria", "Note", "Commenti"]) == {
        "Tag": "tags", "Categoria": "tags", "Note": "notes", "Commenti": "notes",
    }  # fmt: skip


def test_a_column_of_addresses_is_the_email_whatever_its_heading():
    assert columns.guess(["Colonna A", "X"], [["1", "a@x.it"], ["2", ""], ["3", "b@x.it"]]) == {"X": "email"}
