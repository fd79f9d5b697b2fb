"""Addresses of what people do in courses. Pages have their own; see RESERVED_SLUGS in models."""

from django.urls import path

from courses import views

STEP = "formations/etape/<uuid:enrolment_id>/<uuid:step_key>"

urlpatterns = [
    path("mon-parcours/", views.my_courses, name="my_courses"),
    path("formations/inscription/<int:course_id>/", views.enrol, name="enrol"),
    path("formations/inscription/<uuid:enrolment_id>/recommencer/", views.retake, name="retake"),
    path(f"{STEP}/terminer/", views.finish_lesson, name="finish_lesson"),
    path(f"{STEP}/commencer/", views.start_quiz, name="start_quiz"),
    path(f"{STEP}/question/<int:number>/", views.quiz_question, name="quiz_question"),
    path(f"{STEP}/relecture/", views.quiz_review, name="quiz_review"),
    path(f"{STEP}/envoyer/", views.submit_quiz, name="submit_quiz"),
    path(f"{STEP}/resultat/<uuid:key>/", views.quiz_result, name="quiz_result"),
]
