"""Importing the Département's themes: by code, links kept, all or nothing."""

from html import unescape

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from wagtail.models import Page

from cms.pages.models import HomePage, LegalPage
from cms.roadmap.models import Objective, Roadmap, Theme, ThemeLink
from cms.roadmap.services import NoCurrentRoadmap, import_themes
from cms.roadmap.viewsets import may_import

HEADER = "code;objectif;titre;description;ordre;exemple\n"


def content(*lines: str) -> bytes:
    return (HEADER + "\n".join(lines)).encode()


def test_themes_are_updated_by_code_created_and_left_as_orphans(roadmap, objective, theme):
    employment = Objective.objects.create(roadmap=roadmap, code="EMP", title="Favoriser l'emploi", order=2)
    same = Theme.objects.create(roadmap=roadmap, objective=objective, code="SEC-02", title="Orientation", order=2)
    orphan = Theme.objects.create(roadmap=roadmap, objective=objective, code="SEC-03", title="Oublié", order=3)

    result = import_themes(
        content=content(
            "sec-01;Favoriser l’emploi;Accueillir;Dès l'ouverture du droit;7;non",
            "SEC-02;SEC;Orientation;;2;non",
            "EMP-01;emp;Immersions;Essayer;1;oui",
        )
    )

    theme.refresh_from_db()
    created = Theme.objects.get(code="EMP-01")
    assert (theme.title, theme.objective, theme.description, theme.order, theme.is_example) == (
        "Accueillir",
        employment,
        "Dès l'ouverture du droit",
        7,
        False,
    )
    assert (created.objective, created.title, created.is_example) == (employment, "Immersions", True)
    assert [item.code for item in result.created] == ["EMP-01"]
    assert [item.code for item, _fields in result.updated] == ["SEC-01"]
    assert (result.unchanged, result.orphans, result.errors) == ([same], [orphan], [])


def test_links_follow_the_code(theme):
    home = Page.objects.get(depth=1).add_child(instance=HomePage(title="Accueil", slug="accueil-x"))
    page = home.add_child(instance=LegalPage(title="Page", slug="page"))
    link = ThemeLink.objects.create(page=page, theme=theme)

    import_themes(content=content("SEC-01;SEC;Tout autre titre;;1;non"))

    assert ThemeLink.objects.get(pk=link.pk).theme.title == "Tout autre titre"


def test_one_error_and_nothing_is_written(theme):
    result = import_themes(
        content=content("SEC-01;SEC;Nouveau titre;;1;non", "X-1;INCONNU;Titre;;1;non", "X-2;;Titre;;1;non")
    )

    assert [str(error) for error in result.errors] == [
        "Ligne 3 : l'objectif « INCONNU » n'existe pas dans cette feuille de route (SEC).",
        "Ligne 4 : l'objectif du nouveau thème « X-2 » manque.",
    ]
    theme.refresh_from_db()
    assert (theme.title, Theme.objects.count()) == ("Accueil", 1)


def test_a_dry_run_says_all_and_writes_nothing(theme):
    result = import_themes(content=content("SEC-01;SEC;Nouveau;;1;non", "SEC-09;SEC;Autre;;1;non"), is_dry_run=True)

    assert (len(result.created), len(result.updated)) == (1, 1)
    theme.refresh_from_db()
    assert (theme.title, Theme.objects.count()) == ("Accueil", 1)


def test_importing_the_same_file_again_changes_nothing(theme):
    file = content("SEC-01;SEC;Accueil;Une phrase;1;non", "SEC-02;SEC;Autre;;2;non")
    import_themes(content=file)

    result = import_themes(content=file)

    assert result.changes_nothing
    assert [item.code for item in result.unchanged] == ["SEC-01", "SEC-02"]


def test_without_a_roadmap_in_force_the_import_says_so(db):
    with pytest.raises(NoCurrentRoadmap, match="en vigueur"):
        import_themes(content=content("A;SEC;B;;1;non"))


def test_only_the_roadmap_in_force_is_touched(roadmap, theme):
    old = Roadmap.objects.create(title="Ancienne", starts_on="2022-01-01", ends_on="2023-12-31")
    past = Theme.objects.create(
        roadmap=old,
        objective=Objective.objects.create(roadmap=old, code="SEC", title="S"),
        code="SEC-01",
        title="Avant",
    )

    import_themes(content=content("SEC-01;SEC;Après;;1;non"))

    past.refresh_from_db()
    assert past.title == "Avant"


def test_the_command_reports_then_writes(theme, tmp_path, capsys):
    file = tmp_path / "themes.csv"
    file.write_bytes(content("SEC-01;SEC;Accueil;Une phrase;1;non").replace(b";", b"\t"))

    call_command("import_themes", file, "--dry-run")
    assert "rien n'a été écrit" in capsys.readouterr().out
    assert Theme.objects.get().description == ""

    call_command("import_themes", file)
    assert "Modifiés : 1" in capsys.readouterr().out
    assert Theme.objects.get().description == "Une phrase"


def test_the_command_lists_errors_and_fails(theme, tmp_path, capsys):
    file = tmp_path / "themes.csv"
    file.write_bytes(content("SEC-01;NON;Accueil;;1;non"))

    with pytest.raises(CommandError, match="1 ligne en erreur : rien n'a été écrit"):
        call_command("import_themes", file)
    assert "Ligne 2" in capsys.readouterr().err

    with pytest.raises(CommandError, match="Impossible de lire"):
        call_command("import_themes", tmp_path / "absent.csv")
    file.write_bytes(b"")
    with pytest.raises(CommandError, match="vide"):
        call_command("import_themes", file)


class TestInTheAdmin:
    URL = "/admin/themes-import/"

    @staticmethod
    def upload(client, file: bytes):
        from django.core.files.uploadedfile import SimpleUploadedFile

        return client.post(TestInTheAdmin.URL, {"file": SimpleUploadedFile("themes.csv", file)})

    def test_the_file_is_shown_then_confirmed(self, sign_in, coordinator, theme):
        client = sign_in(coordinator)
        preview = self.upload(client, content("SEC-01;SEC;Nouveau titre;;1;non", "SEC-02;SEC;Autre;;2;non"))
        assert "Rien n'est encore écrit" in preview.content.decode()
        assert Theme.objects.get().title == "Accueil"

        confirm = preview.context["confirm"].initial["content"]
        response = client.post(self.URL, {"content": confirm}, follow=True)

        assert "thèmes créés, 1 ; modifiés, 1" in response.content.decode()
        assert sorted(Theme.objects.values_list("title", flat=True)) == ["Autre", "Nouveau titre"]

    def test_errors_are_listed_and_cannot_be_confirmed(self, sign_in, coordinator, theme):
        page = self.upload(sign_in(coordinator), content("SEC-01;NON;Titre;;1;non")).content.decode()

        assert "Ligne 2" in page
        assert "Importer ces thèmes" not in page

    @pytest.mark.parametrize("file", [b"", b"\x00\x01", b"a;b\n1;2\n"])
    def test_an_unreadable_file_is_an_error_of_the_field(self, sign_in, coordinator, theme, file):
        response = self.upload(sign_in(coordinator), file)

        assert response.context["form"].errors["file"]

    def test_what_is_sent_back_is_checked_again(self, sign_in, coordinator, theme):
        for forged in ("%%%", "AAAA", "A", "é", ""):
            page = sign_in(coordinator).post(self.URL, {"content": forged}, follow=True)
            assert page.redirect_chain
            (message,) = page.context["messages"]
            told = unescape(str(message))
            assert told.startswith("Rien n'a été écrit. ")
            assert "base64" not in told
            assert "ASCII" not in told
        assert Theme.objects.get().title == "Accueil"

    def test_it_is_for_whoever_keeps_the_roadmap(self, sign_in, professional, trainer, rf, coordinator):
        for person in (professional, trainer):
            assert sign_in(person).get(self.URL).status_code in (302, 403)
        request = rf.get("/")
        request.user = coordinator
        assert may_import(request)


def test_the_query_count_does_not_grow_with_what_is_unchanged(theme, roadmap, objective, assert_constant_queries):
    def serve():
        rows = [f"{item.code};SEC;{item.title};;{item.order};non" for item in Theme.objects.all()]
        import_themes(content=content(*rows))

    def grow():
        Theme.objects.bulk_create(
            Theme(roadmap=roadmap, objective=objective, code=f"T-{n}", title=f"Thème {n}", order=n) for n in range(20)
        )

    assert assert_constant_queries(serve, grow) < 10
    assert connection.vendor == "postgresql"
