"""Addresses of training sessions, under /formations/ (see `RESERVED_SLUGS` of courses)."""

from django.urls import path

from courses.sessions import views

ONE = "formations/seances/<uuid:public_id>"
HALF = f"{ONE}/demi-journees/<int:pk>"

urlpatterns = [
    path("formations/seances/", views.sessions, name="sessions"),
    path(f"{ONE}/", views.session, name="session"),
    path(f"{ONE}/agenda/", views.calendar, name="session_calendar"),
    path(f"{ONE}/prendre-une-place/", views.join, name="join_session"),
    path(f"{ONE}/rendre-sa-place/", views.leave, name="leave_session"),
    path(f"{ONE}/inscrire/", views.register, name="register_in_session"),
    path(f"{ONE}/inscriptions/<int:pk>/retirer/", views.withdraw, name="withdraw_from_session"),
    path(f"{HALF}/signer/", views.sign, name="sign_half_day"),
    path(f"{HALF}/signer/<int:registration>/", views.hand_sign, name="hand_sign_half_day"),
    path(f"{HALF}/contresigner/", views.countersign, name="countersign_half_day"),
    path(f"{HALF}/absences/", views.absences, name="half_day_absences"),
    path(f"{ONE}/presences/<int:pk>/corriger/", views.correct, name="correct_attendance"),
    path(f"{ONE}/annuler/", views.cancel, name="cancel_session"),
    path(f"{ONE}/feuille/", views.sheet, name="session_sheet"),
    path(f"{ONE}/dossier/", views.proof, name="session_proof"),
]
