from django.urls import include, path

from coordination import views

urlpatterns = [
    path("", include("coordination.attestations.urls")),
    path("pilotage/", views.dashboard, name="pilotage"),
    path("pilotage/essais/", views.transfer, name="pilotage_transfer"),
    path("pilotage/personnes/", views.people, name="pilotage_people"),
    path("pilotage/personnes/export.csv", views.people_csv, name="pilotage_people_csv"),
    path("pilotage/personnes/export.xlsx", views.people_xlsx, name="pilotage_people_xlsx"),
    path("pilotage/personnes/inviter/", views.invite, name="pilotage_invite"),
    path("pilotage/personnes/inviter/<int:number>/renvoyer/", views.invite_again, name="pilotage_invite_again"),
    path("pilotage/personnes/inviter/<int:number>/retirer/", views.withdraw_invitation, name="pilotage_withdraw"),
    path("pilotage/personnes/<uuid:public_id>/", views.person, name="pilotage_person"),
    path("pilotage/personnes/<uuid:public_id>/inscrire/", views.enrol, name="pilotage_enrol"),
]
