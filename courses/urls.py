"""Addresses of what people do in courses. Pages have their own; see RESERVED_SLUGS in models."""

from django.urls import path

from courses import views

STEP = "formations/etape/<uuid:enrolment_id>/<uuid:step_key>"

ACTIVITY = "formations/etape/<uuid:step_key>/activites/<uuid:key>"

urlpatterns = [
    path("mon-parcours/", views.my_courses, name="my_courses"),
    path("formations/inscription/<int:course_id>/", views.enrol, name="enrol"),
    path("formations/inscription/<uuid:enrolment_id>/recommencer/", views.retake, name="retake"),
    path(f"{STEP}/terminer/", views.finish_lesson, name="finish_lesson"),
    path(f"{ACTIVITY}/", views.play_activity, name="play_activity"),
    path(f"{ACTIVITY}/resultats/", views.receive_results, name="receive_results"),
    path(f"{ACTIVITY}/etat/", views.receive_state, name="receive_state"),
    path(f"{ACTIVITY}/terminer/", views.finish_activity, name="finish_activity"),
    path("formations/etape/<uuid:step_key>/activites/", views.activities, name="activities"),
    path(f"{STEP}/commencer/", views.start_quiz, name="start_quiz"),
    path(f"{STEP}/question/<int:number>/", views.quiz_question, name="quiz_question"),
    path(f"{STEP}/relecture/", views.quiz_review, name="quiz_review"),
    path(f"{STEP}/envoyer/", views.submit_quiz, name="submit_quiz"),
    path(f"{STEP}/resultat/<uuid:key>/", views.quiz_result, name="quiz_result"),
]
