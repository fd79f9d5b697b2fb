from django.urls import path

from interview_toolkit.triads import views

ONE = "entretien/triade/<uuid:public_id>"

urlpatterns = [
    path("entretien/triade/nouvelle/", views.new, name="open_triad"),
    path("entretien/triade/rejoindre/", views.join, name="join_triad"),
    path(f"{ONE}/", views.triad, name="triad"),
    path(f"{ONE}/etat/", views.state, name="triad_state"),
    path(f"{ONE}/code/", views.renew_code, name="renew_triad_code"),
    path(f"{ONE}/quitter/", views.leave, name="leave_triad"),
    path(f"{ONE}/commencer/", views.start, name="start_triad"),
    path(f"{ONE}/terminer/", views.end, name="end_triad"),
    path(f"{ONE}/noter/", views.note, name="triad_note"),
    path(f"{ONE}/tourner/", views.turn_roles, name="turn_triad"),
]
