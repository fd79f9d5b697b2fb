"""Screens of the admin about people: organisations, memberships, invitations, accounts."""

from typing import Any

import django_filters
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.query import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic import chooser as chooser_views
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users.views.users import IndexView as UsersIndexView
from wagtail.users.views.users import UserColumn, UserFilterSet, UserViewSet

from cms.accounts.admin_forms import (
    InvitationForm,
    MembershipForm,
    OrganisationForm,
    PersonCreationForm,
    PersonEditForm,
)
from cms.accounts.enums import OrganisationKind, Role
from cms.accounts.errors import AccountError
from cms.accounts.models import Invitation, Membership, Organisation, User
from cms.core.deletion import why_kept
from cms.core.functions import Fold
from cms.core.templatetags.socle import day


class KeptDeleteView(generic.DeleteView):
    """Says what history forbids the deletion, instead of offering it."""

    def refusal(self) -> str | None:
        return why_kept(self.object)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused() or super().post(request, *args, **kwargs)

    def refused(self) -> HttpResponse | None:
        """Asked once it is known that the person may delete here: the reason speaks of people."""
        if reason := self.refusal():
            messages.error(self.request, reason)
            return redirect(self.index_url_name)
        return None


class RefusableCreateView(generic.CreateView):
    """What a service refuses is an error of the form."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except AccountError as error:
            form.add_error(None, str(error))
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)


class DayColumn(Column):
    """A day in full: to come or past, what matters is which one."""

    def get_value(self, instance: Any) -> str:
        return day(super().get_value(instance))


class NoChangePolicy(ModelPermissionPolicy):
    """For what is created and deleted, never edited."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "change" and super().user_has_permission(user, action)


# Organisations


class OrganisationIndexView(generic.IndexView):
    is_searchable = True

    def get_base_queryset(self) -> QuerySet[Any]:
        today = timezone.localdate()
        current = Q(memberships__starts_on__lte=today) & (
            Q(memberships__ends_on=None) | Q(memberships__ends_on__gt=today)
        )
        people = Count("memberships__person", filter=current, distinct=True)
        return Organisation.objects.annotate(people=people).order_by(Fold("name"), "pk")

    def search_queryset(self, queryset: Any) -> Any:
        return queryset.matching(self.search_query) if self.is_searching else queryset


class OrganisationFilterSet(WagtailFilterSet):
    kind = django_filters.MultipleChoiceFilter(label="Nature", choices=OrganisationKind.choices)

    class Meta:
        model = Organisation
        fields = ["kind", "is_active"]


class OrganisationViewSet(ModelViewSet):
    model = Organisation
    name = "organisations"
    icon = "home"
    menu_label = "Structures"
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = OrganisationIndexView
    delete_view_class = KeptDeleteView
    filterset_class = OrganisationFilterSet
    list_per_page = 50
    list_display = [
        "name",
        "code",
        "kind",
        Column("people", label="Personnes aujourd'hui", accessor="people"),
        BooleanColumn("is_active", label="Membre du SPIE"),
    ]
    list_export = ["code", "name", "kind", "siret", "contact_name", "contact_email", "contact_phone", "people"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("name"),
                    FieldPanel(
                        "code", help_text="Sert aux imports et aux exports : ne le changez plus une fois utilisé."
                    ),
                    FieldPanel("former_names"),
                    FieldPanel("kind"),
                    FieldPanel("is_active", help_text="Décochez si la structure a quitté le SPIE : rien n'est effacé."),
                ],
                heading="Identité",
            ),
            FieldPanel("description", help_text="En une ou deux phrases, pour l'annuaire."),
            MultiFieldPanel(
                [
                    FieldPanel("contact_name", help_text="Une personne ou un service."),
                    FieldRowPanel([FieldPanel("contact_email"), FieldPanel("contact_phone")]),
                    FieldPanel("website"),
                ],
                heading="Contact, visible dans l'annuaire",
            ),
            FieldPanel(
                "siret", help_text="14 chiffres, avec ou sans espaces. Repris sur les certificats de réalisation."
            ),
        ],
        base_form_class=OrganisationForm,
    )


# Choosing one person among thousands


class PersonFilterForm(SearchFilterMixin, BaseFilterForm):
    def filter(self, objects: Any) -> Any:
        self.search_query = self.cleaned_data.get("q")
        self.is_searching = bool(self.search_query)
        return objects.matching(self.search_query) if self.search_query else objects


class RelatePeopleMixin(PermissionCheckedMixin):
    """Names and addresses are for who may tie a person to an organisation."""

    any_permission_required = ["add", "change"]


class ChoosePeopleMixin(RelatePeopleMixin):
    filter_form_class = PersonFilterForm

    def get_object_list(self) -> QuerySet[Any]:
        return User.objects.filter(is_active=True).by_name()

    @property
    def columns(self) -> list[Any]:
        return [*super().columns, Column("email", label="Adresse électronique")]  # type: ignore[misc]


class ChoosePersonView(ChoosePeopleMixin, chooser_views.ChooseView):
    pass


class ChoosePersonResultsView(ChoosePeopleMixin, chooser_views.ChooseResultsView):
    pass


class ChosenPersonView(RelatePeopleMixin, chooser_views.ChosenView):
    pass


class ChosenPeopleView(RelatePeopleMixin, chooser_views.ChosenMultipleView):
    pass


class PersonChooserViewSet(ChooserViewSet):
    model = User
    name = "person_chooser"
    icon = "user"
    permission_policy = ModelPermissionPolicy(Membership)
    choose_one_text = "Choisir une personne"
    choose_another_text = "Choisir une autre personne"
    edit_item_text = "Modifier ce compte"
    choose_view_class = ChoosePersonView
    choose_results_view_class = ChoosePersonResultsView
    chosen_view_class = ChosenPersonView
    chosen_multiple_view_class = ChosenPeopleView
    per_page = 20


person_chooser = PersonChooserViewSet()


# Memberships


class MembershipIndexView(generic.IndexView):
    is_searchable = True

    def get_base_queryset(self) -> QuerySet[Any]:
        return Membership.objects.select_related("person", "organisation")

    def search_queryset(self, queryset: Any) -> Any:
        if not self.is_searching:
            return queryset
        people = User.objects.matching(self.search_query).values("pk")
        organisations = Organisation.objects.matching(self.search_query).values("pk")
        return queryset.filter(Q(person__in=people) | Q(organisation__in=organisations))


class MembershipFilterSet(WagtailFilterSet):
    is_current = django_filters.BooleanFilter(label="En cours", method="filter_current")
    role = django_filters.ChoiceFilter(label="Rôle", choices=Role.choices)

    class Meta:
        model = Membership
        fields = ["organisation", "role", "is_current"]

    def filter_current(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        current = Membership.objects.current().values("pk")
        return queryset.filter(pk__in=current) if value else queryset.exclude(pk__in=current)


class MembershipViewSet(ModelViewSet):
    model = Membership
    name = "memberships"
    icon = "group"
    menu_label = "Rattachements"
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = MembershipIndexView
    add_view_class = RefusableCreateView
    delete_view_class = KeptDeleteView
    filterset_class = MembershipFilterSet
    ordering = ["-starts_on", "-pk"]
    list_per_page = 50
    list_display = [
        "person",
        Column("organisation", label="Structure", accessor="organisation"),
        "role",
        DayColumn("starts_on", label="Depuis le", sort_key="starts_on"),
        DayColumn("ends_on", label="Jusqu'au", sort_key="ends_on"),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("person", widget=person_chooser.widget_class),
            FieldPanel("organisation"),
            FieldPanel("role", help_text="Un référent de structure voit et inscrit les personnes de sa structure."),
            FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")], heading="Période"),
            FieldPanel("is_move"),
        ],
        base_form_class=MembershipForm,
    )


# Invitations


class InvitationIndexView(generic.IndexView):
    add_item_label = "Inviter quelqu'un"

    def get_base_queryset(self) -> QuerySet[Any]:
        return Invitation.objects.select_related("organisation", "invited_by")


class InvitationCreateView(RefusableCreateView):
    page_title = "Inviter"
    submit_button_label = "Envoyer l'invitation"
    submit_button_active_label = "Envoi…"
    success_message = "Invitation envoyée à %(object)s."

    def get_success_buttons(self) -> list[Any]:
        return []


class InvitationDeleteView(KeptDeleteView):
    page_title = "Retirer"
    success_message = "L'invitation de %(object)s est retirée : son lien ne fonctionne plus."

    def refusal(self) -> str | None:
        return "Une invitation acceptée se garde." if self.object.accepted_at else super().refusal()


class InvitationFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label="État",
        method="filter_state",
        choices=[("waiting", "En attente"), ("expired", "Expirée"), ("accepted", "Acceptée")],
    )

    class Meta:
        model = Invitation
        fields = ["organisation", "state"]

    def filter_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "accepted":
            return queryset.exclude(accepted_at=None)
        now = timezone.now()
        waiting = queryset.filter(accepted_at=None)
        return waiting.filter(expires_at__gt=now) if value == "waiting" else waiting.filter(expires_at__lte=now)


class InvitationViewSet(ModelViewSet):
    """An invitation is sent, sent again or withdrawn; it is not edited."""

    model = Invitation
    name = "invitations"
    icon = "mail"
    menu_label = "Invitations"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "email",
        "first_name",
        "last_name",
        "organisation",
        "role",
        "invited_by",
        "created_at",
        "expires_at",
        "accepted_at",
    ]
    index_view_class = InvitationIndexView
    add_view_class = InvitationCreateView
    delete_view_class = InvitationDeleteView
    filterset_class = InvitationFilterSet
    search_fields = ["email", "first_name", "last_name"]
    list_per_page = 50
    list_display = [
        "email",
        Column("organisation", label="Structure", accessor="organisation"),
        "role",
        Column("state", label="État", accessor="state"),
        DayColumn("expires_at", label="Valable jusqu'au", sort_key="expires_at"),
        Column("invited_by", label="Invité par", accessor="invited_by"),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel(
                "email", help_text="Inviter de nouveau la même adresse renvoie le message et prolonge le délai."
            ),
            FieldRowPanel([FieldPanel("first_name"), FieldPanel("last_name")]),
            FieldPanel("organisation"),
            FieldPanel("role", help_text="Un référent de structure voit et inscrit les personnes de sa structure."),
        ],
        base_form_class=InvitationForm,
    )

    @property
    def permission_policy(self) -> Any:
        return NoChangePolicy(self.model)


# Accounts


class PersonIndexView(UsersIndexView):
    add_item_label = "Ajouter un compte"
    page_title = "Comptes"
    is_searchable = True

    @property
    def columns(self) -> list[Any]:
        return [
            self._get_title_column_class(UserColumn)(
                "name",
                accessor=str,
                label="Nom",
                sort_key="name",
                get_url=lambda person: self.get_edit_url(person) or self.get_inspect_url(person),
                classname="name",
            ),
            Column("email", label="Adresse électronique", sort_key="email", width="25%"),
            Column("job", label="Métier", accessor="get_job_display"),
            BooleanColumn("is_current", label="En poste"),
            BooleanColumn("is_active", label="Actif", sort_key="is_active"),
            DateColumn("last_login", label="Dernière connexion", sort_key="last_login"),
        ]

    def get_base_queryset(self) -> QuerySet[Any]:
        current = Membership.objects.current().filter(person=OuterRef("pk"))
        return super().get_base_queryset().annotate(is_current=Exists(current))

    def search_queryset(self, queryset: Any) -> Any:
        return queryset.matching(self.search_query) if self.is_searching else queryset

    def order_queryset(self, queryset: Any) -> Any:
        if self.ordering in ("name", None):
            return queryset.by_name()
        if self.ordering == "-name":
            return queryset.by_name().reverse()
        return super().order_queryset(queryset)


class PersonFilterSet(UserFilterSet):
    organisation = django_filters.ModelChoiceFilter(
        label="Structure", queryset=Organisation.objects.all(), method="filter_organisation"
    )

    class Meta(UserFilterSet.Meta):
        fields = ["job"]

    def filter_organisation(self, queryset: Any, name: str, value: Organisation) -> Any:
        here = Membership.objects.current().filter(person=OuterRef("pk"), organisation=value)
        return queryset.filter(Exists(here))


class PersonViewSet(UserViewSet):
    """Wagtail's screens of users, for people who sign in by e-mail."""

    menu_label = "Comptes"
    ordering = "name"
    add_to_settings_menu = False
    copy_view_enabled = False
    index_view_class = PersonIndexView
    filterset_class = PersonFilterSet
    inspect_view_enabled = True
    inspect_view_fields = ["first_name", "last_name", "email", "job", "is_active", "date_joined", "last_login"]
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type:
        return PersonEditForm if for_update else PersonCreationForm


class AccountsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return any(request.user.has_perm(f"accounts.{action}_user") for action in ("view", "change", "add"))


class PeopleGroup(ModelViewSetGroup):
    menu_label = "Personnes"
    menu_icon = "group"
    menu_order = 250
    items = (OrganisationViewSet, MembershipViewSet, InvitationViewSet)

    def get_submenu_items(self) -> list[MenuItem]:
        accounts = AccountsMenuItem("Comptes", reverse("wagtailusers_users:index"), icon_name="user", order=400)
        return [*super().get_submenu_items(), accounts]
